//! Who buys beside the council whose register it is.

use sea_orm::entity::prelude::*;

/// Who buys beside the council whose register it is.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "contract_buyer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    /// A buyer beside the council whose register it is (shared services).
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
