//! Every mutation, by everybody, aimed at one's own, a colleague's and somebody else's. What is used up is made anew,
//! and so is whoever did something: no place of the table disturbs the next.

use super::asking::Answer;
use super::inputs::Aim;
use super::reads::refused;
use super::table::{Letter, Table};
use super::town::{Somebody, Standing, Town};
use chrono::Duration;
use serde_json::Value;
use std::collections::HashMap;

/// Both tables: of the mutations, and of the types that only their answers hold.
#[derive(Default)]
pub(crate) struct Done {
    pub(crate) mutations: Table,
    pub(crate) types: Table,
}

/// What a mutation was last given and did not use up: by standing, and by whom or for which organisation.
type Unused = HashMap<(Standing, String), Value>;

impl Town {
    /// The tables of a share of the mutations: of those whose place among all leaves this remainder.
    pub(crate) async fn mutations(&self, remainder: usize, shares: usize) -> Done {
        let (mut done, mut viewers) = (Done::default(), self.viewers.clone());
        let all = &self.schema.get("Mutation").fields;
        for mutation in all.iter().skip(remainder).step_by(shares) {
            // The invitations of all of them would be too many for an hour; a session lasts for twelve.
            self.world.app.clock.advance(Duration::minutes(20));
            self.mutation(&mutation.name, &mut viewers, &mut done).await;
        }
        done
    }

    async fn mutation(&self, mutation: &str, viewers: &mut [Somebody], done: &mut Done) {
        let mut unused = Unused::new();
        let ways = self.schema.ways();
        for (column, viewer) in viewers.iter_mut().enumerate() {
            let mut who = viewer.clone();
            let (mut letters, mut answers) = (String::new(), Vec::new());
            for standing in Standing::ALL {
                let key = (
                    standing,
                    match standing {
                        Standing::Own => who.word.clone(),
                        Standing::Same | Standing::Other => format!("{:?}", who.org),
                    },
                );
                let aim = Aim {
                    town: self,
                    who: &who,
                    standing,
                };
                let given = match unused.remove(&key) {
                    Some(given) => Some(given),
                    None => aim.input(mutation).await,
                };
                let Some(given) = given else {
                    letters.push(' ');
                    continue;
                };
                let answer = self.act(&who, mutation, &given).await;
                let letter = outcome(&answer, mutation);
                letters.push(letter);
                if letter == 'D' {
                    who = self.viewer(column).await;
                } else {
                    if standing == Standing::Other {
                        self.alike(&who, mutation, &given, &answer).await;
                    }
                    unused.insert(key, given);
                }
                answers.push((standing, answer));
            }
            done.mutations.put(mutation, "", column, &letters);
            *viewer = who;
            let payload = self.schema.field("Mutation", mutation).unwrap().of.name.clone();
            let mut seen = HashMap::new();
            for (standing, answer) in &answers {
                self.held(&payload, &answer.body["data"][mutation], *standing, &mut seen);
            }
            for (name, standings) in seen {
                if !ways.contains_key(name.split('.').next().unwrap_or_default()) {
                    done.types.note(&name, column, &standings);
                }
            }
        }
    }

    /// Notes every field that an answer holds, by type and name.
    fn held(&self, of: &str, value: &Value, standing: Standing, seen: &mut HashMap<String, Vec<Standing>>) {
        if !self.schema.is_object(of) {
            return;
        }
        for value in value
            .as_array()
            .map_or(vec![value], |items| items.iter().collect())
        {
            let Value::Object(fields) = value else { continue };
            for (name, value) in fields.iter().filter(|(_, value)| !value.is_null()) {
                seen.entry(format!("{of}.{name}")).or_default().push(standing);
                let field = self.schema.field(of, name).unwrap();
                self.held(&field.of.name, value, standing, seen);
            }
        }
    }
}

/// The letter of what came of a mutation.
pub(crate) fn outcome(answer: &Answer, mutation: &str) -> Letter {
    if answer.code().is_some() {
        return refused(answer);
    }
    let payload = &answer.body["data"][mutation];
    match (&payload["errors"], &payload["ended"]) {
        (Value::Array(errors), _) if !errors.is_empty() => 'R',
        (_, ended) if *ended == false || *ended == 0 => 'n',
        _ => 'D',
    }
}

impl Town {
    /// Asks again with an id of nothing in place of each that is not public: the answer is the same to the byte.
    pub(crate) async fn alike(&self, who: &Somebody, mutation: &str, given: &Value, answer: &Answer) {
        let (mut other, mut hidden) = (given.clone(), Vec::new());
        for pointer in pointers(given) {
            let real = given
                .pointer(&pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            if self.is_hidden(&real) {
                let nothing = self.nothing_like(&real);
                *other.pointer_mut(&pointer).unwrap() = nothing.clone().into();
                hidden.push((real, nothing));
            }
        }
        if hidden.is_empty() {
            return;
        }
        let without_ids = |answer: &Answer| {
            let strip = |text: String, (real, nothing): &(String, String)| {
                text.replace(real, "ID").replace(nothing, "ID")
            };
            (answer.status, hidden.iter().fold(answer.written(), strip))
        };
        let missing = self.act(who, mutation, &other).await;
        assert_eq!(
            without_ids(answer),
            without_ids(&missing),
            "{} {mutation} {given}",
            who.called
        );
        // A wrong version is no way to find out either.
        let wrong = |given: &Value| self.based_on(mutation, given, 9999.into(), false);
        let (real, missing) = (wrong(given), wrong(&other));
        let (real, missing) = (
            self.act(who, mutation, &real).await,
            self.act(who, mutation, &missing).await,
        );
        assert_eq!(
            without_ids(&real),
            without_ids(&missing),
            "{} {mutation} 9999 {given}",
            who.called
        );
    }

    /// An id of the same sort, of nothing.
    pub(crate) fn nothing_like(&self, id: &str) -> String {
        format!("{}{:08}", &id[..id.len() - 8], self.count())
    }
}

/// Where in some variables there are ids.
pub(crate) fn pointers(value: &Value) -> Vec<String> {
    let inner = |name: &str, value: &Value| {
        pointers(value)
            .into_iter()
            .map(|under| format!("/{name}{under}"))
            .collect::<Vec<_>>()
    };
    match value {
        Value::String(text) => {
            let is_id = text.split_once('_').is_some_and(|(_, digits)| digits.len() == 26);
            if is_id { vec![String::new()] } else { Vec::new() }
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .flat_map(|(at, item)| inner(&at.to_string(), item))
            .collect(),
        Value::Object(fields) => fields
            .iter()
            .flat_map(|(name, field)| inner(name, field))
            .collect(),
        _ => Vec::new(),
    }
}
