//! Calendars and feeds behind secret links, as parsers of others read them (`tests/feeds`).

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
async fn a_date_that_moves_is_the_same_event_in_a_higher_sequence() {
    let (world, token) = world(&register("31/03/2016")).await;
    let link = make(&world, &token, &world.council("norfolk").await).await;
    let before = seen("calendar", &read(&world, &link.calendar).await);
    world.app.clock.advance(Duration::hours(1));
    world.register(&register("31/03/2017"), false).await;
    let after = seen("calendar", &read(&world, &link.calendar).await);
    let Some((before, after)) = before.zip(after) else {
        return;
    };
    let of = |calendar: &Value| {
        let events = end_of(calendar, "Round planning");
        let [event] = events[..] else { panic!("{events:?}") };
        event.clone()
    };
    let (was, is) = (of(&before), of(&after));
    assert_eq!(
        (&was["start"], &is["start"]),
        (&json!("2016-03-31"), &json!("2017-03-31"))
    );
    assert_eq!(was["uid"], is["uid"]);
    assert_eq!((&was["sequence"], &is["sequence"]), (&json!(0), &json!(1)));
    assert!(was["stamp"].as_str() < is["stamp"].as_str());
    let events = after["events"].as_array().unwrap();
    let (moved, stayed): (Vec<_>, Vec<_>) = events.iter().partition(|event| event["sequence"] == 1);
    let of_others = |event: &&Value| !event["summary"].as_str().unwrap().ends_with(": Round planning");
    assert_eq!(moved.iter().filter(|event| of_others(event)).count(), 0);
    assert!(
        stayed.iter().all(of_others),
        "every window of the contract moved: {stayed:#?}"
    );
}

#[tokio::test]
async fn a_window_that_goes_is_cancelled_and_newer_when_it_comes_back() {
    let (with, without) = (register("31/03/2016"), register(""));
    let (world, token) = world(&with).await;
    let council = make(&world, &token, &world.council("norfolk").await).await;
    let filter = json!({ "words": "planning", "windowKinds": ["EXPIRY"] });
    let search = make(&world, &token, &search(&world, &token, "planning", filter).await).await;
    for (register, sequence, status) in [
        (&with, 0, "CONFIRMED"),
        (&without, 1, "CANCELLED"),
        (&without, 1, "CANCELLED"),
        (&with, 2, "CONFIRMED"),
        (&without, 3, "CANCELLED"),
    ] {
        world.app.clock.advance(Duration::hours(1));
        world.register(register, false).await;
        for link in [&council, &search] {
            let Some(calendar) = seen("calendar", &read(&world, &link.calendar).await) else {
                return;
            };
            let ends = end_of(&calendar, "Round planning");
            let [end] = ends[..] else { panic!("{ends:?}") };
            assert_eq!(
                (&end["sequence"], &end["status"]),
                (&json!(sequence), &json!(status))
            );
            assert_eq!(end["start"], "2016-03-31", "cancelled where it stood");
        }
    }
}

#[tokio::test]
async fn cancellations_survive_other_lead_times_and_are_forgotten_after_400_days() {
    let (world, token) = world(&register("31/03/2016")).await;
    let council = world.council("norfolk").await;
    let link = make(&world, &token, &council).await;
    world.register(&register(""), false).await;
    let cancelled = async || {
        read(&world, &link.calendar)
            .await
            .matches("STATUS:CANCELLED")
            .count()
    };
    let before = cancelled().await;
    assert!(before > 0);
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let set = "mutation L($council: ID!) { councilSetLeadTimes(council: $council, version: 0,
        leadTimes: { expiryLeadDays: 77 }) { errors { code } } }";
    world
        .data(&administrator, set, json!({ "council": council }))
        .await;
    let written = read(&world, &link.calendar).await;
    assert!(
        written.contains("SEQUENCE:1\r\n") && !written.contains("SEQUENCE:2\r\n"),
        "windows that open on another day count on, once"
    );
    assert_eq!(cancelled().await, before, "what is gone stays gone");
    world.app.clock.advance(Duration::days(401));
    world
        .register(
            &register("").replace("01-Apr-2013,31/03/2016", "01-Apr-2013,"),
            false,
        )
        .await;
    let remembered = window_gone::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap();
    assert!(!remembered.is_empty());
    assert!(
        remembered.iter().all(|row| row.gone_at == world.now()),
        "{remembered:?}"
    );
}

