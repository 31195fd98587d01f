//! What a mail says of one event: what it is about, what to do and by when, the facts with their sources, and what changed.

use super::super::ledger::Notified;
use super::change;
use super::facts::{Fact, Known};
use super::summary::{Group, kind_of_window};
use super::words;
use crate::contracts::windows::WindowKind;
use crate::councils::directory;
use crate::events::{About, Event, Kind};
use crate::runtime::App;
use crate::runtime::clock::{in_words, london_date};
use crate::runtime::letter::day;
use crate::runtime::mail::clean;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use std::collections::HashSet;
use uuid::Uuid;

/// Titles longer than this are cut.
const TITLE: usize = 200;

/// One thing that is told.
#[derive(Clone, Debug, Serialize)]
pub(in crate::alerts) struct Item {
    #[serde(skip)]
    pub(in crate::alerts) organisation: Uuid,
    #[serde(skip)]
    pub(super) group: Group,
    /// The mail's heading, if it tells nothing else.
    #[serde(skip)]
    pub(super) heading: String,
    pub(in crate::alerts) title: String,
    #[serde(skip)]
    pub(in crate::alerts) marks: Option<String>,
    pub(in crate::alerts) url: String,
    /// The day or instant to act by, and how far that is.
    pub(in crate::alerts) by: Option<String>,
    by_in: Option<String>,
    pub(in crate::alerts) action: &'static str,
    warning: Option<String>,
    pub(in crate::alerts) change: Option<String>,
    facts: Vec<Fact>,
}

/// What presses most comes first: what closes soonest, then what happened first.
pub(in crate::alerts) fn urgency(event: &Event) -> (NaiveDate, DateTime<Utc>, Uuid) {
    let closes = event.window.as_ref().and_then(|window| window.closes_on);
    (closes.unwrap_or(NaiveDate::MAX), event.happened_at, event.id)
}

/// The name of a council. Nobody is told what happens to another organisation than a council or their own.
pub(in crate::alerts) fn organisation(id: Uuid) -> &'static str {
    directory()
        .by_id(id)
        .map_or("Your organisation", |council| council.facts.name)
}

/// These rows as items; what changed about a contract stands with its window, if that is told too. Gives also the
/// events that are told with another's item.
pub(super) fn of_rows(
    app: &App,
    rows: &[Notified],
    known: &Known,
    today: NaiveDate,
) -> (Vec<Item>, HashSet<Uuid>) {
    let mut items: Vec<(About, Item)> = Vec::new();
    let (changed, others): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| row.event.kind == Kind::DatesChanged);
    for row in others {
        items.extend(item(app, &row.event, known, today).map(|item| (row.event.about, item)));
    }
    let mut merged = HashSet::new();
    let mut taken: HashSet<About> = HashSet::new();
    for row in changed {
        let about = row.event.about;
        let window = items
            .iter_mut()
            .find(|(of, item)| *of == about && item.group.is_of_windows());
        match window {
            Some((_, item)) if taken.insert(about) => {
                item.change = change::of(&row.event.detail, today);
                merged.insert(row.event.id);
            }
            _ => items.extend(item(app, &row.event, known, today).map(|item| (about, item))),
        }
    }
    (items.into_iter().map(|(_, item)| item).collect(), merged)
}

/// What is said of an event; nothing, where what it is about is not there any more or not public.
pub(in crate::alerts) fn item(app: &App, event: &Event, known: &Known, today: NaiveDate) -> Option<Item> {
    let (sign, id, title) = match event.about {
        About::Contract(id) => ("contract", id, known.contracts.get(&id)?.title.as_str()),
        About::Need(id) => ("need", id, known.needs.get(&id)?.statement.title.as_str()),
        About::Pilot(id) => ("pilot", id, known.pilots.get(&id)?.pilot.said.title.as_str()),
        About::Evidence(id) => {
            let held = known.evidence.get(&id)?;
            ("supplier", held.supplier_id, held.certificate.title())
        }
    };
    let (by, by_in) = deadline(event, known, today);
    let window = kind_of_window(event);
    let group = Group::of(event);
    Some(Item {
        organisation: event.organisation_id,
        heading: match (event.kind, window) {
            (Kind::WindowOpened, Some(_)) => "A contract window has opened".to_owned(),
            _ => group.name(),
        },
        group,
        title: clean(title, TITLE),
        marks: known.marks(event),
        url: format!("{}/{sign}/{}", app.public_url, id.simple()),
        action: match window {
            Some(kind) => words::window_action(kind, by.is_some()),
            None => words::event_action(event.kind),
        },
        by,
        by_in,
        warning: warning(event, known, today),
        change: change::of(&event.detail, today),
        facts: known.facts(event),
    })
}

/// By when to act, and how far that is.
fn deadline(event: &Event, known: &Known, today: NaiveDate) -> (Option<String>, Option<String>) {
    if let About::Pilot(id) = event.about {
        let open = !matches!(
            event.kind,
            Kind::PilotCancelled | Kind::PilotOutcome | Kind::PilotReopened | Kind::PilotResult
        );
        let told = known.pilots.get(&id).filter(|_| open);
        let at = told.and_then(|told| told.pilot.deadline_at);
        let near = at.map(london_date).filter(|day| *day >= today);
        return (at.map(in_words), near.map(|day| words::days_from(today, day)));
    }
    let closes = match event.about {
        About::Evidence(id) => known.evidence.get(&id).map(|held| held.certificate.expires_on),
        _ => event.window.as_ref().and_then(|window| window.closes_on),
    };
    let near = closes.filter(|closes| *closes >= today);
    (
        closes.map(day),
        near.map(|closes| words::days_from(today, closes)),
    )
}

/// What is too late already, and what is left to do.
fn warning(event: &Event, known: &Known, today: NaiveDate) -> Option<String> {
    if let About::Evidence(id) = event.about {
        let lapsed = known.evidence.get(&id)?.certificate.expires_on < today;
        return lapsed.then(|| "It has lapsed already: renew it before you bid.".to_owned());
    }
    let window = event.window.as_ref()?;
    if window.closes_on.is_some_and(|closes| closes < today) {
        return Some(
            "This window has closed already: it opened and closed before this mail could be written."
                .to_owned(),
        );
    }
    let About::Contract(id) = event.about else {
        return None;
    };
    let matters = !matches!(kind_of_window(event)?, WindowKind::Review | WindowKind::Notice);
    known.outlooks.get(&id).filter(|_| matters)?.too_late(today)
}
