//! Which contract of the register a row of the next file is, where its key does not say: the rule, and nothing else.
//!
//! A row and a contract that kept its key (its reference, or all of title, supplier and start: `register::identity`) are
//! the same, unless a reference came to stand for something else: then neither title, supplier nor start agree, and a
//! person is asked. For the rows that are left, and the contracts that the file seems not to have any more or that notices
//! alone brought, unless the row names another process than theirs:
//!
//! 1. The same reference but for case, punctuation and leading zeros, and title or supplier agree: the same. Those that
//!    share a reference are told by title, supplier and start. Of a contract of notices a person is asked, unless all of
//!    these agree: the reference of its tender may stand for more.
//! 2. The same title, supplier and start: the same, whatever became of the reference.
//! 3. Two of title, supplier and start agree, and the third is blank on a side, or nearly the same: a person is asked. A
//!    title is nearly the same if half of all words are, and all numbers; a start if it is within 31 days.
//! 4. Anything else is a new contract: the same title and supplier from a later day on is a contract that was let again.
//!
//! What two have in common is `facts`'. What holds for several rows or several contracts is no answer: a person is asked.
//! A supplier that is withheld agrees with none.

use super::facts::{Facts, SameBy, Unsure};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Contracts that are compared with one row, and of those how many it may be: registers have series of like contracts, and
/// a hostile one nothing else.
const MOST_COMPARED: usize = 2000;
const MOST_CANDIDATES: usize = 200;

/// Comparisons of all rows together, half a minute of them, the larger ones counted for several; rows beyond are left to
/// a person.
const MOST_COMPARISONS: usize = 10_000_000;

/// Candidates that are held of all rows together; of rows beyond two each, which is enough to know that they are several.
const MOST_HELD: usize = 2_000_000;

/// What a row is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Match {
    /// This contract.
    Same(usize, SameBy),
    /// Perhaps one of these.
    Unsure(Vec<usize>, Unsure),
}

/// Contracts that a file seems not to have any more, or that notices alone brought, to be found by what they have in common
/// with its rows.
#[derive(Default)]
pub(super) struct Missing {
    facts: Vec<Facts>,
    by_reference: HashMap<String, Vec<usize>>,
    by_supplier: HashMap<String, Vec<usize>>,
    by_title: HashMap<Vec<String>, Vec<usize>>,
}

impl Missing {
    pub(super) fn new(facts: Vec<Facts>) -> Self {
        let mut missing = Self::default();
        for (at, one) in facts.iter().enumerate() {
            let entry = |map: &mut HashMap<String, Vec<usize>>, key: &String| {
                if !key.is_empty() {
                    map.entry(key.clone()).or_default().push(at);
                }
            };
            entry(&mut missing.by_reference, &one.reference);
            entry(&mut missing.by_supplier, &one.supplier);
            if !one.title.is_empty() {
                missing.by_title.entry(one.title.clone()).or_default().push(at);
            }
        }
        missing.facts = facts;
        missing
    }

    /// What a row is to be compared with; whether there is more.
    fn like(&self, row: &Facts) -> (Vec<usize>, bool) {
        let lists = [
            self.by_reference.get(&row.reference),
            self.by_supplier.get(&row.supplier),
            self.by_title.get(&row.title),
        ];
        let lists = || lists.into_iter().flatten();
        let some = lists().flat_map(|list| list.iter().take(MOST_COMPARED));
        let mut at: Vec<usize> = some.copied().collect();
        at.sort_unstable();
        at.dedup();
        (at, lists().any(|list| list.len() > MOST_COMPARED))
    }

    /// What of these a row may be, before other rows are looked at; the surest come first.
    fn candidates(&self, row: &Facts, like: &[usize], most: usize) -> Candidates {
        let compared = like.iter().map(|at| Some((*at, row.compare(&self.facts[*at])?)));
        let mut found: Vec<_> = compared.flatten().collect();
        found.sort_by_key(|(_, how)| *how);
        let are_all = found.len() <= most;
        found.truncate(most);
        found.shrink_to_fit();
        Candidates { found, are_all }
    }
}

/// Contracts that a row may be, with how far that is sure.
struct Candidates {
    found: Vec<(usize, Result<SameBy, Unsure>)>,
    /// Whether it can be none but these.
    are_all: bool,
}

