//! Uploaded registers in the graph: what was recognised, what they would change, and what is done with them.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::register_plans::{RegisterImportLine, RegisterImportLineConnection, RegisterImportProgress};
use super::uploads::Upload;
use crate::access::Viewer;
use crate::exchange::import::{LineKind, Plan, RegisterImportUndoErrorCode};
use crate::exchange::register::Column;
use crate::exchange::uploads::{self, RegisterImportErrorCode, Said, Sheet, State, Uploaded};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Uploaded registers, to read.
#[derive(Debug, Default)]
pub struct RegisterImportsQuery;

/// Uploaded registers, to bring in.
#[derive(Debug, Default)]
pub struct RegisterImportsMutation;

/// A register that somebody uploaded. Nothing is changed before it is applied.
#[derive(Clone, Debug)]
pub struct RegisterImport(Uploaded);

impl From<Uploaded> for RegisterImport {
    fn from(uploaded: Uploaded) -> Self {
        Self(uploaded)
    }
}

connection!(
    RegisterImportConnection,
    RegisterImportEdge,
    RegisterImport,
    "uploaded registers"
);
payload! {
    /// What became of uploading a register.
    RegisterImportStartPayload { import: RegisterImport } RegisterImportStartError(RegisterImportErrorCode)
}
payload! {
    /// What became of saying what headings are.
    RegisterImportMapPayload { import: RegisterImport } RegisterImportMapError(RegisterImportErrorCode, current_version)
}
payload! {
    /// What became of saying what held rows are.
    RegisterImportDecidePayload { import: RegisterImport } RegisterImportDecideError(RegisterImportErrorCode, current_version)
}
payload! {
    /// What became of applying a register.
    RegisterImportApplyPayload { import: RegisterImport } RegisterImportApplyError(RegisterImportErrorCode, current_version)
}
payload! {
    /// What became of throwing a register away.
    RegisterImportDiscardPayload { import: RegisterImport } RegisterImportDiscardError(RegisterImportErrorCode, current_version)
}
payload! {
    /// What became of undoing an import.
    RegisterImportUndoPayload { undone: RegisterImportUndone } RegisterImportUndoError(RegisterImportUndoErrorCode)
}

/// What undoing an import did.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterImportUndone {
    /// The import.
    import: RegisterImport,
    /// Contracts that say again what they said before.
    restored: u32,
    /// Contracts that are gone again.
    removed: u32,
    /// Contracts that the import had brought and that are called off instead, for something rests on them.
    called_off: Vec<Id>,
    /// Contracts that somebody changed since: they stay as they are.
    kept: Vec<Id>,
}

/// A register to upload.
#[derive(Debug, InputObject)]
pub struct RegisterImportStartInput {
    /// The council whose register it is.
    council: Id,
    /// The file's name.
    file_name: String,
    /// The sheet of a workbook; the first that has a register's headings, if not given.
    sheet: Option<String>,
    /// The file: CSV in any encoding, XLSX or ODS. A larger one comes in by the command line.
    file: Upload,
}

/// What a heading is.
#[derive(Debug, InputObject)]
pub struct RegisterHeadingInput {
    /// As in the file; case, spaces and punctuation do not matter.
    heading: String,
    /// The column it is; null for one whose cells are kept, and published with the register, as they are.
    column: Option<Column>,
    /// Forget what was said of it, in this file and the next ones: it is recognised again as if nobody had spoken of it.
    #[graphql(default)]
    forget: bool,
}

/// What headings are.
#[derive(Debug, InputObject)]
pub struct RegisterImportMapInput {
    /// The uploaded register.
    import: Id,
    /// The version that this is based on.
    version: i32,
    /// What headings are; others stay as they are recognised. At most 1,000.
    columns: Vec<RegisterHeadingInput>,
    /// Another sheet of the workbook.
    sheet: Option<String>,
}

/// What a row is that was held.
#[derive(Debug, InputObject)]
pub struct RegisterRowInput {
    /// The row, as a spreadsheet counts.
    row: u32,
    /// The contract that it is; null for a new one.
    contract: Option<Id>,
}

