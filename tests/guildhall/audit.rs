//! The audit log: who changed what, kept so that a change of it shows, and silent about what is sealed.

mod tampered;

use crate::binary::run;
use crate::world::{DECLARED, Supplier, World};
use chrono::Duration;
use guildhall::access::tokens::Organisation;
use guildhall::access::{
    Action, CouncilRole, Origin, Permit, Resource, Viewer, authorize, credentials, sessions, tokens,
};
use guildhall::alerts::{self, searches};
use guildhall::audit::{self, About, Head, Root, Wrong};
use guildhall::councils::directory;
use guildhall::needs::{self, Statement};
use guildhall::pilots::{self, Criterion, CriterionKind, Draft};
use guildhall::runtime::outbox;
use sea_orm::{ConnectionTrait, Statement as Sql};
use serde_json::{Value, json};
use uuid::Uuid;

const ENTRIES: &str = "query E($subject: ID, $organisation: ID, $actor: ID, $first: Int, $after: String) {
    auditEntries(subject: $subject, organisation: $organisation, actor: $actor, first: $first, after: $after) {
        pageInfo { hasNextPage endCursor }
        edges { node { at action refused subjectKind subject organisation actor actorId address said detail
            changes { field from to } } } } }";
const SUBMIT: &str = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) {
    receipt { bidId version digest receivedAt auditHead { size root at signature publicKey line } } errors { code } } }";

async fn entries(world: &World, token: &String, which: Value) -> Vec<Value> {
    let answer = world.data(token, ENTRIES, which).await;
    let edges = answer["auditEntries"]["edges"].as_array().unwrap().clone();
    edges.into_iter().map(|edge| edge["node"].clone()).collect()
}

fn permit() -> Permit {
    authorize(&Viewer::System, Action::Operate, Resource::System).unwrap()
}

/// Appends so many entries.
async fn appended(world: &World, count: u128) {
    for number in 1..=count {
        let txn = world.app.db.begin().await.unwrap();
        let (subject, detail) = (Uuid::from_u128(number), json!({ "number": number }));
        let about = About::address(None, "invited@norfolk.example");
        audit::record_about(&world.app, &txn, &permit(), "person", subject, &detail, about)
            .await
            .unwrap();
        txn.commit().await.unwrap();
    }
}

async fn verify(world: &World, heads: &[Head]) -> Result<Root, Wrong> {
    let heads = audit::signed(heads.to_vec(), &audit::public_key(&world.app.secret)).unwrap();
    audit::verify(&world.app, heads).await.unwrap()
}

/// An open pilot of Norfolk's.
async fn pilot(world: &World) -> (Uuid, Value) {
    let criterion = |ordinal, kind, weight| Criterion {
        ordinal,
        kind,
        name: "C".into(),
        description: "D".into(),
        weight,
    };
    let said = Draft {
        title: "Missed bins".into(),
        summary: "S".into(),
        success_measures: "M".into(),
        cap_pence: 1_000_000,
        weeks: 12,
        criteria: vec![
            criterion(1, CriterionKind::Quality, 60),
            criterion(2, CriterionKind::Price, 40),
        ],
        ..Draft::default()
    };
    let council = directory().find("norfolk").unwrap().id;
    let pilot = pilots::draft(&world.app, &Viewer::System, council, said)
        .await
        .unwrap();
    let deadline = world.now() + Duration::hours(6);
    pilots::publish(&world.app, &Viewer::System, pilot.id, pilot.version, deadline)
        .await
        .unwrap();
    let list = world
        .data((), "query P { pilots { edges { node { id } } } }", Value::Null)
        .await;
    (pilot.id, list["pilots"]["edges"][0]["node"]["id"].clone())
}

async fn submit(world: &World, bidder: &Supplier, pilot: &Value) -> Value {
    let input = json!({ "pilot": pilot, "supplier": bidder.id, "pricePence": 1, "answer": "x", "declarations": DECLARED });
    world.data(bidder, SUBMIT, json!({ "input": input })).await["bidSubmit"].clone()
}

