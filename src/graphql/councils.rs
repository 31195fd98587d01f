//! Councils and services in the graph. Answered from the directory in memory: no statement is needed.

use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use crate::contracts::dashboard::{self, MonthOfWindows};
use crate::contracts::windows::WindowKind;
use crate::councils::facts::{Kind, Nation, ProvidingTier, Region, ServiceFact, Tier};
use crate::councils::{self, directory};
use crate::runtime::App;
use crate::runtime::page::{Cut, Item, Page};
use async_graphql::{Context, InputObject, Object, Result};
use chrono::{Months, NaiveDate};
use uuid::Uuid;

/// Councils and services, to read.
#[derive(Debug, Default)]
pub struct CouncilsQuery;

/// A council: a local authority, present or past.
#[derive(Clone, Copy, Debug)]
pub struct Council(&'static councils::Council);

connection!(CouncilConnection, CouncilEdge, Council, "councils");

/// The council of an id that another row refers to; ids of councils never go away.
pub(super) fn council(id: Uuid) -> Option<Council> {
    directory().by_id(id).map(Council)
}

/// Which councils; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct CouncilFilter {
    /// Of these kinds.
    kinds: Option<Vec<Kind>>,
    /// In these regions.
    regions: Option<Vec<Region>>,
    /// In these nations.
    nations: Option<Vec<Nation>>,
    /// Whose name has these letters in it.
    name: Option<String>,
    /// With those that have been abolished.
    #[graphql(default)]
    abolished: bool,
}

#[Object]
impl CouncilsQuery {
    /// A council by its GSS code, present or former, or its slug; null when there is none.
    async fn council(
        &self,
        #[graphql(desc = "For example `E10000020` or `norfolk`.")] code: String,
    ) -> Option<Council> {
        directory().find(&code).map(Council)
    }

    /// Councils, by slug.
    async fn councils(
        &self,
        #[graphql(desc = "Which ones.")] filter: Option<CouncilFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<CouncilConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let filter = filter.unwrap_or_default();
        let passing: Vec<_> = directory()
            .all()
            .iter()
            .filter(|council| filter.passes(council))
            .collect();
        Ok(paging::slice(page(&passing, &cut), Council).into())
    }

    /// The services of the Local Government Service List, by code.
    async fn services(&self) -> Vec<Service> {
        let mut services: Vec<_> = directory().services().map(|fact| Service(*fact)).collect();
        services.sort_by_key(|service| service.0.lgsl);
        services
    }
}

impl CouncilFilter {
    fn passes(&self, council: &councils::Council) -> bool {
        let facts = &council.facts;
        self.kinds
            .as_ref()
            .is_none_or(|kinds| kinds.contains(&facts.kind))
            && self
                .regions
                .as_ref()
                .is_none_or(|regions| regions.contains(&facts.region))
            && self
                .nations
                .as_ref()
                .is_none_or(|nations| nations.contains(&facts.nation))
            && self
                .name
                .as_ref()
                .is_none_or(|name| facts.name.to_lowercase().contains(&name.to_lowercase()))
            && (self.abolished || facts.ends_on.is_none())
    }
}

fn page(passing: &[&'static councils::Council], cut: &Cut) -> Page<&'static councils::Council> {
    let after = cut.after.as_ref().map_or("", |(slug, _)| slug);
    let first = usize::try_from(cut.first).unwrap_or(usize::MAX).saturating_add(1);
    let items = passing
        .iter()
        .filter(|council| council.facts.slug > after)
        .take(first)
        .map(|council| Item {
            key: council.facts.slug.to_owned(),
            id: council.id,
            value: *council,
        })
        .collect();
    Page::from_one_more(items, cut, Some(passing.len() as u64))
}

/// A council: a local authority, present or past.
#[Object]
impl Council {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Council, self.0.id)
    }
    /// Its name in addresses.
    async fn slug(&self) -> &str {
        self.0.facts.slug
    }
    /// Its code of the Office for National Statistics, if it had one.
    async fn gss(&self) -> Option<&str> {
        self.0.facts.gss
    }
    /// Official name.
    async fn name(&self) -> &str {
        self.0.facts.name
    }
    /// Name in conversation.
    async fn short_name(&self) -> &str {
        self.0.facts.short_name
    }
    /// Kind of council.
    async fn kind(&self) -> Kind {
        self.0.facts.kind
    }
    /// The powers that go with the kind.
    async fn tier(&self) -> Tier {
        self.0.facts.kind.tier()
    }
    /// Nation.
    async fn nation(&self) -> Nation {
        self.0.facts.nation
    }
    /// Region.
    async fn region(&self) -> Region {
        self.0.facts.region
    }
    /// When it began, where that is known.
    async fn starts_on(&self) -> Option<NaiveDate> {
        self.0.facts.starts_on
    }
    /// When it was abolished.
    async fn ends_on(&self) -> Option<NaiveDate> {
        self.0.facts.ends_on
    }
    /// The councils that followed it.
    async fn successors(&self) -> Vec<Council> {
        self.0
            .facts
            .successors
            .iter()
            .filter_map(|slug| directory().find(slug))
            .map(Council)
            .collect()
    }
    /// Counts and values of its windows, by kind and by the month in which they close.
    async fn windows_by_month(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first day that counts; today in London if not given.")] from: Option<NaiveDate>,
        #[graphql(
            desc = "How many months from then; 12 if not given, at most 60.",
            default = 12
        )]
        months: u32,
    ) -> Result<Vec<WindowMonth>> {
        let app = ctx.data_unchecked::<App>();
        let from = from.unwrap_or_else(|| app.clock.today());
        let to = from
            .checked_add_months(Months::new(months.min(60)))
            .unwrap_or(from);
        let found = dashboard::windows_by_month(app, self.0.id, from, to)
            .await
            .told(ctx)?;
        Ok(found.into_iter().map(WindowMonth).collect())
    }
}

/// The windows of one kind that close in one month.
#[derive(Debug)]
pub struct WindowMonth(MonthOfWindows);

/// The windows of one kind that close in one month.
#[Object]
impl WindowMonth {
    /// Kind of window.
    async fn kind(&self) -> WindowKind {
        self.0.kind
    }
    /// The first day of the month.
    async fn month(&self) -> NaiveDate {
        self.0.month
    }
    /// How many contracts have such a window.
    async fn contracts(&self) -> i64 {
        self.0.contracts
    }
    /// The value of those contracts in pence, where it is known.
    async fn value_pence(&self) -> i64 {
        self.0.value_pence
    }
}

/// A service of the Local Government Service List.
#[derive(Clone, Copy, Debug)]
pub struct Service(pub(super) ServiceFact);

/// A service of the Local Government Service List.
#[Object]
impl Service {
    /// Code in the list.
    async fn lgsl(&self) -> i32 {
        self.0.lgsl
    }
    /// Name.
    async fn name(&self) -> &str {
        self.0.name
    }
    /// Which councils provide it.
    async fn tier(&self) -> ProvidingTier {
        self.0.tier
    }
}
