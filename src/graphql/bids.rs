//! Bids in the graph; how they are scored is in `evaluation`. Who may read which is for `pilots::bids` to say.

use super::attachments::BidAttachment;
use super::audit::AuditHead;
use super::errors::payload;
use super::ids::{Id, Sort};
use crate::access::Viewer;
use crate::pilots::Points;
use crate::pilots::bids::{
    self, BidErrorCode, CriterionAnswer, Declaration, Held, OpenedBid, State, Submission, Words,
};
use crate::pilots::receipt::Receipt;
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// Bids, to submit and take back.
#[derive(Debug, Default)]
pub struct BidsMutation;

/// A bid that the viewer may read.
#[derive(Clone, Debug)]
pub struct Bid(OpenedBid);

impl From<OpenedBid> for Bid {
    fn from(inner: OpenedBid) -> Self {
        Self(inner)
    }
}

payload! {
    /// What became of a bid.
    BidSubmitPayload { receipt: BidReceipt } BidSubmitError(BidErrorCode, current_version)
}
payload! {
    /// What became of taking a bid back.
    BidWithdrawPayload { bid: Bid } BidWithdrawError(BidErrorCode, current_version)
}
/// A bid's points on one criterion.
#[derive(Clone, Debug, SimpleObject)]
pub struct BidPoints {
    /// The criterion's place among the pilot's, from 1.
    ordinal: i32,
    /// The criterion's name.
    criterion: String,
    /// Points out of 100, to the hundredth.
    points: f64,
    /// Why: of what the panel came to, or as each evaluator said; the price has none.
    reasons: Vec<String>,
}

impl From<&Points> for BidPoints {
    fn from(points: &Points) -> Self {
        Self {
            ordinal: points.ordinal,
            criterion: points.criterion.clone(),
            points: points.hundredths as f64 / 100.0,
            reasons: points.reasons.clone(),
        }
    }
}

/// What each bidder is told, by bid.
pub(super) fn feedback(given: Vec<FeedbackInput>) -> Result<HashMap<Uuid, String>> {
    let read = given
        .into_iter()
        .map(|told| Ok((told.bid.of(Sort::Bid)?, told.text)));
    read.collect()
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

/// What a bidder holds: it can be checked once bids are open.
#[derive(Clone, Debug, SimpleObject)]
pub struct BidReceipt {
    /// The bid.
    bid_id: Id,
    /// The version of the bid: what replaces it, or takes it back, says that it is based on it.
    version: i32,
    /// SHA-256 of its canonical content, in hexadecimal.
    digest: String,
    /// When it was received, by the database's clock with the pilot held.
    received_at: DateTime<Utc>,
    /// All of this on one line, signed by the server: `guildhall receipt verify` checks a bid's canonical content against
    /// it, without the server.
    line: String,
    /// The audit log's head with this submission as its last entry. Keep its line: with it anybody can have it checked
    /// later that nothing recorded until then was changed, this bid included.
    audit_head: Option<AuditHead>,
}

impl BidReceipt {
    pub(super) fn new(app: &App, receipt: Receipt) -> Self {
        Self {
            audit_head: receipt.head.as_ref().map(|head| AuditHead::new(app, head)),
            line: receipt.line(&app.secret),
            bid_id: Id::new(Sort::Bid, receipt.bid_id),
            version: receipt.version,
            digest: hex::encode(receipt.digest),
            received_at: receipt.received_at,
        }
    }
}

/// A bid.
#[derive(Debug, InputObject)]
pub struct BidSubmitInput {
    /// The pilot it is for.
    pilot: Id,
    /// The supplier that bids.
    supplier: Id,
    /// The version of the supplier's bid that this one replaces, taken back or not; absent for its first.
    replaces: Option<i32>,
    /// The price in pence, VAT excluded; at most the pilot's cap.
    price_pence: i64,
    /// How the supplier would do it.
    answer: String,
    /// The same by criterion, where it is better told so.
    #[graphql(default)]
    answers: Vec<BidAnswerInput>,
    /// What is declared: each of them, by every bidder.
    declarations: Vec<Declaration>,
}

/// An answer to one of a pilot's criteria of quality.
#[derive(Debug, InputObject)]
pub struct BidAnswerInput {
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// The answer, of at most 100,000 bytes.
    text: String,
}

impl From<BidAnswerInput> for CriterionAnswer {
    fn from(given: BidAnswerInput) -> Self {
        Self {
            criterion: given.criterion,
            text: given.text,
        }
    }
}

/// An answer to one of a pilot's criteria of quality.
#[derive(Clone, Debug, SimpleObject)]
pub struct BidAnswer {
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// The answer.
    text: String,
}

/// What was answered by criterion.
pub(super) fn answers(words: &Words) -> Vec<BidAnswer> {
    let answers = words.answers.iter().cloned();
    answers
        .map(|CriterionAnswer { criterion, text }| BidAnswer { criterion, text })
        .collect()
}

/// Something that a bidder held when it bid, from its profile: entered once, and in every bid.
#[derive(Clone, Debug, SimpleObject)]
pub struct BidEvidence {
    /// What it is called.
    name: String,
    /// Its number.
    reference: Option<String>,
    /// Of insurance: what one claim is covered for, in pence.
    cover_pence: Option<i64>,
    /// Its last day.
    expires_on: NaiveDate,
}

impl From<Held> for BidEvidence {
    fn from(held: Held) -> Self {
        Self {
            name: held.name,
            reference: held.reference,
            cover_pence: held.cover_pence,
            expires_on: held.expires_on,
        }
    }
}

/// What one bidder is told.
#[derive(Debug, InputObject)]
pub struct FeedbackInput {
    /// The bid.
    bid: Id,
    /// What its supplier is told.
    text: String,
}

#[Object]
impl BidsMutation {
    /// Submits a bid without files, or replaces one, until the deadline; `bidDraftSubmit` submits what colleagues have
    /// written together, with files. Needs a member of the supplier.
    async fn bid_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bid.")] input: BidSubmitInput,
    ) -> Result<BidSubmitPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (input.pilot.of(Sort::Pilot)?, input.supplier.of(Sort::Supplier)?);
        let words = Words {
            answer: input.answer,
            answers: input.answers.into_iter().map(Into::into).collect(),
            declarations: input.declarations,
            attachments: Vec::new(),
        };
        let given = Submission::Given(input.price_pence, words);
        let submitted = bids::submit(app, viewer, pilot, supplier, input.replaces, given).await;
        BidSubmitPayload::of(ctx, submitted.map(|receipt| BidReceipt::new(app, receipt)))
    }

    /// Takes a bid back, until the deadline. Needs a member of the supplier.
    async fn bid_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot it is for.")] pilot: Id,
        #[graphql(desc = "The supplier that bid.")] supplier: Id,
        #[graphql(desc = "The version of the bid that this is based on.")] version: i32,
    ) -> Result<BidWithdrawPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (pilot.of(Sort::Pilot)?, supplier.of(Sort::Supplier)?);
        let taken = bids::withdraw(app, viewer, pilot, supplier, version).await;
        BidWithdrawPayload::of(ctx, taken.map(Bid))
    }
}

