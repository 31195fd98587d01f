//! How a file is laid out, from its beginning: what stands between cells, which row has the headings, what the cells
//! under them look like. Next: `recognise.rs`, which says what the headings are.

use std::borrow::Cow;
use std::io::{self, Cursor, Read, Seek};
use std::sync::Arc;

use super::RegisterError;
use super::columns::Column;
use super::content::Content;
use super::encoding::Encoding;
use super::headings::Headings;
use super::line::Cells;
use super::mapping::Mapping;
use super::recognise::{Recognised, recognise};
use super::records::{LONGEST_HEADER, Record, Records};
use super::synonyms::{How, meanings};
use super::window::Window;

/// Bytes of text from which the layout is learnt.
const HEAD: usize = 2 * LONGEST_HEADER;

/// Rows among which the headings are looked for; notes above them are seldom more than ten.
const HEADER_WITHIN: usize = 50;

/// Rows whose cells are looked at.
const LOOKED_AT: usize = 1000;

/// Columns that a header may have: what a spreadsheet may have.
pub(super) const WIDEST: usize = 16_384;

/// Rows that a register may have: what a spreadsheet may have.
pub(super) const TALLEST: u32 = 1_048_576;

/// What may stand between cells. Where headings do not tell, the first.
const SEPARATORS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The beginning of a file's text.
pub(super) struct Head {
    text: Vec<u8>,
    /// There is more: the last record may be cut in two.
    partial: bool,
}

impl Head {
    pub(super) fn of<R: Read + Seek>(window: &mut Window<R>) -> io::Result<Self> {
        while window.ahead().len() < HEAD && window.more()? {}
        let partial = window.ahead().len() > HEAD || window.more()?;
        let text = window.ahead();
        let text = &text[..text.len().min(HEAD)];
        // Not in the middle of a character.
        let whole = match std::str::from_utf8(text) {
            Ok(_) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let text = text[..whole].to_vec();
        window.go_back()?;
        Ok(Self { text, partial })
    }

    /// The first records, for a separator.
    fn records(&self, separator: u8, count: usize, width: usize) -> io::Result<Vec<Record>> {
        let window = Window::new(Cursor::new(self.text.as_slice()), Encoding::Utf8)?;
        let mut records = Records::new(window, separator);
        records.expect_width(width);
        let mut first = Vec::new();
        while first.len() < count
            && let Some(record) = records.next()?
        {
            first.push(record);
        }
        if self.partial && first.len() < count && first.len() > 1 {
            first.pop();
        }
        Ok(first)
    }
}

/// How a file is laid out.
pub(super) struct Layout {
    pub(super) separator: u8,
    /// The row of the headings, from 1.
    pub(super) header_row: u32,
    /// The headings as in the file, trimmed.
    names: Vec<Arc<str>>,
    pub(super) columns: Vec<Recognised>,
}

impl Layout {
    pub(super) fn headings(&self) -> Headings {
        let columns = self.columns.iter().map(|one| one.column);
        Headings::new(self.names.iter().cloned().zip(columns))
    }
}

/// Learns how a file is laid out. `separators` are those that may be: a workbook's sheet has but one.
pub(super) fn learn(head: &Head, separators: &[u8], mapping: &Mapping) -> Result<Layout, RegisterError> {
    let mut best: Option<(Score, u8, Record)> = None;
    for separator in separators {
        let Some((score, record)) = header(head, *separator, mapping)? else {
            return Err(RegisterError::Empty);
        };
        if best.as_ref().is_none_or(|(other, ..)| score > *other) {
            best = Some((score, *separator, record));
        }
    }
    let (score, separator, header) = best.ok_or(RegisterError::Empty)?;
    if !score.named {
        return Err(missing(&header));
    }
    if header.cells.len() > WIDEST {
        return Err(RegisterError::TooManyColumns {
            columns: header.cells.len(),
        });
    }
    let mut contents = vec![Content::default(); header.cells.len()];
    // Those above the headings are read without a width, as the header itself will be.
    let rows = head.records(separator, HEADER_WITHIN + LOOKED_AT, header.cells.len())?;
    for record in rows
        .iter()
        .filter(|record| record.row > header.row)
        .take(LOOKED_AT)
    {
        let cells = record.cells.iter().zip(&mut contents);
        cells.for_each(|(cell, content)| content.add(cell));
    }
    let columns = recognise(&header.cells, &contents, mapping);
    let names = header.cells.iter().map(|cell| Arc::from(named(cell)));
    Ok(Layout {
        separator,
        header_row: header.row,
        names: names.collect(),
        columns,
    })
}

/// All that may stand between a text's cells.
pub(super) fn separators() -> &'static [u8] {
    &SEPARATORS
}

