//! Guildhall: council contracts, the windows in which something can be done about them, and pilots.
pub mod access;
pub mod alerts;
pub mod audit;
pub mod cli;
pub mod contracts;
pub mod councils;
pub mod exchange;
pub mod graphql;
pub mod http;
pub mod runtime;
pub mod suppliers;
