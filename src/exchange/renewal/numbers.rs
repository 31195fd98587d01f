//! Numbers in words, and what lengths are counted in. Pure.

use super::tokens::Unit;

const NUMBERS: [&str; 20] = [
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
];

/// A number in words; tens are joined with their ones later.
pub(super) fn number(word: &str) -> Option<u32> {
    if let Some(at) = NUMBERS.iter().position(|known| *known == word) {
        return u32::try_from(at + 1).ok();
    }
    Some(match word {
        "single" => 1,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// A unit of time; its short forms and "yearly" only after a number.
pub(super) fn unit(word: &str, after_number: bool) -> Option<Unit> {
    Some(match word {
        "day" | "days" => Unit::Day,
        "week" | "weeks" => Unit::Week,
        "month" | "months" => Unit::Month,
        "year" | "years" => Unit::Year,
        _ if !after_number => return None,
        "wk" | "wks" | "weekly" => Unit::Week,
        "m" | "mo" | "mos" | "mth" | "mths" | "mnth" | "mnths" | "monthly" => Unit::Month,
        "y" | "yr" | "yrs" | "yearly" => Unit::Year,
        _ => return None,
    })
}
