//! Pilots in the graph. Bids are in `bids`, questions in `questions`, how bids are scored in `evaluation`, what is decided in
//! `decisions`.

use super::bids::Bid;
use super::contracts::{self, Contract};
use super::councils::{self, Council, Service};
use super::decisions::PilotDecision;
use super::errors::{Told, payload};
use super::evaluation::Evaluation;
use super::ids::{Id, Sort};
use super::needs::Need;
use super::paging::{self, connection};
use super::questions::Question;
use super::relations::{DecisionsOf, NeedKey, ResultOf, load, refer};
use super::results::PilotResult;
use crate::access::Viewer;
use crate::councils::directory;
use crate::needs;
use crate::pilots::{
    self, CriterionKind, Draft, Phase, PilotErrorCode, Reservation, bids, ending, evaluation, questions,
    results,
};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

/// Pilots, to read.
#[derive(Debug, Default)]
pub struct PilotsQuery;

/// Pilots, to draft, publish and stop.
#[derive(Debug, Default)]
pub struct PilotsMutation;

/// A small, capped, time-boxed opportunity.
#[derive(Clone, Debug)]
pub struct Pilot(pilots::Pilot);

impl From<pilots::Pilot> for Pilot {
    fn from(inner: pilots::Pilot) -> Self {
        Self(inner)
    }
}

connection!(PilotConnection, PilotEdge, Pilot, "pilots");

payload! {
    /// What became of drafting a pilot.
    PilotDraftPayload { pilot: Pilot } PilotDraftError(PilotErrorCode)
}
payload! {
    /// What became of giving a draft to a colleague.
    PilotSubmitForReviewPayload { pilot: Pilot } PilotSubmitForReviewError(PilotErrorCode, current_version)
}
payload! {
    /// What became of publishing a pilot.
    PilotPublishPayload { pilot: Pilot } PilotPublishError(PilotErrorCode, current_version)
}
payload! {
    /// What became of stopping a pilot.
    PilotCancelPayload { pilot: Pilot } PilotCancelError(PilotErrorCode, current_version)
}
payload! {
    /// What became of taking a pilot back.
    PilotWithdrawPayload { pilot: Pilot } PilotWithdrawError(PilotErrorCode, current_version)
}

payload! {
    /// What became of moving a deadline.
    PilotExtendPayload { pilot: Pilot } PilotExtendError(PilotErrorCode, current_version)
}

/// Which pilots; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct PilotFilter {
    /// Of this council.
    council: Option<Id>,
    /// In one of these phases now. Those that are not public are seen by the council's own.
    phases: Option<Vec<Phase>>,
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

