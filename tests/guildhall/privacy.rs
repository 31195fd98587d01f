//! What is held on a person: all of it theirs to have and to have erased, and nothing left that the answer does not name.

mod closing;
pub(crate) mod columns;
mod life;

use crate::binary::run;
use crate::smtp::Step;
use crate::world::{PASSWORD, Place, World};
use chrono::{DateTime, Duration, Utc};
use entity::{idempotency_key, outbox};
use guildhall::access::privacy::held::{self, Closing, Holds, Kept};
use guildhall::access::{CouncilRole, Viewer, privacy};
use guildhall::alerts;
use life::{ADDRESS, GUEST, ORGANISATIONS, OWN, PROCUREMENT, live};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const CLOSE: &str = "mutation C($password: String) { accountClose(input: { password: $password }) {
    closed { erased { what count } kept { reason what why count } } errors { code message } } }";
const HELD: &str = "query H { viewer { everythingHeld } }";

fn words() -> Vec<&'static str> {
    OWN.into_iter()
        .chain(ORGANISATIONS)
        .chain(PROCUREMENT)
        .chain([GUEST])
        .collect()
}

/// Has SQLite keep samples of indexed values, as it does when it is closed.
async fn sample(world: &World) {
    world
        .app
        .db
        .for_migration()
        .execute_unprepared("ANALYZE")
        .await
        .unwrap();
}

async fn codes(world: &World, token: &String, password: &str) -> Vec<Value> {
    let answer = world.data(token, CLOSE, json!({ "password": password })).await;
    let errors = answer["accountClose"]["errors"].as_array().unwrap();
    errors.iter().map(|error| error["code"].clone()).collect()
}

#[tokio::test]
async fn every_column_of_the_database_is_listed() {
    let world = World::new().await;
    sample(&world).await;
    let own = match world.app.db.backend() {
        DbBackend::Postgres => "postgres",
        _ => "sqlite",
    };
    let there = columns::all(&world).await;
    let listed = held::columns()
        .iter()
        .filter(|column| ["", own].contains(&column.only));
    let listed: BTreeSet<_> = listed
        .map(|column| (column.table.to_owned(), column.name.to_owned()))
        .collect();
    let unlisted: Vec<_> = there.difference(&listed).collect();
    assert!(
        unlisted.is_empty(),
        "say in held.tsv what these hold: {unlisted:?}"
    );
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(gone.is_empty(), "held.tsv lists what is not there: {gone:?}");
}

#[tokio::test]
async fn the_export_tells_everything_and_shows_no_secret() {
    let world = World::new().await;
    let life = live(&world).await;
    let told = world.data(&life.token, HELD, json!({})).await["viewer"]["everythingHeld"].clone();
    let text = told.to_string().to_lowercase();
    // One program is named only in a mail, whose words are not told: it may hold links.
    let told_of = OWN.iter().filter(|word| **word != "zqxagent");
    for word in told_of.chain(&PROCUREMENT).chain(&["zqxhow", GUEST]) {
        assert!(text.contains(word), "{word} in {told:#}");
    }
    let sections = [
        ("person", "account"),
        ("installation", "installation"),
        ("session", "sessions"),
        ("device", "devices"),
        ("recovery_code", "recoveryCodes"),
        ("identity", "identities"),
        ("mailed_link", "mailedLinks"),
        ("attempt", "attempts"),
        ("membership", "memberships"),
        ("invitation", "invitations"),
        ("api_token", "tokens"),
        ("saved_search", "savedSearches"),
        ("feed_link", "feeds"),
        ("notification", "notifications"),
        ("outbox", "mails"),
        ("suppression", "suppression"),
        ("mail_attempt", "mailAttempts"),
        ("bid_score", "scores"),
        ("score_entry", "scoresAsEntered"),
        ("pilot_evaluator", "panels"),
        ("supplier_number", "supplierNumbers"),
        ("contract", "contracts"),
        ("pilot", "pilots"),
        ("import_run", "imports"),
        ("register_import", "registerImports"),
        ("audit_entry", "audit"),
        ("audit_part", "said"),
    ];
    let tables: BTreeSet<_> = sections.iter().map(|(table, _)| *table).collect();
    let personal = held::personal_tables().into_iter().collect();
    assert_eq!(
        tables, personal,
        "a section for every table that holds anything of a person"
    );
    for (table, section) in sections {
        let row = if section == "said" {
            &told["audit"][0][section][0]
        } else {
            &told[section][0]
        };
        let mut row = row
            .as_object()
            .unwrap_or_else(|| panic!("no {section} in {told:#}"))
            .clone();
        row.remove("said");
        let columns = held::of_table(table).filter(|column| column.is_personal());
        let names: BTreeSet<_> = columns.map(|column| column.told_as).collect();
        assert_eq!(
            row.keys().map(String::as_str).collect::<BTreeSet<_>>(),
            names,
            "{section}"
        );
    }
    let made = told["account"][0]["createdAt"].as_str().unwrap();
    assert!(
        made.parse::<DateTime<Utc>>().is_ok(),
        "an instant as RFC 3339 has it: {made}"
    );
    for (secret, holder) in secrets(&world).await {
        assert!(!text.contains(&secret), "{holder} shows");
    }
    for section in ["account", "sessions", "tokens"] {
        let one = &told[section][0];
        let secret = if section == "account" {
            &one["password"]
        } else {
            &one["token"]
        };
        assert_eq!(secret["held"], true, "{section} says that there is one: {one}");
    }
    assert_eq!(
        world.refusal(&life.api_token, HELD, json!({})).await,
        "NOT_ALLOWED",
        "a token is not told"
    );
    assert_eq!(
        world
            .refusal(&life.api_token, CLOSE, json!({ "password": PASSWORD }))
            .await,
        "NOT_ALLOWED"
    );
}

