//! The evaluation of bids in the graph: the panel, declarations, scores, consensus, lock and ranking. Who may read what
//! of it is for `pilots::evaluation` to say.

use super::attachments::BidAttachment;
use super::bids::{self, Bid, BidAnswer};
use super::errors::payload;
use super::ids::{Id, Sort};
use super::pilots::Pilot;
use super::suppliers::{self, Supplier};
use crate::access::Viewer;
use crate::pilots::CriterionKind;
use crate::pilots::bids::State;
use crate::pilots::evaluation::ranking::{Decided, Ranked, Step, Tie};
use crate::pilots::evaluation::read::{Blind, Score, Seen};
use crate::pilots::evaluation::scores::{self, Given};
use crate::pilots::evaluation::{self, Consensus, EvaluationErrorCode, Standing};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// The evaluation of bids, to do.
#[derive(Debug, Default)]
pub struct EvaluationMutation;

/// How the bids for a pilot are evaluated, as far as the viewer may read it.
#[derive(Clone, Debug)]
pub struct Evaluation {
    seen: Seen,
    me: Option<uuid::Uuid>,
}

impl Evaluation {
    pub(super) fn of(viewer: &Viewer, seen: Seen) -> Self {
        let me = viewer.person().map(|person| person.id);
        Self { seen, me }
    }
}

payload! {
    /// What became of naming a panel.
    EvaluationPanelNamePayload { pilot: Pilot } EvaluationPanelNameError(EvaluationErrorCode, current_version)
}
payload! {
    /// What became of declaring an interest, or that there is none.
    EvaluationInterestDeclarePayload { pilot: Pilot } EvaluationInterestDeclareError(EvaluationErrorCode)
}
payload! {
    /// What became of deciding whether somebody is excluded.
    EvaluationInterestDecidePayload { pilot: Pilot } EvaluationInterestDecideError(EvaluationErrorCode, current_version)
}
payload! {
    /// What became of a score.
    BidScorePayload { pilot: Pilot } BidScoreError(EvaluationErrorCode)
}
payload! {
    /// What became of submitting one's scores.
    EvaluationSubmitPayload { pilot: Pilot } EvaluationSubmitError(EvaluationErrorCode)
}
payload! {
    /// What became of a consensus.
    EvaluationConsensusRecordPayload { pilot: Pilot } EvaluationConsensusRecordError(EvaluationErrorCode, current_version)
}
payload! {
    /// What became of locking quality.
    EvaluationQualityLockPayload { pilot: Pilot } EvaluationQualityLockError(EvaluationErrorCode, current_version)
}

/// Somebody on the panel that evaluates the bids for a pilot.
#[derive(Clone, Debug, SimpleObject)]
pub struct Evaluator {
    /// Who.
    person_id: Id,
    /// Their name; absent once they have closed their account.
    name: Option<String>,
    /// Their place on the panel, by which scores and the audit log call them.
    ordinal: i32,
    /// Whether they chair the panel: decide on others' interests, record what it comes to, lock quality.
    chair: bool,
    /// Whether it is the viewer.
    own: bool,
    /// Where they stand.
    standing: Standing,
    /// When they declared whether they have an interest.
    declared_at: Option<DateTime<Utc>>,
    /// The interest they declared, for themselves, the chair, approvers and administrators; absent where they have none.
    interest: Option<String>,
    /// Whether they were excluded; absent where nothing had to be decided.
    excluded: Option<bool>,
    /// Why that was decided so, for those who may read the interest.
    decision: Option<String>,
    /// When that was decided.
    decided_at: Option<DateTime<Utc>>,
    /// When they submitted their scores, which stay as they are since.
    submitted_at: Option<DateTime<Utc>>,
}

/// A bid as it is evaluated: what the pilot keeps back until quality is locked is absent.
#[derive(Clone, Debug)]
pub struct EvaluatedBid(Blind);

/// What one evaluator gave a bid on one criterion.
#[derive(Clone, Debug, SimpleObject)]
pub struct EvaluationScore {
    /// Who, by their place on the panel.
    evaluator: i32,
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// Out of 100.
    score: i32,
    /// Why.
    reason: String,
    /// When it was given.
    scored_at: DateTime<Utc>,
}

