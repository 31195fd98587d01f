//! Alerts that were written, for those who watch for them instead of waiting for the mail.

use crate::access::{Action, Resource, Viewer, authorize};
use crate::runtime::outbox::Stream;
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::outbox::{Column, Entity};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// An alert, as its mail tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alert {
    /// The mail's subject.
    pub subject: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
}

/// Whom alerts were written for since an instant, that one included, and in which mail.
///
/// # Errors
/// When the database fails.
pub async fn since(app: &App, at: DateTime<Utc>) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let written = Entity::find()
        .select_only()
        .columns([Column::PersonId, Column::Id])
        .filter(Column::CreatedAt.gte(at))
        .filter(Column::Stream.eq(Stream::Alert.as_str()))
        .filter(Column::PersonId.is_not_null());
    Ok(written.into_tuple().all(app.db.read()).await?)
}

/// Whose alerts the viewer may watch: their own.
///
/// # Errors
/// When nobody is signed in, or not by a session of their own.
pub fn watched(viewer: &Viewer) -> Result<Uuid, Error> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?.id;
    authorize(viewer, Action::KeepSearches, Resource::Person(person))?;
    Ok(person)
}

/// One of the viewer's alerts.
///
/// # Errors
/// When they may not watch, or the database fails.
pub async fn one(app: &App, viewer: &Viewer, mail: Uuid) -> Result<Option<Alert>, Error> {
    let person = watched(viewer)?;
    let found: Option<(String, DateTime<Utc>)> = Entity::find_by_id(mail)
        .select_only()
        .columns([Column::Subject, Column::CreatedAt])
        .filter(Column::PersonId.eq(person))
        .filter(Column::Stream.eq(Stream::Alert.as_str()))
        .into_tuple()
        .one(app.db.read())
        .await?;
    Ok(found.map(|(subject, written_at)| Alert { subject, written_at }))
}