#[tokio::test]
async fn who_changed_the_end_of_a_contract_is_answered() {
    let world = World::new().await;
    let register = include_str!("../fixtures/register.csv");
    world.register(register, false).await;
    world.app.clock.advance(Duration::days(1));
    let later = register.replacen("01-Apr-2013,31/03/2016", "01-Apr-2013,31/03/2017", 1);
    world.register(&later, false).await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let query = "query One { contracts(filter: { asOf: \"2017-01-01\", endsWithinDays: 100 }) {
        edges { node { id reference } } } }";
    let found = world.data((), query, Value::Null).await;
    let edges = found["contracts"]["edges"].as_array().unwrap();
    let changed = edges
        .iter()
        .find(|edge| edge["node"]["reference"] == "F001")
        .unwrap();
    let seen = entries(&world, &approver, json!({ "subject": changed["node"]["id"] })).await;
    assert_eq!(seen.len(), 1, "{seen:?}");
    let (entry, council) = (&seen[0], world.council("norfolk").await);
    assert_eq!(
        (
            &entry["actor"],
            &entry["organisation"],
            &entry["action"],
            &entry["at"]
        ),
        (
            &json!("guildhall"),
            &council,
            &json!("ImportRegister"),
            &json!("2026-01-16T09:00:00+00:00")
        )
    );
    let changes = entry["changes"].as_array().unwrap();
    let end = json!({ "field": "currentEndsOn", "from": "2016-03-31", "to": "2017-03-31" });
    assert!(changes.contains(&end), "{entry}");
    assert!(
        changes.iter().all(|change| change["field"] != "title"),
        "only what differs: {entry}"
    );

    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    assert!(
        entries(&world, &officer, json!({ "subject": changed["node"]["id"] }))
            .await
            .is_empty()
    );
    let of_council = json!({ "organisation": council });
    assert_eq!(
        world.refusal(&officer, ENTRIES, of_council.clone()).await,
        "NOT_FOUND"
    );
    assert_eq!(world.refusal((), ENTRIES, of_council).await, "NOT_SIGNED_IN");
}

