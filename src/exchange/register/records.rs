//! Text to records: cuts CSV into rows of cells, numbered as a spreadsheet numbers them, as it is read.
//! Must not know what a column means. A quote left open costs its own line, not the rest of the file, and no more
//! memory than [`LONGEST`]. Next: `headings.rs`, which says what each cell is.

use std::io::{self, Read, Seek};

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::doubt::Why;
use super::line::Cells;
use super::quotes::{Quotes, examine};
use super::report::unescape_formula;
use super::window::Window;

/// How many times the length of the file may be re-read to mend open quotes. Beyond it (a hostile
/// file) a swallowed stretch stays in its one cell, doubted: nothing is lost, and time stays linear.
const MENDING_BUDGET: u64 = 4;

/// Bytes of the longest record: what an open quote can swallow before it is mended, and memory hold.
pub(super) const LONGEST: usize = 4 * 1024 * 1024;

/// Bytes of the longest record down to the headings: they are found in the beginning of a file, and what is cut there
/// must be what is cut here.
pub(super) const LONGEST_HEADER: usize = 512 * 1024;

/// Characters shown of a line that is doubted.
const SHOWN: usize = 200;

/// One record that is not blank.
pub(super) struct Record {
    /// Its row as a spreadsheet counts, from 1: a record of several lines is one row, a blank line is one too.
    pub(super) row: u32,
    pub(super) cells: Cells,
    /// What is wrong with its quotes or its length, and the line it was found in.
    pub(super) flaw: Option<(Why, String)>,
}

/// Cells without the apostrophes that keep a spreadsheet from running them.
fn without_apostrophes(cells: Cells) -> Cells {
    if cells.iter().any(|cell| cell.starts_with('\'')) {
        return cells.iter().map(unescape_formula).collect();
    }
    cells
}

/// A walk over the records of a text.
pub(super) struct Records<R> {
    text: Window<R>,
    separator: u8,
    core: Reader,
    /// The record being read: its cells without their quotes, and where each ends.
    cells: Vec<u8>,
    ends: Vec<usize>,
    filled: (usize, usize),
    row: u32,
    blank_rows: u32,
    /// The record before ended in CR, whose LF is no line of its own.
    after_cr: bool,
    /// How many cells a row should have; 0 until the header is known.
    width: usize,
    mended: u64,
}

/// How far a record was read.
enum Cut {
    /// To its end, so many bytes on.
    Whole(usize),
    /// No further than [`LONGEST`], so many bytes on.
    Overlong(usize),
    /// There is none.
    None,
}

