//! Which encoding a file is in, and whether it is text at all: one pass over its bytes.
//! Must not look at commas, headings or cells. Next: `window.rs`, which decodes it as it is read.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use encoding_rs::{Encoding as Table, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::RegisterError;

/// How the bytes of a file were read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes "CSV UTF-8".
    Utf8Bom,
    /// UTF-8, with bytes here and there that are not: those cells are doubted as garbled.
    Utf8Damaged,
    /// UTF-16, low byte first, told by its mark.
    Utf16Le,
    /// UTF-16, high byte first, told by its mark.
    Utf16Be,
    /// UTF-16, low byte first, without a mark: told by where its zeros are.
    Utf16LeUnmarked,
    /// UTF-16, high byte first, without a mark: told by where its zeros are.
    Utf16BeUnmarked,
    /// Windows-1252: what is left when the bytes are not UTF-8. Every byte means something in it,
    /// so this road never fails; it can only be the wrong road.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with a byte order mark",
            Self::Utf8Damaged => "UTF-8, with some bytes that are not",
            Self::Utf16Le => "UTF-16, little-endian",
            Self::Utf16Be => "UTF-16, big-endian",
            Self::Utf16LeUnmarked => "UTF-16, little-endian, without a mark",
            Self::Utf16BeUnmarked => "UTF-16, big-endian, without a mark",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

impl Encoding {
    pub(super) fn table(self) -> &'static Table {
        match self {
            Self::Utf8 | Self::Utf8Bom | Self::Utf8Damaged => UTF_8,
            Self::Utf16Le | Self::Utf16LeUnmarked => UTF_16LE,
            Self::Utf16Be | Self::Utf16BeUnmarked => UTF_16BE,
            Self::Windows1252 => WINDOWS_1252,
        }
    }

    /// Bytes of the mark, which are no part of the text.
    pub(super) fn mark(self) -> u64 {
        match self {
            Self::Utf8Bom => 3,
            Self::Utf16Le | Self::Utf16Be => 2,
            _ => 0,
        }
    }
}

/// Bytes that say what a file is.
const FIRST: usize = 512;

/// Files that are often sent by mistake, by their first bytes.
const NOT_TEXT: [(&[u8], &str); 6] = [
    (
        b"\xD0\xCF\x11\xE0",
        "an old Excel workbook (XLS) or one with a password",
    ),
    (b"%PDF", "a PDF"),
    (b"\x1F\x8B", "a compressed file (GZIP)"),
    (b"{\\rtf", "a word processor's file (RTF)"),
    (b"\x89PNG", "a picture"),
    (b"\xFF\xD8\xFF", "a picture"),
];

/// Web pages and XML are sent as registers too: spreadsheets open them without a word.
const MARKUP: [(&str, &str); 4] = [
    ("<!doctype", "a web page (HTML)"),
    ("<html", "a web page (HTML)"),
    ("<table", "a web page (HTML)"),
    ("<?xml", "an XML file"),
];

/// What a file turned out to be.
pub(super) enum Kind {
    Text(Encoding),
    /// A workbook, or another ZIP file.
    Zip,
}

/// Looks over a whole file, from its beginning.
pub(super) fn survey(file: &mut (impl Read + Seek)) -> Result<Kind, RegisterError> {
    file.seek(SeekFrom::Start(0))?;
    let mut first = [0; FIRST];
    let length = read_full(file, &mut first)?;
    let first = &first[..length];
    if first.is_empty() {
        return Err(RegisterError::Empty);
    }
    if first.starts_with(b"PK\x03\x04") {
        return Ok(Kind::Zip);
    }
    if let Some((_, what)) = NOT_TEXT.iter().find(|(mark, _)| first.starts_with(mark)) {
        return Err(RegisterError::NotText { what });
    }
    for (mark, encoding) in [
        (b"\xEF\xBB\xBF".as_slice(), Encoding::Utf8Bom),
        (b"\xFF\xFE", Encoding::Utf16Le),
        (b"\xFE\xFF", Encoding::Utf16Be),
    ] {
        if let Some(rest) = first.strip_prefix(mark) {
            refuse_other_text(rest)?;
            return Ok(Kind::Text(encoding));
        }
    }
    refuse_other_text(first)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Kind::Text(Bytes::of(file)?.encoding()))
}

/// Refuses text that is no sheet.
fn refuse_other_text(first: &[u8]) -> Result<(), RegisterError> {
    let first = first.trim_ascii_start();
    if is_json(first) {
        return Err(RegisterError::Json);
    }
    let begins = |mark: &str| {
        first
            .get(..mark.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(mark.as_bytes()))
    };
    match MARKUP.iter().find(|(mark, _)| begins(mark)) {
        Some((_, what)) => Err(RegisterError::NotText { what }),
        None => Ok(()),
    }
}

/// An object begins with a name or ends at once, a list with any value: a cell may begin with a bracket, but not so.
fn is_json(first: &[u8]) -> bool {
    let Some((bracket @ (b'{' | b'['), rest)) = first.split_first() else {
        return false;
    };
    match (bracket, rest.trim_ascii_start().first()) {
        (b'{', next) => matches!(next, Some(b'"' | b'}')),
        (_, next) => matches!(next, Some(b'{' | b'[' | b'"')),
    }
}

