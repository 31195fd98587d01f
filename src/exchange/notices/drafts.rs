//! What register entries a process comes to: one for each award, or for each contract where an award has several. Pure.
//!
//! An award with many suppliers (a framework) is one entry with all of them. Its key is stable: the process and the award;
//! where an award has several contracts, the first by id has the award's key and the others their own.
//! Next: `particulars.rs` and `terms.rs`, what an entry says; `import.rs`, which writes it.

use super::merge::{Process, Sort, says};
use super::particulars;
use super::parties;
use super::release::{Award, Contract, Lot, Release};
use super::terms;
use crate::contracts::Particulars;
use crate::contracts::term::Term;
use crate::exchange::register::{Doubt, Why, thousands, values};
use crate::suppliers::Mention;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;

/// Ids longer than this many bytes are digested in keys: PostgreSQL refuses index entries over 2,704 bytes.
const LONGEST_ID: usize = 200;

/// An entry as the notices have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// What makes it the same contract next time, within its council.
    pub key: String,
    /// The award or contract.
    pub award: String,
    /// What it says.
    pub particulars: Particulars,
    /// Its dates and options.
    pub term: Term,
    /// Its suppliers.
    pub suppliers: Vec<Mention>,
    /// Councils that buy beside the one whose register it is.
    pub buyers: Vec<Uuid>,
    /// The references under which a register may have it: of the tender, the contract and the award.
    pub references: Vec<String>,
    /// What a person should look at.
    pub remarks: Remarks,
    /// SHA-256 of what it says: an equal one means nothing to do.
    pub digest: [u8; 32],
}

/// Doubts of a release's fields, which are told by their paths.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remarks(Vec<Remark>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Remark {
    path: &'static str,
    raw: String,
    why: Why,
    made: Option<String>,
}

impl Remarks {
    pub(super) fn add(&mut self, path: &'static str, raw: &str, why: Why) {
        let (raw, made) = (raw.to_owned(), None);
        self.0.push(Remark { path, raw, why, made });
    }

    pub(super) fn made(&mut self, path: &'static str, raw: &str, why: Why, made: String) {
        let (raw, made) = (raw.to_owned(), Some(made));
        self.0.push(Remark { path, raw, why, made });
    }

    /// As much of a text as is listed or searched; that it was cut is a remark.
    pub(super) fn bounded(&mut self, path: &'static str, text: &str, most: usize) -> String {
        let short = values::beginning(text, most);
        if short.len() < text.len() {
            let made = format!("Its first {} characters.", thousands(most as u32));
            self.made(path, values::beginning(text, values::LONGEST), Why::TextCut, made);
        }
        short.to_owned()
    }

    pub(super) fn count(&self, why: Why) -> usize {
        self.0.iter().filter(|remark| remark.why == why).count()
    }

    pub(super) fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The doubts: where the release stands in its file, and whose it is.
    pub fn doubts(&self, row: u32, of: &str) -> impl Iterator<Item = Doubt> {
        self.0.iter().map(move |remark| Doubt {
            row,
            column: Arc::from(remark.path),
            raw: remark.raw.clone(),
            why: remark.why,
            others: Vec::new(),
            made: Some(match &remark.made {
                Some(made) => format!("{made} ({of})").into(),
                None => format!("({of})").into(),
            }),
        })
    }

    #[cfg(test)]
    pub(super) fn whys(&self) -> Vec<Why> {
        self.0.iter().map(|remark| remark.why).collect()
    }
}

/// One entry's parts: an award, a contract, or a contract of an award.
#[derive(Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) said: &'a Release,
    pub(super) award: Option<&'a Award>,
    pub(super) contract: Option<&'a Contract>,
    /// Whether the process has no other.
    pub(super) only: bool,
}

impl<'a> Part<'a> {
    /// The lots that it covers: those of the award, or the only one there is.
    pub(super) fn lots(self) -> impl Iterator<Item = &'a Lot> {
        let all = self.said.tender.iter().flat_map(|tender| &tender.lots);
        let related = self.award.map_or(&[][..], |award| &award.related_lots);
        let single = all.clone().count() == 1;
        all.filter(move |lot| {
            let named = lot.id.as_ref().is_some_and(|id| related.contains(id));
            named || (single && related.is_empty())
        })
    }
}

