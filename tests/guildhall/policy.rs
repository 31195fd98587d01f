//! A council sets its own lead times, and the windows of its whole register follow.

use crate::world::World;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const SET: &str = "mutation S($council: ID!, $version: Int!, $leadTimes: LeadTimesInput!) {
    councilSetLeadTimes(council: $council, version: $version, leadTimes: $leadTimes) {
        leadTimes { expiryLeadDays tenderDays } errors { code path } } }";

/// The windows of every contract of the fixture's register.
async fn windows(world: &World) -> Vec<Value> {
    let query = "query W { contracts(first: 50) { edges { node { reference windows { kind ordinal opensOn closesOn } } } } }";
    let answer = world.data((), query, Value::Null).await;
    let edges = answer["contracts"]["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"].clone()).collect()
}

#[tokio::test]
async fn setting_lead_times_moves_the_windows_and_clearing_them_moves_them_back() {
    let world = World::new().await;
    world
        .register(include_str!("../fixtures/register.csv"), false)
        .await;
    let token = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let council = world.council("norfolk").await;
    let before = windows(&world).await;
    let own = json!({ "council": council, "version": 0, "leadTimes": { "expiryLeadDays": 10 } });
    let set = world.data(&token, SET, own).await;
    let leads = &set["councilSetLeadTimes"]["leadTimes"];
    assert_eq!(leads, &json!({ "expiryLeadDays": 10, "tenderDays": 25 }), "{set}");
    let after = windows(&world).await;
    let mut moved = 0;
    for (before, after) in before.iter().zip(&after) {
        let pairs = before["windows"].as_array().unwrap().iter();
        assert_eq!(
            before["windows"].as_array().unwrap().len(),
            after["windows"].as_array().unwrap().len()
        );
        for window in pairs {
            let same =
                |other: &&Value| other["kind"] == window["kind"] && other["ordinal"] == window["ordinal"];
            let now = after["windows"].as_array().unwrap().iter().find(same).unwrap();
            if window["kind"] == "EXPIRY" {
                let closes: chrono::NaiveDate = now["closesOn"].as_str().unwrap().parse().unwrap();
                assert_eq!(now["opensOn"], (closes - chrono::Duration::days(10)).to_string());
                moved += 1;
            } else {
                assert_eq!(now, window, "nothing else moves");
            }
        }
    }
    assert!(moved > 5, "{moved}");
    world
        .data(
            &token,
            SET,
            json!({ "council": council, "version": 1, "leadTimes": {} }),
        )
        .await;
    assert_eq!(windows(&world).await, before);
}

#[tokio::test]
async fn only_an_administrator_of_the_council_sets_its_lead_times() {
    let world = World::new().await;
    let council = world.council("norfolk").await;
    let own = json!({ "council": council, "version": 0, "leadTimes": { "expiryLeadDays": 10 } });
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let elsewhere = world
        .member("d@fife.example", "fife", CouncilRole::Administrator)
        .await;
    assert_eq!(world.refusal((), SET, own.clone()).await, "NOT_SIGNED_IN");
    assert_eq!(world.refusal(&officer, SET, own.clone()).await, "NOT_ALLOWED");
    assert_eq!(world.refusal(&elsewhere, SET, own).await, "NOT_ALLOWED");
    let token = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let long = json!({ "council": council, "version": 0, "leadTimes": { "expiryLeadDays": 3651 } });
    let refused = world.data(&token, SET, long).await;
    let expected = json!([{ "code": "TOO_LONG", "path": "expiryLeadDays" }]);
    assert_eq!(refused["councilSetLeadTimes"]["errors"], expected);
}