/// Every secret that the database holds, as an export would write it by mistake.
async fn secrets(world: &World) -> Vec<(String, String)> {
    let mut secrets = Vec::new();
    for column in held::columns()
        .iter()
        .filter(|column| column.holds == Holds::Secret)
    {
        let place = (column.table.to_owned(), column.name.to_owned());
        for value in columns::values(world, &place).await {
            let holder = format!("{}.{}", place.0, place.1);
            let text = String::from_utf8(value.clone()).unwrap_or_else(|_| hex::encode(&value));
            secrets.push((hex::encode(&value), holder.clone()));
            secrets.push((text.to_lowercase(), holder));
        }
    }
    assert!(secrets.len() > 20, "{}", secrets.len());
    secrets
}

#[tokio::test]
async fn closing_an_account_leaves_no_trace_but_what_the_answer_names() {
    let world = World::new().await;
    let life = live(&world).await;
    sample(&world).await;
    let before = columns::found(&world, &words(), life.id).await;
    let seen: BTreeSet<_> = before.values().flatten().cloned().collect();
    let all: BTreeSet<_> = words().into_iter().chain(["id"]).map(str::to_owned).collect();
    assert_eq!(seen, all, "everything was typed and is somewhere");
    if let Some(in_files) = columns::in_files(&world, &OWN) {
        assert_eq!(in_files.len(), OWN.len(), "{in_files:?}");
    }

    let again = "mutation A { savedSearchSave(input: { name: \"x\", filter: { words: \"x\" } }) { errors { code } } }";
    let asked = world
        .post(&json!({ "query": again }))
        .header("idempotency-key", "k");
    let asked = asked.header("authorization", format!("Bearer {}", life.token));
    asked.send().await;
    let answers = idempotency_key::Entity::find().filter(idempotency_key::Column::Answer.is_not_null());
    assert_eq!(answers.clone().count(world.app.db.read()).await.unwrap(), 1);

    let mails = world.smtp.all().len();
    let answer = world
        .data(&life.token, CLOSE, json!({ "password": PASSWORD }))
        .await;
    assert_eq!(answer["accountClose"]["errors"], json!([]), "{answer}");
    assert_eq!(answers.count(world.app.db.read()).await.unwrap(), 0);
    let mut waiting = columns::found(&world, &OWN, uuid::Uuid::max()).await;
    waiting.retain(|(table, _), _| table != "sqlite_stat4");
    let farewell = waiting.keys().all(|(table, _)| table == "outbox");
    assert!(
        farewell && !waiting.is_empty(),
        "only the farewell waits: {waiting:?}"
    );
    alerts::pass(&world.app).await;
    let sent = world.smtp.all();
    assert_eq!(sent.len(), mails + 1, "one last mail");
    assert_eq!(sent[mails].to, [ADDRESS]);

    let kept = answer["accountClose"]["closed"]["kept"].as_array().unwrap();
    let named = |reason: Kept| {
        let name = match reason {
            Kept::ProcurementRecord => "PROCUREMENT_RECORD",
            Kept::AuditLog => "AUDIT_LOG",
            Kept::Organisation => "ORGANISATION",
            Kept::Farewell => "FAREWELL",
        };
        kept.iter().any(|one| one["reason"] == name)
    };
    let after = columns::found(&world, &words(), life.id).await;
    for ((table, column), words) in &after {
        let listed = held::of_table(table)
            .find(|listed| listed.name == column)
            .unwrap();
        let Closing::Kept(reason) = listed.closing else {
            panic!("{table}.{column} still holds {words:?}")
        };
        assert!(
            named(reason),
            "{reason:?} keeps {words:?} in {table}.{column}, and the answer does not say so"
        );
        assert!(
            !words.iter().any(|word| OWN.contains(&word.as_str())),
            "{table}.{column} holds {words:?}"
        );
    }
    let places = |word: &str| {
        let of = after.iter().filter(|(_, words)| words.contains(word));
        of.map(|((table, column), _)| format!("{table}.{column}"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        places("id"),
        KEEP_THE_ID,
        "where the number stays that names nobody"
    );
    assert_eq!(places("zqxreason"), KEEP_THE_REASON);
    assert_eq!(places(GUEST), ["audit_part.address", "audit_part.content"]);
    for word in ORGANISATIONS {
        assert!(!places(word).is_empty(), "{word} is the organisation's");
    }
    if let Some(in_files) = columns::in_files(&world, &OWN) {
        assert_eq!(
            in_files,
            BTreeSet::new(),
            "nor anywhere in the bytes of the database"
        );
    }
    let who = world
        .data(&life.token, "query W { viewer { name } }", json!({}))
        .await;
    assert_eq!(who["viewer"], Value::Null);
    let who = world
        .data(&life.api_token, "query W { viewer { name } }", json!({}))
        .await;
    assert_eq!(who["viewer"], Value::Null);
}

const KEEP_THE_ID: [&str; 5] = [
    "audit_entry.organisation_id",
    "audit_entry.subject_id",
    "bid_score.evaluator_id",
    "pilot_evaluator.person_id",
    "score_entry.evaluator_id",
];
const KEEP_THE_REASON: [&str; 4] = [
    "audit_part.content",
    "bid_score.reason",
    "outbox.message",
    "score_entry.reason",
];

#[tokio::test]
async fn a_farewell_that_nobody_takes_goes_too() {
    let world = World::new().await;
    world.person("zqxsecond@person.example", "Zqxname").await;
    let token = world.token("zqxsecond@person.example").await;
    assert_eq!(codes(&world, &token, PASSWORD).await, Vec::<Value>::new());
    world.smtp.answer_next(Step::Recipient, "550 nobody here");
    alerts::pass(&world.app).await;
    assert!(world.smtp.all().is_empty());
    let found = columns::found(&world, &OWN, uuid::Uuid::max()).await;
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn who_takes_a_left_address_has_nothing_of_who_had_it_before() {
    let world = World::new().await;
    let ann = world.person("desk@b.example", "Ann").await;
    let token = world.token("desk@b.example").await;
    let change = "mutation E($input: EmailChangeInput!) { emailChange(input: $input) { errors { code } } }";
    let to = json!({ "input": { "email": "ann@b.example", "present": PASSWORD } });
    world.data(&token, change, to).await;
    alerts::pass(&world.app).await;
    let confirm = "mutation C($token: String!) { emailConfirm(token: $token) { email errors { code } } }";
    let link = life::link(&world, "ann@b.example");
    world.data((), confirm, json!({ "token": link })).await;
    world.person("desk@b.example", "Bob").await;
    let bob = world.token("desk@b.example").await;
    let held = world.data(&bob, HELD, json!({})).await["viewer"]["everythingHeld"].clone();
    assert_eq!(held["mails"], json!([]), "{held:#}");
    assert!(!held.to_string().contains("ann@b.example"), "{held:#}");
    let of_ann = outbox::Entity::find().filter(outbox::Column::PersonId.eq(ann));
    let before = of_ann.clone().count(world.app.db.read()).await.unwrap();
    assert!(before > 0);
    assert_eq!(codes(&world, &bob, PASSWORD).await, Vec::<Value>::new());
    let after = of_ann.count(world.app.db.read()).await.unwrap();
    assert_eq!(after, before, "another's mails stay");
}

#[tokio::test]
async fn an_operator_exports_and_erases_by_address_with_an_account_or_without() {
    let world = World::new().await;
    let life = live(&world).await;
    let own = world.data(&life.token, HELD, json!({})).await["viewer"]["everythingHeld"].clone();
    let told = privacy::of_address(&world.app, &Viewer::System, "ZQXSECOND@person.example")
        .await
        .unwrap();
    for (section, rows) in own
        .as_object()
        .unwrap()
        .iter()
        .filter(|(section, _)| *section != "audit")
    {
        assert_eq!(&told[section], rows, "{section}");
    }
    assert!(
        privacy::of_address(&world.app, &Viewer::Anonymous, ADDRESS)
            .await
            .is_err()
    );
    let nobody = privacy::of_address(&world.app, &Viewer::System, "zqxguest@other.example")
        .await
        .unwrap();
    assert_eq!(
        nobody["invitations"][0]["email"], "zqxguest@other.example",
        "{nobody}"
    );
    privacy::erase(&world.app, &Viewer::System, "zqxguest@other.example")
        .await
        .unwrap();
    let closed = privacy::erase(&world.app, &Viewer::System, ADDRESS)
        .await
        .unwrap();
    assert!(
        closed
            .erased
            .iter()
            .any(|one| (one.what, one.count) == ("account", 1)),
        "{closed:?}"
    );
    alerts::pass(&world.app).await;
    let told = privacy::of_address(&world.app, &Viewer::System, ADDRESS)
        .await
        .unwrap();
    for (section, rows) in told.as_object().unwrap() {
        assert!(section == "about" || *rows == json!([]), "{section}: {rows}");
    }
    let gone: Vec<_> = OWN.into_iter().chain([GUEST]).collect();
    let after = columns::found(&world, &gone, life.id).await;
    let after: BTreeSet<_> = after.into_values().flatten().collect();
    assert_eq!(
        after,
        BTreeSet::from(["id".to_owned()]),
        "but the number that names nobody"
    );
}

#[tokio::test]
async fn the_command_line_exports_to_a_private_file_and_erases() {
    let (place, folder) = (Place::make().await, tempfile::tempdir().unwrap());
    let environment = [
        ("DATABASE_URL", &*place.url),
        ("GUILDHALL_OBJECTS", &*place.objects_url()),
        ("GUILDHALL_PASSWORD", PASSWORD),
        ("GUILDHALL_PUBLIC_URL", "https://guildhall.example"),
        ("GUILDHALL_SECRET", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
        ("GUILDHALL_SMTP_URL", "smtp://127.0.0.1:9"),
        ("GUILDHALL_MAIL_FROM", "Guildhall <alerts@guildhall.example>"),
    ];
    run(
        &["user", "add", "--email", "ann@b.example", "--name", "Ann"],
        &environment,
    );
    let export = |name: &str| {
        let file = folder.path().join(name);
        run(
            &[
                "user",
                "export",
                "--email",
                "ann@b.example",
                file.to_str().unwrap(),
            ],
            &environment,
        );
        (
            std::fs::read_to_string(&file).unwrap().parse::<Value>().unwrap(),
            file,
        )
    };
    let (told, file) = export("before.json");
    assert_eq!(told["account"][0]["name"], "Ann", "{told}");
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&file.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "only its owner reads it");
    }
    let erased = run(&["user", "erase", "--email", "ann@b.example"], &environment);
    assert!(
        erased.contains("erased 1 account") && erased.contains("kept: The audit log"),
        "{erased}"
    );
    let (told, _) = export("after.json");
    assert_eq!(told["account"], json!([]), "{told}");
    assert_eq!(
        told["mails"].as_array().map(Vec::len),
        Some(1),
        "the farewell, which no server has taken: {told}"
    );
}
