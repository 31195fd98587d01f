//! An offer for a pilot, sealed.

use sea_orm::entity::prelude::*;

/// An offer for a pilot, sealed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bid")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub pilot_id: Uuid,
    pub supplier_id: Uuid,
    /// draft, submitted, withdrawn, disqualified, awarded or not_awarded.
    pub state: String,
    pub version: i32,
    /// The offer, encrypted with a key of its own; the key is wrapped by the server's.
    pub sealed: Vec<u8>,
    pub wrapped_key: Vec<u8>,
    /// SHA-256 of the canonical content, as in the receipt.
    pub digest: Vec<u8>,
    pub received_at: DateTimeUtc,
    /// The audit log's signed head with the submission as its last entry, as in the receipt.
    pub audit_head: Option<String>,
    /// What the council tells this bidder with the outcome.
    pub feedback: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
