//! Guildhall: council contracts, the windows in which something can be done about them, and pilots.
pub mod access;
pub mod audit;
pub mod contracts;
pub mod councils;
pub mod exchange;
pub mod graphql;
pub mod runtime;
pub mod suppliers;