/// How much a row looks like headings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Score {
    /// By the columns it names, each once.
    points: u32,
    /// There is one that names a contract: a title, or what stands for one.
    named: bool,
}

/// The row that looks most like headings, the first of them.
fn header(head: &Head, separator: u8, mapping: &Mapping) -> Result<Option<(Score, Record)>, RegisterError> {
    let mut best: Option<(Score, Record)> = None;
    for record in head.records(separator, HEADER_WITHIN, 0)? {
        let score = score(&record.cells, mapping);
        if best.as_ref().is_none_or(|(other, _)| score > *other) {
            best = Some((score, record));
        }
    }
    Ok(best)
}

fn score(cells: &Cells, mapping: &Mapping) -> Score {
    let mut points = [0u32; Column::COUNT];
    for cell in cells.iter() {
        let cell = named(cell);
        let cell = cell.as_ref();
        if cell.is_empty() {
            continue;
        }
        let mut give = |column: Column, more: u32| {
            let points = &mut points[column as usize];
            *points = (*points).max(more);
        };
        match (mapping.get(cell), Column::called(cell)) {
            (Some(told), _) => told.into_iter().for_each(|column| give(column, 3)),
            (None, Some(column)) => give(column, 3),
            (None, None) => {
                for meaning in meanings(cell).iter().take(2) {
                    give(meaning.column, if meaning.how == How::Sure { 2 } else { 1 });
                }
            }
        }
    }
    let has = |column: Column| points[column as usize] > 0;
    Score {
        points: points.iter().sum(),
        named: has(Column::Title) || has(Column::Description),
    }
}

/// What a heading says: without the space around it, and without NULs, which no database keeps.
pub(super) fn named(cell: &str) -> Cow<'_, str> {
    let cell = cell.trim();
    if cell.contains('\0') {
        Cow::Owned(cell.replace('\0', "").trim().to_owned())
    } else {
        Cow::Borrowed(cell)
    }
}

fn missing(header: &Record) -> RegisterError {
    let found = header.cells.iter().map(|cell| named(cell).into_owned());
    RegisterError::MissingColumns {
        missing: vec![Column::Title.title()],
        row: header.row,
        found: found.filter(|cell| !cell.is_empty()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Result<Layout, RegisterError> {
        let mut window = Window::new(Cursor::new(text.as_bytes()), Encoding::Utf8)?;
        learn(&Head::of(&mut window)?, separators(), &Mapping::default())
    }

    fn found(text: &str) -> (u8, u32) {
        let layout = layout(text).ok().unwrap();
        (layout.separator, layout.header_row)
    }

    #[test]
    fn the_separator_is_the_one_that_gives_headings() {
        assert_eq!(
            found("Contract Title;Supplier;Value\nVans, blue;S;1,5\n"),
            (b';', 1)
        );
        assert_eq!(
            found("Title of the Agreement\tEnd date\nT\t31/03/2026\n"),
            (b'\t', 1)
        );
        assert_eq!(found("Contract|Title|Supplier\n1|T|S\n"), (b'|', 1));
        assert_eq!(found("sep=;\nTitle;Supplier\nT;S\n"), (b';', 2));
        assert_eq!(
            found("Title of the Agreement\nVans; blue\n"),
            (b',', 1),
            "one column needs none"
        );
    }

    #[test]
    fn headings_are_found_under_notes_and_the_first_of_repeated_ones_counts() {
        let text = "Ambershire County Council\n\nContracts register, \"March\" 2025,,\n,,\nRef,Contract,Supplier\n1,T,S\nRef,Contract,Supplier\n";
        assert_eq!(found(text), (b',', 5));
    }

    #[test]
    fn a_row_of_data_is_not_taken_for_headings() {
        let text = "Supplier name,End date,Directorate\nTitle,31/03/2026,Service\n";
        let error = layout(text).err().unwrap().to_string();
        assert!(error.contains("the first row has \"Supplier name"), "{error}");
    }

    #[test]
    fn more_columns_than_a_spreadsheet_may_have_are_refused() {
        let text = format!("Title{}\n", ",x".repeat(WIDEST));
        assert_eq!(
            layout(&text).err(),
            Some(RegisterError::TooManyColumns { columns: WIDEST + 1 })
        );
    }
}
