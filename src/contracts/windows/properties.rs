//! What holds for every term, every policy and every day: properties of terms and windows.
//! Examples that a person can check are in the unit tests beside `term.rs` and `windows.rs`.

use super::tests::EnglishEnough;
use super::*;
use crate::contracts::term::{
    ExtensionOption, ExtensionState, Extensions, Length, Status, add_months_to_end,
};
use chrono::Datelike;
use proptest::option::of;
use proptest::prelude::*;

/// Days around the contracts of today, now and then a placeholder.
fn date() -> impl Strategy<Value = NaiveDate> {
    let placeholder = |year| NaiveDate::from_ymd_opt(year, 12, 31).expect("a date");
    prop_oneof![
        20 => day(),
        1 => prop::sample::select(vec![1899, 2049, 2050, 2099, 9999]).prop_map(placeholder),
    ]
}

/// A day between 2000 and 2046.
fn day() -> impl Strategy<Value = NaiveDate> {
    (0_i64..17_000)
        .prop_map(|days| NaiveDate::from_ymd_opt(2000, 1, 1).expect("a date") + chrono::Duration::days(days))
}

fn period() -> impl Strategy<Value = Period> {
    prop_oneof![
        (0_u16..40).prop_map(Period::Months),
        (0_u16..1_000).prop_map(Period::Days)
    ]
}

fn extensions() -> impl Strategy<Value = Extensions> {
    use ExtensionState::*;
    let length = prop_oneof![
        (0_u16..60).prop_map(Length::Months),
        date().prop_map(Length::Until)
    ];
    let state = prop::sample::select(vec![Available, Available, Exercised, Declined, Lapsed]);
    prop::collection::vec((length, of(date()), state), 0..5).prop_map(|options| {
        let numbered = (1..)
            .zip(options)
            .map(|(ordinal, (length, notice_by, state))| ExtensionOption {
                ordinal,
                length,
                notice_by,
                state,
            });
        Extensions::new(numbered.collect()).expect("each ordinal once")
    })
}

fn standing() -> impl Strategy<Value = Standing> {
    prop_oneof![
        6 => Just(Standing::Active),
        1 => Just(Standing::Pending),
        1 => Just(Standing::Cancelled),
        2 => day().prop_map(|on| Standing::Terminated { on }),
    ]
}

prop_compose! {
    fn term()(
        starts_on in of(date()),
        initial_ends_on in prop::option::weighted(0.8, date()),
        extensions in extensions(),
        latest_end in of(date()),
        review_on in of(date()),
        notice_period in of(period()),
        auto_renews_for in of(period()),
        standing in standing(),
        replaced_on in of(day()),
    ) -> Term {
        Term {
            starts_on, initial_ends_on, extensions, latest_end, review_on, notice_period,
            auto_renews_for, standing, replaced_on,
        }
    }
}

prop_compose! {
    /// Any policy, up to leads of 179 years.
    fn leads()(lead in any::<[u16; 10]>(), standstill in 0_u16..40) -> LeadTimes {
        let [review, decision, engagement, preparation, expiry, rest @ ..] = lead;
        let [mobilisation_days, evaluation_days, tender_days, planned_tender_days, notice] = rest;
        LeadTimes {
            review_lead_days: review,
            decision_lead_days: decision,
            engagement_lead_days: engagement,
            preparation_lead_days: preparation,
            expiry_lead_days: expiry,
            mobilisation_days,
            evaluation_days,
            tender_days,
            planned_tender_days,
            standstill_working_days: standstill,
            notice_period_days: notice,
        }
    }
}

prop_compose! {
    fn window()(
        kind in 0..7_usize,
        ordinal in 0..3_u16,
        opens_on in 0..3_i64,
        closes in of(0..3_i64),
    ) -> Window {
        let base = NaiveDate::from_ymd_opt(2026, 3, 30).expect("a date");
        Window {
            kind: WindowKind::ALL[kind],
            ordinal,
            opens_on: base + chrono::Duration::days(opens_on),
            closes_on: closes.map(|closes| base + chrono::Duration::days(closes)),
        }
    }
}

/// The order in which a contract goes through its statuses.
fn progress(status: Status) -> u8 {
    match status {
        Status::NotStarted => 0,
        Status::InInitialTerm | Status::EndUnknown | Status::Cancelled => 1,
        Status::InExtension => 2,
        Status::EndedAndNotReplaced => 3,
        Status::EndedAndReplaced => 4,
        Status::Terminated => 5,
    }
}

