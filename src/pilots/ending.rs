//! Pilots that end without an award: no bid suits, the council stops it, or takes it back before it is public.

use super::award::{
    decide, not_closed, not_kept_out, once_closed, once_locked, outcome_key, reason_given, standing,
};
use super::decisions::{self, Decision, Kind as Decided};
use super::{Pilot, PilotErrorCode, State, outcome};
use crate::access::{Action, Viewer};
use crate::events::{self, About, Kind};
use crate::runtime::{App, Stop};
use std::collections::HashMap;
use uuid::Uuid;

/// Decides that no bid suits, with a reason and feedback for every bidder, who are told by mail. Where there are bids,
/// they have been evaluated: quality is locked.
///
/// # Errors
/// When the pilot has another version or is not closed, its quality is not locked, a bidder would be left without
/// feedback, or the viewer may not.
pub async fn none_suitable(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    feedback: &HashMap<Uuid, String>,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) =
        super::for_change(app, &txn, viewer, pilot, version, Action::AwardPilot).await?;
    let txn = once_closed(app, viewer, txn, &pilot, &permit, not_closed).await?;
    let evaluation = not_kept_out(&txn, &pilot, &permit).await?;
    let reason = reason_given(reason)?;
    let opened = standing(app, &txn, &pilot).await?;
    if !opened.is_empty() {
        once_locked(&evaluation)?;
    }
    let ordinal = decisions::next(&txn, pilot.id).await?;
    let bids = decide(&txn, &permit, &opened, &[], feedback).await?;
    let decision = Decision {
        id: app.new_id(),
        pilot_id: pilot.id,
        ordinal,
        kind: Decided::NoneSuitable,
        reason: reason.clone(),
        decided_at: app.clock.now(),
        standstill_until: None,
        bids,
    };
    decisions::record(&txn, &permit, decision).await?;
    (pilot.state, pilot.outcome_reason) = (State::NoneSuitable, Some(reason));
    outcome::tell(app, &txn, &pilot, &opened, &[], feedback).await?;
    let ended = super::event(&pilot, Kind::PilotOutcome, &outcome_key(ordinal));
    events::record(app, &txn, vec![ended]).await?;
    let detail = serde_json::json!({ "none suitable": pilot.outcome_reason });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

/// Stops a published pilot, with a reason. Its bids stay sealed for good; bidders are told by mail.
///
/// # Errors
/// When it has another version, is not published or has ended, or the viewer may not.
pub async fn cancel(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) =
        super::for_change(app, &txn, viewer, pilot, version, Action::PublishPilot).await?;
    if !matches!(pilot.state, State::Published | State::Evaluating) {
        let message = "it has not been published, or it has ended";
        return Err(Stop::refuse(PilotErrorCode::NotPublished, "", message));
    }
    not_kept_out(&txn, &pilot, &permit).await?;
    (pilot.state, pilot.outcome_reason) = (State::Cancelled, Some(reason_given(reason)?));
    outcome::tell_cancelled(app, &txn, &pilot).await?;
    let ended = super::event(&pilot, Kind::PilotCancelled, "cancelled");
    events::void_about(&txn, About::Pilot(pilot.id), "the pilot was cancelled").await?;
    events::record(app, &txn, vec![ended]).await?;
    let detail = serde_json::json!({ "cancelled": pilot.outcome_reason });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

/// Takes back a pilot that was never public, with a reason for colleagues.
///
/// # Errors
/// When it has another version, is public or has been taken back, or the viewer may not.
pub async fn withdraw(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) =
        super::for_change(app, &txn, viewer, pilot, version, Action::DraftPilot).await?;
    if !matches!(pilot.state, State::Draft | State::InReview) {
        return Err(super::not_a_draft());
    }
    (pilot.state, pilot.outcome_reason) = (State::Withdrawn, Some(reason_given(reason)?));
    let detail = serde_json::json!({ "withdrawn": pilot.outcome_reason });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}
