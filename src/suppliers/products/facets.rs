//! Searching products: which are found, in which order, and how many there would be for each other choice. Pure.
//!
//! A value's count is how many products would be found if it were chosen in place of what is chosen of its own kind, all
//! else as it is.

use super::Hosting;
use crate::councils::Council;
use crate::councils::facts::{Kind, Region};
use crate::suppliers::Size;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Values of one kind that are counted out: the most frequent.
const MOST_VALUES: usize = 100;

/// A published product that has the words that are looked for, as far as searching looks at it.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Which.
    pub id: Uuid,
    /// Its name.
    pub name: String,
    /// How well the words fit: higher is better.
    pub score: i32,
    /// Services it is for.
    pub lgsl: Vec<i32>,
    /// CPV codes it falls under.
    pub cpv: Vec<String>,
    /// Where it runs.
    pub hosting: Option<Hosting>,
    /// Size of its supplier.
    pub size: Option<Size>,
    /// Councils that use it.
    pub used_by: Vec<&'static Council>,
}

/// What is chosen; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// For one of these services.
    pub services: Vec<i32>,
    /// With a CPV code that begins so.
    pub cpv_prefix: Option<String>,
    /// That runs in one of these ways.
    pub hosting: Vec<Hosting>,
    /// Of a supplier of one of these sizes.
    pub sizes: Vec<Size>,
    /// Used by a council of this kind.
    pub used_by_kind: Option<Kind>,
    /// Used by a council in this region; with a kind, by one council that is of both.
    pub used_by_region: Option<Region>,
}

/// How many products there are for each value, the most frequent first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// By service.
    pub services: Vec<(i32, u64)>,
    /// By the first two digits of a CPV code.
    pub divisions: Vec<(String, u64)>,
    /// By where it runs.
    pub hosting: Vec<(Hosting, u64)>,
    /// By size of supplier.
    pub sizes: Vec<(Size, u64)>,
    /// By kind of a council that uses it.
    pub council_kinds: Vec<(Kind, u64)>,
    /// By region of a council that uses it.
    pub regions: Vec<(Region, u64)>,
}

struct Tally<T>(BTreeMap<T, u64>);

impl<T: Ord> Tally<T> {
    /// Counts a product once for each of its values.
    fn count(&mut self, values: impl IntoIterator<Item = T>) {
        for value in values.into_iter().collect::<BTreeSet<T>>() {
            *self.0.entry(value).or_default() += 1;
        }
    }

    fn done(self) -> Vec<(T, u64)> {
        let mut counts: Vec<(T, u64)> = self.0.into_iter().collect();
        counts.sort_by_key(|(_, count)| Reverse(*count));
        counts.truncate(MOST_VALUES);
        counts
    }
}

impl<T> Default for Tally<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl Chosen {
    /// Whether a product has what is chosen of each kind: service, CPV, hosting, size, use.
    fn holds(&self, product: &Candidate) -> [bool; 5] {
        let any = |empty: bool, found: bool| empty || found;
        let services = &self.services;
        let prefix = self.cpv_prefix.as_deref().unwrap_or_default();
        [
            any(
                services.is_empty(),
                product.lgsl.iter().any(|code| services.contains(code)),
            ),
            any(
                prefix.is_empty(),
                product.cpv.iter().any(|code| code.starts_with(prefix)),
            ),
            any(
                self.hosting.is_empty(),
                product.hosting.is_some_and(|one| self.hosting.contains(&one)),
            ),
            any(
                self.sizes.is_empty(),
                product.size.is_some_and(|one| self.sizes.contains(&one)),
            ),
            any(
                self.used_by_kind.is_none() && self.used_by_region.is_none(),
                product
                    .used_by
                    .iter()
                    .any(|council| self.of_kind(council) && self.in_region(council)),
            ),
        ]
    }

    fn of_kind(&self, council: &Council) -> bool {
        self.used_by_kind.is_none_or(|kind| council.facts.kind == kind)
    }

    fn in_region(&self, council: &Council) -> bool {
        self.used_by_region
            .is_none_or(|region| council.facts.region == region)
    }
}

/// The products found, best first, and the counts.
pub fn search(candidates: Vec<Candidate>, chosen: &Chosen) -> (Vec<Candidate>, Facets) {
    let (mut services, mut divisions, mut hosting, mut sizes) = (
        Tally::default(),
        Tally::default(),
        Tally::default(),
        Tally::default(),
    );
    let (mut council_kinds, mut regions) = (Tally::default(), Tally::default());
    let mut found = Vec::new();
    for product in candidates {
        let holds = chosen.holds(&product);
        let lacking: Vec<usize> = (0..holds.len()).filter(|at| !holds[*at]).collect();
        let all_but = |at: usize| lacking.iter().all(|lacks| *lacks == at);
        if all_but(0) {
            services.count(product.lgsl.iter().copied());
        }
        if all_but(1) {
            let begins = product.cpv.iter().filter_map(|code| code.get(..2));
            divisions.count(begins.map(str::to_owned));
        }
        if all_but(2) {
            hosting.count(product.hosting);
        }
        if all_but(3) {
            sizes.count(product.size);
        }
        if all_but(4) {
            let users = || product.used_by.iter();
            let here = users().filter(|council| chosen.in_region(council));
            council_kinds.count(here.map(|council| council.facts.kind));
            let alike = users().filter(|council| chosen.of_kind(council));
            regions.count(alike.map(|council| council.facts.region));
        }
        if lacking.is_empty() {
            found.push(product);
        }
    }
    found.sort_by(|a, b| a.place().cmp(&b.place()));
    let facets = Facets {
        services: services.done(),
        divisions: divisions.done(),
        hosting: hosting.done(),
        sizes: sizes.done(),
        council_kinds: council_kinds.done(),
        regions: regions.done(),
    };
    (found, facets)
}

impl Candidate {
    /// Where it stands among what is found: the best fit first, then by name.
    pub(super) fn place(&self) -> (Reverse<i32>, &str, Uuid) {
        (Reverse(self.score), &self.name, self.id)
    }
}

#[cfg(test)]
mod tests;
