//! Contracts and windows in the graph. A list reads only the columns that were asked for, and its suppliers in
//! one further statement; relations of single contracts go through loaders.

use super::councils::{self, Council, Service};
use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::relations::{
    BuyersOf, ContractKey, OptionsOf, PilotOfContract, ScaledIn, SuppliersOf, WindowsOf, load, refer,
};
use super::windows::{ContractWindow, Extension};
use crate::access::Viewer;
use crate::contracts::term::{ExtensionOption, Status, Term};
use crate::contracts::windows::WindowKind;
use crate::contracts::{self, Column, Columns, Filter, Order, OrderBy};
use crate::councils::directory;
use crate::councils::facts::{Kind, Region};
use crate::runtime::App;
use async_graphql::{Context, ErrorExtensions, InputObject, Lookahead, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};
use uuid::Uuid;

/// Contracts, to read.
#[derive(Debug, Default)]
pub struct ContractsQuery;

/// An entry of a council's contracts register.
#[derive(Clone, Debug)]
pub struct Contract {
    row: contracts::Contract,
    suppliers: Option<Vec<crate::suppliers::Supplier>>,
}

impl From<contracts::Contract> for Contract {
    fn from(row: contracts::Contract) -> Self {
        Self { row, suppliers: None }
    }
}

connection!(ContractConnection, ContractEdge, Contract, "contracts");

/// Which contracts; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct ContractFilter {
    /// In the registers of these councils, by id.
    councils: Option<Vec<Id>>,
    /// Of councils of these kinds.
    council_kinds: Option<Vec<Kind>>,
    /// Of councils in these regions.
    regions: Option<Vec<Region>>,
    /// For these services, by Local Government Service List code.
    services: Option<Vec<i32>>,
    /// With a CPV code that begins with these digits, as `48` for software.
    cpv_prefix: Option<String>,
    /// With this supplier.
    supplier: Option<Id>,
    /// Worth at least this many pence.
    min_value_pence: Option<i64>,
    /// Worth at most this many pence.
    max_value_pence: Option<i64>,
    /// Ending from `asOf` (today if not given) up to so many days later.
    ends_within_days: Option<u32>,
    /// The day `endsWithinDays` counts from and windows are open on; today in London if not given.
    as_of: Option<NaiveDate>,
    /// With a window of one of these kinds open on `asOf`.
    window_open: Option<Vec<WindowKind>>,
    /// With all of these words in title, description, reference or product.
    text: Option<String>,
}

/// What a list of contracts is ordered by.
#[derive(Debug, InputObject)]
pub struct ContractOrder {
    /// By what.
    field: Order,
    /// Largest first.
    #[graphql(default)]
    descending: bool,
}

#[Object]
impl ContractsQuery {
    /// A contract by id; null when there is none.
    async fn contract(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: Id,
    ) -> Result<Option<Contract>> {
        contract(ctx, id.of(Sort::Contract)?).await
    }

    /// Contracts of every register, by current end unless another order is asked for.
    async fn contracts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<ContractFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ContractOrder>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor of the same order.")] after: Option<String>,
    ) -> Result<ContractConnection> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let cut = paging::cut(first, after.as_deref())?;
        let filter = filter.unwrap_or_default().read(app)?;
        let order = order_by.map_or_else(OrderBy::default, |o| OrderBy {
            field: o.field,
            descending: o.descending,
        });
        let (asked, node) = (ctx.look_ahead(), ctx.look_ahead().field("edges").field("node"));
        let count = asked.field("totalCount").exists();
        let page = contracts::list(app, viewer, &filter, order, &cut, &columns(&node), count)
            .await
            .told(ctx)?;
        let mut suppliers = if node.field("suppliers").exists() {
            let ids: Vec<Uuid> = page.items.iter().map(|item| item.id).collect();
            Some(crate::suppliers::of_contracts(app, &ids).await.told(ctx)?)
        } else {
            None
        };
        let wrap = |row: contracts::Contract| {
            let suppliers = suppliers
                .as_ref()
                .map(|of| of.get(&row.id).cloned().unwrap_or_default());
            Contract { row, suppliers }
        };
        let sliced = paging::slice(page, wrap);
        suppliers.take();
        Ok(sliced.into())
    }
}

/// A contract that another object refers to.
pub(super) async fn contract(ctx: &Context<'_>, id: Uuid) -> Result<Option<Contract>> {
    let found = refer(ctx, ContractKey(id)).await?;
    Ok(found.map(Contract::from))
}

