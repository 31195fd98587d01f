//! One side asks with the other's ids, everywhere that takes one: nothing that is not public comes back, and what is
//! forbidden is told exactly as what is missing.

use super::asking::Answer;
use super::inputs::Aim;
use super::mutations::pointers;
use super::schema::Arg;
use super::town::{Somebody, Standing, Thing, Town};
use serde_json::{Map, Value, json};

impl Thing {
    /// Whether nobody who asks has anything to do with it.
    fn is_of_the_other_side(&self) -> bool {
        let theirs = |party: &String| party.ends_with("-b");
        self.parties.iter().all(theirs) || self.org.is_some_and(|org| org.word().ends_with("-b"))
    }
}

impl Town {
    /// The other side's ids, one of each sort and stage; those that are not public, or all.
    fn theirs(&self, hidden: bool) -> Vec<String> {
        let mut ids = Vec::new();
        for thing in self.things.iter().filter(|thing| thing.is_of_the_other_side()) {
            // A mail that was given up is the installation's, and no side's.
            if let Some(id) = thing.ids.get(thing.of)
                && thing.of != "ParkedMail"
                && (!hidden || self.is_hidden(id))
            {
                ids.push(id.clone());
            }
        }
        ids
    }

    /// Every query that takes an id, with each hidden one of the other side's and with one of nothing.
    pub(crate) async fn queries_tell_nothing_apart(&self) -> usize {
        let (hidden, mut compared) = (self.theirs(true), 0);
        for root in &self.schema.get("Query").fields {
            let ids = root.args.iter().filter(|arg| arg.of.text.starts_with("ID"));
            let passed = ids.map(|arg| (arg, self.schema.selection(&root.of.name, 3)));
            for (arg, of) in passed.filter(|(_, of)| !of.is_empty()) {
                let (name, root) = (&arg.name, &root.name);
                let query = format!(
                    "query Q($id: {}) {{ {root}({name}: $id) {{ {of} }} }}",
                    arg.of.text
                );
                // An id of another sort is refused before anything is looked up.
                let fits = |id: &&String| name != "id" || root == "node" || id.starts_with(root.as_str());
                for id in hidden.iter().filter(fits) {
                    // An operator reads everybody's entries of the audit log.
                    let reads_all = |who: &Somebody| who.called == "operator" && root == "auditEntries";
                    for who in self.viewers.iter().filter(|who| !reads_all(who)) {
                        let nothing = self.nothing_like(id);
                        let real = self.ask(who, &query, &json!({ "id": id })).await;
                        let missing = self.ask(who, &query, &json!({ "id": nothing })).await;
                        let told = format!("{}: {query} {id}", who.called);
                        assert_eq!(alike(&real, id), alike(&missing, &nothing), "{told}");
                        compared += 1;
                    }
                }
            }
        }
        compared
    }

    /// Every mutation of somebody's own, with one id at a time exchanged for a hidden one of the other side's.
    pub(crate) async fn mutations_tell_nothing_apart(&self, who: &Somebody) -> usize {
        let (hidden, mut compared) = (self.theirs(true), 0);
        for mutation in &self.schema.get("Mutation").fields {
            let aim = Aim {
                town: self,
                who,
                standing: Standing::Own,
            };
            let Some(own) = aim.input(&mutation.name).await else {
                continue;
            };
            for pointer in pointers(&own) {
                let sort = own
                    .pointer(&pointer)
                    .and_then(Value::as_str)
                    .and_then(|id| id.split('_').next());
                for id in hidden.iter().filter(|id| id.split('_').next() == sort) {
                    let nothing = self.nothing_like(id);
                    let with = |id: &str| {
                        let mut given = own.clone();
                        *given.pointer_mut(&pointer).unwrap() = id.into();
                        given
                    };
                    let real = self.act(who, &mutation.name, &with(id)).await;
                    let missing = self.act(who, &mutation.name, &with(&nothing)).await;
                    let told = format!("{}: {} {pointer} {id}", who.called, mutation.name);
                    assert_eq!(alike(&real, id), alike(&missing, &nothing), "{told}");
                    compared += 1;
                }
            }
        }
        compared
    }

    /// Every list by every filter that takes an id or a text, alone and together: with the other side's ids, and with
    /// the letters that every hidden text has. [`Town::ask`] looks for what must not come back.
    pub(crate) async fn filters_find_nothing_hidden(&self) -> usize {
        let (theirs, mut asked) = (self.theirs(false), 0);
        for root in &self.schema.get("Query").fields {
            let node = self.schema.selection(self.schema.node_of(root), 2);
            let query = |declared: &str, passed: &str| {
                format!(
                    "query F{declared} {{ {}{passed} {{ edges {{ node {{ {node} }} }} }} }}",
                    root.name
                )
            };
            let Some(filter) = root.args.iter().find(|arg| arg.name == "filter") else {
                continue;
            };
            let text = query(
                &format!("($filter: {})", filter.of.text),
                "(filter: $filter, first: 100)",
            );
            for given in self.filters(&self.schema.get(&filter.of.name).inputs, &theirs) {
                for who in &self.viewers {
                    let answer = self.ask(who, &text, &json!({ "filter": given })).await;
                    let edges = answer.body["data"][&root.name]["edges"]
                        .as_array()
                        .map_or(0, Vec::len);
                    let by_text = given.values().any(|value| value == "hid--");
                    assert!(
                        !by_text || edges == 0,
                        "{} {}: {}",
                        who.called,
                        root.name,
                        answer.text
                    );
                    asked += 1;
                }
            }
        }
        asked
    }

    fn filters(&self, inputs: &[Arg], theirs: &[String]) -> Vec<Map<String, Value>> {
        let mut by_id = vec![Map::new()];
        for input in inputs.iter().filter(|input| input.of.name == "ID") {
            let sort = |id: &&String| input.name.starts_with(id.split('_').next().unwrap_or_default());
            for id in theirs.iter().filter(sort) {
                let value = if input.of.text.starts_with('[') {
                    json!([id])
                } else {
                    json!(id)
                };
                by_id.push(Map::from_iter([(input.name.clone(), value)]));
            }
        }
        let texts = inputs.iter().filter(|input| input.of.text == "String");
        let texts: Vec<_> = texts.map(|input| (input.name.clone(), json!("hid--"))).collect();
        let with_texts = |filter: &Map<String, Value>| {
            let mut all = vec![filter.clone()];
            all.extend(texts.iter().cloned().map(|(name, text)| {
                let mut both = filter.clone();
                both.insert(name, text);
                both
            }));
            all
        };
        by_id.iter().flat_map(with_texts).collect()
    }
}

/// An answer whole, but for the id that was asked with.
pub(crate) fn alike(answer: &Answer, id: &str) -> (u16, String) {
    (answer.status, answer.written().replace(id, "ID"))
}
