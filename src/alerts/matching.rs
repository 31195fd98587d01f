//! Whom events are for: the searches that match, found by their anchors, and whoever was mailed about what is not so any
//! more. It looks at what shares an anchor with an event, and not at every search; it writes nothing.

use super::filter::anchors;
use super::ledger;
use super::searches::{SavedSearch, State};
use super::store;
use super::subject::Subject;
use crate::access::accounts;
use crate::events::{self, About, Event, Kind};
use crate::pilots::bids::is_eligible;
use crate::runtime::{App, Error};
use crate::suppliers::{self, Supplier};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Events looked at for whom was told of a contract before.
const EARLIER: u64 = 100;

/// An event for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Who.
    pub person_id: Uuid,
    /// Of what.
    pub event_id: Uuid,
    /// Which of their searches found it.
    pub because: Vec<Uuid>,
    /// When they are to be mailed.
    pub due_at: DateTime<Utc>,
}

/// Whom these events are for. `subjects` are of the events; what has none is for nobody.
///
/// # Errors
/// When the database fails.
pub async fn of(app: &App, events: &[Event], subjects: &[Subject]) -> Result<Vec<Found>, Error> {
    let (anchored, shown) = anchored(app, subjects).await?;
    let before = told_before(app, events).await?;
    let wanted: HashSet<Uuid> = anchored
        .iter()
        .map(|(_, search)| *search)
        .chain(before.iter().flat_map(|(_, _, because)| because.iter().copied()))
        .collect();
    let searches = store::by_ids(app.db.read(), &wanted.into_iter().collect::<Vec<_>>()).await?;
    let may_bid = MayBid::read(app, searches.values()).await?;
    let mut found = Finding::default();
    for (anchor, search) in &anchored {
        let Some(search) = searches
            .get(search)
            .filter(|search| search.state == State::Active)
        else {
            continue;
        };
        for index in shown.get(anchor).into_iter().flatten() {
            let subject = &subjects[*index];
            let matches = subject.is_news_since(search.created_at) && search.filter.matches(subject);
            if matches && (!search.filter.may_bid || may_bid.holds(search.person_id, subject)) {
                found.add(subject.event_id, subject.happened_at, search);
            }
        }
    }
    for (event, happened_at, because) in &before {
        for search in because.iter().filter_map(|id| searches.get(id)) {
            if search.state == State::Active {
                found.add(*event, *happened_at, search);
            }
        }
    }
    Ok(found.done())
}

/// What was found so far, by person and event.
#[derive(Default)]
struct Finding(BTreeMap<(Uuid, Uuid), (Vec<Uuid>, DateTime<Utc>)>);

impl Finding {
    fn add(&mut self, event: Uuid, happened_at: DateTime<Utc>, search: &SavedSearch) {
        let due_at = search.rhythm.due(happened_at);
        let (because, due) = self
            .0
            .entry((event, search.person_id))
            .or_insert_with(|| (Vec::new(), due_at));
        if !because.contains(&search.id) {
            because.push(search.id);
        }
        *due = due_at.min(*due);
    }

    fn done(self) -> Vec<Found> {
        let found = |((event_id, person_id), (because, due_at))| Found {
            person_id,
            event_id,
            because,
            due_at,
        };
        self.0.into_iter().map(found).collect()
    }
}

type Shown = HashMap<i64, Vec<usize>>;

/// The searches that share an anchor with one of the subjects, by that; and which subjects show each.
async fn anchored(app: &App, subjects: &[Subject]) -> Result<(Vec<(i64, Uuid)>, Shown), Error> {
    let mut shown: Shown = HashMap::new();
    for (index, subject) in subjects.iter().enumerate() {
        anchors::of_subject(subject, |anchor| shown.entry(anchor).or_default().push(index));
    }
    if shown.is_empty() {
        return Ok((Vec::new(), shown));
    }
    let anchors: Vec<i64> = shown.keys().copied().collect();
    Ok((store::anchored(app.db.read(), &anchors).await?, shown))
}

/// Whoever was mailed about what an event says is not so any more: the event, when it happened, and their searches.
async fn told_before(app: &App, events: &[Event]) -> Result<Vec<(Uuid, DateTime<Utc>, Vec<Uuid>)>, Error> {
    let mut before = Vec::new();
    for event in events {
        let of = match (event.kind, event.about) {
            (Kind::DatesChanged | Kind::ContractEnded | Kind::ContractReplaced, _) => {
                let keys = event.detail.get("void").cloned().unwrap_or_default();
                let keys: Vec<String> = serde_json::from_value(keys).unwrap_or_default();
                events::of_keys(app.db.read(), &keys).await?
            }
            (Kind::ContractVanished, About::Contract(id)) => {
                events::of_contract(app.db.read(), id, EARLIER).await?
            }
            _ => continue,
        };
        let of_windows = of.iter().filter(|earlier| earlier.window.is_some());
        let ids: Vec<Uuid> = of_windows.map(|earlier| earlier.id).collect();
        for (_, _, because) in ledger::mailed_of(app.db.read(), &ids).await? {
            before.push((event.id, event.happened_at, because));
        }
    }
    Ok(before)
}

/// The suppliers of those who ask only for pilots that they may bid for.
#[derive(Default)]
pub(super) struct MayBid {
    of_person: HashMap<Uuid, Vec<Uuid>>,
    suppliers: HashMap<Uuid, Supplier>,
}

impl MayBid {
    async fn read(app: &App, searches: impl Iterator<Item = &SavedSearch>) -> Result<Self, Error> {
        let asking = searches.filter(|search| search.filter.may_bid);
        let people: HashSet<Uuid> = asking.map(|search| search.person_id).collect();
        Self::of(app, &people.into_iter().collect::<Vec<_>>()).await
    }

    pub(super) async fn of(app: &App, people: &[Uuid]) -> Result<Self, Error> {
        if people.is_empty() {
            return Ok(Self::default());
        }
        let of_person = accounts::suppliers_of(app.db.read(), people).await?;
        let ids: HashSet<Uuid> = of_person.values().flatten().copied().collect();
        Ok(Self {
            suppliers: suppliers::by_ids(app, &ids.into_iter().collect::<Vec<_>>()).await?,
            of_person,
        })
    }

    pub(super) fn holds(&self, person: Uuid, subject: &Subject) -> bool {
        subject.reservation.is_some_and(|reservation| {
            let own = self.of_person.get(&person).into_iter().flatten();
            own.filter_map(|id| self.suppliers.get(id))
                .any(|supplier| is_eligible(reservation, supplier))
        })
    }
}