impl ContractFilter {
    fn read(self, app: &App) -> Result<Filter> {
        let as_of = super::days::asked(app, self.as_of)?;
        let within = self
            .ends_within_days
            .map(|days| as_of + chrono::Duration::days(i64::from(days.min(36_525))));
        let ids = self.councils.unwrap_or_default();
        if self
            .cpv_prefix
            .as_ref()
            .is_some_and(|p| p.is_empty() || p.len() > 8 || !p.bytes().all(|b| b.is_ascii_digit()))
        {
            let error = async_graphql::Error::new("cpvPrefix has 1 to 8 digits");
            return Err(error.extend_with(|_, e| e.set("code", "BAD_FILTER")));
        }
        Ok(Filter {
            councils: ids
                .into_iter()
                .map(|id| id.of(Sort::Council))
                .collect::<Result<_>>()?,
            council_kinds: self
                .council_kinds
                .unwrap_or_default()
                .iter()
                .map(|k| k.as_str().to_owned())
                .collect(),
            regions: self
                .regions
                .unwrap_or_default()
                .iter()
                .map(|r| r.as_str().to_owned())
                .collect(),
            lgsl: self.services.unwrap_or_default(),
            cpv_prefix: self.cpv_prefix,
            supplier: self.supplier.map(|id| id.of(Sort::Supplier)).transpose()?,
            min_value_pence: self.min_value_pence,
            max_value_pence: self.max_value_pence,
            ends_from: within.map(|_| as_of),
            ends_to: within,
            window_open: self.window_open.map(|kinds| (kinds, as_of)),
            text: self.text,
            ..Filter::default()
        })
    }
}

/// The columns that the selected fields need. A field that is not named here needs none, or what is always read.
fn columns(node: &Lookahead<'_>) -> Columns {
    use Column as C;
    const TERM: &[Column] = &[
        C::StartsOn,
        C::InitialEndsOn,
        C::LatestEndsOn,
        C::ReviewOn,
        C::Standing,
        C::TerminatedOn,
        C::ReplacedOn,
    ];
    const NEEDS: &[(&str, &[Column])] = &[
        ("reference", &[C::Reference]),
        ("title", &[C::Title]),
        ("description", &[C::Description]),
        ("department", &[C::Department]),
        ("service", &[C::Lgsl]),
        ("category", &[C::Category]),
        ("cpv", &[C::Cpv]),
        ("productName", &[C::ProductName]),
        ("deliveryModel", &[C::DeliveryModel]),
        ("hosting", &[C::Hosting]),
        ("contractType", &[C::ContractType]),
        ("processType", &[C::ProcessType]),
        ("valuePence", &[C::ValuePence]),
        ("valueBasis", &[C::ValueBasis]),
        ("valueEstimated", &[C::ValueEstimated]),
        ("startsOn", &[C::StartsOn]),
        ("initialEndsOn", &[C::InitialEndsOn]),
        ("currentEndsOn", &[C::CurrentEndsOn]),
        ("maximumEndsOn", &[C::MaximumEndsOn]),
        ("reviewOn", &[C::ReviewOn]),
        ("noticeMonths", &[C::NoticeMonths]),
        ("noticeDays", &[C::NoticeDays]),
        ("autoRenewsMonths", &[C::AutoRenewsMonths]),
        ("endUnknown", &[C::EndUnknown]),
        ("status", TERM),
        ("updatedAt", &[C::UpdatedAt]),
        ("version", &[C::Version]),
    ];
    let asked = NEEDS.iter().filter(|(field, _)| node.field(field).exists());
    Columns::of(asked.flat_map(|(_, columns)| columns.iter().copied()))
}

