//! What may be on the wire. Text is made fit before it goes in; the whole mail is looked at once more before it goes
//! out, so that whatever somebody typed, it is one mail to one recipient. Pure.

use base64::{Engine, engine::general_purpose::STANDARD};
use lettre::message::header::{ContentTransferEncoding, HeaderName, HeaderValue};
use lettre::message::{Body, SinglePart, header::ContentType};

/// The longest line that every server takes (RFC 5321), without its CR LF.
const LINE: usize = 998;
/// A line that needs no encoding for its length.
const SHORT: usize = 900;
/// No mail of ours comes near it; mail servers take 10 MB.
const MAIL: usize = 1 << 20;
/// Of an encoded word (RFC 2047: 75 in all) that is left for bytes before base64.
const WORD: usize = 45;

/// The headers that a mail of ours may have, each once.
const HEADERS: [&str; 14] = [
    "dkim-signature",
    "from",
    "to",
    "subject",
    "date",
    "message-id",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "guildhall-audit-head",
];

/// Whether a character is not seen, or turns the text around it.
fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Text for a header: control and direction marks dropped (lettre panics on CR LF in a name), cut to a length.
pub fn clean(text: &str, limit: usize) -> String {
    text.chars()
        .map(|c| if c == '\n' || c == '\t' { ' ' } else { c })
        .filter(|c| !hidden(*c))
        .take(limit)
        .collect()
}

/// A subject. What is not plain, or looks as if it were encoded already, is encoded, so that it is read as it was
/// written and decodes to nothing else.
pub(super) fn subject(text: &str) -> HeaderValue {
    let name = HeaderName::new_from_ascii_str("Subject");
    let text = clean(text, 200).trim().to_owned();
    let longest = text.split(' ').map(str::len).max().unwrap_or(0);
    if text.is_ascii() && !text.contains("=?") && longest < 70 {
        return HeaderValue::new(name, text);
    }
    let encoded = encoded_words(&text);
    HeaderValue::dangerous_new_pre_encoded(name, text, encoded)
}

fn encoded_words(text: &str) -> String {
    let mut words = vec![String::new()];
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if word.len() + c.len_utf8() <= WORD => word.push(c),
            _ => words.push(c.into()),
        }
    }
    let words = words
        .iter()
        .map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
    words.collect::<Vec<_>>().join("\r\n ")
}

/// A header that we write ourselves, as it is: nothing in it may need encoding.
///
/// # Errors
/// When it holds what a header may not.
pub(super) fn plain(name: &'static str, value: &str) -> Result<HeaderValue, String> {
    let fine = value.len() <= SHORT && value.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if !fine || value.contains("=?") || value.trim() != value || value.is_empty() {
        return Err(format!("{name}: {value:?} cannot stand in a header"));
    }
    let name = HeaderName::new_from_ascii_str(name);
    Ok(HeaderValue::dangerous_new_pre_encoded(
        name,
        value.to_owned(),
        value.to_owned(),
    ))
}

/// A part of text: its line ends are CR LF, and control and direction marks are gone. Joiners stay, as scripts and emoji
/// need them.
pub(super) fn part(kind: ContentType, text: &str) -> Result<SinglePart, String> {
    let joins = |c: char| matches!(c, '\n' | '\t' | '\u{200c}'..='\u{200f}');
    let text: String = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{2028}', '\u{2029}'], "\n")
        .chars()
        .filter(|c| joins(*c) || !hidden(*c))
        .collect();
    let as_it_is = text.is_ascii() && text.lines().all(|line| line.len() <= SHORT);
    let text = text.replace('\n', "\r\n");
    let body = if as_it_is {
        Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit)
    } else {
        Body::new_with_encoding(text, ContentTransferEncoding::QuotedPrintable)
            .map_err(|_| "the text cannot be encoded".to_owned())?
    };
    Ok(SinglePart::builder().header(kind).body(body))
}

