//! Guildhall from outside: one binary, a [`world::World`] for each test, a module for each capability.
//!
//! SQLite unless `GUILDHALL_TEST_POSTGRES` holds the URL of a PostgreSQL server, whose user may make databases.

#[expect(dead_code, reason = "the tests of the program itself use it")]
mod binary;
mod doors;
mod pages;
mod smtp;
mod world;
