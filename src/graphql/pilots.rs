//! Pilots and bids in the graph. Who may read which bid is for `pilots::bids` to say.

use super::contracts::{self, Contract};
use super::councils::{self, Council};
use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use crate::access::Viewer;
use crate::needs;
use crate::pilots::bids::{self, BidErrorCode, Offer, OpenedBid};
use crate::pilots::{self, CriterionKind, Draft, Phase, PilotErrorCode, award, rules};
use crate::runtime::App;
use crate::suppliers;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

/// Pilots, to read.
#[derive(Debug, Default)]
pub struct PilotsQuery;

/// Pilots, to draft, publish, bid for and award.
#[derive(Debug, Default)]
pub struct PilotsMutation;

/// A small, capped, time-boxed opportunity.
#[derive(Clone, Debug)]
pub struct Pilot(pilots::Pilot);

/// A bid that the viewer may read.
#[derive(Clone, Debug)]
pub struct Bid(OpenedBid);

impl From<pilots::Pilot> for Pilot {
    fn from(inner: pilots::Pilot) -> Self {
        Self(inner)
    }
}

connection!(PilotConnection, PilotEdge, Pilot, "pilots");

payload! {
    /// What became of a change to a pilot.
    PilotPayload { pilot: Pilot } PilotError(PilotErrorCode)
}

payload! {
    /// What became of a bid.
    BidSubmitPayload { receipt: BidReceipt } BidSubmitError(BidErrorCode)
}

/// What a bidder holds: it can be checked once bids are open.
#[derive(Clone, Debug, SimpleObject)]
pub struct BidReceipt {
    /// The bid.
    bid_id: Id,
    /// Which version of it.
    version: i32,
    /// SHA-256 of its canonical content, in hexadecimal.
    digest: String,
    /// When it was received, by the server's clock with the pilot held.
    received_at: DateTime<Utc>,
}

impl From<bids::Receipt> for BidReceipt {
    fn from(receipt: bids::Receipt) -> Self {
        Self {
            bid_id: Id::new(Sort::Bid, receipt.bid_id),
            version: receipt.version,
            digest: hex::encode(receipt.digest),
            received_at: receipt.received_at,
        }
    }
}

/// What bids are judged by.
#[derive(Clone, Debug, InputObject, SimpleObject)]
#[graphql(input_name = "CriterionInput")]
pub struct Criterion {
    /// Quality or price.
    kind: CriterionKind,
    /// Name.
    name: String,
    /// What is looked for.
    description: String,
    /// Out of 100 over the whole pilot.
    weight: i32,
}

/// A pilot to draft. Text that is left out comes from the need.
#[derive(Debug, InputObject)]
pub struct PilotDraftInput {
    /// The council whose pilot it is.
    council: Id,
    /// The need it answers: its title, problem and outcomes stand in for what is left out.
    need: Option<Id>,
    /// In a line.
    title: Option<String>,
    /// What is to be tried.
    summary: Option<String>,
    /// What would make it a success.
    success_measures: Option<String>,
    /// The most it may cost, in pence without VAT.
    cap_pence: i64,
    /// How long it runs, 1 to 52 weeks.
    weeks: i32,
    /// When the council decides to stop or to scale.
    decides_on: Option<NaiveDate>,
    /// What bids are judged by; weights add to 100, one of them for price.
    criteria: Vec<Criterion>,
}

/// A bid.
#[derive(Debug, InputObject)]
pub struct BidSubmitInput {
    /// The pilot it is for.
    pilot: Id,
    /// The supplier that bids.
    supplier: Id,
    /// The price in pence, VAT excluded; at most the pilot's cap.
    price_pence: i64,
    /// How the supplier would do it.
    answer: String,
}

/// A score of a bid.
#[derive(Debug, InputObject)]
pub struct BidScoreInput {
    /// The pilot.
    pilot: Id,
    /// The bid.
    bid: Id,
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// Out of 100.
    score: i32,
    /// Why.
    reason: String,
}

