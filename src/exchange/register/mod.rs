//! The reader of a contracts register: bytes of a CSV in, typed rows and doubts out.
//! Answers for reading only: no database, no clock, nothing asynchronous, and no file is refused for its rows.
//! The way of a file: `decode` -> `records` -> `headings` and `columns` -> `cells` -> `interpret` -> `between`
//! -> `identity`; what people are told of it is `report`. An importer of other sheets brings its own records
//! and headings; from the cells on nothing need change.

mod between;
mod cells;
mod columns;
mod decode;
mod doubt;
mod extensions;
mod headings;
mod identity;
mod interpret;
mod organisation;
mod quotes;
mod records;
mod report;
mod rows;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod norfolk;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;

pub use columns::Column;
pub use decode::Encoding;
pub use doubt::{Doubt, Why};
pub use headings::{Headings, RawRow};
pub use report::{DoubtCsv, Report, escape_formula};
pub use rows::RegisterRow;

pub(in crate::exchange) use columns::fold;
pub(in crate::exchange) use extensions::extensions;

use crate::councils::Council;
use chrono::NaiveDate;
use identity::Identity;
use interpret::Doubts;
use organisation::Whose;
use records::{Record, Records};

/// Why a file as a whole cannot be read. What is wrong with single rows never is one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RegisterError {
    /// There is nothing in it.
    Empty,
    /// It is another kind of file.
    NotText {
        /// Such as "a PDF".
        what: &'static str,
    },
    /// Columns without which it is no register.
    MissingColumns {
        /// Their titles in the LGA template.
        missing: Vec<&'static str>,
        /// The headings that were there instead.
        found: Vec<String>,
    },
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::NotText { what } => write!(f, "this is {what}, not a CSV file: save it as CSV first"),
            Self::MissingColumns { missing, found } => {
                let found: Vec<String> = found
                    .iter()
                    .take(12)
                    .map(|name| name.chars().take(60).collect())
                    .collect();
                write!(
                    f,
                    "no column is headed {:?}; the first row has {:?}",
                    missing.join(", "),
                    found.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for RegisterError {}

/// What is known of a file before its rows are interpreted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// How its bytes were read.
    pub encoding: Encoding,
    /// The row of the headings, from 1.
    pub header_row: u32,
    /// The headings: which were recognised, which not, which the schema asks for are absent.
    pub headings: Arc<Headings>,
    /// Rows under the headings that are not blank: how many readings there will be.
    pub rows: u32,
    /// Blank rows, which are passed over and still counted in row numbers.
    pub blank_rows: u32,
}

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

/// The rows of a register, one reading each, in the order of the file.
pub struct RegisterReader<'a> {
    records: Records<'a>,
    source: Source,
    identity: Identity,
    whose: Option<Whose>,
}

/// Reads a date as a cell's is read, doubted or not.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    cells::dates::date(text).value
}

/// Reads a row's cells again that were read from a file with these headings, whatever doubts they raised then. Its keys
/// and digest are blank: they are a file's.
pub(super) fn again(headings: &Arc<Headings>, cells: &[String]) -> RegisterRow {
    let cells: csv::StringRecord = cells.iter().collect();
    let raw = RawRow::new(0, Arc::clone(headings), cells);
    interpret::fill(raw, &mut Doubts::default())
}

/// Whether a cell says that a cost is estimated, under this heading: a bare yes means fixed under the schema's, and
/// either under others.
pub(super) fn estimated_under(heading: &str, cell: &str) -> Option<bool> {
    cells::estimated(cell.trim(), interpret::yes_means_fixed(heading)).value
}

/// Opens a contracts register: decodes it, recognises its headings, and passes over it once to learn which
/// references repeat. The rows are then interpreted one at a time, as they are asked for.
pub fn read(bytes: &[u8]) -> Result<RegisterReader<'_>, RegisterError> {
    let (text, encoding) = decode::decode(bytes)?;
    let mut records = Records::new(text);
    let header = records.next().ok_or(RegisterError::Empty)?;
    let headings = Arc::new(Headings::recognise(&header.cells)?);
    records.expect_width(headings.width());
    let place = records.place();
    let mut identity = Identity::default();
    let mut rows: u32 = 0;
    let reference = headings.place(Column::Reference);
    for Record { row, cells, .. } in records.by_ref() {
        rows = rows.saturating_add(1);
        let reference = reference.and_then(|place| cells.get(place)).unwrap_or("");
        if reference.contains('\0') {
            identity.note(row, &reference.replace('\0', ""));
        } else {
            identity.note(row, reference);
        }
    }
    identity.all_noted();
    let blank_rows = records.blank_rows();
    records.go_back(place);
    let source = Source {
        encoding,
        header_row: header.row,
        headings,
        rows,
        blank_rows,
    };
    Ok(RegisterReader {
        records,
        source,
        identity,
        whose: None,
    })
}

impl RegisterReader<'_> {
    /// Says whose register it is: rows that name another body are doubted from here on.
    #[must_use]
    pub fn of(mut self, council: &'static Council) -> Self {
        self.whose = Some(Whose::new(council));
        self
    }

    /// What is known of the file, the number of its rows included.
    pub fn source(&self) -> &Source {
        &self.source
    }
}

impl Iterator for RegisterReader<'_> {
    type Item = Reading;

    fn next(&mut self) -> Option<Reading> {
        let record = self.records.next()?;
        let mut doubts = Doubts::default();
        let raw = interpret::shape(record, &self.source.headings, &mut doubts);
        if let Some(why) = interpret::why_held(&raw) {
            doubts.row(raw.row(), why, String::new(), Vec::new());
            return Some(Reading::Held(doubts.0, raw));
        }
        let mut row = interpret::fill(raw, &mut doubts);
        between::compare(&row, &mut doubts);
        if let Some(whose) = &mut self.whose {
            whose.compare(&row, &mut doubts);
        }
        self.identity.assign(&mut row, &mut doubts);
        let row = Box::new(row);
        Some(if doubts.0.is_empty() {
            Reading::Accepted(row)
        } else {
            Reading::Doubtful(row, doubts.0)
        })
    }
}
