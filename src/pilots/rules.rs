//! The rules of pilots: what may be published, when bids are in time, how bids score. Pure.

use super::{Criterion, CriterionKind, Draft, PilotErrorCode, PriceFormula, State};
use crate::contracts::is_cpv_code;
use crate::councils::directory;
use crate::runtime::Wrong;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// Working days a standstill may last.
const STANDSTILL: std::ops::RangeInclusive<i32> = 0..=60;
/// Weeks a pilot may last.
const WEEKS: std::ops::RangeInclusive<i32> = 1..=52;

/// What a pilot is at an instant, derived from its state and the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "PilotPhase")]
pub enum Phase {
    /// Being written: not public yet.
    Draft,
    /// A colleague reads it: not public yet.
    InReview,
    /// Bids are taken.
    Open,
    /// The deadline has passed; the bids can be read by the council.
    Closed,
    /// Its bids are being scored.
    Evaluating,
    /// It is decided for a bid, and stands still so that whoever doubts that can say so: the contract starts afterwards.
    Standstill,
    /// It has been awarded.
    Awarded,
    /// No bid was chosen.
    NoneSuitable,
    /// Stopped after it was published.
    Cancelled,
    /// Taken back before it was published.
    Withdrawn,
}

impl Phase {
    /// Whether the council may read the bids. Those for a cancelled pilot stay sealed.
    pub fn bids_are_open(self) -> bool {
        matches!(
            self,
            Self::Closed | Self::Evaluating | Self::Standstill | Self::Awarded | Self::NoneSuitable
        )
    }

    /// Whether there may be bids that nobody but their bidders may know of: before the deadline, and for good where the
    /// pilot was stopped.
    pub fn is_sealed(self) -> bool {
        matches!(self, Self::Open | Self::Cancelled)
    }

    /// Whether bids can be scored and decided on.
    pub fn can_be_decided(self) -> bool {
        matches!(self, Self::Closed | Self::Evaluating)
    }

    /// Whether it is decided, so that bidders may see scores.
    pub fn is_decided(self) -> bool {
        matches!(self, Self::Standstill | Self::Awarded | Self::NoneSuitable)
    }
}

