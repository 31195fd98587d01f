//! The rule judged: precision and recall on names labelled by hand before it was written.
//!
//! `labelled.tsv` has the names of buyers in published notices that look like councils and match no known variant exactly
//! (from mySociety's `uk_local_authority_names_and_codes`, CC BY 4.0), each with the code of the council it means, or
//! what else it is. Half of them, by a hash of the name, were looked at while the rule was written; the other half only
//! at the end. A name of two councils should be doubtful with both.

use super::{Match, matched};
use sha2::{Digest, Sha256};

struct Label {
    name: &'static str,
    codes: Vec<&'static str>,
    is: &'static str,
}

fn labels() -> Vec<Label> {
    let cells = |line: &'static str| {
        let mut cells = line.split('\t');
        let (name, codes, is) = (cells.next()?, cells.next()?, cells.next()?);
        let codes = codes.split_whitespace().collect();
        Some(Label { name, codes, is })
    };
    include_str!("labelled.tsv")
        .lines()
        .skip(1)
        .map(|line| cells(line).unwrap())
        .collect()
}

/// Whether a name was looked at while the rule was written.
fn looked_at(name: &str) -> bool {
    Sha256::digest(name.as_bytes())[0] % 2 == 0
}

#[derive(Debug, Default)]
struct Figures {
    names: usize,
    principal: usize,
    matched: usize,
    right: usize,
    right_principal: usize,
    wrong: Vec<String>,
    missed: Vec<String>,
}

impl Figures {
    fn of(labels: &[Label], half: impl Fn(&str) -> bool) -> Self {
        let mut figures = Self::default();
        for label in labels.iter().filter(|label| half(label.name)) {
            figures.names += 1;
            let principal = label.is == "principal";
            figures.principal += usize::from(principal);
            let answer = matched(label.name);
            if let Match::Matched { council, rule } = answer {
                figures.matched += 1;
                if label.codes == [council.facts.gss.unwrap_or_default()] {
                    figures.right += 1;
                    figures.right_principal += usize::from(principal);
                } else {
                    figures
                        .wrong
                        .push(format!("{}: {} by {rule:?}", label.name, council.facts.name));
                }
            } else if principal {
                figures.missed.push(format!("{}: {answer:?}", label.name));
            }
        }
        figures
    }

    fn precision(&self) -> f64 {
        share(self.right, self.matched)
    }

    fn recall(&self) -> f64 {
        share(self.right_principal, self.principal)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of a few hundred")]
fn share(some: usize, all: usize) -> f64 {
    some as f64 / all.max(1) as f64
}

fn judge(what: &str, half: impl Fn(&str) -> bool) {
    let figures = Figures::of(&labels(), half);
    println!(
        "{what}: precision {:.3}, recall {:.3}; {figures:?}",
        figures.precision(),
        figures.recall()
    );
    assert!(figures.precision() >= 0.99, "{what}: {:?}", figures.wrong);
    assert!(figures.recall() >= 0.9, "{what}: {:?}", figures.missed);
    assert!(figures.principal >= 15, "{what} has too few to say anything");
}

#[test]
fn the_half_looked_at_is_matched_as_labelled() {
    judge("the half looked at", looked_at);
}

#[test]
fn the_half_never_looked_at_is_matched_as_labelled() {
    judge("the half not looked at", |name| !looked_at(name));
}
