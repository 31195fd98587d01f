//! Drafts of bids: shared within a supplier, saved as they are written, sealed as bids are. Nothing is told of them to
//! anybody else, before the deadline or after.

use super::super::Pilot;
use super::super::tender_box::{self, Kept};
use super::offer::{self, Words};
use super::{BidErrorCode, in_time};
use crate::access::{Action, Permit, Resource, Viewer, may};
use crate::audit;
use crate::runtime::{App, Error, Refusals, Stop, based_on};
use crate::suppliers;
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// A bid as far as it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BidDraft {
    /// Counts its changes.
    pub version: i32,
    /// When it was saved.
    pub saved_at: DateTime<Utc>,
    /// The price in pence, VAT excluded, once there is one.
    pub price_pence: Option<i64>,
    /// What is written.
    pub words: Words,
}

/// A supplier's draft, as its people read it.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The pilot it is for.
    pub pilot: Uuid,
    /// Whose it is.
    pub supplier: Uuid,
    /// The draft.
    pub draft: BidDraft,
    /// Why it would be refused if it were submitted as it is.
    pub missing: Refusals<BidErrorCode>,
}

/// Saves what a supplier's people have written, over the version told; they need not have finished.
///
/// # Errors
/// When it comes too late, is based on another version than there is, what there is makes no sense, or the viewer may
/// not.
pub async fn save(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    replaces: Option<i32>,
    price_pence: Option<i64>,
    words: Words,
) -> Result<Seen, Stop<BidErrorCode>> {
    let (txn, pilot, permit, now) = in_time(app, viewer, pilot, supplier, None).await?;
    let kept = tender_box::of_supplier(app, &txn, pilot.id, supplier).await?;
    let mut kept = kept.unwrap_or_else(|| Kept::new(supplier, app.entropy.id(now)));
    let before = kept.draft.take().unwrap_or_default();
    based_on(replaces.unwrap_or(0), before.version, BidErrorCode::Conflict)
        .map_err(|stop| stop.at("replaces"))?;
    kept.drafts += 1;
    let version = kept.drafts;
    offer::check_draft(&pilot, price_pence, &words).stop()?;
    kept.draft = Some(BidDraft {
        version,
        saved_at: now,
        price_pence,
        words: Words {
            attachments: before.words.attachments,
            ..words
        },
    });
    let said = json!({ "pilot": pilot.id, "draft": version });
    keep(app, txn, &permit, &pilot, &kept, said).await?;
    now_seen(app, &pilot, kept, now).await
}

/// Changes the files of a draft, of the version told.
pub(super) async fn change(
    app: &App,
    viewer: &Viewer,
    (pilot, supplier): (Uuid, Uuid),
    version: i32,
    mut said: serde_json::Value,
    change: impl FnOnce(&mut Kept, &mut BidDraft) -> Result<(), Stop<BidErrorCode>>,
) -> Result<Seen, Stop<BidErrorCode>> {
    let (txn, pilot, permit, now) = in_time(app, viewer, pilot, supplier, None).await?;
    let (mut kept, mut draft) = with_draft(tender_box::of_supplier(app, &txn, pilot.id, supplier).await?)?;
    based_on(version, draft.version, BidErrorCode::Conflict)?;
    change(&mut kept, &mut draft)?;
    kept.drafts += 1;
    draft.version = kept.drafts;
    draft.saved_at = now;
    (said["pilot"], said["draft"]) = (pilot.id.to_string().into(), draft.version.into());
    kept.draft = Some(draft);
    keep(app, txn, &permit, &pilot, &kept, said).await?;
    now_seen(app, &pilot, kept, now).await
}

async fn now_seen(
    app: &App,
    pilot: &Pilot,
    kept: Kept,
    now: DateTime<Utc>,
) -> Result<Seen, Stop<BidErrorCode>> {
    let seen = seen(app, pilot, vec![kept], now).await?.pop();
    Ok(seen.ok_or_else(|| Error::fault("a draft that was just written is not there"))?)
}

/// Throws a draft away. What was submitted stays.
///
/// # Errors
/// When it comes too late, there is none, it has another version, or the viewer may not.
pub async fn discard(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    version: i32,
) -> Result<(), Stop<BidErrorCode>> {
    let (txn, pilot, permit, _) = in_time(app, viewer, pilot, supplier, None).await?;
    let kept = tender_box::of_supplier(app, &txn, pilot.id, supplier).await?;
    let (mut kept, draft) = with_draft(kept)?;
    based_on(version, draft.version, BidErrorCode::Conflict)?;
    kept.draft = None;
    let said = json!({ "pilot": pilot.id, "draft thrown away": version });
    keep(app, txn, &permit, &pilot, &kept, said).await?;
    Ok(())
}

/// What a supplier has in the box, with its draft.
pub(super) fn with_draft(kept: Option<Kept>) -> Result<(Kept, BidDraft), Stop<BidErrorCode>> {
    let message = "there is no draft of this supplier";
    let none = || Stop::refuse(BidErrorCode::NoDraft, "pilot", message);
    let kept = kept.ok_or_else(none)?;
    let draft = kept.draft.clone().ok_or_else(none)?;
    Ok((kept, draft))
}

async fn keep(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    pilot: &Pilot,
    kept: &Kept,
    said: serde_json::Value,
) -> Result<(), Error> {
    tender_box::put(app, &txn, permit, pilot.id, kept).await?;
    audit::record(app, &txn, permit, "bid", kept.id, &audit::sealed(app, &said)).await?;
    Ok(txn.commit().await?)
}

/// The drafts for a pilot of those suppliers whose the viewer may read.
///
/// # Errors
/// When the database fails or a seal is broken.
pub async fn of_pilot(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Vec<Seen>, Error> {
    let mut suppliers = viewer.suppliers();
    suppliers.retain(|supplier| may(viewer, Action::SeeOwnBids, Resource::Supplier(*supplier)));
    let mut found = Vec::new();
    for supplier in suppliers {
        found.extend(tender_box::of_supplier(app, app.db.read(), pilot.id, supplier).await?);
    }
    seen(app, pilot, found, app.clock.now()).await
}

async fn seen(app: &App, pilot: &Pilot, found: Vec<Kept>, now: DateTime<Utc>) -> Result<Vec<Seen>, Error> {
    let ids: Vec<Uuid> = found.iter().map(|kept| kept.supplier).collect();
    let profiles = suppliers::by_ids_in(app.db.read(), &ids).await?;
    let seen = found.into_iter().filter_map(|kept| {
        let draft = kept.draft?;
        let profile = profiles.get(&kept.supplier);
        let missing = offer::check(pilot, profile, draft.price_pence, &draft.words, now);
        Some(Seen {
            pilot: pilot.id,
            supplier: kept.supplier,
            missing: missing.into_refusals(),
            draft,
        })
    });
    Ok(seen.collect())
}
