//! A signed-in session, by the hash of its token.

use sea_orm::entity::prelude::*;

/// A signed-in session, by the hash of its token.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// SHA-256 of the token; the token itself is shown once and never kept.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_hash: Vec<u8>,
    pub id: Uuid,
    pub person_id: Uuid,
    /// What the program called itself.
    pub agent: String,
    /// With a second factor, or by single sign-on.
    pub strong: bool,
    pub created_at: DateTimeUtc,
    pub expires_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
