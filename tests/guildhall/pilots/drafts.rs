//! What is not public yet: changed, read by a colleague, and published by other eyes than its author's.

use super::{DRAFT, Norfolk, PUBLISH, drafted, norfolk};
use crate::world::World;
use chrono::Duration;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const EDIT: &str = "mutation E($input: PilotEditInput!) { pilotEdit(input: $input) {
    pilot { title weeks systems phase version service { lgsl } criteria { name weight } priceFormula tieRule
        suppliersUnnamed priceAfterQuality standstillDays review { decision note } } errors { code path currentVersion } } }";
const REVIEW: &str = "mutation R($id: ID!, $version: Int!, $decision: PilotReviewDecision!, $note: String) {
    pilotReview(pilot: $id, version: $version, decision: $decision, note: $note) {
        pilot { phase review { decision note } } errors { code path } } }";
const SUBMIT: &str =
    "mutation S($id: ID!, $version: Int!) { pilotSubmitForReview(pilot: $id, version: $version) {
    pilot { phase } errors { code } } }";

async fn publish(world: &World, who: &String, id: &Value) -> Value {
    let version = world.version(who, id).await;
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let variables = json!({ "id": id, "version": version, "at": at });
    world.data(who, PUBLISH, variables).await["pilotPublish"]["errors"].clone()
}

async fn review(world: &World, who: &String, id: &Value, decision: &str, note: Option<&str>) -> Value {
    let version = world.version(who, id).await;
    let variables = json!({ "id": id, "version": version, "decision": decision, "note": note });
    world.data(who, REVIEW, variables).await["pilotReview"].clone()
}

async fn submit(world: &World, who: &String, id: &Value) {
    let variables = json!({ "id": id, "version": world.version(who, id).await });
    let submitted = world.data(who, SUBMIT, variables).await;
    assert_eq!(submitted["pilotSubmitForReview"]["pilot"]["phase"], "IN_REVIEW");
}

async fn edit(world: &World, who: &String, id: &Value, mut change: Value) -> Value {
    change["pilot"] = id.clone();
    change["version"] = world.version(who, id).await;
    world.data(who, EDIT, json!({ "input": change })).await["pilotEdit"].clone()
}

#[tokio::test]
async fn a_draft_is_changed_field_by_field_and_what_is_left_out_stays() {
    let world = World::new().await;
    let Norfolk { approver, .. } = norfolk(&world).await;
    let id = drafted(&world, &approver, "NONE").await;
    let change = json!({ "weeks": 20, "systems": "The round planner", "service": null, "standstillDays": 8,
        "priceFormula": "LOWEST_TO_CAP", "tieRule": "DRAWN_LOTS", "suppliersUnnamed": true, "priceAfterQuality": true,
        "criteria": [{ "kind": "PRICE", "name": "Price", "description": "Cheap", "weight": 30 },
            { "kind": "QUALITY", "name": "Care", "description": "How", "weight": 70 }] });
    let edited = edit(&world, &approver, &id, change).await;
    let expected = json!({ "title": "Missed bins", "weeks": 20, "systems": "The round planner", "phase": "DRAFT",
        "version": 2, "service": null, "criteria": [{ "name": "Price", "weight": 30 }, { "name": "Care", "weight": 70 }],
        "priceFormula": "LOWEST_TO_CAP", "tieRule": "DRAWN_LOTS", "suppliersUnnamed": true, "priceAfterQuality": true,
        "standstillDays": 8, "review": null });
    assert_eq!(edited["pilot"], expected, "{edited}");
    let read = "query P($id: ID!) { pilot(id: $id) { title weeks criteria { name weight } standstillDays } }";
    let kept = world.data(&approver, read, json!({ "id": id })).await["pilot"].clone();
    assert_eq!((&kept["weeks"], &kept["standstillDays"]), (&json!(20), &json!(8)));
    assert_eq!(
        kept["criteria"], expected["criteria"],
        "the criteria are all anew"
    );

    let wrong = edit(&world, &approver, &id, json!({ "weeks": 53, "cpv": "12" })).await;
    assert_eq!(
        wrong["errors"],
        json!([{ "code": "BAD_LENGTH", "path": "weeks", "currentVersion": null },
            { "code": "BAD_CPV", "path": "cpv", "currentVersion": null }])
    );
    let log = "query L($id: ID!) { auditEntries(subject: $id, first: 1) { edges { node { detail changes { field from to } } } } }";
    let log = world.data(&approver, log, json!({ "id": id })).await;
    let changes = log["auditEntries"]["edges"][0]["node"]["changes"].to_string();
    assert!(
        changes.contains("weeks"),
        "what was changed is on the record: {log}"
    );
}

