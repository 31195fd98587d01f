//! From a need to an award: sealed until the deadline, feedback for everybody, a contract in the register; and the
//! other ways in which a pilot ends.

mod addenda;
mod drafts;
mod ended;
mod lawful;
mod reuse;
mod timetable;

use crate::evaluating::{declared, evaluated, lock, score, seen, submit as submit_scores};
use crate::world::{DECLARED, Supplier, World};
use chrono::Duration;
use guildhall::access::CouncilRole;
use guildhall::runtime::outbox;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(crate) const CANARY: &str = "canary-7f3a";
const DRAFT: &str = "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) {
    pilot { id title phase reservation service { lgsl } need { title } } errors { code path message } } }";
const PUBLISH: &str = "mutation P($id: ID!, $version: Int!, $at: DateTime!) {
    pilotPublish(pilot: $id, version: $version, deadlineAt: $at) { errors { code } } }";
const SUBMIT: &str = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) {
    receipt { version digest } errors { code path } } }";
const BIDS: &str = "query B($id: ID!) { pilot(id: $id) { phase outcomeReason
    bids { id state pricePence answer feedback canonicalContent receipt { digest } supplier { name }
        points { criterion points reasons } winnersPoints { points reasons } }
    contract { title valuePence suppliers { name } windows { kind } service { lgsl } } } }";
const AWARD: &str = "mutation A($input: PilotAwardInput!) { pilotAward(input: $input) {
    pilot { phase } errors { code } } }";

/// The people of Norfolk who make a pilot.
pub(crate) struct Norfolk {
    pub(crate) approver: String,
    evaluator: String,
    administrator: String,
}

pub(crate) async fn norfolk(world: &World) -> Norfolk {
    Norfolk {
        approver: world
            .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
            .await,
        evaluator: world
            .member("e@norfolk.example", "norfolk", CouncilRole::Evaluator)
            .await,
        administrator: world
            .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
            .await,
    }
}

/// A pilot of Norfolk's from a need, drafted.
pub(crate) async fn drafted(world: &World, approver: &String, reservation: &str) -> Value {
    let council = world.council("norfolk").await;
    let need = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } } }";
    let input = json!({ "council": council, "title": "Missed bins", "problem": "Paper.", "outcomes": "Fewer.",
        "service": 528 });
    let need = world.data(approver, need, json!({ "input": input })).await["needState"]["need"]["id"].clone();
    let input = json!({ "council": council, "need": need, "capPence": 1_000_000, "weeks": 12,
        "reservation": reservation, "criteria": [
        { "kind": "QUALITY", "name": "Approach", "description": "How", "weight": 60 },
        { "kind": "PRICE", "name": "Price", "description": "Lowest over price", "weight": 40 } ] });
    let drafted = world.data(approver, DRAFT, json!({ "input": input })).await["pilotDraft"]["pilot"].clone();
    assert_eq!(drafted["title"], "Missed bins", "typed once: {drafted}");
    assert_eq!(
        (&drafted["service"]["lgsl"], &drafted["need"]["title"]),
        (&json!(528), &json!("Missed bins"))
    );
    drafted["id"].clone()
}

/// The same, published and open for six hours: sessions last twelve.
async fn published(world: &World, approver: &String) -> Value {
    let id = drafted(world, approver, "NONE").await;
    publish(world, approver, &id).await;
    id
}

/// Publishes what the approver wrote, by another approver.
pub(crate) async fn publish(world: &World, approver: &String, id: &Value) {
    let version = world.version(approver, id).await;
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let another = format!("{}@norfolk.example", id.as_str().unwrap());
    let another = world.member(&another, "norfolk", CouncilRole::Approver).await;
    let published = world
        .data(
            &another,
            PUBLISH,
            json!({ "id": id, "version": version, "at": at }),
        )
        .await;
    assert_eq!(published["pilotPublish"]["errors"], json!([]));
}

pub(crate) async fn submit(world: &World, bidder: &Supplier, pilot: &Value, price: i64) -> Value {
    let own = "query O($id: ID!) { pilot(id: $id) { bids { version } } }";
    let own = world.data(bidder, own, json!({ "id": pilot })).await;
    let replaces = &own["pilot"]["bids"][0]["version"];
    let input = json!({ "pilot": pilot, "supplier": bidder.id, "replaces": replaces, "pricePence": price,
        "answer": CANARY, "declarations": DECLARED });
    world.data(bidder, SUBMIT, json!({ "input": input })).await["bidSubmit"].clone()
}

fn feedback(bids: &[Value]) -> Value {
    bids.iter()
        .map(|bid| json!({ "bid": bid["id"], "text": "thank you" }))
        .collect()
}

