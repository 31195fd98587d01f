//! XLSX, by calamine, a cell at a time. `package.rs` has measured it first: calamine makes as much room as a file says.

use std::io::{Read, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};

use super::super::RegisterError;
use super::package::Once;
use super::spool::number;
use super::{Choice, bad};

/// The name and the text of the sheet to read, if there is one.
pub(super) fn sheets(
    file: impl Read + Seek,
    choice: &mut Choice<'_>,
) -> Result<Option<(String, Vec<u8>)>, RegisterError> {
    // A workbook made to break its reader must not break the server.
    catch_unwind(AssertUnwindSafe(|| look(file, choice))).unwrap_or_else(|_| Err(bad("it is damaged")))
}

fn look(file: impl Read + Seek, choice: &mut Choice<'_>) -> Result<Option<(String, Vec<u8>)>, RegisterError> {
    let mut workbook = Xlsx::new(Once::new(file)?).map_err(bad)?;
    for name in workbook.sheet_names() {
        let Some(mut spool) = choice.may_be(&name)? else {
            continue;
        };
        let mut cells = match workbook.worksheet_cells_reader(&name) {
            Ok(cells) => cells,
            // A chart's.
            Err(XlsxError::NotAWorksheet(_)) => continue,
            Err(error) => return Err(bad(error)),
        };
        while let Some(cell) = cells.next_cell().map_err(bad)? {
            let (row, column) = cell.get_position();
            match cell.get_value() {
                DataRef::Empty => {}
                DataRef::String(text) => spool.put(row, column as usize, text)?,
                DataRef::SharedString(text) => spool.put(row, column as usize, text)?,
                other => spool.put(row, column as usize, &typed(other))?,
            }
        }
        if let Some(text) = choice.is(spool) {
            return Ok(Some((name, text)));
        }
    }
    Ok(None)
}

/// A value as a person would type it.
fn typed(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(value) => value.to_string(),
        DataRef::Float(value) => number(*value),
        DataRef::Bool(true) => "TRUE".to_owned(),
        DataRef::Bool(false) => "FALSE".to_owned(),
        DataRef::DateTime(value) => moment(value),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) | DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Error(error) => error.to_string(),
        DataRef::Empty => String::new(),
    }
}

/// A date, which is in no doubt in this form, with its time of day where it has one.
fn moment(value: &ExcelDateTime) -> String {
    if value.is_duration() {
        return number(value.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = value.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) == (0, 0, 0) {
        date
    } else {
        format!("{date}T{hour:02}:{minute:02}:{second:02}")
    }
}
