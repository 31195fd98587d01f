//! Whether a row is no contract but a total of those above it. Sub-totals stand in the middle of a register, so that it is
//! told by what a row says and not by where it is.

use super::columns::Column;
use super::headings::RawRow;

/// Words that may stand before "total".
const BEFORE: [&str; 9] = [
    "grand", "sub", "overall", "running", "final", "net", "gross", "sum", "the",
];

/// Words that may stand after it and still say nothing but what was added up: "Total Facilities Management" is a contract.
const AFTER: [&str; 46] = [
    "above",
    "all",
    "amount",
    "amounts",
    "and",
    "annual",
    "awarded",
    "contract",
    "contracts",
    "cost",
    "costs",
    "count",
    "date",
    "estimated",
    "ex",
    "exc",
    "excl",
    "excluding",
    "expenditure",
    "for",
    "gbp",
    "gross",
    "in",
    "inc",
    "incl",
    "including",
    "life",
    "lifetime",
    "listed",
    "net",
    "number",
    "of",
    "per",
    "pounds",
    "price",
    "register",
    "spend",
    "sum",
    "the",
    "to",
    "value",
    "values",
    "vat",
    "whole",
    "year",
    "yearly",
];

/// Whether a row says that it is a total, and beside that and whose register it is nothing but amounts: no supplier, date,
/// reference or description.
pub(super) fn is_total(raw: &RawRow) -> bool {
    let mut said = false;
    for (place, cell) in raw.cells().enumerate() {
        let cell = cell.trim();
        let column = raw.headings().column_at(place);
        match column {
            _ if cell.is_empty() => {}
            Some(Column::OrganisationName | Column::OrganisationCode | Column::EffectiveOn) => {}
            _ if says_total(cell) => said = true,
            Some(Column::Value | Column::IrrecoverableVat) => {}
            None if super::cells::money::is_amount(cell) => {}
            _ => return false,
        }
    }
    said
}

fn says_total(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .skip_while(|word| BEFORE.contains(word));
    let is = matches!(words.next(), Some("total" | "totals" | "subtotal" | "subtotals"));
    is && words.all(|word| AFTER.contains(&word) || word.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, Why, read};
    use super::*;

    #[test]
    fn totals_are_told_from_contracts_that_have_the_word_in_their_title() {
        for text in [
            "Total",
            "TOTAL VALUE",
            "Grand total:",
            "Sub-totals",
            "Subtotal (ex VAT)",
            "Total value of all contracts: \u{a3}1,234,567",
            "Total 2024/25",
        ] {
            assert!(says_total(text), "{text}");
        }
        for text in [
            "Total Facilities Management",
            "Totalmobile",
            "Totals Ltd",
            "",
            "Value",
            "Grand",
        ] {
            assert!(!says_total(text), "{text}");
        }
    }

    #[test]
    fn a_row_of_one_cell_is_held_where_a_contract_would_have_more() {
        let why = |file: &str| {
            let readings: Vec<Reading> = read(file.as_bytes()).unwrap().map(Result::unwrap).collect();
            match &readings[0] {
                Reading::Held(doubts, _) => doubts.last().map(|doubt| doubt.why),
                _ => None,
            }
        };
        let four = "Reference,Title,Supplier,End date\n";
        for alone in ["HIGHWAYS,,,", ",,Marsh Ltd, "] {
            assert_eq!(
                why(&format!("{four}{alone}\n")),
                Some(Why::OneCellAlone),
                "{alone}"
            );
        }
        assert_eq!(why(&format!("{four}R1,Vans,,\n")), None);
        assert_eq!(why(&format!("{four},Vans,,\n")), None, "a list of titles");
        assert_eq!(why("Reference,Title,Supplier\nR1,,\n"), None, "a narrow list");
    }

    #[test]
    fn a_row_that_is_a_total_is_held_and_a_contract_of_that_name_is_not() {
        let why = |row: &str| {
            let file = format!(
                "Organisation name,Reference,Title,Supplier,Start date,Contract value,Spend so far\n{row}\n"
            );
            let readings: Vec<Reading> = read(file.as_bytes()).unwrap().map(Result::unwrap).collect();
            match &readings[0] {
                Reading::Held(doubts, _) => doubts.last().map(|doubt| doubt.why),
                _ => None,
            }
        };
        for held in [
            ",,Total,,,\"\u{a3}1,234,567\",",
            ",Grand total,,,,\"1,234,567\",99",
            "Norfolk County Council,,,TOTAL VALUE,,\u{a3}5m,",
            ",,,,,Total,",
            ",,Total contracts: 12,,,,",
        ] {
            assert_eq!(why(held), Some(Why::LooksLikeTotal), "{held}");
        }
        for taken in [
            ",,Total Facilities Management,,,\"\u{a3}1,234,567\",",
            ",,Total,Tallow Ltd,,5,",
            ",,Total,,01/04/2024,5,",
            ",,Total,,45383,5,",
            ",R7,Total,,,5,",
            ",,Total,,,5,see the notes",
        ] {
            assert_eq!(why(taken), None, "{taken}");
        }
    }
}
