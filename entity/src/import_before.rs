//! A contract as it was before an import changed it, so that the import can be undone.

use sea_orm::entity::prelude::*;

/// A contract as it was before an import changed it, so that the import can be undone.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_before")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    /// The version that the import made.
    pub version: i32,
    /// The contract, whole; none, where the import only found it missing.
    pub entry: Option<Json>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
