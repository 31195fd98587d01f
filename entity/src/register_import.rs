//! A register that somebody uploaded, from its file to what came of it.

use sea_orm::entity::prelude::*;

/// A register that somebody uploaded, from its file to what came of it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "register_import")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub council_id: Uuid,
    pub file_name: String,
    /// SHA-256 of the file.
    pub digest: Vec<u8>,
    /// The file among the objects; none, once it is not needed.
    pub object: Option<String>,
    /// reading, planned, applying, applied, refused or discarded.
    pub state: String,
    /// What is to be read as what, where it differs from what is recognised.
    pub mapping: Json,
    pub sheet: Option<String>,
    /// What was recognised: the kind of file, its headings and how dates are read.
    pub recognised: Option<Json>,
    /// Counts of the plan, and of what was done once it is applied.
    pub plan: Option<Json>,
    /// What a person said of rows that are held, by row.
    pub decided: Json,
    pub problem: Option<String>,
    /// What was done, once it is applied.
    pub run_id: Option<Uuid>,
    /// Nobody, once their account is closed.
    pub started_by: Option<Uuid>,
    pub started_at: DateTimeUtc,
    pub claimed_until: Option<DateTimeUtc>,
    pub changed_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
