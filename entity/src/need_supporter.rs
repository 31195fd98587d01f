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
    pub needed_by: Option<Date>,
    pub quantity: Option<i64>,
    pub budget_min_pence: Option<i64>,
    pub budget_max_pence: Option<i64>,
    pub joined_at: DateTimeUtc,
    /// Since when it does not say so any more.
    pub withdrawn_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
