//! What files are, by their content, and what is refused however it is called.

use super::super::AttachmentErrorCode::{self, Encrypted, HasMacros, UnknownType};
use super::*;
use proptest::prelude::*;

/// An archive of files kept as they are.
pub(in super::super) fn zip(files: &[(&str, &[u8])]) -> Vec<u8> {
    flagged(0, files)
}

fn flagged(flags: u16, files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let offset = (archive.len() as u32).to_le_bytes();
        let size = (content.len() as u32).to_le_bytes();
        let length = (name.len() as u16).to_le_bytes();
        // From flags to the length of the extra field, alike in both records.
        let told = [
            &flags.to_le_bytes()[..],
            &[0; 2],
            &[0; 4],
            &[0; 4],
            &size,
            &size,
            &length,
            &[0; 2],
        ]
        .concat();
        archive.extend([&b"PK\x03\x04\x14\0"[..], &told, name.as_bytes(), content].concat());
        let rest = [&[0; 2][..], &[0; 2], &[0; 2], &[0; 4], &offset, name.as_bytes()].concat();
        directory.extend([&b"PK\x01\x02\x14\0\x14\0"[..], &told, &rest].concat());
    }
    let count = (files.len() as u16).to_le_bytes();
    let size = (directory.len() as u32).to_le_bytes();
    let start = (archive.len() as u32).to_le_bytes();
    let end = [
        &b"PK\x05\x06"[..],
        &[0; 4],
        &count,
        &count,
        &size,
        &start,
        &[0; 2],
    ]
    .concat();
    [archive, directory, end].concat()
}

const TYPES: (&str, &[u8]) = ("[Content_Types].xml", b"<Types/>");
const WORD: (&str, &[u8]) = ("word/document.xml", b"<w/>");
const PNG_BYTES: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";

fn refusal(content: &[u8]) -> Option<AttachmentErrorCode> {
    of(content, "x").err().map(|(code, _)| code)
}

#[test]
fn what_councils_read_is_told_by_its_content() {
    let office = |part| zip(&[TYPES, (part, b"<x/>"), ("docProps/app.xml", b"<x/>")]);
    let open = |kind: &str| zip(&[("mimetype", kind.as_bytes()), ("content.xml", b"<x/>")]);
    for (content, kind) in [
        (b"%PDF-1.7\n1 0 obj\n".to_vec(), PDF),
        (PNG_BYTES.to_vec(), PNG),
        (b"\xff\xd8\xff\xe0\0\x10JFIF\0".to_vec(), JPEG),
        (office("word/document.xml"), DOCX),
        (office("xl/workbook.xml"), XLSX),
        (office("ppt/presentation.xml"), PPTX),
        (open(ODT.media_type), ODT),
        (open(ODS.media_type), ODS),
        (open(ODP.media_type), ODP),
        ("Prix d\u{2019}été: 5 < 6\r\n\tsum".into(), TEXT),
        ("\u{feff}bytes in order".into(), TEXT),
        // By its first letters alone this would be a bitmap.
        (b"BMI,weight\r\n21,70\r\n".to_vec(), TEXT),
    ] {
        assert_eq!(
            of(&content, "x"),
            Ok(kind),
            "{:?}",
            String::from_utf8_lossy(&content)
        );
    }
    assert_eq!(of(b"a,b\r\n1,2\r\n", "csv"), Ok(CSV));
}

