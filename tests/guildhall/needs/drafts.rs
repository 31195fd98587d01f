//! A need is drafted and written anew by its council, seen by nobody else, and told of once it is stated.

use crate::world::World;
use guildhall::access::CouncilRole;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

const DRAFT: &str = "mutation D($council: ID!, $statement: NeedStatementInput!) {
    needDraft(council: $council, statement: $statement) { need { id version state statedAt } errors { code path } } }";
const REVISE: &str = "mutation R($need: ID!, $version: Int!, $statement: NeedStatementInput!) {
    needRevise(need: $need, version: $version, statement: $statement) {
    need { version title constraints firmness quantity quantityOf contract { title } } errors { code path } } }";
const STATE: &str =
    "mutation S($need: ID!, $version: Int!) { needStateDraft(need: $need, version: $version) {
    need { version state statedAt } errors { code path } } }";
const END: &str = "mutation E($need: ID!, $version: Int!, $ending: NeedEnding!) {
    needEnd(need: $need, version: $version, ending: $ending) { need { state } errors { code } } }";
const READ: &str = "query N($id: ID!) { need(id: $id) { title } node(id: $id) { id }
    needs(filter: { states: [DRAFT, STATED, MET, WITHDRAWN] }) { edges { node { id } } } }";

async fn events(world: &World) -> u64 {
    entity::event::Entity::find()
        .count(world.app.db.read())
        .await
        .unwrap()
}

async fn drafted(world: &World, officer: &String) -> Value {
    let norfolk = world.council("norfolk").await;
    let statement = json!({ "title": "Missed bins", "problem": "", "outcomes": "" });
    let variables = json!({ "council": norfolk, "statement": statement });
    let drafted = world.data(officer, DRAFT, variables).await;
    assert_eq!(drafted["needDraft"]["errors"], json!([]));
    drafted["needDraft"]["need"].clone()
}

async fn officer(world: &World) -> String {
    world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await
}

#[tokio::test]
async fn a_draft_is_for_those_of_its_council_who_see_drafts_and_for_nobody_else() {
    let world = World::new().await;
    let officer = officer(&world).await;
    let need = drafted(&world, &officer).await;
    assert_eq!(
        (&need["state"], &need["statedAt"]),
        (&json!("DRAFT"), &Value::Null)
    );
    let read = json!({ "id": need["id"] });
    let own = world.data(&officer, READ, read.clone()).await;
    assert_eq!(own["need"]["title"], "Missed bins");
    assert_eq!(own["needs"]["edges"][0]["node"]["id"], need["id"]);
    let looks = world
        .member("v@norfolk.example", "norfolk", CouncilRole::Viewer)
        .await;
    let elsewhere = world
        .member("o@fife.example", "fife", CouncilRole::Administrator)
        .await;
    let supplier = world.supplier("s@x.example", "Tidebell").await;
    for token in [None, Some(&looks), Some(&elsewhere), Some(&supplier.token)] {
        let answer = world.query(token.map(String::as_str), READ, read.clone()).await;
        let nothing = json!({ "need": null, "node": null, "needs": { "edges": [] } });
        assert_eq!(answer["data"], nothing, "{token:?}");
    }
    let page = world
        .client
        .get(format!("/need/{}", plain(&need["id"])))
        .send()
        .await;
    assert_eq!(page.0.status(), 404);
    let support = "mutation U($need: ID!, $council: ID!) { needSupport(need: $need, council: $council) { errors { code } } }";
    let us_too = json!({ "need": need["id"], "council": world.council("fife").await });
    assert_eq!(world.refusal(&elsewhere, support, us_too).await, "NOT_FOUND");
    let state = json!({ "need": need["id"], "version": 1 });
    assert_eq!(world.refusal(&elsewhere, STATE, state).await, "NOT_FOUND");
    let list = world
        .data(&officer, "{ needs { edges { node { id } } } }", Value::Null)
        .await;
    assert_eq!(
        list["needs"]["edges"],
        json!([]),
        "drafts are listed when asked for"
    );
}

/// The id as pages have it.
fn plain(id: &Value) -> String {
    let id = guildhall::graphql::ids::Id::parse(id.as_str().unwrap()).unwrap();
    id.uuid.simple().to_string()
}

