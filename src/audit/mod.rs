//! The record of who did what, to what, and by which right. It records; it decides nothing.
//!
//! Written from a [`Permit`], in the transaction of the change it tells of. Entries are the leaves of a Merkle tree
//! ([`tree`]) and only commitments to what is personal ([`entry`]), which [`forget()`] can erase beside the tree. A
//! signed [`head::Head`] in somebody else's hands shows any later change ([`check`]). The database refuses to change
//! or delete entries; who can make it do so all the same is found out by [`verify`].

pub mod check;
pub mod entry;
mod forget;
pub mod head;
mod read;
mod sealed;
mod store;
pub mod tree;

pub use check::{Check, ERASURE, Wrong, check_export, signed};
pub use entry::{About, Entry};
pub use forget::{forget, forget_address};
pub use head::{Head, Root, is_signed, public_key, signature};
pub(crate) use read::about;
pub use read::{Filter, Seen, list};
pub use sealed::{opened, sealed};

use crate::access::{self, Attempt, Deed, Permit};
use crate::changes;
use crate::runtime::{App, Error};
use chrono::Duration;
use sea_orm::ConnectionTrait;
use serde_json::Value;
use uuid::Uuid;

/// What is to be recorded.
struct Said<'a> {
    deed: &'a Deed,
    refused: bool,
    subject: (&'a str, Uuid),
    detail: Value,
    about: Option<About>,
}

/// Appends an entry about `subject`; gives what the log has come to. `detail` must hold nothing that is sealed and
/// nothing of a person, for it is never erased: see [`record_about`].
///
/// It takes the lock that everybody who appends must have, to the end of the transaction. So it comes last, after
/// every other write, just before the commit: whoever holds it waits for nobody.
///
/// # Errors
/// When the database refuses; the change it belongs to must then not be committed.
pub async fn record(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    subject_kind: &str,
    subject: Uuid,
    detail: &Value,
) -> Result<Root, Error> {
    record_each(
        app,
        txn,
        permit,
        vec![(subject_kind, subject, detail.clone(), None)],
    )
    .await
}

/// The same, where something is said of a person: names, addresses, what they call their things. That part is erased
/// when they ask for it.
///
/// # Errors
/// As of [`record`].
pub async fn record_about(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    subject_kind: &str,
    subject: Uuid,
    detail: &Value,
    about: About,
) -> Result<Root, Error> {
    record_each(
        app,
        txn,
        permit,
        vec![(subject_kind, subject, detail.clone(), Some(about))],
    )
    .await
}

/// The same for many entries of one permit, in a few statements: kind and id of each subject, detail, and what is
/// said of a person.
///
/// # Errors
/// As of [`record`].
pub async fn record_each(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    entries: Vec<(&str, Uuid, Value, Option<About>)>,
) -> Result<Root, Error> {
    let said = entries.into_iter().map(|(kind, id, detail, about)| Said {
        deed: permit.deed(),
        refused: false,
        subject: (kind, id),
        detail,
        about,
    });
    // Nobody does anything once their account is closed, not even in a request that was under way. Asked before the
    // tree is held: whoever closes an account has its person first.
    if let Some(actor) = permit.actor() {
        access::hold_present(txn, actor).await?;
    }
    let tree = store::hold(txn).await?;
    let root = store::append(app, txn, tree, said.collect()).await?;
    // Everybody who changes something comes by here, last.
    changes::settle(app, txn).await?;
    Ok(root)
}

/// Records something that was tried and refused, in a transaction of its own. The caller has ended the one in which
/// it was refused.
///
/// # Errors
/// When the database fails.
pub async fn refused(
    app: &App,
    attempt: &Attempt,
    subject_kind: &str,
    subject: Uuid,
    detail: Value,
) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    let said = Said {
        deed: attempt.deed(),
        refused: true,
        subject: (subject_kind, subject),
        detail,
        about: None,
    };
    if let Some(actor) = attempt.deed().actor {
        access::hold_present(&txn, actor).await?;
    }
    let tree = store::hold(&txn).await?;
    store::append(app, &txn, tree, vec![said]).await?;
    Ok(txn.commit().await?)
}

/// Whether the same was tried by the same person and refused within this time.
///
/// # Errors
/// When the database fails.
pub async fn was_refused(
    app: &App,
    attempt: &Attempt,
    subject: Uuid,
    within: Duration,
) -> Result<bool, Error> {
    let since = app.clock.now() - within;
    store::was_refused(app.db.read(), attempt.deed(), subject, since).await
}

/// The present head, signed. It is public: it says how much is recorded, and nothing of what.
///
/// # Errors
/// When the database fails.
pub async fn head(app: &App) -> Result<Head, Error> {
    Ok(sign(app, store::root(app.db.read()).await?))
}

/// The head's line for a mail that is written in this transaction: what had been committed by then.
///
/// # Errors
/// When the database fails.
pub async fn witness(app: &App, txn: &impl ConnectionTrait) -> Result<String, Error> {
    Ok(sign(app, store::root(txn).await?).line())
}

/// Signs what [`record`] gave, for somebody to keep.
pub fn sign(app: &App, root: Root) -> Head {
    Head::sign(&app.secret, root, app.clock.now())
}

/// Checks the whole log as it is in the database: the tree, the commitments of what is not erased, what the tree's
/// row says, and that each of these heads is a beginning of it. Gives what the log came to, or the first thing that
/// is wrong.
///
/// # Errors
/// When the database cannot be read.
pub async fn verify(app: &App, heads: Vec<Root>) -> Result<Result<Root, Wrong>, Error> {
    let mut reader = store::Reader::new(app).await?;
    let kept = reader.root().await?;
    let mut check = Check::against(heads);
    loop {
        let entries = reader.next().await?;
        if entries.is_empty() {
            break;
        }
        for entry in entries {
            if let Err(wrong) = entry.and_then(|entry| check.take(&entry)) {
                return Ok(Err(wrong));
            }
        }
    }
    Ok(check.finish().and_then(|root| root.is(kept)))
}

/// Gives every entry to `take`, in order; then what the log has come to, signed.
///
/// # Errors
/// When the database cannot be read, an entry cannot be one, or `take` fails.
pub async fn export(app: &App, mut take: impl FnMut(&Entry) -> std::io::Result<()>) -> Result<Head, Error> {
    let mut reader = store::Reader::new(app).await?;
    let kept = reader.root().await?;
    loop {
        let entries = reader.next().await?;
        if entries.is_empty() {
            return Ok(sign(app, kept));
        }
        for entry in entries {
            take(&entry.map_err(Error::fault)?).map_err(Error::fault)?;
        }
    }
}
