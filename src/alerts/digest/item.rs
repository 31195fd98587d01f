//! What a mail says of one event: what it is about, what to do and by when, the facts with their sources, and what changed.

use super::super::ledger::Notified;
use crate::access::Viewer;
use crate::contracts::openings::{self, Described, Parties};
use crate::contracts::windows::WindowKind;
use crate::councils::directory;
use crate::events::{About, Event, Kind};
use crate::needs::{self, Need};
use crate::pilots::changes::{self, Told};
use crate::runtime::clock::{in_words, london_date};
use crate::runtime::letter::{day, pounds};
use crate::runtime::mail::clean;
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Titles longer than this are cut.
const TITLE: usize = 200;
/// Groups below this are of windows that opened.
pub(super) const WINDOWS: u8 = 10;

/// One thing that is told.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Item {
    /// How many events it tells.
    pub(super) events: usize,
    pub(super) council: String,
    /// Its place among the council's groups, and its name.
    pub(super) group: (u8, String),
    /// The mail's heading, if it tells nothing else.
    pub(super) heading: String,
    pub(super) title: String,
    url: String,
    /// The day or instant to act by, and how far that is.
    by: Option<String>,
    by_in: Option<String>,
    action: &'static str,
    warning: Option<&'static str>,
    change: Option<String>,
    facts: Vec<Fact>,
}

#[derive(Clone, Debug, Serialize)]
struct Fact {
    label: &'static str,
    value: String,
    source: Option<String>,
}

/// What events are about, read together.
pub(super) struct Known {
    contracts: HashMap<Uuid, Described>,
    parties: HashMap<Uuid, Parties>,
    needs: HashMap<Uuid, Need>,
    pilots: HashMap<Uuid, Told>,
}

impl Known {
    pub(super) async fn read(app: &App, rows: &[&Notified]) -> Result<Self, Error> {
        let of = |pick: fn(About) -> Option<Uuid>| {
            let ids: HashSet<Uuid> = rows.iter().filter_map(|row| pick(row.event.about)).collect();
            ids.into_iter().collect::<Vec<_>>()
        };
        let contracts = of(|about| {
            if let About::Contract(id) = about {
                Some(id)
            } else {
                None
            }
        });
        let needs = of(|about| {
            if let About::Need(id) = about {
                Some(id)
            } else {
                None
            }
        });
        let pilots = of(|about| {
            if let About::Pilot(id) = about {
                Some(id)
            } else {
                None
            }
        });
        Ok(Self {
            contracts: openings::described(app.db.read(), &contracts).await?,
            parties: openings::parties(app.db.read(), &contracts).await?,
            needs: needs::by_ids(app, &Viewer::System, &needs).await?,
            pilots: changes::told_of(app, &pilots).await?,
        })
    }
}

/// What presses most comes first: what closes soonest, then what happened first.
pub(super) fn urgency(event: &Event) -> (NaiveDate, DateTime<Utc>, Uuid) {
    let closes = event.window.as_ref().and_then(|window| window.closes_on);
    (closes.unwrap_or(NaiveDate::MAX), event.happened_at, event.id)
}

/// The name of the council that an event happened to.
pub(super) fn council(event: &Event) -> String {
    let council = directory().by_id(event.council_id);
    council
        .map_or("A council", |council| council.facts.name)
        .to_owned()
}

/// The group of an event within its council: order and name.
pub(super) fn group(event: &Event) -> (u8, String) {
    let window = event
        .window
        .as_ref()
        .and_then(|window| WindowKind::parse(&window.kind));
    let (order, name) = match (event.kind, window) {
        (Kind::WindowClosing, Some(kind)) => (WINDOWS, format!("About to close: {}", kind_words(kind))),
        (_, Some(kind)) => (kind as u8, kind_words(kind).to_owned()),
        (kind, None) => (WINDOWS + 1 + kind as u8, event_words(kind).to_owned()),
    };
    (order, name)
}

/// The first of these rows as items; what changed about a contract stands with its window, if that is told too.
pub(super) fn of_rows(
    app: &App,
    rows: &[Notified],
    known: &Known,
    today: NaiveDate,
    most: usize,
) -> Vec<Item> {
    let rows = &rows[..rows.len().min(most)];
    let mut items: Vec<(About, Item)> = Vec::new();
    let (changed, others): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row.event.kind == Kind::DatesChanged);
    for row in others {
        items.extend(item(app, &row.event, known, today).map(|item| (row.event.about, item)));
    }
    for row in changed {
        let change = change(&row.event.detail);
        let window = items
            .iter_mut()
            .find(|(about, item)| *about == row.event.about && item.group.0 < WINDOWS);
        match window {
            Some((_, item)) => item.change = change,
            None => items.extend(item(app, &row.event, known, today).map(|item| (row.event.about, item))),
        }
    }
    items.into_iter().map(|(_, item)| item).collect()
}

