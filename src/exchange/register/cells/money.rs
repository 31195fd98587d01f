//! Amounts of money to whole pence, without floats: `1,234.56`, `£`, `(3728)`, and words that are no amount.
//! Answers for one cell; a blank cell is not its business. Next: `../rows.rs`.

use super::qualifiers::{is_yearly, without_words};
use super::{Cell, begins, withheld};
use crate::exchange::register::doubt::Why;

/// Reads an amount in pounds as pence. Zero is read without doubt: whether it deserves one depends on the column.
pub(in crate::exchange::register) fn pence(text: &str) -> Cell<i64> {
    let cell = figure(text);
    // Nearly every cell is a figure; words are looked for where it is not.
    if cell.value.is_some() {
        return cell;
    }
    if withheld(text) || HIDDEN.iter().any(|word| text.eq_ignore_ascii_case(word)) {
        return Cell::unread(Why::ValueRedacted);
    }
    if not_stated(text) {
        return Cell::unread(Why::ValueNotStated);
    }
    if let Some(top) = range(text) {
        return Cell::doubted(top, Why::ValueRange);
    }
    match without_words(text) {
        Some(figure) => match self::figure(figure).value.or_else(|| range(figure)) {
            Some(pence) => Cell::doubted(pence, Why::ValueQualified),
            None => cell,
        },
        None => cell,
    }
}

/// Whether a cell is an amount, whatever is to be doubted of it.
pub(in crate::exchange::register) fn is_amount(text: &str) -> bool {
    pence(text).value.is_some()
}

/// Whether a cell is digits with their sign, pound and abbreviation, and no words or second figure with them.
pub(in crate::exchange::register) fn is_bare(text: &str) -> bool {
    figure(text.trim()).value.is_some()
}

/// What was made of an amount that is a range or has words with it, as a sentence.
pub(in crate::exchange::register) fn made(text: &str, pence: i64) -> String {
    let yearly = is_yearly(text);
    let sign = if pence < 0 { "-" } else { "" };
    let pence = pence.unsigned_abs();
    let digits = (pence / 100).to_string();
    let mut pounds = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            pounds.push(',');
        }
        pounds.push(digit);
    }
    let each = if yearly {
        ", which it says is for one year"
    } else {
        ""
    };
    format!("Read as {sign}£{pounds}.{:02}{each}.", pence % 100)
}

/// Words that hide an amount, by themselves.
const HIDDEN: [&str; 4] = ["confidential", "exempt", "private", "restricted"];

/// Words for an amount that nobody knows or says.
const NOT_STATED: [&str; 24] = [
    "poa",
    "p.o.a.",
    "p.o.a",
    "price on application",
    "tbc",
    "tba",
    "tbd",
    "to be confirmed",
    "to be advised",
    "to be agreed",
    "to be determined",
    "n/a",
    "n/k",
    "na",
    "not applicable",
    "not available",
    "not known",
    "not stated",
    "unknown",
    "variable",
    "various",
    "varies",
    "none stated",
    "schedule of rates",
];