/// What the panel came to about a bid on one criterion.
#[derive(Clone, Debug, SimpleObject)]
pub struct EvaluationConsensus {
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// Out of 100.
    score: i32,
    /// Why.
    reason: String,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

/// A bid in its place, with every step that leads there.
#[derive(Clone, Debug, SimpleObject)]
pub struct RankedBid {
    /// The bid.
    bid: Id,
    /// 1 for the first. Bids that nothing in the tie rule tells apart share a rank, and the next ranks are left out.
    rank: i32,
    /// The sum of the products over 100, rounded down, in hundredths of a point: 7,650 is 76.50 points.
    total_hundredths: i64,
    /// What each criterion adds.
    steps: Vec<RankingStep>,
    /// Only where others have the same total: what the pilot's tie rule made of it.
    tie: Option<RankingTie>,
}

/// What one criterion adds to a bid's total.
#[derive(Clone, Debug, SimpleObject)]
pub struct RankingStep {
    /// The criterion's place among the pilot's, from 1.
    ordinal: i32,
    /// The criterion's name.
    criterion: String,
    /// Quality or price.
    kind: CriterionKind,
    /// Out of 100 over the whole pilot.
    weight: i32,
    /// What counts, in hundredths of a point: the consensus; without one the mean of the submitted scores, rounded down; for
    /// the price what its formula gives.
    score_hundredths: i64,
    /// Score times weight.
    product: i64,
}

/// How bids of one total were told apart.
#[derive(Clone, Debug, SimpleObject)]
pub struct RankingTie {
    /// The others of this total.
    with: Vec<Id>,
    /// What tells this bid from the one before it; the first of them, from the next.
    decided: Decided,
}

/// Who evaluates the bids for a pilot.
#[derive(Debug, InputObject)]
pub struct EvaluationPanelNameInput {
    /// The pilot.
    pilot: Id,
    /// The version of the evaluation that this is based on; 0 before there is one.
    version: i32,
    /// Evaluators and administrators of the council, 1 to 20, by the ids of their persons.
    evaluators: Vec<Id>,
    /// Who of them chairs the panel.
    chair: Id,
}

/// Whether somebody on a panel is excluded.
#[derive(Debug, InputObject)]
pub struct EvaluationInterestDecideInput {
    /// The pilot.
    pilot: Id,
    /// The version of the evaluation that this is based on.
    version: i32,
    /// Who, by the id of their person.
    evaluator: Id,
    /// Whether they are excluded.
    excluded: bool,
    /// Why.
    reason: String,
}

/// A score of a bid.
#[derive(Debug, InputObject)]
pub struct BidScoreInput {
    /// The pilot.
    pilot: Id,
    /// The bid, as the evaluation calls it.
    bid: Id,
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// Out of 100.
    score: i32,
    /// Why.
    reason: String,
}

/// What the panel came to about a bid on one criterion.
#[derive(Debug, InputObject)]
pub struct EvaluationConsensusRecordInput {
    /// The pilot.
    pilot: Id,
    /// The version of the evaluation that this is based on.
    version: i32,
    /// The bid, as the evaluation calls it.
    bid: Id,
    /// The criterion's place among the pilot's, from 1.
    criterion: i32,
    /// Out of 100.
    score: i32,
    /// Why.
    reason: String,
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl EvaluationMutation {
    /// Names who evaluates the bids for a pilot, in place of those named before; whoever has declared stays. Each declares
    /// whether they have an interest before they see a bid. Needs an approver or administrator of the council.
    async fn evaluation_panel_name(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The panel.")] input: EvaluationPanelNameInput,
    ) -> Result<EvaluationPanelNamePayload> {
        let (app, viewer) = given(ctx);
        let (pilot, chair) = (input.pilot.of(Sort::Pilot)?, input.chair.of(Sort::Person)?);
        let people = input.evaluators.into_iter().map(|id| id.of(Sort::Person));
        let people = people.collect::<Result<Vec<_>>>()?;
        let named = evaluation::name_panel(app, viewer, pilot, input.version, &people, chair).await;
        EvaluationPanelNamePayload::of(ctx, named.map(Pilot::from))
    }

    /// Declares what interest the viewer has in who might win, or that they have none. Somebody with an interest reads no
    /// bid until the chair has decided about it; an approver or administrator decides about the chair's. Needs an evaluator
    /// or administrator of the council who is on the panel.
    async fn evaluation_interest_declare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "What it is; left out, that there is none.")] interest: Option<String>,
    ) -> Result<EvaluationInterestDeclarePayload> {
        let (app, viewer) = given(ctx);
        let pilot = pilot.of(Sort::Pilot)?;
        let declared = evaluation::declare(app, viewer, pilot, interest.as_deref()).await;
        EvaluationInterestDeclarePayload::of(ctx, declared.map(Pilot::from))
    }

    /// Decides whether somebody on a panel is excluded, because of their interest or because they cannot take part.
    /// Needs the chair of the panel; about the chair, an approver or another administrator of the council.
    async fn evaluation_interest_decide(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and why.")] input: EvaluationInterestDecideInput,
    ) -> Result<EvaluationInterestDecidePayload> {
        let (app, viewer) = given(ctx);
        let (pilot, who) = (input.pilot.of(Sort::Pilot)?, input.evaluator.of(Sort::Person)?);
        let decided = evaluation::decide(
            app,
            viewer,
            pilot,
            input.version,
            who,
            input.excluded,
            &input.reason,
        );
        EvaluationInterestDecidePayload::of(ctx, decided.await.map(Pilot::from))
    }

    /// Scores a bid after the deadline; until one submits, scoring again replaces one's own score. Needs an evaluator or
    /// administrator of the council who takes part in the panel.
    async fn bid_score(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The score.")] input: BidScoreInput,
    ) -> Result<BidScorePayload> {
        let (app, viewer) = given(ctx);
        let score = Given {
            bid: input.bid.of(Sort::Bid)?,
            ordinal: input.criterion,
            score: input.score,
            reason: &input.reason,
        };
        let scored = scores::score(app, viewer, input.pilot.of(Sort::Pilot)?, score).await;
        BidScorePayload::of(ctx, scored.map(Pilot::from))
    }

    /// Submits one's scores: they stay as they are, and count. Nobody sees another's before all on the panel have submitted
    /// who are not excluded. Needs an evaluator or administrator of the council who takes part in the panel.
    async fn evaluation_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
    ) -> Result<EvaluationSubmitPayload> {
        let (app, viewer) = given(ctx);
        let submitted = scores::submit(app, viewer, pilot.of(Sort::Pilot)?).await;
        EvaluationSubmitPayload::of(ctx, submitted.map(Pilot::from))
    }

    /// Records what the panel came to about a bid on a criterion, once all have submitted. It stands beside their scores
    /// and counts in place of their mean. Needs the chair of the panel.
    async fn evaluation_consensus_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The consensus.")] input: EvaluationConsensusRecordInput,
    ) -> Result<EvaluationConsensusRecordPayload> {
        let (app, viewer) = given(ctx);
        let score = Given {
            bid: input.bid.of(Sort::Bid)?,
            ordinal: input.criterion,
            score: input.score,
            reason: &input.reason,
        };
        let pilot = input.pilot.of(Sort::Pilot)?;
        let recorded = scores::consensus(app, viewer, pilot, input.version, score).await;
        EvaluationConsensusRecordPayload::of(ctx, recorded.map(Pilot::from))
    }

    /// Locks quality, once all have submitted: no score of it changes any more, and whoever of the council may read bids
    /// reads them whole, with names and prices. Needs the chair of the panel.
    async fn evaluation_quality_lock(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The pilot.")] pilot: Id,
        #[graphql(desc = "The version of the evaluation that this is based on.")] version: i32,
    ) -> Result<EvaluationQualityLockPayload> {
        let (app, viewer) = given(ctx);
        let locked = scores::lock(app, viewer, pilot.of(Sort::Pilot)?, version).await;
        EvaluationQualityLockPayload::of(ctx, locked.map(Pilot::from))
    }
}

