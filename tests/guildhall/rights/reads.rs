//! Every field of every type that can be reached from the query, asked by everybody about everything.

use super::asking::Answer;
use super::schema::{Arg, Field, page};
use super::table::{Letter, Table};
use super::town::{Org, Somebody, Standing, Thing, Town};
use serde_json::{Map, Value, json};

/// What queries are given that takes no id.
const GIVEN: [(&str, &str); 2] = [("email", "somebody@x.example"), ("product", "bought")];

/// A question about one object: the way to it, what is asked of it, and the ids on the way.
pub(crate) struct Question<'a> {
    pub(crate) way: &'a [Field],
    pub(crate) selection: String,
    pub(crate) thing: Option<&'a Thing>,
}

impl Town {
    /// The types whose things stand at stages, by type.
    pub(crate) fn stages(&self, of: &str) -> Vec<&'static str> {
        let mut stages = Vec::new();
        for thing in self.things.iter().filter(|thing| thing.of == of) {
            if !stages.contains(&thing.stage) {
                stages.push(thing.stage);
            }
        }
        stages
    }

    /// The text of a question and its variables.
    pub(crate) fn written(&self, question: &Question<'_>) -> (String, Value) {
        let (mut declared, mut variables) = (String::new(), Map::new());
        let mut text = question.selection.clone();
        for (depth, field) in question.way.iter().enumerate().rev() {
            let has_id = self.schema.field(&field.of.name, "id").is_some();
            if has_id && question.id_of(&field.of.name).is_some() && !text.starts_with("id ") {
                text = format!("id {text}");
            }
            let mut args = page(field).to_owned();
            let passed = |arg: &&Arg| arg.required || question.id_of(&arg.name).is_some();
            for arg in field.args.iter().filter(passed) {
                let name = if arg.name == "id" {
                    self.schema.node_of(field)
                } else {
                    &arg.name
                };
                let id = question
                    .id_of(name)
                    .or(GIVEN.iter().find(|(arg, _)| *arg == name).map(|of| of.1))
                    .or((name == "council").then(|| self.ids[&Org::CouncilA].as_str()));
                let id = id.unwrap_or_else(|| panic!("{} needs {name}: give a thing such an id", field.name));
                declared += &format!("$v{depth}: {}", arg.of.text);
                variables.insert(format!("v{depth}"), id.into());
                args = format!("({}: $v{depth})", arg.name);
            }
            text = format!("{}{args} {{ {text} }}", field.name);
        }
        let declared = if declared.is_empty() {
            declared
        } else {
            format!("({declared})")
        };
        (
            format!("query Q{declared} {{ {text} }}"),
            Value::Object(variables),
        )
    }

    pub(crate) async fn told(&self, who: &Somebody, question: &Question<'_>) -> Answer {
        let (text, variables) = self.written(question);
        self.ask(who, &text, &variables).await
    }

    /// The letters of every field of the thing at a place, by field: all at once, or one by one where something fails.
    async fn fields(&self, who: &Somebody, way: &[Field], of: &str, thing: Option<&Thing>) -> Vec<Letter> {
        let fields = &self.schema.get(of).fields;
        let select = |field: &Field| match self.schema.is_object(&field.of.name) {
            true => format!("{}{} {{ __typename }}", field.name, page(field)),
            false => field.name.clone(),
        };
        let all = fields.iter().map(select).collect::<Vec<_>>().join(" ");
        let asked = Question {
            way,
            selection: all,
            thing,
        };
        let answer = self.told(who, &asked).await;
        if answer.code().is_none() {
            let found = found(&answer.body["data"], &asked, 0);
            let letter = |field: &Field| found.map_or('-', |found| seen(&found[&field.name]));
            return fields.iter().map(letter).collect();
        }
        let mut letters = Vec::new();
        for field in fields {
            let asked = Question {
                way,
                selection: select(field),
                thing,
            };
            let answer = self.told(who, &asked).await;
            letters.push(match answer.code() {
                Some(_) => refused(&answer),
                None => found(&answer.body["data"], &asked, 0).map_or('-', |found| seen(&found[&field.name])),
            });
        }
        letters
    }

    /// The table of all that can be read.
    pub(crate) async fn reads(&self) -> Table {
        let mut table = Table::default();
        for (of, way) in self.schema.ways() {
            if of == "Query" {
                continue;
            }
            let on_the_way = way.iter().rev().map(|field| field.of.name.as_str());
            let staged = on_the_way.into_iter().find(|of| !self.stages(of).is_empty());
            self.of_type(&mut table, &of, &way, staged).await;
        }
        self.roots(&mut table).await;
        table
    }

    async fn of_type(&self, table: &mut Table, of: &str, way: &[Field], staged: Option<&str>) {
        let stages = staged.map_or(vec![""], |staged| self.stages(staged));
        let names: Vec<_> = self
            .schema
            .get(of)
            .fields
            .iter()
            .map(|field| format!("{of}.{}", field.name))
            .collect();
        for (column, who) in self.viewers.iter().enumerate() {
            for stage in &stages {
                let mut letters = vec![String::new(); names.len()];
                // What nobody in particular made is one's own and a colleague's at once.
                let mut last: Option<(&Thing, Vec<Letter>)> = None;
                for standing in Standing::ALL {
                    let thing = staged.and_then(|staged| self.thing(who, staged, stage, standing));
                    let asked =
                        (thing.is_some() || staged.is_none() && standing == Standing::Own).then_some(());
                    let found = match (asked, thing, last.take()) {
                        (None, ..) => vec![' '; names.len()],
                        (_, Some(thing), Some((known, letters))) if std::ptr::eq(thing, known) => letters,
                        _ => self.fields(who, way, of, thing).await,
                    };
                    last = thing.map(|thing| (thing, found.clone()));
                    letters
                        .iter_mut()
                        .zip(found)
                        .for_each(|(line, letter)| line.push(letter));
                }
                for (name, letters) in names.iter().zip(letters) {
                    table.put(name, stage, column, &letters);
                }
            }
        }
    }

    /// What can be asked of the query itself: whether the thing is there.
    async fn roots(&self, table: &mut Table) {
        let roots = self.schema.get("Query").fields.clone();
        for (column, who) in self.viewers.iter().enumerate() {
            for root in &roots {
                let name = format!("Query.{}", root.name);
                if root.name == "node" {
                    self.by_id(table, column, who).await;
                    continue;
                }
                let way = self.way_through(root);
                let of = self.schema.node_of(root);
                let stages = match self.stages(of) {
                    none if none.is_empty() => vec![""],
                    stages => stages,
                };
                for stage in stages {
                    let mut letters = String::new();
                    for standing in Standing::ALL {
                        let thing = self.thing(who, of, stage, standing);
                        let any = self.stages(of).is_empty() && standing == Standing::Own;
                        letters.push(match thing.is_some() || any {
                            true => self.root(who, &way, thing).await,
                            false => ' ',
                        });
                    }
                    table.put(&name, stage, column, &letters);
                }
            }
        }
    }

    /// A root, and through its pages to what is on them.
    fn way_through(&self, root: &Field) -> Vec<Field> {
        let mut way = vec![root.clone()];
        if let Some(edges) = self.schema.field(&root.of.name, "edges") {
            way.push(edges.clone());
            way.push(self.schema.field(&edges.of.name, "node").unwrap().clone());
        }
        way
    }

    async fn root(&self, who: &Somebody, way: &[Field], thing: Option<&Thing>) -> Letter {
        let asked = Question {
            way,
            selection: "__typename".into(),
            thing,
        };
        let answer = self.told(who, &asked).await;
        match answer.code() {
            Some(_) => refused(&answer),
            None => found(&answer.body["data"], &asked, 0).map_or('-', seen),
        }
    }

    async fn by_id(&self, table: &mut Table, column: usize, who: &Somebody) {
        let sorts: Vec<_> = self
            .things
            .iter()
            .filter_map(|thing| Some((thing.of, thing.ids.get(thing.of)?)))
            .collect();
        let mut known = Vec::new();
        for (of, _) in sorts {
            if known.contains(&of) {
                continue;
            }
            known.push(of);
            for stage in self.stages(of) {
                let mut letters = String::new();
                for standing in Standing::ALL {
                    let Some(thing) = self.thing(who, of, stage, standing) else {
                        letters.push(' ');
                        continue;
                    };
                    let query = "query N($id: ID!) { node(id: $id) { __typename id } }";
                    let answer = self.ask(who, query, &json!({ "id": thing.ids[of] })).await;
                    letters.push(match answer.code() {
                        Some(_) => refused(&answer),
                        None if answer.body["data"]["node"].is_null() => '-',
                        None => 'S',
                    });
                }
                let what = format!("{} {stage}", of.to_lowercase());
                table.put("Query.node", what.trim(), column, &letters);
            }
        }
    }
}

