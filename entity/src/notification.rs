//! One event told to one person.

use sea_orm::entity::prelude::*;

/// One event told to one person.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    pub event_id: Uuid,
    /// Which of the person's searches found it.
    pub because: Json,
    /// due, mailed or suppressed.
    pub state: String,
    pub due_at: DateTimeUtc,
    /// Why it was suppressed.
    pub reason: Option<String>,
    pub outbox_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
