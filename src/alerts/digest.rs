//! The words of an alert: one mail for a person and a tick, grouped by council and kind of window.

use super::searches::SavedSearch;
use super::unsubscribe::link;
use crate::contracts::openings::Opening;
use crate::contracts::windows::WindowKind;
use crate::runtime::letter::{self, day, pounds};
use crate::runtime::mail::{Letter, clean};
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use minijinja::{Environment, context};
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::LazyLock;
use uuid::Uuid;

/// Contracts listed in one mail: 40 make some 45 kB of HTML, and mail programs clip at 100 kB.
const LISTED: usize = 60;
/// Titles longer than this are cut.
const TITLE: usize = 200;

/// What one saved search has to tell.
#[derive(Clone, Debug)]
pub struct Told<'a> {
    /// The search.
    pub search: SavedSearch,
    /// What opened that it matches.
    pub openings: Vec<&'a Opening>,
}

/// A mail's subject and two bodies.
#[derive(Clone, Debug)]
pub struct Words {
    subject: String,
    text: String,
    html: String,
    unsubscribe_url: String,
}

/// The mail that these words make; `witness` as of [`Letter::witness`].
pub fn letter(app: &App, to: &str, words: Words, witness: String, message_id: String) -> Letter {
    Letter {
        to: to.to_owned(),
        subject: words.subject,
        text: words.text,
        html: words.html,
        unsubscribe_url: Some(words.unsubscribe_url),
        message_id,
        date: app.clock.now().into(),
        witness,
    }
}

/// Words what the searches of a person have to tell. A window that two searches match is told once.
///
/// # Errors
/// When a template cannot be rendered, which is a fault of ours.
pub fn words(app: &App, person: Uuid, told: &[Told<'_>], today: NaiveDate) -> Result<Words, Error> {
    let mut openings: Vec<&Opening> = told
        .iter()
        .flat_map(|told| told.openings.iter().copied())
        .collect();
    openings.sort_by_key(|o| {
        (
            &o.council_name,
            o.window.kind as u8,
            o.window.closes_on,
            o.contract_id,
            o.window.ordinal,
        )
    });
    openings.dedup_by_key(|o| (o.contract_id, o.window));
    let count = openings.len();
    let what = if count == 1 {
        "contract window has".to_owned()
    } else {
        format!("{count} contract windows have")
    };
    let heading = if count == 1 {
        format!("A {what} opened")
    } else {
        format!("{what} opened")
    };
    let subject = match openings.first() {
        Some(only) if count == 1 => format!("{}: {}", kind_words(only.window.kind), clean(&only.title, 120)),
        _ => heading.clone(),
    };
    let reasons: Vec<String> = told
        .iter()
        .map(|told| {
            format!(
                "you saved the search \u{2018}{}\u{2019}",
                clean(&told.search.name, 100)
            )
        })
        .collect();
    let unsubscribe_url = link(app, person);
    let (name, email) = app.mailer.sender();
    let values = context! {
        subject => &subject,
        heading => heading,
        reasons => reasons,
        as_of => day(today),
        unsubscribe_url => &unsubscribe_url,
        sender => context! { name => name, email => email },
        councils => minijinja::value::Serde(councils(app, &openings, today)),
    };
    let render = |template: &str| {
        let template = TEMPLATES.get_template(template).map_err(Error::fault)?;
        template.render(&values).map_err(Error::fault)
    };
    Ok(Words {
        text: render("alert.txt")? + "\n",
        html: render("alert.html")?,
        subject,
        unsubscribe_url,
    })
}

#[derive(Serialize)]
struct OfCouncil {
    name: String,
    windows: Vec<OfKind>,
}

#[derive(Serialize)]
struct OfKind {
    kind: &'static str,
    contracts: Vec<Line>,
    more: Option<More>,
}

#[derive(Serialize)]
struct More {
    count: usize,
    url: String,
}

#[derive(Serialize)]
struct Line {
    title: String,
    reference: Option<String>,
    suppliers: Vec<String>,
    value: Option<String>,
    url: String,
    closes_on: Option<String>,
    closes_in: Option<String>,
    action: &'static str,
    warning: Option<&'static str>,
    dates: Vec<Dated>,
}

#[derive(Serialize)]
struct Dated {
    label: &'static str,
    value: Option<String>,
    source: Option<String>,
}

fn councils(app: &App, openings: &[&Opening], today: NaiveDate) -> Vec<OfCouncil> {
    let mut grouped: BTreeMap<&str, BTreeMap<u8, Vec<&Opening>>> = BTreeMap::new();
    for opening in openings {
        grouped
            .entry(&opening.council_name)
            .or_default()
            .entry(opening.window.kind as u8)
            .or_default()
            .push(opening);
    }
    let mut left = LISTED;
    let mut of_kind = |openings: Vec<&Opening>| {
        let listed = openings.len().min(left);
        left -= listed;
        let rest = openings.len() - listed;
        OfKind {
            kind: openings.first().map_or("", |o| kind_words(o.window.kind)),
            contracts: openings
                .iter()
                .take(listed)
                .map(|opening| line(app, opening, today))
                .collect(),
            more: (rest > 0).then(|| More {
                count: rest,
                url: format!("{}/graphiql", app.public_url),
            }),
        }
    };
    grouped
        .into_iter()
        .map(|(name, kinds)| OfCouncil {
            name: name.to_owned(),
            windows: kinds.into_values().map(&mut of_kind).collect(),
        })
        .collect()
}

fn line(app: &App, opening: &Opening, today: NaiveDate) -> Line {
    let source = opening.source.as_ref();
    let source =
        source.map(|(file, row)| format!("from the council's register, row {row} of {}", clean(file, 80)));
    let missed = opening.window.closes_on.is_some_and(|closes| closes < today);
    Line {
        title: clean(&opening.title, TITLE),
        reference: opening.reference.as_ref().map(|reference| clean(reference, 80)),
        suppliers: opening.suppliers.iter().map(|name| clean(name, 120)).collect(),
        value: opening.value_pence.map(pounds),
        url: format!("{}/graphiql#{}", app.public_url, opening.contract_id.simple()),
        closes_on: opening.window.closes_on.map(day),
        closes_in: opening
            .window
            .closes_on
            .filter(|_| !missed)
            .map(|closes| days_from(today, closes)),
        action: action(opening.window.kind, opening.window.closes_on.is_some()),
        warning: missed.then_some("This window opened and closed while the service was not running."),
        dates: vec![Dated {
            label: "Current end",
            value: opening.current_ends_on.map(day),
            source,
        }],
    }
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

fn days_from(today: NaiveDate, date: NaiveDate) -> String {
    match (date - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {days} days"),
    }
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    letter::templates(&[
        ("alert.txt", include_str!("mail/alert.txt")),
        ("alert.html", include_str!("mail/alert.html")),
    ])
});
