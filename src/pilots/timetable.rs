//! The timetable of a pilot: which dates go together. Pure.
//!
//! Questions end before the deadline; bidders are told on its day or later; work starts once the standstill is over;
//! and whether to stop or to scale is decided after that.

use super::terms::Draft;
use super::{Pilot, PilotErrorCode};
use crate::councils::calendar::Calendar;
use crate::runtime::Wrong;
use crate::runtime::clock::{in_words, london_date};
use crate::runtime::letter::day;
use chrono::{DateTime, NaiveDate, Utc};

/// A pilot's dates, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timetable {
    /// Questions are taken strictly before it.
    pub questions_until: Option<DateTime<Utc>>,
    /// Bids are in time strictly before it.
    pub deadline_at: DateTime<Utc>,
    /// When the council means to tell the bidders.
    pub award_on: Option<NaiveDate>,
    /// When work starts.
    pub starts_on: Option<NaiveDate>,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<NaiveDate>,
    /// Working days between telling the bidders and the contract.
    pub standstill_days: i32,
}

impl Timetable {
    /// The dates of a pilot with this deadline.
    pub fn of(said: &Draft, deadline_at: DateTime<Utc>) -> Self {
        Self {
            questions_until: said.questions_until,
            deadline_at,
            award_on: said.award_on,
            starts_on: said.starts_on,
            decides_on: said.decides_on,
            standstill_days: said.standstill_days,
        }
    }

    /// The first day on which work may start: the day after the bidders are told, or after the standstill, which
    /// counts the day on which they are told.
    pub fn earliest_start(&self, calendar: &Calendar) -> Option<NaiveDate> {
        let told = self.award_on.unwrap_or(london_date(self.deadline_at));
        let standstill = u16::try_from(self.standstill_days.clamp(0, 365)).unwrap_or_default();
        let last = match standstill {
            0 => told,
            days => calendar.add_working_days(told.pred_opt()?, days),
        };
        last.succ_opt()
    }
}

/// Until when questions about a pilot are taken: until its deadline, if it does not say.
pub fn questions_until(pilot: &Pilot) -> Option<DateTime<Utc>> {
    pilot.said.questions_until.or(pilot.deadline_at)
}

/// Every reason why these dates do not go together, each at its own field.
pub fn check(days: &Timetable, calendar: &Calendar) -> Wrong<PilotErrorCode> {
    let mut wrong = Wrong::default();
    let mut note = |holds: bool, path: &str, message: String| {
        wrong.when(holds, PilotErrorCode::BadTimetable, path, message);
    };
    let deadline = london_date(days.deadline_at);
    for (path, on) in [
        ("awardOn", days.award_on),
        ("startsOn", days.starts_on),
        ("decidesOn", days.decides_on),
    ] {
        let far = on.is_some_and(|on| (on - deadline).num_days() > 3_660);
        note(far, path, "it is over ten years after the deadline".to_owned());
    }
    if let Some(until) = days.questions_until {
        let message = format!(
            "questions until {} do not end before the deadline, {}",
            in_words(until),
            in_words(days.deadline_at)
        );
        note(until >= days.deadline_at, "questionsUntil", message);
    }
    if let Some(on) = days.award_on {
        let message = format!(
            "{} is before the deadline\u{2019}s day, {}",
            day(on),
            day(deadline)
        );
        note(on < deadline, "awardOn", message);
    }
    let Some(earliest) = days.earliest_start(calendar) else {
        return wrong;
    };
    if let Some(on) = days.starts_on {
        let after = match days.standstill_days {
            0 => "the bidders are told".to_owned(),
            many => format!("a standstill of {many} working days"),
        };
        let message = format!(
            "{} is too early: after {after} work can start on {}",
            day(on),
            day(earliest)
        );
        note(on < earliest, "startsOn", message);
    }
    if let Some(on) = days.decides_on {
        let starts = days.starts_on.unwrap_or(earliest);
        let message = format!("{} is not after work starts, {}", day(on), day(starts));
        note(on <= starts, "decidesOn", message);
    }
    wrong
}

