//! What needs are given in the graph: statements, what those who say "us too" want, and filters.

use super::ids::{Id, Sort};
use crate::councils::facts::{Kind, Region};
use crate::needs::{self, Firmness, OwnDemand, State, Statement};
use async_graphql::{ErrorExtensions, InputObject, Result};
use chrono::NaiveDate;

/// A need to state.
#[derive(Debug, InputObject)]
pub struct NeedStateInput {
    /// The council whose need it is.
    pub(super) council: Id,
    /// What it says of it.
    #[graphql(flatten)]
    pub(super) statement: NeedStatementInput,
}

/// What a council says of a need.
#[derive(Debug, InputObject)]
pub struct NeedStatementInput {
    /// In a line, at most 200 characters.
    title: String,
    /// What is wrong, at most 10,000 characters. Of a draft it may be blank.
    problem: String,
    /// What should be true afterwards, at most 10,000 characters. Of a draft it may be blank.
    outcomes: String,
    /// What an answer must keep to: standards, rules, places, at most 10,000 characters.
    constraints: Option<String>,
    /// Systems it must work with.
    systems: Option<String>,
    /// The service it is for, by Local Government Service List code.
    service: Option<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    cpv: Option<String>,
    /// Least budget in pence.
    budget_min_pence: Option<i64>,
    /// Most budget in pence.
    budget_max_pence: Option<i64>,
    /// When it is wanted.
    needed_by: Option<NaiveDate>,
    /// How firm that day is.
    firmness: Option<Firmness>,
    /// How many of them there are: users, cases a year, or whatever `quantityOf` says.
    quantity: Option<i64>,
    /// What `quantity` counts, as "social workers" or "missed bins a year", at most 100 characters. Councils that say
    /// "us too" give their number of the same.
    quantity_of: Option<String>,
    /// The contract that it is to follow or to go with: one of the council's own register.
    contract: Option<Id>,
}

/// What a council that says "us too" wants itself. Everybody reads it, as they read the need.
#[derive(Debug, Default, InputObject)]
pub struct NeedSupportInput {
    /// What it would add, at most 2,000 bytes.
    note: Option<String>,
    /// When it needs it.
    needed_by: Option<NaiveDate>,
    /// How many, of what the need's `quantityOf` says.
    quantity: Option<i64>,
    /// Least budget in pence.
    budget_min_pence: Option<i64>,
    /// Most budget in pence.
    budget_max_pence: Option<i64>,
}

/// Which needs; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct NeedFilter {
    /// Of these councils, by id.
    councils: Option<Vec<Id>>,
    /// Of councils of these kinds.
    council_kinds: Option<Vec<Kind>>,
    /// Of councils in these regions.
    regions: Option<Vec<Region>>,
    /// For these services, by Local Government Service List code.
    services: Option<Vec<i32>>,
    /// With a CPV code that begins with these digits, as `48` for software.
    cpv_prefix: Option<String>,
    /// With a budget that may reach this many pence; needs without a budget are left out.
    min_budget_pence: Option<i64>,
    /// With a budget that may be no more than this many pence; needs without a budget are left out.
    max_budget_pence: Option<i64>,
    /// Needed on this day or later.
    needed_from: Option<NaiveDate>,
    /// Needed on this day or earlier.
    needed_to: Option<NaiveDate>,
    /// In one of these states; stated and met ones, if none is named. Drafts are found by those of their council who see
    /// drafts.
    states: Option<Vec<State>>,
}

impl NeedStatementInput {
    pub(super) fn read(self) -> Result<Statement> {
        Ok(Statement {
            title: self.title,
            problem: self.problem,
            outcomes: self.outcomes,
            constraints: self.constraints,
            systems: self.systems,
            lgsl: self.service,
            cpv: self.cpv,
            budget_min_pence: self.budget_min_pence,
            budget_max_pence: self.budget_max_pence,
            needed_by: self.needed_by,
            firmness: self.firmness,
            quantity: self.quantity,
            quantity_of: self.quantity_of,
            contract_id: self.contract.map(|id| id.of(Sort::Contract)).transpose()?,
        })
    }
}

impl From<NeedSupportInput> for OwnDemand {
    fn from(input: NeedSupportInput) -> Self {
        Self {
            note: input.note,
            needed_by: input.needed_by,
            quantity: input.quantity,
            budget_min_pence: input.budget_min_pence,
            budget_max_pence: input.budget_max_pence,
        }
    }
}

impl NeedFilter {
    pub(super) fn read(self) -> Result<needs::Filter> {
        let digits =
            |text: &String| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if self.cpv_prefix.as_ref().is_some_and(|prefix| !digits(prefix)) {
            let error = async_graphql::Error::new("cpvPrefix has 1 to 8 digits");
            return Err(error.extend_with(|_, e| e.set("code", "BAD_FILTER")));
        }
        let councils = self.councils.unwrap_or_default().into_iter();
        let kinds = self.council_kinds.unwrap_or_default();
        let regions = self.regions.unwrap_or_default();
        Ok(needs::Filter {
            councils: councils.map(|id| id.of(Sort::Council)).collect::<Result<_>>()?,
            council_kinds: kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            regions: regions.iter().map(|region| region.as_str().to_owned()).collect(),
            lgsl: self.services.unwrap_or_default(),
            cpv_prefix: self.cpv_prefix,
            min_budget_pence: self.min_budget_pence,
            max_budget_pence: self.max_budget_pence,
            needed_from: self.needed_from,
            needed_to: self.needed_to,
            states: self.states.unwrap_or_default(),
        })
    }
}