/// Fills a buffer unless the file ends first.
pub(super) fn read_full(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read(&mut buffer[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// What the bytes of a whole file have in them.
#[derive(Default)]
struct Bytes {
    length: u64,
    /// Zeros at even and at odd places.
    zeros: [u64; 2],
    /// Characters beyond ASCII that are sound UTF-8.
    sound: u64,
    /// Places where it is not UTF-8.
    unsound: u64,
}

impl Bytes {
    fn of(file: &mut impl Read) -> io::Result<Self> {
        let mut bytes = Self::default();
        let mut buffer = vec![0; 64 * 1024];
        let mut kept = 0;
        loop {
            let read = read_full(file, &mut buffer[kept..])?;
            bytes.zeros(&buffer[kept..kept + read]);
            let over = kept + read < buffer.len();
            let rest = bytes.utf8(&buffer[..kept + read], over);
            let begin = kept + read - rest;
            buffer.copy_within(begin..kept + read, 0);
            kept = rest;
            if over {
                return Ok(bytes);
            }
        }
    }

    fn zeros(&mut self, chunk: &[u8]) {
        if chunk.contains(&0) {
            for (place, _) in chunk.iter().enumerate().filter(|(_, byte)| **byte == 0) {
                self.zeros[usize::from((self.length + place as u64) % 2 == 1)] += 1;
            }
        }
        self.length += chunk.len() as u64;
    }

    /// Counts what is UTF-8 and what not; gives how many bytes at the end are a character cut in two.
    fn utf8(&mut self, mut chunk: &[u8], over: bool) -> usize {
        loop {
            match std::str::from_utf8(chunk) {
                Ok(text) => {
                    self.count(text.as_bytes());
                    return 0;
                }
                Err(error) => {
                    self.count(&chunk[..error.valid_up_to()]);
                    let rest = &chunk[error.valid_up_to()..];
                    match error.error_len() {
                        None if !over => return rest.len(),
                        None => {
                            self.unsound += 1;
                            return 0;
                        }
                        Some(length) => {
                            self.unsound += 1;
                            chunk = &rest[length..];
                        }
                    }
                }
            }
        }
    }

    fn count(&mut self, sound: &[u8]) {
        if !sound.is_ascii() {
            self.sound += sound.iter().filter(|byte| **byte >= 0xC0).count() as u64;
        }
    }

    fn encoding(&self) -> Encoding {
        let [even, odd] = self.zeros;
        let most = self.length / 4;
        // Latin letters in UTF-16 are a zero in every pair, and that is valid UTF-8 too: it comes first.
        if odd > most && even < odd / 4 {
            Encoding::Utf16LeUnmarked
        } else if even > most && odd < even / 4 {
            Encoding::Utf16BeUnmarked
        } else if self.unsound == 0 {
            Encoding::Utf8
        } else if self.sound > 20 * self.unsound {
            // Windows-1252 that happens to be UTF-8 twenty times for each time it is not does not exist.
            Encoding::Utf8Damaged
        } else {
            Encoding::Windows1252
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn told(bytes: &[u8]) -> Encoding {
        match survey(&mut Cursor::new(bytes)).unwrap() {
            Kind::Text(encoding) => encoding,
            Kind::Zip => panic!("a ZIP file"),
        }
    }

    #[test]
    fn each_encoding_is_told_apart() {
        assert_eq!(told("£5 café".as_bytes()), Encoding::Utf8);
        assert_eq!(told(b"\xEF\xBB\xBF\xC2\xA35"), Encoding::Utf8Bom);
        assert_eq!(told(b"\xFF\xFE\xA3\x005\x00"), Encoding::Utf16Le);
        assert_eq!(told(b"\xFE\xFF\x00\xA3\x005"), Encoding::Utf16Be);
        assert_eq!(told(b"\xA35 caf\xE9 \x80"), Encoding::Windows1252);
        assert_eq!(told(b"a,b\0,c"), Encoding::Utf8, "a NUL or two is no UTF-16");
    }

    #[test]
    fn json_is_no_register_and_a_cell_in_brackets_is() {
        let survey = |text: &str| survey(&mut Cursor::new(text.as_bytes()));
        for json in [
            "{\"releases\": []}",
            "\u{feff} [\n {\"ocid\": 1}]",
            "{}",
            "[[1]]",
            "[\"a\"]",
        ] {
            assert!(matches!(survey(json), Err(RegisterError::Json)), "{json}");
        }
        for text in ["[Draft] register,Title", "{Ref},Title", "[1],2", "[", "{"] {
            assert!(matches!(survey(text), Ok(Kind::Text(_))), "{text}");
        }
    }

    #[test]
    fn utf16_without_a_mark_is_told_by_its_zeros() {
        let text = "Title,Value\nCaf\u{e9},\u{a3}5\n";
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(told(&little), Encoding::Utf16LeUnmarked);
        assert_eq!(told(&big), Encoding::Utf16BeUnmarked);
    }

    #[test]
    fn a_few_bad_bytes_do_not_turn_utf8_into_windows_1252() {
        let text = "caf\u{e9} ".repeat(50_000);
        assert_eq!(
            told(text.as_bytes()),
            Encoding::Utf8,
            "no character is cut at a chunk's end"
        );
        let mut damaged = text.into_bytes();
        damaged[0] = 0xE9;
        assert_eq!(told(&damaged), Encoding::Utf8Damaged);
        assert_eq!(
            told("caf\u{e9}".repeat(30).as_bytes().split_last().unwrap().1),
            Encoding::Utf8Damaged
        );
    }

    #[test]
    fn what_is_no_text_is_called_what_it_is() {
        let refused = |bytes: &[u8]| survey(&mut Cursor::new(bytes)).err().unwrap().to_string();
        assert!(refused(b"%PDF-1.7").contains("a PDF"));
        assert!(refused(b"\xD0\xCF\x11\xE0rest").contains("XLS"));
        assert!(refused(b"\xEF\xBB\xBF \n<HTML><table>").contains("a web page"));
        assert_eq!(refused(b""), "the file is empty");
    }
}
