//! What is known to everybody of one contract: plain values, from which registers and releases are written.

use super::super::register::{self, Headings, RegisterRow};
use crate::contracts::Contract;
use crate::contracts::term::ExtensionOption;
use crate::councils::{Council, directory};
use crate::suppliers::Supplier;
use std::sync::Arc;
use uuid::Uuid;

/// A contract and what hangs on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Facts {
    pub(super) contract: Contract,
    pub(super) options: Vec<ExtensionOption>,
    /// Councils that buy beside the one whose register it is.
    pub(super) buyers: Vec<Uuid>,
    pub(super) suppliers: Vec<Supplier>,
    /// The row of the file that it came from.
    pub(super) source: Option<Sourced>,
}

/// A row as it came, and what stood over it.
#[derive(Clone, Debug)]
pub(super) struct Sourced {
    pub(super) run: Uuid,
    pub(super) headings: Arc<Headings>,
    pub(super) cells: Vec<String>,
}

impl Facts {
    pub(super) fn council(&self) -> Option<&'static Council> {
        directory().by_id(self.contract.council_id)
    }

    /// The row, read again.
    pub(super) fn row(&self) -> Option<RegisterRow> {
        let source = self.source.as_ref()?;
        Some(register::again(&source.headings, &source.cells))
    }
}
