//! Who somebody is at their council's OpenID provider.

use sea_orm::entity::prelude::*;

/// Who somebody is at their council's OpenID provider.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "identity")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub issuer: String,
    /// The provider's own name for them, which it never gives to another.
    #[sea_orm(primary_key, auto_increment = false)]
    pub subject: String,
    pub person_id: Uuid,
    /// The council whose provider it is.
    pub council_id: Uuid,
    /// The role that came with the first sign-in.
    pub given_role: Option<String>,
    pub created_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