/// How the bids for a pilot are evaluated, as far as the viewer may read it.
#[Object]
impl Evaluation {
    /// Counts its changes, of which scores are none; what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.seen.evaluation.version
    }
    /// Who evaluates.
    async fn panel(&self) -> Vec<Evaluator> {
        let read = |of: &evaluation::Evaluator| Evaluator {
            person_id: Id::new(Sort::Person, of.person),
            name: self.seen.names.get(&of.person).cloned(),
            ordinal: of.ordinal,
            chair: of.chair,
            own: Some(of.person) == self.me,
            standing: of.standing(),
            declared_at: of.declared_at,
            interest: of.interest.clone().filter(|text| !text.is_empty()),
            excluded: of.excluded,
            decision: of.decision.clone(),
            decided_at: of.decided_at,
            submitted_at: of.submitted_at,
        };
        self.seen.evaluation.panel.iter().map(read).collect()
    }
    /// When quality was locked: no score of it has changed since.
    async fn quality_locked_at(&self) -> Option<DateTime<Utc>> {
        self.seen.evaluation.locked_at
    }
    /// The bids, by label. After the deadline for those on the panel who take part; once quality is locked, for whoever of
    /// the council may read bids and was not excluded.
    async fn bids(&self) -> Vec<EvaluatedBid> {
        self.seen.bids.iter().cloned().map(EvaluatedBid).collect()
    }
    /// The bids that stand, the first one first, with all that leads there, so that anybody can work it out again. For those
    /// who may read the bids, once quality is locked.
    async fn ranking(&self) -> Vec<RankedBid> {
        self.seen.ranking.iter().map(RankedBid::from).collect()
    }
}

