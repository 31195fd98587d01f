//! The API, a product of its own: one file per capability, and ids, errors and paging that all share.
//!
//! [`Api`] is the door: it admits a query, adds what resolvers need, and tidies what comes back. To add a
//! capability: 1. its file here, 2. its roots in [`Query`] and [`Mutation`], 3. its loaders in `api::LOADERS`.

mod access;
mod accounts;
mod addenda;
mod alert_history;
mod amendments;
mod api;
pub mod attachments;
mod audit;
mod bid_drafts;
mod bids;
mod catalogue;
mod changes;
mod contracts;
mod cost;
mod councils;
mod days;
mod decisions;
mod documents;
mod eligibility;
pub(crate) mod errors;
mod evaluation;
mod evidence;
mod feed;
mod feeds;
mod guard;
pub mod idempotency;
pub mod ids;
mod law;
mod mail;
mod market;
mod members;
mod need_answers;
mod need_inputs;
mod needs;
mod node;
pub(crate) mod paging;
mod pilot_drafts;
mod pilots;
mod preview;
mod privacy;
mod products;
mod profiles;
mod questions;
mod record;
mod register_imports;
mod register_plans;
mod relations;
mod results;
mod search_inputs;
mod searches;
mod subscriptions;
mod suppliers;
mod suppression;
mod tokens;
pub mod uploads;
mod windows;

pub(crate) use access::{AWAY_COOKIE, away_cookie, back_cookie};
pub use access::{DEVICE_COOKIE, SESSION_COOKIE, cookies, device_cookie, ended_cookie};
pub use api::Api;
pub(crate) use feed::{Event, Events};
pub(crate) use members::called;
pub(crate) use subscriptions::{Call, Operation};

use async_graphql::{MergedObject, SDLExportOptions};
use subscriptions::Subscription;

/// Everything that can be read.
#[derive(MergedObject, Default)]
pub struct Query(
    access::AccessQuery,
    audit::AuditQuery,
    members::MembersQuery,
    changes::ChangesQuery,
    contracts::ContractsQuery,
    councils::CouncilsQuery,
    feeds::FeedsQuery,
    law::LawQuery,
    mail::MailQuery,
    market::MarketQuery,
    needs::NeedsQuery,
    need_answers::NeedAnswersQuery,
    node::NodeQuery,
    pilots::PilotsQuery,
    catalogue::CatalogueQuery,
    products::ProductsQuery,
    record::RecordQuery,
    register_imports::RegisterImportsQuery,
    alert_history::AlertHistoryQuery,
    preview::PreviewQuery,
    searches::SearchesQuery,
    suppliers::SuppliersQuery,
);

/// Everything that can be done.
///
/// What changes an existing thing takes the `version` it is based on; when that is not the present one, nothing is done
/// and the error is `CONFLICT` with `currentVersion`.
///
/// A mutation sent with the HTTP header `Idempotency-Key` (1 to 255 visible ASCII characters, for example a UUID) is done
/// once: sent again with the same key within 24 hours, also many times at once, it is answered as it was the first time,
/// byte for byte. It is the only field of its request. The key belongs to who asks, and to what is asked: with another
/// request it is refused as `IDEMPOTENCY_KEY_REUSED`. `OUTCOME_UNKNOWN` says that the first request was cut short: look
/// whether it took effect, then use another key. A request that was refused before it began (`MALFORMED`,
/// `OVERLOADED` and the like) leaves its key free.
#[derive(MergedObject, Default)]
pub struct Mutation(
    access::AccessMutation,
    accounts::AccountsMutation,
    members::MembersMutation,
    tokens::TokensMutation,
    amendments::ContractsMutation,
    privacy::PrivacyMutation,
    addenda::AddendaMutation,
    bids::BidsMutation,
    bid_drafts::BidDraftsMutation,
    councils::CouncilsMutation,
    decisions::DecisionsMutation,
    evaluation::EvaluationMutation,
    feeds::FeedsMutation,
    law::LawMutation,
    mail::MailMutation,
    needs::NeedsMutation,
    pilot_drafts::PilotDraftsMutation,
    need_answers::NeedAnswersMutation,
    pilots::PilotsMutation,
    products::ProductsMutation,
    questions::QuestionsMutation,
    register_imports::RegisterImportsMutation,
    results::ResultsMutation,
    searches::SearchesMutation,
    suppliers::SuppliersMutation,
    evidence::EvidenceMutation,
    suppression::SuppressionMutation,
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
