//! The rules of pilots: what may be published, when bids are in time, how prices score. Pure.

use super::{Criterion, CriterionKind, Draft, PilotErrorCode, State};
use crate::runtime::Refusal;
use chrono::{DateTime, Utc};

/// Weeks a pilot may last.
const WEEKS: std::ops::RangeInclusive<i32> = 1..=52;

/// What a pilot is at an instant, derived from its state and the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "PilotPhase")]
pub enum Phase {
    /// Not public yet.
    Draft,
    /// Bids are taken.
    Open,
    /// The deadline has passed; the bids can be read by the council.
    Closed,
    /// It has been awarded.
    Awarded,
}

/// The phase at an instant. A bid is in time strictly before the deadline.
pub fn phase(state: State, deadline: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Phase {
    match (state, deadline) {
        (State::Awarded, _) => Phase::Awarded,
        (State::Published, Some(deadline)) if now < deadline => Phase::Open,
        (State::Published, _) => Phase::Closed,
        (State::Draft, _) => Phase::Draft,
    }
}

/// Every reason why a pilot makes no sense.
pub fn check(draft: &Draft) -> Vec<Refusal<PilotErrorCode>> {
    let mut wrong = Vec::new();
    let mut refuse = |code, path: &str, message: String| {
        wrong.push(Refusal {
            code,
            path: path.into(),
            message,
        })
    };
    for (path, text) in [
        ("title", &draft.title),
        ("summary", &draft.summary),
        ("successMeasures", &draft.success_measures),
    ] {
        if text.trim().is_empty() || text.len() > 10_000 {
            refuse(
                PilotErrorCode::BadText,
                path,
                format!("give {path} in at most 10,000 bytes"),
            );
        }
    }
    if draft.cap_pence <= 0 {
        refuse(
            PilotErrorCode::BadCap,
            "capPence",
            format!("{} is not more than nothing", draft.cap_pence),
        );
    }
    if !WEEKS.contains(&draft.weeks) {
        refuse(
            PilotErrorCode::BadLength,
            "weeks",
            format!("{} is not 1 to 52 weeks", draft.weeks),
        );
    }
    let prices = draft
        .criteria
        .iter()
        .filter(|criterion| criterion.kind == CriterionKind::Price)
        .count();
    let sum: i32 = draft
        .criteria
        .iter()
        .map(|criterion| criterion.weight.clamp(-1_000, 1_000))
        .sum();
    if sum != 100 || prices != 1 || draft.criteria.len() > 20 || draft.criteria.iter().any(|c| c.weight <= 0)
    {
        let message =
            format!("weights add to {sum} with {prices} for price; they must add to 100 with one for price");
        refuse(PilotErrorCode::BadCriteria, "criteria", message);
    }
    wrong
}

/// A price's score: the lowest price over this one, times 100, rounded down to hundredths of a point.
pub fn price_score(lowest_pence: i64, price_pence: i64) -> i64 {
    if price_pence <= 0 {
        10_000
    } else {
        (i128::from(lowest_pence) * 10_000 / i128::from(price_pence)) as i64
    }
}

/// A bid's total in hundredths of a point: each criterion's score times its weight. Scores of quality are out of
/// 100, by criterion's ordinal; one that is missing leaves the bid without a total.
pub fn total(
    criteria: &[Criterion],
    quality: &[(i32, i32)],
    lowest_pence: i64,
    price_pence: i64,
) -> Option<i64> {
    let mut sum = 0;
    for criterion in criteria {
        let score = match criterion.kind {
            CriterionKind::Price => price_score(lowest_pence, price_pence),
            CriterionKind::Quality => {
                i64::from(
                    quality
                        .iter()
                        .find(|(ordinal, _)| *ordinal == criterion.ordinal)?
                        .1,
                ) * 100
            }
        };
        sum += score * i64::from(criterion.weight) / 100;
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn criterion(ordinal: i32, kind: CriterionKind, weight: i32) -> Criterion {
        Criterion {
            ordinal,
            kind,
            name: "x".into(),
            description: String::new(),
            weight,
        }
    }

    #[test]
    fn a_bid_at_the_deadline_is_too_late_and_a_microsecond_before_is_not() {
        let deadline: DateTime<Utc> = "2026-03-31T11:00:00Z".parse().unwrap();
        let at = |now| phase(State::Published, Some(deadline), now);
        assert_eq!(at(deadline), Phase::Closed);
        assert_eq!(at(deadline - chrono::Duration::microseconds(1)), Phase::Open);
        assert_eq!(phase(State::Draft, Some(deadline), deadline), Phase::Draft);
    }

    #[test]
    fn the_lowest_price_scores_all_and_twice_as_much_half() {
        assert_eq!(price_score(1_000, 1_000), 10_000);
        assert_eq!(price_score(1_000, 2_000), 5_000);
        let criteria = [
            criterion(1, CriterionKind::Quality, 60),
            criterion(2, CriterionKind::Price, 40),
        ];
        assert_eq!(total(&criteria, &[(1, 80)], 1_000, 2_000), Some(6_800));
        assert_eq!(total(&criteria, &[], 1_000, 2_000), None);
    }
}
