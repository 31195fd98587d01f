//! Single values read and doubted as the cells of a register are, for the readers of other formats.

use super::Why;
use super::cells::{self, Cell, codes, dates, money};
use chrono::NaiveDate;

/// Characters of a text by which contracts and suppliers are listed, at most: PostgreSQL refuses index entries over 2,704
/// bytes, and a character has up to four.
pub(in crate::exchange) const LONGEST: usize = 500;

/// Characters of a description, at most: what a cell of a spreadsheet holds. PostgreSQL searches no text of a megabyte.
pub(in crate::exchange) const LONGEST_DESCRIPTION: usize = 32_767;

/// What was made of a text, and why it is doubted.
pub(in crate::exchange) type Read<T> = (Option<T>, Option<Why>);

fn read<T>(cell: Cell<T>) -> Read<T> {
    (cell.value, cell.why)
}

/// A date.
pub(in crate::exchange) fn day(text: &str) -> Read<NaiveDate> {
    read(dates::date(text))
}

/// An amount in pounds, as pence.
pub(in crate::exchange) fn pence(text: &str) -> Read<i64> {
    read(money::pence(text))
}

/// A Companies House number.
pub(in crate::exchange) fn company_number(text: &str) -> Read<String> {
    read(codes::company_number(text))
}

/// A charity number.
pub(in crate::exchange) fn charity_number(text: &str) -> Read<String> {
    read(codes::charity_number(text))
}

/// A CPV code.
pub(in crate::exchange) fn cpv_code(text: &str) -> Read<String> {
    read(codes::cpv_code(text))
}

/// Whether a text says that it is withheld.
pub(in crate::exchange) fn withheld(text: &str) -> bool {
    cells::withheld(text)
}

/// Whether a text shows the marks of a wrong conversion.
pub(in crate::exchange) fn garbled(text: &str) -> bool {
    cells::garbled(text)
}

/// So many characters at most.
pub(in crate::exchange) fn beginning(text: &str, most: usize) -> &str {
    match text.char_indices().nth(most) {
        Some((end, _)) => text[..end].trim_end(),
        None => text,
    }
}
