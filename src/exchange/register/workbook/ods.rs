//! ODS, read as it is unpacked. Not by calamine, which holds all sheets, and repeats as many cells and spaces as a file
//! says (tafia/calamine#594).

use std::io::{BufReader, Read, Seek};

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use zip::ZipArchive;

use super::super::RegisterError;
use super::super::layout::WIDEST;
use super::package::LARGEST;
use super::spool::{Spool, number};
use super::{Choice, bad};

/// Spaces that a cell may ask for at once.
const MOST_SPACES: usize = 1000;

/// Bytes of a cell: a longer row than this is held anyway.
const LONGEST_CELL: usize = 4 * 1024 * 1024;

/// Bytes of a row as it is held, each cell once, however often it is repeated.
const LONGEST_ROW: usize = 64 * 1024 * 1024;

/// The name and the text of the sheet to read, if there is one.
pub(super) fn sheets(
    file: impl Read + Seek,
    choice: &mut Choice<'_>,
) -> Result<Option<(String, Vec<u8>)>, RegisterError> {
    let mut parts = ZipArchive::new(file).map_err(bad)?;
    let content = parts.by_name("content.xml").map_err(bad)?;
    let mut xml = Reader::from_reader(BufReader::new(content.take(LARGEST)));
    xml.config_mut().expand_empty_elements = true;
    let mut sheet = Sheet::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match xml.read_event_into(&mut buffer).map_err(bad)? {
            Event::Start(tag) => sheet.start(&tag, choice)?,
            Event::End(tag) => {
                if let Some(found) = sheet.end(tag.name().as_ref(), choice)? {
                    return Ok(Some(found));
                }
            }
            Event::Text(text) if sheet.listens() => sheet.hear(&text.xml10_content())?,
            Event::CData(text) if sheet.listens() => sheet.hear(&text.xml10_content())?,
            Event::GeneralRef(reference) if sheet.listens() => sheet.hear(&resolved(&reference))?,
            Event::Eof => return Ok(None),
            _ => {}
        }
    }
}

/// A sheet being read.
#[derive(Default)]
struct Sheet {
    /// Its name and what was read, if it may be the one.
    reading: Option<(String, Spool)>,
    row: u32,
    row_repeats: u32,
    /// Cells of the row that are not blank: the first column, the one after the last that has it too, and what it says.
    cells: Vec<(usize, usize, String)>,
    /// Bytes of them.
    heard: usize,
    column: usize,
    column_repeats: usize,
    /// The cell's own value, where it is no text.
    value: Option<String>,
    text: String,
    paragraphs: u32,
    in_cell: bool,
    /// Depth inside paragraphs, and inside what a cell has besides its text, such as notes.
    in_paragraph: u32,
    aside: u32,
    /// Depth inside sheets inside a cell.
    inner: u32,
}

impl Sheet {
    fn listens(&self) -> bool {
        self.in_cell && self.in_paragraph > 0 && self.aside == 0
    }

    /// Adds to the cell's text.
    fn hear(&mut self, text: &str) -> Result<(), RegisterError> {
        if self.text.len() + text.len() > LONGEST_CELL {
            let bound = "it has a cell of more than 4 MB";
            return Err(RegisterError::WorkbookTooLarge { bound });
        }
        self.text.push_str(text);
        Ok(())
    }

    fn start(&mut self, tag: &BytesStart<'_>, choice: &mut Choice<'_>) -> Result<(), RegisterError> {
        let name = tag.name();
        let name: &str = name.as_ref();
        if self.reading.is_none() {
            if name == "table:table" {
                let name = attribute(tag, "table:name")?.unwrap_or_default();
                if let Some(spool) = choice.may_be(&name)? {
                    *self = Self {
                        reading: Some((name, spool)),
                        ..Self::default()
                    };
                }
            }
            return Ok(());
        }
        if self.aside > 0 {
            self.aside += 1;
            return Ok(());
        }
        match name {
            "table:table" => self.inner += 1,
            _ if self.inner > 0 => {}
            "table:table-row" => {
                self.row_repeats = times(tag, "table:number-rows-repeated")?;
                self.column = 0;
                self.cells.clear();
                self.heard = 0;
            }
            "table:table-cell" | "table:covered-table-cell" => self.start_cell(tag)?,
            "office:annotation" | "draw:frame" | "draw:g" | "draw:custom-shape" => self.aside = 1,
            "text:p" => {
                if self.in_paragraph == 0 {
                    self.paragraphs += 1;
                    if self.paragraphs > 1 {
                        self.text.push('\n');
                    }
                }
                self.in_paragraph += 1;
            }
            "text:s" if self.listens() => {
                let spaces = times(tag, "text:c")? as usize;
                self.hear(&" ".repeat(spaces.min(MOST_SPACES)))?;
            }
            "text:tab" if self.listens() => self.text.push('\t'),
            "text:line-break" if self.listens() => self.text.push('\n'),
            _ => {}
        }
        Ok(())
    }

