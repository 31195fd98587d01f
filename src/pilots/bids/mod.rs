//! Bids: written as [`drafts`], taken until the deadline, sealed, and opened after it.
//!
//! Until the deadline they lie in the pilot's tender box, then in rows of their own.
//! The database's clock is read inside the transaction that holds the pilot's row, after it: a bid is in time if that
//! instant is strictly before the deadline, whichever node took it. Only an [`OpenedBid`] has a price or an answer, and only this file makes one.

pub mod drafts;
pub mod files;
mod offer;

pub use drafts::BidDraft;
pub use offer::{CriterionAnswer, Declaration, Held, Offer, Words};

use super::receipt::Receipt;
use super::rules::Phase;
use super::seal::{self, Place};
use super::tender_box::{self, Kept};
use super::{Pilot, Points, evaluation, outcome, scoring, store};
use crate::access::{Action, Permit, Resource, Viewer, attempted, authorize, may};
use crate::audit::{self, Head};
use crate::runtime::clock::london_date;
use crate::runtime::{App, Error, Stop, based_on, words};
use crate::suppliers::{self, evidence};
use chrono::{DateTime, Duration, Utc};
use entity::bid;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

words! {
    /// What became of a bid.
    #[graphql(name = "BidState")]
    State {
        /// In, in time.
        Submitted = "submitted",
        /// Taken back by its bidder.
        Withdrawn = "withdrawn",
        /// Not counted, for a reason that its bidder was told.
        Disqualified = "disqualified",
        /// It won.
        Awarded = "awarded",
        /// It did not win.
        NotAwarded = "not_awarded",
    }
}

/// A bid that may be read: by its bidder always, by the council after the deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedBid {
    /// Identifier.
    pub id: Uuid,
    /// The pilot it is for.
    pub pilot_id: Uuid,
    /// Whose it is.
    pub supplier_id: Uuid,
    /// What became of it.
    pub state: State,
    /// Counts its changes.
    pub version: i32,
    /// What it says.
    pub offer: Offer,
    /// What the bidder's receipt says.
    pub receipt: Receipt,
    /// What the council told this bidder with the outcome.
    pub feedback: Option<String>,
    /// The text whose SHA-256 is the receipt's digest: the offer, with a salt that nobody can guess a price past.
    pub canonical: String,
    /// Its points: for the council as they are given, for its bidder once the pilot is decided.
    pub points: Vec<Points>,
    /// The winner's points, once there is one; of several, the best's.
    pub winners_points: Vec<Points>,
}

/// What is sealed. Its canonical form is this struct as JSON, in this order.
#[derive(Serialize, Deserialize)]
struct Content {
    salt: String,
    #[serde(flatten)]
    offer: Offer,
}

/// Why a bid was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum BidErrorCode {
    /// The pilot does not take bids, or not any more.
    NotOpen,
    /// The price is not more than nothing, or over the cap.
    BadPrice,
    /// The answer is blank or over 100,000 bytes.
    BadAnswer,
    /// The pilot is reserved, and something in the supplier's profile speaks against it: each reason is told apart, as
    /// `Pilot.eligibility` tells them before anything is written.
    NotEligible,
    /// An answer is to a criterion that the pilot does not have, or to one twice.
    BadCriterion,
    /// Something that every bidder declares is not declared.
    NotDeclared,
    /// There is no bid to take back.
    NoBid,
    /// There is no draft.
    NoDraft,
    /// The draft has no file of that name.
    NoFile,
    /// A file has over 10 MiB, or the bid's files would have over 50 MiB together.
    FileTooLarge,
    /// The bid has 20 files already.
    TooManyFiles,
    /// A file is none of PDF, DOCX, XLSX, PPTX, ODT, ODS, ODP, PNG, JPEG, CSV and plain text in UTF-8.
    UnknownFileType,
    /// A file's name ends as that of another type.
    FileNotAsNamed,
    /// A file holds macros or other programs.
    FileHasMacros,
    /// A file is protected by a password.
    FileEncrypted,
    /// A file's name is blank, has over 120 characters, or is that of another file of the bid.
    BadFileName,
    /// There is nothing in a file.
    EmptyFile,
    /// The supplier's bid was changed since the version this was based on.
    Conflict,
}

