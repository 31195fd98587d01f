//! One evaluator's score of one bid on one criterion.

use sea_orm::entity::prelude::*;

/// One evaluator's score of one bid on one criterion.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bid_score")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bid_id: Uuid,
    /// The criterion's ordinal.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Outlives the evaluator's account.
    #[sea_orm(primary_key, auto_increment = false)]
    pub evaluator_id: Uuid,
    /// Out of 100.
    pub score: i32,
    pub reason: String,
    pub scored_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
