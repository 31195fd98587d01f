//! Events in the database.

use super::{About, Event, Happened, Kind, OfWindow};
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::event::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    UpdateMany,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows in one statement: SQLite takes 32,766 values.
const AT_A_TIME: usize = 1000;

pub(super) fn row(id: Uuid, event: Happened, now: DateTime<Utc>) -> ActiveModel {
    let (mut contract, mut need, mut pilot, mut evidence) = (None, None, None, None);
    match event.about {
        About::Contract(id) => contract = Some(id),
        About::Need(id) => need = Some(id),
        About::Pilot(id) => pilot = Some(id),
        About::Evidence(id) => evidence = Some(id),
    }
    let window = event.window;
    ActiveModel {
        id: Set(id),
        kind: Set(event.kind.as_str().into()),
        key: Set(event.key),
        organisation_id: Set(event.organisation_id),
        contract_id: Set(contract),
        need_id: Set(need),
        pilot_id: Set(pilot),
        evidence_id: Set(evidence),
        window_kind: Set(window.as_ref().map(|window| window.kind.clone())),
        ordinal: Set(window.as_ref().map(|window| window.ordinal)),
        opens_on: Set(window.as_ref().map(|window| window.opens_on)),
        closes_on: Set(window.and_then(|window| window.closes_on)),
        detail: Set(event.detail),
        happened_at: Set(event.at.unwrap_or(now)),
        told: Set(false),
        void: Set(None),
    }
}

pub(super) async fn insert(txn: &impl ConnectionTrait, mut rows: Vec<ActiveModel>) -> Result<(), Error> {
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(AT_A_TIME));
        let chunk = std::mem::replace(&mut rows, rest);
        Entity::insert_many(chunk)
            .on_conflict(OnConflict::column(Column::Key).do_nothing().to_owned())
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// Events after this one that nobody was told of yet, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn some_untold(db: &impl ConnectionTrait, after: Uuid, limit: u64) -> Result<Vec<Event>, Error> {
    // In the words of the partial index.
    let untold = Entity::find()
        .filter(Expr::cust("NOT told"))
        .filter(Column::Id.gt(after))
        .filter(Column::Kind.is_in(Kind::ALL.iter().map(|kind| kind.as_str())))
        .order_by_asc(Column::Id)
        .limit(limit);
    read(untold, db).await
}

