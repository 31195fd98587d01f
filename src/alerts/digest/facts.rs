//! What events are about, read together, and the facts of each with where they come from.

use super::super::ledger::Notified;
use super::super::subject::Things;
use super::words;
use crate::access::Viewer;
use crate::contracts::openings::{self, Described, Parties};
use crate::contracts::outlook::{self, Outlook};
use crate::contracts::windows::{Window, WindowKind};
use crate::councils::directory;
use crate::events::{About, Event, OfWindow};
use crate::needs::{self, Need};
use crate::pilots::changes::{self, Told};
use crate::runtime::letter::{day, pounds};
use crate::runtime::mail::clean;
use crate::runtime::{App, Error};
use crate::suppliers::evidence::{self, Evidence};
use crate::suppliers::{self, Supplier};
use serde::Serialize;
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Suppliers of a contract that are named.
const SUPPLIERS: usize = 3;

/// A fact: what it is, what it says, and where that comes from.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Fact {
    label: &'static str,
    value: String,
    source: Option<String>,
    /// Whether it only explains.
    quiet: bool,
}

/// What events are about.
pub(in crate::alerts) struct Known {
    pub(super) contracts: HashMap<Uuid, Described>,
    pub(super) outlooks: HashMap<Uuid, Outlook>,
    pub(super) needs: HashMap<Uuid, Need>,
    pub(super) pilots: HashMap<Uuid, Told>,
    pub(super) evidence: HashMap<Uuid, Evidence>,
    holders: HashMap<Uuid, Supplier>,
    parties: HashMap<Uuid, Parties>,
}

impl Known {
    pub(in crate::alerts) async fn read(
        app: &App,
        rows: impl Iterator<Item = &Notified>,
    ) -> Result<Self, Error> {
        let things = Things::of(rows.map(|row| row.event.about));
        let evidence = evidence::by_ids(app, &things.evidence).await?;
        let holders: Vec<Uuid> = evidence.values().map(|held| held.supplier_id).collect();
        Ok(Self {
            outlooks: outlook::outlook(app, &things.contracts).await?,
            parties: openings::parties(app.db.read(), &things.contracts).await?,
            contracts: openings::described(app.db.read(), &things.contracts).await?,
            needs: needs::by_ids(app, &Viewer::Anonymous, &things.needs).await?,
            pilots: changes::told_of(app, &things.pilots).await?,
            evidence,
            holders: suppliers::by_ids(app, &holders).await?,
        })
    }

    /// What tells a contract from others of its title: reference and suppliers.
    pub(super) fn marks(&self, event: &Event) -> Option<String> {
        let About::Contract(id) = event.about else {
            return None;
        };
        let reference = self.contracts.get(&id)?.reference.as_ref();
        let parties = self.parties.get(&id);
        let names = parties.map_or(&[][..], |parties| parties.suppliers.as_slice());
        let marks = reference
            .map(|reference| clean(reference, 80))
            .into_iter()
            .chain(names.iter().take(SUPPLIERS).map(|name| clean(name, 120)));
        let marks: Vec<String> = marks.collect();
        (!marks.is_empty()).then(|| marks.join(", "))
    }

    /// The facts of what an event is about.
    pub(super) fn facts(&self, event: &Event) -> Vec<Fact> {
        match event.about {
            About::Contract(id) => self.of_contract(id, event),
            About::Need(id) => self
                .needs
                .get(&id)
                .map_or_else(Vec::new, |need| of_need(event, need)),
            About::Pilot(id) => self
                .pilots
                .get(&id)
                .map_or_else(Vec::new, |told| of_pilot(event, told)),
            About::Evidence(id) => self
                .evidence
                .get(&id)
                .map_or_else(Vec::new, |held| self.of_evidence(held)),
        }
    }

    fn of_evidence(&self, held: &Evidence) -> Vec<Fact> {
        let said = &held.certificate;
        let holder = self.holders.get(&held.supplier_id);
        let short = |text: &Option<String>| text.as_ref().map(|text| clean(text, 200));
        vec![
            fact("Held by", holder.map(|supplier| clean(&supplier.name, 120))),
            fact("Number", short(&said.reference)),
            fact("From", short(&said.issuer)),
            Fact {
                source: Some("as your organisation\u{2019}s profile says".to_owned()),
                ..fact("Last day", Some(day(said.expires_on)))
            },
        ]
    }

