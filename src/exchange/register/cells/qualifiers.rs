//! Words around an amount: that it is about so much, with or without VAT, or for one year. Next: `money.rs`, which reads
//! what is left.

use super::begins;

/// That an amount is for one year.
const YEARLY: [&str; 12] = [
    "per annum",
    "per year",
    "per yr",
    "a year",
    "/ year",
    "/year",
    "/ annum",
    "/annum",
    "/yr",
    "annually",
    "yearly",
    "each year",
];

/// The same so short that other words have it in them.
const SHORT: [&str; 4] = ["p.a.", "p.a", "pa", "p/a"];

/// Whether a cell, or the heading over it, says that an amount is for one year.
pub(in crate::exchange::register) fn is_yearly(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut words = lower
        .split(|c: char| !c.is_alphanumeric() && c != '.' && c != '/')
        .map(|word| word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    let said = ["annum", "annual"]
        .iter()
        .chain(&YEARLY)
        .any(|word| lower.contains(word));
    said || words.any(|word| SHORT.contains(&word))
}

/// An amount without the words at its end that say that it is for one year.
pub(in crate::exchange::register) fn without_year(text: &str) -> &str {
    let text = text.trim();
    let mut words = YEARLY.iter().chain(&SHORT);
    words.find_map(|word| without_end(text, word)).unwrap_or(text)
}

/// An amount without the words around it.
pub(super) fn without_words(text: &str) -> Option<&str> {
    const BEFORE: [&str; 22] = [
        "up to",
        "circa",
        "c.",
        "c",
        "approximately",
        "approx.",
        "approx",
        "around",
        "about",
        "estimated at",
        "estimated",
        "est.",
        "est",
        "maximum of",
        "maximum",
        "max.",
        "max",
        "not exceeding",
        "over",
        "under",
        "c\u{a3}",
        "total",
    ];
    const AFTER: [&str; 17] = [
        "+ vat",
        "+vat",
        "plus vat",
        "ex vat",
        "ex. vat",
        "exc vat",
        "exc. vat",
        "excl vat",
        "excl. vat",
        "excluding vat",
        "inc vat",
        "inc. vat",
        "including vat",
        "(estimated)",
        "(est)",
        "estimated",
        "approx",
    ];
    let mut rest = text.trim();
    // As many words as anybody has written around one figure.
    for _ in 0..4 {
        let before = rest;
        rest = rest
            .trim_start_matches(['~', '<', '>', '\u{2248}', '\u{2264}', ':'])
            .trim();
        if let Some(word) = BEFORE.iter().find(|word| begins(rest, word)) {
            rest = rest[word.trim_end_matches('\u{a3}').len()..].trim();
        }
        if let Some(left) = YEARLY
            .iter()
            .chain(&SHORT)
            .chain(&AFTER)
            .find_map(|word| without_end(rest, word))
        {
            rest = left;
        }
        rest = rest.trim_end_matches(['+', ',', ';']).trim();
        if rest == before {
            break;
        }
    }
    (rest != text.trim() && !rest.is_empty()).then_some(rest)
}

/// Text without a word at its end, whatever its case.
fn without_end<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let begin = text.len().checked_sub(word.len())?;
    let end = text.get(begin..)?;
    end.eq_ignore_ascii_case(word).then(|| text[..begin].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_and_headings_say_that_an_amount_is_of_a_year() {
        for text in [
            "£5,000 per annum",
            "5000 pa",
            "£5,000pa",
            "5000.00p.a.",
            "£5k p.a.",
            "£5/yr",
            "Annual value",
            "Value (per year)",
            "Value p/a",
        ] {
            assert!(is_yearly(text), "{text}");
        }
        for text in [
            "£5,000",
            "Contract value",
            "Value of the spa",
            "Total, 5 years",
            "Papa & Co",
        ] {
            assert!(!is_yearly(text), "{text}");
        }
    }
}