#[tokio::test]
async fn a_pilot_goes_from_need_to_award_and_stays_sealed_until_its_deadline() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    let pilot = published(&world, &norfolk.approver).await;
    let id = json!({ "id": pilot });
    let council = [&norfolk.approver, &norfolk.evaluator, &norfolk.administrator];
    assert_eq!(
        submit(&world, &one, &pilot, 500_000).await["receipt"]["version"],
        1
    );
    let empty = world.data(&norfolk.approver, BIDS, id.clone()).await;
    assert_eq!(
        submit(&world, &two, &pilot, 1_000_000).await["receipt"]["version"],
        1
    );
    assert_eq!(
        submit(&world, &one, &pilot, 400_000).await["receipt"]["version"],
        2,
        "replaced"
    );
    for token in council {
        let seen = world.data(token, BIDS, id.clone()).await;
        assert_eq!(seen, empty, "neither what they say nor how many");
    }
    let own = world.data(&one, BIDS, id.clone()).await;
    assert_eq!(
        own["pilot"]["bids"].as_array().unwrap().len(),
        1,
        "its own, not the other's: {own}"
    );
    assert!(
        !world
            .query(None, BIDS, id.clone())
            .await
            .to_string()
            .contains(CANARY)
    );

    world.app.clock.advance(Duration::hours(6));
    assert_eq!(
        submit(&world, &two, &pilot, 300_000).await["errors"][0]["code"],
        "NOT_OPEN",
        "at the deadline"
    );
    let panel = [&norfolk.evaluator, &norfolk.administrator];
    declared(&world, &norfolk.approver, &pilot, &panel).await;
    let opened = world.data(&norfolk.evaluator, BIDS, id.clone()).await;
    let bids = opened["pilot"]["bids"].as_array().unwrap().clone();
    assert_eq!(bids.len(), 2, "{opened}");
    let winner = bids.iter().find(|bid| bid["pricePence"] == 400_000).unwrap();
    let loser = bids.iter().find(|bid| bid["pricePence"] == 1_000_000).unwrap();
    for bid in [winner, loser] {
        let content = bid["canonicalContent"].as_str().unwrap();
        assert_eq!(
            bid["receipt"]["digest"],
            hex::encode(Sha256::digest(content)),
            "what was sealed was opened"
        );
    }
    let mut input = json!({ "pilot": pilot, "version": 2, "bids": [winner["id"]], "reason": "best", "feedback": feedback(&bids) });
    let early = world
        .data(&norfolk.approver, AWARD, json!({ "input": input }))
        .await;
    assert_eq!(early["pilotAward"]["errors"][0]["code"], "NOT_LOCKED");
    for (who, points) in panel.into_iter().zip([70, 71]) {
        score(&world, who, &pilot, &winner["id"], 80).await;
        score(&world, who, &pilot, &loser["id"], points).await;
        submit_scores(&world, who, &pilot).await;
    }
    lock(&world, &norfolk.evaluator, &pilot).await;
    let waiting = world.data(&two, BIDS, id.clone()).await;
    assert_eq!(
        waiting["pilot"]["bids"][0]["points"],
        json!([]),
        "no points before the decision"
    );
    let stale = world
        .data(&norfolk.approver, AWARD, json!({ "input": input }))
        .await;
    assert_eq!(
        stale["pilotAward"]["errors"],
        json!([{ "code": "CONFLICT" }]),
        "locked since"
    );
    input["version"] = world.version(&norfolk.approver, &pilot).await;
    input["feedback"] = json!([]);
    let refused = world
        .data(&norfolk.approver, AWARD, json!({ "input": input }))
        .await;
    assert_eq!(
        refused["pilotAward"]["errors"].as_array().unwrap().len(),
        2,
        "{refused}"
    );
    assert_eq!(refused["pilotAward"]["errors"][0]["code"], "NO_FEEDBACK");
    input["feedback"] = feedback(&bids);
    let awarded = world
        .data(&norfolk.approver, AWARD, json!({ "input": input }))
        .await;
    assert_eq!(awarded["pilotAward"]["pilot"]["phase"], "AWARDED", "{awarded}");
    input["version"] = world.version(&norfolk.approver, &pilot).await;
    let again = world
        .data(&norfolk.approver, AWARD, json!({ "input": input }))
        .await;
    assert_eq!(again["pilotAward"]["errors"][0]["code"], "NOT_CLOSED");

    let lost = world.data(&two, BIDS, id).await;
    let bid = &lost["pilot"]["bids"][0];
    assert_eq!(
        (&bid["feedback"], &bid["state"]),
        (&json!("thank you"), &json!("NOT_AWARDED")),
        "{lost}"
    );
    let points = json!([{ "criterion": "Approach", "points": 70.5, "reasons": ["sound", "sound"] },
        { "criterion": "Price", "points": 40.0, "reasons": [] }]);
    assert_eq!(bid["points"], points);
    let winners = json!([{ "points": 80.0, "reasons": [] }, { "points": 100.0, "reasons": [] }]);
    assert_eq!(bid["winnersPoints"], winners);
    let contract = &lost["pilot"]["contract"];
    assert_eq!(contract["title"], "Missed bins");
    assert_eq!(
        (&contract["valuePence"], &contract["service"]["lgsl"]),
        (&json!(400_000), &json!(528))
    );
    assert_eq!(contract["suppliers"][0]["name"], "Tidebell");
    assert!(
        !contract["windows"].as_array().unwrap().is_empty(),
        "its windows are armed: {contract}"
    );

    outbox::deliver_due(&world.app).await.unwrap();
    let told = world.smtp.received(2).await;
    let to_loser = told
        .iter()
        .rfind(|mail| mail.to == ["two@copperwren.example"])
        .unwrap();
    let mail = MessageParser::default().parse(&to_loser.bytes).unwrap();
    assert_eq!(mail.subject().unwrap(), "Your bid was not chosen: Missed bins");
    let text = mail.body_text(0).unwrap();
    assert!(
        text.contains("Approach (weight 60): 70.50 (the winner: 80.00)") && text.contains("thank you"),
        "{text}"
    );
    assert!(
        text.contains("The council has chosen the bid of Tidebell.") && text.contains("Total of 100:"),
        "{text}"
    );
    assert!(!text.contains(CANARY));
}

