//! A certificate or insurance that a supplier holds until a day.

use sea_orm::entity::prelude::*;

/// A certificate or insurance that a supplier holds until a day.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "supplier_evidence")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub supplier_id: Uuid,
    pub kind: String,
    /// What it is called, where the kind does not say.
    pub name: Option<String>,
    pub reference: Option<String>,
    pub issuer: Option<String>,
    /// Of insurance: what one claim is covered for.
    pub cover_pence: Option<i64>,
    pub issued_on: Option<Date>,
    /// Its last day.
    pub expires_on: Date,
    pub url: Option<String>,
    /// held or withdrawn.
    pub state: String,
    /// Its supplier's people have been told that it is about to lapse.
    pub announced: bool,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    pub version: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
