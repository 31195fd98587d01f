//! A score as it was entered, by an evaluator or as what the panel came to.

use sea_orm::entity::prelude::*;

/// A score as it was entered, by an evaluator or as what the panel came to.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "score_entry")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub bid_id: Uuid,
    /// The criterion's ordinal.
    pub ordinal: i32,
    /// Who gave it; nobody, where the panel came to it. Outlives the evaluator's account.
    pub evaluator_id: Option<Uuid>,
    /// 1 for what was entered first.
    pub number: i32,
    /// Out of 100.
    pub score: i32,
    pub reason: String,
    pub entered_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
