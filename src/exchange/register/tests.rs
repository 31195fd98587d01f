//! The reader as a caller sees it, on two fixtures of our own and on bytes of every kind.
//! In `register-small.csv` the first column, which the schema does not know, says which doubts its row is to raise.

use std::collections::HashSet;

use super::*;

pub(super) const SMALL: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/register-small.csv"
));
const SCHEMA_NAMES: &[u8] = include_bytes!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/tests/fixtures/register-schema-names.csv"
));

pub(super) fn readings(bytes: &[u8]) -> Vec<Reading> {
    read(bytes).unwrap().map(Result::unwrap).collect()
}

pub(super) fn rows(bytes: &[u8]) -> Vec<RegisterRow> {
    readings(bytes)
        .iter()
        .filter_map(|reading| reading.register_row().cloned())
        .collect()
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    let mut codes: Vec<_> = reading.doubts().iter().map(|doubt| doubt.why.code()).collect();
    codes.sort_unstable();
    codes
}

/// A register of four columns.
pub(super) fn four(lines: &str) -> Vec<u8> {
    format!(
        "Contract Reference number / ID,Title of the Agreement,Supplier name,Contract start date\n{lines}"
    )
    .into()
}

pub(super) fn report(bytes: &[u8]) -> Report {
    let reader = read(bytes).unwrap();
    let mut report = Report::new(reader.source());
    reader.for_each(|reading| report.add(&reading.unwrap()));
    report
}

#[test]
fn every_row_raises_the_doubts_it_says_and_no_others() {
    let (mut met, mut shown) = (HashSet::new(), HashSet::new());
    for reading in readings(SMALL) {
        let shows = match &reading {
            Reading::Accepted(row) | Reading::Doubtful(row, _) => row.raw.clone(),
            Reading::Held(_, raw) => raw.clone(),
        };
        let shows = shows.cells().next().unwrap().to_owned();
        let again = !shown.insert(shows.clone());
        // Identical rows must say the same, so "again:" marks what only the second of them is to raise.
        let raised =
            |code: &&str| !code.is_empty() && *code != "Shows" && (again || !code.starts_with("again:"));
        let expected = shows
            .split(' ')
            .filter(raised)
            .map(|code| code.trim_start_matches("again:"));
        let mut expected: Vec<_> = expected.collect();
        if shows == "Shows" {
            expected.push("header_repeated");
        }
        expected.sort_unstable();
        assert_eq!(codes(&reading), expected, "row {}", reading.row());
        met.extend(codes(&reading));
    }
    // These need a council to compare with, or the suppliers that are known.
    let later = [
        Why::OrganisationOther,
        Why::OrganisationUnclear,
        Why::SupplierBySpelling,
        Why::SupplierByName,
        Why::PerhapsKnown,
        Why::SupplierShared,
        Why::OursStands,
        // These are tried elsewhere: they need a row without a contract, a file in which no date tells its order, a text of
        // thousands of characters, and a line of megabytes.
        Why::LooksLikeTotal,
        Why::OneCellAlone,
        Why::DateOrderUnknown,
        Why::TextCut,
        Why::RowTooLong,
    ];
    // These are of notices alone.
    let of_notices = [
        Why::ReleaseUnreadable,
        Why::ReleaseLinked,
        Why::ReleaseTooLong,
        Why::OcidForm,
        Why::ReleaseUndated,
        Why::BuyerBlank,
        Why::BuyerUnknown,
        Why::BuyerUnclear,
        Why::CurrencyOther,
        Why::ValueOfTender,
        Why::AwardRepeated,
        Why::RegisterHasReference,
        Why::RegisterHasProcess,
        Why::RegisterDiffers,
    ];
    let unmet: Vec<_> = Why::ALL
        .iter()
        .filter(|why| !later.contains(why) && !of_notices.contains(why))
        .map(|why| why.code())
        .filter(|code| !met.contains(code))
        .collect();
    assert!(unmet.is_empty(), "no row of the fixture shows {unmet:?}");
}

#[test]
fn only_rows_that_name_nothing_are_held() {
    let held: Vec<_> = readings(SMALL)
        .into_iter()
        .filter(|r| matches!(r, Reading::Held(..)))
        .collect();
    assert_eq!(
        held.iter().map(codes).collect::<Vec<_>>(),
        [["nothing_to_identify"], ["header_repeated"]]
    );
    let Reading::Held(_, raw) = &held[0] else {
        unreachable!()
    };
    assert_eq!(raw.get(Column::Value), "1000", "what it did say is kept");
}

