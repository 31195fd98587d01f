//! Contracts in the database: rows written in bulk, with the events that they bring.

use super::arming::Arming;
use super::changes::Before;
use super::gone;
use super::happened::{Teller, Told};
use super::policy::Policy;
use super::record::{Derived, notice, standing, state};
use super::term::Length;
use super::windows::{LeadTimeOverrides, LeadTimes, Window};
use crate::access::Permit;
use crate::events;
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    contract, contract_buyer, contract_source, contract_supplier, contract_window, council_policy,
    extension_option, import_run,
};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{OnConflict, SimpleExpr};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, Iterable, QueryFilter,
};
use std::collections::HashMap;
use uuid::Uuid;

/// SQLite takes 32,766 values a statement; the widest table has 40 columns.
pub(super) const ROWS_A_STATEMENT: usize = 500;
/// A date after all others, for the order of contracts without an end.
const NO_END: NaiveDate = NaiveDate::from_ymd_opt(9999, 12, 31).expect("it is a date");

/// The lead times of a council: Guildhall's, where it has none of its own.
pub(super) async fn policy(db: &impl ConnectionTrait, council_id: Uuid) -> Result<Policy, Error> {
    let own = council_policy::Entity::find_by_id(council_id).one(db).await?;
    Ok(own.as_ref().map(policy_of).unwrap_or_default())
}

/// The lead times of those of these councils that have their own.
pub(super) async fn policies(
    db: &impl ConnectionTrait,
    councils: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Policy>, Error> {
    let of = council_policy::Column::CouncilId.is_in(councils);
    let rows = council_policy::Entity::find().filter(of).all(db).await?;
    Ok(rows.iter().map(|row| (row.council_id, policy_of(row))).collect())
}

fn policy_of(own: &council_policy::Model) -> Policy {
    let days = |days: Option<i32>| days.and_then(|days| u16::try_from(days).ok());
    let leads = LeadTimes::default().overridden_by(&LeadTimeOverrides {
        review_lead_days: days(own.review_lead_days),
        decision_lead_days: days(own.decision_lead_days),
        engagement_lead_days: days(own.engagement_lead_days),
        preparation_lead_days: days(own.preparation_lead_days),
        expiry_lead_days: days(own.expiry_lead_days),
        mobilisation_days: days(own.mobilisation_days),
        evaluation_days: days(own.evaluation_days),
        tender_days: days(own.tender_days),
        planned_tender_days: days(own.planned_tender_days),
        standstill_working_days: days(own.standstill_working_days),
        notice_period_days: days(own.notice_period_days),
        ..LeadTimeOverrides::default()
    });
    Policy {
        leads,
        version: own.version,
    }
}

/// Writes entries with all that hangs on them, and what is to be told of it; what hung on the replaced ones goes first.
/// Gives what the replaced ones say differently now. Those that are new are told if `news`.
pub(super) async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council_id: Uuid,
    derived: Vec<Derived>,
    replaced: &[Uuid],
    news: bool,
) -> Result<Vec<(Uuid, serde_json::Value)>, Error> {
    let now = app.clock.now();
    let before = Before::read(txn, replaced).await?;
    let mut hanging = Hanging {
        arming: Arming::anew(app)
            .knowing(take_windows_of(txn, replaced).await?)
            .missing(gone::of_contracts(txn, replaced).await?),
        ..Hanging::default()
    };
    clear(txn, replaced).await?;
    let teller = Teller {
        council_id,
        entropy: &app.entropy,
        now,
    };
    let mut told = Told::default();
    let mut rows = Vec::with_capacity(derived.len());
    let mut changed = Vec::new();
    for entry in derived {
        let (id, suppliers, windows) = (entry.id, entry.entry.suppliers.clone(), entry.windows.clone());
        let was = hanging.arming.of(id).to_vec();
        let row = hanging.take(entry, council_id, now);
        match before.changes(&row, &suppliers) {
            Some(changes) => {
                teller.changed(id, &changes, &was, &windows, &mut told);
                changed.push((id, changes));
            }
            None if news => teller.added(id, &mut told),
            None => {}
        }
        rows.push(row);
    }
    insert_contracts(txn, permit, rows).await?;
    hanging.insert(txn, permit).await?;
    tell(app, txn, told).await?;
    Ok(changed)
}