/// The mail, if it may leave: lines of ASCII that end in CR LF and are not too long, and of each header that we write
/// at most one.
///
/// # Errors
/// What is wrong with it.
pub(super) fn checked(mail: Vec<u8>) -> Result<Vec<u8>, String> {
    if mail.len() > MAIL {
        return Err(format!("the mail has {} bytes, more than {MAIL}", mail.len()));
    }
    let text = std::str::from_utf8(&mail).map_err(|_| "the mail is not ASCII")?;
    let lines = text
        .strip_suffix("\r\n")
        .ok_or("the mail does not end with a line")?;
    let mut seen: Vec<String> = Vec::new();
    let mut in_headers = true;
    for line in lines.split("\r\n") {
        let fine = line
            .bytes()
            .all(|byte| byte == b'\t' || (b' '..=b'~').contains(&byte));
        if !fine || line.len() > LINE {
            return Err("a line of the mail is too long or holds what it may not".into());
        }
        in_headers &= !line.is_empty();
        if in_headers {
            header(line, &mut seen)?;
        }
    }
    let whole = ["from", "to", "subject", "date", "message-id"];
    match whole.iter().find(|name| !seen.iter().any(|seen| seen == **name)) {
        Some(missing) => Err(format!("the mail has no header {missing}")),
        None => Ok(mail),
    }
}

fn header(line: &str, seen: &mut Vec<String>) -> Result<(), String> {
    if line.starts_with([' ', '\t']) {
        let goes_on = !seen.is_empty() && !line.trim().is_empty();
        return goes_on
            .then_some(())
            .ok_or("a header goes on where none began".into());
    }
    let name = line
        .split_once(':')
        .map_or("", |(name, _)| name)
        .to_ascii_lowercase();
    if !HEADERS.contains(&&*name) || seen.contains(&name) {
        return Err(format!("the mail has a header {name:?} that it may not have"));
    }
    seen.push(name);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mail(more: &str, body: &str) -> Vec<u8> {
        format!("From: a@b.example\r\nTo: c@b.example\r\nSubject: s\r\nDate: d\r\nMessage-ID: <m>\r\n{more}\r\n{body}")
            .into_bytes()
    }

    #[test]
    fn only_whole_lines_and_our_own_headers_leave() {
        assert!(checked(mail("", "Hello\r\n")).is_ok());
        assert!(checked(mail("List-Id: <a.b>\r\n goes on\r\n", "Hello\r\n")).is_ok());
        let long = "x".repeat(999);
        for (more, body) in [
            ("Bcc: x@b.example\r\n", "\r\n"),
            ("To: x@b.example\r\n", "\r\n"),
            ("List-Id: a\r\n \r\n", "\r\n"),
            ("no colon\r\n", "\r\n"),
            ("", "bare\nline\r\n"),
            ("", "bare\rreturn\r\n"),
            ("", "nul\0\r\n"),
            ("", "caf\u{e9}\r\n"),
            ("", "no end"),
            ("", &*format!("{long}\r\n")),
        ] {
            assert!(checked(mail(more, body)).is_err(), "{more:?} {body:?}");
        }
        assert!(
            checked(b"From: a@b.example\r\n\r\nx\r\n".to_vec()).is_err(),
            "no recipient"
        );
        let large = "x\r\n".repeat(MAIL / 3);
        assert!(checked(mail("", &large)).is_err());
    }

    #[test]
    fn a_header_of_ours_holds_nothing_that_would_end_it() {
        assert!(plain("List-Unsubscribe", "<https://g.example/unsubscribe/t>").is_ok());
        for value in [
            "",
            " a",
            "a\r\nBcc: b",
            "a\nb",
            "caf\u{e9}",
            "=?utf-8?q?a?=",
            &"x".repeat(901),
        ] {
            assert!(plain("List-Id", value).is_err(), "{value:?}");
        }
    }
}
