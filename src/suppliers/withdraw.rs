//! Suppliers taken out again that an import, undone now, had brought.

use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::database::delete_unreferred;
use chrono::{DateTime, Utc};
use entity::{contract_supplier, supplier};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

/// Rows in one statement.
const AT_A_TIME: usize = 1000;

/// Takes out those of these suppliers that came since, that nobody changed, and that nothing refers to: no contract, nobody
/// who acts for them, nothing they said of themselves.
///
/// # Errors
/// When the database fails; nothing is then to be committed.
pub async fn unused(
    txn: &DatabaseTransaction,
    _permit: &Permit,
    ids: &[Uuid],
    since: DateTime<Utc>,
) -> Result<(), Error> {
    for some in ids.chunks(AT_A_TIME) {
        let contracted = contract_supplier::Entity::find()
            .select_only()
            .column(contract_supplier::Column::SupplierId)
            .filter(contract_supplier::Column::SupplierId.is_in(some.iter().copied()));
        let unused: Vec<Uuid> = supplier::Entity::find()
            .select_only()
            .column(supplier::Column::Id)
            .filter(supplier::Column::Id.is_in(some.iter().copied()))
            .filter(supplier::Column::CreatedAt.gte(since))
            .filter(supplier::Column::Version.eq(1))
            .filter(supplier::Column::Id.not_in_subquery(contracted.into_query()))
            .into_tuple()
            .all(txn)
            .await?;
        delete_unreferred::<supplier::Entity>(txn, &unused).await?;
    }
    Ok(())
}
