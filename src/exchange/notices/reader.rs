//! Releases out of a file, one at a time: release packages, record packages with their releases in them, lists of releases,
//! and JSON lines of any of these. Answers for reading only; what a release means is `release.rs`'s.
//!
//! Memory holds one release (of JSON lines: one line) and never the file: a package's `releases` are taken from it by a
//! [`DeserializeSeed`] one by one. A line that is no JSON is told of and passed over; where a package is no JSON any more,
//! nobody can say where its next release begins, so reading stops there, and the error names the release.

use super::release::Release;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::fmt;
use std::io::{BufRead, BufReader, Read};

/// The longest line that is read, in bytes. The longest of Contracts Finder's known here has 31,000.
const LONGEST_LINE: u64 = 16 << 20;
/// The longest release that is kept, in bytes of what is read of it: PostgreSQL indexes no more than a megabyte of text.
const LONGEST_RELEASE: usize = 256 << 10;
/// How much of a file is looked at to tell what it is.
const HEAD: usize = 1 << 20;
/// What else is read of a release that stands by itself.
const PARTS: [&str; 9] = [
    "ocid",
    "id",
    "date",
    "tag",
    "buyer",
    "parties",
    "tender",
    "awards",
    "contracts",
];

/// Why a file cannot be read, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum NoticesError {
    /// There is nothing in it.
    #[error("the file is empty")]
    Empty,
    /// It is no JSON, or none from there on.
    #[error("this is not JSON{}: {message}", after(*.release))]
    Json {
        /// How many releases were read before.
        release: u32,
        /// What is wrong, with line and column.
        message: String,
    },
    /// The file could not be read.
    #[error("the file cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

fn after(releases: u32) -> String {
    match releases {
        0 => String::new(),
        n => format!(" in or after release {}", u64::from(n) + 1),
    }
}

/// What stands where a release should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A release.
    Release(Box<Release>),
    /// A record with links to its releases instead of them: its process.
    Linked(String),
    /// Longer than what is read: its process, or its beginning.
    TooLong(String),
    /// Nothing that can be read: what it says, or what is wrong.
    Unreadable(String),
}

/// Reads a file to its end, giving `to` each release with its place: its line, of JSON lines, else its number from 1.
/// `to` says whether to go on.
///
/// # Errors
/// When it is no JSON, or cannot be read.
pub fn read(from: impl Read, to: &mut dyn FnMut(u32, Found) -> bool) -> Result<(), NoticesError> {
    let mut from = BufReader::with_capacity(HEAD, from);
    if from.fill_buf()?.starts_with(b"\xEF\xBB\xBF") {
        from.consume(3);
    }
    let mut out = Out {
        to,
        place: 0,
        line: None,
        seen: false,
        stopped: false,
    };
    if is_lines(from.fill_buf()?) {
        return lines(from, &mut out);
    }
    while !at_end(&mut from)? && !out.stopped {
        let mut json = serde_json::Deserializer::from_reader(&mut from);
        let read = Top { out: &mut out }.deserialize(&mut json);
        if let (Err(error), false) = (read, out.stopped) {
            return match error.io_error_kind() {
                Some(kind) => Err(NoticesError::Io(kind.into())),
                None => Err(NoticesError::Json {
                    release: out.place,
                    message: error.to_string(),
                }),
            };
        }
    }
    if out.place == 0 && !out.seen {
        return Err(NoticesError::Empty);
    }
    Ok(())
}

/// Whether these are JSON lines: the first is whole by itself, or the next one begins an object while the first ends in
/// nothing that goes on.
fn is_lines(head: &[u8]) -> bool {
    let lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty());
    let (Some(first), Some(next)) = (lines.next(), lines.next()) else {
        return false;
    };
    let goes_on =
        first.ends_with(b"[") || first.ends_with(b"{") || first.ends_with(b",") || first.ends_with(b":");
    let whole = || serde_json::from_slice::<IgnoredAny>(first).is_ok();
    !goes_on && (next.starts_with(b"{") || whole())
}

fn at_end(from: &mut impl BufRead) -> Result<bool, std::io::Error> {
    loop {
        let buffer = from.fill_buf()?;
        if buffer.is_empty() {
            return Ok(true);
        }
        let blank = buffer
            .iter()
            .take_while(|byte| byte.is_ascii_whitespace())
            .count();
        if blank < buffer.len() {
            from.consume(blank);
            return Ok(false);
        }
        from.consume(blank);
    }
}

