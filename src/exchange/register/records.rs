//! Text to records: cuts CSV into rows of cells, numbered as a spreadsheet numbers them.
//! Must not know what a column means. A quote left open costs its own line, not the rest of the file.
//! Next: `headings.rs`, which says what each cell is.

use std::borrow::Cow;
use std::io::Cursor;

use csv::{ByteRecord, Position, Reader, ReaderBuilder, StringRecord};

use super::doubt::Why;
use super::quotes::{Quotes, examine};
use super::report::unescape_formula;

/// How many times the length of the file may be re-read to mend open quotes. Beyond it (a hostile
/// file) a swallowed stretch stays in its one cell, doubted: nothing is lost, and time stays linear.
const MENDING_BUDGET: usize = 4;

/// One record that is not blank.
pub(super) struct Record {
    /// Its row as a spreadsheet counts, from 1: a record of several lines is one row, a blank line is one too.
    pub(super) row: u32,
    pub(super) cells: StringRecord,
    /// What is wrong with its quotes, and the line it was found in.
    pub(super) flaw: Option<(Why, String)>,
}

/// A walk over the records of a text.
pub(super) struct Records<'a> {
    reader: Reader<Cursor<Cow<'a, [u8]>>>,
    row: u32,
    blank_rows: u32,
    /// How many cells a row should have; 0 until the header is known.
    width: usize,
    mended: usize,
}

impl<'a> Records<'a> {
    pub(super) fn new(text: Cow<'a, str>) -> Self {
        let bytes = match text {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        let reader = settings().from_reader(Cursor::new(bytes));
        Self {
            reader,
            row: 0,
            blank_rows: 0,
            width: 0,
            mended: 0,
        }
    }

    /// Says how many cells a row should have, so that a bad quote can be mended towards it.
    pub(super) fn expect_width(&mut self, width: usize) {
        self.width = width;
    }

    pub(super) fn blank_rows(&self) -> u32 {
        self.blank_rows
    }

    pub(super) fn place(&self) -> Place {
        Place {
            at: self.reader.position().clone(),
            row: self.row,
            blank_rows: self.blank_rows,
            mended: self.mended,
        }
    }

    pub(super) fn go_back(&mut self, place: Place) {
        // Seeking inside a slice cannot fail; were it to, the walk would simply be over.
        if self.reader.seek(place.at).is_ok() {
            (self.row, self.blank_rows, self.mended) = (place.row, place.blank_rows, place.mended);
        }
    }

    fn text(&self) -> &[u8] {
        self.reader.get_ref().get_ref()
    }

    fn any(&mut self) -> Option<Record> {
        let start = offset(&self.reader);
        let mut bytes = ByteRecord::new();
        if !matches!(self.reader.read_byte_record(&mut bytes), Ok(true)) {
            return None;
        }
        let (blank_lines, begin) = skip_blank_lines(self.text(), start);
        self.blank_rows = self.blank_rows.saturating_add(blank_lines);
        self.row = self.row.saturating_add(blank_lines).saturating_add(1);
        let end = offset(&self.reader).max(begin);
        let slice = &self.text()[begin..end];
        // Most rows have no quote at all, and then cannot hold a line break either.
        if !slice.contains(&b'"') {
            return Some(self.record(bytes, None));
        }
        let quotes = examine(slice);
        if quotes.sound() {
            return Some(self.record(bytes, None));
        }
        Some(self.mend(bytes, begin, end, quotes))
    }

    /// A record with bad quotes. Where they swallowed the lines below, the first line is read alone
    /// and the walk goes on from the second.
    fn mend(&mut self, bytes: ByteRecord, begin: usize, end: usize, quotes: Quotes) -> Record {
        let why = if quotes.open {
            Why::QuoteUnclosed
        } else {
            Why::QuoteStray
        };
        let line = self.text()[begin..begin + quotes.first_line].to_vec();
        let shown = String::from_utf8_lossy(&line).chars().take(200).collect();
        // A whole row in the first line alone says that the quote swallowed the next, even when the cells
        // happen to be as many as they should: it may have been closed by the next line's own first quote.
        let odd = bytes.len() != self.width || plain(&line).len() == self.width;
        let swallowed = quotes.several_lines && (quotes.open || odd);
        if !quotes.open && !swallowed {
            return self.record(bytes, Some((why, shown)));
        }
        if swallowed {
            self.mended += end - begin;
            if self.mended > MENDING_BUDGET * self.text().len() {
                return self.record(bytes, Some((Why::QuoteUnclosed, shown)));
            }
            let mut next = Position::new();
            next.set_byte((begin + quotes.first_line) as u64);
            if self.reader.seek(next).is_err() {
                return self.record(bytes, Some((why, shown)));
            }
        }
        let mended = self.read_line_alone(&line);
        self.record(mended, Some((Why::QuoteUnclosed, shown)))
    }

    /// Reads one line whose quote was never closed: as if quotes meant nothing, when that gives as many
    /// cells as there are headings (or is the header); else as if the quote closed at the end of the line.
    fn read_line_alone(&self, line: &[u8]) -> ByteRecord {
        let plain = plain(line);
        if self.width == 0 || plain.len() == self.width {
            return plain;
        }
        let line = line.trim_ascii_end();
        let closing: &[u8] = if examine(line).open { b"\"" } else { b"" };
        first_record(&settings(), &[line, closing].concat())
    }

    fn record(&self, bytes: ByteRecord, flaw: Option<(Why, String)>) -> Record {
        // The text was valid before it was cut at ASCII characters, so nothing is replaced here.
        let mut cells = StringRecord::from_byte_record_lossy(bytes);
        if cells.iter().any(|cell| cell.starts_with('\'')) {
            cells = cells.iter().map(unescape_formula).collect();
        }
        Record {
            row: self.row,
            cells,
            flaw,
        }
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        loop {
            let record = self.any()?;
            if record.cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(record);
            }
            self.blank_rows = self.blank_rows.saturating_add(1);
        }
    }
}

