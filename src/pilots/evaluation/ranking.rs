//! The ranking of bids, each step of its arithmetic kept: whoever reads it can do it again by hand. Pure.
//!
//! Scores are in hundredths of a point. A bid's total is the sum of score times weight over all criteria, over 100 and
//! rounded down. Bids of one total are told apart by the pilot's stated rule and by nothing else: two share a rank only
//! where all that the rule names is the same.

use super::super::{CriterionKind, TieRule};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::cmp::Ordering;
use uuid::Uuid;

/// One criterion's part in a bid's total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The criterion's place.
    pub ordinal: i32,
    /// The criterion's name.
    pub criterion: String,
    /// Quality or price.
    pub kind: CriterionKind,
    /// Its weight, out of 100.
    pub weight: i32,
    /// What the bid scored, in hundredths of a point.
    pub hundredths: i64,
}

impl Step {
    /// Score times weight: what it adds to the sum that the total is a hundredth of.
    pub fn product(&self) -> i64 {
        self.hundredths * i64::from(self.weight)
    }
}

/// A bid that is ranked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entrant {
    /// Which.
    pub bid: Uuid,
    /// Its price.
    pub price_pence: i64,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// Its lot, where lots are drawn.
    pub lot: [u8; 32],
    /// Its scores, one for each criterion.
    pub steps: Vec<Step>,
}

/// What put a bid before or behind another of the same total.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "TieDecided")]
pub enum Decided {
    /// The higher sum of the products of quality.
    ByQuality,
    /// The lower price.
    ByPrice,
    /// The earlier receipt.
    ByReceipt,
    /// The lower lot: SHA-256 over the digests of all the bids' receipts, in order, and then the bid's own. Nobody knows
    /// it before all bids are in, and anybody can work it out afterwards.
    ByLot,
    /// Nothing that the rule names: they share the rank.
    Shared,
}

/// Why a bid stands where it does among those of the same total.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tie {
    /// The others of this total.
    pub with: Vec<Uuid>,
    /// What tells it from the one before it; the first of them, from the next.
    pub decided: Decided,
}

/// A bid in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranked {
    /// 1 for the first; bids that share a rank leave the next ones out.
    pub rank: usize,
    /// The bid and its scores.
    pub entrant: Entrant,
    /// Its total, in hundredths of a point.
    pub total: i64,
    /// Only where others have the same total.
    pub tie: Option<Tie>,
}

/// A bid's total in hundredths of a point.
pub fn total(steps: &[Step]) -> i64 {
    steps.iter().map(Step::product).sum::<i64>() / 100
}

/// The lots of bids, from the digests of their receipts: SHA-256 over all of them in order, and then over each one's own.
pub fn lots(digests: &[Vec<u8>]) -> Vec<[u8; 32]> {
    let mut all: Vec<&[u8]> = digests.iter().map(Vec::as_slice).collect();
    all.sort_unstable();
    let all = all.concat();
    let lot = |own: &Vec<u8>| {
        Sha256::new()
            .chain_update(&all)
            .chain_update(own)
            .finalize()
            .into()
    };
    digests.iter().map(lot).collect()
}

/// The bids in order, the first one first.
pub fn rank(entrants: Vec<Entrant>, rule: TieRule) -> Vec<Ranked> {
    let mut entrants: Vec<(i64, Entrant)> = entrants
        .into_iter()
        .map(|entrant| (total(&entrant.steps), entrant))
        .collect();
    // Bids that share a rank are in the order of their ids, so that whatever order they came in the answer is one.
    entrants.sort_by(|(a_total, a), (b_total, b)| {
        b_total
            .cmp(a_total)
            .then_with(|| against(a, b, rule).0)
            .then_with(|| a.bid.cmp(&b.bid))
    });
    let mut ranked: Vec<Ranked> = Vec::with_capacity(entrants.len());
    for (place, (total, entrant)) in entrants.iter().enumerate() {
        let alike = |of: &&(i64, Entrant)| of.0 == *total;
        let before = place.checked_sub(1).map(|at| &entrants[at]).filter(alike);
        let shared = before.is_some_and(|(_, other)| against(other, entrant, rule).0.is_eq());
        let others = entrants.iter().filter(alike).map(|(_, other)| other.bid);
        let with: Vec<Uuid> = others.filter(|other| *other != entrant.bid).collect();
        let neighbour = before.or_else(|| entrants.get(place + 1).filter(alike));
        ranked.push(Ranked {
            rank: match (shared, ranked.last()) {
                (true, Some(last)) => last.rank,
                _ => place + 1,
            },
            entrant: entrant.clone(),
            total: *total,
            tie: neighbour.map(|(_, other)| Tie {
                with,
                decided: against(entrant, other, rule).1,
            }),
        });
    }
    ranked
}

