//! Windows by example: one row of product.md's table after the other.

use super::*;
use crate::contracts::term::{ExtensionOption, ExtensionState, Extensions, Length, Status};
use chrono::{Datelike, Weekday};

/// Weekdays, less Christmas Day, Boxing Day and New Year's Day.
pub(super) struct EnglishEnough;

impl WorkingDays for EnglishEnough {
    fn is_working_day(&self, date: NaiveDate) -> bool {
        let weekend = matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !matches!((date.month(), date.day()), (12, 25 | 26) | (1, 1))
    }
}

pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a date")
}

/// April 2024 to 31 March 2026, with nothing else stated.
pub(super) fn to_march_2026() -> Term {
    Term {
        starts_on: Some(day("2024-04-01")),
        initial_ends_on: Some(day("2026-03-31")),
        ..Term::default()
    }
}

/// The same with one thing changed.
pub(super) fn but(change: impl Fn(&mut Term)) -> Term {
    let mut term = to_march_2026();
    change(&mut term);
    term
}

/// The same with an option of a year.
pub(super) fn with_option(notice_by: Option<NaiveDate>) -> Term {
    let (length, state) = (Length::Months(12), ExtensionState::Available);
    let option = ExtensionOption {
        ordinal: 1,
        length,
        notice_by,
        state,
    };
    let extensions = Extensions::new(vec![option]).expect("one ordinal");
    Term {
        extensions,
        ..to_march_2026()
    }
}

pub(super) fn windows(term: &Term) -> Windows {
    derive(term, &LeadTimes::default(), &EnglishEnough)
}

/// "opens to closes", or nothing.
fn dates(term: &Term, kind: WindowKind) -> String {
    windows(term).get(kind).map_or(String::new(), |window| {
        let closes_on = window.closes_on.map_or("open".to_owned(), |day| day.to_string());
        format!("{} to {closes_on}", window.opens_on)
    })
}

#[test]
fn each_kind_opens_and_closes_as_its_rule_says() {
    use WindowKind::*;
    let plain = to_march_2026();
    let september = Some(day("2025-09-30"));
    let reviewed = but(|term| term.review_on = september);
    let never = but(|term| term.review_on = Some(day("2099-12-31")));
    let stretched = but(|term| term.latest_end = Some(day("2029-03-31")));
    let rolling = but(|term| term.auto_renews_for = Some(Period::Months(12)));
    let mut half_year = rolling.clone();
    half_year.notice_period = Some(Period::Months(6));
    for (term, kind, expected) in [
        (&plain, Review, ""),
        (&reviewed, Review, "2025-07-02 to 2025-09-30"),
        (&never, Review, ""),
        (&plain, ExtensionDecision, ""),
        (&with_option(None), ExtensionDecision, "2025-10-02 to 2025-12-31"),
        (
            &with_option(september),
            ExtensionDecision,
            "2025-07-02 to 2025-09-30",
        ),
        (&stretched, ExtensionDecision, "2025-10-02 to 2025-12-31"),
        (&plain, Notice, ""),
        (&rolling, Notice, "2025-10-02 to 2025-12-31"),
        (&half_year, Notice, "2025-07-02 to 2025-09-30"),
        (&plain, MarketEngagement, "2025-01-14 to 2025-10-11"),
        (&plain, Reprocurement, "2025-04-14 to 2025-10-11"),
        (&plain, Expiry, "2025-10-02 to 2026-03-31"),
        (&plain, HoldingOver, "2026-04-01 to open"),
    ] {
        assert_eq!(dates(term, kind), expected, "{kind:?} of {term:?}");
    }
}

#[test]
fn the_decision_moves_on_to_the_next_option() {
    let exercised = with_option(Some(day("2025-09-30")))
        .exercise(1)
        .expect("it is next");
    assert_eq!(dates(&exercised, WindowKind::ExtensionDecision), "");
    let latest_end = Some(day("2029-03-31"));
    let more = windows(&Term {
        latest_end,
        ..exercised
    });
    let decision = more
        .get(WindowKind::ExtensionDecision)
        .expect("an undivided option");
    assert_eq!(
        (decision.ordinal, decision.closes_on),
        (2, Some(day("2026-12-31")))
    );
}