/// A bid that the viewer may read.
#[Object]
impl Bid {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Bid, self.0.id)
    }
    /// Whose it is.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<super::suppliers::Supplier>> {
        super::suppliers::supplier(ctx, self.0.supplier_id).await
    }
    /// What became of it.
    async fn state(&self) -> State {
        self.0.state
    }
    /// The price in pence, VAT excluded.
    async fn price_pence(&self) -> i64 {
        self.0.offer.price_pence
    }
    /// How the supplier would do it.
    async fn answer(&self) -> &str {
        &self.0.offer.words.answer
    }
    /// Its answers by criterion.
    async fn answers(&self) -> Vec<BidAnswer> {
        answers(&self.0.offer.words)
    }
    /// What its bidder declared.
    async fn declarations(&self) -> &[Declaration] {
        &self.0.offer.words.declarations
    }
    /// Its files.
    async fn attachments(&self) -> Vec<BidAttachment> {
        BidAttachment::all(self.0.pilot_id, &self.0.offer.words.attachments)
    }
    /// What its bidder held when it was submitted, as its profile said.
    async fn evidence(&self) -> Vec<BidEvidence> {
        self.0.offer.evidence.iter().cloned().map(Into::into).collect()
    }
    /// Counts its changes: what replaces it, or takes it back, says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// What its bidder's receipt says.
    async fn receipt(&self, ctx: &Context<'_>) -> BidReceipt {
        BidReceipt::new(ctx.data_unchecked::<App>(), self.0.receipt.clone())
    }
    /// The text whose SHA-256 is the receipt's digest: anybody can check that what was opened is what was sealed.
    async fn canonical_content(&self) -> &str {
        &self.0.canonical
    }
    /// Its points: for the council once quality is locked, for its bidder once the pilot is decided.
    async fn points(&self) -> Vec<BidPoints> {
        self.0.points.iter().map(BidPoints::from).collect()
    }
    /// The winner's points, without reasons, once there is one; of several winners, the best's.
    async fn winners_points(&self) -> Vec<BidPoints> {
        let points = self.0.winners_points.iter().map(BidPoints::from);
        points
            .map(|points| BidPoints {
                reasons: Vec::new(),
                ..points
            })
            .collect()
    }
    /// What the council told this bidder with the outcome, or why it disqualified the bid.
    async fn feedback(&self) -> Option<&str> {
        self.0.feedback.as_deref()
    }
}