/// An entry of a council's contracts register.
#[Object]
impl Contract {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Contract, self.row.id)
    }
    /// The council whose register it is in.
    async fn council(&self) -> Option<Council> {
        councils::council(self.row.council_id)
    }
    /// Councils that buy beside it (shared services).
    async fn other_buyers(&self, ctx: &Context<'_>) -> Result<Vec<Council>> {
        let ids = load(ctx, BuyersOf(self.row.id)).await?;
        Ok(ids.into_iter().filter_map(councils::council).collect())
    }
    /// Its suppliers, in the register's order.
    async fn suppliers(&self, ctx: &Context<'_>) -> Result<Vec<super::suppliers::Supplier>> {
        let found = match &self.suppliers {
            Some(found) => found.clone(),
            None => load(ctx, SuppliersOf(self.row.id)).await?,
        };
        Ok(found.into_iter().map(super::suppliers::Supplier::from).collect())
    }
    /// The council's own reference.
    async fn reference(&self) -> Option<&str> {
        self.row.reference.as_deref()
    }
    /// Title.
    async fn title(&self) -> &str {
        &self.row.title
    }
    /// What is bought.
    async fn description(&self) -> &str {
        &self.row.description
    }
    /// The directorate or service responsible.
    async fn department(&self) -> Option<&str> {
        self.row.department.as_deref()
    }
    /// The service it is for, of the Local Government Service List.
    async fn service(&self) -> Option<Service> {
        self.row
            .lgsl
            .and_then(|code| directory().service(code))
            .map(|fact| Service(*fact))
    }
    /// The council's own name for the category.
    async fn category(&self) -> Option<&str> {
        self.row.category.as_deref()
    }
    /// Common Procurement Vocabulary code, eight digits.
    async fn cpv(&self) -> Option<&str> {
        self.row.cpv.as_deref()
    }
    /// The product or system it pays for.
    async fn product_name(&self) -> Option<&str> {
        self.row.product_name.as_deref()
    }
    /// `in_house`, `outsourced` or `shared`.
    async fn delivery_model(&self) -> Option<&str> {
        self.row.delivery_model.as_deref()
    }
    /// `cloud` or `on_premises`.
    async fn hosting(&self) -> Option<&str> {
        self.row.hosting.as_deref()
    }
    /// As the register says.
    async fn contract_type(&self) -> Option<&str> {
        self.row.contract_type.as_deref()
    }
    /// How it was procured.
    async fn process_type(&self) -> Option<&str> {
        self.row.process_type.as_deref()
    }
    /// Value in pence, net of VAT.
    async fn value_pence(&self) -> Option<i64> {
        self.row.value_pence
    }
    /// `whole_term` or `yearly`.
    async fn value_basis(&self) -> Option<&str> {
        self.row.value_basis.as_deref()
    }
    /// Whether the value is an estimate.
    async fn value_estimated(&self) -> Option<bool> {
        self.row.value_estimated
    }
    /// First day.
    async fn starts_on(&self) -> Option<NaiveDate> {
        self.row.starts_on
    }
    /// Last day of the initial term.
    async fn initial_ends_on(&self) -> Option<NaiveDate> {
        self.row.initial_ends_on
    }
    /// Last day with the options that were exercised; null when the end is unknown.
    async fn current_ends_on(&self) -> Option<NaiveDate> {
        self.row.current_ends_on
    }
    /// Last day with every option that is available, too.
    async fn maximum_ends_on(&self) -> Option<NaiveDate> {
        self.row.maximum_ends_on
    }
    /// Review date.
    async fn review_on(&self) -> Option<NaiveDate> {
        self.row.review_on
    }
    /// Notice period, if it is in months.
    async fn notice_months(&self) -> Option<i32> {
        self.row.notice_months
    }
    /// Notice period, if it is in days.
    async fn notice_days(&self) -> Option<i32> {
        self.row.notice_days
    }
    /// It renews itself for so many months.
    async fn auto_renews_months(&self) -> Option<i32> {
        self.row.auto_renews_months
    }
    /// Whether there is no end, or one like 2099 that nobody believes: such a contract has no windows before it.
    async fn end_unknown(&self) -> bool {
        self.row.end_unknown
    }
    /// Its extension options, in order.
    async fn extension_options(&self, ctx: &Context<'_>) -> Result<Vec<Extension>> {
        Ok(load(ctx, OptionsOf(self.row.id))
            .await?
            .into_iter()
            .map(Extension)
            .collect())
    }
    /// What it is on a day.
    async fn status(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The day; today in London if not given.")] as_of: Option<NaiveDate>,
    ) -> Result<Status> {
        let day = as_of.unwrap_or_else(|| ctx.data_unchecked::<App>().clock.today());
        let options = load(ctx, OptionsOf(self.row.id)).await?;
        Ok(term(&self.row, options).status(day))
    }
    /// Its windows, by the day they open.
    async fn windows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only those open on this day.")] open_on: Option<NaiveDate>,
    ) -> Result<Vec<ContractWindow>> {
        let windows = load(ctx, WindowsOf(self.row.id)).await?;
        let wanted = windows
            .into_iter()
            .filter(|window| open_on.is_none_or(|day| window.is_open_on(day)));
        Ok(wanted.map(ContractWindow).collect())
    }
    /// The pilot whose result it scales: what was tried there is bought for good, or for more.
    async fn scales(&self, ctx: &Context<'_>) -> Result<Option<super::pilots::Pilot>> {
        let found = refer(ctx, ScaledIn(self.row.id)).await?;
        Ok(found.map(super::pilots::Pilot::from))
    }
    /// The pilot whose award it is, also where that was undone.
    async fn pilot(&self, ctx: &Context<'_>) -> Result<Option<super::pilots::Pilot>> {
        let found = refer(ctx, PilotOfContract(self.row.id)).await?;
        Ok(found.map(super::pilots::Pilot::from))
    }
    /// When it was last changed here.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.row.updated_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.row.version
    }
}

fn term(row: &contracts::Contract, options: Vec<ExtensionOption>) -> Term {
    contracts::term_of(row, options)
}
