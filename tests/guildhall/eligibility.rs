//! Whether one may bid, told before anything is written; the bid's own check and saved searches say the same.

use crate::pilots::{drafted, norfolk, publish, submit};
use crate::world::{Supplier, World};
use serde_json::{Value, json};

/// Reservations are lawful from 4 February 2026 on.
const LAWFUL: &str = "2026-02-05T09:00:00Z";
const ASK: &str = "query E($id: ID!, $supplier: ID) { pilot(id: $id) { eligibility(supplier: $supplier) {
    supplier { name } mayBid reasons { code message blocks } } } }";
const EDIT: &str = "mutation E($id: ID!, $version: Int!, $profile: SupplierProfileInput!) {
    supplierEditProfile(supplier: $id, version: $version, profile: $profile) { errors { code path } } }";

async fn asked(world: &World, who: &Supplier, pilot: &Value) -> Value {
    let all = world.data(who, ASK, json!({ "id": pilot })).await;
    all["pilot"]["eligibility"][0].clone()
}

fn codes(told: &Value) -> Vec<&str> {
    let reasons = told["reasons"].as_array().unwrap();
    reasons
        .iter()
        .map(|reason| reason["code"].as_str().unwrap())
        .collect()
}

async fn says(world: &World, who: &Supplier, profile: Value) {
    let version = world.version((), &who.id).await;
    let given = json!({ "id": who.id, "version": version, "profile": profile });
    let edited = world.data(who, EDIT, given).await;
    assert_eq!(edited["supplierEditProfile"]["errors"], json!([]));
}

#[tokio::test]
async fn a_size_confirmed_fourteen_months_ago_is_told_before_the_bid_and_with_it() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    says(&world, &one, json!({ "size": "SMALL", "staff": 24 })).await;
    world.app.clock.set("2027-03-20T09:00:00Z".parse().unwrap());
    let token = world.token("one@tidebell.example").await;
    let one = Supplier { token, id: one.id };
    let norfolk = norfolk(&world).await;
    let pilot = drafted(&world, &norfolk.approver, "SME").await;
    publish(&world, &norfolk.approver, &pilot).await;
    let sentence = "your size was confirmed 14 months ago: confirm it again";
    let reason = json!({ "code": "SIZE_OUT_OF_DATE", "message": sentence, "blocks": true });
    let told = json!({ "supplier": { "name": "Tidebell" }, "mayBid": false, "reasons": [reason] });
    assert_eq!(asked(&world, &one, &pilot).await, told);
    let refused = json!([{ "code": "NOT_ELIGIBLE", "path": "supplier" }]);
    assert_eq!(submit(&world, &one, &pilot, 1).await["errors"], refused);
    let confirm =
        "mutation C($id: ID!) { supplierConfirmSize(supplier: $id, version: 2) { errors { code } } }";
    world.data(&one, confirm, json!({ "id": one.id })).await;
    assert_eq!(asked(&world, &one, &pilot).await["mayBid"], true);
    assert_eq!(submit(&world, &one, &pilot, 1).await["errors"], json!([]));
    world.app.clock.advance(chrono::Duration::hours(7));
    let closed = asked(&world, &one, &pilot).await;
    assert_eq!(
        (&closed["mayBid"], codes(&closed)),
        (&json!(false), vec!["NOT_OPEN"])
    );
}

#[tokio::test]
async fn a_pilot_for_local_suppliers_asks_for_an_address_and_leaves_borders_to_the_council() {
    let world = World::new().await;
    world.app.clock.set(LAWFUL.parse().unwrap());
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = drafted(&world, &norfolk.approver, "LOCAL").await;
    publish(&world, &norfolk.approver, &pilot).await;
    assert_eq!(codes(&asked(&world, &one, &pilot).await), ["NO_ADDRESS"]);
    assert_eq!(
        submit(&world, &one, &pilot, 1).await["errors"][0]["code"],
        "NOT_ELIGIBLE"
    );
    for (region, country, expected, may_bid) in [
        (json!("EAST_OF_ENGLAND"), "GB", vec![], true),
        (json!("EAST_MIDLANDS"), "GB", vec!["OTHER_REGION"], true),
        (Value::Null, "GB", vec!["REGION_NOT_STATED"], true),
        (Value::Null, "IE", vec!["OUTSIDE_UK"], false),
    ] {
        let address = json!({ "lines": ["1 Market Place"], "postcode": "ZZ99 3WZ", "country": country, "region": region });
        says(&world, &one, json!({ "address": address })).await;
        let told = asked(&world, &one, &pilot).await;
        assert_eq!(
            (codes(&told), &told["mayBid"]),
            (expected, &json!(may_bid)),
            "{address}"
        );
        let bid = submit(&world, &one, &pilot, 1).await;
        assert_eq!(
            bid["errors"] == json!([]),
            may_bid,
            "the bid's own check agrees: {bid}"
        );
    }
}

#[tokio::test]
async fn each_of_ones_suppliers_is_told_apart_and_others_are_told_nothing() {
    let world = World::new().await;
    world.app.clock.set(LAWFUL.parse().unwrap());
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    let sign_up =
        "mutation { supplierSignUp(input: { name: \"Tidebell Trust\", vcse: true }) { supplier { id } } }";
    let trust = world.data(&one, sign_up, Value::Null).await["supplierSignUp"]["supplier"]["id"].clone();
    let pilot = drafted(&world, &norfolk.approver, "VCSE").await;
    publish(&world, &norfolk.approver, &pilot).await;
    let all = world.data(&one, ASK, json!({ "id": pilot })).await;
    let all = all["pilot"]["eligibility"].as_array().unwrap();
    let mut answers: Vec<_> = all
        .iter()
        .map(|told| {
            (
                told["supplier"]["name"].as_str().unwrap(),
                codes(told),
                told["mayBid"] == true,
            )
        })
        .collect();
    answers.sort_unstable();
    let expected = [
        ("Tidebell", vec!["NOT_VCSE"], false),
        ("Tidebell Trust", vec![], true),
    ];
    assert_eq!(answers, expected);
    let of_trust = json!({ "id": pilot, "supplier": trust });
    let only = world.data(&one, ASK, of_trust.clone()).await;
    assert_eq!(only["pilot"]["eligibility"].as_array().unwrap().len(), 1);
    let nothing = json!({ "pilot": { "eligibility": [] } });
    assert_eq!(
        world.data(&two, ASK, of_trust.clone()).await,
        nothing,
        "not theirs"
    );
    assert_eq!(world.data((), ASK, of_trust.clone()).await, nothing);
    assert_eq!(world.data(&norfolk.approver, ASK, of_trust).await, nothing);
}
