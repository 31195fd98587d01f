//! The one clock. Nothing else in the program may ask what time it is (`clippy.toml` sees to that).
//!
//! Civil dates are Europe/London; instants are UTC, whole microseconds, so that both databases give back what
//! they were given.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Europe::London;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Tells the time. Copies share one clock.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    /// Runs with the system's clock, this many microseconds away from it.
    Shifted(Arc<AtomicI64>),
    /// Stands still, at this many microseconds after 1970, until it is told to move.
    Standing(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock: production.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that runs, and can be moved: demonstration and development.
    pub fn movable(start: Option<DateTime<Utc>>) -> Self {
        let clock = Self(Kind::Shifted(Arc::new(AtomicI64::new(0))));
        if let Some(start) = start {
            clock.set(start);
        }
        clock
    }

    /// A clock that stands still until moved: tests.
    pub fn standing(at: DateTime<Utc>) -> Self {
        Self(Kind::Standing(Arc::new(AtomicI64::new(at.timestamp_micros()))))
    }

    /// The present instant, UTC, in whole microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        let micros = match &self.0 {
            Kind::System => system_micros(),
            Kind::Shifted(by) => system_micros() + by.load(Ordering::SeqCst),
            Kind::Standing(at) => at.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// The instant that this clock tells when another machine's tells `there`, whose clock counts for all.
    pub fn at(&self, there: DateTime<Utc>) -> DateTime<Utc> {
        let micros = match &self.0 {
            Kind::System => there.timestamp_micros(),
            Kind::Shifted(by) => there.timestamp_micros() + by.load(Ordering::SeqCst),
            Kind::Standing(at) => at.load(Ordering::SeqCst),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }

    /// Today's civil date in London.
    pub fn today(&self) -> NaiveDate {
        london_date(self.now())
    }

    /// Moves a movable or standing clock to an instant; says whether it is one that moves.
    pub fn set(&self, to: DateTime<Utc>) -> bool {
        match &self.0 {
            Kind::System => return false,
            Kind::Shifted(by) => by.store(to.timestamp_micros() - system_micros(), Ordering::SeqCst),
            Kind::Standing(at) => at.store(to.timestamp_micros(), Ordering::SeqCst),
        }
        true
    }

    /// Moves a movable or standing clock on by a duration.
    pub fn advance(&self, by: Duration) -> bool {
        self.set(self.now() + by)
    }

    /// Whether [`Clock::set`] does anything.
    pub fn is_movable(&self) -> bool {
        !matches!(self.0, Kind::System)
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
fn system_micros() -> i64 {
    Utc::now().timestamp_micros()
}

/// The civil date in London at an instant.
pub fn london_date(at: DateTime<Utc>) -> NaiveDate {
    at.with_timezone(&London).date_naive()
}

/// The instant of a civil date and time in London: the earlier of two when clocks go back, and the first that
/// exists when they go forward.
pub fn london_instant(civil: NaiveDateTime) -> DateTime<Utc> {
    match London.from_local_datetime(&civil).earliest() {
        Some(at) => at.with_timezone(&Utc),
        None => london_instant(civil + Duration::minutes(30)),
    }
}

/// An instant as people read it, with its zone: `Tuesday 31 March 2026 at 12:00 (London)`.
pub fn in_words(at: DateTime<Utc>) -> String {
    at.with_timezone(&London)
        .format("%A %-d %B %Y at %H:%M (London)")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_summer_evening_in_utc_is_the_next_day_in_london() {
        assert_eq!(london_date(utc("2026-06-30T23:30:00Z")).to_string(), "2026-07-01");
        assert_eq!(london_date(utc("2026-12-31T23:30:00Z")).to_string(), "2026-12-31");
    }

    #[test]
    fn a_time_that_does_not_exist_becomes_the_next_that_does() {
        let missing = "2026-03-29T01:30:00".parse().unwrap();
        assert_eq!(london_instant(missing), utc("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_time_that_happens_twice_is_its_first() {
        let twice = "2026-10-25T01:30:00".parse().unwrap();
        assert_eq!(london_instant(twice), utc("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn copies_of_a_standing_clock_move_together() {
        let clock = Clock::standing(utc("2026-01-01T00:00:00Z"));
        let copy = clock.clone();
        clock.advance(Duration::days(1));
        assert_eq!(copy.today().to_string(), "2026-01-02");
        assert!(!Clock::system().set(utc("2026-01-01T00:00:00Z")));
    }
}
