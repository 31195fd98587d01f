//! Dispatch, and holding it: a database that was restored knows of mails as unsent that were sent after the copy was made,
//! so it starts held, and whoever runs the service says what is to go. While it is held mail is written as ever, and
//! what protects an account leaves.
//!
//! How a copy is known: the database counts what it ever sent. On SQLite a file beside it remembers the count, and a
//! copy is behind it; leave that file out of backups. On PostgreSQL a dump lands in another database than it left.

use super::super::app::App;
use super::super::error::Error;
use chrono::{DateTime, Utc};
use entity::dispatch::{Column, Entity, Model};
use entity::outbox;
use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, PaginatorTrait, QueryFilter,
    Statement,
};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use uuid::Uuid;

/// What a mail that a release drops is left with.
const TOLD_BEFORE: &str = "restored: told before";
/// Ids in one statement.
const AT_A_TIME: usize = 1000;

/// Since when dispatch is held, why, and what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// Since when.
    pub since: DateTime<Utc>,
    /// Why.
    pub reason: String,
    /// How many mails would go if it were released.
    pub waiting: u64,
}

/// Whether dispatch is held.
///
/// # Errors
/// When the database fails.
pub async fn held(app: &App) -> Result<Option<Held>, Error> {
    let row = row(app.db.read()).await?;
    let Some(since) = row.held_at else { return Ok(None) };
    let waiting = outbox::Entity::find()
        .filter(outbox::Column::State.eq("queued"))
        .filter(outbox::Column::Stream.is_not_in(["security", "sealed"]));
    Ok(Some(Held {
        since,
        reason: row.held_reason.unwrap_or_default(),
        waiting: waiting.count(app.db.read()).await?,
    }))
}

