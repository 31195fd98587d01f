//! Decisions in the database.

use super::super::bids;
use super::{Decision, Kind, OfBid};
use crate::access::Permit;
use crate::runtime::Error;
use entity::{bid_decision, pilot_decision};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    decision: Decision,
) -> Result<(), Error> {
    let row = pilot_decision::ActiveModel::from(pilot_decision::Model {
        id: decision.id,
        pilot_id: decision.pilot_id,
        ordinal: decision.ordinal,
        kind: decision.kind.as_str().into(),
        reason: decision.reason,
        decided_at: decision.decided_at,
        standstill_until: decision.standstill_until,
    });
    pilot_decision::Entity::insert(row.reset_all())
        .exec_without_returning(txn)
        .await?;
    let none = decision.bids.is_empty();
    let rows = decision.bids.into_iter().map(|of| {
        bid_decision::ActiveModel::from(bid_decision::Model {
            decision_id: decision.id,
            bid_id: of.bid,
            state: of.state.as_str().into(),
            feedback: of.feedback,
            contract_id: of.contract,
        })
        .reset_all()
    });
    if !none {
        bid_decision::Entity::insert_many(rows)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

pub(super) async fn of_pilots(
    db: &impl ConnectionTrait,
    pilots: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Decision>>, Error> {
    let rows = pilot_decision::Entity::find()
        .filter(pilot_decision::Column::PilotId.is_in(pilots.iter().copied()))
        .order_by_asc(pilot_decision::Column::Ordinal)
        .all(db)
        .await?;
    let mut of_bids: HashMap<Uuid, Vec<OfBid>> = HashMap::new();
    for row in bid_decision::Entity::find()
        .filter(bid_decision::Column::DecisionId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(bid_decision::Column::BidId)
        .all(db)
        .await?
    {
        let unknown = || Error::fault(format!("a bid was decided {:?}, which means nothing", row.state));
        of_bids.entry(row.decision_id).or_default().push(OfBid {
            bid: row.bid_id,
            state: bids::State::parse(&row.state).ok_or_else(unknown)?,
            feedback: row.feedback,
            contract: row.contract_id,
        });
    }
    let mut decisions: HashMap<Uuid, Vec<Decision>> = HashMap::new();
    for row in rows {
        let unknown = || Error::fault(format!("a pilot was decided {:?}, which means nothing", row.kind));
        let kind = Kind::parse(&row.kind).ok_or_else(unknown)?;
        decisions.entry(row.pilot_id).or_default().push(Decision {
            id: row.id,
            pilot_id: row.pilot_id,
            ordinal: row.ordinal,
            kind,
            reason: row.reason,
            decided_at: row.decided_at,
            standstill_until: row.standstill_until,
            bids: of_bids.remove(&row.id).unwrap_or_default(),
        });
    }
    Ok(decisions)
}

pub(super) async fn pilots_of(
    db: &impl ConnectionTrait,
    contracts: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, Error> {
    let made = bid_decision::Entity::find()
        .filter(bid_decision::Column::ContractId.is_in(contracts.iter().copied()))
        .all(db)
        .await?;
    if made.is_empty() {
        return Ok(HashMap::new());
    }
    let decisions = pilot_decision::Entity::find()
        .filter(pilot_decision::Column::Id.is_in(made.iter().map(|row| row.decision_id)))
        .all(db)
        .await?;
    let pilot = |decision: Uuid| {
        decisions
            .iter()
            .find(|row| row.id == decision)
            .map(|row| row.pilot_id)
    };
    let pairs = made
        .into_iter()
        .filter_map(|row| Some((row.contract_id?, pilot(row.decision_id)?)));
    Ok(pairs.collect())
}
