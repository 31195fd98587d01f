//! The reader against bytes that nobody meant as a register, and registers damaged on the way.
//! Says what must hold of any file whatever; what a sound one gives is in `tests.rs`.

use std::collections::HashMap;

use proptest::prelude::*;

use super::tests::{SMALL, four, rows};
use super::*;

#[test]
fn a_register_of_five_thousand_columns_is_read() {
    let names: Vec<_> = (0..5_000).map(|n| format!("c{n}")).collect();
    let file = format!(
        "Title of the Agreement,{}\nT{}\n",
        names.join(","),
        ",x".repeat(5_000)
    );
    assert_eq!(rows(file.as_bytes())[0].raw.unknown_cells().count(), 5_000);
}

#[test]
fn an_open_quote_in_the_header_does_not_swallow_the_file() {
    for second in ["S", "\"S\""] {
        let file = format!("\"Title of the Agreement,Supplier name\nOne,{second}\nTwo,S\n");
        let titles: Vec<_> = rows(file.as_bytes()).into_iter().map(|row| row.title).collect();
        assert_eq!(titles, ["One", "Two"]);
    }
}

#[test]
fn an_open_quote_in_the_header_that_closes_megabytes_later_loses_no_row() {
    let line = "a contract with a rather long name,Tallow & Reed Ltd\n";
    let count = 3 * 1024 * 1024 / line.len();
    let file = format!("\"Title,Supplier name\n{}\"Last\",S\n", line.repeat(count));
    let reader = read(file.as_bytes()).unwrap();
    assert_eq!(reader.source().rows as usize, count + 1);
    assert_eq!(reader.count(), count + 1);
}

#[test]
fn more_rows_than_a_spreadsheet_has_are_refused_before_one_is_interpreted() {
    let most = layout::TALLEST as usize;
    let file = |rows: usize| format!("Title\n{}", "a\n".repeat(rows));
    assert_eq!(
        read(file(most).as_bytes()).unwrap().source().rows,
        layout::TALLEST
    );
    let error = read(file(most + 1).as_bytes()).err().unwrap();
    assert!(error.to_string().contains("more than 1,048,576 rows"), "{error}");
}

#[test]
fn files_that_are_no_register_are_refused_with_the_reason() {
    assert_eq!(read(b"").err(), Some(RegisterError::Empty));
    assert_eq!(read(b"\n , \n").err(), Some(RegisterError::Empty));
    assert!(matches!(
        read(b"PK\x03\x04").err(),
        Some(RegisterError::BadWorkbook { .. })
    ));
    let error = read(b"Supplier name,End date\nS,31/03/2026\n").err().unwrap();
    assert_eq!(
        error.to_string(),
        "no column is headed \"Title of the Agreement\"; the first row has \"Supplier name, End date\""
    );
}

#[test]
fn quotes_that_reopen_on_every_line_do_not_cost_quadratic_time() {
    let begun = std::time::Instant::now();
    let rows = rows(&four(&"x\",\"y\n".repeat(40_000)));
    let kept: usize = rows.iter().flat_map(|row| row.raw.cells()).map(str::len).sum();
    assert!(kept >= 80_000, "cells went missing: {kept}");
    assert!(begun.elapsed().as_secs() < 20);
}

/// What must hold of any file. Gives the report of what was read, if it was a register.
pub(super) fn check_invariants(bytes: &[u8], settings: &Settings) -> Option<Report> {
    let reader = open(std::io::Cursor::new(bytes), settings).ok()?;
    let expected = reader.source().rows as usize;
    let mut report = Report::new(reader.source());
    let columns = reader.source().columns();
    assert_eq!(columns.len(), reader.source().headings.width());
    assert!(
        columns
            .iter()
            .all(|one| !one.why.is_empty() && one.samples.len() <= 3)
    );
    let mut last = reader.source().header_row;
    let mut keys: HashMap<String, u32> = HashMap::new();
    for reading in reader.map(Result::unwrap) {
        assert!(reading.row() > last, "rows go up");
        last = reading.row();
        report.add(&reading);
        if let Some(row) = reading.register_row() {
            assert!(!row.title.is_empty());
            assert!(row.raw.cells().all(|cell| !cell.contains('\0')));
            assert_eq!(
                keys.insert(row.row_key.clone(), last),
                None,
                "two rows share {}",
                row.row_key
            );
        }
        assert!(
            reading
                .doubts()
                .iter()
                .all(|doubt| doubt.row == reading.row() && !doubt.raw.contains('\0'))
        );
    }
    assert_eq!(
        report.rows as usize, expected,
        "the first pass and the second agree"
    );
    report.summary();
    report.write_csv(std::io::sink()).unwrap();
    Some(report)
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        check_invariants(&bytes, &Settings::default());
    }

    #[test]
    fn no_rows_make_the_reader_panic(body in "([A-C]?[0-9£\"',\r\n\0/é.() -]{0,12}){0,12}") {
        check_invariants(&four(&body), &Settings::default());
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_damaged_register_still_gives_rows(at in 0usize..SMALL.len(), byte in any::<u8>(), cut in any::<bool>()) {
        let mut bytes = SMALL.to_vec();
        bytes[at] = byte;
        bytes.truncate(if cut { at + 1 } else { bytes.len() });
        check_invariants(&bytes, &Settings::default());
    }
}