#[tokio::test]
async fn a_draft_is_stated_once_it_is_complete_and_only_then_told_of() {
    let world = World::new().await;
    let officer = officer(&world).await;
    let need = drafted(&world, &officer).await;
    let lacking = world
        .data(&officer, STATE, json!({ "need": need["id"], "version": 1 }))
        .await;
    let paths = lacking["needStateDraft"]["errors"].clone();
    assert_eq!(
        paths,
        json!([{ "code": "BAD_TEXT", "path": "problem" }, { "code": "BAD_TEXT", "path": "outcomes" }])
    );
    let statement = json!({ "title": "Missed bins", "problem": "Paper rounds.", "outcomes": "Fewer.",
        "constraints": "Hosted in the UK", "neededBy": "2026-10-01", "firmness": "FIXED", "quantity": 40,
        "quantityOf": "crews" });
    let variables = json!({ "need": need["id"], "version": 1, "statement": statement });
    let revised = world.data(&officer, REVISE, variables.clone()).await;
    assert_eq!(
        revised["needRevise"]["need"],
        json!({ "version": 2, "title": "Missed bins", "constraints": "Hosted in the UK", "firmness": "FIXED",
            "quantity": 40, "quantityOf": "crews", "contract": null })
    );
    let stale = world.data(&officer, REVISE, variables).await;
    assert_eq!(stale["needRevise"]["errors"][0]["code"], "CONFLICT");
    assert_eq!(events(&world).await, 0, "a draft is told of to nobody");
    let state = json!({ "need": need["id"], "version": 2 });
    let stated = world.data(&officer, STATE, state).await;
    assert_eq!(stated["needStateDraft"]["need"]["state"], "STATED");
    assert!(stated["needStateDraft"]["need"]["statedAt"].is_string());
    assert_eq!(events(&world).await, 1);
    let read = world.data((), READ, json!({ "id": need["id"] })).await;
    assert_eq!(read["need"]["title"], "Missed bins");
    let again = json!({ "need": need["id"], "version": 3 });
    let again = world.data(&officer, STATE, again).await;
    assert_eq!(again["needStateDraft"]["errors"][0]["code"], "NOT_DRAFT");
    let short = json!({ "title": "t", "problem": "", "outcomes": "" });
    let short = json!({ "need": need["id"], "version": 3, "statement": short });
    let short = world.data(&officer, REVISE, short).await;
    assert_eq!(
        short["needRevise"]["errors"][0]["path"], "problem",
        "what others read stays complete"
    );
}

#[tokio::test]
async fn a_draft_is_withdrawn_unseen_and_never_met() {
    let world = World::new().await;
    let officer = officer(&world).await;
    let need = drafted(&world, &officer).await;
    let end = |ending: &str| json!({ "need": need["id"], "version": 1, "ending": ending });
    let met = world.data(&officer, END, end("MET")).await;
    assert_eq!(met["needEnd"]["errors"][0]["code"], "DRAFT");
    let gone = world.data(&officer, END, end("WITHDRAWN")).await;
    assert_eq!(gone["needEnd"]["need"]["state"], "WITHDRAWN");
    let read = world.data((), READ, json!({ "id": need["id"] })).await;
    assert_eq!(read["need"], Value::Null, "nobody else ever saw it");
    let late = json!({ "need": need["id"], "version": 2, "statement": { "title": "t", "problem": "p", "outcomes": "o" } });
    let late = world.data(&officer, REVISE, late).await;
    assert_eq!(late["needRevise"]["errors"][0]["code"], "ENDED");
}

#[tokio::test]
async fn a_need_names_a_contract_of_its_own_councils_register_and_no_other() {
    let world = World::new().await;
    world
        .register(include_str!("../../fixtures/register.csv"), false)
        .await;
    let officer = officer(&world).await;
    let fife = world.member("o@fife.example", "fife", CouncilRole::Officer).await;
    let list = "{ contracts(first: 1) { edges { node { id title } } } }";
    let contract = world.data((), list, Value::Null).await["contracts"]["edges"][0]["node"].clone();
    let statement =
        json!({ "title": "After it", "problem": "p", "outcomes": "o", "contract": contract["id"] });
    let of = async |token: &String, council: &str| {
        let variables = json!({ "council": world.council(council).await, "statement": statement });
        world.data(token, DRAFT, variables).await["needDraft"].clone()
    };
    let own = of(&officer, "norfolk").await;
    let query = "query N($id: ID!) { need(id: $id) { contract { title windows { kind } } } }";
    let read = world
        .data(&officer, query, json!({ "id": own["need"]["id"] }))
        .await;
    assert_eq!(read["need"]["contract"]["title"], contract["title"]);
    let theirs = of(&fife, "fife").await;
    assert_eq!(
        theirs["errors"],
        json!([{ "code": "UNKNOWN_CONTRACT", "path": "contract" }])
    );
}
