//! What came of pilots in the graph: the result, who says "us too", and the contracts that scale it.

use super::contracts::{self, Contract};
use super::councils::{self, Council};
use super::errors::payload;
use super::ids::{Id, Sort};
use super::pilots::Pilot;
use super::relations::{ScaledBy, WantedBy, load};
use crate::access::Viewer;
use crate::pilots::results::{self, Measure, PilotResultErrorCode, Statement, Verdict};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Results of pilots, to write, to want and to scale.
#[derive(Debug, Default)]
pub struct ResultsMutation;

/// What came of a pilot.
#[derive(Clone, Debug)]
pub struct PilotResult(pub(super) results::PilotResult);

payload! {
    /// What became of drafting a result.
    PilotResultDraftPayload { pilot: Pilot } PilotResultDraftError(PilotResultErrorCode, current_version)
}
payload! {
    /// What became of publishing a result.
    PilotResultPublishPayload { pilot: Pilot } PilotResultPublishError(PilotResultErrorCode, current_version)
}
payload! {
    /// What became of saying "us too".
    PilotResultWantPayload { pilot: Pilot } PilotResultWantError(PilotResultErrorCode)
}
payload! {
    /// What became of saying that a contract scales a pilot.
    PilotResultScalePayload { pilot: Pilot } PilotResultScaleError(PilotResultErrorCode)
}

/// What came of one measure of success.
#[derive(Clone, Debug, InputObject, SimpleObject)]
#[graphql(input_name = "PilotMeasureInput")]
pub struct PilotMeasure {
    /// What was to be reached.
    measure: String,
    /// Whether it was.
    met: bool,
    /// How that is known.
    evidence: String,
}

/// What came of a pilot.
#[derive(Debug, InputObject)]
pub struct PilotResultDraftInput {
    /// The pilot.
    pilot: Id,
    /// The version of the result that this is based on; 0 for its first.
    version: i32,
    /// Each measure of success, 1 to 50.
    measures: Vec<PilotMeasure>,
    /// What it cost in the end, in pence without VAT.
    cost_pence: i64,
    /// What was learned.
    learned: String,
    /// Stop or scale.
    verdict: Verdict,
    /// Why.
    reason: String,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl ResultsMutation {
    /// Drafts what came of an awarded pilot, or changes the draft. Needs an officer, approver or administrator of the
    /// council.
    async fn pilot_result_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The result.")] input: PilotResultDraftInput,
    ) -> Result<PilotResultDraftPayload> {
        let (app, viewer) = given(ctx);
        let measures = input.measures.into_iter().map(|of| Measure {
            measure: of.measure,
            met: of.met,
            evidence: of.evidence,
        });
        let said = Statement {
            measures: measures.collect(),
            cost_pence: input.cost_pence,
            learned: input.learned,
            verdict: input.verdict,
            reason: input.reason,
        };
        let pilot = input.pilot.of(Sort::Pilot)?;
        let drafted = results::draft(app, viewer, pilot, input.version, said).await;
        PilotResultDraftPayload::of(ctx, drafted.map(Pilot::from))
    }

    /// Publishes what came of a pilot, for good. Needs an approver or administrator of the council.
    async fn pilot_result_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the result that this is based on.")] version: i32,
    ) -> Result<PilotResultPublishPayload> {
        let (app, viewer) = given(ctx);
        let published = results::publish(app, viewer, pilot.of(Sort::Pilot)?, version).await;
        PilotResultPublishPayload::of(ctx, published.map(Pilot::from))
    }

    /// Says "us too" of a pilot that has a result, for another council; saying it again changes nothing. Needs an officer,
    /// approver or administrator of the council that says it.
    async fn pilot_result_want(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The council that says it.")] council: Id,
    ) -> Result<PilotResultWantPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, council) = (pilot.of(Sort::Pilot)?, council.of(Sort::Council)?);
        let wanted = results::want(app, viewer, pilot, council).await;
        PilotResultWantPayload::of(ctx, wanted.map(Pilot::from))
    }

    /// Says of a contract that it scales what a pilot tried, of the same council or of another; saying it again changes
    /// nothing. Needs an officer, approver or administrator of the contract's council.
    async fn pilot_result_scale(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The contract.")] contract: Id,
    ) -> Result<PilotResultScalePayload> {
        let (app, viewer) = given(ctx);
        let (pilot, contract) = (pilot.of(Sort::Pilot)?, contract.of(Sort::Contract)?);
        let scaled = results::scale(app, viewer, pilot, contract).await;
        PilotResultScalePayload::of(ctx, scaled.map(Pilot::from))
    }
}

/// What came of a pilot.
#[Object]
impl PilotResult {
    /// Each measure of success.
    async fn measures(&self) -> Vec<PilotMeasure> {
        let read = |of: &Measure| PilotMeasure {
            measure: of.measure.clone(),
            met: of.met,
            evidence: of.evidence.clone(),
        };
        self.0.said.measures.iter().map(read).collect()
    }
    /// What it cost in the end, in pence without VAT.
    async fn cost_pence(&self) -> i64 {
        self.0.said.cost_pence
    }
    /// What was learned.
    async fn learned(&self) -> &str {
        &self.0.said.learned
    }
    /// Stop or scale.
    async fn verdict(&self) -> Verdict {
        self.0.said.verdict
    }
    /// Why.
    async fn reason(&self) -> &str {
        &self.0.said.reason
    }
    /// When it was published; absent while only those see it who write the council's pilots.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// How many other councils said "us too".
    async fn wanted_count(&self, ctx: &Context<'_>) -> Result<usize> {
        Ok(load(ctx, WantedBy(self.0.pilot_id)).await?.len())
    }
    /// The councils that said "us too", in the order they did.
    async fn wanted_by(&self, ctx: &Context<'_>) -> Result<Vec<Council>> {
        let ids = load(ctx, WantedBy(self.0.pilot_id)).await?;
        Ok(ids.into_iter().filter_map(councils::council).collect())
    }
    /// The contracts that scale it, of whatever council.
    async fn scaled_by(&self, ctx: &Context<'_>) -> Result<Vec<Contract>> {
        let mut scale = Vec::new();
        for id in load(ctx, ScaledBy(self.0.pilot_id)).await? {
            scale.extend(contracts::contract(ctx, id).await?);
        }
        Ok(scale)
    }
}
