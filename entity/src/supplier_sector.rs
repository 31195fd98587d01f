//! A trade that a supplier is in.

use sea_orm::entity::prelude::*;

/// A trade that a supplier is in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "supplier_sector")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub supplier_id: Uuid,
    /// Division of the Common Procurement Vocabulary: two digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub division: String,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
