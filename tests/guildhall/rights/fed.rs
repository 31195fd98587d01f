//! Every mutation, and what the feed of changes tells of it: whatever everybody sees differently afterwards is told, and
//! nothing that not everybody sees.
//!
//! A mutation that is new is tried like all others; what it changes and the feed does not tell fails the test.

use super::inputs::Aim;
use super::mutations::outcome;
use super::schema::Schema;
use super::town::{Org, Somebody, Standing, Town};
use chrono::Duration;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The kinds of objects that the feed tells of, and the list of each; councils are asked for one by one.
const KINDS: [(&str, &str); 6] = [
    ("Council", ""),
    ("Contract", "contracts"),
    ("Supplier", "suppliers"),
    ("Product", "products"),
    ("Need", "needs"),
    ("Pilot", "pilots"),
];
/// What is reckoned from other objects or the table of law when it is read, as the description says.
const RECKONED: [&str; 5] = [
    "Product.usedBy",
    "Product.usedByCount",
    "Council.windowsByMonth",
    "Pilot.guidance",
    "Pilot.eligibility",
];
/// Who tries a mutation, by column, until it is done: administrators, then whoever else there is.
const WHO: [usize; 10] = [5, 3, 4, 2, 9, 8, 12, 13, 0, 1];
const CHANGES: &str = "query C($since: String) { changes(since: $since, first: 7) {
    changes { kind id removed node { id } } next more } }";

/// What everybody sees, by id.
type Seen = BTreeMap<String, Value>;

impl Town {
    /// A line for each mutation of a share: what the feed told of it.
    pub(crate) async fn fed(&self, remainder: usize, shares: usize) -> Vec<String> {
        let (mut lines, mut known) = (Vec::new(), BTreeSet::new());
        for org in [Org::CouncilA, Org::CouncilB, Org::CouncilC] {
            known.insert(self.ids[&org].clone());
        }
        let all = &self.schema.get("Mutation").fields;
        for mutation in all.iter().skip(remainder).step_by(shares) {
            self.world.app.clock.advance(Duration::minutes(20));
            let line = self.fed_by(&mutation.name, &mut known).await;
            lines.push(format!("{:30} {line}", mutation.name));
        }
        lines
    }

    async fn fed_by(&self, mutation: &str, known: &mut BTreeSet<String>) -> String {
        for (column, standing) in WHO
            .into_iter()
            .flat_map(|who| Standing::ALL.map(|how| (who, how)))
        {
            let who = self.viewer(column).await;
            let aim = Aim {
                town: self,
                who: &who,
                standing,
            };
            let Some(given) = aim.input(mutation).await else {
                continue;
            };
            if let Some(line) = self.attempt(mutation, &who, &given, known).await {
                return line;
            }
        }
        panic!("nobody does {mutation}");
    }

    /// Does it, and judges what was told; nothing, where it is refused.
    async fn attempt(
        &self,
        mutation: &str,
        who: &Somebody,
        given: &Value,
        known: &mut BTreeSet<String>,
    ) -> Option<String> {
        let before = self.seen(known).await;
        let start = self.told_since(&Value::Null).await.1;
        if outcome(&self.act(who, mutation, given).await, mutation) != 'D' {
            return None;
        }
        let due = entity::public_change_due::Entity::find();
        let due = due.count(self.world.app.db.read()).await.unwrap();
        assert_eq!(due, 0, "{mutation} leaves what it wrote without a number");
        let after = self.seen(known).await;
        let told = self.told_since(&start).await.0;
        Some(judged(mutation, &before, &after, &told))
    }

    /// What the table of rights does to drafts only, done to what everybody sees.
    async fn fed_of_public(&self) -> Vec<String> {
        let (council, supplier) = (
            &self.colleagues[&Org::CouncilA],
            &self.colleagues[&Org::SupplierA],
        );
        let product = async |stage: &str| self.product(Org::SupplierA, &[supplier], stage).await;
        let pilot = self.pilot(Org::CouncilA, &[council], "open", true).await;
        let question = self
            .question(&pilot, Org::CouncilA, Org::SupplierB, None, true)
            .await;
        let statement = self.statement(Org::CouncilA, true);
        let listing = self.listing(Org::SupplierA, true);
        let answer = json!({ "question": question, "state": "ANSWERED_AND_PUBLISHED", "answer": "Public" });
        let need = self.need(Org::CouncilA, &[council]).await;
        let (revised, again) = (product("published").await, product("archived").await);
        let cases = [
            (
                "needRevise",
                council,
                json!({ "need": need, "statement": statement }),
            ),
            ("pilotQuestionAnswer", council, answer),
            (
                "productArchive",
                supplier,
                json!({ "product": product("published").await }),
            ),
            (
                "productPublish",
                supplier,
                json!({ "product": product("draft").await }),
            ),
            (
                "productRevise",
                supplier,
                json!({ "product": revised, "listing": listing }),
            ),
            (
                "productRevise",
                supplier,
                json!({ "product": again, "listing": listing }),
            ),
        ];
        let (mut lines, mut known) = (
            Vec::new(),
            BTreeSet::from([self.ids[&Org::CouncilA].clone(), again.clone()]),
        );
        for (mutation, who, given) in cases {
            let line = self.attempt(mutation, who, &given, &mut known).await;
            let line = line.unwrap_or_else(|| panic!("{mutation} {given} is refused"));
            lines.push(format!("{:30} {line}", format!("{mutation}, public")));
        }
        lines
    }

