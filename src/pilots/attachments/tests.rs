//! How a file's name, size and number are judged. What it is: `kinds`; that it is kept: the tests from outside.

use super::AttachmentErrorCode::{BadName, Empty, HasMacros, NotAsNamed, TooLarge, TooMany, UnknownType};
use super::kinds::tests::zip;
use super::*;

const PDF: &[u8] = b"%PDF-1.7\n";

fn judge(
    already: &[Attachment],
    name: &str,
    content: &[u8],
) -> Result<String, Vec<(AttachmentErrorCode, String)>> {
    match judged(already, name, content) {
        Ok((name, _)) => Ok(name),
        Err(Stop::Refused(refusals)) => {
            Err(refusals.into_iter().map(|one| (one.code, one.message)).collect())
        }
        Err(Stop::Failed(error)) => panic!("{error}"),
    }
}

fn codes(already: &[Attachment], name: &str, content: &[u8]) -> Vec<AttachmentErrorCode> {
    let told = judge(already, name, content).expect_err(name);
    told.into_iter().map(|(code, _)| code).collect()
}

fn kept(name: &str, bytes: u64) -> Attachment {
    Attachment {
        name: name.into(),
        media_type: "application/pdf".into(),
        bytes,
        sha256: String::new(),
        object: String::new(),
    }
}

#[test]
fn a_name_is_kept_without_its_folders_and_what_is_not_seen() {
    for (told, name) in [
        ("Offer.pdf", "Offer.pdf"),
        ("C:\\Users\\Ann\\Offer 2026.PDF", "Offer 2026.PDF"),
        ("../../etc/Offer.pdf", "Offer.pdf"),
        ("Offer\u{202e}fdp.exe\r\n.pdf", "Offerfdp.exe .pdf"),
        (" Offer.pdf. ", "Offer.pdf"),
        ("Angebot für März.pdf", "Angebot für März.pdf"),
    ] {
        assert_eq!(judge(&[], told, PDF).as_deref(), Ok(name), "{told:?}");
    }
    for blank in ["", "a/", ".pdf", " .pdf", "\u{200b}.pdf", "..", "/"] {
        assert_eq!(codes(&[], blank, PDF), [BadName], "{blank:?}");
    }
    let long = |characters: usize| format!("{}.pdf", "é".repeat(characters - 4));
    assert!(judge(&[], &long(120), PDF).is_ok());
    assert_eq!(codes(&[], &long(121), PDF), [BadName]);
    assert_eq!(codes(&[kept("offer.PDF", 1)], "Offer.pdf", PDF), [BadName]);
}

#[test]
fn a_name_ends_as_its_content_says() {
    assert_eq!(codes(&[], "Offer.docx", PDF), [NotAsNamed]);
    assert_eq!(codes(&[], "Offer", PDF), [NotAsNamed]);
    assert_eq!(codes(&[], "Offer.pdf", b"words"), [NotAsNamed]);
    assert_eq!(codes(&[], "Offer.html", b"words"), [NotAsNamed]);
    assert_eq!(codes(&[], "Offer.pdf", b"MZ\x90\0"), [UnknownType]);
    assert!(judge(&[], "Prices.csv", b"a,b\n1,2\n").is_ok());
    assert!(judge(&[], "Photo.jpeg", b"\xff\xd8\xff\xe0\0\x10JFIF\0").is_ok());
    let macros = zip(&[
        ("[Content_Types].xml", b""),
        ("word/document.xml", b""),
        ("word/vbaProject.bin", b""),
    ]);
    let told = judge(&[], "Offer.docx", &macros).unwrap_err();
    assert_eq!(told[0].0, HasMacros);
    assert!(told[0].1.contains("\"Offer.docx\""), "{told:?}");
}

#[test]
fn a_file_and_all_files_of_a_bid_have_a_largest_size_and_number() {
    let text = |bytes| vec![b'x'; bytes];
    assert_eq!(codes(&[], "a.txt", b""), [Empty]);
    assert!(judge(&[], "a.txt", &text(MOST_BYTES)).is_ok());
    let told = judge(&[], "a.txt", &text(MOST_BYTES + 1)).unwrap_err();
    assert_eq!(told[0].0, TooLarge);
    assert!(told[0].1.contains("\"a.txt\" has 10485761 bytes"), "{told:?}");
    let many = |files: usize| {
        (0..files)
            .map(|n| kept(&format!("{n}.pdf"), 1))
            .collect::<Vec<_>>()
    };
    assert!(judge(&many(19), "a.txt", b"x").is_ok());
    assert_eq!(codes(&many(20), "a.txt", b"x"), [TooMany]);
    assert!(judge(&[kept("b.pdf", MOST_BYTES_OF_BID - 1)], "a.txt", b"x").is_ok());
    assert_eq!(
        codes(&[kept("b.pdf", MOST_BYTES_OF_BID)], "a.txt", b"x"),
        [TooLarge]
    );
    assert_eq!(
        codes(&[kept("b.pdf", u64::MAX)], "a.txt", b"x"),
        [TooLarge],
        "nor does it overflow"
    );
}
