//! Contracts as they were written, whole, so that they can be written anew with something changed.

use super::read::{self, Columns, Contract, leads_of, term_of};
use super::record::{Entry, Particulars, Source};
use super::relations::{grouped, options_in};
use crate::runtime::Error;
use entity::{contract, contract_buyer, contract_source, contract_supplier};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::HashMap;
use uuid::Uuid;

/// Ids that fit in one statement of either database.
const AT_A_TIME: usize = 500;

/// Contracts with their versions, a few statements for any number of them; whoever asks holds their register. Those that
/// are not there are not in the answer.
///
/// # Errors
/// When the database fails.
pub async fn entries(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, (Entry, i32)>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for some in ids.chunks(AT_A_TIME) {
        let rows = read::by_ids_in(txn, some, &Columns::all()).await?;
        let (mut keys, mut options) = (keys(txn, some).await?, options_in(txn, some).await?);
        let (mut suppliers, mut buyers) = (suppliers(txn, some).await?, buyers(txn, some).await?);
        let mut sources = sources(txn, some).await?;
        for (id, row) in rows {
            let entry = Entry {
                row_key: keys.remove(&id).ok_or(Error::NotFound)?,
                term: term_of(&row, options.remove(&id).unwrap_or_default()),
                leads: leads_of(&row)?,
                suppliers: suppliers.remove(&id).unwrap_or_default(),
                buyers: buyers.remove(&id).unwrap_or_default(),
                source: sources.remove(&id),
                particulars: particulars(&row),
            };
            found.insert(id, (entry, row.version));
        }
    }
    Ok(found)
}

/// One of them.
pub(crate) async fn of(txn: &DatabaseTransaction, id: Uuid) -> Result<Option<(Entry, i32)>, Error> {
    Ok(entries(txn, &[id]).await?.remove(&id))
}

impl Entry {
    /// The entry whole, to be kept and written again.
    pub fn kept(&self) -> Value {
        json!(Kept {
            entry: Cow::Borrowed(self),
            planned_notice: self.leads.planned_notice
        })
    }

    /// What [`Entry::kept`] gave.
    ///
    /// # Errors
    /// When it is something else.
    pub fn from_kept(kept: Value) -> Result<Self, Error> {
        let kept: Kept<'_> = serde_json::from_value(kept).map_err(Error::fault)?;
        let mut entry = kept.entry.into_owned();
        entry.leads.planned_notice = kept.planned_notice;
        Ok(entry)
    }
}

/// A planned notice is no lead time, and not among them as they are stored.
#[derive(Serialize, Deserialize)]
struct Kept<'a> {
    entry: Cow<'a, Entry>,
    planned_notice: bool,
}

async fn keys(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
    let keys: Vec<(Uuid, String)> = contract::Entity::find()
        .select_only()
        .columns([contract::Column::Id, contract::Column::RowKey])
        .filter(contract::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(txn)
        .await?;
    Ok(keys.into_iter().collect())
}

async fn suppliers(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let rows = contract_supplier::Entity::find()
        .filter(contract_supplier::Column::ContractId.is_in(ids.iter().copied()))
        .order_by_asc(contract_supplier::Column::Ordinal)
        .all(txn)
        .await?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.contract_id, row.supplier_id)),
    ))
}

async fn buyers(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let rows = contract_buyer::Entity::find()
        .filter(contract_buyer::Column::ContractId.is_in(ids.iter().copied()))
        .all(txn)
        .await?;
    Ok(grouped(
        rows.into_iter().map(|row| (row.contract_id, row.council_id)),
    ))
}

async fn sources(txn: &DatabaseTransaction, ids: &[Uuid]) -> Result<HashMap<Uuid, Source>, Error> {
    let rows = contract_source::Entity::find()
        .filter(contract_source::Column::ContractId.is_in(ids.iter().copied()))
        .all(txn)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.contract_id, source(row)?)))
        .collect()
}

fn source(row: contract_source::Model) -> Result<Source, Error> {
    Ok(Source {
        import_id: row.import_id,
        row: u32::try_from(row.row_number).map_err(Error::fault)?,
        digest: row
            .digest
            .try_into()
            .map_err(|_| Error::fault("a digest that is not SHA-256"))?,
        cells: serde_json::from_value(row.cells).map_err(Error::fault)?,
        missing_since: row.missing_since,
    })
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
