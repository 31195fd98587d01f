//! The pages behind the links of alert mails: choosing by the link alone, all that a mail told, and what its lines are
//! about, for anybody.

use crate::alert_mails::{at, ending, listening, mails, register, save};
use crate::world::{World, text};
use chrono::Duration;
use guildhall::access::CouncilRole;
use guildhall::alerts::links::{Purpose, link};
use guildhall::alerts::tick;
use guildhall::graphql::ids::Id;
use poem::http::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

const SEARCHES: &str = "{ savedSearches { edges { node { id name state version
    mails { frequency hour weekday } } } } }";

/// A need of Norfolk's; gives its id.
pub(crate) async fn need(world: &World, officer: &String, title: &str) -> Value {
    let state = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } } }";
    let input = json!({ "council": world.council("norfolk").await, "title": title, "problem": "On paper <i>still</i>.",
        "outcomes": "Fewer missed bins.", "budgetMaxPence": 2_000_000 });
    world.data(officer, state, json!({ "input": input })).await["needState"]["need"]["id"].clone()
}

/// A pilot of Norfolk's, published for six hours or a draft; gives its id.
pub(crate) async fn pilot(world: &World, officer: &String, title: &str, published: bool) -> Value {
    let draft = "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id } errors { message } } }";
    let input = json!({ "council": world.council("norfolk").await, "title": title, "summary": "Try <i>it</i>.",
        "successMeasures": "It works.", "capPence": 1_500_000, "weeks": 8, "criteria": [
            { "kind": "QUALITY", "name": "Fit", "description": "Does it fit?", "weight": 60 },
            { "kind": "PRICE", "name": "Price", "description": "Lowest wins.", "weight": 40 }] });
    let drafted = world.data(officer, draft, json!({ "input": input })).await;
    let id = drafted["pilotDraft"]["pilot"]["id"].clone();
    assert!(id.is_string(), "{drafted}");
    if published {
        let publish =
            "mutation P($id: ID!, $at: DateTime!) { pilotPublish(pilot: $id, version: 1, deadlineAt: $at) {
            errors { code } } }";
        let at = (world.now() + Duration::hours(6)).to_rfc3339();
        world.data(officer, publish, json!({ "id": id, "at": at })).await;
    }
    id
}

/// The address of a person's page, within the site.
async fn page_of(world: &World, token: &String) -> String {
    let me = world.data(token, "{ viewer { id } }", Value::Null).await;
    let id = uuid_of(&me["viewer"]["id"]);
    let link = link(&world.app, Purpose::Alerts, id);
    link.strip_prefix("https://guildhall.example").unwrap().to_owned()
}

pub(crate) fn uuid_of(id: &Value) -> Uuid {
    let id = async_graphql::Value::String(id.as_str().unwrap().to_owned());
    <Id as async_graphql::ScalarType>::parse(id).unwrap().uuid
}

async fn get(world: &World, path: &str) -> (StatusCode, String) {
    let answer = world.client.get(path).send().await;
    (answer.0.status(), text(answer).await)
}

async fn post(world: &World, path: &str, form: &str) -> StatusCode {
    let form = world
        .client
        .post(path)
        .content_type("application/x-www-form-urlencoded")
        .body(form.to_owned());
    form.send().await.0.status()
}

async fn searches(world: &World, token: &String) -> Value {
    world.data(token, SEARCHES, Value::Null).await["savedSearches"]["edges"].clone()
}

fn choice(search: &Value, version: i32, what: &str) -> String {
    format!("search={}&version={version}&do={what}", uuid_of(search).simple())
}

/// Another token of the same form.
fn forged(path: &str) -> String {
    let (start, end) = path.split_at(path.len() - 5);
    let other = if end.starts_with('A') { 'B' } else { 'A' };
    format!("{start}{other}{}", &end[1..])
}

