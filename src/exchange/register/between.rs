//! Doubts between the columns of one row: dates out of order, ends that are missing or too far off.
//! Must not read text nor look at other rows. Next: `identity.rs`, which does.

use chrono::NaiveDate;

use super::columns::Column;
use super::doubt::Why;
use super::interpret::Doubts;
use super::rows::RegisterRow;
use crate::contracts::term::end_is_sentinel;

/// Compares a row's dates with each other.
pub(super) fn compare(row: &RegisterRow, doubts: &mut Doubts) {
    missing(row, doubts);
    for (column, day) in [
        (Column::EndDate, row.ends_on),
        (Column::LastExtension, row.latest_ends_on),
    ] {
        if day.is_some_and(|day| end_is_sentinel(row.starts_on, day)) {
            doubts.cell(&row.raw, column, Why::FarFutureEnd);
        }
    }
    let (end, column) = match row.ends_on {
        Some(end) => (Some(end), Column::EndDate),
        None => (row.latest_ends_on, Column::LastExtension),
    };
    if before(end, row.starts_on) {
        doubts.cell(&row.raw, column, Why::EndBeforeStart);
    }
    if before(row.latest_ends_on, row.ends_on) {
        doubts.cell(&row.raw, Column::LastExtension, Why::LastExtensionBeforeEnd);
    }
    if before(row.ends_on, row.review_on) {
        doubts.cell(&row.raw, Column::ReviewDate, Why::ReviewAfterEnd);
    }
}

/// Blank dates, where the file has the column: a column that is not there is told once, not in every row.
fn missing(row: &RegisterRow, doubts: &mut Doubts) {
    let blank = |column| row.raw.trimmed(column).is_empty();
    let blank_here = |column| row.raw.headings().has(column) && blank(column);
    if blank_here(Column::StartDate) {
        doubts.cell(&row.raw, Column::StartDate, Why::StartBlank);
    }
    if blank_here(Column::EndDate) {
        let why = if blank(Column::LastExtension) {
            Why::EndUnknown
        } else {
            Why::EndBlank
        };
        doubts.cell(&row.raw, Column::EndDate, why);
    }
}

/// Whether both days are known and the first is the earlier.
fn before(first: Option<NaiveDate>, second: Option<NaiveDate>) -> bool {
    matches!((first, second), (Some(first), Some(second)) if first < second)
}
