//! Someone who can sign in.

use sea_orm::entity::prelude::*;

/// Someone who can sign in.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Folded to lower case.
    pub email: String,
    pub name: String,
    /// argon2id, PHC string.
    pub password_hash: Option<String>,
    pub operator: bool,
    /// Encrypted.
    pub totp_secret: Option<Vec<u8>>,
    pub totp_confirmed: bool,
    /// The last step whose code was taken.
    pub totp_step: i64,
    pub created_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
