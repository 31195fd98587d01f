//! Results in the database, and who wants and scales what they tell of.

use super::{Measure, PilotResult, Statement, Verdict};
use crate::access::Permit;
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::{pilot_measure, pilot_result, pilot_scaled, pilot_wanted};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn one(db: &impl ConnectionTrait, pilot: Uuid) -> Result<Option<PilotResult>, Error> {
    Ok(of(db, &[pilot]).await?.remove(&pilot))
}

pub(super) async fn of(
    db: &impl ConnectionTrait,
    pilots: &[Uuid],
) -> Result<HashMap<Uuid, PilotResult>, Error> {
    let rows = pilot_result::Entity::find()
        .filter(pilot_result::Column::PilotId.is_in(pilots.iter().copied()))
        .all(db)
        .await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let mut measures: HashMap<Uuid, Vec<Measure>> = HashMap::new();
    for row in pilot_measure::Entity::find()
        .filter(pilot_measure::Column::PilotId.is_in(rows.iter().map(|row| row.pilot_id)))
        .order_by_asc(pilot_measure::Column::Ordinal)
        .all(db)
        .await?
    {
        measures.entry(row.pilot_id).or_default().push(Measure {
            measure: row.measure,
            met: row.met,
            evidence: row.evidence,
        });
    }
    let read = |row: pilot_result::Model| {
        let verdict = Verdict::parse(&row.verdict)
            .ok_or_else(|| Error::fault(format!("a verdict {:?}, which means nothing", row.verdict)))?;
        let said = Statement {
            measures: measures.remove(&row.pilot_id).unwrap_or_default(),
            cost_pence: row.cost_pence,
            learned: row.learned,
            verdict,
            reason: row.reason,
        };
        let result = PilotResult {
            pilot_id: row.pilot_id,
            said,
            published_at: row.published_at,
            version: row.version,
        };
        Ok((row.pilot_id, result))
    };
    rows.into_iter().map(read).collect()
}

pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    result: &PilotResult,
) -> Result<(), Error> {
    use pilot_result::Column::{CostPence, Learned, PilotId, PublishedAt, Reason, Verdict, Version};
    let said = result.said.clone();
    let row = pilot_result::ActiveModel::from(pilot_result::Model {
        pilot_id: result.pilot_id,
        cost_pence: said.cost_pence,
        learned: said.learned,
        verdict: said.verdict.as_str().into(),
        reason: said.reason,
        published_at: result.published_at,
        version: result.version,
    });
    let replace = OnConflict::column(PilotId)
        .update_columns([CostPence, Learned, Verdict, Reason, PublishedAt, Version])
        .to_owned();
    pilot_result::Entity::insert(row.reset_all())
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    pilot_measure::Entity::delete_many()
        .filter(pilot_measure::Column::PilotId.eq(result.pilot_id))
        .exec(txn)
        .await?;
    let rows = said.measures.into_iter().zip(1..).map(|(of, ordinal)| {
        pilot_measure::ActiveModel::from(pilot_measure::Model {
            pilot_id: result.pilot_id,
            ordinal,
            measure: of.measure,
            met: of.met,
            evidence: of.evidence,
        })
        .reset_all()
    });
    pilot_measure::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Whether it is new.
pub(super) async fn put_wanted(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: Uuid,
    council: Uuid,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let known = pilot_wanted::Entity::find_by_id((pilot, council))
        .one(txn)
        .await?;
    if known.is_some() {
        return Ok(false);
    }
    let row = pilot_wanted::ActiveModel::from(pilot_wanted::Model {
        pilot_id: pilot,
        council_id: council,
        said_at: now,
    });
    pilot_wanted::Entity::insert(row.reset_all())
        .exec_without_returning(txn)
        .await?;
    Ok(true)
}

pub(super) async fn wanted_by(
    db: &impl ConnectionTrait,
    pilots: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let rows = pilot_wanted::Entity::find()
        .filter(pilot_wanted::Column::PilotId.is_in(pilots.iter().copied()))
        .order_by_asc(pilot_wanted::Column::SaidAt)
        .order_by_asc(pilot_wanted::Column::CouncilId)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        of.entry(row.pilot_id).or_default().push(row.council_id);
    }
    Ok(of)
}

/// The pilot that a contract scales.
pub(super) async fn scaled(db: &impl ConnectionTrait, contract: Uuid) -> Result<Option<Uuid>, Error> {
    Ok(scales(db, &[contract]).await?.remove(&contract))
}

/// The pilots that these contracts scale, by contract.
pub(super) async fn scales(
    db: &impl ConnectionTrait,
    contracts: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, Error> {
    let rows = pilot_scaled::Entity::find()
        .filter(pilot_scaled::Column::ContractId.is_in(contracts.iter().copied()));
    let rows = rows.all(db).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.contract_id, row.pilot_id))
        .collect())
}

/// The contracts that scale these pilots, by pilot.
pub(super) async fn scaled_by(
    db: &impl ConnectionTrait,
    pilots: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let rows = pilot_scaled::Entity::find()
        .filter(pilot_scaled::Column::PilotId.is_in(pilots.iter().copied()))
        .order_by_asc(pilot_scaled::Column::SaidAt)
        .order_by_asc(pilot_scaled::Column::ContractId)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        of.entry(row.pilot_id).or_default().push(row.contract_id);
    }
    Ok(of)
}

pub(super) async fn put_scaled(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: Uuid,
    contract: Uuid,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = pilot_scaled::ActiveModel::from(pilot_scaled::Model {
        contract_id: contract,
        pilot_id: pilot,
        said_at: now,
    });
    pilot_scaled::Entity::insert(row.reset_all())
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
