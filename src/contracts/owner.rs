//! Who looks after a contract: somebody of its council, who is told of what happens to it without asking.

use super::read::{self, Columns, Contract};
use crate::access::{Action, Permit, Resource, Viewer, authorize, members};
use crate::audit;
use crate::councils;
use crate::runtime::{App, Error, Stop, based_on};
use entity::contract;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Why nobody, or nobody else, could be set to look after a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum ContractOwnerErrorCode {
    /// It was changed since the version this was based on.
    Conflict,
    /// They have no role in its council.
    NotAMember,
}

/// Sets who looks after a contract, or that nobody does.
///
/// # Errors
/// When it has another version or they are not of its council; or the viewer may not.
pub async fn set(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    owner: Option<Uuid>,
) -> Result<Contract, Stop<ContractOwnerErrorCode>> {
    let txn = app.db.begin().await?;
    let mut known = read::by_ids_in(&txn, &[id], &Columns::of([])).await?;
    let council = known.remove(&id).ok_or(Error::NotFound)?.council_id;
    let permit = authorize(viewer, Action::RecordContract, Resource::Council(council))?;
    councils::hold(&txn, council).await?;
    let current = read::by_ids_in(&txn, &[id], &Columns::all()).await?.remove(&id);
    based_on(
        version,
        current.ok_or(Error::NotFound)?.version,
        ContractOwnerErrorCode::Conflict,
    )?;
    if let Some(person) = owner
        && !members::belongs(&txn, person, council).await?
    {
        let message = "they have no role in the contract's council";
        return Err(Stop::refuse(ContractOwnerErrorCode::NotAMember, "owner", message));
    }
    put(app, &txn, &permit, id, owner).await?;
    let changed = read::by_ids_in(&txn, &[id], &Columns::all()).await?.remove(&id);
    let said = serde_json::json!({ "owner": owner.is_some() });
    match owner {
        Some(person) => {
            let about = audit::About::person(person, serde_json::json!({ "looks after": id }));
            audit::record_about(app, &txn, &permit, "contract", id, &said, about).await?;
        }
        None => drop(audit::record(app, &txn, &permit, "contract", id, &said).await?),
    }
    txn.commit().await.map_err(Error::from)?;
    Ok(changed.ok_or(Error::NotFound)?)
}

async fn put(
    app: &App,
    txn: &DatabaseTransaction,
    _permit: &Permit,
    id: Uuid,
    owner: Option<Uuid>,
) -> Result<(), Error> {
    contract::Entity::update_many()
        .filter(contract::Column::Id.eq(id))
        .col_expr(contract::Column::OwnerId, Expr::value(owner))
        .col_expr(contract::Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(contract::Column::Version, Expr::cust("version + 1"))
        .exec(txn)
        .await?;
    Ok(())
}
