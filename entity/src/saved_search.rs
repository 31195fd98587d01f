//! What a person asked to be told of.

use sea_orm::entity::prelude::*;

/// What a person asked to be told of.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "saved_search")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// search, watch, owner or bidder.
    pub origin: String,
    pub name: String,
    /// What it looks for, as alerts::Filter.
    pub filter: Json,
    /// active, paused or unsubscribed.
    pub state: String,
    /// at_once, daily or weekly.
    pub frequency: String,
    /// The hour of daily and weekly mails, in London.
    pub hour: i32,
    /// The day of weekly mails: 1 is Monday.
    pub weekday: i32,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
