//! One reading of a register file.

use sea_orm::entity::prelude::*;

/// One reading of a register file.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "import_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub council_id: Uuid,
    pub file_name: String,
    /// SHA-256 of the file.
    pub file_digest: Vec<u8>,
    pub imported_at: DateTimeUtc,
    /// Nobody for the program itself, and once their account is closed.
    pub imported_by: Option<Uuid>,
    pub rows: i32,
    pub accepted: i32,
    pub doubtful: i32,
    pub held: i32,
    pub added: i32,
    pub changed: i32,
    pub unchanged: i32,
    /// The file's headings from the left: each with the column it was read as, or null.
    pub headings: Json,
    pub undone_at: Option<DateTimeUtc>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
