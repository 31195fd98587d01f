//! A right to lengthen a contract.

use sea_orm::entity::prelude::*;

/// A right to lengthen a contract.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "extension_option")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub contract_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ordinal: i32,
    /// Its length: months, or until a date.
    pub months: Option<i32>,
    pub until_on: Option<Date>,
    pub notice_by: Option<Date>,
    /// available, exercised, declined or lapsed.
    pub state: String,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
