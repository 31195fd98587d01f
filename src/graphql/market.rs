//! The market in the graph: who holds what share, for how long, and what ends when.

use super::contracts::{self, Contract, ContractConnection};
use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::suppliers::Supplier;
use crate::access::Viewer;
use crate::contracts::{Columns, Filter, OrderBy};
use crate::councils::facts::{Kind, Region};
use crate::market::{self, Ending, Part, Share, Survey};
use crate::runtime::App;
use crate::runtime::page::{Cut, Item, Page};
use crate::suppliers::Size;
use async_graphql::{Context, ErrorExtensions, InputObject, Object, Result};
use chrono::NaiveDate;
use std::sync::Arc;
use uuid::Uuid;

/// The months ahead in which endings are told when none are given.
const MONTHS: u32 = 12;
/// The most months ahead: ten years.
const MOST_MONTHS: u32 = 120;

/// The market, to read.
#[derive(Debug, Default)]
pub struct MarketQuery;

/// Which contracts make the market; every part that is given must hold, and all registers if none is.
#[derive(Debug, Default, InputObject)]
pub struct MarketFilter {
    /// For these services, by Local Government Service List code.
    services: Option<Vec<i32>>,
    /// With a CPV code that begins with these digits, as `48` for software.
    cpv_prefix: Option<String>,
    /// In the registers of these councils, by id.
    councils: Option<Vec<Id>>,
    /// Of councils of these kinds.
    council_kinds: Option<Vec<Kind>>,
    /// Of councils in these regions.
    regions: Option<Vec<Region>>,
}

impl MarketFilter {
    fn read(self) -> Result<Filter> {
        let digits =
            |text: &String| (1..=8).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if self.cpv_prefix.as_ref().is_some_and(|prefix| !digits(prefix)) {
            return Err(bad("cpvPrefix has 1 to 8 digits"));
        }
        let councils = self.councils.unwrap_or_default().into_iter();
        let kinds = self.council_kinds.unwrap_or_default();
        let regions = self.regions.unwrap_or_default();
        Ok(Filter {
            councils: councils.map(|id| id.of(Sort::Council)).collect::<Result<_>>()?,
            council_kinds: kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            regions: regions.iter().map(|region| region.as_str().to_owned()).collect(),
            lgsl: self.services.unwrap_or_default(),
            cpv_prefix: self.cpv_prefix,
            ..Filter::default()
        })
    }
}

/// Whose contracts; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct WhoElseFilter {
    /// With this supplier.
    supplier: Option<Id>,
    /// Not in the registers of these councils, by id: leave one's own out to see others.
    not_councils: Option<Vec<Id>>,
    /// Of councils of these kinds.
    council_kinds: Option<Vec<Kind>>,
    /// Of councils in these regions.
    regions: Option<Vec<Region>>,
}

impl WhoElseFilter {
    fn read(self) -> Result<Filter> {
        let not_councils = self.not_councils.unwrap_or_default().into_iter();
        let kinds = self.council_kinds.unwrap_or_default();
        let regions = self.regions.unwrap_or_default();
        Ok(Filter {
            supplier: self.supplier.map(|id| id.of(Sort::Supplier)).transpose()?,
            not_councils: not_councils
                .map(|id| id.of(Sort::Council))
                .collect::<Result<_>>()?,
            council_kinds: kinds.iter().map(|kind| kind.as_str().to_owned()).collect(),
            regions: regions.iter().map(|region| region.as_str().to_owned()).collect(),
            ..Filter::default()
        })
    }
}

fn bad(message: &str) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, e| e.set("code", "BAD_FILTER"))
}

#[Object]
impl MarketQuery {
    /// The market of some contracts on a day: who holds what share of it, how concentrated it is, and what ends. Counted
    /// from the registers: contracts that run on the day by their dates; one whose end is unknown counts as running.
    /// Values are compared by the year. A yearly value is taken as it is; one of the whole term, also where the register
    /// does not say of what it is, is divided by the years of its initial term (365.25 days each), and counts whole when
    /// that is no longer than a year. What cannot be compared is counted apart.
    async fn market(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contracts.")] filter: Option<MarketFilter>,
        #[graphql(desc = "The day; today in London if not given.")] as_of: Option<NaiveDate>,
        #[graphql(desc = "Tell the contracts that end within so many months, at most 120; 12 if not given.")]
        ending_within_months: Option<u32>,
    ) -> Result<Market> {
        let app = ctx.data_unchecked::<App>();
        let day = super::days::asked(app, as_of)?;
        let months = ending_within_months.unwrap_or(MONTHS);
        if months > MOST_MONTHS {
            return Err(bad("endingWithinMonths is at most 120"));
        }
        let filter = filter.unwrap_or_default().read()?;
        let survey = market::seen(app, &filter, day, months).await.told(ctx)?;
        let survey = Arc::new(survey);
        Ok(Market { survey, day })
    }

