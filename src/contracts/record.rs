//! Writing contracts: what a register or an award says goes in whole, with its windows, in one transaction.

use super::store;
use super::term::{ExtensionOption, Period, Standing, Term};
use super::windows::{LeadTimeOverrides, LeadTimes, Window, WorkingDays, derive};
use crate::access::Permit;
use crate::councils::{self, directory};
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a contract says, apart from its dates and options.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Particulars {
    /// Open Contracting ID of the process it was let by.
    pub ocid: Option<String>,
    /// The council's own reference.
    pub reference: Option<String>,
    /// Title.
    pub title: String,
    /// What is bought.
    pub description: String,
    /// The directorate or service responsible.
    pub department: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// The council's own category.
    pub category: Option<String>,
    /// CPV code, eight digits.
    pub cpv: Option<String>,
    /// The product or system it pays for.
    pub product_name: Option<String>,
    /// in_house, outsourced or shared.
    pub delivery_model: Option<String>,
    /// cloud or on_premises.
    pub hosting: Option<String>,
    /// As the register says.
    pub contract_type: Option<String>,
    /// How it was procured.
    pub process_type: Option<String>,
    /// Value in pence, net of VAT.
    pub value_pence: Option<i64>,
    /// whole_term or yearly.
    pub value_basis: Option<String>,
    /// Whether the value is an estimate.
    pub value_estimated: Option<bool>,
    /// VAT that cannot be recovered, in pence.
    pub irrecoverable_vat_pence: Option<i64>,
}

/// Which file and row a contract came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The reading of the file.
    pub import_id: Uuid,
    /// As a spreadsheet counts: the heading is row 1.
    pub row: u32,
    /// SHA-256 of the row as read.
    pub digest: [u8; 32],
    /// The cells as they came.
    pub cells: Vec<String>,
    /// Since when the council's files do not have it any more.
    pub missing_since: Option<DateTime<Utc>>,
}

/// A contract to be written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// What makes it the same contract next time, within its council.
    pub row_key: String,
    /// What it says.
    pub particulars: Particulars,
    /// Its dates and options.
    pub term: Term,
    /// This contract's own lead times.
    pub leads: LeadTimeOverrides,
    /// Its suppliers, in order.
    pub suppliers: Vec<Uuid>,
    /// Councils that buy beside the register's own.
    pub buyers: Vec<Uuid>,
    /// Where it came from, if from a file.
    pub source: Option<Source>,
}

/// What is to be done with an entry.
#[derive(Clone, Debug)]
pub enum Change {
    /// It is new.
    Add(Entry),
    /// It takes the place of what this contract said before.
    Replace(Uuid, Entry),
}

/// What was done: the contracts' ids, in the order of the changes.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    /// Ids of what was written.
    pub ids: Vec<Uuid>,
    /// What each replaced contract says differently now, by field: `from` and `to`.
    pub changed: Vec<(Uuid, serde_json::Value)>,
}

/// What the rules make of an entry: stored beside it, so that lists can be filtered and ordered by it.
pub(super) struct Derived {
    pub(super) id: Uuid,
    pub(super) entry: Entry,
    pub(super) current_end: Option<NaiveDate>,
    pub(super) maximum_end: Option<NaiveDate>,
    pub(super) end_unknown: bool,
    pub(super) windows: Vec<Window>,
}

/// Writes entries into a council's register, a few statements for any number of them. The register is held: windows
/// are derived from its entries and the council's lead times together. The audit entries about what changed are the
/// caller's: they come last in its transaction.
///
/// # Errors
/// When the database fails; nothing is then to be committed.
pub async fn record(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council_id: Uuid,
    changes: Vec<Change>,
) -> Result<Recorded, Error> {
    councils::hold(txn, council_id).await?;
    let leads = store::policy(txn, council_id).await?.leads;
    let calendar = directory().calendar(council_id);
    let mut replaced = Vec::new();
    let mut derived = Vec::with_capacity(changes.len());
    for change in changes {
        let (id, entry) = match change {
            Change::Add(entry) => (app.new_id(), entry),
            Change::Replace(id, entry) => {
                replaced.push(id);
                (id, entry)
            }
        };
        derived.push(derive_entry(id, entry, &leads, &calendar));
    }
    // The first reading of a register is no news of each contract in it.
    let reading = derived
        .iter()
        .find_map(|d| d.entry.source.as_ref())
        .map(|source| source.import_id);
    let news = match reading {
        Some(reading) => store::has_register(txn, council_id, reading).await?,
        None => true,
    };
    let ids = derived.iter().map(|d| d.id).collect();
    let changed = store::write(app, txn, permit, council_id, derived, &replaced, news).await?;
    Ok(Recorded { ids, changed })
}

fn derive_entry(id: Uuid, entry: Entry, leads: &LeadTimes, calendar: &impl WorkingDays) -> Derived {
    let leads = leads.overridden_by(&entry.leads);
    let windows = derive(&entry.term, &leads, calendar);
    Derived {
        id,
        current_end: entry.term.current_end(),
        maximum_end: entry.term.maximum_end(),
        end_unknown: windows.end_unknown,
        windows: windows.iter().copied().collect(),
        entry,
    }
}

/// Notice as months and days, of which one is given.
pub(super) fn notice(period: Option<Period>) -> (Option<i32>, Option<i32>) {
    match period {
        Some(Period::Months(months)) => (Some(i32::from(months)), None),
        Some(Period::Days(days)) => (None, Some(i32::from(days))),
        None => (None, None),
    }
}

/// The stored word of a contract that was called off.
pub const CALLED_OFF: &str = "cancelled";

/// The stored word of a value that is for one year.
pub const YEARLY: &str = "yearly";

/// The stored word of a standing, and the day it ended.
pub(super) fn standing(standing: Standing) -> (&'static str, Option<NaiveDate>) {
    match standing {
        Standing::Pending => ("pending", None),
        Standing::Active => ("active", None),
        Standing::Cancelled => (CALLED_OFF, None),
        Standing::Terminated { on } => ("terminated", Some(on)),
    }
}

/// The stored word of an option's state.
pub(super) fn state(option: &ExtensionOption) -> &'static str {
    use super::term::ExtensionState::{Available, Declined, Exercised, Lapsed};
    match option.state {
        Available => "available",
        Exercised => "exercised",
        Declined => "declined",
        Lapsed => "lapsed",
    }
}
