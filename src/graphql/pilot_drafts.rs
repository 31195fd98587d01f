//! Pilots that are not public yet, in the graph: written, copied, made of a need, changed and read by a colleague.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::pilots::Pilot;
use crate::access::Viewer;
use crate::needs;
use crate::pilots::{
    self, Category, CriterionKind, Decision, Draft, FromNeed, PilotErrorCode, PriceFormula, Reservation,
    TieRule,
};
use crate::runtime::App;
use async_graphql::{Context, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

/// Pilots, to write before they are public.
#[derive(Debug, Default)]
pub struct PilotDraftsMutation;

payload! {
    /// What became of drafting a pilot.
    PilotDraftPayload { pilot: Pilot } PilotDraftError(PilotErrorCode)
}
payload! {
    /// What became of drafting a pilot from a need.
    PilotDraftFromNeedPayload { pilot: Pilot } PilotDraftFromNeedError(PilotErrorCode)
}
payload! {
    /// What became of copying a pilot.
    PilotCopyPayload { pilot: Pilot } PilotCopyError(PilotErrorCode)
}
payload! {
    /// What became of changing a draft.
    PilotEditPayload { pilot: Pilot } PilotEditError(PilotErrorCode, current_version)
}
payload! {
    /// What became of giving a draft to a colleague.
    PilotSubmitForReviewPayload { pilot: Pilot } PilotSubmitForReviewError(PilotErrorCode, current_version)
}
payload! {
    /// What became of a review.
    PilotReviewPayload { pilot: Pilot } PilotReviewError(PilotErrorCode, current_version)
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

impl From<&pilots::Criterion> for Criterion {
    fn from(of: &pilots::Criterion) -> Self {
        Self {
            kind: of.kind,
            name: of.name.clone(),
            description: of.description.clone(),
            weight: of.weight,
        }
    }
}

/// What came of a review.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotReview {
    /// Approved, or sent back.
    pub(super) decision: Decision,
    /// What the reviewer says.
    pub(super) note: Option<String>,
}

/// A pilot to draft. What is left out comes from the need.
#[derive(Debug, InputObject)]
pub struct PilotDraftInput {
    /// The council whose pilot it is.
    council: Id,
    /// The need it answers, the council's own or one it has said "us too" to: its title, problem, outcomes and systems
    /// stand in for what is left out.
    need: Option<Id>,
    /// In a line.
    title: Option<String>,
    /// What is to be tried.
    summary: Option<String>,
    /// What would make it a success.
    success_measures: Option<String>,
    /// Systems it must work with.
    systems: Option<String>,
    /// The most it may cost, in pence without VAT.
    cap_pence: i64,
    /// How long it runs, 1 to 52 weeks.
    weeks: i32,
    /// Questions are taken strictly before it; until the deadline, if it is left out.
    questions_until: Option<DateTime<Utc>>,
    /// When the council means to tell the bidders: on the day of the deadline or later.
    award_on: Option<NaiveDate>,
    /// Working days between telling the bidders and the contract, counting the day on which they are told: 0 to 60.
    #[graphql(default = 0)]
    standstill_days: i32,
    /// When work starts: after the bidders are told and the standstill is over.
    starts_on: Option<NaiveDate>,
    /// When the council decides to stop or to scale: after work starts.
    decides_on: Option<NaiveDate>,
    /// The service it is for, by Local Government Service List code.
    service: Option<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    cpv: Option<String>,
    /// What it buys, as the thresholds of procurement law tell contracts apart.
    #[graphql(default_with = "Category::GoodsAndServices")]
    category: Category,
    /// Who may bid.
    #[graphql(default_with = "Reservation::None")]
    reservation: Reservation,
    /// What bids are judged by; weights add to 100, exactly one of them for price.
    criteria: Vec<Criterion>,
    /// How a bid's price becomes points.
    #[graphql(default_with = "PriceFormula::LowestOverPrice")]
    price_formula: PriceFormula,
    /// Who wins when two totals are alike.
    #[graphql(default_with = "TieRule::QualityPriceReceipt")]
    tie_rule: TieRule,
    /// Whether evaluators see no supplier's name while they score.
    #[graphql(default = false)]
    suppliers_unnamed: bool,
    /// Whether prices stay sealed until the quality is scored and locked.
    #[graphql(default = false)]
    price_after_quality: bool,
}

/// A pilot to draft in the words of a need.
#[derive(Debug, InputObject)]
pub struct PilotDraftFromNeedInput {
    /// The council whose pilot it is.
    council: Id,
    /// The need: the council's own, or one it has said "us too" to.
    need: Id,
    /// The most it may cost, in pence without VAT; the most of the need's budget, if it is left out.
    cap_pence: Option<i64>,
    /// How long it runs, 1 to 52 weeks; 12, if it is left out.
    weeks: Option<i32>,
    /// What bids are judged by; how well they answer the need and the price, 60 to 40, if it is left out.
    criteria: Option<Vec<Criterion>>,
}

/// A pilot to copy.
#[derive(Debug, InputObject)]
pub struct PilotCopyInput {
    /// The council whose pilot it will be.
    council: Id,
    /// The pilot to copy, which was published.
    pilot: Id,
}

/// What is changed in a draft. What is left out stays as it is; null takes away what may be lacking.
#[derive(Debug, InputObject)]
pub struct PilotEditInput {
    /// The pilot.
    pilot: Id,
    /// The version of the pilot that this is based on.
    version: i32,
    /// In a line.
    title: Option<String>,
    /// What is to be tried.
    summary: Option<String>,
    /// What would make it a success.
    success_measures: Option<String>,
    /// Systems it must work with.
    systems: MaybeUndefined<String>,
    /// The most it may cost, in pence without VAT.
    cap_pence: Option<i64>,
    /// How long it runs, 1 to 52 weeks.
    weeks: Option<i32>,
    /// Questions are taken strictly before it; until the deadline, if it is null.
    questions_until: MaybeUndefined<DateTime<Utc>>,
    /// When the council means to tell the bidders.
    award_on: MaybeUndefined<NaiveDate>,
    /// Working days between telling the bidders and the contract: 0 to 60.
    standstill_days: Option<i32>,
    /// When work starts.
    starts_on: MaybeUndefined<NaiveDate>,
    /// When the council decides to stop or to scale.
    decides_on: MaybeUndefined<NaiveDate>,
    /// The service it is for, by Local Government Service List code.
    service: MaybeUndefined<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    cpv: MaybeUndefined<String>,
    /// What it buys, as the thresholds of procurement law tell contracts apart.
    category: Option<Category>,
    /// Who may bid.
    reservation: Option<Reservation>,
    /// What bids are judged by, all of it anew.
    criteria: Option<Vec<Criterion>>,
    /// How a bid's price becomes points.
    price_formula: Option<PriceFormula>,
    /// Who wins when two totals are alike.
    tie_rule: Option<TieRule>,
    /// Whether evaluators see no supplier's name while they score.
    suppliers_unnamed: Option<bool>,
    /// Whether prices stay sealed until the quality is scored and locked.
    price_after_quality: Option<bool>,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl PilotDraftsMutation {
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

    /// Drafts a pilot in the words of a need, without typing them again: title, problem, outcomes, systems, service and
    /// CPV code. Everything can be changed afterwards with `pilotEdit`. Needs an officer, approver or administrator of the
    /// council.
    async fn pilot_draft_from_need(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need, and what it does not say.")] input: PilotDraftFromNeedInput,
    ) -> Result<PilotDraftFromNeedPayload> {
        let (app, viewer) = given(ctx);
        let (council, need) = (input.council.of(Sort::Council)?, input.need.of(Sort::Need)?);
        let asked = FromNeed {
            cap_pence: input.cap_pence,
            weeks: input.weeks,
            criteria: numbered(input.criteria.unwrap_or_default()),
        };
        let made = pilots::draft_from_need(app, viewer, council, need, asked).await;
        PilotDraftFromNeedPayload::of(ctx, made.map(Pilot))
    }

    /// Drafts a pilot in the words of one that was published, of any council, which keeps the credit (`copiedFrom`). Dates
    /// and the need it answered are not copied. Needs an officer, approver or administrator of the council.
    async fn pilot_copy(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is copied, and for whom.")] input: PilotCopyInput,
    ) -> Result<PilotCopyPayload> {
        let (app, viewer) = given(ctx);
        let (council, pilot) = (input.council.of(Sort::Council)?, input.pilot.of(Sort::Pilot)?);
        let made = pilots::copy(app, viewer, council, pilot).await;
        PilotCopyPayload::of(ctx, made.map(Pilot))
    }

    /// Changes what a pilot says before it is public. One that was in review is a draft again, and has to be approved
    /// anew. Needs an officer, approver or administrator of the council.
    async fn pilot_edit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is changed.")] input: PilotEditInput,
    ) -> Result<PilotEditPayload> {
        let (app, viewer) = given(ctx);
        let (pilot, version) = (input.pilot.of(Sort::Pilot)?, input.version);
        let edited = pilots::edit(app, viewer, pilot, version, |said| input.apply(said)).await;
        PilotEditPayload::of(ctx, edited.map(Pilot))
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

    /// Says what came of reading a pilot that is in review: approved, so that anybody who may can publish it; or sent back
    /// with a note, which makes it a draft again. Nobody approves what they wrote last themselves, unless the council has
    /// nobody else who may. Needs an approver or administrator of the council.
    async fn pilot_review(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the pilot that this is based on.")] version: i32,
        #[graphql(desc = "Approved, or sent back.")] decision: Decision,
        #[graphql(desc = "For colleagues; needed when it is sent back: what is to be mended.")] note: Option<
            String,
        >,
    ) -> Result<PilotReviewPayload> {
        let (app, viewer) = given(ctx);
        let pilot = pilot.of(Sort::Pilot)?;
        let done = pilots::review(app, viewer, pilot, version, decision, note.as_deref()).await;
        PilotReviewPayload::of(ctx, done.map(Pilot))
    }
}

/// Criteria as they are given, with their places.
fn numbered(given: Vec<Criterion>) -> Vec<pilots::Criterion> {
    let places = given.into_iter().zip(1..);
    places
        .map(|(criterion, ordinal)| pilots::Criterion {
            ordinal,
            kind: criterion.kind,
            name: criterion.name,
            description: criterion.description,
            weight: criterion.weight,
        })
        .collect()
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
        Ok(Draft {
            need_id,
            title: self.title.unwrap_or(need.title),
            summary: self.summary.unwrap_or(need.problem),
            success_measures: self.success_measures.unwrap_or(need.outcomes),
            systems: self.systems.or(need.systems),
            cap_pence: self.cap_pence,
            weeks: self.weeks,
            questions_until: self.questions_until,
            award_on: self.award_on,
            starts_on: self.starts_on,
            decides_on: self.decides_on,
            lgsl: self.service.or(need.lgsl),
            cpv: self.cpv.or(need.cpv),
            category: self.category,
            reservation: self.reservation,
            criteria: numbered(self.criteria),
            price_formula: self.price_formula,
            tie_rule: self.tie_rule,
            suppliers_unnamed: self.suppliers_unnamed,
            price_after_quality: self.price_after_quality,
            standstill_days: self.standstill_days,
        })
    }
}

/// Puts a value in its place, if there is one.
fn put<T>(place: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *place = given;
    }
}

