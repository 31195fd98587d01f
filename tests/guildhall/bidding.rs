//! Bids as they are written: drafts that colleagues share, what a submission needs, what a bid carries; and that none of
//! it shows in a copy of the database.

mod copied;
mod files;
mod interleaved;

use crate::alert_pages::uuid_of;
use crate::pilots::{CANARY, drafted, norfolk, publish};
use crate::world::{DECLARED, Supplier, World};
use chrono::Duration;
use entity::membership;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::{Value, json};

const SAVE: &str = "mutation S($input: BidDraftSaveInput!) { bidDraftSave(input: $input) {
    draft { version pricePence answer answers { criterion text } declarations missing { code path } }
    errors { code path message currentVersion } } }";
const SUBMIT: &str = "mutation S($pilot: ID!, $supplier: ID!, $version: Int!, $replaces: Int) {
    bidDraftSubmit(pilot: $pilot, supplier: $supplier, version: $version, replaces: $replaces) {
    receipt { version } errors { code path currentVersion } } }";
const OWN: &str = "query O($id: ID!) { pilot(id: $id) {
    bidDrafts { version answer supplier { name } }
    bids { version pricePence answer answers { criterion text } declarations evidence { name reference expiresOn } } } }";

async fn open_pilot(world: &World) -> Value {
    let norfolk = norfolk(world).await;
    let pilot = drafted(world, &norfolk.approver, "NONE").await;
    publish(world, &norfolk.approver, &pilot).await;
    pilot
}