    /// Who else runs this, and when does theirs end: contracts that run on a day by their dates and name the product in
    /// product, title, description or reference; those that end first, first, and those whose end is unknown last.
    async fn who_else_runs(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words of the product's name, all of which must be there; blank to go by the supplier alone."
        )]
        product: String,
        #[graphql(desc = "Whose.")] filter: Option<WhoElseFilter>,
        #[graphql(desc = "The day; today in London if not given.")] as_of: Option<NaiveDate>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<ContractConnection> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let filter = filter.unwrap_or_default().read()?;
        if filter.supplier.is_none() && !product.chars().any(char::is_alphanumeric) {
            return Err(bad("name a product or a supplier"));
        }
        let filter = Filter {
            text: Some(product),
            running_on: Some(super::days::asked(app, as_of)?),
            ..filter
        };
        let cut = paging::cut(first, after.as_deref())?;
        let (order, columns) = (OrderBy::default(), Columns::all());
        let count = ctx.look_ahead().field("totalCount").exists();
        let page = crate::contracts::list(app, viewer, &filter, order, &cut, &columns, count);
        Ok(paging::slice(page.await.told(ctx)?, Contract::from).into())
    }
}

/// The market of some contracts on a day.
#[derive(Clone, Debug)]
pub struct Market {
    survey: Arc<Survey>,
    day: NaiveDate,
}

connection!(
    MarketSupplierConnection,
    MarketSupplierEdge,
    MarketSupplier,
    "suppliers"
);
connection!(
    MarketEndingConnection,
    MarketEndingEdge,
    MarketEnding,
    "contracts that end"
);

/// The market of some contracts on a day.
#[Object]
impl Market {
    /// The day.
    async fn as_of(&self) -> NaiveDate {
        self.day
    }
    /// Contracts that run on the day.
    async fn contracts(&self) -> i64 {
        self.survey.contracts
    }
    /// Of them, those whose end is unknown.
    async fn contracts_without_end(&self) -> i64 {
        self.survey.without_end
    }
    /// Of them, those whose supplier the register withholds or lacks: they are in no share.
    async fn contracts_without_supplier(&self) -> i64 {
        self.survey.without_supplier
    }
    /// Of them, those without a value, or with none over nought: they are in no share of value.
    async fn contracts_without_value(&self) -> i64 {
        self.survey.without_value
    }
    /// Of them, those with a value of the whole term whose first or last day is unknown, so that it cannot be compared:
    /// they are in no share of value.
    async fn contracts_without_term(&self) -> i64 {
        self.survey.without_term
    }
    /// What the contracts whose value compares are worth in a year, in pence, with those whose supplier is not known.
    async fn yearly_value_pence(&self) -> i64 {
        self.survey.yearly_pence
    }
    /// How concentrated the market is by yearly value: the Herfindahl-Hirschman index, the sum of the squares of the
    /// suppliers' percentages. 10,000 is one supplier that has it all, 10,000 / n are n equal ones. Null when no value
    /// compares.
    async fn concentration_by_value(&self) -> Option<f64> {
        self.survey.concentration_by_value
    }
    /// The same by contracts. Null when no supplier is known.
    async fn concentration_by_contracts(&self) -> Option<f64> {
        self.survey.concentration_by_contracts
    }
    /// What micro, small and medium suppliers have of it.
    async fn sme(&self) -> MarketPart {
        MarketPart(self.survey.sme.clone())
    }
    /// What large suppliers have of it.
    async fn large(&self) -> MarketPart {
        MarketPart(self.survey.large.clone())
    }
    /// What suppliers have whose size nobody has stated: they may be either.
    async fn size_unknown(&self) -> MarketPart {
        MarketPart(self.survey.size_unknown.clone())
    }
    /// Its suppliers, by yearly value, largest first.
    async fn suppliers(
        &self,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<MarketSupplierConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let page = page(&self.survey.suppliers, |share| share.supplier_id, &cut);
        let day = self.day;
        Ok(paging::slice(page, |share| MarketSupplier { share, day }).into())
    }
    /// The contracts that end within the months asked for, by the day they end.
    async fn ending(
        &self,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<MarketEndingConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let page = page(&self.survey.ending, |ending| ending.contract_id, &cut);
        let day = self.day;
        Ok(paging::slice(page, |ending| MarketEnding { ending, day }).into())
    }
}

