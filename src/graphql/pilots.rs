//! Pilots in the graph. What is not public yet is written in `pilot_drafts`; bids are in `bids`, questions in `questions`, how
//! bids are scored in `evaluation`, what is decided in `decisions`, what came of it in `results`.

use super::addenda::PilotAddendum;
use super::bid_drafts::BidDraft;
use super::bids::Bid;
use super::contracts::{self, Contract};
use super::councils::{self, Council, Service};
use super::decisions::PilotDecision;
use super::eligibility::{self, PilotEligibility};
use super::errors::{Told, payload};
use super::evaluation::Evaluation;
use super::ids::{Id, Sort};
use super::law::{self, PilotGuidance};
use super::needs::Need;
use super::paging::{self, connection};
use super::pilot_drafts::{Criterion, PilotReview};
use super::questions::Question;
use super::relations::{AddendaOf, DecisionsOf, NeedKey, PilotKey, ResultOf, load, refer};
use super::results::PilotResult;
use crate::access::Viewer;
use crate::councils::directory;
use crate::pilots::{
    self, Category, Phase, PilotErrorCode, PriceFormula, Reservation, TieRule, bids, ending, evaluation,
    questions, results,
};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};

/// Pilots, to read.
#[derive(Debug, Default)]
pub struct PilotsQuery;

/// Pilots, to publish and to stop.
#[derive(Debug, Default)]
pub struct PilotsMutation;

/// A small, capped, time-boxed opportunity.
#[derive(Clone, Debug)]
pub struct Pilot(pub(super) pilots::Pilot);

impl From<pilots::Pilot> for Pilot {
    fn from(inner: pilots::Pilot) -> Self {
        Self(inner)
    }
}

connection!(PilotConnection, PilotEdge, Pilot, "pilots");

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
    /// Publishes a draft, for everybody to read and suppliers to bid for. Where the council has two people who may publish,
    /// somebody other than its last author must have approved it, or publish it. Refused if two dates of the timetable do
    /// not go together, naming each, or if the table of law does not allow its reservation. Needs an approver or administrator of the council.
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

    /// Moves the deadline of an open pilot, for everybody and only to later, with an addendum that says so; its bidders are
    /// told by mail. Where other dates have to move with it, publish an addendum instead. Needs an
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
    /// Systems it must work with.
    async fn systems(&self) -> Option<&str> {
        self.0.said.systems.as_deref()
    }
    /// The most it may cost, in pence without VAT.
    async fn cap_pence(&self) -> i64 {
        self.0.said.cap_pence
    }
    /// How long it runs.
    async fn weeks(&self) -> i32 {
        self.0.said.weeks
    }
    /// Questions are taken strictly before it; until the deadline, if it is null.
    async fn questions_until(&self) -> Option<DateTime<Utc>> {
        self.0.said.questions_until
    }
    /// When the council means to tell the bidders what came of their bids.
    async fn award_on(&self) -> Option<NaiveDate> {
        self.0.said.award_on
    }
    /// Working days between telling the bidders and the contract, counting the day on which they are told; 0 for none.
    async fn standstill_days(&self) -> i32 {
        self.0.said.standstill_days
    }
    /// When work starts.
    async fn starts_on(&self) -> Option<NaiveDate> {
        self.0.said.starts_on
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
    /// What it buys, as the thresholds of procurement law tell contracts apart.
    async fn category(&self) -> Category {
        self.0.said.category
    }
    /// Who may bid.
    async fn reservation(&self) -> Reservation {
        self.0.said.reservation
    }
    /// How a bid's price becomes points.
    async fn price_formula(&self) -> PriceFormula {
        self.0.said.price_formula
    }
    /// Who wins when two totals are alike.
    async fn tie_rule(&self) -> TieRule {
        self.0.said.tie_rule
    }
    /// Whether evaluators see no supplier's name while they score.
    async fn suppliers_unnamed(&self) -> bool {
        self.0.said.suppliers_unnamed
    }
    /// Whether prices stay sealed, after the deadline too, until the quality is scored and locked.
    async fn price_after_quality(&self) -> bool {
        self.0.said.price_after_quality
    }
    /// The published pilot that it was copied from, whose council has the credit.
    async fn copied_from(&self, ctx: &Context<'_>) -> Result<Option<Pilot>> {
        match self.0.copied_from {
            Some(id) => Ok(refer(ctx, PilotKey(id)).await?.map(Pilot)),
            None => Ok(None),
        }
    }
    /// What came of its last review before it was published. Needs an officer, approver or administrator of the council.
    async fn review(&self, ctx: &Context<'_>) -> Option<PilotReview> {
        let (_, viewer) = given(ctx);
        pilots::review_for(viewer, &self.0).map(|review| PilotReview {
            decision: review.decision,
            note: review.note.clone(),
        })
    }
    /// What changed about it since it was published, or was made clear, in order; at most 50.
    async fn addenda(&self, ctx: &Context<'_>) -> Result<Vec<PilotAddendum>> {
        let found = load(ctx, AddendaOf(self.0.id)).await?;
        Ok(found.into_iter().map(PilotAddendum::from).collect())
    }
    /// What the table of law says of it: which threshold counts, whether notices are due, whether it may be so reserved.
    async fn guidance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On this day; on that of its publication, or today, if not given.")] as_of: Option<
            NaiveDate,
        >,
    ) -> Result<PilotGuidance> {
        law::of_pilot(ctx, &self.0, as_of).await
    }
    /// Why its reservation was lawful for this council, value and date when it was published; null where it is not
    /// reserved, or not published.
    async fn lawful_because(&self) -> Option<&str> {
        self.0.lawful_because.as_deref()
    }
    /// When it was published.
    async fn published_at(&self) -> Option<DateTime<Utc>> {
        self.0.published_at
    }
    /// What bids are judged by, in order.
    async fn criteria(&self) -> Vec<Criterion> {
        self.0.said.criteria.iter().map(Criterion::from).collect()
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
    /// Whether the viewer's suppliers may bid for it now, with every reason, before anything is written: one answer for
    /// each supplier, or for the one that is asked for. Needs a member of the supplier: the list is empty for everybody
    /// else, and for suppliers that are not the viewer's.
    async fn eligibility(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only this supplier; each of the viewer's own, if not given.")] supplier: Option<Id>,
    ) -> Result<Vec<PilotEligibility>> {
        let supplier = supplier.map(|id| id.of(Sort::Supplier)).transpose()?;
        eligibility::of_pilot(ctx, &self.0, supplier).await
    }
    /// The bids that the viewer may read whole: a supplier's own, always; all of them, for those of the council who may,
    /// once quality is locked, and for those on the panel who take part after the deadline already, if the pilot keeps
    /// neither names nor prices back. To everybody else the list is empty, whatever there is; that somebody of the council
    /// asked while bids are sealed is on the record.
    async fn bids(&self, ctx: &Context<'_>) -> Result<Vec<Bid>> {
        let (app, viewer) = given(ctx);
        let found = bids::of_pilot(app, viewer, &self.0).await.told(ctx)?;
        Ok(found.into_iter().map(Bid::from).collect())
    }
    /// What the viewer's own suppliers are writing, or wrote and did not submit. To everybody else the list is empty,
    /// whatever there is.
    async fn bid_drafts(&self, ctx: &Context<'_>) -> Result<Vec<BidDraft>> {
        super::bid_drafts::of_pilot(ctx, &self.0).await.told(ctx)
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
