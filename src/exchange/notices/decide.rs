//! What is done with each entry of a process: new, changed, the council's own already, or held until a person has looked.
//! Pure: a stated rule, not a guess.
//!
//! - An entry made of notices before, by its key, is replaced where its notices say otherwise now.
//! - A contract that the council's own register says to be of this process is the award, where it is the only one of the
//!   only award left, or the only one with that supplier. The register's words stand; what differs is told.
//! - A contract of no process with the same reference and supplier, or with none named, may be the award: it is held. So is
//!   an award with the title, supplier and start of such a contract. One that nearly agrees with it is new, and that is told.

use super::alike::{Alike, alike};
use super::drafts::{Draft, Remarks};
use super::known::Known;
use crate::contracts::term::Standing;
use crate::exchange::register::Why;
use std::collections::HashSet;
use uuid::Uuid;

/// What is done with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// It is new.
    Add,
    /// It replaces what this contract, made of notices, said.
    Replace(Uuid),
    /// It says what it said.
    Unchanged,
    /// It is a contract of the council's own register.
    Linked,
    /// A person has to say.
    Held,
}

/// What is done with each entry of one process, in their order; what is to be told of it is added to their remarks.
pub(super) fn decide(drafts: &mut [Draft], known: &[Known]) -> Vec<Decision> {
    let of_process = |known: &&Known| known.ocid.is_some();
    let (own, registered): (Vec<&Known>, Vec<&Known>) = known
        .iter()
        .filter(of_process)
        .partition(|known| known.is_of_notices());
    let mut decisions: Vec<Option<Decision>> = drafts
        .iter()
        .map(|draft| {
            let known = own.iter().find(|known| known.key == draft.key)?;
            Some(replaced(known, draft))
        })
        .collect();
    rekeyed(drafts, &own, &mut decisions);
    linked(drafts, &registered, &mut decisions);
    let loose: Vec<&Known> = known.iter().filter(|known| known.ocid.is_none()).collect();
    let decided = decisions.into_iter().zip(drafts);
    decided
        .map(|(decision, draft)| decision.unwrap_or_else(|| of_loose(&loose, draft)))
        .collect()
}

/// What is done with an entry that contracts of no process may be.
fn of_loose(loose: &[&Known], draft: &mut Draft) -> Decision {
    if let Some(known) = loose.iter().find(|known| may_be(known, draft)) {
        let reference = known.reference.clone().unwrap_or_default();
        let made = format!("There it is {:?}.", known.title);
        let why = Why::RegisterHasReference;
        draft.remarks.made("tender/id", &reference, why, made);
        return Decision::Held;
    }
    let mut alike = loose
        .iter()
        .filter_map(|known| Some((*known, alike(known, draft)?)));
    let (nearly, same) = (alike.clone().next(), alike.find(|(_, how)| *how == Alike::All));
    let Some((known, how)) = same.or(nearly) else {
        return Decision::Add;
    };
    let there = format!("{:?} ({})", known.title, known.id);
    let (decision, made) = match how {
        Alike::All => (
            Decision::Held,
            format!("Held: title, supplier and start are those of {there}; its row can name this process."),
        ),
        Alike::Nearly(what) => (
            Decision::Add,
            format!("Taken as a new one: {there} has its supplier, and its {what} is near."),
        ),
    };
    let title = draft.particulars.title.clone();
    draft
        .remarks
        .made("tender/title", &title, Why::PerhapsKnown, made);
    decision
}

fn replaced(known: &Known, draft: &Draft) -> Decision {
    if known.key == draft.key && known.digest.as_deref() == Some(&draft.digest) {
        Decision::Unchanged
    } else {
        Decision::Replace(known.id)
    }
}

/// An entry whose award became known only after its contract has another key now: the only one that is left is it.
fn rekeyed(drafts: &[Draft], own: &[&Known], decisions: &mut [Option<Decision>]) {
    let keys: HashSet<&str> = drafts.iter().map(|draft| draft.key.as_str()).collect();
    let mut left = own.iter().filter(|known| !keys.contains(known.key.as_str()));
    let mut open = decisions.iter_mut().filter(|decision| decision.is_none());
    if let (Some(known), None, Some(decision), None) = (left.next(), left.next(), open.next(), open.next()) {
        *decision = Some(Decision::Replace(known.id));
    }
}