/// A page of a list that is in memory, after the item with the cursor's id.
fn page<T: Clone>(all: &[T], id: impl Fn(&T) -> Uuid, cut: &Cut) -> Page<T> {
    let after = cut.after.as_ref();
    let from = after.map_or(0, |(_, last)| {
        all.iter()
            .position(|item| id(item) == *last)
            .map_or(all.len(), |at| at + 1)
    });
    let wanted = usize::try_from(cut.first).unwrap_or(usize::MAX).saturating_add(1);
    let items = all[from..].iter().take(wanted).map(|item| Item {
        key: String::new(),
        id: id(item),
        value: item.clone(),
    });
    let total = u64::try_from(all.len()).ok();
    Page::from_one_more(items.collect(), cut, total)
}

/// What the suppliers of one size have of a market.
#[derive(Clone, Debug)]
pub struct MarketPart(Part);

/// What the suppliers of one size have of a market.
#[Object]
impl MarketPart {
    /// How many suppliers.
    async fn suppliers(&self) -> i64 {
        self.0.suppliers
    }
    /// Contracts that at least one of them holds.
    async fn contracts(&self) -> i64 {
        self.0.contracts
    }
    /// What theirs is worth in a year, in pence; of contracts held with others, their parts.
    async fn yearly_value_pence(&self) -> i64 {
        self.0.yearly_pence
    }
    /// Their share of the yearly value of known suppliers, 0 to 1. Null when they have none, or no value compares.
    async fn share_of_value(&self) -> Option<f64> {
        self.0.of_value
    }
    /// Their share of the contracts of known suppliers, 0 to 1. Null when they have none.
    async fn share_of_contracts(&self) -> Option<f64> {
        self.0.of_contracts
    }
}

/// What one supplier has of a market.
#[derive(Clone, Debug)]
pub struct MarketSupplier {
    share: Share,
    day: NaiveDate,
}

/// What one supplier has of a market. A contract of several suppliers counts once for each in `contracts`; its value and
/// its place in the shares are split equally among them.
#[Object]
impl MarketSupplier {
    /// The supplier.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<Supplier>> {
        super::suppliers::supplier(ctx, self.share.supplier_id).await
    }
    /// Contracts it holds, alone or with others.
    async fn contracts(&self) -> i64 {
        self.share.contracts
    }
    /// What they are worth in a year, in pence; of contracts held with others, its part.
    async fn yearly_value_pence(&self) -> i64 {
        self.share.yearly_pence
    }
    /// Its share of the yearly value of known suppliers, 0 to 1. Null when no value compares.
    async fn share_of_value(&self) -> Option<f64> {
        self.share.of_value
    }
    /// Its share of the contracts of known suppliers, 0 to 1.
    async fn share_of_contracts(&self) -> f64 {
        self.share.of_contracts
    }
    /// Whether it is a micro, small or medium enterprise, as its profile says; null when nobody stated its size.
    async fn is_sme(&self) -> Option<bool> {
        self.share.size.map(|size| size != Size::Large)
    }
    /// Since when it has held on: the earliest start of contracts with the same council that follow one another, with
    /// gaps of no more than three months, up to one that runs. Of several councils, the earliest. Only contracts that
    /// the market's filter passes count. Null when no such contract has a first day.
    async fn held_since(&self) -> Option<NaiveDate> {
        self.share.since
    }
    /// The whole years from `heldSince` to the day.
    async fn years_held(&self) -> Option<u32> {
        self.share.since.and_then(|since| self.day.years_since(since))
    }
}

/// A contract that ends.
#[derive(Clone, Debug)]
pub struct MarketEnding {
    ending: Ending,
    day: NaiveDate,
}

/// A contract of a market that ends.
#[Object]
impl MarketEnding {
    /// The contract, with its council, its suppliers and its windows.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        contracts::contract(ctx, self.ending.contract_id).await
    }
    /// Its last day.
    async fn ends_on(&self) -> NaiveDate {
        self.ending.ends_on
    }
    /// Since when one of its suppliers has held on at its council; see `heldSince` of a supplier.
    async fn held_since(&self) -> Option<NaiveDate> {
        self.ending.held_since
    }
    /// The whole years from `heldSince` to the day of the market.
    async fn years_held(&self) -> Option<u32> {
        self.ending
            .held_since
            .and_then(|since| self.day.years_since(since))
    }
}
