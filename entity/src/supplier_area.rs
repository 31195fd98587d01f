//! Where a supplier works.

use sea_orm::entity::prelude::*;

/// Where a supplier works.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "supplier_area")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub supplier_id: Uuid,
    /// everywhere, or a region's or council's word.
    #[sea_orm(primary_key, auto_increment = false)]
    pub area: String,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
