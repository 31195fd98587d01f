//! Counts against counting by hand: for each value, how many random products a search finds that chooses it.

use super::*;
use crate::councils::directory;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const SERVICES: [i32; 4] = [52, 57, 524, 528];
const CODES: [&str; 5] = ["48100000", "48332000", "72000000", "90511000", "90500000"];

fn councils() -> Vec<&'static Council> {
    let slugs = [
        "norfolk", "suffolk", "norwich", "preston", "camden", "leeds", "fife",
    ];
    slugs.iter().map(|slug| directory().find(slug).unwrap()).collect()
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let most = of.len();
    subsequence(of, 0..=most)
}

fn products() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (
        (0..9_i32, select(vec!["Rounds", "Ledger", "Casebook"])),
        some(SERVICES.to_vec()),
        some(CODES.to_vec()),
        option::of(select(Hosting::ALL)),
        option::of(select(Size::ALL)),
        some(councils()),
    );
    vec(one, 0..40).prop_map(|all| {
        let made = all.into_iter().zip(1..);
        made.map(
            |(((score, name), lgsl, cpv, hosting, size, used_by), id)| Candidate {
                id: Uuid::from_u128(id),
                name: name.into(),
                score,
                lgsl,
                cpv: cpv.into_iter().map(str::to_owned).collect(),
                hosting,
                size,
                used_by,
            },
        )
        .collect()
    })
}

fn choices() -> impl Strategy<Value = Chosen> {
    (
        some(SERVICES.to_vec()),
        option::of(select(vec!["48", "4", "9051", "1"])),
        some(Hosting::ALL.to_vec()),
        some(Size::ALL.to_vec()),
        option::of(select(Kind::ALL)),
        option::of(select(Region::ALL)),
    )
        .prop_map(
            |(services, prefix, hosting, sizes, used_by_kind, used_by_region)| Chosen {
                services,
                cpv_prefix: prefix.map(str::to_owned),
                hosting,
                sizes,
                used_by_kind,
                used_by_region,
            },
        )
}

/// Whether a product is what is chosen, condition after condition.
fn is_found(product: &Candidate, chosen: &Chosen) -> bool {
    if !chosen.services.is_empty() && chosen.services.iter().all(|code| !product.lgsl.contains(code)) {
        return false;
    }
    if let Some(prefix) = &chosen.cpv_prefix
        && product.cpv.iter().all(|code| !code.starts_with(prefix.as_str()))
    {
        return false;
    }
    if !chosen.hosting.is_empty() && !chosen.hosting.iter().any(|one| product.hosting == Some(*one)) {
        return false;
    }
    if !chosen.sizes.is_empty() && !chosen.sizes.iter().any(|one| product.size == Some(*one)) {
        return false;
    }
    let mut users = product.used_by.clone();
    if let Some(kind) = chosen.used_by_kind {
        users.retain(|council| council.facts.kind == kind);
    }
    if let Some(region) = chosen.used_by_region {
        users.retain(|council| council.facts.region == region);
    }
    let asked = chosen.used_by_kind.is_some() || chosen.used_by_region.is_some();
    !asked || !users.is_empty()
}

fn by_hand<T: Copy>(
    products: &[Candidate],
    values: &[T],
    chosen: &Chosen,
    choose: impl Fn(&mut Chosen, T),
) -> Vec<(T, u64)> {
    let count = |value: T| {
        let mut other = chosen.clone();
        choose(&mut other, value);
        products
            .iter()
            .filter(|product| is_found(product, &other))
            .count() as u64
    };
    let counted = values.iter().map(|value| (*value, count(*value)));
    counted.filter(|(_, count)| *count > 0).collect()
}

fn sorted<T: Ord + Clone>(counts: &[(T, u64)]) -> Vec<(T, u64)> {
    let mut counts = counts.to_vec();
    counts.sort_unstable();
    counts
}

proptest! {
    #[test]
    fn counts_are_what_a_search_for_the_value_alone_would_find(products in products(), chosen in choices()) {
        let (found, facets) = search(products.clone(), &chosen);
        let found: BTreeSet<Uuid> = found.iter().map(|product| product.id).collect();
        let expected = products.iter().filter(|product| is_found(product, &chosen)).map(|product| product.id);
        prop_assert_eq!(found, expected.collect());

        let services = by_hand(&products, &SERVICES, &chosen, |other, code| other.services = vec![code]);
        prop_assert_eq!(sorted(&facets.services), sorted(&services));
        let divisions = by_hand(&products, &["48", "72", "90"], &chosen, |other, two| {
            other.cpv_prefix = Some(two.into());
        });
        let divisions: Vec<_> = divisions.into_iter().map(|(two, count)| (two.to_owned(), count)).collect();
        prop_assert_eq!(sorted(&facets.divisions), sorted(&divisions));
        let hosting = by_hand(&products, Hosting::ALL, &chosen, |other, one| other.hosting = vec![one]);
        prop_assert_eq!(sorted(&facets.hosting), sorted(&hosting));
        let sizes = by_hand(&products, Size::ALL, &chosen, |other, one| other.sizes = vec![one]);
        prop_assert_eq!(sorted(&facets.sizes), sorted(&sizes));
        let kinds = by_hand(&products, Kind::ALL, &chosen, |other, one| other.used_by_kind = Some(one));
        prop_assert_eq!(sorted(&facets.council_kinds), sorted(&kinds));
        let regions = by_hand(&products, Region::ALL, &chosen, |other, one| other.used_by_region = Some(one));
        prop_assert_eq!(sorted(&facets.regions), sorted(&regions));
    }

    #[test]
    fn the_best_fit_comes_first_and_the_most_frequent_value(products in products()) {
        let (found, facets) = search(products, &Chosen::default());
        for pair in found.windows(2) {
            let (a, b) = (&pair[0], &pair[1]);
            prop_assert!(a.score > b.score || a.score == b.score && (&a.name, a.id) < (&b.name, b.id));
        }
        for pair in facets.services.windows(2) {
            prop_assert!(pair[0].1 >= pair[1].1);
        }
    }
}
