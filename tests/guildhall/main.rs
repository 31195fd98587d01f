//! Guildhall from outside: one binary, a [`world::World`] for each test, a module for each capability.
//!
//! SQLite unless `GUILDHALL_TEST_POSTGRES` holds the URL of a PostgreSQL server, whose user may make databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod alerts;
mod binary;
mod doors;
mod edits;
mod hostile;
mod idempotency;
mod needs;
mod pages;
mod pilots;
mod policy;
mod products;
mod registers;
mod rights;
mod schema;
mod server;
mod smtp;
mod starting;
mod story;
mod versions;
mod world;
