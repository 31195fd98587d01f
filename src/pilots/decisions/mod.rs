//! What was decided about a pilot, in order: awards, that none suited, and that such a decision was undone. Only added to.

pub mod standstill;
mod store;

use super::{PilotErrorCode, bids};
use crate::access::Permit;
use crate::runtime::{App, Error, Stop, words};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

words! {
    /// What was decided about a pilot.
    #[graphql(name = "PilotDecisionKind")]
    Kind {
        /// For one bid or several.
        Awarded = "awarded",
        /// For none.
        NoneSuitable = "none_suitable",
        /// That the decision before it does not hold.
        Undone = "undone",
    }
}

/// Something decided about a pilot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Identifier.
    pub id: Uuid,
    /// About which pilot.
    pub pilot_id: Uuid,
    /// 1 for the pilot's first.
    pub ordinal: i32,
    /// What.
    pub kind: Kind,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// An award stands still until then.
    pub standstill_until: Option<DateTime<Utc>>,
    /// What it says of each bid; nothing, where it undoes another.
    pub bids: Vec<OfBid>,
}

/// What a decision says of one bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfBid {
    /// The bid.
    pub bid: Uuid,
    /// Whether it won.
    pub state: bids::State,
    /// What its bidder was told.
    pub feedback: String,
    /// The award, in the register.
    pub contract: Option<Uuid>,
}

impl Decision {
    /// The contracts that it made.
    pub fn contracts(&self) -> Vec<Uuid> {
        self.bids.iter().filter_map(|of| of.contract).collect()
    }
}

/// The decisions about these pilots, the first one first. Whoever may know of a pilot may know of them, save what they say
/// of single bids.
///
/// # Errors
/// When the database fails.
pub async fn of_pilots(app: &App, pilots: &[Uuid]) -> Result<HashMap<Uuid, Vec<Decision>>, Error> {
    store::of_pilots(app.db.read(), pilots).await
}

/// The pilots that these contracts come from, by contract; also where the award was undone.
///
/// # Errors
/// When the database fails.
pub async fn pilots_of(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, Error> {
    store::pilots_of(app.db.read(), contracts).await
}

/// The same, as part of a transaction.
pub(super) async fn pilots_in(
    txn: &DatabaseTransaction,
    contracts: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, Error> {
    store::pilots_of(txn, contracts).await
}

/// The number that a pilot's next decision has; its row is held.
pub(super) async fn next(txn: &DatabaseTransaction, pilot: Uuid) -> Result<i32, Error> {
    let all = store::of_pilots(txn, &[pilot]).await?;
    Ok(all
        .get(&pilot)
        .and_then(|list| list.last())
        .map_or(1, |last| last.ordinal + 1))
}

/// The decision that holds.
pub(super) async fn present(
    txn: &DatabaseTransaction,
    pilot: Uuid,
) -> Result<Decision, Stop<PilotErrorCode>> {
    let mut all = store::of_pilots(txn, &[pilot]).await?;
    let last = all.remove(&pilot).and_then(|mut list| list.pop());
    last.filter(|last| last.kind != Kind::Undone).ok_or_else(|| {
        let message = "nothing is decided about this pilot, or it has been undone";
        Stop::refuse(PilotErrorCode::NotDecided, "", message)
    })
}

/// Writes a decision, as part of the transaction that makes it.
pub(super) async fn record(
    txn: &DatabaseTransaction,
    permit: &Permit,
    decision: Decision,
) -> Result<(), Error> {
    store::insert(txn, permit, decision).await
}
