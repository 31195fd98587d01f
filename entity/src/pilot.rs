//! A small, capped, time-boxed opportunity.

use sea_orm::entity::prelude::*;

/// A small, capped, time-boxed opportunity.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub council_id: Uuid,
    pub need_id: Option<Uuid>,
    pub title: String,
    pub summary: String,
    pub success_measures: String,
    /// The most it may cost, VAT excluded.
    pub cap_pence: i64,
    pub weeks: i32,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<Date>,
    pub lgsl: Option<i32>,
    pub cpv: Option<String>,
    /// none, sme, vcse or local.
    pub reservation: String,
    /// draft, in_review, published, evaluating, awarded, none_suitable, cancelled or withdrawn.
    pub state: String,
    /// Bids are in time strictly before it.
    pub deadline_at: Option<DateTimeUtc>,
    pub published_at: Option<DateTimeUtc>,
    pub decided_at: Option<DateTimeUtc>,
    /// Why it was awarded as it was, or ended without an award.
    pub outcome_reason: Option<String>,
    /// The award, in the register.
    pub contract_id: Option<Uuid>,
    /// Whoever asked has been told that its deadline is near.
    pub closing_announced: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
