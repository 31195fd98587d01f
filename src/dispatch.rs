//! Dispatch as operators see and steer it: the mail queue, mails that were given up, and holding what leaves.
//!
//! Sending itself is [`crate::runtime::outbox`]'s.

use crate::access::{Action, Resource, Viewer, authorize};
use crate::alerts::retold;
use crate::audit;
use crate::runtime::outbox::{hold, queue};
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

pub use crate::runtime::outbox::hold::Held;
pub use crate::runtime::outbox::queue::{Attempt, Parked, Queue};

/// What an operator may be told at most of why dispatch is held.
const REASON_LIMIT: usize = 500;

/// How much mail is where.
///
/// # Errors
/// When the viewer may not, or the database fails.
pub async fn status(app: &App, viewer: &Viewer) -> Result<Queue, Error> {
    authorize(viewer, Action::Operate, Resource::System)?;
    queue::queue(app).await
}

/// The mails that were given up, the latest first, each with what came of offering it.
///
/// # Errors
/// When the viewer may not, or the database fails.
pub async fn parked(app: &App, viewer: &Viewer, cut: &Cut) -> Result<Page<(Parked, Vec<Attempt>)>, Error> {
    authorize(viewer, Action::Operate, Resource::System)?;
    let page = queue::parked(app, cut).await?;
    let ids: Vec<_> = page.items.iter().map(|item| item.id).collect();
    let mut attempts = queue::attempts(app, &ids).await?;
    Ok(page.map(|parked| {
        let of = attempts.remove(&parked.id).unwrap_or_default();
        (parked, of)
    }))
}

/// Puts a mail that was given up back in the queue, byte for byte as it was.
///
/// # Errors
/// When the viewer may not, there is no such parked mail, or the database fails.
pub async fn redrive(app: &App, viewer: &Viewer, mail: Uuid) -> Result<(), Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    if queue::redrive(app, &txn, Some(mail)).await? == 0 {
        return Err(Error::NotFound);
    }
    audit::record(app, &txn, &permit, "mail", mail, &json!({ "redriven": 1 })).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

/// Puts every mail that was given up back in the queue; how many they were.
///
/// # Errors
/// When the viewer may not, or the database fails.
pub async fn redrive_all(app: &App, viewer: &Viewer) -> Result<u64, Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    let redriven = queue::redrive(app, &txn, None).await?;
    if redriven > 0 {
        let detail = json!({ "redriven": redriven });
        audit::record(app, &txn, &permit, "dispatch", Uuid::nil(), &detail).await?;
    }
    txn.commit().await?;
    app.work.hurry();
    Ok(redriven)
}

/// Holds dispatch: until it is released nothing leaves but what protects accounts. Whether it was not held already.
///
/// # Errors
/// When the viewer may not, or the database fails.
pub async fn hold(app: &App, viewer: &Viewer, reason: &str) -> Result<bool, Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let reason: String = reason.chars().take(REASON_LIMIT).collect();
    let txn = app.db.begin().await?;
    let held = hold::hold(app, &txn, &reason).await?;
    if held {
        steered(app, &txn, &permit, json!({ "held": true })).await?;
    }
    txn.commit().await?;
    Ok(held)
}

/// Releases dispatch. Mails that are not sent and were written before the instant, or that tell only of what was due before
/// it, are dropped. Gives how many that were.
///
/// # Errors
/// When the viewer may not, or the database fails.
pub async fn release(app: &App, viewer: &Viewer, drop_before: Option<DateTime<Utc>>) -> Result<u64, Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    let retold = match drop_before {
        Some(before) => retold::mails_due_before(&txn, before).await?,
        None => Vec::new(),
    };
    let dropped = hold::release(&txn, drop_before, &retold).await?;
    let detail = json!({ "held": false, "dropBefore": drop_before, "dropped": dropped });
    steered(app, &txn, &permit, detail).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(dropped)
}

async fn steered(
    app: &App,
    txn: &sea_orm::DatabaseTransaction,
    permit: &crate::access::Permit,
    detail: Value,
) -> Result<(), Error> {
    audit::record(app, txn, permit, "dispatch", Uuid::nil(), &detail).await?;
    Ok(())
}