/// Which of two bids of one total is before the other, and by what.
fn against(a: &Entrant, b: &Entrant, rule: TieRule) -> (Ordering, Decided) {
    let in_turn: &[(Ordering, Decided)] = match rule {
        TieRule::QualityPriceReceipt => &[
            (quality(b).cmp(&quality(a)), Decided::ByQuality),
            (a.price_pence.cmp(&b.price_pence), Decided::ByPrice),
            (a.received_at.cmp(&b.received_at), Decided::ByReceipt),
        ],
        TieRule::DrawnLots => &[(a.lot.cmp(&b.lot), Decided::ByLot)],
    };
    let differs = in_turn.iter().find(|(order, _)| order.is_ne());
    differs.copied().unwrap_or((Ordering::Equal, Decided::Shared))
}

fn quality(of: &Entrant) -> i64 {
    let quality = of.steps.iter().filter(|step| step.kind == CriterionKind::Quality);
    quality.map(Step::product).sum()
}

#[cfg(test)]
mod tests {
    use super::TieRule::{DrawnLots, QualityPriceReceipt};
    use super::*;
    use proptest::prelude::*;

    const WEIGHTS: [i32; 3] = [40, 25, 35];

    fn entrant(number: u8, price_pence: i64, scores: [i64; 3]) -> Entrant {
        let step = |at: usize| Step {
            ordinal: i32::try_from(at).unwrap() + 1,
            criterion: format!("criterion {at}"),
            kind: if at == 2 {
                CriterionKind::Price
            } else {
                CriterionKind::Quality
            },
            weight: WEIGHTS[at],
            hundredths: scores[at],
        };
        Entrant {
            bid: Uuid::from_u128(number.into()),
            price_pence,
            received_at: DateTime::UNIX_EPOCH,
            lot: [0; 32],
            steps: (0..3).map(step).collect(),
        }
    }

    fn places(ranked: &[Ranked]) -> Vec<(u128, usize, Option<Decided>)> {
        let place = |of: &Ranked| {
            let decided = of.tie.as_ref().map(|tie| tie.decided);
            (of.entrant.bid.as_u128(), of.rank, decided)
        };
        ranked.iter().map(place).collect()
    }

    #[test]
    fn the_higher_total_is_first_and_needs_no_reason() {
        let one = entrant(1, 500, [5_000, 5_000, 10_000]);
        let two = entrant(2, 600, [9_000, 5_000, 8_333]);
        let ranked = rank(vec![one, two], QualityPriceReceipt);
        assert_eq!(places(&ranked), [(2, 1, None), (1, 2, None)]);
        assert_eq!(ranked[0].total, 7_766, "(360,000 + 125,000 + 291,655) / 100");
        assert_eq!(ranked[0].entrant.steps[2].product(), 291_655);
    }

    #[test]
    fn of_one_total_the_stated_rule_tells_in_its_order_and_says_by_what() {
        let one = || entrant(1, 500, [7_000, 4_000, 10_000]);
        // 175 x 40 = 7,000 more of quality's products, 200 x 35 = 7,000 less of the price's.
        let better = entrant(2, 600, [7_175, 4_000, 9_800]);
        let by_quality = Some(Decided::ByQuality);
        let ranked = rank(vec![one(), better], QualityPriceReceipt);
        assert_eq!(places(&ranked), [(2, 1, by_quality), (1, 2, by_quality)]);
        // 40 x 70 + 25 x 40 = 40 x 35 + 25 x 96 = 3,800.
        let cheaper = entrant(2, 400, [3_500, 9_600, 10_000]);
        let by_price = Some(Decided::ByPrice);
        let ranked = rank(vec![one(), cheaper], QualityPriceReceipt);
        assert_eq!(places(&ranked), [(2, 1, by_price), (1, 2, by_price)]);
        let later = Entrant {
            received_at: DateTime::UNIX_EPOCH + chrono::Duration::microseconds(1),
            ..entrant(0, 500, [3_500, 9_600, 10_000])
        };
        let by_receipt = Some(Decided::ByReceipt);
        let ranked = rank(vec![later.clone(), one()], QualityPriceReceipt);
        assert_eq!(places(&ranked), [(1, 1, by_receipt), (0, 2, by_receipt)]);
        let drawn = Entrant {
            lot: [1; 32],
            ..one()
        };
        let by_lot = Some(Decided::ByLot);
        let ranked = rank(vec![drawn, later], DrawnLots);
        assert_eq!(
            places(&ranked),
            [(0, 1, by_lot), (1, 2, by_lot)],
            "and by nothing else"
        );
    }

