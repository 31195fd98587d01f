//! Corrections of contracts in the graph.

use super::contracts::Contract;
use super::errors::payload;
use super::ids::{Id, Sort};
use crate::access::Viewer;
use crate::contracts::amend::{self, Amendment, ContractAmendErrorCode};
use crate::contracts::owner::{self, ContractOwnerErrorCode};
use crate::contracts::term::Period;
use crate::runtime::App;
use async_graphql::{Context, InputObject, MaybeUndefined, Object, OneofObject, Result};
use chrono::NaiveDate;

/// Contracts, to correct.
#[derive(Debug, Default)]
pub struct ContractsMutation;

payload! {
    /// What became of correcting a contract.
    ContractAmendPayload { contract: Contract } ContractAmendError(ContractAmendErrorCode, current_version)
}

/// What is to be corrected of a contract. What is not given stays; a date, notice or renewal that is null is taken out.
#[derive(Debug, InputObject)]
pub struct ContractAmendInput {
    /// The contract.
    contract: Id,
    /// The version of the contract that this is based on.
    version: i32,
    /// Title, at most 500 bytes.
    title: Option<String>,
    /// What is bought, at most 10,000 bytes.
    description: Option<String>,
    /// First day.
    starts_on: MaybeUndefined<NaiveDate>,
    /// Last day of the initial term; not before the first.
    initial_ends_on: MaybeUndefined<NaiveDate>,
    /// Review date.
    review_on: MaybeUndefined<NaiveDate>,
    /// Notice period.
    notice: MaybeUndefined<NoticeInput>,
    /// It renews itself for so many months, 1 to 120.
    auto_renews_months: MaybeUndefined<u16>,
    /// It was terminated, and this was its last day; null takes that back.
    terminated_on: MaybeUndefined<NaiveDate>,
    /// Another contract takes its place from this day on.
    replaced_on: MaybeUndefined<NaiveDate>,
}

/// A notice period, in one unit.
#[derive(Debug, OneofObject)]
pub enum NoticeInput {
    /// In months, 1 to 120.
    Months(u16),
    /// In days, 1 to 3,650.
    Days(u16),
}

impl From<NoticeInput> for Period {
    fn from(input: NoticeInput) -> Self {
        match input {
            NoticeInput::Months(months) => Self::Months(months),
            NoticeInput::Days(days) => Self::Days(days),
        }
    }
}

/// Nothing for what is not given, and nothing in it for null.
fn given<T>(input: MaybeUndefined<T>) -> Option<Option<T>> {
    match input {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

payload! {
    /// What became of setting who looks after a contract.
    ContractOwnerSetPayload { contract: Contract } ContractOwnerSetError(ContractOwnerErrorCode, current_version)
}

#[Object]
impl ContractsMutation {
    /// Sets who looks after a contract: they are told of what happens to it without asking. Needs an officer, approver
    /// or administrator of its council.
    async fn contract_owner_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract.")] contract: Id,
        #[graphql(desc = "The version of the contract that this is based on.")] version: i32,
        #[graphql(desc = "Somebody with a role in its council; nobody, if not given.")] owner: Option<Id>,
    ) -> Result<ContractOwnerSetPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let person = owner.map(|id| id.of(Sort::Person)).transpose()?;
        let set = owner::set(app, viewer, contract.of(Sort::Contract)?, version, person).await;
        ContractOwnerSetPayload::of(ctx, set.map(Contract::from))
    }

    /// Corrects a contract; its windows follow, and what is told of them. Needs an officer, approver or administrator
    /// of its council.
    async fn contract_amend(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be corrected.")] input: ContractAmendInput,
    ) -> Result<ContractAmendPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let amendment = Amendment {
            title: input.title,
            description: input.description,
            starts_on: given(input.starts_on),
            initial_ends_on: given(input.initial_ends_on),
            review_on: given(input.review_on),
            notice_period: given(input.notice).map(|notice| notice.map(Period::from)),
            auto_renews_months: given(input.auto_renews_months),
            terminated_on: given(input.terminated_on),
            replaced_on: given(input.replaced_on),
        };
        let contract = input.contract.of(Sort::Contract)?;
        let amended = amend::amend(app, viewer, contract, input.version, amendment).await;
        ContractAmendPayload::of(ctx, amended.map(Contract::from))
    }
}
