//! What changed in public, for mirrors: every object that everybody sees, in the order in which it last changed.
//!
//! What is written is noted by triggers of the database (the schema step `m0024_changes` says which), so that nobody who
//! writes can forget it, imports and corrections by hand included. [`settle`] numbers it: the audit log calls it, which
//! every transaction that changes something comes to last, and [`catch_up`] does so when the program starts. Numbers are given while
//! one row is held to the end of the transaction, so they come in the order of commits on both databases: whoever has
//! read up to one has missed none below it, whatever is still under way. An object keeps only its last number, and a
//! mirror that is walking meets it there.
//!
//! It knows nothing of what the objects say, nor whether they are public still: whoever reads asks that of the
//! capabilities, as nobody in particular. Others call it; it calls none of them. Next: [`Cursor`].

mod cursor;
mod store;

pub use cursor::{BadCursor, Cursor};

use crate::runtime::outbox::hold;
use crate::runtime::{App, Error, words};
use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

/// Changes that are read at once, at most.
pub const MOST: u64 = 100;

words! {
    /// What kind of object changed.
    #[graphql(name = "ChangeKind")]
    Kind {
        /// A council: its entry, its lead times or its own words.
        Council = "council",
        /// An entry of a register, with its suppliers, options and windows.
        Contract = "contract",
        /// A supplier: its profile, numbers and certificates, and which products it has.
        Supplier = "supplier",
        /// A product that was published.
        Product = "product",
        /// A need that was stated, with who says "us too".
        Need = "need",
        /// A pilot that was published, with its addenda, published answers, decisions and result.
        Pilot = "pilot",
    }
}

/// That an object changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it is.
    pub kind: Kind,
    /// Which.
    pub id: Uuid,
    /// When it last did.
    pub changed_at: DateTime<Utc>,
}

/// Some changes, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// Each object once.
    pub changes: Vec<Change>,
    /// Where to go on.
    pub next: Cursor,
    /// Whether there are more by now.
    pub more: bool,
}

/// What changed since a cursor; everything that is public, where there is none. At most [`MOST`].
///
/// # Errors
/// When the database fails; within, when the cursor is none of this feed.
pub async fn since(app: &App, cursor: Option<&str>, first: u64) -> Result<Result<Changes, BadCursor>, Error> {
    let (feed, last) = store::feed(app.db.read()).await?;
    let read = cursor.map(Cursor::read).transpose();
    let after = match read.and_then(|cursor| cursor.map_or(Ok(0), |cursor| cursor.within(feed, last))) {
        Ok(after) => after,
        Err(bad) => return Ok(Err(bad)),
    };
    let first = usize::try_from(first.min(MOST)).unwrap_or_default();
    let mut rows = store::after(app.db.read(), after, first + 1).await?;
    let more = rows.len() > first;
    rows.truncate(first);
    let number = rows.last().map_or(after, |(number, _)| *number);
    Ok(Ok(Changes {
        changes: rows.into_iter().map(|(_, change)| change).collect(),
        next: Cursor { feed, number },
        more,
    }))
}

/// Numbers what this transaction wrote of public objects. It takes a lock that everybody needs who did, to the end of the
/// transaction: it comes last, after [`crate::audit::record`]'s.
///
/// # Errors
/// When the database refuses; the change must then not be committed.
pub async fn settle(app: &App, txn: &impl ConnectionTrait) -> Result<(), Error> {
    if store::hold(txn).await? {
        store::number(txn, app.clock.now()).await?;
    }
    Ok(())
}

/// Numbers what was noted and not numbered: what was public before there was a feed, and what was written by hand.
///
/// # Errors
/// When the database fails.
pub async fn catch_up(app: &App) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    settle(app, &txn).await?;
    Ok(txn.commit().await?)
}

/// Begins another feed where the database was restored, which dispatch is held for: it gives numbers again that mirrors
/// have seen, for other changes. Asked before anything is served; mirrors are then told to begin anew.
///
/// # Errors
/// When the database fails.
pub async fn begin_anew_if_restored(app: &App) -> Result<(), Error> {
    let Some(held) = hold::held(app).await? else {
        return Ok(());
    };
    let txn = app.db.begin().await?;
    store::begin_anew(&txn, app.new_id(), held.since).await?;
    Ok(txn.commit().await?)
}
