//! Terms by example: product.md's month arithmetic, Norfolk's placeholders, options and statuses.

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

fn option(ordinal: u16, length: Length, state: ExtensionState) -> ExtensionOption {
    ExtensionOption {
        ordinal,
        length,
        notice_by: None,
        state,
    }
}

/// Two years to 31 March 2026 with two options of a year.
fn two_years_and_two_options() -> Term {
    let options = [1, 2].map(|ordinal| option(ordinal, Length::Months(12), ExtensionState::Available));
    Term {
        starts_on: Some(day("2024-04-01")),
        initial_ends_on: Some(day("2026-03-31")),
        extensions: Extensions::new(options.to_vec()).expect("two ordinals"),
        ..Term::default()
    }
}

#[test]
fn months_added_to_an_end_keep_terms_whole() {
    for (end, months, expected) in [
        ("2025-09-30", 6, "2026-03-31"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2027-08-31", 6, "2028-02-29"),
        ("2026-02-28", 12, "2027-02-28"),
        ("2027-02-28", 12, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2025-06-14", 1, "2025-07-14"),
        ("2025-01-30", 1, "2025-02-27"), // from the 31st, clamped to 28 February, then a day back
        ("2025-12-31", 0, "2025-12-31"),
    ] {
        let actual = add_months_to_end(day(end), months);
        assert_eq!(actual, Some(day(expected)), "{end} + {months}");
    }
    assert_eq!(add_months_to_end(NaiveDate::MAX, 1), None);
}

#[test]
fn notice_is_over_by_the_end_it_was_served_for() {
    for (end, period, expected) in [
        ("2026-03-31", Period::Months(6), "2025-09-30"),
        ("2025-09-30", Period::Months(6), "2025-03-31"),
        ("2026-02-28", Period::Months(3), "2025-11-30"),
        ("2026-03-31", Period::Days(90), "2025-12-31"),
        ("2026-03-30", Period::Months(1), "2026-02-27"),
    ] {
        let served = period.before(day(end));
        assert_eq!(served, Some(day(expected)), "{period:?} before {end}");
        let over = served.and_then(|served| period.after_end(served));
        assert!(over <= Some(day(end)), "{period:?} after {expected}");
    }
    assert_eq!(Period::Days(1).before(NaiveDate::MIN), None);
}

#[test]
fn placeholder_ends_are_doubted_and_long_terms_believed() {
    for (start, end, doubted) in [
        (Some("2011-04-01"), "2050-12-31", true),
        (Some("2011-10-27"), "2035-10-27", false),
        (Some("2045-04-01"), "2050-03-31", false),
        (Some("2015-04-01"), "2099-12-31", true),
        (Some("2015-04-01"), "2051-03-31", false),
        (Some("2015-04-01"), "2065-04-02", true),
        (Some("2015-04-01"), "2065-03-31", false),
        (Some("1900-01-01"), "2026-03-31", false),
        (Some("2015-04-01"), "1900-01-01", true),
        (Some("2015-04-01"), "9999-12-31", true),
        (None, "2049-12-31", true),
        (None, "2100-01-01", true),
        (None, "2101-01-01", true),
        (None, "2048-12-31", false),
    ] {
        let actual = end_is_sentinel(start.map(day), day(end));
        assert_eq!(actual, doubted, "{start:?} to {end}");
    }
}

#[test]
fn a_disbelieved_end_is_not_counted_with() {
    let term = Term {
        initial_ends_on: Some(day("2099-12-31")),
        ..two_years_and_two_options()
    };
    assert_eq!(term.current_end(), None);
    assert_eq!(term.maximum_end(), None);
    assert_eq!(term.status(day("2026-01-01")), Status::EndUnknown);
    assert_eq!(term.exercise(1), Err(ExerciseError::EndUnknown));
}

#[test]
fn options_are_exercised_one_after_the_other() {
    let term = two_years_and_two_options();
    assert_eq!(term.maximum_end(), Some(day("2028-03-31")));
    assert_eq!(term.exercise(2), Err(ExerciseError::NotNext { next: 1 }));
    let once = term.exercise(1).expect("the first is next");
    assert_eq!(once.current_end(), Some(day("2027-03-31")));
    assert_eq!(once.maximum_end(), term.maximum_end());
    let twice = once.exercise(2).expect("the second is next");
    assert_eq!(twice.current_end(), Some(day("2028-03-31")));
    assert_eq!(twice.exercise(3), Err(ExerciseError::NoneAvailable));
    let standing = Standing::Terminated {
        on: day("2025-01-01"),
    };
    assert_eq!(
        Term { standing, ..term }.exercise(1),
        Err(ExerciseError::NotInForce)
    );
}

#[test]
fn an_option_that_reaches_no_further_is_refused() {
    for length in [Length::Months(0), Length::Until(day("2026-03-31"))] {
        let options = vec![option(1, length, ExtensionState::Available)];
        let extensions = Extensions::new(options).expect("one ordinal");
        let term = Term {
            extensions,
            ..two_years_and_two_options()
        };
        assert_eq!(term.exercise(1), Err(ExerciseError::NoLonger));
    }
}

#[test]
fn a_last_extension_date_is_one_undivided_option() {
    let extensions = Extensions::default();
    let latest_end = Some(day("2029-03-31"));
    let term = Term {
        extensions,
        latest_end,
        ..two_years_and_two_options()
    };
    let until = Length::Until(day("2029-03-31"));
    assert_eq!(term.maximum_end(), latest_end);
    assert_eq!(
        term.next_option(),
        Some(option(1, until, ExtensionState::Available))
    );
    let extended = term.exercise(1).expect("it is next");
    assert_eq!(extended.current_end(), latest_end);
    assert_eq!(extended.next_option(), None);
}

#[test]
fn the_rest_of_an_undivided_option_stays_available() {
    let taken = option(1, Length::Until(day("2027-03-31")), ExtensionState::Exercised);
    let extensions = Extensions::new(vec![taken]).expect("one ordinal");
    let latest_end = Some(day("2029-03-31"));
    let term = Term {
        extensions,
        latest_end,
        ..two_years_and_two_options()
    };
    assert_eq!(term.current_end(), Some(day("2027-03-31")));
    let longer = term.exercise(2).expect("the rest is next");
    assert_eq!(longer.current_end(), latest_end);
    assert_eq!(longer.extensions.as_slice()[0], taken);
}

#[test]
fn a_last_extension_date_adds_nothing_when_early_doubted_or_refused() {
    let declined = option(1, Length::Months(12), ExtensionState::Declined);
    let refused = Extensions::new(vec![declined]).expect("one ordinal");
    for (latest_end, extensions) in [
        ("2025-03-31", Extensions::default()),
        ("2026-03-31", Extensions::default()),
        ("2099-12-31", Extensions::default()),
        ("2027-03-31", refused),
    ] {
        let latest_end = Some(day(latest_end));
        let term = Term {
            extensions,
            latest_end,
            ..two_years_and_two_options()
        };
        assert_eq!(term.maximum_end(), term.current_end(), "{latest_end:?}");
        assert_eq!(term.next_option(), None, "{latest_end:?}");
    }
}

#[test]
fn a_last_extension_date_without_an_end_invents_no_option() {
    let latest_end = Some(day("2029-03-31"));
    let term = Term {
        latest_end,
        ..Term::default()
    };
    assert_eq!((term.current_end(), term.maximum_end()), (None, latest_end));
    assert_eq!(term.next_option(), None);
}

#[test]
fn an_ordinal_occurs_once_and_options_keep_their_order() {
    let [first, second] =
        [1, 2].map(|ordinal| option(ordinal, Length::Months(ordinal), ExtensionState::Available));
    let sorted = Extensions::new(vec![second, first]).expect("two ordinals");
    assert_eq!(sorted.as_slice(), [first, second]);
    assert_eq!(Extensions::new(vec![second, first, second]), Err(2));
}

#[test]
fn a_status_is_what_the_contract_is_on_that_day() {
    let longer = two_years_and_two_options().exercise(1);
    let extended = longer.expect("the first is next");
    let but = |change: fn(&mut Term)| {
        let mut term = extended.clone();
        change(&mut term);
        term
    };
    let on = day("2025-01-31");
    let replaced = but(|term| term.replaced_on = Some(day("2027-06-01")));
    let pending = but(|term| term.standing = Standing::Pending);
    let cancelled = but(|term| term.standing = Standing::Cancelled);
    let standing = Standing::Terminated { on };
    let ended_unknown = Term {
        standing,
        ..Term::default()
    };
    let terminated = Term {
        standing,
        ..extended.clone()
    };
    for (term, on, expected) in [
        (&extended, "2024-03-31", Status::NotStarted),
        (&extended, "2024-04-01", Status::InInitialTerm),
        (&extended, "2026-03-31", Status::InInitialTerm),
        (&extended, "2026-04-01", Status::InExtension),
        (&extended, "2027-03-31", Status::InExtension),
        (&extended, "2027-04-01", Status::EndedAndNotReplaced),
        (&replaced, "2027-05-31", Status::EndedAndNotReplaced),
        (&replaced, "2027-06-01", Status::EndedAndReplaced),
        (&terminated, "2025-01-31", Status::InInitialTerm),
        (&terminated, "2025-02-01", Status::Terminated),
        (&ended_unknown, "2025-01-31", Status::InInitialTerm),
        (&pending, "2026-01-01", Status::NotStarted),
        (&cancelled, "2026-01-01", Status::Cancelled),
        (&Term::default(), "2026-01-01", Status::EndUnknown),
    ] {
        assert_eq!(term.status(day(on)), expected, "{on}");
    }
}

#[test]
fn a_maximum_past_the_calendar_falls_back_to_the_current_end() {
    let beyond = (1..=60).map(|ordinal| option(ordinal, Length::Months(u16::MAX), ExtensionState::Available));
    let extensions = Extensions::new(beyond.collect()).expect("each ordinal once");
    let term = Term {
        extensions,
        ..two_years_and_two_options()
    };
    assert_eq!(term.maximum_end(), term.current_end());
}

#[test]
fn an_option_left_behind_an_exercised_one_keeps_the_maximum() {
    let left = option(1, Length::Months(12), ExtensionState::Available);
    let taken = option(2, Length::Until(day("2026-06-30")), ExtensionState::Exercised);
    let extensions = Extensions::new(vec![left, taken]).expect("two ordinals");
    let term = Term {
        extensions,
        ..two_years_and_two_options()
    };
    assert_eq!(term.current_end(), Some(day("2026-06-30")));
    let longer = term.exercise(1).expect("it is next");
    assert_eq!(longer.current_end(), term.maximum_end());
}

#[test]
fn an_option_to_a_placeholder_date_adds_nothing() {
    let endless = option(1, Length::Until(day("2099-12-31")), ExtensionState::Exercised);
    let extensions = Extensions::new(vec![endless]).expect("one ordinal");
    let term = Term {
        extensions,
        ..two_years_and_two_options()
    };
    assert_eq!(term.current_end(), Some(day("2026-03-31")));
}