fn linked(drafts: &mut [Draft], registered: &[&Known], decisions: &mut [Option<Decision>]) {
    if registered.is_empty() {
        return;
    }
    let open: Vec<usize> = (0..drafts.len()).filter(|at| decisions[*at].is_none()).collect();
    if let ([at], [known]) = (open.as_slice(), registered) {
        decisions[*at] = Some(Decision::Linked);
        differences(&mut drafts[*at], known);
        return;
    }
    let shares = |known: &Known, draft: &Draft| {
        let mut named = draft.suppliers.iter();
        named.any(|mention| known.suppliers.iter().any(|supplier| supplier.is_same(mention)))
    };
    for at in open.iter().copied() {
        let mut of_supplier = registered.iter().filter(|known| shares(known, &drafts[at]));
        let known = of_supplier.next().filter(|_| of_supplier.next().is_none());
        let alone = |known: &&&Known| {
            open.iter()
                .filter(|other| shares(known, &drafts[**other]))
                .count()
                == 1
        };
        match known.filter(alone) {
            Some(known) => {
                decisions[at] = Some(Decision::Linked);
                differences(&mut drafts[at], known);
            }
            None => {
                let titles: Vec<_> = registered
                    .iter()
                    .take(5)
                    .map(|known| format!("{:?}", known.title))
                    .collect();
                let made = format!("There: {}.", titles.join(", "));
                let award = drafts[at].award.clone();
                drafts[at]
                    .remarks
                    .made("awards/id", &award, Why::RegisterHasProcess, made);
                decisions[at] = Some(Decision::Held);
            }
        }
    }
}

/// What the notices say otherwise than the council's own register.
fn differences(draft: &mut Draft, known: &Known) {
    let mut remarks = Remarks::default();
    let mut differs = |path, said: Option<String>, there: Option<String>| {
        if let (Some(said), Some(there)) = (said, there)
            && said != there
        {
            remarks.made(path, &said, Why::RegisterDiffers, format!("There it is {there}."));
        }
    };
    let pounds = |pence: i64| format!("{}.{:02}", pence / 100, (pence % 100).abs());
    let (said, there) = (draft.particulars.value_pence, known.value_pence);
    differs("awards/value/amount", said.map(pounds), there.map(pounds));
    let day = |day: chrono::NaiveDate| day.to_string();
    differs(
        "awards/contractPeriod/startDate",
        draft.term.starts_on.map(day),
        known.starts_on.map(day),
    );
    differs(
        "awards/contractPeriod/endDate",
        draft.term.initial_ends_on.map(day),
        known.ends_on.map(day),
    );
    let ended = match draft.term.standing {
        Standing::Cancelled => Some("cancelled"),
        Standing::Terminated { .. } => Some("terminated"),
        Standing::Pending | Standing::Active => None,
    };
    differs(
        "awards/status",
        ended.map(str::to_owned),
        Some(known.standing.clone()),
    );
    draft.remarks.extend(remarks);
}

