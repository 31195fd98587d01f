//! A supplier, whether it signed up or was read from a register.

use sea_orm::entity::prelude::*;

/// A supplier, whether it signed up or was read from a register.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "supplier")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    /// The name as it is matched: upper case, without punctuation and legal form.
    pub name_key: String,
    /// Two letters or digits and six digits.
    pub companies_house: Option<String>,
    pub charity: Option<String>,
    /// micro, small, medium or large.
    pub size: Option<String>,
    pub staff: Option<i32>,
    /// Voluntary, community or social enterprise.
    pub vcse: Option<bool>,
    pub town: Option<String>,
    pub region: Option<String>,
    pub website: Option<String>,
    pub summary: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
