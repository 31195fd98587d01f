//! A sheet of a workbook, as the text that `records.rs` cuts: one line for each row, its cells' values as a person would
//! type them, real dates as `2025-03-31`, formulas as the values they last had. Bounded, whatever a file unpacks to:
//! of a workbook the sheet is held, where text is not. Next: `xlsx.rs` and `ods.rs`, which read, and `spool.rs`.

mod ods;
mod package;
mod spool;
mod xlsx;

#[cfg(test)]
mod tests;

use std::io::{BufReader, Cursor, Read, Seek};

use super::encoding::Encoding;
use super::layout::{self, Head};
use super::reader::Settings;
use super::source::Workbook;
use super::window::Window;
use super::{RegisterError, mapping::Mapping};
use spool::{Spent, Spool};

/// Sheets that a workbook may have.
const MOST_SHEETS: usize = 256;

/// What stands between the cells of a sheet's text.
pub(super) const SEPARATORS: &[u8] = b",";

/// A sheet as text.
pub(super) struct Sheet {
    pub(super) text: Vec<u8>,
    pub(super) workbook: Workbook,
    pub(super) name: String,
}

/// The sheet that was asked for, or the first that has a register's headings.
pub(super) fn sheet(mut file: impl Read + Seek, settings: &Settings) -> Result<Sheet, RegisterError> {
    let mut file = BufReader::new(&mut file);
    let workbook = package::check(&mut file)?;
    let mut choice = Choice {
        settings,
        sheets: Vec::new(),
        spent: Spent::default(),
        first: None,
    };
    let chosen = match workbook {
        Workbook::Xlsx => xlsx::sheets(file, &mut choice)?,
        Workbook::Ods => ods::sheets(file, &mut choice)?,
    };
    match chosen {
        Some((name, text)) => Ok(Sheet {
            text,
            workbook,
            name: name.replace('\0', ""),
        }),
        None => Err(choice.none()),
    }
}

/// Looks for the sheet that is to be read, in their order.
struct Choice<'a> {
    settings: &'a Settings,
    /// Their names.
    sheets: Vec<String>,
    /// What was made of those that were looked at: a sheet of a few bytes may have the cells of another again, or repeat one.
    spent: Spent,
    /// Why the first that has cells is no register.
    first: Option<RegisterError>,
}

impl Choice<'_> {
    /// Where a sheet's cells go, if it is worth reading.
    fn may_be(&mut self, name: &str) -> Result<Option<Spool>, RegisterError> {
        if self.sheets.len() == MOST_SHEETS {
            let bound = "it has more than 256 sheets";
            return Err(RegisterError::WorkbookTooLarge { bound });
        }
        self.sheets.push(name.to_owned());
        let asked = self.settings.sheet.as_deref();
        Ok(asked
            .is_none_or(|asked| asked == name)
            .then(|| Spool::after(self.spent)))
    }

    /// Gives the text of the sheet if it is the one.
    fn is(&mut self, spool: Spool) -> Option<Vec<u8>> {
        self.spent = spool.spent();
        let text = spool.into_text();
        if self.settings.sheet.is_some() {
            return Some(text);
        }
        match has_headings(&text, &self.settings.mapping) {
            Ok(()) => Some(text),
            Err(error) => {
                if error != RegisterError::Empty {
                    self.first.get_or_insert(error);
                }
                None
            }
        }
    }

    fn none(self) -> RegisterError {
        match (&self.settings.sheet, self.first) {
            (Some(asked), _) => RegisterError::NoSuchSheet {
                asked: asked.clone(),
                sheets: self.sheets,
            },
            (None, None) => RegisterError::Empty,
            (None, Some(error)) if self.sheets.len() == 1 => error,
            (None, Some(_)) => RegisterError::NoRegisterSheet { sheets: self.sheets },
        }
    }
}

fn has_headings(text: &[u8], mapping: &Mapping) -> Result<(), RegisterError> {
    let mut window = Window::new(Cursor::new(text), Encoding::Utf8)?;
    layout::learn(&Head::of(&mut window)?, SEPARATORS, mapping).map(drop)
}

/// A damaged workbook, said as what reads it says.
fn bad(why: impl std::fmt::Display) -> RegisterError {
    RegisterError::BadWorkbook {
        why: why.to_string().chars().filter(|c| *c != '\0').take(200).collect(),
    }
}
