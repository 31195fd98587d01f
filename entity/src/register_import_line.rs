//! What a plan says of one row or contract.

use sea_orm::entity::prelude::*;

/// What a plan says of one row or contract.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_import_line")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// added, changed, ended, vanished, held or doubted.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// As a spreadsheet counts; none, for what the file has not.
    pub row_number: Option<i32>,
    pub contract_id: Option<Uuid>,
    pub title: String,
    pub detail: Json,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
