//! Guildhall: council contracts, the windows in which something can be done about them, and pilots.
//!
//! # The map
//!
//! | room | what it answers for |
//! |---|---|
//! | [`access`] | who someone is and what they may do; its policy is the only file that says who may do what |
//! | [`councils`] | every council of the UK, past and present, its powers and working days, and which one a name means |
//! | [`contracts`] | registers: terms, windows (derived, never typed), lists and filters |
//! | [`law`] | dated rules of procurement law with their sources, in a table that an operator can correct |
//! | [`needs`] | problems that councils state before any tender, who says "us too", what suppliers answer |
//! | [`market`] | who holds what share of the registers' contracts, for how long, and what ends |
//! | [`pilots`] | pilots, questions about them, sealed bids and their files, their evaluation, awards and other endings, results, and the record of it all for an auditor |
//! | [`suppliers`] | who supplies, their products, and which supplier a register means |
//! | [`exchange`] | register files and notices (OCDS), in; open data, out: registers and OCDS |
//! | [`events`] | what happened that somebody may want to hear of, written with the change that brought it |
//! | [`alerts`] | saved searches and watches, the mails about what happens, what is behind the links in them; calendars and feeds |
//! | [`dispatch`] | the mail queue as operators see it: what was given up, putting it back, holding what leaves |
//! | [`audit`] | who did what, by which right: a log that shows when it was tampered with |
//! | [`changes`] | what changed in public, in the order of commits, for mirrors |
//! | [`graphql`] | the API: one file per capability, and the guard before the parser |
//! | [`http`] | what is not GraphQL: sockets, GraphiQL, health, open data, feeds, files of bids, mail links and what they tell of, single sign-on, the development mailbox and clock |
//! | [`cli`] | the commands |
//! | [`runtime`] | clock, randomness, database, configuration, outbox, mail, objects (large content): what every room is given |
//!
//! # What always holds
//!
//! - Arrows run one way: `graphql, http, cli -> capabilities -> runtime, entity`. `alerts` asks `contracts`, never
//!   the reverse. A capability's store is private to it.
//! - Rules take plain values and a date; they do no I/O. Nothing but [`runtime::clock`] knows what time it is.
//! - Nothing is written without a [`access::Permit`], which only the policy can make, and the audit entry is
//!   written from it in the same transaction, last: it takes a lock that everybody needs.
//! - What changes an existing thing names the version it is based on, and holds its row while it compares
//!   ([`runtime::based_on`]): of many changes based on one version, one is made.
//! - Derived columns and `contract_window` are projections of [`contracts::windows`], rewritten with the contract.
//! - Domain enums carry their GraphQL derive: their doc comments are the schema's descriptions, said once.
//!
//! # Four walks
//!
//! **A contract window opens and a mail leaves.** [`alerts::run`] passes every half minute. [`alerts::tick()`] has
//! [`contracts::openings`] write what has opened as [`events`]; what others do to contracts, needs and pilots is there
//! already, written with the change. For each event that was not told, the searches and watches that share an anchor with
//! it ([`alerts::filter`]) are looked at, and the ledger keeps who is to hear of it and when (once for each person and
//! event). Whoever is due gets one mail (`alerts::digest`), written to the [`runtime::outbox`]. Then
//! [`runtime::outbox::run`] leases mails, a few at a time, offers them to the mail server, and records the answers.
//!
//! **List contracts expiring in 180 days with their suppliers.** `http::graphql` admits the request (JSON, size,
//! origin), [`graphql::Api`] guards and parses it, `graphql::contracts` turns the filter into
//! [`contracts::Filter`] and the selected fields into [`contracts::Columns`]; [`contracts::list`] reads the page in
//! one statement and [`suppliers::of_contracts`] its suppliers in a second. Councils are in memory.
//!
//! **Publish a pilot.** `graphql::pilots` reads the ids and hands over to [`pilots::publish`], which holds the pilot's
//! row, asks [`access::authorize`] for a permit, applies the rules ([`pilots::rules`] and [`pilots::timetable`]: only a
//! draft that another has approved, dates that go together, a reservation that [`law`] allows) and writes pilot and
//! [`audit`] entry from the permit, in one transaction. From then on the clock says what it is: [`pilots::bids`] takes bids
//! strictly before the deadline into the pilot's tender box (`pilots::tender_box`), where a copy of the database shows
//! neither what they say nor how many there are, [`pilots::addenda`] say what changes, and [`pilots::evaluation`] opens bids after the
//! deadline to a panel whose members have declared their interests. Its chair locks quality; then [`pilots::award`] turns
//! the first of the ranking into a contract ([`contracts::award`]) and tells every bidder through the outbox.
//!
//! **Somebody asks who changed a contract's end.** The import that changed it wrote, after everything else, an entry
//! for each changed contract ([`audit::record_each`]): a leaf of the tree with commitments, and beside it who and what.
//! `graphql::audit` asks [`audit::list`], which shows what the policy lets the viewer read. A head that somebody kept
//! (a bid's receipt, any mail) shows with `guildhall audit verify --head` that none of it was rewritten since.
//!
//! Subscriptions: `http::subscriptions` holds a socket, looks at its session again every two seconds and before each
//! event, and asks the API anew what an event tells its viewer; `graphql::feed` reads what was written, on any node.
//!
//! Calendars and feeds: `http::feeds` hands the token to [`alerts::feeds::serve`], which asks [`contracts::between`] for the
//! windows that may match, worded in pieces of 500. A window's `sequence` and what went (`window_gone`) are written where
//! windows are.
//!
//! Mirrors: triggers note what of public objects is written, [`audit`] has [`changes::settle`] number it last in the
//! transaction, and `graphql::changes` reads it by [`changes::since`] and asks each capability what everybody sees now. What is
//! seen by everybody and new in the schema is said to the triggers (`migration::watched`); a test asks.
//!
//! Registers come in by `cli::import`: [`exchange::register`] reads (pure: columns, cells, rows, doubts; buyers are compared
//! with the council by [`councils::matched`]), [`exchange::renewal`] reads what it says of extensions in prose (pure too), and
//! [`exchange::import`] says which contract each row is and writes what is new or changed, in one transaction.
//! [`exchange::uploads`] does it with files that people upload: a plan is an import that is taken back.
//!
//! Notices come in by `cli::notices`: `exchange::notices::reader` gives one release at a time, each goes to the register of
//! the council that buys ([`councils::matched`], or it is held) and is kept; `exchange::notices::merge` makes those of a
//! process one, `drafts` says what entries it comes to, and [`exchange::notices`] writes those that say something else now.
//!
//! Registers go out by `http::open` and `cli::export`: [`exchange::publish`] reads a few hundred contracts at a time by the doors
//! that anybody may use, and makes of each a row (`register`: its own cells, unless it was corrected) or a release (`ocds`).

// The types of the merged roots of the graph are as deep as there are of them.
#![recursion_limit = "256"]

pub mod access;
pub mod alerts;
pub mod audit;
pub mod changes;
pub mod cli;
pub mod contracts;
pub mod councils;
pub mod dispatch;
pub mod events;
pub mod exchange;
pub mod graphql;
pub mod http;
pub mod law;
pub mod market;
pub mod needs;
pub mod pilots;
pub mod runtime;
pub mod suppliers;
