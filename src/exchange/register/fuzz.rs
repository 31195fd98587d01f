//! Each reader against inputs that grow out of a small corpus by accidents of every kind: no panic, no end that does not
//! come, and what the reader promises holds. A second each in the ordinary suite; longer, and on other inputs, by
//!
//! ```text
//! GUILDHALL_FUZZ_SECONDS=600 GUILDHALL_FUZZ_SEED=7 cargo test --lib register::fuzz
//! ```
//!
//! What an input shows (its doubts, its columns) is kept as a mark; an input with a new mark joins the corpus. One that
//! fails is printed whole, to be put into [`KNOWN`]. To add a reader: a corpus and a function that checks one input.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use proptest::prelude::*;
use rand::{Rng, RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

use super::cells::{dates, money};
use super::formats::ods;
use super::hostile::check_invariants;
use super::tests::{SMALL, four};
use super::*;
use crate::exchange::renewal::{self, InitialTerm};

/// One input takes no longer than this in any build on any machine.
const LONGEST: Duration = Duration::from_secs(20);

/// Bytes of an input; larger files are other tests' work.
const LARGEST: usize = 64 * 1024;

/// Inputs of the corpus that are kept at most.
const KEPT: usize = 4000;

/// Pieces that mean something to one reader or another.
const PIECES: [&str; 56] = [
    ",",
    ";",
    "\t",
    "|",
    "\"",
    "\"\"",
    "\r",
    "\n",
    "\r\n",
    "\0",
    "\u{feff}",
    "=HYPERLINK(\"x\")",
    "£",
    "-",
    "(",
    ")",
    "k",
    "m",
    "bn",
    " per annum",
    "up to ",
    " - ",
    "POA",
    "REDACTED",
    "0",
    "99999999999999999999",
    ".",
    "31/02/2025",
    "04/09/2014",
    "03/31/2015",
    "01-Apr-2013",
    "45000",
    "2025-03-31T23:00:00Z",
    "29/02/2023",
    "/",
    "T",
    ":",
    "Title",
    "End date",
    "Annual Value",
    "Supplier",
    "Contract reference",
    "Extension options",
    "1+1+1",
    "2 x 12 months",
    "up to 24 months in 12 month increments",
    "no option",
    "two further one-year options",
    " and ",
    "until ",
    "é",
    "\u{202e}",
    "\u{fffd}",
    "SC123456",
    "Yes",
    "null",
];

/// Inputs that failed once.
const KNOWN: [&[u8]; 1] = [b"\xE2\x82"];

fn seconds() -> u64 {
    let asked = std::env::var("GUILDHALL_FUZZ_SECONDS").ok();
    asked.and_then(|seconds| seconds.parse().ok()).unwrap_or(1)
}

fn seed() -> u64 {
    let asked = std::env::var("GUILDHALL_FUZZ_SEED").ok();
    asked.and_then(|seed| seed.parse().ok()).unwrap_or(0)
}

/// Checks inputs that grow out of a corpus until the time is up; says how many there were.
fn fuzz(name: &str, corpus: impl IntoIterator<Item = Vec<u8>>, check: impl Fn(&[u8]) -> u64) {
    let mut corpus: Vec<Vec<u8>> = corpus.into_iter().chain(KNOWN.map(<[u8]>::to_vec)).collect();
    let mut random = ChaCha8Rng::seed_from_u64(seed());
    let mut marks = HashSet::new();
    let watched = Watched::new(name);
    let until = Instant::now() + Duration::from_secs(seconds());
    let (mut tried, mut next) = (0u64, 0);
    while Instant::now() < until || next < corpus.len() {
        // The corpus as it is comes first.
        let input = match corpus.get(next) {
            Some(input) if tried == next as u64 => {
                next += 1;
                input.clone()
            }
            _ => {
                next = corpus.len();
                mutated(&corpus, &mut random)
            }
        };
        tried += 1;
        watched.begins(&input);
        match catch_unwind(AssertUnwindSafe(|| check(&input))) {
            Ok(mark) => {
                if marks.insert(mark) && corpus.len() < KEPT && next == corpus.len() {
                    corpus.push(input);
                    next = corpus.len();
                }
            }
            Err(panic) => {
                println!("{name} fails on: b\"{}\"", input.escape_ascii());
                resume_unwind(panic);
            }
        }
    }
    println!("{name}: {tried} inputs, {} marks, none failed", marks.len());
}

/// Since when which input is tried.
type Begun = Mutex<Option<(Instant, Vec<u8>)>>;

/// Ends the tests when an input does not end.
struct Watched {
    now: Arc<Begun>,
}

impl Watched {
    fn new(name: &str) -> Self {
        let now = Arc::new(Begun::default());
        let (seen, name) = (Arc::downgrade(&now), name.to_owned());
        std::thread::spawn(move || {
            while let Some(now) = seen.upgrade() {
                if let Ok(now) = now.lock()
                    && let Some((begun, input)) = &*now
                    && begun.elapsed() > LONGEST
                {
                    eprintln!("{name} does not end on: b\"{}\"", input.escape_ascii());
                    std::process::abort();
                }
                drop(now);
                std::thread::park_timeout(Duration::from_millis(500));
            }
        });
        Self { now }
    }

    fn begins(&self, input: &[u8]) {
        if let Ok(mut now) = self.now.lock() {
            *now = Some((Instant::now(), input.to_vec()));
        }
    }
}

/// One of the corpus after one to eight accidents.
fn mutated(corpus: &[Vec<u8>], random: &mut impl Rng) -> Vec<u8> {
    let mut input = corpus.choose(random).cloned().unwrap_or_default();
    for _ in 0..random.random_range(1..=8) {
        let at = random.random_range(0..=input.len());
        let to = random.random_range(at..=input.len().min(at + 40));
        match random.random_range(0..9) {
            0 if at < input.len() => input[at] ^= 1 << random.random_range(0..8),
            1 if at < input.len() => input[at] = random.random(),
            2 => drop(input.drain(at..to)),
            3 => {
                let again = input[at..to].to_vec();
                input.splice(at..at, again);
            }
            4 => input.truncate(at),
            5 => {
                let other = corpus.choose(random).cloned().unwrap_or_default();
                let from = random.random_range(0..=other.len());
                let end = random.random_range(from..=other.len().min(from + 200));
                input.splice(at..to, other[from..end].iter().copied());
            }
            6 => {
                let digit = b'0' + random.random_range(0..10);
                input.insert(at, digit);
            }
            _ => {
                let piece = PIECES.choose(random).copied().unwrap_or_default();
                input.splice(at..at, piece.bytes());
            }
        }
    }
    input.truncate(LARGEST);
    input
}

fn mark(of: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}

/// What a file showed.
fn shown(report: Option<Report>) -> u64 {
    let Some(report) = report else { return 0 };
    let whys: Vec<_> = report.by_why().map(|(why, count)| (why, count.ilog2())).collect();
    let columns: Vec<_> = report
        .source
        .columns()
        .iter()
        .map(|one| (one.column, one.confidence as u8))
        .collect();
    mark((
        whys,
        columns,
        report.rows.min(4),
        report.source.format.to_string(),
    ))
}

fn registers() -> Vec<Vec<u8>> {
    let local = "Ref No;Contract Name;Vendor;Start;Expiry;Annual Value;Option to extend\n1;Vans;S;04/09/2014;31/03/2015;£10k - £20k;2 x 12 months\n";
    let utf16: Vec<u8> = local.encode_utf16().flat_map(u16::to_le_bytes).collect();
    vec![
        SMALL.to_vec(),
        four("A1,One,S,01/04/2024\nA1,\"Two\n2\",S,31/03/2025\n"),
        local.as_bytes().to_vec(),
        local.replace(';', "\t").replace('\n', "\r").into_bytes(),
        format!("Register\n\n{local}{local}").into_bytes(),
        utf16,
        b"Title|Company\r\n\"open|04412907\r\nT|SC123456\r\n".to_vec(),
    ]
}

#[test]
fn no_text_breaks_the_reader_of_registers() {
    fuzz("registers", registers(), |bytes| {
        shown(check_invariants(bytes, &Settings::default()))
    });
}

#[test]
fn no_workbook_breaks_the_reader_of_registers() {
    let cells = vec![
        vec!["Title".to_owned(), "Start date".to_owned()],
        vec!["Vans".to_owned(), "04/09/2014".to_owned()],
    ];
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_string(0, 0, "Title").unwrap();
    sheet.write_number(1, 0, 5.0).unwrap();
    // Unpacked, so that what is changed is what is read.
    let xlsx = stored(&book.save_to_buffer().unwrap());
    let corpus = [stored(&ods(&cells)), xlsx];
    fuzz("workbooks", corpus, |bytes| {
        shown(check_invariants(&sound(bytes), &Settings::default()))
    });
}

/// A ZIP file with its parts not compressed.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let mut parts = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut out = Vec::new();
    for place in 0..parts.len() {
        let mut part = parts.by_index(place).unwrap();
        let mut text = Vec::new();
        std::io::Read::read_to_end(&mut part, &mut text).unwrap();
        out.extend_from_slice(part.name().unwrap().as_bytes());
        out.push(1);
        out.extend_from_slice(&text);
        out.push(2);
    }
    out
}

