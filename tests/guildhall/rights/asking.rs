//! Asking, by the real route: whatever comes back is searched for what is not for whoever asked.

use super::schema::Arg;
use super::town::{Somebody, Town};
use serde_json::{Value, json};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) text: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The body with its fields in one order: the library writes those of an object as they come to be known.
    pub(crate) fn written(&self) -> String {
        self.body.to_string()
    }

    /// The code of the first error at the top.
    pub(crate) fn code(&self) -> Option<&str> {
        self.body["errors"][0]["extensions"]["code"].as_str()
    }
}

impl Town {
    /// Asks by the real route; whatever comes back holds nothing that is not for whoever asks.
    pub(crate) async fn ask(&self, who: &Somebody, query: &str, variables: &Value) -> Answer {
        let call = json!({ "query": query, "variables": variables });
        let mut request = match variables.pointer("/input/file") {
            Some(file) => self
                .world
                .post_file(&call, file.as_str().unwrap_or_default().as_bytes()),
            None => self.world.post(&call),
        };
        if let Some(token) = &who.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request.send().await;
        let status = response.0.status().as_u16();
        let text = crate::world::text(response).await;
        let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}"));
        let tried = who_tried(&body);
        // What somebody sends comes back to them, and tells nobody anything.
        let sent = variables.to_string();
        for hidden in text.split("hid--").skip(1) {
            let parties = hidden.split("--").next().unwrap_or_default();
            let known = sent.contains(&format!("hid--{parties}--"));
            let mine = parties.split('.').any(|party| who.is(party));
            let tried = tried
                .iter()
                .any(|address| address.starts_with(&format!("hid--{parties}--")));
            assert!(
                mine || known || tried || by_the_log(who, query, parties),
                "{} reads what is for {parties}: {query} {variables} {text}",
                who.called
            );
        }
        Answer { status, text, body }
    }

    /// Runs a mutation with every field of its payload selected. Where it is based on a version and none is given, on
    /// the present one: that of what is new, or the one that a conflict tells, which nobody hears who may not go on.
    pub(crate) async fn act(&self, who: &Somebody, mutation: &str, given: &Value) -> Answer {
        let based = self.based_on(mutation, given, 1.into(), true);
        let answer = self.ask(who, &self.operation(mutation, &based), &based).await;
        let conflict = &answer.body["data"][mutation]["errors"][0];
        let present = self.based_on(mutation, given, conflict["currentVersion"].clone(), false);
        if conflict["code"] != "CONFLICT" || present == *given {
            return answer;
        }
        let again = self.ask(who, &self.operation(mutation, &present), &present).await;
        assert!(
            again.code().is_none(),
            "{} {mutation} is told a version and refused: {}",
            who.called,
            again.text
        );
        again
    }

    /// The variables with a version, in the place that the schema has for it.
    pub(crate) fn based_on(
        &self,
        mutation: &str,
        given: &Value,
        version: Value,
        required_only: bool,
    ) -> Value {
        let mut based = given.clone();
        for arg in &self.schema.field("Mutation", mutation).unwrap().args {
            let inputs = &self.schema.get(&arg.of.name).inputs;
            let inside = inputs.iter().find(|input| is_version(input));
            let (place, wanted) = match inside {
                Some(input) => (&mut based[&arg.name], input),
                None => (&mut based, arg),
            };
            if is_version(wanted) && (wanted.required || !required_only) && place.get(&wanted.name).is_none()
            {
                place[&wanted.name] = version.clone();
            }
        }
        based
    }

    fn operation(&self, mutation: &str, variables: &Value) -> String {
        let field = self.schema.field("Mutation", mutation);
        let field = field.unwrap_or_else(|| panic!("there is no mutation {mutation}"));
        let given: Vec<_> = field
            .args
            .iter()
            .filter(|arg| variables.get(&arg.name).is_some())
            .collect();
        let list = |each: &dyn Fn(&str, &str) -> String| {
            let all: Vec<_> = given.iter().map(|arg| each(&arg.name, &arg.of.text)).collect();
            if all.is_empty() {
                String::new()
            } else {
                format!("({})", all.join(", "))
            }
        };
        let (declared, passed) = (
            list(&|name, of| format!("${name}: {of}")),
            list(&|name, _| format!("{name}: ${name}")),
        );
        let selection = self.schema.selection(&field.of.name, 3);
        format!("mutation M{declared} {{ {mutation}{passed} {{ {selection} }} }}")
    }

    /// Runs a mutation as the first of these who may; gives its payload.
    pub(crate) async fn done(&self, by: &[&Somebody], mutation: &str, variables: Value) -> Value {
        let mut last = String::new();
        for who in by {
            let answer = self.act(who, mutation, &variables).await;
            let payload = &answer.body["data"][mutation];
            let refused = payload["errors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty());
            if answer.code().is_none() && !refused {
                return payload.clone();
            }
            last = answer.text;
        }
        panic!("{mutation} {variables}: {last}");
    }
}

/// Whether an argument says which version a change is based on; a bid calls it after what it does.
fn is_version(arg: &Arg) -> bool {
    arg.name == "version" || arg.name == "replaces"
}

/// Whether it is told by design: an operator, who answers for the installation, reads everybody's entries of the audit
/// log; not those of bidders, and of what councils do with bids only that it was done. Texts of bids, scores and
/// questions name `bid` among their parties.
fn by_the_log(who: &Somebody, query: &str, parties: &str) -> bool {
    let of_bids = parties.split('.').any(|party| party == "bid");
    who.called == "operator" && query.contains("auditEntries") && !of_bids
}

/// The addresses of those who tried what they may not: the log of the council where they did tells who they were. And the
/// record of a pilot that is decided tells who bid, and whom its mails went to.
fn who_tried(body: &Value) -> Vec<String> {
    let entries = body["data"]["auditEntries"]["edges"].as_array();
    let entries = entries.into_iter().flatten().map(|edge| &edge["node"]);
    let refused = entries.filter(|entry| entry["refused"] == true);
    let mut tried: Vec<String> = refused
        .filter_map(|entry| entry["actor"].as_str().map(str::to_owned))
        .collect();
    let record = &body["data"]["pilotRecord"];
    let whole = record["json"].as_str();
    let whole = whole.map_or(Value::Null, |text| serde_json::from_str(text).unwrap());
    let told = match whole["withheld"] == json!([]) {
        true => ["receipts", "mails", "timeline"].as_slice(),
        false => &["attempts"],
    };
    let list = told.iter().filter_map(|part| whole[part].as_array()).flatten();
    let names = list.flat_map(|of| [&of["by"], &of["to"]]);
    tried.extend(names.filter_map(|name| name.as_str().map(str::to_owned)));
    // A page of it: there are such pages only when it is decided, but of those who tried.
    for part in ["receipts", "mails", "timeline"] {
        let edges = record[part]["edges"].as_array().into_iter().flatten();
        let nodes = edges.map(|edge| &edge["node"]);
        let told = nodes.filter(|of| of["refused"] != false || of["right"] == "Bid");
        let names = told.flat_map(|of| [&of["by"], &of["to"]]);
        tried.extend(names.filter_map(|name| name.as_str().map(str::to_owned)));
    }
    tried
}