#[tokio::test]
async fn a_bid_is_for_the_suppliers_own_and_within_the_cap() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    let pilot = published(&world, &norfolk.approver).await;
    assert_eq!(
        submit(&world, &one, &pilot, 1_000_001).await["errors"][0]["code"],
        "BAD_PRICE"
    );
    let input = json!({ "pilot": pilot, "supplier": one.id, "pricePence": 1, "answer": "x", "declarations": DECLARED });
    assert_eq!(
        world.refusal(&two, SUBMIT, json!({ "input": input })).await,
        "NOT_ALLOWED"
    );
}

#[tokio::test]
async fn a_reserved_pilot_takes_bids_only_of_those_whose_profile_says_so() {
    let world = World::new().await;
    // Councils in England may reserve from the day before.
    world.app.clock.set("2026-02-05T09:00:00Z".parse().unwrap());
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = drafted(&world, &norfolk.approver, "VCSE").await;
    publish(&world, &norfolk.approver, &pilot).await;
    assert_eq!(
        submit(&world, &one, &pilot, 1).await["errors"][0]["code"],
        "NOT_ELIGIBLE"
    );
    let edit = "mutation E($id: ID!, $profile: SupplierProfileInput!) {
        supplierEditProfile(supplier: $id, version: 1, profile: $profile) { supplier { vcse size } errors { code path } } }";
    let wrong = json!({ "id": one.id, "profile": { "website": "javascript:alert(1)" } });
    let refused = world.data(&one, edit, wrong).await;
    assert_eq!(
        refused["supplierEditProfile"]["errors"],
        json!([{ "code": "BAD_WEBSITE", "path": "website" }])
    );
    let says = json!({ "id": one.id, "profile": { "vcse": true, "size": "MICRO" } });
    let edited = world.data(&one, edit, says.clone()).await;
    assert_eq!(
        edited["supplierEditProfile"]["supplier"],
        json!({ "vcse": true, "size": "MICRO" })
    );
    assert_eq!(submit(&world, &one, &pilot, 1).await["errors"], json!([]));
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    assert_eq!(world.refusal(&two, edit, says).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn what_is_not_public_is_not_found_by_others() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let pilot = drafted(&world, &norfolk.approver, "NONE").await;
    let review = "mutation R($id: ID!) { pilotSubmitForReview(pilot: $id, version: 1) { pilot { phase } errors { code } } }";
    let reviewed = world
        .data(&norfolk.approver, review, json!({ "id": pilot }))
        .await;
    assert_eq!(reviewed["pilotSubmitForReview"]["pilot"]["phase"], "IN_REVIEW");
    let list = "query L($filter: PilotFilter) { pilots(filter: $filter) { edges { node { phase } } } }";
    let withdraw = "mutation W($id: ID!) { pilotWithdraw(pilot: $id, version: 2, reason: \"merged\") { pilot { phase } } }";
    let seen = |answer: Value| answer["pilots"]["edges"].as_array().unwrap().len();
    for (phase, filter) in [("IN_REVIEW", "IN_REVIEW"), ("WITHDRAWN", "WITHDRAWN")] {
        let filter = json!({ "filter": { "phases": [filter] } });
        assert_eq!(
            seen(world.data(&norfolk.approver, list, filter.clone()).await),
            1,
            "{phase}"
        );
        assert_eq!(seen(world.data(&one, list, filter).await), 0, "{phase}");
        assert_eq!(
            world.data(&one, BIDS, json!({ "id": pilot })).await["pilot"],
            Value::Null,
            "{phase}"
        );
        assert_eq!(
            world.refusal(&one, withdraw, json!({ "id": pilot })).await,
            "NOT_FOUND",
            "{phase}"
        );
        if phase == "IN_REVIEW" {
            let done = world
                .data(&norfolk.approver, withdraw, json!({ "id": pilot }))
                .await;
            assert_eq!(done["pilotWithdraw"]["pilot"]["phase"], "WITHDRAWN");
        }
    }
}

