//! What a record is made of: plain values with stable names, as an outside reader gets them. A part that is `null` is kept
//! back, and `withheld` says why; one that is empty has nothing in it.

use super::super::Draft;
pub use super::of_bids::{Decided, Disqualified, Measure, OfBid, Outcome, Place, Received, Scored, Step};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

/// What a record's form is called. A field that is added leaves it; one that goes or changes its meaning does not.
pub const SCHEMA: &str = "guildhall-pilot-record/1";

/// The record of a pilot.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Pack {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// When it was put together.
    pub made_at: DateTime<Utc>,
    /// The pilot as it was published, with the dates that addenda have moved since.
    pub pilot: Terms,
    /// What is kept back, and why.
    pub withheld: Vec<Withheld>,
    /// Who set the deadline, and each time that it was moved.
    pub deadlines: Vec<DeadlineSet>,
    /// What changed or was made clear after it was published.
    pub addenda: Vec<Addendum>,
    /// Questions and answers; who asked is not said.
    pub questions: Vec<Question>,
    /// Who evaluated, and what interests they declared.
    pub panel: Vec<OnPanel>,
    /// Every bid that came in, each version.
    pub receipts: Option<Vec<Received>>,
    /// What was tried and refused.
    pub attempts: Vec<Happened>,
    /// Scores and consensus as they were entered, in that order.
    pub scores: Option<Vec<Scored>>,
    /// When quality was locked: no score changed any more.
    pub quality_locked_at: Option<DateTime<Utc>>,
    /// From when anybody of the council could read prices: its panel after the deadline, or once quality was locked.
    pub prices_opened_at: Option<DateTime<Utc>>,
    /// From when anybody of the council could read who bid, likewise.
    pub names_opened_at: Option<DateTime<Utc>>,
    /// The bids that stood, the first one first.
    pub ranking: Option<Vec<Place>>,
    /// What was decided, in order; the last holds, unless it undoes another.
    pub decisions: Vec<Decided>,
    /// Bids that were not counted.
    pub disqualified: Option<Vec<Disqualified>>,
    /// What came of the pilot, once that is published.
    pub result: Option<Outcome>,
    /// The mails to bidders: receipts, and what became of their bids.
    pub mails: Option<Vec<Mail>>,
    /// What whoever watches the pilot was to be told of.
    pub announced: Vec<Announced>,
    /// Every entry of the audit log about it, in the log's order.
    pub timeline: Vec<Happened>,
    /// What the audit log had come to, signed: `guildhall audit verify --head` shows with it that none of these entries was
    /// changed since. It grows with every bid of anybody, so that it comes with a whole record only.
    pub head: Option<String>,
    /// The key that head and receipts are checked with, in hexadecimal.
    pub public_key: String,
}

/// A part that is kept back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// The field.
    pub part: &'static str,
    /// Why.
    pub why: &'static str,
}

/// A pilot as it was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Terms {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub council: String,
    /// What it is now.
    pub phase: String,
    /// In a line.
    pub title: String,
    /// What is to be tried.
    pub summary: String,
    /// What would make it a success.
    pub success_measures: String,
    /// Systems it must work with.
    pub systems: Option<String>,
    /// The need it answers.
    pub need: Option<Uuid>,
    /// The pilot that it was copied from.
    pub copied_from: Option<Uuid>,
    /// The most it may cost, in pence without VAT.
    pub cap_pence: i64,
    /// How long it runs.
    pub weeks: i32,
    /// Local Government Service List code.
    pub service: Option<i32>,
    /// Common Procurement Vocabulary code.
    pub cpv: Option<String>,
    /// Which threshold counts.
    pub category: &'static str,
    /// Who may bid.
    pub reservation: &'static str,
    /// Why that was lawful when it was published.
    pub lawful_because: Option<String>,
    /// What bids are judged by.
    pub criteria: Vec<Criterion>,
    /// How a price becomes points.
    pub price_formula: &'static str,
    /// Who wins when totals are alike.
    pub tie_rule: &'static str,
    /// Evaluators see no supplier's name while they score.
    pub suppliers_unnamed: bool,
    /// Prices open once quality is locked.
    pub price_after_quality: bool,
    /// Working days between telling the bidders and the contract.
    pub standstill_days: i32,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Questions are taken strictly before it.
    pub questions_until: Option<DateTime<Utc>>,
    /// Bids are in time strictly before it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// When the council means to tell the bidders.
    pub award_on: Option<NaiveDate>,
    /// When work starts.
    pub starts_on: Option<NaiveDate>,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<NaiveDate>,
    /// Until when its award stands still.
    pub standstill_until: Option<DateTime<Utc>>,
    /// Why it ended as it did.
    pub outcome_reason: Option<String>,
}

