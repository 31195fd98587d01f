//! Windows and extension options in the graph.

use crate::contracts::term::{ExtensionOption, ExtensionState, Length};
use crate::contracts::windows::{Window, WindowKind};
use crate::runtime::App;
use async_graphql::{Context, Object};
use chrono::NaiveDate;

/// A period in which something can or must be done about a contract. Derived, never typed.
#[derive(Clone, Copy, Debug)]
pub struct ContractWindow(pub(super) Window);

/// A period in which something can or must be done about a contract. Derived, never typed.
#[Object]
impl ContractWindow {
    /// What it is for.
    async fn kind(&self) -> WindowKind {
        self.0.kind
    }
    /// The extension option it is about, for decisions on one; else 0.
    async fn ordinal(&self) -> i32 {
        i32::from(self.0.ordinal)
    }
    /// First day.
    async fn opens_on(&self) -> NaiveDate {
        self.0.opens_on
    }
    /// Last day; null while holding over.
    async fn closes_on(&self) -> Option<NaiveDate> {
        self.0.closes_on
    }
    /// Whether it is open on a day.
    async fn is_open(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in London if not given.")] as_of: Option<NaiveDate>,
    ) -> bool {
        self.0
            .is_open_on(as_of.unwrap_or_else(|| ctx.data_unchecked::<App>().clock.today()))
    }
}

/// A right to lengthen a contract.
#[derive(Clone, Copy, Debug)]
pub struct Extension(pub(super) ExtensionOption);

/// A right to lengthen a contract.
#[Object(name = "ExtensionOption")]
impl Extension {
    /// Its place among the options, from 1.
    async fn ordinal(&self) -> i32 {
        i32::from(self.0.ordinal)
    }
    /// Its length in months, if it has one.
    async fn months(&self) -> Option<i32> {
        match self.0.length {
            Length::Months(months) => Some(i32::from(months)),
            Length::Until(_) => None,
        }
    }
    /// The day it reaches to, if it says that instead.
    async fn until(&self) -> Option<NaiveDate> {
        match self.0.length {
            Length::Until(date) => Some(date),
            Length::Months(_) => None,
        }
    }
    /// The day by which notice of it must be given.
    async fn notice_by(&self) -> Option<NaiveDate> {
        self.0.notice_by
    }
    /// What became of it.
    async fn state(&self) -> ExtensionState {
        self.0.state
    }
}
