//! Who may bid for a pilot, in the graph: for a supplier's own people.

use super::relations::{SupplierKey, refer};
use super::suppliers::Supplier;
use crate::access::Viewer;
use crate::pilots::{Pilot, eligibility};
use crate::runtime::App;
use async_graphql::{Context, Result, SimpleObject};
use uuid::Uuid;

/// Whether a supplier may bid for a pilot, and why.
#[derive(Clone, Debug, SimpleObject)]
pub struct PilotEligibility {
    /// The supplier.
    supplier: Supplier,
    /// Whether it may bid now: nothing below blocks.
    may_bid: bool,
    /// Everything that speaks against its bid, what blocks first; empty when nothing does.
    reasons: Vec<EligibilityReason>,
}

/// Something that speaks against a supplier's bid.
#[derive(Clone, Debug, SimpleObject)]
pub struct EligibilityReason {
    /// Which.
    code: eligibility::Code,
    /// Why, and what to do about it, in a sentence.
    message: String,
    /// Whether a bid is refused for it. What does not block is for the council to look at.
    blocks: bool,
}

/// Of a supplier of the viewer's, or of each.
pub(super) async fn of_pilot(
    ctx: &Context<'_>,
    pilot: &Pilot,
    supplier: Option<Uuid>,
) -> Result<Vec<PilotEligibility>> {
    let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
    let mut wanted = eligibility::asking_for(viewer);
    wanted.retain(|id| supplier.is_none_or(|only| only == *id));
    let mut told = Vec::new();
    for id in wanted {
        let Some(supplier) = refer(ctx, SupplierKey(id)).await? else {
            continue;
        };
        let Some(found) = eligibility::of(app, viewer, pilot, &supplier) else {
            continue;
        };
        told.push(PilotEligibility {
            may_bid: found.may_bid(),
            reasons: found.reasons.into_iter().map(EligibilityReason::from).collect(),
            supplier: supplier.into(),
        });
    }
    Ok(told)
}

impl From<eligibility::Reason> for EligibilityReason {
    fn from(reason: eligibility::Reason) -> Self {
        Self {
            code: reason.code,
            message: reason.sentence,
            blocks: reason.blocks,
        }
    }
}
