//! What single cells of a register say: dates, money, numbers of companies. Each reader gives the value, or why
//! there is none; nothing is guessed without saying so.

use super::doubt::Why;
use chrono::{Days, NaiveDate};

/// A value, and a doubt about it; either may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Read<T> {
    pub(super) value: Option<T>,
    pub(super) doubt: Option<Why>,
}

impl<T> Read<T> {
    fn sure(value: T) -> Self {
        Self {
            value: Some(value),
            doubt: None,
        }
    }

    fn unsure(value: T, doubt: Why) -> Self {
        Self {
            value: Some(value),
            doubt: Some(doubt),
        }
    }

    fn not(doubt: Why) -> Self {
        Self {
            value: None,
            doubt: Some(doubt),
        }
    }

    fn blank() -> Self {
        Self {
            value: None,
            doubt: None,
        }
    }
}

/// `01-Apr-2013`, `04/09/2014` (day first), `2014-09-04`, or a spreadsheet's day number.
pub(super) fn date(cell: &str) -> Read<NaiveDate> {
    if cell.is_empty() {
        return Read::blank();
    }
    let civil = cell.split(&[' ', 'T'][..]).next().unwrap_or(cell);
    for form in ["%d-%b-%Y", "%d/%m/%Y", "%Y-%m-%d", "%d.%m.%Y", "%d-%m-%Y"] {
        // chrono reads two digits as a year of the first century.
        if let Some(date) = NaiveDate::parse_from_str(civil, form)
            .ok()
            .filter(|date| *date >= FIRST)
        {
            return Read::sure(date);
        }
    }
    match cell.parse::<u64>() {
        Ok(serial @ 20_000..=80_000) => match EPOCH.checked_add_days(Days::new(serial)) {
            Some(date) => Read::unsure(date, Why::SerialDate),
            None => Read::not(Why::NotADate),
        },
        _ => Read::not(Why::NotADate),
    }
}

/// Day 0 of spreadsheets, two days early because they believe in 29 February 1900.
const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1899, 12, 30).expect("it is a date");
/// No contract in force is older.
const FIRST: NaiveDate = NaiveDate::from_ymd_opt(1200, 1, 1).expect("it is a date");

/// Pounds as pence, without floating point: `1,234.56`, `£9344.8`, `(3728)` for a negative.
pub(super) fn money(cell: &str) -> Read<i64> {
    if cell.is_empty() {
        return Read::blank();
    }
    let bare: String = cell
        .chars()
        .filter(|c| !matches!(c, '£' | ',' | ' ' | '\u{a0}'))
        .collect();
    let (digits, bracketed) = match bare.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) {
        Some(inner) => (inner, true),
        None => (bare.as_str(), false),
    };
    let (digits, minus) = digits
        .strip_prefix('-')
        .map_or((digits, false), |rest| (rest, true));
    match pence(digits) {
        Some(pence) if bracketed || minus => Read::unsure(-pence, Why::Negative),
        Some(0) => Read::unsure(0, Why::ZeroValue),
        Some(pence) => Read::sure(pence),
        None if bare.to_uppercase().contains("REDACT") => Read::not(Why::Redacted),
        None => Read::not(Why::NotAnAmount),
    }
}

fn pence(digits: &str) -> Option<i64> {
    let (pounds, rest) = digits.split_once('.').unwrap_or((digits, ""));
    let figures = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    if !figures(pounds) || !figures(rest) || (pounds.is_empty() && rest.is_empty()) {
        return None;
    }
    let pounds: i64 = if pounds.is_empty() {
        0
    } else {
        pounds.parse().ok()?
    };
    // Fractions of a penny are cut, not rounded: registers have them from spreadsheets' sums.
    let hundredths: String = rest.chars().chain("00".chars()).take(2).collect();
    pounds.checked_mul(100)?.checked_add(hundredths.parse().ok()?)
}