#[tokio::test]
async fn a_revoked_link_is_not_found_like_one_that_never_was() {
    let (world, token) = world(FIXTURE).await;
    let council = world.council("norfolk").await;
    let (link, other) = (
        make(&world, &token, &council).await,
        make(&world, &token, &council).await,
    );
    read(&world, &link.calendar).await;
    read(&world, &link.atom).await;
    let revoked = world.data(&token, REVOKE, json!({ "id": link.id })).await;
    assert_eq!(revoked["feedRevoke"]["revoked"]["id"], link.id);
    let missing = async |path: &str| {
        let response = get(&world, path).await;
        response.assert_status(StatusCode::NOT_FOUND);
        text(response).await
    };
    let never = missing(&format!("/feeds/{}.ics", "A".repeat(43))).await;
    for path in [
        link.calendar.as_str(),
        &link.atom,
        "/feeds/x.ics",
        "/feeds/.ics",
        "/feeds/%00%ff.atom",
        &other.calendar.replace(".ics", ".html"),
        &other.calendar.replace(".ics", ""),
        &format!("/feeds/{}.ics", "A".repeat(9_000)),
    ] {
        assert_eq!(missing(path).await, never, "{path}");
    }
    read(&world, &other.calendar).await;
    let close =
        "mutation C($password: String!) { accountClose(input: { password: $password }) { errors { code } } }";
    let closed = world.data(&token, close, json!({ "password": PASSWORD })).await;
    assert_eq!(closed["accountClose"]["errors"], json!([]));
    assert_eq!(missing(&other.calendar).await, never, "it went with the account");
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
async fn anothers_search_and_anothers_link_are_not_found() {
    let (world, token) = world(FIXTURE).await;
    world.person("eve@other.example", "Eve").await;
    let eve = world.token("eve@other.example").await;
    let search = search(&world, &token, "mine", json!({ "words": "library" })).await;
    let input = json!({ "input": { "of": search } });
    assert_eq!(world.refusal(&eve, MAKE, input.clone()).await, "NOT_FOUND");
    assert_eq!(world.refusal((), MAKE, input).await, "NOT_SIGNED_IN");
    let link = make(&world, &token, &search).await;
    assert_eq!(
        world.refusal(&eve, REVOKE, json!({ "id": link.id })).await,
        "NOT_FOUND"
    );
    assert_eq!(
        world.data(&eve, FEEDS, json!({})).await["feeds"]["edges"],
        json!([])
    );
    let own = world.data(&token, FEEDS, json!({})).await;
    let node = json!({ "id": link.id, "of": search, "name": "mine", "lastUsedAt": null });
    assert_eq!(own["feeds"]["edges"], json!([{ "node": node }]));
    let wrong = json!({ "input": { "of": link.id } });
    assert_eq!(world.refusal(&token, MAKE, wrong).await, "WRONG_ID");
    let unnamed = json!({ "input": { "of": search, "name": " " } });
    let refused = world.data(&token, MAKE, unnamed).await;
    assert_eq!(refused["feedMake"]["errors"], json!([{ "code": "BAD_NAME" }]));
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

#[tokio::test]
async fn a_person_keeps_a_hundred_links() {
    let (world, token) = world(FIXTURE).await;
    let council = world.council("norfolk").await;
    let mut last = Value::Null;
    for _ in 0..100 {
        last = make(&world, &token, &council).await.id;
    }
    let input = json!({ "input": { "of": council } });
    let refused = world.data(&token, MAKE, input.clone()).await;
    assert_eq!(refused["feedMake"]["errors"], json!([{ "code": "TOO_MANY" }]));
    world.data(&token, REVOKE, json!({ "id": last })).await;
    let made = world.data(&token, MAKE, input).await;
    assert_eq!(made["feedMake"]["errors"], json!([]));
}

/// Full size: `GUILDHALL_FULL=1 cargo test --test guildhall feeds::a_large -- --nocapture`.
#[tokio::test]
async fn a_large_register_takes_a_few_statements_for_each_500_windows() {
    let contracts = if std::env::var_os("GUILDHALL_FULL").is_some() {
        1_667
    } else {
        60
    };
    let mut lines = FIXTURE.lines();
    let mut register = lines.next().unwrap().to_owned();
    let row = lines.next().unwrap();
    for index in 0..contracts {
        register += "\n";
        register += &row.replacen("F001", &format!("L{index}"), 1);
    }
    let (world, token) = world(&register).await;
    let link = make(&world, &token, &world.council("norfolk").await).await;
    read(&world, &link.calendar).await;
    for path in [&link.calendar, &link.atom] {
        let (before, began) = (world.app.db.statements(), Instant::now());
        let written = read(&world, path).await;
        let took = began.elapsed();
        let statements = world.app.db.statements() - before;
        let events = written.matches("BEGIN:VEVENT").count() + written.matches("<entry>").count();
        let ending = path.rsplit('.').next().unwrap();
        println!(
            "{ending}: {events} windows, {} kB, {} ms, {statements} statements",
            written.len() / 1000,
            took.as_millis()
        );
        let pieces = 1 + u64::try_from(events).unwrap() / 500;
        assert!(
            statements <= 3 + 6 * pieces,
            "{statements} statements for {events} windows"
        );
    }
}

/// More windows of another contract than a calendar shows, all to be acted on before the library van's.
async fn crowd(world: &World, other: &contract::Model) {
    let day = |text: &str| text.parse().unwrap();
    let rows = (1_000..11_001).map(|ordinal| contract_window::ActiveModel {
        contract_id: Set(other.id),
        kind: Set("expiry".into()),
        ordinal: Set(ordinal),
        council_id: Set(other.council_id),
        opens_on: Set(day("2015-01-01")),
        closes_on: Set(Some(day("2015-01-15"))),
        armed_at: Set(world.app.clock.now()),
        sequence: Set(0),
        announced: Set(true),
        closing_announced: Set(true),
    });
    let txn = world.app.db.begin().await.unwrap();
    for rows in rows.collect::<Vec<_>>().chunks(1_000) {
        let insert = contract_window::Entity::insert_many(rows.to_vec());
        insert.exec_without_returning(&txn).await.unwrap();
    }
    txn.commit().await.unwrap();
}

async fn say(world: &World, id: Uuid, column: contract::Column, value: sea_orm::Value) {
    let txn = world.app.db.begin().await.unwrap();
    contract::Entity::update_many()
        .col_expr(column, Expr::value(value))
        .filter(contract::Column::Id.eq(id))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
}

#[tokio::test]
async fn what_is_looked_for_is_not_crowded_out_by_what_is_not() {
    use contract::Column as C;
    let (world, token) = world(FIXTURE).await;
    let contracts = contract::Entity::find().all(world.app.db.read()).await.unwrap();
    let van = contracts
        .iter()
        .find(|row| row.title.starts_with("Library"))
        .unwrap();
    let mut other = contracts
        .iter()
        .find(|row| row.reference.as_deref() == Some("F002"))
        .unwrap()
        .clone();
    let owner = world.person("kim@norfolk.example", "Kim").await;
    let (kent, norfolk) = (
        directory().find("kent").unwrap(),
        directory().find("norfolk").unwrap(),
    );
    other.council_id = kent.id;
    say(&world, other.id, C::CouncilId, kent.id.into()).await;
    say(&world, other.id, C::Department, "Roads".into()).await;
    say(&world, van.id, C::OwnerId, owner.into()).await;
    say(&world, van.id, C::DeliveryModel, "shared".into()).await;
    crowd(&world, &other).await;
    let all = Filter::everything();
    let near = Near {
        place: "Norwich".into(),
        latitude: norfolk.facts.latitude.unwrap(),
        longitude: norfolk.facts.longitude.unwrap(),
        kilometres: 30,
    };
    let filters = [
        ("nothing", all.clone(), false),
        (
            "contract",
            Filter {
                contracts: vec![van.id],
                ..all.clone()
            },
            true,
        ),
        (
            "owner",
            Filter {
                owners: vec![owner],
                ..all.clone()
            },
            true,
        ),
        (
            "department",
            Filter {
                departments: vec![" environment".into()],
                ..all.clone()
            },
            true,
        ),
        (
            "delivery",
            Filter {
                delivery_models: vec!["shared".into()],
                ..all.clone()
            },
            true,
        ),
        (
            "near",
            Filter {
                near: Some(near),
                ..all
            },
            true,
        ),
    ];
    let id = search(&world, &token, "s", json!({})).await;
    let link = make(&world, &token, &id).await;
    for (name, filter, found) in filters {
        let txn = world.app.db.begin().await.unwrap();
        saved_search::Entity::update_many()
            .col_expr(
                saved_search::Column::Filter,
                Expr::value(serde_json::to_value(&filter).unwrap()),
            )
            .exec(&txn)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        let calendar = read(&world, &link.calendar).await;
        assert_eq!(calendar.contains("Library van"), found, "{name}");
    }
}
