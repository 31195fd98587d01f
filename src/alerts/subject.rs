//! What happened, as searches look at it: an event with what its contract, need or pilot says.

use super::filter::split;
use crate::access::{Viewer, members};
use crate::contracts::openings::{self, Described, Opening};
use crate::contracts::windows::{Window, WindowKind};
use crate::councils::{Council, directory};
use crate::events::{About, Event, Kind, OfWindow};
use crate::needs::{self, Need};
use crate::pilots::changes::{self, Told};
use crate::pilots::{Pilot, Reservation};
use crate::runtime::clock::{london_date, london_instant};
use crate::runtime::{App, Error};
use crate::suppliers::evidence::{self, Evidence};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The event.
    pub event_id: Uuid,
    /// What.
    pub kind: Kind,
    /// To what.
    pub about: About,
    /// In which council, if it is of one.
    pub council: Option<&'static Council>,
    /// Its window, of one.
    pub window: Option<Window>,
    /// When.
    pub happened_at: DateTime<Utc>,
    /// That day in London.
    pub happened_on: NaiveDate,
    /// The words of title, description and product, in lower case.
    pub words: HashSet<String>,
    /// The directorate or service responsible.
    pub department: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// CPV code.
    pub cpv: Option<String>,
    /// The least it is worth, in pence.
    pub least_pence: Option<i64>,
    /// The most.
    pub most_pence: Option<i64>,
    /// in_house, outsourced or shared.
    pub delivery_model: Option<String>,
    /// When the contract ends, the need is wanted or bids are due.
    pub ends_on: Option<NaiveDate>,
    /// Who looks after the contract.
    pub owner_id: Option<Uuid>,
    /// Who has bid for the pilot.
    pub bidders: Vec<Uuid>,
    /// Who may bid for it.
    pub reservation: Option<Reservation>,
    /// The supplier whose evidence it is.
    pub holder: Option<Uuid>,
}

/// The subjects of events; none for what is not there any more, or not public.
///
/// # Errors
/// When the database fails.
pub async fn of_events(app: &App, events: &[Event]) -> Result<Vec<Subject>, Error> {
    let things = Things::of(events.iter().map(|event| event.about));
    let mut contracts = openings::described(app.db.read(), &things.contracts).await?;
    without_former_owners(app, &mut contracts).await?;
    let needs = needs::by_ids(app, &Viewer::System, &things.needs).await?;
    let pilots = changes::told_of(app, &things.pilots).await?;
    let evidence = evidence::by_ids(app, &things.evidence).await?;
    let subject = |event: &Event| match event.about {
        About::Contract(id) => contracts
            .get(&id)
            .and_then(|contract| of_contract(event, contract)),
        About::Need(id) => needs.get(&id).and_then(|need| of_need(event, need)),
        About::Pilot(id) => pilots.get(&id).and_then(|pilot| of_pilot(event, pilot)),
        About::Evidence(id) => evidence.get(&id).and_then(|held| of_evidence(event, held)),
    };
    Ok(events.iter().filter_map(subject).collect())
}

/// What events are about, by sort, each once.
#[derive(Debug, Default)]
pub(super) struct Things {
    pub(super) contracts: Vec<Uuid>,
    pub(super) needs: Vec<Uuid>,
    pub(super) pilots: Vec<Uuid>,
    pub(super) evidence: Vec<Uuid>,
}

impl Things {
    pub(super) fn of(all: impl Iterator<Item = About>) -> Self {
        let mut things = Self::default();
        for about in all.collect::<HashSet<_>>() {
            match about {
                About::Contract(id) => things.contracts.push(id),
                About::Need(id) => things.needs.push(id),
                About::Pilot(id) => things.pilots.push(id),
                About::Evidence(id) => things.evidence.push(id),
            }
        }
        things
    }
}

/// Whoever looked after a contract and has no role in its council any more does not look after it.
async fn without_former_owners(app: &App, contracts: &mut HashMap<Uuid, Described>) -> Result<(), Error> {
    let owners: HashSet<Uuid> = contracts
        .values()
        .filter_map(|contract| contract.owner_id)
        .collect();
    if owners.is_empty() {
        return Ok(());
    }
    let owners: Vec<Uuid> = owners.into_iter().collect();
    let roles = members::councils_of(app.db.read(), &owners).await?;
    for contract in contracts.values_mut() {
        let council = contract.council_id;
        contract.owner_id = contract
            .owner_id
            .filter(|owner| roles.contains(&(*owner, council)));
    }
    Ok(())
}