/// A pilot to draft. What is left out comes from the need.
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
    /// The service it is for, by Local Government Service List code.
    service: Option<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    cpv: Option<String>,
    /// Who may bid.
    #[graphql(default_with = "Reservation::None")]
    reservation: Reservation,
    /// What bids are judged by; weights add to 100, one of them for price.
    criteria: Vec<Criterion>,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl PilotsQuery {
    /// A pilot by id; null when there is none that the viewer may know of. Drafts are for their council's own.
    async fn pilot(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Pilot>> {
        let (app, viewer) = given(ctx);
        let found = pilots::one(app, viewer, id.of(Sort::Pilot)?).await.told(ctx)?;
        Ok(found.map(Pilot))
    }

    /// The pilots that the viewer may know of, newest first: all that were published, and drafts of one's council.
    async fn pilots(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<PilotFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<PilotConnection> {
        let (app, viewer) = given(ctx);
        let filter = filter.unwrap_or_default();
        let filter = pilots::PilotFilter {
            council: filter.council.map(|id| id.of(Sort::Council)).transpose()?,
            phases: filter.phases.unwrap_or_default(),
        };
        let cut = paging::cut(first, after.as_deref())?;
        let page = pilots::list(app, viewer, &filter, &cut).await.told(ctx)?;
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
    ) -> Result<PilotDraftPayload> {
        let (app, viewer) = given(ctx);
        let council = input.council.of(Sort::Council)?;
        let draft = input.read(ctx).await?;
        PilotDraftPayload::of(ctx, pilots::draft(app, viewer, council, draft).await.map(Pilot))
    }

    /// Gives a draft to a colleague to read. Needs an officer, approver or administrator of the council.
    async fn pilot_submit_for_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
    ) -> Result<PilotSubmitForReviewPayload> {
        let (app, viewer) = given(ctx);
        let done = pilots::submit_for_review(app, viewer, pilot.of(Sort::Pilot)?, version).await;
        PilotSubmitForReviewPayload::of(ctx, done.map(Pilot))
    }

    /// Publishes a draft. Needs an approver or administrator of the council.
    async fn pilot_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
        #[graphql(desc = "Bids are in time strictly before it.")] deadline_at: DateTime<Utc>,
    ) -> Result<PilotPublishPayload> {
        let (app, viewer) = given(ctx);
        let published = pilots::publish(app, viewer, pilot.of(Sort::Pilot)?, version, deadline_at).await;
        PilotPublishPayload::of(ctx, published.map(Pilot))
    }

    /// Moves the deadline of an open pilot, for everybody and only to later; its bidders are told by mail. Needs an
    /// approver or administrator of the council.
    async fn pilot_extend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
        #[graphql(desc = "The new deadline.")] deadline_at: DateTime<Utc>,
    ) -> Result<PilotExtendPayload> {
        let (app, viewer) = given(ctx);
        let extended = pilots::extend(app, viewer, pilot.of(Sort::Pilot)?, version, deadline_at).await;
        PilotExtendPayload::of(ctx, extended.map(Pilot))
    }

    /// Stops a published pilot; every bidder is told by mail. Needs an approver or administrator of the council.
    async fn pilot_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
        #[graphql(desc = "Why, for everybody to read.")] reason: String,
    ) -> Result<PilotCancelPayload> {
        let (app, viewer) = given(ctx);
        let ended = ending::cancel(app, viewer, pilot.of(Sort::Pilot)?, version, &reason).await;
        PilotCancelPayload::of(ctx, ended.map(Pilot))
    }

    /// Takes back a pilot that was never public. Needs an officer, approver or administrator of the council.
    async fn pilot_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
        #[graphql(desc = "Why, for colleagues.")] reason: String,
    ) -> Result<PilotWithdrawPayload> {
        let (app, viewer) = given(ctx);
        let ended = ending::withdraw(app, viewer, pilot.of(Sort::Pilot)?, version, &reason).await;
        PilotWithdrawPayload::of(ctx, ended.map(Pilot))
    }
}

