//! When something that can be guessed was tried lately.

use sea_orm::entity::prelude::*;

/// When something that can be guessed was tried lately.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "attempt")]
pub struct Model {
    /// Keyed hash of what it was tried on.
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: Vec<u8>,
    /// Milliseconds since 1970, blank between.
    pub instants: String,
    pub until: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
