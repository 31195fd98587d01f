//! What subscriptions tell, and to whom: to those who may see it, once, from whatever node it was written.

use crate::websocket::Served;
use crate::world::{DECLARED, World, body};
use chrono::Duration;
use guildhall::access::CouncilRole;
use guildhall::alerts::tick;
use guildhall::graphql::Api;
use guildhall::http::{self, Site};
use guildhall::runtime::App;
use guildhall::runtime::database::Database;
use poem::test::TestClient;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::sync::Arc;

const WATCH: &str = "subscription W($id: ID!) { pilotChanged(pilot: $id) { phase questions { answer } } }";
const DRAFT: &str =
    "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id } errors { code } } }";
const PUBLISH: &str =
    "mutation P($id: ID!, $at: DateTime!) { pilotPublish(pilot: $id, version: 1, deadlineAt: $at) {
    errors { code } } }";
const CANCEL: &str = "mutation C($id: ID!, $version: Int! = 2) { pilotCancel(pilot: $id, version: $version, reason: \"No money.\") { errors { code } } }";
const ALERTS: &str = "subscription A { alerts { subject writtenAt } }";

async fn approver(world: &World) -> String {
    world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await
}

/// A pilot of Norfolk's, drafted.
async fn drafted(world: &World, approver: &String) -> Value {
    let council = world.council("norfolk").await;
    let input = json!({ "council": council, "title": "Missed bins", "summary": "Find them.",
        "successMeasures": "Fewer.", "capPence": 1_000_000, "weeks": 12, "criteria": [
        { "kind": "QUALITY", "name": "Approach", "description": "How", "weight": 60 },
        { "kind": "PRICE", "name": "Price", "description": "Lowest over price", "weight": 40 } ] });
    let made = world.data(approver, DRAFT, json!({ "input": input })).await;
    assert_eq!(made["pilotDraft"]["errors"], json!([]));
    made["pilotDraft"]["pilot"]["id"].clone()
}

async fn publish(world: &World, approver: &String, id: &Value) {
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let published = world.data(approver, PUBLISH, json!({ "id": id, "at": at })).await;
    assert_eq!(published["pilotPublish"]["errors"], json!([]));
}

async fn published(world: &World, approver: &String) -> Value {
    let id = drafted(world, approver).await;
    publish(world, approver, &id).await;
    id
}

#[tokio::test]
async fn whoever_watches_a_pilot_is_told_what_they_may_see_of_it_and_no_more() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let approver = approver(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = published(&world, &approver).await;
    let id = json!({ "id": pilot });
    let (mut anybody, mut asker) = (served.client(None).await, served.client(Some(&one.token)).await);
    for client in [&mut anybody, &mut asker] {
        assert_eq!(client.subscribe("w", WATCH, id.clone()).await, Value::Null);
    }
    let ask = "mutation A($pilot: ID!, $supplier: ID!) {
        pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: \"Why?\") { question { id } } }";
    let answer = "mutation R($id: ID!, $state: PilotQuestionState!, $because: String) {
        pilotQuestionAnswer(question: $id, version: 1, state: $state, answer: \"Forty.\", privateBecause: $because) {
            errors { code } } }";
    for (state, because) in [
        ("ANSWERED_PRIVATELY", Some("It is theirs.")),
        ("ANSWERED_AND_PUBLISHED", None),
    ] {
        let asked = world
            .data(&one, ask, json!({ "pilot": pilot, "supplier": one.id }))
            .await;
        let question = asked["pilotQuestionAsk"]["question"]["id"].clone();
        let answered = json!({ "id": question, "state": state, "because": because });
        let answered = world.data(&approver, answer, answered).await;
        assert_eq!(answered["pilotQuestionAnswer"]["errors"], json!([]));
    }
    // A bid is nobody's to hear of.
    let bid = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) { errors { code } } }";
    let input = json!({ "pilot": pilot, "supplier": one.id, "pricePence": 1, "answer": "canary", "declarations": DECLARED });
    assert_eq!(
        world.data(&one, bid, json!({ "input": input })).await["bidSubmit"]["errors"],
        json!([])
    );
    world.data(&approver, CANCEL, id).await;
    let open = |answers: usize| {
        let answers = vec![json!({ "answer": "Forty." }); answers];
        json!({ "pilotChanged": { "phase": "OPEN", "questions": answers } })
    };
    let mut heard = Vec::new();
    while heard
        .last()
        .is_none_or(|told: &Value| told["pilotChanged"]["phase"] != "CANCELLED")
    {
        heard.push(anybody.event("w").await);
    }
    // Two changes at once are one event: what is told is how the pilot is, and it never tells the same twice.
    assert!(
        heard.len() <= 2 && (heard.len() == 1 || heard[0] == open(1)),
        "{heard:?}"
    );
    let mut heard = vec![asker.event("w").await];
    while heard
        .last()
        .is_none_or(|told| told["pilotChanged"]["phase"] != "CANCELLED")
    {
        heard.push(asker.event("w").await);
    }
    assert_eq!(
        heard.last().unwrap()["pilotChanged"]["questions"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
    heard.dedup();
    assert!(heard.len() <= 3, "{heard:?}");
}

#[tokio::test]
async fn a_pilot_that_may_not_be_seen_is_not_there_to_be_watched() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let approver = approver(&world).await;
    let pilot = drafted(&world, &approver).await;
    let id = json!({ "id": pilot });
    let missing = guildhall::graphql::ids::Id::new(guildhall::graphql::ids::Sort::Pilot, uuid::Uuid::nil());
    let mut anybody = served.client(None).await;
    let hidden = anybody.subscribe("a", WATCH, id.clone()).await;
    assert_eq!(hidden["extensions"]["code"], "NOT_FOUND");
    let missing = anybody
        .subscribe("b", WATCH, json!({ "id": missing.to_string() }))
        .await;
    assert_eq!(hidden, missing, "forbidden and missing look alike");
    let mut colleague = served.client(Some(&approver)).await;
    assert_eq!(colleague.subscribe("c", WATCH, id).await, Value::Null);
    publish(&world, &approver, &pilot).await;
    assert_eq!(colleague.event("c").await["pilotChanged"]["phase"], "OPEN");
}

