//! What a file is, by its content and never by its name: documents, spreadsheets, presentations, pictures and text that
//! need no program of their own to be harmful, and nothing else.
//!
//! Pure. Nothing is unpacked: of an archive only the directory is read, and of that a bounded part.

use super::AttachmentErrorCode;
use super::directory::{self, Entry};

/// What a file may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    /// Endings of its name.
    pub(super) endings: &'static [&'static str],
    pub(super) media_type: &'static str,
}

/// Why it may not be, in words that follow the file's name.
pub(super) type Refused = (AttachmentErrorCode, &'static str);

const PDF: Kind = kind(&["pdf"], "application/pdf");
const PNG: Kind = kind(&["png"], "image/png");
const JPEG: Kind = kind(&["jpg", "jpeg"], "image/jpeg");
const TEXT: Kind = kind(&["txt"], "text/plain; charset=utf-8");
const CSV: Kind = kind(&["csv"], "text/csv; charset=utf-8");
const DOCX: Kind = kind(
    &["docx"],
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
);
const XLSX: Kind = kind(
    &["xlsx"],
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
);
const PPTX: Kind = kind(
    &["pptx"],
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
);
const ODT: Kind = kind(&["odt"], "application/vnd.oasis.opendocument.text");
const ODS: Kind = kind(&["ods"], "application/vnd.oasis.opendocument.spreadsheet");
const ODP: Kind = kind(&["odp"], "application/vnd.oasis.opendocument.presentation");

const MACROS: Refused = (
    AttachmentErrorCode::HasMacros,
    "holds macros or other programs: save it without them",
);
const ENCRYPTED: Refused = (
    AttachmentErrorCode::Encrypted,
    "is protected by a password, so that nobody could read it: save it without one",
);
const UNKNOWN: Refused = (
    AttachmentErrorCode::UnknownType,
    "is none of PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, CSV and plain text in UTF-8",
);
/// Old Office files, and new ones with a password, are such containers.
const COMPOUND: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

const fn kind(endings: &'static [&'static str], media_type: &'static str) -> Kind {
    Kind { endings, media_type }
}

/// What a file is that its name says ends so. The ending decides only between CSV and plain text.
pub(super) fn of(content: &[u8], ending: &str) -> Result<Kind, Refused> {
    match infer::get(content).map(|told| told.mime_type()) {
        Some("application/pdf") => pdf(content),
        Some("image/png") => Ok(PNG),
        Some("image/jpeg") => Ok(JPEG),
        _ if content.starts_with(b"PK\x03\x04") => archive(content),
        _ if content.starts_with(COMPOUND) && is_encrypted_office(content) => Err(ENCRYPTED),
        // What is text throughout is no picture or program, whatever its first letters look like.
        _ if is_text(content) => Ok(if ending == "csv" { CSV } else { TEXT }),
        _ => Err(UNKNOWN),
    }
}

/// The stream that every encrypted Office file has, by its name in UTF-16.
fn is_encrypted_office(content: &[u8]) -> bool {
    let name: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    content.windows(name.len()).any(|window| window == name)
}

/// Whoever encrypts names the key in the trailer, which is never compressed.
fn pdf(content: &[u8]) -> Result<Kind, Refused> {
    const KEY: &[u8] = b"/Encrypt";
    let named = |at: usize| {
        let mut after = content[at + KEY.len()..]
            .iter()
            .skip_while(|byte| byte.is_ascii_whitespace());
        after
            .next()
            .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'<')
    };
    let mut places = content
        .windows(KEY.len())
        .enumerate()
        .filter(|(_, window)| *window == KEY);
    if places.any(|(at, _)| named(at)) {
        return Err(ENCRYPTED);
    }
    Ok(PDF)
}

fn archive(content: &[u8]) -> Result<Kind, Refused> {
    let entries = directory::read(content).ok_or(UNKNOWN)?;
    if entries
        .iter()
        .any(|entry| entry.encrypted || entry.name == "encrypted-package")
    {
        return Err(ENCRYPTED);
    }
    let kind = open_document(content, &entries)
        .or_else(|| office(&entries))
        .ok_or(UNKNOWN)?;
    if entries.iter().any(|entry| is_program(entry.name)) {
        return Err(MACROS);
    }
    Ok(kind)
}

/// Each has its type as its first entry, as it is.
fn open_document(content: &[u8], entries: &[Entry<'_>]) -> Option<Kind> {
    let first = entries.iter().find(|entry| entry.offset == 0)?;
    let told = (first.name == "mimetype").then(|| directory::stored(content, first))??;
    [ODT, ODS, ODP]
        .into_iter()
        .find(|kind| kind.media_type.as_bytes() == told)
}

fn office(entries: &[Entry<'_>]) -> Option<Kind> {
    let has = |name: &str| entries.iter().any(|entry| entry.name == name);
    if !has("[Content_Types].xml") {
        return None;
    }
    let mut of = [
        ("word/document.xml", DOCX),
        ("xl/workbook.xml", XLSX),
        ("ppt/presentation.xml", PPTX),
    ]
    .into_iter()
    .filter(|(part, _)| has(part));
    match (of.next(), of.next()) {
        (Some((_, kind)), None) => Some(kind),
        _ => None,
    }
}

/// Visual Basic, Excel's own macros, controls, programs in a document and what runs them, Basic of OpenDocument.
fn is_program(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let file = name.rsplit('/').next().unwrap_or_default();
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    matches!(file, "vbaproject.bin" | "vbadata.xml" | "vbaprojectsignature.bin")
        || ["/macrosheets/", "/activex/", "/dialogsheets/"]
            .iter()
            .any(|part| name.contains(part))
        || ["basic/", "scripts/"]
            .iter()
            .any(|part| name.starts_with(part) && name != *part)
        || matches!(
            ending,
            "exe"
                | "dll"
                | "com"
                | "scr"
                | "bat"
                | "cmd"
                | "ps1"
                | "vbs"
                | "js"
                | "jar"
                | "msi"
                | "lnk"
                | "hta"
                | "sh"
        )
}

/// UTF-8 without control characters, and no language that a program would run or a browser show.
fn is_text(content: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(content) else {
        return false;
    };
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{c}');
    let start = text.trim_start();
    !start.is_empty()
        && !text.contains(control)
        && !["<", "#!", "{\\rtf", "%!", "%PDF"]
            .iter()
            .any(|mark| start.starts_with(mark))
}

#[cfg(test)]
pub(super) mod tests;
