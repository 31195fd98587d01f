//! Where a contract came from: file, row and cells.

use sea_orm::entity::prelude::*;

/// Where a contract came from: file, row and cells.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "contract_source")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    pub import_id: Uuid,
    /// As a spreadsheet counts: the heading is row 1.
    pub row_number: i32,
    /// SHA-256 of the row as read: an equal digest means nothing to do.
    pub digest: Vec<u8>,
    /// The cells as they came.
    pub cells: Json,
    /// Since when the council's register does not have it any more.
    pub missing_since: Option<DateTimeUtc>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
