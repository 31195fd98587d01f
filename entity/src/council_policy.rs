//! A council's own lead times.

use sea_orm::entity::prelude::*;

/// A council's own lead times.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "council_policy")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
    /// Lead times in days; a blank one is Guildhall's default.
    pub review_lead_days: Option<i32>,
    pub decision_lead_days: Option<i32>,
    pub engagement_lead_days: Option<i32>,
    pub preparation_lead_days: Option<i32>,
    pub expiry_lead_days: Option<i32>,
    pub mobilisation_days: Option<i32>,
    pub evaluation_days: Option<i32>,
    pub tender_days: Option<i32>,
    pub planned_tender_days: Option<i32>,
    pub standstill_working_days: Option<i32>,
    pub notice_period_days: Option<i32>,
    pub version: i32,
    pub updated_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
