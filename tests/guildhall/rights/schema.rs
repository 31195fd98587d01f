//! The schema as these tests walk it: what there is to ask, what each thing takes, and how it is reached.

use guildhall::graphql;
use serde_json::Value;
use std::collections::{BTreeMap, VecDeque};

/// Types by name.
pub(crate) struct Schema(BTreeMap<String, Type>);

pub(crate) struct Type {
    pub(crate) kind: String,
    pub(crate) fields: Vec<Field>,
    pub(crate) inputs: Vec<Arg>,
}

#[derive(Clone)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) args: Vec<Arg>,
    pub(crate) of: Of,
}

#[derive(Clone)]
pub(crate) struct Arg {
    pub(crate) name: String,
    pub(crate) of: Of,
    /// Whether it must be given.
    pub(crate) required: bool,
}

/// A type as a field or an argument has it.
#[derive(Clone)]
pub(crate) struct Of {
    /// Without lists and marks.
    pub(crate) name: String,
    /// As it is written, `[ID!]!`.
    pub(crate) text: String,
}

impl Of {
    fn read(of: &Value) -> Self {
        let inner = || Self::read(&of["ofType"]);
        match of["kind"].as_str() {
            Some("NON_NULL") => {
                let inner = inner();
                let text = format!("{}!", inner.text);
                Self { text, ..inner }
            }
            Some("LIST") => {
                let inner = inner();
                let text = format!("[{}]", inner.text);
                Self { text, ..inner }
            }
            _ => {
                let name = of["name"].as_str().unwrap().to_owned();
                Self {
                    text: name.clone(),
                    name,
                }
            }
        }
    }
}

impl Schema {
    /// The program's own, as introspection tells it.
    pub(crate) async fn read() -> Self {
        let of =
            "name kind ofType { name kind ofType { name kind ofType { name kind ofType { name kind } } } }";
        let query = format!(
            "{{ __schema {{ types {{ name kind inputFields {{ name defaultValue type {{ {of} }} }}
                fields {{ name description type {{ {of} }} args {{ name defaultValue type {{ {of} }} }} }} }} }} }}"
        );
        let answer = graphql::schema().execute(query).await.into_result().unwrap();
        let answer = answer.data.into_json().unwrap();
        let types = answer["__schema"]["types"].as_array().unwrap().iter();
        let types = types.map(|of| (of["name"].as_str().unwrap().to_owned(), Type::read(of)));
        Self(types.filter(|(name, _)| !name.starts_with("__")).collect())
    }

    pub(crate) fn get(&self, name: &str) -> &Type {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("there is no type {name}"))
    }

    pub(crate) fn field(&self, of: &str, name: &str) -> Option<&Field> {
        self.0.get(of)?.fields.iter().find(|field| field.name == name)
    }

    pub(crate) fn is_object(&self, name: &str) -> bool {
        matches!(self.get(name).kind.as_str(), "OBJECT" | "INTERFACE")
    }

    /// Every object type.
    pub(crate) fn objects(&self) -> impl Iterator<Item = &str> {
        let objects = self.0.iter().filter(|(_, of)| of.kind == "OBJECT");
        objects.map(|(name, _)| name.as_str())
    }

    /// What a field's connection holds, or what it holds itself.
    pub(crate) fn node_of<'a>(&'a self, field: &'a Field) -> &'a str {
        let edges = self.field(&field.of.name, "edges");
        let node = edges.and_then(|edges| self.field(&edges.of.name, "node"));
        node.map_or(&field.of.name, |node| &node.of.name)
    }

    /// The shortest way from the query to each object type that can be reached so, and of those one that needs no right
    /// where there is one. `node(id)` is asked apart.
    pub(crate) fn ways(&self) -> BTreeMap<String, Vec<Field>> {
        let mut ways = BTreeMap::from([("Query".to_owned(), Vec::new())]);
        let mut queue = VecDeque::from(["Query".to_owned()]);
        while let Some(at) = queue.pop_front() {
            let mut fields: Vec<_> = self.get(&at).fields.iter().collect();
            fields.sort_by_key(|field| field.description.contains("Needs "));
            for field in fields {
                let to = &field.of.name;
                if field.name == "node" && at == "Query" || !self.is_object(to) || ways.contains_key(to) {
                    continue;
                }
                let mut way = ways[&at].clone();
                way.push(field.clone());
                ways.insert(to.clone(), way);
                queue.push_back(to.clone());
            }
        }
        ways
    }

    /// Every field of a type, with what lies under it so many levels deep; blank when there is nothing to select.
    pub(crate) fn selection(&self, of: &str, levels: usize) -> String {
        let fields = self.get(of).fields.iter().filter_map(|field| {
            // What is held on somebody is told to a session of their own and refused to a token, with all around it.
            if field.args.iter().any(|arg| arg.required) || field.name == "everythingHeld" {
                return None;
            }
            if !self.is_object(&field.of.name) {
                return Some(field.name.clone());
            }
            let under = if levels > 1 {
                self.selection(&field.of.name, levels - 1)
            } else {
                String::new()
            };
            (!under.is_empty()).then(|| format!("{}{} {{ {under} }}", field.name, page(field)))
        });
        fields.collect::<Vec<_>>().join(" ")
    }
}

/// A list that comes in pages is asked for as a long one.
pub(crate) fn page(field: &Field) -> &'static str {
    if field.args.iter().any(|arg| arg.name == "first") {
        "(first: 100)"
    } else {
        ""
    }
}

impl Type {
    fn read(of: &Value) -> Self {
        let list = |of: &Value| of.as_array().cloned().unwrap_or_default();
        let text = |of: &Value| of.as_str().unwrap_or_default().to_owned();
        let args = |of: &Value| {
            let read = |arg: &Value| {
                let of = Of::read(&arg["type"]);
                Arg {
                    name: text(&arg["name"]),
                    required: of.text.ends_with('!') && arg["defaultValue"].is_null(),
                    of,
                }
            };
            list(of).iter().map(read).collect::<Vec<_>>()
        };
        let fields = list(&of["fields"]);
        let field = |field: &Value| Field {
            name: text(&field["name"]),
            description: text(&field["description"]),
            args: args(&field["args"]),
            of: Of::read(&field["type"]),
        };
        Self {
            kind: text(&of["kind"]),
            fields: fields.iter().map(field).collect(),
            inputs: args(&of["inputFields"]),
        }
    }
}
