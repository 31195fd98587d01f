//! What happens to bids between their deadline and the decision: who evaluates them, and what that comes to.
//!
//! This front door names the panel, takes declarations of interest and decides on them; [`scores`] are given, submitted
//! and locked; [`read`] says what of it a viewer may read. [`rules`] and [`ranking`] are pure. Until quality is locked
//! nobody reads a bid but those on the panel who take part, and nobody a score that another has not let go of: not in
//! the audit log either, which tells until then that somebody scored, and not what.

pub mod ranking;
pub mod read;
pub mod rules;
pub mod scores;
mod store;

pub use rules::{Evaluator, Standing};

use super::award::once_closed;
use super::{Pilot, State};
use crate::access::{Action, Permit, Viewer, members};
use crate::audit::{self, About};
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use std::collections::HashSet;
use uuid::Uuid;

/// As many as can sit on a panel.
const MOST: usize = 20;

/// How far the evaluation of the bids for a pilot has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Evaluation {
    /// When quality was locked.
    pub locked_at: Option<DateTime<Utc>>,
    /// Counts the changes of the panel, of consensus, and the lock; scores are none.
    pub version: i32,
    /// Who evaluates.
    pub panel: Vec<Evaluator>,
}

impl Evaluation {
    /// Whether somebody is on the panel and does not take part.
    pub(super) fn keeps_out(&self, person: Option<Uuid>) -> bool {
        let mut panel = self.panel.iter();
        panel.any(|of| Some(of.person) == person && of.standing() != Standing::TakingPart)
    }
}

/// What the panel came to about one bid on one criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consensus {
    /// The bid.
    pub bid: Uuid,
    /// The criterion's place.
    pub ordinal: i32,
    /// Out of 100.
    pub score: i32,
    /// Why.
    pub reason: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
}

/// Why something of an evaluation could not be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum EvaluationErrorCode {
    /// The evaluation was changed since the version this was based on.
    Conflict,
    /// The deadline of the pilot has not passed, or it is decided.
    NotClosed,
    /// A panel has 1 to 20 people, each once and the chair among them; those who have declared stay on it.
    BadPanel,
    /// Somebody is not an evaluator or administrator of the council.
    NotAnEvaluator,
    /// The viewer is not on the panel, or was excluded.
    NotOnPanel,
    /// The viewer has not declared whether they have an interest, or nobody has decided on it yet.
    NotDeclared,
    /// Somebody was excluded and others have submitted since: whoever decides may have read their scores.
    ExclusionStands,
    /// Only who chairs the panel, and takes part, can do it.
    NotChair,
    /// Nobody decides on their own interest: an approver or administrator decides on the chair's.
    OwnInterest,
    /// A text is blank or too long.
    BadText,
    /// A score is not 0 to 100 on a criterion of quality.
    BadScore,
    /// No such bid for this pilot, or it was disqualified.
    NoSuchBid,
    /// The viewer has submitted their scores: they stay as they are.
    Submitted,
    /// A bid is not scored on every criterion of quality.
    NotComplete,
    /// Somebody on the panel has not submitted yet.
    NotAllIn,
    /// Quality is locked: nothing of it changes any more.
    Locked,
}

type Refused = Stop<EvaluationErrorCode>;

