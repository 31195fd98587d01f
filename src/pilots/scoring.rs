//! The points of bids, once quality is locked: a criterion's consensus or the mean of what its evaluators gave, and the
//! price's by the formula. Before the lock there are none, for nobody.

use super::evaluation::read::{self, Final};
use super::{CriterionKind, Pilot, rules};
use crate::runtime::Error;
use sea_orm::ConnectionTrait;
use std::collections::HashMap;
use uuid::Uuid;

/// A bid's points on one criterion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Points {
    /// The criterion's place.
    pub ordinal: i32,
    /// The criterion's name.
    pub criterion: String,
    /// Hundredths of a point, out of 100 points.
    pub hundredths: i64,
    /// Why: of the consensus, or as each evaluator said; the price has none.
    pub reasons: Vec<String>,
}

/// The points of the bids that stand (id and price), by bid; none until quality is locked.
pub(super) async fn points(
    db: &impl ConnectionTrait,
    pilot: &Pilot,
    bids: &[(Uuid, i64)],
) -> Result<HashMap<Uuid, Vec<Points>>, Error> {
    let Some(quality) = read::final_quality(db, pilot.id, bids).await? else {
        return Ok(HashMap::new());
    };
    let lowest = bids.iter().map(|(_, price)| *price).min().unwrap_or_default();
    let mut of_bids = HashMap::new();
    for (bid, price) in bids {
        let of_criterion = |criterion: &super::Criterion| {
            let Final { hundredths, reasons } = match criterion.kind {
                CriterionKind::Price => Final {
                    hundredths: pilot
                        .said
                        .price_formula
                        .score(lowest, pilot.said.cap_pence, *price),
                    reasons: Vec::new(),
                },
                CriterionKind::Quality => quality.get(&(*bid, criterion.ordinal))?.clone(),
            };
            Some(Points {
                ordinal: criterion.ordinal,
                criterion: criterion.name.clone(),
                hundredths,
                reasons,
            })
        };
        let points = pilot.said.criteria.iter().filter_map(of_criterion);
        of_bids.insert(*bid, points.collect());
    }
    Ok(of_bids)
}

/// A bid's total in hundredths of a point; none while a criterion is not scored.
pub(super) fn total(pilot: &Pilot, points: &[Points]) -> Option<i64> {
    let scores: Vec<(i32, i64)> = points.iter().map(|p| (p.ordinal, p.hundredths)).collect();
    rules::total(&pilot.said.criteria, &scores)
}
