//! The dated table of law: what may be reserved, where, when and for how much; shown with its sources, and corrected by
//! an operator on the record.

use super::norfolk;
use crate::world::World;
use chrono::Duration;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const DRAFT: &str = "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id } errors { code path } } }";
const REFUSED: &str = "mutation P($id: ID!, $version: Int!, $at: DateTime!) {
    pilotPublish(pilot: $id, version: $version, deadlineAt: $at) { errors { code path message } } }";
const GUIDANCE: &str = "query G($id: ID!, $on: NaiveDate) { pilot(id: $id) { lawfulBecause guidance(asOf: $on) { asOf
    estimatedValuePence threshold { amount fromOn source withVat } belowThreshold notifiable notifiableFrom { amount }
    reservation { rule } reservationRefusedBecause note } } }";
const LAW: &str = "query L($on: NaiveDate, $first: Int, $after: String) { law(asOf: $on, first: $first, after: $after) {
    edges { cursor node { id rule nation amount withVat fromOn toOn source version } } pageInfo { hasNextPage } } }";

async fn drafted(world: &World, who: &String, council: &str, reservation: &str, cap_pence: i64) -> Value {
    let input = json!({ "council": world.council(council).await, "title": "Bins", "summary": "s", "successMeasures": "m",
        "capPence": cap_pence, "weeks": 12, "reservation": reservation, "criteria": [
        { "kind": "QUALITY", "name": "q", "description": "d", "weight": 60 },
        { "kind": "PRICE", "name": "p", "description": "d", "weight": 40 }] });
    let made = world.data(who, DRAFT, json!({ "input": input })).await;
    assert_eq!(made["pilotDraft"]["errors"], json!([]));
    made["pilotDraft"]["pilot"]["id"].clone()
}

async fn publish(world: &World, who: &String, id: &Value) -> Value {
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let variables = json!({ "id": id, "version": world.version(who, id).await, "at": at });
    world.data(who, REFUSED, variables).await["pilotPublish"]["errors"].clone()
}

fn says(errors: &Value, words: &str) {
    assert_eq!(errors[0]["code"], "NOT_LAWFUL", "{errors}");
    assert_eq!(errors[0]["path"], "reservation");
    let message = errors[0]["message"].as_str().unwrap();
    assert!(message.contains(words), "{words} in {message}");
}

#[tokio::test]
async fn a_reserved_pilot_is_published_only_where_when_and_for_as_much_as_the_law_lets() {
    let world = World::new().await;
    world.app.clock.set("2026-02-03T23:00:00Z".parse().unwrap());
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let fife = world
        .member("a@fife.example", "fife", CouncilRole::Approver)
        .await;
    // A cap of 173,099 pounds and a fifth is 207,718.80; a pound more makes 207,720, the threshold itself.
    let sme = drafted(&world, &approver, "norfolk", "SME", 17_309_900).await;
    let dear = drafted(&world, &approver, "norfolk", "VCSE", 17_310_000).await;
    let there = drafted(&world, &fife, "fife", "LOCAL", 100).await;
    let early = publish(&world, &approver, &sme).await;
    says(&early, "from 4 February 2026, and this is 3 February 2026");
    world.app.clock.advance(Duration::hours(1));
    assert_eq!(publish(&world, &approver, &sme).await, json!([]), "at midnight");
    says(
        &publish(&world, &approver, &dear).await,
        "\u{a3}207,720 with VAT, is not below the threshold for goods and services, \u{a3}207,720",
    );
    let abroad = publish(&world, &fife, &there).await;
    says(&abroad, "no rule is known by which councils in Scotland");
    assert_eq!(abroad.as_array().unwrap().len(), 2, "nor any threshold: {abroad}");
    let edit = "mutation E($id: ID!) { pilotEdit(input: { pilot: $id, version: 1, reservation: NONE }) { errors { code } } }";
    world.data(&fife, edit, json!({ "id": there })).await;
    assert_eq!(publish(&world, &fife, &there).await, json!([]), "for anybody");

    let read = world.data((), GUIDANCE, json!({ "id": sme })).await["pilot"].clone();
    let because = read["lawfulBecause"].as_str().unwrap();
    for part in [
        "small and medium enterprises",
        "England",
        "4 February 2026",
        "Local Government (Exclusion of Non-commercial Considerations) (England) Order 2026",
        "\u{a3}207,718.80 with VAT",
        "\u{a3}207,720",
        "SI 2025/1200",
        "not legal advice",
    ] {
        assert!(because.contains(part), "{part} in {because}");
    }
    let bare = world.data((), GUIDANCE, json!({ "id": there })).await["pilot"]["lawfulBecause"].clone();
    assert_eq!(bare, Value::Null, "nothing was reserved");
    let log = "query L($id: ID!) { auditEntries(subject: $id, first: 1) { edges { node { detail } } } }";
    let log = world.data(&approver, log, json!({ "id": sme })).await.to_string();
    assert!(log.contains("reservation is lawful because"), "{log}");
}

