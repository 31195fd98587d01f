//! Registers that people upload: read and planned by the scheduled work, looked at, corrected, applied or thrown away by
//! whoever may import. What headings are is kept for the council's next file; the file itself only until it is applied.
//!
//! `headings` is what people say of theirs, `store` writes the rows, `read` shows them, `work` reads files and plans. What
//! an import is and does is [`super::import`]'s.

mod headings;
mod read;
mod store;
mod work;

pub use headings::{Said, map};
pub use read::{by_id, lines, list, since};
pub use store::{mapping_of, objects_named};
pub use work::{pass, run};

use super::import::{self, Content, File, ImportError, Plan};
use super::register::{Column, Confidence, DateOrder, Source};
use super::run;
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::councils::{self, directory};
use crate::runtime::{App, Error, Stop, Wrong, based_on, objects};
use async_graphql::SimpleObject;
use chrono::{DateTime, Duration, Utc};
use entity::register_import::Model;
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

/// Whoever has claimed an import and does not say that it is done by then was cut short.
const CLAIM: Duration = Duration::minutes(10);
/// Characters of a file's name that are kept, or of a sheet's.
const LONGEST_NAME: usize = 200;
/// What uploads are in the audit log.
const SUBJECT: &str = "uploaded register";
/// Rows that a person may speak of at once, and headings.
const MOST_SAID: usize = 1000;

crate::runtime::words! {
    /// How far an uploaded register is.
    #[graphql(name = "RegisterImportState")]
    State {
        /// It is being read, and compared with the register.
        Reading = "reading",
        /// What it would change can be looked at. Nothing is changed yet.
        Planned = "planned",
        /// It is being applied.
        Applying = "applying",
        /// It is in the register.
        Applied = "applied",
        /// It was in the register, and was taken back.
        Undone = "undone",
        /// It cannot be read as a register; `problem` says why.
        Refused = "refused",
        /// It was thrown away.
        Discarded = "discarded",
    }
}

/// Why something cannot be done with an uploaded register.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum RegisterImportErrorCode {
    /// It was changed since the version this was based on.
    Conflict,
    /// It is not at the point at which this can be done.
    WrongState,
    /// Another file of this register is not applied or thrown away yet.
    AnotherUnderWay,
    /// A name is blank or too long, or too much was said at once.
    BadInput,
    /// A row was said to be a contract that is not in this register, or that is said of another row too.
    NotThatContract,
}

