//! Something that somebody may have asked to be told of.

use sea_orm::entity::prelude::*;

/// Something that somebody may have asked to be told of.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub kind: String,
    /// What makes it the same event: it happens once.
    pub key: String,
    /// The council that it happened to; of evidence, the supplier.
    pub organisation_id: Uuid,
    pub contract_id: Option<Uuid>,
    pub need_id: Option<Uuid>,
    pub pilot_id: Option<Uuid>,
    pub evidence_id: Option<Uuid>,
    /// Of a window: its kind, option and dates.
    pub window_kind: Option<String>,
    pub ordinal: Option<i32>,
    pub opens_on: Option<Date>,
    pub closes_on: Option<Date>,
    /// What changed, where something did.
    pub detail: Json,
    pub happened_at: DateTimeUtc,
    /// Whoever asked has it in their ledger.
    pub told: bool,
    /// Why it is not so any more.
    pub void: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