#[tokio::test]
async fn a_pilot_shows_its_threshold_and_whether_notices_are_due_on_any_day() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    // 25,000 pounds and a fifth are 30,000.
    let at = drafted(&world, &norfolk.approver, "norfolk", "SME", 2_500_000).await;
    let below = drafted(&world, &norfolk.approver, "norfolk", "NONE", 2_499_999).await;
    let on = async |id: &Value, day: &str| {
        let variables = json!({ "id": id, "on": day });
        world.data(&norfolk.approver, GUIDANCE, variables).await["pilot"]["guidance"].clone()
    };
    let told = on(&at, "2026-03-01").await;
    let expected = json!({ "asOf": "2026-03-01", "estimatedValuePence": 3_000_000,
        "threshold": { "amount": 20_772_000, "fromOn": "2026-01-01", "withVat": true,
            "source": "Procurement Act 2023 (Threshold Amounts) (Amendment) Regulations 2025, SI 2025/1200" },
        "belowThreshold": true, "notifiable": true, "notifiableFrom": { "amount": 3_000_000 },
        "reservation": { "rule": "RESERVE_SME" }, "reservationRefusedBecause": [],
        "note": "Guidance from the figures that this Guildhall goes by, and not legal advice." });
    assert_eq!(told, expected);
    assert_eq!(on(&below, "2026-03-01").await["notifiable"], false);
    let before = on(&at, "2025-12-31").await;
    assert_eq!(
        before["threshold"]["amount"], 21_490_400,
        "the figure of the day before"
    );
    assert_eq!(before["reservation"], Value::Null);
    assert_eq!(before["reservationRefusedBecause"].as_array().unwrap().len(), 1);
    let works = "mutation E($id: ID!) { pilotEdit(input: { pilot: $id, version: 1, category: WORKS }) { errors { code } } }";
    world.data(&norfolk.approver, works, json!({ "id": below })).await;
    assert_eq!(on(&below, "2026-03-01").await["threshold"]["amount"], 519_300_000);
    let unknown = on(&below, "2024-01-01").await;
    assert_eq!(
        (&unknown["threshold"], &unknown["belowThreshold"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn an_operator_corrects_the_table_on_the_record_and_it_holds_from_the_next_publication_on() {
    let world = World::new().await;
    world.app.clock.set("2026-03-02T09:00:00Z".parse().unwrap());
    let norfolk = norfolk(&world).await;
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let first = drafted(&world, &norfolk.approver, "norfolk", "LOCAL", 100).await;
    let second = drafted(&world, &norfolk.approver, "norfolk", "LOCAL", 100).await;
    assert_eq!(publish(&world, &norfolk.administrator, &first).await, json!([]));
    let because = world.data((), GUIDANCE, json!({ "id": first })).await["pilot"]["lawfulBecause"].clone();

    let entries = world
        .data((), LAW, json!({ "on": "2026-03-02", "first": 100 }))
        .await["law"]
        .clone();
    let entries = entries["edges"].as_array().unwrap();
    let local = entries
        .iter()
        .find(|edge| edge["node"]["rule"] == "RESERVE_LOCAL")
        .unwrap()["node"]
        .clone();
    assert_eq!(
        (&local["fromOn"], &local["amount"]),
        (&json!("2026-02-04"), &Value::Null)
    );
    let correct = "mutation C($input: LawCorrectInput!) { lawCorrect(input: $input) { entry { toOn version } errors { code path } } }";
    let ended = json!({ "input": { "entry": local["id"], "version": 1, "toOn": "2026-03-01" } });
    assert_eq!(
        world
            .refusal(&norfolk.administrator, correct, ended.clone())
            .await,
        "NOT_ALLOWED"
    );
    let done = world.data(&operator, correct, ended).await["lawCorrect"]["entry"].clone();
    assert_eq!(done, json!({ "toOn": "2026-03-01", "version": 2 }));
    says(
        &publish(&world, &norfolk.administrator, &second).await,
        "no rule is known by which councils in England",
    );
    let kept = world.data((), GUIDANCE, json!({ "id": first })).await["pilot"]["lawfulBecause"].clone();
    assert_eq!(kept, because, "what was published keeps its reasons");

    let add = "mutation A($input: LawAddInput!) { lawAdd(input: $input) { entry { rule fromOn } errors { code path } } }";
    let again =
        json!({ "rule": "RESERVE_LOCAL", "nation": "ENGLAND", "fromOn": "2026-03-01", "source": "An Order" });
    let twice = world.data(&operator, add, json!({ "input": again })).await["lawAdd"]["errors"].clone();
    assert_eq!(twice, json!([{ "code": "OVERLAPS", "path": "fromOn" }]));
    let mut later = again;
    later["fromOn"] = json!("2026-03-02");
    let added = world.data(&operator, add, json!({ "input": later })).await["lawAdd"]["errors"].clone();
    assert_eq!(added, json!([]));
    assert_eq!(publish(&world, &norfolk.administrator, &second).await, json!([]));
    let log = "query L($id: ID!) { auditEntries(subject: $id) { edges { node { actor detail } } } }";
    let log = world.data(&operator, log, json!({ "id": local["id"] })).await;
    let entry = log["auditEntries"]["edges"][0]["node"].to_string();
    assert!(
        entry.contains("op@guildhall.example")
            && entry.contains("further notice")
            && entry.contains("2026-03-01"),
        "who, from what, to what: {entry}"
    );
}

#[tokio::test]
async fn the_table_is_read_by_anybody_page_by_page_and_of_any_day() {
    let world = World::new().await;
    let page = world.data((), LAW, json!({ "first": 5 })).await["law"].clone();
    let (mut seen, mut page) = (Vec::new(), page);
    loop {
        let edges = page["edges"].as_array().unwrap().clone();
        seen.extend(edges.iter().map(|edge| edge["node"]["id"].clone()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        let after = edges.last().unwrap()["cursor"].clone();
        page = world.data((), LAW, json!({ "first": 5, "after": after })).await["law"].clone();
    }
    // Eight figures, three reservations and the register: told from the migration by hand.
    assert_eq!(seen.len(), 12);
    let amounts = async |day: &str| {
        let law = world.data((), LAW, json!({ "on": day, "first": 100 })).await["law"].clone();
        let edges = law["edges"].as_array().unwrap().clone();
        let of = |rule: &str| {
            let entry = edges.iter().find(|edge| edge["node"]["rule"] == rule);
            entry.map_or(Value::Null, |edge| edge["node"]["amount"].clone())
        };
        (
            edges.len(),
            of("GOODS_AND_SERVICES_THRESHOLD"),
            of("WORKS_THRESHOLD"),
        )
    };
    assert_eq!(
        amounts("2025-12-31").await,
        (7, json!(21_490_400), json!(537_260_900))
    );
    assert_eq!(
        amounts("2026-01-01").await,
        (7, json!(20_772_000), json!(519_300_000))
    );
    assert_eq!(amounts("2026-02-04").await.0, 10);
    assert_eq!(
        amounts("2014-01-01").await,
        (1, Value::Null, Value::Null),
        "VAT alone"
    );
}
