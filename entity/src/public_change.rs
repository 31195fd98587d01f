//! What changed in public: one row for each object that was ever public.

use sea_orm::entity::prelude::*;

/// The last change of an object that everybody sees, or saw.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "public_change")]
pub struct Model {
    /// In the order of commits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// council, contract, supplier, product, need or pilot.
    pub kind: String,
    pub object_id: Uuid,
    pub changed_at: DateTimeUtc,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
