//! Pilots: small, capped, time-boxed opportunities, and the sealed bids for them.
//!
//! [`rules`] and [`timetable`] are pure. [`draft`] and [`edit`] write what is not public, [`review`] and [`publish`] are
//! another's eyes on it, and this front door lists; [`questions`] are asked and answered in public; [`eligibility`]
//! says who may bid; [`bids`] takes and opens bids, [`attachments`] their files; [`evaluation`] scores them; [`award`]
//! decides for some of them, [`ending`] is for pilots that end otherwise, [`undoing`] takes either back; [`results`] is what
//! came of it; [`changes`] is what those who watch one are told; [`pack`] is the whole record for whoever audits it. Until
//! the deadline nobody but its bidder can learn what a bid says, nor how many there are. What is published never changes but
//! by its numbered [`addenda`].

pub mod addenda;
pub mod attachments;
pub mod award;
pub mod bids;
pub mod changes;
pub mod decisions;
pub mod disqualifying;
mod drafting;
pub mod eligibility;
pub mod ending;
pub mod evaluation;
mod lawful;
mod outcome;
pub mod pack;
mod publishing;
pub mod questions;
pub mod receipt;
pub mod results;
pub mod rules;
mod scoring;
mod seal;
mod store;
mod tender_box;
mod terms;
pub mod timetable;
pub mod undoing;

pub use crate::law::Category;
pub use addenda::extend;
pub use drafting::{FromNeed, copy, draft, draft_from_need, edit};
pub use lawful::guidance;
pub use publishing::{publish, review, submit_for_review};
pub use rules::Phase;
pub use scoring::Points;
pub use terms::{Criterion, CriterionKind, Decision, Draft, PriceFormula, Reservation, Review, TieRule};

use crate::access::{Action, Permit, Resource, Viewer, authorize, may, signed_in};
use crate::audit;
use crate::councils::calendar::Calendar;
use crate::councils::directory;
use crate::events::{About, Happened, Kind};
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
    /// Whether it is still being written.
    fn is_written(self) -> bool {
        matches!(self, Self::Draft | Self::InReview)
    }

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
    /// When its bids were taken out of the tender box, once they were.
    pub opened_at: Option<DateTime<Utc>>,
    /// The award, in the register; the first of several.
    pub contract_id: Option<Uuid>,
    /// An award stands still until then.
    pub standstill_until: Option<DateTime<Utc>>,
    /// Why it ended as it did.
    pub outcome_reason: Option<String>,
    /// When it was published.
    pub published_at: Option<DateTime<Utc>>,
    /// Why its reservation was lawful when it was published.
    pub lawful_because: Option<String>,
    /// The pilot that it was copied from, another council's maybe.
    pub copied_from: Option<Uuid>,
    /// Who wrote it last.
    pub written_by: Option<Uuid>,
    /// Who else has approved what is written now.
    pub approved_by: Option<Uuid>,
    /// What came of its last review.
    pub review: Option<Review>,
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
    /// Two dates of the timetable do not go together, or one has passed.
    BadTimetable,
    /// A standstill is 0 to 60 working days.
    BadStandstill,
    /// Nobody but its last author has approved it, and the council has somebody else who may publish.
    NeedsAnotherApprover,
    /// It does not wait for a review.
    NotInReview,
    /// The table of law says that it may not be so reserved.
    NotLawful,
    /// The need is another council's, and this one has not said "us too".
    NotItsNeed,
    /// It has all the addenda that a pilot may have.
    TooManyAddenda,
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
    /// Its result is published.
    HasResult,
    /// It was changed since the version this was based on.
    Conflict,
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
    app: &App,
    txn: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    action: Action,
) -> Result<(Pilot, Permit), Stop<PilotErrorCode>> {
    let (pilot, permit) = held(app, txn, viewer, id, action).await?;
    based_on(version, pilot.version, PilotErrorCode::Conflict)?;
    Ok((pilot, permit))
}

/// The same, whatever its version.
async fn held(
    app: &App,
    txn: &DatabaseTransaction,
    viewer: &Viewer,
    id: Uuid,
    action: Action,
) -> Result<(Pilot, Permit), Error> {
    signed_in(viewer)?;
    let pilot = store::locked(app, txn, id)
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

/// The working days of a pilot's council.
fn calendar(pilot: &Pilot) -> Calendar {
    directory().calendar(pilot.council_id)
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

/// Pilots by id; those that the viewer may not know of are not in the answer.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(app: &App, viewer: &Viewer, ids: &[Uuid]) -> Result<HashMap<Uuid, Pilot>, Error> {
    let found = store::by_ids(app.db.read(), ids).await?;
    let known = found.into_iter().filter(|pilot| visible(viewer, pilot));
    Ok(known.map(|pilot| (pilot.id, pilot)).collect())
}

/// What came of a pilot's last review, for those of its council who write pilots.
pub fn review_for<'a>(viewer: &Viewer, pilot: &'a Pilot) -> Option<&'a Review> {
    let own = may(viewer, Action::SeeDrafts, Resource::Council(pilot.council_id));
    pilot.review.as_ref().filter(|_| own)
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
