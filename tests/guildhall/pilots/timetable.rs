//! The dates of a pilot: what makes no sense is not published, and questions end when it says.

use super::{drafted, norfolk};
use crate::world::World;
use chrono::Duration;
use serde_json::{Value, json};

const PUBLISH: &str = "mutation P($id: ID!, $version: Int!, $at: DateTime!) {
    pilotPublish(pilot: $id, version: $version, deadlineAt: $at) { pilot { phase } errors { code path message } } }";
const EDIT: &str =
    "mutation E($input: PilotEditInput!) { pilotEdit(input: $input) { errors { code path } } }";
const ASK: &str = "mutation A($pilot: ID!, $supplier: ID!) {
    pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: \"How many?\") { question { id } errors { code message } } }";

async fn edit(world: &World, who: &String, id: &Value, mut change: Value) {
    change["pilot"] = id.clone();
    change["version"] = world.version(who, id).await;
    let edited = world.data(who, EDIT, json!({ "input": change })).await;
    assert_eq!(edited["pilotEdit"]["errors"], json!([]), "a draft may say it");
}

async fn publish(world: &World, who: &String, id: &Value, at: &str) -> Value {
    let version = world.version(who, id).await;
    let variables = json!({ "id": id, "version": version, "at": at });
    world.data(who, PUBLISH, variables).await["pilotPublish"].clone()
}

#[tokio::test]
async fn a_timetable_that_makes_no_sense_is_not_published_and_every_field_is_named() {
    // It is Thursday 15 January 2026.
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let id = drafted(&world, &norfolk.approver, "NONE").await;
    let senseless = json!({ "questionsUntil": "2026-02-02T12:00:00Z", "awardOn": "2026-02-01", "startsOn": "2026-02-02",
        "decidesOn": "2026-02-02", "standstillDays": 8 });
    edit(&world, &norfolk.approver, &id, senseless).await;
    let refused = publish(&world, &norfolk.administrator, &id, "2026-02-02T12:00:00Z").await;
    let told: Vec<_> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["code"].as_str().unwrap(), error["path"].as_str().unwrap()))
        .collect();
    let wrong = ["questionsUntil", "awardOn", "startsOn", "decidesOn"].map(|path| ("BAD_TIMETABLE", path));
    assert_eq!(told, wrong, "{refused}");
    let passed = publish(&world, &norfolk.administrator, &id, "2026-01-15T09:00:00Z").await;
    assert!(
        passed["errors"].to_string().contains("deadlineAt"),
        "a deadline that has passed: {passed}"
    );

    // Told on Monday the 9th: 9 to 13 and 16 to 18 February are eight working days.
    let sound = json!({ "questionsUntil": "2026-01-30T12:00:00Z", "awardOn": "2026-02-09", "startsOn": "2026-02-18",
        "decidesOn": "2026-06-30" });
    edit(&world, &norfolk.approver, &id, sound).await;
    let early = publish(&world, &norfolk.administrator, &id, "2026-02-02T12:00:00Z").await;
    assert_eq!(early["errors"][0]["path"], "startsOn", "{early}");
    let message = early["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("can start on 19 February 2026"), "{message}");
    edit(
        &world,
        &norfolk.approver,
        &id,
        json!({ "startsOn": "2026-02-19" }),
    )
    .await;
    let open = publish(&world, &norfolk.administrator, &id, "2026-02-02T12:00:00Z").await;
    assert_eq!(open["pilot"]["phase"], "OPEN", "{open}");
}

#[tokio::test]
async fn questions_are_taken_strictly_before_the_time_that_the_pilot_states() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let id = drafted(&world, &norfolk.approver, "NONE").await;
    let until = world.now() + Duration::hours(2);
    edit(
        &world,
        &norfolk.approver,
        &id,
        json!({ "questionsUntil": until.to_rfc3339() }),
    )
    .await;
    let deadline = (world.now() + Duration::hours(6)).to_rfc3339();
    publish(&world, &norfolk.administrator, &id, &deadline).await;
    let by_one = json!({ "pilot": id, "supplier": one.id });
    world.app.clock.set(until - Duration::milliseconds(1));
    let asked = world.data(&one, ASK, by_one.clone()).await["pilotQuestionAsk"].clone();
    assert_eq!(asked["errors"], json!([]));
    world.app.clock.set(until);
    let late = world.data(&one, ASK, by_one).await["pilotQuestionAsk"].clone();
    assert_eq!(late["errors"][0]["code"], "QUESTIONS_ENDED");
    let message = late["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("15 January 2026 at 11:00 (London)"), "{message}");

    // What was asked in time is still answered, and is public with its answer and not before.
    let read = "query Q($id: ID!) { pilot(id: $id) { questionsUntil questions { question answer } } }";
    let before = world.data((), read, json!({ "id": id })).await["pilot"].clone();
    assert_eq!(before["questions"], json!([]), "nor its wording");
    let answer =
        "mutation R($id: ID!) { pilotQuestionAnswer(question: $id, version: 1, state: ANSWERED_AND_PUBLISHED,
        answer: \"Forty.\") { errors { code } } }";
    let answer = world
        .data(
            &norfolk.approver,
            answer,
            json!({ "id": asked["question"]["id"] }),
        )
        .await;
    assert_eq!(answer["pilotQuestionAnswer"]["errors"], json!([]));
    let after = world.data((), read, json!({ "id": id })).await["pilot"].clone();
    assert_eq!(
        after["questions"],
        json!([{ "question": "How many?", "answer": "Forty." }])
    );
}
