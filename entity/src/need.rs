//! A problem a council states before any tender.

use sea_orm::entity::prelude::*;

/// A problem a council states before any tender.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "need")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub council_id: Uuid,
    /// The contract whose window it relates to.
    pub contract_id: Option<Uuid>,
    pub title: String,
    pub problem: String,
    pub outcomes: String,
    /// What an answer must keep to.
    pub constraints: Option<String>,
    pub systems: Option<String>,
    pub lgsl: Option<i32>,
    pub cpv: Option<String>,
    pub budget_min_pence: Option<i64>,
    pub budget_max_pence: Option<i64>,
    pub needed_by: Option<Date>,
    /// How firm that day is: fixed, preferred or indicative.
    pub firmness: Option<String>,
    pub quantity: Option<i64>,
    /// What is counted.
    pub quantity_of: Option<String>,
    /// draft, stated, met or withdrawn.
    pub state: String,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    /// None of what nobody else ever saw.
    pub stated_at: Option<DateTimeUtc>,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
