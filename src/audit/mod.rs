//! The record of who did what, to what, and by which right.
//!
//! Written from a [`Permit`], in the transaction of the change it tells of; append-only, which the database
//! enforces. It records; it decides nothing.

use crate::access::Permit;
use crate::runtime::{App, Error};
use entity::audit_entry;
use sea_orm::ActiveValue::Set;
use sea_orm::{ConnectionTrait, EntityTrait};
use uuid::Uuid;

/// Appends an entry about `subject`; `detail` must hold nothing that is sealed, and names people by their ids only.
///
/// # Errors
/// When the database refuses; the change it belongs to must then not be committed.
pub async fn record(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    subject_kind: &str,
    subject: Uuid,
    detail: &serde_json::Value,
) -> Result<(), Error> {
    let now = app.clock.now();
    let entry = audit_entry::ActiveModel {
        id: Set(app.entropy.id(now)),
        at: Set(now),
        actor_id: Set(permit.actor()),
        actor: Set(permit.actor_name().to_owned()),
        action: Set(format!("{:?}", permit.action())),
        subject_kind: Set(subject_kind.to_owned()),
        subject_id: Set(subject),
        detail: Set(detail.clone()),
    };
    audit_entry::Entity::insert(entry)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Takes a person's name out of every entry; gives how many entries there are by them or about them.
///
/// # Errors
/// When the database fails.
pub async fn forget(
    _app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    person: Uuid,
) -> Result<u64, Error> {
    use sea_orm::{ColumnTrait, Condition, PaginatorTrait, QueryFilter};
    let theirs = Condition::any()
        .add(audit_entry::Column::ActorId.eq(person))
        .add(audit_entry::Column::SubjectId.eq(person));
    Ok(audit_entry::Entity::find().filter(theirs).count(txn).await?)
}
