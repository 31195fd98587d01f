//! Something decided about a pilot; what undoes it is another.

use sea_orm::entity::prelude::*;

/// Something decided about a pilot; what undoes it is another.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub pilot_id: Uuid,
    pub ordinal: i32,
    /// awarded, none_suitable or undone.
    pub kind: String,
    pub reason: String,
    pub decided_at: DateTimeUtc,
    pub standstill_until: Option<DateTimeUtc>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