#[tokio::test]
async fn questions_are_answered_for_everybody_and_their_asker_is_not_named() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    let pilot = published(&world, &norfolk.approver).await;
    let ask = "mutation A($pilot: ID!, $supplier: ID!) {
        pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: \"How many rounds?\") {
            question { id state own } errors { code } } }";
    let by_one = json!({ "pilot": pilot, "supplier": one.id });
    assert_eq!(world.refusal(&two, ask, by_one.clone()).await, "NOT_ALLOWED");
    let asked = world.data(&one, ask, by_one.clone()).await["pilotQuestionAsk"]["question"].clone();
    let read = "query Q($id: ID!) { pilot(id: $id) { questions { question answer state own } } }";
    let seen = |answer: Value| answer["pilot"]["questions"].clone();
    let id = json!({ "id": pilot });
    assert_eq!(
        seen(world.data(&two, read, id.clone()).await),
        json!([]),
        "not before it is answered"
    );
    assert_eq!(
        seen(world.data(&norfolk.approver, read, id.clone()).await)
            .as_array()
            .unwrap()
            .len(),
        1
    );
    let answer = "mutation R($id: ID!, $version: Int!, $state: PilotQuestionState!, $because: String) {
        pilotQuestionAnswer(question: $id, version: $version, state: $state, answer: \"Forty.\",
            privateBecause: $because) { errors { code path } } }";
    let mut published = json!({ "id": asked["id"], "version": 1, "state": "ANSWERED_AND_PUBLISHED" });
    assert_eq!(
        world.refusal(&two, answer, published.clone()).await,
        "NOT_FOUND",
        "not even that it was asked"
    );
    let done = world.data(&norfolk.approver, answer, published.clone()).await;
    assert_eq!(done["pilotQuestionAnswer"]["errors"], json!([]));
    let everybody = world.data((), read, id.clone()).await;
    assert!(!everybody.to_string().contains("Tidebell"));
    let shown = json!([{ "question": "How many rounds?", "answer": "Forty.", "state": "ANSWERED_AND_PUBLISHED",
        "own": false }]);
    assert_eq!(seen(everybody), shown);
    published["version"] = json!(2);
    let twice = world.data(&norfolk.approver, answer, published).await;
    assert_eq!(twice["pilotQuestionAnswer"]["errors"][0]["code"], "ANSWERED");
    let private = world.data(&one, ask, by_one.clone()).await["pilotQuestionAsk"]["question"]["id"].clone();
    let mut private = json!({ "id": private, "version": 1, "state": "ANSWERED_PRIVATELY" });
    let bare = world.data(&norfolk.approver, answer, private.clone()).await;
    assert_eq!(
        bare["pilotQuestionAnswer"]["errors"],
        json!([{ "code": "BAD_REASON", "path": "privateBecause" }]),
        "an answer to the asker alone needs a reason"
    );
    private["because"] = json!("It tells of their sensor.");
    let done = world.data(&norfolk.approver, answer, private).await;
    assert_eq!(done["pilotQuestionAnswer"]["errors"], json!([]));
    assert_eq!(
        seen(world.data(&two, read, id.clone()).await)
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        seen(world.data(&one, read, id).await).as_array().unwrap().len(),
        2
    );
    world.app.clock.advance(Duration::hours(6));
    assert_eq!(
        world.data(&one, ask, by_one).await["pilotQuestionAsk"]["errors"][0]["code"],
        "NOT_OPEN"
    );
}
