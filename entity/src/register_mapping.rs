//! How a council's own headings are to be read.

use sea_orm::entity::prelude::*;

/// How a council's own headings are to be read.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_mapping")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
    /// Column by heading, folded; null for one that is kept as it is.
    pub mapping: Json,
    pub version: i32,
    pub updated_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