/// What is submitted.
#[derive(Clone, Debug)]
pub enum Submission {
    /// This, for this price in pence.
    Given(i64, Words),
    /// The supplier's draft, of this version.
    Draft(i32),
}

/// Submits a supplier's bid, or replaces the version told, until the deadline. A draft stays, to be worked on.
///
/// # Errors
/// When it comes too late, replaces another version than there is, or makes no sense; a late attempt is on the record,
/// without what it said.
pub async fn submit(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    replaces: Option<i32>,
    submission: Submission,
) -> Result<Receipt, Stop<BidErrorCode>> {
    let (txn, pilot, permit, now) = in_time(app, viewer, pilot, supplier, Some("to bid")).await?;
    let kept = tender_box::of_supplier(app, &txn, pilot.id, supplier).await?;
    let before = kept.as_ref().and_then(|kept| kept.row(pilot.id));
    let current = before.map_or(0, |bid| bid.version);
    based_on(replaces.unwrap_or(0), current, BidErrorCode::Conflict).map_err(|stop| {
        let stop = stop.at("replaces");
        match replaces {
            None => stop.saying(&format!(
                "you have a bid already: replaces: {current} puts this in its place"
            )),
            Some(_) => stop,
        }
    })?;
    let (price, words) = match submission {
        Submission::Given(price, words) => (Some(price), words),
        Submission::Draft(version) => {
            let draft = drafts::with_draft(kept.clone())?.1;
            based_on(version, draft.version, BidErrorCode::Conflict)?;
            (draft.price_pence, draft.words)
        }
    };
    let profile = suppliers::by_ids_in(&txn, &[supplier]).await?.remove(&supplier);
    offer::check(&pilot, profile.as_ref(), price, &words, now).stop()?;
    let evidence = evidence::in_force(&txn, supplier, london_date(now)).await?;
    let offer = Offer {
        price_pence: price.unwrap_or_default(),
        words,
        evidence: evidence.into_iter().map(Held::from).collect(),
    };
    let mut kept = kept.unwrap_or_else(|| Kept::new(supplier, app.entropy.id(now)));
    let place = Place {
        pilot: pilot.id,
        bid: kept.id,
        version: current + 1,
    };
    let mut row = received(app, place, supplier, offer, now)?;
    let mut receipt = receipt(&row);
    let digest = hex::encode(&receipt.digest);
    // Sealed in the log, too: whoever has the database is not to tell a bid from a draft.
    let detail = json!({ "pilot": pilot.id, "version": receipt.version, "digest": digest,
        "received": receipt.received_at });
    let root = audit::record(app, &txn, &permit, "bid", kept.id, &audit::sealed(app, &detail)).await?;
    let head = audit::sign(app, root);
    row.audit_head = Some(head.line());
    receipt.head = Some(head);
    kept.put(row);
    tender_box::put(app, &txn, &permit, pilot.id, &kept).await?;
    outcome::confirm(app, &txn, &permit, &pilot, &receipt).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(receipt)
}