#[tokio::test]
async fn pages_of_entries_follow_one_another_without_gap_or_repeat() {
    let world = World::new().await;
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    appended(&world, 13).await;
    let (mut subjects, mut after) = (Vec::new(), Value::Null);
    loop {
        let page = world
            .data(&operator, ENTRIES, json!({ "first": 5, "after": after }))
            .await;
        let page = &page["auditEntries"];
        let edges = page["edges"].as_array().unwrap();
        subjects.extend(
            edges
                .iter()
                .map(|edge| edge["node"]["detail"].as_str().unwrap().to_owned()),
        );
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let expected: Vec<String> = (1..=13)
        .rev()
        .map(|n| json!({ "number": n }).to_string())
        .collect();
    assert_eq!(subjects, expected);
}

#[tokio::test]
async fn nobody_learns_of_a_bid_before_the_deadline_from_the_log() {
    let world = World::new().await;
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let two = world.supplier("two@copperwren.example", "Copperwren").await;
    let (_, pilot) = pilot(&world).await;
    let others = [&approver, &operator, &two.token];
    let everything = json!({ "first": 100 });
    let mut before = Vec::new();
    for token in others {
        before.push(entries(&world, token, everything.clone()).await);
    }
    let bid = submit(&world, &one, &pilot).await["receipt"]["bidId"].clone();
    for (token, before) in others.into_iter().zip(before) {
        assert_eq!(entries(&world, token, everything.clone()).await, before);
        assert!(entries(&world, token, json!({ "subject": bid })).await.is_empty());
    }
    for token in [&approver, &two.token] {
        let of_one = json!({ "organisation": one.id });
        assert_eq!(world.refusal(token, ENTRIES, of_one).await, "NOT_FOUND");
    }
    let own = entries(&world, &one.token, json!({ "subject": bid })).await;
    assert_eq!((own.len(), &own[0]["action"]), (1, &json!("Bid")), "{own:?}");
}

#[tokio::test]
async fn attempts_on_what_is_sealed_are_on_the_record() {
    let world = World::new().await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let evaluator = world
        .member("e@norfolk.example", "norfolk", CouncilRole::Evaluator)
        .await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let (_, pilot) = pilot(&world).await;
    let bid = submit(&world, &one, &pilot).await["receipt"]["bidId"].clone();
    let read = "query B($id: ID!) { pilot(id: $id) { bids { id } } }";
    for token in [&evaluator, &evaluator, &one.token] {
        world.data(token, read, json!({ "id": pilot })).await;
    }
    let score = "mutation S($input: BidScoreInput!) { bidScore(input: $input) { errors { code } } }";
    let input = json!({ "pilot": pilot, "bid": bid, "criterion": 1, "score": 50, "reason": "r" });
    let early = world.data(&evaluator, score, json!({ "input": input })).await;
    assert_eq!(early["bidScore"]["errors"][0]["code"], "NOT_CLOSED");
    let refused = |seen: Vec<Value>| -> Vec<(String, String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let of = |entry: &Value| {
            (
                text(&entry["action"]),
                text(&entry["actor"]),
                text(&entry["detail"]),
            )
        };
        seen.iter()
            .filter(|entry| entry["refused"] == true)
            .map(of)
            .collect()
    };
    let of_pilot = json!({ "subject": pilot });
    let seen = refused(entries(&world, &approver, of_pilot.clone()).await);
    let told: Vec<(&str, &str)> = seen
        .iter()
        .map(|(action, actor, _)| (&**action, &**actor))
        .collect();
    let evaluators = "e@norfolk.example";
    assert_eq!(
        told,
        [("ScoreBid", evaluators), ("ReadBids", evaluators)],
        "reading twice is one attempt, and a bidder's own reading none: {seen:?}"
    );
    world.app.clock.advance(Duration::hours(6));
    assert_eq!(
        submit(&world, &one, &pilot).await["errors"][0]["code"],
        "NOT_OPEN"
    );
    let late = refused(entries(&world, &one.token, of_pilot.clone()).await);
    assert_eq!(late.len(), 1);
    assert!(late[0].2.contains("to bid"), "{late:?}");
    assert_eq!(
        refused(entries(&world, &approver, of_pilot).await).len(),
        2,
        "whose it is, is theirs"
    );
    assert_eq!(
        verify(&world, &[]).await.unwrap(),
        audit::head(&world.app).await.unwrap().root
    );
}

#[tokio::test]
async fn a_receipt_carries_a_head_that_the_program_checks() {
    let world = World::new().await;
    let one = world.supplier("one@tidebell.example", "Tidebell").await;
    let (_, pilot) = pilot(&world).await;
    let receipt = submit(&world, &one, &pilot).await["receipt"].clone();
    let own = "query B($id: ID!) { pilot(id: $id) { bids { receipt { auditHead { line } } } } }";
    let own = world.data(&one, own, json!({ "id": pilot })).await;
    let line = receipt["auditHead"]["line"].as_str().unwrap();
    assert_eq!(
        own["pilot"]["bids"][0]["receipt"]["auditHead"]["line"], line,
        "kept with the bid"
    );
    appended(&world, 3).await;
    let head = Head::all_in(&receipt.to_string()).pop().unwrap();
    let size = verify(&world, std::slice::from_ref(&head)).await.unwrap().size;
    assert_eq!(size, head.root.size + 3);

    let key = receipt["auditHead"]["publicKey"].as_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("receipt.json");
    std::fs::write(&kept, receipt.to_string()).unwrap();
    let database = [("DATABASE_URL", world.url())];
    let kept = kept.to_str().unwrap();
    let told = run(
        &["audit", "verify", "--key", key, "--head", kept, "--head", line],
        &database,
    );
    assert!(
        told.starts_with(&format!("{size} entries")) && told.contains("2 heads agree"),
        "{told}"
    );
    let forged = line.replacen(
        &format!(" {} ", head.root.size),
        &format!(" {} ", head.root.size + 1),
        1,
    );
    let told = tampered::fails(&["audit", "verify", "--key", key, "--head", &forged], &database);
    assert!(told.contains("has not signed"), "{told}");
}

#[tokio::test]
async fn every_mail_carries_a_head_that_verifies() {
    let world = World::new().await;
    world.person("ann@norfolk.example", "Ann").await;
    appended(&world, 2).await;
    let asked = credentials::request_reset(&world.app, "ann@norfolk.example", &Origin::default()).await;
    asked.unwrap();
    let mail = outbox::latest(&world.app, 1).await.unwrap().remove(0);
    let heads = Head::all_in(&String::from_utf8(mail.message).unwrap());
    assert_eq!((heads.len(), heads[0].root.size), (1, 2));
    appended(&world, 1).await;
    assert_eq!(verify(&world, &heads).await.unwrap().size, 3);
}

#[tokio::test]
async fn a_person_is_forgotten_and_the_tree_holds() {
    let world = World::new().await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let council = world.council("norfolk").await;
    let invite =
        "mutation I($input: InvitationSendInput!) { invitationSend(input: $input) { errors { message } } }";
    let input = json!({ "email": "ann@norfolk.example", "role": { "organisation": council, "councilRole": "OFFICER" } });
    let sent = world
        .data(&administrator, invite, json!({ "input": input }))
        .await;
    assert_eq!(sent["invitationSend"]["errors"], json!([]), "{sent}");
    let ann = world.person("ann@norfolk.example", "Ann").await;
    let token = world.token("ann@norfolk.example").await;
    let save = "mutation S { savedSearchSave(input: { name: \"canary-9\", filter: { words: \"x\" } }) {
        errors { message } } }";
    world.data(&token, save, Value::Null).await;
    let receipt = audit::head(&world.app).await.unwrap();
    let texts = ["ann@norfolk.example", "canary-9"];
    assert!(holds(&world, &texts).await, "they are there before");
    let txn = world.app.db.begin().await.unwrap();
    let viewer = sessions::viewer_of(&world.app, Some(&token)).await.unwrap();
    let own = authorize(&viewer, Action::ManageAccount, Resource::Person(ann)).unwrap();
    let count = audit::forget(&world.app, &txn, &own, ann).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(
        count, 3,
        "the invitation's address, who saved, and what they called it"
    );
    for text in texts {
        assert!(!holds(&world, &[text]).await, "{text} is still there");
    }
    assert!(verify(&world, &[receipt]).await.is_ok());
    let kept = entries(
        &world,
        &administrator,
        json!({ "organisation": council, "first": 100 }),
    )
    .await;
    let invited = kept
        .iter()
        .find(|entry| entry["subjectKind"] == "invitation")
        .unwrap();
    assert_eq!(
        (&invited["actor"], &invited["address"]),
        (&json!("d@norfolk.example"), &Value::Null)
    );
}