fn item(app: &App, event: &Event, known: &Known, today: NaiveDate) -> Option<Item> {
    let (sign, id, title, facts) = match event.about {
        About::Contract(id) => {
            let contract = known.contracts.get(&id)?;
            let facts = contract_facts(contract, known.parties.get(&id));
            ("contract", id, &contract.title, facts)
        }
        About::Need(id) => {
            let need = known.needs.get(&id)?;
            ("need", id, &need.statement.title, need_facts(event, need))
        }
        About::Pilot(id) => {
            let told = known.pilots.get(&id)?;
            ("pilot", id, &told.pilot.said.title, pilot_facts(told))
        }
    };
    let (by, by_in, warning) = deadline(event, known, today);
    let window = event
        .window
        .as_ref()
        .and_then(|window| WindowKind::parse(&window.kind));
    let group = group(event);
    Some(Item {
        events: 1,
        council: council(event),
        heading: match (event.kind, window) {
            (Kind::WindowOpened, Some(_)) => "A contract window has opened".to_owned(),
            _ => group.1.clone(),
        },
        group,
        title: clean(title, TITLE),
        url: format!("{}/{sign}/{}", app.public_url, id.simple()),
        action: window.map_or_else(|| event_action(event.kind), |kind| action(kind, by.is_some())),
        by,
        by_in,
        warning,
        change: change(&event.detail),
        facts,
    })
}

type Deadline = (Option<String>, Option<String>, Option<&'static str>);

fn deadline(event: &Event, known: &Known, today: NaiveDate) -> Deadline {
    if let About::Pilot(id) = event.about {
        let open = !matches!(event.kind, Kind::PilotCancelled | Kind::PilotOutcome);
        let at = known
            .pilots
            .get(&id)
            .and_then(|told| told.pilot.deadline_at)
            .filter(|_| open);
        let near = at.map(|at| days_from(today, london_date(at)));
        return (at.map(in_words), near, None);
    }
    let Some(closes) = event.window.as_ref().and_then(|window| window.closes_on) else {
        return (None, None, None);
    };
    let missed = "This window opened and closed while the service was not running.";
    let warning = (closes < today).then_some(missed);
    let near = (closes >= today).then(|| days_from(today, closes));
    (Some(day(closes)), near, warning)
}

fn fact(label: &'static str, value: Option<String>) -> Fact {
    Fact {
        label,
        value: value.unwrap_or_else(|| "none given".to_owned()),
        source: None,
    }
}

fn contract_facts(contract: &Described, parties: Option<&Parties>) -> Vec<Fact> {
    let names = parties
        .map(|parties| parties.suppliers.as_slice())
        .unwrap_or_default();
    let suppliers: Vec<String> = names.iter().map(|name| clean(name, 120)).collect();
    let source = parties.and_then(|parties| parties.source.as_ref());
    let source =
        source.map(|(file, row)| format!("from the council's register, row {row} of {}", clean(file, 80)));
    vec![
        fact(
            "Reference",
            contract.reference.as_ref().map(|reference| clean(reference, 80)),
        ),
        fact(
            if suppliers.len() > 1 {
                "Suppliers"
            } else {
                "Supplier"
            },
            (!suppliers.is_empty()).then(|| suppliers.join(", ")),
        ),
        fact("Value", contract.value_pence.map(pounds)),
        Fact {
            label: "Current end",
            value: contract.current_ends_on.map_or_else(|| "unknown".to_owned(), day),
            source,
        },
    ]
}

fn need_facts(event: &Event, need: &Need) -> Vec<Fact> {
    let said = &need.statement;
    let band = match (said.budget_min_pence, said.budget_max_pence) {
        (Some(least), Some(most)) => Some(format!("{} to {}", pounds(least), pounds(most))),
        (Some(least), None) => Some(format!("from {}", pounds(least))),
        (None, Some(most)) => Some(format!("up to {}", pounds(most))),
        (None, None) => None,
    };
    let mut facts = vec![fact("Budget", band), fact("Wanted by", said.needed_by.map(day))];
    let joined = event.detail.get("council").and_then(Value::as_str);
    let joined = joined.and_then(|id| directory().by_id(id.parse().ok()?));
    facts.extend(joined.map(|council| fact("Joined by", Some(council.facts.name.to_owned()))));
    facts
}

fn pilot_facts(told: &Told) -> Vec<Fact> {
    let said = &told.pilot.said;
    let mut facts = vec![
        fact("Worth at most", Some(pounds(said.cap_pence))),
        fact("Runs for", Some(format!("{} weeks", said.weeks))),
    ];
    let why = told.pilot.outcome_reason.as_ref();
    facts.extend(why.map(|why| fact("Why", Some(clean(why, 500)))));
    facts
}

/// What changed, in a sentence: dates first, then windows.
fn change(detail: &Value) -> Option<String> {
    let date = |value: &Value| {
        value
            .as_str()
            .and_then(|text| text.parse::<NaiveDate>().ok())
            .map(day)
    };
    let at = |value: &Value| {
        value
            .as_str()
            .and_then(|text| text.parse::<DateTime<Utc>>().ok())
            .map(in_words)
    };
    let spell = |value: &Value| {
        date(value)
            .or_else(|| at(value))
            .unwrap_or_else(|| "none".to_owned())
    };
    let mut said = Vec::new();
    for (field, label) in [
        ("currentEndsOn", "the end"),
        ("maximumEndsOn", "the end with every extension"),
        ("reviewOn", "the review date"),
        ("startsOn", "the start"),
        ("deadlineAt", "the deadline"),
    ] {
        if let Some(change) = detail.get(field).filter(|change| change.get("from").is_some()) {
            said.push(format!(
                "{label} was {} and is {}",
                spell(&change["from"]),
                spell(&change["to"])
            ));
        }
    }
    let windows = detail
        .get("windows")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for window in windows {
        let kind = window["kind"].as_str().and_then(WindowKind::parse);
        let (Some(kind), Some(from)) = (kind, window["from"].as_object()) else {
            continue;
        };
        let was = from.get("closesOn").map_or_else(|| "open".to_owned(), spell);
        let is = match window["to"].as_object() {
            Some(to) => format!(
                "to {}",
                to.get("closesOn").map_or_else(|| "open".to_owned(), spell)
            ),
            None => "away".to_owned(),
        };
        said.push(format!(
            "\u{2018}{}\u{2019} moved from {was} {is}",
            kind_words(kind)
        ));
    }
    (!said.is_empty()).then(|| said.join("; "))
}

fn kind_words(kind: WindowKind) -> &'static str {
    match kind {
        WindowKind::Review => "Review due",
        WindowKind::ExtensionDecision => "Decision on an extension",
        WindowKind::Notice => "Notice to stop a renewal",
        WindowKind::MarketEngagement => "Market engagement",
        WindowKind::Reprocurement => "Time to re-procure",
        WindowKind::Expiry => "Ending soon",
        WindowKind::HoldingOver => "Past its end and still running",
    }
}