/// The entries of a process in the register of one of the councils that buy. None, where nothing was awarded.
pub fn drafts(process: &Process, council: Uuid) -> Vec<Draft> {
    let said = &process.said;
    let made = |award: &&Award| process.made.contains(award.id.as_deref().unwrap_or_default());
    let awards: Vec<&Award> = said.awards.iter().filter(made).collect();
    let mut parts: Vec<(String, Part<'_>)> = Vec::new();
    let part = |award, contract| Part {
        said,
        award,
        contract,
        only: false,
    };
    for (at, award) in awards.iter().enumerate() {
        let mut of: Vec<&Contract> = said
            .contracts
            .iter()
            .filter(|contract| belongs(contract, award, awards.len()))
            .collect();
        of.sort_by(|a, b| a.id.cmp(&b.id));
        let key =
            |sort, id: &Option<String>| format!("{sort}:{}", id.as_deref().map_or(format!("#{at}"), short));
        parts.push((key("a", &award.id), part(Some(award), of.first().copied())));
        for contract in of.iter().skip(1) {
            parts.push((key("c", &contract.id), part(Some(award), Some(contract))));
        }
    }
    for (at, contract) in said.contracts.iter().enumerate() {
        let unsuccessful = |award: &Award| award.id.is_some() && award.id == contract.award_id;
        let of_award = awards.iter().any(|award| belongs(contract, award, awards.len()));
        if !of_award && !said.awards.iter().any(unsuccessful) {
            let id = contract.id.as_deref().map_or(format!("#{at}"), short);
            parts.push((format!("c:{id}"), part(None, Some(contract))));
        }
    }
    let only = parts.len() == 1;
    let ocid = said.ocid.as_deref().unwrap_or_default();
    let mut drafts: Vec<Draft> = parts
        .into_iter()
        .map(|(key, part)| draft(process, format!("o:{ocid}:{key}"), Part { only, ..part }, council))
        .collect();
    // The same id twice, where it stands for an award without one or was cut short.
    drafts.sort_by(|a, b| a.key.cmp(&b.key));
    drafts.dedup_by(|a, b| a.key == b.key);
    repeated(&mut drafts);
    drafts
}

/// Whether a contract comes from an award: it says so, or there is no other.
fn belongs(contract: &Contract, award: &Award, awards: usize) -> bool {
    match &contract.award_id {
        Some(id) => award.id.as_ref() == Some(id),
        None => awards == 1,
    }
}

fn short(id: &str) -> String {
    if id.len() <= LONGEST_ID {
        return id.to_owned();
    }
    hex::encode(Sha256::digest(id))
}

fn draft(process: &Process, key: String, part: Part<'_>, council: Uuid) -> Draft {
    let mut remarks = Remarks::default();
    let said = part.said;
    let named = part
        .award
        .map(|award| award.suppliers.clone())
        .unwrap_or_default();
    let named = if named.is_empty() && part.only {
        parties::all_suppliers(said)
    } else {
        named
    };
    let suppliers = parties::suppliers(said, &named, &mut remarks);
    let particulars = particulars::of(part, &mut remarks);
    let term = Term {
        standing: standing(process, part),
        ..terms::of(part, &mut remarks)
    };
    let buyers = parties::beside(said, council);
    let ids = [
        said.tender.as_ref().and_then(|tender| tender.id.clone()),
        part.contract.and_then(|contract| contract.id.clone()),
        part.award.and_then(|award| award.id.clone()),
    ];
    let [_, contract, award] = &ids;
    Draft {
        award: award.as_ref().or(contract.as_ref()).cloned().unwrap_or_default(),
        digest: digest(&particulars, &term, &suppliers, &buyers),
        references: ids.into_iter().flatten().collect(),
        key,
        particulars,
        term,
        suppliers,
        buyers,
        remarks,
    }
}

/// What it is by the status of its contract and award. An award that was called off calls off what comes from it.
fn standing(process: &Process, part: Part<'_>) -> crate::contracts::term::Standing {
    use crate::contracts::term::Standing::{Active, Cancelled, Pending, Terminated};
    let award = part.award.and_then(|award| award.status.as_deref());
    let contract = part.contract.and_then(|contract| contract.status.as_deref());
    if says(award, "cancelled") || says(award, "unsuccessful") || says(contract, "cancelled") {
        return Cancelled;
    }
    let day = |sort, id: Option<&String>| {
        let id = id.cloned().unwrap_or_default();
        process.terminated.get(&(sort, id)).copied()
    };
    let of_contract = part
        .contract
        .and_then(|contract| day(Sort::Contract, contract.id.as_ref()));
    let of_award = || part.award.and_then(|award| day(Sort::Award, award.id.as_ref()));
    if let Some(on) = of_contract.or_else(of_award) {
        return Terminated { on };
    }
    if says(contract.or(award), "pending") {
        return Pending;
    }
    Active
}

/// Of what a council would see. What suppliers are called beside their names and numbers is not of the contract.
fn digest(particulars: &Particulars, term: &Term, suppliers: &[Mention], buyers: &[Uuid]) -> [u8; 32] {
    let who = |mention: &Mention| json!([mention.name, mention.companies_house, mention.charity]);
    let options: Vec<_> = term
        .extensions
        .as_slice()
        .iter()
        .map(|option| format!("{:?}", option.length))
        .collect();
    let said = json!([
        "guildhall notice 1",
        [
            particulars.ocid,
            particulars.reference,
            particulars.title,
            particulars.description
        ],
        [
            particulars.cpv,
            particulars.contract_type,
            particulars.process_type,
            particulars.value_basis
        ],
        [particulars.value_pence],
        [particulars.value_estimated],
        [term.starts_on, term.initial_ends_on, term.latest_end],
        options,
        format!("{:?} {:?}", term.notice_period, term.standing),
        suppliers.iter().map(who).collect::<Vec<_>>(),
        buyers,
    ]);
    Sha256::digest(said.to_string()).into()
}

/// Doubts awards of one process that may be one, published anew under another id to correct it.
fn repeated(drafts: &mut [Draft]) {
    for at in 1..drafts.len() {
        let (before, rest) = drafts.split_at_mut(at);
        let Some(one) = rest.first_mut() else { continue };
        let days = |draft: &Draft| (draft.term.starts_on, draft.term.initial_ends_on);
        let same = |other: &&Draft| {
            let shared = |mention: &Mention| other.suppliers.iter().any(|known| known.is_same(mention));
            days(other) == days(one) && days(one).0.is_some() && one.suppliers.iter().any(shared)
        };
        if let Some(other) = before.iter().find(same) {
            let made = format!("The other one: {}.", other.award);
            let award = one.award.clone();
            one.remarks.made("awards/id", &award, Why::AwardRepeated, made);
        }
    }
}

#[cfg(test)]
mod tests;