    fn start_cell(&mut self, tag: &BytesStart<'_>) -> Result<(), RegisterError> {
        self.column_repeats = times(tag, "table:number-columns-repeated")? as usize;
        self.text.clear();
        (self.paragraphs, self.in_paragraph, self.in_cell) = (0, 0, true);
        self.value = match attribute(tag, "office:value-type")?.as_deref() {
            Some("float" | "currency" | "percentage") => attribute(tag, "office:value")?.map(|value| {
                let parsed: Result<f64, _> = value.trim().parse();
                parsed.map_or(value, number)
            }),
            Some("date") => {
                attribute(tag, "office:date-value")?.map(|value| match value.strip_suffix("T00:00:00") {
                    Some(date) => date.to_owned(),
                    None => value,
                })
            }
            Some("boolean") => attribute(tag, "office:boolean-value")?.map(|value| value.to_uppercase()),
            Some("string") => attribute(tag, "office:string-value")?,
            _ => None,
        };
        Ok(())
    }

    fn end(
        &mut self,
        name: &str,
        choice: &mut Choice<'_>,
    ) -> Result<Option<(String, Vec<u8>)>, RegisterError> {
        if self.reading.is_none() {
            return Ok(None);
        }
        if self.aside > 0 {
            self.aside -= 1;
            return Ok(None);
        }
        match name {
            "table:table" if self.inner > 0 => self.inner -= 1,
            _ if self.inner > 0 => {}
            "table:table" => {
                if let Some((name, spool)) = self.reading.take() {
                    return Ok(choice.is(spool).map(|text| (name, text)));
                }
            }
            "table:table-row" => self.end_row()?,
            "table:table-cell" | "table:covered-table-cell" => self.end_cell()?,
            "text:p" => self.in_paragraph = self.in_paragraph.saturating_sub(1),
            _ => {}
        }
        Ok(None)
    }

    fn end_cell(&mut self) -> Result<(), RegisterError> {
        let cell = self
            .value
            .take()
            .unwrap_or_else(|| std::mem::take(&mut self.text));
        // One beyond the widest is enough to be refused.
        let widest = self.column.max(WIDEST).saturating_add(1);
        let after = self.column.saturating_add(self.column_repeats).min(widest);
        if !cell.is_empty() && after > self.column {
            self.heard += cell.len();
            if self.heard > LONGEST_ROW {
                let bound = "it has a row of more than 64 MB";
                return Err(RegisterError::WorkbookTooLarge { bound });
            }
            self.cells.push((self.column, after, cell));
        }
        self.column = self.column.saturating_add(self.column_repeats);
        self.in_cell = false;
        Ok(())
    }

    fn end_row(&mut self) -> Result<(), RegisterError> {
        if let Some((_, spool)) = &mut self.reading {
            // A sheet ends in a million blank rows, which cost nothing.
            let blank = self.cells.iter().all(|(.., cell)| cell.trim().is_empty());
            let rows = if blank { 0 } else { self.row_repeats };
            for repeat in 0..rows {
                for (first, after, cell) in &self.cells {
                    for column in *first..*after {
                        spool.put(self.row.saturating_add(repeat), column, cell)?;
                    }
                }
            }
        }
        self.row = self.row.saturating_add(self.row_repeats);
        Ok(())
    }
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Result<Option<String>, RegisterError> {
    let Some(attribute) = tag.try_get_attribute(name).map_err(bad)? else {
        return Ok(None);
    };
    let value = attribute.normalized_value(quick_xml::XmlVersion::Implicit1_0);
    value.map(|value| Some(value.into_owned())).map_err(bad)
}

/// How often something is repeated; once if not said, or not in a number.
fn times(tag: &BytesStart<'_>, name: &str) -> Result<u32, RegisterError> {
    Ok(attribute(tag, name)?
        .and_then(|value| value.trim().parse().ok())
        .unwrap_or(1))
}

fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    let name = reference.xml10_content();
    match quick_xml::escape::resolve_predefined_entity(&name) {
        Some(text) => text.to_owned(),
        None => format!("&{name};"),
    }
}
