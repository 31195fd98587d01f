//! The scheduler. A tick writes what the clock brought as events, finds whom each untold event is for, and writes a mail
//! for everybody who is due one. Each step is a transaction of its own that leaves nothing half done: late, twice, on two
//! machines or cut short are all harmless.

use super::{digest, ledger, matching, subject, watches};
use crate::contracts::openings;
use crate::events::{self, Event};
use crate::pilots::changes;
use crate::runtime::{App, Error};
use crate::suppliers::evidence;
use uuid::Uuid;

/// Windows or events in one transaction: others who write wait for it.
const AT_A_TIME: u64 = 1000;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Windows, deadlines and last days of evidence that the clock brought.
    pub brought: usize,
    /// Events that were told.
    pub events: usize,
    /// Mails written.
    pub mails: usize,
}

/// Tells what has happened that was not told yet. Of many processes on one database one does at a time; the others have
/// nothing to tell.
///
/// # Errors
/// When the database fails; the next tick then goes on where this one ended.
pub async fn tick(app: &App) -> Result<Told, Error> {
    let Some(alone) = app.db.alone().await? else {
        return Ok(Told::default());
    };
    let told = work(app).await;
    alone.end().await?;
    told
}

async fn work(app: &App) -> Result<Told, Error> {
    let mut told = Told::default();
    changes::open_due(app).await?;
    loop {
        let brought = bring(app).await?;
        told.brought += brought;
        if brought < AT_A_TIME as usize {
            break;
        }
    }
    let mut after = Uuid::nil();
    loop {
        let untold = events::some_untold(app.db.read(), after, AT_A_TIME).await?;
        let Some(last) = untold.last() else { break };
        after = last.id;
        told.events += tell(app, untold).await?;
    }
    told.mails = digest::write_due(app).await?;
    if told.mails > 0 {
        app.work.wrote();
    }
    Ok(told)
}

async fn bring(app: &App) -> Result<usize, Error> {
    let txn = app.db.begin().await?;
    let brought = openings::bring(app, &txn, AT_A_TIME).await?
        + changes::bring(app, &txn).await?
        + evidence::bring(app, &txn, AT_A_TIME).await?;
    txn.commit().await?;
    Ok(brought)
}

/// Tells events, after taking back what is not so any more. Those that fail are found out by halving, and left for the
/// next tick: nobody else waits for them. Gives how many were told.
async fn tell(app: &App, untold: Vec<Event>) -> Result<usize, Error> {
    let (void, standing): (Vec<_>, Vec<_>) = untold.into_iter().partition(|event| event.void.is_some());
    let mut told = 0;
    // The last goes first: what is not so any more is taken back before anything is found.
    let mut left = vec![(standing, false), (void, true)];
    while let Some((mut some, void)) = left.pop() {
        let done = match (some.is_empty(), void) {
            (true, _) => continue,
            (_, true) => unsay(app, &some).await.map(|()| true),
            (_, false) => find(app, &some).await,
        };
        match done {
            Ok(true) => told += some.len(),
            Err(Error::Fault(cause)) if some.len() == 1 => {
                tracing::error!(event = %some[0].id, cause, "an event could not be told; the next tick tries again");
            }
            Ok(false) | Err(Error::Fault(_)) => {
                let rest = some.split_off(some.len() / 2);
                left.extend([(rest, void), (some, void)]);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(told)
}

async fn unsay(app: &App, void: &[Event]) -> Result<(), Error> {
    let ids: Vec<Uuid> = void.iter().map(|event| event.id).collect();
    let txn = app.db.begin().await?;
    ledger::unsay(&txn, &ids).await?;
    events::told(&txn, &ids).await?;
    Ok(txn.commit().await?)
}

/// Finds whom events are for; whether they were not too many at once. Looking is done before the transaction begins, so
/// that nobody waits for it; what was looked at cannot be told twice, as each event and person are in the ledger once.
async fn find(app: &App, standing: &[Event]) -> Result<bool, Error> {
    let ids: Vec<Uuid> = standing.iter().map(|event| event.id).collect();
    let subjects = subject::of_events(app, standing).await?;
    watches::stand(app, &subjects).await?;
    let Some(found) = matching::of(app, standing, &subjects).await? else {
        return Ok(false);
    };
    let txn = app.db.begin().await?;
    ledger::insert(app, &txn, found).await?;
    events::told(&txn, &ids).await?;
    txn.commit().await?;
    Ok(true)
}
