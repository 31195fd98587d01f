//! What an import has to say: counts, and every doubt with its row, column and raw value.
//! Answers for the wording of the summary and the CSV of doubts; must not judge rows. Next: `doubt.rs`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use super::columns::Column;
use super::doubt::{Doubt, Why};
use super::recognise::{Confidence, Recognised};
use super::{Reading, Source};

/// Counts and doubts of one reading of a file.
#[derive(Clone, Debug)]
pub struct Report {
    /// The file.
    pub source: Source,
    /// Rows added so far, the next three together.
    pub rows: u32,
    /// Rows without a doubt.
    pub accepted: u32,
    /// Rows accepted with doubts.
    pub doubtful: u32,
    /// Rows held: they cannot be read as contracts, or a person must say first which they are.
    pub held: u32,
    /// Per reason: how many, and the first row.
    by_why: BTreeMap<Why, (u32, u32)>,
    by_column: BTreeMap<Arc<str>, u32>,
    doubts: Option<Vec<Doubt>>,
}

impl Report {
    /// A report that keeps every doubt (about 150 bytes each).
    pub fn new(source: &Source) -> Self {
        Self {
            doubts: Some(Vec::new()),
            ..Self::counting(source)
        }
    }

    /// A report that only counts; for very large files, with the doubts going to a [`DoubtCsv`] as they come.
    pub fn counting(source: &Source) -> Self {
        let source = source.clone();
        let (by_why, by_column) = (BTreeMap::new(), BTreeMap::new());
        Self {
            source,
            rows: 0,
            accepted: 0,
            doubtful: 0,
            held: 0,
            by_why,
            by_column,
            doubts: None,
        }
    }

    /// Counts one row.
    pub fn add(&mut self, reading: &Reading) {
        self.rows += 1;
        match reading {
            Reading::Accepted(_) => self.accepted += 1,
            Reading::Doubtful(..) => self.doubtful += 1,
            Reading::Held(..) => self.held += 1,
        }
        reading.doubts().iter().for_each(|doubt| self.note(doubt));
    }

    /// Counts a row as held that was counted as taken, with doubts or without: a person must say what it is.
    pub fn hold_back(&mut self, doubtful: bool) {
        let taken = if doubtful {
            &mut self.doubtful
        } else {
            &mut self.accepted
        };
        *taken = taken.saturating_sub(1);
        self.held += 1;
    }

    /// Counts a doubt; one that arose after its row was read leaves the row as it was counted.
    pub fn note(&mut self, doubt: &Doubt) {
        self.by_why.entry(doubt.why).or_insert((0, doubt.row)).0 += 1;
        match self.by_column.get_mut(&doubt.column) {
            Some(count) => *count += 1,
            None => drop(self.by_column.insert(Arc::clone(&doubt.column), 1)),
        }
        if let Some(doubts) = &mut self.doubts {
            doubts.push(doubt.clone());
        }
    }

    /// How many doubts have a reason.
    pub fn count(&self, why: Why) -> u32 {
        self.by_why.get(&why).map_or(0, |(count, _)| *count)
    }

    /// Reasons met and how often.
    pub fn by_why(&self) -> impl Iterator<Item = (Why, u32)> {
        self.by_why.iter().map(|(why, (count, _))| (*why, *count))
    }

    /// Headings doubted and how often; the empty heading stands for whole rows.
    pub fn by_column(&self) -> impl Iterator<Item = (&str, u32)> {
        self.by_column
            .iter()
            .map(|(column, count)| (column.as_ref(), *count))
    }

    /// Every doubt in the order of the rows; none when only counting.
    pub fn doubts(&self) -> &[Doubt] {
        self.doubts.as_deref().unwrap_or(&[])
    }

    /// The report as a page of text for a terminal. Text from the file is made harmless to it.
    pub fn summary(&self) -> String {
        let mut page = self.source_summary();
        let _ = writeln!(page, "{:>9} rows", thousands(self.rows));
        for (count, what) in [
            (self.accepted, "accepted"),
            (self.doubtful, "accepted with doubts"),
            (self.held, self.why_held().as_str()),
        ] {
            let _ = writeln!(page, "{:>9} {what}", thousands(count));
        }
        page + &frequencies(&self.by_why)
    }

