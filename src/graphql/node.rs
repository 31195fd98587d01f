//! Anything by its id: the `Node` interface of the GraphQL cursor and object identification conventions.

use super::contracts::{self, Contract};
use super::councils::{self, Council};
use super::errors::Told;
use super::ids::{Id, Sort};
use super::needs::Need;
use super::pilots::Pilot;
use super::products::Product;
use super::suppliers::{self, Supplier};
use crate::access::Viewer;
use crate::runtime::App;
use crate::suppliers::products;
use crate::{needs, pilots};
use async_graphql::{Context, Interface, Object, Result};

/// Anything, by id.
#[derive(Debug, Default)]
pub struct NodeQuery;

/// Something with an identifier of its own.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "Id", desc = "Opaque identifier."))]
pub enum Node {
    /// A council.
    Council(Council),
    /// A contract.
    Contract(Box<Contract>),
    /// A supplier.
    Supplier(Supplier),
    /// A product.
    Product(Product),
    /// A need.
    Need(Need),
    /// A pilot.
    Pilot(Box<Pilot>),
}

#[Object]
impl NodeQuery {
    /// What has this id; null when there is nothing that the viewer may know of. Bids, questions, answers to needs,
    /// evidence, saved searches, feeds, uploaded registers and audit entries are reached through what they belong to.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Its id.")] id: Id) -> Result<Option<Node>> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let key = id.uuid;
        Ok(match id.sort {
            Sort::Council => councils::council(key).map(Node::Council),
            Sort::Contract => contracts::contract(ctx, key)
                .await?
                .map(|found| Node::Contract(Box::new(found))),
            Sort::Supplier => suppliers::supplier(ctx, key).await?.map(Node::Supplier),
            Sort::Need => {
                let mut found = needs::by_ids(app, viewer, &[key]).await.told(ctx)?;
                found.remove(&key).map(|found| Node::Need(found.into()))
            }
            Sort::Pilot => pilots::one(app, viewer, key)
                .await
                .told(ctx)?
                .map(|found| Node::Pilot(Box::new(found.into()))),
            Sort::Product => products::one(app, viewer, key)
                .await
                .told(ctx)?
                .map(|found| Node::Product(found.into())),
            Sort::NeedAnswer
            | Sort::Question
            | Sort::Bid
            | Sort::SavedSearch
            | Sort::Feed
            | Sort::Evidence
            | Sort::Person
            | Sort::Session
            | Sort::ApiToken
            | Sort::Invitation
            | Sort::AuditEntry
            | Sort::Mail
            | Sort::Import
            | Sort::Law => None,
        })
    }
}