    #[test]
    fn bids_that_nothing_tells_apart_share_a_rank_and_the_next_is_left_out() {
        let same = |number| entrant(number, 500, [7_000, 4_000, 10_000]);
        let last = entrant(9, 900, [0, 0, 5_555]);
        let ranked = rank(vec![last, same(2), same(1)], QualityPriceReceipt);
        let shared = Some(Decided::Shared);
        assert_eq!(places(&ranked), [(1, 1, shared), (2, 1, shared), (9, 3, None)]);
        assert_eq!(ranked[0].tie.as_ref().unwrap().with, [Uuid::from_u128(2)]);
        assert_eq!(rank(Vec::new(), DrawnLots), []);
    }

    #[test]
    fn lots_depend_on_every_bid_and_not_on_their_order() {
        let digests = [vec![1; 32], vec![2; 32], vec![3; 32]];
        let [one, two, three] = lots(&digests)[..] else {
            panic!()
        };
        let turned = lots(&[vec![3; 32], vec![1; 32], vec![2; 32]]);
        assert_eq!(turned, [three, one, two]);
        let other = lots(&[vec![1; 32], vec![2; 32], vec![4; 32]]);
        assert!(
            one != other[0] && two != other[1],
            "what another bids moves one's own lot"
        );
    }

    fn any_entrants() -> impl Strategy<Value = Vec<Entrant>> {
        // Few values, so that ties are many.
        let score = prop::sample::select(vec![0_i64, 2_500, 5_000, 7_033, 10_000]);
        let of = (1..4_i64, 0..2_i64, 0..3_u8, [score.clone(), score.clone(), score]);
        prop::collection::vec(of, 0..9).prop_map(|all| {
            let numbered = all.into_iter().zip(1..);
            let made = numbered.map(|((price, second, lot, scores), number)| Entrant {
                received_at: DateTime::UNIX_EPOCH + chrono::Duration::seconds(second),
                lot: [lot; 32],
                ..entrant(number, price, scores)
            });
            made.collect()
        })
    }

    fn any_rule() -> impl Strategy<Value = TieRule> {
        prop::sample::select(TieRule::ALL.to_vec())
    }

    /// What a rule tells bids apart by, worked out without comparing two.
    fn told_by(of: &Ranked, rule: TieRule) -> (i64, i64, i64, i64, u8) {
        let scores: Vec<i64> = of.entrant.steps.iter().map(|step| step.hundredths).collect();
        let quality = 40 * scores[0] + 25 * scores[1];
        let total = (quality + 35 * scores[2]) / 100;
        match rule {
            QualityPriceReceipt => {
                let received = of.entrant.received_at.timestamp();
                (-total, -quality, of.entrant.price_pence, received, 0)
            }
            DrawnLots => (-total, 0, 0, 0, of.entrant.lot[0]),
        }
    }

    proptest! {
        #[test]
        fn the_order_they_come_in_changes_nothing(
            entrants in any_entrants(), rule in any_rule(), turn in 0..9_usize,
        ) {
            let ranked = |entrants: Vec<Entrant>| {
                let mut ranked = rank(entrants, rule);
                ranked.iter_mut().filter_map(|of| of.tie.as_mut()).for_each(|tie| tie.with.sort());
                ranked
            };
            let expected = ranked(entrants.clone());
            let mut other = entrants;
            let by = turn.min(other.len());
            other.rotate_left(by);
            prop_assert_eq!(&ranked(other.clone()), &expected);
            other.reverse();
            prop_assert_eq!(&ranked(other), &expected);
        }

        #[test]
        fn everybody_is_ranked_and_only_those_that_are_alike_share(entrants in any_entrants(), rule in any_rule()) {
            let ranked = rank(entrants.clone(), rule);
            prop_assert_eq!(ranked.len(), entrants.len());
            for a in &ranked {
                let better = ranked.iter().filter(|b| told_by(b, rule) < told_by(a, rule)).count();
                prop_assert_eq!(a.rank, better + 1);
                let of_its_total = ranked.iter().filter(|b| b.total == a.total).count();
                prop_assert_eq!(a.tie.as_ref().map_or(0, |tie| tie.with.len()), of_its_total - 1);
            }
            prop_assert!(ranked.windows(2).all(|two| two[0].rank <= two[1].rank));
        }

        #[test]
        fn a_total_is_what_counting_it_out_gives(scores in [0..=10_000_i64, 0..=10_000, 0..=10_000]) {
            // Each score as often as its weight says, and a hundred taken off the heap as often as it can be.
            let mut heap = 0_i64;
            for (score, weight) in scores.iter().zip(WEIGHTS) {
                for _ in 0..weight {
                    heap += score;
                }
            }
            let mut counted = 0;
            while heap >= 100 {
                heap -= 100;
                counted += 1;
            }
            prop_assert_eq!(total(&entrant(1, 1, scores).steps), counted);
        }
    }
}
