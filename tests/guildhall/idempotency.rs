//! Bar J9: one idempotency key, any number of requests at once: one effect, and identical answers. The oracle is the
//! graph, and the bytes that came back.

use crate::world::{DECLARATIONS, PASSWORD, World};
use chrono::Duration;
use futures_util::future::join_all;
use guildhall::access::CouncilRole;
use guildhall::runtime::idempotency;
use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

const KEY: &str = "\"8e03978e-40d5-43e8-bc93-6894a57f9324\"";

/// What came back, whole: status, cookies and body.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    status: StatusCode,
    cookies: Vec<String>,
    body: String,
}

impl Told {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn code(&self) -> String {
        let answer = self.json();
        answer["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

async fn send(world: &World, token: Option<&String>, key: &str, text: &str) -> Told {
    let mut request = world
        .post(&json!({ "query": text }))
        .header("idempotency-key", key);
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = request.send().await;
    let cookies = response.0.headers().get_all("set-cookie").iter();
    Told {
        status: response.0.status(),
        cookies: cookies.map(|value| value.to_str().unwrap().to_owned()).collect(),
        body: crate::world::text(response).await,
    }
}

/// The one answer to a hundred requests at once.
async fn hundred(world: &World, token: Option<&String>, text: &str) -> Told {
    let told = join_all((0..100).map(|_| send(world, token, KEY, text))).await;
    assert!(told.iter().all(|one| *one == told[0]), "not all alike: {told:?}");
    assert_eq!(told[0].status, StatusCode::OK, "{told:?}");
    let later = send(world, token, KEY, text).await;
    assert_eq!(later, told[0], "and later too");
    later
}

fn need(council: &Value, title: &str) -> String {
    format!(
        "mutation {{ needState(input: {{ council: {council}, title: \"{title}\", problem: \"p\", outcomes: \"o\" }}) {{
        need {{ id }} errors {{ code }} }} }}"
    )
}

