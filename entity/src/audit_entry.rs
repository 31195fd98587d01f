//! Who did what.

use sea_orm::entity::prelude::*;

/// Who did what.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub at: DateTimeUtc,
    /// The person, or nobody for the program itself.
    pub actor_id: Option<Uuid>,
    pub actor: String,
    pub action: String,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub detail: Json,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
