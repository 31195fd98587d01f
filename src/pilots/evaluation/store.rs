//! Panels, scores and what was made of them, in the database.

use super::rules::Evaluator;
use super::{Consensus, Evaluation};
use crate::access::Permit;
use crate::runtime::Error;
use entity::{bid_consensus, bid_score, pilot_evaluation, pilot_evaluator, score_entry};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

/// How far the evaluation of a pilot's bids has come; the pilot's row is what is held.
pub(super) async fn evaluation(db: &impl ConnectionTrait, pilot: Uuid) -> Result<Evaluation, Error> {
    let row = pilot_evaluation::Entity::find_by_id(pilot).one(db).await?;
    let panel = pilot_evaluator::Entity::find()
        .filter(pilot_evaluator::Column::PilotId.eq(pilot))
        .order_by_asc(pilot_evaluator::Column::Ordinal)
        .all(db)
        .await?;
    let panel = panel.into_iter().map(|row| Evaluator {
        person: row.person_id,
        ordinal: row.ordinal,
        chair: row.chair,
        declared_at: row.declared_at,
        interest: row.interest,
        excluded: row.excluded,
        decision: row.decision,
        decided_at: row.decided_at,
        submitted_at: row.submitted_at,
    });
    Ok(Evaluation {
        locked_at: row.as_ref().and_then(|row| row.locked_at),
        version: row.map_or(0, |row| row.version),
        panel: panel.collect(),
    })
}

/// Writes how far it has come, with everybody on the panel; whoever is on it no more goes.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: Uuid,
    evaluation: &Evaluation,
) -> Result<(), Error> {
    let row = pilot_evaluation::ActiveModel::from(pilot_evaluation::Model {
        pilot_id: pilot,
        locked_at: evaluation.locked_at,
        version: evaluation.version,
    });
    use pilot_evaluation::Column::{LockedAt, PilotId, Version};
    let replace = OnConflict::column(PilotId)
        .update_columns([LockedAt, Version])
        .to_owned();
    pilot_evaluation::Entity::insert(row.reset_all())
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    pilot_evaluator::Entity::delete_many()
        .filter(pilot_evaluator::Column::PilotId.eq(pilot))
        .exec(txn)
        .await?;
    let rows = evaluation.panel.iter().cloned().map(|of| {
        pilot_evaluator::ActiveModel::from(pilot_evaluator::Model {
            pilot_id: pilot,
            person_id: of.person,
            ordinal: of.ordinal,
            chair: of.chair,
            declared_at: of.declared_at,
            interest: of.interest,
            excluded: of.excluded,
            decision: of.decision,
            decided_at: of.decided_at,
            submitted_at: of.submitted_at,
        })
        .reset_all()
    });
    if !evaluation.panel.is_empty() {
        pilot_evaluator::Entity::insert_many(rows)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// Every score of these bids, whoever gave it.
pub(super) async fn scores(db: &impl ConnectionTrait, bids: &[Uuid]) -> Result<Vec<bid_score::Model>, Error> {
    let of = bid_score::Column::BidId.is_in(bids.iter().copied());
    Ok(bid_score::Entity::find()
        .filter(of)
        .order_by_asc(bid_score::Column::Ordinal)
        .order_by_asc(bid_score::Column::EvaluatorId)
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
    let row = bid_score::ActiveModel::from(row).reset_all();
    bid_score::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// What the panel came to about these bids.
pub(super) async fn consensus(db: &impl ConnectionTrait, bids: &[Uuid]) -> Result<Vec<Consensus>, Error> {
    let rows = bid_consensus::Entity::find()
        .filter(bid_consensus::Column::BidId.is_in(bids.iter().copied()))
        .order_by_asc(bid_consensus::Column::Ordinal)
        .all(db)
        .await?;
    let read = |row: bid_consensus::Model| Consensus {
        bid: row.bid_id,
        ordinal: row.ordinal,
        score: row.score,
        reason: row.reason,
        recorded_at: row.recorded_at,
    };
    Ok(rows.into_iter().map(read).collect())
}

pub(super) async fn put_consensus(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    of: Consensus,
) -> Result<(), Error> {
    use bid_consensus::Column::{BidId, Ordinal, Reason, RecordedAt, Score};
    let row = bid_consensus::ActiveModel::from(bid_consensus::Model {
        bid_id: of.bid,
        ordinal: of.ordinal,
        score: of.score,
        reason: of.reason,
        recorded_at: of.recorded_at,
    });
    let replace = OnConflict::columns([BidId, Ordinal])
        .update_columns([Score, Reason, RecordedAt])
        .to_owned();
    bid_consensus::Entity::insert(row.reset_all())
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Adds a score as it is entered, whatever it replaces. The pilot's row is held: of two entries none has the other's number.
pub(super) async fn add_entry(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    mut row: score_entry::Model,
) -> Result<(), Error> {
    use score_entry::Column::{BidId, EvaluatorId, Ordinal};
    let by = match row.evaluator_id {
        Some(person) => EvaluatorId.eq(person),
        None => EvaluatorId.is_null(),
    };
    let before = score_entry::Entity::find()
        .filter(BidId.eq(row.bid_id))
        .filter(Ordinal.eq(row.ordinal))
        .filter(by)
        .count(txn)
        .await?;
    row.number = i32::try_from(before + 1).map_err(Error::fault)?;
    let row = score_entry::ActiveModel::from(row).reset_all();
    score_entry::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Every score of these bids as it was entered, in the order of entering.
pub(super) async fn entries(
    db: &impl ConnectionTrait,
    bids: &[Uuid],
) -> Result<Vec<score_entry::Model>, Error> {
    use score_entry::Column::{BidId, EnteredAt, EvaluatorId, Number, Ordinal};
    let mut query = score_entry::Entity::find().filter(BidId.is_in(bids.iter().copied()));
    for column in [EnteredAt, BidId, Ordinal, EvaluatorId, Number] {
        query = query.order_by_asc(column);
    }
    Ok(query.all(db).await?)
}
