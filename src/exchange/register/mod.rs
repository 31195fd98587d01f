//! A contracts register as a file: the LGA's 38 columns by name or by title, read into rows and doubts.
//!
//! Pure: bytes in, rows and doubts out. A file is never refused for its rows; each is accepted, accepted with
//! doubts, or held. The way of a row: `columns` (what stands where), `cells` (what it says), `rows` (what that
//! makes together). Writing them into a council's register is [`super::import`]'s.

mod cells;
mod columns;
mod doubt;
#[cfg(test)]
mod norfolk;
pub mod report;
mod rows;

pub use doubt::{Doubt, Why};
pub use rows::{Reading, Row};

use columns::{Column, Heading};

/// Why a file is not a register at all.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegisterError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// Its first row is not a heading we know.
    #[error("the first row has no column for {missing}; it has: {found}")]
    NoHeading {
        /// The column that is needed.
        missing: &'static str,
        /// What stands there instead.
        found: String,
    },
}

/// A register that was read.
#[derive(Clone, Debug)]
pub struct Register {
    /// The file's encoding.
    pub encoding: &'static str,
    /// Headings that mean nothing to us; their cells are kept.
    pub unknown_columns: Vec<String>,
    /// Its rows, in order.
    pub readings: Vec<Reading>,
}

/// Reads a register: UTF-8 or UTF-16 by their marks, else UTF-8 if it is, else Windows-1252.
///
/// # Errors
/// When the file is empty or its first row lacks a title's column.
pub fn read(bytes: &[u8]) -> Result<Register, RegisterError> {
    let (text, encoding) = decode(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut records = Vec::new();
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    // The reader works on text that is valid already, and is flexible about lengths: it has nothing to refuse.
    while let Ok(true) = reader.read_record(&mut record) {
        number += 1;
        if record.iter().any(|cell| !cell.trim().is_empty()) {
            records.push((number, record.iter().map(str::to_owned).collect::<Vec<_>>()));
        }
    }
    if records.is_empty() {
        return Err(RegisterError::Empty);
    }
    let (_, names) = records.remove(0);
    let heading = Heading::read(names.clone());
    if heading.place(Column::Title).is_none() && heading.place(Column::Description).is_none() {
        let found = names.join(", ").chars().take(200).collect();
        return Err(RegisterError::NoHeading {
            missing: "the title (\"Title of the Agreement\")",
            found,
        });
    }
    let unknown_columns = heading.unknown();
    Ok(Register {
        encoding,
        unknown_columns,
        readings: rows::read(&heading, records),
    })
}

fn decode(bytes: &[u8]) -> (std::borrow::Cow<'_, str>, &'static str) {
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(bytes) {
        let (text, _, _) = encoding.decode(bytes);
        return (text, encoding.name());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.into(), "UTF-8"),
        Err(_) => (encoding_rs::WINDOWS_1252.decode(bytes).0, "windows-1252"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TITLES: &str = include_str!("../../../tests/fixtures/register.csv");

    fn whys(register: &Register) -> Vec<(u32, Why)> {
        register
            .readings
            .iter()
            .flat_map(|r| r.doubts())
            .map(|d| (d.row, d.why))
            .collect()
    }

    #[test]
    fn each_row_of_the_fixture_is_doubted_for_its_own_reason() {
        let register = read(TITLES.as_bytes()).unwrap();
        let expected = [
            (3, Why::FarFuture),
            (4, Why::EndUnknown),
            (5, Why::OnlyLastExtension),
            (6, Why::ExtensionBeforeEnd),
            (7, Why::Negative),
            (8, Why::NoReference),
            (9, Why::RepeatedReference),
            (10, Why::RepeatedReference),
            (11, Why::NotADate),
            (11, Why::EndUnknown),
            (12, Why::NotAnAmount),
            (13, Why::NotACompanyNumber),
            (14, Why::Nameless),
        ];
        assert_eq!(whys(&register), expected);
        assert!(matches!(register.readings.last(), Some(Reading::Held { .. })));
    }

    #[test]
    fn the_schemas_names_in_windows_1252_are_read_too() {
        let text = "ContractReference,ContractTitle,Description,StartDate,EndDate,ContractValue,SupplierName\n\
                    R1,Caf\u{e9} services,,01/04/2013,31/03/2016,\u{a3}1000,Fictional Caf\u{e9} Ltd\n";
        let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(text);
        let register = read(&bytes).unwrap();
        assert_eq!(register.encoding, "windows-1252");
        let Reading::Accepted(row) = &register.readings[0] else {
            panic!("{:?}", register.readings)
        };
        assert_eq!(
            (row.title.as_str(), row.value_pence),
            ("Caf\u{e9} services", Some(100_000))
        );
    }

    #[test]
    fn a_file_without_a_title_column_says_what_it_has() {
        let error = read(b"Name,Colour\na,b\n").unwrap_err();
        assert!(error.to_string().contains("Name, Colour"), "{error}");
        assert_eq!(read(b"").unwrap_err(), RegisterError::Empty);
    }

    #[test]
    fn keys_of_rows_do_not_depend_on_other_rows_places() {
        let register = read(TITLES.as_bytes()).unwrap();
        let (first, rest) = TITLES.split_once('\n').unwrap();
        let mut lines: Vec<&str> = rest.lines().collect();
        lines.reverse();
        let turned = read(format!("{first}\n{}", lines.join("\n")).as_bytes()).unwrap();
        let keys = |register: &Register| {
            let mut keys: Vec<String> = register
                .readings
                .iter()
                .filter_map(|r| r.row())
                .map(|row| row.key.clone())
                .collect();
            keys.sort_unstable();
            keys
        };
        assert_eq!(keys(&register), keys(&turned));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_reader_panic(bytes: Vec<u8>, cells in "[\"a,\n\r(0-9/£;]{0,200}") {
            let _ = read(&bytes);
            let _ = read(format!("Title of the Agreement,End date,Contract value\n{cells}").as_bytes());
        }
    }
}
