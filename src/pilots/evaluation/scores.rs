//! Scores: each evaluator's own until all are in, what the panel comes to, and the lock that opens prices and names.
//!
//! What of it somebody wrote stays as it was first submitted: a consensus stands beside it. Whatever is entered is kept as it
//! was entered, replaced or not. At the lock all of it goes into the audit log, bid by bid.

use super::super::{CriterionKind, Pilot, State, bids, store as pilots, tender_box};
use super::rules::all_in;
use super::{
    Consensus, Evaluation, EvaluationErrorCode, Refused, chairs, held_closed, read, store, taking_part,
    text_of,
};
use crate::access::{Permit, Viewer};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong};
use entity::{bid, bid_score, score_entry};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::json;
use uuid::Uuid;

/// A score of a bid on a criterion, with its reason.
#[derive(Clone, Debug)]
pub struct Given<'a> {
    /// The bid, by its id or by what the panel knows it by.
    pub bid: Uuid,
    /// The criterion's place.
    pub ordinal: i32,
    /// Out of 100.
    pub score: i32,
    /// Why.
    pub reason: &'a str,
}

/// Scores a bid on a criterion of quality. Until the viewer submits, scoring again replaces the score; no other change
/// stands in its way, so it is based on no version.
///
/// # Errors
/// When the score makes no sense, the viewer does not take part or has submitted, quality is locked, or the pilot is not
/// closed.
pub async fn score(app: &App, viewer: &Viewer, pilot: Uuid, given: Given<'_>) -> Result<Pilot, Refused> {
    let (txn, mut pilot, permit, evaluation) = held_closed(app, viewer, pilot, None).await?;
    let mine = taking_part(&evaluation, &permit)?;
    if mine.submitted_at.is_some() {
        let message = "you have submitted your scores: they stay as they are";
        return Err(Stop::refuse(EvaluationErrorCode::Submitted, "", message));
    }
    let bid = checked(app, &txn, &pilot, &given).await?;
    let row = bid_score::Model {
        bid_id: bid,
        ordinal: given.ordinal,
        evaluator_id: mine.person,
        score: given.score,
        reason: given.reason.trim().into(),
        scored_at: app.clock.now(),
    };
    let entry = score_entry::Model {
        id: app.new_id(),
        bid_id: bid,
        ordinal: row.ordinal,
        evaluator_id: Some(row.evaluator_id),
        number: 0,
        score: row.score,
        reason: row.reason.clone(),
        entered_at: row.scored_at,
    };
    store::add_entry(&txn, &permit, entry).await?;
    store::put_score(&txn, &permit, row).await?;
    if pilot.state == State::Published {
        pilot.state = State::Evaluating;
        pilot.version += 1;
        pilots::update(&txn, &permit, &pilot, app.clock.now()).await?;
    }
    let detail = json!({ "scored": { "evaluator": mine.ordinal, "criterion": given.ordinal } });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    app.work.wrote();
    Ok(pilot)
}

