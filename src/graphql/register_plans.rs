//! What an uploaded register would change, line by line, in the graph. `register_imports` has the rest.

use super::ids::{Id, Sort};
use super::paging::connection;
use crate::exchange::import::{Line, LineKind};
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
