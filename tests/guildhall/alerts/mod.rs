//! Whoever asked is told when a window opens: once, in one mail, and no more after unsubscribing.

mod asked;
mod evidence;
mod kinds;
mod market;
mod rhythms;

use crate::world::{World, text};
use chrono::{DateTime, Duration, Utc};
use guildhall::alerts::tick;
use guildhall::runtime::outbox;
use mail_parser::MessageParser;
use serde_json::{Value, json};

const SAVE: &str = "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) {
    savedSearch { id state } errors { code path } } }";

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// A world in March 2015 with the fixture's register; its software contracts end on 31 March 2016.
async fn world() -> World {
    let world = World::new().await;
    world.app.clock.set(at("2015-03-01T09:00:00Z"));
    world
        .register(include_str!("../../fixtures/register.csv"), false)
        .await;
    tick(&world.app).await.unwrap();
    world
}

async fn save(world: &World, token: &str, name: &str, filter: Value) {
    let input = json!({ "input": { "name": name, "filter": filter } });
    let answer = world.query(Some(token), SAVE, input).await;
    assert_eq!(answer["data"]["savedSearchSave"]["errors"], json!([]), "{answer}");
}

async fn days_pass(world: &World, days: i64) -> usize {
    world.app.clock.advance(Duration::days(days));
    tick(&world.app).await.unwrap().mails
}

#[tokio::test]
async fn a_window_that_opens_is_told_once() {
    let world = world().await;
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(
        &world,
        &token,
        "library vans",
        json!({ "words": "library", "windowKinds": ["EXPIRY"] }),
    )
    .await;
    let mut mails = 0;
    for _ in 0..400 {
        mails += days_pass(&world, 1).await;
    }
    assert_eq!(mails, 1);
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
    let received = world.smtp.received(1).await;
    assert_eq!(received[0].to, ["sam@tidebell.example"]);
    let mail = MessageParser::default().parse(&received[0].bytes).unwrap();
    let body = mail.body_text(0).unwrap();
    assert!(
        body.contains("Library van maintenance") && body.contains("31 March 2016"),
        "{body}"
    );
    assert!(
        body.contains("library vans") && body.contains("register.csv"),
        "why, and where from: {body}"
    );
}

#[tokio::test]
async fn after_a_year_down_all_that_opened_is_told_in_one_mail() {
    let world = world().await;
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(&world, &token, "all software", json!({ "cpvPrefixes": ["48"] })).await;
    assert_eq!(days_pass(&world, 400).await, 1);
    assert_eq!(tick(&world.app).await.unwrap().mails, 0, "and never again");
    outbox::deliver_due(&world.app).await.unwrap();
    let received = world.smtp.received(1).await;
    let mail = MessageParser::default().parse(&received[0].bytes).unwrap();
    assert!(
        mail.body_text(0)
            .unwrap()
            .contains("This window has closed already")
    );
}

#[tokio::test]
async fn two_searches_of_one_person_make_one_mail_with_two_reasons() {
    let world = world().await;
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    for name in ["first reason", "second reason"] {
        save(
            &world,
            &token,
            name,
            json!({ "words": "library", "windowKinds": ["EXPIRY"] }),
        )
        .await;
    }
    assert_eq!(days_pass(&world, 390).await, 1);
    outbox::deliver_due(&world.app).await.unwrap();
    let received = world.smtp.received(1).await;
    let mail = MessageParser::default().parse(&received[0].bytes).unwrap();
    let body = mail.body_text(0).unwrap();
    assert!(
        body.contains("first reason") && body.contains("second reason"),
        "{body}"
    );
}

#[tokio::test]
async fn one_click_unsubscribes_queued_mail_too_and_looking_does_not() {
    let world = world().await;
    let person = world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(&world, &token, "library vans", json!({ "words": "library" })).await;
    assert_eq!(days_pass(&world, 390).await, 1);
    let link =
        guildhall::alerts::links::link(&world.app, guildhall::alerts::links::Purpose::Unsubscribe, person);
    let path = link.strip_prefix("https://guildhall.example").unwrap();
    let looked = world.client.get(path).send().await;
    looked.assert_status_is_ok();
    assert!(text(looked).await.contains("library vans"));
    let (start, end) = path.split_at(path.len() - 5);
    let other = if end.starts_with('A') { 'B' } else { 'A' };
    let forged = format!("{start}{other}{}", &end[1..]);
    world
        .client
        .get(forged)
        .send()
        .await
        .assert_status(poem::http::StatusCode::NOT_FOUND);
    let form = world
        .client
        .post(path)
        .content_type("application/x-www-form-urlencoded");
    form.body("List-Unsubscribe=One-Click")
        .send()
        .await
        .assert_status_is_ok();
    assert_eq!(
        outbox::deliver_due(&world.app).await.unwrap(),
        0,
        "what was queued stays here"
    );
    assert_eq!(days_pass(&world, 400).await, 0);
}