/// The phase at an instant. A bid is in time strictly before the deadline.
pub fn phase(state: State, deadline: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Phase {
    match (state, deadline) {
        (State::Published, Some(deadline)) if now < deadline => Phase::Open,
        (State::Published, _) => Phase::Closed,
        (State::Draft, _) => Phase::Draft,
        (State::InReview, _) => Phase::InReview,
        (State::Evaluating, _) => Phase::Evaluating,
        (State::Awarded, _) => Phase::Awarded,
        (State::NoneSuitable, _) => Phase::NoneSuitable,
        (State::Cancelled, _) => Phase::Cancelled,
        (State::Withdrawn, _) => Phase::Withdrawn,
    }
}

/// Every reason why a pilot makes no sense.
pub fn check(draft: &Draft) -> Wrong<PilotErrorCode> {
    let mut wrong = Wrong::default();
    for (path, text) in [
        ("title", &draft.title),
        ("summary", &draft.summary),
        ("successMeasures", &draft.success_measures),
    ] {
        wrong.when(
            text.trim().is_empty() || text.len() > 10_000,
            PilotErrorCode::BadText,
            path,
            format!("give {path} in at most 10,000 bytes"),
        );
    }
    let long = draft.systems.as_ref().is_some_and(|text| text.len() > 10_000);
    wrong.when(
        long,
        PilotErrorCode::BadText,
        "systems",
        "give systems in at most 10,000 bytes",
    );
    wrong.when(
        !STANDSTILL.contains(&draft.standstill_days),
        PilotErrorCode::BadStandstill,
        "standstillDays",
        format!("{} is not 0 to 60 working days", draft.standstill_days),
    );
    wrong.when(
        draft.cap_pence <= 0,
        PilotErrorCode::BadCap,
        "capPence",
        format!("{} is not more than nothing", draft.cap_pence),
    );
    wrong.when(
        !WEEKS.contains(&draft.weeks),
        PilotErrorCode::BadLength,
        "weeks",
        format!("{} is not 1 to 52 weeks", draft.weeks),
    );
    if let Some(code) = draft.lgsl {
        let unknown = directory().service(code).is_none();
        let message = format!("there is no service {code}");
        wrong.when(unknown, PilotErrorCode::UnknownService, "service", message);
    }
    if let Some(code) = &draft.cpv {
        let message = format!("{code:?} does not have eight digits");
        wrong.when(!is_cpv_code(code), PilotErrorCode::BadCpv, "cpv", message);
    }
    let (sum, prices) = weights(&draft.criteria);
    wrong.when(
        sum != 100
            || prices != 1
            || draft.criteria.len() > 20
            || draft.criteria.iter().any(|c| c.weight <= 0),
        PilotErrorCode::BadCriteria,
        "criteria",
        format!("weights add to {sum} with {prices} for price; they must add to 100 with one for price"),
    );
    for (criterion, at) in draft.criteria.iter().zip(0..) {
        let unfit = |text: &str, most| text.trim().is_empty() || text.len() > most;
        let (name, says) = (unfit(&criterion.name, 200), unfit(&criterion.description, 10_000));
        for (wrong_text, field, most) in [(name, "name", "200"), (says, "description", "10,000")] {
            wrong.when(
                wrong_text,
                PilotErrorCode::BadText,
                &format!("criteria.{at}.{field}"),
                format!("give the criterion\u{2019}s {field} in at most {most} bytes"),
            );
        }
    }
    wrong
}

/// Whether one of these approves what another wrote. The program itself, which is nobody, needs no second.
pub fn another_has_approved(author: Option<Uuid>, approvers: &[Option<Uuid>]) -> bool {
    author.is_none()
        || approvers
            .iter()
            .flatten()
            .any(|approver| Some(*approver) != author)
}

/// What an edit changed, field by field: what it was and what it is.
pub fn changed(was: &Draft, is: &Draft) -> Map<String, Value> {
    let pairs = fields(was).into_iter().zip(fields(is));
    let changes = pairs.filter(|((_, from), (_, to))| from != to);
    changes
        .map(|((field, from), (_, to))| (field.to_owned(), json!({ "from": from, "to": to })))
        .collect()
}

fn fields(said: &Draft) -> [(&'static str, Value); 19] {
    let criterion = |of: &Criterion| json!([of.kind.as_str(), of.name, of.description, of.weight]);
    [
        ("title", json!(said.title)),
        ("summary", json!(said.summary)),
        ("successMeasures", json!(said.success_measures)),
        ("systems", json!(said.systems)),
        ("capPence", json!(said.cap_pence)),
        ("weeks", json!(said.weeks)),
        ("questionsUntil", json!(said.questions_until)),
        ("awardOn", json!(said.award_on)),
        ("startsOn", json!(said.starts_on)),
        ("decidesOn", json!(said.decides_on)),
        ("service", json!(said.lgsl)),
        ("cpv", json!(said.cpv)),
        ("category", json!(said.category.as_str())),
        ("reservation", json!(said.reservation.as_str())),
        ("criteria", said.criteria.iter().map(criterion).collect()),
        (
            "scoring",
            json!([said.price_formula.as_str(), said.tie_rule.as_str()]),
        ),
        ("suppliersUnnamed", json!(said.suppliers_unnamed)),
        ("priceAfterQuality", json!(said.price_after_quality)),
        ("standstillDays", json!(said.standstill_days)),
    ]
}

fn weights(criteria: &[Criterion]) -> (i32, usize) {
    let of_price = |criterion: &&Criterion| criterion.kind == CriterionKind::Price;
    let sum = criteria
        .iter()
        .map(|criterion| criterion.weight.clamp(-1_000, 1_000))
        .sum();
    (sum, criteria.iter().filter(of_price).count())
}

/// All points there are for one criterion: 100, in hundredths of a point.
const FULL: i64 = 10_000;

impl PriceFormula {
    /// A price's score in hundredths of a point, rounded down, given the lowest price among the bids and the pilot's
    /// cap. Prices are more than nothing and at most the cap, as bids are when they are taken.
    pub fn score(self, lowest_pence: i64, cap_pence: i64, price_pence: i64) -> i64 {
        let share = |part: i64, whole: i64| {
            if whole <= 0 {
                return FULL;
            }
            let points = i128::from(part.max(0)) * i128::from(FULL) / i128::from(whole);
            i64::try_from(points).unwrap_or(FULL).min(FULL)
        };
        match self {
            Self::LowestOverPrice => share(lowest_pence, price_pence),
            Self::LowestToCap => share(
                cap_pence.saturating_sub(price_pence),
                cap_pence.saturating_sub(lowest_pence),
            ),
            Self::ShareOfCap => share(cap_pence.saturating_sub(price_pence), cap_pence),
        }
    }
}

/// The mean of evaluators' scores, each out of 100, in hundredths of a point rounded down; none of no scores.
pub fn quality_score(scores: &[i32]) -> Option<i64> {
    let count = i64::try_from(scores.len()).ok().filter(|count| *count > 0)?;
    Some(scores.iter().map(|score| i64::from(*score)).sum::<i64>() * 100 / count)
}

/// A bid's total in hundredths of a point: each criterion's score times its weight. Scores are in hundredths, by
/// the criterion's ordinal; one that is missing leaves the bid without a total.
pub fn total(criteria: &[Criterion], scores: &[(i32, i64)]) -> Option<i64> {
    let of = |criterion: &Criterion| {
        let (_, score) = scores.iter().find(|(ordinal, _)| *ordinal == criterion.ordinal)?;
        Some(score * i64::from(criterion.weight))
    };
    criteria.iter().map(of).sum::<Option<i64>>().map(|sum| sum / 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn bids_for_a_pilot_that_was_stopped_are_never_opened() {
        let deadline: DateTime<Utc> = "2026-03-31T11:00:00Z".parse().unwrap();
        let later = deadline + chrono::Duration::days(365);
        let open = |state| phase(state, Some(deadline), later).bids_are_open();
        let expected = [
            State::Published,
            State::Evaluating,
            State::Awarded,
            State::NoneSuitable,
        ];
        for state in State::ALL {
            assert_eq!(open(*state), expected.contains(state), "{state:?}");
        }
    }

    #[test]
    fn the_lowest_price_scores_all_and_twice_as_much_half() {
        let score = |price| PriceFormula::LowestOverPrice.score(1_000, 10_000, price);
        assert_eq!(score(1_000), 10_000);
        assert_eq!(score(2_000), 5_000);
        assert_eq!(score(3_000), 3_333, "rounded down to the hundredth");
        let criteria = [
            criterion(1, CriterionKind::Quality, 60),
            criterion(2, CriterionKind::Price, 40),
        ];
        assert_eq!(total(&criteria, &[(1, 8_000), (2, 5_000)]), Some(6_800));
        assert_eq!(total(&criteria, &[(2, 5_000)]), None);
    }

    #[test]
    fn a_straight_line_runs_from_the_lowest_price_to_the_cap() {
        // Lowest 400, cap 1,000: 600 between them, so 550 has 450/600 left, three quarters.
        let score = |price| PriceFormula::LowestToCap.score(400, 1_000, price);
        assert_eq!(
            [score(400), score(550), score(700), score(1_000)],
            [10_000, 7_500, 5_000, 0]
        );
        assert_eq!(PriceFormula::LowestToCap.score(1_000, 1_000, 1_000), 10_000);
    }

    #[test]
    fn what_is_saved_of_the_cap_does_not_depend_on_the_others() {
        for lowest in [1, 250] {
            let score = |price| PriceFormula::ShareOfCap.score(lowest, 1_000, price);
            assert_eq!([score(250), score(1_000)], [7_500, 0]);
        }
    }

    proptest! {
        #[test]
        fn points_for_a_price_are_0_to_100_and_never_fewer_for_a_cheaper_bid(
            cap in prop_oneof![1_i64..100, 1_i64..10_000_000_000, Just(i64::MAX)],
            shares in prop::array::uniform3(0_u32..=1_000_000),
        ) {
            let price = |share: u32| {
                let pence = i128::from(cap) * i128::from(share) / 1_000_000;
                i64::try_from(pence).unwrap().max(1)
            };
            let mut prices = shares.map(price);
            prices.sort_unstable();
            let [lowest, cheaper, dearer] = prices;
            for formula in PriceFormula::ALL {
                let [first, cheaper, dearer] =
                    [lowest, cheaper, dearer].map(|price| formula.score(lowest, cap, price));
                prop_assert!(first >= cheaper && cheaper >= dearer, "{formula:?}");
                prop_assert!((0..=FULL).contains(&first) && (0..=FULL).contains(&dearer), "{formula:?}");
                if *formula != PriceFormula::ShareOfCap {
                    prop_assert_eq!(first, FULL, "the lowest gets all");
                }
            }
        }
    }

    #[test]
    fn it_takes_anothers_eyes_than_the_last_authors() {
        let [ann, bob] = [1, 2].map(Uuid::from_u128);
        assert!(!another_has_approved(Some(ann), &[None, Some(ann)]));
        assert!(
            another_has_approved(Some(ann), &[Some(bob), Some(ann)]),
            "approved before"
        );
        assert!(
            another_has_approved(Some(ann), &[None, Some(bob)]),
            "publishes and so approves"
        );
        assert!(!another_has_approved(Some(ann), &[None, None]));
        assert!(another_has_approved(None, &[None, None]), "the program");
    }

    #[test]
    fn a_criterion_without_words_is_named_and_a_standstill_is_bounded() {
        let mut said = Draft {
            title: "t".into(),
            summary: "s".into(),
            success_measures: "m".into(),
            cap_pence: 1,
            weeks: 1,
            standstill_days: 61,
            criteria: vec![
                criterion(1, CriterionKind::Quality, 60),
                criterion(2, CriterionKind::Price, 40),
            ],
            ..Draft::default()
        };
        said.criteria[0].description = "d".into();
        let paths = |said: &Draft| -> Vec<String> {
            let refusals = check(said).into_refusals();
            refusals.into_iter().map(|refusal| refusal.path).collect()
        };
        assert_eq!(paths(&said), ["standstillDays", "criteria.1.description"]);
        (said.standstill_days, said.criteria[1].description) = (60, "d".into());
        assert_eq!(paths(&said), Vec::<String>::new());
        said.criteria[1].weight = 41;
        assert_eq!(paths(&said), ["criteria"]);
    }

    #[test]
    fn an_edit_tells_what_each_field_was_and_is() {
        let was = Draft {
            title: "Bins".into(),
            weeks: 4,
            ..Draft::default()
        };
        let is = Draft {
            weeks: 5,
            ..was.clone()
        };
        assert_eq!(
            Value::Object(changed(&was, &is)),
            json!({ "weeks": { "from": 4, "to": 5 } })
        );
    }

    #[test]
    fn evaluators_count_alike_to_the_hundredth_of_a_point() {
        assert_eq!(quality_score(&[80, 81]), Some(8_050));
        assert_eq!(quality_score(&[70, 70, 71]), Some(7_033));
        assert_eq!(quality_score(&[]), None);
    }
}
