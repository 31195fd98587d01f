//! What all the councils of a need want together: its own and those that say "us too". Rules only.

use super::{OwnDemand, Statement};
use chrono::NaiveDate;

/// The demand of a need, all councils together.
#[derive(Clone, Debug, Default, PartialEq, Eq, async_graphql::SimpleObject)]
#[graphql(name = "NeedDemand")]
pub struct Demand {
    /// How many councils: the one that stated it and those that say "us too".
    pub councils: i64,
    /// The sum of their numbers of users or cases; see `quantityOf` of the need for what is counted. Null when none gave
    /// one.
    pub quantity: Option<i64>,
    /// How many councils gave a number: the sum is of theirs alone.
    pub quantity_councils: i64,
    /// The sum of the least ends of their budgets in pence; a budget without a least end counts as nothing here. Null
    /// when no council gave a budget.
    pub budget_min_pence: Option<i64>,
    /// The sum of the most ends of their budgets in pence; a budget without a most end counts with its least. Null when
    /// no council gave a budget.
    pub budget_max_pence: Option<i64>,
    /// How many councils gave a budget: the sums are of theirs alone.
    pub budget_councils: i64,
    /// The earliest day by which one of them needs it.
    pub earliest_needed_by: Option<NaiveDate>,
    /// The latest day by which one of them needs it.
    pub latest_needed_by: Option<NaiveDate>,
}

/// What the council of a statement and these others want together.
pub fn demand<'a>(own: &Statement, others: impl IntoIterator<Item = &'a OwnDemand>) -> Demand {
    let own = OwnDemand {
        note: None,
        needed_by: own.needed_by,
        quantity: own.quantity,
        budget_min_pence: own.budget_min_pence,
        budget_max_pence: own.budget_max_pence,
    };
    let mut all = Demand::default();
    all.add(&own);
    others.into_iter().for_each(|one| all.add(one));
    all
}

impl Demand {
    fn add(&mut self, one: &OwnDemand) {
        self.councils += 1;
        if let Some(quantity) = one.quantity {
            self.quantity = Some(self.quantity.unwrap_or_default().saturating_add(quantity));
            self.quantity_councils += 1;
        }
        let (least, most) = (one.budget_min_pence, one.budget_max_pence);
        if let Some(most) = most.or(least) {
            let plus = |sum: Option<i64>, pence| Some(sum.unwrap_or_default().saturating_add(pence));
            self.budget_min_pence = plus(self.budget_min_pence, least.unwrap_or_default());
            self.budget_max_pence = plus(self.budget_max_pence, most);
            self.budget_councils += 1;
        }
        if let Some(day) = one.needed_by {
            self.earliest_needed_by = Some(self.earliest_needed_by.map_or(day, |known| known.min(day)));
            self.latest_needed_by = Some(self.latest_needed_by.map_or(day, |known| known.max(day)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn numbers_and_bands_add_up_and_days_span() {
        let own = Statement {
            quantity: Some(120),
            budget_min_pence: Some(1_000_000),
            budget_max_pence: Some(3_000_000),
            needed_by: Some(day("2027-04-01")),
            ..Statement::default()
        };
        let others = [
            OwnDemand {
                quantity: Some(80),
                budget_max_pence: Some(500_000),
                needed_by: Some(day("2026-10-01")),
                ..OwnDemand::default()
            },
            OwnDemand {
                budget_min_pence: Some(200_000),
                needed_by: Some(day("2028-01-31")),
                ..OwnDemand::default()
            },
            OwnDemand::default(),
        ];
        assert_eq!(
            demand(&own, &others),
            Demand {
                councils: 4,
                quantity: Some(200),
                quantity_councils: 2,
                budget_min_pence: Some(1_200_000),
                budget_max_pence: Some(3_700_000),
                budget_councils: 3,
                earliest_needed_by: Some(day("2026-10-01")),
                latest_needed_by: Some(day("2028-01-31")),
            }
        );
    }

    #[test]
    fn what_nobody_said_is_not_nought() {
        let all = demand(&Statement::default(), &[OwnDemand::default()]);
        assert_eq!(
            (all.councils, all.quantity, all.budget_max_pence),
            (2, None, None)
        );
        assert_eq!((all.earliest_needed_by, all.latest_needed_by), (None, None));
    }

    fn one() -> impl Strategy<Value = OwnDemand> {
        let few = || prop::option::of(0_i64..1_000);
        let days = prop::option::of(0_i64..4_000);
        (few(), few(), few(), days).prop_map(|(quantity, least, more, days)| OwnDemand {
            note: None,
            quantity,
            budget_min_pence: least,
            budget_max_pence: more.map(|more| least.unwrap_or_default() + more),
            needed_by: days.map(|days| day("2026-01-01") + chrono::Duration::days(days)),
        })
    }

    proptest! {
        #[test]
        fn the_order_does_not_matter_and_the_band_is_a_band(mut others in prop::collection::vec(one(), 0..12)) {
            let own = Statement::default();
            let all = demand(&own, &others);
            others.reverse();
            prop_assert_eq!(&demand(&own, &others), &all);
            prop_assert!(all.budget_min_pence <= all.budget_max_pence);
            prop_assert!(all.earliest_needed_by <= all.latest_needed_by);
            prop_assert_eq!(all.councils, others.len() as i64 + 1);
        }
    }
}
