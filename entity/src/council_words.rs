//! What a council adds in its own words to the mails that tell of it.

use sea_orm::entity::prelude::*;

/// What a council adds in its own words to the mails that tell of it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "council_words")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
    /// Blank, once it was taken back.
    pub words: String,
    pub version: i32,
    pub updated_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
