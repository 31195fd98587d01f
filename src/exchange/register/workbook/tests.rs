//! Workbooks that differ from a text in more than their form, and workbooks made to do harm.

use std::io::{Cursor, Write as _};

use rust_xlsxwriter::{ExcelDateTime, Format as Style, Formula, Workbook as Book};

use super::super::formats::{ods_of, zip};
use super::super::{Column, Mapping, Reading, RegisterError, RegisterRow, Settings, open, read};

fn rows(bytes: &[u8]) -> Vec<RegisterRow> {
    let rows = read(bytes).unwrap().map(|reading| match reading.unwrap() {
        Reading::Accepted(row) | Reading::Doubtful(row, _) => *row,
        Reading::Held(doubts, _) => panic!("held: {doubts:?}"),
    });
    rows.collect()
}

fn refused(bytes: &[u8]) -> RegisterError {
    read(bytes).err().expect("it is refused")
}

/// The bound that a workbook is beyond.
fn too_large(bytes: &[u8]) -> &'static str {
    match refused(bytes) {
        RegisterError::WorkbookTooLarge { bound } => bound,
        other => panic!("{other}"),
    }
}

#[test]
fn real_dates_numbers_formulas_and_yes_are_read_as_a_person_would_type_them() {
    let mut book = Book::new();
    let style = Style::new().set_num_format("mm/dd/yyyy");
    let sheet = book.add_worksheet();
    for (column, name) in [
        "Title",
        "Start date",
        "End date",
        "Contract value",
        "SME supplier",
        "Reference",
        "Company number",
    ]
    .iter()
    .enumerate()
    {
        sheet.write_string(3, column as u16, *name).unwrap();
    }
    let day = |month, day| ExcelDateTime::from_ymd(2024, month, day).unwrap();
    sheet
        .write_formula(
            5,
            0,
            Formula::new("=HYPERLINK(\"http://x.example\",\"Vans\")").set_result("Vans"),
        )
        .unwrap();
    sheet.write_datetime_with_format(5, 1, day(4, 9), &style).unwrap();
    sheet
        .write_datetime_with_format(5, 2, day(12, 31).and_hms(17, 30, 0).unwrap(), &style)
        .unwrap();
    sheet.write_number(5, 3, 46786.95).unwrap();
    sheet.write_boolean(5, 4, true).unwrap();
    sheet.write_number(5, 5, 1001.0).unwrap();
    sheet.write_number(5, 6, 4412907.0).unwrap();
    let bytes = book.save_to_buffer().unwrap();
    let reader = read(&bytes).unwrap();
    assert_eq!((reader.source().header_row, reader.source().rows), (4, 1));
    assert!(
        reader.source().date_orders.is_empty(),
        "real dates are in no doubt"
    );
    let row = &rows(&bytes)[0];
    assert_eq!(
        (row.row(), row.title.as_str(), row.reference.as_deref()),
        (6, "Vans", Some("1001"))
    );
    assert_eq!(row.raw.get(Column::StartDate), "2024-04-09");
    assert_eq!(row.raw.get(Column::EndDate), "2024-12-31T17:30:00");
    assert_eq!(row.ends_on.unwrap().to_string(), "2024-12-31");
    assert_eq!((row.value_pence, row.sme), (Some(4_678_695), Some(true)));
    assert_eq!(row.companies_house.as_deref(), Some("04412907"));
}

