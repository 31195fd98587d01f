//! Guildhall: council contracts, the windows in which something can be done about them, and pilots.
//!
//! # The map
//!
//! | room | what it answers for |
//! |---|---|
//! | [`access`] | who someone is and what they may do; its policy is the only file that says who may do what |
//! | [`councils`] | every council of the UK, past and present, its powers and working days |
//! | [`contracts`] | registers: terms, windows (derived, never typed), lists and filters |
//! | [`needs`] | problems that councils state before any tender |
//! | [`pilots`] | pilots, the sealed bids for them, scores and awards |
//! | [`suppliers`] | who supplies, and which supplier a register means |
//! | [`exchange`] | register files, in |
//! | [`alerts`] | saved searches, what opens, the mails about it, the links that end them |
//! | [`audit`] | who did what, by which right |
//! | [`graphql`] | the API: one file per capability, and the guard before the parser |
//! | [`http`] | what is not GraphQL: GraphiQL, health, mail links, the development mailbox and clock |
//! | [`cli`] | the commands |
//! | [`runtime`] | clock, randomness, database, configuration, outbox, mail: what every room is given |
//!
//! # What always holds
//!
//! - Arrows run one way: `graphql, http, cli -> capabilities -> runtime, entity`. `alerts` asks `contracts`, never
//!   the reverse. A capability's store is private to it.
//! - Rules take plain values and a date; they do no I/O. Nothing but [`runtime::clock`] knows what time it is.
//! - Nothing is written without a [`access::Permit`], which only the policy can make, and the audit entry is
//!   written from it in the same transaction.
//! - Derived columns and `contract_window` are projections of [`contracts::windows`], rewritten with the contract.
//! - Domain enums carry their GraphQL derive: their doc comments are the schema's descriptions, said once.
//!
//! # Three walks
//!
//! **A contract window opens and a mail leaves.** [`alerts::run`] passes every half minute. [`alerts::tick()`]
//! locks the watermark, asks [`contracts::openings`] what opens after it and up to today, matches that against
//! every active search ([`alerts::filter`]), writes a notification each (unique by search and event) and one mail
//! for a person ([`alerts::digest`]) to the [`runtime::outbox`], and moves the watermark: one transaction. Then
//! [`runtime::outbox::deliver_due`] leases each mail, offers it to the mail server, and records the answer.
//!
//! **List contracts expiring in 180 days with their suppliers.** `http::graphql` admits the request (JSON, size,
//! origin), [`graphql::Api`] guards and parses it, `graphql::contracts` turns the filter into
//! [`contracts::Filter`] and the selected fields into [`contracts::Columns`]; [`contracts::list`] reads the page in
//! one statement and [`suppliers::of_contracts`] its suppliers in a second. Councils are in memory.
//!
//! **A register comes in.** `cli::import` reads the file with [`exchange::register`] (pure: columns, cells, rows,
//! doubts) and hands it to [`exchange::import`], which takes a permit, compares each row's key and digest with what
//! is there, resolves suppliers ([`suppliers::resolve`]), and gives [`contracts::record()`] what is new or changed,
//! in one transaction with the audit entry.

pub mod access;
pub mod alerts;
pub mod audit;
pub mod cli;
pub mod contracts;
pub mod councils;
pub mod exchange;
pub mod graphql;
pub mod http;
pub mod needs;
pub mod pilots;
pub mod runtime;
pub mod suppliers;