impl Question<'_> {
    fn id_of(&self, name: &str) -> Option<&str> {
        self.thing?.ids.get(name).map(String::as_str)
    }
}

/// The object at the end of the way: in lists, the one with the thing's id where it has one, and the first if not.
pub(crate) fn found<'a>(value: &'a Value, question: &Question<'_>, step: usize) -> Option<&'a Value> {
    if let Value::Array(items) = value {
        return items.iter().find_map(|item| found(item, question, step));
    }
    if value.is_null() {
        return None;
    }
    let of = step
        .checked_sub(1)
        .map(|step| question.way[step].of.name.as_str());
    let wanted = of.and_then(|of| question.id_of(of));
    if wanted.is_some_and(|wanted| value.get("id").is_some_and(|id| id != wanted)) {
        return None;
    }
    match question.way.get(step) {
        Some(field) => found(&value[&field.name], question, step + 1),
        None => Some(value),
    }
}

fn seen(value: &Value) -> Letter {
    match value {
        Value::Null => '.',
        Value::Array(items) if items.is_empty() => '.',
        _ => 'S',
    }
}

/// The letter of a refusal at the top; one that is none of the expected is told whole.
pub(crate) fn refused(answer: &Answer) -> Letter {
    match answer.code() {
        Some("NOT_SIGNED_IN") => 'I',
        Some("NOT_ALLOWED") => 'A',
        Some("NOT_FOUND") => 'F',
        _ => panic!("{}: {}", answer.status, answer.text),
    }
}
