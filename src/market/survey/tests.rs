//! The market of a few contracts, worked out by hand, and what holds of any.

use super::*;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// A contract that runs from 2024-04-01 for four years, worth so much in a year.
fn holding(number: u128, suppliers: &[u128], yearly: i64) -> Holding {
    Holding {
        contract_id: id(number),
        council_id: id(1),
        suppliers: suppliers.iter().map(|number| id(*number)).collect(),
        value_pence: Some(yearly),
        is_yearly: true,
        starts_on: Some(day("2024-04-01")),
        initial_ends_on: Some(day("2028-03-31")),
        ends_on: Some(day("2028-03-31")),
        stopped_on: None,
    }
}

fn near(one: Option<f64>, other: f64) -> bool {
    one.is_some_and(|one| (one - other).abs() < 1e-9)
}

#[test]
fn a_shared_contract_counts_for_each_and_its_value_is_split() {
    let holdings = [
        holding(1, &[10], 600),
        holding(2, &[10, 20, 30], 301),
        holding(3, &[], 99),
    ];
    let sizes = HashMap::from([(id(10), Size::Large), (id(20), Size::Micro)]);
    let seen = survey(&holdings, &sizes, day("2026-01-15"), 12);
    // Of 301, 101 + 100 + 100: supplier 10 has 701 of 901; the one without a supplier is in no share.
    assert_eq!(
        (seen.contracts, seen.without_supplier, seen.yearly_pence),
        (3, 1, 1_000)
    );
    let shares: Vec<_> = seen
        .suppliers
        .iter()
        .map(|share| (share.supplier_id, share.contracts, share.yearly_pence))
        .collect();
    assert_eq!(shares, [(id(10), 2, 701), (id(20), 1, 100), (id(30), 1, 100)]);
    assert!(near(seen.suppliers[0].of_value, 701.0 / 901.0));
    // One whole contract and a third, of two.
    assert!(near(Some(seen.suppliers[0].of_contracts), 4.0 / 6.0));
    assert_eq!(
        (seen.sme.suppliers, seen.sme.contracts, seen.sme.yearly_pence),
        (1, 1, 100)
    );
    assert_eq!((seen.large.suppliers, seen.large.contracts), (1, 2));
    assert_eq!((seen.size_unknown.suppliers, seen.size_unknown.contracts), (1, 1));
    assert!(near(seen.sme.of_contracts, 1.0 / 6.0) && near(seen.size_unknown.of_value, 100.0 / 901.0));
    let squares = 701.0_f64.powi(2) + 2.0 * 100.0_f64.powi(2);
    assert!((seen.concentration_by_value.unwrap() - squares / 901.0_f64.powi(2) * 10_000.0).abs() < 1e-6);
    // 4/6, 1/6 and 1/6: 18 of 36 parts.
    assert!((seen.concentration_by_contracts.unwrap() - 5_000.0).abs() < 1e-6);
}

#[test]
fn what_cannot_be_compared_is_counted_and_in_no_share_of_value() {
    let mut all = [
        holding(1, &[10], 0),
        holding(2, &[20], 400),
        holding(3, &[20], 7),
        holding(4, &[30], 5),
    ];
    (all[1].is_yearly, all[1].starts_on) = (false, None);
    (all[2].ends_on, all[2].initial_ends_on) = (None, None);
    let seen = survey(&all, &HashMap::new(), day("2026-01-15"), 12);
    assert_eq!(
        (
            seen.contracts,
            seen.without_value,
            seen.without_term,
            seen.without_end
        ),
        (4, 1, 1, 1)
    );
    assert_eq!(seen.yearly_pence, 12);
    let of = |number| {
        seen.suppliers
            .iter()
            .find(|share| share.supplier_id == id(number))
            .unwrap()
    };
    assert!(near(of(10).of_value, 0.0) && near(of(20).of_value, 7.0 / 12.0));
    assert_eq!(of(20).contracts, 2, "it is among the contracts all the same");
}

