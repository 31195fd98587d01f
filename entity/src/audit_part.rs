//! What an entry of the audit log is a commitment to.

use sea_orm::entity::prelude::*;

/// What an entry of the audit log is a commitment to.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "audit_part")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// actor, detail or about; the first and the last can be erased.
    #[sea_orm(primary_key, auto_increment = false)]
    pub part: String,
    pub nonce: Option<Vec<u8>>,
    /// JSON, byte for byte as it was committed to.
    pub content: Option<String>,
    /// Whose it is, as the content says, to find and erase it by: a person, or an address without an account.
    pub person_id: Option<Uuid>,
    pub address: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
