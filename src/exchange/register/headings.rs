//! The header of one file, and a row's cells as they came, reachable by column.
//! Answers for where each column is; must not interpret cells. Next: `cells/`, which reads them.

use std::sync::Arc;

use super::columns::{Column, REQUIRED};
use super::line::Cells;

/// The headings of a file, and the column each stands for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Headings {
    /// As in the file, trimmed.
    names: Vec<Arc<str>>,
    columns: Vec<Option<Column>>,
    /// Where each column is, by its number.
    places: Vec<Option<usize>>,
}

impl Headings {
    /// Headings and what each was recognised as; no column twice.
    pub(super) fn new(named: impl IntoIterator<Item = (Arc<str>, Option<Column>)>) -> Self {
        let (names, columns): (Vec<_>, Vec<_>) = named.into_iter().unzip();
        let mut places = vec![None; Column::COUNT];
        for (place, column) in columns.iter().enumerate() {
            if let Some(column) = column {
                places[*column as usize] = Some(place);
            }
        }
        Self {
            names,
            columns,
            places,
        }
    }

    /// The headings of a file that was read before, each with the column that it was read as.
    pub(in crate::exchange) fn known(each: impl IntoIterator<Item = (String, Option<Column>)>) -> Self {
        Self::new(each.into_iter().map(|(name, column)| (Arc::from(name), column)))
    }

    /// How many cells the header has.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// The headings as in the file, trimmed, from the left.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(AsRef::as_ref)
    }

    /// Each heading from the left, with the column it is read as; those beyond the first for a column have none.
    pub fn each(&self) -> impl Iterator<Item = (&str, Option<Column>)> {
        self.names().zip(self.columns.iter().copied())
    }

    /// Whether the file has a column.
    pub fn has(&self, column: Column) -> bool {
        self.place(column).is_some()
    }

    /// Headings that mean no column, or one that was there already. Their cells are kept in every row.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let unknown = self
            .names
            .iter()
            .zip(&self.columns)
            .filter(|(_, column)| column.is_none());
        unknown
            .map(|(name, _)| name.as_ref())
            .filter(|name| !name.is_empty())
    }

    /// Titles of the columns the LGA schema requires that the file does not have.
    pub fn absent(&self) -> impl Iterator<Item = &'static str> {
        REQUIRED
            .into_iter()
            .filter(|column| !self.has(*column))
            .map(Column::title)
    }

    pub(super) fn place(&self, column: Column) -> Option<usize> {
        self.places.get(column as usize).copied().flatten()
    }

    pub(in crate::exchange) fn column_at(&self, place: usize) -> Option<Column> {
        self.columns.get(place).copied().flatten()
    }

    /// The heading over a cell; blank ones and cells beyond the last heading are told by their number.
    pub(in crate::exchange) fn name_at(&self, place: usize) -> Arc<str> {
        match self.names.get(place) {
            Some(name) if !name.is_empty() => Arc::clone(name),
            _ => Arc::from(format!("column {}", place + 1)),
        }
    }
}

/// A row's cells exactly as they came (less U+0000, which PostgreSQL's text refuses), for export and for
/// people to compare with what was made of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    row: u32,
    headings: Arc<Headings>,
    cells: Cells,
}

impl RawRow {
    pub(super) fn new(row: u32, headings: Arc<Headings>, cells: Cells) -> Self {
        Self { row, headings, cells }
    }

    /// The row as a spreadsheet counts, from 1; the header is usually row 1.
    pub fn row(&self) -> u32 {
        self.row
    }

    /// The headings of the file it came from.
    pub fn headings(&self) -> &Headings {
        &self.headings
    }

    /// A column's cell as it came; empty when the file or the row has none.
    pub fn get(&self, column: Column) -> &str {
        self.headings
            .place(column)
            .and_then(|place| self.cells.get(place))
            .unwrap_or("")
    }

    /// A column's cell without the space around it.
    pub fn trimmed(&self, column: Column) -> &str {
        self.get(column).trim()
    }

    /// Every cell as it came, from the left, those beyond the last heading included.
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter()
    }

    /// The cells of columns the schema does not know, with their headings; blank ones left out.
    pub fn unknown_cells(&self) -> impl Iterator<Item = (Arc<str>, &str)> {
        let cells = self.cells.iter().enumerate();
        let unknown = cells
            .filter(|(place, cell)| self.headings.column_at(*place).is_none() && !cell.trim().is_empty());
        unknown.map(|(place, cell)| (self.headings.name_at(place), cell))
    }

    /// The heading of a column as in the file, for doubts.
    pub(super) fn heading(&self, column: Column) -> Arc<str> {
        match self.headings.place(column) {
            Some(place) => self.headings.name_at(place),
            None => Arc::from(column.title()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_of_unknown_and_blank_headings_are_kept_under_a_name() {
        let named = [("Title", Some(Column::Title)), ("Our notes", None), ("", None)];
        let headings = Headings::new(named.map(|(name, column)| (Arc::from(name), column)));
        assert_eq!(headings.unknown().collect::<Vec<_>>(), ["Our notes"]);
        assert_eq!(headings.place(Column::Title), Some(0));
        assert!(headings.absent().any(|title| title == "Contract value"));
        let cells = ["T", "n", "x", " ", "more"].into_iter().collect();
        let row = RawRow::new(2, Arc::new(headings), cells);
        let kept: Vec<_> = row
            .unknown_cells()
            .map(|(name, cell)| format!("{name}={cell}"))
            .collect();
        assert_eq!(kept, ["Our notes=n", "column 3=x", "column 5=more"]);
    }
}
