//! Which mail told a bidder what became of a bid.

use sea_orm::entity::prelude::*;

/// Which mail told a bidder what became of a bid.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_mail")]
pub struct Model {
    /// Of the outbox; it may be gone.
    #[sea_orm(primary_key, auto_increment = false)]
    pub mail_id: Uuid,
    pub pilot_id: Uuid,
    pub supplier_id: Uuid,
    pub written_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
