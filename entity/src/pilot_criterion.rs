//! What bids for a pilot are judged by.

use sea_orm::entity::prelude::*;

/// What bids for a pilot are judged by.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_criterion")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// quality or price.
    pub kind: String,
    pub name: String,
    pub description: String,
    /// Out of 100 over the whole pilot.
    pub weight: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
