//! Windows that were and are not derived any more: kept for a time, so that calendars can cancel what they show, and so
//! that a window that comes back is newer than its cancellation.

use super::store::{ROWS_A_STATEMENT, insert_all};
use crate::runtime::Error;
use chrono::{DateTime, Duration, Utc};
use entity::{contract_window, window_gone};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Longer than a calendar program is likely to sleep: a year, and a month over.
const KEPT: Duration = Duration::days(400);

/// A window that goes now.
pub(super) fn now(window: contract_window::Model, at: DateTime<Utc>) -> window_gone::Model {
    window_gone::Model {
        contract_id: window.contract_id,
        kind: window.kind,
        ordinal: window.ordinal,
        council_id: window.council_id,
        opens_on: window.opens_on,
        closes_on: window.closes_on,
        sequence: window.sequence + 1,
        gone_at: at,
    }
}

/// Takes what is gone of these contracts out of the database.
pub(super) async fn of_contracts(
    txn: &impl ConnectionTrait,
    contracts: &[Uuid],
) -> Result<Vec<window_gone::Model>, Error> {
    let mut found = Vec::new();
    for ids in contracts.chunks(ROWS_A_STATEMENT) {
        found.extend(take(txn, window_gone::Column::ContractId.is_in(ids.iter().copied())).await?);
    }
    Ok(found)
}

/// The same, of a whole register.
pub(super) async fn of_council(
    txn: &impl ConnectionTrait,
    council_id: Uuid,
) -> Result<Vec<window_gone::Model>, Error> {
    take(txn, window_gone::Column::CouncilId.eq(council_id)).await
}

async fn take(
    txn: &impl ConnectionTrait,
    which: sea_orm::sea_query::SimpleExpr,
) -> Result<Vec<window_gone::Model>, Error> {
    let taken = window_gone::Entity::delete_many()
        .filter(which)
        .exec_with_returning(txn)
        .await?;
    Ok(taken)
}

/// Puts what is gone into the database, and forgets what has been there for long enough.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    gone: Vec<window_gone::ActiveModel>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    if gone.is_empty() {
        return Ok(());
    }
    insert_all(txn, gone).await?;
    window_gone::Entity::delete_many()
        .filter(window_gone::Column::GoneAt.lt(at - KEPT))
        .exec(txn)
        .await?;
    Ok(())
}