/// What bids are judged by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Criterion {
    /// Its place, from 1.
    pub ordinal: i32,
    /// Quality or price.
    pub kind: &'static str,
    /// Name.
    pub name: String,
    /// What is looked for.
    pub description: String,
    /// Out of 100.
    pub weight: i32,
}

/// A deadline that was set, or moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeadlineSet {
    /// When.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by: String,
    /// By which right.
    pub right: String,
    /// What it was; nothing, when it was set first.
    pub from: Option<DateTime<Utc>>,
    /// What it became.
    pub to: DateTime<Utc>,
    /// The addendum that says so.
    pub addendum: Option<i64>,
    /// The entry of the audit log.
    pub entry: Uuid,
}

/// What changed or was made clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Addendum {
    /// From 1.
    pub number: i32,
    /// What it says.
    pub text: String,
    /// The dates that moved with it.
    pub moved: Vec<Moved>,
    /// When.
    pub published_at: DateTime<Utc>,
}

/// A date that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Which.
    pub what: &'static str,
    /// What it was.
    pub from: Option<String>,
    /// What it became.
    pub to: String,
}

/// A question about the pilot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Question {
    /// Identifier.
    pub id: Uuid,
    /// What was asked.
    pub question: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// What became of it.
    pub state: &'static str,
    /// The answer, or why there is none.
    pub answer: Option<String>,
    /// Why its asker alone got it.
    pub private_because: Option<String>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
    /// By whom.
    pub answered_by: Option<String>,
}

/// Somebody on the panel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct OnPanel {
    /// Their place, by which scores call them.
    pub evaluator: i32,
    /// Their name, or `erased`.
    pub name: String,
    /// Whether they chaired it.
    pub chair: bool,
    /// `named`, `waiting`, `taking part` or `excluded`.
    pub standing: &'static str,
    /// When they declared what interests they have.
    pub declared_at: Option<DateTime<Utc>>,
    /// What they declared; nothing where they have none.
    pub interest: Option<String>,
    /// Whether they were excluded, where that had to be decided.
    pub excluded: Option<bool>,
    /// Why.
    pub decision: Option<String>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// When they submitted their scores.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// A mail to a bidder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// `receipt` or `outcome`.
    pub kind: &'static str,
    /// Whose people it went to.
    pub supplier: Uuid,
    /// To whom; `erased`, once they have closed their account.
    pub to: String,
    /// Its subject.
    pub subject: Option<String>,
    /// Its Message-ID.
    pub message_id: Option<String>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When a mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// `queued`, `leased`, `sent`, `parked`, `suppressed` or `erased`.
    pub state: String,
}

/// What whoever watches the pilot was to be told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Announced {
    /// What.
    pub kind: &'static str,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Why it was not so any more.
    pub void: Option<String>,
}

/// Something that was done, or tried and refused.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Happened {
    /// The entry of the audit log, as an export has it.
    pub entry: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Their address then; `erased`, or `unnamed` for who asked a question; `guildhall` for the program itself.
    pub by: String,
    /// Of which organisation; not said of who asked a question.
    pub organisation: Option<String>,
    /// By which right, as the policy names it.
    pub right: String,
    /// It was tried and not done.
    pub refused: bool,
    /// What it is about: kind.
    pub subject: String,
    /// What it is about: which.
    pub id: Uuid,
    /// What was done, in a sentence.
    pub what: String,
    /// What was done, as the log has it.
    pub detail: Value,
    /// What it says of a person, unless that was erased.
    pub said: Option<Value>,
}

impl Terms {
    /// What a pilot says, and the rest blank.
    pub(super) fn said(id: Uuid, said: &Draft) -> Self {
        let criteria = said.criteria.iter().map(|of| Criterion {
            ordinal: of.ordinal,
            kind: of.kind.as_str(),
            name: of.name.clone(),
            description: of.description.clone(),
            weight: of.weight,
        });
        Self {
            id,
            council: String::new(),
            phase: String::new(),
            title: said.title.clone(),
            summary: said.summary.clone(),
            success_measures: said.success_measures.clone(),
            systems: said.systems.clone(),
            need: said.need_id,
            copied_from: None,
            cap_pence: said.cap_pence,
            weeks: said.weeks,
            service: said.lgsl,
            cpv: said.cpv.clone(),
            category: said.category.as_str(),
            reservation: said.reservation.as_str(),
            lawful_because: None,
            criteria: criteria.collect(),
            price_formula: said.price_formula.as_str(),
            tie_rule: said.tie_rule.as_str(),
            suppliers_unnamed: said.suppliers_unnamed,
            price_after_quality: said.price_after_quality,
            standstill_days: said.standstill_days,
            published_at: None,
            questions_until: said.questions_until,
            deadline_at: None,
            award_on: said.award_on,
            starts_on: said.starts_on,
            decides_on: said.decides_on,
            standstill_until: None,
            outcome_reason: None,
        }
    }
}
