//! What happened that somebody may have asked to be told of.
//!
//! A capability writes an event in the transaction of the change that brought it, so that neither is there without the
//! other. It tells nobody: `alerts` reads here what was not told yet, and says who is. An event has a key and happens
//! once; when it is not so any more it is void, and whoever was told of it hears of the change instead.

mod store;

pub use store::{
    about_contracts, by_ids, of, of_dates, since, some_untold, told, void, void_about, void_of_kind,
};

use crate::runtime::{App, Error, words};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DatabaseTransaction;
use serde_json::Value;
use uuid::Uuid;

words! {
    /// What somebody can be told of.
    #[graphql(name = "AlertKind")]
    Kind {
        /// A window of a contract opened. Told once for each set of its dates.
        WindowOpened = "window_opened",
        /// An open window closes within two weeks; not told of one that is open for less than four. Once for each set
        /// of its dates.
        WindowClosing = "window_closing",
        /// Dates of a contract, and windows with them, changed. Also told to whoever was mailed about a window that is
        /// not so any more. Once for each change.
        DatesChanged = "dates_changed",
        /// A contract is new in a register that was there before. Once.
        ContractAdded = "contract_added",
        /// A contract was terminated or cancelled. Also told to whoever was mailed about one of its windows. Once.
        ContractEnded = "contract_ended",
        /// A register does not have a contract any more whose end is ahead. Also told to whoever was mailed about one of
        /// its windows. Once, and again if it comes back and goes again.
        ContractVanished = "contract_vanished",
        /// Another contract takes a contract's place. Also told to whoever was mailed about one of its windows. Once.
        ContractReplaced = "contract_replaced",
        /// A council stated a need. Once.
        NeedStated = "need_stated",
        /// Another council said "us too". Once for each council.
        NeedJoined = "need_joined",
        /// A pilot was published. Once.
        PilotPublished = "pilot_published",
        /// A pilot's deadline moved. Its bidders are told without asking. Once for each deadline.
        PilotChanged = "pilot_changed",
        /// An addendum to a pilot was published: something changed or was made clear. Its bidders are told without asking.
        /// Once for each.
        PilotAddendum = "pilot_addendum",
        /// A pilot's deadline is three days away. Once for each deadline.
        PilotClosing = "pilot_closing",
        /// A pilot was stopped after it was published. Once; its bidders have a mail of their own about it.
        PilotCancelled = "pilot_cancelled",
        /// A question about a pilot was answered for everybody. Its bidders are told without asking. Once for each.
        QuestionAnswered = "question_answered",
        /// A pilot was awarded, or no bid suited. Once; its bidders have a mail of their own about it.
        PilotOutcome = "pilot_outcome",
        /// What was decided about a pilot was undone, and it is decided anew. Once for each time; its bidders have a mail
        /// of their own about it.
        PilotReopened = "pilot_reopened",
        /// What came of a pilot was published. Once.
        PilotResult = "pilot_result",
        /// A certificate or insurance of a supplier lapses within 60 days. Told to the supplier's people without asking,
        /// and to nobody else. Once for each last day.
        EvidenceLapsing = "evidence_lapsing",
    }
}

/// What an event is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum About {
    /// A contract.
    Contract(Uuid),
    /// A need.
    Need(Uuid),
    /// A pilot.
    Pilot(Uuid),
    /// Evidence that a supplier holds.
    Evidence(Uuid),
}

/// The window that an event is of; its kind is the word of [`crate::contracts::windows::WindowKind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfWindow {
    /// What for.
    pub kind: String,
    /// Of which extension option.
    pub ordinal: i32,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day.
    pub closes_on: Option<NaiveDate>,
}

/// An event to be written.
#[derive(Clone, Debug, PartialEq)]
pub struct Happened {
    /// What.
    pub kind: Kind,
    /// What makes it the same event.
    pub key: String,
    /// The council it happened to; of evidence, the supplier.
    pub organisation_id: Uuid,
    /// What it is about.
    pub about: About,
    /// The window, of one.
    pub window: Option<OfWindow>,
    /// What changed: fields and days, nothing of a person.
    pub detail: Value,
    /// When, if not now: what the clock brings is found a little later.
    pub at: Option<DateTime<Utc>>,
}

impl Happened {
    /// An event without a window or detail, that happens now.
    pub fn now(kind: Kind, key: impl Into<String>, organisation_id: Uuid, about: About) -> Self {
        Self {
            kind,
            key: key.into(),
            organisation_id,
            about,
            window: None,
            detail: Value::Object(serde_json::Map::new()),
            at: None,
        }
    }
}

/// An event as it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Identifier.
    pub id: Uuid,
    /// What.
    pub kind: Kind,
    /// What makes it the same event.
    pub key: String,
    /// The council it happened to; of evidence, the supplier.
    pub organisation_id: Uuid,
    /// What it is about.
    pub about: About,
    /// The window, of one.
    pub window: Option<OfWindow>,
    /// What changed.
    pub detail: Value,
    /// When it happened.
    pub happened_at: DateTime<Utc>,
    /// Why it is not so any more.
    pub void: Option<String>,
}

/// Writes events as part of `txn`; one that was written before stays as it was.
///
/// # Errors
/// When the database fails.
pub async fn record(app: &App, txn: &DatabaseTransaction, events: Vec<Happened>) -> Result<(), Error> {
    let now = app.clock.now();
    let rows = events
        .into_iter()
        .map(|event| store::row(app.entropy.id(now), event, now));
    store::insert(txn, rows.collect()).await
}