#[test]
fn programs_pages_and_what_cannot_be_told_are_refused() {
    let open = |kind: &str| zip(&[("mimetype", kind.as_bytes())]);
    for content in [
        &b"MZ\x90\0\x03\0"[..],
        b"\x7fELF\x02\x01\x01\0",
        b"#!/bin/sh\nrm -rf /\n",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b" \n<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
        "\u{feff}<html>".as_bytes(),
        b"<?xml version='1.0'?><a/>",
        b"{\\rtf1 x}",
        b"%!PS-Adobe-3.0",
        b"Prix d'\xe9t\xe9 in another encoding",
        b"a\0b",
        b"\x1b[2Jtext that moves the cursor",
        b"GIF89a\x01\0\x01\0",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an old Office file",
        b"Rar!\x1a\x07\0",
        b"\x1f\x8b\x08\0\0\0\0\0",
        b"   ",
        &zip(&[("a.txt", b"x")]),
        &zip(&[("word/document.xml", b"x")]),
        &zip(&[TYPES, ("xl/workbook.bin", b"x")]),
        &zip(&[TYPES, WORD, ("xl/workbook.xml", b"x")]),
        &open("application/epub+zip"),
        &open("application/vnd.oasis.opendocument.text-template"),
        &zip(&[("x", b"y"), ("mimetype", ODT.media_type.as_bytes())]),
        &zip(&[TYPES, WORD, ("../../etc/passwd", b"x")]),
    ] {
        assert_eq!(
            refusal(content),
            Some(UnknownType),
            "{:?}",
            String::from_utf8_lossy(content)
        );
    }
}

#[test]
fn macros_are_found_wherever_they_are_kept() {
    for part in [
        "word/vbaProject.bin",
        "word/VBAPROJECT.BIN",
        "customXml/vbaData.xml",
        "xl/macrosheets/sheet1.xml",
        "word/activeX/activeX1.bin",
        "word/embeddings/tool.exe",
    ] {
        assert_eq!(
            refusal(&zip(&[TYPES, WORD, (part, b"x")])),
            Some(HasMacros),
            "{part}"
        );
    }
    let first = ("mimetype", ODT.media_type.as_bytes());
    assert_eq!(
        refusal(&zip(&[first, ("Basic/Standard/Module1.xml", b"x")])),
        Some(HasMacros)
    );
    assert_eq!(
        refusal(&zip(&[first, ("Scripts/python/a.py", b"x")])),
        Some(HasMacros)
    );
}

#[test]
fn what_a_password_protects_is_refused_in_words_of_its_own() {
    let packed: Vec<u8> = "EncryptedPackage"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    for content in [
        [COMPOUND, &[0; 40], &packed].concat(),
        flagged(1, &[TYPES, WORD]),
        b"%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt 5 0 R >>".to_vec(),
        b"%PDF-1.7\ntrailer << /Root 1 0 R /Encrypt<</V 4>> >>".to_vec(),
    ] {
        assert_eq!(
            refusal(&content),
            Some(Encrypted),
            "{:?}",
            String::from_utf8_lossy(&content)
        );
    }
    assert_eq!(of(b"%PDF-1.7\n(/EncryptMetadata /Encrypt)", "pdf"), Ok(PDF));
}

#[test]
fn an_archive_that_does_not_fit_together_is_none() {
    let whole = zip(&[TYPES, WORD]);
    let before = [b"MZ", &whole[..]].concat();
    let behind = [&whole[..], b"x"].concat();
    let cut = &whole[..whole.len() - 1];
    let mut elsewhere = whole.clone();
    let start = whole.len() - 6;
    elsewhere[start] += 1;
    let mut renamed = whole.clone();
    renamed[30] = b'!';
    let names: Vec<String> = (0..5000).map(|n| format!("word/{n}")).collect();
    let mut many = vec![TYPES, WORD];
    many.extend(names.iter().map(|name| (&**name, &b""[..])));
    for archive in [
        &before[..],
        &behind,
        cut,
        &elsewhere,
        &renamed,
        &zip(&many),
        b"PK\x03\x04",
    ] {
        assert_eq!(directory::read(archive), None);
        assert!(refusal(archive).is_some());
    }
    assert_eq!(directory::read(&whole).unwrap().len(), 2);
}

proptest! {
    #[test]
    fn no_bytes_break_the_judge(mut bytes in prop::collection::vec(any::<u8>(), 0..200), at in 0..400_usize, put in any::<u8>()) {
        let _ = of(&bytes, "csv");
        bytes.splice(0..0, *b"PK\x03\x04");
        let _ = of(&bytes, "docx");
        let mut archive = zip(&[TYPES, WORD]);
        if let Some(byte) = archive.get_mut(at) {
            *byte = put;
        }
        let _ = of(&archive, "docx");
    }
}
