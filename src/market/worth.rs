//! What a contract is worth in a year, so that long and short ones compare.

use chrono::NaiveDate;

/// Why a value does not compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unknown {
    /// There is none, or it is not over nought.
    Value,
    /// It is of a whole term whose first or last day is not known.
    Term,
}

/// A value in pence of one year. A yearly value is that; one of the whole term (also where the register does not say) is
/// divided by the years of the term, a year having 365.25 days, and counts whole when the term is no longer than a year.
///
/// # Errors
/// Why it cannot be told.
pub fn per_year(
    value_pence: Option<i64>,
    is_yearly: bool,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
) -> Result<i64, Unknown> {
    let value = value_pence.filter(|value| *value > 0).ok_or(Unknown::Value)?;
    if is_yearly {
        return Ok(value);
    }
    let (Some(starts), Some(ends)) = (starts_on, ends_on) else {
        return Err(Unknown::Term);
    };
    let days = (ends - starts).num_days() + 1;
    if days < 1 {
        return Err(Unknown::Term);
    }
    // In quarters of a day: a year has 1,461.
    let quarters = i128::from(days) * 4;
    if quarters <= 1_461 {
        return Ok(value);
    }
    let yearly = i128::from(value) * 1_461 / quarters;
    Ok(i64::try_from(yearly).unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn a_whole_term_is_shared_out_over_its_years_and_a_short_one_counts_whole() {
        let four = per_year(Some(400_000), false, day("2021-04-01"), day("2025-03-31"));
        assert_eq!(four, Ok(400_000 * 1_461 / (1_461 * 4)));
        assert_eq!(four, Ok(100_000));
        for ends in ["2021-04-01", "2021-06-30", "2022-03-31"] {
            assert_eq!(per_year(Some(7), false, day("2021-04-01"), day(ends)), Ok(7));
        }
        assert_eq!(per_year(Some(7), true, None, None), Ok(7));
    }

    #[test]
    fn what_cannot_be_told_says_why() {
        for nothing in [None, Some(0), Some(-5)] {
            assert_eq!(per_year(nothing, true, None, None), Err(Unknown::Value));
        }
        for (starts, ends) in [
            (None, day("2025-03-31")),
            (day("2025-03-31"), None),
            (day("2025-03-31"), day("2025-03-01")),
        ] {
            assert_eq!(per_year(Some(1), false, starts, ends), Err(Unknown::Term));
        }
    }

    proptest! {
        #[test]
        fn a_year_is_never_more_than_the_whole(value in 1_i64..i64::MAX, days in 0_i64..40_000) {
            let starts = day("1990-01-01").unwrap();
            let ends = starts + chrono::Duration::days(days);
            let yearly = per_year(Some(value), false, Some(starts), Some(ends)).unwrap();
            prop_assert!((0..=value).contains(&yearly));
        }
    }
}
