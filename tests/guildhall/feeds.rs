//! Calendars and feeds behind secret links, as parsers of others read them (`tests/feeds`).

mod large;
mod links;
mod moved;

use crate::world::{PASSWORD, World, text};
use chrono::Duration;
use entity::{contract, contract_window, saved_search, window_gone};
use guildhall::access::CouncilRole;
use guildhall::alerts::filter::{Filter, Near};
use guildhall::councils::directory;
use poem::http::StatusCode;
use poem::test::TestResponse;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;
use uuid::Uuid;

const FIXTURE: &str = include_str!("../fixtures/register.csv");
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/feeds");
const MAKE: &str = "mutation M($input: FeedMakeInput!) { feedMake(input: $input) {
    made { feed { id of name lastUsedAt version } calendarUrl atomUrl } errors { code } } }";
const REVOKE: &str =
    "mutation R($id: ID!) { feedRevoke(id: $id, version: 1) { revoked { id } errors { code } } }";
const FEEDS: &str = "{ feeds { edges { node { id of name lastUsedAt } } } }";

/// The fixture's register, its first contract told apart from the others and with this end.
fn register(ends_on: &str) -> String {
    let first = FIXTURE
        .replacen("F001,,Recycling collection software", "F001,,Round planning", 1)
        .replacen("rounds,,,48000000", "rounds,,,72000000", 1);
    let register = first.replacen(
        "01-Apr-2013,31/03/2016,,,120000",
        &format!("01-Apr-2013,{ends_on},,,55000"),
        1,
    );
    assert_ne!(register, first);
    register
}

/// What a parser of others sees; nothing where it is missing, which CI does not let pass.
fn seen(form: &str, written: &str) -> Option<Value> {
    let python = format!("{FOLDER}/.venv/bin/python");
    if !std::path::Path::new(&python).exists() {
        assert!(std::env::var_os("CI").is_none(), "tests/feeds/.venv is missing");
        println!(
            "skipped: needs `python3 -m venv tests/feeds/.venv` and its pip to install requirements.txt"
        );
        return None;
    }
    let mut child = Command::new(python)
        .args(["read.py", form])
        .current_dir(FOLDER)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut input, written) = (child.stdin.take().unwrap(), written.to_owned());
    let fed = std::thread::spawn(move || input.write_all(written.as_bytes()));
    let output = child.wait_with_output().unwrap();
    fed.join().unwrap().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(serde_json::from_slice(&output.stdout).unwrap())
}

/// A link that was made.
struct Made {
    id: Value,
    calendar: String,
    atom: String,
}

async fn make(world: &World, token: &String, of: &Value) -> Made {
    let made = world.data(token, MAKE, json!({ "input": { "of": of } })).await;
    let made = &made["feedMake"]["made"];
    let path = |url: &Value| {
        let path = url.as_str().unwrap().strip_prefix("https://guildhall.example");
        path.unwrap().to_owned()
    };
    Made {
        id: made["feed"]["id"].clone(),
        calendar: path(&made["calendarUrl"]),
        atom: path(&made["atomUrl"]),
    }
}

async fn get(world: &World, path: &str) -> TestResponse {
    world.client.get(path).send().await
}

async fn read(world: &World, path: &str) -> String {
    let response = get(world, path).await;
    response.assert_status_is_ok();
    text(response).await
}

/// A world in March 2015 with a register in Norfolk, and somebody without an organisation.
async fn world(register: &str) -> (World, String) {
    let world = World::new().await;
    world.app.clock.set("2015-03-01T09:00:00Z".parse().unwrap());
    world.register(register, false).await;
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    (world, token)
}

async fn search(world: &World, token: &String, name: &str, filter: Value) -> Value {
    let save =
        "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) { savedSearch { id } } }";
    let input = json!({ "input": { "name": name, "filter": filter } });
    world.data(token, save, input).await["savedSearchSave"]["savedSearch"]["id"].clone()
}

/// The event of the first contract's end.
fn end_of<'a>(calendar: &'a Value, title: &str) -> Vec<&'a Value> {
    let events = calendar["events"].as_array().unwrap();
    let summary = format!("Contract ends: {title}");
    events
        .iter()
        .filter(|event| event["summary"] == summary)
        .collect()
}

