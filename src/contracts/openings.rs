//! What the clock brings to contracts: windows that open or are about to close, as [`crate::events`]; and what people
//! are told about a contract.

use super::happened::of_window;
use super::relations::window;
use super::windows::Window;
use crate::events::{self, Kind};
use crate::runtime::clock::london_instant;
use crate::runtime::{App, Error};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use entity::{contract, contract_source, contract_supplier, contract_window, import_run, supplier};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Rows asked for in one statement by their ids.
const AT_A_TIME: usize = 1000;
/// A window is about to close this many days before it does.
const CLOSING_DAYS: u64 = 14;
/// One that is open for less is not told to be about to close: it has just opened.
const LONG_ENOUGH_DAYS: i64 = 28;

/// What people are told about a contract, and found by.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Described {
    /// The contract.
    pub id: Uuid,
    /// The council whose register it is in.
    pub council_id: Uuid,
    /// The council's reference.
    pub reference: Option<String>,
    /// Title.
    pub title: String,
    /// What is bought.
    pub description: String,
    /// The directorate or service responsible.
    pub department: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// CPV code.
    pub cpv: Option<String>,
    /// The product it pays for.
    pub product_name: Option<String>,
    /// in_house, outsourced or shared.
    pub delivery_model: Option<String>,
    /// Value in pence.
    pub value_pence: Option<i64>,
    /// whole_term or yearly: what the value is of.
    pub value_basis: Option<String>,
    /// Current end.
    pub current_ends_on: Option<NaiveDate>,
    /// Who looks after it.
    pub owner_id: Option<Uuid>,
    /// When it was last written.
    pub updated_at: DateTime<Utc>,
}

/// A window, with what people are told about its contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// The window.
    pub window: Window,
    /// Since when it has had these dates.
    pub armed_at: DateTime<Utc>,
    /// Its contract.
    pub contract: Described,
    /// Who supplies by it, and where it came from.
    pub parties: Parties,
}

/// Who supplies by a contract, and where it came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parties {
    /// Names of its suppliers.
    pub suppliers: Vec<String>,
    /// File and row.
    pub source: Option<(String, i32)>,
}

/// Writes the events of up to `limit` windows that have opened by today, and as many that are about to close, and never
/// again of these: a window that was written late is found like one that opened while the service was down. Gives how
/// many there were.
///
/// # Errors
/// When the database fails.
pub async fn bring(app: &App, txn: &DatabaseTransaction, limit: u64) -> Result<usize, Error> {
    let today = app.clock.today();
    let opened = marked(txn, "announced", "NOT announced AND opens_on <= $1", today, limit).await?;
    let soon = today.checked_add_days(Days::new(CLOSING_DAYS)).unwrap_or(today);
    let which = "announced AND NOT closing_announced AND closes_on <= $1";
    let closing = marked(txn, "closing_announced", which, soon, limit).await?;
    let brought = opened.len() + closing.len();
    let mut happened = Vec::with_capacity(brought);
    for row in opened {
        let at = midnight(row.opens_on).max(row.armed_at);
        if let Some(window) = window(&row) {
            happened.push(of_window(
                Kind::WindowOpened,
                row.council_id,
                row.contract_id,
                &window,
                at,
            ));
        }
    }
    for row in closing {
        let Some(window) = window(&row).filter(|window| is_told_to_close(window, today)) else {
            continue;
        };
        // Not when it was found: a restored database finds it again, and is to see that it was told.
        let near = window
            .closes_on
            .map(|closes| midnight(closes - Days::new(CLOSING_DAYS)));
        let at = near.unwrap_or(row.armed_at).max(row.armed_at);
        happened.push(of_window(
            Kind::WindowClosing,
            row.council_id,
            row.contract_id,
            &window,
            at,
        ));
    }
    events::record(app, txn, happened).await?;
    Ok(brought)
}

fn is_told_to_close(window: &Window, today: NaiveDate) -> bool {
    window
        .closes_on
        .is_some_and(|closes| closes >= today && (closes - window.opens_on).num_days() >= LONG_ENOUGH_DAYS)
}

/// The instant at which a day begins in London.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    london_instant(day.and_time(NaiveTime::MIN))
}

/// Marks the windows of a condition, which is in the words of a partial index, and gives them.
async fn marked(
    txn: &DatabaseTransaction,
    column: &str,
    which: &str,
    day: NaiveDate,
    limit: u64,
) -> Result<Vec<contract_window::Model>, Error> {
    let order = if column == "announced" {
        "opens_on"
    } else {
        "closes_on"
    };
    let sql = format!(
        "UPDATE contract_window SET {column} = TRUE WHERE (contract_id, kind, ordinal) IN \
         (SELECT contract_id, kind, ordinal FROM contract_window WHERE {which} ORDER BY {order} LIMIT {limit}) \
         RETURNING *"
    );
    let statement = Statement::from_sql_and_values(txn.get_database_backend(), sql, [day.into()]);
    let mut rows = contract_window::Entity::find()
        .from_raw_sql(statement)
        .all(txn)
        .await?;
    rows.sort_by(|a, b| (a.opens_on, a.contract_id, &a.kind).cmp(&(b.opens_on, b.contract_id, &b.kind)));
    Ok(rows)
}

/// What people are told about these contracts.
///
/// # Errors
/// When the database fails.
pub async fn described(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Described>, Error> {
    use contract::Column as C;
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        let rows = contract::Entity::find()
            .select_only()
            .columns([
                C::Id,
                C::CouncilId,
                C::Reference,
                C::Title,
                C::Description,
                C::Department,
            ])
            .columns([C::Lgsl, C::Cpv, C::ProductName, C::DeliveryModel, C::ValuePence])
            .column(C::ValueBasis)
            .columns([C::CurrentEndsOn, C::OwnerId, C::UpdatedAt])
            .filter(C::Id.is_in(ids.iter().copied()))
            .into_model::<Described>()
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|row| (row.id, row)));
    }
    Ok(found)
}

/// The suppliers and sources of these contracts; none for those that have neither.
///
/// # Errors
/// When the database fails.
pub async fn parties(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Parties>, Error> {
    let mut found: HashMap<Uuid, Parties> = HashMap::new();
    for ids in ids.chunks(AT_A_TIME) {
        for (id, names) in suppliers(db, ids).await? {
            found.entry(id).or_default().suppliers = names;
        }
        for (id, source) in sources(db, ids).await? {
            found.entry(id).or_default().source = Some(source);
        }
    }
    Ok(found)
}

/// Windows with what people are told about them.
pub(super) async fn told<'a>(
    db: &impl ConnectionTrait,
    windows: &'a [contract_window::Model],
) -> Result<Vec<(&'a contract_window::Model, Opening)>, Error> {
    let ids: Vec<Uuid> = windows.iter().map(|row| row.contract_id).collect();
    let (contracts, parties) = (described(db, &ids).await?, parties(db, &ids).await?);
    let told = windows.iter().filter_map(|row| {
        let opening = Opening {
            window: window(row)?,
            armed_at: row.armed_at,
            contract: contracts.get(&row.contract_id)?.clone(),
            parties: parties.get(&row.contract_id).cloned().unwrap_or_default(),
        };
        Some((row, opening))
    });
    Ok(told.collect())
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
