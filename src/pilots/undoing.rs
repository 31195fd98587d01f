//! A decision that was wrong, undone on the record: by another entry, with its reason, told to everybody who was told.
//!
//! The pilot is evaluated once more; its quality stays locked, for prices are known by now. What can change is which bids
//! stand, and who is chosen.

use super::award::{not_kept_out, outcome_key, reason_given};
use super::decisions::{self, Decision, Kind as Decided};
use super::{Pilot, PilotErrorCode, State, bids, outcome, results, store};
use crate::access::{Action, Viewer};
use crate::audit;
use crate::contracts::award::cancel_award;
use crate::events::{self, Kind};
use crate::runtime::{App, Error, Stop};
use uuid::Uuid;

/// Undoes the award of a pilot, or the decision that none suits: the contracts that it made are called off, and all
/// bidders and watchers are told.
///
/// # Errors
/// When the pilot has another version or is not decided, its result is published, there is no reason, or the viewer may
/// not or was kept out of the evaluation.
pub async fn undo(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    reason: &str,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) =
        super::for_change(app, &txn, viewer, pilot, version, Action::AwardPilot).await?;
    not_kept_out(&txn, &pilot, &permit).await?;
    let reason = reason_given(reason)?;
    if results::is_published(&txn, pilot.id).await? {
        let message = "its result is published: the award stands";
        return Err(Stop::refuse(PilotErrorCode::HasResult, "pilot", message));
    }
    let undone = decisions::present(&txn, pilot.id).await?;
    let mut entries = Vec::new();
    for contract in undone.contracts() {
        let changed = cancel_award(app, &txn, &permit, pilot.council_id, contract).await?;
        entries.extend(
            changed
                .into_iter()
                .map(|(id, detail)| ("contract", id, detail, None)),
        );
    }
    for of in &undone.bids {
        store::decide_bid(&txn, &permit, of.bid, bids::State::Submitted, None).await?;
    }
    let decision = Decision {
        id: app.new_id(),
        pilot_id: pilot.id,
        ordinal: undone.ordinal + 1,
        kind: Decided::Undone,
        reason: reason.clone(),
        decided_at: app.clock.now(),
        standstill_until: None,
        bids: Vec::new(),
    };
    decisions::record(&txn, &permit, decision).await?;
    (pilot.state, pilot.outcome_reason) = (State::Evaluating, None);
    (pilot.contract_id, pilot.standstill_until) = (None, None);
    pilot.version += 1;
    store::update(&txn, &permit, &pilot, app.clock.now()).await?;
    outcome::tell_undone(app, &txn, &pilot, &reason).await?;
    let was = format!("{}/{}", pilot.id, outcome_key(undone.ordinal));
    events::void(&txn, &[was], "the decision was undone").await?;
    let name = format!("undone/{}", undone.ordinal + 1);
    let reopened = super::event(&pilot, Kind::PilotReopened, &name);
    events::record(app, &txn, vec![reopened]).await?;
    let detail =
        serde_json::json!({ "undone": undone.kind.as_str(), "decision": undone.ordinal, "reason": reason });
    entries.push(("pilot", pilot.id, detail, None));
    audit::record_each(app, &txn, &permit, entries).await?;
    txn.commit().await.map_err(Error::from)?;
    app.work.wrote();
    Ok(pilot)
}
