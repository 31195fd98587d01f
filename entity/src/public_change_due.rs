//! What was written of public objects and is not numbered yet: noted by triggers, taken before the commit.

use sea_orm::entity::prelude::*;

/// An object that was written. PostgreSQL may have it several times.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "public_change_due")]
pub struct Model {
    /// council, contract, supplier, product, need or pilot.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_id: Uuid,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
