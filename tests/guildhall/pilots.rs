//! From a need to an award: sealed until the deadline, feedback for everybody, a contract in the register.

use crate::world::World;
use chrono::Duration;
use guildhall::access::{CouncilRole, Viewer, accounts};
use guildhall::councils::directory;
use serde_json::{Value, json};

const CANARY: &str = "canary-7f3a";

struct Bidder {
    token: String,
    supplier: Value,
}

async fn ask(world: &World, token: &str, text: &str, variables: Value) -> Value {
    let answer = world.query(Some(token), text, variables).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].clone()
}

async fn member(world: &World, email: &str, role: CouncilRole) -> String {
    let person = world.person(email, "Member").await;
    let council = directory().find("norfolk").unwrap().id;
    accounts::join_council(&world.app, &Viewer::System, person, council, role)
        .await
        .unwrap();
    world.token(email).await
}

async fn bidder(world: &World, email: &str, name: &str) -> Bidder {
    let text =
        "mutation U($input: SupplierSignUpInput!) { supplierSignUp(input: $input) { supplier { id } } }";
    let input = json!({ "input": { "email": email, "name": name, "supplier": name, "password": crate::world::PASSWORD } });
    let answer = world.query(None, text, input).await;
    let supplier = answer["data"]["supplierSignUp"]["supplier"]["id"].clone();
    Bidder {
        token: world.token(email).await,
        supplier,
    }
}

/// A pilot published by Norfolk, open for six hours: sessions last twelve.
async fn published(world: &World, approver: &str) -> Value {
    let council = ask(
        world,
        approver,
        "query C { council(code: \"norfolk\") { id } }",
        Value::Null,
    )
    .await["council"]["id"]
        .clone();
    let need = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } } }";
    let input = json!({ "input": { "council": council, "title": "Missed bins", "problem": "Paper.", "outcomes": "Fewer." } });
    let need = ask(world, approver, need, input).await["needState"]["need"]["id"].clone();
    let draft = "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id title phase } errors { code message } } }";
    let input = json!({ "input": { "council": council, "need": need, "capPence": 1_000_000, "weeks": 12, "criteria": [
        { "kind": "QUALITY", "name": "Approach", "description": "How", "weight": 60 },
        { "kind": "PRICE", "name": "Price", "description": "Lowest over price", "weight": 40 } ] } });
    let drafted = ask(world, approver, draft, input).await["pilotDraft"].clone();
    assert_eq!(drafted["pilot"]["title"], "Missed bins", "typed once: {drafted}");
    let id = drafted["pilot"]["id"].clone();
    let hidden = world
        .query(
            None,
            "query P($id: ID!) { pilot(id: $id) { title } }",
            json!({ "id": id }),
        )
        .await;
    assert_eq!(
        hidden["data"]["pilot"],
        Value::Null,
        "a draft is not found by others"
    );
    let publish = "mutation P($id: ID!, $at: DateTime!) { pilotPublish(pilot: $id, deadlineAt: $at) { errors { code } } }";
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    ask(world, approver, publish, json!({ "id": id, "at": at })).await;
    id
}

const SUBMIT: &str = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) {
    receipt { version digest } errors { code path } } }";
const BIDS: &str =
    "query B($id: ID!) { pilot(id: $id) { phase outcomeReason bids { id state pricePence answer feedback
    supplier { name } } contract { title valuePence suppliers { name } windows { kind } } } }";

async fn submit(world: &World, bidder: &Bidder, pilot: &Value, price: i64) -> Value {
    let input = json!({ "input": { "pilot": pilot, "supplier": bidder.supplier, "pricePence": price, "answer": CANARY } });
    ask(world, &bidder.token, SUBMIT, input).await["bidSubmit"].clone()
}

