//! Pilots: small, capped, time-boxed opportunities, and the sealed bids for them.
//!
//! [`rules`] are pure. This front door drafts, publishes and lists; [`bids`] takes and opens bids; [`award`]
//! scores and decides. Until the deadline nobody but its bidder can learn what a bid says, nor how many there are.

pub mod award;
pub mod bids;
pub mod rules;
mod seal;
mod store;

pub use rules::Phase;

use crate::access::{Action, Resource, Viewer, authorize, may};
use crate::audit;
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Stop};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// What a pilot says when it is drafted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The need it answers.
    pub need_id: Option<Uuid>,
    /// In a line.
    pub title: String,
    /// What is to be tried.
    pub summary: String,
    /// What would make it a success.
    pub success_measures: String,
    /// The most it may cost, in pence without VAT.
    pub cap_pence: i64,
    /// How long it runs.
    pub weeks: i32,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<NaiveDate>,
    /// What bids are judged by.
    pub criteria: Vec<Criterion>,
}

/// What bids are judged by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// Its place, from 1.
    pub ordinal: i32,
    /// Quality or price.
    pub kind: CriterionKind,
    /// Name.
    pub name: String,
    /// What is looked for.
    pub description: String,
    /// Out of 100 over the whole pilot.
    pub weight: i32,
}

/// How a criterion is scored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum CriterionKind {
    /// By evaluators, out of 100, with reasons.
    Quality,
    /// By the formula: the lowest price over the bid's, times 100.
    Price,
}

/// Stored state of a pilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written.
    Draft,
    /// Public.
    Published,
    /// Decided.
    Awarded,
}

/// A pilot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pilot {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub council_id: Uuid,
    /// What it says.
    pub said: Draft,
    /// Stored state.
    pub state: State,
    /// Bids are in time strictly before it.
    pub deadline_at: Option<DateTime<Utc>>,
    /// The award, in the register.
    pub contract_id: Option<Uuid>,
    /// Why it was awarded as it was.
    pub outcome_reason: Option<String>,
}

/// Why something could not be done to a pilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum PilotErrorCode {
    /// A text is blank or too long.
    BadText,
    /// The cap is not more than nothing.
    BadCap,
    /// It lasts less than a week or more than a year.
    BadLength,
    /// Weights do not add to 100 with exactly one criterion for price.
    BadCriteria,
    /// The deadline is not in the future.
    BadDeadline,
    /// It is not a draft any more.
    NotADraft,
    /// Its deadline has not passed, or it is decided.
    NotClosed,
    /// A score is not 0 to 100, or has no reason, or is of no criterion of quality.
    BadScore,
    /// A bid has not been scored on every criterion.
    NotScored,
    /// A bidder has no feedback: nobody is left without.
    NoFeedback,
    /// No such bid for this pilot.
    NoSuchBid,
}

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
    let permit = authorize(viewer, Action::DraftPilot, Resource::Council(council))?;
    let wrong = rules::check(&said);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let pilot = Pilot {
        id: app.new_id(),
        council_id: council,
        said,
        state: State::Draft,
        deadline_at: None,
        contract_id: None,
        outcome_reason: None,
    };
    let txn = app.db.begin().await?;
    store::insert(&txn, &permit, &pilot, app.clock.now()).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "pilot",
        pilot.id,
        &serde_json::json!({ "drafted": pilot.said.title }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Publishes a draft with a deadline in the future.
///
/// # Errors
/// When it is no draft, the deadline has passed, or the viewer may not.
pub async fn publish(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    deadline: DateTime<Utc>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let mut pilot = store::locked(&txn, id)
        .await?
        .filter(|p| visible(viewer, p))
        .ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::PublishPilot, Resource::Council(pilot.council_id))?;
    if pilot.state != State::Draft {
        return Err(Stop::refuse(
            PilotErrorCode::NotADraft,
            "",
            "this pilot is not a draft any more",
        ));
    }
    let now = app.clock.now();
    if deadline <= now {
        return Err(Stop::refuse(
            PilotErrorCode::BadDeadline,
            "deadlineAt",
            format!("{deadline} has passed"),
        ));
    }
    (pilot.state, pilot.deadline_at) = (State::Published, Some(deadline));
    store::update(&txn, &permit, &pilot, now).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "pilot",
        id,
        &serde_json::json!({ "published until": deadline }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Drafts are for the council's own.
fn visible(viewer: &Viewer, pilot: &Pilot) -> bool {
    pilot.state != State::Draft || may(viewer, Action::DraftPilot, Resource::Council(pilot.council_id))
}

/// A pilot that the viewer may know of.
///
/// # Errors
/// When the database fails.
pub async fn one(app: &App, viewer: &Viewer, id: Uuid) -> Result<Option<Pilot>, Error> {
    Ok(store::one(app.db.read(), id)
        .await?
        .filter(|pilot| visible(viewer, pilot)))
}

/// A page of published pilots, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, _viewer: &Viewer, cut: &Cut) -> Result<Page<Pilot>, Error> {
    store::list(app.db.read(), cut).await
}
