//! The cells of one row, in one piece of memory. Next: `headings.rs`, which says what each is.

/// Cells from the left, as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cells {
    /// One after the other.
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Cells {
    /// Cells that were cut from sound text at ASCII characters.
    pub(super) fn cut(text: &[u8], ends: &[usize]) -> Self {
        let Ok(whole) = std::str::from_utf8(text) else {
            let mut begin = 0;
            let mut lossy = |end: &usize| {
                let cell = String::from_utf8_lossy(text.get(begin..*end).unwrap_or_default()).into_owned();
                begin = *end;
                cell
            };
            return ends.iter().map(&mut lossy).collect();
        };
        let end = |end: &usize| u32::try_from(*end).unwrap_or(u32::MAX);
        Self {
            text: whole.to_owned(),
            ends: ends.iter().map(end).collect(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(super) fn get(&self, place: usize) -> Option<&str> {
        let end = *self.ends.get(place)? as usize;
        let begin = match place.checked_sub(1) {
            Some(before) => *self.ends.get(before)? as usize,
            None => 0,
        };
        self.text.get(begin..end)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut begin = 0;
        self.ends.iter().map(move |end| {
            let cell = self.text.get(begin..*end as usize).unwrap_or("");
            begin = *end as usize;
            cell
        })
    }

    /// All cells, with nothing between them.
    pub(super) fn run_together(&self) -> &str {
        &self.text
    }

    /// Adds blank cells until there are so many.
    pub(super) fn pad(&mut self, width: usize) {
        let end = self.ends.last().copied().unwrap_or(0);
        if self.ends.len() < width {
            self.ends.resize(width, end);
        }
    }
}

impl<S: AsRef<str>> FromIterator<S> for Cells {
    fn from_iter<I: IntoIterator<Item = S>>(cells: I) -> Self {
        let mut all = Self::default();
        for cell in cells {
            all.text.push_str(cell.as_ref());
            all.ends.push(u32::try_from(all.text.len()).unwrap_or(u32::MAX));
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_reached_by_place_and_in_order() {
        let mut cells = Cells::cut("a£b".as_bytes(), &[1, 1, 4]);
        assert_eq!(
            (cells.get(0), cells.get(1), cells.get(2)),
            (Some("a"), Some(""), Some("£b"))
        );
        assert_eq!(cells.iter().collect::<Vec<_>>(), ["a", "", "£b"]);
        assert_eq!(cells, ["a", "", "£b"].into_iter().collect());
        cells.pad(5);
        assert_eq!((cells.len(), cells.get(4), cells.get(5)), (5, Some(""), None));
    }
}