#[tokio::test]
async fn a_councils_windows_are_days_to_act_by_in_a_calendar() {
    let (world, token) = world(FIXTURE).await;
    let link = make(&world, &token, &world.council("norfolk").await).await;
    let response = get(&world, &link.calendar).await;
    response.assert_header("content-type", "text/calendar; charset=utf-8");
    response.assert_header("cache-control", "private, no-cache");
    response.assert_header("referrer-policy", "no-referrer");
    response.assert_header("x-robots-tag", "noindex");
    response.assert_header_is_not_exist("set-cookie");
    let written = text(response).await;
    let secret = link.calendar.split(['/', '.']).nth(2).unwrap();
    assert!(
        !written.contains(secret),
        "what is served does not repeat the secret"
    );
    let Some(calendar) = seen("calendar", &written) else {
        return;
    };
    assert_eq!(calendar["name"], "Norfolk County Council");
    assert_eq!(calendar["name"], calendar["called"]);
    let events = calendar["events"].as_array().unwrap();
    let uids: BTreeSet<_> = events
        .iter()
        .map(|event| event["uid"].as_str().unwrap())
        .collect();
    assert!(
        events.len() > 20 && uids.len() == events.len(),
        "{}",
        events.len()
    );
    let ends = end_of(&calendar, "Library van maintenance");
    let [end] = ends[..] else { panic!("{ends:?}") };
    assert_eq!(
        (&end["start"], &end["end"]),
        (&json!("2016-03-31"), &json!("2016-04-01"))
    );
    assert_eq!(
        (&end["status"], &end["transparency"]),
        (&json!("CONFIRMED"), &json!("TRANSPARENT"))
    );
    assert_eq!(
        (&end["sequence"], &end["categories"]),
        (&json!(0), &json!(["Expiry"]))
    );
    let uid = end["uid"].as_str().unwrap();
    assert!(uid.ends_with("-expiry-0@guildhall.example"), "{uid}");
    let description = end["description"].as_str().unwrap();
    for part in [
        "Norfolk County Council",
        "to 31 March 2016",
        "row ",
        "register.csv",
        "https://guildhall.example/",
    ] {
        assert!(description.contains(part), "{part} in {description}");
    }
    let coming = |event: &&Value| {
        event["categories"] == json!(["Holding over"]) && event["start"].as_str() > Some("2015-03-01")
    };
    assert_eq!(
        events.iter().filter(coming).count(),
        0,
        "nobody is expected to hold over"
    );
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (world, token) = world(FIXTURE).await;
    let link = make(&world, &token, &world.council("norfolk").await).await;
    for path in [&link.calendar, &link.atom] {
        let first = get(&world, path).await;
        let header =
            |response: &TestResponse, name: &str| response.0.headers()[name].to_str().unwrap().to_owned();
        let (tag, at) = (header(&first, "etag"), header(&first, "last-modified"));
        let asked = async |name: &str, value: &str| {
            let response = world.client.get(path).header(name, value).send().await;
            response.0.status()
        };
        assert_eq!(asked("if-none-match", &tag).await, StatusCode::NOT_MODIFIED);
        assert_eq!(
            asked("if-none-match", &format!("\"x\", {tag}")).await,
            StatusCode::NOT_MODIFIED
        );
        assert_eq!(asked("if-modified-since", &at).await, StatusCode::NOT_MODIFIED);
        assert_eq!(asked("if-none-match", "\"x\"").await, StatusCode::OK);
        assert_eq!(
            asked("if-modified-since", "Sun, 01 Mar 2015 08:59:59 GMT").await,
            StatusCode::OK
        );
        let both = world
            .client
            .get(path)
            .header("if-none-match", "\"x\"")
            .header("if-modified-since", &at);
        assert_eq!(both.send().await.0.status(), StatusCode::OK, "the tag decides");
        let head = world.client.head(path).header("if-none-match", &tag).send().await;
        head.assert_status(StatusCode::NOT_MODIFIED);
        world.app.clock.advance(Duration::hours(1));
        let day = if path == &link.calendar {
            "30/03/2016"
        } else {
            "29/03/2016"
        };
        world.register(&register(day), false).await;
        if path == &link.calendar {
            assert_eq!(asked("if-none-match", &tag).await, StatusCode::OK, "a date moved");
        }
        assert_eq!(asked("if-modified-since", &at).await, StatusCode::OK);
    }
    let own = world.data(&token, FEEDS, json!({})).await;
    assert!(
        own["feeds"]["edges"][0]["node"]["lastUsedAt"].is_string(),
        "{own}"
    );
}

