//! What came of one time that a mail was offered.

use sea_orm::entity::prelude::*;

/// What came of one time that a mail was offered.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "mail_attempt")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub mail_id: Uuid,
    /// 1 for the first.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    pub started_at: DateTimeUtc,
    pub ended_at: DateTimeUtc,
    /// sent, later, refused, broken or unanswered.
    pub outcome: String,
    /// The mail server's own words, or ours where it had none.
    pub answer: String,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
