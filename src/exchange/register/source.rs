//! What is known of a file before its rows are interpreted. Next: `report.rs`, which says it to people.

use std::fmt;
use std::sync::Arc;

use super::encoding::Encoding;
use super::headings::Headings;
use super::orders::DateOrder;
use super::recognise::Recognised;

/// What a register is kept in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format {
    /// Text, most often called CSV.
    Text {
        /// How its bytes were read.
        encoding: Encoding,
        /// What stands between cells.
        separator: char,
    },
    /// A sheet of a workbook.
    Sheet {
        /// What kind of workbook.
        workbook: Workbook,
        /// The sheet's name.
        name: String,
    },
}

/// Kinds of workbooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workbook {
    /// Excel's, since 2007.
    Xlsx,
    /// OpenDocument's, as LibreOffice writes.
    Ods,
}

impl fmt::Display for Workbook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Xlsx => "XLSX",
            Self::Ods => "ODS",
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text { encoding, separator } => {
                let between = match separator {
                    ',' => return encoding.fmt(f),
                    ';' => "semicolons",
                    '\t' => "tabs",
                    '|' => "bars",
                    other => return write!(f, "{encoding}, {other:?} between cells"),
                };
                write!(f, "{encoding}, {between} between cells")
            }
            Self::Sheet { workbook, name } => write!(f, "{workbook}, sheet \u{201c}{name}\u{201d}"),
        }
    }
}

/// What is known of a file before its rows are interpreted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is kept in.
    pub format: Format,
    /// The row of the headings, from 1.
    pub header_row: u32,
    /// The headings: which were recognised, which not, which the schema asks for are absent.
    pub headings: Arc<Headings>,
    /// What was made of each heading, from the left.
    pub columns: Arc<[Recognised]>,
    /// How dates that could be read both ways are read, for each column that has some.
    pub date_orders: Arc<[DateOrder]>,
    /// Rows under the headings that are not blank: how many readings there will be.
    pub rows: u32,
    /// Blank rows, which are passed over and still counted in row numbers.
    pub blank_rows: u32,
}

impl Source {
    /// What was made of each heading, from the left.
    pub fn columns(&self) -> &[Recognised] {
        &self.columns
    }

    /// How the bytes of a text were read.
    pub fn encoding(&self) -> Option<Encoding> {
        match self.format {
            Format::Text { encoding, .. } => Some(encoding),
            Format::Sheet { .. } => None,
        }
    }

    /// The sheet of a workbook.
    pub fn sheet(&self) -> Option<&str> {
        match &self.format {
            Format::Text { .. } => None,
            Format::Sheet { name, .. } => Some(name),
        }
    }
}