fn lines(mut from: impl BufRead, out: &mut Out<'_>) -> Result<(), NoticesError> {
    let (mut line, mut number) = (Vec::new(), 0u32);
    loop {
        line.clear();
        let read = (&mut from).take(LONGEST_LINE).read_until(b'\n', &mut line)?;
        if read == 0 || out.stopped {
            return Ok(());
        }
        number = number.saturating_add(1);
        out.line = Some(number);
        if read as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
            out.give(Found::TooLong(beginning(&line)));
            pass_over_line(&mut from)?;
            continue;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let mut json = serde_json::Deserializer::from_slice(&line);
        let read = Top { out: &mut *out }
            .deserialize(&mut json)
            .and_then(|()| json.end());
        if let (Err(error), false) = (read, out.stopped) {
            out.give(Found::Unreadable(format!("{}: {error}", beginning(&line))));
        }
    }
}

fn pass_over_line(from: &mut impl BufRead) -> Result<(), std::io::Error> {
    loop {
        let buffer = from.fill_buf()?;
        let (used, ended) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        from.consume(used);
        if ended {
            return Ok(());
        }
    }
}

/// What to show of text that cannot be read.
fn beginning(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(&text[..text.len().min(200)]);
    text.trim().replace('\0', "\u{2400}").chars().take(80).collect()
}

/// Where releases go.
struct Out<'a> {
    to: &'a mut dyn FnMut(u32, Found) -> bool,
    /// How many were given.
    place: u32,
    /// The line they stand in, of JSON lines.
    line: Option<u32>,
    /// Whether there was a package, be it an empty one.
    seen: bool,
    stopped: bool,
}

impl Out<'_> {
    fn give(&mut self, found: Found) {
        self.place = self.place.saturating_add(1);
        self.stopped = !(self.to)(self.line.unwrap_or(self.place), found);
    }

    fn release(&mut self, value: Value) {
        let shown = |value: &Value| beginning(value.to_string().as_bytes());
        if !value.is_object() {
            return self.give(Found::Unreadable(shown(&value)));
        }
        match serde_json::from_value::<Release>(value) {
            Err(error) => self.give(Found::Unreadable(error.to_string())),
            Ok(release) if length(&release) > LONGEST_RELEASE => {
                self.give(Found::TooLong(release.ocid.unwrap_or_default()))
            }
            Ok(release) => self.give(Found::Release(Box::new(release))),
        }
    }

    /// A record: its releases, or else what was compiled of them.
    fn record(&mut self, mut record: Value) {
        let ocid = record.get("ocid").cloned();
        let Some(fields) = record.as_object_mut() else {
            return self.release(record);
        };
        let is_link = |release: &Value| release.get("url").is_some() && release.get("ocid").is_none();
        let releases = match fields.remove("releases") {
            Some(Value::Array(releases)) if !releases.iter().any(is_link) => releases,
            _ => fields.remove("compiledRelease").into_iter().collect(),
        };
        if releases.is_empty() {
            let ocid = ocid.as_ref().and_then(Value::as_str).unwrap_or_default();
            return self.give(Found::Linked(beginning(ocid.as_bytes())));
        }
        for mut release in releases {
            if let (Some(fields), Some(ocid)) = (release.as_object_mut(), &ocid) {
                fields.entry("ocid").or_insert_with(|| ocid.clone());
            }
            self.release(release);
        }
    }
}

fn length(release: &Release) -> usize {
    serde_json::to_vec(release).map_or(usize::MAX, |bytes| bytes.len())
}

/// What stands by itself: a package, a release, or a list of releases.
struct Top<'a, 'b> {
    out: &'a mut Out<'b>,
}

impl<'de> DeserializeSeed<'de> for Top<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a release, or a package of releases or records")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, from: A) -> Result<(), A::Error> {
        let out = self.out;
        out.seen = true;
        Each { out, records: false }.visit_seq(from)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        let (mut own, mut is_package) = (Map::new(), false);
        while let Some(key) = from.next_key::<String>()? {
            let records = key == "records";
            if records || key == "releases" {
                is_package = true;
                self.out.seen = true;
                let out = &mut *self.out;
                from.next_value_seed(Each { out, records })?;
            } else if PARTS.contains(&key.as_str()) {
                own.insert(key, from.next_value()?);
            } else {
                from.next_value::<IgnoredAny>()?;
            }
        }
        if is_package {
            return Ok(());
        }
        if !own.contains_key("ocid") {
            return Err(A::Error::custom("there are neither `releases` nor an `ocid`"));
        }
        self.out.release(Value::Object(own));
        Ok(())
    }
}

/// The releases or records of a package, one by one.
struct Each<'a, 'b> {
    out: &'a mut Out<'b>,
    records: bool,
}

impl<'de> DeserializeSeed<'de> for Each<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Each<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of releases or records")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<(), A::Error> {
        while let Some(value) = from.next_element::<Value>()? {
            if self.records {
                self.out.record(value);
            } else {
                self.out.release(value);
            }
            if self.out.stopped {
                return Err(A::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