/// Names who evaluates the bids for a pilot, and who of them is the chair. Those who have declared stay: whoever cannot
/// take part any more is excluded, with a reason.
///
/// # Errors
/// When the evaluation has another version or quality is locked, the panel makes no sense, or the viewer may not.
pub async fn name_panel(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    people: &[Uuid],
    chair: Uuid,
) -> Result<Pilot, Refused> {
    let txn = app.db.begin().await?;
    let (pilot, permit, mut evaluation) = held(app, &txn, viewer, pilot, Action::NamePanel).await?;
    may_name(&evaluation, &permit)?;
    based_on(version, evaluation.version, EvaluationErrorCode::Conflict)?;
    unfinished(&pilot, &evaluation)?;
    let named: HashSet<Uuid> = people.iter().copied().collect();
    let mut wrong = Wrong::default();
    let lost = evaluation
        .panel
        .iter()
        .any(|of| (of.declared_at.is_some() || of.excluded.is_some()) && !named.contains(&of.person));
    let counted = (1..=MOST).contains(&people.len()) && named.len() == people.len();
    wrong.when(
        !counted || lost,
        EvaluationErrorCode::BadPanel,
        "evaluators",
        "name 1 to 20 people, each once; whoever has declared or was excluded stays on the panel",
    );
    wrong.when(
        !named.contains(&chair),
        EvaluationErrorCode::BadPanel,
        "chair",
        "the chair is one of the panel",
    );
    let may = members::who_may(&txn, pilot.council_id, Action::ScoreBid).await?;
    let known = |person: &Uuid| evaluation.panel.iter().any(|of| of.person == *person);
    wrong.when(
        people
            .iter()
            .any(|person| !may.contains(person) && !known(person)),
        EvaluationErrorCode::NotAnEvaluator,
        "evaluators",
        "everybody on a panel is an evaluator or administrator of the council",
    );
    wrong.stop()?;
    evaluation.panel.retain(|of| named.contains(&of.person));
    let mut next = evaluation.panel.iter().map(|of| of.ordinal).max().unwrap_or(0);
    for person in people {
        if !evaluation.panel.iter().any(|of| of.person == *person) {
            next += 1;
            evaluation.panel.push(Evaluator::named(*person, next, false));
        }
    }
    let mut entries = vec![(
        "pilot",
        pilot.id,
        serde_json::json!({ "panel": people.len() }),
        None,
    )];
    for of in &mut evaluation.panel {
        of.chair = of.person == chair;
        let said =
            serde_json::json!({ "evaluates bids for": pilot.id, "evaluator": of.ordinal, "chair": of.chair });
        entries.push(("person", of.person, said, None));
    }
    evaluation.version += 1;
    store::put(&txn, &permit, pilot.id, &evaluation).await?;
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Whoever has an interest that keeps them out, or was excluded, does not say who evaluates either.
fn may_name(evaluation: &Evaluation, permit: &Permit) -> Result<(), Error> {
    let mut panel = evaluation.panel.iter();
    let out = |of: &Evaluator| matches!(of.standing(), Standing::Excluded | Standing::Waiting);
    match panel.any(|of| Some(of.person) == permit.actor() && out(of)) {
        true => Err(Error::NotAllowed),
        false => Ok(()),
    }
}

/// Declares what interest the viewer has in who might win, or that they have none; a later declaration takes the place of
/// one's last, and what was decided about that does not hold for it. An interest that was declared is not taken back by
/// declaring none: it waits for a decision. It is based on no version: it is one's own.
///
/// # Errors
/// When the viewer is not on the panel, quality is locked, or the text is too long.
pub async fn declare(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    interest: Option<&str>,
) -> Result<Pilot, Refused> {
    let txn = app.db.begin().await?;
    let (pilot, permit, mut evaluation) = held(app, &txn, viewer, pilot, Action::ScoreBid).await?;
    unfinished(&pilot, &evaluation)?;
    let interest = match interest {
        Some(text) => Some(text_of(text, "interest")?),
        None => None,
    };
    let mine = evaluation
        .panel
        .iter_mut()
        .find(|of| Some(of.person) == permit.actor())
        .ok_or_else(not_on_panel)?;
    if mine.standing() == Standing::Excluded {
        return Err(not_on_panel());
    }
    mine.declared_at = Some(app.clock.now());
    mine.interest = interest.clone().or_else(|| mine.interest.take());
    (mine.excluded, mine.decision, mine.decided_at) = (None, None, None);
    let (person, declared) = (
        mine.person,
        serde_json::json!({ "declared": if interest.is_some() { "an interest" } else { "no interest" } }),
    );
    evaluation.version += 1;
    store::put(&txn, &permit, pilot.id, &evaluation).await?;
    let about = interest.map(|text| About::person(person, serde_json::json!({ "interest": text })));
    audit::record_each(app, &txn, &permit, vec![("pilot", pilot.id, declared, about)]).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Decides whether somebody on the panel is excluded: because of an interest they declared, or because they cannot take
/// part any more. The chair decides on the others, and who names panels on the chair.
///
/// # Errors
/// When the evaluation has another version or quality is locked, there is no reason, or it is not the viewer's to decide.
pub async fn decide(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    evaluator: Uuid,
    excluded: bool,
    reason: &str,
) -> Result<Pilot, Refused> {
    let txn = app.db.begin().await?;
    // Whoever may name panels decides on the chair, who scores and decides on the others.
    let names = held(app, &txn, viewer, pilot, Action::NamePanel).await;
    let (pilot, permit, mut evaluation) = match names {
        Err(Error::NotAllowed) => held(app, &txn, viewer, pilot, Action::ScoreBid).await?,
        other => other?,
    };
    based_on(version, evaluation.version, EvaluationErrorCode::Conflict)?;
    unfinished(&pilot, &evaluation)?;
    let reason = text_of(reason, "reason")?;
    let mine = evaluation
        .panel
        .iter()
        .find(|of| Some(of.person) == permit.actor());
    let chairs = mine.is_some_and(|of| of.chair && of.standing() == Standing::TakingPart);
    let names = permit.action() == Action::NamePanel && may_name(&evaluation, &permit).is_ok();
    let me = permit.actor();
    // Without this a chair could exclude whom the panel waits for, read the others' scores, and clear them again.
    let submitted = evaluation.panel.iter().any(|of| of.submitted_at.is_some());
    let of = evaluation
        .panel
        .iter_mut()
        .find(|of| of.person == evaluator)
        .ok_or_else(|| {
            let message = "there is nobody like that on the panel";
            Stop::refuse(EvaluationErrorCode::BadPanel, "evaluator", message)
        })?;
    if Some(of.person) == me {
        let message = "nobody decides on their own interest";
        return Err(Stop::refuse(
            EvaluationErrorCode::OwnInterest,
            "evaluator",
            message,
        ));
    }
    if !(of.chair && names || !of.chair && chairs) {
        let message = "the chair decides on the others, and an approver or administrator on the chair";
        return Err(Stop::refuse(EvaluationErrorCode::NotChair, "evaluator", message));
    }
    if of.excluded == Some(true) && !excluded && submitted {
        let message = "others have submitted their scores: who was excluded stays so";
        return Err(Stop::refuse(
            EvaluationErrorCode::ExclusionStands,
            "evaluator",
            message,
        ));
    }
    of.excluded = Some(excluded);
    of.decision = Some(reason.clone());
    of.decided_at = Some(app.clock.now());
    let said = serde_json::json!({ "evaluator": of.ordinal, "excluded": excluded });
    let about = About::person(of.person, serde_json::json!({ "why": reason }));
    evaluation.version += 1;
    store::put(&txn, &permit, pilot.id, &evaluation).await?;
    audit::record_about(app, &txn, &permit, "pilot", pilot.id, &said, about).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// A pilot, its row held, with leave to do something about its evaluation.
async fn held(
    app: &App,
    txn: &DatabaseTransaction,
    viewer: &Viewer,
    pilot: Uuid,
    action: Action,
) -> Result<(Pilot, Permit, Evaluation), Error> {
    let (pilot, permit) = super::held(app, txn, viewer, pilot, action).await?;
    let evaluation = store::evaluation(txn, pilot.id).await?;
    Ok((pilot, permit, evaluation))
}

/// The same, of this version where one is given, once its deadline has passed and until it is decided; trying it before is
/// on the record.
async fn held_closed(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: Option<i32>,
) -> Result<(DatabaseTransaction, Pilot, Permit, Evaluation), Refused> {
    let txn = app.db.begin().await?;
    let (pilot, permit, evaluation) = held(app, &txn, viewer, pilot, Action::ScoreBid).await?;
    if let Some(version) = version {
        based_on(version, evaluation.version, EvaluationErrorCode::Conflict)?;
    }
    let message = "its deadline has not passed, or it is decided";
    let early = || Stop::refuse(EvaluationErrorCode::NotClosed, "", message);
    let txn = once_closed(app, viewer, txn, &pilot, &permit, early).await?;
    if evaluation.locked_at.is_some() {
        return Err(locked());
    }
    Ok((txn, pilot, permit, evaluation))
}

/// The viewer on the panel, if they take part.
fn taking_part<'a>(evaluation: &'a Evaluation, permit: &Permit) -> Result<&'a Evaluator, Refused> {
    let mine = evaluation
        .panel
        .iter()
        .find(|of| Some(of.person) == permit.actor())
        .ok_or_else(not_on_panel)?;
    match mine.standing() {
        Standing::TakingPart => Ok(mine),
        Standing::Excluded => Err(not_on_panel()),
        Standing::Named | Standing::Waiting => {
            let message =
                "declare first whether you have an interest; one is decided on before you see a bid";
            Err(Stop::refuse(EvaluationErrorCode::NotDeclared, "", message))
        }
    }
}

/// Nothing, if the viewer chairs the panel and takes part.
fn chairs(evaluation: &Evaluation, permit: &Permit) -> Result<(), Refused> {
    if taking_part(evaluation, permit)?.chair {
        return Ok(());
    }
    let message = "only who chairs the panel can do this";
    Err(Stop::refuse(EvaluationErrorCode::NotChair, "", message))
}

/// Nothing, if who evaluates can still change.
fn unfinished(pilot: &Pilot, evaluation: &Evaluation) -> Result<(), Refused> {
    if evaluation.locked_at.is_some() {
        return Err(locked());
    }
    let over = !matches!(
        pilot.state,
        State::Draft | State::InReview | State::Published | State::Evaluating
    );
    if over {
        let message = "this pilot is decided, or was stopped";
        return Err(Stop::refuse(EvaluationErrorCode::NotClosed, "", message));
    }
    Ok(())
}

fn locked() -> Refused {
    let message = "quality is locked: nothing of it changes any more";
    Stop::refuse(EvaluationErrorCode::Locked, "", message)
}

fn not_on_panel() -> Refused {
    let message = "you are not on the panel of this pilot, or were excluded";
    Stop::refuse(EvaluationErrorCode::NotOnPanel, "", message)
}

fn text_of(text: &str, path: &str) -> Result<String, Refused> {
    let text = text.trim();
    if text.is_empty() || text.len() > 10_000 {
        let message = format!("give {path} in at most 10,000 bytes");
        return Err(Stop::refuse(EvaluationErrorCode::BadText, path, message));
    }
    Ok(text.to_owned())
}

/// How far it has come.
pub(super) async fn of(db: &impl ConnectionTrait, pilot: Uuid) -> Result<Evaluation, Error> {
    store::evaluation(db, pilot).await
}