#[tokio::test]
async fn what_is_published_is_edited_by_nobody_and_drafts_only_by_the_councils_own() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let fife = world.member("o@fife.example", "fife", CouncilRole::Officer).await;
    let id = drafted(&world, &norfolk.approver, "NONE").await;
    let stranger = json!({ "input": { "pilot": id, "version": 1, "weeks": 2 } });
    assert_eq!(world.refusal(&fife, EDIT, stranger.clone()).await, "NOT_FOUND");
    assert_eq!(
        world.refusal(&norfolk.evaluator, EDIT, stranger).await,
        "NOT_FOUND"
    );
    assert_eq!(publish(&world, &norfolk.administrator, &id).await, json!([]));
    let late = edit(&world, &norfolk.approver, &id, json!({ "title": "Other" })).await;
    assert_eq!(late["errors"][0]["code"], "NOT_A_DRAFT");
}

#[tokio::test]
async fn a_pilot_is_published_by_other_eyes_than_its_last_authors() {
    let world = World::new().await;
    let Norfolk {
        approver,
        administrator,
        ..
    } = norfolk(&world).await;
    let id = drafted(&world, &approver, "NONE").await;
    let alone = publish(&world, &approver, &id).await;
    assert_eq!(alone[0]["code"], "NEEDS_ANOTHER_APPROVER");
    submit(&world, &approver, &id).await;
    let own = review(&world, &approver, &id, "APPROVED", None).await;
    assert_eq!(own["errors"][0]["code"], "NEEDS_ANOTHER_APPROVER");

    let bare = review(&world, &administrator, &id, "SENT_BACK", Some(" ")).await;
    assert_eq!(bare["errors"], json!([{ "code": "BAD_TEXT", "path": "note" }]));
    let back = review(&world, &administrator, &id, "SENT_BACK", Some("Which rounds?")).await;
    let said = json!({ "phase": "DRAFT", "review": { "decision": "SENT_BACK", "note": "Which rounds?" } });
    assert_eq!(back["pilot"], said, "{back}");
    let again = review(&world, &administrator, &id, "APPROVED", None).await;
    assert_eq!(again["errors"][0]["code"], "NOT_IN_REVIEW");
    let edited = edit(&world, &approver, &id, json!({ "summary": "Rounds 1 to 4." })).await;
    assert_eq!(
        edited["pilot"]["review"]["note"], "Which rounds?",
        "in sight while it is mended"
    );

    submit(&world, &approver, &id).await;
    let approved = review(&world, &administrator, &id, "APPROVED", Some("Good.")).await;
    assert_eq!(approved["pilot"]["review"]["decision"], "APPROVED", "{approved}");
    let edited = edit(&world, &approver, &id, json!({ "weeks": 13 })).await;
    let draft = (&edited["pilot"]["phase"], &edited["pilot"]["review"]);
    assert_eq!(
        draft,
        (&json!("DRAFT"), &Value::Null),
        "approved is what was read"
    );
    assert_eq!(
        publish(&world, &approver, &id).await[0]["code"],
        "NEEDS_ANOTHER_APPROVER"
    );
    submit(&world, &approver, &id).await;
    review(&world, &administrator, &id, "APPROVED", None).await;
    assert_eq!(
        publish(&world, &approver, &id).await,
        json!([]),
        "its author may publish what another approved"
    );
    let read = "query P($id: ID!) { pilot(id: $id) { phase publishedAt review { note } } }";
    let everybody = world.data((), read, json!({ "id": id })).await["pilot"].clone();
    assert_eq!(everybody["review"], Value::Null, "reviews are for colleagues");
    assert_eq!(everybody["publishedAt"], "2026-01-15T09:00:00+00:00");
}

#[tokio::test]
async fn where_a_council_has_one_who_may_publish_they_do_both_on_the_record() {
    let world = World::new().await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let id = drafted(&world, &approver, "NONE").await;
    assert_eq!(publish(&world, &approver, &id).await, json!([]));
    let log = "query L($id: ID!) { auditEntries(subject: $id, first: 1) { edges { node { detail changes { field from to } } } } }";
    let log = world.data(&approver, log, json!({ "id": id })).await;
    assert!(log.to_string().contains("written and published by one"), "{log}");
}

#[tokio::test]
async fn weights_that_do_not_add_up_and_two_prices_are_refused() {
    let world = World::new().await;
    let Norfolk { approver, .. } = norfolk(&world).await;
    let council = world.council("norfolk").await;
    for (quality, price, kind) in [(60, 41, "PRICE"), (60, 40, "QUALITY"), (100, 0, "PRICE")] {
        let input = json!({ "council": council, "title": "t", "summary": "s", "successMeasures": "m", "capPence": 1,
            "weeks": 1, "criteria": [{ "kind": "QUALITY", "name": "q", "description": "d", "weight": quality },
            { "kind": kind, "name": "p", "description": "d", "weight": price }] });
        let refused = world.data(&approver, DRAFT, json!({ "input": input })).await;
        assert_eq!(
            refused["pilotDraft"]["errors"][0]["code"], "BAD_CRITERIA",
            "{quality} {price} {kind}"
        );
    }
}
