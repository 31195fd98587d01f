//! A pilot's award as a contract in the register, its windows armed; and what becomes of that when the award is undone.
//!
//! It is written with the award, also where the award stands still first: its first day is then after the standstill, so
//! that until then it reads as not started. Nothing has to run on the day for it to become what it is.

use super::entry;
use super::record::{Change, Entry, Particulars, record};
use super::term::{Standing, Term};
use super::windows::LeadTimeOverrides;
use crate::access::Permit;
use crate::councils;
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// What was awarded.
#[derive(Clone, Debug)]
pub struct Award {
    /// The pilot it comes from.
    pub pilot_id: Uuid,
    /// Which of the pilot's decisions: with pilot and bid its row key, so that one decision gives one contract for a bid.
    pub decision: i32,
    /// The bid that won.
    pub bid_id: Uuid,
    /// The council that awards.
    pub council_id: Uuid,
    /// The supplier that won.
    pub supplier_id: Uuid,
    /// Title of the contract.
    pub title: String,
    /// What is bought.
    pub description: String,
    /// The price in pence, net of VAT.
    pub value_pence: i64,
    /// First day.
    pub starts_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
    /// CPV code.
    pub cpv: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
}

/// Writes the award into the council's register as part of `txn`; gives the contract's id.
///
/// # Errors
/// When the database fails.
pub async fn record_award(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    award: Award,
) -> Result<Uuid, Error> {
    let entry = Entry {
        row_key: format!("pilot:{}:{}:{}", award.pilot_id, award.decision, award.bid_id),
        particulars: Particulars {
            title: award.title,
            description: award.description,
            cpv: award.cpv,
            lgsl: award.lgsl,
            value_pence: Some(award.value_pence),
            value_basis: Some("whole_term".into()),
            value_estimated: Some(false),
            process_type: Some("Pilot".into()),
            ..Particulars::default()
        },
        term: Term {
            starts_on: Some(award.starts_on),
            initial_ends_on: Some(award.ends_on),
            ..Term::default()
        },
        leads: LeadTimeOverrides::default(),
        suppliers: vec![award.supplier_id],
        buyers: Vec::new(),
        source: None,
    };
    let recorded = record(app, txn, permit, award.council_id, vec![Change::Add(entry)]).await?;
    recorded
        .ids
        .first()
        .copied()
        .ok_or_else(|| Error::fault("the award was not written"))
}

/// Calls off the contract of an award that was undone, with everything that was to be told of it; gives what it says
/// differently now, for the audit log. One that was terminated is called off as well: it cannot run again.
///
/// # Errors
/// When the database fails.
pub async fn cancel_award(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council: Uuid,
    contract: Uuid,
) -> Result<Vec<(Uuid, serde_json::Value)>, Error> {
    councils::hold(txn, council).await?;
    let (mut entry, _) = entry::of(txn, contract).await?.ok_or(Error::NotFound)?;
    if entry.term.standing == Standing::Cancelled {
        return Ok(Vec::new());
    }
    entry.term.standing = Standing::Cancelled;
    let called_off = vec![Change::Replace(contract, entry)];
    Ok(record(app, txn, permit, council, called_off).await?.changed)
}
