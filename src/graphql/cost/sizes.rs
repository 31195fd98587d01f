//! How many children a field may have: read once, at start, from the schema's own SDL, so that a new list
//! is costed without being told. It must not guess low: a field it does not know counts as a list.

use crate::graphql::paging;
use async_graphql::parser::types::{
    BaseType, FieldDefinition, SchemaDefinition, ServiceDocument, Type, TypeKind, TypeSystemDefinition,
};
use async_graphql::parser::{self, parse_schema};
use async_graphql::{Positioned, Value, parser::types::OperationType};
use std::collections::HashMap;

/// Items of a page whose `first` is not given.
pub(super) const DEFAULT_PAGE: u64 = paging::DEFAULT_PAGE.unsigned_abs() as u64;
/// Items of a page at most; a `first` over it is refused by its resolver, and costs this.
pub(super) const MAX_PAGE: u64 = paging::MAX_PAGE.unsigned_abs() as u64;
/// Items of a list without pages: windows of a contract, options, errors. Most have fewer.
pub(super) const PLAIN_LIST: u64 = 10;

/// What a field returns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// One thing or none, or the list inside a page: the page was counted already.
    One,
    /// A plain list.
    List,
    /// A page, and how many things it holds when `first` is not given.
    Page(u64),
    /// Not in the schema. Hidden fields run too, so it may be a list.
    Unknown,
}

/// A field: what it returns, and of which type.
#[derive(Debug)]
struct Returns {
    size: Size,
    of: String,
}

/// The sizes of all fields of a schema.
#[derive(Debug, Default)]
pub struct ListSizes {
    roots: HashMap<&'static str, String>,
    types: HashMap<String, HashMap<String, Returns>>,
}

impl ListSizes {
    /// Reads them from the schema's SDL, as `Schema::sdl` gives it.
    pub fn from_sdl(sdl: &str) -> Result<Self, parser::Error> {
        let ServiceDocument { definitions } = parse_schema(sdl)?;
        let mut sizes = Self::default();
        for definition in definitions {
            match definition {
                TypeSystemDefinition::Schema(schema) => sizes.add_roots(schema.node),
                TypeSystemDefinition::Type(ty) => match ty.node.kind {
                    TypeKind::Object(object) => sizes.add_type(&ty.node.name.node, object.fields),
                    TypeKind::Interface(interface) => sizes.add_type(&ty.node.name.node, interface.fields),
                    _ => {}
                },
                TypeSystemDefinition::Directive(_) => {}
            }
        }
        Ok(sizes)
    }

    /// The type an operation starts from.
    pub(super) fn root(&self, operation: OperationType) -> &str {
        let usual = match operation {
            OperationType::Query => "Query",
            OperationType::Mutation => "Mutation",
            OperationType::Subscription => "Subscription",
        };
        self.roots.get(usual).map_or(usual, String::as_str)
    }

    /// What a field of a type returns, and the type of that.
    pub(super) fn field(&self, of: &str, name: &str) -> (Size, &str) {
        match self.types.get(of).and_then(|fields| fields.get(name)) {
            Some(field) => (field.size, &field.of),
            None => (Size::Unknown, ""),
        }
    }

    fn add_roots(&mut self, schema: SchemaDefinition) {
        let roots = [
            ("Query", schema.query),
            ("Mutation", schema.mutation),
            ("Subscription", schema.subscription),
        ];
        for (usual, name) in roots {
            if let Some(name) = name {
                self.roots.insert(usual, name.node.to_string());
            }
        }
    }

    fn add_type(&mut self, name: &str, fields: Vec<Positioned<FieldDefinition>>) {
        let within_page = is_page(name);
        let known = self.types.entry(name.to_owned()).or_default();
        for field in fields {
            let (is_list, of) = innermost(&field.node.ty.node);
            let size = match is_list {
                _ if within_page => Size::One,
                true => Size::List,
                false if is_page(&of) => Size::Page(default_page(&field.node)),
                false => Size::One,
            };
            known.insert(field.node.name.node.to_string(), Returns { size, of });
        }
    }
}

/// Whether a type is a page of things: its lists are counted with the field that gives it.
fn is_page(name: &str) -> bool {
    name.ends_with("Connection") || name.ends_with("Page")
}

/// Items of a field's page whose `first` is not given.
fn default_page(field: &FieldDefinition) -> u64 {
    let first = field.arguments.iter().find(|arg| arg.node.name.node == "first");
    match first.and_then(|first| first.node.default_value.as_ref()) {
        Some(default) => match &default.node {
            Value::Number(number) => number.as_u64().unwrap_or(MAX_PAGE),
            _ => DEFAULT_PAGE,
        },
        None => DEFAULT_PAGE,
    }
}

/// Whether a type is a list, and of what.
fn innermost(ty: &Type) -> (bool, String) {
    match &ty.base {
        BaseType::Named(name) => (false, name.to_string()),
        BaseType::List(inner) => (true, innermost(inner).1),
    }
}
