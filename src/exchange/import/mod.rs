//! A register file into a council's register: what is new, changed or missing, in one transaction, whole or not at all.
//! Reading the file is [`super::register`]'s, which it is asked for twice: `compare` says what each row is (`matching` is
//! the rule, `process` for rows that name one, `held` what is left to a person), then `apply` writes. A plan is an import
//! that is taken back before it is committed, so that it says what the import would do. `undo` takes the last import back. [`super::uploads`] is what people do with files of their own.

mod apply;
mod compare;
mod entry;
mod facts;
mod held;
mod matching;
mod process;
mod store;
mod undo;

pub(in crate::exchange) use apply::doubt_of;
pub use entry::published;
pub(in crate::exchange) use entry::{entry as entry_of, is_ocid};
pub(in crate::exchange) use facts::{NEAR_DAYS, Unsure, of_one_supplier};
pub use undo::{RegisterImportUndoErrorCode, Undone, last_import, undo, undone_among};

use super::register::{self, Doubt, Reading, RegisterError, RegisterReader, Report, Settings};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::councils::{self, Council};
use crate::exchange::run;
use crate::runtime::{App, Error};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::io;
use std::path::Path;
use uuid::Uuid;

/// Rows between two reports of progress, and in one statement or two.
const STEP: usize = 1000;

/// Characters of a cell in a line of a plan; a cell may have megabytes.
const SHOWN: usize = 2000;

/// What came of an import.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The record of it; none, where nothing was to be done or it was only planned.
    pub run: Option<Uuid>,
    /// What it changed, or would.
    pub plan: Plan,
    /// The counts and the reasons of all doubts.
    pub report: Report,
}

/// What an uploaded register would change, or, once it is applied, what it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, async_graphql::SimpleObject)]
#[graphql(name = "RegisterImportPlan")]
pub struct Plan {
    /// Rows under the headings that are not blank.
    pub rows: u32,
    /// New contracts.
    pub added: u32,
    /// Contracts of which the file says something else.
    pub changed: u32,
    /// Contracts of which it says what is known.
    pub unchanged: u32,
    /// Contracts that it does not have any more, and that are over.
    pub ended: u32,
    /// Contracts that it does not have any more, though their end is ahead, or nobody knows it.
    pub vanished: u32,
    /// Rows that are not taken: they are no contracts, or perhaps contracts that are known already.
    pub held: u32,
    /// Rows that are taken with doubts.
    pub doubtful: u32,
    /// The file has less than half of the register, so that what it does not have is not noted as missing.
    pub partial: bool,
}

/// What an import says of one row or contract.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What is, or would be, done.
    pub kind: LineKind,
    /// The row, as a spreadsheet counts; none, for what the file has not.
    pub row: Option<u32>,
    /// The contract, if it is known.
    pub contract: Option<Uuid>,
    /// Its title.
    pub title: String,
    /// Of a changed one, what changes, by field: `from` and `to`. Of one that is held, `why` and `perhaps`, the contracts
    /// that it may be. Of a doubt, `column`, `raw`, `code` and `why`.
    pub detail: Value,
}

crate::runtime::words! {
    /// What a plan says of a row or contract.
    #[graphql(name = "RegisterImportLineKind")]
    LineKind {
        /// A new contract.
        Added = "added",
        /// A contract that the file says something else of.
        Changed = "changed",
        /// A contract that the file does not have any more, and that is over.
        Ended = "ended",
        /// A contract that the file does not have any more, though its end is ahead, or nobody knows it.
        Vanished = "vanished",
        /// A row that is not taken: it is no contract, or perhaps one that is known already; then a person says which.
        Held = "held",
        /// A cell that was taken with a doubt.
        Doubted = "doubted",
    }
}

/// A file to import. It is read two or three times.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its name, for provenance.
    pub name: &'a str,
    /// Where it is.
    pub content: Content<'a>,
    /// What a person says of it; its own headings speak, if nothing.
    pub settings: Option<&'a Settings>,
}

/// Where a file is.
#[derive(Clone, Copy, Debug)]
pub enum Content<'a> {
    /// In memory.
    Bytes(&'a [u8]),
    /// On the disk.
    At(&'a Path),
}

impl<'a> File<'a> {
    /// A file in memory, of which nobody says anything.
    pub fn of(name: &'a str, content: &'a [u8]) -> Self {
        Self {
            name,
            content: Content::Bytes(content),
            settings: None,
        }
    }

    /// SHA-256 of it.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn digest(&self) -> Result<[u8; 32], RegisterError> {
        let (mut hasher, mut input) = (Sha256::new(), self.content.open()?);
        let mut piece = vec![0; 64 << 10];
        loop {
            match input.read(&mut piece)? {
                0 => return Ok(hasher.finalize().into()),
                read => hasher.update(&piece[..read]),
            }
        }
    }

    /// Its rows, from the first.
    pub(super) fn readings(self, council: &'static Council) -> Result<Readings<'a>, RegisterError> {
        let plain = Settings::default();
        let reader = register::open(self.content.open()?, self.settings.unwrap_or(&plain))?;
        Ok(reader.of(council))
    }
}

impl<'a> Content<'a> {
    fn open(self) -> io::Result<Box<dyn Input + 'a>> {
        Ok(match self {
            Self::Bytes(bytes) => Box::new(io::Cursor::new(bytes)),
            Self::At(path) => Box::new(std::fs::File::open(path)?),
        })
    }
}

