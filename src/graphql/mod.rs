//! The API, a product of its own: one file per capability, and ids, errors and paging that all share.
pub mod contracts;
pub mod councils;
pub(crate) mod errors;
pub mod ids;
pub(crate) mod paging;
pub mod suppliers;
