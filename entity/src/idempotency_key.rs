//! What was asked with a key, and answered.

use sea_orm::entity::prelude::*;

/// What was asked with a key, and answered.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Keyed hash of the key and of who asked.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_hash: Vec<u8>,
    /// Keyed hash of what was asked.
    pub request_hash: Vec<u8>,
    /// The answer, encrypted; none while it is being done.
    pub answer: Option<Vec<u8>>,
    pub begun_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
