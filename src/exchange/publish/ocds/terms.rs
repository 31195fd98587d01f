//! How long a contract runs and may run, as the standard says it: periods, milestones and renewal.
//!
//! Ends that nobody can believe (2099, or before the start) are left out: what they are in the register stands in the
//! register. Windows are not here: they follow from each council's lead times, and would change a release without its
//! contract.

use super::super::facts::Facts;
use crate::contracts::term::{ExtensionOption, ExtensionState, Length, Term, end_is_sentinel};
use chrono::{Datelike, NaiveDate, NaiveTime, Offset, SecondsFormat, TimeZone};
use chrono_tz::Europe::London;
use serde_json::{Map, Value, json};

/// From the first day to the last, and to the last day with every option.
pub(super) fn period(term: &Term) -> Option<Value> {
    let terminated = term.terminated_on();
    let end = terminated.or_else(|| term.current_end());
    let furthest = term
        .maximum_end()
        .filter(|furthest| terminated.is_none() && end.is_none_or(|end| *furthest > end));
    written(term.starts_on, end, furthest)
}

/// The same of the initial term, which is what was awarded.
pub(super) fn initial_period(term: &Term) -> Option<Value> {
    let end = term
        .initial_ends_on
        .filter(|end| !end_is_sentinel(term.starts_on, *end));
    written(term.starts_on, end, None)
}

fn written(start: Option<NaiveDate>, end: Option<NaiveDate>, furthest: Option<NaiveDate>) -> Option<Value> {
    let mut period = Map::new();
    let start = start.filter(|day| day.year() > 1900);
    let later = |day: &NaiveDate| start.is_none_or(|start| *day >= start);
    let (end, furthest) = (end.filter(later), furthest.filter(later));
    if let Some(start) = start.and_then(begins) {
        period.insert("startDate".into(), json!(start));
    }
    if let Some(end) = end.and_then(ends) {
        period.insert("endDate".into(), json!(end));
    }
    if let Some(furthest) = furthest.and_then(ends) {
        period.insert("maxExtentDate".into(), json!(furthest));
    }
    if let (Some(start), Some(end)) = (start, end) {
        period.insert("durationInDays".into(), json!((end - start).num_days() + 1));
    }
    (!period.is_empty()).then_some(Value::Object(period))
}

/// The first instant of a day in London.
pub(super) fn begins(day: NaiveDate) -> Option<String> {
    at(day, NaiveTime::MIN)
}

/// Its last second.
pub(super) fn ends(day: NaiveDate) -> Option<String> {
    at(day, NaiveTime::from_hms_opt(23, 59, 59)?)
}

fn at(day: NaiveDate, time: NaiveTime) -> Option<String> {
    // The standard's years have four digits.
    let day = Some(day).filter(|day| (1..=9999).contains(&day.year()))?;
    let offset = London
        .offset_from_local_datetime(&day.and_time(time))
        .earliest()?
        .fix();
    let instant = offset.from_local_datetime(&day.and_time(time)).single()?;
    Some(instant.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// What is due on a stated day: the review, and the last day to take each option that can be taken.
pub(super) fn milestones(term: &Term) -> Vec<Value> {
    let mut milestones = Vec::new();
    if let Some(due) = term.review_on.and_then(ends) {
        milestones.push(json!({
            "id": "review", "title": "Review", "type": "assessment", "code": "review", "dueDate": due,
        }));
    }
    for option in term
        .extensions
        .as_slice()
        .iter()
        .filter(|option| can_be_taken(option))
    {
        let Some(due) = option.notice_by.and_then(ends) else {
            continue;
        };
        milestones.push(json!({
            "id": format!("extension-{}", option.ordinal),
            "title": format!("Last day to take extension option {}", option.ordinal),
            "type": "assessment", "code": "extensionDecision", "dueDate": due,
        }));
    }
    milestones
}

fn can_be_taken(option: &ExtensionOption) -> bool {
    option.state == ExtensionState::Available
}

/// The options to extend, as the council words them or else as they are held; nothing, where none are known: that a
/// register names none does not say that there are none.
pub(super) fn renewal(facts: &Facts, term: &Term, prose: Option<&str>) -> Option<Value> {
    let words: Vec<String> = facts.options.iter().map(worded).collect();
    let most = facts.options.len();
    let later = |end: &NaiveDate| Some(*end) > std::cmp::max(term.current_end(), term.starts_on);
    let furthest = term.maximum_end().filter(later);
    let said = match (prose, words.is_empty(), furthest) {
        (Some(prose), false, _) => prose.to_owned(),
        (None, false, _) => words.join("; "),
        (_, true, Some(end)) => format!("Can be extended until {}", end.format("%-d %B %Y")),
        (_, true, None) => return None,
    };
    let mut renewal = json!({ "description": said });
    if most > 0 {
        renewal["maximumRenewals"] = json!(most);
    }
    Some(renewal)
}

fn worded(option: &ExtensionOption) -> String {
    let long = match option.length {
        Length::Months(1) => "1 month".to_owned(),
        Length::Months(months) => format!("{months} months"),
        Length::Until(day) => format!("until {}", day.format("%-d %B %Y")),
    };
    let state = match option.state {
        ExtensionState::Available => "available",
        ExtensionState::Exercised => "taken",
        ExtensionState::Declined => "declined",
        ExtensionState::Lapsed => "lapsed",
    };
    format!("Option {}: {long} ({state})", option.ordinal)
}