    /// What was told after a cursor, with whether it was told as removed; and the cursor after it.
    async fn told_since(&self, since: &Value) -> (BTreeMap<String, bool>, Value) {
        let (mut told, mut since) = (BTreeMap::new(), since.clone());
        loop {
            let page = self.world.data((), CHANGES, json!({ "since": since })).await["changes"].clone();
            for change in page["changes"].as_array().unwrap() {
                let removed = change["removed"].as_bool().unwrap();
                assert_eq!(removed, change["node"].is_null(), "{change}");
                told.insert(change["id"].as_str().unwrap().to_owned(), removed);
            }
            since = page["next"].clone();
            if page["more"] == false {
                return (told, since);
            }
        }
    }

    /// Every object as everybody sees it: those in the lists, and those that ever were. Not by [`Town::ask`], for what
    /// was a draft's text is public here once it is published.
    async fn seen(&self, known: &mut BTreeSet<String>) -> Seen {
        for (_, list) in KINDS.iter().filter(|(_, list)| !list.is_empty()) {
            let query = format!(
                "{{ {list}(first: 100) {{ edges {{ node {{ id }} }} pageInfo {{ hasNextPage }} }} }}"
            );
            let found = self.world.data((), &query, json!({})).await[list].clone();
            assert_eq!(
                found["pageInfo"]["hasNextPage"], false,
                "{list}: more than a page"
            );
            for edge in found["edges"].as_array().unwrap() {
                known.insert(edge["node"]["id"].as_str().unwrap().to_owned());
            }
        }
        let mut seen = Seen::new();
        for id in known.iter() {
            let node = self.public(id).await;
            if !node.is_null() {
                seen.insert(id.clone(), node);
            }
        }
        seen
    }

    async fn public(&self, id: &str) -> Value {
        let of = KINDS.iter().find(|(of, _)| id.starts_with(&of.to_lowercase()));
        let (of, _) = of.unwrap_or_else(|| panic!("{id} is of no kind that is told of"));
        let selection = shown(&self.schema, of, 3);
        let query = format!("query N($id: ID!) {{ node(id: $id) {{ ... on {of} {{ {selection} }} }} }}");
        self.world.data((), &query, json!({ "id": id })).await["node"].clone()
    }
}

/// Every field of a type, with what lies under it; of objects that are told of themselves only which.
fn shown(schema: &Schema, of: &str, levels: usize) -> String {
    let fields = schema.get(of).fields.iter().filter_map(|field| {
        let required = field.args.iter().any(|arg| arg.required);
        if required || RECKONED.contains(&format!("{of}.{}", field.name).as_str()) {
            return None;
        }
        let to = &field.of.name;
        if !schema.is_object(to) {
            return Some(field.name.clone());
        }
        if KINDS.iter().any(|(kind, _)| kind == to) {
            return Some(format!("{} {{ id }}", field.name));
        }
        let under = if levels > 1 {
            shown(schema, to, levels - 1)
        } else {
            String::new()
        };
        (!under.is_empty()).then(|| format!("{}{} {{ {under} }}", field.name, super::schema::page(field)))
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// The kinds that were told, and how many of each; what was told though nothing of it changed in anybody's eyes is in
/// brackets.
fn judged(mutation: &str, before: &Seen, after: &Seen, told: &BTreeMap<String, bool>) -> String {
    let ids: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut missed = Vec::new();
    for id in ids {
        if before.get(id) != after.get(id) && !told.contains_key(id) {
            missed.push(format!("{id}\n{:?}\n{:?}", before.get(id), after.get(id)));
        }
    }
    assert!(
        missed.is_empty(),
        "{mutation} changes what the feed does not tell: {missed:#?}"
    );
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (id, removed) in told {
        let now = after.get(id);
        assert_eq!(
            now.is_none(),
            *removed,
            "{mutation}: {id} is told as what it is to everybody"
        );
        assert!(
            now.is_some() || before.contains_key(id),
            "{mutation}: {id} was never public, and is told"
        );
        let kind = id.split('_').next().unwrap();
        let kind = if before.get(id) == now {
            format!("({kind})")
        } else {
            kind.to_owned()
        };
        *counts.entry(kind).or_default() += 1;
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(kind, count)| format!("{kind} {count}"))
        .collect();
    if counts.is_empty() {
        "-".into()
    } else {
        counts.join(", ")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_everybody_sees_changed_by_a_mutation_is_in_the_feed_and_nothing_else() {
    let shares = (0..super::SHARES).map(|share| {
        tokio::spawn(async move {
            let town = Town::of_people().await;
            town.fed(share, super::SHARES).await
        })
    });
    let mut lines = Vec::new();
    for share in shares.collect::<Vec<_>>() {
        lines.extend(share.await.unwrap());
    }
    lines.sort();
    let of_public = Town::of_people().await.fed_of_public().await;
    lines.extend(of_public);
    insta::assert_snapshot!("fed", lines.join("\n"));
}
