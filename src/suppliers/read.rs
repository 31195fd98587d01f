//! Reading suppliers: what a profile says to everybody.

use super::{Address, Figures, Size, name_key, places, sectors};
use crate::councils::directory;
use crate::councils::facts::Region;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use entity::{contract_supplier, supplier};
use sea_orm::sea_query::ExprTrait;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A supplier.
#[derive(Clone, Debug, PartialEq, Eq, sea_orm::FromQueryResult)]
pub struct Supplier {
    /// Identifier.
    pub id: Uuid,
    /// Name.
    pub name: String,
    /// Companies House number.
    pub companies_house: Option<String>,
    /// Charity number.
    pub charity: Option<String>,
    /// Its size by staff.
    pub size: Option<Size>,
    /// People who work for it, by heads.
    pub staff: Option<i32>,
    /// What it took in its last year, in pence.
    pub turnover_pence: Option<i64>,
    /// The total of its last balance sheet, in pence.
    pub balance_sheet_pence: Option<i64>,
    /// When its size was last stated or confirmed.
    pub size_confirmed_on: Option<NaiveDate>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: Option<bool>,
    /// Where it is.
    pub town: Option<String>,
    /// The lines of its address before the town, a line each.
    pub address: Option<String>,
    /// Postcode.
    pub postcode: Option<String>,
    /// Its country, two letters.
    pub country: Option<String>,
    /// The region that its address lies in.
    pub region: Option<Region>,
    /// Its website.
    pub website: Option<String>,
    /// What it does.
    pub summary: Option<String>,
    /// Counts its changes.
    pub version: i32,
}

impl Supplier {
    /// Its address, if it states one.
    pub fn address(&self) -> Option<Address> {
        Some(Address {
            lines: self.address.as_ref()?.lines().map(str::to_owned).collect(),
            postcode: self.postcode.clone(),
            country: self.country.clone()?,
            region: self.region,
        })
    }

    /// What its size rests on.
    pub fn figures(&self) -> Figures {
        Figures {
            staff: self.staff,
            turnover_pence: self.turnover_pence,
            balance_sheet_pence: self.balance_sheet_pence,
        }
    }
}

const COLUMNS: [supplier::Column; 18] = [
    supplier::Column::Id,
    supplier::Column::Name,
    supplier::Column::CompaniesHouse,
    supplier::Column::Charity,
    supplier::Column::Size,
    supplier::Column::Staff,
    supplier::Column::TurnoverPence,
    supplier::Column::BalanceSheetPence,
    supplier::Column::SizeConfirmedOn,
    supplier::Column::Vcse,
    supplier::Column::Town,
    supplier::Column::Address,
    supplier::Column::Postcode,
    supplier::Column::Country,
    supplier::Column::Region,
    supplier::Column::Website,
    supplier::Column::Summary,
    supplier::Column::Version,
];

/// Ids in one statement: SQLite takes 32,766 values.
const AT_A_TIME: usize = 1000;

/// Suppliers by id, in one statement for a page of them.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(app: &App, ids: &[Uuid]) -> Result<HashMap<Uuid, Supplier>, Error> {
    by_ids_in(app.db.read(), ids).await
}

/// The same, within a transaction.
pub(crate) async fn by_ids_in(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Supplier>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        let some = supplier::Entity::find()
            .select_only()
            .columns(COLUMNS)
            .filter(supplier::Column::Id.is_in(ids.iter().copied()))
            .into_model::<Supplier>()
            .all(db)
            .await?;
        found.extend(some.into_iter().map(|supplier| (supplier.id, supplier)));
    }
    Ok(found)
}

/// The size of every supplier that stated one, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn sizes(app: &App) -> Result<HashMap<Uuid, Size>, Error> {
    let known = supplier::Entity::find()
        .select_only()
        .columns([supplier::Column::Id, supplier::Column::Size])
        .filter(supplier::Column::Size.is_not_null())
        .into_tuple::<(Uuid, Size)>()
        .all(app.db.read())
        .await?;
    Ok(known.into_iter().collect())
}

