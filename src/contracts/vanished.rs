//! Contracts that a council's register does not have any more: noted once, until they are back. Those whose end is ahead, or
//! not known, have vanished, which is news; the others have ended.

use super::happened::Teller;
use crate::access::Permit;
use crate::events;
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::{contract, contract_source};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use std::collections::HashSet;
use uuid::Uuid;

/// Ids in one statement.
const AT_A_TIME: usize = 1000;

/// What the file that was just read does not have any more, or has again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noted {
    /// Missing for the first time, and not known to be over.
    pub vanished: Vec<Uuid>,
    /// Missing for the first time, and over.
    pub ended: Vec<Uuid>,
    /// There again.
    pub returned: Vec<Uuid>,
    /// The file has less than half of the contracts: it was taken for a part of the register, and nothing is noted.
    pub partial: bool,
}

impl Noted {
    /// Whether anything was noted.
    pub fn is_anything(&self) -> bool {
        !(self.vanished.is_empty() && self.ended.is_empty() && self.returned.is_empty())
    }
}

/// Notes which contracts of a council the file that was just read has, and which it has not.
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
) -> Result<Noted, Error> {
    let mut noted = Noted::default();
    if seen.len() < unseen.len() {
        noted.partial = true;
        return Ok(noted);
    }
    for ids in seen.chunks(AT_A_TIME) {
        noted.returned.extend(missing(txn, permit, ids, None).await?);
    }
    let teller = Teller {
        council_id,
        entropy: &app.entropy,
        now: app.clock.now(),
    };
    for ids in unseen.chunks(AT_A_TIME) {
        let gone = missing(txn, permit, ids, Some(teller.now)).await?;
        let running: HashSet<Uuid> = contract::Entity::find()
            .select_only()
            .column(contract::Column::Id)
            .filter(contract::Column::Id.is_in(gone.iter().copied()))
            .filter(
                Condition::any()
                    .add(contract::Column::CurrentEndsOn.is_null())
                    .add(contract::Column::CurrentEndsOn.gte(app.clock.today())),
            )
            .filter(contract::Column::Standing.is_in(["pending", "active"]))
            .filter(contract::Column::ReplacedOn.is_null())
            .into_tuple()
            .all(txn)
            .await?
            .into_iter()
            .collect();
        let (vanished, ended): (Vec<_>, Vec<_>) = gone.into_iter().partition(|id| running.contains(id));
        noted.vanished.extend(vanished);
        noted.ended.extend(ended);
    }
    let happened = noted.vanished.iter().map(|id| teller.vanished(*id));
    events::record(app, txn, happened.collect()).await?;
    Ok(noted)
}

/// Takes back that contracts are missing, and what was to be told of it.
///
/// # Errors
/// When the database fails.
pub async fn never_missing(
    txn: &DatabaseTransaction,
    permit: &Permit,
    ids: &[Uuid],
    why: &str,
) -> Result<(), Error> {
    for ids in ids.chunks(AT_A_TIME) {
        missing(txn, permit, ids, None).await?;
    }
    events::void_of_kind(txn, events::Kind::ContractVanished, ids, why).await
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
