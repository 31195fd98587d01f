//! What somebody learns who has a copy of the database, its journal and a backup, but not the server's secret: neither
//! what bids say nor how many there are. A supplier that submits leaves the same as one that only drafts.

use super::{SAVE, open_pilot};
use crate::pilots::CANARY;
use crate::world::{DECLARED, World};
use guildhall::alerts;
use guildhall::runtime::outbox;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::json;
use std::collections::BTreeMap;

const SUBMIT: &str = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) {
    receipt { version digest line } errors { code } } }";
/// A price that nothing else in the database is.
const PRICE: i64 = 734_921;

/// Every row of every table, as text.
async fn dump(world: &World) -> BTreeMap<String, Vec<String>> {
    let ask = async |sql: String| -> Vec<String> {
        let statement = Statement::from_string(world.app.db.backend(), sql);
        let rows = world.app.db.read().query_all_raw(statement).await.unwrap();
        rows.iter()
            .map(|row| row.try_get_by_index::<String>(0).unwrap())
            .collect()
    };
    let sqlite = world.app.db.backend() == DbBackend::Sqlite;
    let tables = if sqlite {
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'"
    } else {
        "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'"
    };
    let mut dumped = BTreeMap::new();
    for table in ask(tables.to_owned()).await {
        let rows = if sqlite {
            let columns = ask(format!("SELECT name FROM pragma_table_info('{table}')")).await;
            let quoted: Vec<String> = columns
                .iter()
                .map(|column| format!("quote(\"{column}\")"))
                .collect();
            format!("SELECT {} FROM \"{table}\"", quoted.join(" || '|' || "))
        } else {
            format!("SELECT t::text FROM \"{table}\" t")
        };
        dumped.insert(table, ask(rows).await);
    }
    dumped
}

/// The database's files, and a backup of it, where it is files.
async fn files(world: &World) -> Vec<(String, Vec<u8>)> {
    if world.app.db.backend() != DbBackend::Sqlite {
        return Vec::new();
    }
    let list = Statement::from_string(
        DbBackend::Sqlite,
        "SELECT file FROM pragma_database_list".to_owned(),
    );
    let row = world.app.db.read().query_one_raw(list).await.unwrap().unwrap();
    let file: String = row.try_get_by_index(0).unwrap();
    let backup = format!("{file}.backup");
    let copy = format!("VACUUM INTO '{backup}'");
    let keeper = sea_orm::Database::connect(format!("sqlite://{file}"))
        .await
        .unwrap();
    keeper.execute_unprepared(&copy).await.unwrap();
    [file.clone(), format!("{file}-wal"), backup]
        .into_iter()
        .map(|path| (path.clone(), std::fs::read(&path).unwrap()))
        .collect()
}

/// A world in which three suppliers have done something about a pilot, each once.
async fn town(doing: Doing) -> World {
    let world = World::new().await;
    let pilot = open_pilot(&world).await;
    let asker = world.supplier("sam@larch.example", "Larch").await;
    for name in ["tidebell", "copperwren", "larkmill"] {
        let supplier = world.supplier(&format!("sam@{name}.example"), name).await;
        let input = json!({ "pilot": pilot, "supplier": supplier.id, "pricePence": PRICE, "answer": CANARY,
            "answers": [{ "criterion": 1, "text": CANARY }], "declarations": DECLARED });
        let (text, named) = match doing {
            Doing::Nothing => continue,
            Doing::Drafting => (SAVE, "bidDraftSave"),
            Doing::Bidding => (SUBMIT, "bidSubmit"),
        };
        let done = world.data(&supplier, text, json!({ "input": input })).await;
        assert_eq!(done[named]["errors"], json!([]));
    }
    // What happens to the pilot meanwhile is told to whoever bids, and leaves no list of them.
    let ask = "mutation A($pilot: ID!, $supplier: ID!) {
        pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: \"How many?\") { question { id } } }";
    let ids = json!({ "pilot": pilot, "supplier": asker.id });
    let asked = world.data(&asker, ask, ids).await["pilotQuestionAsk"]["question"]["id"].clone();
    let approver = world.token("a@norfolk.example").await;
    let answer = "mutation A($id: ID!) { pilotQuestionAnswer(question: $id, version: 1,
        state: ANSWERED_AND_PUBLISHED, answer: \"Two.\") { errors { message } } }";
    let answered = world.data(&approver, answer, json!({ "id": asked })).await;
    assert_eq!(answered["pilotQuestionAnswer"]["errors"], json!([]));
    let extend = "mutation E($id: ID!, $version: Int!, $at: DateTime!) {
        pilotExtend(pilot: $id, version: $version, deadlineAt: $at) { errors { message } } }";
    let at = (world.now() + chrono::Duration::hours(9)).to_rfc3339();
    let version = world.version(&approver, &pilot).await;
    let extended = world
        .data(
            &approver,
            extend,
            json!({ "id": pilot, "version": version, "at": at }),
        )
        .await;
    assert_eq!(extended["pilotExtend"]["errors"], json!([]));
    alerts::tick(&world.app).await.unwrap();
    let before = world.smtp.all().len();
    outbox::deliver_due(&world.app).await.unwrap();
    let told = world.smtp.all().split_off(before);
    let others = |to: &str| !to.contains("larch") && !to.contains("norfolk");
    let told = told.iter().filter(|mail| others(&mail.to[0])).count();
    let expected = match doing {
        Doing::Nothing => 0,
        Doing::Drafting | Doing::Bidding => 9,
    };
    assert_eq!(
        told, expected,
        "an answer and an addendum for each, and a receipt, or that the draft is not submitted"
    );
    world
}