async fn needs(world: &World) -> usize {
    let list = world
        .data((), "{ needs { edges { node { title } } } }", Value::Null)
        .await;
    list["needs"]["edges"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_hundred_requests_with_one_key_state_one_need_and_save_one_search() {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    let told = hundred(&world, Some(&officer), &need(&council, "Missed bins")).await;
    assert!(
        told.json()["data"]["needState"]["need"]["id"].is_string(),
        "{told:?}"
    );
    assert_eq!(needs(&world).await, 1);
    // The key is the person's: another's is another key.
    let other = world.member("x@fife.example", "fife", CouncilRole::Officer).await;
    let save = "mutation { savedSearchSave(input: { name: \"n\", filter: {} }) { savedSearch { id } } }";
    hundred(&world, Some(&other), save).await;
    let list = world
        .data(&other, "{ savedSearches { edges { node { id } } } }", Value::Null)
        .await;
    assert_eq!(list["savedSearches"]["edges"].as_array().unwrap().len(), 1);
    world.app.clock.advance(Duration::hours(24));
    idempotency::sweep(&world.app).await.unwrap();
    let officer = world.token("o@norfolk.example").await;
    send(&world, Some(&officer), KEY, &need(&council, "Missed bins")).await;
    assert_eq!(needs(&world).await, 2, "a day later it is another request");
}

#[tokio::test]
async fn a_bid_sent_a_hundred_times_with_one_key_is_one_bid() {
    let world = World::new().await;
    let council = world.council("norfolk").await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let draft = format!(
        "mutation {{ pilotDraft(input: {{ council: {council}, title: \"t\", summary: \"s\", successMeasures: \"m\",
        capPence: 100, weeks: 1, criteria: [{{ kind: PRICE, name: \"p\", description: \"d\", weight: 40 }},
        {{ kind: QUALITY, name: \"q\", description: \"d\", weight: 60 }}] }}) {{ pilot {{ id }} }} }}"
    );
    let pilot = world.data(&approver, &draft, Value::Null).await["pilotDraft"]["pilot"]["id"].clone();
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let publish = format!(
        "mutation {{ pilotPublish(pilot: {pilot}, version: 1, deadlineAt: \"{at}\") {{ errors {{ code }} }} }}"
    );
    hundred(&world, Some(&approver), &publish).await;
    let submit = format!(
        "mutation {{ bidSubmit(input: {{ pilot: {pilot}, supplier: {}, pricePence: 42, answer: \"canary\", declarations: {DECLARATIONS} }}) {{
        receipt {{ version digest }} errors {{ code }} }} }}",
        one.id
    );
    let told = hundred(&world, Some(&one.token), &submit).await;
    assert_eq!(
        told.json()["data"]["bidSubmit"]["receipt"]["version"],
        1,
        "{told:?}"
    );
    let bids = format!("{{ pilot(id: {pilot}) {{ bids {{ version answer }} }} }}");
    let seen = world.data(&one, &bids, Value::Null).await;
    let once = json!({ "bids": [{ "version": 1, "answer": "canary" }] });
    assert_eq!(seen["pilot"], once);
    let version = format!("{{ pilot(id: {pilot}) {{ version }} }}");
    let published = world.data(&approver, &version, Value::Null).await;
    assert_eq!(published["pilot"], json!({ "version": 2 }));
}

#[tokio::test]
async fn signing_in_again_with_the_key_gives_the_same_session_and_cookies() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let sign_in = format!(
        "mutation {{ signIn(input: {{ email: \"ann@b.example\", password: \"{PASSWORD}\" }}) {{
        session {{ token }} errors {{ code }} }} }}"
    );
    let told = hundred(&world, None, &sign_in).await;
    let token = told.json()["data"]["signIn"]["session"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        told.cookies.len() == 2 && told.cookies[0].contains(&token),
        "{told:?}"
    );
    let sessions = world
        .data(&token, "{ viewer { sessions { id } } }", Value::Null)
        .await;
    assert_eq!(sessions["viewer"]["sessions"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nobody_fills_the_database_with_keys() {
    let world = World::new().await;
    let (ann, eve) = (officer(&world, "ann").await, officer(&world, "eve").await);
    for key in 0..600 {
        let told = send(&world, Some(&ann), &key.to_string(), OUT).await;
        assert_eq!(told.status, StatusCode::OK, "{told:?}");
    }
    let told = send(&world, Some(&ann), "one-more", OUT).await;
    assert_eq!((told.status.as_u16(), told.code()), (429, "TOO_MANY_KEYS".into()));
    // What was asked before is answered as it was, and others have keys of their own.
    assert_eq!(send(&world, Some(&ann), "7", OUT).await.status, StatusCode::OK);
    assert_eq!(
        send(&world, Some(&eve), "one-more", OUT).await.status,
        StatusCode::OK
    );
    world.app.clock.advance(Duration::minutes(61));
    let told = send(&world, Some(&ann), "one-more", OUT).await;
    assert_eq!(told.status, StatusCode::OK);
}

async fn officer(world: &World, name: &str) -> String {
    let email = format!("{name}@norfolk.example");
    world.member(&email, "norfolk", CouncilRole::Officer).await
}

/// A mutation that changes nothing.
const OUT: &str = "mutation S { savedSearchPause(id: \"search_00000000000000000000000001\", version: 1) { errors { code } } }";

#[tokio::test]
async fn a_key_used_for_another_request_is_refused() {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    send(&world, Some(&officer), KEY, &need(&council, "One")).await;
    let told = send(&world, Some(&officer), KEY, &need(&council, "Two")).await;
    assert_eq!(
        (told.status, &*told.code()),
        (StatusCode::UNPROCESSABLE_ENTITY, "IDEMPOTENCY_KEY_REUSED")
    );
    assert_eq!(needs(&world).await, 1);
    let refused = "mutation { needState(input: { council: $no }) { errors { code } } }";
    for _ in 0..2 {
        assert_eq!(
            send(&world, Some(&officer), "free", refused).await.code(),
            "MALFORMED"
        );
    }
    let told = send(&world, Some(&officer), "free", &need(&council, "Three")).await;
    assert_eq!(
        told.status,
        StatusCode::OK,
        "what never began leaves its key free: {told:?}"
    );
}

#[tokio::test]
async fn what_was_cut_short_is_told_to_be_unknown_once_its_time_is_over() {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let text = need(&world.council("norfolk").await, "Missed bins");
    send(&world, Some(&officer), KEY, &text).await;
    // As a process leaves it that is killed between claiming the key and answering.
    let txn = world.app.db.begin().await.unwrap();
    txn.execute_unprepared("UPDATE idempotency_key SET answer = NULL")
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let moment = std::time::Duration::from_secs(3);
    let waiting = join_all((0..50).map(|_| send(&world, Some(&officer), KEY, &text)));
    let (early, meanwhile) = tokio::join!(
        tokio::time::timeout(moment, waiting),
        tokio::time::timeout(moment, needs(&world))
    );
    assert!(early.is_err(), "the first may still be at work");
    assert_eq!(meanwhile, Ok(1), "those who wait hold no connection");
    world.app.clock.advance(Duration::seconds(13));
    let at_once = tokio::time::timeout(moment, send(&world, Some(&officer), KEY, &text));
    let told = at_once.await.unwrap();
    assert_eq!(
        (told.status, &*told.code()),
        (StatusCode::CONFLICT, "OUTCOME_UNKNOWN")
    );
    assert_eq!(needs(&world).await, 1, "nothing is done again");
}

#[tokio::test]
async fn a_request_that_found_no_connection_leaves_its_key_free() {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let text = need(&world.council("norfolk").await, "Missed bins");
    let postgres = world.app.db.backend() == sea_orm::DbBackend::Postgres;
    let mut all = Vec::new();
    for _ in 0..if postgres { 8 } else { 1 } {
        all.push(world.app.db.begin().await.unwrap());
    }
    let busy = send(&world, Some(&officer), KEY, &text).await;
    assert_eq!(
        (busy.status, &*busy.code()),
        (StatusCode::SERVICE_UNAVAILABLE, "OVERLOADED")
    );
    drop(all);
    let told = send(&world, Some(&officer), KEY, &text).await;
    assert_eq!(told.status, StatusCode::OK, "{told:?}");
    assert_eq!(needs(&world).await, 1);
}

#[tokio::test]
async fn a_change_that_ran_out_of_time_is_unknown_to_whoever_asked() {
    let world = World::new().await;
    if world.app.db.backend() != sea_orm::DbBackend::Postgres {
        // One connection writes: a change that waits for it has not begun.
        return;
    }
    let token = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let council = world.council("norfolk").await;
    let set = format!(
        "mutation {{ councilSetLeadTimes(council: {council}, version: 0, leadTimes: {{}}) {{
        errors {{ code }} }} }}"
    );
    let held = world.app.db.begin().await.unwrap();
    held.execute_unprepared("SELECT id FROM council FOR UPDATE")
        .await
        .unwrap();
    let told = send(&world, Some(&token), KEY, &set).await;
    assert_eq!(
        (told.status, &*told.code()),
        (StatusCode::CONFLICT, "OUTCOME_UNKNOWN")
    );
    drop(held);
    assert_eq!(
        send(&world, Some(&token), KEY, &set).await,
        told,
        "it is not tried again"
    );
    let read = "{ council(code: \"norfolk\") { leadTimes { version } } }";
    let now = world.data((), read, Value::Null).await;
    assert_eq!(now["council"]["leadTimes"]["version"], 0);
}

