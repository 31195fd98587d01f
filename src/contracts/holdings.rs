//! Who holds which contracts, worth what and for how long: the few columns that a view of the market counts, of every
//! contract that passes a filter, in one statement.

use super::{CALLED_OFF, Filter, YEARLY};
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use entity::{contract, contract_supplier};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use std::collections::HashMap;
use uuid::Uuid;

/// A contract as the market counts it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding {
    /// The contract.
    pub contract_id: Uuid,
    /// Whose register it is in.
    pub council_id: Uuid,
    /// Who holds it; nobody, where the register withholds or lacks the name.
    pub suppliers: Vec<Uuid>,
    /// Value in pence.
    pub value_pence: Option<i64>,
    /// Whether the value is of a year; otherwise it is of the whole term, or not said.
    pub is_yearly: bool,
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// Last day of the initial term.
    pub initial_ends_on: Option<NaiveDate>,
    /// Last day with what was exercised; none, if it is unknown or nobody believes it.
    pub ends_on: Option<NaiveDate>,
    /// The day from which it runs no more, whatever its term says: terminated, replaced, or never in force.
    pub stopped_on: Option<NaiveDate>,
}

impl Holding {
    /// Whether it runs on a day, as far as its register says: an end that is unknown has not come.
    pub fn runs_on(&self, day: NaiveDate) -> bool {
        self.starts_on.is_none_or(|starts| starts <= day)
            && self.ends_on.is_none_or(|ends| day <= ends)
            && self.stopped_on.is_none_or(|stopped| day < stopped)
    }
}

/// Every contract that passes a filter, past and present. Registers are public.
///
/// # Errors
/// When the database fails.
pub async fn holdings(app: &App, filter: &Filter) -> Result<Vec<Holding>, Error> {
    use contract::Column as C;
    let mut select = Query::select();
    select.from(contract::Entity);
    for column in [
        C::Id,
        C::CouncilId,
        C::ValuePence,
        C::ValueBasis,
        C::StartsOn,
        C::InitialEndsOn,
        C::CurrentEndsOn,
        C::EndUnknown,
        C::Standing,
        C::TerminatedOn,
        C::ReplacedOn,
    ] {
        select.column((contract::Entity, column));
    }
    let of = (contract_supplier::Entity, contract_supplier::Column::ContractId);
    select
        .column((contract_supplier::Entity, contract_supplier::Column::SupplierId))
        .left_join(
            contract_supplier::Entity,
            Expr::col(of).equals((contract::Entity, C::Id)),
        )
        .cond_where(filter.condition(app.db.backend()));
    let mut places: HashMap<Uuid, usize> = HashMap::new();
    let mut all: Vec<Holding> = Vec::new();
    for row in app.db.read().query_all(&select).await? {
        let (id, supplier): (Uuid, Option<Uuid>) = (row.try_get_by_index(0)?, row.try_get_by_index(11)?);
        let place = match places.get(&id) {
            Some(place) => *place,
            None => {
                places.insert(id, all.len());
                all.push(read(id, &row)?);
                all.len() - 1
            }
        };
        all[place].suppliers.extend(supplier);
    }
    Ok(all)
}

fn read(contract_id: Uuid, row: &QueryResult) -> Result<Holding, DbErr> {
    let basis: Option<String> = row.try_get_by_index(3)?;
    let (ends_on, unknown): (Option<NaiveDate>, bool) = (row.try_get_by_index(6)?, row.try_get_by_index(7)?);
    let standing: String = row.try_get_by_index(8)?;
    let (terminated, replaced): (Option<NaiveDate>, Option<NaiveDate>) =
        (row.try_get_by_index(9)?, row.try_get_by_index(10)?);
    let after = terminated.and_then(|last| last.succ_opt());
    let never = (standing == CALLED_OFF).then_some(NaiveDate::MIN);
    Ok(Holding {
        contract_id,
        council_id: row.try_get_by_index(1)?,
        suppliers: Vec::new(),
        value_pence: row.try_get_by_index(2)?,
        is_yearly: basis.as_deref() == Some(YEARLY),
        starts_on: row.try_get_by_index(4)?,
        initial_ends_on: row.try_get_by_index(5)?,
        ends_on: ends_on.filter(|_| !unknown),
        stopped_on: [after, replaced, never].into_iter().flatten().min(),
    })
}
