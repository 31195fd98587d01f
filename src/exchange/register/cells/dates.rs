//! Dates as councils write them: day first, with names of months, ISO, and what spreadsheets leave behind.
//! Answers for one cell; whether the day or the month is first in `04/09/2014` is its column's (`../orders.rs`).
//! Must not compare dates. Next: `../between.rs`, which does.

use chrono::{Days, NaiveDate};

use super::Cell;
use crate::exchange::register::doubt::Why;

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

const WEEKDAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// Day numbers taken for a spreadsheet's: 18 May 1927 to 13 October 2173. Fewer digits may be a year, more a reference.
const SERIALS: std::ops::RangeInclusive<u64> = 10_000..=99_999;

/// Excel's number for 31 December 9999, its way of writing "for ever".
const LAST_SERIAL: u64 = 2_958_465;

/// What comes first in a date of numbers alone, unless the year does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exchange::register) enum Order {
    DayFirst,
    MonthFirst,
}

/// What a date of numbers tells of the others in its column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::exchange::register) enum Tells {
    /// Its first number cannot be a month.
    DayFirst,
    /// Its second cannot.
    MonthFirst,
    /// It can be read both ways, and is another day each way.
    Nothing,
}

/// What a cell tells, if it is a date of numbers with the year last. Looks at its form alone: 31/02/2025 tells too.
pub(in crate::exchange::register) fn tells(text: &str) -> Option<Tells> {
    let (first, rest) = short_number(text)?;
    let (second, rest) = short_number(rest)?;
    let year = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let ended = rest[year..].starts_with([' ', 'T', ',', '\u{a0}']) || rest.len() == year;
    if !matches!(year, 2 | 4) || !ended {
        return None;
    }
    let (month, day) = (1..=12, 13..=31);
    match (month.contains(&first), month.contains(&second)) {
        (true, true) => (first != second).then_some(Tells::Nothing),
        (false, true) => day.contains(&first).then_some(Tells::DayFirst),
        (true, false) => day.contains(&second).then_some(Tells::MonthFirst),
        (false, false) => None,
    }
}

/// One or two digits and what comes after the mark that ends them.
fn short_number(text: &str) -> Option<(u32, &str)> {
    let digits = text.bytes().take(3).take_while(u8::is_ascii_digit).count();
    if !(1..=2).contains(&digits) {
        return None;
    }
    let rest = text[digits..].strip_prefix(['/', '-', '.'])?;
    Some((text[..digits].parse().ok()?, rest))
}

/// Reads a civil date, the day first.
pub(in crate::exchange::register) fn date(text: &str) -> Cell<NaiveDate> {
    date_in(text, Order::DayFirst)
}

/// Reads a civil date of a column whose order is known.
pub(in crate::exchange::register) fn date_in(text: &str, order: Order) -> Cell<NaiveDate> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits_only(text);
    }
    let (day, time) = split_time(text);
    let mut parts = [""; 4];
    let mut count = 0;
    for part in day
        .split(['/', '-', '.', ' ', ',', '\u{a0}'])
        .filter(|part| !part.is_empty())
    {
        if count == parts.len() {
            return Cell::unread(Why::DateUnreadable);
        }
        parts[count] = part;
        count += 1;
    }
    let three = match count {
        3 => [parts[0], parts[1], parts[2]],
        4 if is_weekday(parts[0]) => [parts[1], parts[2], parts[3]],
        _ => return Cell::unread(Why::DateUnreadable),
    };
    let cell = three_parts(three, order);
    match time {
        // A time of day drops to the date as written: 23:00Z in summer is really the next day in London.
        Some(time) if cell.why.is_none() && !is_midnight(time) => Cell {
            why: Some(Why::DateHasTime),
            ..cell
        },
        _ => cell,
    }
}

fn is_weekday(part: &str) -> bool {
    let part = part.to_lowercase();
    part.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(&part))
}

