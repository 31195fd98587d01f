//! A derived window of a contract; see `contracts::windows`.

use sea_orm::entity::prelude::*;

/// A derived window of a contract; see `contracts::windows`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "contract_window")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    pub council_id: Uuid,
    pub opens_on: Date,
    /// Only holding over has no close.
    pub closes_on: Option<Date>,
    /// Since when it has had these dates.
    pub armed_at: DateTimeUtc,
    /// Counts the changes of its dates, also over times in which it was gone.
    pub sequence: i32,
    /// Whoever asked has been told that it opened, or it had closed before it was known here.
    pub announced: bool,
    /// The same of its being about to close.
    pub closing_announced: bool,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
