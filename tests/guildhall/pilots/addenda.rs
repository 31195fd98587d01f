//! What changes about a published pilot is numbered, dated, and told to every bidder and watcher; its text stays.

use super::{drafted, norfolk, submit};
use crate::world::World;
use chrono::Duration;
use guildhall::access::Viewer;
use guildhall::alerts;
use guildhall::pilots::{self, PilotFilter};
use guildhall::runtime::page::Cut;
use mail_parser::MessageParser;
use serde_json::{Value, json};

const ADD: &str = "mutation A($input: PilotAddendumInput!) { pilotAddendumPublish(input: $input) {
    pilot { deadlineAt } errors { code path message } } }";
const READ: &str = "query R($id: ID!) { pilot(id: $id) { summary deadlineAt questionsUntil startsOn
    addenda { number text publishedAt moved { what from to } } } }";
const EXTEND: &str = "mutation E($id: ID!, $version: Int!, $at: DateTime!) {
    pilotExtend(pilot: $id, version: $version, deadlineAt: $at) { errors { code path } } }";

async fn add(world: &World, who: &String, id: &Value, mut input: Value) -> Value {
    input["pilot"] = id.clone();
    input["version"] = world.version(who, id).await;
    world.data(who, ADD, json!({ "input": input })).await["pilotAddendumPublish"]["errors"].clone()
}

/// A pilot of Norfolk's that is open until noon on 2 February 2026, with a whole timetable.
async fn open(world: &World, approver: &String, administrator: &String) -> Value {
    let id = drafted(world, approver, "NONE").await;
    let edit = "mutation E($input: PilotEditInput!) { pilotEdit(input: $input) { errors { code } } }";
    let days = json!({ "pilot": id, "version": 1, "questionsUntil": "2026-01-30T12:00:00Z", "awardOn": "2026-02-09",
        "startsOn": "2026-02-16", "decidesOn": "2026-06-30" });
    world.data(approver, edit, json!({ "input": days })).await;
    let publish =
        "mutation P($id: ID!) { pilotPublish(pilot: $id, version: 2, deadlineAt: \"2026-02-02T12:00:00Z\") {
        errors { code path } } }";
    let published = world.data(administrator, publish, json!({ "id": id })).await;
    assert_eq!(published["pilotPublish"]["errors"], json!([]));
    id
}

fn paths(errors: &Value) -> Vec<&str> {
    let errors = errors.as_array().unwrap().iter();
    errors.map(|error| error["path"].as_str().unwrap()).collect()
}

/// The mails to an address that were sent by now, as subject and text.
async fn mails(world: &World, to: &str) -> Vec<(String, String)> {
    alerts::pass(&world.app).await;
    let all = world.smtp.all();
    let to = all.iter().filter(|mail| mail.to == [to]);
    to.map(|mail| {
        let mail = MessageParser::default().parse(&mail.bytes).unwrap();
        let text = mail.body_text(0).unwrap();
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        (mail.subject().unwrap().to_owned(), text)
    })
    .filter(|(subject, _)| !subject.starts_with("Your bid is in"))
    .collect()
}

#[tokio::test]
async fn addenda_are_numbered_and_dated_and_tell_every_bidder_and_watcher() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    world.supplier("three@brindle.example", "Brindle").await;
    let id = open(&world, &norfolk.approver, &norfolk.administrator).await;
    // That it was published is old news to whoever bids or watches from here on.
    alerts::pass(&world.app).await;
    assert_eq!(submit(&world, &one, &id, 500_000).await["errors"], json!([]));
    let watch = "mutation W($input: WatchSaveInput!) { watchSave(input: $input) { errors { message } } }";
    let watched = world.data(&two, watch, json!({ "input": { "pilot": id } })).await;
    assert_eq!(watched["watchSave"]["errors"], json!([]));
    let clear = json!({ "text": "The vans have no power socket." });
    assert_eq!(add(&world, &norfolk.approver, &id, clear).await, json!([]));
    let three = "three@brindle.example";
    for (who, count) in [
        ("one@tidebell.example", 1),
        ("two@copperwren.example", 1),
        (three, 0),
    ] {
        let told = mails(&world, who).await;
        assert_eq!(told.len(), count, "{who}: {told:?}");
        for (subject, text) in told {
            assert!(subject.starts_with("Addendum"), "{subject}");
            assert!(text.contains("The vans have no power socket."), "{text}");
        }
    }

    world.app.clock.advance(Duration::hours(1));
    let moved = json!({ "text": "We need another week.", "deadlineAt": "2026-02-09T12:00:00Z",
        "questionsUntil": "2026-02-06T12:00:00Z", "startsOn": "2026-02-23" });
    assert_eq!(add(&world, &norfolk.administrator, &id, moved).await, json!([]));
    let (_, text) = mails(&world, "one@tidebell.example").await.pop().unwrap();
    let text = text.to_lowercase();
    for said in [
        "We need another week.",
        "the deadline was Monday 2 February 2026 at 12:00 (London) and is Monday 9 February 2026 at 12:00 (London)",
        "the start was 16 February 2026 and is 23 February 2026",
        "the end of questions was Friday 30 January 2026",
    ] {
        assert!(text.contains(&said.to_lowercase()), "{said} in {text}");
    }
    let read = world.data((), READ, json!({ "id": id })).await["pilot"].clone();
    let expected = json!({ "summary": "Paper.", "deadlineAt": "2026-02-09T12:00:00+00:00",
        "questionsUntil": "2026-02-06T12:00:00+00:00", "startsOn": "2026-02-23", "addenda": [
        { "number": 1, "text": "The vans have no power socket.", "publishedAt": "2026-01-15T09:00:00+00:00", "moved": [] },
        { "number": 2, "text": "We need another week.", "publishedAt": "2026-01-15T10:00:00+00:00", "moved": [
            { "what": "QUESTIONS_UNTIL", "from": "2026-01-30T12:00:00+00:00", "to": "2026-02-06T12:00:00+00:00" },
            { "what": "DEADLINE", "from": "2026-02-02T12:00:00+00:00", "to": "2026-02-09T12:00:00+00:00" },
            { "what": "STARTS_ON", "from": "2026-02-16", "to": "2026-02-23" }] }] });
    assert_eq!(read, expected, "for everybody to read");
    let page = world
        .client
        .get(format!("/pilot/{}", uuid(&world).await))
        .send()
        .await;
    let page = crate::world::text(page).await;
    assert!(page.contains("Addendum 2, 15 January 2026"), "{page}");
}

