//! Releases of one process made one, in the order of their dates: OCDS's merge routine for what is read here. Pure; which
//! file a release came in, and when, does not matter. Next: `drafts.rs`, what register entries come of it.
//!
//! What is later replaces what was said before; what a later release leaves out stands. Parties, awards, contracts, lots
//! and items are told by their ids. The suppliers of one award are replaced whole, not merged by id as the standard has it:
//! Contracts Finder publishes an award anew to correct it, and a supplier named by mistake would stay for ever.

use super::days;
use super::release::{
    Award, Classification, Contract, Description, Details, Identifier, Item, Lot, Party, Period, Reference,
    Release, Techniques, Tender, Value,
};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::London;
use std::collections::{BTreeMap, BTreeSet};

/// A process as its releases say it together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Process {
    /// What they say, as one release.
    pub said: Release,
    /// When the last of them was released.
    pub last_released_at: Option<DateTime<Utc>>,
    /// Awards, by id, that some release said to be made or to be about to.
    pub made: BTreeSet<String>,
    /// Awards and contracts that are terminated, by what they are and their id, with the last day they ran.
    pub terminated: BTreeMap<(Sort, String), NaiveDate>,
}

/// What has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// An award.
    Award,
    /// A contract.
    Contract,
}

/// What releases of one process, each with its digest, say together. Releases of the same moment go by their publisher's
/// ids, then by their digests, so that the order in which they were read does not matter; the same one twice is one.
pub fn merged(mut releases: Vec<(Release, [u8; 32])>) -> Process {
    releases.sort_by_cached_key(|(release, digest)| (release.released_at(), release.id.clone(), *digest));
    releases.dedup_by_key(|(_, digest)| *digest);
    let mut process = Process::default();
    for (release, _) in releases {
        process.take(release);
    }
    process
}

impl Process {
    fn take(&mut self, release: Release) {
        let at = release.released_at();
        let cancels = release.is("awardCancellation");
        let terminates = release.is("contractTermination");
        let awards: Vec<String> = ids(&release.awards);
        let contracts: Vec<String> = ids(&release.contracts);
        self.last_released_at = self.last_released_at.max(at);
        self.said.merge(release);
        if cancels {
            // One that names no award calls off all there are.
            let whole = awards.is_empty();
            for award in &mut self.said.awards {
                if whole || award.id.as_ref().is_some_and(|id| awards.contains(id)) {
                    award.status = Some("cancelled".into());
                }
            }
        }
        if terminates {
            self.terminate(&awards, &contracts);
        }
        self.note(at);
    }

    /// What a termination names is terminated; all there is, where it names nothing. Where the process has contracts, it
    /// is they that end, those of the awards that it names.
    fn terminate(&mut self, awards: &[String], contracts: &[String]) {
        let named = |id: Option<&String>, among: &[String]| id.is_some_and(|id| among.contains(id));
        let whole = awards.is_empty() && contracts.is_empty();
        for contract in &mut self.said.contracts {
            let own = named(contract.id.as_ref(), contracts);
            let by_award = contracts.is_empty() && named(contract.award_id.as_ref(), awards);
            if whole || own || by_award {
                contract.status = Some("terminated".into());
            }
        }
        if !self.said.contracts.is_empty() && !contracts.is_empty() {
            return;
        }
        for award in &mut self.said.awards {
            if whole || named(award.id.as_ref(), awards) {
                award.status = Some("terminated".into());
            }
        }
    }