/// Holds dispatch from now on; whether it was not held already.
///
/// # Errors
/// When the database fails.
pub async fn hold(app: &App, txn: &DatabaseTransaction, reason: &str) -> Result<bool, Error> {
    let done = Entity::update_many()
        .filter(Column::HeldAt.is_null())
        .col_expr(Column::HeldAt, Expr::value(app.clock.now()))
        .col_expr(Column::HeldReason, Expr::value(reason))
        .exec(txn)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Lets mail leave again. What was written before the instant and is not sent is dropped, and so are these: it was told
/// before. Gives how many mails that were.
///
/// # Errors
/// When the database fails.
pub async fn release(
    txn: &DatabaseTransaction,
    drop_before: Option<DateTime<Utc>>,
    retold: &[Uuid],
) -> Result<u64, Error> {
    let mut dropped = 0;
    if let Some(before) = drop_before {
        dropped += drop_unsent(txn, outbox::Column::CreatedAt.lt(before)).await?;
    }
    for ids in retold.chunks(AT_A_TIME) {
        dropped += drop_unsent(txn, outbox::Column::Id.is_in(ids.iter().copied())).await?;
    }
    Entity::update_many()
        .col_expr(Column::HeldAt, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::HeldReason, Expr::value(None::<String>))
        .exec(txn)
        .await?;
    Ok(dropped)
}

async fn drop_unsent(txn: &DatabaseTransaction, which: SimpleExpr) -> Result<u64, Error> {
    let done = outbox::Entity::update_many()
        .filter(outbox::Column::State.is_in(["queued", "leased"]))
        .filter(outbox::Column::Stream.is_not_in(["security", "sealed"]))
        .filter(which)
        .col_expr(outbox::Column::State, Expr::value("suppressed"))
        .col_expr(outbox::Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(outbox::Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(outbox::Column::LastAnswer, Expr::value(TOLD_BEFORE))
        .exec(txn)
        .await?;
    Ok(done.rows_affected)
}

/// Looks whether this database was restored since it last sent, and holds dispatch if it was. Asked before anything is
/// sent from it.
///
/// # Errors
/// When the database fails, or the file beside it cannot be written.
pub async fn look(app: &App) -> Result<Option<Held>, Error> {
    let row = row(app.db.read()).await?;
    app.sending.sent_seen.store(row.sent, Ordering::SeqCst);
    let found = match app.db.backend() {
        DbBackend::Postgres => moved(app, &row).await?,
        _ => app.db.beside("dispatch").and_then(|file| behind(&file, row.sent)),
    };
    if let Some(reason) = found {
        let txn = app.db.begin().await?;
        hold(app, &txn, &reason).await?;
        txn.commit().await?;
    }
    // From here on the row says whether it is held: what it was known by is as of now.
    remember(app, row.sent)?;
    let held = held(app).await?;
    if let Some(held) = &held {
        tracing::warn!(
            "dispatch is held since {}: {}. would go: {}. `guildhall mail release` sends them, `guildhall mail \
             release --drop-before INSTANT` only those written since",
            held.since.to_rfc3339(),
            held.reason,
            held.waiting
        );
    }
    Ok(held)
}

async fn row(db: &impl ConnectionTrait) -> Result<Model, Error> {
    let row = Entity::find().one(db).await?;
    row.ok_or_else(|| Error::fault("the row of dispatch is gone"))
}

/// Why a SQLite file is taken for a copy, if it is.
fn behind(file: &Path, sent: i64) -> Option<String> {
    let known = std::fs::read_to_string(file).ok();
    match known.and_then(|text| text.trim().parse::<i64>().ok()) {
        Some(known) if known > sent => Some(format!(
            "the database was restored: it knows of {sent} mails sent, and {known} were"
        )),
        Some(_) => None,
        None if sent == 0 => None,
        None => Some(format!(
            "the database was restored or moved: {} does not say how many mails it had sent",
            file.display()
        )),
    }
}

/// Why a PostgreSQL database is taken for a copy, if it is; it is remembered as itself from now on.
async fn moved(app: &App, row: &Model) -> Result<Option<String>, Error> {
    let sql = "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || \
               (SELECT oid FROM pg_database WHERE datname = current_database())::text";
    let asked = Statement::from_string(DbBackend::Postgres, sql);
    let own: String = match app.db.read().query_one_raw(asked).await {
        Ok(Some(own)) => own.try_get_by_index(0)?,
        Ok(None) => return Ok(None),
        Err(error) => {
            tracing::warn!(%error, "a restored database is not told from this one");
            return Ok(None);
        }
    };
    if row.fingerprint.as_ref() == Some(&own) {
        return Ok(None);
    }
    let txn = app.db.begin().await?;
    Entity::update_many()
        .col_expr(Column::Fingerprint, Expr::value(&own))
        .exec(&txn)
        .await?;
    let reason = row.fingerprint.as_ref().map(|known| {
        format!("the database was restored or moved: it sent as {known} and is {own} (system/database)")
    });
    if let Some(reason) = &reason {
        hold(app, &txn, reason).await?;
    }
    txn.commit().await?;
    Ok(reason)
}

/// Counts mails as sent; gives the count, where it changed.
pub(super) async fn count(
    app: &App,
    txn: &DatabaseTransaction,
    accepted: usize,
) -> Result<Option<i64>, Error> {
    if accepted == 0 {
        return Ok(None);
    }
    let more = i64::try_from(accepted).unwrap_or_default();
    let sql = "UPDATE dispatch SET sent = sent + $1 RETURNING sent";
    let counted = Statement::from_sql_and_values(app.db.backend(), sql, [more.into()]);
    let counted = txn.query_one_raw(counted).await?;
    Ok(Some(
        counted
            .ok_or_else(|| Error::fault("the row of dispatch is gone"))?
            .try_get_by_index(0)?,
    ))
}

/// After a count was committed: remembers it, and holds dispatch where it is behind what this process has seen.
pub(super) async fn counted(app: &App, sent: i64) -> Result<(), Error> {
    let seen = app.sending.sent_seen.load(Ordering::SeqCst);
    if sent <= seen {
        let reason = format!(
            "the database was restored under a running server: it knew of {seen} mails sent, and now of {sent}"
        );
        tracing::error!("dispatch is held: {reason}");
        let txn = app.db.begin().await?;
        hold(app, &txn, &reason).await?;
        txn.commit().await?;
    }
    // Not before: a hold that failed is made up for by the next count.
    app.sending.sent_seen.store(sent, Ordering::SeqCst);
    remember(app, sent)
}

/// Writes the count beside a SQLite file; replaced as a whole, so that a process that dies over it leaves the last.
fn remember(app: &App, sent: i64) -> Result<(), Error> {
    let Some(file) = app.db.beside("dispatch") else {
        return Ok(());
    };
    let written = |at: &Path| -> std::io::Result<()> {
        let new: PathBuf = at.with_extension("dispatch.new");
        std::fs::write(&new, sent.to_string())?;
        std::fs::rename(&new, at)
    };
    written(&file).map_err(|e| Error::fault(format!("{}: {e}", file.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_knows_of_more_mails_than_the_database_betrays_a_copy() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("g.dispatch");
        assert_eq!(behind(&file, 0), None, "fresh");
        assert!(behind(&file, 7).unwrap().contains("moved"));
        std::fs::write(&file, "12").unwrap();
        assert!(
            behind(&file, 7)
                .unwrap()
                .contains("knows of 7 mails sent, and 12 were")
        );
        assert_eq!(behind(&file, 12), None);
        assert_eq!(
            behind(&file, 13),
            None,
            "the process died before it wrote the file"
        );
        std::fs::write(&file, "").unwrap();
        assert!(behind(&file, 7).is_some());
    }
}
