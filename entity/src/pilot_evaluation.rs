//! How far the evaluation of the bids for a pilot has come.

use sea_orm::entity::prelude::*;

/// How far the evaluation of the bids for a pilot has come.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_evaluation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    /// From then on no score of quality changes.
    pub locked_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
