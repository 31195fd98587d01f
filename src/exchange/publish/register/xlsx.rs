//! A register as a workbook for people: dates are dates, money is numbers, the headings stay in sight, and text is text
//! whatever it begins with. It is made in a temporary file, row by row.

use super::cells::{Cell, Value};
use super::{Naming, Publisher, Register};
use crate::councils::Council;
use crate::runtime::{App, Error};
use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};

/// Rows that a sheet has room for, under the headings.
pub const MOST_ROWS: usize = 1_048_575;
/// Characters that a cell has room for; more are cut, and the cell says so.
const MOST_IN_A_CELL: usize = 32_767;
const CUT: &str = " [cut: see the CSV]";

/// The register of a council as a workbook, in a file that has no name and is read from its beginning.
///
/// # Errors
/// When the database or the disk fails, or there are more contracts than rows.
pub async fn written(
    app: &App,
    publisher: &Publisher,
    council: &'static Council,
    naming: Naming,
) -> Result<File, Error> {
    let mut register = Register::open(app, publisher, council, naming).await?;
    if register.left.len() > MOST_ROWS {
        return Err(Error::fault(
            "a register of more contracts than a workbook has rows",
        ));
    }
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    let sheet = workbook
        .add_worksheet_with_constant_memory()
        .map_err(Error::fault)?;
    begin(sheet, &register, &formats).map_err(Error::fault)?;
    let mut at = 0;
    while let Some(rows) = register.piece().await? {
        for row in &rows {
            at += 1;
            write(sheet, at, row, &formats).map_err(Error::fault)?;
        }
    }
    let saved = tokio::task::spawn_blocking(move || -> Result<File, Error> {
        let mut file = BufWriter::new(tempfile::tempfile().map_err(Error::fault)?);
        workbook.save_to_writer(&mut file).map_err(Error::fault)?;
        file.flush().map_err(Error::fault)?;
        let mut file = file.into_inner().map_err(Error::fault)?;
        file.seek(SeekFrom::Start(0)).map_err(Error::fault)?;
        Ok(file)
    });
    saved.await.map_err(Error::fault)?
}

struct Formats {
    heading: Format,
    day: Format,
    money: Format,
}

impl Formats {
    fn new() -> Self {
        Self {
            heading: Format::new().set_bold(),
            day: Format::new().set_num_format("dd/mm/yyyy"),
            money: Format::new().set_num_format("#,##0.00"),
        }
    }
}

fn begin(sheet: &mut Worksheet, register: &Register, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name("Contracts")?;
    sheet.set_freeze_panes(1, 0)?;
    for (column, heading) in (0..).zip(register.sheet.headings()) {
        sheet.set_column_width(column, 18)?;
        sheet.write_string_with_format(0, column, fitting(heading), &formats.heading)?;
    }
    Ok(())
}

fn write(sheet: &mut Worksheet, row: u32, cells: &[Cell], formats: &Formats) -> Result<(), XlsxError> {
    for (column, cell) in (0..).zip(cells) {
        match cell.value {
            Some(Value::Day(day)) if let Some(day) = date(day) => {
                sheet.write_datetime_with_format(row, column, &day, &formats.day)?;
            }
            #[expect(clippy::cast_precision_loss, reason = "a workbook's numbers are such")]
            Some(Value::Pence(pence)) => {
                sheet.write_number_with_format(row, column, pence as f64 / 100.0, &formats.money)?;
            }
            _ if cell.text.is_empty() => {}
            _ => {
                sheet.write_string(row, column, fitting(&cell.text))?;
            }
        }
    }
    Ok(())
}

/// A day that a workbook can count: from 1900 on.
fn date(day: NaiveDate) -> Option<ExcelDateTime> {
    let year = u16::try_from(day.year()).ok().filter(|year| *year > 1900)?;
    let (month, day) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(year, month, day).ok()
}

fn fitting(text: &str) -> String {
    // Counted as workbooks count, in units of UTF-16.
    if text.encode_utf16().count() <= MOST_IN_A_CELL {
        return text.to_owned();
    }
    let mut units = 0;
    let room = MOST_IN_A_CELL - CUT.len();
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= room
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept + CUT
}
