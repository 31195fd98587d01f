//! Needs in the graph.

use super::councils::{self, Council, Service};
use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::relations::{SupportersOf, load};
use crate::access::Viewer;
use crate::councils::directory;
use crate::needs::{
    self, Ending, NeedEndErrorCode, NeedStateErrorCode, NeedSupportErrorCode, State, Statement,
};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, NaiveDate, Utc};

/// Needs, to read.
#[derive(Debug, Default)]
pub struct NeedsQuery;

/// Needs, to state.
#[derive(Debug, Default)]
pub struct NeedsMutation;

/// A problem that a council states before any tender.
#[derive(Clone, Debug)]
pub struct Need(needs::Need);

impl From<needs::Need> for Need {
    fn from(inner: needs::Need) -> Self {
        Self(inner)
    }
}

connection!(NeedConnection, NeedEdge, Need, "needs");

payload! {
    /// What became of stating a need.
    NeedStatePayload { need: Need } NeedStateError(NeedStateErrorCode)
}

payload! {
    /// What became of saying "us too".
    NeedSupportPayload { need: Need } NeedSupportError(NeedSupportErrorCode)
}

payload! {
    /// What became of ending a need.
    NeedEndPayload { need: Need } NeedEndError(NeedEndErrorCode, current_version)
}

/// A need to state.
#[derive(Debug, InputObject)]
pub struct NeedStateInput {
    /// The council whose need it is.
    council: Id,
    /// In a line, at most 200 characters.
    title: String,
    /// What is wrong.
    problem: String,
    /// What should be true afterwards.
    outcomes: String,
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
}

#[Object]
impl NeedsQuery {
    /// A need by id; null when there is none.
    async fn need(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Need>> {
        let id = id.of(Sort::Need)?;
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        Ok(needs::by_ids(app, viewer, &[id])
            .await
            .told(ctx)?
            .remove(&id)
            .map(Need))
    }

    /// The needs that councils have stated, met ones too, newest first.
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<NeedConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let page = needs::list(ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>(), &cut)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, Need).into())
    }
}

#[Object]
impl NeedsMutation {
    /// States a need of a council. Needs an officer, approver or administrator of that council.
    async fn need_state(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] input: NeedStateInput,
    ) -> Result<NeedStatePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let council = input.council.of(Sort::Council)?;
        let statement = Statement {
            title: input.title,
            problem: input.problem,
            outcomes: input.outcomes,
            systems: input.systems,
            lgsl: input.service,
            cpv: input.cpv,
            budget_min_pence: input.budget_min_pence,
            budget_max_pence: input.budget_max_pence,
            needed_by: input.needed_by,
        };
        NeedStatePayload::of(ctx, needs::state(app, viewer, council, statement).await.map(Need))
    }

    /// Says "us too" for another council; saying it again changes nothing. Needs an officer, approver or administrator of the council that says it.
    async fn need_support(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The council that says it.")] council: Id,
        #[graphql(desc = "What it would add, at most 2,000 bytes.")] note: Option<String>,
    ) -> Result<NeedSupportPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let (need, council) = (need.of(Sort::Need)?, council.of(Sort::Council)?);
        NeedSupportPayload::of(
            ctx,
            needs::support(app, viewer, need, council, note).await.map(Need),
        )
    }

    /// Ends a need. Needs an officer, approver or administrator of its council.
    async fn need_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The version of the need that this is based on.")] version: i32,
        #[graphql(desc = "How it ends.")] ending: Ending,
    ) -> Result<NeedEndPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        NeedEndPayload::of(
            ctx,
            needs::end(app, viewer, need.of(Sort::Need)?, version, ending)
                .await
                .map(Need),
        )
    }
}

/// A problem that a council states before any tender.
#[Object]
impl Need {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Need, self.0.id)
    }
    /// Whose it is.
    async fn council(&self) -> Option<Council> {
        councils::council(self.0.council_id)
    }
    /// In a line.
    async fn title(&self) -> &str {
        &self.0.statement.title
    }
    /// What is wrong.
    async fn problem(&self) -> &str {
        &self.0.statement.problem
    }
    /// What should be true afterwards.
    async fn outcomes(&self) -> &str {
        &self.0.statement.outcomes
    }
    /// Systems it must work with.
    async fn systems(&self) -> Option<&str> {
        self.0.statement.systems.as_deref()
    }
    /// The service it is for.
    async fn service(&self) -> Option<Service> {
        self.0
            .statement
            .lgsl
            .and_then(|code| directory().service(code))
            .map(|fact| Service(*fact))
    }
    /// Common Procurement Vocabulary code.
    async fn cpv(&self) -> Option<&str> {
        self.0.statement.cpv.as_deref()
    }
    /// Least budget in pence.
    async fn budget_min_pence(&self) -> Option<i64> {
        self.0.statement.budget_min_pence
    }
    /// Most budget in pence.
    async fn budget_max_pence(&self) -> Option<i64> {
        self.0.statement.budget_max_pence
    }
    /// When it is wanted.
    async fn needed_by(&self) -> Option<NaiveDate> {
        self.0.statement.needed_by
    }
    /// What became of it.
    async fn state(&self) -> State {
        self.0.state
    }
    /// The councils that said "us too", in the order they did.
    async fn supporters(&self, ctx: &Context<'_>) -> Result<Vec<Council>> {
        let ids = load(ctx, SupportersOf(self.0.id)).await?;
        Ok(ids.into_iter().filter_map(councils::council).collect())
    }
    /// Since when.
    async fn stated_at(&self) -> DateTime<Utc> {
        self.0.stated_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