fn not_stated(text: &str) -> bool {
    let text = strip_pound(text);
    NOT_STATED.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The top of `£10,000 - £20,000`: what may have to be paid is what a contract's value is estimated by.
fn range(text: &str) -> Option<i64> {
    let after = |word: &str| begins(text, word).then(|| text[word.len()..].trim());
    let (text, word) = match (after("between "), after("from ")) {
        (Some(rest), _) => (rest, " and "),
        (None, Some(rest)) => (rest, " to "),
        (None, None) => (text, " to "),
    };
    let cut = |mark: &str| {
        let (low, top) = text.split_once(mark)?;
        let (low, top) = (figure(low.trim()).value?, figure(top.trim()).value?);
        (0 <= low && low < top).then_some(top)
    };
    [word, "-", "\u{2013}", "\u{2014}"].into_iter().find_map(cut)
}

/// Reads digits with their sign, pound and abbreviation.
fn figure(text: &str) -> Cell<i64> {
    // A spreadsheet's accounting format shows zero as a dash.
    if matches!(text, "-" | "–" | "£-" | "£ -") || text.eq_ignore_ascii_case("nil") {
        return Cell::sure(0);
    }
    let Some((negative, amount)) = sign(text) else {
        return Cell::unread(Why::ValueUnreadable);
    };
    let (amount, power) = abbreviation(amount);
    match read_amount(amount, power) {
        None => Cell::unread(Why::ValueUnreadable),
        Some((pence, _)) if negative && pence != 0 => Cell::doubted(-pence, Why::ValueNegative),
        Some((pence, _)) if power > 0 => Cell::doubted(pence, Why::ValueAbbreviated),
        Some((pence, false)) => Cell::doubted(pence, Why::ValueRounded),
        Some((pence, true)) => Cell::sure(pence),
    }
}

/// Takes the sign and the pound off, in either order: brackets or a minus make it negative. `None` when a
/// bracket is alone or a sign is there twice.
fn sign(text: &str) -> Option<(bool, &str)> {
    let mut rest = strip_pound(text);
    let mut negative = false;
    if let Some(inner) = rest.strip_prefix('(') {
        rest = inner.strip_suffix(')')?;
        negative = true;
    } else if let Some(inner) = rest
        .strip_prefix(['-', '\u{2212}'])
        .or_else(|| rest.strip_suffix('-'))
    {
        rest = inner;
        negative = true;
    }
    Some((negative, strip_pound(rest.trim())))
}

fn strip_pound(text: &str) -> &str {
    let rest = text.strip_prefix('£').unwrap_or(text);
    let gbp = rest
        .get(..3)
        .is_some_and(|start| start.eq_ignore_ascii_case("gbp"));
    let rest = if gbp { &rest[3..] } else { rest };
    rest.strip_suffix("GBP").unwrap_or(rest).trim()
}

/// `1.2m` is 1.2 and a power of six.
fn abbreviation(text: &str) -> (&str, usize) {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let power = match text[digits.len()..].to_lowercase().as_str() {
        "k" => 3,
        "m" | "million" => 6,
        "bn" | "billion" => 9,
        _ => return (text, 0),
    };
    (digits.trim_end(), power)
}

/// Digits in groups, a point and a fraction, times a power of ten: pence, and whether they are exact.
/// Halves of a penny go up.
fn read_amount(text: &str, power: usize) -> Option<(i64, bool)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if (whole.is_empty() && fraction.is_empty()) || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if !in_groups(whole) {
        return None;
    }
    let digits = whole.bytes().filter(u8::is_ascii_digit);
    let places = power + 2;
    let scaled = fraction.bytes().chain(std::iter::repeat(b'0')).take(places);
    let mut pence: i64 = 0;
    for digit in digits.chain(scaled) {
        pence = pence.checked_mul(10)?.checked_add(i64::from(digit - b'0'))?;
    }
    let rest = fraction.as_bytes().get(places..).unwrap_or(&[]);
    let half = rest.first().is_some_and(|digit| *digit >= b'5');
    let exact = rest.iter().all(|digit| *digit == b'0');
    Some((pence.checked_add(i64::from(half))?, exact))
}

