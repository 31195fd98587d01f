//! Contracts taken out of a register again that an import, undone now, had brought.

use super::entry::entries;
use super::record::{Change, record};
use super::store::ROWS_A_STATEMENT;
use super::term::Standing;
use crate::access::Permit;
use crate::councils;
use crate::runtime::database::delete_unreferred;
use crate::runtime::{App, Error};
use entity::contract;
use sea_orm::DatabaseTransaction;
use std::collections::HashSet;
use uuid::Uuid;

/// What became of them.
#[derive(Clone, Debug, Default)]
pub struct Withdrawn {
    /// How many are gone, with all that hung on them.
    pub gone: usize,
    /// Those that something rests on (a need, a pilot, what somebody was told), called off instead: what each says
    /// differently now.
    pub called_off: Vec<(Uuid, serde_json::Value)>,
}

/// Takes contracts out, or calls them off where something rests on them or somebody was `told` of them.
///
/// # Errors
/// When the database fails; nothing is then to be committed.
pub async fn withdraw(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council_id: Uuid,
    ids: &[Uuid],
    told: &HashSet<Uuid>,
) -> Result<Withdrawn, Error> {
    councils::hold(txn, council_id).await?;
    let (mut stay, rest): (Vec<Uuid>, Vec<Uuid>) = ids.iter().partition(|id| told.contains(id));
    for some in rest.chunks(ROWS_A_STATEMENT) {
        stay.extend(delete_unreferred::<contract::Entity>(txn, some).await?);
    }
    let mut changes = Vec::with_capacity(stay.len());
    for (id, (mut entry, _)) in entries(txn, &stay).await? {
        entry.term.standing = Standing::Cancelled;
        changes.push(Change::Replace(id, entry));
    }
    let recorded = record(app, txn, permit, council_id, changes).await?;
    Ok(Withdrawn {
        gone: ids.len() - stay.len(),
        called_off: recorded.changed,
    })
}
