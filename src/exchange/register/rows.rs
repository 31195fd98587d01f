//! One row of a register as typed values. Answers for what the fields mean and in which units;
//! must not read text. Next: `interpret.rs`, which fills them, and `between.rs`, which compares them.

use chrono::NaiveDate;

use super::columns::Column;
use super::doubt::{Doubt, Why};
use super::headings::RawRow;
use crate::contracts::term::Period;
use crate::exchange::renewal::Offer;

/// One row of a contracts register. Texts are trimmed and never empty; what could not be read is `None`, doubted,
/// and still in `raw`. Names follow the LGA contracts schema where it has one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegisterRow {
    /// What tells this contract from the others across files of one council; see `identity.rs` for the rule.
    pub row_key: String,
    /// The key this row has, or would have, if its reference were not unique. An importer that finds no
    /// `row_key` looks here, so that a reference repeated for the first time does not lose its contract.
    pub long_key: String,
    /// SHA-256 of the row's meaning: equal digests mean there is nothing to do.
    pub content_digest: [u8; 32],
    /// The cells as they came.
    pub raw: RawRow,

    /// The council, by name.
    pub organisation_name: Option<String>,
    /// The council, by GSS code or address.
    pub organisation_code: Option<String>,
    /// The day the row was true on.
    pub effective_on: Option<NaiveDate>,

    /// The council's own reference.
    pub reference: Option<String>,
    /// The OCID of the contracting process.
    pub open_contracting_id: Option<String>,
    /// Never empty: the description, reference or supplier stands in for a blank title.
    pub title: String,
    /// The goods and services.
    pub description: Option<String>,
    /// Such as `Framework agreement`, as written.
    pub contract_type: Option<String>,
    /// The directorate or service responsible.
    pub department: Option<String>,
    /// The service, by name.
    pub service_category_label: Option<String>,
    /// The service, by code or address, as written.
    pub service_category_uri: Option<String>,
    /// The council's own procurement category.
    pub procurement_category: Option<String>,
    /// The CPV category, by name.
    pub cpv_label: Option<String>,
    /// The CPV category: eight digits, without the check digit.
    pub cpv_code: Option<String>,
    /// The ProClass category, by name.
    pub proclass_label: Option<String>,
    /// The ProClass category, by code.
    pub proclass_code: Option<String>,

    /// The first day.
    pub starts_on: Option<NaiveDate>,
    /// The last day of the initial term.
    pub ends_on: Option<NaiveDate>,
    /// The review date.
    pub review_on: Option<NaiveDate>,
    /// The last day if every extension is taken.
    pub latest_ends_on: Option<NaiveDate>,
    /// The options to extend that its prose offers, in order. The prose itself stays in `raw`.
    pub options: Vec<Offer>,
    /// Notice that the prose asks for before an extension.
    pub notice: Option<Period>,

    /// The contract's value in pence, as given.
    pub value_pence: Option<i64>,
    /// Whether its cell or heading says that this is for one year. The LGA's schema does not say of which term it is.
    pub value_is_yearly: bool,
    /// Whether the value is estimated, or else fixed.
    pub estimated: Option<bool>,
    /// VAT that cannot be recovered, in pence.
    pub irrecoverable_vat_pence: Option<i64>,

    /// The supplier. `None` also when the name is withheld.
    pub supplier_name: Option<String>,
    /// Companies House number: two letters or digits and six digits. `None` when the cell is not of that form.
    pub companies_house: Option<String>,
    /// Charity number in its register's form: `1089893`, `SC012345`, `NIC100012`.
    pub charity_number: Option<String>,
    /// Another identifier of the supplier, such as the council's ledger number.
    pub other_supplier_id: Option<String>,
    /// Whether the supplier is an SME (fewer than 250 staff).
    pub sme: Option<bool>,
    /// Whether the supplier is a voluntary, community or social enterprise.
    pub vcse: Option<bool>,
    /// Which kind of VCSE, as written.
    pub vcse_type: Option<String>,

    /// Whom to ask.
    pub contact_name: Option<String>,
    /// Where to write to, as written: not checked to be an address.
    pub contact_email: Option<String>,
    /// The page of the contact; `http` or `https` only, like every link here.
    pub contact_url: Option<String>,

    /// How it was tendered, as written.
    pub process_type: Option<String>,
    /// The tender document.
    pub tender_document_url: Option<String>,
    /// The contract document.
    pub contract_document_url: Option<String>,
    /// Information on performance.
    pub performance_url: Option<String>,
    /// The area served, by name.
    pub area_served_label: Option<String>,
    /// The area served, by code or address, as written.
    pub area_served_uri: Option<String>,
}

impl RegisterRow {
    /// A doubt of one of its cells that arises after it was read.
    pub fn doubt(&self, column: Column, why: Why) -> Doubt {
        Doubt {
            row: self.row(),
            column: self.raw.heading(column),
            raw: self.raw.get(column).to_owned(),
            why,
            others: Vec::new(),
            made: None,
        }
    }

    /// The row as a spreadsheet counts, from 1.
    pub fn row(&self) -> u32 {
        self.raw.row()
    }
}
