//! Why a file as a whole cannot be read. Next: `doubt.rs`, for what is wrong with single rows.

use std::{fmt, io};

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
    /// It is JSON, as notices and open data are.
    Json,
    /// Columns without which it is no register.
    MissingColumns {
        /// Their titles in the LGA template.
        missing: Vec<&'static str>,
        /// The row that looks most like headings.
        row: u32,
        /// The headings that were there instead.
        found: Vec<String>,
    },
    /// More columns than a spreadsheet may have.
    TooManyColumns {
        /// How many.
        columns: usize,
    },
    /// A workbook without a sheet of the name that was asked for.
    NoSuchSheet {
        /// The name.
        asked: String,
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// A workbook of several sheets, none of which has a register's headings.
    NoRegisterSheet {
        /// The sheets there are.
        sheets: Vec<String>,
    },
    /// A workbook that is damaged, or no workbook.
    BadWorkbook {
        /// What is wrong with it.
        why: String,
    },
    /// More rows than a spreadsheet may have.
    TooManyRows,
    /// A workbook with more than is read from one.
    WorkbookTooLarge {
        /// The bound, such as "it has more than 256 sheets".
        bound: &'static str,
    },
    /// The file could not be read.
    Io {
        /// In which way.
        kind: io::ErrorKind,
        /// As the system says it.
        says: String,
    },
}

impl From<io::Error> for RegisterError {
    fn from(error: io::Error) -> Self {
        Self::Io {
            kind: error.kind(),
            says: error.to_string(),
        }
    }
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the file is empty"),
            Self::NotText { what } => {
                write!(
                    f,
                    "this is {what}, which is not read: save it as XLSX or CSV first"
                )
            }
            Self::Json => f.write_str(
                "this is JSON, which is no register: save the register as XLSX or CSV; notices and open data (OCDS) \
                 come in by `guildhall import ocds`",
            ),
            Self::MissingColumns { missing, row, found } => {
                let first = if *row == 1 {
                    "the first row has".to_owned()
                } else {
                    format!("row {row} has")
                };
                write!(
                    f,
                    "no column is headed {:?}; {first} {:?}",
                    missing.join(", "),
                    listed(found)
                )
            }
            Self::TooManyColumns { columns } => {
                write!(
                    f,
                    "there are {columns} columns; a spreadsheet has at most {}",
                    super::layout::WIDEST
                )
            }
            Self::NoSuchSheet { asked, sheets } => {
                write!(
                    f,
                    "there is no sheet {:?}; there is {:?}",
                    short(asked),
                    listed(sheets)
                )
            }
            Self::NoRegisterSheet { sheets } => {
                write!(
                    f,
                    "no sheet has a register's headings; there is {:?}",
                    listed(sheets)
                )
            }
            Self::BadWorkbook { why } => write!(f, "this workbook cannot be read: {why}"),
            Self::TooManyRows => {
                let most = super::thousands(super::layout::TALLEST);
                write!(
                    f,
                    "there are more than {most} rows, the most that a spreadsheet has"
                )
            }
            Self::WorkbookTooLarge { bound } => {
                write!(f, "this workbook is too large, {bound}: save the sheet as CSV")
            }
            Self::Io { says, .. } => write!(f, "it could not be read: {says}"),
        }
    }
}

impl std::error::Error for RegisterError {}

/// The first names of a list, shortened.
fn listed(names: &[String]) -> String {
    let names = names.iter().take(12).map(|name| short(name));
    names.collect::<Vec<String>>().join(", ")
}

/// A name's beginning, without NULs: what is said of a file is kept, and PostgreSQL keeps none.
fn short(name: &str) -> String {
    name.chars().filter(|c| *c != '\0').take(60).collect()
}