/// A bid as it is evaluated: what the pilot keeps back until quality is locked is absent.
#[Object]
impl EvaluatedBid {
    /// What it is scored by. Where suppliers are unnamed it is another id until quality is locked, which does not tell when
    /// the bid came in.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Bid, self.0.id)
    }
    /// What the panel calls it: `Bid A` and so on. It stays the same, and is not in the order of receipt.
    async fn label(&self) -> &str {
        &self.0.label
    }
    /// What became of it.
    async fn state(&self) -> State {
        self.0.state
    }
    /// How the supplier would do it.
    async fn answer(&self) -> &str {
        &self.0.words.answer
    }
    /// Its answers by criterion.
    async fn answers(&self) -> Vec<BidAnswer> {
        bids::answers(&self.0.words)
    }
    /// Its files; while suppliers are not named, under names of ours.
    async fn attachments(&self) -> Vec<BidAttachment> {
        BidAttachment::all(self.0.pilot, &self.0.words.attachments)
    }
    /// The price in pence, VAT excluded; absent while it is kept back.
    async fn price_pence(&self) -> Option<i64> {
        self.0.price_pence
    }
    /// Whose it is; absent while that is kept back.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<Supplier>> {
        match self.0.supplier {
            Some(id) => suppliers::supplier(ctx, id).await,
            None => Ok(None),
        }
    }
    /// The bid with its receipt and points; absent while anything of it is kept back.
    async fn bid(&self) -> Option<Bid> {
        self.0.whole.clone().map(Bid::from)
    }
    /// The viewer's own scores; everybody's, once all on the panel have submitted who are not excluded.
    async fn scores(&self) -> Vec<EvaluationScore> {
        let read = |of: &Score| EvaluationScore {
            evaluator: of.evaluator,
            criterion: of.ordinal,
            score: of.score,
            reason: of.reason.clone(),
            scored_at: of.scored_at,
        };
        self.0.scores.iter().map(read).collect()
    }
    /// What the panel came to, for those who may read everybody's scores.
    async fn consensus(&self) -> Vec<EvaluationConsensus> {
        let read = |of: &Consensus| EvaluationConsensus {
            criterion: of.ordinal,
            score: of.score,
            reason: of.reason.clone(),
            recorded_at: of.recorded_at,
        };
        self.0.consensus.iter().map(read).collect()
    }
}

impl From<&Ranked> for RankedBid {
    fn from(of: &Ranked) -> Self {
        let id = |bid: uuid::Uuid| Id::new(Sort::Bid, bid);
        let step = |step: &Step| RankingStep {
            ordinal: step.ordinal,
            criterion: step.criterion.clone(),
            kind: step.kind,
            weight: step.weight,
            score_hundredths: step.hundredths,
            product: step.product(),
        };
        let tie = |tie: &Tie| RankingTie {
            with: tie.with.iter().copied().map(id).collect(),
            decided: tie.decided,
        };
        Self {
            bid: id(of.entrant.bid),
            rank: i32::try_from(of.rank).unwrap_or(i32::MAX),
            total_hundredths: of.total,
            steps: of.entrant.steps.iter().map(step).collect(),
            tie: of.tie.as_ref().map(tie),
        }
    }
}
