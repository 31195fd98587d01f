//! Scoring and awarding: quality by evaluators, price by the formula, feedback for every bidder, and the award a
//! contract in the register with its windows armed.

use super::rules::{self, Phase, phase};
use super::{CriterionKind, Pilot, PilotErrorCode, State, bids, store};
use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::contracts::award::{Award, record_award};
use crate::runtime::clock::london_date;
use crate::runtime::{App, Error, Stop};
use chrono::Duration;
use entity::bid_score;
use std::collections::HashMap;
use uuid::Uuid;

/// Scores a bid on a criterion of quality, out of 100, with a reason. Scoring again replaces one's own score.
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
    let pilot = store::locked(&txn, pilot)
        .await?
        .filter(|p| super::visible(viewer, p))
        .ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::ScoreBid, Resource::Council(pilot.council_id))?;
    let evaluator = permit.actor().ok_or(Error::NotSignedIn)?;
    closed(app, &pilot)?;
    let quality = pilot
        .said
        .criteria
        .iter()
        .any(|c| c.ordinal == ordinal && c.kind == CriterionKind::Quality);
    if !quality || !(0..=100).contains(&score) || reason.trim().is_empty() {
        let message = "a score is 0 to 100 on a criterion of quality, with a reason";
        return Err(Stop::refuse(PilotErrorCode::BadScore, "score", message));
    }
    if !store::bids_of(&txn, pilot.id)
        .await?
        .iter()
        .any(|row| row.id == bid)
    {
        return Err(Stop::refuse(
            PilotErrorCode::NoSuchBid,
            "bid",
            "there is no such bid for this pilot",
        ));
    }
    let scored_at = app.clock.now();
    let row = bid_score::Model {
        bid_id: bid,
        ordinal,
        evaluator_id: evaluator,
        score,
        reason: reason.into(),
        scored_at,
    };
    store::put_score(&txn, &permit, row).await?;
    let detail = serde_json::json!({ "criterion": ordinal, "score": score, "reason": reason });
    audit::record(app, &txn, &permit, "bid", bid, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

fn closed(app: &App, pilot: &Pilot) -> Result<(), Stop<PilotErrorCode>> {
    match phase(pilot.state, pilot.deadline_at, app.clock.now()) {
        Phase::Closed => Ok(()),
        _ => Err(Stop::refuse(
            PilotErrorCode::NotClosed,
            "",
            "its deadline has not passed, or it is decided",
        )),
    }
}

/// Awards a pilot to one bid, with feedback for every bidder.
///
/// # Errors
/// When a bid is not scored or a bidder would be left without feedback, naming which; or the viewer may not.
pub async fn award(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    winner: Uuid,
    feedback: &HashMap<Uuid, String>,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let mut pilot = store::locked(&txn, pilot)
        .await?
        .filter(|p| super::visible(viewer, p))
        .ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::AwardPilot, Resource::Council(pilot.council_id))?;
    closed(app, &pilot)?;
    let rows = store::bids_of(&txn, pilot.id).await?;
    let opened = rows
        .iter()
        .map(|row| bids::open(app, row))
        .collect::<Result<Vec<_>, _>>()?;
    let Some(won) = opened.iter().find(|bid| bid.id == winner) else {
        return Err(Stop::refuse(
            PilotErrorCode::NoSuchBid,
            "bid",
            "there is no such bid for this pilot",
        ));
    };
    let totals = totals(&txn, &pilot, &opened).await?;
    for bid in &opened {
        if feedback.get(&bid.id).is_none_or(|text| text.trim().is_empty()) {
            let message = format!("the bid of supplier {} has no feedback", bid.supplier_id);
            return Err(Stop::refuse(PilotErrorCode::NoFeedback, "feedback", message));
        }
        if !totals.contains_key(&bid.id) {
            let message = format!(
                "the bid of supplier {} is not scored on every criterion",
                bid.supplier_id
            );
            return Err(Stop::refuse(PilotErrorCode::NotScored, "", message));
        }
        let state = if bid.id == winner {
            "awarded"
        } else {
            "not_awarded"
        };
        store::decide_bid(&txn, &permit, bid.id, state, &feedback[&bid.id]).await?;
    }
    let (now, starts_on) = (app.clock.now(), london_date(app.clock.now()));
    let award = Award {
        pilot_id: pilot.id,
        council_id: pilot.council_id,
        supplier_id: won.supplier_id,
        title: pilot.said.title.clone(),
        description: pilot.said.summary.clone(),
        value_pence: won.offer.price_pence,
        starts_on,
        ends_on: starts_on + Duration::weeks(i64::from(pilot.said.weeks)) - Duration::days(1),
        cpv: None,
        lgsl: None,
    };
    pilot.contract_id = Some(record_award(app, &txn, &permit, award).await?);
    (pilot.state, pilot.outcome_reason) = (State::Awarded, Some(reason.to_owned()));
    store::update(&txn, &permit, &pilot, now).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "pilot",
        pilot.id,
        &serde_json::json!({ "awarded": winner, "totals": totals }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Totals in hundredths of a point, of the bids that are scored on every criterion; evaluators count alike.
async fn totals(
    db: &impl sea_orm::ConnectionTrait,
    pilot: &Pilot,
    opened: &[bids::OpenedBid],
) -> Result<HashMap<Uuid, i64>, Error> {
    let lowest = opened
        .iter()
        .map(|bid| bid.offer.price_pence)
        .min()
        .unwrap_or_default();
    let ids: Vec<Uuid> = opened.iter().map(|bid| bid.id).collect();
    let scores = store::scores(db, &ids).await?;
    let mut totals = HashMap::new();
    for bid in opened {
        let mut by: HashMap<i32, Vec<i32>> = HashMap::new();
        for row in scores.iter().filter(|row| row.bid_id == bid.id) {
            by.entry(row.ordinal).or_default().push(row.score);
        }
        let mean = |list: &Vec<i32>| list.iter().sum::<i32>() / i32::try_from(list.len()).unwrap_or(1);
        let quality: Vec<(i32, i32)> = by.iter().map(|(ordinal, list)| (*ordinal, mean(list))).collect();
        if let Some(total) = rules::total(&pilot.said.criteria, &quality, lowest, bid.offer.price_pence) {
            totals.insert(bid.id, total);
        }
    }
    Ok(totals)
}