#[test]
fn cells_become_typed_values() {
    let rows = rows(SMALL);
    let (van, centre, compass) = (&rows[1], &rows[2], &rows[3]);
    assert_eq!(van.value_pence, Some(1_234_567));
    assert_eq!(van.starts_on.unwrap().to_string(), "2024-04-01");
    assert_eq!(van.ends_on.unwrap().to_string(), "2026-03-31");
    assert_eq!(van.companies_house.as_deref(), Some("OC318842"));
    assert_eq!(
        (van.estimated, van.sme, van.vcse),
        (Some(true), Some(true), Some(false))
    );
    assert_eq!(rows[0].companies_house.as_deref(), Some("04412907"));
    assert_eq!(rows[0].effective_on.unwrap().to_string(), "2026-03-31");
    assert_eq!(centre.cpv_code.as_deref(), Some("85000000"));
    assert_eq!(centre.charity_number.as_deref(), Some("1234567"));
    assert_eq!(centre.review_on.unwrap().to_string(), "2026-12-31");
    assert_eq!(compass.title, "Case \"Compass\" records system\nPhase 2");
    assert_eq!(compass.latest_ends_on, compass.ends_on);
    assert_eq!(
        compass.tender_document_url.as_deref(),
        Some("https://ambershire.example/tenders/9")
    );
    let income = rows
        .iter()
        .find(|row| row.title.starts_with("Recycling"))
        .unwrap();
    assert_eq!(income.value_pence, Some(-372_800));
    let withheld = rows
        .iter()
        .find(|row| row.title.starts_with("Placement"))
        .unwrap();
    assert_eq!(withheld.supplier_name, None, "nobody is called REDACTED");
}

#[test]
fn what_stands_in_for_a_title_is_chosen_in_order() {
    let rows = rows(SMALL);
    assert!(rows.iter().any(|row| row.title == "Bus shelters, cleaning of"));
    let missing = rows
        .iter()
        .find(|row| row.raw.get(Column::Title).is_empty() && row.description.is_none())
        .unwrap();
    assert_eq!(Some(&missing.title), missing.reference.as_ref());
    assert_eq!(
        self::rows(&four(",,Sole Supplier Ltd,01/04/2024\n"))[0].title,
        "Sole Supplier Ltd"
    );
}

#[test]
fn doubts_name_row_heading_raw_value_and_other_rows() {
    let readings = readings(&four("A1,One,S,30/04/2024\n\nA1,Two,S, 31/02/2025\n"));
    let [repeated, impossible] = [&readings[1].doubts()[1], &readings[1].doubts()[0]];
    assert_eq!(
        (impossible.row, &*impossible.column, &*impossible.raw),
        (4, "Contract start date", " 31/02/2025")
    );
    assert_eq!(impossible.why, Why::DateImpossible);
    assert_eq!(
        (repeated.why, repeated.others.as_slice()),
        (Why::ReferenceRepeated, &[2][..])
    );
    assert!(repeated.sentence().ends_with("See row 2."));
}

#[test]
fn columns_that_are_not_there_are_told_once_not_in_every_row() {
    let report = report(&four("A1,One,S,30/04/2024\nA2,Two,S,30/04/2024\n"));
    assert_eq!((report.accepted, report.doubtful), (2, 0));
    assert!(report.summary().contains("End date"), "{}", report.summary());
}

#[test]
fn the_schemas_names_in_windows_1252_are_read() {
    let reader = read(SCHEMA_NAMES).unwrap();
    assert_eq!(reader.source().encoding(), Some(Encoding::Windows1252));
    assert_eq!(reader.source().headings.unknown().count(), 0);
    assert_eq!(reader.source().rows, 8);
    let readings: Vec<_> = reader.map(Result::unwrap).collect();
    let rows: Vec<_> = readings.iter().filter_map(Reading::register_row).collect();
    assert_eq!(rows[0].title, "Café at the leisure centre");
    assert_eq!(
        (rows[0].value_pence, rows[1].value_pence),
        (Some(960_000), Some(1_500_050))
    );
    assert_eq!(rows[2].title, "Council’s website hosting");
    assert_eq!(
        (rows[1].estimated, rows[2].estimated),
        (Some(false), Some(true)),
        "FixedCost is a boolean here"
    );
    assert_eq!((rows[2].sme, rows[2].vcse), (Some(true), Some(false)));
    let told: Vec<_> = readings.iter().map(|reading| codes(reading).join(" ")).collect();
    let repeated = "reference_repeated";
    assert_eq!(
        told,
        [
            repeated,
            "",
            "",
            "",
            "value_unreadable",
            "end_blank value_blank",
            repeated,
            ""
        ]
    );
}

#[test]
fn the_same_register_in_utf16_reads_the_same() {
    let text = std::str::from_utf8(SMALL).unwrap();
    for (mark, bytes) in [
        (
            b"\xFF\xFE",
            text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>(),
        ),
        (
            b"\xFE\xFF",
            text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ),
    ] {
        assert_eq!(readings(&[mark.as_slice(), &bytes].concat()), readings(SMALL));
    }
    assert_eq!(readings(&[b"\xEF\xBB\xBF", SMALL].concat()), readings(SMALL));
}

#[test]
fn the_same_file_twice_gives_the_same_keys_and_digests() {
    let keys = |rows: Vec<RegisterRow>| {
        rows.into_iter()
            .map(|row| (row.row_key, row.content_digest))
            .collect::<Vec<_>>()
    };
    let once = keys(rows(SMALL));
    assert_eq!(once, keys(rows(SMALL)));
    assert_eq!(
        once.iter().map(|(key, _)| key).collect::<HashSet<_>>().len(),
        once.len(),
        "keys are unique"
    );
}

