//! A piece of a pilot's tender box: one of many of the same size, most of them empty.

use sea_orm::entity::prelude::*;

/// A piece of a pilot's tender box.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bid_piece")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Random, anew each time it is written.
    pub mask: Vec<u8>,
    /// HMAC of mask and owner, or of mask and nobody, by the server's secret.
    pub owner: Vec<u8>,
    pub sealed: Vec<u8>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