impl PilotDraftInput {
    async fn read(self, ctx: &Context<'_>) -> Result<Draft> {
        let (app, viewer) = given(ctx);
        let need_id = self.need.map(|id| id.of(Sort::Need)).transpose()?;
        let need = match need_id {
            Some(id) => {
                let mut found = needs::by_ids(app, viewer, &[id]).await.told(ctx)?;
                let found = found.remove(&id).ok_or(crate::runtime::Error::NotFound);
                found.told(ctx)?.statement
            }
            None => needs::Statement::default(),
        };
        let criteria = self.criteria.into_iter().zip(1..);
        let criteria = criteria.map(|(criterion, ordinal)| pilots::Criterion {
            ordinal,
            kind: criterion.kind,
            name: criterion.name,
            description: criterion.description,
            weight: criterion.weight,
        });
        Ok(Draft {
            need_id,
            title: self.title.unwrap_or(need.title),
            summary: self.summary.unwrap_or(need.problem),
            success_measures: self.success_measures.unwrap_or(need.outcomes),
            cap_pence: self.cap_pence,
            weeks: self.weeks,
            decides_on: self.decides_on,
            lgsl: self.service.or(need.lgsl),
            cpv: self.cpv.or(need.cpv),
            reservation: self.reservation,
            criteria: criteria.collect(),
            systems: need.systems,
            ..Draft::default()
        })
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
    /// The need it answers.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        let Some(id) = self.0.said.need_id else {
            return Ok(None);
        };
        Ok(refer(ctx, NeedKey(id)).await?.map(Need::from))
    }
    /// The service it is for, of the Local Government Service List.
    async fn service(&self) -> Option<Service> {
        let found = self.0.said.lgsl.and_then(|code| directory().service(code));
        found.map(|fact| Service(*fact))
    }
    /// Common Procurement Vocabulary code, eight digits.
    async fn cpv(&self) -> Option<&str> {
        self.0.said.cpv.as_deref()
    }
    /// Who may bid.
    async fn reservation(&self) -> Reservation {
        self.0.said.reservation
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
        self.0.phase(now)
    }
    /// The bids that the viewer may read whole: a supplier's own, always; all of them, for those of the council who may,
    /// once quality is locked, and for those on the panel who take part after the deadline already, if the pilot keeps
    /// neither names nor prices back. To everybody else the list is empty, whatever there is.
    async fn bids(&self, ctx: &Context<'_>) -> Result<Vec<Bid>> {
        let (app, viewer) = given(ctx);
        let found = bids::of_pilot(app, viewer, &self.0).await.told(ctx)?;
        Ok(found.into_iter().map(Bid::from).collect())
    }
    /// The questions that the viewer may read, in the order asked: those answered for everybody; a supplier's own;
    /// all of them, for those who write the council's pilots. Who asked is never said.
    async fn questions(&self, ctx: &Context<'_>) -> Result<Vec<Question>> {
        let (app, viewer) = given(ctx);
        let found = questions::of_pilot(app, viewer, &self.0).await.told(ctx)?;
        Ok(found.into_iter().map(Question::from).collect())
    }
    /// Why it ended as it did.
    async fn outcome_reason(&self) -> Option<&str> {
        self.0.outcome_reason.as_deref()
    }
    /// Counts its changes, of which bids, questions and scores after the first are none: what changes it says which version
    /// it is based on. Needs an officer, approver, evaluator or administrator of the council: nobody else is to count what
    /// the council does with bids.
    async fn version(&self, ctx: &Context<'_>) -> Option<i32> {
        let (_, viewer) = given(ctx);
        pilots::version_for(viewer, &self.0)
    }
    /// How its bids are evaluated, for those of the council who may read bids, or name who evaluates them. Null to everybody
    /// else.
    async fn evaluation(&self, ctx: &Context<'_>) -> Result<Option<Evaluation>> {
        let (app, viewer) = given(ctx);
        let seen = evaluation::read::of_pilot(app, viewer, &self.0).await.told(ctx)?;
        Ok(seen.map(|seen| Evaluation::of(viewer, seen)))
    }
    /// What was decided about it, in order; the last one holds, unless it undoes another.
    async fn decisions(&self, ctx: &Context<'_>) -> Result<Vec<PilotDecision>> {
        let found = load(ctx, DecisionsOf(self.0.id)).await?;
        Ok(found.into_iter().map(PilotDecision).collect())
    }
    /// What came of it, once that is published; before, for those who write the council's pilots.
    async fn result(&self, ctx: &Context<'_>) -> Result<Option<PilotResult>> {
        let (app, viewer) = given(ctx);
        if let Some(published) = refer(ctx, ResultOf(self.0.id)).await? {
            return Ok(Some(PilotResult(published)));
        }
        let drafted = results::drafted(app, viewer, &self.0).await.told(ctx)?;
        Ok(drafted.map(PilotResult))
    }
    /// The award, in the register; of several the first. All of them are with the decision.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        match self.0.contract_id {
            Some(id) => contracts::contract(ctx, id).await,
            None => Ok(None),
        }
    }
}
