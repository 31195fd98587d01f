//! A bid that is not counted: with a reason, which its bidder is told at once.

use super::award::{not_closed, once_closed, reason_given};
use super::evaluation::{read, scores};
use super::{Pilot, PilotErrorCode, bids, outcome, store, tender_box};
use crate::access::{Action, Viewer};
use crate::audit;
use crate::runtime::{App, Error, Stop, based_on};
use uuid::Uuid;

/// Disqualifies a bid, before the pilot is decided. Before quality is locked only who chairs the panel knows the bids well
/// enough to; afterwards those who may award.
///
/// # Errors
/// When the pilot has another version or is not closed, there is no such bid that counts, no reason, or the viewer may
/// not.
pub async fn disqualify(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    bid: Uuid,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = match super::held(app, &txn, viewer, pilot, Action::AwardPilot).await {
        Err(Error::NotAllowed) => super::held(app, &txn, viewer, pilot, Action::ScoreBid).await?,
        other => other?,
    };
    based_on(version, pilot.version, PilotErrorCode::Conflict)?;
    let txn = once_closed(app, viewer, txn, &pilot, &permit, not_closed).await?;
    let reason = reason_given(reason)?;
    let evaluation = super::evaluation::of(&txn, pilot.id).await?;
    let locked = evaluation.locked_at.is_some();
    let awards = permit.action() == Action::AwardPilot;
    let awards = locked && awards && !evaluation.keeps_out(permit.actor());
    if !(awards || scores::is_chair(&evaluation, &permit)) {
        let message =
            "until quality is locked only who chairs the panel disqualifies, then those who may award";
        return Err(Stop::refuse(PilotErrorCode::NotLocked, "", message));
    }
    let rows = tender_box::bids_of(app, &txn, pilot.id).await?;
    let meant = |row: &&entity::bid::Model| {
        row.state == bids::State::Submitted.as_str() && (row.id == bid || read::alias(app, row.id) == bid)
    };
    let row = rows.iter().find(meant).ok_or_else(|| {
        let message = "there is no such bid for this pilot, or it was disqualified";
        Stop::refuse(PilotErrorCode::NoSuchBid, "bid", message)
    })?;
    let disqualified = bids::State::Disqualified;
    store::decide_bid(&txn, &permit, row.id, disqualified, Some(&reason)).await?;
    outcome::tell_disqualified(app, &txn, &pilot, row.supplier_id, &reason).await?;
    pilot.version += 1;
    store::update(&txn, &permit, &pilot, app.clock.now()).await?;
    let of_bid = serde_json::json!({ "disqualified": true, "reason": reason });
    let of_pilot = serde_json::json!({ "disqualified": row.id });
    let entries = vec![("bid", row.id, of_bid, None), ("pilot", pilot.id, of_pilot, None)];
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}
