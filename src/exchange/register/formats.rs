//! One register in every format that councils send it in: the readings must be the same, but for what a format cannot
//! hold. On Norfolk's file (`norfolk.rs` says where it is) and on a fixture of our own.

use std::io::Write as _;

use chrono::Datelike;
use encoding_rs::WINDOWS_1252;
use rust_xlsxwriter::{ExcelDateTime, Format as Style, Workbook as Book};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::tests::SMALL;
use super::*;

const OWN: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/register.csv"
));

/// The registers at hand.
fn registers() -> Vec<(&'static str, String)> {
    let mut all = vec![("our own", String::from_utf8(OWN.to_vec()).unwrap())];
    if let Some(bytes) = norfolk::norfolk() {
        all.push(("Norfolk's", String::from_utf8(bytes).unwrap()));
    }
    all
}

fn readings(bytes: &[u8]) -> Vec<Reading> {
    let reader = read(bytes).unwrap_or_else(|error| panic!("{error}"));
    reader.map(Result::unwrap).collect()
}

/// Asserts that two files say the same, `later` rows further down in the second. Only the first difference is shown.
fn same(what: &str, one: &[Reading], other: &[Reading], later: u32) {
    assert_eq!(one.len(), other.len(), "{what}");
    for (one, other) in one.iter().zip(other) {
        let told = |reading: &Reading, later: u32| {
            let row = reading.register_row().map(|row| {
                let mut row = row.clone();
                row.raw = RawRow::default();
                row
            });
            let doubts = reading.doubts().iter().map(|doubt| {
                let mut doubt = doubt.clone();
                doubt.row -= later;
                doubt.others.iter_mut().for_each(|row| *row -= later);
                doubt
            });
            let doubts: Vec<_> = doubts.collect();
            let raw = match reading {
                Reading::Held(_, raw) => raw.clone(),
                Reading::Accepted(row) | Reading::Doubtful(row, _) => row.raw.clone(),
            };
            let cells: Vec<String> = raw.cells().map(str::to_owned).collect();
            (reading.row() - later, row, doubts, cells)
        };
        assert_eq!(told(one, 0), told(other, later), "{what}");
    }
}

fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(bytes).collect()
}

/// Its cells.
fn cells(text: &str) -> Vec<Vec<String>> {
    let mut csv = csv::ReaderBuilder::new();
    let mut csv = csv.has_headers(false).flexible(true).from_reader(text.as_bytes());
    let owned = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    csv.records().map(|record| owned(record.unwrap())).collect()
}

fn written(cells: &[Vec<String>], separator: u8, terminator: csv::Terminator) -> Vec<u8> {
    let mut csv = csv::WriterBuilder::new();
    let csv = csv.flexible(true).delimiter(separator).terminator(terminator);
    let mut csv = csv.from_writer(Vec::new());
    cells.iter().for_each(|row| csv.write_record(row).unwrap());
    csv.into_inner().unwrap()
}

#[test]
fn every_encoding_gives_the_same_readings() {
    let small = String::from_utf8(SMALL.to_vec()).unwrap();
    for (whose, text) in registers().into_iter().chain([("the fixture of doubts", small)]) {
        let plain = readings(text.as_bytes());
        let (western, _, lossy) = WINDOWS_1252.encode(&text);
        assert!(!lossy, "{whose} has a character that Windows-1252 has not");
        let files = [
            ("UTF-8 with a mark", [b"\xEF\xBB\xBF", text.as_bytes()].concat()),
            ("Windows-1252", western.into_owned()),
            (
                "UTF-16LE",
                [b"\xFF\xFE".as_slice(), &utf16(&text, u16::to_le_bytes)].concat(),
            ),
            (
                "UTF-16BE",
                [b"\xFE\xFF".as_slice(), &utf16(&text, u16::to_be_bytes)].concat(),
            ),
            ("UTF-16LE without a mark", utf16(&text, u16::to_le_bytes)),
            ("UTF-16BE without a mark", utf16(&text, u16::to_be_bytes)),
        ];
        for (encoding, bytes) in files {
            same(&format!("{whose} in {encoding}"), &plain, &readings(&bytes), 0);
        }
    }
}

#[test]
fn every_separator_and_line_end_gives_the_same_readings() {
    for (whose, text) in registers() {
        let (plain, cells) = (readings(text.as_bytes()), cells(&text));
        for separator in [b',', b';', b'\t', b'|'] {
            for (name, end) in [("LF", b'\n'), ("CR", b'\r')] {
                let bytes = written(&cells, separator, csv::Terminator::Any(end));
                same(
                    &format!("{whose}, {:?} and {name}", char::from(separator)),
                    &plain,
                    &readings(&bytes),
                    0,
                );
            }
            let bytes = written(&cells, separator, csv::Terminator::CRLF);
            same(
                &format!("{whose}, {:?} and CR LF", char::from(separator)),
                &plain,
                &readings(&bytes),
                0,
            );
        }
    }
}