/// The same of a pilot that is published at an instant: nothing of it may have passed.
pub fn check_new(days: &Timetable, calendar: &Calendar, now: DateTime<Utc>) -> Wrong<PilotErrorCode> {
    let mut wrong = check(days, calendar);
    let passed = |at: DateTime<Utc>| format!("{} has passed", in_words(at));
    wrong.when(
        days.deadline_at <= now,
        PilotErrorCode::BadDeadline,
        "deadlineAt",
        passed(days.deadline_at),
    );
    if let Some(until) = days.questions_until {
        wrong.when(
            until <= now,
            PilotErrorCode::BadTimetable,
            "questionsUntil",
            passed(until),
        );
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::councils::facts::Nation;
    use chrono::Days;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn on(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    /// A deadline at noon on Wednesday 1 April 2026; Good Friday is the 3rd, Easter Monday the 6th.
    fn sound() -> Timetable {
        Timetable {
            questions_until: Some(at("2026-03-25T17:00:00Z")),
            deadline_at: at("2026-04-01T11:00:00Z"),
            award_on: on("2026-04-02"),
            starts_on: on("2026-04-16"),
            decides_on: on("2026-09-30"),
            standstill_days: 8,
        }
    }

    fn wrong(days: &Timetable, now: &str) -> Vec<String> {
        let wrong = check_new(days, &Calendar(Nation::England), at(now));
        wrong
            .into_refusals()
            .into_iter()
            .map(|refusal| refusal.path)
            .collect()
    }

    #[test]
    fn work_starts_the_day_after_eight_working_days_that_count_the_day_of_telling() {
        // Told on Thursday the 2nd: 2, 7, 8, 9, 10, 13, 14, 15 are eight, with Easter between.
        assert_eq!(
            sound().earliest_start(&Calendar(Nation::England)),
            on("2026-04-16")
        );
        // Scotland works on Easter Monday.
        assert_eq!(
            sound().earliest_start(&Calendar(Nation::Scotland)),
            on("2026-04-15")
        );
        // Told on a Saturday, the Tuesday after Easter counts first.
        let saturday = Timetable {
            award_on: on("2026-04-04"),
            standstill_days: 1,
            ..sound()
        };
        assert_eq!(
            saturday.earliest_start(&Calendar(Nation::England)),
            on("2026-04-08")
        );
        let none = Timetable {
            standstill_days: 0,
            ..sound()
        };
        assert_eq!(none.earliest_start(&Calendar(Nation::England)), on("2026-04-03"));
    }

    #[test]
    fn every_date_out_of_its_order_is_named() {
        assert_eq!(wrong(&sound(), "2026-03-01T00:00:00Z"), Vec::<String>::new());
        let early = Timetable {
            starts_on: on("2026-04-15"),
            ..sound()
        };
        assert_eq!(wrong(&early, "2026-03-01T00:00:00Z"), ["startsOn"]);
        let all = Timetable {
            questions_until: Some(at("2026-04-01T11:00:00Z")),
            award_on: on("2026-03-31"),
            starts_on: on("2026-04-01"),
            decides_on: on("2026-04-01"),
            ..sound()
        };
        assert_eq!(
            wrong(&all, "2026-03-01T00:00:00Z"),
            ["questionsUntil", "awardOn", "startsOn", "decidesOn"]
        );
        assert_eq!(
            wrong(&sound(), "2026-04-01T11:00:00Z"),
            ["deadlineAt", "questionsUntil"],
            "what has passed"
        );
    }

    proptest! {
        #[test]
        fn a_timetable_laid_out_from_its_earliest_days_makes_sense(
            hours in 1_i64..10_000, standstill in 0_i32..=60, told in 0_u64..60, after in 0_u64..60,
        ) {
            let calendar = Calendar(Nation::NorthernIreland);
            let deadline_at = at("2026-01-01T00:00:00Z") + chrono::Duration::hours(hours);
            let later = |day: NaiveDate, days| day.checked_add_days(Days::new(days)).unwrap();
            let mut days = Timetable {
                questions_until: Some(deadline_at - chrono::Duration::microseconds(1)),
                deadline_at,
                award_on: Some(later(london_date(deadline_at), told)),
                starts_on: None,
                decides_on: None,
                standstill_days: standstill,
            };
            let earliest = days.earliest_start(&calendar).unwrap();
            days.starts_on = Some(later(earliest, after));
            days.decides_on = Some(later(earliest, after + 1));
            prop_assert!(check(&days, &calendar).into_refusals().is_empty());
            // Between telling and starting there are as many working days as the standstill has.
            let working = |day: &NaiveDate| {
                use crate::contracts::windows::WorkingDays;
                calendar.is_working_day(*day)
            };
            let between = days.award_on.unwrap().iter_days().take_while(|day| *day < earliest).filter(working);
            prop_assert!(between.count() >= usize::try_from(standstill).unwrap());
            days.starts_on = earliest.pred_opt();
            prop_assert_eq!(check(&days, &calendar).into_refusals().len(), 1);
        }
    }
}
