//! Evidence about to lapse: told to the people of the supplier that holds it, in time, once, and to nobody else.

use super::kinds::{news, only};
use super::{SAVE, at};
use crate::operations::{ACCEPT, INVITE, REMOVE};
use crate::world::World;
use serde_json::{Value, json};

const OWN: &str = "one@tidebell.example";
const COLLEAGUE: &str = "two@tidebell.example";
const ADD: &str = "mutation A($supplier: ID!, $evidence: EvidenceInput!) {
    supplierEvidenceAdd(supplier: $supplier, evidence: $evidence) {
        evidence { id version title inForce } errors { code path } } }";
const CHANGE: &str = "mutation C($id: ID!, $version: Int!, $evidence: EvidenceInput!) {
    supplierEvidenceChange(id: $id, version: $version, evidence: $evidence) {
        evidence { id version expiresOn } errors { code path } } }";
const WITHDRAW: &str =
    "mutation W($id: ID!, $version: Int!) { supplierEvidenceWithdraw(id: $id, version: $version) {
    evidence { version } errors { code path } } }";

fn essentials(expires: &str) -> Value {
    json!({ "kind": "CYBER_ESSENTIALS", "reference": "CE-4711", "issuer": "IASME", "expiresOn": expires })
}

/// Tidebell on 2 January 2026, its token and its id; and a certificate of its that lapses on 30 June.
async fn world() -> (World, String, Value, Value) {
    let world = World::new().await;
    world.app.clock.set(at("2026-01-02T09:00:00Z"));
    let supplier = world.supplier(OWN, "Tidebell").await;
    let variables = json!({ "supplier": supplier.id, "evidence": essentials("2026-06-30") });
    let added = world.data(&supplier.token, ADD, variables).await;
    assert_eq!(added["supplierEvidenceAdd"]["errors"], json!([]));
    let evidence = added["supplierEvidenceAdd"]["evidence"].clone();
    assert_eq!(
        (&evidence["title"], &evidence["inForce"]),
        (&json!("Cyber Essentials"), &json!(true))
    );
    (world, supplier.token, supplier.id, evidence["id"].clone())
}

async fn changed(world: &World, token: &String, id: &Value, version: i32, expires: &str) {
    let variables = json!({ "id": id, "version": version, "evidence": essentials(expires) });
    let done = world.data(token, CHANGE, variables).await;
    assert_eq!(done["supplierEvidenceChange"]["errors"], json!([]));
}