#[tokio::test]
async fn hostile_titles_stay_titles() {
    let emoji = "\u{1f5d3}".repeat(90);
    let hostile = [
        "Ends\r\nEND:VEVENT\r\nBEGIN:VALARM;x:y",
        "a\\,b;c\\n:\"d\"<script>&amp;]]>\u{0}\u{b}\u{1b}\u{ffff}\u{202e}",
        &emoji,
        &"long, ".repeat(500),
    ];
    let mut lines = FIXTURE.lines();
    let mut register = lines.next().unwrap().to_owned();
    let row = lines.next().unwrap();
    for (index, title) in hostile.iter().enumerate() {
        let quoted = format!("\"{}\"", title.replace('"', "\"\""));
        let row = row
            .replacen("Recycling collection software", &quoted, 1)
            .replacen("F001", &format!("H{index}"), 1);
        register += "\n";
        register += &row.replacen("Invented Rounds Ltd", &quoted, 1);
    }
    let (world, _) = world(&register).await;
    world.app.clock.advance(Duration::days(365));
    let token = world.token("sam@tidebell.example").await;
    let name = "x\r\nEND:VCALENDAR<&>\u{1}\u{1f5d3};,";
    let search = search(&world, &token, name, json!({ "windowKinds": ["EXPIRY"] })).await;
    let link = make(&world, &token, &search).await;
    let (written, feed) = (read(&world, &link.calendar).await, read(&world, &link.atom).await);
    assert_eq!(written.matches("BEGIN:VALARM\r\n").count(), 0);
    let Some((calendar, feed)) = seen("calendar", &written).zip(seen("atom", &feed)) else {
        return;
    };
    assert_eq!(calendar["name"], "x END:VCALENDAR<&>\u{1f5d3};,");
    assert_eq!(calendar["name"], feed["title"]);
    let titles: Vec<&str> = calendar["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            event["summary"]
                .as_str()
                .unwrap()
                .strip_prefix("Contract ends: ")
                .unwrap()
        })
        .collect();
    assert_eq!(titles.len(), hostile.len(), "{titles:#?}");
    let told: BTreeSet<String> = feed["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| {
            entry["title"]
                .as_str()
                .unwrap()
                .split_once("2016: ")
                .unwrap()
                .1
                .to_owned()
        })
        .collect();
    assert_eq!(told, titles.iter().map(|title| (*title).to_owned()).collect());
    assert!(
        titles.contains(&emoji.as_str()),
        "emoji are whole where lines fold: {titles:#?}"
    );
    assert!(
        titles
            .iter()
            .any(|title| title.starts_with("a\\,b;c\\n:\"d\"<script>&amp;]]>")),
        "{titles:#?}"
    );
    assert!(
        titles
            .iter()
            .all(|title| title.chars().count() <= 200 && !title.contains(char::is_control))
    );
}

#[tokio::test]
async fn a_search_shows_what_it_would_be_told_of() {
    let (world, _) = world(&register("31/03/2016")).await;
    world.app.clock.advance(Duration::days(365));
    let token = world.token("sam@tidebell.example").await;
    let count = async |filter: Value| {
        let link = make(&world, &token, &search(&world, &token, "s", filter).await).await;
        let (calendar, feed) = (read(&world, &link.calendar).await, read(&world, &link.atom).await);
        (
            calendar.matches("BEGIN:VEVENT").count(),
            feed.matches("<entry>").count(),
        )
    };
    let expiry = |more: Value| {
        let mut filter = json!({ "windowKinds": ["EXPIRY"] });
        filter
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        filter
    };
    assert_eq!(count(expiry(json!({ "words": "LIBRARY van" }))).await, (1, 1));
    // What each database's own text search would let through.
    for word in ["librar", "libraries", "vans"] {
        assert_eq!(
            count(expiry(json!({ "words": word }))).await,
            (0, 0),
            "{word} is not a word of it"
        );
    }
    let all = count(expiry(json!({}))).await;
    assert!(all.0 > 1 && all.1 > 1, "{all:?}");
    assert_eq!(
        count(expiry(json!({ "regions": ["EAST_OF_ENGLAND"] }))).await,
        all
    );
    assert_eq!(count(expiry(json!({ "regions": ["LONDON"] }))).await, (0, 0));
    let software = count(expiry(json!({ "cpvPrefixes": ["48"] }))).await;
    assert!(software.0 > 0 && software.0 < all.0, "{software:?} of {all:?}");
    assert_eq!(
        count(expiry(json!({ "cpvPrefixes": ["48", "99"] }))).await,
        software
    );
    let dear = count(expiry(
        json!({ "minValuePence": 5_500_000, "maxValuePence": 5_500_000 }),
    ))
    .await;
    assert!(dear.0 > 0 && dear.0 < all.0, "{dear:?} of {all:?}");
    let link = make(
        &world,
        &token,
        &search(&world, &token, "s", expiry(json!({ "words": "library" }))).await,
    )
    .await;
    let Some(feed) = seen("atom", &read(&world, &link.atom).await) else {
        return;
    };
    let entry = &feed["entries"][0];
    assert_eq!(entry["author"], "Norfolk County Council");
    assert_eq!(
        entry["title"],
        "See the contract to its end by 31 March 2016: Library van maintenance"
    );
    assert!(
        entry["id"]
            .as_str()
            .unwrap()
            .starts_with("tag:guildhall.example,2026:window/")
    );
    assert_eq!(entry["categories"], json!(["Expiry"]));
}
