//! Searches against what happens.

use super::anchors;
use super::*;
use crate::alerts::subject::{self, Subject};
use crate::contracts::openings::Described;
use crate::contracts::windows::Window;
use crate::events::{Event, OfWindow};
use chrono::DateTime;
use proptest::prelude::*;
use std::collections::HashSet;

const CONTRACT: Uuid = Uuid::from_u128(1);

fn council(slug: &str) -> Uuid {
    directory().find(slug).unwrap().id
}

fn event(kind: Kind) -> Event {
    Event {
        id: Uuid::from_u128(9),
        kind,
        key: "k".into(),
        organisation_id: council("lancashire"),
        about: About::Contract(CONTRACT),
        window: Some(OfWindow {
            kind: "reprocurement".into(),
            ordinal: 0,
            opens_on: "2026-01-01".parse().unwrap(),
            closes_on: Some("2026-04-01".parse().unwrap()),
        }),
        detail: serde_json::json!({}),
        happened_at: DateTime::parse_from_rfc3339("2026-01-01T00:00:00Z")
            .unwrap()
            .into(),
        void: None,
    }
}

fn contract() -> Described {
    Described {
        id: CONTRACT,
        council_id: council("lancashire"),
        title: "Waste-transfer software".into(),
        description: "Hosted".into(),
        reference: None,
        department: Some("Growth and Environment".into()),
        product_name: None,
        cpv: Some("48000000".into()),
        lgsl: None,
        delivery_model: Some("outsourced".into()),
        value_pence: Some(5_000_000),
        value_basis: None,
        current_ends_on: Some("2026-10-01".parse().unwrap()),
        owner_id: Some(Uuid::from_u128(7)),
        updated_at: DateTime::UNIX_EPOCH,
    }
}

fn subject() -> Subject {
    subject::of_contract(&event(Kind::WindowOpened), &contract()).unwrap()
}

/// A certificate of supplier 11.
fn evidence() -> Subject {
    Subject {
        about: About::Evidence(Uuid::from_u128(12)),
        kind: Kind::EvidenceLapsing,
        council: None,
        window: None,
        holder: Some(Uuid::from_u128(11)),
        ..subject()
    }
}

fn filter(change: impl FnOnce(&mut Filter)) -> Filter {
    let mut filter = Filter::default();
    change(&mut filter);
    filter
}

fn near(kilometres: u32) -> Option<Near> {
    // Manchester; the middle of Lancashire is some 50 km away.
    Some(Near {
        place: "Manchester".into(),
        latitude: 53.48,
        longitude: -2.24,
        kilometres,
    })
}

#[test]
fn every_part_that_is_given_must_hold() {
    assert!(Filter::default().matches(&subject()));
    let passes = [
        filter(|f| f.words = Some("WASTE software".into())),
        filter(|f| f.cpv_prefixes = vec!["33".into(), "48".into()]),
        filter(|f| f.regions = vec!["north_west".into()]),
        filter(|f| f.min_value_pence = Some(5_000_000)),
        filter(|f| f.window_kinds = vec!["reprocurement".into()]),
        filter(|f| f.departments = vec!["growth AND environment ".into()]),
        filter(|f| f.delivery_models = vec!["outsourced".into()]),
        filter(|f| f.within_months = Some(9)),
        filter(|f| f.near = near(80)),
        filter(|f| f.owners = vec![Uuid::from_u128(7)]),
        filter(|f| f.contracts = vec![CONTRACT]),
    ];
    use Part::*;
    let fails = [
        (Words, filter(|f| f.words = Some("waste paper".into()))),
        (Words, filter(|f| f.words = Some("soft".into()))),
        (CpvPrefixes, filter(|f| f.cpv_prefixes = vec!["49".into()])),
        (Regions, filter(|f| f.regions = vec!["london".into()])),
        (Value, filter(|f| f.max_value_pence = Some(4_999_999))),
        (Councils, filter(|f| f.councils = vec![Uuid::from_u128(3)])),
        (Services, filter(|f| f.lgsl = vec![1])),
        (WindowKinds, filter(|f| f.window_kinds = vec!["expiry".into()])),
        (Watched, filter(|f| f.departments = vec!["growth".into()])),
        (
            DeliveryModels,
            filter(|f| f.delivery_models = vec!["shared".into()]),
        ),
        (WithinMonths, filter(|f| f.within_months = Some(8))),
        (Near, filter(|f| f.near = near(20))),
        (Watched, filter(|f| f.owners = vec![Uuid::from_u128(8)])),
        (Watched, filter(|f| f.pilots = vec![CONTRACT])),
        (Kinds, filter(|f| f.kinds = vec!["pilot_published".into()])),
    ];
    for filter in passes {
        assert_eq!(filter.misses(&subject()), None, "{filter:?}");
    }
    for (part, filter) in fails {
        assert_eq!(filter.misses(&subject()), Some(part), "{filter:?}");
    }
}