#[tokio::test]
async fn whoever_holds_it_is_told_sixty_days_before_and_again_a_year_after_it_was_renewed() {
    let (world, _, supplier, id) = world().await;
    // Sixty days before 30 June is 1 May.
    world.app.clock.set(at("2026-04-30T22:59:00Z"));
    assert_eq!(news(&world, OWN).await, []);
    world.app.clock.set(at("2026-04-30T23:00:00Z"));
    let (subject, text) = only(news(&world, OWN).await);
    assert_eq!(subject, "About to lapse: Cyber Essentials (by 30 June 2026)");
    for said in [
        "Your organisation",
        "Tidebell",
        "CE-4711",
        "in 60 days",
        "renew it",
        "your organisation holds it",
        "/supplier/",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    world.app.clock.set(at("2026-06-29T09:00:00Z"));
    assert_eq!(news(&world, OWN).await, [], "once");
    let token = world.token(OWN).await;
    changed(&world, &token, &id, 1, "2027-06-30").await;
    assert_eq!(news(&world, OWN).await, []);
    world.app.clock.set(at("2027-05-03T09:00:00Z"));
    let (subject, _) = only(news(&world, OWN).await);
    assert_eq!(subject, "About to lapse: Cyber Essentials (by 30 June 2027)");
    let list = "query L($id: ID!) { supplier(id: $id) { evidence { expiresOn inForce version } } }";
    let shown = world.data((), list, json!({ "id": supplier })).await;
    assert_eq!(
        shown["supplier"]["evidence"],
        json!([{ "expiresOn": "2027-06-30", "inForce": true, "version": 2 }])
    );
}

#[tokio::test]
async fn what_was_renewed_or_taken_back_before_its_mail_left_is_not_told() {
    let (world, token, supplier, id) = world().await;
    let second = json!({ "supplier": supplier, "evidence": essentials("2026-07-01") });
    let second = world.data(&token, ADD, second).await["supplierEvidenceAdd"]["evidence"]["id"].clone();
    // It is a mail in the queue by then.
    world.app.clock.set(at("2026-05-10T09:00:00Z"));
    guildhall::alerts::tick(&world.app).await.unwrap();
    let token = world.token(OWN).await;
    changed(&world, &token, &id, 1, "2028-06-30").await;
    let done = world
        .data(&token, WITHDRAW, json!({ "id": second, "version": 1 }))
        .await;
    assert_eq!(done["supplierEvidenceWithdraw"]["errors"], json!([]));
    assert_eq!(news(&world, OWN).await, []);
    let again = world
        .data(&token, WITHDRAW, json!({ "id": second, "version": 2 }))
        .await;
    assert_eq!(
        again["supplierEvidenceWithdraw"]["errors"][0]["code"],
        "WITHDRAWN"
    );
}

#[tokio::test]
async fn nobody_else_hears_of_it_whatever_they_look_for() {
    let (world, _, _, id) = world().await;
    world.person("sam@other.example", "Sam").await;
    let other = world.token("sam@other.example").await;
    let kinds = json!(["WINDOW_OPENED", "CONTRACT_ADDED", "PILOT_PUBLISHED"]);
    let input = |kinds: Value| json!({ "input": { "name": "everything", "filter": { "kinds": kinds } } });
    let saved = world.data(&other, SAVE, input(kinds)).await;
    assert_eq!(saved["savedSearchSave"]["errors"], json!([]));
    let asked = world.data(&other, SAVE, input(json!(["EVIDENCE_LAPSING"]))).await;
    assert_eq!(
        asked["savedSearchSave"]["errors"],
        json!([{ "code": "BAD_KIND", "path": "filter.kinds" }])
    );
    world.app.clock.set(at("2026-05-10T09:00:00Z"));
    assert_eq!(news(&world, "sam@other.example").await, []);
    assert_eq!(world.mails(OWN).await.len(), 1);
    let history =
        "query H($id: ID!) { alertHistory(about: $id) { kind searches { found } notification { state } } }";
    let (token, other) = (world.token(OWN).await, world.token("sam@other.example").await);
    let own = world.data(&token, history, json!({ "id": id })).await;
    assert_eq!(
        own["alertHistory"],
        json!([{ "kind": "EVIDENCE_LAPSING", "searches": [{ "found": true }],
                 "notification": { "state": "mailed" } }])
    );
    let theirs = world.data(&other, history, json!({ "id": id })).await;
    assert_eq!(theirs["alertHistory"][0]["notification"], Value::Null);
}

#[tokio::test]
async fn whoever_joined_hears_of_it_and_whoever_left_does_not() {
    let (world, token, supplier, _) = world().await;
    world.person(COLLEAGUE, "Two").await;
    let role = json!({ "organisation": supplier, "supplierRole": "MEMBER" });
    let input = json!({ "input": { "email": COLLEAGUE, "role": role } });
    let sent = world.data(&token, INVITE, input).await;
    assert_eq!(sent["invitationSend"]["errors"], json!([]));
    let link = world.link(COLLEAGUE, "invitation").await;
    let colleague = world.token(COLLEAGUE).await;
    world.data(&colleague, ACCEPT, json!({ "token": link })).await;
    world.app.clock.set(at("2026-05-10T09:00:00Z"));
    only(news(&world, COLLEAGUE).await);

    let token = world.token(OWN).await;
    let more = json!({ "supplier": supplier, "evidence": essentials("2026-08-01") });
    world.data(&token, ADD, more).await;
    let colleague = world.token(COLLEAGUE).await;
    let person = world.data(&colleague, "{ viewer { id } }", Value::Null).await["viewer"]["id"].clone();
    let remove = json!({ "person": person, "organisation": supplier });
    let removed = world.data(&token, REMOVE, remove).await;
    assert_eq!(removed["memberRemove"]["errors"], json!([]));
    let before = world.mails(COLLEAGUE).await.len();
    world.app.clock.set(at("2026-06-10T09:00:00Z"));
    only(news(&world, OWN).await);
    assert_eq!(world.mails(COLLEAGUE).await.len(), before);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_by_field_and_a_stranger_may_not() {
    let (world, token, supplier, id) = world().await;
    let wrong =
        json!({ "kind": "OTHER", "expiresOn": "2025-12-31", "coverPence": 1, "url": "http://x.example" });
    let refused = world
        .data(&token, ADD, json!({ "supplier": supplier, "evidence": wrong }))
        .await;
    assert_eq!(
        refused["supplierEvidenceAdd"]["errors"],
        json!([{ "code": "BAD_TEXT", "path": "name" }, { "code": "BAD_DATES", "path": "expiresOn" },
               { "code": "BAD_COVER", "path": "coverPence" }, { "code": "BAD_URL", "path": "url" }])
    );
    let stranger = world.supplier("x@other.example", "Other").await;
    let variables = json!({ "id": id, "version": 1, "evidence": essentials("2026-07-30") });
    let answer = world.query(Some(&stranger.token), CHANGE, variables).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "NOT_ALLOWED",
        "{answer}"
    );
}