/// Submits the viewer's scores: they stay as they are from then on, and count.
///
/// # Errors
/// When a bid is not scored on every criterion of quality, or as of [`score`].
pub async fn submit(app: &App, viewer: &Viewer, pilot: Uuid) -> Result<Pilot, Refused> {
    let (txn, pilot, permit, mut evaluation) = held_closed(app, viewer, pilot, None).await?;
    let mine = taking_part(&evaluation, &permit)?;
    if mine.submitted_at.is_some() {
        return Ok(pilot);
    }
    let (me, ordinal) = (mine.person, mine.ordinal);
    let rows = standing(app, &txn, pilot.id).await?;
    let scores = store::scores(&txn, &ids(&rows)).await?;
    let mut wrong = Wrong::default();
    for (place, label) in read::labels(app, &txn, pilot.id).await? {
        if !rows.iter().any(|row| row.id == place) {
            continue;
        }
        for criterion in quality(&pilot) {
            let given = scores
                .iter()
                .any(|row| (row.bid_id, row.ordinal, row.evaluator_id) == (place, criterion.ordinal, me));
            let message = format!("{label} is not scored on {:?}", criterion.name);
            wrong.when(!given, EvaluationErrorCode::NotComplete, "", message);
        }
    }
    wrong.stop()?;
    for of in &mut evaluation.panel {
        if of.person == me {
            of.submitted_at = Some(app.clock.now());
        }
    }
    evaluation.version += 1;
    store::put(&txn, &permit, pilot.id, &evaluation).await?;
    let detail = json!({ "submitted": { "evaluator": ordinal } });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Records what the panel came to about a bid on a criterion of quality, beside what each gave it. It counts in place of
/// the mean of their scores.
///
/// # Errors
/// When the evaluation has another version, the score makes no sense, somebody has not submitted yet, quality is locked,
/// or the viewer does not chair the panel.
pub async fn consensus(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    given: Given<'_>,
) -> Result<Pilot, Refused> {
    let (txn, pilot, permit, mut evaluation) = held_closed(app, viewer, pilot, Some(version)).await?;
    chairs(&evaluation, &permit)?;
    in_from_all(&evaluation)?;
    let bid = checked(app, &txn, &pilot, &given).await?;
    let of = Consensus {
        bid,
        ordinal: given.ordinal,
        score: given.score,
        reason: given.reason.trim().to_owned(),
        recorded_at: app.clock.now(),
    };
    let entry = score_entry::Model {
        id: app.new_id(),
        bid_id: bid,
        ordinal: of.ordinal,
        evaluator_id: None,
        number: 0,
        score: of.score,
        reason: of.reason.clone(),
        entered_at: of.recorded_at,
    };
    store::add_entry(&txn, &permit, entry).await?;
    store::put_consensus(&txn, &permit, of).await?;
    evaluation.version += 1;
    store::put(&txn, &permit, pilot.id, &evaluation).await?;
    let detail = json!({ "consensus": { "criterion": given.ordinal } });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Locks quality: no score of it changes any more, whoever of the council may read bids reads all of them with their
/// prices, and the pilot can be decided.
///
/// # Errors
/// When the evaluation has another version, somebody has not submitted yet, a bid is not scored, or the viewer does not
/// chair the panel.
pub async fn lock(app: &App, viewer: &Viewer, pilot: Uuid, version: i32) -> Result<Pilot, Refused> {
    let (txn, mut pilot, permit, mut evaluation) = held_closed(app, viewer, pilot, Some(version)).await?;
    chairs(&evaluation, &permit)?;
    in_from_all(&evaluation)?;
    let rows = tender_box::bids_of(app, &txn, pilot.id).await?;
    let entries = on_the_record(&txn, &pilot, &evaluation, &rows).await?;
    evaluation.locked_at = Some(app.clock.now());
    evaluation.version += 1;
    store::put(&txn, &permit, pilot.id, &evaluation).await?;
    pilot.state = State::Evaluating;
    pilot.version += 1;
    pilots::update(&txn, &permit, &pilot, app.clock.now()).await?;
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    app.work.wrote();
    Ok(pilot)
}

type Entries = Vec<(&'static str, Uuid, serde_json::Value, Option<audit::About>)>;

/// What the log tells of each bid, now that anybody who reads it may know.
async fn on_the_record(
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    evaluation: &Evaluation,
    rows: &[bid::Model],
) -> Result<Entries, Refused> {
    let ids = ids(rows);
    let scores = store::scores(txn, &ids).await?;
    let consensus = store::consensus(txn, &ids).await?;
    let entered = store::entries(txn, &ids).await?;
    let by = |person: Uuid| evaluation.panel.iter().find(|of| of.person == person);
    let mut entries: Entries = Vec::new();
    let mut wrong = Wrong::default();
    for row in rows {
        let of_bid = || scores.iter().filter(|score| score.bid_id == row.id);
        for criterion in quality(pilot).filter(|_| row.state == bids::State::Submitted.as_str()) {
            // Somebody who was cleared after they had submitted may lack a score.
            let given = of_bid().any(|score| {
                score.ordinal == criterion.ordinal && by(score.evaluator_id).is_some_and(|of| of.counts())
            });
            let message = format!("a bid is not scored on {:?}", criterion.name);
            wrong.when(!given, EvaluationErrorCode::NotComplete, "", message);
        }
        let given: Vec<_> = of_bid()
            .map(|score| {
                let of = by(score.evaluator_id);
                json!({ "evaluator": of.map(|of| of.ordinal), "counts": of.is_some_and(|of| of.counts()),
                    "criterion": score.ordinal, "score": score.score, "reason": score.reason })
            })
            .collect();
        let came_to: Vec<_> = consensus
            .iter()
            .filter(|of| of.bid == row.id)
            .map(|of| json!({ "criterion": of.ordinal, "score": of.score, "reason": of.reason }))
            .collect();
        let mut detail = json!({ "scores": given, "consensus": came_to });
        let replaced = entered.iter().filter(|of| of.bid_id == row.id);
        let replaced = replaced.filter(|of| {
            let later = |other: &&score_entry::Model| {
                (other.bid_id, other.ordinal, other.evaluator_id) == (of.bid_id, of.ordinal, of.evaluator_id)
                    && other.number > of.number
            };
            entered.iter().any(|other| later(&other))
        });
        let replaced: Vec<_> = replaced
            .map(|of| {
                let evaluator = of.evaluator_id.and_then(by).map(|of| of.ordinal);
                json!({ "evaluator": evaluator, "criterion": of.ordinal, "score": of.score, "reason": of.reason,
                    "entered": of.entered_at })
            })
            .collect();
        if !replaced.is_empty() {
            detail["replaced"] = replaced.into();
        }
        entries.push(("bid", row.id, detail, None));
    }
    wrong.stop()?;
    entries.push(("pilot", pilot.id, json!({ "quality locked": true }), None));
    Ok(entries)
}

fn in_from_all(evaluation: &Evaluation) -> Result<(), Refused> {
    if all_in(&evaluation.panel) {
        return Ok(());
    }
    let message = "somebody on the panel who is not excluded has not submitted yet";
    Err(Stop::refuse(EvaluationErrorCode::NotAllIn, "", message))
}

/// The bid that is meant, if the score makes sense.
async fn checked(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    given: &Given<'_>,
) -> Result<Uuid, Refused> {
    let mut wrong = Wrong::default();
    let scored = quality(pilot).any(|criterion| criterion.ordinal == given.ordinal);
    wrong.when(
        !scored || !(0..=100).contains(&given.score),
        EvaluationErrorCode::BadScore,
        "score",
        "a score is 0 to 100 on a criterion of quality",
    );
    if let Err(Stop::Refused(refusals)) = text_of(given.reason, "reason") {
        for refusal in refusals {
            wrong.when(true, refusal.code, &refusal.path, refusal.message);
        }
    }
    wrong.stop()?;
    let rows = standing(app, txn, pilot.id).await?;
    let meant = rows
        .iter()
        .find(|row| row.id == given.bid || read::alias(app, row.id) == given.bid);
    meant.map(|row| row.id).ok_or_else(|| {
        let message = "there is no such bid for this pilot, or it was disqualified";
        Stop::refuse(EvaluationErrorCode::NoSuchBid, "bid", message)
    })
}

/// The bids that are scored: not those taken back or disqualified.
async fn standing(app: &App, db: &impl ConnectionTrait, pilot: Uuid) -> Result<Vec<bid::Model>, Error> {
    let mut rows = tender_box::bids_of(app, db, pilot).await?;
    rows.retain(|row| row.state == bids::State::Submitted.as_str());
    Ok(rows)
}

fn ids(rows: &[bid::Model]) -> Vec<Uuid> {
    rows.iter().map(|row| row.id).collect()
}

fn quality(pilot: &Pilot) -> impl Iterator<Item = &super::super::Criterion> {
    let criteria = pilot.said.criteria.iter();
    criteria.filter(|criterion| criterion.kind == CriterionKind::Quality)
}

/// Whether a permit is that of somebody who chairs the panel and takes part.
pub(in crate::pilots) fn is_chair(evaluation: &Evaluation, permit: &Permit) -> bool {
    chairs(evaluation, permit).is_ok()
}
