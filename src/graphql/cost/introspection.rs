//! Introspection under a rule of its own: its lists are as long as the schema, so it is held to the shape
//! tools send rather than multiplied out. It must let GraphiQL's query and code generators' through.

use super::{Cost, TooCostly};
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};

/// What `__schema` counts: GraphiQL's answer is some hundred kB, and a second in one request is refused.
const SCHEMA_NODES: u64 = 6_000;
/// What `__type` counts: ten in one request.
const TYPE_NODES: u64 = 1_000;
/// Selections with fragments spread out; GraphiQL's query has about 300.
const MAX_SELECTIONS: u64 = 500;
/// Fields inside fields; GraphiQL's query has 14, nine of them `ofType`.
const MAX_DEPTH: u64 = 20;
/// Lists inside lists: types, their fields, their arguments.
const MAX_LISTS: u32 = 3;

/// The introspection fields that are lists.
const LISTS: [&str; 8] = [
    "types",
    "fields",
    "args",
    "inputFields",
    "interfaces",
    "possibleTypes",
    "enumValues",
    "directives",
];

/// The cost of `__schema` or `__type`. Its depth is counted as one: it is bounded here.
pub(super) fn cost<'a>(document: &'a ExecutableDocument, field: &'a Field) -> Result<Cost, TooCostly> {
    let mut walk = Walk {
        document,
        selections: 1,
    };
    walk.inside(&field.selection_set.node, 0, 1)?;
    let nodes = match field.name.node.as_str() {
        "__schema" => SCHEMA_NODES,
        _ => TYPE_NODES,
    };
    Ok(Cost {
        fields: walk.selections,
        depth: 1,
        nodes,
        lists: 1,
        roots: 1,
    })
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    /// Counts fragments too, so that a cycle of them ends.
    selections: u64,
}

impl<'a> Walk<'a> {
    /// `lists` has a bit for each list on the way here.
    fn inside(&mut self, set: &'a SelectionSet, lists: u32, depth: u64) -> Result<(), TooCostly> {
        if depth > MAX_DEPTH {
            return Err(TooCostly::Introspection);
        }
        let mut fields = Vec::new();
        self.spread(set, &mut fields)?;
        for (at, field) in fields.iter().enumerate() {
            let name = field.name.node.as_str();
            let twice = fields[..at].iter().any(|other| other.name.node == name);
            // Client libraries add `__typename` to every fragment.
            if twice && name != "__typename" {
                return Err(TooCostly::Introspection);
            }
            let lists = with_list(lists, name)?;
            self.inside(&field.selection_set.node, lists, depth + 1)?;
        }
        Ok(())
    }

    /// The fields of a selection set, those of its fragments included.
    fn spread(&mut self, set: &'a SelectionSet, fields: &mut Vec<&'a Field>) -> Result<(), TooCostly> {
        for selection in &set.items {
            self.selections += 1;
            if self.selections > MAX_SELECTIONS {
                return Err(TooCostly::Introspection);
            }
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(inline) => self.spread(&inline.node.selection_set.node, fields)?,
                Selection::FragmentSpread(spread) => {
                    let fragment = self.document.fragments.get(&spread.node.fragment_name.node);
                    if let Some(fragment) = fragment {
                        self.spread(&fragment.node.selection_set.node, fields)?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The lists on the way, one more if `name` is one; the same twice multiplies the schema by itself.
fn with_list(lists: u32, name: &str) -> Result<u32, TooCostly> {
    let Some(place) = LISTS.iter().position(|list| *list == name) else {
        return Ok(lists);
    };
    let bit = 1 << place;
    match lists & bit == 0 && lists.count_ones() < MAX_LISTS {
        true => Ok(lists | bit),
        false => Err(TooCostly::Introspection),
    }
}
