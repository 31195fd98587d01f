//! Bar D6: of many changes based on one version one is made, and the others are told the version it has now. That
//! every mutation is so is for `versions`.

use crate::world::World;
use futures_util::future::join_all;
use guildhall::access::CouncilRole;
use guildhall::alerts::tick;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// What comes back of a change.
pub(crate) const TOLD: &str = "errors { code path currentVersion }";

/// A hundred changes at once: how many were made, and what the others were told.
async fn race(world: &World, token: &String, change: impl Fn(usize) -> String) -> (usize, BTreeSet<String>) {
    let texts: Vec<String> = (0..100)
        .map(|n| format!("mutation {{ {} {{ {TOLD} }} }}", change(n)))
        .collect();
    let answers = texts.iter().map(|text| world.data(token, text, Value::Null));
    let (mut made, mut told) = (0, BTreeSet::new());
    for answer in join_all(answers).await {
        let payload = answer.as_object().unwrap().values().next().unwrap();
        match payload["errors"].as_array().unwrap().as_slice() {
            [] => made += 1,
            [error] => _ = told.insert(error.to_string()),
            _ => panic!("{answer}"),
        }
    }
    (made, told)
}

fn one_wins(current: i32) -> (usize, BTreeSet<String>) {
    let told = json!({ "code": "CONFLICT", "path": "version", "currentVersion": current });
    (1, BTreeSet::from([told.to_string()]))
}

/// A contract of the fixture's register, and one who keeps it.
pub(crate) async fn contract(world: &World) -> (Value, String) {
    world
        .register(include_str!("../fixtures/register.csv"), false)
        .await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let list = "query L { contracts(filter: { text: \"F001\" }, first: 1) { edges { node { id } } } }";
    let found = world.data((), list, Value::Null).await;
    (found["contracts"]["edges"][0]["node"]["id"].clone(), officer)
}

#[tokio::test]
async fn of_a_hundred_corrections_of_one_contract_one_wins() {
    let world = World::new().await;
    let (id, officer) = contract(&world).await;
    let amend = |n| format!("contractAmend(input: {{ contract: {id}, version: 1, title: \"Title {n}\" }})");
    assert_eq!(race(&world, &officer, amend).await, one_wins(2));
    let read = "query R($id: ID!) { contract(id: $id) { title version } }";
    let now = world.data((), read, json!({ "id": id })).await["contract"].clone();
    assert!(
        now["title"].as_str().unwrap().starts_with("Title ") && now["version"] == 2,
        "{now}"
    );
}

#[tokio::test]
async fn of_a_hundred_revisions_of_one_product_one_wins() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let id = product(&world, &one.token, &one.id).await;
    let revise = |n| {
        let listing = format!("{{ name: \"Rounds {n}\", summary: \"s\", description: \"d\" }}");
        format!("productRevise(product: {id}, version: 1, listing: {listing})")
    };
    assert_eq!(race(&world, &one.token, revise).await, one_wins(2));
    assert_eq!(world.version(&one, &id).await, 2);
}

#[tokio::test]
async fn of_a_hundred_policies_of_one_council_one_wins_the_first_time_too() {
    let world = World::new().await;
    world
        .register(include_str!("../fixtures/register.csv"), false)
        .await;
    let token = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let council = world.council("norfolk").await;
    for version in [0, 1] {
        let set = |n| {
            let leads = format!("{{ expiryLeadDays: {} }}", 100 + n);
            format!("councilSetLeadTimes(council: {council}, version: {version}, leadTimes: {leads})")
        };
        assert_eq!(race(&world, &token, set).await, one_wins(version + 1));
    }
    let read = "query R { council(code: \"norfolk\") { leadTimes { version } } }";
    let now = world.data((), read, Value::Null).await;
    assert_eq!(now["council"]["leadTimes"]["version"], 2);
}

/// A product of a supplier, drafted.
pub(crate) async fn product(world: &World, token: &String, supplier: &Value) -> Value {
    let draft = "mutation D($supplier: ID!) { productDraft(supplier: $supplier, listing: { name: \"Rounds\",
        summary: \"s\", description: \"d\" }) { product { id } } }";
    let drafted = world.data(token, draft, json!({ "supplier": supplier })).await;
    drafted["productDraft"]["product"]["id"].clone()
}

#[tokio::test]
async fn a_corrected_contract_is_told_like_one_that_its_register_changed() {
    let world = World::new().await;
    world.app.clock.set("2016-03-01T09:00:00Z".parse().unwrap());
    let sam = world.supplier("sam@tidebell.example", "Tidebell").await;
    let save = "mutation { savedSearchSave(input: { name: \"n\", filter: { words: \"recycling\", windowKinds: [EXPIRY] } }) {
        errors { code } } }";
    world.data(&sam, save, Value::Null).await;
    let (id, officer) = contract(&world).await;
    assert_eq!(tick(&world.app).await.unwrap().mails, 1, "it ends on 31 March");
    let amend = "mutation A($input: ContractAmendInput!) { contractAmend(input: $input) {
        contract { version title initialEndsOn noticeMonths noticeDays windows { kind closesOn } }
        errors { code path } } }";
    let retitled = json!({ "contract": id, "version": 1, "title": "Rounds", "notice": { "months": 2 } });
    let amended = world.data(&officer, amend, json!({ "input": retitled })).await;
    let now = &amended["contractAmend"]["contract"];
    assert_eq!(
        (&now["version"], &now["title"], &now["noticeMonths"]),
        (&json!(2), &json!("Rounds"), &json!(2))
    );
    assert_eq!(
        tick(&world.app).await.unwrap().mails,
        0,
        "the same window under another title"
    );
    let nothing = json!({ "contract": id, "version": 2, "title": "Rounds" });
    let same = world.data(&officer, amend, json!({ "input": nothing })).await;
    assert_eq!(
        same["contractAmend"]["contract"]["version"], 2,
        "nothing differs, nothing is written"
    );
    let wrong =
        json!({ "contract": id, "version": 2, "initialEndsOn": "2013-03-31", "notice": { "days": 4000 } });
    let refused = world.data(&officer, amend, json!({ "input": wrong })).await;
    let expected = json!([{ "code": "ENDS_BEFORE_START", "path": "initialEndsOn" }, { "code": "BAD_PERIOD", "path": "notice" }]);
    assert_eq!(refused["contractAmend"]["errors"], expected);
    let moved = json!({ "contract": id, "version": 2, "initialEndsOn": "2016-05-31", "notice": null });
    let amended = world.data(&officer, amend, json!({ "input": moved })).await;
    let now = &amended["contractAmend"]["contract"];
    assert_eq!(
        (&now["initialEndsOn"], &now["noticeMonths"]),
        (&json!("2016-05-31"), &Value::Null)
    );
    let windows = now["windows"].as_array().unwrap();
    assert!(
        windows.contains(&json!({ "kind": "EXPIRY", "closesOn": "2016-05-31" })),
        "{now}"
    );
    assert_eq!(
        tick(&world.app).await.unwrap().mails,
        1,
        "another date is another event"
    );
    let again = world
        .register(include_str!("../fixtures/register.csv"), false)
        .await;
    assert_eq!(again.plan.changed, 0, "the same file says nothing new");
    assert_eq!(world.version((), &id).await, 3, "and leaves the correction");
}