/// What held rows are.
#[derive(Debug, InputObject)]
pub struct RegisterImportDecideInput {
    /// The uploaded register.
    import: Id,
    /// The version that this is based on.
    version: i32,
    /// What rows are, at most 1,000 at once.
    rows: Vec<RegisterRowInput>,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

/// A register that somebody uploaded. Nothing is changed before it is applied.
#[Object]
impl RegisterImport {
    /// Identifier.
    async fn id(&self) -> Id {
        Id::new(Sort::Import, self.0.id)
    }

    /// The council whose register it is.
    async fn council(&self) -> Id {
        Id::new(Sort::Council, self.0.council_id)
    }

    /// The file's name.
    async fn file_name(&self) -> &str {
        &self.0.file_name
    }

    /// How far it is.
    async fn state(&self) -> State {
        self.0.state
    }

    /// How far the work under way is; null when there is none, or another server does it.
    async fn progress(&self) -> Option<RegisterImportProgress> {
        self.0
            .progress
            .map(|(done, of)| RegisterImportProgress { done, of })
    }

    /// What was recognised in the file, once it was read.
    async fn sheet(&self) -> Option<Sheet> {
        self.0.sheet.clone()
    }

    /// What it would change, once it is planned; what it changed, once it is applied.
    async fn plan(&self) -> Option<Plan> {
        self.0.plan
    }

    /// What the plan says of rows and contracts, one kind at a time, in the order of the file: the first 1,000 of each
    /// kind, of those held 10,000.
    async fn lines(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Which; those that are held, if not given.",
            default_with = "LineKind::Held"
        )]
        kind: LineKind,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "A cursor: those after it.")] after: Option<String>,
    ) -> Result<RegisterImportLineConnection> {
        let (app, viewer) = given(ctx);
        let cut = paging::cut(first, after.as_deref())?;
        let page = uploads::lines(app, viewer, self.0.id, kind, &cut)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, RegisterImportLine).into())
    }

    /// Why it was refused, or what went wrong last.
    async fn problem(&self) -> Option<&str> {
        self.0.problem.as_deref()
    }

    /// It can be undone: it was applied, changed something, and is the last import of its register.
    async fn can_undo(&self) -> bool {
        self.0.can_undo
    }

    /// When it was uploaded.
    async fn started_at(&self) -> DateTime<Utc> {
        self.0.started_at
    }

    /// Counts its changes: give it to whatever changes this.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

#[Object]
impl RegisterImportsQuery {
    /// An uploaded register; null for whoever may not import into it.
    async fn register_import(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] id: Id,
    ) -> Result<Option<RegisterImport>> {
        let (app, viewer) = given(ctx);
        match uploads::by_id(app, viewer, id.of(Sort::Import)?).await {
            Err(crate::runtime::Error::NotFound) => Ok(None),
            found => Ok(Some(found.told(ctx)?.into())),
        }
    }

    /// The registers that were uploaded for a council, the latest first. Needs an officer, approver or administrator of it.
    async fn register_imports(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council.")] council: Id,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "A cursor: those after it.")] after: Option<String>,
    ) -> Result<RegisterImportConnection> {
        let (app, viewer) = given(ctx);
        let cut = paging::cut(first, after.as_deref())?;
        let page = uploads::list(app, viewer, council.of(Sort::Council)?, &cut)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, RegisterImport).into())
    }
}

