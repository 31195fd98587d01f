//! Needs in the graph.

use super::contracts::{self, Contract};
use super::councils::{self, Council, Service};
use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::need_inputs::{NeedFilter, NeedStateInput, NeedStatementInput, NeedSupportInput};
use super::paging::{self, connection};
use super::relations::{SupportersOf, load};
use crate::access::Viewer;
use crate::councils::directory;
use crate::needs::{
    self, Demand, Ending, Firmness, NeedEndErrorCode, NeedStateErrorCode, NeedSupportErrorCode, State,
    Supporter,
};
use crate::runtime::App;
use async_graphql::{Context, Object, Result};
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
    /// What became of drafting a need.
    NeedDraftPayload { need: Need } NeedDraftError(NeedStateErrorCode)
}

payload! {
    /// What became of writing a need anew.
    NeedRevisePayload { need: Need } NeedReviseError(NeedStateErrorCode, current_version)
}

payload! {
    /// What became of stating a need that was drafted.
    NeedStateDraftPayload { need: Need } NeedStateDraftError(NeedStateErrorCode, current_version)
}

payload! {
    /// What became of saying "us too".
    NeedSupportPayload { need: Need } NeedSupportError(NeedSupportErrorCode)
}

payload! {
    /// What became of changing what was said with "us too".
    NeedSupportChangePayload { need: Need } NeedSupportChangeError(NeedSupportErrorCode, current_version)
}

payload! {
    /// What became of taking an "us too" back.
    NeedSupportWithdrawPayload { need: Need } NeedSupportWithdrawError(NeedSupportErrorCode, current_version)
}