/// `20130401`, or a spreadsheet's day number.
fn digits_only(text: &str) -> Cell<NaiveDate> {
    if text.len() == 8 && text.is_ascii() {
        return three_parts([&text[..4], &text[4..6], &text[6..]], Order::DayFirst);
    }
    let number = match text.parse() {
        Ok(number) if !text.starts_with('0') => number,
        _ => return Cell::unread(Why::DateUnreadable),
    };
    if !SERIALS.contains(&number) && number != LAST_SERIAL {
        return Cell::unread(Why::DateUnreadable);
    }
    // Day 1 was 1 January 1900; Excel also counts a 29 February 1900, hence 30 December 1899.
    match NaiveDate::from_ymd_opt(1899, 12, 30).and_then(|day| day.checked_add_days(Days::new(number))) {
        Some(date) => Cell::doubted(date, Why::DateSerial),
        None => Cell::unread(Why::DateUnreadable),
    }
}

/// Cuts a time of day from a date: at the `T` or space before the first colon.
fn split_time(text: &str) -> (&str, Option<&str>) {
    let Some(colon) = text.find(':') else {
        return (text, None);
    };
    match text[..colon].rfind(['T', 't', ' ']) {
        Some(cut) => (&text[..cut], Some(&text[cut + 1..])),
        None => (text, None),
    }
}

fn is_midnight(time: &str) -> bool {
    let clock = time.split(['Z', 'z', '+']).next().unwrap_or(time);
    clock.bytes().all(|byte| matches!(byte, b'0' | b':' | b'.'))
}

fn three_parts(parts: [&str; 3], order: Order) -> Cell<NaiveDate> {
    let [first, second, third] = parts;
    let [year, month, day] = if first.len() == 4 && number(first).is_some() {
        [first, second, third]
    } else if first.starts_with(|c: char| c.is_ascii_alphabetic())
        || (order == Order::MonthFirst && number(first).is_some() && number(second).is_some())
    {
        [third, first, second]
    } else {
        [third, second, first]
    };
    let (Some((year, short)), Some(month), Some(day)) = (read_year(year), read_month(month), read_day(day))
    else {
        return Cell::unread(Why::DateUnreadable);
    };
    match NaiveDate::from_ymd_opt(year, month, day) {
        // Nothing still in a register began before 1900; Excel's empty date is 0 January 1900.
        Some(date) if year >= 1900 && short => Cell::doubted(date, Why::DateShortYear),
        Some(date) if year >= 1900 => Cell::sure(date),
        _ => Cell::unread(Why::DateImpossible),
    }
}

/// The year, and whether it was written with two digits: 70 to 99 are taken for the last century.
fn read_year(text: &str) -> Option<(i32, bool)> {
    let year = i32::try_from(number(text)?).ok()?;
    match text.len() {
        4 => Some((year, false)),
        2 if year < 70 => Some((2000 + year, true)),
        2 => Some((1900 + year, true)),
        _ => None,
    }
}

fn read_month(text: &str) -> Option<u32> {
    if let Some(month) = number(text) {
        return Some(month).filter(|_| text.len() <= 2);
    }
    let name = text.to_lowercase();
    let name = if name == "sept" { "sep" } else { &name };
    let place = MONTHS
        .iter()
        .position(|month| name.len() >= 3 && month.starts_with(name))?;
    u32::try_from(place + 1).ok()
}

fn read_day(text: &str) -> Option<u32> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let ordinal = matches!(
        text[digits.len()..].to_lowercase().as_str(),
        "" | "st" | "nd" | "rd" | "th"
    );
    number(digits).filter(|_| ordinal && digits.len() <= 2)
}

