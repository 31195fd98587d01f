//! Options to extend a contract, as they were agreed and as they were used.
//! Records only: what they do to the end, and which one is next, is `term.rs`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How far an extension option reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Length {
    /// Whole months after the end it extends.
    Months(u16),
    /// To a date: an undivided option, of which a part may be taken.
    Until(NaiveDate),
}

/// What became of an extension option. Only a record changes it; the passing of time does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum, Serialize, Deserialize)]
pub enum ExtensionState {
    /// Can still be taken.
    Available,
    /// Taken: it counts towards the current end.
    Exercised,
    /// The council decided against it.
    Declined,
    /// Nobody decided in time.
    Lapsed,
}

/// One option to extend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExtensionOption {
    /// Its place in the order in which options are taken, from 1.
    pub ordinal: u16,
    /// How far it reaches.
    pub length: Length,
    /// The last day on which the supplier can be told, where the contract names one.
    pub notice_by: Option<NaiveDate>,
    /// What became of it.
    pub state: ExtensionState,
}

/// Extension options by ordinal, each ordinal once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extensions(Vec<ExtensionOption>);

impl Extensions {
    /// Puts options in order; the error is an ordinal that occurs twice.
    pub fn new(mut options: Vec<ExtensionOption>) -> Result<Self, u16> {
        options.sort_unstable_by_key(|option| option.ordinal);
        match options.windows(2).find(|pair| pair[0].ordinal == pair[1].ordinal) {
            Some(pair) => Err(pair[0].ordinal),
            None => Ok(Self(options)),
        }
    }

    /// The options, lowest ordinal first.
    pub fn as_slice(&self) -> &[ExtensionOption] {
        &self.0
    }

    /// One past the highest ordinal, from 1.
    pub(super) fn next_ordinal(&self) -> Option<u16> {
        let last = self.0.last();
        last.map_or(Some(1), |last| last.ordinal.checked_add(1))
    }

    /// Puts an option in place of the one with its ordinal, or where its ordinal belongs.
    pub(super) fn record(&mut self, option: ExtensionOption) {
        let by_ordinal = |known: &ExtensionOption| known.ordinal;
        match self.0.binary_search_by_key(&option.ordinal, by_ordinal) {
            Ok(at) => self.0[at] = option,
            Err(at) => self.0.insert(at, option),
        }
    }
}
