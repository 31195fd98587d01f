//! How long an award stands still before its contract starts: working days of the council's nation, the day of the
//! decision counted as the first where it is one. Pure.

use crate::contracts::windows::WorkingDays;
use crate::runtime::clock::london_instant;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};

/// The instant at which a standstill of so many working days is over: the end of the last of them in London. None, for
/// no days.
pub fn over_at(decided_on: NaiveDate, days: i32, calendar: &impl WorkingDays) -> Option<DateTime<Utc>> {
    let (mut day, mut left) = (decided_on, days);
    while left > 0 {
        left -= i32::from(calendar.is_working_day(day));
        day = day.checked_add_days(Days::new(1))?;
    }
    (days > 0).then(|| london_instant(day.and_time(NaiveTime::MIN)))
}

/// The first day of the contract: the day after the standstill, or when work is to start if that is later.
pub fn contract_starts_on(
    decided_on: NaiveDate,
    over_on: Option<NaiveDate>,
    work_starts_on: Option<NaiveDate>,
) -> NaiveDate {
    let earliest = over_on.unwrap_or(decided_on);
    work_starts_on.map_or(earliest, |day| day.max(earliest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::councils::calendar::Calendar;
    use crate::councils::facts::Nation;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn over(decided: &str, days: i32, nation: Nation) -> Option<String> {
        over_at(day(decided), days, &Calendar(nation)).map(|at| at.to_rfc3339())
    }

    #[test]
    fn eight_working_days_count_the_first_and_skip_weekends_and_holidays() {
        // From Wednesday 1 April 2026, without Good Friday (3rd) and Easter Monday (6th), on which Scotland works.
        assert_eq!(
            over("2026-04-01", 8, Nation::England).unwrap(),
            "2026-04-14T23:00:00+00:00"
        );
        assert_eq!(
            over("2026-04-01", 8, Nation::Scotland).unwrap(),
            "2026-04-13T23:00:00+00:00"
        );
    }

    #[test]
    fn a_day_that_is_no_working_day_is_not_counted() {
        // Saturday: Monday is the first day.
        assert_eq!(
            over("2026-01-17", 1, Nation::England).unwrap(),
            "2026-01-20T00:00:00+00:00"
        );
        assert_eq!(
            over("2026-01-19", 1, Nation::England).unwrap(),
            "2026-01-20T00:00:00+00:00"
        );
        assert_eq!(over("2026-01-19", 0, Nation::England), None);
    }

    #[test]
    fn a_contract_starts_when_it_may_and_not_before_work_is_to() {
        let starts = |over: Option<&str>, work: Option<&str>| {
            contract_starts_on(day("2026-01-19"), over.map(day), work.map(day)).to_string()
        };
        assert_eq!(starts(None, None), "2026-01-19");
        assert_eq!(starts(Some("2026-01-29"), Some("2026-01-20")), "2026-01-29");
        assert_eq!(starts(Some("2026-01-29"), Some("2026-02-02")), "2026-02-02");
    }
}
