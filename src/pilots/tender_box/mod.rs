//! The tender box of a pilot: where bids and their drafts lie until the deadline, so that whoever has the database can
//! tell neither what they say nor how many there are.
//!
//! From its publication on a pilot has pieces of one size, all encrypted, most of them empty ([`piece`]): more are added many
//! at a time. What a supplier wrote is cut into as many as it needs, in places drawn by lot, and moves to others each
//! time it is written. After the deadline the first who has to do with the pilot takes the bids out ([`open`]); what was
//! only drafted stays where it is.

mod piece;
mod store;

use super::bids::{BidDraft, State};
use super::seal::Sealed;
use super::{Pilot, State as PilotState};
use crate::access::Permit;
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::bid;
use piece::Piece;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// So often what a supplier has is read again while others write.
const TRIES: usize = 100;

/// What one supplier has in the box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Whose it is.
    pub(super) supplier: Uuid,
    /// The bid, which has its number before it is submitted.
    pub(super) id: Uuid,
    /// The version of its last draft: of those that were thrown away, too.
    pub(super) drafts: i32,
    /// Bytes of the files that were ever attached.
    pub(super) attached: u64,
    /// What is being written.
    pub(super) draft: Option<BidDraft>,
    /// What was submitted.
    pub(super) bid: Option<Inside>,
}

/// A bid in the box: the row that it becomes when it is taken out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Inside {
    state: String,
    version: i32,
    #[serde(with = "base64ed")]
    sealed: Vec<u8>,
    #[serde(with = "base64ed")]
    wrapped_key: Vec<u8>,
    #[serde(with = "base64ed")]
    digest: Vec<u8>,
    received_at: DateTime<Utc>,
    audit_head: Option<String>,
}

impl Kept {
    /// Nothing yet, of a supplier that begins now.
    pub(super) fn new(supplier: Uuid, id: Uuid) -> Self {
        Self {
            supplier,
            id,
            drafts: 0,
            attached: 0,
            draft: None,
            bid: None,
        }
    }

    /// Whether a bid was submitted and not taken back.
    pub(super) fn is_in(&self) -> bool {
        let withdrawn = State::Withdrawn.as_str();
        self.bid.as_ref().is_some_and(|bid| bid.state != withdrawn)
    }

    /// The bid as a row.
    pub(super) fn row(&self, pilot: Uuid) -> Option<bid::Model> {
        let inside = self.bid.clone()?;
        Some(bid::Model {
            id: self.id,
            pilot_id: pilot,
            supplier_id: self.supplier,
            state: inside.state,
            version: inside.version,
            sealed: inside.sealed,
            wrapped_key: inside.wrapped_key,
            digest: inside.digest,
            received_at: inside.received_at,
            audit_head: inside.audit_head,
            feedback: None,
        })
    }

    /// Puts a bid in, in the place of the one before it.
    pub(super) fn put(&mut self, row: bid::Model) {
        self.bid = Some(Inside {
            state: row.state,
            version: row.version,
            sealed: row.sealed,
            wrapped_key: row.wrapped_key,
            digest: row.digest,
            received_at: row.received_at,
            audit_head: row.audit_head,
        });
    }
}

/// Sets the box up for a pilot that is being published.
pub(super) async fn set_up(
    app: &App,
    txn: &DatabaseTransaction,
    _permit: &Permit,
    pilot: Uuid,
) -> Result<(), Error> {
    store::put(txn, piece::empty(app, pilot, 0)).await
}

/// What a supplier has in the box.
pub(super) async fn of_supplier(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: Uuid,
    supplier: Uuid,
) -> Result<Option<Kept>, Error> {
    for _ in 0..TRIES {
        let mut lids = store::lids(db, pilot).await?;
        lids.retain(|lid| lid.is_of(&app.secret, supplier));
        if lids.is_empty() {
            return Ok(None);
        }
        let ordinals: Vec<i32> = lids.iter().map(|lid| lid.ordinal).collect();
        let pieces = store::pieces(db, pilot, Some(&ordinals)).await?;
        // Where somebody wrote in between, they are other pieces now.
        if pieces
            .iter()
            .map(|piece| &piece.mask)
            .eq(lids.iter().map(|lid| &lid.mask))
        {
            return Ok(put_together(app, pilot, pieces)?.pop());
        }
    }
    Err(Error::fault(format!(
        "the tender box of pilot {pilot} is never at rest"
    )))
}

/// What is in the box, in no order that tells anything.
pub(super) async fn all(app: &App, db: &impl ConnectionTrait, pilot: Uuid) -> Result<Vec<Kept>, Error> {
    put_together(app, pilot, store::pieces(db, pilot, None).await?)
}