/// An uploaded register.
#[derive(Clone, Debug)]
pub struct Uploaded {
    /// Identifier.
    pub id: Uuid,
    /// Whose register it is.
    pub council_id: Uuid,
    /// The file's name.
    pub file_name: String,
    /// How far it is.
    pub state: State,
    /// What was recognised, once it was read.
    pub sheet: Option<Sheet>,
    /// What it would do, or did.
    pub plan: Option<Plan>,
    /// Why it was refused, or what went wrong last.
    pub problem: Option<String>,
    /// The record of what was done.
    pub run: Option<Uuid>,
    /// What was done can be undone: it is the last import of its register.
    pub can_undo: bool,
    /// Rows done of the work under way, and of how many; known to the process that does it.
    pub progress: Option<(u32, u32)>,
    /// When it was uploaded.
    pub started_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

/// What was recognised in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "RegisterImportSheet")]
pub struct Sheet {
    /// What it is: encoding and separator, or the sheet of a workbook.
    pub format: String,
    /// The row of the headings, from 1.
    pub header_row: u32,
    /// Its headings, from the left, and what each was read as.
    pub columns: Vec<SheetColumn>,
    /// How dates are read that could be read both ways: for each column that has some its heading and a sentence, with the
    /// row that says so.
    pub dates: Vec<String>,
}

/// A heading of a file, and what it was read as.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, SimpleObject)]
#[graphql(name = "RegisterImportColumn")]
pub struct SheetColumn {
    /// As in the file.
    pub heading: String,
    /// The column it is; null for one whose cells are kept, and published with the register, as they are.
    pub column: Option<Column>,
    /// How far that is to be trusted. Correct it with `registerImportMap`.
    pub confidence: Confidence,
    /// Why, as a sentence.
    pub why: String,
    /// The first cells under it that differ, at most three.
    pub samples: Vec<String>,
}

impl Sheet {
    fn of(source: &Source) -> Self {
        let dated = |order: &DateOrder| format!("\u{201c}{}\u{201d}: {}", order.heading, order.sentence());
        let column = |one: &super::register::Recognised| SheetColumn {
            heading: one.heading.to_string(),
            column: one.column,
            confidence: one.confidence,
            why: one.why.clone(),
            samples: one.samples.clone(),
        };
        Self {
            format: source.format.to_string(),
            header_row: source.header_row,
            columns: source.columns().iter().map(column).collect(),
            dates: source.date_orders.iter().map(dated).collect(),
        }
    }
}

/// Takes a file; the scheduled work reads it and plans. Files of the register that were refused give way to it.
///
/// # Errors
/// When another one is under way, or the viewer may not.
pub async fn start(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    name: &str,
    sheet: Option<String>,
    content: &[u8],
) -> Result<Uploaded, Stop<RegisterImportErrorCode>> {
    let permit = authorize(viewer, Action::ImportRegister, Resource::Council(council))?;
    let mut wrong = Wrong::default();
    let message = "give the file's name, in at most 200 characters";
    wrong.when(
        !is_name(name),
        RegisterImportErrorCode::BadInput,
        "fileName",
        message,
    );
    let message = "give the sheet's name, in at most 200 characters";
    let said = sheet.as_deref().is_none_or(is_name);
    wrong.when(!said, RegisterImportErrorCode::BadInput, "sheet", message);
    wrong.stop()?;
    let object = objects::fresh_name(app, council.as_bytes());
    objects::put(app, &object, content).await?;
    let txn = app.db.begin().await?;
    councils::hold(&txn, council).await?;
    // Held before anything else is asked: somebody may be having one of them read again.
    let refused = store::refused(&txn, council).await?;
    if store::is_under_way(&txn, council).await? {
        drop(txn);
        objects::delete(app, &object).await?;
        let message = "another file of this register is not applied or thrown away yet";
        return Err(Stop::refuse(
            RegisterImportErrorCode::AnotherUnderWay,
            "council",
            message,
        ));
    }
    let (mut forgotten, mut entries) = (Vec::new(), Vec::new());
    for refused in refused {
        forgotten.push(refused.object.clone());
        entries.push((SUBJECT, refused.id, json!({ "discarded": true }), None));
        store::end(app, &txn, &permit, refused, State::Discarded, None, None).await?;
    }
    let mapping = store::mapping(&txn, council).await?;
    let row = store::insert(
        app,
        &txn,
        &permit,
        council,
        name.trim(),
        &object,
        content,
        &mapping,
        sheet,
    )
    .await?;
    let detail = json!({ "uploaded": row.file_name, "bytes": content.len() });
    entries.push((SUBJECT, row.id, detail, None));
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    app.work.wrote();
    for object in forgotten {
        forget(app, object).await;
    }
    Ok(read::read(app, row).await?)
}

fn is_name(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= LONGEST_NAME && !text.contains(char::is_control)
}

/// Says what held rows are, and has the file compared again.
///
/// # Errors
/// When it is not planned, was changed since, a contract is none of this register's, or the viewer may not.
pub async fn decide(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    said: Vec<(u32, Option<Uuid>)>,
) -> Result<Uploaded, Stop<RegisterImportErrorCode>> {
    use RegisterImportErrorCode::{BadInput, NotThatContract};
    let (txn, permit, row) = held(app, viewer, id, version, &[State::Planned]).await?;
    let mut wrong = Wrong::default();
    wrong.when(
        said.len() > MOST_SAID,
        BadInput,
        "rows",
        "say at most 1,000 rows at once",
    );
    wrong.stop()?;
    let mut decisions = store::decisions(&row)?;
    decisions.extend(said.iter().copied());
    if let Some(row) = import::not_of_register(&txn, row.council_id, &decisions).await? {
        let message =
            format!("row {row}: that contract is not in this register, or is said of another row too");
        return Err(Stop::refuse(NotThatContract, "rows", message));
    }
    let row = store::read_again(app, &txn, &permit, row, None, &decisions).await?;
    Ok(finish(app, txn, &permit, row, json!({ "decided": said })).await?)
}

/// Throws a file away.
///
/// # Errors
/// When it is being applied or was, was changed since, or the viewer may not.
pub async fn discard(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<Uploaded, Stop<RegisterImportErrorCode>> {
    let from = [State::Reading, State::Planned, State::Refused];
    let (txn, permit, row) = held(app, viewer, id, version, &from).await?;
    let object = row.object.clone();
    let row = store::end(app, &txn, &permit, row, State::Discarded, None, None).await?;
    let discarded = finish(app, txn, &permit, row, json!({ "discarded": true })).await?;
    forget(app, object).await;
    Ok(discarded)
}

/// Applies what was planned, whole or not at all. It goes on if the caller does not wait for it.
///
/// # Errors
/// When it is not planned, was changed since, or the viewer may not.
pub async fn apply(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<Uploaded, Stop<RegisterImportErrorCode>> {
    let (txn, permit, row) = held(app, viewer, id, version, &[State::Planned]).await?;
    let row = store::claim_to_apply(app, &txn, &permit, row).await?;
    txn.commit().await.map_err(Error::from)?;
    app.work.wrote();
    let (app, viewer) = (app.clone(), viewer.clone());
    let work = tokio::spawn(async move {
        let id = row.id;
        let applied = Box::pin(applying(&app, &viewer, row)).await;
        app.work.progress(id, None);
        if applied.is_err() {
            store::back_to_plan(&app, id).await?;
        }
        app.work.wrote();
        applied
    });
    work.await.map_err(Error::fault)?
}

/// Undoes an import that was applied, if it is the last one of its register.
///
/// # Errors
/// When it is not, or the viewer may not.
pub async fn undo(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
) -> Result<(Uploaded, import::Undone), Stop<import::RegisterImportUndoErrorCode>> {
    let uploaded = by_id(app, viewer, id).await?;
    let Some(run) = uploaded.run else {
        let message = "nothing was changed by it";
        return Err(Stop::refuse(
            import::RegisterImportUndoErrorCode::NotTheLast,
            "import",
            message,
        ));
    };
    let undone = Box::pin(import::undo(app, viewer, run)).await?;
    Ok((by_id(app, viewer, id).await?, undone))
}

async fn applying(app: &App, viewer: &Viewer, row: Model) -> Result<Uploaded, Stop<RegisterImportErrorCode>> {
    let content = store::content(app, &row).await?;
    let (settings, decisions) = (store::settings(&row)?, store::decisions(&row)?);
    let name = row.file_name.clone();
    let file = File {
        name: &name,
        content: Content::Bytes(&content),
        settings: Some(&settings),
    };
    let council = directory().by_id(row.council_id).ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::ImportRegister, Resource::Council(council.id))?;
    let txn = app.db.begin().await?;
    let mut watch = work::Told::new(app, row.id);
    let perform = import::perform(app, &txn, &permit, council, file, &decisions, &mut watch);
    let done = Box::pin(perform).await;
    let (done, changed) = done.map_err(|error| match error {
        ImportError::Failed(error) => Stop::Failed(error),
        ImportError::NotThatContract { .. } | ImportError::NotThatRow { .. } => Stop::refuse(
            RegisterImportErrorCode::NotThatContract,
            "import",
            error.to_string(),
        ),
        ImportError::Unreadable(_) => Stop::Failed(Error::fault(error)),
    })?;
    let object = row.object.clone();
    let row = store::end(app, &txn, &permit, row, State::Applied, Some(done.plan), done.run).await?;
    let mut entries = vec![(SUBJECT, row.id, json!({ "applied": done.run }), None)];
    if let Some(run) = done.run {
        entries.extend(run::entries(
            run,
            file.name,
            done.plan.added,
            done.plan.changed,
            changed,
        ));
    }
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    forget(app, object).await;
    Ok(read::read(app, row).await?)
}

/// An import in one of these states and of this version, held; with leave to change it.
async fn held(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    states: &[State],
) -> Result<(DatabaseTransaction, Permit, Model), Stop<RegisterImportErrorCode>> {
    let txn = app.db.begin().await?;
    let row = store::hold(&txn, id).await?.ok_or(Error::NotFound)?;
    let permit = store::permit(viewer, &row)?;
    based_on(version, row.version, RegisterImportErrorCode::Conflict)?;
    let state = State::read(&row.state)?;
    if states.contains(&state) {
        return Ok((txn, permit, row));
    }
    let message = format!("it is {}", state.as_str());
    Err(Stop::refuse(
        RegisterImportErrorCode::WrongState,
        "import",
        message,
    ))
}

/// Records what was done with an upload, and commits it.
async fn finish(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    row: Model,
    detail: Value,
) -> Result<Uploaded, Error> {
    audit::record(app, &txn, permit, SUBJECT, row.id, &detail).await?;
    txn.commit().await?;
    app.work.wrote();
    read::read(app, row).await
}

/// A file that is not needed any more. What cannot be forgotten now is when objects are swept.
async fn forget(app: &App, object: Option<String>) {
    if let Some(object) = object
        && let Err(error) = objects::delete(app, &object).await
    {
        tracing::warn!(%error, "a register's file was not forgotten; a sweep does");
    }
}
