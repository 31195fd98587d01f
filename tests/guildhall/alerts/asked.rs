//! What can be asked for, tried before it is saved, and asked about afterwards.

use super::kinds::{OFFICER, SUPPLIER, WATCH, news, only, van, watch, world};
use super::{SAVE, at, save};
use serde_json::{Value, json};

#[tokio::test]
async fn a_department_and_a_council_can_be_watched() {
    let world = world("2015-03-01").await;
    let norfolk = world.council("norfolk").await;
    watch(
        &world,
        OFFICER,
        json!({ "council": norfolk, "department": "environment" }),
    )
    .await;
    let again = |name: &str| watch(&world, OFFICER, json!({ "council": norfolk, "department": name }));
    let (first, second) = (again("environment").await, again(" ENVIRONMENT").await);
    assert_eq!(first["id"], second["id"], "what is watched already");
    watch(
        &world,
        SUPPLIER,
        json!({ "council": world.council("kent").await }),
    )
    .await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    let (_, text) = only(news(&world, OFFICER).await);
    assert!(text.contains("Library van"), "{text}");
    assert_eq!(news(&world, SUPPLIER).await, [], "another council's");
    let token = world.token(OFFICER).await;
    for input in [
        json!({}),
        json!({ "council": norfolk, "contract": van(&world).await }),
        json!({ "department": "x" }),
        json!({ "council": norfolk, "department": "no such department" }),
    ] {
        let refused = world.data(&token, WATCH, json!({ "input": input })).await;
        assert_eq!(
            refused["watchSave"]["errors"],
            json!([{ "code": "BAD_WATCH" }]),
            "{input}"
        );
    }
}

#[tokio::test]
async fn searches_look_near_a_place_and_months_ahead() {
    let world = world("2015-03-01").await;
    let token = world.token(SUPPLIER).await;
    let near = |council: Value, kilometres: i32| {
        json!({ "near": { "council": council, "kilometres": kilometres },
        "windowKinds": ["EXPIRY"], "words": "library" })
    };
    save(
        &world,
        &token,
        "near Suffolk",
        near(world.council("suffolk").await, 100),
    )
    .await;
    save(
        &world,
        &token,
        "near Kent",
        near(world.council("kent").await, 100),
    )
    .await;
    let months = json!({ "withinMonths": 1, "windowKinds": ["EXPIRY"], "words": "library" });
    save(&world, &token, "within a month", months).await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    let (_, text) = only(news(&world, SUPPLIER).await);
    assert!(
        text.contains("near Suffolk") && !text.contains("near Kent"),
        "{text}"
    );
    assert!(
        !text.contains("within a month"),
        "it ends six months after the window opens: {text}"
    );
    let input = json!({ "input": { "name": "nowhere", "filter": { "near": { "kilometres": 5 } } } });
    let refused = world.data(&world.token(SUPPLIER).await, SAVE, input).await;
    assert_eq!(
        refused["savedSearchSave"]["errors"][0]["path"], "filter.near",
        "{refused}"
    );
}

#[tokio::test]
async fn history_says_why_somebody_did_not_hear() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    save(
        &world,
        &token,
        "vans",
        json!({ "words": "library", "windowKinds": ["EXPIRY"] }),
    )
    .await;
    save(&world, &token, "London", json!({ "regions": ["LONDON"] })).await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    only(news(&world, SUPPLIER).await);
    let history =
        "query H($about: ID!, $address: String) { alertHistory(about: $about, address: $address) { kind
        searches { name found missed missedPart } notification { state } mail { state attempts { outcome answer } } } }";
    let token = world.token(SUPPLIER).await;
    let told = world.data(&token, history, json!({ "about": contract })).await["alertHistory"].clone();
    let expiry = told
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["notification"].is_object())
        .unwrap();
    let looked = expiry["searches"].as_array().unwrap();
    for expected in [
        json!({ "name": "vans", "found": true, "missed": null, "missedPart": null }),
        json!({ "name": "London", "found": false, "missed": "PART", "missedPart": "REGIONS" }),
    ] {
        assert!(looked.contains(&expected), "{looked:?}");
    }
    assert_eq!(
        (&expiry["notification"]["state"], &expiry["mail"]["state"]),
        (&json!("mailed"), &json!("sent"))
    );
    assert_eq!(
        expiry["mail"]["attempts"],
        json!([{ "outcome": "sent", "answer": "250 taken" }])
    );
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let asked = json!({ "about": contract, "address": "Sam@Tidebell.example" });
    let by_operator = world.data(&operator, history, asked.clone()).await["alertHistory"].clone();
    assert_eq!(by_operator, told);
    let officer = world.token(OFFICER).await;
    assert_eq!(world.refusal(&officer, history, asked).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_search_can_be_tried_before_it_is_saved() {
    let world = world("2015-09-20").await;
    let token = world.token(SUPPLIER).await;
    let preview = "query P($filter: SavedSearchFilterInput!) { savedSearchPreview(filter: $filter) {
        past { count complete matches { kind on contract { title } need { title } } }
        coming { count complete matches { on window { kind } contract { title } } } } }";
    let filter = json!({ "words": "library", "windowKinds": ["EXPIRY"] });
    let tried = world.data(&token, preview, json!({ "filter": filter })).await["savedSearchPreview"].clone();
    assert_eq!(
        tried["past"],
        json!({ "count": 0, "complete": true, "matches": [] })
    );
    // Half a year before 31 March 2016.
    let opens = json!({ "on": "2015-10-03", "window": { "kind": "EXPIRY" }, "contract": { "title": "Library van maintenance" } });
    assert_eq!(
        tried["coming"],
        json!({ "count": 1, "complete": true, "matches": [opens] })
    );
    save(&world, &token, "as tried", filter.clone()).await;
    world.app.clock.set(at("2015-10-03T08:00:00Z"));
    only(news(&world, SUPPLIER).await);
    let officer = world.token(OFFICER).await;
    let norfolk = world.council("norfolk").await;
    let state = format!(
        "mutation {{ needState(input: {{ council: {norfolk}, title: \"Library vans\", problem: \"p\", outcomes: \"o\" }}) {{
        need {{ id }} }} }}"
    );
    world.data(&officer, &state, Value::Null).await;
    let token = world.token(SUPPLIER).await;
    let both =
        json!({ "words": "library", "windowKinds": ["EXPIRY"], "kinds": ["WINDOW_OPENED", "NEED_STATED"] });
    let tried = world.data(&token, preview, json!({ "filter": both })).await["savedSearchPreview"].clone();
    assert_eq!(
        (&tried["past"]["count"], &tried["coming"]["count"]),
        (&json!(2), &json!(0)),
        "what was coming is past: {tried}"
    );
    assert_eq!(tried["past"]["matches"][1]["need"]["title"], "Library vans");
    let wrong = json!({ "filter": { "cpvPrefixes": ["x"] } });
    assert_eq!(world.refusal(&token, preview, wrong).await, "MALFORMED");
    assert_eq!(
        world.refusal((), preview, json!({ "filter": {} })).await,
        "NOT_SIGNED_IN"
    );
}