#[test]
fn notes_above_the_headings_change_the_row_numbers_and_nothing_else() {
    for (whose, text) in registers() {
        let notes = format!("Contracts register\n\nPublished by the council, under the code\n{text}");
        let reader = read(notes.as_bytes()).unwrap();
        assert_eq!((reader.source().header_row, reader.source().blank_rows), (4, 1));
        same(whose, &readings(text.as_bytes()), &readings(notes.as_bytes()), 3);
    }
}

#[test]
fn a_workbook_of_texts_gives_the_same_readings() {
    for (whose, text) in registers() {
        let (plain, cells) = (readings(text.as_bytes()), cells(&text));
        let mut book = Book::new();
        let sheet = book.add_worksheet();
        for (row, line) in cells.iter().enumerate() {
            for (column, cell) in line.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row as u32, column as u16, cell).unwrap();
            }
        }
        let bytes = book.save_to_buffer().unwrap();
        let source = read(&bytes).unwrap().source().clone();
        assert_eq!(source.format.to_string(), "XLSX, sheet \u{201c}Sheet1\u{201d}");
        same(&format!("{whose} as XLSX"), &plain, &readings(&bytes), 0);
        let bytes = ods(&cells);
        assert_eq!(read(&bytes).unwrap().source().sheet(), Some("Register"));
        same(&format!("{whose} as ODS"), &plain, &readings(&bytes), 0);
    }
}

/// Real dates and real numbers: what was written is not what comes back, but it means the same.
#[test]
fn a_workbook_of_dates_and_numbers_gives_the_same_keys_and_digests() {
    for (whose, text) in registers() {
        let (plain, cells) = (readings(text.as_bytes()), cells(&text));
        let dates: Vec<usize> = (0..cells[0].len())
            .filter(|place| cells[0][*place].to_lowercase().contains("date"))
            .collect();
        let value = cells[0].iter().position(|name| name == "Contract value").unwrap();
        let style = Style::new().set_num_format("dd/mm/yyyy");
        let mut book = Book::new();
        let sheet = book.add_worksheet();
        let mut real = 0;
        for (row, line) in cells.iter().enumerate() {
            for (column, cell) in line.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
                let at = (row as u32, column as u16);
                let day = dates.contains(&column).then(|| day(cell)).flatten();
                let number = (column == value).then(|| cell.parse::<f64>().ok()).flatten();
                if let Some(day) = day {
                    let day = ExcelDateTime::from_ymd(day.year() as u16, day.month() as u8, day.day() as u8);
                    sheet
                        .write_datetime_with_format(at.0, at.1, day.unwrap(), &style)
                        .unwrap();
                    real += 1;
                } else if let Some(number) = number {
                    sheet.write_number(at.0, at.1, number).unwrap();
                    real += 1;
                } else {
                    sheet.write_string(at.0, at.1, cell).unwrap();
                }
            }
        }
        assert!(real > cells.len(), "{whose}");
        let typed = readings(&book.save_to_buffer().unwrap());
        let keys = |readings: &[Reading]| -> Vec<_> {
            let rows = readings.iter().filter_map(Reading::register_row);
            rows.map(|row| {
                (
                    row.row(),
                    row.row_key.clone(),
                    row.content_digest,
                    row.ends_on,
                    row.value_pence,
                )
            })
            .collect()
        };
        assert_eq!(keys(&plain).len(), keys(&typed).len());
        for (one, other) in keys(&plain).iter().zip(keys(&typed)) {
            assert_eq!(*one, other, "{whose}");
        }
    }
}

/// A minimal ODS of one sheet.
pub(super) fn ods(cells: &[Vec<String>]) -> Vec<u8> {
    let mut rows = String::new();
    for line in cells {
        rows.push_str("<table:table-row>");
        for cell in line {
            if cell.is_empty() {
                rows.push_str("<table:table-cell/>");
                continue;
            }
            let cell = cell
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('\n', "</text:p><text:p>");
            rows.push_str(&format!(
                "<table:table-cell office:value-type=\"string\"><text:p>{cell}</text:p></table:table-cell>"
            ));
        }
        rows.push_str("</table:table-row>");
    }
    ods_of(&format!(
        "<table:table table:name=\"Register\">{rows}</table:table>"
    ))
}

/// A minimal ODS with these sheets.
pub(super) fn ods_of(tables: &str) -> Vec<u8> {
    let content = format!(
        "<?xml version=\"1.0\"?><office:document-content><office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    );
    zip(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("content.xml", &content),
    ])
}

/// A ZIP file of these parts.
pub(super) fn zip(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}