#[tokio::test]
async fn reading_changes_nothing_and_choosing_does() {
    let (world, sam) = listening(
        "2026-01-15",
        "waste <b>software</b>",
        json!({ "regions": ["NORTH_WEST"] }),
    )
    .await;
    let path = page_of(&world, &sam).await;
    let before = searches(&world, &sam).await;
    let id = before[0]["node"]["id"].clone();
    for address in [
        path.clone(),
        format!("{path}?changed=x&do=pause"),
        format!("{path}/told"),
    ] {
        let (status, html) = get(&world, &address).await;
        assert_eq!(status, StatusCode::OK);
        assert!(!html.contains("<script") && !html.contains("style="), "{html}");
    }
    assert_eq!(searches(&world, &sam).await, before);
    let (_, html) = get(&world, &path).await;
    for said in [
        "sam@tidebell.example",
        "waste &lt;b&gt;software&lt;&#x2f;b&gt;",
        "North West",
        "Mails come at once",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(
        !html.contains("name=\"regions\""),
        "what it looks for is not to be edited"
    );

    assert_eq!(
        post(&world, &path, &choice(&id, 1, "pause")).await,
        StatusCode::SEE_OTHER
    );
    assert_eq!(searches(&world, &sam).await[0]["node"]["state"], "PAUSED");
    assert!(get(&world, &path).await.1.contains("Paused"));
    assert_eq!(
        post(&world, &path, &choice(&id, 1, "resume")).await,
        StatusCode::CONFLICT,
        "based on what is not so any more"
    );
    assert_eq!(
        post(&world, &path, &choice(&id, 2, "resume")).await,
        StatusCode::SEE_OTHER
    );
    let weekly = choice(&id, 3, "mails&frequency=weekly&weekday=5&hour=16");
    assert_eq!(post(&world, &path, &weekly).await, StatusCode::SEE_OTHER);
    let now = searches(&world, &sam).await[0]["node"].clone();
    let mails = json!({ "frequency": "WEEKLY", "hour": 16, "weekday": "FRIDAY" });
    assert_eq!(
        (&now["state"], &now["mails"], &now["version"]),
        (&json!("ACTIVE"), &mails, &json!(4))
    );
    assert!(
        get(&world, &path)
            .await
            .1
            .contains("weekly, on Friday at 16:00, London time")
    );
    let of_sam = "SELECT organisation_kind FROM audit_entry WHERE action = 'KeepSearches' AND subject_kind = 'saved search'";
    assert_eq!(
        sql(&world, of_sam).await,
        ["person"; 4],
        "saving it, and three choices"
    );
    for bad in [
        "mails&frequency=weekly&weekday=8&hour=16",
        "mails&frequency=hourly&weekday=1&hour=1",
        "remove",
        "",
    ] {
        let status = post(&world, &path, &choice(&id, 4, bad)).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{bad}");
    }
    assert_eq!(searches(&world, &sam).await[0]["node"], now);
}

#[tokio::test]
async fn a_link_gives_leave_for_its_owners_alone() {
    let (world, sam) = listening("2026-01-15", "mine", json!({})).await;
    world.person("eve@copperwren.example", "Eve").await;
    let eve = world.token("eve@copperwren.example").await;
    let theirs = save(&world, &eve, "canary", json!({})).await;
    let path = page_of(&world, &sam).await;
    assert!(!get(&world, &path).await.1.contains("canary"));
    assert_eq!(
        post(&world, &path, &choice(&theirs, 1, "pause")).await,
        StatusCode::NOT_FOUND
    );
    let mine = searches(&world, &sam).await[0]["node"]["id"].clone();
    let other = forged(&path);
    let unsubscribe = path.replace("/alerts/", "/unsubscribe/");
    for wrong in [
        other.as_str(),
        "/alerts/x",
        "/alerts/",
        &format!("{other}/told"),
        &format!("{other}/told?at=1"),
        &unsubscribe,
    ] {
        assert_eq!(get(&world, wrong).await.0, StatusCode::NOT_FOUND, "{wrong}");
    }
    assert_eq!(
        post(&world, &other, &choice(&mine, 1, "pause")).await,
        StatusCode::NOT_FOUND
    );
    for (token, of) in [(&eve, &theirs), (&sam, &mine)] {
        let node = searches(&world, token).await[0]["node"].clone();
        assert_eq!((&node["id"], &node["state"]), (of, &json!("ACTIVE")));
    }
}

#[tokio::test]
async fn pausing_stops_what_was_due_later_and_a_frequency_holds_for_what_comes() {
    let (world, sam) = listening("2026-01-15", "ends", json!({ "windowKinds": ["EXPIRY"] })).await;
    let path = page_of(&world, &sam).await;
    let id = searches(&world, &sam).await[0]["node"]["id"].clone();
    post(
        &world,
        &path,
        &choice(&id, 1, "mails&frequency=daily&weekday=1&hour=18"),
    )
    .await;
    world
        .register(&register(ending(1, "31/03/2026", "A")), false)
        .await;
    assert!(mails(&world).await.is_empty(), "it waits for six o'clock");
    post(&world, &path, &choice(&id, 2, "pause")).await;
    world.app.clock.advance(Duration::hours(10));
    assert!(mails(&world).await.is_empty());
    let states = sql(&world, "SELECT state || ' ' || reason AS said FROM notification").await;
    assert_eq!(states, ["suppressed paused"]);

    post(&world, &path, &choice(&id, 3, "resume")).await;
    world
        .register(&register(ending(2, "31/03/2026", "A")), false)
        .await;
    assert!(
        mails(&world).await.is_empty(),
        "it waits for six o'clock tomorrow"
    );
    world.app.clock.advance(Duration::hours(24));
    let told = mails(&world).await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].text.contains("Contract A1") && !told[0].text.contains("Contract A0"),
        "{}",
        told[0].text
    );
    post(
        &world,
        &path,
        &choice(&id, 4, "mails&frequency=at_once&weekday=1&hour=18"),
    )
    .await;
    world
        .register(&register(ending(3, "31/03/2026", "A")), false)
        .await;
    assert_eq!(mails(&world).await.len(), 2, "at once");
}

