//! A question about a pilot, and its answer.

use sea_orm::entity::prelude::*;

/// A question about a pilot, and its answer.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "pilot_question")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub pilot_id: Uuid,
    /// Known to the record, never shown with the question.
    pub supplier_id: Uuid,
    pub question: String,
    pub answer: Option<String>,
    /// Why it is answered to its asker alone; for the record, shown to the council.
    pub private_because: Option<String>,
    /// asked, answered_and_published, answered_privately or rejected.
    pub state: String,
    pub asked_at: DateTimeUtc,
    pub answered_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
