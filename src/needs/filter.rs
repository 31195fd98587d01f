//! Which needs: the words officers and suppliers filter by, as conditions of SQL.

use super::State;
use crate::councils;
use chrono::NaiveDate;
use entity::need;
use sea_orm::ColumnTrait;
use sea_orm::sea_query::{Condition, ExprTrait};
use uuid::Uuid;

/// Every part that is given must hold; an empty one holds for all.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Of these councils.
    pub councils: Vec<Uuid>,
    /// Of councils of these kinds, as `councils::Kind` names them.
    pub council_kinds: Vec<String>,
    /// Of councils in these regions.
    pub regions: Vec<String>,
    /// Of these Local Government Service List codes.
    pub lgsl: Vec<i32>,
    /// With a CPV code that begins so.
    pub cpv_prefix: Option<String>,
    /// With a budget that may reach this many pence.
    pub min_budget_pence: Option<i64>,
    /// With a budget that may be no more than this many pence.
    pub max_budget_pence: Option<i64>,
    /// Needed on this day or later.
    pub needed_from: Option<NaiveDate>,
    /// Needed on this day or earlier.
    pub needed_to: Option<NaiveDate>,
    /// In these states; stated and met, if none is named.
    pub states: Vec<State>,
}

impl Filter {
    pub(super) fn condition(&self) -> Condition {
        use need::Column as C;
        let budget = self.min_budget_pence.or(self.max_budget_pence);
        let states = match self.states.as_slice() {
            [] => &[State::Stated, State::Met],
            named => named,
        };
        let prefix = self.cpv_prefix.as_deref();
        Condition::all()
            .add(C::State.is_in(states.iter().map(|state| state.as_str())))
            .add_option(some(&self.councils).map(|ids| C::CouncilId.is_in(ids.iter().copied())))
            .add_option(
                councils::among(&self.council_kinds, &self.regions)
                    .map(|select| C::CouncilId.into_expr().in_subquery(select)),
            )
            .add_option(some(&self.lgsl).map(|codes| C::Lgsl.is_in(codes.iter().copied())))
            .add_option(prefix.map(|prefix| C::Cpv.gte(prefix).and(C::Cpv.lt(format!("{prefix}:")))))
            .add_option(budget.map(|_| {
                C::BudgetMinPence
                    .is_not_null()
                    .or(C::BudgetMaxPence.is_not_null())
            }))
            .add_option(
                self.min_budget_pence
                    .map(|least| C::BudgetMaxPence.is_null().or(C::BudgetMaxPence.gte(least))),
            )
            .add_option(
                self.max_budget_pence
                    .map(|most| C::BudgetMinPence.is_null().or(C::BudgetMinPence.lte(most))),
            )
            .add_option(self.needed_from.map(|day| C::NeededBy.gte(day)))
            .add_option(self.needed_to.map(|day| C::NeededBy.lte(day)))
    }
}

fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}