#[test]
fn the_first_sheet_with_headings_is_read_unless_another_is_asked_for() {
    let mut book = Book::new();
    book.add_worksheet()
        .set_name("Notes")
        .unwrap()
        .write_string(0, 0, "About this file")
        .unwrap();
    for (name, title) in [("2024", "Vans"), ("2025", "Bins")] {
        let sheet = book.add_worksheet().set_name(name).unwrap();
        sheet.write_string(0, 0, "Contract title").unwrap();
        sheet.write_string(0, 1, "Supplier").unwrap();
        sheet.write_string(1, 0, title).unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    let asked = |sheet: Option<&str>| {
        let settings = Settings {
            mapping: Mapping::default(),
            sheet: sheet.map(str::to_owned),
        };
        let mut reader = open(Cursor::new(bytes.as_slice()), &settings)?;
        let name = reader.source().sheet().map(str::to_owned);
        let first = reader.next().expect("a row")?;
        Ok::<_, RegisterError>((name.unwrap(), first.register_row().unwrap().title.clone()))
    };
    assert_eq!(asked(None).unwrap(), ("2024".to_owned(), "Vans".to_owned()));
    assert_eq!(
        asked(Some("2025")).unwrap(),
        ("2025".to_owned(), "Bins".to_owned())
    );
    let error = asked(Some("2026")).unwrap_err().to_string();
    assert_eq!(
        error,
        "there is no sheet \"2026\"; there is \"Notes, 2024, 2025\""
    );
}

#[test]
fn a_workbook_without_a_register_says_which_sheets_it_has() {
    let mut book = Book::new();
    book.add_worksheet().write_string(0, 0, "One").unwrap();
    book.add_worksheet().write_string(0, 0, "Two").unwrap();
    let error = refused(&book.save_to_buffer().unwrap());
    assert_eq!(
        error.to_string(),
        "no sheet has a register's headings; there is \"Sheet1, Sheet2\""
    );
}

#[test]
fn an_ods_gives_values_repeats_and_paragraphs() {
    let cell = |kind: &str, text: &str| {
        format!("<table:table-cell {kind}><text:p>{text}</text:p></table:table-cell>")
    };
    let text = |text: &str| cell("office:value-type=\"string\"", text);
    let header = ["Title", "Start date", "Contract value", "Supplier"]
        .map(text)
        .concat();
    let row = [
        text("Vans<text:s text:c=\"2\"/>&amp; bins</text:p><text:p>lot 1<office:annotation><text:p>a note</text:p></office:annotation>"),
        cell("office:value-type=\"date\" office:date-value=\"2024-04-09\"", "09/04/24"),
        cell("office:value-type=\"currency\" office:value=\"46786.95\"", "\u{a3}46,786.95"),
        text("Tallow Ltd"),
    ]
    .concat();
    let table = format!(
        "<table:table table:name=\"R\"><table:table-row>{header}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"2\"><table:table-cell table:number-columns-repeated=\"1024\"/></table:table-row>\
         <table:table-row table:number-rows-repeated=\"2\">{row}</table:table-row>\
         <table:table-row table:number-rows-repeated=\"1048570\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row></table:table>"
    );
    let rows = rows(&ods_of(&table));
    assert_eq!(rows.iter().map(RegisterRow::row).collect::<Vec<_>>(), [4, 5]);
    assert_eq!(rows[0].title, "Vans  & bins\nlot 1");
    assert_eq!(rows[0].starts_on.unwrap().to_string(), "2024-04-09");
    assert_eq!(
        (rows[0].value_pence, rows[1].supplier_name.as_deref()),
        (Some(4_678_695), Some("Tallow Ltd"))
    );
}

#[test]
fn cells_repeated_beyond_all_measure_are_refused_not_held() {
    let table = "<table:table table:name=\"R\"><table:table-row><table:table-cell office:value-type=\"string\"><text:p>Title</text:p></table:table-cell></table:table-row>\
         <table:table-row table:number-rows-repeated=\"1000000\"><table:table-cell table:number-columns-repeated=\"16000\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell></table:table-row></table:table>";
    assert!(too_large(&ods_of(table)).contains("20,000,000 cells"));
    let spaces = "<table:table table:name=\"R\"><table:table-row><table:table-cell office:value-type=\"string\"><text:p>Title<text:s text:c=\"4000000000\"/></text:p></table:table-cell></table:table-row></table:table>";
    assert!(read(&ods_of(spaces)).is_ok());
}

const PACKAGE: &str = "<Relationships><Relationship Type=\"x/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>";

fn row(of: &str, cells: &str) -> String {
    format!("<table:table-row {of}>{cells}</table:table-row>")
}

fn cell(of: &str, text: &str) -> String {
    format!("<table:table-cell {of} office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
}

fn table(rows: &str) -> String {
    format!("<table:table table:name=\"R\">{rows}</table:table>")
}

#[test]
fn what_a_small_sheet_repeats_is_bounded_and_the_bound_is_named() {
    let title = row("", &cell("", "Title"));
    let rows = |times: u32, cells: &str| {
        let repeated = row(&format!("table:number-rows-repeated=\"{times}\""), cells);
        ods_of(&table(&(title.clone() + &repeated)))
    };
    assert!(too_large(&rows(2_000_000, &cell("", "x"))).contains("row 1,048,576"));
    assert!(too_large(&rows(4_000_000_000, &cell("", "x"))).contains("row 1,048,576"));
    // A megabyte of spaces in a few bytes, in every column: held once.
    let wide = cell(
        "table:number-columns-repeated=\"16000\"",
        &format!("x{}x", "<text:s text:c=\"1000\"/>".repeat(1000)),
    );
    assert!(too_large(&rows(1, &wide)).contains("128 MB of text"));
    let long = cell("", &"<text:s text:c=\"1000\"/>".repeat(5000));
    assert!(too_large(&rows(1, &long)).contains("cell of more than 4 MB"));
    let many = cell("", &format!("{}x", "<text:s text:c=\"1000\"/>".repeat(4000)));
    assert!(too_large(&rows(1, &many.repeat(20))).contains("row of more than 64 MB"));
    // Blank ones are no rows, whatever they are made of.
    let blank = rows(
        4_000_000_000,
        &cell("table:number-columns-repeated=\"16000\"", " "),
    );
    assert_eq!(read(&blank).unwrap().source().rows, 0);
}

#[test]
fn many_sheets_are_bounded_by_their_number_and_together() {
    let sheet = table(&row("", &cell("", "Notes")));
    assert!(
        read(&ods_of(&sheet.repeat(256))).is_err_and(|error| error.to_string().contains("no column")
            || matches!(error, RegisterError::NoRegisterSheet { .. }))
    );
    assert!(too_large(&ods_of(&sheet.repeat(257))).contains("256 sheets"));
    // One cell at the right end of a row is as many as the row is wide.
    let wide = "<table:table-cell table:number-columns-repeated=\"16000\"/>".to_owned() + &cell("", "x");
    let full = table(&row("table:number-rows-repeated=\"130\"", &wide));
    assert!(too_large(&ods_of(&full.repeat(11))).contains("20,000,000 cells"));
    let mut book = Book::new();
    for number in 0..257 {
        book.add_worksheet().set_name(format!("S{number}")).unwrap();
    }
    assert!(too_large(&book.save_to_buffer().unwrap()).contains("256 sheets"));
}

#[test]
fn sheets_that_are_one_part_again_and_again_are_read_a_few_times() {
    let (mut sheets, mut parts) = (String::new(), String::new());
    for number in 1..=200 {
        sheets += &format!("<sheet name=\"S{number}\" sheetId=\"{number}\" r:id=\"r{number}\"/>");
        parts +=
            &format!("<Relationship Id=\"r{number}\" Type=\"worksheet\" Target=\"worksheets/sheet1.xml\"/>");
    }
    let noise: String = (0..400_000u32)
        .map(|n| format!("<row x=\"{}\"/>", n.wrapping_mul(2_654_435_761)))
        .collect();
    let bytes = zip(&[
        (
            "xl/workbook.xml",
            &format!("<workbook xmlns:r=\"r\"><sheets>{sheets}</sheets></workbook>"),
        ),
        ("_rels/.rels", PACKAGE),
        (
            "xl/_rels/workbook.xml.rels",
            &format!("<Relationships>{parts}</Relationships>"),
        ),
        (
            "xl/worksheets/sheet1.xml",
            &format!("<worksheet><sheetData>{noise}</sheetData></worksheet>"),
        ),
    ]);
    let error = refused(&bytes).to_string();
    assert!(error.contains("again and again"), "{error}");
}

#[test]
fn a_bomb_is_refused_by_what_it_unpacks_to() {
    let mut bomb = ::zip::ZipWriter::new(Cursor::new(Vec::new()));
    bomb.start_file(
        "xl/worksheets/sheet1.xml",
        ::zip::write::SimpleFileOptions::default(),
    )
    .unwrap();
    let tags = format!("<a{}/>", " ".repeat(124)).repeat(8 * 1024);
    for _ in 0..=super::package::LARGEST / tags.len() as u64 {
        bomb.write_all(tags.as_bytes()).unwrap();
    }
    bomb.start_file("xl/workbook.xml", ::zip::write::SimpleFileOptions::default())
        .unwrap();
    let bytes = bomb.finish().unwrap().into_inner();
    assert!(bytes.len() < 2_000_000);
    assert!(too_large(&bytes).contains("256 MB"));
    let sheets = "<x:sheet name=\"x\"/>".repeat(250_001);
    let lists = zip(&[("xl/workbook.xml", ""), ("xl/any.xml", &sheets)]);
    assert!(too_large(&lists).contains("250,000 sheets, names and styles"));
    let one_tag = zip(&[("xl/workbook.xml", &"x".repeat(2_000_000))]);
    assert!(too_large(&one_tag).contains("1 MB"));
}

#[test]
fn a_workbook_that_says_it_has_billions_of_texts_is_refused() {
    for says in [
        "uniqueCount=\"4000000000\"",
        "uniqueCount = '99999999999999999999999'",
    ] {
        let strings = format!("<?xml version=\"1.0\"?><sst count=\"1\" {says}><si><t>x</t></si></sst>");
        let bytes = zip(&[
            ("xl/workbook.xml", "<workbook/>"),
            ("xl/sharedStrings.xml", &strings),
        ]);
        assert!(too_large(&bytes).contains("4,000,000 texts"), "{says}");
    }
}

#[test]
fn other_zip_files_are_called_what_they_are() {
    let told = |name: &str| refused(&zip(&[(name, "x")])).to_string();
    assert!(told("word/document.xml").contains("a Word document"));
    assert!(told("xl/workbook.bin").contains("XLSB"));
    assert!(told("photo.txt").contains("no workbook"));
    assert!(refused(b"PK\x03\x04rest").to_string().contains("cannot be read"));
}

#[test]
fn a_workbook_cut_short_is_an_error_and_no_panic() {
    let mut book = Book::new();
    let sheet = book.add_worksheet();
    for row in 0..50 {
        sheet
            .write_string(row, 0, if row == 0 { "Title" } else { "Vans" })
            .unwrap();
    }
    let bytes = book.save_to_buffer().unwrap();
    for length in (4..bytes.len()).step_by(97) {
        let _ = read(&bytes[..length]);
        let mut damaged = bytes.clone();
        damaged[length] ^= 0x55;
        if let Ok(reader) = read(&damaged) {
            reader.for_each(drop);
        }
    }
}
