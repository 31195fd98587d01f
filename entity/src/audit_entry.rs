//! Who did what: what is in the tree.

use sea_orm::entity::prelude::*;

/// Who did what: what is in the tree.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// 1 for the first: the entry's place in the tree.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    pub id: Uuid,
    pub at: DateTimeUtc,
    pub action: String,
    /// It was tried and not done.
    pub refused: bool,
    pub subject_kind: String,
    pub subject_id: Uuid,
    /// council, supplier, person or system: where the right was used.
    pub organisation_kind: String,
    pub organisation_id: Option<Uuid>,
    /// SHA-256 of a nonce and of what audit_part holds.
    pub actor_commitment: Vec<u8>,
    pub detail_commitment: Vec<u8>,
    pub about_commitment: Option<Vec<u8>>,
    /// The tree's root with this entry as its last.
    pub root: Vec<u8>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