/// Whether a contract of no process may be an award: it has one of its references, and nothing says that its supplier is
/// another.
fn may_be(known: &Known, draft: &Draft) -> bool {
    let reference = known.reference.as_deref().map(str::trim);
    if !draft.references.iter().any(|one| Some(one.trim()) == reference) {
        return false;
    }
    let same = |mention| known.suppliers.iter().any(|supplier| supplier.is_same(mention));
    known.suppliers.is_empty() || draft.suppliers.is_empty() || draft.suppliers.iter().any(same)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::notices::drafts;
    use crate::exchange::notices::merge::merged;
    use crate::suppliers::Mention;
    use serde_json::json;

    /// Awards of one process, each to a supplier.
    fn drafts(suppliers: &[&str]) -> Vec<Draft> {
        let award = |(at, name): (usize, &&str)| {
            json!({ "id": format!("{at}"), "suppliers": [{ "name": name }], "value": { "amount": 5 },
                "contractPeriod": { "startDate": "2025-04-01", "endDate": format!("203{at}-03-31") } })
        };
        let awards: Vec<_> = suppliers.iter().enumerate().map(award).collect();
        let release = json!({ "ocid": "ocds-1", "date": "2025-01-01", "tender": { "id": "R1", "title": "T" }, "awards": awards });
        let release = serde_json::from_value(release).unwrap();
        drafts::drafts(&merged(vec![(release, [0; 32])]), Uuid::nil())
    }

    fn known(key: &str, ocid: Option<&str>, reference: Option<&str>, supplier: &str) -> Known {
        let named = Mention {
            name: supplier.into(),
            ..Mention::default()
        };
        Known {
            id: Uuid::max(),
            key: key.into(),
            ocid: ocid.map(str::to_owned),
            reference: reference.map(str::to_owned),
            title: "There".into(),
            standing: "active".into(),
            suppliers: if supplier.is_empty() { vec![] } else { vec![named] },
            ..Known::default()
        }
    }

    #[test]
    fn what_was_made_of_notices_is_replaced_only_where_they_say_otherwise() {
        let mut one = drafts(&["Acme"]);
        let mut there = known("o:ocds-1:a:0", Some("ocds-1"), None, "Acme");
        assert_eq!(decide(&mut one, &[]), [Decision::Add]);
        assert_eq!(
            decide(&mut one, std::slice::from_ref(&there)),
            [Decision::Replace(Uuid::max())]
        );
        there.digest = Some(one[0].digest.to_vec());
        assert_eq!(decide(&mut one, &[there]), [Decision::Unchanged]);
        let under_its_contract = known("o:ocds-1:c:9", Some("ocds-1"), None, "Acme");
        assert_eq!(
            decide(&mut one, &[under_its_contract]),
            [Decision::Replace(Uuid::max())]
        );
    }

    #[test]
    fn the_councils_own_contract_of_the_process_is_the_award_and_stands() {
        let mut one = drafts(&["Acme"]);
        let mut there = known("r:1", Some("ocds-1"), None, "Another");
        there.value_pence = Some(900);
        there.ends_on = "2030-03-31".parse().ok();
        assert_eq!(decide(&mut one, &[there]), [Decision::Linked]);
        let told: Vec<_> = one[0].remarks.doubts(1, "x").collect();
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(
            (told[0].why, told[0].raw.as_str()),
            (Why::RegisterDiffers, "5.00")
        );
        assert!(
            told[0].sentence().contains("There it is 9.00."),
            "{}",
            told[0].sentence()
        );
    }

    #[test]
    fn of_several_awards_the_councils_own_are_told_by_supplier_or_held() {
        let mut two = drafts(&["Acme", "Bolts"]);
        let of = |name| known("r:1", Some("ocds-1"), None, name);
        assert_eq!(
            decide(&mut two, &[of("ACME LTD")]),
            [Decision::Linked, Decision::Held]
        );
        assert_eq!(
            decide(&mut two, &[of("Bolts"), of("Acme")]),
            [Decision::Linked, Decision::Linked]
        );
        assert_eq!(decide(&mut two, &[of("Cogs")]), [Decision::Held, Decision::Held]);
        let mut same = drafts(&["Acme", "Acme"]);
        assert_eq!(decide(&mut same, &[of("Acme")]), [Decision::Held, Decision::Held]);
        assert_eq!(same[0].remarks.count(Why::RegisterHasProcess), 1);
    }

    #[test]
    fn title_supplier_and_start_without_a_process_are_held_and_what_nearly_agrees_is_told() {
        for (title, supplier, start, standing, expected) in [
            ("t", "ACME LTD", "2025-04-01", "active", (Decision::Held, 1)),
            ("t", "Acme", "2025-04-20", "active", (Decision::Add, 1)),
            ("t", "Acme", "", "active", (Decision::Add, 1)),
            ("t", "Acme", "2021-04-01", "active", (Decision::Add, 0)),
            ("Other", "Acme", "2025-04-01", "active", (Decision::Add, 0)),
            ("t", "Bolts", "2025-04-01", "active", (Decision::Add, 0)),
            ("t", "", "2025-04-01", "active", (Decision::Add, 0)),
            ("t", "Acme", "2025-04-01", "cancelled", (Decision::Add, 0)),
        ] {
            let mut one = drafts(&["Acme"]);
            let mut there = known("r:9", None, Some("R9"), supplier);
            there.title = title.into();
            there.starts_on = start.parse().ok();
            there.standing = standing.into();
            let decided = decide(&mut one, &[there]);
            assert_eq!(decided, [expected.0], "{title} {supplier} {start}");
            assert_eq!(one[0].remarks.count(Why::PerhapsKnown), expected.1);
        }
    }

    #[test]
    fn the_same_reference_and_supplier_without_a_process_is_held() {
        for (reference, supplier, expected) in [
            ("R1", "Acme Limited", Decision::Held),
            ("R1", "", Decision::Held),
            ("R1", "Bolts", Decision::Add),
            ("R2", "Acme", Decision::Add),
        ] {
            let mut one = drafts(&["Acme"]);
            let there = known("r:R1", None, Some(reference), supplier);
            assert_eq!(
                decide(&mut one, &[there]),
                std::slice::from_ref(&expected),
                "{reference} {supplier}"
            );
            assert_eq!(
                one[0].remarks.count(Why::RegisterHasReference),
                usize::from(expected == Decision::Held)
            );
        }
    }
}
