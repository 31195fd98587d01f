//! Awarding: for the bids that rank first, with feedback for every bidder, and each award a contract in the register
//! with its windows armed.
//!
//! Several bids can win: each has its own contract at its own price, and the prices together are within the cap.

use super::bids::OpenedBid;
use super::decisions::{self, Decision, Kind as Decided, OfBid, standstill};
use super::evaluation::{self, Evaluation, read};
use super::{Pilot, PilotErrorCode, State, bids, lawful, outcome, scoring, store};
use crate::access::{Action, Permit, Viewer, attempted};
use crate::audit;
use crate::contracts::award::{Award, record_award};
use crate::councils::directory;
use crate::events::{self, Kind};
use crate::law;
use crate::runtime::clock::london_date;
use crate::runtime::letter::pounds;
use crate::runtime::{App, Error, Stop, Wrong};
use chrono::{Duration, NaiveDate};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Goes on with the transaction if the pilot's bids can be scored and decided on. Trying it while they are sealed is on
/// the record.
pub(super) async fn once_closed<C>(
    app: &App,
    viewer: &Viewer,
    txn: DatabaseTransaction,
    pilot: &Pilot,
    permit: &Permit,
    refusal: impl FnOnce() -> Stop<C>,
) -> Result<DatabaseTransaction, Stop<C>> {
    let phase = pilot.phase(app.db.time(&txn, &app.clock).await?);
    if phase.can_be_decided() {
        return Ok(txn);
    }
    txn.rollback().await.map_err(Error::from)?;
    if let Some(attempt) = attempted(viewer, permit.action(), permit.resource()).filter(|_| phase.is_sealed())
    {
        let tried = match permit.action() {
            Action::ScoreBid => "to score a bid",
            _ => "to decide",
        };
        let detail = serde_json::json!({ "tried": tried, "deadline": pilot.deadline_at });
        audit::refused(app, &attempt, "pilot", pilot.id, detail).await?;
    }
    Err(refusal())
}

pub(super) fn not_closed() -> Stop<PilotErrorCode> {
    let message = "its deadline has not passed, or it is decided";
    Stop::refuse(PilotErrorCode::NotClosed, "", message)
}

/// Awards a pilot to the bids that rank first, with feedback for every bidder, who are told by mail.
///
/// # Errors
/// When it has another version, its quality is not locked, a bid of a higher rank is passed over, the prices are more
/// than the cap, or a bidder would be left without feedback, naming which; or the viewer may not.
pub async fn award(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    winners: &[Uuid],
    feedback: &HashMap<Uuid, String>,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) =
        super::for_change(app, &txn, viewer, pilot, version, Action::AwardPilot).await?;
    let txn = once_closed(app, viewer, txn, &pilot, &permit, not_closed).await?;
    let reason = reason_given(reason)?;
    once_locked(&not_kept_out(&txn, &pilot, &permit).await?)?;
    let opened = standing(app, &txn, &pilot).await?;
    fairly_chosen(&pilot, &opened, winners)?;
    let now = app.clock.now();
    let today = london_date(now);
    let calendar = directory().calendar(pilot.council_id);
    let days = lawful::standstill_days(&law::book(&txn).await?, &pilot, today);
    let until = standstill::over_at(today, days, &calendar);
    let starts_on = standstill::contract_starts_on(today, until.map(london_date), pilot.said.starts_on);
    let ordinal = decisions::next(&txn, pilot.id).await?;
    let mut said = decide(&txn, &permit, &opened, winners, feedback).await?;
    let mut contracts = Vec::new();
    for bid in opened.iter().filter(|bid| winners.contains(&bid.id)) {
        let award = terms(&pilot, bid, ordinal, starts_on);
        let contract = record_award(app, &txn, &permit, award).await?;
        contracts.push(contract);
        for of in said.iter_mut().filter(|of| of.bid == bid.id) {
            of.contract = Some(contract);
        }
    }
    let totals: HashMap<Uuid, Option<i64>> = opened
        .iter()
        .map(|bid| (bid.id, scoring::total(&pilot, &bid.points)))
        .collect();
    let detail = serde_json::json!({ "awarded": winners, "totals": totals, "contracts": contracts,
        "standstill until": until, "reason": reason });
    let decision = Decision {
        id: app.new_id(),
        pilot_id: pilot.id,
        ordinal,
        kind: Decided::Awarded,
        reason: reason.clone(),
        decided_at: now,
        standstill_until: until,
        bids: said,
    };
    decisions::record(&txn, &permit, decision).await?;
    (pilot.state, pilot.outcome_reason) = (State::Awarded, Some(reason));
    (pilot.contract_id, pilot.standstill_until) = (contracts.first().copied(), until);
    outcome::tell(app, &txn, &pilot, &opened, winners, feedback).await?;
    let ended = super::event(&pilot, Kind::PilotOutcome, &outcome_key(ordinal));
    events::record(app, &txn, vec![ended]).await?;
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

/// The name of the event that a pilot was decided so.
pub(super) fn outcome_key(ordinal: i32) -> String {
    format!("outcome/{ordinal}")
}

