//! What a panel came to about one bid on one criterion.

use sea_orm::entity::prelude::*;

/// What a panel came to about one bid on one criterion.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bid_consensus")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bid_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    /// The criterion's ordinal.
    pub ordinal: i32,
    /// Out of 100.
    pub score: i32,
    pub reason: String,
    pub recorded_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
