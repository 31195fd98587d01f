//! What running a parsed document costs, before anything runs: fields, depth, lists and the nodes its pages
//! may hold, each fragment counted once however often it is spread.
//!
//! It must not judge names or types (the validator does) and trusts `guard.rs` to have bounded the document:
//! it recurses as deep as 2,000 tokens can nest. Next: `cost/sizes.rs` for lists, `cost/introspection.rs`.

use super::guard::{self, coded};
use async_graphql::parser::types::{
    DocumentOperations, ExecutableDocument, OperationDefinition, OperationType,
};
use async_graphql::{ServerError, Variables};
use std::fmt;

mod introspection;
mod sizes;
#[cfg(test)]
mod tests;
mod walk;

pub use sizes::ListSizes;

/// Nodes an operation may ask for: fields times the sizes of the lists around them. A full page of 100
/// contracts with council, suppliers and windows is 7,800; 10,000 take some 20 ms and 1 MB.
pub const MAX_NODES: u64 = 10_000;
/// Selections of all operations with fragments spread out. The library walks them that way several times
/// without memory; 2,000 keep that under 5 ms.
pub const MAX_FIELDS: u64 = 2_000;
/// Fields inside fields. A page in a page in a page is 12.
pub const MAX_DEPTH: u64 = 16;
/// Lists and pages written in an operation, at any depth. Each is a statement or more, about 1 ms.
pub const MAX_LISTS: u64 = 50;
/// Root fields of a query, aliases and `__typename` included: they run at once and each takes a connection.
pub const MAX_QUERIES: u64 = 50;
/// Root fields of a mutation. They run one after the other; sign-in is limited elsewhere too.
pub const MAX_MUTATIONS: u64 = 10;
/// Variables an operation may declare. A form sends one input object, a search a dozen filters.
pub const MAX_VARIABLES: usize = 50;

/// What an operation costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Selections with fragments spread out; spreads count one themselves.
    pub fields: u64,
    /// Fields inside fields.
    pub depth: u64,
    /// Fields times the sizes of the lists around them.
    pub nodes: u64,
    /// Lists and pages as written, fragments spread out.
    pub lists: u64,
    /// Fields directly in the root, fragments spread out.
    pub roots: u64,
}

/// Why a document is not run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TooCostly {
    /// Over [`MAX_NODES`]; it holds how many.
    Nodes(u64),
    /// Over [`MAX_FIELDS`].
    Fields,
    /// Over [`MAX_DEPTH`].
    Depth,
    /// Over [`MAX_LISTS`].
    Lists,
    /// Over [`MAX_QUERIES`], or [`MAX_MUTATIONS`] in a mutation; it holds which.
    Roots(u64),
    /// Over [`MAX_VARIABLES`].
    Variables,
    /// A fragment that spreads itself; it holds its name.
    FragmentCycle(String),
    /// Introspection that repeats a field, or nests more lists than tools need.
    Introspection,
}

impl TooCostly {
    /// The name in `extensions.code`; clients match on it, so it never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Nodes(_) | Self::Fields | Self::Lists | Self::Roots(_) => "QUERY_TOO_COSTLY",
            Self::Depth => guard::Refusal::TooDeep.code(),
            Self::Variables => "QUERY_TOO_MANY_VARIABLES",
            Self::FragmentCycle(_) => "QUERY_FRAGMENT_CYCLE",
            Self::Introspection => "QUERY_INTROSPECTION_TOO_COSTLY",
        }
    }
}

impl fmt::Display for TooCostly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nodes(nodes) => write!(
                f,
                "the query asks for up to {nodes} nodes, over {MAX_NODES}: ask for smaller pages or fewer fields"
            ),
            Self::Fields => write!(
                f,
                "the query has over {MAX_FIELDS} fields with its fragments spread out"
            ),
            Self::Depth => write!(f, "the query's fields nest deeper than {MAX_DEPTH}"),
            Self::Lists => write!(f, "the query asks for over {MAX_LISTS} lists"),
            Self::Roots(most) => write!(f, "the operation has over {most} root fields"),
            Self::Variables => write!(f, "an operation declares over {MAX_VARIABLES} variables"),
            Self::FragmentCycle(name) => write!(f, "fragment \"{name}\" spreads itself"),
            Self::Introspection => {
                f.write_str("introspection may ask each field once, without aliases, and lists three deep")
            }
        }
    }
}

impl std::error::Error for TooCostly {}

impl From<TooCostly> for ServerError {
    fn from(refusal: TooCostly) -> Self {
        coded(refusal.code(), refusal.to_string(), None)
    }
}

/// The cost of the operation that would run, if it and the rest of its document are within the limits.
pub fn check(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    sizes: &ListSizes,
) -> Result<Cost, TooCostly> {
    let cost = of(document, operation_name, variables, sizes)?;
    let mutates = chosen(document, operation_name).is_some_and(|op| op.ty == OperationType::Mutation);
    let roots = if mutates { MAX_MUTATIONS } else { MAX_QUERIES };
    let over = [
        (cost.depth > MAX_DEPTH, TooCostly::Depth),
        (cost.roots > roots, TooCostly::Roots(roots)),
        (cost.lists > MAX_LISTS, TooCostly::Lists),
        (cost.nodes > MAX_NODES, TooCostly::Nodes(cost.nodes)),
    ];
    match over.into_iter().find(|(is_over, _)| *is_over) {
        Some((_, refusal)) => Err(refusal),
        None => Ok(cost),
    }
}

/// The cost of the operation that would run. Refuses only what cannot be costed or what the library would
/// choke on before running anything: cycles, fragments that spread out too far, odd introspection.
///
/// An unknown operation name costs nothing: the library answers that it is unknown.
pub fn of(
    document: &ExecutableDocument,
    operation_name: Option<&str>,
    variables: &Variables,
    sizes: &ListSizes,
) -> Result<Cost, TooCostly> {
    let chosen = chosen(document, operation_name);
    let defaults = chosen.map_or(&[][..], |operation| &operation.variable_definitions);
    let mut walk = walk::Walk::new(document, sizes, variables, defaults);
    walk.fragments()?;
    let (mut cost, mut fields) = (Cost::default(), 0_u64);
    // The library validates operations that will not run, too.
    for (_, operation) in document.operations.iter() {
        if operation.node.variable_definitions.len() > MAX_VARIABLES {
            return Err(TooCostly::Variables);
        }
        let one = walk.operation(&operation.node)?;
        fields = fields.saturating_add(one.fields);
        if fields > MAX_FIELDS {
            return Err(TooCostly::Fields);
        }
        if chosen.is_some_and(|chosen| std::ptr::eq(chosen, &operation.node)) {
            cost = one;
        }
    }
    Ok(cost)
}

/// The operation the library will run, if there is no doubt.
pub(super) fn chosen<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    let operation = match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Some(operation),
        (DocumentOperations::Single(_), Some(_)) => None,
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name),
        (DocumentOperations::Multiple(all), None) => all.values().next().filter(|_| all.len() == 1),
    };
    operation.map(|operation| &operation.node)
}
