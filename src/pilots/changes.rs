//! What changes about a pilot for those who watch it: its deadline, its state and outcome, addenda to it, answers to its
//! questions.
//!
//! What was written says only that it is worth looking; whether something changed is judged for each viewer by what
//! they may see. Bids and scores change nothing there, so nobody can count them by what is told.

use super::addenda::{self, Addendum};
use super::{Phase, Pilot, State, outcome, questions, store};
use crate::access::Viewer;
use crate::events::{self, About, Happened, Kind};
use crate::runtime::{App, Error};
use chrono::{DateTime, Duration, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

/// A pilot's deadline is near so long before it.
const CLOSING: Duration = Duration::days(3);

/// A pilot that everybody may know of, and the suppliers that have a bid in: for those who are told without asking.
#[derive(Clone, Debug)]
pub struct Told {
    /// The pilot.
    pub pilot: Pilot,
    /// The addenda to it, in their order.
    pub addenda: Vec<Addendum>,
    /// Nobody but these may learn that they are among them.
    pub bidders: Vec<Uuid>,
}

/// The public ones of these pilots.
///
/// # Errors
/// When the database fails.
pub async fn told_of(app: &App, pilots: &[Uuid]) -> Result<HashMap<Uuid, Told>, Error> {
    if pilots.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::by_ids(app.db.read(), pilots).await?;
    let public = found.into_iter().filter(|pilot| pilot.state.is_public());
    let mut addenda = addenda::of(app, pilots).await?;
    let told = |pilot: Pilot| {
        let told = Told {
            addenda: addenda.remove(&pilot.id).unwrap_or_default(),
            pilot,
            bidders: Vec::new(),
        };
        (told.pilot.id, told)
    };
    let mut told: HashMap<Uuid, Told> = public.map(told).collect();
    for (pilot, supplier) in store::bidders(app.db.read(), pilots).await? {
        if let Some(told) = told.get_mut(&pilot) {
            told.bidders.push(supplier);
        }
    }
    Ok(told)
}

/// Takes the bids out of the tender boxes whose deadline has passed, each in a transaction of its own: one that does not
/// open stops nothing else.
///
/// # Errors
/// When the database fails.
pub async fn open_due(app: &App) -> Result<(), Error> {
    for pilot in store::unopened(app.db.read(), app.clock.now()).await? {
        if let Err(error) = open(app, pilot).await {
            tracing::error!(%error, %pilot, "a tender box was not opened; the next pass tries again");
        }
    }
    Ok(())
}

async fn open(app: &App, pilot: Uuid) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    store::locked(app, &txn, pilot).await?;
    Ok(txn.commit().await?)
}

/// Writes the events of pilots whose deadlines are near, once for each deadline; who has a draft and no bid is told so. One that was published with no more
/// time than that has just been told.
///
/// # Errors
/// When the database fails.
pub async fn bring(app: &App, txn: &DatabaseTransaction) -> Result<usize, Error> {
    let now = app.clock.now();
    let near = store::closing_by(txn, now + CLOSING).await?;
    let brought = near.len();
    let ids: Vec<Uuid> = near.iter().map(|row| row.id).collect();
    for pilot in store::by_ids(txn, &ids).await? {
        if pilot.phase(now) == Phase::Open {
            outcome::tell_unfinished(app, txn, &pilot).await?;
        }
    }
    let happened = near.into_iter().filter_map(|row| {
        let deadline = row.deadline_at.filter(|deadline| now < *deadline)?;
        let key = closing_key(row.id, deadline);
        let event = Happened::now(Kind::PilotClosing, key, row.council_id, About::Pilot(row.id));
        (row.updated_at + CLOSING < deadline).then_some(event)
    });
    events::record(app, txn, happened.collect()).await?;
    Ok(brought)
}

/// The key of the event that a deadline is near.
pub(super) fn closing_key(pilot: Uuid, deadline: DateTime<Utc>) -> String {
    format!("{pilot}/closing/{}", deadline.to_rfc3339())
}

/// Something written about a pilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Written {
    /// The pilot.
    pub pilot: Uuid,
    /// What was written: the pilot itself, or a question about it.
    pub what: Uuid,
    /// Which version of it.
    pub version: i32,
}

/// What was written since an instant, that one included.
///
/// # Errors
/// When the database fails.
pub async fn since(app: &App, at: DateTime<Utc>) -> Result<Vec<Written>, Error> {
    let pilots = store::written_since(app.db.read(), at).await?;
    let answers = store::answered_since(app.db.read(), at).await?;
    let pilots = pilots.into_iter().map(|(pilot, version)| Written {
        pilot,
        what: pilot,
        version,
    });
    let answers = answers.into_iter().map(|(pilot, what)| Written {
        pilot,
        what,
        version: 0,
    });
    Ok(pilots.chain(answers).collect())
}

/// What a viewer can tell one moment of a pilot from another by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    state: State,
    deadline_at: Option<DateTime<Utc>>,
    outcome_reason: Option<String>,
    contract_id: Option<Uuid>,
    addenda: usize,
    answers: usize,
}

/// A pilot that the viewer may know of, and what they see of it.
///
/// # Errors
/// When the database fails.
pub async fn seen(app: &App, viewer: &Viewer, pilot: Uuid) -> Result<Option<(Pilot, Seen)>, Error> {
    let Some(pilot) = super::one(app, viewer, pilot).await? else {
        return Ok(None);
    };
    let questions = questions::of_pilot(app, viewer, &pilot).await?;
    let added = addenda::of(app, &[pilot.id]).await?;
    let seen = Seen {
        addenda: added.get(&pilot.id).map_or(0, Vec::len),
        state: pilot.state,
        deadline_at: pilot.deadline_at,
        outcome_reason: pilot.outcome_reason.clone(),
        contract_id: pilot.contract_id,
        answers: questions
            .iter()
            .filter(|question| question.answer.is_some())
            .count(),
    };
    Ok(Some((pilot, seen)))
}