/// Events of these kinds since an instant that are still so, latest first.
///
/// # Errors
/// When the database fails.
pub async fn since(
    db: &impl ConnectionTrait,
    kinds: &[Kind],
    at: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Event>, Error> {
    let found = Entity::find()
        .filter(Column::Kind.is_in(kinds.iter().map(|kind| kind.as_str())))
        .filter(Column::HappenedAt.gte(at))
        .filter(Column::Void.is_null())
        .order_by_desc(Column::HappenedAt)
        .limit(limit);
    read(found, db).await
}

/// Marks events as told; whoever calls has written who is.
///
/// # Errors
/// When the database fails.
pub async fn told(txn: &impl ConnectionTrait, events: &[Uuid]) -> Result<(), Error> {
    for ids in events.chunks(AT_A_TIME) {
        Entity::update_many()
            .col_expr(Column::Told, Expr::value(true))
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Says of the events with these keys that they are not so any more, and why; that is still to be told.
///
/// # Errors
/// When the database fails.
pub async fn void(txn: &impl ConnectionTrait, keys: &[String], why: &str) -> Result<(), Error> {
    for keys in keys.chunks(AT_A_TIME) {
        voided(txn, why).filter(Column::Key.is_in(keys)).exec(txn).await?;
    }
    Ok(())
}

/// The same of everything that happened to one thing.
///
/// # Errors
/// When the database fails.
pub async fn void_about(txn: &impl ConnectionTrait, about: About, why: &str) -> Result<(), Error> {
    voided(txn, why).filter(is_about(about)).exec(txn).await?;
    Ok(())
}

/// The same of one kind of event, of these contracts.
///
/// # Errors
/// When the database fails.
pub async fn void_of_kind(
    txn: &impl ConnectionTrait,
    kind: Kind,
    contracts: &[Uuid],
    why: &str,
) -> Result<(), Error> {
    for ids in contracts.chunks(AT_A_TIME) {
        let of = Column::ContractId.is_in(ids.iter().copied());
        let which = voided(txn, why).filter(of).filter(Column::Kind.eq(kind.as_str()));
        which.exec(txn).await?;
    }
    Ok(())
}

/// Takes the key away, too: what is so once more happens anew.
fn voided(txn: &impl ConnectionTrait, why: &str) -> UpdateMany<Entity> {
    let key = match txn.get_database_backend() {
        DbBackend::Postgres => "key || '/void/' || id::text",
        _ => "key || '/void/' || hex(id)",
    };
    Entity::update_many()
        .col_expr(Column::Void, Expr::value(why))
        .col_expr(Column::Told, Expr::value(false))
        .col_expr(Column::Key, Expr::cust(key))
        .filter(Column::Void.is_null())
}

/// What people may have been told of these contracts' dates: windows that opened or were about to close, and dates that
/// changed.
///
/// # Errors
/// When the database fails.
pub async fn of_dates(db: &impl ConnectionTrait, contracts: &[Uuid]) -> Result<Vec<Event>, Error> {
    let kinds = [Kind::WindowOpened, Kind::WindowClosing, Kind::DatesChanged];
    let mut found = Vec::new();
    for ids in contracts.chunks(AT_A_TIME) {
        let some = Entity::find()
            .filter(Column::ContractId.is_in(ids.iter().copied()))
            .filter(Column::Kind.is_in(kinds.map(Kind::as_str)));
        found.extend(read(some, db).await?);
    }
    Ok(found)
}

/// The events of these contracts: which contract each is about.
///
/// # Errors
/// When the database fails.
pub async fn about_contracts(
    db: &impl ConnectionTrait,
    contracts: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, Error> {
    let mut about = HashMap::new();
    for ids in contracts.chunks(AT_A_TIME) {
        let of: Vec<(Uuid, Uuid)> = Entity::find()
            .select_only()
            .columns([Column::Id, Column::ContractId])
            .filter(Column::ContractId.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        about.extend(of);
    }
    Ok(about)
}

/// Events by id.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Event>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        let some = Entity::find().filter(Column::Id.is_in(ids.iter().copied()));
        found.extend(read(some, db).await?.into_iter().map(|event| (event.id, event)));
    }
    Ok(found)
}

/// What happened to one thing, latest first, as far back as `limit` events.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &impl ConnectionTrait, about: About, limit: u64) -> Result<Vec<Event>, Error> {
    let found = Entity::find()
        .filter(is_about(about))
        .order_by_desc(Column::HappenedAt)
        .order_by_desc(Column::Id)
        .limit(limit);
    read(found, db).await
}

fn is_about(about: About) -> SimpleExpr {
    match about {
        About::Contract(id) => Column::ContractId.eq(id),
        About::Need(id) => Column::NeedId.eq(id),
        About::Pilot(id) => Column::PilotId.eq(id),
        About::Evidence(id) => Column::EvidenceId.eq(id),
    }
}

async fn read(query: Select<Entity>, db: &impl ConnectionTrait) -> Result<Vec<Event>, Error> {
    let rows = query.all(db).await?;
    Ok(rows.into_iter().filter_map(event).collect())
}

/// The event of a row; nothing, for a kind that a later version wrote.
fn event(row: Model) -> Option<Event> {
    let about = (row.contract_id.map(About::Contract))
        .or(row.need_id.map(About::Need))
        .or(row.pilot_id.map(About::Pilot))
        .or(row.evidence_id.map(About::Evidence))?;
    let window = row
        .window_kind
        .zip(row.opens_on)
        .map(|(kind, opens_on)| OfWindow {
            kind,
            ordinal: row.ordinal.unwrap_or_default(),
            opens_on,
            closes_on: row.closes_on,
        });
    Some(Event {
        id: row.id,
        kind: Kind::parse(&row.kind)?,
        key: row.key,
        organisation_id: row.organisation_id,
        about,
        window,
        detail: row.detail,
        happened_at: row.happened_at,
        void: row.void,
    })
}
