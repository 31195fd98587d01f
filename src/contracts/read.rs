//! Reading contracts: only the columns that were asked for, a page at a time, in one statement.

use super::CALLED_OFF;
use super::filter::{Filter, OrderBy};
use super::term::{ExtensionOption, Extensions, Period, Standing, Term};
use super::windows::LeadTimeOverrides;
use crate::access::Viewer;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveDate, Utc};
use entity::contract;
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Func, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use std::collections::HashMap;
use uuid::Uuid;

macro_rules! columns {
    ($($(#[$doc:meta])* $field:ident: $type:ty => $column:ident,)*) => {
        /// A column of a contract, to be read or left out.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[expect(missing_docs, reason = "the fields of Contract say it")]
        pub enum Column { $($column,)* }

        /// A contract as it was read. What was not among the [`Columns`] asked for holds its default.
        #[derive(Clone, Debug, Default, PartialEq, Eq)]
        pub struct Contract {
            /// Identifier.
            pub id: Uuid,
            /// The council whose register it is in.
            pub council_id: Uuid,
            $($(#[$doc])* pub $field: $type,)*
        }

        impl Column {
            /// Every column there is.
            pub const ALL: &[Self] = &[$(Self::$column,)*];

            fn source(self) -> contract::Column {
                match self { $(Self::$column => contract::Column::$column,)* }
            }

            fn read(self, row: &QueryResult, index: usize, into: &mut Contract) -> Result<(), DbErr> {
                match self { $(Self::$column => into.$field = row.try_get_by_index(index)?,)* }
                Ok(())
            }
        }
    };
}

columns! {
    /// Open Contracting ID of the process it was let by.
    ocid: Option<String> => Ocid,
    /// The council's own reference.
    reference: Option<String> => Reference,
    /// Title.
    title: String => Title,
    /// What is bought.
    description: String => Description,
    /// The directorate or service responsible.
    department: Option<String> => Department,
    /// Local Government Service List code.
    lgsl: Option<i32> => Lgsl,
    /// The council's own category.
    category: Option<String> => Category,
    /// Common Procurement Vocabulary code, eight digits.
    cpv: Option<String> => Cpv,
    /// The product or system it pays for.
    product_name: Option<String> => ProductName,
    /// in_house, outsourced or shared.
    delivery_model: Option<String> => DeliveryModel,
    /// cloud or on_premises.
    hosting: Option<String> => Hosting,
    /// As the register says: framework, call-off and so on.
    contract_type: Option<String> => ContractType,
    /// How it was procured.
    process_type: Option<String> => ProcessType,
    /// Value in pence, net of VAT.
    value_pence: Option<i64> => ValuePence,
    /// whole_term or yearly.
    value_basis: Option<String> => ValueBasis,
    /// Whether the value is an estimate.
    value_estimated: Option<bool> => ValueEstimated,
    /// VAT that cannot be recovered, in pence.
    irrecoverable_vat_pence: Option<i64> => IrrecoverableVatPence,
    /// First day.
    starts_on: Option<NaiveDate> => StartsOn,
    /// Last day of the initial term.
    initial_ends_on: Option<NaiveDate> => InitialEndsOn,
    /// Last day after every extension, where the register says only that.
    latest_ends_on: Option<NaiveDate> => LatestEndsOn,
    /// Review date.
    review_on: Option<NaiveDate> => ReviewOn,
    /// Notice period in months.
    notice_months: Option<i32> => NoticeMonths,
    /// Notice period in days.
    notice_days: Option<i32> => NoticeDays,
    /// It renews itself for so many months.
    auto_renews_months: Option<i32> => AutoRenewsMonths,
    /// pending, active, cancelled or terminated.
    standing: String => Standing,
    /// Last day it ran, if terminated.
    terminated_on: Option<NaiveDate> => TerminatedOn,
    /// First day of its replacement.
    replaced_on: Option<NaiveDate> => ReplacedOn,
    /// Whether a planned procurement notice was published.
    planned_notice: bool => PlannedNotice,
    /// This contract's own lead times, where they differ from its council's.
    lead_times: Option<serde_json::Value> => LeadTimes,
    /// Initial end plus exercised options.
    current_ends_on: Option<NaiveDate> => CurrentEndsOn,
    /// Current end plus available options.
    maximum_ends_on: Option<NaiveDate> => MaximumEndsOn,
    /// No end, or one that nobody believes.
    end_unknown: bool => EndUnknown,
    /// When it was last changed here.
    updated_at: DateTime<Utc> => UpdatedAt,
    /// Counts its changes.
    version: i32 => Version,
}

/// The term of a contract that was read with the columns of its dates, and its options.
pub fn term_of(row: &Contract, options: Vec<ExtensionOption>) -> Term {
    let terminated = row.terminated_on;
    Term {
        starts_on: row.starts_on,
        initial_ends_on: row.initial_ends_on,
        extensions: Extensions::new(options).unwrap_or_default(),
        latest_end: row.latest_ends_on,
        review_on: row.review_on,
        notice_period: period(row.notice_months, row.notice_days),
        auto_renews_for: period(row.auto_renews_months, None),
        standing: match (row.standing.as_str(), terminated) {
            ("pending", _) => Standing::Pending,
            (CALLED_OFF, _) => Standing::Cancelled,
            ("terminated", Some(on)) => Standing::Terminated { on },
            _ => Standing::Active,
        },
        replaced_on: row.replaced_on,
    }
}

/// A contract's own lead times, where it was read with their columns.
pub(super) fn leads_of(row: &Contract) -> Result<LeadTimeOverrides, Error> {
    let own = row.lead_times.clone().map(serde_json::from_value).transpose();
    Ok(LeadTimeOverrides {
        planned_notice: row.planned_notice,
        ..own.map_err(Error::fault)?.unwrap_or_default()
    })
}

fn period(months: Option<i32>, days: Option<i32>) -> Option<Period> {
    let small = |number: i32| u16::try_from(number).ok();
    match (months, days) {
        (Some(months), _) => small(months).map(Period::Months),
        (None, Some(days)) => small(days).map(Period::Days),
        (None, None) => None,
    }
}

/// Which columns to read.
#[derive(Clone, Debug)]
pub struct Columns(Vec<Column>);

impl Columns {
    /// All of them.
    pub fn all() -> Self {
        Self(Column::ALL.to_vec())
    }

    /// These, each once.
    pub fn of(columns: impl IntoIterator<Item = Column>) -> Self {
        let mut list: Vec<Column> = columns.into_iter().collect();
        list.sort_by_key(|column| *column as u8);
        list.dedup();
        Self(list)
    }

    fn select(&self) -> SelectStatement {
        let mut select = Query::select();
        select.from(contract::Entity);
        for column in [contract::Column::Id, contract::Column::CouncilId] {
            select.column((contract::Entity, column));
        }
        for column in &self.0 {
            select.column((contract::Entity, column.source()));
        }
        select
    }

    fn read(&self, row: &QueryResult) -> Result<Contract, DbErr> {
        let mut contract = Contract {
            id: row.try_get_by_index(0)?,
            council_id: row.try_get_by_index(1)?,
            ..Contract::default()
        };
        for (index, column) in self.0.iter().enumerate() {
            column.read(row, index + 2, &mut contract)?;
        }
        Ok(contract)
    }
}

/// A page of the contracts that pass a filter. Registers are public: any viewer may read them.
///
/// # Errors
/// When the database fails, or the cursor is of another order.
pub async fn list(
    app: &App,
    _viewer: &Viewer,
    filter: &Filter,
    order: OrderBy,
    cut: &Cut,
    columns: &Columns,
    count: bool,
) -> Result<Page<Contract>, Error> {
    let mut select = columns.select();
    let key = order.key();
    select.expr_as(key.clone().cast_as(Alias::new("text")), Alias::new("sort_key"));
    select.cond_where(filter.condition(app.db.backend()));
    if let Some(after) = &cut.after {
        select.cond_where(order.after(after)?);
    }
    select.order_by_expr(key, order.direction());
    select.order_by((contract::Entity, contract::Column::Id), order.direction());
    select.limit(cut.first + 1);
    let rows = app.db.read().query_all(&select).await?;
    let at = columns.0.len() + 2;
    let read = |row: &QueryResult| -> Result<Item<Contract>, DbErr> {
        let value = columns.read(row)?;
        Ok(Item {
            key: row.try_get_by_index(at)?,
            id: value.id,
            value,
        })
    };
    let items = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let total = if count {
        Some(total(app, filter).await?)
    } else {
        None
    };
    Ok(Page::from_one_more(items, cut, total))
}

async fn total(app: &App, filter: &Filter) -> Result<u64, Error> {
    let mut select = Query::select();
    select
        .from(contract::Entity)
        .expr(Func::count(Expr::col((contract::Entity, contract::Column::Id))));
    select.cond_where(filter.condition(app.db.backend()));
    let row = app.db.read().query_one(&select).await?.ok_or(Error::NotFound)?;
    let count: i64 = row.try_get_by_index(0)?;
    Ok(u64::try_from(count).unwrap_or_default())
}

/// One contract, whole.
///
/// # Errors
/// When the database fails.
pub async fn one(app: &App, viewer: &Viewer, id: Uuid) -> Result<Option<Contract>, Error> {
    Ok(by_ids(app, viewer, &[id], &Columns::all()).await?.remove(&id))
}

/// Contracts by id, in one statement; those that do not exist are not in the answer.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(
    app: &App,
    _viewer: &Viewer,
    ids: &[Uuid],
    columns: &Columns,
) -> Result<HashMap<Uuid, Contract>, Error> {
    by_ids_in(app.db.read(), ids, columns).await
}

/// In whose register a contract is.
///
/// # Errors
/// When the database fails.
pub(crate) async fn council_of(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Uuid>, Error> {
    let found = by_ids_in(db, &[id], &Columns::of([])).await?.remove(&id);
    Ok(found.map(|contract| contract.council_id))
}

/// The same, within a transaction.
pub(super) async fn by_ids_in(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
    columns: &Columns,
) -> Result<HashMap<Uuid, Contract>, Error> {
    let mut select = columns.select();
    select.and_where(Expr::col((contract::Entity, contract::Column::Id)).is_in(ids.iter().copied()));
    let rows = db.query_all(&select).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let contract = columns.read(row)?;
        found.insert(contract.id, contract);
    }
    Ok(found)
}

/// Some contracts of a council's register after this id, in the order of ids: for work on all of them.
pub(super) async fn some_of_council(
    db: &impl ConnectionTrait,
    council_id: Uuid,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Contract>, Error> {
    let columns = Columns::all();
    let mut select = columns.select();
    select
        .and_where(Expr::col((contract::Entity, contract::Column::CouncilId)).eq(council_id))
        .and_where(Expr::col((contract::Entity, contract::Column::Id)).gt(after))
        .order_by((contract::Entity, contract::Column::Id), sea_orm::Order::Asc)
        .limit(limit);
    let rows = db.query_all(&select).await?;
    Ok(rows
        .iter()
        .map(|row| columns.read(row))
        .collect::<Result<_, _>>()?)
}
