//! Another's eyes on a draft, and publishing it.
//!
//! Where a council has two people who may publish, somebody other than the last author has approved what is published:
//! by a review, or by publishing it. Where it has one, that one may do both, and the record says so.

use super::terms::{Decision, Review};
use super::timetable::{self, Timetable};
use super::{Pilot, PilotErrorCode, State, event, lawful, not_a_draft, rules, tender_box};
use crate::access::{Action, Viewer, members};
use crate::events::{self, Kind};
use crate::law;
use crate::runtime::clock::london_date;
use crate::runtime::{App, Stop};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// Gives a draft to a colleague to read before it is published.
///
/// # Errors
/// When it has another version or is no draft, or the viewer may not.
pub async fn submit_for_review(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = super::for_change(app, &txn, viewer, id, version, Action::DraftPilot).await?;
    if pilot.state != State::Draft {
        return Err(not_a_draft());
    }
    (pilot.state, pilot.review) = (State::InReview, None);
    let detail = serde_json::json!({ "in review": true });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

/// Says what came of reading a pilot that waits for it: approved as it is, or sent back with a note, which makes it a
/// draft again.
///
/// # Errors
/// When it has another version or waits for no review, it is sent back without a note, its last author would approve
/// it though the council has somebody else, or the viewer may not.
pub async fn review(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    decision: Decision,
    note: Option<&str>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = super::for_change(app, &txn, viewer, id, version, Action::PublishPilot).await?;
    if pilot.state != State::InReview {
        let message = "it does not wait for a review";
        return Err(Stop::refuse(PilotErrorCode::NotInReview, "", message));
    }
    let note = note.map(str::trim).filter(|note| !note.is_empty());
    let fits = note.map_or(decision == Decision::Approved, |note| note.len() <= 10_000);
    if !fits {
        let message = "say in at most 10,000 bytes what is to be mended";
        return Err(Stop::refuse(PilotErrorCode::BadText, "note", message));
    }
    if decision == Decision::Approved {
        four_eyes(&txn, &pilot, permit.actor()).await?;
        pilot.approved_by = permit.actor();
    } else {
        pilot.state = State::Draft;
    }
    let note = note.map(str::to_owned);
    let detail = serde_json::json!({ "review": decision.as_str(), "note": note });
    pilot.review = Some(Review { decision, note });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

/// Publishes a draft with a deadline in the future and a timetable that makes sense, once somebody other than its last
/// author has approved it; publishing it is approving it.
///
/// # Errors
/// When it has another version or is no draft, nobody else has approved it, its timetable makes no sense, its
/// reservation is not lawful, or the viewer may not.
pub async fn publish(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    deadline: DateTime<Utc>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = super::for_change(app, &txn, viewer, id, version, Action::PublishPilot).await?;
    if !pilot.state.is_written() {
        return Err(not_a_draft());
    }
    let now = app.clock.now();
    let days = Timetable::of(&pilot.said, deadline);
    timetable::check_new(&days, &super::calendar(&pilot), now).stop()?;
    let says = lawful::guidance(&law::book(&txn).await?, &pilot, london_date(now));
    lawful::check(&says).stop()?;
    pilot.lawful_because = says.lawful_because;
    let alone = four_eyes(&txn, &pilot, permit.actor()).await?;
    (pilot.state, pilot.deadline_at) = (State::Published, Some(deadline));
    pilot.published_at = Some(now);
    tender_box::set_up(app, &txn, &permit, pilot.id).await?;
    events::record(app, &txn, vec![event(&pilot, Kind::PilotPublished, "published")]).await?;
    let mut detail = serde_json::json!({ "published until": deadline });
    if let Some(because) = &pilot.lawful_because {
        detail["reservation is lawful because"] = because.as_str().into();
    }
    if alone {
        detail["written and published by one"] = true.into();
    }
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}

/// Whether the last author approves their own work, which they may only where the council has nobody else.
async fn four_eyes(
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    approver: Option<Uuid>,
) -> Result<bool, Stop<PilotErrorCode>> {
    if rules::another_has_approved(pilot.written_by, &[pilot.approved_by, approver]) {
        return Ok(false);
    }
    if members::how_many_may(txn, pilot.council_id, Action::PublishPilot).await? < 2 {
        return Ok(true);
    }
    let message = "you wrote it last: submit it for review, and have another approver or administrator approve or publish it";
    Err(Stop::refuse(PilotErrorCode::NeedsAnotherApprover, "", message))
}