fn number(text: &str) -> Option<u32> {
    // `parse` alone would also take a plus sign.
    Some(text)
        .filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()))?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn on(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn the_usual_forms_are_read_without_doubt() {
        let first_of_april = Cell::sure(on(2013, 4, 1));
        for text in [
            "01-Apr-2013",
            "1-April-2013",
            "01/04/2013",
            "1/4/2013",
            "2013-04-01",
            "20130401",
            "01.04.2013",
            "1 Apr 2013",
            "1st April 2013",
            "Monday 1 April 2013",
            "April 1, 2013",
            "2013/04/01",
            "2013-04-01T00:00:00Z",
            "01/04/2013 00:00",
            "2013-04-01T00:00:00+01:00",
            "01-apr-2013",
        ] {
            assert_eq!(date(text), first_of_april, "{text}");
        }
    }

    #[test]
    fn numeric_dates_put_the_day_first() {
        assert_eq!(date("04/09/2014"), Cell::sure(on(2014, 9, 4)));
        assert_eq!(date("04/25/2014"), Cell::unread(Why::DateImpossible));
    }

    #[test]
    fn a_column_with_the_month_first_is_read_so_and_names_of_months_in_it_as_ever() {
        let read = |text| date_in(text, Order::MonthFirst);
        assert_eq!(read("04/09/2014"), Cell::sure(on(2014, 4, 9)));
        assert_eq!(read("4-9-14"), Cell::doubted(on(2014, 4, 9), Why::DateShortYear));
        assert_eq!(read("31/03/2015"), Cell::unread(Why::DateImpossible));
        for text in ["2014-04-09", "9 April 2014", "April 9, 2014", "20140409"] {
            assert_eq!(read(text), Cell::sure(on(2014, 4, 9)), "{text}");
        }
    }

    #[test]
    fn dates_tell_the_order_of_their_column_by_their_form() {
        assert_eq!(tells("31/03/2015"), Some(Tells::DayFirst));
        assert_eq!(tells("31-02-25"), Some(Tells::DayFirst));
        assert_eq!(tells("03.31.2015 00:00"), Some(Tells::MonthFirst));
        assert_eq!(tells("04/09/2014"), Some(Tells::Nothing));
        for text in [
            "05/05/2015",
            "01-Apr-2013",
            "2014-09-04",
            "32/01/2015",
            "1/2",
            "",
            "\u{a3}1/2/2015",
            "1/2/2015x",
        ] {
            assert_eq!(tells(text), None, "{text}");
        }
    }

    #[test]
    fn days_that_never_were_are_called_impossible() {
        for text in [
            "31/02/2025",
            "29-Feb-2023",
            "00/01/1900",
            "01/13/2020",
            "2021-06-31",
            "01/01/0001",
        ] {
            assert_eq!(date(text), Cell::unread(Why::DateImpossible), "{text}");
        }
        assert_eq!(date("29/02/2024"), Cell::sure(on(2024, 2, 29)));
    }

    #[test]
    fn words_and_fragments_are_called_unreadable() {
        for text in [
            "TBC",
            "Ongoing",
            "April 2013",
            "2015",
            "01/04",
            "310315",
            "1/2/3/4/5",
            "12+6 months",
            "+1/+2/2013",
            "",
            "::",
            "T:",
        ] {
            assert_eq!(date(text), Cell::unread(Why::DateUnreadable), "{text}");
        }
    }

    #[test]
    fn a_spreadsheets_day_number_is_read_and_doubted() {
        assert_eq!(date("41365"), Cell::doubted(on(2013, 4, 1), Why::DateSerial));
        assert_eq!(date("2958465"), Cell::doubted(on(9999, 12, 31), Why::DateSerial));
    }

    #[test]
    fn short_years_and_times_of_day_are_read_and_doubted() {
        assert_eq!(
            date("01/04/13"),
            Cell::doubted(on(2013, 4, 1), Why::DateShortYear)
        );
        assert_eq!(
            date("1-Apr-95"),
            Cell::doubted(on(1995, 4, 1), Why::DateShortYear)
        );
        assert_eq!(
            date("2013-03-31T23:00:00.000Z"),
            Cell::doubted(on(2013, 3, 31), Why::DateHasTime)
        );
    }

    proptest! {
        #[test]
        fn every_day_is_read_back_from_every_form(days in 0u64..2_900_000) {
            let Some(day) = on(1900, 1, 1).checked_add_days(Days::new(days)) else { return Ok(()) };
            for form in ["%d/%m/%Y", "%d-%b-%Y", "%Y-%m-%d", "%d %B %Y", "%Y%m%d", "%Y-%m-%dT00:00:00"] {
                prop_assert_eq!(date(&day.format(form).to_string()), Cell::sure(day));
            }
        }

        #[test]
        fn no_text_makes_the_reading_of_dates_panic(text in "\\PC{0,24}|[0-9/:T .-]{0,14}") {
            let _ = (date(&text), date_in(&text, Order::MonthFirst), tells(&text));
        }
    }
}
