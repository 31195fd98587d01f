//! The deadline to the millisecond, and bids that race it on two servers (bar S2); and what a bidder holds afterwards.

use crate::alert_pages::uuid_of;
use crate::binary::PROGRAM;
use crate::sending::sized;
use crate::world::{DECLARED, World};
use chrono::{DateTime, Duration, Utc};
use entity::bid;
use futures_util::future::join_all;
use guildhall::access::{CouncilRole, Viewer};
use guildhall::pilots::bids::{self, BidErrorCode, Declaration, Submission, Words};
use guildhall::runtime::clock::Clock;
use guildhall::runtime::{App, Stop};
use guildhall::{alerts, audit};
use sea_orm::{ColumnTrait, DbBackend, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use uuid::Uuid;

const APPROVER: &str = "a@norfolk.example";
const SUBMIT: &str = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) {
    receipt { version line receivedAt } errors { code path } } }";

/// A pilot of Norfolk's that takes bids until an instant.
async fn pilot(world: &World, until: DateTime<Utc>) -> Value {
    let approver = world.member(APPROVER, "norfolk", CouncilRole::Approver).await;
    let council = world.council("norfolk").await;
    let text = format!(
        "mutation {{ pilotDraft(input: {{ council: {council}, title: \"Bins\", summary: \"s\", successMeasures: \"m\",
            capPence: 1000000, weeks: 12, criteria: [{{ kind: QUALITY, name: \"q\", description: \"d\", weight: 60 }},
            {{ kind: PRICE, name: \"p\", description: \"d\", weight: 40 }}] }}) {{ pilot {{ id }} errors {{ message }} }} }}"
    );
    let drafted = world.data(&approver, &text, Value::Null).await;
    let id = drafted["pilotDraft"]["pilot"]["id"].clone();
    let at = until.to_rfc3339();
    let text = format!(
        "mutation {{ pilotPublish(pilot: {id}, version: 1, deadlineAt: \"{at}\") {{ errors {{ message }} }} }}"
    );
    let published = world.data(&approver, &text, Value::Null).await;
    assert_eq!(published["pilotPublish"]["errors"], json!([]), "{drafted}");
    id
}

fn offer(pilot: &Value, supplier: &Value) -> Value {
    json!({ "input": { "pilot": pilot, "supplier": supplier, "pricePence": 500_000, "answer": "How", "declarations": DECLARED } })
}

#[tokio::test]
async fn a_millisecond_before_the_deadline_is_in_time_and_the_deadline_and_after_are_not() {
    let world = World::new().await;
    let deadline = world.now() + Duration::hours(6);
    let pilot = pilot(&world, deadline).await;
    for (millis, expected) in [
        (-1, json!([])),
        (0, json!(["NOT_OPEN"])),
        (1, json!(["NOT_OPEN"])),
    ] {
        let address = format!("s{millis}@x.example");
        let supplier = world.supplier(&address, &format!("Supplier {millis}")).await;
        world.app.clock.set(deadline + Duration::milliseconds(millis));
        let token = world.token(&address).await;
        let answer = world.data(&token, SUBMIT, offer(&pilot, &supplier.id)).await;
        let errors = answer["bidSubmit"]["errors"].as_array().unwrap();
        let codes: Vec<&Value> = errors.iter().map(|error| &error["code"]).collect();
        assert_eq!(json!(codes), expected, "{millis} ms: {answer}");
        world.app.clock.set(deadline - Duration::hours(6));
    }
}

/// What the program says, wherever it says it.
fn said(arguments: &[&str]) -> String {
    let done = std::process::Command::new(PROGRAM)
        .args(arguments)
        .env_clear()
        .output()
        .unwrap();
    [done.stdout, done.stderr]
        .concat()
        .into_iter()
        .map(char::from)
        .collect()
}

/// What one try came to.
struct Tried {
    sent: DateTime<Utc>,
    answered: DateTime<Utc>,
    /// When it was received; nothing, if it was refused as too late.
    received: Option<DateTime<Utc>>,
}

/// Bids of one supplier, each replacing the last, until so many have been refused as too late.
async fn bids_of(app: App, pilot: Uuid, supplier: Uuid, refusals: usize) -> Vec<Tried> {
    let (mut tried, mut version, mut refused) = (Vec::new(), None, 0);
    while refused < refusals {
        let words = Words {
            answer: "How".into(),
            declarations: Declaration::ALL.to_vec(),
            ..Words::default()
        };
        let offer = Submission::Given(500_000, words);
        let sent = app.clock.now();
        let done = bids::submit(&app, &Viewer::System, pilot, supplier, version, offer).await;
        let answered = app.clock.now();
        let received = match done {
            Ok(receipt) => {
                version = Some(receipt.version);
                Some(receipt.received_at)
            }
            Err(Stop::Refused(why)) => {
                assert!(why.iter().all(|one| one.code == BidErrorCode::NotOpen), "{why:?}");
                refused += 1;
                None
            }
            Err(Stop::Failed(error)) => panic!("{error:?}"),
        };
        tried.push(Tried {
            sent,
            answered,
            received,
        });
    }
    tried
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_bids_that_race_the_deadline_on_two_servers_each_is_judged_by_when_it_was_received() {
    let world = World::with(|app| app.clock = Clock::system()).await;
    let (suppliers, seconds, refusals) = (sized(6, 20), sized(2, 20), sized(4, 50));
    let mut ids = Vec::new();
    for number in 0..suppliers {
        let supplier = world
            .supplier(&format!("s{number}@x.example"), &format!("Supplier {number}"))
            .await;
        ids.push(uuid_of(&supplier.id));
    }
    // The two share a database, and on PostgreSQL nothing else; a file has one server, which is asked twice as much.
    let nodes = match world.app.db.backend() == DbBackend::Postgres {
        true => vec![world.app.clone(), world.node().await],
        false => vec![world.app.clone()],
    };
    let deadline = world.now() + Duration::seconds(i64::try_from(seconds).unwrap());
    let pilot = uuid_of(&pilot(&world, deadline).await);
    let racing = ids.iter().enumerate().map(|(number, supplier)| {
        let app = nodes[number % nodes.len()].clone();
        tokio::spawn(bids_of(app, pilot, *supplier, refusals))
    });
    let tried: Vec<Vec<Tried>> = join_all(racing).await.into_iter().map(Result::unwrap).collect();
    let (mut accepted, mut refused, mut wrong) = (0, 0, 0);
    for one in tried.iter().flatten() {
        let right = match one.received {
            Some(received) => {
                accepted += 1;
                one.sent < deadline && received < deadline && one.sent <= received && received <= one.answered
            }
            None => {
                refused += 1;
                one.answered >= deadline
            }
        };
        wrong += usize::from(!right);
    }
    println!("S2: {accepted} in time, {refused} too late, {wrong} judged wrongly");
    assert_eq!(wrong, 0);
    assert!(accepted > suppliers && refused == suppliers * refusals);
    alerts::tick(&world.app).await.unwrap();
    // The record has every acknowledged one and no other.
    for (supplier, tried) in ids.iter().zip(&tried) {
        let in_time = tried.iter().filter(|one| one.received.is_some()).count();
        let row = bid::Entity::find()
            .filter(bid::Column::SupplierId.eq(*supplier))
            .one(world.app.db.read())
            .await
            .unwrap();
        assert_eq!(row.map_or(0, |row| row.version), i32::try_from(in_time).unwrap());
    }
}

#[tokio::test]
async fn the_receipt_comes_by_mail_and_shows_offline_what_was_received_once_bids_are_open() {
    let world = World::new().await;
    let deadline = world.now() + Duration::hours(6);
    let pilot = pilot(&world, deadline).await;
    let supplier = world.supplier("sam@tidebell.example", "Tidebell").await;
    let answer = world.data(&supplier, SUBMIT, offer(&pilot, &supplier.id)).await;
    let line = answer["bidSubmit"]["receipt"]["line"]
        .as_str()
        .unwrap()
        .to_owned();
    let mail = world.mails("sam@tidebell.example").await.pop().unwrap();
    assert_eq!(mail.subject, "Your bid is in: Bins");
    // As a price is written; three digits may stand in a signature by chance.
    for hidden in ["500000", "500,000", "5,000", "How"] {
        assert!(!mail.text.contains(hidden), "{hidden}: {}", mail.text);
    }
    world.app.clock.set(deadline + Duration::minutes(1));
    let query = "query B($id: ID!) { pilot(id: $id) { bids { canonicalContent receipt { line } } } }";
    let opened = world.data(&supplier, query, json!({ "id": pilot })).await;
    let opened = &opened["pilot"]["bids"][0];
    assert_eq!(opened["receipt"]["line"], json!(line));
    let content = opened["canonicalContent"].as_str().unwrap();

    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let raw = world
        .smtp
        .all()
        .into_iter()
        .rfind(|mail| mail.to == ["sam@tidebell.example"])
        .unwrap();
    let key = hex::encode(audit::public_key(&world.app.secret));
    let (saved, right) = (
        file("receipt.eml", &raw.bytes),
        file("bid.json", content.as_bytes()),
    );
    let wrong = file("other.json", content.replace("500000", "400000").as_bytes());
    let verify = |receipt: &str, content: &str, key: &str| {
        said(&["receipt", "verify", receipt, "--content", content, "--key", key])
    };
    let done = verify(&line, &right, &key);
    assert!(done.contains("is what was received, to the byte"), "{done}");
    let done = verify(&saved, &right, &key);
    assert!(done.contains("signed: version 1 of bid"), "{done}");
    assert!(verify(&line, &wrong, &key).contains("the content is not what was received"));
    assert!(verify(&line, &right, &"00".repeat(32)).contains("not signed by this key"));
}