    /// Why rows are held, of the two reasons there are.
    fn why_held(&self) -> String {
        let perhaps = self.count(Why::PerhapsKnown);
        let unread = self.held.saturating_sub(perhaps);
        match (unread, perhaps) {
            (0, 0) => "held".to_owned(),
            (_, 0) => "held: they cannot be read as contracts".to_owned(),
            (0, _) => "held: they may be known contracts".to_owned(),
            _ => {
                let (unread, perhaps) = (thousands(unread), thousands(perhaps));
                format!("held: {unread} cannot be read as contracts, {perhaps} may be known contracts")
            }
        }
    }

    fn source_summary(&self) -> String {
        let source = &self.source;
        let mut page = format!(
            "Read as {}; headings in row {}.\n",
            harmless(&source.format.to_string()),
            source.header_row
        );
        let list = |page: &mut String, what: &str, names: Vec<&str>| {
            if !names.is_empty() {
                let names: Vec<_> = names.into_iter().map(harmless).collect();
                let _ = writeln!(page, "{what}: {}.", names.join("; "));
            }
        };
        list(
            &mut page,
            "Columns not in the schema, kept as they are",
            source.headings.unknown().collect(),
        );
        recognised(&mut page, source.columns());
        list(
            &mut page,
            "Columns the schema asks for that are not in the file",
            source.headings.absent().collect(),
        );
        for order in source.date_orders.iter() {
            let count = match order.ambiguous {
                0 => String::new(),
                some => format!(", {} of which could be read both ways", thousands(some)),
            };
            let _ = writeln!(
                page,
                "Dates under \u{201c}{}\u{201d}{count}: {}",
                harmless(&order.heading),
                harmless_of(&order.sentence(), 240)
            );
        }
        if source.blank_rows > 0 {
            let _ = writeln!(page, "Blank rows passed over: {}.", thousands(source.blank_rows));
        }
        page
    }

    /// Writes every doubt as CSV: row, column, raw value, code, why.
    pub fn write_csv(&self, to: impl io::Write) -> io::Result<()> {
        let mut csv = DoubtCsv::new(to)?;
        self.doubts().iter().try_for_each(|doubt| csv.write(doubt))?;
        csv.finish()
    }
}

/// Writes doubts as CSV one by one, so that a large file's need not be kept.
pub struct DoubtCsv<W: io::Write> {
    csv: csv::Writer<W>,
}

impl<W: io::Write> DoubtCsv<W> {
    /// Begins with the headings.
    pub fn new(to: W) -> io::Result<Self> {
        let mut csv = csv::Writer::from_writer(to);
        csv.write_record(["row", "column", "raw value", "code", "why"])?;
        Ok(Self { csv })
    }

    /// Writes one doubt.
    pub fn write(&mut self, doubt: &Doubt) -> io::Result<()> {
        let (row, column, raw) = (
            doubt.row.to_string(),
            escape_formula(&doubt.column),
            escape_formula(&doubt.raw),
        );
        self.csv.write_record([
            &row,
            column.as_ref(),
            raw.as_ref(),
            doubt.why.code(),
            &doubt.sentence(),
        ])?;
        Ok(())
    }

    /// Writes out what is buffered. Dropping would too, but without telling of failure.
    pub fn finish(mut self) -> io::Result<()> {
        self.csv.flush()
    }
}

/// Columns named in the summary, of those that are not sure: a file of thousands would fill the terminal.
const LISTED: usize = 40;

/// Lists the columns that were not recognised surely, with why.
fn recognised(page: &mut String, columns: &[Recognised]) {
    let worth = |one: &&Recognised| {
        one.confidence != Confidence::Sure && (one.column.is_some() || !one.samples.is_empty())
    };
    let unsure: Vec<_> = columns.iter().filter(worth).collect();
    if unsure.is_empty() {
        return;
    }
    page.push_str("Columns not recognised surely\n");
    for one in unsure.iter().take(LISTED) {
        let column = one.column.map_or("kept as it is", Column::title);
        let (heading, confidence) = (harmless(&one.heading), one.confidence.as_str());
        let why = harmless_of(&one.why, 240);
        let _ = writeln!(page, "  {heading}: {column} ({confidence}). {why}");
    }
    if unsure.len() > LISTED {
        let _ = writeln!(page, "  and {} more", unsure.len() - LISTED);
    }
}

