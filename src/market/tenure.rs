//! Since when an incumbent has held on.

use chrono::{Months, NaiveDate};

/// Months between one contract's end and the next one's start that do not break a tenure: registers are late.
const GAP: Months = Months::new(3);

/// A contract's first day, and its last; none, if it has not come or nobody knows it.
pub type Spell = (NaiveDate, Option<NaiveDate>);

/// Since when somebody has held on without a gap of more than three months, on a day that one of these spells covers:
/// the earliest start of the contracts that follow one another up to it. None, if none covers it.
pub fn tenure(mut spells: Vec<Spell>, day: NaiveDate) -> Option<NaiveDate> {
    spells.retain(|(starts, ends)| *starts <= day && ends.is_none_or(|ends| *starts <= ends));
    spells.sort_unstable();
    let mut held: Option<(NaiveDate, NaiveDate)> = None;
    for (starts, ends) in spells {
        let ends = ends.unwrap_or(NaiveDate::MAX);
        held = Some(match held {
            Some((since, until)) if starts <= until.checked_add_months(GAP).unwrap_or(NaiveDate::MAX) => {
                (since, until.max(ends))
            }
            _ => (starts, ends),
        });
    }
    held.filter(|(_, until)| day <= *until).map(|(since, _)| since)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn spell(starts: &str, ends: &str) -> Spell {
        (day(starts), Some(day(ends)))
    }

    #[test]
    fn contracts_that_follow_one_another_are_one_tenure_and_a_longer_gap_breaks_it() {
        let today = day("2026-01-15");
        let chain = vec![
            spell("2024-06-30", "2027-03-31"),
            spell("2016-04-01", "2020-03-31"),
            spell("2020-04-01", "2024-03-31"),
            spell("2010-04-01", "2015-03-31"),
        ];
        // Until 2024-03-31 and again from 2024-06-30: three months. Before 2016 there was a year of somebody else.
        assert_eq!(tenure(chain.clone(), today), Some(day("2016-04-01")));
        let mut broken = chain;
        broken[0].0 = day("2024-07-01");
        assert_eq!(tenure(broken, today), Some(day("2024-07-01")));
    }

    #[test]
    fn who_does_not_hold_on_the_day_has_no_tenure() {
        let today = day("2026-01-15");
        assert_eq!(tenure(vec![], today), None);
        assert_eq!(tenure(vec![spell("2020-01-01", "2026-01-14")], today), None);
        assert_eq!(tenure(vec![spell("2026-01-16", "2027-01-01")], today), None);
        assert_eq!(
            tenure(vec![(day("2020-01-01"), None)], today),
            Some(day("2020-01-01"))
        );
        let within = vec![
            spell("2020-01-01", "2030-01-01"),
            spell("2021-01-01", "2021-02-01"),
        ];
        assert_eq!(tenure(within, today), Some(day("2020-01-01")));
    }

    proptest! {
        #[test]
        fn it_starts_with_one_of_the_spells_and_more_spells_never_shorten_it(
            spells in prop::collection::vec((0_i64..9_000, 0_i64..4_000), 1..12),
            more in (0_i64..9_000, 0_i64..4_000),
        ) {
            let today = day("2026-01-15");
            let make = |(ago, long): (i64, i64)| {
                let starts = today - chrono::Duration::days(ago);
                (starts, Some(starts + chrono::Duration::days(long)))
            };
            let mut all: Vec<Spell> = spells.into_iter().map(make).collect();
            let since = tenure(all.clone(), today);
            if let Some(since) = since {
                prop_assert!(all.iter().any(|(starts, _)| *starts == since));
            }
            all.push(make(more));
            let longer = tenure(all, today);
            prop_assert!(since.is_none_or(|since| longer.is_some_and(|longer| longer <= since)));
        }
    }
}
