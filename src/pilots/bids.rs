//! Bids: taken until the deadline, sealed, and opened after it.
//!
//! The clock is read inside the transaction that holds the pilot's row: a bid is in time if that instant is
//! strictly before the deadline. A bid that is still sealed has a type without price or answers.

use super::rules::{Phase, phase};
use super::seal::{self, Place};
use super::{Pilot, store};
use crate::access::{Action, Permit, Resource, Viewer, authorize, may};
use crate::audit;
use crate::runtime::{App, Error, Refusal, Stop};
use chrono::{DateTime, Utc};
use entity::bid;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a bid says. Its canonical form is this struct as JSON, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The price in pence, VAT excluded.
    pub price_pence: i64,
    /// How the supplier would do it.
    pub answer: String,
}

/// What the bidder holds: it can be checked once bids are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The bid.
    pub bid_id: Uuid,
    /// Which version of it.
    pub version: i32,
    /// SHA-256 of the canonical content.
    pub digest: Vec<u8>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
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
    /// submitted, awarded or not_awarded.
    pub state: String,
    /// What it says.
    pub offer: Offer,
    /// What the bidder's receipt says.
    pub receipt: Receipt,
    /// What the council told this bidder with the outcome.
    pub feedback: Option<String>,
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
}

/// Submits a supplier's bid, or replaces it, until the deadline.
///
/// # Errors
/// When it comes too late or makes no sense; a late attempt is on the record, without what it said.
pub async fn submit(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    offer: Offer,
) -> Result<Receipt, Stop<BidErrorCode>> {
    let permit = authorize(viewer, Action::Bid, Resource::Supplier(supplier))?;
    let txn = app.db.begin().await?;
    let pilot = store::locked(&txn, pilot)
        .await?
        .filter(|p| super::visible(viewer, p))
        .ok_or(Error::NotFound)?;
    let now = app.clock.now();
    if phase(pilot.state, pilot.deadline_at, now) != Phase::Open {
        audit::record(
            app,
            &txn,
            &permit,
            "pilot",
            pilot.id,
            &serde_json::json!({ "refused bid": now }),
        )
        .await?;
        txn.commit().await.map_err(Error::from)?;
        return Err(Stop::refuse(
            BidErrorCode::NotOpen,
            "pilot",
            "this pilot does not take bids, or not any more",
        ));
    }
    let wrong = check(&pilot, &offer);
    if !wrong.is_empty() {
        return Err(wrong.into());
    }
    let receipt = write(app, &txn, &permit, &pilot, supplier, &offer, now).await?;
    let detail = serde_json::json!({ "version": receipt.version, "digest": hex::encode(&receipt.digest) });
    audit::record(app, &txn, &permit, "bid", receipt.bid_id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(receipt)
}

fn check(pilot: &Pilot, offer: &Offer) -> Vec<Refusal<BidErrorCode>> {
    let mut wrong = Vec::new();
    let mut refuse = |code, path: &str, message: String| {
        wrong.push(Refusal {
            code,
            path: path.into(),
            message,
        })
    };
    if offer.price_pence <= 0 || offer.price_pence > pilot.said.cap_pence {
        let message = format!(
            "{} pence is not 1 to the cap of {}",
            offer.price_pence, pilot.said.cap_pence
        );
        refuse(BidErrorCode::BadPrice, "pricePence", message);
    }
    if offer.answer.trim().is_empty() || offer.answer.len() > 100_000 {
        refuse(
            BidErrorCode::BadAnswer,
            "answer",
            "give an answer of at most 100,000 bytes".into(),
        );
    }
    wrong
}

async fn write(
    app: &App,
    txn: &sea_orm::DatabaseTransaction,
    permit: &Permit,
    pilot: &Pilot,
    supplier: Uuid,
    offer: &Offer,
    now: DateTime<Utc>,
) -> Result<Receipt, Error> {
    let before = store::bid(txn, pilot.id, supplier).await?;
    let (id, version) = before.map_or_else(|| (app.entropy.id(now), 1), |bid| (bid.id, bid.version + 1));
    let content = serde_json::to_vec(offer).map_err(Error::fault)?;
    let digest = Sha256::digest(&content).to_vec();
    let sealed = seal::seal(
        app,
        Place {
            pilot: pilot.id,
            bid: id,
            version,
        },
        &content,
    )?;
    let row = bid::Model {
        id,
        pilot_id: pilot.id,
        supplier_id: supplier,
        state: "submitted".into(),
        version,
        sealed: sealed.content,
        wrapped_key: sealed.wrapped_key,
        digest: digest.clone(),
        received_at: now,
        feedback: None,
    };
    store::put_bid(txn, permit, row).await?;
    Ok(Receipt {
        bid_id: id,
        version,
        digest,
        received_at: now,
    })
}

/// The bids for a pilot that the viewer may read: their suppliers' own; and once the deadline has passed, all of
/// them for those in the council who may. To everybody else there are none, before and after.
///
/// # Errors
/// When the database fails or a seal is broken.
pub async fn of_pilot(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Vec<OpenedBid>, Error> {
    let phase = phase(pilot.state, pilot.deadline_at, app.clock.now());
    let closed = matches!(phase, Phase::Closed | Phase::Awarded);
    if closed && may(viewer, Action::ReadBids, Resource::Council(pilot.council_id)) {
        let rows = store::bids_of(app.db.read(), pilot.id).await?;
        return rows.iter().map(|row| open(app, row)).collect();
    }
    let mut own = Vec::new();
    for supplier in viewer.suppliers() {
        if may(viewer, Action::Bid, Resource::Supplier(supplier)) {
            own.extend(store::bid(app.db.read(), pilot.id, supplier).await?);
        }
    }
    own.iter().map(|row| open(app, row)).collect()
}

/// Opens a bid; whoever calls has seen to it that it may be.
pub(super) fn open(app: &App, row: &bid::Model) -> Result<OpenedBid, Error> {
    let place = Place {
        pilot: row.pilot_id,
        bid: row.id,
        version: row.version,
    };
    let content = seal::open(app, place, &store::sealed(row))?;
    let offer = serde_json::from_slice(&content).map_err(Error::fault)?;
    let receipt = Receipt {
        bid_id: row.id,
        version: row.version,
        digest: row.digest.clone(),
        received_at: row.received_at,
    };
    Ok(OpenedBid {
        id: row.id,
        pilot_id: row.pilot_id,
        supplier_id: row.supplier_id,
        state: row.state.clone(),
        offer,
        receipt,
        feedback: row.feedback.clone(),
    })
}
