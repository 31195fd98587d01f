//! One cell at a time: text in, a value and at most one doubt out.
//! Must not know of rows, headings or other cells. Next: `../rows.rs`, which puts cells together.

pub(super) mod codes;
pub(super) mod dates;
pub(super) mod money;
pub(super) mod qualifiers;

use super::doubt::Why;

/// What was made of a cell that is not blank.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell<T> {
    pub(super) value: Option<T>,
    pub(super) why: Option<Why>,
}

impl<T> Cell<T> {
    pub(super) fn sure(value: T) -> Self {
        Self {
            value: Some(value),
            why: None,
        }
    }

    pub(super) fn doubted(value: T, why: Why) -> Self {
        Self {
            value: Some(value),
            why: Some(why),
        }
    }

    pub(super) fn unread(why: Why) -> Self {
        Self {
            value: None,
            why: Some(why),
        }
    }
}

/// Whether a cell says that its content is withheld, such as `REDACTED COMMERCIAL CONFIDENTIALITY`.
pub(super) fn withheld(text: &str) -> bool {
    let text = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    [
        "redacted",
        "withheld",
        "commercially confidential",
        "commercially sensitive",
        "commercial in confidence",
        "commercial confidentiality",
        "commercial sensitivity",
        "not disclosed",
        "undisclosed",
    ]
    .iter()
    .any(|word| begins(text, word))
}

/// Whether text begins with an ASCII word, whatever its case.
pub(super) fn begins(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// Whether text shows the marks of a wrong conversion: U+FFFD, or UTF-8 once read as Windows-1252.
pub(super) fn garbled(text: &str) -> bool {
    if text.is_ascii() {
        return false;
    }
    let mut previous = ' ';
    text.chars().any(|c| {
        let pair = match previous {
            'Ã' => ('\u{80}'..='\u{BF}').contains(&c),
            'Â' => ('\u{A0}'..='\u{BF}').contains(&c),
            'â' => c == '€',
            _ => false,
        };
        previous = c;
        pair || c == '\u{FFFD}'
    })
}

/// Reads a yes or a no.
pub(super) fn answer(text: &str) -> Cell<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" => Cell::sure(true),
        "no" | "n" | "false" | "0" => Cell::sure(false),
        _ => Cell::unread(Why::AnswerUnclear),
    }
}

/// Reads whether a cost is estimated. Under the schema's heading `FixedCost` a bare yes means fixed; under
/// the template's `Fixed cost / estimated cost` it could mean either.
pub(super) fn estimated(text: &str, yes_means_fixed: bool) -> Cell<bool> {
    let lower = text.to_lowercase();
    match (lower.contains("fixed"), lower.contains("estimat")) {
        (true, false) => Cell::sure(false),
        (false, true) => Cell::sure(true),
        _ => match answer(text).value.filter(|_| yes_means_fixed) {
            Some(fixed) => Cell::sure(!fixed),
            None => Cell::unread(Why::CostBasisUnclear),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_read_however_they_are_written() {
        assert!(
            ["Yes", "y", "TRUE", "1"]
                .iter()
                .all(|text| answer(text) == Cell::sure(true))
        );
        assert!(
            ["No", "N", "false", "0"]
                .iter()
                .all(|text| answer(text) == Cell::sure(false))
        );
        assert_eq!(answer("Unknown"), Cell::unread(Why::AnswerUnclear));
    }

    #[test]
    fn a_bare_yes_means_fixed_only_under_the_schemas_heading() {
        assert_eq!(estimated("Estimated Cost", false), Cell::sure(true));
        assert_eq!(estimated("fixed", false), Cell::sure(false));
        assert_eq!(estimated("true", true), Cell::sure(false));
        assert_eq!(estimated("Yes", false), Cell::unread(Why::CostBasisUnclear));
        assert_eq!(
            estimated("fixed/estimated", true),
            Cell::unread(Why::CostBasisUnclear)
        );
    }

    #[test]
    fn what_is_withheld_is_told_from_names_that_begin_alike() {
        for text in [
            "REDACTED PERSONAL DATA",
            "[Redacted]",
            "Commercially sensitive",
            "Not disclosed",
        ] {
            assert!(withheld(text), "{text}");
        }
        assert!(!withheld("Confidential Shredding Ltd") && !withheld("Red Acted Ltd"));
    }

    #[test]
    fn garbled_text_is_told_from_accented_text() {
        assert!(garbled("cafÃ©") && garbled("itâ€™s") && garbled("Â£5") && garbled("a\u{FFFD}b"));
        assert!(!garbled("café – l’été £5") && !garbled("SÃO PAULO"));
    }
}
