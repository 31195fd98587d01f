//! What the record of a pilot says of its bids: receipts, scores, places, decisions, and what came of them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use uuid::Uuid;

/// A version of a bid that came in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Received {
    /// The bid.
    pub bid: Uuid,
    /// Whose it is.
    pub supplier: Uuid,
    /// Its name.
    pub supplier_name: String,
    /// Which version.
    pub version: i64,
    /// The database's clock when it was taken.
    pub received_at: DateTime<Utc>,
    /// SHA-256 of what was received, in hexadecimal.
    pub digest: String,
    /// Who submitted it.
    pub by: String,
    /// `replaced`, `withdrawn`, or what became of the bid.
    pub state: String,
    /// The receipt as its bidder holds it, signed.
    pub line: String,
    /// The entry of the audit log.
    pub entry: Uuid,
}

/// A score or a consensus as it was entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scored {
    /// Of which bid.
    pub bid: Uuid,
    /// The criterion's place.
    pub criterion: i32,
    /// Who, by their place on the panel; nobody, where the panel came to it or its author is not on it any more.
    pub evaluator: Option<i32>,
    /// Whether the panel came to it.
    pub consensus: bool,
    /// 1 for what was entered first.
    pub number: i32,
    /// Out of 100.
    pub score: i32,
    /// Why.
    pub reason: String,
    /// When.
    pub entered_at: DateTime<Utc>,
    /// Whether nothing took its place.
    pub stands: bool,
}

/// A bid in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Place {
    /// 1 for the first.
    pub rank: usize,
    /// The bid.
    pub bid: Uuid,
    /// Whose it is.
    pub supplier_name: String,
    /// Its price in pence, VAT excluded.
    pub price_pence: i64,
    /// Its total in hundredths of a point.
    pub total_hundredths: i64,
    /// What each criterion adds.
    pub steps: Vec<Step>,
}

/// What a criterion adds to a bid's total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// The criterion's place.
    pub criterion: i32,
    /// Out of 100.
    pub weight: i32,
    /// What counts, in hundredths of a point.
    pub score_hundredths: i64,
}

/// Something decided about the pilot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Decided {
    /// 1 for the first.
    pub ordinal: i32,
    /// `awarded`, `none_suitable` or `undone`.
    pub kind: &'static str,
    /// Why.
    pub reason: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// By whom.
    pub by: Option<String>,
    /// An award stands still until then.
    pub standstill_until: Option<DateTime<Utc>>,
    /// What it says of each bid, with what its bidder was told.
    pub bids: Option<Vec<OfBid>>,
}

/// What a decision says of a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OfBid {
    /// The bid.
    pub bid: Uuid,
    /// Whether it won.
    pub state: &'static str,
    /// What its bidder was told.
    pub feedback: String,
    /// The award, in the register.
    pub contract: Option<Uuid>,
}

/// A bid that was not counted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Disqualified {
    /// The bid.
    pub bid: Uuid,
    /// Why, as its bidder was told.
    pub reason: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// The entry of the audit log.
    pub entry: Uuid,
}

/// What came of the pilot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Stop or scale.
    pub verdict: &'static str,
    /// Why.
    pub reason: String,
    /// What it cost, in pence without VAT.
    pub cost_pence: i64,
    /// What was learned.
    pub learned: String,
    /// Each measure of success.
    pub measures: Vec<Measure>,
}

/// What came of one measure of success.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Measure {
    /// What was to be reached.
    pub measure: String,
    /// Whether it was.
    pub met: bool,
    /// How that is known.
    pub evidence: String,
}
