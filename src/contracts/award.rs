//! A pilot's award as a contract in the register, its windows armed.

use super::record::{Change, Entry, Particulars, record};
use super::term::Term;
use super::windows::LeadTimeOverrides;
use crate::access::Permit;
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// What was awarded.
#[derive(Clone, Debug)]
pub struct Award {
    /// The pilot it comes from: its row key, so that one pilot gives one contract.
    pub pilot_id: Uuid,
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
        row_key: format!("pilot:{}", award.pilot_id),
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