#[test]
fn only_what_runs_on_the_day_counts_and_what_ended_tells_since_when() {
    let mut all = [
        holding(1, &[10], 1),
        holding(2, &[10], 1),
        holding(3, &[20], 1),
        holding(4, &[30], 1),
    ];
    // The first follows the second, which has ended; the third has not begun; the fourth was terminated.
    (all[1].starts_on, all[1].ends_on) = (Some(day("2019-04-01")), Some(day("2024-03-31")));
    all[2].starts_on = Some(day("2026-02-01"));
    all[3].stopped_on = Some(day("2026-01-15"));
    let seen = survey(&all, &HashMap::new(), day("2026-01-15"), 27);
    assert_eq!((seen.contracts, seen.suppliers.len()), (1, 1));
    assert_eq!(seen.suppliers[0].since, Some(day("2019-04-01")));
    let ending = Ending {
        contract_id: id(1),
        ends_on: day("2028-03-31"),
        held_since: Some(day("2019-04-01")),
    };
    assert_eq!(seen.ending, [ending]);
    let sooner = survey(&all, &HashMap::new(), day("2026-01-15"), 26);
    assert_eq!(sooner.ending, [], "not within the months");
    all[1].council_id = id(2);
    let elsewhere = survey(&all, &HashMap::new(), day("2026-01-15"), 27);
    assert_eq!(
        elsewhere.suppliers[0].since,
        Some(day("2024-04-01")),
        "of another council"
    );
}

#[test]
fn nothing_is_no_market() {
    assert_eq!(
        survey(&[], &HashMap::new(), day("2026-01-15"), 12),
        Survey::default()
    );
}

fn register() -> impl Strategy<Value = Vec<Holding>> {
    let one = (
        prop::collection::btree_set(1_u128..9, 0..4),
        0_i64..10_000,
        0_i64..3_000,
        0_i64..3_000,
        any::<bool>(),
    );
    let one = one.prop_map(|(suppliers, value, ago, long, is_yearly)| {
        let starts = day("2026-01-15") - chrono::Duration::days(ago);
        let ends = starts + chrono::Duration::days(long);
        Holding {
            starts_on: Some(starts),
            initial_ends_on: Some(ends),
            ends_on: Some(ends),
            is_yearly,
            ..holding(0, &suppliers.into_iter().collect::<Vec<_>>(), value)
        }
    });
    prop::collection::vec(one, 0..30).prop_map(|mut all| {
        (1..)
            .zip(&mut all)
            .for_each(|(number, holding)| holding.contract_id = id(number));
        all
    })
}

proptest! {
    #[test]
    fn shares_add_to_one_and_no_penny_is_lost(holdings in register()) {
        let sizes = HashMap::from([(id(1), Size::Small), (id(2), Size::Large), (id(3), Size::Medium)]);
        let seen = survey(&holdings, &sizes, day("2026-01-15"), 12);
        let unknown: i64 = holdings
            .iter()
            .filter(|one| one.runs_on(day("2026-01-15")) && one.suppliers.is_empty())
            .filter_map(|one| per_year(one.value_pence, one.is_yearly, one.starts_on, one.ends_on).ok())
            .sum();
        let pence: i64 = seen.suppliers.iter().map(|share| share.yearly_pence).sum();
        prop_assert_eq!(pence + unknown, seen.yearly_pence);
        let parts = [&seen.sme, &seen.large, &seen.size_unknown];
        prop_assert_eq!(parts.iter().map(|part| part.yearly_pence).sum::<i64>(), pence);
        if let Some(index) = seen.concentration_by_contracts {
            let count = parted(seen.suppliers.len());
            prop_assert!((10_000.0 / count - 1e-6..=10_000.0 + 1e-6).contains(&index));
            let whole: f64 = seen.suppliers.iter().map(|share| share.of_contracts).sum();
            prop_assert!((whole - 1.0).abs() < 1e-9);
            let whole: f64 = parts.iter().filter_map(|part| part.of_contracts).sum();
            prop_assert!((whole - 1.0).abs() < 1e-9);
        }
        if pence > 0 {
            let whole: f64 = seen.suppliers.iter().filter_map(|share| share.of_value).sum();
            prop_assert!((whole - 1.0).abs() < 1e-9);
        }
        prop_assert!(seen.suppliers.is_sorted_by(|one, next| one.yearly_pence >= next.yearly_pence));
    }
}