/// Somebody else in a supplier.
async fn colleague(world: &World, email: &str, supplier: &Supplier) -> String {
    let person_id = world.person(email, "Colleague").await;
    let all = membership::Entity::find().all(world.app.db.read()).await.unwrap();
    let id = Some(uuid_of(&supplier.id));
    let supplier = all.iter().find(|row| row.supplier_id == id).unwrap();
    let row = membership::Model {
        id: world.app.new_id(),
        person_id,
        ..supplier.clone()
    };
    let txn = world.app.db.begin().await.unwrap();
    membership::ActiveModel::from(row)
        .reset_all()
        .insert(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    world.token(email).await
}

#[tokio::test]
async fn colleagues_write_one_draft_saved_as_it_goes_and_submit_it() {
    let world = World::new().await;
    let pilot = open_pilot(&world).await;
    let tidebell = world.supplier("sam@tidebell.example", "Tidebell").await;
    let robin = colleague(&world, "robin@tidebell.example", &tidebell).await;
    let save = async |who: &String, mut said: Value| {
        (said["pilot"], said["supplier"]) = (pilot.clone(), tidebell.id.clone());
        world.data(who, SAVE, json!({ "input": said })).await["bidDraftSave"].clone()
    };
    let begun = save(&tidebell.token, json!({ "answer": CANARY })).await;
    assert_eq!(begun["errors"], json!([]), "{begun}");
    let missing: Vec<&Value> = begun["draft"]["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|gap| &gap["code"])
        .collect();
    assert_eq!(
        json!(missing),
        json!(["BAD_PRICE", "NOT_DECLARED", "NOT_DECLARED", "NOT_DECLARED"])
    );

    // A colleague reads it and goes on; who still writes over the first version hears of it and loses nothing.
    let seen = world.data(&robin, OWN, json!({ "id": pilot })).await;
    assert_eq!(
        seen["pilot"]["bidDrafts"],
        json!([{ "version": 1, "answer": CANARY, "supplier": { "name": "Tidebell" } }])
    );
    let whole = json!({ "replaces": 1, "answer": "We sort them.", "pricePence": 900_000, "declarations": DECLARED,
        "answers": [{ "criterion": 1, "text": "With two vans." }] });
    let saved = save(&robin, whole.clone()).await;
    assert_eq!(
        (&saved["draft"]["version"], &saved["draft"]["missing"]),
        (&json!(2), &json!([])),
        "{saved}"
    );
    let stale = save(&tidebell.token, whole).await;
    assert_eq!(stale["errors"][0]["code"], "CONFLICT", "{stale}");
    assert_eq!(stale["errors"][0]["currentVersion"], 2);

    let submitted = json!({ "pilot": pilot, "supplier": tidebell.id, "version": 2 });
    let receipt = world.data(&tidebell, SUBMIT, submitted).await["bidDraftSubmit"].clone();
    assert_eq!(receipt["receipt"]["version"], 1, "{receipt}");
    let own = world.data(&robin, OWN, json!({ "id": pilot })).await;
    assert_eq!(
        own["pilot"]["bids"],
        json!([{ "version": 1, "pricePence": 900_000, "answer": "We sort them.",
        "answers": [{ "criterion": 1, "text": "With two vans." }], "declarations": DECLARED, "evidence": [] }])
    );
    assert_eq!(
        own["pilot"]["bidDrafts"][0]["version"], 2,
        "the draft stays, to be worked on"
    );

    let cheaper =
        json!({ "replaces": 2, "answer": "We sort them.", "pricePence": 800_000, "declarations": DECLARED });
    save(&robin, cheaper).await;
    let again = json!({ "pilot": pilot, "supplier": tidebell.id, "version": 3, "replaces": 1 });
    let again = world.data(&robin, SUBMIT, again).await;
    assert_eq!(again["bidDraftSubmit"]["receipt"]["version"], 2, "{again}");
}

#[tokio::test]
async fn a_draft_that_makes_no_sense_is_refused_with_every_field_and_one_that_is_short_is_not_submitted() {
    let world = World::new().await;
    let pilot = open_pilot(&world).await;
    let tidebell = world.supplier("sam@tidebell.example", "Tidebell").await;
    let save = async |mut said: Value| {
        (said["pilot"], said["supplier"]) = (pilot.clone(), tidebell.id.clone());
        world.data(&tidebell, SAVE, json!({ "input": said })).await["bidDraftSave"].clone()
    };
    // Criterion 2 is the price.
    let senseless = save(
        json!({ "pricePence": 1_000_001, "answers": [{ "criterion": 2, "text": "Low" },
        { "criterion": 1, "text": "So" }, { "criterion": 1, "text": " " }] }),
    )
    .await;
    let told: Vec<Value> = senseless["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| json!([error["code"], error["path"]]))
        .collect();
    assert_eq!(
        json!(told),
        json!([
            ["BAD_PRICE", "pricePence"],
            ["BAD_CRITERION", "answers.0"],
            ["BAD_CRITERION", "answers.2"],
            ["BAD_ANSWER", "answers.2"]
        ]),
        "{senseless}"
    );

    save(json!({ "pricePence": 5 })).await;
    let submit = |version: i32| json!({ "pilot": pilot, "supplier": tidebell.id, "version": version });
    let short = world.data(&tidebell, SUBMIT, submit(1)).await["bidDraftSubmit"].clone();
    assert_eq!(short["receipt"], Value::Null);
    assert_eq!(
        short["errors"].as_array().unwrap().len(),
        4,
        "an answer and three declarations: {short}"
    );

    let discard = "mutation D($pilot: ID!, $supplier: ID!, $version: Int!) {
        bidDraftDiscard(pilot: $pilot, supplier: $supplier, version: $version) { discarded errors { code } } }";
    let discarded = world.data(&tidebell, discard, submit(1)).await;
    assert_eq!(
        discarded["bidDraftDiscard"],
        json!({ "discarded": true, "errors": [] })
    );
    let gone = world.data(&tidebell, SUBMIT, submit(1)).await;
    assert_eq!(gone["bidDraftSubmit"]["errors"][0]["code"], "NO_DRAFT");
}

#[tokio::test]
async fn what_a_supplier_holds_goes_into_its_bid_as_it_is_that_day_and_a_draft_outlasts_the_deadline() {
    let world = World::new().await;
    let pilot = open_pilot(&world).await;
    let tidebell = world.supplier("sam@tidebell.example", "Tidebell").await;
    let add = "mutation E($id: ID!, $evidence: EvidenceInput!) {
        supplierEvidenceAdd(supplier: $id, evidence: $evidence) { errors { message } } }";
    for (kind, reference, issued, expires) in [
        ("ISO_27001", "IS 512", "2025-02-01", "2028-01-31"),
        ("CYBER_ESSENTIALS", "not yet", "2026-03-01", "2027-02-28"),
    ] {
        let evidence =
            json!({ "kind": kind, "reference": reference, "issuedOn": issued, "expiresOn": expires });
        let added = world
            .data(&tidebell, add, json!({ "id": tidebell.id, "evidence": evidence }))
            .await;
        assert_eq!(added["supplierEvidenceAdd"]["errors"], json!([]));
    }
    let input = json!({ "pilot": pilot, "supplier": tidebell.id, "pricePence": 5, "answer": "So.",
        "declarations": DECLARED });
    world.data(&tidebell, SAVE, json!({ "input": input })).await;
    let submit = json!({ "pilot": pilot, "supplier": tidebell.id, "version": 1 });
    world.data(&tidebell, SUBMIT, submit.clone()).await;
    let held =
        world.data(&tidebell, OWN, json!({ "id": pilot })).await["pilot"]["bids"][0]["evidence"].clone();
    assert_eq!(held.as_array().unwrap().len(), 1, "what holds today: {held}");
    assert_eq!(
        (&held[0]["reference"], &held[0]["expiresOn"]),
        (&json!("IS 512"), &json!("2028-01-31"))
    );

    world.app.clock.advance(Duration::hours(7));
    let late = json!({ "pilot": pilot, "supplier": tidebell.id, "replaces": 1, "answer": "Later." });
    let late = world.data(&tidebell, SAVE, json!({ "input": late })).await;
    assert_eq!(late["bidDraftSave"]["errors"][0]["code"], "NOT_OPEN");
    let own = world.data(&tidebell, OWN, json!({ "id": pilot })).await;
    assert_eq!(
        own["pilot"]["bidDrafts"][0]["answer"], "So.",
        "a draft is its supplier's for good"
    );
    assert_eq!(own["pilot"]["bids"][0]["version"], 1);
    guildhall::alerts::tick(&world.app).await.unwrap();
    let opened = world.data(&tidebell, OWN, json!({ "id": pilot })).await;
    assert_eq!(
        opened, own,
        "whether the bids lie in the tender box or were taken out"
    );
}
