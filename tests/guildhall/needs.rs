//! A council states a need; everybody reads it, nobody else states it.

use crate::world::World;
use guildhall::access::{CouncilRole, Viewer, accounts};
use guildhall::councils::directory;
use serde_json::{Value, json};

const STATE: &str = "mutation N($input: NeedStateInput!) { needState(input: $input) {
    need { id title council { slug } } errors { code path } } }";

async fn council(world: &World, slug: &str) -> Value {
    let answer = world
        .query(
            None,
            "query C($code: String!) { council(code: $code) { id } }",
            json!({ "code": slug }),
        )
        .await;
    answer["data"]["council"]["id"].clone()
}

async fn officer(world: &World, email: &str, slug: &str, role: CouncilRole) -> String {
    let person = world.person(email, "Officer").await;
    let council = directory().find(slug).unwrap().id;
    accounts::join_council(&world.app, &Viewer::System, person, council, role)
        .await
        .unwrap();
    world.token(email).await
}

fn need(council: &Value) -> Value {
    json!({ "input": { "council": council, "title": "Missed bins", "problem": "Rounds are planned on paper.",
        "outcomes": "Fewer missed bins.", "budgetMaxPence": 2_000_000 } })
}

#[tokio::test]
async fn an_officer_states_a_need_and_everybody_reads_it() {
    let world = World::new().await;
    let norfolk = council(&world, "norfolk").await;
    let token = officer(&world, "o@norfolk.example", "norfolk", CouncilRole::Officer).await;
    let stated = world.query(Some(&token), STATE, need(&norfolk)).await;
    assert_eq!(
        stated["data"]["needState"]["need"]["council"]["slug"], "norfolk",
        "{stated}"
    );
    let list = world
        .query(
            None,
            "query L { needs { edges { node { title } } } }",
            Value::Null,
        )
        .await;
    assert_eq!(
        list["data"]["needs"]["edges"][0]["node"]["title"], "Missed bins",
        "{list}"
    );
}

#[tokio::test]
async fn only_those_with_the_right_in_that_council_state_its_needs() {
    let world = World::new().await;
    let norfolk = council(&world, "norfolk").await;
    let elsewhere = officer(&world, "o@fife.example", "fife", CouncilRole::Administrator).await;
    let looks = officer(&world, "v@norfolk.example", "norfolk", CouncilRole::Viewer).await;
    for (token, code) in [
        (None, "NOT_SIGNED_IN"),
        (Some(&elsewhere), "NOT_ALLOWED"),
        (Some(&looks), "NOT_ALLOWED"),
    ] {
        let answer = world
            .query(token.map(String::as_str), STATE, need(&norfolk))
            .await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{answer}");
    }
}

#[tokio::test]
async fn every_reason_against_a_need_is_told_at_once() {
    let world = World::new().await;
    let norfolk = council(&world, "norfolk").await;
    let token = officer(&world, "o@norfolk.example", "norfolk", CouncilRole::Officer).await;
    let input = json!({ "input": { "council": norfolk, "title": " ", "problem": "x", "outcomes": "x",
        "service": 999_999, "budgetMinPence": 5, "budgetMaxPence": 4 } });
    let answer = world.query(Some(&token), STATE, input).await;
    let errors = &answer["data"]["needState"]["errors"];
    let codes: Vec<_> = errors
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["BAD_TEXT", "UNKNOWN_SERVICE", "BAD_BUDGET"]);
}
