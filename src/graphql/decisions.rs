//! What is decided about pilots in the graph: awards, that none suits, bids that are not counted, and decisions undone.

use super::bids::{FeedbackInput, feedback};
use super::contracts::{self, Contract};
use super::errors::payload;
use super::ids::{Id, Sort};
use super::pilots::Pilot;
use crate::access::Viewer;
use crate::pilots::decisions::{Decision, Kind};
use crate::pilots::{PilotErrorCode, award, disqualifying, ending, undoing};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, Utc};

/// Decisions about pilots, to make and to undo.
#[derive(Debug, Default)]
pub struct DecisionsMutation;

/// Something decided about a pilot. Nothing of it ever changes: what undoes it is another.
#[derive(Clone, Debug)]
pub struct PilotDecision(pub(super) Decision);

payload! {
    /// What became of awarding a pilot.
    PilotAwardPayload { pilot: Pilot } PilotAwardError(PilotErrorCode, current_version)
}
payload! {
    /// What became of ending a pilot without an award.
    PilotCloseWithoutAwardPayload { pilot: Pilot } PilotCloseWithoutAwardError(PilotErrorCode, current_version)
}
payload! {
    /// What became of undoing a decision.
    PilotDecisionUndoPayload { pilot: Pilot } PilotDecisionUndoError(PilotErrorCode, current_version)
}
payload! {
    /// What became of disqualifying a bid.
    BidDisqualifyPayload { pilot: Pilot } BidDisqualifyError(PilotErrorCode, current_version)
}

/// An award.
#[derive(Debug, InputObject)]
pub struct PilotAwardInput {
    /// The pilot.
    pilot: Id,
    /// The version of the pilot that this is based on.
    version: i32,
    /// The bids that win: those that rank first. Each is a contract at its own price; together they are within the cap.
    bids: Vec<Id>,
    /// Why, for everybody to read.
    reason: String,
    /// Something for every bidder who is not disqualified.
    feedback: Vec<FeedbackInput>,
}

/// A pilot to be ended without an award.
#[derive(Debug, InputObject)]
pub struct PilotCloseWithoutAwardInput {
    /// The pilot.
    pilot: Id,
    /// The version of the pilot that this is based on.
    version: i32,
    /// Why no bid suits, for everybody to read.
    reason: String,
    /// Something for every bidder who is not disqualified.
    feedback: Vec<FeedbackInput>,
}

/// A bid to be disqualified.
#[derive(Debug, InputObject)]
pub struct BidDisqualifyInput {
    /// The pilot.
    pilot: Id,
    /// The version of the pilot that this is based on.
    version: i32,
    /// The bid; before quality is locked, as the evaluation calls it.
    bid: Id,
    /// Why. Its bidder is told at once.
    reason: String,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl DecisionsMutation {
    /// Awards a pilot once quality is locked: each award is a contract in the register, which starts after the standstill
    /// where there is one, and every bidder is told by mail. Needs an approver or administrator of the council.
    async fn pilot_award(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The award.")] input: PilotAwardInput,
    ) -> Result<PilotAwardPayload> {
        let (app, viewer) = given(ctx);
        let pilot = input.pilot.of(Sort::Pilot)?;
        let bids = input.bids.into_iter().map(|id| id.of(Sort::Bid));
        let bids = bids.collect::<Result<Vec<_>>>()?;
        let told = feedback(input.feedback)?;
        let awarded = award::award(app, viewer, pilot, input.version, &bids, &told, &input.reason).await;
        PilotAwardPayload::of(ctx, awarded.map(Pilot::from))
    }

    /// Decides that no bid suits, once quality is locked where there are bids; every bidder is told by mail. Needs an
    /// approver or administrator of the council.
    async fn pilot_close_without_award(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot and why.")] input: PilotCloseWithoutAwardInput,
    ) -> Result<PilotCloseWithoutAwardPayload> {
        let (app, viewer) = given(ctx);
        let told = feedback(input.feedback)?;
        let pilot = input.pilot.of(Sort::Pilot)?;
        let ended = ending::none_suitable(app, viewer, pilot, input.version, &told, &input.reason).await;
        PilotCloseWithoutAwardPayload::of(ctx, ended.map(Pilot::from))
    }

    /// Undoes what was decided about a pilot, an award or that none suits: its contracts are cancelled, every bidder is told
    /// by mail, and it is decided anew on the same scores. Needs an approver or administrator of the council.
    async fn pilot_decision_undo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
        #[graphql(desc = "Why, for everybody to read.")] reason: String,
    ) -> Result<PilotDecisionUndoPayload> {
        let (app, viewer) = given(ctx);
        let undone = undoing::undo(app, viewer, pilot.of(Sort::Pilot)?, version, &reason).await;
        PilotDecisionUndoPayload::of(ctx, undone.map(Pilot::from))
    }

    /// Disqualifies a bid before the pilot is decided: it is neither ranked nor awarded. Needs the chair of the panel; once
    /// quality is locked, an approver or administrator of the council.
    async fn bid_disqualify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The bid and why.")] input: BidDisqualifyInput,
    ) -> Result<BidDisqualifyPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, bid) = (input.pilot.of(Sort::Pilot)?, input.bid.of(Sort::Bid)?);
        let done = disqualifying::disqualify(app, viewer, pilot, input.version, bid, &input.reason).await;
        BidDisqualifyPayload::of(ctx, done.map(Pilot::from))
    }
}

/// Something decided about a pilot. Nothing of it ever changes: what undoes it is another.
#[Object]
impl PilotDecision {
    /// 1 for the pilot's first.
    async fn ordinal(&self) -> i32 {
        self.0.ordinal
    }
    /// What was decided.
    async fn kind(&self) -> Kind {
        self.0.kind
    }
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.reason
    }
    /// When.
    async fn decided_at(&self) -> DateTime<Utc> {
        self.0.decided_at
    }
    /// An award stands still until then: the pilot is in `STANDSTILL`, and its contracts have not started. Working days of
    /// the council's nation, the day of the decision counted.
    async fn standstill_until(&self) -> Option<DateTime<Utc>> {
        self.0.standstill_until
    }
    /// The contracts that it made, in the register; cancelled, where it was undone.
    async fn contracts(&self, ctx: &Context<'_>) -> Result<Vec<Contract>> {
        let mut made = Vec::new();
        for id in self.0.contracts() {
            made.extend(contracts::contract(ctx, id).await?);
        }
        Ok(made)
    }
}
