//! What came of a pilot.

use sea_orm::entity::prelude::*;

/// What came of a pilot.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    /// VAT excluded.
    pub cost_pence: i64,
    pub learned: String,
    /// stop or scale.
    pub verdict: String,
    pub reason: String,
    pub published_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
