//! Who was told of what: a row for each person and event, from the moment it is found until it is mailed or is not to be.

use super::matching::Found;
use crate::events::{self, Event};
use crate::runtime::{App, Error, outbox};
use chrono::{DateTime, Utc};
use entity::notification::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Rows or ids in one statement.
const AT_A_TIME: usize = 1000;

/// A row of the ledger with its event.
#[derive(Clone, Debug)]
pub(super) struct Notified {
    pub(super) id: Uuid,
    pub(super) person_id: Uuid,
    pub(super) because: Vec<Uuid>,
    pub(super) event: Event,
}

/// Writes what was found, once for each person and event.
pub(super) async fn insert(app: &App, txn: &impl ConnectionTrait, found: Vec<Found>) -> Result<(), Error> {
    let now = app.clock.now();
    let mut rows = found.into_iter().map(|found| ActiveModel {
        id: Set(app.entropy.id(now)),
        person_id: Set(found.person_id),
        event_id: Set(found.event_id),
        because: Set(serde_json::json!(found.because)),
        state: Set("due".into()),
        due_at: Set(found.due_at),
        reason: Set(None),
        outbox_id: Set(None),
        created_at: Set(now),
    });
    loop {
        let chunk: Vec<ActiveModel> = rows.by_ref().take(AT_A_TIME).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        let once = OnConflict::columns([Column::PersonId, Column::EventId])
            .do_nothing()
            .to_owned();
        Entity::insert_many(chunk)
            .on_conflict(once)
            .exec_without_returning(txn)
            .await?;
    }
}

/// Whoever was mailed about these events: event, person and the searches that found it.
pub(super) async fn mailed_of(
    db: &impl ConnectionTrait,
    events: &[Uuid],
) -> Result<Vec<(Uuid, Uuid, Vec<Uuid>)>, Error> {
    let mut mailed = Vec::new();
    for ids in events.chunks(AT_A_TIME) {
        let rows = Entity::find()
            .filter(Column::EventId.is_in(ids.iter().copied()))
            .filter(Column::State.eq("mailed"))
            .all(db)
            .await?;
        mailed.extend(
            rows.into_iter()
                .map(|row| (row.event_id, row.person_id, because(&row))),
        );
    }
    Ok(mailed)
}

/// The rows of a person about these events.
pub(super) async fn of_person(
    db: &impl ConnectionTrait,
    person: Uuid,
    events: &[Uuid],
) -> Result<Vec<Model>, Error> {
    let rows = Entity::find()
        .filter(Column::PersonId.eq(person))
        .filter(Column::EventId.is_in(events.iter().copied()));
    Ok(rows.all(db).await?)
}

/// Who is due a mail by an instant, longest first, and how much it is about.
pub(super) async fn due(db: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<(Uuid, i64)>, Error> {
    let people = Entity::find()
        .select_only()
        .column(Column::PersonId)
        .column_as(Column::Id.count(), "count")
        // In the words of the partial index.
        .filter(Expr::cust("state = 'due'"))
        .filter(Column::DueAt.lte(now))
        .group_by(Column::PersonId)
        .order_by_asc(Column::DueAt.min());
    Ok(people.into_tuple().all(db).await?)
}

/// What is due to these people by an instant.
pub(super) async fn due_of(
    db: &impl ConnectionTrait,
    people: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Vec<Notified>, Error> {
    let rows = Entity::find()
        .filter(Column::PersonId.is_in(people.iter().copied()))
        .filter(Expr::cust("state = 'due'"))
        .filter(Column::DueAt.lte(now))
        .all(db)
        .await?;
    with_events(db, rows).await
}

/// Rows with their events; without those of a kind that is not known here.
pub(super) async fn with_events(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Notified>, Error> {
    let ids: HashSet<Uuid> = rows.iter().map(|row| row.event_id).collect();
    let events = events::by_ids(db, &ids.into_iter().collect::<Vec<_>>()).await?;
    let notified = |row: Model| {
        Some(Notified {
            id: row.id,
            person_id: row.person_id,
            because: because(&row),
            event: events.get(&row.event_id)?.clone(),
        })
    };
    Ok(rows.into_iter().filter_map(notified).collect())
}

/// Notes that rows which were due are in a mail; gives how many were.
pub(super) async fn mailed(txn: &impl ConnectionTrait, ids: &[Uuid], mail: Uuid) -> Result<u64, Error> {
    let mut noted = 0;
    for ids in ids.chunks(AT_A_TIME) {
        let done = Entity::update_many()
            .filter(Column::Id.is_in(ids.iter().copied()))
            .filter(Column::State.eq("due"))
            .col_expr(Column::State, Expr::value("mailed"))
            .col_expr(Column::OutboxId, Expr::value(mail))
            .exec(txn)
            .await?;
        noted += done.rows_affected;
    }
    Ok(noted)
}

/// Takes back the mails that tell of what is not so any more and that no mail server has been offered yet: what else they
/// tell is due again.
pub(super) async fn unsay(txn: &DatabaseTransaction, void: &[Uuid]) -> Result<(), Error> {
    for ids in void.chunks(AT_A_TIME) {
        let mails: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::OutboxId)
            .distinct()
            .filter(Column::EventId.is_in(ids.iter().copied()))
            .filter(Column::OutboxId.is_not_null())
            .into_tuple()
            .all(txn)
            .await?;
        let withdrawn = outbox::withdraw(txn, &mails, "what it told is not so any more").await?;
        Entity::update_many()
            .filter(Column::OutboxId.is_in(withdrawn))
            .col_expr(Column::State, Expr::value("due"))
            .col_expr(Column::OutboxId, Expr::value(None::<Uuid>))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Notes that rows are not to be mailed, each with why.
pub(super) async fn suppress(
    txn: &impl ConnectionTrait,
    why: &HashMap<String, Vec<Uuid>>,
) -> Result<(), Error> {
    for (reason, ids) in why {
        for ids in ids.chunks(AT_A_TIME) {
            Entity::update_many()
                .filter(Column::Id.is_in(ids.iter().copied()))
                .col_expr(Column::State, Expr::value("suppressed"))
                .col_expr(Column::Reason, Expr::value(reason.as_str()))
                .exec(txn)
                .await?;
        }
    }
    Ok(())
}

pub(super) fn because(row: &Model) -> Vec<Uuid> {
    serde_json::from_value(row.because.clone()).unwrap_or_default()
}

/// Of which of these contracts something was mailed to somebody.
///
/// # Errors
/// When the database fails.
pub async fn mailed_about(txn: &impl ConnectionTrait, contracts: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    let about = events::about_contracts(txn, contracts).await?;
    let events: Vec<Uuid> = about.keys().copied().collect();
    let mut told = HashSet::new();
    for ids in events.chunks(AT_A_TIME) {
        let mailed: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::EventId)
            .filter(Column::EventId.is_in(ids.iter().copied()))
            .filter(Column::State.eq("mailed"))
            .into_tuple()
            .all(txn)
            .await?;
        told.extend(mailed.iter().filter_map(|event| about.get(event)));
    }
    Ok(told)
}
