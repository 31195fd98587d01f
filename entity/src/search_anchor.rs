//! A word that every event shows which a saved search can match.

use sea_orm::entity::prelude::*;

/// A word that every event shows which a saved search can match.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "search_anchor")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub anchor: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub saved_search_id: Uuid,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