#[tokio::test]
async fn a_pilot_goes_from_need_to_award_and_stays_sealed_until_its_deadline() {
    let world = World::new().await;
    let approver = member(&world, "a@norfolk.example", CouncilRole::Approver).await;
    let evaluator = member(&world, "e@norfolk.example", CouncilRole::Evaluator).await;
    let admin = member(&world, "d@norfolk.example", CouncilRole::Administrator).await;
    let one = bidder(&world, "one@tidebell.example", "Tidebell").await;
    let two = bidder(&world, "two@copperwren.example", "Copperwren").await;
    let pilot = published(&world, &approver).await;
    let id = json!({ "id": pilot });
    assert_eq!(
        submit(&world, &one, &pilot, 500_000).await["receipt"]["version"],
        1
    );
    let empty = ask(&world, &approver, BIDS, id.clone()).await;
    assert_eq!(
        submit(&world, &two, &pilot, 1_000_000).await["receipt"]["version"],
        1
    );
    assert_eq!(
        submit(&world, &one, &pilot, 400_000).await["receipt"]["version"],
        2,
        "replaced"
    );
    for token in [&approver, &evaluator, &admin] {
        assert_eq!(
            ask(&world, token, BIDS, id.clone()).await,
            empty,
            "neither what they say nor how many"
        );
    }
    let own = ask(&world, &one.token, BIDS, id.clone()).await;
    assert_eq!(
        own["pilot"]["bids"].as_array().unwrap().len(),
        1,
        "its own, not the other's: {own}"
    );
    let anonymous = world.query(None, BIDS, id.clone()).await.to_string();
    assert!(!anonymous.contains(CANARY));

    world.app.clock.advance(Duration::hours(6));
    assert_eq!(
        submit(&world, &two, &pilot, 300_000).await["errors"][0]["code"],
        "NOT_OPEN",
        "at the deadline"
    );
    let opened = ask(&world, &evaluator, BIDS, id.clone()).await;
    let bids = opened["pilot"]["bids"].as_array().unwrap().clone();
    assert_eq!(bids.len(), 2, "{opened}");
    let score = "mutation S($input: BidScoreInput!) { bidScore(input: $input) { errors { code message } } }";
    for bid in &bids {
        let input =
            json!({ "pilot": pilot, "bid": bid["id"], "criterion": 1, "score": 80, "reason": "sound" });
        assert_eq!(
            ask(&world, &evaluator, score, json!({ "input": input })).await["bidScore"]["errors"],
            json!([])
        );
    }
    let award = "mutation A($input: PilotAwardInput!) { pilotAward(input: $input) { pilot { phase } errors { code } } }";
    let winner = bids.iter().find(|bid| bid["pricePence"] == 400_000).unwrap();
    let mut input = json!({ "pilot": pilot, "bid": winner["id"], "reason": "best", "feedback": [] });
    let refused = ask(&world, &approver, award, json!({ "input": input })).await;
    assert_eq!(refused["pilotAward"]["errors"][0]["code"], "NO_FEEDBACK");
    input["feedback"] = bids
        .iter()
        .map(|bid| json!({ "bid": bid["id"], "text": "thank you" }))
        .collect();
    let awarded = ask(&world, &approver, award, json!({ "input": input })).await;
    assert_eq!(awarded["pilotAward"]["pilot"]["phase"], "AWARDED", "{awarded}");
    let again = ask(&world, &approver, award, json!({ "input": input })).await;
    assert_eq!(again["pilotAward"]["errors"][0]["code"], "NOT_CLOSED");

    let lost = ask(&world, &two.token, BIDS, id).await;
    assert_eq!(lost["pilot"]["bids"][0]["feedback"], "thank you", "{lost}");
    let contract = &lost["pilot"]["contract"];
    assert_eq!(
        (&contract["title"], &contract["valuePence"]),
        (&json!("Missed bins"), &json!(400_000))
    );
    assert_eq!(contract["suppliers"][0]["name"], "Tidebell");
    assert!(
        !contract["windows"].as_array().unwrap().is_empty(),
        "its windows are armed: {contract}"
    );
}

#[tokio::test]
async fn a_bid_is_for_the_suppliers_own_and_within_the_cap() {
    let world = World::new().await;
    let approver = member(&world, "a@norfolk.example", CouncilRole::Approver).await;
    let one = bidder(&world, "one@tidebell.example", "Tidebell").await;
    let two = bidder(&world, "two@copperwren.example", "Copperwren").await;
    let pilot = published(&world, &approver).await;
    assert_eq!(
        submit(&world, &one, &pilot, 1_000_001).await["errors"][0]["code"],
        "BAD_PRICE"
    );
    let stolen = Bidder {
        token: two.token,
        supplier: one.supplier,
    };
    let input =
        json!({ "input": { "pilot": pilot, "supplier": stolen.supplier, "pricePence": 1, "answer": "x" } });
    let answer = world.query(Some(&stolen.token), SUBMIT, input).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "NOT_ALLOWED",
        "{answer}"
    );
}
