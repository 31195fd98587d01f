//! Working days: the bank holidays of each nation, by rule for any year, with the one-off changes.
//!
//! Banking and Financial Dealings Act 1971 and the proclamations under it; checked against the published list
//! in the tests. Pure: a date in, an answer out.

use super::facts::Nation;
use crate::contracts::windows::WorkingDays;
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};

/// A nation's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calendar(pub Nation);

impl WorkingDays for Calendar {
    fn is_working_day(&self, date: NaiveDate) -> bool {
        !is_weekend(date) && !is_bank_holiday(self.0, date)
    }
}

impl Calendar {
    /// The day that is `n` working days after a date; the date itself for none.
    pub fn add_working_days(self, date: NaiveDate, n: u16) -> NaiveDate {
        let mut day = date;
        for _ in 0..n {
            day = next(day);
            while !self.is_working_day(day) {
                day = next(day);
            }
        }
        day
    }
}

/// Whether the banks are closed in a nation on a weekday.
pub fn is_bank_holiday(nation: Nation, date: NaiveDate) -> bool {
    // No holiday falls in these months in any nation, save the one-off days.
    if matches!(date.month(), 2 | 10) {
        return false;
    }
    holidays(nation, date.year()).contains(&Some(date))
}

fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

fn next(date: NaiveDate) -> NaiveDate {
    date.checked_add_days(Days::new(1)).unwrap_or(date)
}

/// The year's bank holidays of a nation, in no order; blanks are padding.
fn holidays(nation: Nation, year: i32) -> [Option<NaiveDate>; 14] {
    let mut days = [None; 14];
    let mut count = 0;
    let mut add = |day: Option<NaiveDate>| {
        // A day on a weekend, or on another holiday, moves to the next weekday that is free.
        let Some(mut day) = day else { return };
        while is_weekend(day) || days.contains(&Some(day)) {
            day = next(day);
        }
        if count < days.len() {
            days[count] = Some(day);
            count += 1;
        }
    };
    let on = |month, day| NaiveDate::from_ymd_opt(year, month, day);
    let scotland = nation == Nation::Scotland;
    add(on(1, 1));
    if scotland {
        add(on(1, 2));
    }
    let easter = easter_sunday(year);
    add(easter.and_then(|day| day.checked_sub_days(Days::new(2))));
    if !scotland {
        add(easter.map(next));
    }
    if nation == Nation::NorthernIreland {
        add(on(3, 17));
        add(on(7, 12));
    }
    add(if year == 2020 {
        on(5, 8)
    } else {
        NaiveDate::from_weekday_of_month_opt(year, 5, Weekday::Mon, 1)
    });
    add(spring(year));
    add(if scotland {
        NaiveDate::from_weekday_of_month_opt(year, 8, Weekday::Mon, 1)
    } else {
        last_monday(year, 8)
    });
    if scotland && year >= 2007 {
        add(on(11, 30));
    }
    add(on(12, 25));
    add(on(12, 26));
    for (nations, y, m, d) in ONE_OFF {
        if *y == year && nations.is_none_or(|only| only == nation) {
            add(on(*m, *d));
        }
    }
    days
}

/// Days proclaimed once: jubilees, a wedding, a funeral, a coronation, and Scotland's at the World Cup.
const ONE_OFF: &[(Option<Nation>, i32, u32, u32)] = &[
    (None, 2002, 6, 3),
    (None, 2011, 4, 29),
    (None, 2012, 6, 5),
    (None, 2022, 6, 3),
    (None, 2022, 9, 19),
    (None, 2023, 5, 8),
    (Some(Nation::Scotland), 2026, 6, 15),
];

fn spring(year: i32) -> Option<NaiveDate> {
    match year {
        2002 | 2012 => NaiveDate::from_ymd_opt(year, 6, 4),
        2022 => NaiveDate::from_ymd_opt(year, 6, 2),
        _ => last_monday(year, 5),
    }
}

fn last_monday(year: i32, month: u32) -> Option<NaiveDate> {
    let last = NaiveDate::from_ymd_opt(year, month, 1)?
        .checked_add_months(Months::new(1))?
        .pred_opt()?;
    last.checked_sub_days(Days::new(u64::from(last.weekday().num_days_from_monday())))
}

/// Anonymous Gregorian computus (Meeus, Jones and Butcher).
fn easter_sunday(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let n = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(n / 31).ok()?, u32::try_from(n % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Every year that GOV.UK has published, one a line.
    const PUBLISHED: &str = include_str!("calendar/published.tsv");

    #[test]
    fn the_rules_give_the_published_bank_holidays() {
        let mut years = 0;
        for (division, list) in PUBLISHED.lines().filter_map(|line| line.split_once('\t')) {
            let nations: &[Nation] = match division {
                "england_and_wales" => &[Nation::England, Nation::Wales],
                "scotland" => &[Nation::Scotland],
                _ => &[Nation::NorthernIreland],
            };
            let theirs: Vec<NaiveDate> = list.split(' ').map(day).collect();
            for nation in nations {
                let mut ours: Vec<_> = holidays(*nation, theirs[0].year())
                    .into_iter()
                    .flatten()
                    .collect();
                ours.sort_unstable();
                assert_eq!(ours, theirs, "{nation:?}");
                years += 1;
            }
        }
        assert!(years > 30, "{years} years");
    }

    #[test]
    fn christmas_on_a_saturday_closes_monday_and_tuesday() {
        for closed in ["2021-12-27", "2021-12-28"] {
            assert!(!Calendar(Nation::England).is_working_day(day(closed)), "{closed}");
        }
        assert!(Calendar(Nation::England).is_working_day(day("2021-12-29")));
    }

    proptest! {
        #[test]
        fn working_days_added_and_taken_away_lead_back(offset in 0_u64..20_000, n in 0_u16..60) {
            let calendar = Calendar(Nation::Scotland);
            let start = day("2000-01-04").checked_add_days(Days::new(offset)).unwrap();
            prop_assume!(calendar.is_working_day(start));
            prop_assert_eq!(calendar.sub_working_days(calendar.add_working_days(start, n), n), start);
        }
    }
}
