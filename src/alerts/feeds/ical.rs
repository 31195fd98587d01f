//! Writes calendars as programs read them (RFC 5545, RFC 7986). Pure.
//!
//! Our own forty lines, because the `icalendar` crate leaves the values of `X-` properties and of `CATEGORIES` unescaped,
//! which would let a title write lines of its own, and keeps every event in memory. Parsers of others read what
//! it writes in `tests/guildhall/feeds`.

use chrono::{DateTime, NaiveDate, Utc};

/// Content lines end after this many octets, and go on after a blank.
const LINE: usize = 75;
/// How often programs may ask again.
const REFRESH: &str = "PT6H";

/// An event of one whole day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The same for as long as it is the same event.
    pub uid: String,
    /// Counts what changed of it: a program takes the highest.
    pub sequence: i32,
    /// When it was last written.
    pub changed_at: DateTime<Utc>,
    /// Whether it does not take place.
    pub cancelled: bool,
    /// Its day.
    pub on: NaiveDate,
    /// One line.
    pub summary: String,
    /// Several.
    pub description: String,
    /// Where more is.
    pub url: String,
    /// What it is about.
    pub categories: Vec<String>,
}

/// A calendar being written.
#[derive(Clone, Debug)]
pub struct Calendar(String);

impl Calendar {
    /// Begins one of this name. It has no METHOD, with which events would need an organiser (RFC 5546): programs that
    /// subscribe go by UID, SEQUENCE and STATUS.
    pub fn begin(name: &str) -> Self {
        let mut calendar = Self(String::new());
        calendar.line("BEGIN", "VCALENDAR");
        calendar.line("VERSION", "2.0");
        calendar.line("PRODID", "-//Guildhall//Contract windows//EN");
        calendar.line("NAME", &text(name));
        calendar.line("X-WR-CALNAME", &text(name));
        calendar.line("REFRESH-INTERVAL;VALUE=DURATION", REFRESH);
        calendar.line("X-PUBLISHED-TTL", REFRESH);
        calendar
    }

    /// Adds an event, which takes nobody's time.
    pub fn add(&mut self, event: &Event) {
        let at = event.changed_at.format("%Y%m%dT%H%M%SZ").to_string();
        self.line("BEGIN", "VEVENT");
        self.line("UID", &text(&event.uid));
        self.line("SEQUENCE", &event.sequence.to_string());
        self.line("DTSTAMP", &at);
        self.line("LAST-MODIFIED", &at);
        self.line("DTSTART;VALUE=DATE", &day(event.on));
        if let Some(next) = event.on.succ_opt() {
            self.line("DTEND;VALUE=DATE", &day(next));
        }
        let status = if event.cancelled { "CANCELLED" } else { "CONFIRMED" };
        self.line("STATUS", status);
        self.line("TRANSP", "TRANSPARENT");
        self.line("SUMMARY", &text(&event.summary));
        self.line("DESCRIPTION", &text(&event.description));
        self.line("URL", &event.url);
        let categories: Vec<String> = event.categories.iter().map(|one| text(one)).collect();
        self.line("CATEGORIES", &categories.join(","));
        self.line("END", "VEVENT");
    }

    /// The whole of it.
    pub fn end(mut self) -> String {
        self.line("END", "VCALENDAR");
        self.0
    }

    /// A content line, folded between characters.
    fn line(&mut self, name: &str, value: &str) {
        let mut used = 0;
        for character in name.chars().chain([':']).chain(value.chars()) {
            if used + character.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(character);
            used += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%Y%m%d").to_string()
}

/// A value of type TEXT: what would end it is escaped, other control characters go.
fn text(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            '\\' | ';' | ',' => escaped.extend(['\\', character]),
            '\n' => escaped.push_str("\\n"),
            other if other.is_control() => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(summary: &str) -> String {
        let mut calendar = Calendar::begin(summary);
        calendar.add(&Event {
            uid: "u@guildhall.example".into(),
            sequence: 3,
            changed_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            cancelled: false,
            on: "2026-03-31".parse().unwrap(),
            summary: summary.into(),
            description: summary.into(),
            url: "https://guildhall.example/".into(),
            categories: vec![summary.into()],
        });
        calendar.end()
    }

    proptest! {
        #[test]
        fn no_text_adds_a_line_or_makes_one_too_long(text in "\\PC{0,300}|(\r\n|[;,:\\\\]|END:VEVENT|[a-z]|\u{1f5d3}|\u{0}){0,90}") {
            let written = written(&text);
            prop_assert!(written.split("\r\n").all(|line| line.len() <= LINE));
            prop_assert!(!written.replace("\r\n", "").contains(char::is_control));
            let unfolded = written.replace("\r\n ", "");
            prop_assert_eq!(unfolded.lines().count(), 7 + 14 + 1);
        }
    }

    #[test]
    fn an_event_that_a_title_tries_to_end_goes_on() {
        let day = "\u{1f5d3}";
        let title =
            format!("{day}{day}\r\nEND:VEVENT\r\nEND:VEVENTEND:VEVENT\r\nEND:VEVENT\r\n\r\n\r\n{day}");
        let unfolded = written(&title).replace("\r\n ", "");
        assert_eq!(unfolded.lines().count(), 7 + 14 + 1);
    }

    #[test]
    fn an_event_of_a_day_ends_the_next() {
        let written = written("Ends; soon, or \\ late\nperhaps");
        for line in [
            "DTSTART;VALUE=DATE:20260331\r\nDTEND;VALUE=DATE:20260401\r\n",
            "SUMMARY:Ends\\; soon\\, or \\\\ late\\nperhaps\r\n",
            "SEQUENCE:3\r\nDTSTAMP:20260102T030405Z\r\n",
        ] {
            assert!(written.contains(line), "{line} in {written}");
        }
    }
}
