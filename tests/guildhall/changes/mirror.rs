//! A mirror as somebody would write it: a map from ids to what they say, kept by `changes` alone.

use crate::world::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What a mirror keeps of each kind.
const NODE: &str = "__typename id
    ... on Council { name leadTimes { version expiryLeadDays } mailWords { words } }
    ... on Contract { title version currentEndsOn council { id } suppliers { id } windows { kind opensOn closesOn } }
    ... on Supplier { name version town products { id } evidence { reference } numbers { number verifiedAt } }
    ... on Product { name state version supplier { id } }
    ... on Need { title state version supporters { id } }
    ... on Pilot { title deadlineAt phase outcomeReason contract { id } addenda { number text }
        questions { question answer } decisions { kind } result { learned } }";

/// A mirror.
#[derive(Clone, Debug, Default)]
pub(super) struct Mirror {
    /// Where it stands; nothing before it begins.
    pub(super) since: Value,
    pub(super) holds: BTreeMap<String, Value>,
    /// How many changes it was told, and how many of them took something away.
    pub(super) told: usize,
    pub(super) removed: usize,
}

impl Mirror {
    /// Takes one page; whether there is more.
    pub(super) async fn step(&mut self, world: &World, first: usize) -> bool {
        let query = format!(
            "query M($since: String, $first: Int!) {{ changes(since: $since, first: $first) {{
                changes {{ kind id removed node {{ {NODE} }} }} next more }} }}"
        );
        let page = world
            .data((), &query, json!({ "since": self.since, "first": first }))
            .await;
        let page = &page["changes"];
        let changes = page["changes"].as_array().unwrap();
        assert!(changes.len() <= first, "{page}");
        for change in changes {
            let id = change["id"].as_str().unwrap().to_owned();
            self.told += 1;
            if change["removed"] == true {
                self.removed += 1;
                self.holds.remove(&id);
            } else {
                assert_eq!(change["node"]["id"], id, "{change}");
                let kind = change["node"]["__typename"].as_str().unwrap().to_uppercase();
                assert_eq!(change["kind"], kind, "{change}");
                self.holds.insert(id, change["node"].clone());
            }
        }
        self.since = page["next"].clone();
        page["more"] == true
    }

    /// Follows until nothing is left.
    pub(super) async fn follow(&mut self, world: &World, first: usize) {
        while self.step(world, first).await {}
    }

    /// One that begins anew now.
    pub(super) async fn fresh(world: &World) -> Self {
        let mut fresh = Self::default();
        fresh.follow(world, 50).await;
        fresh
    }

    /// What it holds of a kind.
    pub(super) fn of(&self, kind: &str) -> Vec<&Value> {
        self.holds
            .values()
            .filter(|node| node["__typename"] == kind)
            .collect()
    }

    /// Holds the same as a mirror that begins anew.
    pub(super) async fn is_whole(&self, world: &World) {
        let fresh = Self::fresh(world).await;
        for (id, node) in &fresh.holds {
            assert_eq!(
                self.holds.get(id),
                Some(node),
                "the mirror has missed a change of {id}"
            );
        }
        let kept: Vec<_> = self
            .holds
            .keys()
            .filter(|id| !fresh.holds.contains_key(*id))
            .collect();
        assert!(kept.is_empty(), "the mirror holds what is gone: {kept:?}");
    }
}
