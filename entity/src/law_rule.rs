//! A dated rule of law.

use sea_orm::entity::prelude::*;

/// A dated rule of law.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "law_rule")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it is a rule of.
    pub rule: String,
    /// Every nation, if it is not said.
    pub nation: Option<String>,
    /// In the rule's own unit: pence, hundredths of a per cent or days; none where it only is in force.
    pub amount: Option<i64>,
    /// Whether the amount counts VAT.
    pub with_vat: bool,
    /// Its first day.
    pub from_on: Date,
    /// Its last day; in force until further notice, if there is none.
    pub to_on: Option<Date>,
    pub source: String,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