fn action(kind: WindowKind, closes: bool) -> &'static str {
    match kind {
        WindowKind::Review => "review the contract",
        WindowKind::ExtensionDecision => "decide whether to take the next extension",
        WindowKind::Notice => "serve notice, or the contract renews itself",
        WindowKind::MarketEngagement => "talk to the market before the last safe start",
        WindowKind::Reprocurement => "start the procurement: it is the last safe start",
        WindowKind::Expiry => "the contract ends",
        WindowKind::HoldingOver if closes => "settle what replaces the contract",
        WindowKind::HoldingOver => "Settle what replaces the contract",
    }
}

fn event_words(kind: Kind) -> &'static str {
    match kind {
        Kind::WindowOpened => "Window open",
        Kind::WindowClosing => "About to close",
        Kind::DatesChanged => "Dates changed",
        Kind::ContractAdded => "New in the register",
        Kind::ContractEnded => "Terminated or cancelled",
        Kind::ContractVanished => "No longer in the register",
        Kind::ContractReplaced => "Replaced",
        Kind::NeedStated => "New need",
        Kind::NeedJoined => "Another council says \u{2018}us too\u{2019}",
        Kind::PilotPublished => "New pilot",
        Kind::PilotChanged => "Pilot changed",
        Kind::PilotClosing => "Pilot closes soon",
        Kind::PilotCancelled => "Pilot cancelled",
        Kind::QuestionAnswered => "Question answered",
        Kind::PilotOutcome => "Pilot decided",
    }
}

fn event_action(kind: Kind) -> &'static str {
    match kind {
        Kind::WindowOpened | Kind::WindowClosing => "see the contract",
        Kind::DatesChanged => "Check your plans against the new dates",
        Kind::ContractAdded => "See when it ends",
        Kind::ContractEnded => "It needs no renewal any more",
        Kind::ContractVanished => "Ask the council: it left the register before its end",
        Kind::ContractReplaced => "See what replaces it",
        Kind::NeedStated => "See whether you have an answer",
        Kind::NeedJoined => "More councils want it",
        Kind::PilotPublished | Kind::PilotClosing => "bids are due",
        Kind::PilotChanged => "bids are due, later than before",
        Kind::PilotCancelled => "Nothing more to do",
        Kind::QuestionAnswered => "read the answer before you bid",
        Kind::PilotOutcome => "See what was decided",
    }
}

fn days_from(today: NaiveDate, date: NaiveDate) -> String {
    match (date - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}
