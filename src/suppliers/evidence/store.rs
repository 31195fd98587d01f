//! Evidence in the database.

use super::{Certificate, Evidence, Kind, State};
use crate::access::Permit;
use crate::runtime::Error;
use chrono::{DateTime, NaiveDate, Utc};
use entity::supplier_evidence::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

/// Ids in one statement: SQLite takes 32,766 values.
const AT_A_TIME: usize = 1000;

pub(super) async fn insert(
    txn: &DatabaseTransaction,
    _permit: &Permit,
    evidence: &Evidence,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut row = said(evidence, now);
    row.id = Set(evidence.id);
    row.supplier_id = Set(evidence.supplier_id);
    row.announced = Set(false);
    row.created_at = Set(now);
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Writes it anew; `again` says that its people are to be told once more when it is about to lapse.
pub(super) async fn update(
    txn: &DatabaseTransaction,
    _permit: &Permit,
    evidence: &Evidence,
    again: bool,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let mut row = said(evidence, now);
    row.id = Unchanged(evidence.id);
    if again {
        row.announced = Set(false);
    }
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(evidence.id))
        .exec(txn)
        .await?;
    Ok(())
}

/// What is said of it, without what stays as it was.
fn said(evidence: &Evidence, now: DateTime<Utc>) -> ActiveModel {
    let said = &evidence.certificate;
    ActiveModel {
        id: NotSet,
        supplier_id: NotSet,
        kind: Set(said.kind.as_str().into()),
        name: Set(said.name.clone()),
        reference: Set(said.reference.clone()),
        issuer: Set(said.issuer.clone()),
        cover_pence: Set(said.cover_pence),
        issued_on: Set(said.issued_on),
        expires_on: Set(said.expires_on),
        url: Set(said.url.clone()),
        state: Set(evidence.state.as_str().into()),
        announced: NotSet,
        created_at: NotSet,
        updated_at: Set(now),
        version: Set(evidence.version),
    }
}

/// Evidence whose row nobody else can change until the transaction ends.
pub(super) async fn locked(txn: &DatabaseTransaction, id: Uuid) -> Result<Option<Evidence>, Error> {
    let mut query = Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(txn).await?.map(read).transpose()
}

pub(super) async fn count(txn: &DatabaseTransaction, supplier: Uuid) -> Result<u64, Error> {
    let held = Entity::find()
        .filter(Column::SupplierId.eq(supplier))
        .filter(Column::State.eq(State::Held.as_str()));
    Ok(held.count(txn).await?)
}

pub(super) async fn of(db: &impl ConnectionTrait, suppliers: &[Uuid]) -> Result<Vec<Evidence>, Error> {
    held(db, Column::SupplierId, suppliers).await
}

pub(super) async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Evidence>, Error> {
    held(db, Column::Id, ids).await
}

async fn held(db: &impl ConnectionTrait, by: Column, ids: &[Uuid]) -> Result<Vec<Evidence>, Error> {
    let mut found = Vec::new();
    for ids in ids.chunks(AT_A_TIME) {
        let rows = Entity::find()
            .filter(by.is_in(ids.iter().copied()))
            .filter(Column::State.eq(State::Held.as_str()))
            .order_by_asc(Column::ExpiresOn)
            .order_by_asc(Column::Id)
            .all(db)
            .await?;
        for row in rows {
            found.push(read(row)?);
        }
    }
    Ok(found)
}

/// Marks those whose last day is not after `until` as announced, and gives them with when they were last written.
pub(super) async fn lapsing(
    txn: &DatabaseTransaction,
    until: NaiveDate,
    limit: u64,
) -> Result<Vec<(Evidence, DateTime<Utc>)>, Error> {
    // In the words of the partial index; once more outside, for PostgreSQL looks only at that again when somebody else has
    // just changed the row.
    let sql = format!(
        "UPDATE supplier_evidence SET announced = TRUE WHERE id IN \
         (SELECT id FROM supplier_evidence WHERE state = 'held' AND NOT announced AND expires_on <= $1 \
          ORDER BY expires_on LIMIT {limit}) \
         AND state = 'held' AND NOT announced AND expires_on <= $1 RETURNING *"
    );
    let statement = Statement::from_sql_and_values(txn.get_database_backend(), sql, [until.into()]);
    let mut rows = Entity::find().from_raw_sql(statement).all(txn).await?;
    rows.sort_by_key(|row| (row.expires_on, row.id));
    rows.into_iter()
        .map(|row| {
            let written_at = row.updated_at;
            Ok((read(row)?, written_at))
        })
        .collect()
}

fn read(row: Model) -> Result<Evidence, Error> {
    let unknown = |what: &str| Error::fault(format!("evidence of no known {what}"));
    Ok(Evidence {
        id: row.id,
        supplier_id: row.supplier_id,
        certificate: Certificate {
            kind: Kind::parse(&row.kind).ok_or_else(|| unknown("kind"))?,
            name: row.name,
            reference: row.reference,
            issuer: row.issuer,
            cover_pence: row.cover_pence,
            issued_on: row.issued_on,
            expires_on: row.expires_on,
            url: row.url,
        },
        state: State::parse(&row.state).ok_or_else(|| unknown("state"))?,
        version: row.version,
    })
}
