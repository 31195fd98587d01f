//! The points of bids: read from the scores, the price's by the formula. What may be seen of them, and when, is for
//! `bids` to say.

use super::{CriterionKind, Pilot, rules, store};
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
    /// Why, as the evaluators said; the price has none.
    pub reasons: Vec<String>,
}

/// The points of these bids (id and price), by bid, as far as they are scored.
pub(super) async fn points(
    db: &impl ConnectionTrait,
    pilot: &Pilot,
    bids: &[(Uuid, i64)],
) -> Result<HashMap<Uuid, Vec<Points>>, Error> {
    let lowest = bids.iter().map(|(_, price)| *price).min().unwrap_or_default();
    let ids: Vec<Uuid> = bids.iter().map(|(id, _)| *id).collect();
    let scores = store::scores(db, &ids).await?;
    let mut of_bids = HashMap::new();
    for (bid, price) in bids {
        let of_criterion = |criterion: &super::Criterion| {
            let given = scores
                .iter()
                .filter(|row| row.bid_id == *bid && row.ordinal == criterion.ordinal);
            let (scores, reasons): (Vec<i32>, Vec<String>) =
                given.map(|row| (row.score, row.reason.clone())).unzip();
            let hundredths = match criterion.kind {
                CriterionKind::Price => Some(pilot.said.price_formula.score(
                    lowest,
                    pilot.said.cap_pence,
                    *price,
                )),
                CriterionKind::Quality => rules::quality_score(&scores),
            };
            hundredths.map(|hundredths| Points {
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
