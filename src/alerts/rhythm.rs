//! How often somebody is mailed: at once, or at an hour of each day or week in London. Pure.
//!
//! An hour that a day does not have, when clocks go forward, is the next that it has; of an hour that it has twice it is
//! the first. So each day has one slot and each week one.

use crate::runtime::clock::{london_date, london_instant};
use crate::runtime::words;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, Utc};

words! {
    /// How often somebody is mailed.
    #[graphql(name = "AlertFrequency")]
    Frequency {
        /// Within a minute of what happens.
        AtOnce = "at_once",
        /// Once a day, at an hour.
        Daily = "daily",
        /// Once a week, on a day and at an hour.
        Weekly = "weekly",
    }
}

/// When somebody is mailed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rhythm {
    /// How often.
    pub frequency: Frequency,
    /// The hour in London, 0 to 23.
    pub hour: u8,
    /// The day of the week, 1 is Monday.
    pub weekday: u8,
}

impl Default for Rhythm {
    /// At once; and if that is changed, at seven, on Mondays.
    fn default() -> Self {
        Self {
            frequency: Frequency::AtOnce,
            hour: 7,
            weekday: 1,
        }
    }
}

impl Rhythm {
    /// The instant at which what happens at `at` is due: at once, or the first slot after it.
    pub fn due(&self, at: DateTime<Utc>) -> DateTime<Utc> {
        if self.frequency == Frequency::AtOnce {
            return at;
        }
        let today = london_date(at);
        (0..=7)
            .filter_map(|days| today.checked_add_days(Days::new(days)))
            .filter(|day| self.has(*day))
            .map(|day| self.slot(day))
            .find(|slot| *slot > at)
            .unwrap_or(at)
    }

    fn has(&self, day: NaiveDate) -> bool {
        self.frequency != Frequency::Weekly || day.weekday().number_from_monday() == u32::from(self.weekday)
    }

    fn slot(&self, day: NaiveDate) -> DateTime<Utc> {
        let hour = NaiveTime::from_hms_opt(self.hour.into(), 0, 0).unwrap_or(NaiveTime::MIN);
        london_instant(day.and_time(hour))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Duration;
    use proptest::prelude::*;

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn rhythm(frequency: Frequency, hour: u8, weekday: u8) -> Rhythm {
        Rhythm {
            frequency,
            hour,
            weekday,
        }
    }

    #[test]
    fn clocks_that_change_take_no_slot_and_add_none() {
        let one = rhythm(Frequency::Daily, 1, 1);
        let slots = |from: &str| {
            let first = one.due(utc(from));
            [first, one.due(first), one.due(one.due(first))].map(|at| at.to_rfc3339())
        };
        // On 29 March 2026 there is no hour from one to two; on 25 October there are two.
        assert_eq!(
            slots("2026-03-28T00:30:00Z"),
            [
                "2026-03-28T01:00:00+00:00",
                "2026-03-29T01:00:00+00:00",
                "2026-03-30T00:00:00+00:00"
            ]
        );
        assert_eq!(
            slots("2026-10-24T12:00:00Z"),
            [
                "2026-10-25T00:00:00+00:00",
                "2026-10-26T01:00:00+00:00",
                "2026-10-27T01:00:00+00:00"
            ]
        );
    }

    /// Counts by another road: there are 7,671 days from 2020 to 2040, and 1,096 Mondays (Python's `datetime`).
    #[test]
    fn j4_from_2020_to_2040_each_day_and_week_has_its_one_slot() {
        for hour in 0..24 {
            for (frequency, expected) in [(Frequency::Daily, 7_671), (Frequency::Weekly, 1_096)] {
                let rhythm = rhythm(frequency, hour, 1);
                let (mut at, mut slots) = (utc("2019-12-31T23:59:59Z"), Vec::new());
                loop {
                    at = rhythm.due(at);
                    if at >= utc("2041-01-01T00:00:00Z") {
                        break;
                    }
                    slots.push(london_date(at));
                }
                let mut days = slots.clone();
                days.dedup();
                assert_eq!(
                    (slots.len(), days.len()),
                    (expected, expected),
                    "{frequency:?} at {hour}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn what_happens_is_due_after_it_and_within_a_period(
            minutes in 0_i64..11_000_000, hour in 0_u8..24, weekday in 1_u8..=7
        ) {
            let at = utc("2020-01-01T00:00:00Z") + Duration::minutes(minutes);
            let (daily, weekly) = (rhythm(Frequency::Daily, hour, weekday), rhythm(Frequency::Weekly, hour, weekday));
            prop_assert!(daily.due(at) > at && daily.due(at) - at <= Duration::hours(25));
            prop_assert!(weekly.due(at) > at && weekly.due(at) - at <= Duration::hours(7 * 24 + 1));
            prop_assert_eq!(rhythm(Frequency::AtOnce, hour, weekday).due(at), at);
        }
    }
}