/// What one bidder is told.
#[derive(Debug, InputObject)]
pub struct FeedbackInput {
    /// The bid.
    bid: Id,
    /// What its supplier is told.
    text: String,
}

/// An award.
#[derive(Debug, InputObject)]
pub struct PilotAwardInput {
    /// The pilot.
    pilot: Id,
    /// The bid that wins.
    bid: Id,
    /// Why.
    reason: String,
    /// Something for every bidder.
    feedback: Vec<FeedbackInput>,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl PilotsQuery {
    /// A pilot by id; null when there is none that the viewer may know of. Drafts are for their council's own.
    async fn pilot(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Pilot>> {
        let (app, viewer) = given(ctx);
        Ok(pilots::one(app, viewer, id.of(Sort::Pilot)?)
            .await
            .told(ctx)?
            .map(Pilot))
    }

    /// The pilots that have been published, newest first.
    async fn pilots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<PilotConnection> {
        let (app, viewer) = given(ctx);
        let page = pilots::list(app, viewer, &paging::cut(first, after.as_deref())?)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, Pilot).into())
    }
}

#[Object]
impl PilotsMutation {
    /// Drafts a pilot. Needs an officer, approver or administrator of the council.
    async fn pilot_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] input: PilotDraftInput,
    ) -> Result<PilotPayload> {
        let (app, viewer) = given(ctx);
        let need_id = input.need.map(|id| id.of(Sort::Need)).transpose()?;
        let need = match need_id {
            Some(id) => needs::by_ids(app, viewer, &[id])
                .await
                .told(ctx)?
                .remove(&id)
                .map(|need| need.statement),
            None => None,
        };
        let need = need.unwrap_or_default();
        let criteria = input
            .criteria
            .into_iter()
            .zip(1..)
            .map(|(criterion, ordinal)| pilots::Criterion {
                ordinal,
                kind: criterion.kind,
                name: criterion.name,
                description: criterion.description,
                weight: criterion.weight,
            });
        let draft = Draft {
            need_id,
            title: input.title.unwrap_or(need.title),
            summary: input.summary.unwrap_or(need.problem),
            success_measures: input.success_measures.unwrap_or(need.outcomes),
            cap_pence: input.cap_pence,
            weeks: input.weeks,
            decides_on: input.decides_on,
            criteria: criteria.collect(),
        };
        let council = input.council.of(Sort::Council)?;
        PilotPayload::of(ctx, pilots::draft(app, viewer, council, draft).await.map(Pilot))
    }

    /// Publishes a draft. Needs an approver or administrator of the council.
    async fn pilot_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "Bids are in time strictly before it.")] deadline_at: DateTime<Utc>,
    ) -> Result<PilotPayload> {
        let (app, viewer) = given(ctx);
        let published = pilots::publish(app, viewer, pilot.of(Sort::Pilot)?, deadline_at).await;
        PilotPayload::of(ctx, published.map(Pilot))
    }

    /// Submits a bid, or replaces it, until the deadline. Needs a member of the supplier.
    async fn bid_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bid.")] input: BidSubmitInput,
    ) -> Result<BidSubmitPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, supplier) = (input.pilot.of(Sort::Pilot)?, input.supplier.of(Sort::Supplier)?);
        let offer = Offer {
            price_pence: input.price_pence,
            answer: input.answer,
        };
        BidSubmitPayload::of(
            ctx,
            bids::submit(app, viewer, pilot, supplier, offer)
                .await
                .map(BidReceipt::from),
        )
    }

    /// Scores a bid after the deadline. Needs an evaluator or administrator of the council.
    async fn bid_score(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The score.")] input: BidScoreInput,
    ) -> Result<PilotPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, bid) = (input.pilot.of(Sort::Pilot)?, input.bid.of(Sort::Bid)?);
        let scored = award::score(
            app,
            viewer,
            pilot,
            bid,
            input.criterion,
            input.score,
            &input.reason,
        )
        .await;
        PilotPayload::of(ctx, scored.map(Pilot))
    }

    /// Awards a pilot: the award is a contract in the register. Needs an approver or administrator of the council.
    async fn pilot_award(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The award.")] input: PilotAwardInput,
    ) -> Result<PilotPayload> {
        let (app, viewer) = given(ctx);
        let feedback = input
            .feedback
            .into_iter()
            .map(|told| Ok((told.bid.of(Sort::Bid)?, told.text)));
        let feedback = feedback.collect::<Result<_>>()?;
        let (pilot, bid) = (input.pilot.of(Sort::Pilot)?, input.bid.of(Sort::Bid)?);
        let awarded = award::award(app, viewer, pilot, bid, &feedback, &input.reason).await;
        PilotPayload::of(ctx, awarded.map(Pilot))
    }
}

