//! Pilots, bids and scores in the database.

use super::seal::Sealed;
use super::{Criterion, CriterionKind, Draft, Pilot, State};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use chrono::{DateTime, Utc};
use entity::{bid, bid_score, pilot, pilot_criterion};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: &Pilot,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let said = pilot.said.clone();
    let row = pilot::ActiveModel {
        id: Set(pilot.id),
        council_id: Set(pilot.council_id),
        need_id: Set(said.need_id),
        title: Set(said.title),
        summary: Set(said.summary),
        success_measures: Set(said.success_measures),
        cap_pence: Set(said.cap_pence),
        weeks: Set(said.weeks),
        decides_on: Set(said.decides_on),
        lgsl: Set(None),
        cpv: Set(None),
        reservation: Set("none".into()),
        state: Set(word(pilot.state).into()),
        deadline_at: Set(pilot.deadline_at),
        published_at: Set(None),
        decided_at: Set(None),
        outcome_reason: Set(None),
        contract_id: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    };
    pilot::Entity::insert(row).exec_without_returning(txn).await?;
    let criteria = said
        .criteria
        .into_iter()
        .map(|criterion| pilot_criterion::ActiveModel {
            pilot_id: Set(pilot.id),
            ordinal: Set(criterion.ordinal),
            kind: Set(if criterion.kind == CriterionKind::Price {
                "price"
            } else {
                "quality"
            }
            .into()),
            name: Set(criterion.name),
            description: Set(criterion.description),
            weight: Set(criterion.weight),
        });
    pilot_criterion::Entity::insert_many(criteria)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub(super) async fn update(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    changed: &Pilot,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    pilot::Entity::update_many()
        .filter(pilot::Column::Id.eq(changed.id))
        .col_expr(pilot::Column::State, Expr::value(word(changed.state)))
        .col_expr(pilot::Column::DeadlineAt, Expr::value(changed.deadline_at))
        .col_expr(
            pilot::Column::OutcomeReason,
            Expr::value(changed.outcome_reason.clone()),
        )
        .col_expr(pilot::Column::ContractId, Expr::value(changed.contract_id))
        .col_expr(pilot::Column::UpdatedAt, Expr::value(now))
        .col_expr(pilot::Column::Version, Expr::cust("version + 1"))
        .exec(txn)
        .await?;
    Ok(())
}