/// The same of what may be lacking: null takes it away.
fn put_or_take<T>(place: &mut Option<T>, given: MaybeUndefined<T>) {
    match given {
        MaybeUndefined::Value(given) => *place = Some(given),
        MaybeUndefined::Null => *place = None,
        MaybeUndefined::Undefined => {}
    }
}

impl PilotEditInput {
    fn apply(self, said: &mut Draft) {
        put(&mut said.title, self.title);
        put(&mut said.summary, self.summary);
        put(&mut said.success_measures, self.success_measures);
        put_or_take(&mut said.systems, self.systems);
        put(&mut said.cap_pence, self.cap_pence);
        put(&mut said.weeks, self.weeks);
        put_or_take(&mut said.questions_until, self.questions_until);
        put_or_take(&mut said.award_on, self.award_on);
        put(&mut said.standstill_days, self.standstill_days);
        put_or_take(&mut said.starts_on, self.starts_on);
        put_or_take(&mut said.decides_on, self.decides_on);
        put_or_take(&mut said.lgsl, self.service);
        put_or_take(&mut said.cpv, self.cpv);
        put(&mut said.category, self.category);
        put(&mut said.reservation, self.reservation);
        put(&mut said.criteria, self.criteria.map(numbered));
        put(&mut said.price_formula, self.price_formula);
        put(&mut said.tie_rule, self.tie_rule);
        put(&mut said.suppliers_unnamed, self.suppliers_unnamed);
        put(&mut said.price_after_quality, self.price_after_quality);
    }
}