/// Writes what a supplier has now, the pilot's row held.
pub(super) async fn put(
    app: &App,
    txn: &DatabaseTransaction,
    _permit: &Permit,
    pilot: Uuid,
    kept: &Kept,
) -> Result<(), Error> {
    let content = serde_json::to_vec(kept).map_err(Error::fault)?;
    let lids = store::lids(txn, pilot).await?;
    let written = piece::rewritten(app, pilot, kept.supplier, &content, &lids);
    store::put(txn, written).await
}

/// Puts the bids of an open pilot in that were submitted before there were tender boxes.
pub(super) async fn put_in(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    pilot: Uuid,
) -> Result<(), Error> {
    for row in super::store::bids(txn, pilot).await? {
        let mut kept = Kept::new(row.supplier_id, row.id);
        super::store::drop_bid(txn, permit, row.id).await?;
        kept.put(row);
        put(app, txn, permit, pilot, &kept).await?;
    }
    Ok(())
}

/// Takes the bids out once the deadline has passed by the database's clock, the pilot's row held. From then on each has
/// a row of its own, still sealed.
pub(super) async fn open(app: &App, txn: &impl ConnectionTrait, pilot: &mut Pilot) -> Result<(), Error> {
    let Some(deadline) = pilot.deadline_at.filter(|_| pilot.state == PilotState::Published) else {
        return Ok(());
    };
    if pilot.opened_at.is_some() {
        return Ok(());
    }
    let now = app.db.time(txn, &app.clock).await?;
    if now < deadline {
        return Ok(());
    }
    let mut drafts = Vec::new();
    for mut kept in all(app, txn, pilot.id).await? {
        if let Some(row) = kept.row(pilot.id) {
            super::store::put_bid(txn, row).await?;
        }
        kept.bid = None;
        drafts.extend(kept.draft.is_some().then_some(kept));
    }
    store::clear(txn, pilot.id).await?;
    let mut pieces: Vec<Piece> = Vec::new();
    for kept in drafts {
        let content = serde_json::to_vec(&kept).map_err(Error::fault)?;
        let packed = piece::packed(app, pilot.id, kept.supplier, &content, pieces.len()..);
        pieces.extend(packed);
    }
    store::put(txn, pieces).await?;
    pilot.opened_at = Some(now);
    super::store::opened(txn, pilot.id, now).await
}

/// The bid of a supplier, wherever it lies.
pub(super) async fn bid_of(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: Uuid,
    supplier: Uuid,
) -> Result<Option<bid::Model>, Error> {
    // The box first: what is taken out of it in between is found as a row.
    let inside = of_supplier(app, db, pilot, supplier).await?;
    let inside = inside.and_then(|kept| kept.row(pilot));
    Ok(super::store::bid(db, pilot, supplier).await?.or(inside))
}

/// The bids for a pilot that were not taken back, wherever they lie, in the order of their numbers.
pub(super) async fn bids_of(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: Uuid,
) -> Result<Vec<bid::Model>, Error> {
    let mut rows = bids_ever(app, db, pilot).await?;
    rows.retain(|row| row.state != State::Withdrawn.as_str());
    Ok(rows)
}

/// The same, with those that were taken back.
pub(super) async fn bids_ever(
    app: &App,
    db: &impl ConnectionTrait,
    pilot: Uuid,
) -> Result<Vec<bid::Model>, Error> {
    // The box first: what is taken out of it in between is found as a row.
    let inside = all(app, db, pilot).await?;
    let inside = inside.iter().filter_map(|kept| kept.row(pilot));
    let mut rows: BTreeMap<Uuid, bid::Model> = inside.map(|row| (row.id, row)).collect();
    let taken_out = super::store::bids(db, pilot).await?;
    rows.extend(taken_out.into_iter().map(|row| (row.id, row)));
    Ok(rows.into_values().collect())
}

/// Which suppliers work on a bid for a pilot or have one in, while they lie in the box.
pub(super) async fn bidders(app: &App, db: &impl ConnectionTrait, pilot: Uuid) -> Result<Vec<Kept>, Error> {
    let mut inside = all(app, db, pilot).await?;
    inside.retain(|kept| kept.draft.is_some() || kept.is_in());
    Ok(inside)
}

/// What a bid is sealed as.
pub(super) fn sealed(row: &bid::Model) -> Sealed {
    Sealed {
        content: row.sealed.clone(),
        wrapped_key: row.wrapped_key.clone(),
    }
}

fn put_together(app: &App, pilot: Uuid, pieces: Vec<Piece>) -> Result<Vec<Kept>, Error> {
    let contents = piece::put_together(app, pilot, pieces)?;
    let read = contents
        .iter()
        .map(|content| serde_json::from_slice(content).map_err(Error::fault));
    read.collect()
}

mod base64ed {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(from)?)
            .map_err(D::Error::custom)
    }
}