#[test]
fn what_is_past_is_told_to_those_who_name_it_or_watch_everything() {
    let mut over = subject();
    over.window = over.window.map(|window| Window {
        kind: WindowKind::HoldingOver,
        ..window
    });
    assert_eq!(Filter::default().misses(&over), Some(Part::WindowKinds));
    assert!(filter(|f| f.window_kinds = vec!["holding_over".into()]).matches(&over));
    assert!(Filter::everything().matches(&over));
}

#[test]
fn a_filter_kept_by_an_older_version_is_still_read() {
    assert_eq!(serde_json::from_str::<Filter>("{}").unwrap(), Filter::default());
}

#[test]
fn distances_are_those_of_the_globe() {
    // London to Edinburgh is 534 km (Vincenty, on the ellipsoid).
    let circle = |kilometres| super::Near {
        place: "London".into(),
        latitude: 51.5074,
        longitude: -0.1278,
        kilometres,
    };
    assert!(!circle(530).holds(Some((55.9533, -3.1883))));
    assert!(circle(538).holds(Some((55.9533, -3.1883))));
    assert!(!circle(20_000).holds(None));
}

fn shown(subject: &Subject) -> HashSet<i64> {
    let mut shown = HashSet::new();
    anchors::of_subject(subject, |word| {
        shown.insert(word);
    });
    shown
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    proptest::sample::subsequence(of.to_vec(), 0..=of.len())
}

prop_compose! {
    fn any_filter()(
        words in proptest::option::of(proptest::sample::select(vec!["waste", "Software waste", "hosted", "vans", "  "])),
        cpv in some(&["4", "48", "480", "33"]),
        regions in some(&["north_west", "london"]),
        sorts in some(&["county", "district"]),
        windows in some(&["reprocurement", "expiry"]),
        kinds in some(&["window_opened", "window_closing", "dates_changed"]),
        departments in some(&["Growth and Environment", "Roads"]),
        kilometres in proptest::option::of(0_u32..400),
        watched in 0_u8..6,
        delivery in some(&["outsourced", "shared"]),
    ) -> Filter {
        let strings = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<_>>();
        Filter {
            words: words.map(str::to_owned),
            cpv_prefixes: strings(cpv),
            regions: strings(regions),
            council_kinds: strings(sorts),
            window_kinds: strings(windows),
            kinds: strings(kinds),
            departments: if watched == 0 { strings(departments) } else { Vec::new() },
            near: kilometres.and_then(near),
            contracts: if watched == 1 { vec![CONTRACT] } else { Vec::new() },
            owners: if watched == 2 { vec![Uuid::from_u128(7)] } else { Vec::new() },
            councils: if watched == 3 { vec![council("lancashire"), council("norfolk")] } else { Vec::new() },
            delivery_models: if watched == 4 { strings(delivery) } else { Vec::new() },
            ..Filter::default()
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]
    #[test]
    fn evidence_is_found_by_its_holder_and_by_no_other_search(mut filter in any_filter(), everything: bool) {
        if everything {
            filter.kinds = Filter::everything().kinds;
        }
        prop_assert!(!filter.matches(&evidence()), "{filter:?}");
        filter.holders = vec![Uuid::from_u128(13)];
        prop_assert!(!filter.matches(&evidence()), "{filter:?}");
        let mut holder = Filter::everything();
        holder.holders = vec![Uuid::from_u128(11)];
        prop_assert!(holder.matches(&evidence()));
        prop_assert!(anchors::of_filter(&holder).iter().all(|anchor| shown(&evidence()).contains(anchor)));
        prop_assert!(!holder.matches(&subject()), "a holder's watch finds nothing else");
    }

    #[test]
    fn whatever_a_search_matches_shows_one_of_its_anchors(
        filter in any_filter(), kind in proptest::sample::select(Kind::ALL.to_vec())
    ) {
        let subject = subject::of_contract(&event(kind), &contract()).unwrap();
        let anchors = anchors::of_filter(&filter);
        prop_assert!(!anchors.is_empty());
        if filter.matches(&subject) {
            let shown = shown(&subject);
            prop_assert!(anchors.iter().any(|anchor| shown.contains(anchor)), "{anchors:?} {filter:?}");
        }
    }
}
