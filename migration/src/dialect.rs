//! The few words in which SQLite and PostgreSQL differ.
//!
//! SQLite's tables are STRICT, so a column takes only what its type says; PostgreSQL has the types themselves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

const SQLITE: [(&str, &str); 12] = [
    // A number of 32 hexadecimal digits, for rows that a step brings.
    ("{id=", "x'"),
    ("=}", "'"),
    ("{id}", "BLOB"),
    ("{instant}", "TEXT"),
    ("{date}", "TEXT"),
    ("{int}", "INTEGER"),
    ("{big}", "INTEGER"),
    ("{bool}", "INTEGER"),
    ("{json}", "TEXT"),
    ("{bytes}", "BLOB"),
    ("{strict}", "STRICT"),
    (
        "{contract_key}",
        "docid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,",
    ),
];

const POSTGRES: [(&str, &str); 12] = [
    ("{id=", "'"),
    ("=}", "'::uuid"),
    ("{id}", "uuid"),
    ("{instant}", "timestamptz"),
    ("{date}", "date"),
    ("{int}", "integer"),
    ("{big}", "bigint"),
    ("{bool}", "boolean"),
    ("{json}", "jsonb"),
    ("{bytes}", "bytea"),
    ("{strict}", ""),
    ("{contract_key}", "id uuid NOT NULL PRIMARY KEY,"),
];

/// Runs statements in the database's own types, then those that only this database has.
pub(crate) async fn run(
    manager: &SchemaManager<'_>,
    both: &str,
    only_sqlite: &str,
    only_postgres: &str,
) -> Result<(), DbErr> {
    let (words, own) = match manager.get_database_backend() {
        DbBackend::Sqlite => (&SQLITE, only_sqlite),
        DbBackend::Postgres => (&POSTGRES, only_postgres),
        other => return Err(DbErr::Migration(format!("{other:?} is not supported"))),
    };
    let mut sql = format!("{both}\n{own}");
    for (token, word) in words {
        sql = sql.replace(token, word);
    }
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// Declares a step: its name, its SQL for both databases, and what only one of them needs.
macro_rules! step {
    ($name:literal, $both:expr, $sqlite:expr, $postgres:expr) => {
        pub(crate) struct Step;

        impl sea_orm_migration::MigrationName for Step {
            fn name(&self) -> &str {
                $name
            }
        }

        #[sea_orm_migration::async_trait::async_trait]
        impl sea_orm_migration::MigrationTrait for Step {
            async fn up(
                &self,
                manager: &sea_orm_migration::SchemaManager,
            ) -> Result<(), sea_orm_migration::sea_orm::DbErr> {
                crate::dialect::run(manager, $both, $sqlite, $postgres).await
            }
        }
    };
}
pub(crate) use step;
