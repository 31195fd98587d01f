//! The scheduler. A tick writes what the clock brought as events, finds whom each untold event is for, and writes a mail
//! for everybody who is due one. Each step is a transaction of its own that leaves nothing half done: late, twice, on two
//! machines or cut short are all harmless.

use super::{digest, ledger, matching, subject, watches};
use crate::contracts::openings;
use crate::events;
use crate::pilots::changes;
use crate::runtime::{App, Error};
use uuid::Uuid;

/// Windows or events in one transaction: others who write wait for it.
const AT_A_TIME: u64 = 1000;

/// What a tick did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Windows and deadlines that the clock brought.
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
    let mut told = Told::default();
    let Some(_alone) = app.db.alone().await? else {
        return Ok(told);
    };
    loop {
        let brought = bring(app).await?;
        told.brought += brought;
        if brought < AT_A_TIME as usize {
            break;
        }
    }
    loop {
        let events = tell(app).await?;
        told.events += events;
        if events == 0 {
            break;
        }
    }
    told.mails = digest::write_due(app).await?;
    if told.mails > 0 {
        app.work.wrote();
    }
    Ok(told)
}

async fn bring(app: &App) -> Result<usize, Error> {
    let txn = app.db.begin().await?;
    let brought = openings::bring(app, &txn, AT_A_TIME).await? + changes::bring(app, &txn).await?;
    txn.commit().await?;
    Ok(brought)
}

/// Finds whom the oldest untold events are for, after taking back what is not so any more. Looking is done before the
/// transaction begins, so that nobody waits for it; what was looked at cannot be told twice, as each event and person are
/// in the ledger once.
async fn tell(app: &App) -> Result<usize, Error> {
    let untold = events::some_untold(app.db.read(), AT_A_TIME).await?;
    let (void, standing): (Vec<_>, Vec<_>) = untold.into_iter().partition(|event| event.void.is_some());
    if !void.is_empty() {
        let ids: Vec<Uuid> = void.iter().map(|event| event.id).collect();
        let txn = app.db.begin().await?;
        ledger::unsay(&txn, &ids).await?;
        events::told(&txn, &ids).await?;
        txn.commit().await?;
    }
    if !standing.is_empty() {
        let ids: Vec<Uuid> = standing.iter().map(|event| event.id).collect();
        let subjects = subject::of_events(app, &standing).await?;
        watches::stand(app, &subjects).await?;
        let found = matching::of(app, &standing, &subjects).await?;
        let txn = app.db.begin().await?;
        ledger::insert(app, &txn, found).await?;
        events::told(&txn, &ids).await?;
        txn.commit().await?;
    }
    Ok(void.len() + standing.len())
}