/// A window that opens, as its event will be looked at.
pub fn of_opening(opening: &Opening) -> Option<Subject> {
    let window = &opening.window;
    let event = Event {
        id: Uuid::nil(),
        kind: Kind::WindowOpened,
        key: String::new(),
        organisation_id: opening.contract.council_id,
        about: About::Contract(opening.contract.id),
        window: Some(OfWindow {
            kind: window.kind.as_str().into(),
            ordinal: window.ordinal.into(),
            opens_on: window.opens_on,
            closes_on: window.closes_on,
        }),
        detail: serde_json::Value::Null,
        happened_at: london_instant(window.opens_on.and_time(NaiveTime::MIN)).max(opening.armed_at),
        void: None,
    };
    of_contract(&event, &opening.contract)
}

/// The subject of an event of a contract.
pub fn of_contract(event: &Event, contract: &Described) -> Option<Subject> {
    let product = contract.product_name.as_deref().unwrap_or_default();
    Some(Subject {
        words: words(&[&contract.title, &contract.description, product]),
        department: contract.department.clone(),
        lgsl: contract.lgsl,
        cpv: contract.cpv.clone(),
        least_pence: contract.value_pence,
        most_pence: contract.value_pence,
        delivery_model: contract.delivery_model.clone(),
        ends_on: contract.current_ends_on,
        owner_id: contract.owner_id,
        ..bare(event)?
    })
}

fn of_need(event: &Event, need: &Need) -> Option<Subject> {
    let said = &need.statement;
    Some(Subject {
        words: words(&[&said.title, &said.problem, &said.outcomes]),
        lgsl: said.lgsl,
        cpv: said.cpv.clone(),
        least_pence: said.budget_min_pence.or(said.budget_max_pence),
        most_pence: said.budget_max_pence.or(said.budget_min_pence),
        ends_on: said.needed_by,
        ..bare(event)?
    })
}

fn of_pilot(event: &Event, told: &Told) -> Option<Subject> {
    let Pilot {
        said, deadline_at, ..
    } = &told.pilot;
    Some(Subject {
        words: words(&[&said.title, &said.summary, &said.success_measures]),
        lgsl: said.lgsl,
        cpv: said.cpv.clone(),
        least_pence: Some(said.cap_pence),
        most_pence: Some(said.cap_pence),
        ends_on: deadline_at.map(london_date),
        bidders: told.bidders.clone(),
        reservation: Some(said.reservation),
        ..bare(event)?
    })
}

fn of_evidence(event: &Event, held: &Evidence) -> Option<Subject> {
    Some(Subject {
        ends_on: Some(held.certificate.expires_on),
        holder: Some(held.supplier_id),
        ..bare(event)?
    })
}

fn bare(event: &Event) -> Option<Subject> {
    let window = event.window.as_ref().and_then(|window| {
        Some(Window {
            kind: WindowKind::parse(&window.kind)?,
            ordinal: u16::try_from(window.ordinal).ok()?,
            opens_on: window.opens_on,
            closes_on: window.closes_on,
        })
    });
    let council = directory().by_id(event.organisation_id);
    // Nothing of a council that is not in the directory any more is told.
    if council.is_none() && !matches!(event.about, About::Evidence(_)) {
        return None;
    }
    Some(Subject {
        event_id: event.id,
        kind: event.kind,
        about: event.about,
        council,
        window,
        happened_at: event.happened_at,
        happened_on: london_date(event.happened_at),
        words: HashSet::new(),
        department: None,
        lgsl: None,
        cpv: None,
        least_pence: None,
        most_pence: None,
        delivery_model: None,
        ends_on: None,
        owner_id: None,
        bidders: Vec::new(),
        reservation: None,
        holder: None,
    })
}

fn words(texts: &[&str]) -> HashSet<String> {
    let lower = texts.join(" ").to_lowercase();
    split(&lower).map(str::to_owned).collect()
}

impl Subject {
    /// The last instant at which it is of use to hear of it: a day before a window closes or bids are due.
    pub fn last_call(&self) -> Option<DateTime<Utc>> {
        let told_in_time = matches!(
            self.kind,
            Kind::WindowOpened
                | Kind::WindowClosing
                | Kind::PilotPublished
                | Kind::PilotClosing
                | Kind::PilotChanged
                | Kind::PilotAddendum
        );
        let last = match self.window {
            Some(window) => window.closes_on,
            None => self.ends_on.filter(|_| matches!(self.about, About::Pilot(_))),
        };
        let eve = last?.pred_opt()?;
        told_in_time.then(|| london_instant(eve.and_time(NaiveTime::MIN)))
    }

    /// Whether a search that was kept since then is told of it. A window counts by the day it opened, if it was told
    /// late: whoever asks in the morning hears of what opens that day.
    pub fn is_news_since(&self, since: DateTime<Utc>) -> bool {
        let opened = self.window.filter(|_| self.kind == Kind::WindowOpened);
        self.happened_at >= since || opened.is_some_and(|window| window.opens_on >= london_date(since))
    }
}
