//! Sessions, opened and ended, and as whom a request comes.

pub use super::sign_in::{Attempt, SignInErrorCode, sign_in};
use super::{Origin, Person, Through, Viewer, letters, store, token_hash, tokens};
use crate::audit;
use crate::runtime::{App, Error};
use chrono::{DateTime, Duration, Utc};
use entity::{device, invitation, mailed_link, person as people, session};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

/// A session ends this long after signing in.
const SESSION: Duration = Duration::hours(12);
/// A device is known this long after it was first signed in on.
const DEVICE: Duration = Duration::days(180);
/// An account this young has signed in nowhere before: its first device is not told as a new one.
const NEW: Duration = Duration::hours(24);

/// A fresh session: the tokens are shown this once.
#[derive(Clone, Debug)]
pub struct Session {
    /// What the browser or program carries.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// A token by which this device is known from now on, if it was not.
    pub device: Option<String>,
    /// Whose it is.
    pub person: Person,
}

/// A session that is under way, as its owner sees it.
#[derive(Clone, Debug)]
pub struct Running {
    /// Which.
    pub id: Uuid,
    /// What the program called itself.
    pub agent: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub current: bool,
}

/// What a program calls itself, as letters say it.
pub(super) fn program(agent: &str) -> String {
    match crate::runtime::mail::clean(agent, 200) {
        name if name.trim().is_empty() => "a program that did not say its name".to_owned(),
        name => name,
    }
}

/// Opens a session for somebody who has proven who they are; tells them when the device is new.
pub(super) async fn open(
    app: &App,
    txn: &DatabaseTransaction,
    person: people::Model,
    strong: bool,
    known: bool,
    origin: &Origin,
) -> Result<Session, Error> {
    let (token, now) = (app.entropy.token(), app.clock.now());
    let row = session::Model {
        token_hash: token_hash(&token),
        id: app.new_id(),
        person_id: person.id,
        agent: crate::runtime::mail::clean(&origin.agent, 200),
        strong,
        created_at: now,
        expires_at: now + SESSION,
    };
    let (agent, through) = (row.agent.clone(), Through::Session { id: row.id, strong });
    let first = now < person.created_at + NEW && !store::has_devices(txn, person.id).await?;
    store::insert_session(txn, row).await?;
    let person = read(txn, person, through).await?;
    let device = if known {
        None
    } else {
        Some(remember(app, txn, person.id).await?)
    };
    if !known && !first {
        let what = format!(
            "You signed in on {}, from a device that you had not used before, with {}.",
            in_words(now),
            program(&agent)
        );
        letters::changed(app, txn, &person, "You signed in on a new device", what).await?;
    }
    Ok(Session {
        token,
        expires_at: now + SESSION,
        device,
        person,
    })
}

/// Makes a device known; gives its token.
pub(super) async fn remember(app: &App, txn: &DatabaseTransaction, person: Uuid) -> Result<String, Error> {
    let token = app.entropy.token();
    let row = device::Model {
        token_hash: token_hash(&token),
        person_id: person,
        expires_at: app.clock.now() + DEVICE,
    };
    store::insert_device(txn, row).await?;
    Ok(token)
}

pub(super) fn in_words(at: DateTime<Utc>) -> String {
    crate::runtime::clock::in_words(at)
}

/// As whom a request with this token comes: anonymous when the token is unknown or has ended.
///
/// # Errors
/// When the database fails.
pub async fn viewer_of(app: &App, token: Option<&str>) -> Result<Viewer, Error> {
    let Some(token) = token else {
        return Ok(Viewer::Anonymous);
    };
    if tokens::is_one(token) {
        return tokens::viewer_of(app, token).await;
    }
    let Some(session) = store::session(app.db.read(), token, app.clock.now()).await? else {
        return Ok(Viewer::Anonymous);
    };
    let Some(person) = store::row(app.db.read(), session.person_id).await? else {
        return Ok(Viewer::Anonymous);
    };
    let through = Through::Session {
        id: session.id,
        strong: session.strong,
    };
    Ok(Viewer::Person(read(app.db.read(), person, through).await?))
}

/// Somebody as of this request. A council that asks for a second factor does not count them without one.
pub(super) async fn read(
    db: &impl sea_orm::ConnectionTrait,
    row: people::Model,
    through: Through,
) -> Result<Person, Error> {
    let mut memberships = store::memberships(db, row.id).await?;
    let strong = match through {
        Through::Session { strong, .. } => strong,
        Through::Token { .. } => row.totp_confirmed,
    };
    let mut waiting = Vec::new();
    if !strong {
        let councils = memberships.iter().filter_map(|of| of.columns().0).collect();
        waiting = store::strict_councils(db, councils).await?;
        memberships.retain(|of| of.columns().0.is_none_or(|council| !waiting.contains(&council)));
    }
    Ok(Person {
        id: row.id,
        email: row.email,
        name: row.name,
        operator: row.operator,
        memberships,
        waiting,
        second_factor: row.totp_confirmed,
        through,
    })
}

/// The viewer's sessions under way, newest first.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn list(app: &App, viewer: &Viewer) -> Result<Vec<Running>, Error> {
    let (_, person) = super::own(viewer)?;
    let rows = store::sessions(app.db.read(), person.id, app.clock.now()).await?;
    Ok(rows
        .into_iter()
        .map(|row| Running {
            current: matches!(person.through, Through::Session { id, .. } if id == row.id),
            id: row.id,
            agent: row.agent,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
        .collect())
}

/// Ends the session the viewer comes by; whether there was one.
///
/// # Errors
/// When the database fails.
pub async fn sign_out(app: &App, viewer: &Viewer) -> Result<bool, Error> {
    let Some(Through::Session { id, .. }) = viewer.person().map(|person| person.through) else {
        return Ok(false);
    };
    end(app, viewer, id).await
}

/// Ends one of the viewer's sessions, at once; whether there was one.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn end(app: &App, viewer: &Viewer, id: Uuid) -> Result<bool, Error> {
    let (_, person) = super::own(viewer)?;
    let txn = app.db.begin().await?;
    let ended = store::delete_session(&txn, person.id, id).await?;
    txn.commit().await?;
    Ok(ended)
}

/// Ends all the viewer's sessions, this one too, and forgets the devices; how many.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn sign_out_everywhere(app: &App, viewer: &Viewer) -> Result<u64, Error> {
    let (permit, person) = super::own(viewer)?;
    let txn = app.db.begin().await?;
    let ended = store::delete_sessions(&txn, person.id, None).await?;
    store::delete_devices(&txn, person.id).await?;
    let detail = serde_json::json!({ "signed out everywhere": ended });
    audit::record(app, &txn, &permit, "person", person.id, &detail).await?;
    txn.commit().await?;
    Ok(ended)
}

/// Forgets what has expired.
pub(super) async fn sweep(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let txn = app.db.begin().await?;
    session::Entity::delete_many()
        .filter(session::Column::ExpiresAt.lt(now))
        .exec(&txn)
        .await?;
    device::Entity::delete_many()
        .filter(device::Column::ExpiresAt.lt(now))
        .exec(&txn)
        .await?;
    mailed_link::Entity::delete_many()
        .filter(mailed_link::Column::ExpiresAt.lt(now))
        .exec(&txn)
        .await?;
    invitation::Entity::delete_many()
        .filter(invitation::Column::ExpiresAt.lt(now))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}