/// Rows against the contracts that are missing; each contract is the same as one row at most.
#[derive(Default)]
pub(super) struct Rows {
    found: BTreeMap<u32, Candidates>,
    compared: usize,
    held: usize,
    /// Rows that were not compared any more.
    beyond: Vec<u32>,
}

impl Rows {
    /// Compares a row; whether it may be one of them.
    pub(super) fn add(&mut self, row: u32, facts: &Facts, missing: &Missing) -> bool {
        let (like, more) = missing.like(facts);
        let work = like.iter().map(|at| facts.work(&missing.facts[*at]));
        self.compared = work.fold(self.compared, usize::saturating_add);
        if self.compared > MOST_COMPARISONS && !like.is_empty() {
            self.beyond.push(row);
            return true;
        }
        let most = if self.held > MOST_HELD { 2 } else { MOST_CANDIDATES };
        let mut of = missing.candidates(facts, &like, most);
        of.are_all &= !more;
        let any = !of.found.is_empty() || !of.are_all;
        if any {
            self.held += of.found.len();
            self.found.insert(row, of);
        }
        any
    }

    /// What each row is; those that are not told of are new. A row that might be several takes none of them from a row
    /// that is surely one.
    pub(super) fn settle(self) -> HashMap<u32, Match> {
        let beyond = self.beyond.into_iter();
        let mut settled: HashMap<u32, Match> = beyond
            .map(|row| (row, Match::Unsure(Vec::new(), Unsure::TooMany)))
            .collect();
        let (mut taken, mut left) = (HashSet::new(), self.found);
        for by in [SameBy::Both, SameBy::Reference, SameBy::Particulars] {
            let sure = left.iter().map(|(row, of)| {
                let free = of.found.iter().filter(|(at, _)| !taken.contains(at));
                let free: Vec<(usize, SameBy)> =
                    free.filter_map(|(at, how)| Some((*at, how.ok()?))).collect();
                // Who might be one of several by more waits for a person, and is none by less.
                let most = free.iter().map(|(_, how)| *how).min();
                let at = free.iter().filter(|(_, how)| *how == by && most == Some(by));
                (*row, at.map(|(at, _)| *at).collect())
            });
            let sure: Vec<(u32, Vec<usize>)> = sure.collect();
            let mut claims: HashMap<usize, usize> = HashMap::new();
            for at in sure.iter().flat_map(|(_, at)| at) {
                *claims.entry(*at).or_default() += 1;
            }
            for (row, at) in sure {
                if let [at] = at.as_slice()
                    && claims[at] == 1
                {
                    left.remove(&row);
                    taken.insert(*at);
                    settled.insert(row, Match::Same(*at, by));
                }
            }
        }
        for (row, Candidates { found, are_all }) in left {
            let why = |how: Result<SameBy, Unsure>| how.err().unwrap_or(Unsure::Several);
            let free = found.iter().filter(|(at, _)| !taken.contains(at));
            let free: Vec<(usize, Unsure)> = free.map(|(at, how)| (*at, why(*how))).collect();
            if let Some(why) = free.iter().map(|(_, why)| *why).min() {
                let at = free.iter().filter(|(_, how)| *how == why);
                settled.insert(row, Match::Unsure(at.map(|(at, _)| *at).collect(), why));
            } else if !are_all {
                settled.insert(row, Match::Unsure(Vec::new(), Unsure::TooMany));
            }
        }
        settled
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn facts(reference: &str, title: &str, supplier: &str, start: &str) -> Facts {
        Facts::new(reference, title, Some(supplier), start.parse().ok())
    }

    /// What one row is among these contracts.
    fn told(row: Facts, contracts: &[Facts]) -> Option<Match> {
        let missing = Missing::new(contracts.to_vec());
        let mut rows = Rows::default();
        rows.add(7, &row, &missing);
        rows.settle().remove(&7)
    }

    fn known() -> Facts {
        facts(
            "C-0012",
            "Grounds maintenance, lot 2",
            "Green & Sons Ltd",
            "2024-04-01",
        )
    }

    #[test]
    fn a_reference_written_another_way_is_the_same_where_title_or_supplier_agree() {
        for reference in ["c12", "C 012", "C/12"] {
            let row = facts(reference, "Grounds maintenance (lot 2)", "Other", "2020-01-01");
            assert_eq!(
                told(row, &[known()]),
                Some(Match::Same(0, SameBy::Reference)),
                "{reference}"
            );
        }
        let other = facts("C12", "Something else", "Other", "2020-01-01");
        assert_eq!(told(other, &[known()]), None);
    }

    #[test]
    fn title_supplier_and_start_are_enough_when_references_changed() {
        let row = facts(
            "2025/771",
            "grounds maintenance lot 2",
            "GREEN AND SONS LIMITED",
            "2024-04-01",
        );
        assert_eq!(told(row, &[known()]), Some(Match::Same(0, SameBy::Particulars)));
    }

    #[test]
    fn a_contract_let_again_is_a_new_one() {
        let row = facts("", "Grounds maintenance, lot 2", "Green & Sons Ltd", "2028-04-01");
        assert_eq!(told(row, &[known()]), None);
    }

    #[test]
    fn what_nearly_agrees_is_asked_of_a_person_with_the_reason() {
        let unsure = |row: Facts| match told(row, &[known()]) {
            Some(Match::Unsure(at, why)) => (at, why),
            other => panic!("{other:?}"),
        };
        let title = facts(
            "",
            "Grounds maintenance and care lot 2",
            "Green & Sons",
            "2024-04-01",
        );
        assert_eq!(unsure(title), (vec![0], Unsure::Title));
        for typed in [
            "Ground maintenance lot 2",
            "Grounds maintenence lot 2",
            "Lot 2 grounds",
        ] {
            let row = facts("", typed, "Green & Sons", "2024-04-01");
            assert_eq!(unsure(row), (vec![0], Unsure::Title), "{typed}");
        }
        let start = facts("", "Grounds maintenance, lot 2", "Green & Sons", "2024-04-15");
        assert_eq!(unsure(start), (vec![0], Unsure::Start));
        let blank = facts("", "Grounds maintenance, lot 2", "Green & Sons", "");
        assert_eq!(unsure(blank), (vec![0], Unsure::Start));
        let supplier = facts("", "Grounds maintenance, lot 2", "Brown Ltd", "2024-04-01");
        assert_eq!(unsure(supplier), (vec![0], Unsure::Supplier));
        let lot = facts("", "Grounds maintenance, lot 3", "Green & Sons", "2024-04-01");
        assert_eq!(told(lot, &[known()]), None, "another lot is another contract");
    }

    #[test]
    fn two_rows_for_one_contract_are_asked_and_so_is_one_row_for_two() {
        let missing = Missing::new(vec![known()]);
        let mut rows = Rows::default();
        for row in [1, 2] {
            rows.add(
                row,
                &facts("", "Grounds maintenance, lot 2", "Green & Sons", "2024-04-01"),
                &missing,
            );
        }
        let settled = rows.settle();
        assert!(
            settled
                .values()
                .all(|is| *is == Match::Unsure(vec![0], Unsure::Several)),
            "{settled:?}"
        );
        let row = facts("", "Grounds maintenance, lot 2", "Green & Sons", "2024-04-01");
        assert_eq!(
            told(row, &[known(), known()]),
            Some(Match::Unsure(vec![0, 1], Unsure::Several))
        );
    }

    #[test]
    fn each_of_a_long_series_of_like_contracts_is_found_by_what_is_its_own() {
        let letters = |n: usize| {
            ('a'..='z')
                .cycle()
                .skip(n % 26)
                .take(3 + n / 26)
                .collect::<String>()
        };
        let like = |reference: &str, n: usize| {
            let title = format!("Placements in care homes of the county, {}", letters(n));
            facts(&format!("{reference}{n}"), &title, "Care Ltd", "2024-04-01")
        };
        let missing = Missing::new((0..300).map(|n| like("A", n)).collect());
        let mut rows = Rows::default();
        for n in 0..300 {
            rows.add(u32::try_from(n).unwrap(), &like("B", n), &missing);
        }
        let settled = rows.settle();
        for n in 0..300 {
            let row = u32::try_from(n).unwrap();
            assert_eq!(
                settled.get(&row),
                Some(&Match::Same(n, SameBy::Particulars)),
                "{n}"
            );
        }
    }

    #[test]
    fn what_may_be_one_of_more_than_are_compared_is_never_new() {
        let of = |start: &str| facts("", "Agency staff", "Care Ltd", start);
        let missing = Missing::new(vec![of("2020-01-01"); MOST_COMPARED + 1]);
        let mut rows = Rows::default();
        assert!(rows.add(7, &of("2026-01-01"), &missing));
        assert_eq!(rows.settle()[&7], Match::Unsure(Vec::new(), Unsure::TooMany));
    }

    #[test]
    fn rows_that_share_a_reference_are_told_by_the_rest_and_none_takes_the_contract_of_another() {
        let of = |reference: &str, title: &str| facts(reference, title, "Anglian Bus", "2013-09-01");
        let known = [
            of("AON42", "Route 86 weekdays"),
            of("AON42", "Route 86 Saturdays"),
        ];
        let settled = |rows: &[Facts]| {
            let (missing, mut all) = (Missing::new(known.to_vec()), Rows::default());
            for (row, facts) in (1..).zip(rows) {
                all.add(row, facts, &missing);
            }
            all.settle()
        };
        let anew = settled(&[
            of("aon/42", "Route 86 Saturdays"),
            of("aon/42", "Route 86 weekdays"),
        ]);
        assert_eq!(anew[&1], Match::Same(1, SameBy::Both));
        assert_eq!(anew[&2], Match::Same(0, SameBy::Both));
        let edited = settled(&[of("aon/42", "Route 86 and 87"), of("Q7", "Route 86 weekdays")]);
        assert_eq!(edited[&2], Match::Same(0, SameBy::Particulars));
        assert_eq!(edited[&1], Match::Unsure(vec![1], Unsure::Several));
        let alike = [
            of("AON42", "Route: 86"),
            of("AON42", "Route 86"),
            of("AON42", "Payments"),
        ];
        let told = told(of("aon/42", "Route 86"), &alike);
        assert_eq!(told, Some(Match::Unsure(vec![0, 1, 2], Unsure::Several)));
    }

    #[test]
    fn a_file_of_rows_that_are_all_like_all_contracts_is_compared_so_far_and_the_rest_left_to_a_person() {
        let like = |n: usize| facts("", &format!("Vans {n}"), "A Ltd", "2024-04-01");
        let missing = Missing::new((0..MOST_COMPARED).map(like).collect());
        let mut rows = Rows::default();
        let row = facts("", "Bins", "A Ltd", "2030-01-01");
        let compared = u32::try_from(MOST_COMPARISONS / MOST_COMPARED).unwrap();
        for number in 0..compared + 7 {
            rows.add(number, &row, &missing);
        }
        let settled = rows.settle();
        assert_eq!(settled.len(), 7, "the others are nothing that is missing");
        assert_eq!(settled[&compared], Match::Unsure(Vec::new(), Unsure::TooMany));
    }

    fn some_facts() -> impl Strategy<Value = Facts> {
        let of = |list: &'static [&'static str]| proptest::sample::select(list);
        (
            of(&["", "C1", "c-01", "C2"]),
            of(&["", "Vans", "Vans lease", "Lease of vans 2", "vans"]),
            of(&["", "A Ltd", "A", "B plc"]),
            of(&["", "2024-04-01", "2024-04-02", "2026-01-01"]),
        )
            .prop_map(|(reference, title, supplier, start)| facts(reference, title, supplier, start))
    }

    proptest! {
        #[test]
        fn no_contract_is_ever_two_rows_and_the_order_of_rows_does_not_matter(
            contracts in proptest::collection::vec(some_facts(), 0..6),
            rows in proptest::collection::vec(some_facts(), 0..6),
        ) {
            let missing = Missing::new(contracts);
            let settle = |order: &mut dyn Iterator<Item = usize>| {
                let mut all = Rows::default();
                for at in order {
                    all.add(at as u32, &rows[at], &missing);
                }
                all.settle()
            };
            let settled = settle(&mut (0..rows.len()));
            prop_assert_eq!(&settled, &settle(&mut (0..rows.len()).rev()));
            let mut same: Vec<usize> = settled
                .values()
                .filter_map(|is| match is { Match::Same(at, _) => Some(*at), Match::Unsure(..) => None })
                .collect();
            let all = same.len();
            same.sort_unstable();
            same.dedup();
            prop_assert_eq!(same.len(), all);
        }
    }
}