impl<R: Read + Seek> Records<R> {
    pub(super) fn new(text: Window<R>, separator: u8) -> Self {
        Self {
            text,
            separator,
            core: ReaderBuilder::new().delimiter(separator).build(),
            cells: vec![0; 4 * 1024],
            ends: vec![0; 64],
            filled: (0, 0),
            row: 0,
            blank_rows: 0,
            after_cr: false,
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

    /// Begins anew: the same records come again.
    pub(super) fn go_back(&mut self) -> io::Result<()> {
        self.text.go_back()?;
        self.core.reset();
        (self.row, self.blank_rows, self.mended) = (0, 0, 0);
        (self.after_cr, self.width) = (false, 0);
        Ok(())
    }

    /// The next record that is not blank.
    pub(super) fn next(&mut self) -> io::Result<Option<Record>> {
        loop {
            let Some(record) = self.any()? else {
                return Ok(None);
            };
            if record.cells.iter().any(|cell| !cell.trim().is_empty()) {
                return Ok(Some(record));
            }
            self.blank_rows = self.blank_rows.saturating_add(1);
        }
    }

    fn any(&mut self) -> io::Result<Option<Record>> {
        let blank_lines = self.pass_blank_lines()?;
        let cut = self.cut()?;
        if matches!(cut, Cut::None) {
            return Ok(None);
        }
        self.blank_rows = self.blank_rows.saturating_add(blank_lines);
        self.row = self.row.saturating_add(blank_lines).saturating_add(1);
        let end = match cut {
            Cut::Whole(end) => end,
            Cut::Overlong(end) => return self.overlong(end).map(Some),
            Cut::None => return Ok(None),
        };
        let slice = &self.text.ahead()[..end];
        // Most rows have no quote at all, and then cannot hold a line break either.
        if !slice.contains(&b'"') {
            return Ok(Some(self.sound(end)));
        }
        let quotes = examine(slice, self.separator);
        if quotes.sound() {
            return Ok(Some(self.sound(end)));
        }
        Ok(Some(self.mend(end, &quotes)))
    }

    /// Reads one record, and leaves its text at hand.
    fn cut(&mut self) -> io::Result<Cut> {
        let (mut read, mut over) = (0, false);
        self.filled = (0, 0);
        loop {
            let ahead = &self.text.ahead()[read..];
            if ahead.is_empty() && !over {
                if read > self.longest() {
                    return Ok(Cut::Overlong(read));
                }
                over = !self.text.more()?;
                continue;
            }
            let (cells, ends) = (&mut self.cells[self.filled.0..], &mut self.ends[self.filled.1..]);
            let (result, taken, written, ended) = self.core.read_record(ahead, cells, ends);
            read += taken;
            self.filled.0 += written;
            self.filled.1 += ended;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => self.cells.resize(2 * self.cells.len(), 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(2 * self.ends.len(), 0),
                ReadRecordResult::Record if read > self.longest() => return Ok(Cut::Overlong(read)),
                ReadRecordResult::Record => return Ok(Cut::Whole(read)),
                ReadRecordResult::End => return Ok(Cut::None),
            }
        }
    }

    fn longest(&self) -> usize {
        if self.width == 0 { LONGEST_HEADER } else { LONGEST }
    }

    fn sound(&mut self, end: usize) -> Record {
        let record = self.record(None);
        self.pass(end);
        record
    }

    /// The record that was cut.
    fn record(&self, flaw: Option<(Why, String)>) -> Record {
        let (cells, ends) = self.filled;
        Record {
            row: self.row,
            cells: without_apostrophes(Cells::cut(&self.cells[..cells], &self.ends[..ends])),
            flaw,
        }
    }

    fn pass(&mut self, length: usize) {
        self.after_cr = length > 0 && self.text.ahead()[length - 1] == b'\r';
        self.text.pass(length);
    }

    /// A record with bad quotes. Where they swallowed the lines below, the first line is read alone
    /// and the walk goes on from the second.
    fn mend(&mut self, end: usize, quotes: &Quotes) -> Record {
        let why = if quotes.open {
            Why::QuoteUnclosed
        } else {
            Why::QuoteStray
        };
        let line = self.text.ahead()[..quotes.first_line].to_vec();
        // A whole row in the first line alone says that the quote swallowed the next, even when the cells
        // happen to be as many as they should: it may have been closed by the next line's own first quote.
        let odd = self.filled.1 != self.width || self.plain(&line).len() == self.width;
        let swallowed = quotes.several_lines && (quotes.open || odd);
        if !quotes.open && !swallowed {
            let record = self.record(Some((why, shown(&line))));
            self.pass(end);
            return record;
        }
        if swallowed {
            if !self.may_mend(end) {
                let record = self.record(Some((Why::QuoteUnclosed, shown(&line))));
                self.pass(end);
                return record;
            }
            return self.first_line_alone(&line);
        }
        let cells = self.read_line_alone(&line);
        self.pass(end);
        self.mended_record(cells, &line)
    }

    /// Whether a stretch may be read again.
    fn may_mend(&mut self, length: usize) -> bool {
        self.mended += length as u64;
        self.mended <= MENDING_BUDGET * self.text.length()
    }

    /// Takes the first line of what was cut for the record; the walk goes on from the second.
    fn first_line_alone(&mut self, line: &[u8]) -> Record {
        let cells = self.read_line_alone(line);
        self.pass(line.len());
        self.core.reset();
        self.mended_record(cells, line)
    }

    fn mended_record(&self, cells: Cells, line: &[u8]) -> Record {
        Record {
            row: self.row,
            cells: without_apostrophes(cells),
            flaw: Some((Why::QuoteUnclosed, shown(line))),
        }
    }

    /// A record too long to hold: an open quote most likely, whose first line is read alone. A line that is too
    /// long by itself is passed over, and only its beginning kept.
    fn overlong(&mut self, read: usize) -> io::Result<Record> {
        let slice = &self.text.ahead()[..read];
        let quotes = examine(slice, self.separator);
        let line = quotes.several_lines.then(|| slice[..quotes.first_line].to_vec());
        let beginning = shown(slice);
        if let Some(line) = line
            && self.may_mend(read)
        {
            return Ok(self.first_line_alone(&line));
        }
        self.pass(read);
        self.core.reset();
        self.pass_line()?;
        Ok(Record {
            row: self.row,
            cells: [beginning.as_str()].into_iter().collect(),
            flaw: Some((Why::RowTooLong, beginning)),
        })
    }

    /// Passes over the rest of a line.
    fn pass_line(&mut self) -> io::Result<()> {
        loop {
            let ahead = self.text.ahead();
            if let Some(end) = ahead.iter().position(|byte| matches!(byte, b'\r' | b'\n')) {
                self.pass(end + 1);
                return Ok(());
            }
            let length = ahead.len();
            self.pass(length);
            if !self.text.more()? {
                return Ok(());
            }
        }
    }

    /// Passes over the blank lines before a record, and says how many they were.
    fn pass_blank_lines(&mut self) -> io::Result<u32> {
        let mut lines: u32 = 0;
        loop {
            match self.text.ahead().first().copied() {
                None if self.text.more()? => {}
                None => return Ok(lines),
                // A line that ended in CR LF leaves its LF to the next.
                Some(b'\n') if self.after_cr => self.pass(1),
                Some(b'\r' | b'\n') => {
                    lines = lines.saturating_add(1);
                    self.pass(1);
                }
                Some(_) => return Ok(lines),
            }
        }
    }

    /// Reads one line whose quote was never closed: as if quotes meant nothing, when that gives as many
    /// cells as there are headings (or is the header); else as if the quote closed at the end of the line.
    fn read_line_alone(&self, line: &[u8]) -> Cells {
        let plain = self.plain(line);
        if self.width == 0 || plain.len() == self.width {
            return plain;
        }
        let line = line.trim_ascii_end();
        let closing: &[u8] = if examine(line, self.separator).open {
            b"\""
        } else {
            b""
        };
        self.first_record(true, &[line, closing].concat())
    }

    /// A line read as if quotes meant nothing.
    fn plain(&self, line: &[u8]) -> Cells {
        self.first_record(false, line)
    }

    fn first_record(&self, quoting: bool, line: &[u8]) -> Cells {
        let mut core = ReaderBuilder::new()
            .delimiter(self.separator)
            .quoting(quoting)
            .build();
        // Unquoted cells are no longer than their text, and no more than its bytes and one.
        let (mut cells, mut ends) = (vec![0; line.len() + 1], vec![0; line.len() + 2]);
        let (result, _, written, mut ended) = core.read_record(line, &mut cells, &mut ends);
        if result != ReadRecordResult::Record {
            let (_, _, _, last) = core.read_record(&[], &mut cells[written..], &mut ends[ended..]);
            ended += last;
        }
        Cells::cut(&cells[..written], &ends[..ended])
    }
}

fn shown(line: &[u8]) -> String {
    // Four bytes a character at most; a line may be megabytes.
    let line = &line[..line.len().min(4 * SHOWN)];
    String::from_utf8_lossy(line).chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::register::encoding::Encoding;
    use std::io::Cursor;

    type Walked = (u32, Vec<String>, Option<&'static str>);

    fn records(text: &str, separator: u8) -> Records<Cursor<&[u8]>> {
        let window = Window::new(Cursor::new(text.as_bytes()), Encoding::Utf8).unwrap();
        Records::new(window, separator)
    }

    fn all(records: &mut Records<Cursor<&[u8]>>) -> Vec<Walked> {
        let next = || records.next().unwrap();
        let told = |r: Record| {
            let cells = r.cells.iter().map(str::to_owned).collect();
            (r.row, cells, r.flaw.map(|(why, _)| why.code()))
        };
        std::iter::from_fn(next).map(told).collect()
    }

    fn walk(text: &str, width: usize) -> Vec<Walked> {
        let mut records = records(text, b',');
        records.expect_width(width);
        all(&mut records)
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
        let mut records = records("a,b\n\n1,2\n3,\"4\n5,6\n", b',');
        records.expect_width(2);
        let first = all(&mut records);
        assert_eq!(first.len(), 4);
        records.go_back().unwrap();
        records.expect_width(2);
        assert_eq!(all(&mut records), first);
    }

    #[test]
    fn lines_may_end_in_cr_alone_and_cells_at_any_separator() {
        let mut read = records("a;b\r\r\"1;1\";2,0\r3;\"4\r", b';');
        read.expect_width(2);
        let cells: Vec<_> = all(&mut read)
            .into_iter()
            .map(|(row, cells, why)| (row, cells.join("|"), why))
            .collect();
        assert_eq!(cells[0], (1, "a|b".into(), None));
        assert_eq!(cells[1], (3, "1;1|2,0".into(), None));
        assert_eq!(cells[2], (4, "3|\"4".into(), Some("quote_unclosed")));
    }

    #[test]
    fn an_open_quote_in_a_vast_file_costs_its_line_and_bounded_memory() {
        let line = "x,yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n";
        let text = format!("a,b\n1,\"open\n{}", line.repeat(3 * LONGEST / line.len()));
        let mut read = records(&text, b',');
        read.expect_width(2);
        let mut rows = 0;
        while let Some(record) = read.next().unwrap() {
            rows += 1;
            assert_eq!((record.row, record.cells.len()), (rows, 2));
            assert_eq!(record.flaw.is_some(), rows == 2);
        }
        assert_eq!(rows as usize, 2 + 3 * LONGEST / line.len());
        assert!(read.cells.len() <= 4 * LONGEST);
    }

    #[test]
    fn a_line_too_long_to_hold_is_passed_over_and_said() {
        let text = format!("a,b\n{}\n3,4\n", "x".repeat(2 * LONGEST));
        let read = walk(&text, 2);
        assert_eq!(read[1].2, Some("row_too_long"));
        assert_eq!(read[1].1[0].len(), SHOWN);
        assert_eq!(read[2], (3, vec!["3".into(), "4".into()], None));
    }
}