/// A supplier whose row nobody else can change until the transaction ends.
pub(super) async fn held(txn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Supplier>, Error> {
    let mut query = supplier::Entity::find_by_id(id).select_only().columns(COLUMNS);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    Ok(query.into_model::<Supplier>().one(txn).await?)
}

/// The suppliers of contracts, by contract and in the register's order, in one statement.
///
/// # Errors
/// When the database fails.
pub async fn of_contracts(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Vec<Supplier>>, Error> {
    #[derive(sea_orm::FromQueryResult)]
    struct Link {
        contract_id: Uuid,
        #[sea_orm(nested)]
        supplier: Supplier,
    }
    let suppliers: sea_orm::RelationDef = contract_supplier::Entity::belongs_to(supplier::Entity)
        .from(contract_supplier::Column::SupplierId)
        .to(supplier::Column::Id)
        .into();
    let links = contract_supplier::Entity::find()
        .select_only()
        .column(contract_supplier::Column::ContractId)
        .columns(COLUMNS)
        .join(sea_orm::JoinType::InnerJoin, suppliers)
        .filter(contract_supplier::Column::ContractId.is_in(contracts.iter().copied()))
        .order_by_asc(contract_supplier::Column::Ordinal)
        .into_model::<Link>()
        .all(app.db.read())
        .await?;
    let mut of: HashMap<Uuid, Vec<Supplier>> = HashMap::with_capacity(contracts.len());
    for link in links {
        of.entry(link.contract_id).or_default().push(link.supplier);
    }
    Ok(of)
}

/// Which suppliers; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct SupplierFilter {
    /// Whose name has these words in it, in any case.
    pub name: Option<String>,
    /// Of one of these sizes, as their profile says.
    pub sizes: Vec<Size>,
    /// Whether it is a voluntary, community or social enterprise.
    pub vcse: Option<bool>,
    /// That serve this council: itself, its region, or everywhere.
    pub serves: Option<Uuid>,
    /// That serve the whole of this region.
    pub serves_region: Option<Region>,
    /// In one of these trades, by division of the Common Procurement Vocabulary.
    pub sectors: Vec<String>,
}

/// A page of suppliers by name.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, filter: &SupplierFilter, cut: &Cut) -> Result<Page<Supplier>, Error> {
    use supplier::Column::{Id, Name, NameKey, Size, Vcse};
    let mut query = supplier::Entity::find()
        .select_only()
        .columns(COLUMNS)
        .order_by_asc(Name)
        .order_by_asc(Id)
        .limit(cut.first + 1);
    if let Some(name) = &filter.name {
        query = query.filter(NameKey.contains(name_key(name)));
    }
    if !filter.sizes.is_empty() {
        query = query.filter(Size.is_in(filter.sizes.iter().map(|size| size.as_str())));
    }
    if let Some(vcse) = filter.vcse {
        query = query.filter(Vcse.eq(vcse));
    }
    if let Some(id) = filter.serves {
        let around = directory().by_id(id).map(places::around).unwrap_or_default();
        query = query.filter(Id.into_expr().in_subquery(places::serving(around)));
    }
    if let Some(region) = filter.serves_region {
        query = query.filter(Id.into_expr().in_subquery(places::serving(places::over(region))));
    }
    if !filter.sectors.is_empty() {
        query = query.filter(Id.into_expr().in_subquery(sectors::within(&filter.sectors)));
    }
    if let Some((name, id)) = &cut.after {
        let same = Condition::all().add(Name.eq(name)).add(Id.gt(*id));
        query = query.filter(Condition::any().add(Name.gt(name)).add(same));
    }
    let found = query.into_model::<Supplier>().all(app.db.read()).await?;
    let items = found.into_iter().map(|supplier| Item {
        key: supplier.name.clone(),
        id: supplier.id,
        value: supplier,
    });
    Ok(Page::from_one_more(items.collect(), cut, None))
}