/// Whether the log's tables hold all of these texts.
async fn holds(world: &World, texts: &[&str]) -> bool {
    let mut log = String::new();
    audit::export(&world.app, |entry| {
        log += &entry.line();
        Ok(())
    })
    .await
    .unwrap();
    let sql = Sql::from_string(
        world.app.db.backend(),
        "SELECT address FROM audit_part WHERE address IS NOT NULL",
    );
    for row in world.app.db.read().query_all_raw(sql).await.unwrap() {
        log += &row.try_get::<String>("", "address").unwrap();
    }
    texts.iter().all(|text| log.contains(text))
}

#[tokio::test]
async fn fifty_mutations_at_once_make_one_order_and_a_tree_that_verifies() {
    let world = World::new().await;
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let viewer = sessions::viewer_of(&world.app, Some(&approver)).await.unwrap();
    let council = directory().find("norfolk").unwrap().id;
    let before = audit::head(&world.app).await.unwrap().root.size;
    // Some of them hold the person's row, or refer to it, and all of them then want the log's.
    let tasks = (0..50).map(|number| {
        let (app, viewer, name) = (world.app.clone(), viewer.clone(), format!("Number {number}"));
        tokio::spawn(async move {
            match number % 3 {
                0 => {
                    let statement = Statement {
                        title: name,
                        problem: "P".into(),
                        outcomes: "O".into(),
                        ..Statement::default()
                    };
                    needs::state(&app, &viewer, council, statement)
                        .await
                        .map(drop)
                        .unwrap();
                }
                1 => drop(
                    searches::save(
                        &app,
                        &viewer,
                        &name,
                        alerts::filter::Filter::default(),
                        alerts::rhythm::Rhythm::default(),
                    )
                    .await
                    .unwrap(),
                ),
                _ => {
                    let of = Organisation::Council(council);
                    drop(tokens::make(&app, &viewer, of, &name, false, 1).await.unwrap());
                }
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let found = verify(&world, &[]).await.unwrap();
    assert_eq!(found.size, before + 50);
    assert_eq!(found, audit::head(&world.app).await.unwrap().root);
}