    fn of_contract(&self, id: Uuid, event: &Event) -> Vec<Fact> {
        let Some(contract) = self.contracts.get(&id) else {
            return Vec::new();
        };
        let (parties, outlook) = (self.parties.get(&id), self.outlooks.get(&id));
        let names = parties.map_or(&[][..], |parties| parties.suppliers.as_slice());
        let mut suppliers: Vec<String> = names
            .iter()
            .take(SUPPLIERS)
            .map(|name| clean(name, 120))
            .collect();
        let more = names.len().saturating_sub(SUPPLIERS);
        if more > 0 {
            suppliers.push(format!("and {more} more"));
        }
        let file = parties.and_then(|parties| parties.source.as_ref());
        let file =
            file.map(|(file, row)| format!("from the council's register, row {row} of {}", clean(file, 80)));
        let end = outlook.filter(|_| contract.current_ends_on.is_some());
        let end: Vec<String> = end
            .map(|outlook| outlook.end().to_owned())
            .into_iter()
            .chain(file)
            .collect();
        let reference = contract.reference.as_ref();
        let label = if names.len() > 1 { "Suppliers" } else { "Supplier" };
        let basis = contract.value_basis.as_deref();
        let value = contract.value_pence.map(|pence| words::value(pence, basis));
        let mut facts = vec![
            fact("Reference", reference.map(|reference| clean(reference, 80))),
            fact(label, (!suppliers.is_empty()).then(|| suppliers.join(", "))),
            fact("Value", value),
            Fact {
                source: (!end.is_empty()).then(|| end.join("; ")),
                ..fact(
                    "Current end",
                    Some(contract.current_ends_on.map_or_else(|| "unknown".to_owned(), day)),
                )
            },
        ];
        let window = event.window.as_ref().and_then(window);
        let origin = window
            .zip(outlook)
            .and_then(|(window, outlook)| outlook.origin(&window));
        // The current end says already where the last day before it comes from.
        let told = window.is_some_and(|window| window.kind == WindowKind::Expiry);
        facts.extend(origin.filter(|_| !told).map(|origin| Fact {
            quiet: true,
            ..fact("Where the day comes from", Some(origin))
        }));
        facts
    }
}

/// The window of an event, as it is derived.
fn window(of: &OfWindow) -> Option<Window> {
    Some(Window {
        kind: WindowKind::parse(&of.kind)?,
        ordinal: u16::try_from(of.ordinal).ok()?,
        opens_on: of.opens_on,
        closes_on: of.closes_on,
    })
}

fn fact(label: &'static str, value: Option<String>) -> Fact {
    Fact {
        label,
        value: value.unwrap_or_else(|| "none given".to_owned()),
        source: None,
        quiet: false,
    }
}

fn of_need(event: &Event, need: &Need) -> Vec<Fact> {
    let said = &need.statement;
    let band = words::band(said.budget_min_pence, said.budget_max_pence);
    let mut facts = vec![fact("Budget", band), fact("Wanted by", said.needed_by.map(day))];
    let joined = event.detail.get("council").and_then(Value::as_str);
    let joined = joined.and_then(|id| directory().by_id(id.parse().ok()?));
    facts.extend(joined.map(|council| fact("Joined by", Some(council.facts.name.to_owned()))));
    facts
}

fn of_pilot(event: &Event, told: &Told) -> Vec<Fact> {
    let said = &told.pilot.said;
    let weeks = words::count(i64::from(said.weeks), "week", "weeks");
    let mut facts = vec![
        fact("Worth at most", Some(pounds(said.cap_pence))),
        fact("Runs for", Some(weeks)),
    ];
    let number = event.detail.get("addendum").and_then(Value::as_i64);
    let added = told
        .addenda
        .iter()
        .find(|added| Some(i64::from(added.number)) == number);
    facts.extend(added.map(|added| {
        fact(
            "Addendum",
            Some(format!("{}: {}", added.number, clean(&added.text, 500))),
        )
    }));
    let why = told.pilot.outcome_reason.as_ref();
    facts.extend(why.map(|why| fact("Why", Some(clean(why, 500)))));
    facts
}