#[tokio::test]
async fn hostile_titles_make_mails_with_no_extra_header_or_long_line() {
    let world = World::new().await;
    world.app.clock.set(at("2015-03-01T09:00:00Z"));
    let long = "x".repeat(3000);
    let title = format!("\"Evil\r\nBcc: all@b.example \u{202e}<script>{long}\"");
    world
        .register(
            &format!("Title of the Agreement,End date\n{title},31/03/2016\n"),
            false,
        )
        .await;
    tick(&world.app).await.unwrap();
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(&world, &token, "evil", json!({ "windowKinds": ["EXPIRY"] })).await;
    days_pass(&world, 390).await;
    outbox::deliver_due(&world.app).await.unwrap();
    let received = world.smtp.received(1).await;
    assert!(
        received[0]
            .bytes
            .split(|b| *b == b'\n')
            .all(|line| line.len() <= 998)
    );
    let mail = MessageParser::default().parse(&received[0].bytes).unwrap();
    assert!(mail.bcc().is_none());
    assert!(!mail.body_html(0).unwrap().contains("<script>"));
}

#[tokio::test]
async fn refused_mail_is_tried_again_with_the_same_bytes() {
    let world = world().await;
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(
        &world,
        &token,
        "library vans",
        json!({ "words": "library", "windowKinds": ["EXPIRY"] }),
    )
    .await;
    days_pass(&world, 390).await;
    world
        .smtp
        .answer_next(crate::smtp::Step::Recipient, "451 try later");
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 0);
    assert_eq!(
        outbox::deliver_due(&world.app).await.unwrap(),
        0,
        "not before its time"
    );
    world.app.clock.advance(Duration::minutes(2));
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
    assert_eq!(world.smtp.received(1).await.len(), 1);
    world
        .smtp
        .answer_next(crate::smtp::Step::Recipient, "550 no such mailbox");
}

#[tokio::test]
async fn another_persons_search_cannot_be_seen_or_paused() {
    let world = world().await;
    for email in ["sam@tidebell.example", "eve@copperwren.example"] {
        world.person(email, "Somebody").await;
    }
    let (sam, eve) = (
        world.token("sam@tidebell.example").await,
        world.token("eve@copperwren.example").await,
    );
    save(&world, &sam, "canary search", json!({})).await;
    let list = "query L { savedSearches { edges { node { id name } } } }";
    let mine = world.query(Some(&sam), list, Value::Null).await;
    let id = mine["data"]["savedSearches"]["edges"][0]["node"]["id"].clone();
    assert!(
        !world
            .query(Some(&eve), list, Value::Null)
            .await
            .to_string()
            .contains("canary")
    );
    assert_eq!(
        world.query(None, list, Value::Null).await["errors"][0]["extensions"]["code"],
        "NOT_SIGNED_IN"
    );
    let pause = "mutation P($id: ID!) { savedSearchPause(id: $id, version: 1) { savedSearch { name } } }";
    let answer = world.query(Some(&eve), pause, json!({ "id": id })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "NOT_FOUND", "{answer}");
}

#[tokio::test]
async fn a_register_that_comes_in_late_tells_of_the_windows_that_are_open() {
    let world = World::new().await;
    world.app.clock.set(at("2016-03-01T09:00:00Z"));
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    let expiry = json!({ "words": "recycling collection", "windowKinds": ["EXPIRY"] });
    save(&world, &token, "before", expiry.clone()).await;
    let register = include_str!("../../fixtures/register.csv");
    world.register(register, false).await;
    world.app.clock.advance(Duration::minutes(1));
    save(&world, &token, "after", expiry).await;
    assert_eq!(
        tick(&world.app).await.unwrap().mails,
        1,
        "open since October, and known here since today"
    );
    outbox::deliver_due(&world.app).await.unwrap();
    let received = world.smtp.received(1).await;
    let mail = MessageParser::default().parse(&received[0].bytes).unwrap();
    let body = mail.body_text(0).unwrap().into_owned();
    assert!(body.contains("before") && !body.contains("after"), "{body}");

    let retitled = register.replacen(
        "F001,,Recycling collection software",
        "F001,,Recycling collection system",
        1,
    );
    assert_eq!(world.register(&retitled, false).await.plan.changed, 1);
    assert_eq!(
        tick(&world.app).await.unwrap().events,
        0,
        "the same window under another title"
    );
    let moved = retitled.replacen("01-Apr-2013,31/03/2016", "01-Apr-2013,31/05/2016", 1);
    world.register(&moved, false).await;
    assert_eq!(
        tick(&world.app).await.unwrap().mails,
        1,
        "another date is another event"
    );
}

#[tokio::test]
async fn what_had_closed_before_a_register_came_in_is_history_and_not_news() {
    let world = World::new().await;
    world.app.clock.set(at("2020-03-01T09:00:00Z"));
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(
        &world,
        &token,
        "everything",
        json!({ "windowKinds": ["EXPIRY", "REPROCUREMENT"] }),
    )
    .await;
    world
        .register(include_str!("../../fixtures/register.csv"), false)
        .await;
    assert_eq!(tick(&world.app).await.unwrap().mails, 0);
}
