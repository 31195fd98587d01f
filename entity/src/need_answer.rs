//! What a supplier answers to a need.

use sea_orm::entity::prelude::*;

/// What a supplier answers to a need.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "need_answer")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub need_id: Uuid,
    pub supplier_id: Uuid,
    pub note: Option<String>,
    pub answered_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// Since when the supplier does not say so any more.
    pub withdrawn_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
