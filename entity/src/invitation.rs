//! An invitation to join an organisation.

use sea_orm::entity::prelude::*;

/// An invitation to join an organisation.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "invitation")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub token_hash: Vec<u8>,
    pub email: String,
    pub council_id: Option<Uuid>,
    pub supplier_id: Option<Uuid>,
    pub role: String,
    pub invited_by: Uuid,
    pub expires_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
