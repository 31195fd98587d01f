//! What the audit log's tree grows from: one row.

use sea_orm::entity::prelude::*;

/// What the audit log's tree grows from: one row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "audit_tree")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    pub size: i64,
    /// The roots of its complete subtrees, the largest first, 32 bytes each.
    pub frontier: Vec<u8>,
    pub root: Vec<u8>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