#[test]
fn holding_over_ends_with_replacement_or_termination() {
    let replaced = |on| Term {
        replaced_on: Some(day(on)),
        ..to_march_2026()
    };
    let terminated = |on| Term {
        standing: Standing::Terminated { on: day(on) },
        ..to_march_2026()
    };
    for (term, expected) in [
        (replaced("2026-04-01"), ""),
        (replaced("2026-01-01"), ""),
        (replaced("2026-04-02"), "2026-04-01 to 2026-04-01"),
        (terminated("2026-06-30"), "2026-04-01 to 2026-06-30"),
        (terminated("2026-03-31"), ""),
        (
            Term {
                standing: Standing::Pending,
                ..to_march_2026()
            },
            "",
        ),
    ] {
        assert_eq!(dates(&term, WindowKind::HoldingOver), expected, "{term:?}");
    }
}

#[test]
fn an_auto_renewal_holds_over_until_it_is_recorded() {
    let term = Term {
        auto_renews_for: Some(Period::Months(12)),
        ..to_march_2026()
    };
    let after = day("2026-04-01");
    assert_eq!(term.status(after), Status::EndedAndNotReplaced);
    assert!(
        windows(&term)
            .get(WindowKind::HoldingOver)
            .expect("open")
            .is_open_on(after)
    );
    let (length, state) = (Length::Months(12), ExtensionState::Exercised);
    let renewal = ExtensionOption {
        ordinal: 1,
        length,
        notice_by: None,
        state,
    };
    let extensions = Extensions::new(vec![renewal]).expect("one ordinal");
    let renewed = Term { extensions, ..term };
    assert_eq!(renewed.status(after), Status::InExtension);
    assert_eq!(dates(&renewed, WindowKind::Notice), "2026-10-02 to 2026-12-31");
}

#[test]
fn a_cancelled_contract_has_no_windows_and_a_terminated_one_only_past() {
    let cancelled = windows(&Term {
        standing: Standing::Cancelled,
        ..to_march_2026()
    });
    assert_eq!(cancelled, Windows::default());
    let standing = Standing::Terminated {
        on: day("2025-10-11"),
    };
    let terminated = windows(&Term {
        standing,
        ..to_march_2026()
    });
    let kinds: Vec<_> = terminated.iter().map(|window| window.kind).collect();
    assert_eq!(kinds, [WindowKind::MarketEngagement, WindowKind::Reprocurement]);
    assert_eq!(
        (terminated.last_safe_start, terminated.end_unknown),
        (None, false)
    );
}

#[test]
fn an_unknown_end_is_visible_and_leaves_the_review() {
    let review_on = Some(day("2025-09-30"));
    for initial_ends_on in [None, Some(day("2050-12-31"))] {
        let term = Term {
            initial_ends_on,
            review_on,
            ..to_march_2026()
        };
        let derived = windows(&term);
        assert!(derived.end_unknown);
        assert_eq!(
            derived.iter().map(|window| window.kind).collect::<Vec<_>>(),
            [WindowKind::Review]
        );
        let doubts: Vec<_> = initial_ends_on.map(Doubt::EndNotBelieved).into_iter().collect();
        assert_eq!(derived.doubts, doubts);
    }
}

#[test]
fn too_late_to_retender_says_extend_while_it_can() {
    let last_safe_start = day("2025-10-11");
    let decide_by = day("2025-12-31");
    let extend = Some(TooLate {
        last_safe_start,
        remedy: Remedy::Extend {
            ordinal: 1,
            decide_by,
        },
    });
    let bridge = Some(TooLate {
        last_safe_start,
        remedy: Remedy::Bridge,
    });
    let replaced = Term {
        replaced_on: Some(day("2026-04-01")),
        ..to_march_2026()
    };
    for (term, on, expected) in [
        (with_option(None), "2025-10-11", None),
        (with_option(None), "2025-10-12", extend),
        (with_option(None), "2025-12-31", extend),
        (with_option(None), "2026-01-01", bridge),
        (to_march_2026(), "2025-10-12", bridge),
        (to_march_2026(), "2026-05-01", bridge),
        (replaced, "2025-10-12", None),
    ] {
        assert_eq!(windows(&term).too_late(day(on)), expected, "{on}");
    }
}

#[test]
fn a_kind_is_found_by_its_name_and_its_place() {
    for (place, kind) in WindowKind::ALL.into_iter().enumerate() {
        assert_eq!(WindowKind::parse(kind.as_str()), Some(kind));
        assert_eq!(kind as usize, place);
    }
    assert_eq!(WindowKind::parse("Review"), None);
}

#[test]
fn an_event_key_reads_contract_kind_ordinal_and_dates() {
    let derived = windows(&with_option(None));
    let keys: Vec<_> = derived.iter().map(|window| event_key("c1", window)).collect();
    assert_eq!(keys[0], "c1/extension_decision/1/2025-10-02/2025-12-31");
    assert_eq!(
        keys.last().map(String::as_str),
        Some("c1/holding_over/0/2026-04-01/open")
    );
}
