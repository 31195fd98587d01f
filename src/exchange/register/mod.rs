//! The reader of a contracts register: any sheet in, typed rows and doubts out. Answers for reading only: no database, no
//! clock, nothing asynchronous, and no file is refused for its rows.
//!
//! The way of a file, in `reader.rs`: `encoding` (what its bytes are) -> `workbook` (a sheet to text, where it is one) ->
//! `window` (text as it is read) -> `records` (rows of cells, with `quotes`) -> `layout` (separator, row of headings,
//! `content` of columns) -> `recognise` (which column each heading is, by `mapping`, `columns` and `synonyms`) ->
//! `headings` -> one pass for `identity` and `orders` -> `cells` -> `interpret` -> `between` -> `identity`. What people
//! are told of it is `report`.
//!
//! To read another kind of file: turn it into text that `records` can cut, as `workbook` does.

mod between;
mod cells;
mod columns;
mod content;
mod doubt;
mod encoding;
mod error;
mod extensions;
mod headings;
mod identity;
mod interpret;
mod layout;
mod line;
mod mapping;
mod orders;
mod organisation;
mod quotes;
mod reader;
mod recognise;
mod records;
mod report;
mod rows;
mod source;
mod synonyms;
mod total;
pub(super) mod values;
mod window;
mod workbook;

#[cfg(test)]
mod formats;
#[cfg(test)]
mod fuzz;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod norfolk;
#[cfg(test)]
mod tests;

pub use columns::Column;
pub use doubt::{Doubt, Why};
pub use encoding::Encoding;
pub use error::RegisterError;
pub use headings::{Headings, RawRow};
pub use mapping::{Mapping, SUCH_AS};
pub use orders::{DateOrder, Ground, Seen};
pub use reader::{RegisterReader, Settings, open, read};
pub use recognise::{Confidence, Recognised};
pub(super) use report::frequencies;
pub(crate) use report::thousands;
pub use report::{DoubtCsv, Report, escape_formula, harmless};
pub use rows::RegisterRow;
pub use source::{Format, Source, Workbook};

pub(in crate::exchange) use columns::fold;
pub(in crate::exchange) use extensions::extensions;

use chrono::NaiveDate;
use interpret::Doubts;
use std::sync::Arc;

/// What was made of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// A contract, without doubt.
    Accepted(Box<RegisterRow>),
    /// A contract, and what a person should look at.
    Doubtful(Box<RegisterRow>, Vec<Doubt>),
    /// Not to be taken for a contract until a person has seen it.
    Held(Vec<Doubt>, RawRow),
}

impl Reading {
    /// Its doubts, if any.
    pub fn doubts(&self) -> &[Doubt] {
        match self {
            Self::Accepted(_) => &[],
            Self::Doubtful(_, doubts) | Self::Held(doubts, _) => doubts,
        }
    }

    /// The contract, unless the row is held.
    pub fn register_row(&self) -> Option<&RegisterRow> {
        match self {
            Self::Accepted(row) | Self::Doubtful(row, _) => Some(row),
            Self::Held(..) => None,
        }
    }

    /// The row as a spreadsheet counts, from 1.
    pub fn row(&self) -> u32 {
        match self {
            Self::Accepted(row) | Self::Doubtful(row, _) => row.row(),
            Self::Held(_, raw) => raw.row(),
        }
    }
}

/// Reads a date as a cell's is read, doubted or not.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    cells::dates::date(text).value
}

/// Reads a row's cells again that were read from a file with these headings, whatever doubts they raised then. Its keys
/// and digest are blank: they are a file's.
pub(super) fn again(headings: &Arc<Headings>, cells: &[String]) -> RegisterRow {
    let cells = cells.iter().cloned().collect();
    let raw = RawRow::new(0, Arc::clone(headings), cells);
    interpret::fill(raw, &[], &mut Doubts::default())
}

/// Whether an amount is a bare figure, with no words or second figure beside it.
pub(super) fn is_bare_amount(cell: &str) -> bool {
    cells::money::is_bare(cell)
}

/// Whether a cell says that an amount is for one year.
pub(super) fn says_yearly(cell: &str) -> bool {
    cells::qualifiers::is_yearly(cell)
}

/// Whether a cell says that a cost is estimated, under this heading: a bare yes means fixed under the schema's, and
/// either under others.
pub(super) fn estimated_under(heading: &str, cell: &str) -> Option<bool> {
    cells::estimated(cell.trim(), interpret::yes_means_fixed(heading)).value
}
