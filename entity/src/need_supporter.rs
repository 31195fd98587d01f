//! A council that said "us too".

use sea_orm::entity::prelude::*;

/// A council that said "us too".
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "need_supporter")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub need_id: Uuid,
    /// Another council that said "us too".
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
    pub note: Option<String>,
    pub joined_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
