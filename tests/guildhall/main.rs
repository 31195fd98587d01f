//! Guildhall from outside: one binary, a [`world::World`] for each test, a module for each capability.
//!
//! SQLite unless `GUILDHALL_TEST_POSTGRES` holds the URL of a PostgreSQL server, whose user may make databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

#[expect(dead_code, reason = "the tests of the program itself use it")]
mod binary;
mod doors;
mod pages;
mod server;
mod smtp;
mod world;
