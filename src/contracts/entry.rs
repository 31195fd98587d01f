//! A contract as it was written, whole, so that it can be written anew with something changed.

use super::read::{self, Columns, Contract, leads_of, term_of};
use super::record::{Entry, Particulars, Source};
use super::relations::options_in;
use crate::runtime::Error;
use entity::{contract, contract_buyer, contract_source, contract_supplier};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// A contract and its version; whoever asks holds its register.
pub(crate) async fn of(txn: &DatabaseTransaction, id: Uuid) -> Result<Option<(Entry, i32)>, Error> {
    let Some(row) = read::by_ids_in(txn, &[id], &Columns::all()).await?.remove(&id) else {
        return Ok(None);
    };
    let row_key: Option<String> = contract::Entity::find_by_id(id)
        .select_only()
        .column(contract::Column::RowKey)
        .into_tuple()
        .one(txn)
        .await?;
    let options = options_in(txn, &[id]).await?.remove(&id).unwrap_or_default();
    let entry = Entry {
        row_key: row_key.ok_or(Error::NotFound)?,
        term: term_of(&row, options),
        leads: leads_of(&row)?,
        suppliers: suppliers(txn, id).await?,
        buyers: buyers(txn, id).await?,
        source: source(txn, id).await?,
        particulars: particulars(&row),
    };
    Ok(Some((entry, row.version)))
}

async fn suppliers(txn: &DatabaseTransaction, id: Uuid) -> Result<Vec<Uuid>, Error> {
    Ok(contract_supplier::Entity::find()
        .select_only()
        .column(contract_supplier::Column::SupplierId)
        .filter(contract_supplier::Column::ContractId.eq(id))
        .order_by_asc(contract_supplier::Column::Ordinal)
        .into_tuple()
        .all(txn)
        .await?)
}

async fn buyers(txn: &DatabaseTransaction, id: Uuid) -> Result<Vec<Uuid>, Error> {
    Ok(contract_buyer::Entity::find()
        .select_only()
        .column(contract_buyer::Column::CouncilId)
        .filter(contract_buyer::Column::ContractId.eq(id))
        .into_tuple()
        .all(txn)
        .await?)
}

async fn source(txn: &DatabaseTransaction, id: Uuid) -> Result<Option<Source>, Error> {
    let Some(row) = contract_source::Entity::find_by_id(id).one(txn).await? else {
        return Ok(None);
    };
    Ok(Some(Source {
        import_id: row.import_id,
        row: u32::try_from(row.row_number).map_err(Error::fault)?,
        digest: row
            .digest
            .try_into()
            .map_err(|_| Error::fault("a digest that is not SHA-256"))?,
        cells: serde_json::from_value(row.cells).map_err(Error::fault)?,
        missing_since: row.missing_since,
    }))
}

fn particulars(row: &Contract) -> Particulars {
    Particulars {
        ocid: row.ocid.clone(),
        reference: row.reference.clone(),
        title: row.title.clone(),
        description: row.description.clone(),
        department: row.department.clone(),
        lgsl: row.lgsl,
        category: row.category.clone(),
        cpv: row.cpv.clone(),
        product_name: row.product_name.clone(),
        delivery_model: row.delivery_model.clone(),
        hosting: row.hosting.clone(),
        contract_type: row.contract_type.clone(),
        process_type: row.process_type.clone(),
        value_pence: row.value_pence,
        value_basis: row.value_basis.clone(),
        value_estimated: row.value_estimated,
        irrecoverable_vat_pence: row.irrecoverable_vat_pence,
    }
}
