//! Scoring and awarding: quality by evaluators, price by the formula, feedback for every bidder, and the award a
//! contract in the register with its windows armed.

use super::bids::OpenedBid;
use super::rules::phase;
use super::{CriterionKind, Pilot, PilotErrorCode, State, bids, outcome, scoring, store};
use crate::access::{Action, Permit, Viewer, attempted};
use crate::audit;
use crate::contracts::award::{Award, record_award};
use crate::events::{self, Kind};
use crate::runtime::clock::london_date;
use crate::runtime::{App, Error, Stop, Wrong};
use chrono::Duration;
use entity::bid_score;
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

/// Scores a bid on a criterion of quality, out of 100, with a reason. Scoring again replaces one's own score. It is
/// based on no version of the pilot: evaluators do not stand in each other's way; but an award is.
///
/// # Errors
/// When the score makes no sense, the pilot is not closed, or the viewer may not.
pub async fn score(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    bid: Uuid,
    ordinal: i32,
    score: i32,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = super::held(&txn, viewer, pilot, Action::ScoreBid).await?;
    let evaluator = permit.actor().ok_or(Error::NotSignedIn)?;
    let txn = once_closed(app, viewer, txn, &pilot, &permit).await?;
    let quality = pilot
        .said
        .criteria
        .iter()
        .any(|c| c.ordinal == ordinal && c.kind == CriterionKind::Quality);
    if !quality || !(0..=100).contains(&score) || reason.trim().is_empty() || reason.len() > 10_000 {
        let message = "a score is 0 to 100 on a criterion of quality, with a reason of at most 10,000 bytes";
        return Err(Stop::refuse(PilotErrorCode::BadScore, "score", message));
    }
    let rows = store::bids_of(&txn, pilot.id).await?;
    if !rows.iter().any(|row| row.id == bid) {
        return Err(no_such_bid());
    }
    let row = bid_score::Model {
        bid_id: bid,
        ordinal,
        evaluator_id: evaluator,
        score,
        reason: reason.into(),
        scored_at: app.clock.now(),
    };
    store::put_score(&txn, &permit, row).await?;
    pilot.state = State::Evaluating;
    pilot.version += 1;
    store::update(&txn, &permit, &pilot, app.clock.now()).await?;
    let score = serde_json::json!({ "criterion": ordinal, "score": score, "reason": reason });
    let scored = serde_json::json!({ "scored": bid });
    let entries = vec![("bid", bid, score, None), ("pilot", pilot.id, scored, None)];
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await?;
    Ok(pilot)
}

fn no_such_bid() -> Stop<PilotErrorCode> {
    Stop::refuse(
        PilotErrorCode::NoSuchBid,
        "bid",
        "there is no such bid for this pilot",
    )
}

/// Goes on with the transaction if the pilot's bids can be scored and decided on. Trying it while they are sealed is on
/// the record.
pub(super) async fn once_closed(
    app: &App,
    viewer: &Viewer,
    txn: DatabaseTransaction,
    pilot: &Pilot,
    permit: &Permit,
) -> Result<DatabaseTransaction, Stop<PilotErrorCode>> {
    let phase = phase(pilot.state, pilot.deadline_at, app.clock.now());
    if phase.can_be_decided() {
        return Ok(txn);
    }
    txn.rollback().await?;
    if let Some(attempt) = attempted(viewer, permit.action(), permit.resource()).filter(|_| phase.is_sealed())
    {
        let tried = match permit.action() {
            Action::ScoreBid => "to score a bid",
            _ => "to decide",
        };
        let detail = serde_json::json!({ "tried": tried, "deadline": pilot.deadline_at });
        audit::refused(app, &attempt, "pilot", pilot.id, detail).await?;
    }
    let message = "its deadline has not passed, or it is decided";
    Err(Stop::refuse(PilotErrorCode::NotClosed, "", message))
}

/// Awards a pilot to one bid, with feedback for every bidder, who are told by mail.
///
/// # Errors
/// When it has another version, a bid is not scored or a bidder would be left without feedback, naming which; or the
/// viewer may not.
pub async fn award(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    winner: Uuid,
    feedback: &HashMap<Uuid, String>,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = super::for_change(&txn, viewer, pilot, version, Action::AwardPilot).await?;
    let txn = once_closed(app, viewer, txn, &pilot, &permit).await?;
    let opened = bids::all_of(app, &txn, &pilot).await?;
    let won = opened
        .iter()
        .find(|bid| bid.id == winner)
        .ok_or_else(no_such_bid)?;
    let totals = totals(&pilot, &opened)?;
    decide(&txn, &permit, &opened, Some(winner), feedback).await?;
    pilot.contract_id = Some(record_award(app, &txn, &permit, terms(app, &pilot, won)).await?);
    (pilot.state, pilot.outcome_reason) = (State::Awarded, Some(reason.to_owned()));
    outcome::tell(app, &txn, &pilot, &opened, Some(winner), feedback).await?;
    let ended = super::event(&pilot, Kind::PilotOutcome, "outcome");
    events::record(app, &txn, vec![ended]).await?;
    let detail = serde_json::json!({ "awarded": winner, "totals": totals, "contract": pilot.contract_id });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

fn totals(pilot: &Pilot, opened: &[OpenedBid]) -> Result<HashMap<Uuid, i64>, Stop<PilotErrorCode>> {
    let mut wrong = Wrong::default();
    let mut totals = HashMap::new();
    for bid in opened {
        let total = scoring::total(pilot, &bid.points);
        let message = format!("bid {} is not scored on every criterion", bid.id);
        wrong.when(total.is_none(), PilotErrorCode::NotScored, "", message);
        totals.insert(bid.id, total.unwrap_or_default());
    }
    wrong.stop().map(|()| totals)
}

/// Writes what became of every bid, and what its bidder is told.
pub(super) async fn decide(
    txn: &DatabaseTransaction,
    permit: &Permit,
    opened: &[OpenedBid],
    winner: Option<Uuid>,
    feedback: &HashMap<Uuid, String>,
) -> Result<(), Stop<PilotErrorCode>> {
    let mut wrong = Wrong::default();
    for bid in opened {
        let told = feedback.get(&bid.id).map(|text| text.trim());
        wrong.when(
            !told.is_some_and(|text| !text.is_empty() && text.len() <= 10_000),
            PilotErrorCode::NoFeedback,
            "feedback",
            format!("bid {} has no feedback, or more than 10,000 bytes of it", bid.id),
        );
    }
    wrong.stop()?;
    for bid in opened {
        let state = if winner == Some(bid.id) {
            bids::State::Awarded
        } else {
            bids::State::NotAwarded
        };
        let told = feedback.get(&bid.id).map(String::as_str).unwrap_or_default();
        store::decide_bid(txn, permit, bid.id, state, told).await?;
    }
    Ok(())
}

fn terms(app: &App, pilot: &Pilot, won: &OpenedBid) -> Award {
    let starts_on = london_date(app.clock.now());
    Award {
        pilot_id: pilot.id,
        council_id: pilot.council_id,
        supplier_id: won.supplier_id,
        title: pilot.said.title.clone(),
        description: pilot.said.summary.clone(),
        value_pence: won.offer.price_pence,
        starts_on,
        ends_on: starts_on + Duration::weeks(i64::from(pilot.said.weeks)) - Duration::days(1),
        cpv: pilot.said.cpv.clone(),
        lgsl: pilot.said.lgsl,
    }
}
