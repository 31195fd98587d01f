//! An address that alerts are not sent to any more.

use sea_orm::entity::prelude::*;

/// An address that alerts are not sent to any more.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "suppression")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub address: String,
    /// failed or complaint.
    pub reason: String,
    /// What the mail system said.
    pub status: String,
    pub since: DateTimeUtc,
    /// The mail that came back; it may have been erased since.
    pub mail_id: Uuid,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