#[tokio::test]
async fn an_alert_is_told_to_its_owner_alone() {
    let world = World::new().await;
    world.app.clock.set("2015-03-01T09:00:00Z".parse().unwrap());
    world
        .register(include_str!("../fixtures/register.csv"), false)
        .await;
    tick(&world.app).await.unwrap();
    let served = Served::start(world.site.clone()).await;
    let save =
        "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) { errors { code } } }";
    let mut tokens = Vec::new();
    for (email, words) in [
        ("sam@tidebell.example", "library"),
        ("kim@tidebell.example", "software"),
    ] {
        world.person(email, "Sam").await;
        let token = world.token(email).await;
        let filter = json!({ "words": words, "windowKinds": ["EXPIRY"] });
        world
            .data(
                &token,
                save,
                json!({ "input": { "name": words, "filter": filter } }),
            )
            .await;
        tokens.push(token);
    }
    world.app.clock.advance(Duration::days(389));
    let (sam, kim) = (
        world.token("sam@tidebell.example").await,
        world.token("kim@tidebell.example").await,
    );
    let (mut sam, mut kim) = (served.client(Some(&sam)).await, served.client(Some(&kim)).await);
    for client in [&mut sam, &mut kim] {
        assert_eq!(client.subscribe("a", ALERTS, json!({})).await, Value::Null);
    }
    assert_eq!(tick(&world.app).await.unwrap().mails, 2);
    let told = [sam.event("a").await, kim.event("a").await].map(|told| told["alerts"]["subject"].to_string());
    assert!(told[0].contains("Library van maintenance"), "{told:?}");
    assert!(!told[1].contains("Library"), "{told:?}");
    let mut nobody = served.client(None).await;
    let refused = nobody.subscribe("a", ALERTS, json!({})).await;
    assert_eq!(refused["extensions"]["code"], "NOT_SIGNED_IN");
}

#[tokio::test]
async fn what_another_node_writes_is_told_too() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let approver = approver(&world).await;
    let pilot = published(&world, &approver).await;
    let mut anybody = served.client(None).await;
    assert_eq!(
        anybody.subscribe("w", WATCH, json!({ "id": pilot })).await,
        Value::Null
    );
    // Another process on the same database: nothing in memory is shared.
    let app = App {
        db: Database::open(world.url()).await.unwrap(),
        work: Arc::default(),
        ..world.app.clone()
    };
    let other = TestClient::new(http::routes(Site::new(app.clone(), Api::new(app))));
    let call = json!({ "query": CANCEL, "variables": { "id": pilot } });
    let request = other
        .post("/graphql")
        .header("authorization", format!("Bearer {approver}"));
    let done = body(request.body_json(&call).send().await).await;
    assert_eq!(done["data"]["pilotCancel"]["errors"], json!([]), "{done}");
    assert_eq!(anybody.event("w").await["pilotChanged"]["phase"], "CANCELLED");
}

