//! Whether mail may leave: one row.

use sea_orm::entity::prelude::*;

/// Whether mail may leave: one row.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "dispatch")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Since when nothing but security mail leaves.
    pub held_at: Option<DateTimeUtc>,
    /// Why.
    pub held_reason: Option<String>,
    /// How many mails were ever sent: copies of this database know less.
    pub sent: i64,
    /// Which PostgreSQL database this was when it last sent.
    pub fingerprint: Option<String>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