#[test]
fn the_report_counts_what_the_readings_say() {
    let (report, readings) = (report(SMALL), readings(SMALL));
    assert_eq!(report.rows, report.source.rows);
    assert_eq!(report.rows, report.accepted + report.doubtful + report.held);
    assert_eq!((report.held, report.source.blank_rows), (2, 1));
    let doubts: usize = readings.iter().map(|reading| reading.doubts().len()).sum();
    assert_eq!(report.doubts().len(), doubts);
    assert_eq!(
        report.by_why().map(|(_, count)| count as usize).sum::<usize>(),
        doubts
    );
    assert_eq!(
        report.by_column().map(|(_, count)| count as usize).sum::<usize>(),
        doubts
    );
    let summary = report.summary();
    for line in [
        "Read as UTF-8; headings in row 1.",
        "not in the schema, kept as they are: Shows.",
        "2 held",
        "end_unknown",
    ] {
        assert!(summary.contains(line), "{line} is not in\n{summary}");
    }
}

#[test]
fn nothing_of_a_row_is_lost() {
    let readings = readings(&four("A1,One,S,30/04/2024,extra, more \n"));
    let row = readings[0].register_row().unwrap();
    assert_eq!(
        row.raw.cells().collect::<Vec<_>>(),
        ["A1", "One", "S", "30/04/2024", "extra", " more "]
    );
    assert_eq!(readings[0].doubts()[0].raw, "extra, more ");
}

#[test]
fn a_local_register_is_read_and_the_summary_says_how() {
    let file = "Contracts register;;;;;;\r\nRef No;Contract Name;Vendor;Start;Expiry;Annual Value;Total Value;Notes\r\n\
        C1;Vans;Tallow Ltd;04/09/2014;31/03/2017;\u{a3}5,000;\u{a3}15,000;a note\r\n";
    let report = report(file.as_bytes());
    let summary = report.summary();
    for line in [
        "Read as UTF-8, semicolons between cells; headings in row 2.",
        "  Annual Value: kept as it is (not recognised). It could be Contract value too; \u{201c}Total Value\u{201d} (column 7) is the better match.",
        "  Notes: kept as it is (not recognised). No column is known by this name.",
        "Dates under \u{201c}Start\u{201d}, 1 of which could be read both ways: 04/09/2014 read as 4 September 2014, because \u{201c}Expiry\u{201d} has 31/03/2017 in row 3.",
    ] {
        assert!(summary.contains(line), "{line} is not in\n{summary}");
    }
    let row = &rows(file.as_bytes())[0];
    assert_eq!((row.row_key.as_str(), row.value_pence), ("r:C1", Some(1_500_000)));
    assert_eq!(row.supplier_name.as_deref(), Some("Tallow Ltd"));
}

#[test]
fn the_same_file_can_be_opened_again_and_a_mapping_changes_what_it_says() {
    let mut file = std::io::Cursor::new(b"Title,Start date,Let to\nVans,31/03/2024,Tallow Ltd\n");
    let mut settings = Settings::default();
    let all = |file: &mut std::io::Cursor<_>, settings: &Settings| -> Vec<Reading> {
        open(file, settings).unwrap().map(Result::unwrap).collect()
    };
    let once = all(&mut file, &settings);
    assert_eq!(once, all(&mut file, &settings));
    settings.mapping.set("let to", Some(Column::SupplierName));
    let told = all(&mut file, &settings);
    let supplier = |readings: &[Reading]| readings[0].register_row().unwrap().supplier_name.clone();
    assert_eq!(
        (supplier(&once), supplier(&told)),
        (None, Some("Tallow Ltd".to_owned()))
    );
}

/// A file on a disk that fails after so many bytes, the second time they are asked for.
struct Failing {
    file: std::io::Cursor<Vec<u8>>,
    left: u64,
}

impl std::io::Read for Failing {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or(std::io::ErrorKind::UnexpectedEof)?;
        Ok(read)
    }
}

impl std::io::Seek for Failing {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn a_file_that_fails_half_way_is_an_error_once_and_no_row_more() {
    let text = four(&"A1,One,S,30/04/2024\n".repeat(40_000));
    let opened = |left| {
        let file = std::io::Cursor::new(text.clone());
        open(Failing { file, left }, &Settings::default())
    };
    // The whole file for its encoding, its beginning for the layout, the whole for references; then rows.
    let before_rows = 2 * text.len() as u64 + (1 << 20) + (1 << 17);
    let mut reader = opened(before_rows + text.len() as u64 / 2).unwrap();
    let read = reader.by_ref().take_while(Result::is_ok).count();
    assert!((1..40_000).contains(&read), "{read}");
    assert!(reader.next().is_none());
    assert!(matches!(
        opened(text.len() as u64 / 2).err(),
        Some(RegisterError::Io { .. })
    ));
}