#[tokio::test]
async fn what_commits_late_is_told_and_nothing_is_told_twice() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let approver = approver(&world).await;
    let (late, other) = (
        published(&world, &approver).await,
        published(&world, &approver).await,
    );
    let mut anybody = served.client(None).await;
    for (id, pilot) in [("late", &late), ("other", &other)] {
        assert_eq!(
            anybody.subscribe(id, WATCH, json!({ "id": pilot })).await,
            Value::Null
        );
    }
    let began = world.now();
    world.app.clock.advance(Duration::seconds(60));
    world.data(&approver, CANCEL, json!({ "id": other })).await;
    assert_eq!(anybody.event("other").await["pilotChanged"]["phase"], "CANCELLED");
    // As a transaction that began a minute ago and commits now.
    let txn = world.app.db.begin().await.unwrap();
    let sql = "UPDATE pilot SET state = 'cancelled', version = version + 1, updated_at = $1 WHERE state = 'published'";
    let values = [began.into()];
    let statement = sea_orm::Statement::from_sql_and_values(world.app.db.backend(), sql, values);
    assert_eq!(txn.execute_raw(statement).await.unwrap().rows_affected(), 1);
    txn.commit().await.unwrap();
    assert_eq!(anybody.event("late").await["pilotChanged"]["phase"], "CANCELLED");
    // Each was read again with every look since; the next that is heard is the answer to a ping.
    world.app.work.wrote();
    anybody.say(json!({ "type": "ping" })).await;
    assert_eq!(anybody.hear().await["type"], "pong");
}

#[tokio::test]
async fn nobody_can_count_bids_by_what_is_told_of_their_scores() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let approver = approver(&world).await;
    let evaluator = world
        .member("e@norfolk.example", "norfolk", CouncilRole::Evaluator)
        .await;
    let pilot = published(&world, &approver).await;
    let bid = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) { errors { code } } }";
    for email in [
        "one@tidebell.example",
        "two@copperwren.example",
        "three@fennick.example",
    ] {
        let bidder = world.supplier(email, email).await;
        let input = json!({ "pilot": pilot, "supplier": bidder.id, "pricePence": 1, "answer": "canary", "declarations": DECLARED });
        world.data(&bidder, bid, json!({ "input": input })).await;
    }
    let mut anybody = served.client(None).await;
    assert_eq!(
        anybody.subscribe("w", WATCH, json!({ "id": pilot })).await,
        Value::Null
    );
    world.app.clock.advance(Duration::hours(6));
    crate::evaluating::declared(&world, &approver, &pilot, &[&evaluator]).await;
    let bids = "query B($id: ID!) { pilot(id: $id) { bids { id } } }";
    let bids = world.data(&evaluator, bids, json!({ "id": pilot })).await["pilot"]["bids"].clone();
    let score = "mutation S($input: BidScoreInput!) { bidScore(input: $input) { errors { code } } }";
    assert_eq!(bids.as_array().unwrap().len(), 3);
    for bid in bids.as_array().unwrap() {
        let input =
            json!({ "pilot": pilot, "bid": bid["id"], "criterion": 1, "score": 50, "reason": "sound" });
        let scored = world.data(&evaluator, score, json!({ "input": input })).await;
        assert_eq!(scored["bidScore"]["errors"], json!([]));
    }
    // Published, and evaluated since the first score.
    let cancelled = world
        .data(&approver, CANCEL, json!({ "id": pilot, "version": 3 }))
        .await;
    assert_eq!(cancelled["pilotCancel"]["errors"], json!([]));
    let mut told = Vec::new();
    while told.last().is_none_or(|phase: &Value| phase != "CANCELLED") {
        told.push(anybody.event("w").await["pilotChanged"]["phase"].clone());
    }
    assert!(told.len() <= 2, "three scores are one change: {told:?}");
}
