//! Another council that said "us too" of a pilot that has a result.

use sea_orm::entity::prelude::*;

/// Another council that said "us too" of a pilot that has a result.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_wanted")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
    pub said_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
