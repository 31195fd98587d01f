//! Somebody who evaluates the bids for a pilot.

use sea_orm::entity::prelude::*;

/// Somebody who evaluates the bids for a pilot.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_evaluator")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pilot_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    /// Outlives their account.
    pub person_id: Uuid,
    pub ordinal: i32,
    pub chair: bool,
    pub declared_at: Option<DateTimeUtc>,
    /// What they declared; nothing where they have no interest.
    pub interest: Option<String>,
    /// Once that was decided.
    pub excluded: Option<bool>,
    /// Why.
    pub decision: Option<String>,
    pub decided_at: Option<DateTimeUtc>,
    pub submitted_at: Option<DateTimeUtc>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
