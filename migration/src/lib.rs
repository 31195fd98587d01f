//! Guildhall's schema, told once for both databases.
//!
//! One file a step, in order; a step that has been released is never edited. The steps are plain SQL with the
//! column types written as `{tokens}` (see `dialect`), because STRICT tables, full-text indexes and partial
//! indexes are what differ and what matters. To add a step: 1. a new file, 2. its name here, 3. its entity, 4. where
//! everybody sees something of it, its [`Watch`] in [`watched`].

mod dialect;
mod m0001_councils;
mod m0002_people;
mod m0003_suppliers;
mod m0004_contracts;
mod m0005_market;
mod m0006_mail;
mod m0007_audit;
mod m0008_idempotency;
mod m0009_alerts;
mod m0010_suppression;
mod m0011_feeds;
mod m0012_council_words;
mod m0014_catalogue;
mod m0015_needs;
mod m0016_pilots;
mod m0017_law;
mod m0018_evaluation;
mod m0019_tender_box;
mod m0021_record;
mod m0022_imports;
mod m0023_notices;
mod m0024_changes;
mod m0025_open_data;
mod watching;

use sea_orm_migration::{MigrationTrait, MigratorTrait, async_trait};

/// Runs the steps that a database has not had yet.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_councils::Step),
            Box::new(m0002_people::Step),
            Box::new(m0003_suppliers::Step),
            Box::new(m0004_contracts::Step),
            Box::new(m0005_market::Step),
            Box::new(m0006_mail::Step),
            Box::new(m0007_audit::Step),
            Box::new(m0008_idempotency::Step),
            Box::new(m0009_alerts::Step),
            Box::new(m0010_suppression::Step),
            Box::new(m0011_feeds::Step),
            Box::new(m0012_council_words::Step),
            Box::new(m0014_catalogue::Step),
            Box::new(m0015_needs::Step),
            Box::new(m0016_pilots::Step),
            Box::new(m0017_law::Step),
            Box::new(m0018_evaluation::Step),
            Box::new(m0019_tender_box::Step),
            Box::new(m0021_record::Step),
            Box::new(m0022_imports::Step),
            Box::new(m0023_notices::Step),
            Box::new(m0024_changes::Step),
            Box::new(m0025_open_data::Step),
        ]
    }
}

pub use sea_orm_migration::MigratorTrait as Migrate;
pub use watching::Watch;

/// Everything of which everybody sees something, by every step.
pub fn watched() -> impl Iterator<Item = &'static Watch> {
    m0024_changes::WATCHED.iter()
}
