//! Answers of suppliers to needs, in the graph.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::needs::Need;
use super::paging::{self, connection};
use super::products::Product;
use super::relations::{NeedKey, PublishedProductKey, refer, refer_all};
use super::suppliers::Supplier;
use crate::access::Viewer;
use crate::needs::answers::{self, Answer, AnswerFilter, AnswerState, NeedAnswerErrorCode, Offer};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result};
use chrono::{DateTime, Utc};

/// Answers to needs, to read.
#[derive(Debug, Default)]
pub struct NeedAnswersQuery;

/// Answers to needs, to give.
#[derive(Debug, Default)]
pub struct NeedAnswersMutation;

/// What a supplier answers to a need.
#[derive(Clone, Debug)]
pub struct NeedAnswer(Answer);

connection!(NeedAnswerConnection, NeedAnswerEdge, NeedAnswer, "answers");

payload! {
    /// What became of answering a need.
    NeedAnswerPayload { answer: NeedAnswer } NeedAnswerError(NeedAnswerErrorCode)
}
payload! {
    /// What became of writing an answer anew.
    NeedAnswerRevisePayload { answer: NeedAnswer } NeedAnswerReviseError(NeedAnswerErrorCode, current_version)
}
payload! {
    /// What became of taking an answer back.
    NeedAnswerWithdrawPayload { answer: NeedAnswer } NeedAnswerWithdrawError(NeedAnswerErrorCode, current_version)
}

/// What a supplier offers in answer to a need: products, a note, or both.
#[derive(Debug, InputObject)]
pub struct NeedOfferInput {
    /// Published products of the supplier's own, at most 20.
    #[graphql(default)]
    products: Vec<Id>,
    /// How it would help, at most 2,000 bytes.
    note: Option<String>,
}

/// Which answers; every part that is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct NeedAnswerFilter {
    /// To this need.
    need: Option<Id>,
    /// Of this supplier.
    supplier: Option<Id>,
}

impl NeedOfferInput {
    fn read(self) -> Result<Offer> {
        let products = self.products.into_iter().map(|id| id.of(Sort::Product));
        Ok(Offer {
            products: products.collect::<Result<_>>()?,
            note: self.note,
        })
    }
}

fn given<'a>(ctx: &Context<'a>) -> (&'a App, &'a Viewer) {
    (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>())
}

#[Object]
impl NeedAnswersQuery {
    /// What suppliers answered to needs, newest first. Officers, approvers and administrators of the council that stated
    /// a need, and of those that say "us too" to it, see its standing answers; a supplier's people see their own;
    /// everybody else finds none.
    async fn need_answers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which ones.")] filter: Option<NeedAnswerFilter>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<NeedAnswerConnection> {
        let (app, viewer) = given(ctx);
        let filter = filter.unwrap_or_default();
        let filter = AnswerFilter {
            need: filter.need.map(|id| id.of(Sort::Need)).transpose()?,
            supplier: filter.supplier.map(|id| id.of(Sort::Supplier)).transpose()?,
        };
        let cut = paging::cut(first, after.as_deref())?;
        let page = answers::list(app, viewer, &filter, &cut).await.told(ctx)?;
        Ok(paging::slice(page, NeedAnswer).into())
    }
}

#[Object]
impl NeedAnswersMutation {
    /// Answers a need with products of a supplier's, a note, or both: for the council that stated it and those that say
    /// "us too", and nobody else. Needs a member of the supplier.
    async fn need_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The need.")] need: Id,
        #[graphql(desc = "The supplier that answers.")] supplier: Id,
        #[graphql(desc = "What it offers.")] offer: NeedOfferInput,
    ) -> Result<NeedAnswerPayload> {
        let (app, viewer) = given(ctx);
        let (need, supplier) = (need.of(Sort::Need)?, supplier.of(Sort::Supplier)?);
        let answered = answers::answer(app, viewer, need, supplier, offer.read()?).await;
        NeedAnswerPayload::of(ctx, answered.map(NeedAnswer))
    }

    /// Writes an answer anew, whole. Needs a member of its supplier.
    async fn need_answer_revise(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] answer: Id,
        #[graphql(desc = "The version of the answer that this is based on.")] version: i32,
        #[graphql(desc = "What it offers now.")] offer: NeedOfferInput,
    ) -> Result<NeedAnswerRevisePayload> {
        let (app, viewer) = given(ctx);
        let answer = answer.of(Sort::NeedAnswer)?;
        let revised = answers::revise(app, viewer, answer, version, offer.read()?).await;
        NeedAnswerRevisePayload::of(ctx, revised.map(NeedAnswer))
    }

    /// Takes an answer back; its supplier still sees it, and can answer again. Needs a member of its supplier.
    async fn need_answer_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The answer.")] answer: Id,
        #[graphql(desc = "The version of the answer that this is based on.")] version: i32,
    ) -> Result<NeedAnswerWithdrawPayload> {
        let (app, viewer) = given(ctx);
        let withdrawn = answers::withdraw(app, viewer, answer.of(Sort::NeedAnswer)?, version).await;
        NeedAnswerWithdrawPayload::of(ctx, withdrawn.map(NeedAnswer))
    }
}

/// What a supplier answers to a need.
#[Object]
impl NeedAnswer {
    /// Opaque identifier.
    async fn id(&self) -> Id {
        Id::new(Sort::NeedAnswer, self.0.id)
    }
    /// The need.
    async fn need(&self, ctx: &Context<'_>) -> Result<Option<Need>> {
        Ok(refer(ctx, NeedKey(self.0.need_id)).await?.map(Need::from))
    }
    /// Whose answer it is.
    async fn supplier(&self, ctx: &Context<'_>) -> Result<Option<Supplier>> {
        super::suppliers::supplier(ctx, self.0.supplier_id).await
    }
    /// The products it offers, as they are now; those that are not published any more are left out.
    async fn products(&self, ctx: &Context<'_>) -> Result<Vec<Product>> {
        let keys = self.0.offer.products.iter().map(|id| PublishedProductKey(*id));
        let found = refer_all(ctx, keys.collect()).await?;
        Ok(found.into_iter().map(Product::from).collect())
    }
    /// How it would help.
    async fn note(&self) -> Option<&str> {
        self.0.offer.note.as_deref()
    }
    /// Whether it stands.
    async fn state(&self) -> AnswerState {
        self.0.state
    }
    /// When it was given.
    async fn answered_at(&self) -> DateTime<Utc> {
        self.0.answered_at
    }
    /// When it was last changed.
    async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
