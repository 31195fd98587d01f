//! The API, a product of its own: one file per capability, and ids, errors and paging that all share.
//!
//! [`Api`] is the door: it admits a query, adds what resolvers need, and tidies what comes back. To add a
//! capability: 1. its file here, 2. its roots in [`Query`] and [`Mutation`], 3. its loaders in `api::LOADERS`.

mod access;
mod accounts;
mod api;
mod bids;
mod contracts;
mod cost;
mod councils;
mod documents;
pub(crate) mod errors;
mod feed;
mod guard;
pub mod ids;
mod members;
mod needs;
mod node;
pub(crate) mod paging;
mod pilots;
mod products;
mod questions;
mod relations;
mod searches;
mod subscriptions;
mod suppliers;
mod tokens;
mod windows;

pub use access::{DEVICE_COOKIE, SESSION_COOKIE, cookies, ended_cookie};
pub use api::Api;
pub(crate) use api::panic_words;
pub(crate) use feed::{Event, Events};
pub(crate) use subscriptions::{Call, Operation};

use async_graphql::{MergedObject, SDLExportOptions};
use subscriptions::Subscription;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    access::AccessQuery,
    members::MembersQuery,
    contracts::ContractsQuery,
    councils::CouncilsQuery,
    needs::NeedsQuery,
    node::NodeQuery,
    pilots::PilotsQuery,
    products::ProductsQuery,
    searches::SearchesQuery,
    suppliers::SuppliersQuery,
);

/// Everything that can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    access::AccessMutation,
    accounts::AccountsMutation,
    members::MembersMutation,
    tokens::TokensMutation,
    bids::BidsMutation,
    councils::CouncilsMutation,
    needs::NeedsMutation,
    pilots::PilotsMutation,
    products::ProductsMutation,
    questions::QuestionsMutation,
    searches::SearchesMutation,
    suppliers::SuppliersMutation,
);

/// The whole API as async-graphql holds it.
pub type Schema = async_graphql::Schema<Query, Mutation, Subscription>;

/// Builds the schema. It needs no database: the command that prints `schema.graphql` has none.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), Subscription)
        .limit_directives(20)
        .disable_suggestions()
        .finish()
}

/// The schema as text, sorted so that a change shows as itself.
pub fn sdl() -> String {
    schema().sdl_with_options(
        SDLExportOptions::new()
            .sorted_fields()
            .sorted_arguments()
            .sorted_enum_items(),
    )
}
