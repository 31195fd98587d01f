//! The same text on rows with other terms: what is the initial term in it, what an option, and what the row's end may
//! count in already. Rows have a first and a last day, as a register's do.

use chrono::{Months, NaiveDate};

use super::labelled::said;
use super::*;

/// A text, and per term of the row in months (0: no end) what it says, as in `labels/`; `~` before it: not sure.
type Texts = [(&'static str, &'static [(u32, &'static str)])];

/// The first part is the initial term, whatever the row says; an end that counts the option in offers nothing more.
const INITIAL_FIRST: &Texts = &[
    (
        "3 years + 2 year extension",
        &[(0, "24"), (36, "24"), (48, "?"), (60, "?"), (84, "?")],
    ),
    (
        "Initial 3 years + 2 year extension",
        &[(0, "24"), (36, "24"), (48, "?"), (60, "?"), (84, "?")],
    ),
    (
        "3 year contract + 2 year extension",
        &[(0, "24"), (36, "24"), (48, "?"), (60, "?"), (84, "?")],
    ),
    (
        "Initial 3 years + 2 years",
        &[(0, "24"), (36, "24"), (48, "?"), (60, "?")],
    ),
    (
        "3 years + 1 year extension + 1 year extension",
        &[(0, "12 12"), (36, "12 12"), (48, "?"), (60, "?")],
    ),
    (
        "2 years + 1 year + 1 year extensions",
        &[(0, "12 12"), (24, "12 12"), (36, "?"), (48, "?")],
    ),
    (
        "3 years + 2 x 1 year extensions",
        &[(0, "12 12"), (36, "12 12"), (48, "?"), (60, "?")],
    ),
    (
        "36 months (initial) + 24 months (extension)",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
];

/// The same, written otherwise.
const INITIAL_FIRST_TOO: &Texts = &[
    ("3yrs + 2yr ext", &[(0, "24"), (36, "24"), (60, "?")]),
    ("3-year + 2-year extension", &[(0, "24"), (36, "24"), (60, "?")]),
    (
        "3 years (plus 2 year extension)",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "3 years + further 2 year extension",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "3 years plus possible 2 year extension",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "Extension: 3 years + 2 year extension",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "3 years extendable by 1 + 1 years",
        &[(0, "12 12"), (36, "12 12"), (60, "?")],
    ),
    ("3 years extendable", &[(0, "?"), (36, "?")]),
    (
        "36 months + up to 24 months extension",
        &[(0, "up to 24"), (36, "up to 24"), (48, "?"), (60, "?")],
    ),
    (
        "2 years firm + 1 option year + 1 option year",
        &[(0, "12 12"), (24, "12 12"), (36, "?"), (48, "?")],
    ),
    ("3 years + 6 + 6 months", &[(0, "?"), (36, "?")]),
    ("2 years + 2x12", &[(0, "?"), (24, "?")]),
    ("24 months + 1 + 1", &[(0, "?"), (24, "?")]),
    ("3 years + 24 months (12+12)", &[(0, "?"), (12, "?"), (36, "?")]),
];

/// The text calls the first part an extension.
const OPTION_FIRST: &Texts = &[
    (
        "12 months extension + further 24 months",
        &[(0, "12 24"), (12, "12 24"), (36, "12 24"), (60, "12 24")],
    ),
    (
        "1 year extension plus another 2 years",
        &[(0, "12 24"), (12, "12 24"), (36, "12 24"), (60, "12 24")],
    ),
    (
        "12 months (extension) + 24 months",
        &[(0, "12 24"), (12, "12 24"), (36, "12 24"), (60, "12 24")],
    ),
    (
        "1 year extension + additional 1 year",
        &[(0, "12 12"), (12, "12 12"), (36, "12 12"), (60, "12 12")],
    ),
];

/// The same, written otherwise.
const OPTION_FIRST_TOO: &Texts = &[
    (
        "12 months extension & further 24 months",
        &[(0, "12 24"), (36, "12 24")],
    ),
    (
        "12 months extension, plus further 24 months",
        &[(0, "12 24"), (36, "12 24")],
    ),
    (
        "12 month extension then 24 months",
        &[(0, "12 24"), (36, "12 24")],
    ),
    (
        "12 months (ext) + 24 months",
        &[(0, "12 24"), (12, "12 24"), (36, "12 24")],
    ),
    (
        "12 months (optional) + 24 months (optional)",
        &[(0, "12 24"), (12, "12 24")],
    ),
    (
        "12 months (extension), 24 months",
        &[(0, "?"), (12, "?"), (36, "?")],
    ),
];

/// Only the row's term tells which it is.
const TERM_TELLS: &Texts = &[
    (
        "12 months + further 24 months",
        &[(0, "?"), (12, "24"), (24, "?"), (36, "?"), (60, "?")],
    ),
    (
        "1 year + 2 year extension",
        &[(0, "?"), (12, "24"), (36, "?"), (60, "?")],
    ),
    (
        "12 months + 12 months extension",
        &[(0, "?"), (12, "12"), (24, "?"), (36, "?")],
    ),
    (
        "3+1+1 extension",
        &[(0, "?"), (24, "?"), (36, "12 12"), (60, "?")],
    ),
    (
        "3+2 year extension",
        &[(0, "?"), (24, "?"), (36, "24"), (60, "?")],
    ),
];

/// Where the row's end counts options in, they may be used up.
const COUNTED_IN: &Texts = &[
    ("3+1", &[(0, "?"), (36, "12"), (48, "?")]),
    ("1+1", &[(0, "?"), (12, "12"), (24, "?"), (36, "?")]),
    ("2+1+1", &[(0, "?"), (24, "12 12"), (36, "?"), (48, "?")]),
    ("3+1+1", &[(0, "?"), (36, "12 12"), (48, "?"), (60, "?")]),
    ("36 + 12 + 12 months", &[(36, "12 12"), (48, "?"), (60, "?")]),
    (
        "Three years plus an option to extend for two years",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "Initial term of 3 years with an option to extend for a further 2 years",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "Initial term 2 years with option to extend 1+1",
        &[(0, "~12 12"), (24, "~12 12"), (36, "?"), (48, "?")],
    ),
    (
        "3 years with 2 x 12 month extensions",
        &[(0, "12 12"), (36, "12 12"), (48, "?"), (60, "?")],
    ),
    (
        "3 years + (1+1)",
        &[(0, "?"), (36, "12 12"), (48, "?"), (60, "?")],
    ),
    (
        "5 year contract (incl. 2 x 1 year extension)",
        &[(0, "12 12"), (36, "12 12"), (60, "?")],
    ),
    (
        "3 years + 2 year extension (5 years in total)",
        &[(0, "24"), (36, "24"), (60, "?")],
    ),
    (
        "May be extended to a maximum of 5 years",
        &[(0, "?"), (36, "?"), (60, "?")],
    ),
    ("5 years inc. 2 year extension", &[(36, "24"), (60, "?")]),
    ("5 years including 2 year extension", &[(36, "24"), (60, "?")]),
];

fn row(months: u32) -> InitialTerm {
    let first = NaiveDate::from_ymd_opt(2020, 4, 1).unwrap();
    let last = first.checked_add_months(Months::new(months)).unwrap().pred_opt();
    InitialTerm::between(Some(first), last.filter(|_| months > 0))
}

fn check(texts: &Texts) {
    let mut wrong = Vec::new();
    for (text, expected) in texts {
        for (months, expected) in *expected {
            let reading = read(text, &row(*months));
            let likely = reading.confidence == Confidence::Likely;
            let said = format!("{}{}", if likely { "~" } else { "" }, said(&reading));
            if said != *expected {
                wrong.push(format!(
                    "{text:?} on {months}: {said}, not {expected} ({:?})",
                    reading.why
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_first_part_that_no_word_calls_an_extension_is_the_initial_term() {
    check(INITIAL_FIRST);
    check(INITIAL_FIRST_TOO);
}

#[test]
fn a_first_part_that_is_called_an_extension_is_an_option() {
    check(OPTION_FIRST);
    check(OPTION_FIRST_TOO);
}

#[test]
fn a_first_part_that_may_be_either_is_what_the_rows_term_makes_it() {
    check(TERM_TELLS);
}

#[test]
fn options_that_the_rows_end_may_count_in_already_are_not_offered_again() {
    check(COUNTED_IN);
}

#[test]
fn an_end_a_day_or_some_weeks_off_counts_them_in_as_well_and_says_why() {
    let first = NaiveDate::from_ymd_opt(2020, 4, 6);
    for last in [(2025, 4, 6), (2025, 3, 31), (2025, 4, 30)] {
        let last = NaiveDate::from_ymd_opt(last.0, last.1, last.2);
        for text in [
            "3 years + 2 year extension",
            "3+1+1",
            "3 years with 2 x 12 month extensions",
        ] {
            let reading = read(text, &InitialTerm::between(first, last));
            assert_eq!(
                reading.why,
                Why::NotUnderstood(Stopped::CountedIn),
                "{text} {last:?}"
            );
        }
    }
}

#[test]
fn a_notices_duration_is_stated_before_any_option_is_taken() {
    let notice = InitialTerm {
        months: Some(60),
        ..InitialTerm::default()
    };
    let words = read("3 years with the option to extend for a further 2 years", &notice);
    assert_eq!(said(&words), "24");
    // Of a bare sum nothing says that its later parts are options at all.
    assert_eq!(said(&read("3+1+1", &notice)), "?");
}