#[derive(Clone, Copy, Debug)]
enum Doing {
    Nothing,
    Drafting,
    Bidding,
}

/// How long the rows of each table are.
fn lengths(dumped: &BTreeMap<String, Vec<String>>) -> BTreeMap<&str, Vec<usize>> {
    let lengths = dumped.iter().map(|(table, rows)| {
        let mut lengths: Vec<usize> = rows.iter().map(String::len).collect();
        lengths.sort_unstable();
        (table.as_str(), lengths)
    });
    lengths.collect()
}

#[tokio::test]
async fn whoever_has_the_database_cannot_tell_bids_from_drafts_nor_count_either_by_their_pilot() {
    let (nothing, drafting, bidding) = (
        town(Doing::Nothing).await,
        town(Doing::Drafting).await,
        town(Doing::Bidding).await,
    );
    let (nothing, drafting, bidding) = (dump(&nothing).await, dump(&drafting).await, dump(&bidding).await);
    assert!(bidding.len() > 50, "every table: {}", bidding.len());
    assert_eq!(
        lengths(&drafting),
        lengths(&bidding),
        "three drafts and three bids leave the same"
    );
    let (none, three) = (lengths(&nothing), lengths(&bidding));
    let differ: Vec<&str> = three
        .keys()
        .copied()
        .filter(|table| none[table] != three[table])
        .collect();
    assert_eq!(
        differ,
        ["audit_entry", "audit_part", "audit_tree", "dispatch"],
        "that somebody did something, not what; and how many mails were ever sent"
    );
    // What shows of it does not say for which pilot.
    let of_bidders = bidding["audit_entry"]
        .iter()
        .filter(|row| row.contains("Bid") && row.contains("bid"));
    assert_eq!(of_bidders.count(), 3);
    let says = |rows: &[String], what: &str| rows.iter().any(|row| row.contains(what));
    assert!(says(&bidding["audit_part"], "sealed") && !says(&bidding["audit_part"], "digest"));
}

#[tokio::test]
async fn no_word_of_a_bid_is_in_the_database_its_journal_or_a_backup() {
    let world = town(Doing::Bidding).await;
    let hex = hex::encode(CANARY);
    // The price as a number: in the hex of what is random it may stand by chance.
    let price = PRICE.to_string();
    let alone = |text: &str| {
        text.match_indices(&price).any(|(at, _)| {
            let next = |text: Option<char>| text.is_some_and(|c| c.is_ascii_alphanumeric());
            !next(text[..at].chars().next_back()) && !next(text[at + price.len()..].chars().next())
        })
    };
    let tells = |text: &str| {
        let lower = text.to_lowercase();
        lower.contains(CANARY) || lower.contains(&hex) || alone(text)
    };
    for (table, rows) in dump(&world).await {
        for row in rows {
            assert!(!tells(&row), "{table}: {row}");
        }
    }
    for (file, bytes) in files(&world).await {
        assert!(bytes.len() > 1000, "{file}");
        assert!(!tells(&String::from_utf8_lossy(&bytes)), "{file}");
    }
}
