//! Pilots: small, capped, time-boxed opportunities, and the sealed bids for them.
//!
//! [`rules`] are pure. This front door drafts, publishes and lists; [`questions`] are asked and answered in public;
//! [`bids`] takes and opens bids; [`evaluation`] scores them; [`award`] decides for some of them, [`ending`] is for pilots
//! that end otherwise, [`undoing`] takes either back; [`results`] is what came of it; [`changes`] is what those who watch one are told. Until the deadline nobody but its bidder can learn what a bid says, nor how many there are.

pub mod award;
pub mod bids;
pub mod changes;
pub mod decisions;
pub mod disqualifying;
pub mod ending;
pub mod evaluation;
mod outcome;
pub mod questions;
pub mod results;
pub mod rules;
mod scoring;
mod seal;
mod store;
mod terms;
pub mod undoing;

pub use rules::Phase;
pub use scoring::Points;
pub use terms::{Category, Criterion, CriterionKind, Draft, PriceFormula, Reservation, TieRule};

use crate::access::{Action, Permit, Resource, Viewer, authorize, may, signed_in};
use crate::audit;
use crate::events::{self, About, Happened, Kind};
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, Stop, based_on, words};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

words! {
    /// Stored state of a pilot; what it is today is its phase.
    #[graphql(name = "PilotState")]
    State {
        /// Being written.
        Draft = "draft",
        /// A colleague reads it before it is published.
        InReview = "in_review",
        /// Public.
        Published = "published",
        /// Its bids are being scored.
        Evaluating = "evaluating",
        /// Decided for a bid.
        Awarded = "awarded",
        /// Decided for none.
        NoneSuitable = "none_suitable",
        /// Stopped after it was published.
        Cancelled = "cancelled",
        /// Taken back before it was published.
        Withdrawn = "withdrawn",
    }
}

impl State {
    /// Whether everybody may know of it.
    fn is_public(self) -> bool {
        !matches!(self, Self::Draft | Self::InReview | Self::Withdrawn)
    }
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
    /// The award, in the register; the first of several.
    pub contract_id: Option<Uuid>,
    /// An award stands still until then.
    pub standstill_until: Option<DateTime<Utc>>,
    /// Why it ended as it did.
    pub outcome_reason: Option<String>,
    /// Counts its changes. Bids and questions are none: nobody is to learn from it how many there are.
    pub version: i32,
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
    /// The service is not in the Local Government Service List.
    UnknownService,
    /// The CPV code does not have eight digits.
    BadCpv,
    /// Weights do not add to 100 with exactly one criterion for price.
    BadCriteria,
    /// The deadline is not in the future.
    BadDeadline,
    /// It is not a draft any more.
    NotADraft,
    /// It has not been published, or it has ended.
    NotPublished,
    /// Its deadline has not passed, or it is decided.
    NotClosed,
    /// The quality of the bids is not locked: nothing is decided on scores that may change.
    NotLocked,
    /// A bid of a higher rank was passed over. It is awarded too, or disqualified with a reason.
    NotFirst,
    /// The prices of the bids that win are more than the cap together.
    OverCap,
    /// It has not been decided, or that has been undone.
    NotDecided,
    /// A bidder has no feedback: nobody is left without.
    NoFeedback,
    /// No such bid for this pilot.
    NoSuchBid,
    /// It was changed since the version this was based on.
    Conflict,
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
    rules::check(&said).stop()?;
    let pilot = Pilot {
        id: app.new_id(),
        council_id: council,
        said,
        state: State::Draft,
        deadline_at: None,
        contract_id: None,
        standstill_until: None,
        outcome_reason: None,
        version: 1,
    };
    let txn = app.db.begin().await?;
    store::insert(&txn, &permit, &pilot, app.clock.now()).await?;
    let detail = serde_json::json!({ "drafted": pilot.said.title });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

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
    let (mut pilot, permit) = for_change(&txn, viewer, id, version, Action::DraftPilot).await?;
    if pilot.state != State::Draft {
        return Err(not_a_draft());
    }
    pilot.state = State::InReview;
    let detail = serde_json::json!({ "in review": true });
    Ok(change(app, txn, &permit, pilot, detail).await?)
}

/// Publishes a draft, reviewed or not, with a deadline in the future.
///
/// # Errors
/// When it has another version or is no draft, the deadline has passed, or the viewer may not.
pub async fn publish(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    deadline: DateTime<Utc>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = for_change(&txn, viewer, id, version, Action::PublishPilot).await?;
    if !matches!(pilot.state, State::Draft | State::InReview) {
        return Err(not_a_draft());
    }
    if deadline <= app.clock.now() {
        let message = format!("{deadline} has passed");
        return Err(Stop::refuse(PilotErrorCode::BadDeadline, "deadlineAt", message));
    }
    (pilot.state, pilot.deadline_at) = (State::Published, Some(deadline));
    events::record(app, &txn, vec![event(&pilot, Kind::PilotPublished, "published")]).await?;
    let detail = serde_json::json!({ "published until": deadline });
    Ok(change(app, txn, &permit, pilot, detail).await?)
}

