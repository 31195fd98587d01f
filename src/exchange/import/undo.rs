//! The last import of a register, taken back: what it changed is as it was, what it brought is gone, suppliers that nobody
//! else has too, and what it found missing is not. What somebody changed since stays as it is, and is told.

use super::store::{self, Was};
use crate::access::{Action, Resource, Viewer, authorize};
use crate::alerts;
use crate::audit;
use crate::contracts::withdraw::withdraw;
use crate::contracts::{self, Change, Entry, vanished};
use crate::councils;
use crate::runtime::{App, Error, Stop};
use crate::suppliers;
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use std::collections::HashSet;
use uuid::Uuid;

/// Contracts restored in one step.
const STEP: usize = 500;
const WHY: &str = "the import was undone";

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Contracts that say again what they said before.
    pub restored: u32,
    /// Contracts that are gone again.
    pub removed: u32,
    /// Contracts that the import had brought and that are called off instead: something rests on them.
    pub called_off: Vec<Uuid>,
    /// Contracts that somebody changed since: they stay as they are.
    pub kept: Vec<Uuid>,
}

/// Why an import cannot be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum RegisterImportUndoErrorCode {
    /// It is not the last one of its register, or was undone already.
    NotTheLast,
}

/// The last import of a council's register that was not undone.
///
/// # Errors
/// When the database fails.
pub async fn last_import(app: &App, council: Uuid) -> Result<Option<Uuid>, Error> {
    store::last_run(app.db.read(), council).await
}

/// Those of these imports that were undone.
///
/// # Errors
/// When the database fails.
pub async fn undone_among(app: &App, runs: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    store::undone_among(app.db.read(), runs).await
}

/// The contracts that an import found missing: they are now, and were not before.
async fn found_missing(txn: &DatabaseTransaction, before: &[Was]) -> Result<Vec<Uuid>, Error> {
    let all: Vec<Uuid> = before.iter().map(|was| was.contract).collect();
    let mut missing: HashSet<Uuid> = store::missing(txn, &all).await?.into_iter().collect();
    for was in before {
        let source = was
            .entry
            .as_ref()
            .map(|kept| &kept["entry"]["source"]["missing_since"]);
        if source.is_some_and(|since| !since.is_null()) {
            missing.remove(&was.contract);
        }
    }
    Ok(missing.into_iter().collect())
}

/// Undoes an import: the last one of its register, once.
///
/// # Errors
/// When it is another, or the viewer may not.
pub async fn undo(
    app: &App,
    viewer: &Viewer,
    run: Uuid,
) -> Result<Undone, Stop<RegisterImportUndoErrorCode>> {
    let txn = app.db.begin().await?;
    let (council, imported_at) = store::run(&txn, run).await?.ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::ImportRegister, Resource::Council(council))?;
    councils::hold(&txn, council).await?;
    if store::last_run(&txn, council).await? != Some(run) {
        let message = "only the last import of a register can be undone, and once";
        return Err(Stop::refuse(
            RegisterImportUndoErrorCode::NotTheLast,
            "id",
            message,
        ));
    }
    let mut done = Undone::default();
    let before = store::before(&txn, run).await?;
    let added = store::written_by(&txn, run).await?;
    let all: HashSet<Uuid> = before.iter().map(|was| was.contract).collect();
    let missing = found_missing(&txn, &before).await?;
    vanished::never_missing(&txn, &permit, &missing, WHY).await?;
    let mut changed: Vec<(Uuid, Value)> = Vec::new();

    let gone: Vec<(Uuid, i32)> = added.into_iter().filter(|(id, _)| !all.contains(id)).collect();
    let (untouched, touched): (Vec<_>, Vec<_>) = gone.into_iter().partition(|(_, version)| *version == 1);
    done.kept.extend(touched.into_iter().map(|(id, _)| id));
    let untouched: Vec<Uuid> = untouched.into_iter().map(|(id, _)| id).collect();
    let written: Vec<Uuid> = untouched.iter().chain(&all).copied().collect();
    let mut suppliers = store::suppliers(&txn, &written).await?;
    let told = alerts::mailed_about(&txn, &untouched).await?;
    let withdraw = withdraw(app, &txn, &permit, council, &untouched, &told);
    let withdrawn = Box::pin(withdraw).await?;
    done.removed = u32::try_from(withdrawn.gone).unwrap_or(u32::MAX);
    // What they are called off for may come again.
    done.called_off = withdrawn.called_off.iter().map(|(id, _)| *id).collect();
    store::release(&txn, &permit, &done.called_off).await?;
    changed.extend(withdrawn.called_off);

    let replaced: Vec<_> = before.into_iter().filter(|was| was.entry.is_some()).collect();
    for some in replaced.chunks(STEP) {
        let ids: Vec<Uuid> = some.iter().map(|was| was.contract).collect();
        let now = contracts::entries(&txn, &ids).await?;
        let (mut changes, mut keys) = (Vec::with_capacity(some.len()), Vec::new());
        for was in some {
            match (now.get(&was.contract), &was.entry) {
                (Some((_, version)), Some(entry)) if *version == was.version => {
                    let entry = Entry::from_kept(entry.clone())?;
                    keys.push(entry.row_key.clone());
                    changes.push(Change::Replace(was.contract, entry));
                }
                _ => done.kept.push(was.contract),
            }
        }
        // Whoever has their keys now, themselves or what somebody changed since, is found by the rule from here on.
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let holders = store::by_keys(&txn, council, &keys).await?;
        let holders: Vec<Uuid> = holders.into_values().map(|holder| holder.id).collect();
        store::release(&txn, &permit, &holders).await?;
        done.restored += u32::try_from(changes.len()).unwrap_or(u32::MAX);
        changed.extend(
            Box::pin(contracts::record(app, &txn, &permit, council, changes))
                .await?
                .changed,
        );
    }
    let remembered = store::remembered(&txn, council, imported_at).await?;
    suppliers.retain(|supplier| !remembered.contains(supplier));
    suppliers::withdraw::unused(&txn, &permit, &suppliers, imported_at).await?;
    store::undone(app, &txn, &permit, run).await?;
    let counts = json!({
        "undone": true, "restored": done.restored, "removed": done.removed,
        "calledOff": done.called_off, "kept": done.kept,
    });
    let of_contract = |(contract, changes)| {
        (
            "contract",
            contract,
            json!({ "undone": run, "changes": changes }),
            None,
        )
    };
    let mut entries = vec![("import", run, counts, None)];
    entries.extend(changed.into_iter().map(of_contract));
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(done)
}