/// Whether a whole number is all digits, or digits in threes after the first comma or space. Anything
/// else, such as `1234,56`, would be a guess.
fn in_groups(text: &str) -> bool {
    let mut groups = text.split([',', ' ', '\u{a0}']);
    let first = groups.next().unwrap_or("");
    let digits = |group: &str| group.bytes().all(|byte| byte.is_ascii_digit());
    let mut grouped = false;
    for group in groups {
        grouped = true;
        if group.len() != 3 || !digits(group) {
            return false;
        }
    }
    digits(first) && (!grouped || (1..=3).contains(&first.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn plain_amounts_are_read_to_the_penny() {
        for (text, value) in [
            ("1234.56", 123_456),
            ("1,234.56", 123_456),
            ("£1,234.56", 123_456),
            ("£ 1 234.56", 123_456),
            ("GBP 1234.56", 123_456),
            ("0", 0),
            ("0.00", 0),
            (" - ".trim(), 0),
            ("Nil", 0),
            (".5", 50),
            ("7.", 700),
            ("1234.5", 123_450),
            ("46786.9500", 4_678_695),
            ("92,233,720,368,547,758.07", i64::MAX),
            ("-0", 0),
        ] {
            assert_eq!(pence(text), Cell::sure(value), "{text}");
        }
    }

    #[test]
    fn brackets_and_minuses_are_negative_and_doubted() {
        for text in [
            "(3728)",
            "-3728",
            "£(3,728.00)",
            "(£3728)",
            "-£3,728",
            "3728-",
            "\u{2212}3728",
        ] {
            assert_eq!(pence(text), Cell::doubted(-372_800, Why::ValueNegative), "{text}");
        }
    }

    #[test]
    fn withheld_amounts_are_told_from_unreadable_ones() {
        assert_eq!(
            pence("REDACTED COMMERCIAL CONFIDENTIALITY"),
            Cell::unread(Why::ValueRedacted)
        );
        for text in ["POA", "TBC", "£TBC", "n/a", "Price on application", "Unknown"] {
            assert_eq!(pence(text), Cell::unread(Why::ValueNotStated), "{text}");
        }
        for text in ["[REDACTED]", "Confidential", "Commercially sensitive", "Exempt"] {
            assert_eq!(pence(text), Cell::unread(Why::ValueRedacted), "{text}");
        }
        for text in [
            "see schedule",
            "1234,56",
            "12,34,567",
            "1.2.3",
            "€5",
            "20-10",
            "2015-03-31",
            "(5",
            "--5",
            "1e5",
            "£",
            ".",
            "1234,567",
            "92233720368547758.08",
            "5 per month",
            "c",
            "up to",
            "per annum",
            "1,,234",
            "k",
        ] {
            assert_eq!(pence(text), Cell::unread(Why::ValueUnreadable), "{text}");
        }
    }

    #[test]
    fn the_top_of_a_range_is_recorded_and_said() {
        for text in [
            "£10,000 - £20,000",
            "10000-20000",
            "£10-20k",
            "£10,000 to £20,000",
            "between £10,000 and £20,000",
            "10,000 \u{2013} 20,000",
        ] {
            assert_eq!(pence(text), Cell::doubted(2_000_000, Why::ValueRange), "{text}");
        }
        assert_eq!(made("£10,000 - £20,000", 2_000_000), "Read as £20,000.00.");
    }

    #[test]
    fn words_around_an_amount_are_seen_through_and_doubted() {
        for (text, value) in [
            ("£5,000 per annum", 500_000),
            ("£5,000 p.a.", 500_000),
            ("5000 pa", 500_000),
            ("up to £50,000", 5_000_000),
            ("c.£50k", 5_000_000),
            ("approx £1.5m", 150_000_000),
            ("£5,000 + VAT", 500_000),
            ("Up to £5,000 per annum (estimated)", 500_000),
            ("~£5,000", 500_000),
            ("up to £10,000 - £20,000 pa", 2_000_000),
        ] {
            assert_eq!(pence(text), Cell::doubted(value, Why::ValueQualified), "{text}");
        }
        assert_eq!(
            made("£5,000 pa", 500_000),
            "Read as £5,000.00, which it says is for one year."
        );
        assert_eq!(made("c. -1", -100), "Read as -£1.00.");
    }

    #[test]
    fn abbreviations_and_parts_of_a_penny_are_doubted() {
        assert_eq!(pence("£1.2m"), Cell::doubted(120_000_000, Why::ValueAbbreviated));
        assert_eq!(pence("50K"), Cell::doubted(5_000_000, Why::ValueAbbreviated));
        assert_eq!(
            pence("46786.949999999997"),
            Cell::doubted(4_678_695, Why::ValueRounded)
        );
        assert_eq!(pence("1.005"), Cell::doubted(101, Why::ValueRounded));
        assert_eq!(pence("1.004"), Cell::doubted(100, Why::ValueRounded));
    }

    proptest! {
        #[test]
        fn pence_written_out_are_read_back(value in 0..=i64::MAX, pound in any::<bool>(), commas in any::<bool>()) {
            let digits = (value / 100).to_string();
            let whole = if commas {
                let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).unwrap()).collect();
                groups.join(",")
            } else {
                digits
            };
            let text = format!("{}{whole}.{:02}", if pound { "£" } else { "" }, value % 100);
            prop_assert_eq!(pence(&text), Cell::sure(value));
            if value > 0 {
                prop_assert_eq!(pence(&format!("({text})")), Cell::doubted(-value, Why::ValueNegative));
            }
        }

        #[test]
        fn no_text_makes_the_reading_of_money_panic(text in "\\PC{0,24}|[0-9(),.£ kmGBP-]{0,14}") {
            let _ = made(&text, pence(&text).value.unwrap_or(i64::MIN));
        }
    }
}
