//! Which windows have opened that nobody was told of yet, with what people are told about them.

use super::relations::window;
use super::windows::Window;
use crate::runtime::Error;
use chrono::{DateTime, NaiveDate, Utc};
use entity::{contract, contract_source, contract_supplier, contract_window, council, import_run, supplier};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows asked for in one statement by their ids.
const AT_A_TIME: usize = 1000;

/// A window that opens, and its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The contract.
    pub contract_id: Uuid,
    /// The window.
    pub window: Window,
    /// Since when it has had these dates.
    pub armed_at: DateTime<Utc>,
    /// The council whose register it is in.
    pub council_id: Uuid,
    /// Its name.
    pub council_name: String,
    /// Its kind.
    pub council_kind: String,
    /// Its region.
    pub region: String,
    /// Title.
    pub title: String,
    /// What is bought.
    pub description: String,
    /// The council's reference.
    pub reference: Option<String>,
    /// The product it pays for.
    pub product_name: Option<String>,
    /// CPV code.
    pub cpv: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// Value in pence.
    pub value_pence: Option<i64>,
    /// Current end.
    pub current_ends_on: Option<NaiveDate>,
    /// Names of its suppliers.
    pub suppliers: Vec<String>,
    /// File and row it came from.
    pub source: Option<(String, i32)>,
}

/// Takes the windows that have opened by a day and were not announced yet: to whoever calls in `txn`, and never again
/// once it is committed. A window that was written late is found like one that opened while the service was down.
///
/// # Errors
/// When the database fails.
pub async fn take_opened(txn: &DatabaseTransaction, today: NaiveDate) -> Result<Vec<Opening>, Error> {
    let mut windows = contract_window::Entity::update_many()
        .col_expr(contract_window::Column::Announced, Expr::value(true))
        .filter(contract_window::Column::OpensOn.lte(today))
        // In the words of the partial index.
        .filter(Expr::cust("NOT announced"))
        .exec_with_returning(txn)
        .await?;
    windows.sort_by_key(|window| (window.opens_on, window.contract_id));
    let told = told(txn, &windows).await?;
    Ok(told.into_iter().map(|(_, opening, _)| opening).collect())
}

/// Windows with what people are told about them, and when their contract was last written.
pub(super) async fn told<'a>(
    db: &impl ConnectionTrait,
    windows: &'a [contract_window::Model],
) -> Result<Vec<(&'a contract_window::Model, Opening, DateTime<Utc>)>, Error> {
    let mut openings = Vec::with_capacity(windows.len());
    for chunk in windows.chunks(AT_A_TIME) {
        let ids: Vec<Uuid> = chunk.iter().map(|window| window.contract_id).collect();
        let rows = contract::Entity::find()
            .filter(contract::Column::Id.is_in(ids.clone()))
            .all(db)
            .await?;
        let rows: HashMap<Uuid, contract::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let councils = council::Entity::find()
            .filter(council::Column::Id.is_in(rows.values().map(|row| row.council_id)))
            .all(db)
            .await?;
        let councils: HashMap<Uuid, council::Model> = councils.into_iter().map(|c| (c.id, c)).collect();
        let (suppliers, sources) = (suppliers(db, &ids).await?, sources(db, &ids).await?);
        for row in chunk {
            let Some((contract, window)) = rows.get(&row.contract_id).zip(window(row)) else {
                continue;
            };
            let Some(council) = councils.get(&contract.council_id) else {
                continue;
            };
            let opening = Opening {
                contract_id: contract.id,
                window,
                armed_at: row.armed_at,
                council_id: council.id,
                council_name: council.name.clone(),
                council_kind: council.kind.clone(),
                region: council.region.clone(),
                title: contract.title.clone(),
                description: contract.description.clone(),
                reference: contract.reference.clone(),
                product_name: contract.product_name.clone(),
                cpv: contract.cpv.clone(),
                lgsl: contract.lgsl,
                value_pence: contract.value_pence,
                current_ends_on: contract.current_ends_on,
                suppliers: suppliers.get(&contract.id).cloned().unwrap_or_default(),
                source: sources.get(&contract.id).cloned(),
            };
            openings.push((row, opening, contract.updated_at));
        }
    }
    Ok(openings)
}

async fn suppliers(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Vec<String>>, Error> {
    let links = contract_supplier::Entity::find()
        .filter(contract_supplier::Column::ContractId.is_in(ids.iter().copied()))
        .order_by_asc(contract_supplier::Column::Ordinal)
        .all(db)
        .await?;
    let names = supplier::Entity::find()
        .filter(supplier::Column::Id.is_in(links.iter().map(|link| link.supplier_id)))
        .all(db)
        .await?;
    let names: HashMap<Uuid, String> = names.into_iter().map(|row| (row.id, row.name)).collect();
    let mut of: HashMap<Uuid, Vec<String>> = HashMap::new();
    for link in links {
        of.entry(link.contract_id)
            .or_default()
            .extend(names.get(&link.supplier_id).cloned());
    }
    Ok(of)
}

async fn sources(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, (String, i32)>, Error> {
    let sources = contract_source::Entity::find()
        .filter(contract_source::Column::ContractId.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let files = import_run::Entity::find()
        .filter(import_run::Column::Id.is_in(sources.iter().map(|source| source.import_id)))
        .all(db)
        .await?;
    let files: HashMap<Uuid, String> = files.into_iter().map(|run| (run.id, run.file_name)).collect();
    let named = |source: contract_source::Model| {
        Some((
            source.contract_id,
            (files.get(&source.import_id)?.clone(), source.row_number),
        ))
    };
    Ok(sources.into_iter().filter_map(named).collect())
}
