//! A council, mirrored from the facts compiled in (`councils::facts`) so that SQL can join and refer to it.

use sea_orm::entity::prelude::*;

/// A council, mirrored from the facts compiled in (`councils::facts`) so that SQL can join and refer to it.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "council")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Lower-case name in addresses, e.g. norfolk.
    pub slug: String,
    /// Office for National Statistics code; bodies that never had one have none.
    pub gss: Option<String>,
    pub name: String,
    pub kind: String,
    pub nation: String,
    pub region: String,
    /// Abolished councils keep their row: a contract can outlive its buyer.
    pub ends_on: Option<Date>,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