    /// Keeps what a status alone does not say: that an award was made, and since when something has been terminated.
    fn note(&mut self, at: Option<DateTime<Utc>>) {
        let released_on = at.map(|at| at.with_timezone(&London).date_naive());
        let last_day = |period: &Option<Period>| {
            let end = period
                .as_ref()
                .and_then(|period| days::day(period.end_date.as_deref()?).0);
            end.min(released_on).or(released_on)
        };
        for award in &self.said.awards {
            let id = award.id.clone().unwrap_or_default();
            let status = award.status.as_deref();
            if !says(status, "unsuccessful") {
                self.made.insert(id.clone());
            }
            ended(&mut self.terminated, (Sort::Award, id), status, || {
                last_day(&award.contract_period)
            });
        }
        for contract in &self.said.contracts {
            let key = (Sort::Contract, contract.id.clone().unwrap_or_default());
            ended(&mut self.terminated, key, contract.status.as_deref(), || {
                last_day(&contract.period)
            });
        }
    }
}

pub(super) fn says(status: Option<&str>, word: &str) -> bool {
    status.is_some_and(|status| status.eq_ignore_ascii_case(word))
}

fn ended(
    terminated: &mut BTreeMap<(Sort, String), NaiveDate>,
    key: (Sort, String),
    status: Option<&str>,
    last_day: impl Fn() -> Option<NaiveDate>,
) {
    if !says(status, "terminated") {
        terminated.remove(&key);
    } else if let Some(day) = last_day() {
        // The first release that said so dates it, unless a later one moves the end before that.
        let kept = terminated.entry(key).or_insert(day);
        *kept = (*kept).min(day);
    }
}

fn ids<T: Merge>(items: &[T]) -> Vec<String> {
    items
        .iter()
        .filter_map(|item| item.id().map(str::to_owned))
        .collect()
}

/// What can be merged with what a later release says of it.
trait Merge {
    fn merge(&mut self, later: Self);

    /// What tells it from others in its list.
    fn id(&self) -> Option<&str> {
        None
    }
}

fn text(said: &mut Option<String>, later: Option<String>) {
    if later.is_some() {
        *said = later;
    }
}

fn answer(said: &mut Option<bool>, later: Option<bool>) {
    *said = later.or(*said);
}

fn object<T: Merge>(said: &mut Option<T>, later: Option<T>) {
    match (said, later) {
        (Some(said), Some(later)) => said.merge(later),
        (said @ None, later) => *said = later,
        (Some(_), None) => {}
    }
}

fn whole<T>(said: &mut Vec<T>, later: Vec<T>) {
    if !later.is_empty() {
        *said = later;
    }
}

/// By id. What has none is added, unless it is there already.
fn list<T: Merge + PartialEq>(said: &mut Vec<T>, later: Vec<T>) {
    for item in later {
        let same = |known: &&mut T| known.id() == item.id() && (item.id().is_some() || **known == item);
        match said.iter_mut().find(same) {
            Some(known) => known.merge(item),
            None => said.push(item),
        }
    }
}

/// How each field of an object is merged.
macro_rules! merge {
    ($($name:ident $(by $id:ident)? { $($how:ident $($field:ident)*;)* })*) => { $(
        impl Merge for $name {
            fn merge(&mut self, later: Self) {
                $($($how(&mut self.$field, later.$field);)*)*
            }

            $(fn id(&self) -> Option<&str> {
                self.$id.as_deref()
            })?
        }
    )* };
}

merge! {
    Release { text ocid id date; whole tag; object buyer tender; list parties awards contracts; }
    Reference by id { text id name; object identifier; }
    Party by id { text id name; whole roles additional_identifiers; object identifier details; }
    Identifier { text scheme id legal_name; }
    Details { text scale; answer vcse; }
    Tender {
        text id title description status procurement_method procurement_method_details;
        object classification value contract_period techniques renewal options;
        list items lots;
    }
    Techniques { answer has_framework_agreement; }
    Lot by id { text id title; object contract_period renewal options; answer has_renewal has_options; }
    Description { text description; }
    Item by id { text id; object classification; }
    Classification { text scheme id; }
    Value { text amount currency; }
    Period { text start_date end_date max_extent_date; }
    Award by id {
        text id title description status;
        object value contract_period;
        whole suppliers related_lots;
        list items;
    }
    Contract by id { text id award_id title description status; object period value; list items; }
}

#[cfg(test)]
mod tests;