proptest! {
    #[test]
    fn no_window_opens_after_it_closes(term in term(), leads in leads()) {
        for window in derive(&term, &leads, &EnglishEnough).iter() {
            match window.closes_on {
                Some(closes_on) => prop_assert!(window.opens_on <= closes_on, "{window:?}"),
                None => prop_assert_eq!(window.kind, WindowKind::HoldingOver),
            }
        }
    }

    #[test]
    fn exercising_an_option_never_shortens_a_contract(term in term()) {
        if let Some(next) = term.next_option() && let Ok(longer) = term.exercise(next.ordinal) {
            prop_assert!(longer.current_end() > term.current_end());
            prop_assert_eq!(longer.maximum_end(), term.maximum_end());
            let taken = |term: &Term| {
                let options = term.extensions.as_slice().iter();
                options.filter(|option| option.state == ExtensionState::Exercised).count()
            };
            prop_assert_eq!(taken(&longer), taken(&term) + 1);
        }
    }

    #[test]
    fn only_the_next_option_can_be_exercised(term in term(), ordinal in 0_u16..8) {
        if term.next_option().is_none_or(|next| next.ordinal != ordinal) {
            prop_assert!(term.exercise(ordinal).is_err());
        }
    }

    #[test]
    fn the_maximum_end_is_never_before_the_current_end(term in term()) {
        prop_assert!(term.maximum_end() >= term.current_end());
    }

    #[test]
    fn asking_about_a_day_does_not_depend_on_when_you_ask(
        term in term(),
        leads in leads(),
        asked in day(),
        between in prop::collection::vec(day(), 0..5),
    ) {
        let derived = derive(&term, &leads, &EnglishEnough);
        let answer = |windows: &Windows| {
            let open: Vec<_> = windows.iter().map(|window| window.is_open_on(asked)).collect();
            (term.status(asked), open, windows.too_late(asked))
        };
        let before = answer(&derived);
        for other in between {
            let _ = (term.status(other), derived.too_late(other));
        }
        prop_assert_eq!(before, answer(&derive(&term, &leads, &EnglishEnough)));
    }

    #[test]
    fn a_contract_never_goes_back_to_an_earlier_status(
        term in term(),
        one in day(),
        other in day(),
    ) {
        let (earlier, later) = (one.min(other), one.max(other));
        prop_assert!(progress(term.status(earlier)) <= progress(term.status(later)));
    }

    #[test]
    fn an_unknown_end_leaves_only_windows_that_need_none(term in term(), leads in leads()) {
        let derived = derive(&term, &leads, &EnglishEnough);
        let named_notice = term.next_option().is_some_and(|option| option.notice_by.is_some());
        if term.current_end().is_none() {
            prop_assert_eq!(derived.last_safe_start, None);
            for window in derived.iter() {
                prop_assert!(match window.kind {
                    WindowKind::Review => true,
                    WindowKind::ExtensionDecision => named_notice,
                    _ => false,
                }, "{window:?}");
            }
        } else {
            prop_assert!(!derived.end_unknown);
        }
    }

    #[test]
    fn nothing_closes_after_a_termination(term in term(), leads in leads(), on in day()) {
        let term = Term { standing: Standing::Terminated { on }, ..term };
        for window in derive(&term, &leads, &EnglishEnough).iter() {
            prop_assert!(window.closes_on <= Some(on) && window.closes_on.is_some());
        }
    }

    #[test]
    fn longer_leads_never_open_later(term in term(), leads in leads(), more in 0_u16..400) {
        let longer = LeadTimes {
            expiry_lead_days: leads.expiry_lead_days.saturating_add(more),
            mobilisation_days: leads.mobilisation_days.saturating_add(more),
            ..leads
        };
        let opens = |leads: &LeadTimes, kind| {
            derive(&term, leads, &EnglishEnough).get(kind).map(|window| window.opens_on)
        };
        for kind in [WindowKind::Expiry, WindowKind::Reprocurement] {
            // A termination drops what closes after it, so only what both have is compared.
            if let (Some(early), Some(late)) = (opens(&longer, kind), opens(&leads, kind)) {
                prop_assert!(early <= late);
            }
        }
    }

    #[test]
    fn an_event_key_changes_with_the_event_and_only_then(one in window(), other in window()) {
        prop_assert_eq!(event_key("c1", &one) == event_key("c1", &other), one == other);
        prop_assert_ne!(event_key("c1", &one), event_key("c2", &one));
    }

    #[test]
    fn twelve_months_are_the_same_day_next_year_but_for_leap_days(end in day()) {
        let next_year = add_months_to_end(end, 12).expect("in the calendar");
        let leap_day_near = (end.month() == 2 && end.day() >= 28)
            || (next_year.month() == 2 && next_year.day() >= 28);
        prop_assert!(leap_day_near || Some(next_year) == end.with_year(end.year() + 1));
        prop_assert_eq!(next_year.year(), end.year() + 1);
    }

    #[test]
    fn ends_of_months_stay_ends_of_months(end in day(), months in 0_u16..600) {
        let ends_month = |date: NaiveDate| date.succ_opt().is_some_and(|next| next.day() == 1);
        let longer = add_months_to_end(end, months).expect("in the calendar");
        prop_assert!(!ends_month(end) || ends_month(longer));
        prop_assert!(longer >= end);
    }

    #[test]
    fn notice_served_in_time_is_over_by_the_end(end in day(), period in period()) {
        let served = period.before(end).expect("in the calendar");
        prop_assert!(served <= end);
        prop_assert!(period.after_end(served).expect("in the calendar") <= end);
    }
}
