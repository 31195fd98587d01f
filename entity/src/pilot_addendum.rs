//! What changed about a published pilot.

use sea_orm::entity::prelude::*;

/// What changed about a published pilot.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "pilot_addendum")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    /// From 1, in the order in which they were published.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i32,
    pub text: String,
    /// The dates that moved, by name: what each was and is.
    pub moved: Json,
    pub published_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
