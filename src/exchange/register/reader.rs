//! A register opened: its layout learnt, its rows passed over once, and then interpreted one at a time as they are asked
//! for. Holds one row, and of the others what `identity.rs` needs. Next: `interpret.rs`.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::sync::Arc;

use super::columns::Column;
use super::doubt::Why;
use super::encoding::{self, Encoding, Kind};
use super::identity::Identity;
use super::interpret::{self, Doubts};
use super::layout::{self, Head};
use super::mapping::Mapping;
use super::orders::Orders;
use super::organisation::Whose;
use super::records::{Record, Records};
use super::source::{Format, Source, Workbook};
use super::window::Window;
use super::{Reading, RegisterError, between, workbook};
use crate::councils::Council;

/// What a person says of a file before it is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// What headings are, where the reader is not to judge.
    pub mapping: Mapping,
    /// The sheet of a workbook; the first that has a register's headings if not given.
    pub sheet: Option<String>,
}

/// The rows of a register, one reading each, in the order of the file.
pub struct RegisterReader<R> {
    records: Records<Input<R>>,
    source: Source,
    identity: Identity,
    whose: Option<Whose>,
    /// A workbook leaves blank cells at the end of a row out.
    ragged: bool,
    failed: bool,
}

/// What text is read from.
enum Input<R> {
    File(R),
    /// A workbook's sheet, as text.
    Sheet(Cursor<Vec<u8>>),
}

impl<R: Read> Read for Input<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => file.read(buffer),
            Self::Sheet(text) => text.read(buffer),
        }
    }
}

impl<R: Seek> Seek for Input<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Self::File(file) => file.seek(to),
            Self::Sheet(text) => text.seek(to),
        }
    }
}

/// Opens a contracts register: finds out what it is, recognises its headings, and passes over it once to learn which
/// references repeat and how its dates are written. The file is read from its beginning, wherever it stands, and the
/// same file gives the same readings each time.
///
/// # Errors
/// When it cannot be read as a register at all, or has more rows than a spreadsheet may have. Of text one row is held at a
/// time, of a workbook the sheet, up to the limits of `workbook`.
pub fn open<R: Read + Seek>(mut file: R, settings: &Settings) -> Result<RegisterReader<R>, RegisterError> {
    let found = match encoding::survey(&mut file)? {
        Kind::Text(encoding) => (Input::File(file), encoding, layout::separators(), None),
        Kind::Zip => {
            let sheet = workbook::sheet(file, settings)?;
            let text = Input::Sheet(Cursor::new(sheet.text));
            let named = Some((sheet.workbook, sheet.name));
            (text, Encoding::Utf8, workbook::SEPARATORS, named)
        }
    };
    let (input, encoding, separators, sheet) = found;
    let mut text = Window::new(input, encoding)?;
    let layout = layout::learn(&Head::of(&mut text)?, separators, &settings.mapping)?;
    let mut reader = RegisterReader {
        records: Records::new(text, layout.separator),
        source: Source {
            format: format(sheet, encoding, layout.separator),
            header_row: layout.header_row,
            headings: Arc::new(layout.headings()),
            columns: layout.columns.into(),
            date_orders: Arc::from([]),
            rows: 0,
            blank_rows: 0,
        },
        identity: Identity::default(),
        whose: None,
        ragged: false,
        failed: false,
    };
    reader.ragged = reader.source.sheet().is_some();
    reader.look_over()?;
    Ok(reader)
}

/// Opens a register that is in memory, as [`open`] does.
///
/// # Errors
/// As [`open`].
pub fn read(bytes: &[u8]) -> Result<RegisterReader<Cursor<&[u8]>>, RegisterError> {
    open(Cursor::new(bytes), &Settings::default())
}

fn format(sheet: Option<(Workbook, String)>, encoding: Encoding, separator: u8) -> Format {
    match sheet {
        Some((workbook, name)) => Format::Sheet { workbook, name },
        None => Format::Text {
            encoding,
            separator: char::from(separator),
        },
    }
}

impl<R: Read + Seek> RegisterReader<R> {
    /// Says whose register it is: rows that name another body are doubted from here on.
    #[must_use]
    pub fn of(mut self, council: &'static Council) -> Self {
        self.whose = Some(Whose::new(council));
        self
    }

    /// What is known of the file, the number of its rows included.
    pub fn source(&self) -> &Source {
        &self.source
    }

    /// The first pass: everything that must be known of all rows before one is interpreted.
    fn look_over(&mut self) -> Result<(), RegisterError> {
        self.pass_header()?;
        let headings = Arc::clone(&self.source.headings);
        let reference = headings.place(Column::Reference);
        let mut orders = Orders::default();
        while let Some(Record { row, cells, .. }) = self.records.next()? {
            self.source.rows = self.source.rows.saturating_add(1);
            if self.source.rows > layout::TALLEST {
                return Err(RegisterError::TooManyRows);
            }
            orders.note(row, &cells, &headings);
            let reference = reference.and_then(|place| cells.get(place)).unwrap_or("");
            if reference.contains('\0') {
                self.identity.note(row, &reference.replace('\0', ""));
            } else {
                self.identity.note(row, reference);
            }
        }
        self.identity.all_noted();
        self.source.date_orders = orders.told(&headings).into();
        self.source.blank_rows = self.records.blank_rows();
        self.records.go_back()?;
        self.pass_header()?;
        Ok(())
    }

    fn pass_header(&mut self) -> io::Result<()> {
        while let Some(record) = self.records.next()? {
            if record.row >= self.source.header_row {
                break;
            }
        }
        self.records.expect_width(self.source.headings.width());
        Ok(())
    }

    fn interpret(&mut self, mut record: Record) -> Reading {
        let mut doubts = Doubts::default();
        if self.ragged {
            record.cells.pad(self.source.headings.width());
        }
        let too_long = matches!(record.flaw, Some((Why::RowTooLong, _)));
        let raw = interpret::shape(record, &self.source.headings, &mut doubts);
        if too_long {
            return Reading::Held(doubts.0, raw);
        }
        if let Some(why) = interpret::why_held(&raw) {
            doubts.row(raw.row(), why, String::new(), Vec::new());
            return Reading::Held(doubts.0, raw);
        }
        let mut row = interpret::fill(raw, &self.source.date_orders, &mut doubts);
        between::compare(&row, &mut doubts);
        if let Some(whose) = &mut self.whose {
            whose.compare(&row, &mut doubts);
        }
        self.identity.assign(&mut row, &mut doubts);
        let row = Box::new(row);
        if doubts.0.is_empty() {
            Reading::Accepted(row)
        } else {
            Reading::Doubtful(row, doubts.0)
        }
    }
}

impl<R: Read + Seek> Iterator for RegisterReader<R> {
    type Item = Result<Reading, RegisterError>;

    /// The next row; after an error there is none.
    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        match self.records.next() {
            Ok(record) => record.map(|record| Ok(self.interpret(record))),
            Err(error) => {
                self.failed = true;
                Some(Err(error.into()))
            }
        }
    }
}