#[tokio::test]
async fn one_button_stops_everything_queued_mail_too() {
    let (world, sam) = listening("2026-01-15", "ends", json!({ "windowKinds": ["EXPIRY"] })).await;
    let path = page_of(&world, &sam).await;
    world
        .register(&register(ending(1, "31/03/2026", "A")), false)
        .await;
    assert_eq!(tick(&world.app).await.unwrap().mails, 1);
    let (_, html) = get(&world, &path).await;
    let start = html
        .find("action=\"&#x2f;unsubscribe")
        .or_else(|| html.find("action=\"/unsubscribe"))
        .unwrap();
    let action = html[start + 8..]
        .split('"')
        .next()
        .unwrap()
        .replace("&#x2f;", "/");
    assert_eq!(
        post(&world, &action, "List-Unsubscribe=One-Click").await,
        StatusCode::OK
    );
    assert!(mails(&world).await.is_empty());
    let (_, html) = get(&world, &path).await;
    assert!(
        html.contains("Stopped by the link in a mail") && !html.contains("Stop all these emails"),
        "{html}"
    );
}

#[tokio::test]
async fn all_that_a_mail_told_is_read_page_by_page_in_the_same_statements() {
    let (world, sam) = listening("2026-01-15", "ends", json!({ "windowKinds": ["EXPIRY"] })).await;
    let path = page_of(&world, &sam).await;
    world
        .register(&register(ending(1_200, "31/03/2026", "A")), false)
        .await;
    let mail = mails(&world).await.remove(0);
    let start = mail.text.find("/told?with=").unwrap();
    let all = format!("{path}{}", mail.text[start..].split_whitespace().next().unwrap());
    let mut lines = BTreeSet::new();
    let mut statements = Vec::new();
    for page in 1..=3 {
        let before = world.app.db.statements();
        let (status, html) = get(&world, &format!("{all}&page={page}")).await;
        statements.push(world.app.db.statements() - before);
        assert_eq!(status, StatusCode::OK);
        assert!(
            html.contains("1,200 lines") && html.contains(&format!("Page {page} of 3")),
            "{html}"
        );
        assert!(html.contains("Norfolk County Council") && html.contains("Ending soon: 1,200"));
        let links = html.replace("&#x2f;", "/");
        lines.extend(
            links
                .split("https://guildhall.example/contract/")
                .skip(1)
                .map(|rest| rest[..32].to_owned()),
        );
    }
    assert_eq!(lines.len(), 1_200, "each once, and all");
    assert_eq!(statements[0], statements[2], "500 lines and 200: {statements:?}");
    assert!(statements[0] <= 16, "{statements:?}");
    let (_, html) = get(&world, &format!("{path}/told")).await;
    assert!(
        html.contains("1,200 contract windows, all end on 31 March 2026"),
        "{html}"
    );
    let (_, html) = get(&world, &format!("{path}/told?at=1")).await;
    assert!(html.contains("0 lines"), "an instant without a mail: {html}");
    let first = lines.first().unwrap();
    assert_eq!(get(&world, &format!("/contract/{first}")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_contract_is_a_page_for_anybody_with_the_query_that_asks_the_same() {
    let world = World::new().await;
    world.app.clock.set(at("2015-12-01"));
    let fixture =
        include_str!("../fixtures/register.csv").replacen("Recycling collection", "Recycling <script>", 1);
    world.register(&fixture, false).await;
    let list = "{ contracts(filter: { text: \"recycling\" }) { edges { node { id title currentEndsOn } } } }";
    let found = world.data((), list, Value::Null).await;
    let edges = found["contracts"]["edges"].as_array().unwrap();
    let hostile = edges
        .iter()
        .map(|edge| &edge["node"])
        .find(|node| node["title"].as_str().unwrap().contains("<script>"));
    let hostile = hostile.unwrap();
    let answer = world
        .client
        .get(format!("/contract/{}", uuid_of(&hostile["id"]).simple()))
        .send()
        .await;
    answer.assert_header("cache-control", "public, max-age=300");
    let html = text(answer).await;
    for said in [
        "Norfolk County Council",
        "Recycling &lt;script&gt;",
        "Invented Rounds Ltd",
        "\u{a3}120,000",
        "31 March 2016",
        "the council states it",
        "the initial end: no extension was taken",
        "Too late to re-tender: extend or bridge.",
        "less 90 days of mobilisation",
        "Ending soon",
        "<rect class=\"today\"",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(!html.contains("<script") && !html.contains("style="), "{html}");
    let asked = same_from_the_api(&world, &html).await;
    assert_eq!(asked["contract"]["title"], hostile["title"]);
    assert!(!asked["contract"]["windows"].as_array().unwrap().is_empty());
}

/// What the query that a page links to gives.
async fn same_from_the_api(world: &World, html: &str) -> Value {
    let html = html.replace("&#x2f;", "/");
    let start = html.find("/graphiql?query=").unwrap() + "/graphiql?query=".len();
    let query = html[start..].split('"').next().unwrap();
    let query = form_urlencoded::parse(format!("q={query}").as_bytes())
        .next()
        .unwrap()
        .1
        .into_owned();
    world.data((), &query, Value::Null).await
}

#[tokio::test]
async fn needs_and_pilots_are_pages_and_what_is_not_public_is_not_found() {
    let world = World::new().await;
    let officer = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let supplier = world.supplier("one@tidebell.example", "Tidebell").await;
    let wanted = need(&world, &officer, "Missed <b>bins</b>").await;
    let (status, html) = get(&world, &format!("/need/{}", uuid_of(&wanted).simple())).await;
    assert_eq!(status, StatusCode::OK);
    assert!(
        html.contains("Missed &lt;b&gt;bins") && html.contains("up to \u{a3}20,000"),
        "{html}"
    );
    assert!(
        html.contains("On paper &lt;i&gt;still") && html.contains("No other council"),
        "{html}"
    );
    assert!(same_from_the_api(&world, &html).await["need"]["title"].is_string());

    let secret = pilot(&world, &officer, "Secret draft", false).await;
    let open = pilot(&world, &officer, "Count the bins", true).await;
    let ask = "mutation A($pilot: ID!, $supplier: ID!, $question: String!) {
        pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: $question) { question { id } } }";
    let answer = "mutation A($question: ID!, $state: PilotQuestionState!, $answer: String!, $because: String) {
        pilotQuestionAnswer(question: $question, version: 1, state: $state, answer: $answer, privateBecause: $because) { errors { code message } } }";
    for (question, state) in [
        ("How many lorries?", Some("ANSWERED_AND_PUBLISHED")),
        ("hid--privately--", Some("ANSWERED_PRIVATELY")),
        ("hid--rejected--", Some("REJECTED")),
        ("hid--asked--", None),
    ] {
        let vars = json!({ "pilot": open, "supplier": supplier.id, "question": question });
        let asked = world.data(&supplier, ask, vars).await["pilotQuestionAsk"]["question"]["id"].clone();
        if let Some(state) = state {
            let mut vars =
                json!({ "question": asked, "state": state, "answer": format!("{question} Twelve.") });
            if state == "ANSWERED_PRIVATELY" {
                vars["because"] = json!("hid--because--");
            }
            let done = world.data(&officer, answer, vars).await;
            assert_eq!(done["pilotQuestionAnswer"]["errors"], json!([]), "{done}");
        }
    }
    let (status, html) = get(&world, &format!("/pilot/{}", uuid_of(&open).simple())).await;
    assert_eq!(status, StatusCode::OK);
    for said in [
        "Count the bins",
        "Thursday 15 January 2026 at 15:00 (London)",
        "\u{a3}15,000",
        "60 of 100",
        "How many lorries?",
        "Twelve.",
        "Open: bids are taken",
    ] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(
        !html.contains("hid--") && !html.contains("Tidebell") && !html.contains("<i>it"),
        "{html}"
    );
    assert!(same_from_the_api(&world, &html).await["pilot"]["title"].is_string());
    let open = uuid_of(&open).simple().to_string();
    for hidden in [
        format!("/pilot/{}", uuid_of(&secret).simple()),
        format!("/need/{open}"),
        format!("/contract/{open}"),
        format!("/pilot/{}", open.to_uppercase()),
        "/pilot/x".to_owned(),
        "/contract/00000000-0000-0000-0000-000000000000".to_owned(),
    ] {
        let (status, html) = get(&world, &hidden).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{hidden}");
        assert!(
            html.contains("There is nothing here to be read"),
            "{hidden}: {html}"
        );
    }
}

async fn sql(world: &World, query: &str) -> Vec<String> {
    use sea_orm::{ConnectionTrait, Statement};
    let statement = Statement::from_string(world.app.db.backend(), query);
    let rows = world.app.db.read().query_all_raw(statement).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}