/// Takes a supplier's bid back, until the deadline. It can be submitted again.
///
/// # Errors
/// When it is too late, there is none or one of another version, or the viewer may not.
pub async fn withdraw(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    version: i32,
) -> Result<OpenedBid, Stop<BidErrorCode>> {
    let (txn, pilot, permit, _) = in_time(app, viewer, pilot, supplier, Some("to take a bid back")).await?;
    let none = || {
        let message = "there is no bid of this supplier to take back";
        Stop::refuse(BidErrorCode::NoBid, "pilot", message)
    };
    let kept = tender_box::of_supplier(app, &txn, pilot.id, supplier).await?;
    let mut kept = kept.ok_or_else(none)?;
    let mut row = kept.row(pilot.id).ok_or_else(none)?;
    based_on(version, row.version, BidErrorCode::Conflict)?;
    if row.state != State::Submitted.as_str() {
        return Err(none());
    }
    row.state = State::Withdrawn.as_str().to_owned();
    // The seal holds for one version: it is sealed anew for the next.
    let content = seal::open(app, place(&row), &tender_box::sealed(&row))?;
    row.version += 1;
    let sealed = seal::seal(app, place(&row), &content)?;
    (row.sealed, row.wrapped_key) = (sealed.content, sealed.wrapped_key);
    kept.put(row.clone());
    tender_box::put(app, &txn, &permit, pilot.id, &kept).await?;
    let detail = json!({ "pilot": pilot.id, "withdrawn": version });
    audit::record(app, &txn, &permit, "bid", row.id, &audit::sealed(app, &detail)).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(open(app, &row)?)
}

/// The pilot, its row held, at an instant before its deadline. What is tried later is on the record, where it is told.
async fn in_time(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    tried: Option<&str>,
) -> Result<(DatabaseTransaction, Pilot, Permit, DateTime<Utc>), Stop<BidErrorCode>> {
    let permit = authorize(viewer, Action::Bid, Resource::Supplier(supplier))?;
    let txn = app.db.begin().await?;
    let pilot = store::locked(app, &txn, pilot)
        .await?
        .filter(|pilot| super::visible(viewer, pilot))
        .ok_or(Error::NotFound)?;
    let now = app.db.time(&txn, &app.clock).await?;
    if pilot.phase(now) == Phase::Open {
        tender_box::put_in(app, &txn, &permit, pilot.id).await?;
        return Ok((txn, pilot, permit, now));
    }
    txn.rollback().await.map_err(Error::from)?;
    let attempt = attempted(viewer, Action::Bid, Resource::Supplier(supplier));
    if let Some((attempt, tried)) = attempt.zip(tried) {
        let detail = json!({ "tried": tried, "deadline": pilot.deadline_at });
        audit::refused(app, &attempt, "pilot", pilot.id, detail).await?;
    }
    let message = "this pilot does not take bids, or not any more";
    Err(Stop::refuse(BidErrorCode::NotOpen, "pilot", message))
}

/// A bid as it is received: sealed.
fn received(
    app: &App,
    place: Place,
    supplier: Uuid,
    offer: Offer,
    now: DateTime<Utc>,
) -> Result<bid::Model, Error> {
    let salt = hex::encode(app.entropy.bytes::<16>());
    let content = serde_json::to_vec(&Content { salt, offer }).map_err(Error::fault)?;
    let sealed = seal::seal(app, place, &content)?;
    Ok(bid::Model {
        id: place.bid,
        pilot_id: place.pilot,
        supplier_id: supplier,
        state: State::Submitted.as_str().into(),
        version: place.version,
        sealed: sealed.content,
        wrapped_key: sealed.wrapped_key,
        digest: Sha256::digest(&content).to_vec(),
        received_at: now,
        audit_head: None,
        feedback: None,
    })
}

/// What a bid's receipt says.
fn receipt(row: &bid::Model) -> Receipt {
    let head = row.audit_head.as_deref();
    Receipt {
        pilot_id: row.pilot_id,
        bid_id: row.id,
        // Taking it back counts as a change, and nothing was received with it.
        version: row.version - i32::from(row.state == State::Withdrawn.as_str()),
        digest: row.digest.clone(),
        received_at: row.received_at,
        head: head.and_then(|line| Head::all_in(line).pop()),
    }
}

/// Asking for sealed bids again within this time is the same attempt: front ends ask with every page.
const SAME_ATTEMPT: Duration = Duration::hours(1);

