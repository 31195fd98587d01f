//! Other councils say "us too" with their own dates and numbers, change them, take them back, and the demand adds up.

use crate::world::World;
use chrono::Duration;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const STATE: &str = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } } }";
const SUPPORT: &str = "mutation S($need: ID!, $council: ID!, $support: NeedSupportInput) {
    needSupport(need: $need, council: $council, support: $support) { need { id } errors { code path } } }";
const CHANGE: &str = "mutation C($need: ID!, $council: ID!, $version: Int!, $support: NeedSupportInput!) {
    needSupportChange(need: $need, council: $council, version: $version, support: $support) {
    need { id } errors { code path } } }";
const WITHDRAW: &str = "mutation W($need: ID!, $council: ID!, $version: Int!) {
    needSupportWithdraw(need: $need, council: $council, version: $version) { need { id } errors { code } } }";
const READ: &str = "query R($id: ID!) { need(id: $id) { supporters { slug } support { council { slug } note neededBy
    quantity budgetMinPence budgetMaxPence version } demand { councils quantity quantityCouncils budgetMinPence
    budgetMaxPence budgetCouncils earliestNeededBy latestNeededBy } } }";

struct Scene {
    world: World,
    need: Value,
    fife: String,
    kent: String,
}

async fn scene() -> Scene {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let input = json!({ "council": world.council("norfolk").await, "title": "Missed bins", "problem": "p",
        "outcomes": "o", "quantity": 100, "quantityOf": "crews", "budgetMinPence": 1_000, "budgetMaxPence": 2_000,
        "neededBy": "2026-09-01" });
    let stated = world.data(&officer, STATE, json!({ "input": input })).await;
    let (fife, kent) = (
        world.member("o@fife.example", "fife", CouncilRole::Officer).await,
        world.member("o@kent.example", "kent", CouncilRole::Officer).await,
    );
    Scene {
        need: stated["needState"]["need"]["id"].clone(),
        world,
        fife,
        kent,
    }
}

impl Scene {
    async fn said(&self, token: &String, council: &str, text: &str, more: Value) -> Value {
        let mut variables = json!({ "need": self.need, "council": self.world.council(council).await });
        for (name, value) in more.as_object().unwrap() {
            variables[name] = value.clone();
        }
        let data = self.world.data(token, text, variables).await;
        let payload = data.as_object().unwrap().values().next().unwrap();
        payload["errors"].clone()
    }

    async fn read(&self) -> Value {
        self.world.data((), READ, json!({ "id": self.need })).await["need"].clone()
    }
}

#[tokio::test]
async fn the_demand_adds_up_as_councils_join_change_and_leave() {
    let scene = scene().await;
    let none = json!([]);
    let wants = json!({ "support": { "note": "And glass.", "neededBy": "2027-01-31", "quantity": 40,
        "budgetMaxPence": 500 } });
    assert_eq!(scene.said(&scene.fife, "fife", SUPPORT, wants).await, none);
    scene.world.app.clock.advance(Duration::minutes(1));
    assert_eq!(scene.said(&scene.kent, "kent", SUPPORT, json!({})).await, none);
    let read = scene.read().await;
    assert_eq!(
        read["demand"],
        json!({ "councils": 3, "quantity": 140, "quantityCouncils": 2, "budgetMinPence": 1_000,
            "budgetMaxPence": 2_500, "budgetCouncils": 2, "earliestNeededBy": "2026-09-01",
            "latestNeededBy": "2027-01-31" })
    );
    assert_eq!(
        read["support"][0],
        json!({ "council": { "slug": "fife" }, "note": "And glass.", "neededBy": "2027-01-31", "quantity": 40,
            "budgetMinPence": null, "budgetMaxPence": 500, "version": 1 })
    );

    let kent = json!({ "version": 1, "support": { "neededBy": "2026-03-01", "quantity": 60 } });
    assert_eq!(scene.said(&scene.kent, "kent", CHANGE, kent.clone()).await, none);
    let stale = scene.said(&scene.kent, "kent", CHANGE, kent).await;
    assert_eq!(stale[0]["code"], "CONFLICT");
    let left = json!({ "version": 1 });
    assert_eq!(scene.said(&scene.fife, "fife", WITHDRAW, left).await, none);
    let read = scene.read().await;
    assert_eq!(read["supporters"], json!([{ "slug": "kent" }]));
    assert_eq!(
        read["demand"],
        json!({ "councils": 2, "quantity": 160, "quantityCouncils": 2, "budgetMinPence": 1_000,
            "budgetMaxPence": 2_000, "budgetCouncils": 1, "earliestNeededBy": "2026-03-01",
            "latestNeededBy": "2026-09-01" })
    );
    let gone = scene
        .said(&scene.fife, "fife", WITHDRAW, json!({ "version": 2 }))
        .await;
    assert_eq!(gone[0]["code"], "NOT_SAID");
    scene.world.app.clock.advance(Duration::minutes(1));
    assert_eq!(
        scene.said(&scene.fife, "fife", SUPPORT, json!({})).await,
        none,
        "again"
    );
    assert_eq!(
        scene.read().await["support"][1]["version"],
        3,
        "versions count on"
    );
}

#[tokio::test]
async fn us_too_with_other_numbers_is_a_change_and_numbers_make_sense() {
    let scene = scene().await;
    scene.said(&scene.fife, "fife", SUPPORT, json!({})).await;
    let other = json!({ "support": { "quantity": 4 } });
    let refused = scene.said(&scene.fife, "fife", SUPPORT, other).await;
    assert_eq!(refused[0]["code"], "ALREADY_SAID");
    let odd = json!({ "support": { "quantity": 0, "budgetMinPence": 2, "budgetMaxPence": 1,
        "note": "x".repeat(2_001) } });
    assert_eq!(
        scene.said(&scene.kent, "kent", SUPPORT, odd).await,
        json!([{ "code": "BAD_TEXT", "path": "note" }, { "code": "BAD_BUDGET", "path": "budgetMinPence" },
            { "code": "BAD_QUANTITY", "path": "quantity" }])
    );
    let council = scene.world.council("fife").await;
    for (text, more) in [(CHANGE, json!({})), (WITHDRAW, json!(null))] {
        let mut variables = json!({ "need": scene.need, "council": council, "version": 1 });
        if more.is_object() {
            variables["support"] = more;
        }
        assert_eq!(
            scene.world.refusal(&scene.kent, text, variables).await,
            "NOT_ALLOWED"
        );
    }
}
