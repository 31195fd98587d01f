//! Bytes to text: which encoding a file is in, and whether it is text at all.
//! Must not look at commas, headings or cells. Next: `records.rs`, which cuts the text into records.

use std::borrow::Cow;
use std::fmt;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::RegisterError;

/// How the bytes of a file were read as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8 without a mark.
    Utf8,
    /// UTF-8 with a byte order mark, as Excel writes "CSV UTF-8".
    Utf8Bom,
    /// UTF-16, low byte first, told by its mark.
    Utf16Le,
    /// UTF-16, high byte first, told by its mark.
    Utf16Be,
    /// Windows-1252: what is left when the bytes are not UTF-8. Every byte means something in it,
    /// so this road never fails; it can only be the wrong road.
    Windows1252,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Utf8 => "UTF-8",
            Self::Utf8Bom => "UTF-8 with a byte order mark",
            Self::Utf16Le => "UTF-16, little-endian",
            Self::Utf16Be => "UTF-16, big-endian",
            Self::Windows1252 => "Windows-1252",
        })
    }
}

/// Files that are often sent by mistake, by their first bytes.
const NOT_TEXT: [(&[u8], &str); 3] = [
    (b"PK\x03\x04", "a workbook (XLSX or another ZIP file)"),
    (b"\xD0\xCF\x11\xE0", "an old Excel workbook (XLS)"),
    (b"%PDF", "a PDF"),
];

/// Reads bytes as text. UTF-8 is borrowed as it is; the rest is converted once.
pub(super) fn decode(bytes: &[u8]) -> Result<(Cow<'_, str>, Encoding), RegisterError> {
    for (mark, what) in NOT_TEXT {
        if bytes.starts_with(mark) {
            return Err(RegisterError::NotText { what });
        }
    }
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        // Bad bytes become U+FFFD, which the cells report as garbled.
        return Ok((UTF_8.decode_without_bom_handling(rest).0, Encoding::Utf8Bom));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFF\xFE") {
        return Ok((UTF_16LE.decode_without_bom_handling(rest).0, Encoding::Utf16Le));
    }
    if let Some(rest) = bytes.strip_prefix(b"\xFE\xFF") {
        return Ok((UTF_16BE.decode_without_bom_handling(rest).0, Encoding::Utf16Be));
    }
    Ok(match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), Encoding::Utf8),
        Err(_) => (
            WINDOWS_1252.decode_without_bom_handling(bytes).0,
            Encoding::Windows1252,
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reads(bytes: &[u8], text: &str, encoding: Encoding) {
        let (read, how) = decode(bytes).unwrap();
        assert_eq!((read.as_ref(), how), (text, encoding));
    }

    #[test]
    fn each_encoding_is_told_apart_and_named() {
        reads("£5 café".as_bytes(), "£5 café", Encoding::Utf8);
        reads(b"\xEF\xBB\xBF\xC2\xA35", "£5", Encoding::Utf8Bom);
        reads(b"\xFF\xFE\xA3\x005\x00", "£5", Encoding::Utf16Le);
        reads(b"\xFE\xFF\x00\xA3\x005", "£5", Encoding::Utf16Be);
        reads(b"\xA35 caf\xE9 \x80", "£5 café €", Encoding::Windows1252);
    }

    #[test]
    fn plain_utf8_is_borrowed_not_copied() {
        assert!(matches!(decode(b"abc").unwrap().0, Cow::Borrowed(_)));
    }

    #[test]
    fn a_workbook_named_csv_is_called_a_workbook() {
        let error = decode(b"PK\x03\x04rest").unwrap_err();
        assert!(error.to_string().contains("workbook"), "{error}");
    }
}
