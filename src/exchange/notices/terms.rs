//! When a contract of a process begins, ends and can be extended. Pure.
//!
//! The period is the contract's, else the award's, the lot's or the tender's: the first that says a day, whole, since days
//! of two of them need not go together. Prose on renewal is read as a register's is.

use super::days;
use super::drafts::{Part, Remarks};
use super::release::Period;
use crate::contracts::term::{Extensions, Term, end_is_sentinel};
use crate::exchange::register::{Why, extensions};
use crate::exchange::renewal::{self, Confidence, InitialTerm};

/// A field and its path.
type Said<'a> = (&'static str, &'a str);

pub(super) fn of(part: Part<'_>, remarks: &mut Remarks) -> Term {
    let periods: Vec<(&'static str, &Period)> = periods(part);
    let says_a_day =
        |(_, period): &&(&str, &Period)| period.start_date.is_some() || period.end_date.is_some();
    let (path, period) = periods
        .iter()
        .find(says_a_day)
        .map_or(("awards", None), |(path, period)| (*path, Some(*period)));
    let (start, end) = period.map_or((None, None), |period| {
        (period.start_date.as_deref(), period.end_date.as_deref())
    });
    let (start_path, end_path, extent_path) = paths(path);
    let mut day = |path, text: Option<&str>| {
        let text = text?;
        let (day, why) = days::day(text);
        if let Some(why) = why {
            remarks.add(path, text, why);
        }
        day
    };
    let starts_on = day(start_path, start);
    let ends_on = day(end_path, end);
    let extent = periods
        .iter()
        .find_map(|(_, period)| period.max_extent_date.as_deref());
    let latest = day(extent_path, extent);
    if start.is_none() {
        remarks.add(start_path, "", Why::StartBlank);
    }
    if end.is_none() {
        let why = if latest.is_some() {
            Why::EndBlank
        } else {
            Why::EndUnknown
        };
        remarks.add(end_path, "", why);
    }
    if let (Some(start), Some(last)) = (starts_on, ends_on) {
        if last < start {
            remarks.add(end_path, end.unwrap_or(""), Why::EndBeforeStart);
        }
        if end_is_sentinel(Some(start), last) {
            remarks.add(end_path, end.unwrap_or(""), Why::FarFutureEnd);
        }
    }
    if latest.is_some_and(|latest| ends_on.is_some_and(|end| latest < end)) {
        remarks.add(extent_path, extent.unwrap_or(""), Why::LastExtensionBeforeEnd);
    }
    let term = Term {
        starts_on,
        // As in a register: one that says only the last end has that for its end.
        initial_ends_on: ends_on.or(latest),
        latest_end: latest.filter(|latest| ends_on.is_none_or(|end| *latest >= end)),
        ..Term::default()
    };
    extended(part, term, remarks)
}

fn periods(part: Part<'_>) -> Vec<(&'static str, &Period)> {
    let of_contract = part.contract.and_then(|contract| contract.period.as_ref());
    let of_award = part.award.and_then(|award| award.contract_period.as_ref());
    let mut lots = part.lots().filter_map(|lot| lot.contract_period.as_ref());
    let of_lot = lots.next().filter(|_| lots.next().is_none());
    let of_tender = part
        .said
        .tender
        .as_ref()
        .and_then(|tender| tender.contract_period.as_ref());
    let all = [
        ("contracts", of_contract),
        ("awards", of_award),
        ("lots", of_lot),
        ("tender", of_tender),
    ];
    all.into_iter()
        .filter_map(|(path, period)| Some((path, period?)))
        .collect()
}

fn paths(of: &str) -> (&'static str, &'static str, &'static str) {
    match of {
        "contracts" => (
            "contracts/period/startDate",
            "contracts/period/endDate",
            "contracts/period/maxExtentDate",
        ),
        "awards" => (
            "awards/contractPeriod/startDate",
            "awards/contractPeriod/endDate",
            "awards/contractPeriod/maxExtentDate",
        ),
        "lots" => (
            "tender/lots/contractPeriod/startDate",
            "tender/lots/contractPeriod/endDate",
            "tender/lots/contractPeriod/maxExtentDate",
        ),
        _ => (
            "tender/contractPeriod/startDate",
            "tender/contractPeriod/endDate",
            "tender/contractPeriod/maxExtentDate",
        ),
    }
}

/// The term with the options that its prose offers.
fn extended(part: Part<'_>, mut term: Term, remarks: &mut Remarks) -> Term {
    for (path, text) in prose(part) {
        if take(path, text, true, &mut term, remarks) {
            return term;
        }
    }
    // Remarks and descriptions are about anything: they count only where every word on an extension is understood.
    let remark = part.award.and_then(|award| award.description.as_deref());
    let of_contract = part.contract.and_then(|contract| contract.description.as_deref());
    let of_tender = part
        .said
        .tender
        .as_ref()
        .and_then(|tender| tender.description.as_deref());
    let texts = [
        ("awards/description", remark),
        ("contracts/description", of_contract),
        ("tender/description", of_tender),
    ];
    for (path, text) in texts {
        if text.is_some_and(|text| take(path, text, false, &mut term, remarks)) {
            return term;
        }
    }
    term
}

/// What says how it may be renewed.
fn prose(part: Part<'_>) -> Vec<Said<'_>> {
    let of_lots = part.lots().flat_map(|lot| {
        let renewal = lot.renewal.as_ref().filter(|_| lot.has_renewal != Some(false));
        let options = lot.options.as_ref().filter(|_| lot.has_options != Some(false));
        let renewal = renewal.and_then(|prose| Some(("tender/lots/renewal", prose.description.as_deref()?)));
        let options = options.and_then(|prose| Some(("tender/lots/options", prose.description.as_deref()?)));
        renewal.into_iter().chain(options)
    });
    let tender = part.said.tender.as_ref();
    let renewal =
        tender.and_then(|tender| Some(("tender/renewal", tender.renewal.as_ref()?.description.as_deref()?)));
    let options =
        tender.and_then(|tender| Some(("tender/options", tender.options.as_ref()?.description.as_deref()?)));
    of_lots.chain(renewal).chain(options).collect()
}

/// Takes the options that a text offers; whether it offers any. `all` that it says is doubted, or else only what it offers.
fn take(path: &'static str, text: &str, all: bool, term: &mut Term, remarks: &mut Remarks) -> bool {
    let end = term
        .initial_ends_on
        .filter(|end| !end_is_sentinel(term.starts_on, *end));
    let reading = renewal::read(text, &InitialTerm::between(term.starts_on, end));
    let made = match reading.why {
        renewal::Why::Options => format!("Read as: {} ({}).", reading.made(), reading.confidence.as_str()),
        renewal::Why::NotUnderstood(stopped) => format!("As text on extension, {}.", stopped.as_str()),
        renewal::Why::NoOption => "Read as: no option.".to_owned(),
        renewal::Why::NewContract => "Read as: a new contract is let at the end.".to_owned(),
    };
    let offers = reading.why == renewal::Why::Options;
    let surely = offers && reading.confidence == Confidence::Sure;
    if !all && !surely {
        return false;
    }
    let with = Term {
        extensions: extensions(&reading.options),
        ..term.clone()
    };
    // A last end that is said stands against prose that comes to another.
    let without = Term {
        latest_end: None,
        ..with.clone()
    };
    let contradicts = offers
        && term
            .latest_end
            .is_some_and(|latest| without.maximum_end() != Some(latest));
    let why = match reading.why {
        _ if contradicts => Why::RenewalOverruled,
        renewal::Why::Options => Why::RenewalRead,
        renewal::Why::NoOption | renewal::Why::NewContract => Why::RenewalNone,
        renewal::Why::NotUnderstood(_) => Why::RenewalNotUnderstood,
    };
    remarks.made(path, text, why, made);
    if why != Why::RenewalRead || with.extensions == Extensions::default() {
        return false;
    }
    term.notice_period = reading.notice;
    term.extensions = with.extensions;
    true
}
