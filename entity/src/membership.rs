//! A person in a council or a supplier, with a role.

use sea_orm::entity::prelude::*;

/// A person in a council or a supplier, with a role.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "membership")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub person_id: Uuid,
    pub council_id: Option<Uuid>,
    pub supplier_id: Option<Uuid>,
    pub role: String,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