#[tokio::test]
async fn a_client_that_hangs_up_gets_its_answer_when_it_asks_again() {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    for round in 0..20_u32 {
        let (key, text) = (format!("key-{round}"), need(&council, &format!("Need {round}")));
        let patience = std::time::Duration::from_micros(500) * round;
        let _ = tokio::time::timeout(patience, send(&world, Some(&officer), &key, &text)).await;
        let told = send(&world, Some(&officer), &key, &text).await;
        assert!(
            told.json()["data"]["needState"]["need"]["id"].is_string(),
            "{told:?}"
        );
        let list = world
            .data((), "{ needs(first: 100) { edges { cursor } } }", Value::Null)
            .await;
        let count = list["needs"]["edges"].as_array().unwrap().len();
        assert_eq!(count, round as usize + 1, "hung up after {patience:?}");
    }
}

#[tokio::test]
async fn a_key_stands_for_one_mutation_and_queries_need_none() {
    let world = World::new().await;
    let two = "mutation { a: signOut { ended } b: signOut { ended } }";
    assert_eq!(send(&world, None, KEY, two).await.code(), "MALFORMED");
    let spread = "mutation { ...F } fragment F on Mutation { signOut { ended } }";
    assert_eq!(send(&world, None, KEY, spread).await.code(), "MALFORMED");
    for wrong in ["", "a b", &"x".repeat(256)] {
        let told = send(&world, None, wrong, "mutation { signOut { ended } }").await;
        assert_eq!(
            (told.status, &*told.code()),
            (StatusCode::BAD_REQUEST, "MALFORMED"),
            "{wrong:?}"
        );
    }
    let who = "{ viewer { name } }";
    let nobody = send(&world, None, KEY, who).await;
    assert_eq!(nobody.json(), json!({ "data": { "viewer": null } }));
    assert_eq!(
        send(&world, None, KEY, "{ needs { edges { cursor } } }")
            .await
            .status,
        StatusCode::OK
    );
}

#[tokio::test]
async fn the_database_holds_neither_key_nor_request_nor_answer_in_the_clear() {
    let world = World::new().await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let text = "mutation { savedSearchSave(input: { name: \"canary-in\", filter: {} }) {
        canaryOut: savedSearch { id } } }";
    let told = send(&world, Some(&officer), "canary-key", text).await;
    assert!(told.body.contains("canaryOut"), "{told:?}");
    let backend = world.app.db.backend();
    let all = Statement::from_string(
        backend,
        "SELECT key_hash, request_hash, answer FROM idempotency_key",
    );
    let rows = world.app.db.read().query_all_raw(all).await.unwrap();
    assert_eq!(rows.len(), 1);
    for index in 0..3 {
        let bytes: Vec<u8> = rows[0].try_get_by_index(index).unwrap();
        assert!(bytes.len() >= 32, "{index}");
        for canary in ["canary", "savedSearch", &officer] {
            let within = bytes.windows(canary.len()).any(|part| part == canary.as_bytes());
            assert!(!within, "{canary} in column {index}");
        }
    }
}