/// Moves the deadline of an open pilot, for everybody and only to later. Its bidders and whoever watches it are told.
///
/// # Errors
/// When it has another version or is not open, the deadline is no later than it was, or the viewer may not.
pub async fn extend(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    deadline: DateTime<Utc>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (mut pilot, permit) = for_change(&txn, viewer, id, version, Action::PublishPilot).await?;
    let until = pilot.deadline_at.unwrap_or(deadline);
    if rules::phase(pilot.state, pilot.deadline_at, app.clock.now()) != Phase::Open {
        let message = "its deadline has passed, or it is not published";
        return Err(Stop::refuse(PilotErrorCode::NotPublished, "", message));
    }
    if deadline <= until {
        let message = format!("{deadline} is not later than {until}");
        return Err(Stop::refuse(PilotErrorCode::BadDeadline, "deadlineAt", message));
    }
    pilot.deadline_at = Some(deadline);
    events::void(&txn, &[changes::closing_key(id, until)], "the deadline moved").await?;
    let moved = Happened {
        detail: serde_json::json!({ "deadlineAt": { "from": until, "to": deadline } }),
        ..event(
            &pilot,
            Kind::PilotChanged,
            &format!("deadline/{}", deadline.to_rfc3339()),
        )
    };
    events::record(app, &txn, vec![moved]).await?;
    let detail = serde_json::json!({ "deadline": { "from": until, "to": deadline } });
    Ok(change(app, txn, &permit, pilot, detail).await?)
}

/// Something that happened to a pilot, and happens to it once by this name.
fn event(pilot: &Pilot, kind: Kind, name: &str) -> Happened {
    let key = format!("{}/{name}", pilot.id);
    Happened::now(kind, key, pilot.council_id, About::Pilot(pilot.id))
}

fn not_a_draft() -> Stop<PilotErrorCode> {
    Stop::refuse(
        PilotErrorCode::NotADraft,
        "",
        "this pilot is not a draft any more",
    )
}

/// A pilot of this version to be changed, its row held until the transaction ends, with leave to change it so.
async fn for_change(
    txn: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    action: Action,
) -> Result<(Pilot, Permit), Stop<PilotErrorCode>> {
    let (pilot, permit) = held(txn, viewer, id, action).await?;
    based_on(version, pilot.version, PilotErrorCode::Conflict)?;
    Ok((pilot, permit))
}

/// The same, whatever its version.
async fn held(
    txn: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
    action: Action,
) -> Result<(Pilot, Permit), Error> {
    signed_in(viewer)?;
    let pilot = store::locked(txn, id)
        .await?
        .filter(|pilot| visible(viewer, pilot))
        .ok_or(Error::NotFound)?;
    let permit = authorize(viewer, action, Resource::Council(pilot.council_id))?;
    Ok((pilot, permit))
}

/// Writes a changed pilot, which has a version more now, and the record of it, and ends the transaction.
async fn change(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    mut pilot: Pilot,
    detail: serde_json::Value,
) -> Result<Pilot, Error> {
    pilot.version += 1;
    store::update(&txn, permit, &pilot, app.clock.now()).await?;
    audit::record(app, &txn, permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await?;
    app.work.wrote();
    Ok(pilot)
}

impl Pilot {
    /// What it is at an instant.
    pub fn phase(&self, now: DateTime<Utc>) -> Phase {
        match rules::phase(self.state, self.deadline_at, now) {
            Phase::Awarded if self.standstill_until.is_some_and(|until| now < until) => Phase::Standstill,
            phase => phase,
        }
    }
}

/// What is not public is for the council's own.
fn visible(viewer: &Viewer, pilot: &Pilot) -> bool {
    pilot.state.is_public() || may(viewer, Action::SeeDrafts, Resource::Council(pilot.council_id))
}

/// How many changes a pilot has had, for those of its council who write it or read its bids. Each disqualified bid is one:
/// to others it would tell of them.
pub fn version_for(viewer: &Viewer, pilot: &Pilot) -> Option<i32> {
    let council = Resource::Council(pilot.council_id);
    let counts = [Action::SeeDrafts, Action::ReadBids];
    let told = counts.iter().any(|action| may(viewer, *action, council));
    told.then_some(pilot.version)
}

/// A pilot that the viewer may know of.
///
/// # Errors
/// When the database fails.
pub async fn one(app: &App, viewer: &Viewer, id: Uuid) -> Result<Option<Pilot>, Error> {
    let found = store::one(app.db.read(), id).await?;
    Ok(found.filter(|pilot| visible(viewer, pilot)))
}

/// The pilots whose awards these contracts are, by contract.
///
/// # Errors
/// When the database fails.
pub async fn of_contracts(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Pilot>, Error> {
    let of = decisions::pilots_of(app, contracts).await?;
    let ids: Vec<Uuid> = of.values().copied().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let found = store::by_ids(app.db.read(), &ids).await?;
    let found: HashMap<Uuid, Pilot> = found.into_iter().map(|pilot| (pilot.id, pilot)).collect();
    let pairs = of
        .into_iter()
        .filter_map(|(contract, id)| Some((contract, found.get(&id)?.clone())));
    Ok(pairs.collect())
}

/// Which pilots; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct PilotFilter {
    /// Of this council.
    pub council: Option<Uuid>,
    /// In one of these phases now; any, if none is named.
    pub phases: Vec<Phase>,
}

/// A page of the pilots that the viewer may know of, newest first.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, viewer: &Viewer, filter: &PilotFilter, cut: &Cut) -> Result<Page<Pilot>, Error> {
    let mut own = viewer.councils();
    own.retain(|council| may(viewer, Action::SeeDrafts, Resource::Council(*council)));
    store::list(app.db.read(), filter, &own, app.clock.now(), cut).await
}