/// What is read from.
pub(super) trait Input: io::Read + io::Seek + Send {}

impl<R: io::Read + io::Seek + Send> Input for R {}

/// The rows of a file.
pub(super) type Readings<'a> = RegisterReader<Box<dyn Input + 'a>>;

/// What a person said of rows that were held: by row, the contract that it is, or none for a new one. It is done, or the
/// import refused: for a row that the file has not, that is no contract, or that is surely another one.
pub type Decisions = HashMap<u32, Option<Uuid>>;

/// Who is told of an import while it is under way.
pub trait Watch: Send {
    /// So many rows are done, of so many; a file is gone over twice, and each counts half.
    fn rows(&mut self, _done: u32, _of: u32) {}
    /// A cell or row is doubted.
    fn doubt(&mut self, _doubt: &Doubt) {}
    /// This is done with a row or contract.
    fn line(&mut self, _line: Line) {}
}

/// Nobody is told.
impl Watch for () {}

/// Why a file was not imported.
#[derive(Debug)]
pub enum ImportError {
    /// It cannot be read.
    Unreadable(RegisterError),
    /// A person named a contract that is not in this register, or is another row's.
    NotThatContract {
        /// The row that it was named for.
        row: u32,
    },
    /// A person spoke of a row of which there is nothing to say.
    NotThatRow {
        /// The row.
        row: u32,
        /// Why not.
        why: String,
    },
    /// The viewer may not, or the database failed.
    Failed(Error),
}

impl ImportError {
    /// A row needs no decision, and another was made.
    fn not_held(row: u32, contract: Uuid) -> Self {
        let why = format!("it was not held, and is the contract {contract}");
        Self::NotThatRow { row, why }
    }
}

impl std::fmt::Display for ImportError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unreadable(error) => error.fmt(f),
            Self::NotThatContract { row } => {
                write!(
                    f,
                    "row {row} was said to be a contract that is not in this register, or that another row is"
                )
            }
            Self::NotThatRow { row, why } => write!(f, "row {row} is no row to decide on: {why}"),
            Self::Failed(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ImportError {}

impl From<RegisterError> for ImportError {
    fn from(error: RegisterError) -> Self {
        Self::Unreadable(error)
    }
}

impl From<Error> for ImportError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<sea_orm::DbErr> for ImportError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// Imports a register. With `dry_run` everything is done and nothing kept.
///
/// # Errors
/// When the file cannot be read, the viewer may not, or the database fails; nothing is kept then.
pub async fn import(
    app: &App,
    viewer: &Viewer,
    council: &'static Council,
    file: File<'_>,
    decisions: &Decisions,
    dry_run: bool,
    watch: &mut dyn Watch,
) -> Result<Imported, ImportError> {
    let permit = authorize(viewer, Action::ImportRegister, Resource::Council(council.id))?;
    let txn = app.db.begin().await?;
    let (done, changed) = perform(app, &txn, &permit, council, file, decisions, watch).await?;
    if dry_run {
        txn.rollback().await?;
        return Ok(Imported { run: None, ..done });
    }
    if let Some(run) = done.run {
        let entries = run::entries(run, file.name, done.plan.added, done.plan.changed, changed);
        audit::record_each(app, &txn, &permit, entries).await?;
    }
    txn.commit().await?;
    Ok(done)
}

/// Everything but the audit log, which comes last; gives what contracts say differently.
pub(super) async fn perform(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council: &'static Council,
    file: File<'_>,
    decisions: &Decisions,
    watch: &mut dyn Watch,
) -> Result<(Imported, Vec<(Uuid, Value)>), ImportError> {
    councils::hold(txn, council.id).await?;
    // On the heap: they are large, and asked for from deep within a request.
    let compared = Box::pin(compare::compare(txn, council, file, decisions, watch)).await?;
    Box::pin(apply::apply(app, txn, permit, council, file, compared, watch)).await
}

/// The first row of which somebody said a contract that is not in this register, or that they said of another row too.
pub(super) async fn not_of_register(
    txn: &DatabaseTransaction,
    council: Uuid,
    decisions: &Decisions,
) -> Result<Option<u32>, Error> {
    let named: Vec<Uuid> = decisions.values().flatten().copied().collect();
    let mut there = store::of_register(txn, council, &named).await?;
    let mut said: Vec<(u32, Uuid)> = decisions
        .iter()
        .filter_map(|(row, id)| Some((*row, (*id)?)))
        .collect();
    said.sort_unstable();
    Ok(said
        .into_iter()
        .find(|(_, id)| !there.remove(id))
        .map(|(row, _)| row))
}

/// Some rows, if any are left.
fn some(reader: &mut Readings<'_>) -> Result<Option<Vec<Reading>>, ImportError> {
    let some = reader.take(STEP).collect::<Result<Vec<Reading>, _>>()?;
    Ok((!some.is_empty()).then_some(some))
}

/// A doubt as a line of a plan.
pub(super) fn doubted(doubt: &Doubt) -> Line {
    let raw: String = doubt.raw.chars().take(SHOWN).collect();
    Line {
        kind: LineKind::Doubted,
        row: Some(doubt.row),
        contract: None,
        title: String::new(),
        detail: serde_json::json!({
            "column": doubt.column.as_ref(), "raw": raw, "code": doubt.why.code(), "why": doubt.sentence(),
        }),
    }
}
