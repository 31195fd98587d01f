//! An entry of a council's contracts register.

use sea_orm::entity::prelude::*;

/// An entry of a council's contracts register.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contract")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub council_id: Uuid,
    /// What makes it the same contract in the next file: see exchange::register.
    pub row_key: String,
    /// Open Contracting ID of the process it was let by; several contracts may come from one.
    pub ocid: Option<String>,
    pub reference: Option<String>,
    pub title: String,
    pub description: String,
    pub department: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// The council's own name for the category.
    pub category: Option<String>,
    /// Common Procurement Vocabulary, eight digits.
    pub cpv: Option<String>,
    /// The product or system it pays for.
    pub product_name: Option<String>,
    /// in_house, outsourced or shared.
    pub delivery_model: Option<String>,
    /// cloud or on_premises.
    pub hosting: Option<String>,
    pub contract_type: Option<String>,
    pub process_type: Option<String>,
    pub value_pence: Option<i64>,
    /// whole_term or yearly.
    pub value_basis: Option<String>,
    pub value_estimated: Option<bool>,
    pub irrecoverable_vat_pence: Option<i64>,
    pub starts_on: Option<Date>,
    pub initial_ends_on: Option<Date>,
    /// The end after every extension, where a register says only that.
    pub latest_ends_on: Option<Date>,
    pub review_on: Option<Date>,
    pub notice_months: Option<i32>,
    pub notice_days: Option<i32>,
    pub auto_renews_months: Option<i32>,
    /// pending, active, cancelled or terminated (OCDS contractStatus).
    pub standing: String,
    pub terminated_on: Option<Date>,
    pub replaced_on: Option<Date>,
    /// A planned procurement notice was published: the tender period is shorter.
    pub planned_notice: bool,
    /// This contract's own lead times, where they differ from its council's.
    pub lead_times: Option<Json>,
    /// Initial end plus exercised options; derived, kept for order and filters.
    pub current_ends_on: Option<Date>,
    /// The current end, or 9999-12-31 when it is not known: what lists are ordered by.
    pub ends_key: Date,
    /// Current end plus available options; derived.
    pub maximum_ends_on: Option<Date>,
    /// No end, or one like 2099 that nobody believes; derived.
    pub end_unknown: bool,
    /// Who looks after it, and is told of what happens to it.
    pub owner_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
