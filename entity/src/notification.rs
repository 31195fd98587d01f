//! One event told to one saved search.

use sea_orm::entity::prelude::*;

/// One event told to one saved search.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "notification")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub saved_search_id: Uuid,
    /// Contract, kind, ordinal and dates: change a date and it is another event.
    pub event_key: String,
    pub contract_id: Uuid,
    pub outbox_id: Uuid,
    pub created_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