async fn uuid(world: &World) -> String {
    let (filter, cut) = (
        PilotFilter::default(),
        Cut {
            first: 1,
            after: None,
        },
    );
    let found = pilots::list(&world.app, &Viewer::System, &filter, &cut).await;
    found.unwrap().items[0].id.simple().to_string()
}

#[tokio::test]
async fn an_extension_alone_is_an_addendum_and_dates_that_do_not_go_with_it_are_named() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let id = open(&world, &norfolk.approver, &norfolk.administrator).await;
    let extend = async |at: &str| {
        let version = world.version(&norfolk.approver, &id).await;
        let variables = json!({ "id": id, "version": version, "at": at });
        world.data(&norfolk.approver, EXTEND, variables).await["pilotExtend"]["errors"].clone()
    };
    assert_eq!(
        extend("2026-02-10T12:00:00Z").await,
        json!([{ "code": "BAD_TIMETABLE", "path": "awardOn" }]),
        "bidders cannot be told the day before"
    );
    assert_eq!(extend("2026-02-03T12:00:00Z").await, json!([]));
    let read = world.data((), READ, json!({ "id": id })).await["pilot"]["addenda"].clone();
    assert_eq!(
        read[0]["text"],
        "The deadline was Monday 2 February 2026 at 12:00 (London) and is Tuesday 3 February 2026 at 12:00 (London)."
    );
}

#[tokio::test]
async fn dates_move_only_to_later_and_until_when_bids_are_taken_only_while_they_are() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let id = open(&world, &norfolk.approver, &norfolk.administrator).await;
    let approver = &norfolk.approver;
    let earlier = json!({ "text": "x", "questionsUntil": "2026-01-30T12:00:00Z", "deadlineAt": "2026-02-02T12:00:00Z",
        "awardOn": "2026-02-09", "startsOn": "2026-02-15", "decidesOn": "2026-06-30" });
    assert_eq!(
        paths(&add(&world, approver, &id, earlier).await),
        ["questionsUntil", "deadlineAt", "awardOn", "startsOn", "decidesOn"]
    );
    let apart = json!({ "text": "x", "questionsUntil": "2026-02-02T12:00:00Z" });
    assert_eq!(
        paths(&add(&world, approver, &id, apart).await),
        ["questionsUntil"],
        "questions end before the deadline"
    );
    assert_eq!(
        paths(&add(&world, approver, &id, json!({ "text": " " })).await),
        ["text"]
    );
    let read = world.data((), READ, json!({ "id": id })).await["pilot"]["addenda"].clone();
    assert_eq!(read, json!([]), "nothing of what was refused");

    world.app.clock.set("2026-02-02T12:00:00Z".parse().unwrap());
    let approver = &world.token("a@norfolk.example").await;
    let late = json!({ "text": "x", "deadlineAt": "2026-03-02T12:00:00Z", "awardOn": "2026-03-03",
        "startsOn": "2026-03-10" });
    assert_eq!(paths(&add(&world, approver, &id, late).await), ["deadlineAt"]);
    let delayed =
        json!({ "text": "We need longer to read.", "awardOn": "2026-02-16", "startsOn": "2026-02-23" });
    assert_eq!(add(&world, approver, &id, delayed).await, json!([]));
    let cancel =
        "mutation C($id: ID!, $version: Int!) { pilotCancel(pilot: $id, version: $version, reason: \"r\") {
        errors { code } } }";
    let version = world.version(approver, &id).await;
    world
        .data(approver, cancel, json!({ "id": id, "version": version }))
        .await;
    let ended = add(&world, approver, &id, json!({ "text": "x" })).await;
    assert_eq!(ended[0]["code"], "NOT_PUBLISHED");
}
