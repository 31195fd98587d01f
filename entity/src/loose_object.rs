//! A stored object that nothing was found to name.

use sea_orm::entity::prelude::*;

/// A stored object that nothing was found to name.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "loose_object")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    /// When it was first found so.
    pub since: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
