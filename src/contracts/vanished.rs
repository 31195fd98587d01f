//! Contracts that a council's register does not have any more, though their end is ahead: noted once, until they are back.

use super::happened::Teller;
use crate::access::Permit;
use crate::events;
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::{contract, contract_source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// Ids in one statement.
const AT_A_TIME: usize = 1000;

/// Notes which contracts of a council the file that was just read has, and which it has not. A file with less than half of
/// them is taken for a part of the register, and nothing is noted.
///
/// # Errors
/// When the database fails.
pub async fn note(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council_id: Uuid,
    seen: &[Uuid],
    unseen: &[Uuid],
) -> Result<usize, Error> {
    if seen.len() < unseen.len() {
        return Ok(0);
    }
    for ids in seen.chunks(AT_A_TIME) {
        missing(txn, permit, ids, None).await?;
    }
    let teller = Teller {
        council_id,
        entropy: &app.entropy,
        now: app.clock.now(),
    };
    let mut happened = Vec::new();
    for ids in unseen.chunks(AT_A_TIME) {
        let gone = missing(txn, permit, ids, Some(teller.now)).await?;
        let ahead: Vec<Uuid> = contract::Entity::find()
            .select_only()
            .column(contract::Column::Id)
            .filter(contract::Column::Id.is_in(gone))
            .filter(contract::Column::CurrentEndsOn.gte(app.clock.today()))
            .filter(contract::Column::Standing.is_in(["pending", "active"]))
            .filter(contract::Column::ReplacedOn.is_null())
            .into_tuple()
            .all(txn)
            .await?;
        happened.extend(ahead.into_iter().map(|id| teller.vanished(id)));
    }
    let vanished = happened.len();
    events::record(app, txn, happened).await?;
    Ok(vanished)
}

/// Notes since when contracts are missing, or that they are not; gives those of which it was not noted yet.
async fn missing(
    txn: &DatabaseTransaction,
    _permit: &Permit,
    ids: &[Uuid],
    since: Option<DateTime<Utc>>,
) -> Result<Vec<Uuid>, Error> {
    use contract_source::Column::{ContractId, MissingSince};
    let not_noted = if since.is_some() {
        MissingSince.is_null()
    } else {
        MissingSince.is_not_null()
    };
    let noted = contract_source::Entity::update_many()
        .col_expr(MissingSince, Expr::value(since))
        .filter(ContractId.is_in(ids.iter().copied()))
        .filter(not_noted)
        .exec_with_returning(txn)
        .await?;
    Ok(noted.into_iter().map(|row| row.contract_id).collect())
}