/// A small, capped, time-boxed opportunity.
#[Object]
impl Pilot {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Pilot, self.0.id)
    }
    /// Whose it is.
    async fn council(&self) -> Option<Council> {
        councils::council(self.0.council_id)
    }
    /// In a line.
    async fn title(&self) -> &str {
        &self.0.said.title
    }
    /// What is to be tried.
    async fn summary(&self) -> &str {
        &self.0.said.summary
    }
    /// What would make it a success.
    async fn success_measures(&self) -> &str {
        &self.0.said.success_measures
    }
    /// The most it may cost, in pence without VAT.
    async fn cap_pence(&self) -> i64 {
        self.0.said.cap_pence
    }
    /// How long it runs.
    async fn weeks(&self) -> i32 {
        self.0.said.weeks
    }
    /// When the council decides to stop or to scale.
    async fn decides_on(&self) -> Option<NaiveDate> {
        self.0.said.decides_on
    }
    /// What bids are judged by, in order.
    async fn criteria(&self) -> Vec<Criterion> {
        let read = |c: &pilots::Criterion| Criterion {
            kind: c.kind,
            name: c.name.clone(),
            description: c.description.clone(),
            weight: c.weight,
        };
        self.0.said.criteria.iter().map(read).collect()
    }
    /// Bids are in time strictly before it.
    async fn deadline_at(&self) -> Option<DateTime<Utc>> {
        self.0.deadline_at
    }
    /// What it is at an instant.
    async fn phase(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The instant; now if not given.")] as_of: Option<DateTime<Utc>>,
    ) -> Phase {
        let now = as_of.unwrap_or_else(|| ctx.data_unchecked::<App>().clock.now());
        rules::phase(self.0.state, self.0.deadline_at, now)
    }
    /// The bids that the viewer may read: a supplier's own, always; all of them, after the deadline, for those of
    /// the council who may. To everybody else the list is empty, whatever there is.
    async fn bids(&self, ctx: &Context<'_>) -> Result<Vec<Bid>> {
        let (app, viewer) = given(ctx);
        Ok(bids::of_pilot(app, viewer, &self.0)
            .await
            .told(ctx)?
            .into_iter()
            .map(Bid)
            .collect())
    }
    /// Why it was awarded as it was.
    async fn outcome_reason(&self) -> Option<&str> {
        self.0.outcome_reason.as_deref()
    }
    /// The award, in the register.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        match self.0.contract_id {
            Some(id) => contracts::contract(ctx, id).await,
            None => Ok(None),
        }
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
        let id = self.0.supplier_id;
        let mut found = suppliers::by_ids(ctx.data_unchecked::<App>(), &[id])
            .await
            .told(ctx)?;
        Ok(found.remove(&id).map(Into::into))
    }
    /// `submitted`, `awarded` or `not_awarded`.
    async fn state(&self) -> &str {
        &self.0.state
    }
    /// The price in pence, VAT excluded.
    async fn price_pence(&self) -> i64 {
        self.0.offer.price_pence
    }
    /// How the supplier would do it.
    async fn answer(&self) -> &str {
        &self.0.offer.answer
    }
    /// What its bidder's receipt says.
    async fn receipt(&self) -> BidReceipt {
        self.0.receipt.clone().into()
    }
    /// What the council told this bidder with the outcome.
    async fn feedback(&self) -> Option<&str> {
        self.0.feedback.as_deref()
    }
}