/// Makes a cell safe to open in a spreadsheet: what would be run as a formula gets an apostrophe before it. So does what
/// looks as if it had one already, so that reading the file gives each cell back as it was.
pub fn escape_formula(cell: &str) -> Cow<'_, str> {
    if runs(cell.trim_start_matches('\'')) {
        return Cow::Owned(format!("'{cell}"));
    }
    Cow::Borrowed(cell)
}

/// Takes the apostrophe off again that [`escape_formula`], or whoever else wrote the file, put there.
pub(super) fn unescape_formula(cell: &str) -> &str {
    cell.strip_prefix('\'')
        .filter(|rest| runs(rest.trim_start_matches('\'')))
        .unwrap_or(cell)
}

/// Whether a spreadsheet takes text for a formula.
fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// Text from a file for a terminal: no control or direction characters, and not too long.
pub fn harmless(text: &str) -> String {
    harmless_of(text, 80)
}

fn harmless_of(text: &str, length: usize) -> String {
    let directs =
        |c| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars()
        .take(length)
        .map(|c| {
            if c.is_control() || directs(c) {
                '\u{FFFD}'
            } else {
                c
            }
        })
        .collect()
}

/// Reasons with how often each was met and where first, the most frequent first; nothing where there is none.
pub(in crate::exchange) fn frequencies(by_why: &BTreeMap<Why, (u32, u32)>) -> String {
    if by_why.is_empty() {
        return String::new();
    }
    let mut page = "\nDoubts, the most frequent first\n".to_owned();
    let mut whys: Vec<_> = by_why.iter().collect();
    whys.sort_by_key(|(why, (count, _))| (std::cmp::Reverse(*count), **why));
    for (why, (count, first)) in whys {
        let (count, code) = (thousands(*count), why.code());
        let _ = writeln!(
            page,
            "{count:>9}  {code}: {} First in row {first}.",
            why.sentence()
        );
    }
    page
}

/// A number with its thousands told by commas.
pub(crate) fn thousands(number: u32) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn thousands_are_told_by_commas() {
        assert_eq!(
            [0, 999, 1_000, 5_729, 1_234_567].map(thousands),
            ["0", "999", "1,000", "5,729", "1,234,567"]
        );
    }

    #[test]
    fn cells_that_would_run_as_formulas_are_escaped() {
        for cell in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(escape_formula(cell), format!("'{cell}"));
        }
        assert_eq!(escape_formula("plain = text"), "plain = text");
    }

    proptest! {
        #[test]
        fn an_escaped_cell_never_runs_and_is_given_back_as_it_was(cell in "'{0,3}[=+@\\t\\ra-c-]{0,4}|\\PC{0,8}") {
            let escaped = escape_formula(&cell);
            prop_assert!(!runs(&escaped));
            prop_assert_eq!(unescape_formula(&escaped), &*cell);
        }
    }

    #[test]
    fn headings_cannot_steer_the_terminal() {
        assert_eq!(harmless("a\u{1b}[2Jb\u{202e}c"), "a\u{FFFD}[2Jb\u{FFFD}c");
    }

    #[test]
    fn the_reports_csv_escapes_formulas_and_can_be_read_back() {
        let report = crate::exchange::register::tests::report(
            b"Title of the Agreement,=Bad,Contract value\nT,x,=1+1\n,\"a\",5\n",
        );
        let mut csv = Vec::new();
        report.write_csv(&mut csv).unwrap();
        let text = String::from_utf8(csv).unwrap();
        assert!(
            text.starts_with("row,column,raw value,code,why\n2,Contract value,'=1+1,value_unreadable,"),
            "{text}"
        );
        assert_eq!(
            csv::Reader::from_reader(text.as_bytes())
                .records()
                .filter_map(Result::ok)
                .count(),
            report.doubts().len()
        );
    }
}