/// Where a walk over records stood.
pub(super) struct Place {
    at: Position,
    row: u32,
    blank_rows: u32,
    mended: usize,
}

fn settings() -> ReaderBuilder {
    let mut builder = ReaderBuilder::new();
    builder.has_headers(false).flexible(true);
    builder
}

/// A line read as if quotes meant nothing.
fn plain(line: &[u8]) -> ByteRecord {
    first_record(settings().quoting(false), line)
}

fn first_record(settings: &ReaderBuilder, line: &[u8]) -> ByteRecord {
    let mut record = ByteRecord::new();
    // A slice gives no read errors; an empty line gives an empty record, which is right.
    let _ = settings.from_reader(line).read_byte_record(&mut record);
    record
}

fn offset<R: std::io::Read>(reader: &Reader<R>) -> usize {
    usize::try_from(reader.position().byte()).unwrap_or(usize::MAX)
}

/// The blank lines the CSV reader passed over before a record, and where the record begins.
fn skip_blank_lines(text: &[u8], start: usize) -> (u32, usize) {
    let mut at = start.min(text.len());
    // A record that ended in CR LF leaves its LF to the next.
    if at > 0 && text[at - 1] == b'\r' && text.get(at) == Some(&b'\n') {
        at += 1;
    }
    let mut lines: u32 = 0;
    while let Some(b'\r' | b'\n') = text.get(at) {
        at += if text[at..].starts_with(b"\r\n") { 2 } else { 1 };
        lines = lines.saturating_add(1);
    }
    (lines, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(text: &str, width: usize) -> Vec<(u32, Vec<String>, Option<&'static str>)> {
        let mut records = Records::new(Cow::Borrowed(text));
        records.expect_width(width);
        records
            .map(|r| {
                (
                    r.row,
                    r.cells.iter().map(str::to_owned).collect(),
                    r.flaw.map(|(why, _)| why.code()),
                )
            })
            .collect()
    }

    fn rows(text: &str, width: usize) -> Vec<(u32, String)> {
        walk(text, width)
            .into_iter()
            .map(|(row, cells, _)| (row, cells.join("|")))
            .collect()
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_numbers_them() {
        let text = "\n\na,b\r\n\r\n\"c\nc\",d\re,f\n , \n\ng,h";
        let expected = [(3, "a|b"), (5, "c\nc|d"), (6, "e|f"), (9, "g|h")];
        assert_eq!(
            rows(text, 2),
            expected.map(|(row, cells)| (row, cells.to_owned()))
        );
    }

    #[test]
    fn an_open_quote_costs_its_own_line_and_no_other() {
        let read = walk("a,b\n\"c,d\ne,f\ng,h\n", 2);
        assert_eq!(read.len(), 4);
        assert_eq!(
            read[1],
            (2, vec!["\"c".into(), "d".into()], Some("quote_unclosed"))
        );
        assert_eq!(read[3], (4, vec!["g".into(), "h".into()], None));
    }

    #[test]
    fn an_open_quote_that_a_later_quote_would_close_costs_one_line() {
        let read = walk("a,b\n1,\"open\n2,x\n3,\"y, z\"\n4,w\n", 2);
        assert_eq!(read.iter().map(|r| r.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(read[3].1, ["3", "y, z"]);
    }

    #[test]
    fn a_file_cut_off_inside_a_quote_keeps_its_last_cell() {
        let read = walk("a,b\n1,\"cut of", 2);
        assert_eq!(
            read[1],
            (2, vec!["1".into(), "\"cut of".into()], Some("quote_unclosed"))
        );
        assert_eq!(walk("a,b,c\n1,\"cut of", 3)[1].1, ["1", "cut of"]);
    }

    #[test]
    fn an_open_quote_in_the_last_cell_does_not_lose_the_lines_below() {
        assert_eq!(
            rows("\"1,0\",\"x\n2,y\n", 2),
            [(1, "1,0|x".to_owned()), (2, "2|y".to_owned())]
        );
    }

    #[test]
    fn going_back_gives_the_same_records_again() {
        let mut records = Records::new(Cow::Borrowed("a,b\n\n1,2\n3,\"4\n5,6\n"));
        records.expect_width(2);
        assert_eq!(records.next().unwrap().row, 1);
        let place = records.place();
        let first: Vec<_> = records.by_ref().map(|r| (r.row, r.cells)).collect();
        records.go_back(place);
        assert_eq!(records.map(|r| (r.row, r.cells)).collect::<Vec<_>>(), first);
    }
}
