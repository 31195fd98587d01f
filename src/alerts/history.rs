//! Why somebody did or did not hear of something: each event, which of their searches found it and what the others missed,
//! the row of the ledger, and what became of its mail.

use super::filter::Part;
use super::matching::MayBid;
use super::searches::{Origin, SavedSearch, State};
use super::subject::{self, Subject};
use super::{ledger, store};
use crate::access::{Action, Resource, Viewer, accounts, authorize};
use crate::events::{self, About, Event};
use crate::runtime::outbox::queue::{self, Attempt};
use crate::runtime::outbox::{self, Outcome};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An event, as it concerned one person.
#[derive(Clone, Debug)]
pub struct Trace {
    /// The event.
    pub event: Event,
    /// Each of the person's searches, and why it did or did not find the event.
    pub looked: Vec<Looked>,
    /// The row of the ledger, if the person was to hear of it.
    pub notified: Option<Notified>,
    /// What became of the mail, once there is one.
    pub outcome: Option<Outcome>,
    /// Each time that it was offered to a mail server, and what came of it.
    pub attempts: Vec<Attempt>,
}

/// A search that looked at an event.
#[derive(Clone, Debug)]
pub struct Looked {
    /// The search, as it is now.
    pub search: SavedSearch,
    /// Why it did not find it; nothing, if by what it says now it would.
    pub missed: Option<Missed>,
    /// Whether it is among those that found it then.
    pub found: bool,
}

/// Why a search does not find an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// This part does not hold.
    Part(Part),
    /// It was saved after it happened.
    Later,
    /// It is paused, or was unsubscribed from.
    NotAtWork,
    /// What the event was about is not there any more, or not public.
    Gone,
}

/// A row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notified {
    /// due, mailed or suppressed.
    pub state: String,
    /// When it was or is to be mailed.
    pub due_at: DateTime<Utc>,
    /// Why it is not to be.
    pub reason: Option<String>,
    /// When it was found.
    pub found_at: DateTime<Utc>,
}

/// What happened to a thing, latest first, as it concerned a person: oneself, or, for operators, whoever has an address.
///
/// # Errors
/// When the viewer may not ask, nobody has the address, or the database fails.
pub async fn of(
    app: &App,
    viewer: &Viewer,
    address: Option<&str>,
    about: About,
    limit: u64,
) -> Result<Vec<Trace>, Error> {
    let person = asked(app, viewer, address).await?;
    let db = app.db.read();
    let events = events::of(db, about, limit).await?;
    let own = viewer.person().is_some_and(|viewer| viewer.id == person);
    let mut searches = store::mine(db, person).await?;
    // Who bids is nobody else's to know, an operator's included.
    searches.retain(|search| own || search.origin != Origin::Bidder);
    let subjects = subject::of_events(app, &events).await?;
    let ids: Vec<Uuid> = events.iter().map(|event| event.id).collect();
    let mut rows = ledger::of_person(db, person, &ids).await?;
    rows.retain(|row| {
        own || ledger::because(row)
            .iter()
            .any(|id| searches.iter().any(|one| one.id == *id))
    });
    let may_bid = MayBid::of(app, &[person]).await?;
    let mails: Vec<Uuid> = rows.iter().filter_map(|row| row.outbox_id).collect();
    let outcomes = outbox::outcomes(db, &mails).await?;
    let attempts = queue::attempts(app, &mails).await?;
    let trace = |event: Event| {
        let row = rows.iter().find(|row| row.event_id == event.id);
        let found = row.map(ledger::because).unwrap_or_default();
        let subject = subjects.iter().find(|subject| subject.event_id == event.id);
        let looked = searches.iter().map(|search| Looked {
            missed: missed(search, subject, &may_bid),
            found: found.contains(&search.id),
            search: search.clone(),
        });
        Trace {
            looked: looked.collect(),
            notified: row.map(|row| Notified {
                state: row.state.clone(),
                due_at: row.due_at,
                reason: row.reason.clone(),
                found_at: row.created_at,
            }),
            attempts: row
                .and_then(|row| attempts.get(&row.outbox_id?).cloned())
                .unwrap_or_default(),
            outcome: row.and_then(|row| outcomes.get(&row.outbox_id?).cloned()),
            event,
        }
    };
    Ok(events.into_iter().map(trace).collect())
}

async fn asked(app: &App, viewer: &Viewer, address: Option<&str>) -> Result<Uuid, Error> {
    let own = viewer.person().ok_or(Error::NotSignedIn)?;
    match address.filter(|address| !address.eq_ignore_ascii_case(&own.email)) {
        None => {
            authorize(viewer, Action::KeepSearches, Resource::Person(own.id))?;
            Ok(own.id)
        }
        Some(address) => {
            authorize(viewer, Action::Operate, Resource::System)?;
            accounts::of_address(app.db.read(), address)
                .await?
                .ok_or(Error::NotFound)
        }
    }
}

fn missed(search: &SavedSearch, subject: Option<&Subject>, may_bid: &MayBid) -> Option<Missed> {
    let Some(subject) = subject else {
        return Some(Missed::Gone);
    };
    if search.state != State::Active {
        return Some(Missed::NotAtWork);
    }
    if !subject.is_news_since(search.created_at) {
        return Some(Missed::Later);
    }
    let part = search.filter.misses(subject);
    let not_allowed = match search.origin {
        Origin::Bidder | Origin::Holder => Part::Watched,
        _ => Part::MayBid,
    };
    let part = part.or_else(|| (!may_bid.allows(search, subject)).then_some(not_allowed));
    part.map(Missed::Part)
}
