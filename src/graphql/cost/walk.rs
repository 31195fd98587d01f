//! The walk over a document: each selection set is costed from its parts, each fragment once.
//!
//! It must stay linear in the document: whatever is spread is looked up, never walked again. Limits are
//! `cost.rs`'s to set.

use super::sizes::{DEFAULT_PAGE, ListSizes, MAX_PAGE, PLAIN_LIST, Size};
use super::{Cost, MAX_FIELDS, TooCostly, introspection};
use async_graphql::parser::types::{
    ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, VariableDefinition,
};
use async_graphql::{Positioned, Value, Variables};
use std::collections::HashMap;
use std::convert::Infallible;

/// One document on its way through.
pub(super) struct Walk<'a> {
    document: &'a ExecutableDocument,
    sizes: &'a ListSizes,
    variables: &'a Variables,
    defaults: &'a [Positioned<VariableDefinition>],
    /// Costs of fragments; `None` while one is being walked, so that meeting it again is a cycle.
    seen: HashMap<&'a str, Option<Cost>>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        document: &'a ExecutableDocument,
        sizes: &'a ListSizes,
        variables: &'a Variables,
        defaults: &'a [Positioned<VariableDefinition>],
    ) -> Self {
        Self {
            document,
            sizes,
            variables,
            defaults,
            seen: HashMap::with_capacity(document.fragments.len()),
        }
    }

    /// Costs every fragment, spread or not: the library walks unused ones as well.
    pub(super) fn fragments(&mut self) -> Result<(), TooCostly> {
        for name in self.document.fragments.keys() {
            self.fragment(name)?;
        }
        Ok(())
    }

    pub(super) fn operation(&mut self, operation: &'a OperationDefinition) -> Result<Cost, TooCostly> {
        let root = self.sizes.root(operation.ty);
        self.set(&operation.selection_set.node, root)
    }

    fn set(&mut self, set: &'a SelectionSet, of: &'a str) -> Result<Cost, TooCostly> {
        let mut sum = Cost::default();
        for selection in &set.items {
            let cost = match &selection.node {
                Selection::Field(field) => self.field(&field.node, of)?,
                Selection::FragmentSpread(spread) => {
                    spread_of(self.fragment(&spread.node.fragment_name.node)?)
                }
                Selection::InlineFragment(inline) => {
                    let on = inline.node.type_condition.as_ref();
                    let of = on.map_or(of, |on| on.node.on.node.as_str());
                    spread_of(self.set(&inline.node.selection_set.node, of)?)
                }
            };
            sum = beside(sum, cost);
        }
        Ok(sum)
    }

    /// The cost of a fragment, walked when first met. An unknown one is the validator's.
    fn fragment(&mut self, name: &'a str) -> Result<Cost, TooCostly> {
        match self.seen.get(name) {
            Some(Some(cost)) => return Ok(*cost),
            Some(None) => return Err(TooCostly::FragmentCycle(name.to_owned())),
            None => {}
        }
        let Some(fragment) = self.document.fragments.get(name) else {
            return Ok(Cost::default());
        };
        self.seen.insert(name, None);
        let on = fragment.node.type_condition.node.on.node.as_str();
        let cost = self.set(&fragment.node.selection_set.node, on)?;
        if cost.fields > MAX_FIELDS {
            return Err(TooCostly::Fields);
        }
        self.seen.insert(name, Some(cost));
        Ok(cost)
    }

    fn field(&mut self, field: &'a Field, of: &'a str) -> Result<Cost, TooCostly> {
        let name = field.name.node.as_str();
        if matches!(name, "__schema" | "__type") {
            return introspection::cost(self.document, field);
        }
        let (size, inner_type) = self.sizes.field(of, name);
        let inner = self.set(&field.selection_set.node, inner_type)?;
        let times = self.times(field, size);
        let is_list = times.is_some() && !field.selection_set.node.items.is_empty();
        Ok(Cost {
            fields: inner.fields.saturating_add(1),
            depth: inner.depth.saturating_add(1),
            nodes: inner.nodes.saturating_mul(times.unwrap_or(1)).saturating_add(1),
            lists: inner.lists.saturating_add(u64::from(is_list)),
            roots: 1,
        })
    }

    /// How many children a field has, if it is a list of some kind.
    fn times(&self, field: &Field, size: Size) -> Option<u64> {
        let asked = field.arguments.iter().filter(|(name, _)| name.node == "first");
        let default = match size {
            Size::Page(default) => default,
            _ => DEFAULT_PAGE,
        };
        // Repeated arguments are refused later, but until then the worst of them counts.
        let asked = asked
            .filter_map(|(_, first)| {
                let known = first
                    .node
                    .clone()
                    .into_const_with(|name| Ok::<_, Infallible>(self.number(&name)));
                known.ok().as_ref().map(|first| page(first, default))
            })
            .max();
        asked.or(match size {
            Size::One => None,
            Size::List | Size::Unknown => Some(PLAIN_LIST),
            Size::Page(default) => Some(default),
        })
    }

    /// A variable's value or default. Only numbers are copied: the rest are no sizes, and may be large.
    fn number(&self, variable: &str) -> Value {
        match self.variables.get(variable).or_else(|| self.default_of(variable)) {
            None | Some(Value::Null) => Value::Null,
            Some(Value::Number(number)) => Value::Number(number.clone()),
            Some(_) => Value::Boolean(true),
        }
    }

    fn default_of(&self, variable: &str) -> Option<&'a Value> {
        let declared = self
            .defaults
            .iter()
            .find(|declared| declared.node.name.node == variable)?;
        declared.node.default_value.as_ref().map(|value| &value.node)
    }
}

/// A page's size from `first`. An empty page still costs its statement; what is no size costs a full one.
fn page(first: &Value, default: u64) -> u64 {
    match first {
        Value::Null => default,
        Value::Number(number) => number.as_u64().map_or(MAX_PAGE, |first| first.clamp(1, MAX_PAGE)),
        _ => MAX_PAGE,
    }
}

/// A spread or an inline fragment: itself counts one selection, so that a bomb of empty ones is seen too.
fn spread_of(inner: Cost) -> Cost {
    Cost {
        fields: inner.fields.saturating_add(1),
        ..inner
    }
}

/// Two selections of one set.
fn beside(a: Cost, b: Cost) -> Cost {
    Cost {
        fields: a.fields.saturating_add(b.fields),
        depth: a.depth.max(b.depth),
        nodes: a.nodes.saturating_add(b.nodes),
        lists: a.lists.saturating_add(b.lists),
        roots: a.roots.saturating_add(b.roots),
    }
}
