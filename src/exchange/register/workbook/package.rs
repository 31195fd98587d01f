//! Whether a ZIP file is a workbook, and may be unpacked: every part of it is, once, into nothing, and measured. What its
//! directory says of sizes is not believed.

use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::super::RegisterError;
use super::super::source::Workbook;
use super::bad;

/// Bytes that all parts may unpack to. A register of 10,000 contracts is 20 MB.
pub(super) const LARGEST: u64 = 256 * 1024 * 1024;

/// Bytes of the part with the texts of an XLSX, which is held; small texts take up to four times their place.
const LARGEST_STRINGS: u64 = 64 * 1024 * 1024;

/// Texts an XLSX may say it has: what reads it makes room for as many as it says.
const MOST_STRINGS: u64 = 4_000_000;

/// Bytes from one tag's end to the next: what an XML reader holds at once.
const LONGEST_TAG: u64 = 1024 * 1024;

/// Parts that a workbook may have.
const MOST_PARTS: usize = 10_000;

const ODS: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// What kind of workbook a ZIP file is; an error if none, or if it unpacks to too much.
pub(super) fn check(file: &mut (impl Read + Seek)) -> Result<Workbook, RegisterError> {
    file.seek(SeekFrom::Start(0))?;
    let mut parts = ZipArchive::new(&mut *file).map_err(bad)?;
    if parts.len() > MOST_PARTS {
        return Err(RegisterError::WorkbookTooLarge);
    }
    let workbook = kind(&mut parts)?;
    let mut left = LARGEST;
    for place in 0..parts.len() {
        let part = parts.by_index(place).map_err(bad)?;
        left = left
            .checked_sub(measure(part, left)?)
            .ok_or(RegisterError::WorkbookTooLarge)?;
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(workbook)
}

fn kind<R: Read + Seek>(parts: &mut ZipArchive<R>) -> Result<Workbook, RegisterError> {
    if let Ok(part) = parts.by_name("mimetype") {
        let mut says = Vec::new();
        part.take(100).read_to_end(&mut says)?;
        if says.starts_with(ODS) {
            return Ok(Workbook::Ods);
        }
    }
    let names: Vec<String> = parts
        .file_names()
        .filter_map(|name| Some(name.ok()?.to_lowercase()))
        .collect();
    let has = |end: &str| names.iter().any(|name| name.ends_with(end));
    let what = if has("workbook.bin") {
        "a binary Excel workbook (XLSB)"
    } else if has("workbook.xml") {
        return Ok(Workbook::Xlsx);
    } else if has("word/document.xml") {
        "a Word document"
    } else {
        "a ZIP file that is no workbook"
    };
    Err(RegisterError::NotText { what })
}

/// Unpacks a part into nothing: how long it is, or why that is too much.
fn measure<R: Read + ?Sized>(part: zip::read::ZipFile<'_, R>, left: u64) -> Result<u64, RegisterError>
where
    for<'a> zip::read::ZipFile<'a, R>: Read,
{
    let name = part.name().map(|name| name.to_lowercase()).unwrap_or_default();
    let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
    let most = if name.ends_with("sharedstrings.xml") {
        LARGEST_STRINGS.min(left)
    } else {
        left
    };
    let mut part = BufReader::with_capacity(64 * 1024, part.take(most + 1));
    let (mut length, mut tag) = (0, Vec::new());
    loop {
        tag.clear();
        let read = (&mut part)
            .take(LONGEST_TAG)
            .read_until(b'>', &mut tag)
            .map_err(damaged)? as u64;
        length += read;
        let unended = read == LONGEST_TAG && tag.last() != Some(&b'>');
        if length > most || (is_xml && unended) || says_too_many(&tag) {
            return Err(RegisterError::WorkbookTooLarge);
        }
        if read == 0 {
            return Ok(length);
        }
    }
}

fn damaged(error: io::Error) -> RegisterError {
    bad(format!("a part is damaged ({error})"))
}

/// Whether a tag says that there are more texts than may be.
fn says_too_many(tag: &[u8]) -> bool {
    const NAME: &[u8] = b"uniqueCount";
    let mut said = tag
        .windows(NAME.len())
        .enumerate()
        .filter(|(_, part)| *part == NAME);
    said.any(|(place, _)| {
        let value = &tag[place + NAME.len()..];
        let value = value
            .trim_ascii_start()
            .strip_prefix(b"=")
            .unwrap_or(value)
            .trim_ascii_start();
        let digits = value.get(1..).unwrap_or_default();
        let digits: String = digits
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .map(|byte| char::from(*byte))
            .collect();
        !digits.is_empty() && digits.parse().map_or(true, |count: u64| count > MOST_STRINGS)
    })
}
