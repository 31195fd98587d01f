//! Whom events are for: the searches that match, found by their anchors, and whoever was mailed about what is not so any
//! more. It looks at what shares an anchor with an event, and not at every search; it writes nothing.

use super::filter::anchors;
use super::ledger;
use super::searches::{Origin, SavedSearch, State};
use super::store;
use super::subject::Subject;
use crate::access::accounts;
use crate::events::{self, About, Event, Kind};
use crate::pilots::eligibility::judge;
use crate::runtime::{App, Error};
use crate::suppliers::{self, Supplier};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// What may be found together: more is not kept in memory, but found anew for fewer events.
const MOST: usize = 200_000;

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

/// Whom these events are for; nothing, if that are too many to find together and there is more than one event.
/// `subjects` are of the events; what has none is for nobody.
///
/// # Errors
/// When the database fails.
pub async fn of(app: &App, events: &[Event], subjects: &[Subject]) -> Result<Option<Vec<Found>>, Error> {
    let (anchored, shown) = anchored(app, subjects).await?;
    let before = told_before(app, events).await?;
    let wanted: HashSet<Uuid> = anchored
        .iter()
        .map(|(_, search)| *search)
        .chain(before.iter().flat_map(|(_, _, because)| because.iter().copied()))
        .collect();
    let searches = store::by_ids(app.db.read(), &wanted.into_iter().collect::<Vec<_>>()).await?;
    let may_bid = MayBid::read(app, searches.values()).await?;
    let ends: HashMap<Uuid, DateTime<Utc>> = subjects
        .iter()
        .filter_map(|subject| Some((subject.event_id, subject.last_call()?)))
        .collect();
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
            if matches && may_bid.allows(search, subject) {
                found.add(subject.event_id, subject.happened_at, &ends, search);
            }
        }
        if found.0.len() > MOST && events.len() > 1 {
            return Ok(None);
        }
    }
    for (event, happened_at, because) in &before {
        for search in because.iter().filter_map(|id| searches.get(id)) {
            if search.state == State::Active {
                found.add(*event, *happened_at, &ends, search);
            }
        }
    }
    Ok(Some(found.done()))
}

/// What was found so far, by person and event.
#[derive(Default)]
struct Finding(BTreeMap<(Uuid, Uuid), (Vec<Uuid>, DateTime<Utc>)>);

impl Finding {
    /// Due at the search's next slot, but before it is too late to act.
    fn add(
        &mut self,
        event: Uuid,
        happened_at: DateTime<Utc>,
        ends: &HashMap<Uuid, DateTime<Utc>>,
        search: &SavedSearch,
    ) {
        let slot = search.rhythm.due(happened_at);
        let due_at = ends
            .get(&event)
            .map_or(slot, |last| slot.min(*last).max(happened_at));
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
    let changed: Vec<(&Event, Uuid)> = events
        .iter()
        .filter_map(|event| match (event.kind, event.about) {
            (
                Kind::DatesChanged | Kind::ContractEnded | Kind::ContractReplaced | Kind::ContractVanished,
                About::Contract(id),
            ) => Some((event, id)),
            _ => None,
        })
        .collect();
    if changed.is_empty() {
        return Ok(Vec::new());
    }
    let contracts: HashSet<Uuid> = changed.iter().map(|(_, id)| *id).collect();
    let contracts: Vec<Uuid> = contracts.into_iter().collect();
    let earlier = events::of_dates(app.db.read(), &contracts).await?;
    let ids: Vec<Uuid> = earlier.iter().map(|event| event.id).collect();
    let mut mailed: HashMap<Uuid, Vec<Vec<Uuid>>> = HashMap::new();
    for (event, _, because) in ledger::mailed_of(app.db.read(), &ids).await? {
        mailed.entry(event).or_default().push(because);
    }
    let mut before = Vec::new();
    for (event, contract) in changed {
        // Of dates that moved, only to those who heard of what is not so any more, or of an earlier move.
        let concerns = |of: &&Event| {
            of.about == About::Contract(contract)
                && of.id != event.id
                && (event.kind != Kind::DatesChanged || of.void.is_some() || of.kind == Kind::DatesChanged)
        };
        for because in earlier
            .iter()
            .filter(concerns)
            .filter_map(|of| mailed.get(&of.id))
            .flatten()
        {
            before.push((event.id, event.happened_at, because.clone()));
        }
    }
    Ok(before)
}

/// The suppliers of those who ask only for pilots that they may bid for, and of those who bid or hold evidence.
#[derive(Default)]
pub(super) struct MayBid {
    of_person: HashMap<Uuid, Vec<Uuid>>,
    suppliers: HashMap<Uuid, Supplier>,
    /// What suppliers say of themselves counts as of this day.
    today: NaiveDate,
}

impl MayBid {
    async fn read(app: &App, searches: impl Iterator<Item = &SavedSearch>) -> Result<Self, Error> {
        let asking = searches.filter(|search| {
            search.filter.may_bid || matches!(search.origin, Origin::Bidder | Origin::Holder)
        });
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
            today: app.clock.today(),
        })
    }

    /// Whether a search that matches is its owner's to hear of: who has left a supplier does not learn that it bids, nor
    /// what it has to renew.
    pub(super) fn allows(&self, search: &SavedSearch, subject: &Subject) -> bool {
        let own = self.of_person.get(&search.person_id).into_iter().flatten();
        let mut own = own.filter(|id| subject.bidders.contains(id) || subject.holder == Some(**id));
        (!matches!(search.origin, Origin::Bidder | Origin::Holder) || own.next().is_some())
            && (!search.filter.may_bid || self.holds(search.person_id, subject))
    }

    pub(super) fn holds(&self, person: Uuid, subject: &Subject) -> bool {
        let asked = subject.reservation.zip(subject.council);
        asked.is_some_and(|(reservation, council)| {
            let own = self.of_person.get(&person).into_iter().flatten();
            own.filter_map(|id| self.suppliers.get(id))
                .any(|supplier| judge(reservation, council, supplier, self.today).may_bid())
        })
    }
}
