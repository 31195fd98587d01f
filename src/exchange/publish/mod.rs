//! Registers and open data, out: what everybody may read, in the formats that others read.
//!
//! [`register`] gives a council's Transparency Code register as CSV or as a workbook, with the cells of its own file where
//! nobody corrected them since; [`ocds`] gives contracts as OCDS releases and records. Both write pieces of a few hundred
//! contracts, each read by itself: no transaction stays open to whoever reads slowly. `store` reads them, by the front
//! doors that anybody may use, and nothing else: who looks after a contract never comes here. Served by `http::open` and
//! `cli::export`.

mod facts;
pub mod ocds;
pub mod register;
mod store;

use crate::contracts::Contract;
use crate::councils::Council;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use uuid::Uuid;

pub use store::{State, registers, state};

/// Contracts in a piece: what is in memory at a time.
const AT_A_TIME: usize = 500;

/// Under whose name things are published.
#[derive(Clone, Debug)]
pub struct Publisher {
    ocid_prefix: Arc<str>,
    public_url: Arc<str>,
}

impl Publisher {
    /// Looks like a prefix and is registered to nobody: a publisher registers its own with the Open Contracting
    /// Partnership and configures it.
    pub const UNREGISTERED: &str = "ocds-guildhall";

    /// Publishes at this address, with this registered prefix of OCIDs.
    pub fn new(public_url: impl Into<Arc<str>>, ocid_prefix: impl Into<Arc<str>>) -> Self {
        Self {
            ocid_prefix: ocid_prefix.into(),
            public_url: public_url.into(),
        }
    }

    /// The OCID of a contract: each is a contracting process of its own, and always under an OCID of ours, a contract that
    /// another publisher's notices brought too. That publisher's OCID joins releases that are merged by the ids of awards
    /// and contracts in them, and ours are our own: under one OCID the award would be there twice. Theirs is named as the
    /// process related to ours.
    pub fn ocid(&self, contract: &Contract) -> String {
        format!("{}-{}", self.ocid_prefix, contract.id.simple())
    }

    /// The prefix of its OCIDs.
    pub fn ocid_prefix(&self) -> &str {
        &self.ocid_prefix
    }

    /// Whether nobody has registered its prefix.
    pub fn is_unregistered(&self) -> bool {
        self.ocid_prefix() == Self::UNREGISTERED
    }

    /// The address of something published.
    pub fn address(&self, path: &str) -> String {
        format!("{}/open{path}", self.public_url)
    }
}

/// Which contracts.
#[derive(Clone, Copy, Debug)]
pub enum Of {
    /// A council's register.
    Council(&'static Council),
    /// Every register's.
    Everybody,
    /// One.
    Contract(Uuid),
}

/// A place in the order of changes: after the contract that was last changed then, and has this id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    at: DateTime<Utc>,
    id: Uuid,
}

impl Cursor {
    /// As addresses have it.
    pub fn written(&self) -> String {
        format!("{}-{}", self.at.timestamp_micros(), self.id.simple())
    }

    /// Reads what [`Self::written`] wrote.
    pub fn read(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('-')?;
        let digits = id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        Some(Self {
            at: DateTime::from_timestamp_micros(micros.parse().ok()?)?,
            id: digits.then(|| Uuid::try_parse(id).ok())??,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_cursor_is_read_back_and_no_text_breaks_it(
            micros in 0_i64..4_102_444_800_000_000, id in any::<u128>(), text in "\\PC{0,60}|[0-9a-f-]{0,60}"
        ) {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            let cursor = Cursor { at, id: Uuid::from_u128(id) };
            prop_assert_eq!(Cursor::read(&cursor.written()), Some(cursor));
            let _ = Cursor::read(&text);
        }
    }
}