/// A pilot whose row nobody else can change until the transaction ends.
pub(super) async fn locked(txn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Pilot>, Error> {
    let mut query = pilot::Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    with_criteria(txn, query.all(txn).await?)
        .await
        .map(|mut pilots| pilots.pop())
}

pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Pilot>, Error> {
    let rows = pilot::Entity::find_by_id(id).all(db).await?;
    with_criteria(db, rows).await.map(|mut pilots| pilots.pop())
}

pub(super) async fn list(db: &impl ConnectionTrait, cut: &Cut) -> Result<Page<Pilot>, Error> {
    let mut query = pilot::Entity::find()
        .filter(pilot::Column::State.ne("draft"))
        .order_by_desc(pilot::Column::Id)
        .limit(cut.first + 1);
    if let Some((_, id)) = &cut.after {
        query = query.filter(pilot::Column::Id.lt(*id));
    }
    let pilots = with_criteria(db, query.all(db).await?).await?;
    let items = pilots
        .into_iter()
        .map(|pilot| Item {
            key: String::new(),
            id: pilot.id,
            value: pilot,
        })
        .collect();
    Ok(Page::from_one_more(items, cut, None))
}

async fn with_criteria(db: &impl ConnectionTrait, rows: Vec<pilot::Model>) -> Result<Vec<Pilot>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let criteria = pilot_criterion::Entity::find()
        .filter(pilot_criterion::Column::PilotId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(pilot_criterion::Column::Ordinal)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Criterion>> = HashMap::new();
    for row in criteria {
        let kind = if row.kind == "price" {
            CriterionKind::Price
        } else {
            CriterionKind::Quality
        };
        let (ordinal, name, description, weight) = (row.ordinal, row.name, row.description, row.weight);
        of.entry(row.pilot_id).or_default().push(Criterion {
            ordinal,
            kind,
            name,
            description,
            weight,
        });
    }
    Ok(rows.into_iter().map(|row| read(row, &mut of)).collect())
}

fn read(row: pilot::Model, criteria: &mut HashMap<Uuid, Vec<Criterion>>) -> Pilot {
    Pilot {
        id: row.id,
        council_id: row.council_id,
        state: match row.state.as_str() {
            "draft" => State::Draft,
            "published" => State::Published,
            _ => State::Awarded,
        },
        deadline_at: row.deadline_at,
        contract_id: row.contract_id,
        outcome_reason: row.outcome_reason,
        said: Draft {
            need_id: row.need_id,
            title: row.title,
            summary: row.summary,
            success_measures: row.success_measures,
            cap_pence: row.cap_pence,
            weeks: row.weeks,
            decides_on: row.decides_on,
            criteria: criteria.remove(&row.id).unwrap_or_default(),
        },
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Draft => "draft",
        State::Published => "published",
        State::Awarded => "awarded",
    }
}

pub(super) async fn bids_of(db: &impl ConnectionTrait, pilot: Uuid) -> Result<Vec<bid::Model>, Error> {
    Ok(bid::Entity::find()
        .filter(bid::Column::PilotId.eq(pilot))
        .order_by_asc(bid::Column::Id)
        .all(db)
        .await?)
}

pub(super) async fn bid(
    db: &impl ConnectionTrait,
    pilot: Uuid,
    supplier: Uuid,
) -> Result<Option<bid::Model>, Error> {
    let query = bid::Entity::find()
        .filter(bid::Column::PilotId.eq(pilot))
        .filter(bid::Column::SupplierId.eq(supplier));
    Ok(query.one(db).await?)
}

pub(super) async fn put_bid(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    row: bid::Model,
) -> Result<(), Error> {
    use bid::Column::{Digest, Id, ReceivedAt, Sealed, State, Version, WrappedKey};
    let replace = OnConflict::column(Id)
        .update_columns([State, Version, Sealed, WrappedKey, Digest, ReceivedAt])
        .to_owned();
    let row = bid::ActiveModel::from(row);
    let row = sea_orm::ActiveModelTrait::reset_all(row);
    bid::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub(super) fn sealed(row: &bid::Model) -> Sealed {
    Sealed {
        content: row.sealed.clone(),
        wrapped_key: row.wrapped_key.clone(),
    }
}

pub(super) async fn decide_bid(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    id: Uuid,
    state: &str,
    feedback: &str,
) -> Result<(), Error> {
    bid::Entity::update_many()
        .filter(bid::Column::Id.eq(id))
        .col_expr(bid::Column::State, Expr::value(state))
        .col_expr(bid::Column::Feedback, Expr::value(feedback))
        .exec(txn)
        .await?;
    Ok(())
}

pub(super) async fn scores(db: &impl ConnectionTrait, bids: &[Uuid]) -> Result<Vec<bid_score::Model>, Error> {
    let of = bid_score::Column::BidId.is_in(bids.iter().copied());
    Ok(bid_score::Entity::find()
        .filter(of)
        .order_by_asc(bid_score::Column::Ordinal)
        .all(db)
        .await?)
}

pub(super) async fn put_score(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    row: bid_score::Model,
) -> Result<(), Error> {
    use bid_score::Column::{BidId, EvaluatorId, Ordinal, Reason, Score, ScoredAt};
    let replace = OnConflict::columns([BidId, Ordinal, EvaluatorId])
        .update_columns([Score, Reason, ScoredAt])
        .to_owned();
    let row = sea_orm::ActiveModelTrait::reset_all(bid_score::ActiveModel::from(row));
    bid_score::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