/// A Companies House number: two letters or digits and six digits, its lost zeros put back.
pub(super) fn companies_house(cell: &str) -> Read<String> {
    if cell.is_empty() {
        return Read::blank();
    }
    let bare: String = cell
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_uppercase();
    let bare = bare.strip_prefix("GB").unwrap_or(&bare);
    let letters = bare.chars().take_while(char::is_ascii_alphabetic).count();
    let digits = &bare[letters..];
    let well_formed = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    match letters {
        0 if well_formed && digits.len() <= 8 => Read::sure(format!("{digits:0>8}")),
        2 if well_formed && digits.len() <= 6 => Read::sure(format!("{}{digits:0>6}", &bare[..2])),
        _ => Read::not(Why::NotACompanyNumber),
    }
}

/// A CPV code: eight digits, with or without the check digit.
pub(super) fn cpv(cell: &str) -> Read<String> {
    if cell.is_empty() {
        return Read::blank();
    }
    let digits: String = cell
        .split('-')
        .next()
        .unwrap_or("")
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect();
    if digits.len() == 8 && digits.bytes().all(|b| b.is_ascii_digit()) {
        Read::sure(digits)
    } else {
        Read::not(Why::NotACpvCode)
    }
}

/// Yes or no.
pub(super) fn yes(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "yes" | "y" | "true" | "1" => Some(true),
        "no" | "n" | "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn dates_are_read_in_every_form_that_registers_mix() {
        for cell in [
            "01-Apr-2013",
            "01/04/2013",
            "2013-04-01",
            "1/4/2013",
            "01/04/2013 00:00",
        ] {
            assert_eq!(
                date(cell),
                Read {
                    value: day("2013-04-01"),
                    doubt: None
                },
                "{cell}"
            );
        }
        assert_eq!(
            date("41365"),
            Read {
                value: day("2013-04-01"),
                doubt: Some(Why::SerialDate)
            }
        );
        for cell in ["31/02/2025", "April 2013", "01/04/13", "TBC"] {
            assert_eq!(date(cell), Read::not(Why::NotADate), "{cell}");
        }
        assert_eq!(date(""), Read::blank());
    }

    #[test]
    fn money_is_whole_pence_and_brackets_are_negative() {
        for (cell, pence) in [
            ("1567", 156_700),
            ("£1,234.5", 123_450),
            ("9344.88", 934_488),
            (".5", 50),
            ("0.999", 99),
        ] {
            assert_eq!(money(cell), Read::sure(pence), "{cell}");
        }
        assert_eq!(money("(3728)"), Read::unsure(-372_800, Why::Negative));
        assert_eq!(money("0"), Read::unsure(0, Why::ZeroValue));
        assert_eq!(
            money("REDACTED COMMERCIAL CONFIDENTIALITY"),
            Read::not(Why::Redacted)
        );
        for cell in ["POA", "1e9", ".", "12 to 14", "99999999999999999999"] {
            assert_eq!(money(cell), Read::not(Why::NotAnAmount), "{cell}");
        }
    }

    #[test]
    fn company_numbers_get_their_zeros_back() {
        for (cell, number) in [
            ("928555", "00928555"),
            ("gb/02165763", "02165763"),
            ("oc301234", "OC301234"),
        ] {
            assert_eq!(companies_house(cell), Read::sure(number.to_owned()), "{cell}");
        }
        for cell in ["123456789", "N/A", "ABC12345", "é"] {
            assert_eq!(companies_house(cell), Read::not(Why::NotACompanyNumber), "{cell}");
        }
    }

    proptest! {
        #[test]
        fn amounts_read_back(pence in 1_i64..1_000_000_000_000) {
            prop_assert_eq!(money(&format!("{}.{:02}", pence / 100, pence % 100)), Read::sure(pence));
        }

        #[test]
        fn no_cell_makes_a_reader_panic(cell: String) {
            let _ = (date(&cell), money(&cell), companies_house(&cell), cpv(&cell), yes(&cell));
        }
    }
}
