//! What every room is given: the clock, randomness, the database, mail, configuration, and the [`App`] that
//! holds them. Knows nothing of councils or contracts, and calls no capability.

mod app;
pub mod clock;
pub mod config;
pub mod database;
pub mod entropy;
mod error;
pub mod fetch;
pub mod idempotency;
pub mod letter;
pub mod mail;
pub mod objects;
pub mod outbox;
pub mod page;
pub mod provider;
pub mod secret;
pub mod suppression;
pub mod telemetry;
pub mod whole;
mod words;

pub use app::{App, Hashing, Meter};
pub(crate) use error::panic_words;
pub use error::{Error, Refusal, Refusals, Stop, Wrong, based_on};
pub(crate) use words::words;
