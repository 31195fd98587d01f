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
    /// What the size rests on: heads, and a year's pence.
    pub staff: Option<i32>,
    pub turnover_pence: Option<i64>,
    pub balance_sheet_pence: Option<i64>,
    /// When the size was last stated or confirmed.
    pub size_confirmed_on: Option<Date>,
    /// Whether notices and registers call it a small or medium enterprise; what it says itself is its size.
    pub said_sme: Option<bool>,
    /// Voluntary, community or social enterprise.
    pub vcse: Option<bool>,
    /// The lines before the town, a line each.
    pub address: Option<String>,
    pub town: Option<String>,
    pub postcode: Option<String>,
    /// ISO 3166-1, two letters.
    pub country: Option<String>,
    /// The region that the address lies in.
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
