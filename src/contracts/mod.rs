//! Contracts registers: what councils have contracted, when it ends, and what can be done about it when.
//!
//! The rules are pure: [`term`] (dates and options) and [`windows`] (derived, never typed). The front door:
//! [`list`] and [`one`] to read, [`record()`] to write what a register or an award says, [`mod@amend`] to correct it,
//! [`dashboard`] to count, [`mod@outlook`] to say where a window comes from, [`policy`] for a council's lead times.
//! It tells nobody anything: what happens it leaves in [`crate::events`], and `alerts` asks here what opens.

pub mod amend;
mod arming;
pub mod award;
pub mod between;
mod changes;
pub mod dashboard;
mod entry;
mod filter;
mod gone;
mod happened;
mod holdings;
pub mod openings;
pub mod outlook;
pub mod owner;
pub mod policy;
mod read;
mod record;
mod relations;
mod store;
pub mod term;
pub mod vanished;
pub mod windows;
pub mod withdraw;

pub use entry::entries;
pub(crate) use entry::of as as_written;
pub(crate) use filter::RUNNING;
pub use filter::{Filter, Order, OrderBy};
pub use holdings::{Holding, holdings};
pub(crate) use read::council_of;
pub use read::{Column, Columns, Contract, by_ids, list, one, term_of};
pub use record::{CALLED_OFF, Change, Entry, Particulars, Recorded, Source, YEARLY, record};
pub use relations::{buyers_of, departments_of, options_of, windows_of};

/// Whether this is a code of the Common Procurement Vocabulary, by its form: eight digits.
pub fn is_cpv_code(code: &str) -> bool {
    code.len() == 8 && code.bytes().all(|b| b.is_ascii_digit())
}