async fn insert_contracts(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    rows: Vec<contract::ActiveModel>,
) -> Result<(), Error> {
    use contract::Column as C;
    let kept = |c: &C| matches!(c, C::Id | C::CreatedAt | C::Version | C::OwnerId);
    for chunk in chunks(rows) {
        let on_conflict = OnConflict::column(C::Id)
            .update_columns(C::iter().filter(|c| !kept(c)))
            .value(C::Version, sea_orm::sea_query::Expr::cust("contract.version + 1"))
            .to_owned();
        contract::Entity::insert_many(chunk)
            .on_conflict(on_conflict)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

async fn tell(app: &App, txn: &DatabaseTransaction, told: Told) -> Result<(), Error> {
    events::void(txn, &told.void, "the dates changed").await?;
    events::record(app, txn, told.events).await
}

/// Whether a council has read in a register before this reading of one.
pub(super) async fn has_register(
    txn: &impl ConnectionTrait,
    council_id: Uuid,
    reading: Uuid,
) -> Result<bool, Error> {
    let earlier = import_run::Entity::find()
        .filter(import_run::Column::CouncilId.eq(council_id))
        .filter(import_run::Column::Id.ne(reading))
        .filter(import_run::Column::UndoneAt.is_null())
        .one(txn)
        .await?;
    Ok(earlier.is_some())
}

async fn clear(txn: &impl ConnectionTrait, contracts: &[Uuid]) -> Result<(), Error> {
    for ids in contracts.chunks(ROWS_A_STATEMENT) {
        let ids = || ids.iter().copied();
        contract_supplier::Entity::delete_many()
            .filter(contract_supplier::Column::ContractId.is_in(ids()))
            .exec(txn)
            .await?;
        contract_buyer::Entity::delete_many()
            .filter(contract_buyer::Column::ContractId.is_in(ids()))
            .exec(txn)
            .await?;
        contract_source::Entity::delete_many()
            .filter(contract_source::Column::ContractId.is_in(ids()))
            .exec(txn)
            .await?;
        extension_option::Entity::delete_many()
            .filter(extension_option::Column::ContractId.is_in(ids()))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Sets a council's own lead times; a blank one is Guildhall's.
pub(super) async fn put_lead_times(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    council_id: Uuid,
    own: &LeadTimeOverrides,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    use council_policy::Column as C;
    let row = council_policy::ActiveModel {
        council_id: Set(council_id),
        review_lead_days: Set(own.review_lead_days.map(i32::from)),
        decision_lead_days: Set(own.decision_lead_days.map(i32::from)),
        engagement_lead_days: Set(own.engagement_lead_days.map(i32::from)),
        preparation_lead_days: Set(own.preparation_lead_days.map(i32::from)),
        expiry_lead_days: Set(own.expiry_lead_days.map(i32::from)),
        mobilisation_days: Set(own.mobilisation_days.map(i32::from)),
        evaluation_days: Set(own.evaluation_days.map(i32::from)),
        tender_days: Set(own.tender_days.map(i32::from)),
        planned_tender_days: Set(own.planned_tender_days.map(i32::from)),
        standstill_working_days: Set(own.standstill_working_days.map(i32::from)),
        notice_period_days: Set(own.notice_period_days.map(i32::from)),
        version: Set(1),
        updated_at: Set(now),
    };
    let replace = OnConflict::column(C::CouncilId)
        .update_columns(C::iter().filter(|c| !matches!(c, C::CouncilId | C::Version)))
        .value(
            C::Version,
            sea_orm::sea_query::Expr::cust("council_policy.version + 1"),
        )
        .to_owned();
    council_policy::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Takes windows away, as they are when they go: somebody may be telling of them at this moment.
async fn take_windows(
    txn: &impl ConnectionTrait,
    which: SimpleExpr,
) -> Result<Vec<contract_window::Model>, Error> {
    let taken = contract_window::Entity::delete_many()
        .filter(which)
        .exec_with_returning(txn)
        .await?;
    Ok(taken)
}

async fn take_windows_of(
    txn: &impl ConnectionTrait,
    contracts: &[Uuid],
) -> Result<Vec<contract_window::Model>, Error> {
    let mut found = Vec::new();
    for ids in contracts.chunks(ROWS_A_STATEMENT) {
        let of = contract_window::Column::ContractId.is_in(ids.iter().copied());
        found.extend(take_windows(txn, of).await?);
    }
    Ok(found)
}

/// Takes the windows of a whole register away, to be written anew.
pub(super) async fn take_windows_of_council(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    council_id: Uuid,
) -> Result<Arming, Error> {
    let before = take_windows(txn, contract_window::Column::CouncilId.eq(council_id)).await?;
    let gone = gone::of_council(txn, council_id).await?;
    Ok(Arming::anew(app).knowing(before).missing(gone))
}

/// Writes the windows that contracts have by new lead times, and tells of those that moved.
pub(super) async fn insert_windows(
    app: &App,
    txn: &DatabaseTransaction,
    _permit: &Permit,
    council_id: Uuid,
    arming: &mut Arming,
    windows: Vec<(Uuid, Vec<Window>)>,
) -> Result<(), Error> {
    let teller = Teller {
        council_id,
        entropy: &app.entropy,
        now: arming.now,
    };
    let mut told = Told::default();
    for (contract, windows) in &windows {
        teller.moved(*contract, arming.of(*contract), windows, &mut told);
    }
    let all = windows
        .iter()
        .flat_map(|(contract, windows)| windows.iter().map(|window| (*contract, window)));
    let rows = all.map(|(contract, window)| arming.row(contract, council_id, window));
    insert_all(txn, rows.collect()).await?;
    tell(app, txn, told).await
}

#[derive(Default)]
struct Hanging {
    arming: Arming,
    suppliers: Vec<contract_supplier::ActiveModel>,
    buyers: Vec<contract_buyer::ActiveModel>,
    options: Vec<extension_option::ActiveModel>,
    windows: Vec<contract_window::ActiveModel>,
    sources: Vec<contract_source::ActiveModel>,
}

impl Hanging {
    fn take(&mut self, derived: Derived, council_id: Uuid, now: DateTime<Utc>) -> contract::ActiveModel {
        let contract_id = derived.id;
        for (ordinal, supplier) in derived.entry.suppliers.iter().enumerate() {
            self.suppliers.push(contract_supplier::ActiveModel {
                contract_id: Set(contract_id),
                supplier_id: Set(*supplier),
                ordinal: Set(i32::try_from(ordinal).unwrap_or(i32::MAX)),
            });
        }
        for buyer in &derived.entry.buyers {
            self.buyers.push(contract_buyer::ActiveModel {
                contract_id: Set(contract_id),
                council_id: Set(*buyer),
            });
        }
        for option in derived.entry.term.extensions.as_slice() {
            let (months, until_on) = match option.length {
                Length::Months(months) => (Some(i32::from(months)), None),
                Length::Until(date) => (None, Some(date)),
            };
            self.options.push(extension_option::ActiveModel {
                contract_id: Set(contract_id),
                ordinal: Set(i32::from(option.ordinal)),
                months: Set(months),
                until_on: Set(until_on),
                notice_by: Set(option.notice_by),
                state: Set(state(option).into()),
            });
        }
        for window in &derived.windows {
            self.windows
                .push(self.arming.row(contract_id, council_id, window));
        }
        if let Some(source) = &derived.entry.source {
            self.sources.push(contract_source::ActiveModel {
                contract_id: Set(contract_id),
                import_id: Set(source.import_id),
                row_number: Set(i32::try_from(source.row).unwrap_or(i32::MAX)),
                digest: Set(source.digest.to_vec()),
                cells: Set(serde_json::json!(source.cells)),
                missing_since: Set(source.missing_since),
            });
        }
        row(derived, council_id, now)
    }

    async fn insert(self, txn: &impl ConnectionTrait, permit: &Permit) -> Result<(), Error> {
        insert_all(txn, self.suppliers).await?;
        insert_all(txn, self.buyers).await?;
        insert_all(txn, self.options).await?;
        insert_all(txn, self.windows).await?;
        self.arming.settle(txn, permit).await?;
        insert_all(txn, self.sources).await
    }
}

pub(super) async fn insert_all<A>(txn: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), Error>
where
    A: ActiveModelTrait + Send,
{
    for chunk in chunks(rows) {
        <A::Entity as EntityTrait>::insert_many(chunk)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

fn chunks<T>(mut rows: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let rest = rows.split_off(rows.len().min(ROWS_A_STATEMENT));
        let chunk = std::mem::replace(&mut rows, rest);
        (!chunk.is_empty()).then_some(chunk)
    })
}

/// A contract's own lead times as they are stored; nothing, when it has none.
fn own_leads(leads: &LeadTimeOverrides) -> Option<serde_json::Value> {
    let any = leads.each().any(|(_, days)| days.is_some());
    any.then(|| serde_json::json!(leads))
}

fn row(derived: Derived, council_id: Uuid, now: DateTime<Utc>) -> contract::ActiveModel {
    let (entry, term) = (derived.entry.particulars, derived.entry.term);
    let (notice_months, notice_days) = notice(term.notice_period);
    let (auto_renews_months, _) = notice(term.auto_renews_for);
    let (standing, terminated_on) = standing(term.standing);
    contract::ActiveModel {
        id: Set(derived.id),
        council_id: Set(council_id),
        row_key: Set(derived.entry.row_key),
        ocid: Set(entry.ocid),
        reference: Set(entry.reference),
        title: Set(entry.title),
        description: Set(entry.description),
        department: Set(entry.department),
        lgsl: Set(entry.lgsl),
        category: Set(entry.category),
        cpv: Set(entry.cpv),
        product_name: Set(entry.product_name),
        delivery_model: Set(entry.delivery_model),
        hosting: Set(entry.hosting),
        contract_type: Set(entry.contract_type),
        process_type: Set(entry.process_type),
        value_pence: Set(entry.value_pence),
        value_basis: Set(entry.value_basis),
        value_estimated: Set(entry.value_estimated),
        irrecoverable_vat_pence: Set(entry.irrecoverable_vat_pence),
        starts_on: Set(term.starts_on),
        initial_ends_on: Set(term.initial_ends_on),
        latest_ends_on: Set(term.latest_end),
        review_on: Set(term.review_on),
        notice_months: Set(notice_months),
        notice_days: Set(notice_days),
        auto_renews_months: Set(auto_renews_months),
        standing: Set(standing.into()),
        terminated_on: Set(terminated_on),
        replaced_on: Set(term.replaced_on),
        planned_notice: Set(derived.entry.leads.planned_notice),
        lead_times: Set(own_leads(&derived.entry.leads)),
        current_ends_on: Set(derived.current_end),
        ends_key: Set(derived.current_end.unwrap_or(NO_END)),
        maximum_ends_on: Set(derived.maximum_end),
        end_unknown: Set(derived.end_unknown),
        owner_id: Set(None),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(1),
    }
}