/// Parts, each a name and a text, as a ZIP file: its sums must be right for the text to be read at all.
fn sound(bytes: &[u8]) -> Vec<u8> {
    use std::io::Write as _;
    let mut zip = zip::write::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for part in bytes.split(|byte| *byte == 2).take(40) {
        let (name, text) = part.split_at(part.iter().position(|byte| *byte == 1).unwrap_or(part.len()));
        let options =
            zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
        if zip.start_file(String::from_utf8_lossy(name), options).is_ok() {
            let _ = zip.write_all(text.get(1..).unwrap_or_default());
        }
    }
    zip.finish().map(std::io::Cursor::into_inner).unwrap_or_default()
}

#[test]
fn no_mapping_breaks_the_reader_or_is_half_obeyed() {
    let file = "Ref;Title;Who;When;Worth\n1;Vans;S;04/09/2014;5\n2;Bins;S;31/03/2015;x\n";
    let corpus = [
        r#"{"who":"SupplierName","when":"EndDate","worth":"ContractValue"}"#,
        r#"{"Title":null,"who":"ContractTitle"}"#,
        r#"{"ref":"ContractTitle","title":"ContractTitle"}"#,
        r#"{"column 2":"Description"}"#,
    ];
    fuzz("mappings", corpus.map(|json| json.as_bytes().to_vec()), |bytes| {
        let Ok(mapping) = serde_json::from_slice::<Mapping>(bytes) else {
            return 0;
        };
        let kept = serde_json::to_vec(&mapping).unwrap();
        assert_eq!(serde_json::from_slice::<Mapping>(&kept).unwrap(), mapping);
        let settings = Settings {
            mapping: mapping.clone(),
            sheet: None,
        };
        let report = check_invariants(file.as_bytes(), &settings);
        for one in report.iter().flat_map(|report| report.source.columns()) {
            if let Some(told) = mapping.get(&one.heading) {
                assert!(one.column.is_none() || one.column == told, "{one:?}");
            }
        }
        shown(report)
    });
}

