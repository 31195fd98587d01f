//! One reading of a file into a council's register, as the database keeps it: begun before what comes from it is written,
//! settled when it is counted.

use crate::access::Permit;
use crate::audit;
use crate::exchange::register::{Column as Cell, Headings};
use crate::runtime::{App, Error};
use entity::import_run::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// The file that is read.
#[derive(Clone, Copy, Debug)]
pub(super) struct File<'a> {
    pub(super) name: &'a str,
    /// SHA-256 of its bytes.
    pub(super) digest: [u8; 32],
    /// Its headings from the left, each with the name of the column it is read as; none, where it has no columns.
    pub(super) headings: &'a [(String, Option<&'static str>)],
}

/// What is counted of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) rows: u32,
    pub(super) accepted: u32,
    pub(super) doubtful: u32,
    pub(super) held: u32,
    pub(super) added: u32,
    pub(super) changed: u32,
    pub(super) unchanged: u32,
}

/// A reading that is written as soon as anything comes of it.
pub(super) struct Run {
    pub(super) id: Uuid,
    pub(super) written: bool,
    pub(super) counts: Counts,
}

impl Run {
    pub(super) fn new(app: &App) -> Self {
        Self {
            id: app.new_id(),
            written: false,
            counts: Counts::default(),
        }
    }

    /// Writes it, if it is not there yet.
    pub(super) async fn begin(
        &mut self,
        app: &App,
        txn: &impl ConnectionTrait,
        permit: &Permit,
        council: Uuid,
        file: File<'_>,
    ) -> Result<(), Error> {
        if self.written {
            return Ok(());
        }
        self.written = true;
        insert(app, txn, permit, council, self.id, file, self.counts).await
    }
}

async fn insert(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    council: Uuid,
    run: Uuid,
    file: File<'_>,
    counts: Counts,
) -> Result<(), Error> {
    let count = |count: u32| Set(i32::try_from(count).unwrap_or(i32::MAX));
    let row = ActiveModel {
        id: Set(run),
        council_id: Set(council),
        file_name: Set(file.name.to_owned()),
        file_digest: Set(file.digest.to_vec()),
        imported_at: Set(app.clock.now()),
        imported_by: Set(permit.actor()),
        rows: count(counts.rows),
        accepted: count(counts.accepted),
        doubtful: count(counts.doubtful),
        held: count(counts.held),
        added: count(counts.added),
        changed: count(counts.changed),
        unchanged: count(counts.unchanged),
        headings: Set(json!(file.headings)),
        undone_at: Set(None),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Entries of the audit log: kind and id of each subject, detail, and what is said of a person.
pub(super) type Entries = Vec<(&'static str, Uuid, Value, Option<audit::About>)>;

/// What is recorded of a reading: itself with its counts, which covers what is new, and each contract that says something
/// else.
pub(super) fn entries(
    run: Uuid,
    file: &str,
    added: u32,
    changed: u32,
    contracts: Vec<(Uuid, Value)>,
) -> Entries {
    let counts = json!({ "file": file, "added": added, "changed": changed });
    let of_contract = |(contract, changes)| {
        let detail = json!({ "import": run, "changes": changes });
        ("contract", contract, detail, None)
    };
    let mut entries = vec![("import", run, counts, None)];
    entries.extend(contracts.into_iter().map(of_contract));
    entries
}

/// Writes what was counted, once everything is.
pub(super) async fn settle(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    run: Uuid,
    counts: Counts,
) -> Result<(), Error> {
    let each = [
        (Column::Rows, counts.rows),
        (Column::Accepted, counts.accepted),
        (Column::Doubtful, counts.doubtful),
        (Column::Held, counts.held),
        (Column::Added, counts.added),
        (Column::Changed, counts.changed),
        (Column::Unchanged, counts.unchanged),
    ];
    let mut update = Entity::update_many().filter(Column::Id.eq(run));
    for (column, count) in each {
        update = update.col_expr(column, Expr::value(i32::try_from(count).unwrap_or(i32::MAX)));
    }
    update.exec(txn).await?;
    Ok(())
}

/// The headings that the cells of these imports stood under.
pub(super) async fn headings(
    db: &impl ConnectionTrait,
    runs: &[Uuid],
) -> Result<HashMap<Uuid, Arc<Headings>>, Error> {
    let rows: Vec<(Uuid, Value)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Headings])
        .filter(Column::Id.is_in(runs.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for (id, value) in rows {
        let each: Vec<(String, Option<String>)> = serde_json::from_value(value).map_err(Error::fault)?;
        let each = each
            .into_iter()
            .map(|(name, column)| (name, column.and_then(|column| Cell::called(&column))));
        found.insert(id, Arc::new(Headings::known(each)));
    }
    Ok(found)
}
