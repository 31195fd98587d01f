//! What was recognised in an uploaded register and what it would change, in the graph. `register_imports` has the rest.

use super::ids::{Id, Sort};
use super::paging::connection;
use crate::exchange::import::{Line, LineKind};
use crate::exchange::register::{Column, Confidence};
use crate::exchange::uploads::{self, Sheet, SheetColumn};
use async_graphql::{Json, Object, SimpleObject};
use serde_json::Value;
use uuid::Uuid;

/// How far a piece of work is.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RegisterImportProgress {
    /// Rows that are done.
    pub(super) done: u32,
    /// Of how many.
    pub(super) of: u32,
}

/// What was recognised in a file.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterImportSheet {
    /// What it is: encoding and separator, or the sheet of a workbook.
    format: String,
    /// The row of the headings, from 1.
    header_row: u32,
    /// Its headings, from the left, and what each was read as.
    columns: Vec<RegisterImportColumn>,
    /// How dates are read that could be read both ways, a sentence for each column that has some, with the row that says so.
    dates: Vec<String>,
}

/// A heading of a file, and what it was read as.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterImportColumn {
    /// As in the file.
    heading: String,
    /// The column it is; null for one whose cells are kept, and published with the register, as they are.
    column: Option<Column>,
    /// How far that is to be trusted. Correct it with `registerImportMap`.
    confidence: Confidence,
    /// Why, as a sentence.
    why: String,
    /// The first cells under it that differ, at most three.
    samples: Vec<String>,
}

impl From<SheetColumn> for RegisterImportColumn {
    fn from(column: SheetColumn) -> Self {
        Self {
            heading: column.heading,
            column: column.column,
            confidence: column.confidence,
            why: column.why,
            samples: column.samples,
        }
    }
}

impl From<Sheet> for RegisterImportSheet {
    fn from(sheet: Sheet) -> Self {
        Self {
            format: sheet.format,
            header_row: sheet.header_row,
            columns: sheet.columns.into_iter().map(Into::into).collect(),
            dates: sheet.dates,
        }
    }
}

/// What an uploaded register would change, or, once it is applied, what it changed.
#[derive(Clone, Copy, Debug, SimpleObject)]
pub struct RegisterImportPlan {
    /// Rows under the headings that are not blank.
    rows: u32,
    /// New contracts.
    added: u32,
    /// Contracts of which the file says something else.
    changed: u32,
    /// Contracts of which it says what is known.
    unchanged: u32,
    /// Contracts that it does not have any more, and that are over.
    ended: u32,
    /// Contracts that it does not have any more, though their end is ahead.
    vanished: u32,
    /// Rows that are not taken: they are no contracts, or perhaps contracts that are known already.
    held: u32,
    /// Rows that are taken with doubts.
    doubtful: u32,
    /// The file has less than half of the register, so that what it does not have is not noted as missing.
    partial: bool,
}

impl From<uploads::Plan> for RegisterImportPlan {
    fn from(plan: uploads::Plan) -> Self {
        Self {
            rows: plan.rows,
            added: plan.added,
            changed: plan.changed,
            unchanged: plan.unchanged,
            ended: plan.ended,
            vanished: plan.vanished,
            held: plan.held,
            doubtful: plan.doubtful,
            partial: plan.partial,
        }
    }
}

/// What a plan says of one row or contract.
#[derive(Clone, Debug)]
pub struct RegisterImportLine(pub(super) Line);

/// What a plan says of one row or contract.
#[Object]
impl RegisterImportLine {
    /// What is, or would be, done.
    async fn kind(&self) -> LineKind {
        self.0.kind
    }

    /// The row, as a spreadsheet counts from 1; null for a contract that the file has not.
    async fn row(&self) -> Option<u32> {
        self.0.row
    }

    /// The contract, where it is known.
    async fn contract(&self) -> Option<Id> {
        self.0.contract.map(|id| Id::new(Sort::Contract, id))
    }

    /// The title, or of a row that is no contract its first cells.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Of a changed contract what changes, by field, `from` and `to`; of a doubt `column`, `raw`, `code` and `why`.
    async fn detail(&self) -> Option<Json<Value>> {
        matches!(self.0.kind, LineKind::Changed | LineKind::Doubted).then(|| Json(self.0.detail.clone()))
    }

    /// Of a row that is held, why.
    async fn why(&self) -> Option<&str> {
        self.0.detail["why"].as_str()
    }

    /// Of a row that is held, the contracts that it may be: say which with `registerImportDecide`.
    async fn perhaps(&self) -> Vec<RegisterImportCandidate> {
        let perhaps = self.0.detail["perhaps"].as_array().into_iter().flatten();
        let candidate = |one: &Value| {
            let id: Uuid = one["contract"].as_str()?.parse().ok()?;
            let title = one["title"].as_str().unwrap_or_default().to_owned();
            Some(RegisterImportCandidate {
                contract: Id::new(Sort::Contract, id),
                title,
            })
        };
        perhaps.filter_map(candidate).collect()
    }
}

/// A contract that a row may be.
#[derive(Clone, Debug, SimpleObject)]
pub struct RegisterImportCandidate {
    /// The contract.
    contract: Id,
    /// Its title.
    title: String,
}

connection!(
    RegisterImportLineConnection,
    RegisterImportLineEdge,
    RegisterImportLine,
    "lines of a plan"
);