/// The bids for a pilot that the viewer may read whole: their suppliers' own; and once the deadline has passed, all of
/// them for those in the council who may, and as soon as nothing of them is kept back from them. To everybody else there are none, before and after; that somebody signed in
/// asked while they are sealed is on the record, whether there are any or not.
///
/// # Errors
/// When the database fails or a seal is broken.
pub async fn of_pilot(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Vec<OpenedBid>, Error> {
    let phase = pilot.phase(app.clock.now());
    if evaluation::read::sight_of(app, viewer, pilot).await?.is_whole() {
        return all_of(app, app.db.read(), pilot).await;
    }
    let mut suppliers = viewer.suppliers();
    suppliers.retain(|supplier| may(viewer, Action::SeeOwnBids, Resource::Supplier(*supplier)));
    let council = Resource::Council(pilot.council_id);
    if phase.is_sealed() && (suppliers.is_empty() || may(viewer, Action::ReadBids, council)) {
        refuse_reading(app, viewer, pilot).await?;
    }
    if suppliers.is_empty() {
        return Ok(Vec::new());
    }
    let mut own = Vec::new();
    for supplier in &suppliers {
        own.extend(tender_box::bid_of(app, app.db.read(), pilot.id, *supplier).await?);
    }
    if phase.is_decided() && own.iter().any(|row| row.state != State::Withdrawn.as_str()) {
        let mut all = all_of(app, app.db.read(), pilot).await?;
        all.retain(|bid| suppliers.contains(&bid.supplier_id));
        return Ok(all);
    }
    own.iter().map(|row| open(app, row)).collect()
}

async fn refuse_reading(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<(), Error> {
    let council = Resource::Council(pilot.council_id);
    let Some(attempt) = attempted(viewer, Action::ReadBids, council) else {
        return Ok(());
    };
    if audit::was_refused(app, &attempt, pilot.id, SAME_ATTEMPT).await? {
        return Ok(());
    }
    let detail = json!({ "tried": "to read the bids", "deadline": pilot.deadline_at });
    audit::refused(app, &attempt, "pilot", pilot.id, detail).await
}

/// Every bid that was not taken back, opened, with its points; whoever calls has seen to it that they may be.
pub(super) async fn all_of(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: &Pilot,
) -> Result<Vec<OpenedBid>, Error> {
    let rows = tender_box::bids_of(app, db, pilot.id).await?;
    let opened = rows.iter().map(|row| open(app, row));
    let mut opened = opened.collect::<Result<Vec<_>, _>>()?;
    let standing = opened.iter().filter(|bid| bid.state != State::Disqualified);
    let prices: Vec<(Uuid, i64)> = standing.map(|bid| (bid.id, bid.offer.price_pence)).collect();
    let mut points = scoring::points(db, pilot, &prices).await?;
    let winners = opened.iter().filter(|bid| bid.state == State::Awarded);
    let winners = winners.filter_map(|bid| points.get(&bid.id));
    let best = winners.max_by_key(|points| scoring::total(pilot, points));
    let winners = best.cloned().unwrap_or_default();
    for bid in &mut opened {
        bid.points = points.remove(&bid.id).unwrap_or_default();
        bid.winners_points.clone_from(&winners);
    }
    Ok(opened)
}

/// What a bid's ciphertext belongs to.
fn place(row: &bid::Model) -> Place {
    Place {
        pilot: row.pilot_id,
        bid: row.id,
        version: row.version,
    }
}

fn open(app: &App, row: &bid::Model) -> Result<OpenedBid, Error> {
    let canonical =
        String::from_utf8(seal::open(app, place(row), &tender_box::sealed(row))?).map_err(Error::fault)?;
    let content: Content = serde_json::from_str(&canonical).map_err(Error::fault)?;
    Ok(OpenedBid {
        id: row.id,
        pilot_id: row.pilot_id,
        supplier_id: row.supplier_id,
        state: State::parse(&row.state).ok_or_else(|| Error::fault("a bid in no known state"))?,
        version: row.version,
        offer: content.offer,
        canonical,
        receipt: receipt(row),
        feedback: row.feedback.clone(),
        points: Vec::new(),
        winners_points: Vec::new(),
    })
}
