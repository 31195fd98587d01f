//! What changes are numbered by: one row.

use sea_orm::entity::prelude::*;

/// What changes are numbered by: one row.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "public_change_feed")]
pub struct Model {
    /// Always 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// Cursors of another feed are refused.
    pub feed_id: Uuid,
    /// The last number that was given.
    pub number: i64,
    /// The hold of dispatch since which earlier cursors are refused.
    pub anew_since: Option<DateTimeUtc>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