payload! {
    /// What became of ending a need.
    NeedEndPayload { need: Need } NeedEndError(NeedEndErrorCode, current_version)
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl NeedsQuery {
    /// A need by id; null when there is none that the viewer may know of. Drafts are for their council's own.
    async fn need(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Need>> {
        let id = id.of(Sort::Need)?;
        let (app, viewer) = given(ctx);
        Ok(needs::by_ids(app, viewer, &[id])
            .await
            .told(ctx)?
            .remove(&id)
            .map(Need))
    }

    /// The needs that councils have stated, newest first; met ones too, unless the filter names states.
    async fn needs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<NeedFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<NeedConnection> {
        let (app, viewer) = given(ctx);
        let cut = paging::cut(first, after.as_deref())?;
        let filter = filter.unwrap_or_default().read()?;
        let page = needs::list(app, viewer, &filter, &cut).await.told(ctx)?;
        Ok(paging::slice(page, Need).into())
    }
}

#[Object]
impl NeedsMutation {
    /// States a need of a council at once: everybody reads it, and whoever asked to hear of such needs is told. Needs an
    /// officer, approver or administrator of that council.
    async fn need_state(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] input: NeedStateInput,
    ) -> Result<NeedStatePayload> {
        let (app, viewer) = given(ctx);
        let (council, statement) = (input.council.of(Sort::Council)?, input.statement.read()?);
        NeedStatePayload::of(ctx, needs::state(app, viewer, council, statement).await.map(Need))
    }

    /// Drafts a need of a council: its own people see it, and nobody is told until it is stated. Needs an officer,
    /// approver or administrator of that council.
    async fn need_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The council whose need it is.")] council: Id,
        #[graphql(desc = "What it says of it so far.")] statement: NeedStatementInput,
    ) -> Result<NeedDraftPayload> {
        let (app, viewer) = given(ctx);
        let (council, statement) = (council.of(Sort::Council)?, statement.read()?);
        NeedDraftPayload::of(ctx, needs::draft(app, viewer, council, statement).await.map(Need))
    }

    /// Writes a draft or a stated need anew, whole: what is not given is not said any more. Needs an officer, approver or
    /// administrator of its council.
    async fn need_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The version of the need that this is based on.")] version: i32,
        #[graphql(desc = "What is said of it now.")] statement: NeedStatementInput,
    ) -> Result<NeedRevisePayload> {
        let (app, viewer) = given(ctx);
        let (need, statement) = (need.of(Sort::Need)?, statement.read()?);
        let revised = needs::revise(app, viewer, need, version, statement).await;
        NeedRevisePayload::of(ctx, revised.map(Need))
    }

    /// States a need that was drafted: from now on everybody reads it, and whoever asked to hear of such needs is told.
    /// Needs an officer, approver or administrator of its council.
    async fn need_state_draft(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The draft.")] need: Id,
        #[graphql(desc = "The version of the need that this is based on.")] version: i32,
    ) -> Result<NeedStateDraftPayload> {
        let (app, viewer) = given(ctx);
        let stated = needs::state_draft(app, viewer, need.of(Sort::Need)?, version).await;
        NeedStateDraftPayload::of(ctx, stated.map(Need))
    }

    /// Says "us too" for another council, with its own date and numbers; saying the same again changes nothing. It may
    /// then read what suppliers answer to the need. Needs an officer, approver or administrator of the council that says
    /// it.
    async fn need_support(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The council that says it.")] council: Id,
        #[graphql(desc = "What it wants itself.")] support: Option<NeedSupportInput>,
    ) -> Result<NeedSupportPayload> {
        let (app, viewer) = given(ctx);
        let (need, council) = (need.of(Sort::Need)?, council.of(Sort::Council)?);
        let wants = support.unwrap_or_default().into();
        let said = needs::support(app, viewer, need, council, wants).await;
        NeedSupportPayload::of(ctx, said.map(Need))
    }

    /// Changes the date and numbers that a council said "us too" with, whole: what is not given is not said any more.
    /// Needs an officer, approver or administrator of the council that says it.
    async fn need_support_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The council that says it.")] council: Id,
        #[graphql(desc = "The version of the council's \"us too\" that this is based on.")] version: i32,
        #[graphql(desc = "What it wants itself now.")] support: NeedSupportInput,
    ) -> Result<NeedSupportChangePayload> {
        let (app, viewer) = given(ctx);
        let (need, council) = (need.of(Sort::Need)?, council.of(Sort::Council)?);
        let said = needs::change_support(app, viewer, need, council, version, support.into()).await;
        NeedSupportChangePayload::of(ctx, said.map(Need))
    }

    /// Takes a council's "us too" back; it does not read the answers of suppliers any more. Needs an officer, approver or
    /// administrator of the council that said it.
    async fn need_support_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The council that said it.")] council: Id,
        #[graphql(desc = "The version of the council's \"us too\" that this is based on.")] version: i32,
    ) -> Result<NeedSupportWithdrawPayload> {
        let (app, viewer) = given(ctx);
        let (need, council) = (need.of(Sort::Need)?, council.of(Sort::Council)?);
        let said = needs::withdraw_support(app, viewer, need, council, version).await;
        NeedSupportWithdrawPayload::of(ctx, said.map(Need))
    }

    /// Ends a need; a draft can only be withdrawn. Needs an officer, approver or administrator of its council.
    async fn need_end(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The version of the need that this is based on.")] version: i32,
        #[graphql(desc = "How it ends.")] ending: Ending,
    ) -> Result<NeedEndPayload> {
        let (app, viewer) = given(ctx);
        let ended = needs::end(app, viewer, need.of(Sort::Need)?, version, ending).await;
        NeedEndPayload::of(ctx, ended.map(Need))
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
    /// What an answer must keep to.
    async fn constraints(&self) -> Option<&str> {
        self.0.statement.constraints.as_deref()
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
    /// How firm that day is.
    async fn firmness(&self) -> Option<Firmness> {
        self.0.statement.firmness
    }
    /// The council's own number of what `quantityOf` says.
    async fn quantity(&self) -> Option<i64> {
        self.0.statement.quantity
    }
    /// What the numbers of this need count, as "social workers".
    async fn quantity_of(&self) -> Option<&str> {
        self.0.statement.quantity_of.as_deref()
    }
    /// The contract of the council's that it relates to, with its windows: what is decided about it is decided by then.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        match self.0.statement.contract_id {
            Some(id) => contracts::contract(ctx, id).await,
            None => Ok(None),
        }
    }
    /// What became of it.
    async fn state(&self) -> State {
        self.0.state
    }
    /// The councils that say "us too", in the order they came to.
    async fn supporters(&self, ctx: &Context<'_>) -> Result<Vec<Council>> {
        let all = load(ctx, SupportersOf(self.0.id)).await?;
        Ok(all
            .into_iter()
            .filter_map(|one| councils::council(one.council_id))
            .collect())
    }
    /// What each council that says "us too" wants itself, in the order they came to.
    async fn support(&self, ctx: &Context<'_>) -> Result<Vec<NeedSupport>> {
        let all = load(ctx, SupportersOf(self.0.id)).await?;
        Ok(all.into_iter().map(NeedSupport).collect())
    }
    /// What all its councils want together.
    async fn demand(&self, ctx: &Context<'_>) -> Result<Demand> {
        let others = load(ctx, SupportersOf(self.0.id)).await?;
        Ok(needs::demand(
            &self.0.statement,
            others.iter().map(|one| &one.wants),
        ))
    }
    /// Since when everybody may read it; null of a draft.
    async fn stated_at(&self) -> Option<DateTime<Utc>> {
        self.0.stated_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// A council that says "us too" to a need, and what it wants itself.
#[derive(Clone, Debug)]
pub struct NeedSupport(Supporter);

/// A council that says "us too" to a need, and what it wants itself.
#[Object]
impl NeedSupport {
    /// The council.
    async fn council(&self) -> Option<Council> {
        councils::council(self.0.council_id)
    }
    /// What it would add.
    async fn note(&self) -> Option<&str> {
        self.0.wants.note.as_deref()
    }
    /// When it needs it.
    async fn needed_by(&self) -> Option<NaiveDate> {
        self.0.wants.needed_by
    }
    /// How many, of what the need's `quantityOf` says.
    async fn quantity(&self) -> Option<i64> {
        self.0.wants.quantity
    }
    /// Least budget in pence.
    async fn budget_min_pence(&self) -> Option<i64> {
        self.0.wants.budget_min_pence
    }
    /// Most budget in pence.
    async fn budget_max_pence(&self) -> Option<i64> {
        self.0.wants.budget_max_pence
    }
    /// Since when it says so.
    async fn joined_at(&self) -> DateTime<Utc> {
        self.0.joined_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
