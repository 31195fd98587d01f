//! Guildhall from outside: one binary, a [`world::World`] for each test, a module for each capability.
//!
//! SQLite unless `GUILDHALL_TEST_POSTGRES` holds the URL of a PostgreSQL server, whose user may make databases.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should say where")]

mod account_pages;
mod accounts;
mod alert_mails;
mod alert_pages;
mod alerts;
mod attachments;
mod audit;
mod bidding;
mod binary;
mod buckets;
mod catalogue;
mod changes;
mod deadlines;
mod doors;
mod edits;
mod eligibility;
mod evaluating;
mod faults;
mod feeds;
mod guessing;
mod hostile;
mod hostile_mail;
mod idempotency;
mod imports;
mod mails;
mod market;
mod members;
mod needs;
mod notices;
mod operations;
mod pages;
mod pilots;
mod policy;
mod privacy;
mod products;
mod profiles;
mod provider;
mod published;
mod python;
mod record;
mod register_imports;
mod registers;
mod relay;
mod returned;
mod revocation;
mod rights;
mod schema;
mod second_factor;
mod sending;
mod server;
mod single_sign_on;
mod smtp;
mod sockets;
mod starting;
mod story;
mod subscriptions;
mod tokens;
mod uploads;
mod versions;
mod websocket;
mod world;
