//! Notices: releases of contracting processes (OCDS), as Contracts Finder and others publish them, into the registers of the
//! councils that buy.
//!
//! Reading is pure: [`reader`] takes releases out of a file one at a time, [`release`] says what is read of one, [`merge`]
//! makes those of one process one, [`drafts`] says what register entries it comes to (`parties`, `particulars`, `terms`).
//! [`mod@import`] writes: every release is kept (`kept`), so that whatever file it came in, and when, a process says what its
//! releases say in the order of their dates; `known` is what the register has already.

mod alike;
mod days;
mod decide;
pub mod drafts;
pub mod import;
mod kept;
mod known;
mod lenient;
pub mod merge;
mod overlay;
mod particulars;
mod parties;
pub mod reader;
mod registers;
pub mod release;
pub mod report;
mod terms;

pub use import::{ImportError, Notices, import};
pub(in crate::exchange) use known::{AFTER_KEY, KEY};
pub use reader::NoticesError;
pub use report::{Doubts, Imported, Told, summary};
