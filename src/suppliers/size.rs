//! How large a supplier is by its own figures: the rule that its size and its staff agree, and how long ago it said so.

use crate::runtime::words;
use chrono::{Datelike, Months, NaiveDate};

words! {
    /// Size of a supplier by staff (Companies Act 2006 and Commission Recommendation 2003/361/EC).
    #[graphql(name = "SupplierSize")]
    Size {
        /// Fewer than 10 staff.
        Micro = "micro",
        /// Fewer than 50.
        Small = "small",
        /// Fewer than 250.
        Medium = "medium",
        /// 250 or more; not an SME.
        Large = "large",
    }
}

/// For how many months a size that was confirmed holds.
pub const CONFIRMED_FOR: u32 = 12;

/// The figures that a size rests on, as the supplier states them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// People who work for it, by heads.
    pub staff: Option<i32>,
    /// What it took in its last year, in pence.
    pub turnover_pence: Option<i64>,
    /// The total of its last balance sheet, in pence.
    pub balance_sheet_pence: Option<i64>,
}

impl Size {
    /// Whether it is a small or medium enterprise.
    pub fn is_sme(self) -> bool {
        self != Self::Large
    }

    /// The size of a supplier with so many staff.
    pub fn of_staff(staff: i32) -> Self {
        match staff {
            ..10 => Self::Micro,
            10..50 => Self::Small,
            50..250 => Self::Medium,
            _ => Self::Large,
        }
    }
}

/// Whether a size that was confirmed on a day holds on another: for twelve months, the last day included.
pub fn still_holds(confirmed_on: NaiveDate, today: NaiveDate) -> bool {
    let until = confirmed_on.checked_add_months(Months::new(CONFIRMED_FOR));
    until.is_none_or(|until| today <= until)
}

/// Whole months from one day to a later one.
pub fn months_since(from: NaiveDate, to: NaiveDate) -> i32 {
    let months = (to.year() - from.year()) * 12 + to.month().cast_signed() - from.month().cast_signed();
    if to.day() < from.day() { months - 1 } else { months }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn sizes_change_at_ten_fifty_and_two_hundred_and_fifty_staff() {
        for (staff, size) in [
            (0, Size::Micro),
            (9, Size::Micro),
            (10, Size::Small),
            (49, Size::Small),
            (50, Size::Medium),
            (249, Size::Medium),
            (250, Size::Large),
            (10_000, Size::Large),
        ] {
            assert_eq!(Size::of_staff(staff), size, "{staff}");
        }
    }

    #[test]
    fn a_confirmation_holds_for_twelve_months_with_their_last_day() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(still_holds(day("2025-01-15"), day("2026-01-15")));
        assert!(!still_holds(day("2025-01-15"), day("2026-01-16")));
        assert!(still_holds(day("2024-02-29"), day("2025-02-28")));
        assert!(!still_holds(day("2024-02-29"), day("2025-03-01")));
        assert_eq!(months_since(day("2024-11-20"), day("2026-01-20")), 14);
        assert_eq!(months_since(day("2024-11-21"), day("2026-01-20")), 13);
    }

    proptest! {
        #[test]
        fn what_does_not_hold_is_at_least_twelve_months_old_and_stays_so(from in 0..10_000_i32, days in 0..2_000_i64) {
            let start = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
            let from = start + chrono::Duration::days(from.into());
            let today = from + chrono::Duration::days(days);
            if still_holds(from, today) {
                prop_assert!(days <= 366 && today > from - chrono::Duration::days(1));
            } else {
                prop_assert!(days > 364 && months_since(from, today) >= 12);
                prop_assert!(!still_holds(from, today + chrono::Duration::days(1)));
            }
        }
    }
}
