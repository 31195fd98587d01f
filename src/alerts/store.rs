//! Saved searches in the database, each with its anchors.

use super::filter::anchors;
use super::rhythm::{Frequency, Rhythm};
use super::searches::{Origin, SavedSearch, State};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::Cut;
use chrono::{DateTime, Utc};
use entity::saved_search::{ActiveModel, Column, Entity, Model};
use entity::search_anchor;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Ids in one statement.
const AT_A_TIME: usize = 1000;

pub(super) async fn count_of(db: &impl ConnectionTrait, person: Uuid) -> Result<u64, Error> {
    Ok(Entity::find()
        .filter(Column::PersonId.eq(person))
        .count(db)
        .await?)
}

/// A search of a person's own, whose row nobody else can change until the transaction ends.
pub(super) async fn held(
    txn: &impl ConnectionTrait,
    person: Uuid,
    id: Uuid,
) -> Result<Option<SavedSearch>, Error> {
    let mut query = Entity::find_by_id(id).filter(Column::PersonId.eq(person));
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(txn).await?.map(read).transpose()
}

pub(super) async fn some_of(
    db: &impl ConnectionTrait,
    person: Uuid,
    cut: &Cut,
) -> Result<Vec<SavedSearch>, Error> {
    let mut query = Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::Id)
        .limit(cut.first + 1);
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.gt(*id));
    }
    query.all(db).await?.into_iter().map(read).collect()
}

/// Every search of a person.
pub(super) async fn mine(db: &impl ConnectionTrait, person: Uuid) -> Result<Vec<SavedSearch>, Error> {
    let rows = Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter().map(read).collect()
}

/// Searches by id, whatever their state; without those that cannot be read, which are logged.
pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, SavedSearch>, Error> {
    found(db, ids, false).await
}

/// The same, held as they are until the transaction ends.
pub(super) async fn by_ids_held(
    txn: &DatabaseTransaction,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, SavedSearch>, Error> {
    found(txn, ids, true).await
}

async fn found(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    held: bool,
) -> Result<HashMap<Uuid, SavedSearch>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        let mut query = Entity::find()
            .filter(Column::Id.is_in(ids.iter().copied()))
            .order_by_asc(Column::Id);
        if held && db.get_database_backend() == DbBackend::Postgres {
            query = query.lock_shared();
        }
        for row in query.all(db).await? {
            let id = row.id;
            match read(row) {
                Ok(search) => drop(found.insert(id, search)),
                Err(error) => tracing::error!(search = %id, %error, "a saved search cannot be read"),
            }
        }
    }
    Ok(found)
}

/// The searches at work that have one of these anchors: anchor and search.
pub(super) async fn anchored(db: &impl ConnectionTrait, anchors: &[i64]) -> Result<Vec<(i64, Uuid)>, Error> {
    let backend = db.get_database_backend();
    let numbers = match backend {
        DbBackend::Postgres => "SELECT json_array_elements_text($1::json)::bigint",
        _ => "SELECT value FROM json_each($1)",
    };
    let sql = format!("SELECT anchor, saved_search_id FROM search_anchor WHERE anchor IN ({numbers})");
    let list = serde_json::to_string(anchors).map_err(Error::fault)?;
    let statement = Statement::from_sql_and_values(backend, sql, [list.into()]);
    #[derive(FromQueryResult)]
    struct Anchored {
        anchor: i64,
        saved_search_id: Uuid,
    }
    let found = Anchored::find_by_statement(statement).all(db).await?;
    Ok(found
        .into_iter()
        .map(|row| (row.anchor, row.saved_search_id))
        .collect())
}

/// The searches of these people that stand of themselves.
pub(super) async fn standing(
    db: &impl ConnectionTrait,
    origin: Origin,
    people: &[Uuid],
) -> Result<HashMap<Uuid, SavedSearch>, Error> {
    let mut found = HashMap::new();
    for people in people.chunks(AT_A_TIME) {
        let rows = Entity::find()
            .filter(Column::PersonId.is_in(people.iter().copied()))
            .filter(Column::Origin.eq(origin.as_str()))
            .all(db)
            .await?;
        for row in rows {
            found.insert(row.person_id, read(row)?);
        }
    }
    Ok(found)
}

pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    search: &SavedSearch,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    insert_standing(txn, search, now).await
}

/// Writes a search that nobody asked for: it stands of itself.
pub(super) async fn insert_standing(
    txn: &impl ConnectionTrait,
    search: &SavedSearch,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    Entity::insert(row(search, now)?)
        .exec_without_returning(txn)
        .await?;
    put_anchors(txn, search).await
}

pub(super) async fn update(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    search: &SavedSearch,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    row(search, now)?.reset_all().update(txn).await?;
    put_anchors(txn, search).await
}

/// Gives a search that stands of itself something else to look for, and leaves what its owner chose.
pub(super) async fn update_standing(
    txn: &impl ConnectionTrait,
    search: &SavedSearch,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let filter = serde_json::to_value(&search.filter).map_err(Error::fault)?;
    Entity::update_many()
        .filter(Column::Id.eq(search.id))
        .col_expr(Column::Filter, Expr::value(filter))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .exec(txn)
        .await?;
    put_anchors(txn, search).await
}

/// Those of these people who keep searches and have unsubscribed from every one.
pub(super) async fn all_unsubscribed(
    db: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashSet<Uuid>, Error> {
    let mut found = HashMap::new();
    for people in people.chunks(AT_A_TIME) {
        let rows: Vec<(Uuid, String)> = Entity::find()
            .select_only()
            .columns([Column::PersonId, Column::State])
            .filter(Column::PersonId.is_in(people.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        for (person, state) in rows {
            *found.entry(person).or_insert(true) &= state == State::Unsubscribed.as_str();
        }
    }
    Ok(found
        .into_iter()
        .filter(|(_, all)| *all)
        .map(|(person, _)| person)
        .collect())
}

pub(super) async fn remove(txn: &impl ConnectionTrait, _permit: &Permit, id: Uuid) -> Result<(), Error> {
    Entity::delete_by_id(id).exec(txn).await?;
    Ok(())
}

async fn put_anchors(txn: &impl ConnectionTrait, search: &SavedSearch) -> Result<(), Error> {
    search_anchor::Entity::delete_many()
        .filter(search_anchor::Column::SavedSearchId.eq(search.id))
        .exec(txn)
        .await?;
    let anchors = anchors::of_filter(&search.filter);
    let rows = anchors.into_iter().map(|anchor| search_anchor::ActiveModel {
        anchor: Set(anchor),
        saved_search_id: Set(search.id),
    });
    search_anchor::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

fn row(search: &SavedSearch, now: DateTime<Utc>) -> Result<ActiveModel, Error> {
    Ok(ActiveModel {
        id: Set(search.id),
        person_id: Set(search.person_id),
        origin: Set(search.origin.as_str().into()),
        name: Set(search.name.clone()),
        filter: Set(serde_json::to_value(&search.filter).map_err(Error::fault)?),
        state: Set(search.state.as_str().into()),
        frequency: Set(search.rhythm.frequency.as_str().into()),
        hour: Set(search.rhythm.hour.into()),
        weekday: Set(search.rhythm.weekday.into()),
        created_at: Set(search.created_at),
        updated_at: Set(now),
        version: Set(search.version),
    })
}

fn read(row: Model) -> Result<SavedSearch, Error> {
    let unknown = |word: &str| Error::fault(format!("{word:?} in a saved search"));
    let small = |number: i32| u8::try_from(number).map_err(Error::fault);
    Ok(SavedSearch {
        id: row.id,
        person_id: row.person_id,
        origin: Origin::parse(&row.origin).ok_or_else(|| unknown(&row.origin))?,
        name: row.name,
        filter: serde_json::from_value(row.filter).map_err(Error::fault)?,
        state: State::parse(&row.state).ok_or_else(|| unknown(&row.state))?,
        rhythm: Rhythm {
            frequency: Frequency::parse(&row.frequency).ok_or_else(|| unknown(&row.frequency))?,
            hour: small(row.hour)?,
            weekday: small(row.weekday)?,
        },
        created_at: row.created_at,
        version: row.version,
    })
}