#[Object]
impl RegisterImportsMutation {
    /// Uploads a register: CSV, XLSX or ODS of at most 10 MiB, as a multipart request. It is read and compared with what is
    /// known; look at the plan, then apply it. One at a time for each council. Needs an officer, approver or administrator
    /// of the council.
    async fn register_import_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file, and whose register it is.")] input: RegisterImportStartInput,
    ) -> Result<RegisterImportStartPayload> {
        let (app, viewer) = given(ctx);
        let council = input.council.of(Sort::Council)?;
        let file = input.file.of(ctx)?;
        let started = Box::pin(uploads::start(
            app,
            viewer,
            council,
            &input.file_name,
            input.sheet,
            file.content(),
        ))
        .await;
        RegisterImportStartPayload::of(ctx, started.map(Into::into))
    }

    /// Says what headings are, and reads the file again. It is kept for the council's next files, also where this one is thrown
    /// away; a heading that the file has not is none of its `sheet.columns`. Needs an officer, approver
    /// or administrator of the council.
    async fn register_import_map(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What headings are.")] input: RegisterImportMapInput,
    ) -> Result<RegisterImportMapPayload> {
        let (app, viewer) = given(ctx);
        let id = input.import.of(Sort::Import)?;
        let columns = input
            .columns
            .into_iter()
            .map(|one| match one.forget {
                true => (one.heading, Said::Nothing),
                false => (one.heading, Said::Is(one.column)),
            })
            .collect();
        let mapped = Box::pin(uploads::map(app, viewer, id, input.version, columns, input.sheet)).await;
        RegisterImportMapPayload::of(ctx, mapped.map(Into::into))
    }

    /// Says what held rows are: a contract of the register, or a new one. The file is compared again; what was said of a
    /// row of which it cannot be said is forgotten then, and `problem` says so. Needs an officer, approver or administrator
    /// of the council.
    async fn register_import_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What rows are.")] input: RegisterImportDecideInput,
    ) -> Result<RegisterImportDecidePayload> {
        let (app, viewer) = given(ctx);
        let id = input.import.of(Sort::Import)?;
        let mut rows = Vec::with_capacity(input.rows.len());
        for one in input.rows {
            let contract = one.contract.map(|id| id.of(Sort::Contract)).transpose()?;
            rows.push((one.row, contract));
        }
        let decided = Box::pin(uploads::decide(app, viewer, id, input.version, rows)).await;
        RegisterImportDecidePayload::of(ctx, decided.map(Into::into))
    }

    /// Applies what was planned: whole or not at all. What changed in the register since it was planned is taken into
    /// account. Needs an officer, approver or administrator of the council.
    async fn register_import_apply(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The uploaded register.")] import: Id,
        #[graphql(desc = "The version that this is based on.")] version: i32,
    ) -> Result<RegisterImportApplyPayload> {
        let (app, viewer) = given(ctx);
        let applied = Box::pin(uploads::apply(app, viewer, import.of(Sort::Import)?, version)).await;
        RegisterImportApplyPayload::of(ctx, applied.map(Into::into))
    }

    /// Throws an uploaded register away that is not applied. Needs an officer, approver or administrator of the council.
    async fn register_import_discard(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The uploaded register.")] import: Id,
        #[graphql(desc = "The version that this is based on.")] version: i32,
    ) -> Result<RegisterImportDiscardPayload> {
        let (app, viewer) = given(ctx);
        let gone = Box::pin(uploads::discard(app, viewer, import.of(Sort::Import)?, version)).await;
        RegisterImportDiscardPayload::of(ctx, gone.map(Into::into))
    }

    /// Undoes the last import of a register: what it changed is as it was, what it brought is gone. What somebody changed
    /// since stays. Needs an officer, approver or administrator of the council.
    async fn register_import_undo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The uploaded register.")] import: Id,
    ) -> Result<RegisterImportUndoPayload> {
        let (app, viewer) = given(ctx);
        let undone = Box::pin(uploads::undo(app, viewer, import.of(Sort::Import)?)).await;
        let contracts = |ids: Vec<Uuid>| ids.into_iter().map(|id| Id::new(Sort::Contract, id)).collect();
        let undone = undone.map(|(uploaded, undone)| RegisterImportUndone {
            import: uploaded.into(),
            restored: undone.restored,
            removed: undone.removed,
            called_off: contracts(undone.called_off),
            kept: contracts(undone.kept),
        });
        RegisterImportUndoPayload::of(ctx, undone)
    }
}
