//! A window that was and is not derived any more, so that calendars can cancel it.

use sea_orm::entity::prelude::*;

/// A window that was and is not derived any more, so that calendars can cancel it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "window_gone")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    pub council_id: Uuid,
    /// The dates it had last.
    pub opens_on: Date,
    pub closes_on: Option<Date>,
    /// The window's own went before; when it comes back it counts on from here.
    pub sequence: i32,
    pub gone_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
