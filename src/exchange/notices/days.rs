//! Dates of notices: a publisher's instants as civil days, Europe/London. Answers for one text. Next: `drafts.rs`.

use crate::exchange::register::{Why, values};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Europe::London;

/// The civil day of a date, and what is doubted of it.
///
/// A period begins at midnight and ends a second or a minute before; a publisher who writes so means the day that is
/// written, whatever the zone beside it. Any other time of day is an instant, and the day is London's then: midnight in
/// summer, converted, is `23:00:00Z` of the day before.
pub(super) fn day(text: &str) -> (Option<NaiveDate>, Option<Why>) {
    if let Ok(at) = DateTime::parse_from_rfc3339(text) {
        let written = at.naive_local();
        let day = if bounds(written.time()) {
            written.date()
        } else {
            at.with_timezone(&London).date_naive()
        };
        return (Some(day), None);
    }
    let bare = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(|at| at.date());
    match bare.or_else(|_| text.parse()) {
        Ok(day) => (Some(day), None),
        Err(_) => values::day(text),
    }
}

fn bounds(time: NaiveTime) -> bool {
    let last = NaiveTime::from_hms_opt(23, 59, 0).is_some_and(|minute| time >= minute);
    time == NaiveTime::MIN || last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_the_one_that_is_written_unless_it_was_converted() {
        for (text, expected) in [
            ("2025-01-23T00:00:00Z", "2025-01-23"),
            ("2025-04-01T00:00:00+01:00", "2025-04-01"),
            ("2025-06-30T23:59:59Z", "2025-06-30"),
            ("2025-06-30T23:59:59+01:00", "2025-06-30"),
            ("2025-06-30T23:59:00Z", "2025-06-30"),
            ("2025-06-30T22:59:59Z", "2025-06-30"),
            ("2025-03-31T23:00:00Z", "2025-04-01"),
            ("2025-01-31T23:00:00Z", "2025-01-31"),
            ("2025-04-01T00:00:00", "2025-04-01"),
            ("2025-04-01", "2025-04-01"),
        ] {
            assert_eq!(day(text), (expected.parse().ok(), None), "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_doubted() {
        assert_eq!(day("soon"), (None, Some(Why::DateUnreadable)));
        assert_eq!(day("31/02/2025").0, None);
        assert_eq!(day("31/03/2025").0, "2025-03-31".parse().ok());
    }
}
