//! What tells a contract from others, and how far two are the same by it. Which rows and contracts are compared, and what
//! comes of it where several are alike, is `matching`'s.

use crate::suppliers::name_key;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use std::fmt;

/// Starts that are further apart are another term.
pub(in crate::exchange) const NEAR_DAYS: i64 = 31;

/// What tells a contract from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) reference: String,
    pub(super) title: Vec<String>,
    pub(super) supplier: String,
    starts_on: Option<NaiveDate>,
    /// The process that a row names, or that notices say they brought a contract of.
    process: String,
}

/// By what a row and a contract were found to be the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::exchange) enum SameBy {
    /// Both of the next two.
    Both,
    /// Their references differ in case, punctuation or zeros only, and title or supplier agree.
    Reference,
    /// Title, supplier and start.
    Particulars,
}

/// Why a person is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::exchange) enum Unsure {
    /// The reference stood for something else altogether.
    ReferenceReused,
    /// Several rows or several contracts answer to the same.
    Several,
    /// The file has so many rows like contracts that it does not have that no more were compared.
    TooMany,
    /// The reference is that of a contract that notices brought, and not everything else agrees.
    Reference,
    /// Several rows or several contracts have the same process, and the supplier does not tell which is which.
    Process,
    /// Title and supplier agree, and the start nearly.
    Start,
    /// Supplier and start agree, and the title nearly.
    Title,
    /// Title and start agree, and the supplier does not.
    Supplier,
}

impl fmt::Display for Unsure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ReferenceReused => "its reference stood for another contract: title, supplier and start all differ",
            Self::Several => "several rows or contracts have this title, supplier and start",
            Self::TooMany => "too many rows of the file are like contracts that it does not have, and this one was not compared with them",
            Self::Reference => "its reference is that of a contract which notices brought, and title or supplier agree",
            Self::Process => "several rows or contracts have its Open Contracting ID, and its supplier does not tell which it is",
            Self::Start => "title and supplier are those of a contract that this file does not have, and the start is nearly its start",
            Self::Title => "supplier and start are those of a contract that this file does not have, and the title is nearly its title",
            Self::Supplier => "title and start are those of a contract that this file does not have, with another supplier",
        })
    }
}

impl Facts {
    pub(super) fn new(
        reference: &str,
        title: &str,
        supplier: Option<&str>,
        starts_on: Option<NaiveDate>,
    ) -> Self {
        Self {
            reference: plain(reference),
            title: words(title),
            supplier: supplier.map(name_key).unwrap_or_default(),
            starts_on,
            process: String::new(),
        }
    }

    pub(super) fn of_process(mut self, process: &str) -> Self {
        process.clone_into(&mut self.process);
        self
    }

    /// Whether two that share a reference have nothing else in common, though each says something.
    pub(super) fn contradicts(&self, other: &Self) -> bool {
        let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
        let starts = matches!((self.starts_on, other.starts_on), (Some(a), Some(b)) if a != b);
        starts
            && differ(&self.supplier, &other.supplier)
            && !self.title.is_empty()
            && !other.title.is_empty()
            && !near(&self.title, &other.title)
    }

