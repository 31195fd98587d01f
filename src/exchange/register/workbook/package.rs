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

/// Sheets, names and styles that an XLSX may list, and what it lists them by: what reads it holds all of them, in twenty
/// times the place they have in the file. Parts may have any name, so that they are counted in all.
const MOST_LISTED: u32 = 250_000;
const LISTED: [&[u8]; 8] = [
    b"sheet",
    b"definedName",
    b"Relationship",
    b"numFmt",
    b"font",
    b"fill",
    b"border",
    b"xf",
];

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
        return Err(too_large("it has more than 10,000 parts"));
    }
    let workbook = kind(&mut parts)?;
    let (mut left, mut listed) = (LARGEST, 0);
    for place in 0..parts.len() {
        let part = parts.by_index(place).map_err(bad)?;
        left = left
            .checked_sub(measure(part, left, &mut listed)?)
            .ok_or(too_large(UNPACKED))?;
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
fn measure<R: Read + ?Sized>(
    part: zip::read::ZipFile<'_, R>,
    left: u64,
    listed: &mut u32,
) -> Result<u64, RegisterError>
where
    for<'a> zip::read::ZipFile<'a, R>: Read,
{
    let name = part.name().map(|name| name.to_lowercase()).unwrap_or_default();
    let is_xml = name.ends_with(".xml") || name.ends_with(".rels");
    let (most, bound) = if name.ends_with("sharedstrings.xml") && LARGEST_STRINGS < left {
        (LARGEST_STRINGS, "its texts unpack to more than 64 MB")
    } else {
        (left, UNPACKED)
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
        if length > most {
            return Err(too_large(bound));
        }
        if is_xml && unended {
            return Err(too_large("it has a cell or a tag of more than 1 MB"));
        }
        *listed = listed.saturating_add(lists(&tag));
        if *listed > MOST_LISTED {
            return Err(too_large("it lists more than 250,000 sheets, names and styles"));
        }
        if says_too_many(&tag) {
            return Err(too_large("it says that it has more than 4,000,000 texts"));
        }
        if read == 0 {
            return Ok(length);
        }
    }
}

const UNPACKED: &str = "it unpacks to more than 256 MB";

fn too_large(bound: &'static str) -> RegisterError {
    RegisterError::WorkbookTooLarge { bound }
}

/// A file of which each part is read once: sheets may name the same part over and over, and reading a small one may take
/// seconds.
pub(super) struct Once<R> {
    file: R,
    left: u64,
}

/// Bytes read of a file besides its parts: the directory at its end is looked for.
const BESIDES: u64 = 256 * 1024;

impl<R: Read + Seek> Once<R> {
    pub(super) fn new(mut file: R) -> io::Result<Self> {
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(0))?;
        // Its parts, and its directory.
        let left = 2 * length + BESIDES;
        Ok(Self { file, left })
    }
}

impl<R: Read> Read for Once<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.left = self
            .left
            .checked_sub(read as u64)
            .ok_or_else(|| io::Error::other("its sheets are the same part again and again"))?;
        Ok(read)
    }
}

impl<R: Seek> Seek for Once<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

fn damaged(error: io::Error) -> RegisterError {
    bad(format!("a part is damaged ({error})"))
}

/// How many tags that list something begin here.
fn lists(text: &[u8]) -> u32 {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'<');
    let begins = text.split(|byte| *byte == b'<').skip(1);
    let listed = begins.filter(|tag| {
        let end = tag.iter().position(ends).unwrap_or(tag.len());
        let name = tag[..end].rsplit(|byte| *byte == b':').next().unwrap_or_default();
        LISTED.contains(&name)
    });
    u32::try_from(listed.count()).unwrap_or(u32::MAX)
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
