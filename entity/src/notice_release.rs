//! A release of a contracting process (OCDS), as far as it is read.

use sea_orm::entity::prelude::*;

/// A release of a contracting process (OCDS), as far as it is read. Only added to.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Eq)]
#[sea_orm(table_name = "notice_release")]
pub struct Model {
    /// The council that buys: one with several is kept for each.
    #[sea_orm(primary_key, auto_increment = false)]
    pub council_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub ocid: String,
    /// SHA-256 of the content: the same release again is nothing new.
    #[sea_orm(primary_key, auto_increment = false)]
    pub digest: Vec<u8>,
    /// The publisher's own id of it.
    pub release_id: String,
    /// Its date: what is later replaces what was said before.
    pub released_at: DateTimeUtc,
    /// What was read of it: no addresses and nobody to contact.
    pub content: Json,
    pub import_id: Uuid,
    /// Which release of its file, from 1.
    pub row_number: i32,
}

/// None: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
