//! A council states a need; everybody reads it, nobody else states it.

mod answers;
mod demand;
mod drafts;
mod found;

use crate::world::World;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const STATE: &str = "mutation N($input: NeedStateInput!) { needState(input: $input) {
    need { id title council { slug } } errors { code path } } }";

fn need(council: &Value) -> Value {
    json!({ "input": { "council": council, "title": "Missed bins", "problem": "Rounds are planned on paper.",
        "outcomes": "Fewer missed bins.", "budgetMaxPence": 2_000_000 } })
}

#[tokio::test]
async fn an_officer_states_a_need_and_everybody_reads_it() {
    let world = World::new().await;
    let norfolk = world.council("norfolk").await;
    let token = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
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
    let norfolk = world.council("norfolk").await;
    let elsewhere = world
        .member("o@fife.example", "fife", CouncilRole::Administrator)
        .await;
    let looks = world
        .member("v@norfolk.example", "norfolk", CouncilRole::Viewer)
        .await;
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
    let norfolk = world.council("norfolk").await;
    let token = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
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

#[tokio::test]
async fn other_councils_say_us_too_until_a_need_has_ended() {
    let world = World::new().await;
    let (norfolk, fife) = (world.council("norfolk").await, world.council("fife").await);
    let token = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let other = world.member("o@fife.example", "fife", CouncilRole::Officer).await;
    let stated = world.data(&token, STATE, need(&norfolk)).await;
    let id = &stated["needState"]["need"]["id"];
    let support = "mutation S($need: ID!, $council: ID!) { needSupport(need: $need, council: $council) {
        need { supporters { slug } } errors { code } } }";
    let us_too = json!({ "need": id, "council": fife });
    for _ in 0..2 {
        let said = world.data(&other, support, us_too.clone()).await;
        assert_eq!(
            said["needSupport"]["need"]["supporters"],
            json!([{ "slug": "fife" }])
        );
    }
    let own = world
        .data(&token, support, json!({ "need": id, "council": norfolk }))
        .await;
    assert_eq!(own["needSupport"]["errors"][0]["code"], "OWN");
    assert_eq!(
        world.refusal(&token, support, us_too.clone()).await,
        "NOT_ALLOWED",
        "for another council"
    );

    let end = "mutation E($need: ID!) { needEnd(need: $need, version: 1, ending: MET) { need { state } errors { code } } }";
    assert_eq!(
        world.refusal(&other, end, json!({ "need": id })).await,
        "NOT_ALLOWED"
    );
    let ended = world.data(&token, end, json!({ "need": id })).await;
    assert_eq!(ended["needEnd"]["need"]["state"], "MET");
    let late = world.data(&other, support, us_too).await;
    assert_eq!(late["needSupport"]["errors"][0]["code"], "ENDED");
}
