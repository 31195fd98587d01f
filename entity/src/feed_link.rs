//! A secret link behind which a saved search or a council is a calendar and a feed.

use sea_orm::entity::prelude::*;

/// A secret link behind which a saved search or a council is a calendar and a feed.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "feed_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    /// One of this and `council_id`.
    pub saved_search_id: Option<Uuid>,
    pub council_id: Option<Uuid>,
    /// SHA-256 of the token in the link.
    pub token_hash: Vec<u8>,
    /// What calendar programs call it.
    pub name: String,
    pub created_at: DateTimeUtc,
    /// To the hour.
    pub last_used_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