/// The bids that are decided on, opened, with their points: all but those that were disqualified.
pub(super) async fn standing(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: &Pilot,
) -> Result<Vec<OpenedBid>, Error> {
    let mut opened = bids::all_of(app, db, pilot).await?;
    opened.retain(|bid| bid.state != bids::State::Disqualified);
    Ok(opened)
}

/// The evaluation of a pilot, for whoever decides about it: an interest or an exclusion keeps out of that, too.
pub(super) async fn not_kept_out(
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    permit: &Permit,
) -> Result<Evaluation, Error> {
    let evaluation = evaluation::of(txn, pilot.id).await?;
    match evaluation.keeps_out(permit.actor()) {
        true => Err(Error::NotAllowed),
        false => Ok(evaluation),
    }
}

/// Nothing, once no score of quality changes any more.
pub(super) fn once_locked(evaluation: &Evaluation) -> Result<(), Stop<PilotErrorCode>> {
    if evaluation.locked_at.is_some() {
        return Ok(());
    }
    let message = "the chair of its panel has not locked quality yet";
    Err(Stop::refuse(PilotErrorCode::NotLocked, "", message))
}

/// Whether these are bids for the pilot that can win together, and nobody of a higher rank is passed over.
fn fairly_chosen(pilot: &Pilot, opened: &[OpenedBid], winners: &[Uuid]) -> Result<(), Stop<PilotErrorCode>> {
    let chosen: HashSet<Uuid> = winners.iter().copied().collect();
    let known = |bid: &Uuid| opened.iter().any(|of| of.id == *bid);
    if chosen.is_empty() || chosen.len() != winners.len() || !winners.iter().all(known) {
        let message = "name one bid or several for this pilot, each once, that are not disqualified";
        return Err(Stop::refuse(PilotErrorCode::NoSuchBid, "bids", message));
    }
    let won = opened.iter().filter(|bid| chosen.contains(&bid.id));
    let prices: i128 = won.map(|bid| i128::from(bid.offer.price_pence)).sum();
    let mut wrong = Wrong::default();
    wrong.when(
        prices > i128::from(pilot.said.cap_pence),
        PilotErrorCode::OverCap,
        "bids",
        format!(
            "{prices} pence together is more than the cap of {}",
            pilot.said.cap_pence
        ),
    );
    let ranking = read::ranking(pilot, opened.iter());
    let last = ranking
        .iter()
        .filter(|of| chosen.contains(&of.entrant.bid))
        .map(|of| of.rank)
        .max();
    let passed_over = ranking
        .iter()
        .any(|of| Some(of.rank) < last && !chosen.contains(&of.entrant.bid));
    wrong.when(
        passed_over || ranking.len() != opened.len(),
        PilotErrorCode::NotFirst,
        "bids",
        "a bid of a higher rank is passed over: award it too, or disqualify it with a reason",
    );
    wrong.stop()
}

/// Writes what became of every bid, and what its bidder is told; gives it for the decision.
pub(super) async fn decide(
    txn: &DatabaseTransaction,
    permit: &Permit,
    opened: &[OpenedBid],
    winners: &[Uuid],
    feedback: &HashMap<Uuid, String>,
) -> Result<Vec<OfBid>, Stop<PilotErrorCode>> {
    let mut wrong = Wrong::default();
    for bid in opened {
        let told = feedback.get(&bid.id).map(|text| text.trim());
        wrong.when(
            !told.is_some_and(|text| !text.is_empty() && text.len() <= 10_000),
            PilotErrorCode::NoFeedback,
            "feedback",
            format!(
                "every bidder is told something: the bid at {} has no feedback, or more than 10,000 bytes of it",
                pounds(bid.offer.price_pence)
            ),
        );
    }
    wrong.stop()?;
    let mut said = Vec::with_capacity(opened.len());
    for bid in opened {
        let state = if winners.contains(&bid.id) {
            bids::State::Awarded
        } else {
            bids::State::NotAwarded
        };
        let told = feedback.get(&bid.id).cloned().unwrap_or_default();
        store::decide_bid(txn, permit, bid.id, state, Some(&told)).await?;
        said.push(OfBid {
            bid: bid.id,
            state,
            feedback: told,
            contract: None,
        });
    }
    Ok(said)
}

/// A reason that everybody may read.
pub(super) fn reason_given(reason: &str) -> Result<String, Stop<PilotErrorCode>> {
    let reason = reason.trim();
    if reason.is_empty() || reason.len() > 10_000 {
        let message = "give a reason in at most 10,000 bytes";
        return Err(Stop::refuse(PilotErrorCode::BadText, "reason", message));
    }
    Ok(reason.to_owned())
}

fn terms(pilot: &Pilot, won: &OpenedBid, decision: i32, starts_on: NaiveDate) -> Award {
    Award {
        pilot_id: pilot.id,
        decision,
        bid_id: won.id,
        council_id: pilot.council_id,
        supplier_id: won.supplier_id,
        title: pilot.said.title.clone(),
        description: pilot.said.summary.clone(),
        value_pence: won.offer.price_pence,
        starts_on,
        // The timetable keeps the start within reach.
        ends_on: (starts_on
            .checked_add_signed(Duration::weeks(i64::from(pilot.said.weeks)) - Duration::days(1)))
        .unwrap_or(starts_on),
        cpv: pilot.said.cpv.clone(),
        lgsl: pilot.said.lgsl,
    }
}