    /// What it costs to compare, in comparisons of two that have nothing in common.
    pub(super) fn work(&self, other: &Self) -> usize {
        if self.supplier == other.supplier && self.starts_on == other.starts_on {
            1 + self.title.len() * other.title.len() / 8
        } else {
            1
        }
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Result<SameBy, Unsure>> {
        if !self.process.is_empty() && !other.process.is_empty() && self.process != other.process {
            return None;
        }
        let title = !self.title.is_empty() && self.title == other.title;
        let supplier = !self.supplier.is_empty() && self.supplier == other.supplier;
        let reference = !self.reference.is_empty() && self.reference == other.reference;
        let start = self.starts_on.is_some() && self.starts_on == other.starts_on;
        if reference && (title || supplier) {
            let all = title && supplier && start;
            return Some(Ok(if all { SameBy::Both } else { SameBy::Reference }));
        }
        let one_blank = |a: bool, b: bool| a != b;
        match (title, supplier, start) {
            (true, true, true) => Some(Ok(SameBy::Particulars)),
            (true, true, false) => {
                let near = match (self.starts_on, other.starts_on) {
                    (Some(a), Some(b)) => (a - b).num_days().abs() <= NEAR_DAYS,
                    (a, b) => one_blank(a.is_some(), b.is_some()),
                };
                near.then_some(Err(Unsure::Start))
            }
            (false, true, true) => near(&self.title, &other.title).then_some(Err(Unsure::Title)),
            (true, false, true) => Some(Err(Unsure::Supplier)),
            _ => None,
        }
    }
}

/// How far two contracts of one supplier are the same by title and start.
pub(in crate::exchange) fn of_one_supplier(
    one: (&str, Option<NaiveDate>),
    other: (&str, Option<NaiveDate>),
) -> Option<Result<SameBy, Unsure>> {
    let facts = |(title, starts_on): (&str, _)| Facts {
        title: words(title),
        supplier: "the same".to_owned(),
        starts_on,
        ..Facts::default()
    };
    facts(one).compare(&facts(other))
}

/// Letters in lower case and digits, without zeros at the front of numbers.
fn plain(reference: &str) -> String {
    let mut plain = String::with_capacity(reference.len());
    let mut in_number = false;
    for c in reference.chars() {
        if c.is_ascii_digit() {
            if !in_number && c == '0' {
                continue;
            }
            in_number = true;
            plain.push(c);
        } else if c.is_alphanumeric() {
            in_number = false;
            plain.extend(c.to_lowercase());
        } else {
            // "1-2" is not "12".
            if in_number {
                plain.push(' ');
            }
            in_number = false;
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn words(title: &str) -> Vec<String> {
    title
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// Whether two titles share all numbers and at least half of their words.
fn near(one: &[String], other: &[String]) -> bool {
    let is_number = |word: &&String| word.chars().any(|c| c.is_ascii_digit());
    let numbers = |words: &[String]| -> Vec<String> {
        let mut numbers: Vec<String> = words.iter().filter(is_number).cloned().collect();
        numbers.sort_unstable();
        numbers
    };
    if numbers(one) != numbers(other) {
        return false;
    }
    let set = |words: &[String]| words.iter().cloned().collect::<BTreeSet<_>>();
    let (one, other) = (set(one), set(other));
    let shared = one
        .iter()
        .filter(|word| other.iter().any(|known| alike(word, known)))
        .count();
    let all = one.len() + other.len() - shared.min(other.len());
    shared > 0 && shared * 2 >= all
}

/// Whether two words are one but for an ending of two letters or one letter typed wrong; short ones must be equal.
fn alike(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let (short, long) = if one.len() <= other.len() {
        (one, other)
    } else {
        (other, one)
    };
    if short.len() < 4 {
        return false;
    }
    if short.len() < long.len() {
        return long.len() - short.len() <= 2 && long.starts_with(short);
    }
    short.chars().zip(long.chars()).filter(|(a, b)| a != b).count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(reference: &str, title: &str, supplier: &str, start: &str) -> Facts {
        Facts::new(reference, title, Some(supplier), start.parse().ok())
    }

    #[test]
    fn two_that_name_different_processes_are_not_the_same() {
        let of = |process: &str| facts("", "Vans", "A", "2024-04-01").of_process(process);
        assert_eq!(of("ocds-1").compare(&of("ocds-2")), None);
        for (one, other) in [("ocds-1", "ocds-1"), ("ocds-1", ""), ("", "ocds-2")] {
            assert_eq!(of(one).compare(&of(other)), Some(Ok(SameBy::Particulars)));
        }
    }

    #[test]
    fn numbers_of_a_reference_stay_apart() {
        assert_eq!(plain("C-0012"), plain("c 12"));
        assert_ne!(plain("1-2"), plain("12"));
    }

    #[test]
    fn a_reference_that_stands_for_something_else_contradicts() {
        let known = facts(
            "C-0012",
            "Grounds maintenance, lot 2",
            "Green & Sons Ltd",
            "2024-04-01",
        );
        let other = facts("C-0012", "Payroll software", "Cash plc", "2026-01-01");
        assert!(known.contradicts(&other));
        for same in [
            facts("C-0012", "Payroll software", "Green & Sons", "2026-01-01"),
            facts("C-0012", "Payroll software", "Cash plc", "2024-04-01"),
            facts("C-0012", "Grounds maintenance lot 2", "Cash plc", "2026-01-01"),
            facts("C-0012", "Payroll software", "", "2026-01-01"),
        ] {
            assert!(!known.contradicts(&same), "{same:?}");
        }
    }
}