#[test]
fn no_text_breaks_the_reader_of_dates() {
    let corpus = [
        "04/09/2014",
        "01-Apr-2013",
        "2025-03-31T23:00:00Z",
        "Monday 1 April 2013",
        "45000",
        "31.02.25",
    ];
    let first = NaiveDate::from_ymd_opt(1900, 1, 1).unwrap();
    fuzz("dates", corpus.map(|text| text.as_bytes().to_vec()), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        let [day, month] =
            [dates::Order::DayFirst, dates::Order::MonthFirst].map(|order| dates::date_in(text, order));
        let tells = dates::tells(text);
        match tells {
            Some(dates::Tells::DayFirst) => assert_eq!(month.value, None),
            Some(dates::Tells::MonthFirst) => assert_eq!(day.value, None),
            Some(dates::Tells::Nothing) => {}
            None => {}
        }
        for cell in [&day, &month] {
            assert!(cell.value.is_some() || cell.why.is_some());
            assert!(cell.value.is_none_or(|value| value >= first));
        }
        mark((
            day.why,
            month.why,
            tells.map(|tells| tells as u8),
            day.value == month.value,
            text.len(),
        ))
    });
}

#[test]
fn no_text_breaks_the_reader_of_money() {
    let corpus = [
        "£1,234.56",
        "(3728)",
        "£10,000 - £20,000",
        "up to £5k p.a. + VAT",
        "POA",
        "REDACTED",
        "1.005",
    ];
    fuzz("money", corpus.map(|text| text.as_bytes().to_vec()), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim();
        let cell = money::pence(text);
        assert!(cell.value.is_some() || cell.why.is_some());
        if let Some(pence) = cell.value {
            let made = money::made(text, pence);
            assert!(made.starts_with("Read as "), "{made}");
        }
        mark((
            cell.why,
            cell.value.map(|pence| pence.unsigned_abs().checked_ilog10()),
            text.len() / 4,
        ))
    });
}

#[test]
fn no_text_breaks_the_reader_of_renewals() {
    let corpus = [
        "2 x 12 months",
        "1+1+1",
        "up to 24 months in 12 month increments",
        "no option to extend",
        "extend annually until 31st May 2030",
        "one further year, on three months' written notice",
    ];
    let on = |year| NaiveDate::from_ymd_opt(year, 3, 31);
    fuzz("renewals", corpus.map(|text| text.as_bytes().to_vec()), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let known = renewal::read(&text, &InitialTerm::between(on(2024), on(2027)));
        let unknown = renewal::read(&text, &InitialTerm::between(None, None));
        mark((
            format!("{:?}", known.why),
            known.options.len(),
            unknown.options.len(),
            known.confidence as u8,
        ))
    });
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn accidents_keep_inputs_within_their_size(seed in any::<u64>()) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        prop_assert!(mutated(&registers(), &mut random).len() <= LARGEST);
    }
}
