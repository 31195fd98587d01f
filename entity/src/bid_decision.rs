//! What was decided about one bid.

use sea_orm::entity::prelude::*;

/// What was decided about one bid.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "bid_decision")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub decision_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub bid_id: Uuid,
    /// awarded or not_awarded.
    pub state: String,
    /// What its bidder was told.
    pub feedback: String,
    /// The award, in the register.
    pub contract_id: Option<Uuid>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
