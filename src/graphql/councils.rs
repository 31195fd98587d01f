//! Councils and services in the graph. Answered from the directory in memory: no statement is needed.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::members::SecondFactorRule;
use super::paging::{self, connection};
use crate::access::{Viewer, second_factor};
use crate::alerts::council_words::{self, CouncilMailWordsErrorCode, CouncilWords};
use crate::contracts::dashboard::{self, MonthOfWindows};
use crate::contracts::policy::{self, LeadTimesErrorCode, Policy};
use crate::contracts::windows::{LeadTimeOverrides, WindowKind};
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

/// Councils, to set their policy.
#[derive(Debug, Default)]
pub struct CouncilsMutation;

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
    /// A council by its GSS code, present or former, its slug, or a name that can only be its; null when there is none, or
    /// when the name may be another's too.
    async fn council(
        &self,
        #[graphql(desc = "For example `E10000020`, `norfolk` or `Norfolk CC`.")] code: String,
    ) -> Option<Council> {
        councils::named(&code).ok().map(Council)
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
    /// The lead times its windows are derived with.
    async fn lead_times(&self, ctx: &Context<'_>) -> Result<CouncilLeadTimes> {
        let found = policy::lead_times(ctx.data_unchecked::<App>(), self.0.id)
            .await
            .told(ctx)?;
        Ok(CouncilLeadTimes(found))
    }
    /// What it adds in its own words to the mails that tell of it.
    async fn mail_words(&self, ctx: &Context<'_>) -> Result<CouncilMailWords> {
        let found = council_words::one(ctx.data_unchecked::<App>(), self.0.id)
            .await
            .told(ctx)?;
        Ok(CouncilMailWords(found))
    }
    /// Whether those who act for it need a second factor. Needs to be of it; null for others.
    async fn second_factor_rule(&self, ctx: &Context<'_>) -> Result<Option<SecondFactorRule>> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let found = second_factor::rule(app, viewer, self.0.id).await.told(ctx)?;
        Ok(found.map(SecondFactorRule::from))
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

/// How long before a date each step has to begin: a council's own lead times, and Guildhall's where it has none.
#[derive(Clone, Copy, Debug)]
pub struct CouncilLeadTimes(Policy);

/// How long before a date each step has to begin: a council's own lead times, and Guildhall's where it has none.
#[Object]
impl CouncilLeadTimes {
    /// Review opens so many days before the review date.
    async fn review_lead_days(&self) -> u16 {
        self.0.leads.review_lead_days
    }
    /// Extension decisions and notice open so many days before they close.
    async fn decision_lead_days(&self) -> u16 {
        self.0.leads.decision_lead_days
    }
    /// Market engagement opens so many days before the last safe start.
    async fn engagement_lead_days(&self) -> u16 {
        self.0.leads.engagement_lead_days
    }
    /// Re-procurement opens so many days before the last safe start.
    async fn preparation_lead_days(&self) -> u16 {
        self.0.leads.preparation_lead_days
    }
    /// Expiry opens so many days before the current end.
    async fn expiry_lead_days(&self) -> u16 {
        self.0.leads.expiry_lead_days
    }
    /// Days from the new contract's signature to its first day.
    async fn mobilisation_days(&self) -> u16 {
        self.0.leads.mobilisation_days
    }
    /// Days from the tender deadline to the award notice.
    async fn evaluation_days(&self) -> u16 {
        self.0.leads.evaluation_days
    }
    /// Days from the tender notice to its deadline.
    async fn tender_days(&self) -> u16 {
        self.0.leads.tender_days
    }
    /// The same after a planned procurement notice.
    async fn planned_tender_days(&self) -> u16 {
        self.0.leads.planned_tender_days
    }
    /// Working days between award and signature.
    async fn standstill_working_days(&self) -> u16 {
        self.0.leads.standstill_working_days
    }
    /// Days of notice assumed where a contract states none.
    async fn notice_period_days(&self) -> u16 {
        self.0.leads.notice_period_days
    }
    /// Counts the changes of the council's own, 0 before the first: what changes them says which version it is based
    /// on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A council's own lead times; one that is not given is Guildhall's.
#[derive(Debug, InputObject)]
pub struct LeadTimesInput {
    /// Review opens so many days before the review date.
    review_lead_days: Option<u16>,
    /// Extension decisions and notice open so many days before they close.
    decision_lead_days: Option<u16>,
    /// Market engagement opens so many days before the last safe start.
    engagement_lead_days: Option<u16>,
    /// Re-procurement opens so many days before the last safe start.
    preparation_lead_days: Option<u16>,
    /// Expiry opens so many days before the current end.
    expiry_lead_days: Option<u16>,
    /// Days from the new contract's signature to its first day.
    mobilisation_days: Option<u16>,
    /// Days from the tender deadline to the award notice.
    evaluation_days: Option<u16>,
    /// Days from the tender notice to its deadline.
    tender_days: Option<u16>,
    /// The same after a planned procurement notice.
    planned_tender_days: Option<u16>,
    /// Working days between award and signature.
    standstill_working_days: Option<u16>,
    /// Days of notice assumed where a contract states none.
    notice_period_days: Option<u16>,
}

/// What a council adds in its own words to the mails that tell of it.
#[derive(Clone, Debug)]
pub struct CouncilMailWords(CouncilWords);

/// What a council adds in its own words to the mails that tell of it.
#[Object]
impl CouncilMailWords {
    /// The words; null, where it adds none.
    async fn words(&self) -> Option<&str> {
        Some(self.0.words.as_str()).filter(|words| !words.is_empty())
    }
    /// Counts their changes, 0 before the first: what changes them says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

payload! {
    /// What became of a council's own words.
    CouncilMailWordsSetPayload { mail_words: CouncilMailWords }
    CouncilMailWordsSetError(CouncilMailWordsErrorCode, current_version)
}

payload! {
    /// What became of a council's lead times.
    CouncilSetLeadTimesPayload { lead_times: CouncilLeadTimes }
    CouncilSetLeadTimesError(LeadTimesErrorCode, current_version)
}

#[Object]
impl CouncilsMutation {
    /// Sets a council's own lead times, and with them every window of its register. Needs an administrator of the
    /// council.
    async fn council_set_lead_times(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council.")] council: Id,
        #[graphql(desc = "The version of its lead times that this is based on.")] version: i32,
        #[graphql(desc = "Its own lead times, all of them.")] lead_times: LeadTimesInput,
    ) -> Result<CouncilSetLeadTimesPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let own = LeadTimeOverrides {
            review_lead_days: lead_times.review_lead_days,
            decision_lead_days: lead_times.decision_lead_days,
            engagement_lead_days: lead_times.engagement_lead_days,
            preparation_lead_days: lead_times.preparation_lead_days,
            expiry_lead_days: lead_times.expiry_lead_days,
            mobilisation_days: lead_times.mobilisation_days,
            evaluation_days: lead_times.evaluation_days,
            tender_days: lead_times.tender_days,
            planned_tender_days: lead_times.planned_tender_days,
            standstill_working_days: lead_times.standstill_working_days,
            notice_period_days: lead_times.notice_period_days,
            planned_notice: false,
        };
        let set = policy::set_lead_times(app, viewer, council.of(Sort::Council)?, version, &own).await;
        CouncilSetLeadTimesPayload::of(ctx, set.map(CouncilLeadTimes))
    }

    /// Sets what a council adds in its own words to the mails that tell of it, under its heading and marked as its own.
    /// Needs an administrator of the council.
    async fn council_mail_words_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council.")] council: Id,
        #[graphql(desc = "The version of its words that this is based on.")] version: i32,
        #[graphql(
            desc = "At most 500 characters, no word over 70, whose links begin with `https://`; none takes them back."
        )]
        words: Option<String>,
    ) -> Result<CouncilMailWordsSetPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let set =
            council_words::set(app, viewer, council.of(Sort::Council)?, version, words.as_deref()).await;
        CouncilMailWordsSetPayload::of(ctx, set.map(CouncilMailWords))
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
