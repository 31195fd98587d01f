//! Writing what is not public yet: a draft, its changes, and drafts that somebody else's words begin.

use super::terms::{Criterion, CriterionKind, Decision, Draft, Review};
use super::{Pilot, PilotErrorCode, State, not_a_draft, rules, store};
use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::needs::{self, Need};
use crate::runtime::{App, Error, Stop};
use uuid::Uuid;

/// Drafts a pilot of a council.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn draft(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    said: Draft,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    authorize(viewer, Action::DraftPilot, Resource::Council(council))?;
    if let Some(need) = said.need_id {
        its_need(app, viewer, council, need).await?;
    }
    begin(app, viewer, council, said, None).await
}

/// What is asked for with a draft from a need, where it is not as usual.
#[derive(Clone, Debug, Default)]
pub struct FromNeed {
    /// The most it may cost, in pence without VAT; the most of the need's budget, if it is not said.
    pub cap_pence: Option<i64>,
    /// How long it runs; twelve weeks, if it is not said.
    pub weeks: Option<i32>,
    /// What bids are judged by; how well they answer the need and the price, 60 to 40, if it is not said.
    pub criteria: Vec<Criterion>,
}

/// Drafts a pilot of a council in the words of a need that is its own, or that it supports: title, problem, outcomes,
/// service, CPV code and systems.
///
/// # Errors
/// When the need is another's and not supported, every reason the draft makes no sense, or the viewer may not.
pub async fn draft_from_need(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    need: Uuid,
    asked: FromNeed,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    authorize(viewer, Action::DraftPilot, Resource::Council(council))?;
    let said = its_need(app, viewer, council, need).await?.statement;
    let mut criteria = asked.criteria;
    if criteria.is_empty() {
        criteria = usual_criteria();
    }
    let mut summary = said.problem;
    if let Some(constraints) = said.constraints {
        summary += &format!("\n\nWhat an answer must keep to: {constraints}");
    }
    let draft = Draft {
        need_id: Some(need),
        title: said.title,
        summary,
        success_measures: said.outcomes,
        systems: said.systems,
        cap_pence: asked.cap_pence.or(said.budget_max_pence).unwrap_or_default(),
        weeks: asked.weeks.unwrap_or(12),
        lgsl: said.lgsl,
        cpv: said.cpv,
        criteria,
        ..Draft::default()
    };
    begin(app, viewer, council, draft, None).await
}

fn usual_criteria() -> Vec<Criterion> {
    let criterion = |ordinal, kind, name: &str, description: &str, weight| Criterion {
        ordinal,
        kind,
        name: name.to_owned(),
        description: description.to_owned(),
        weight,
    };
    let answers =
        "How the offer reaches the outcomes that are stated, and works with the systems that are named.";
    vec![
        criterion(
            1,
            CriterionKind::Quality,
            "How well it answers the need",
            answers,
            60,
        ),
        criterion(
            2,
            CriterionKind::Price,
            "Price",
            "By the pilot\u{2019}s price formula.",
            40,
        ),
    ]
}

/// A need that a council may make a pilot of: its own, or one it has said "us too" to.
async fn its_need(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    need: Uuid,
) -> Result<Need, Stop<PilotErrorCode>> {
    let mut found = needs::by_ids(app, viewer, &[need]).await?;
    let found = found.remove(&need).ok_or(Error::NotFound)?;
    let supporters = needs::supporters_of(app, &[need]).await?;
    let supports = supporters
        .get(&need)
        .is_some_and(|all| all.iter().any(|of| of.council_id == council));
    if found.council_id == council || supports {
        return Ok(found);
    }
    let message = "this need is another council\u{2019}s: say \u{2018}us too\u{2019} first";
    Err(Stop::refuse(PilotErrorCode::NotItsNeed, "need", message))
}

/// Drafts a pilot of a council in the words of one that was published, its own or another's, and keeps which. Dates and
/// the need it answered are not copied.
///
/// # Errors
/// When there is no such pilot that the viewer may know of, it was not published, or the viewer may not.
pub async fn copy(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    pilot: Uuid,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    authorize(viewer, Action::DraftPilot, Resource::Council(council))?;
    let source = super::one(app, viewer, pilot).await?.ok_or(Error::NotFound)?;
    if !source.state.is_public() {
        let message = "only a pilot that was published can be copied";
        return Err(Stop::refuse(PilotErrorCode::NotPublished, "pilot", message));
    }
    let said = Draft {
        need_id: None,
        questions_until: None,
        award_on: None,
        starts_on: None,
        decides_on: None,
        ..source.said
    };
    begin(app, viewer, council, said, Some(source.id)).await
}

/// A new draft, written in somebody else's words or in the council's own.
async fn begin(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    said: Draft,
    copied_from: Option<Uuid>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let permit = authorize(viewer, Action::DraftPilot, Resource::Council(council))?;
    rules::check(&said).stop()?;
    let pilot = Pilot {
        id: app.new_id(),
        council_id: council,
        said,
        state: State::Draft,
        deadline_at: None,
        opened_at: None,
        contract_id: None,
        standstill_until: None,
        outcome_reason: None,
        published_at: None,
        lawful_because: None,
        copied_from,
        written_by: permit.actor(),
        approved_by: None,
        review: None,
        version: 1,
    };
    let txn = app.db.begin().await?;
    store::insert(&txn, &permit, &pilot, app.clock.now()).await?;
    let detail = serde_json::json!({ "drafted": pilot.said.title, "copied from": copied_from });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Changes what a pilot says before it is public. One that was in review is a draft again, and nobody has approved
/// what it says now. Which pilot it was copied from stays.
///
/// # Errors
/// When it has another version or is public, every reason it makes no sense, or the viewer may not.
pub async fn edit(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    change: impl FnOnce(&mut Draft),
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = super::for_change(app, &txn, viewer, id, version, Action::DraftPilot).await?;
    if !pilot.state.is_written() {
        return Err(not_a_draft());
    }
    let was = pilot.said.clone();
    change(&mut pilot.said);
    rules::check(&pilot.said).stop()?;
    let changed = rules::changed(&was, &pilot.said);
    (pilot.state, pilot.written_by) = (State::Draft, permit.actor());
    pilot.approved_by = None;
    // What a reviewer asked to be mended stays in sight while it is mended.
    let sent_back = |review: &Review| review.decision == Decision::SentBack;
    pilot.review = pilot.review.take().filter(sent_back);
    store::put_said(&txn, &permit, &pilot).await?;
    let detail = serde_json::json!({ "edited": true, "changes": changed });
    Ok(super::change(app, txn, &permit, pilot, detail).await?)
}
