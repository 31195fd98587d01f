//! Needs are found by service, code, budget, day, kind of council, region and state.

use crate::world::World;
use chrono::Duration;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

#[tokio::test]
async fn every_part_of_the_filter_finds_what_it_says() {
    let world = World::new().await;
    let state =
        "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } errors { code } } }";
    // Norfolk: a county, East of England; Fife: a Scottish council; Camden: a London borough.
    for (slug, more) in [
        (
            "norfolk",
            json!({ "service": 528, "cpv": "90511000", "budgetMinPence": 100, "budgetMaxPence": 300,
            "neededBy": "2026-06-30" }),
        ),
        (
            "fife",
            json!({ "service": 40, "cpv": "48332000", "budgetMinPence": 500, "neededBy": "2026-12-31" }),
        ),
        ("camden", json!({ "cpv": "48000000" })),
    ] {
        let officer = world
            .member(&format!("o@{slug}.example"), slug, CouncilRole::Officer)
            .await;
        let mut input =
            json!({ "council": world.council(slug).await, "title": slug, "problem": "p", "outcomes": "o" });
        for (name, value) in more.as_object().unwrap() {
            input[name] = value.clone();
        }
        let stated = world.data(&officer, state, json!({ "input": input })).await;
        assert_eq!(stated["needState"]["errors"], json!([]));
        world.app.clock.advance(Duration::minutes(1));
        if slug == "camden" {
            let end = "mutation E($id: ID!) { needEnd(need: $id, version: 1, ending: WITHDRAWN) { errors { code } } }";
            let id = &stated["needState"]["need"]["id"];
            world.data(&officer, end, json!({ "id": id })).await;
        }
    }
    let all = json!(["STATED", "MET", "WITHDRAWN"]);
    for (filter, expected) in [
        (json!({}), vec!["fife", "norfolk"]),
        (json!({ "states": all }), vec!["camden", "fife", "norfolk"]),
        (json!({ "states": ["WITHDRAWN"] }), vec!["camden"]),
        (json!({ "services": [40, 528] }), vec!["fife", "norfolk"]),
        (json!({ "services": [40] }), vec!["fife"]),
        (json!({ "cpvPrefix": "48" }), vec!["fife"]),
        (
            json!({ "cpvPrefix": "48", "states": all }),
            vec!["camden", "fife"],
        ),
        (json!({ "cpvPrefix": "90511000" }), vec!["norfolk"]),
        (json!({ "minBudgetPence": 301 }), vec!["fife"]),
        (json!({ "minBudgetPence": 300 }), vec!["fife", "norfolk"]),
        (json!({ "maxBudgetPence": 499 }), vec!["norfolk"]),
        (json!({ "maxBudgetPence": 499, "minBudgetPence": 301 }), vec![]),
        (
            json!({ "maxBudgetPence": 1000, "states": all }),
            vec!["fife", "norfolk"],
        ),
        (json!({ "neededTo": "2026-06-30" }), vec!["norfolk"]),
        (json!({ "neededFrom": "2026-07-01" }), vec!["fife"]),
        (json!({ "councilKinds": ["COUNTY"] }), vec!["norfolk"]),
        (json!({ "regions": ["SCOTLAND"] }), vec!["fife"]),
        (json!({ "regions": ["LONDON"], "states": all }), vec!["camden"]),
        (json!({ "councils": [world.council("fife").await] }), vec!["fife"]),
    ] {
        let query = "query F($filter: NeedFilter) { needs(filter: $filter) { edges { node { title } } } }";
        let found = world.data((), query, json!({ "filter": filter })).await;
        let edges = found["needs"]["edges"].as_array().unwrap().clone();
        let titles: Vec<_> = edges
            .iter()
            .map(|edge| edge["node"]["title"].as_str().unwrap())
            .collect();
        assert_eq!(titles, expected, "{filter}");
    }
    let query = "{ needs(filter: { cpvPrefix: \"4x\" }) { edges { cursor } } }";
    assert_eq!(world.refusal((), query, Value::Null).await, "BAD_FILTER");
}
