//! A restored database starts held; a fresh one, and one that was only stopped, do not.

use super::{addresses, rows, write};
use crate::smtp::{Fault, Step};
use crate::world::World;
use chrono::Duration;
use guildhall::access::Viewer;
use guildhall::alerts::tick;
use guildhall::dispatch;
use guildhall::runtime::App;
use guildhall::runtime::database::Database;
use guildhall::runtime::outbox::{self, Stream, hold};
use sea_orm::ConnectionTrait;
use serde_json::json;
use std::sync::Arc;

async fn as_started_again(app: &App) -> Option<hold::Held> {
    let again = App {
        sending: Arc::default(),
        ..app.clone()
    };
    hold::look(&again).await.unwrap()
}

async fn sql(app: &App, sql: &str) {
    app.db.for_migration().execute_unprepared(sql).await.unwrap();
}

/// The database as a backup of it is restored: a copy made before the last mails were sent.
async fn restored(world: &World, send: impl AsyncFnOnce()) -> (App, Option<tempfile::TempDir>) {
    if world.url().starts_with("postgres") {
        let sent = world.app.clone();
        // Another database than it was, and what it knows is what it knew.
        sql(&sent, "CREATE TABLE kept AS SELECT * FROM outbox").await;
        send().await;
        sql(
            &sent,
            "DELETE FROM mail_attempt; DELETE FROM outbox; INSERT INTO outbox SELECT * FROM kept; DROP TABLE kept; \
             UPDATE dispatch SET sent = 1, fingerprint = '1/1'",
        )
        .await;
        return (world.node().await, None);
    }
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("guildhall.db");
    sql(&world.app, &format!("VACUUM INTO '{}'", at.display())).await;
    send().await;
    let beside = world.app.db.beside("dispatch").unwrap();
    std::fs::copy(beside, at.with_extension("dispatch")).unwrap();
    let app = App {
        db: Database::open(&format!("sqlite://{}", at.display()))
            .await
            .unwrap(),
        sending: Arc::default(),
        ..world.app.clone()
    };
    (app, Some(folder))
}

#[tokio::test]
async fn a_fresh_database_and_one_that_was_only_stopped_are_not_held() {
    let world = World::new().await;
    assert_eq!(as_started_again(&world.app).await, None);
    write(&world.app, Stream::Alert, addresses(3)).await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 3);
    assert_eq!(as_started_again(&world.app).await, None);
    write(&world.app, Stream::Alert, addresses(3)).await;
    assert_eq!(as_started_again(&world.app).await, None);
}

#[tokio::test]
async fn a_restored_database_holds_all_but_security_mail_until_it_is_released() {
    let world = World::new().await;
    as_started_again(&world.app).await;
    write(&world.app, Stream::Alert, ["old@b.example".to_owned()]).await;
    outbox::deliver_due(&world.app).await.unwrap();
    write(&world.app, Stream::Alert, addresses(5)).await;
    world.app.clock.advance(Duration::hours(1));
    let copied_at = world.now();
    let (restored, _folder) = restored(&world, async || {
        assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 5);
    })
    .await;
    world.app.clock.advance(Duration::hours(1));
    let held = hold::look(&restored).await.unwrap().unwrap();
    assert!(held.reason.contains("restored"), "{held:?}");
    assert_eq!(held.waiting, 5);
    write(&restored, Stream::Alert, ["new@b.example".to_owned()]).await;
    write(&restored, Stream::Security, ["link@b.example".to_owned()]).await;
    assert_eq!(outbox::deliver_due(&restored).await.unwrap(), 1);
    assert_eq!(world.smtp.all().last().unwrap().to, ["link@b.example"]);
    let still = as_started_again(&restored).await.unwrap();
    assert_eq!(
        (still.waiting, still.since),
        (6, held.since),
        "starting again releases nothing"
    );
    let txn = restored.db.begin().await.unwrap();
    assert_eq!(hold::release(&txn, Some(copied_at), &[]).await.unwrap(), 5);
    txn.commit().await.unwrap();
    assert_eq!(outbox::deliver_due(&restored).await.unwrap(), 1);
    assert_eq!(world.smtp.all().last().unwrap().to, ["new@b.example"]);
    let dropped = rows(&restored)
        .await
        .into_iter()
        .filter(|mail| mail.state == "suppressed");
    assert!(
        dropped
            .into_iter()
            .all(|mail| mail.last_answer.unwrap() == "restored: told before")
    );
    assert_eq!(as_started_again(&restored).await, None, "released is released");
    assert_eq!(world.smtp.all().len(), 8, "nothing was told twice");
}

#[tokio::test]
async fn a_database_without_the_file_beside_it_was_moved_and_is_held() {
    let world = World::new().await;
    let Some(file) = world.app.db.beside("dispatch") else {
        println!("skipped: PostgreSQL has no file");
        return;
    };
    write(&world.app, Stream::Alert, addresses(2)).await;
    outbox::deliver_due(&world.app).await.unwrap();
    std::fs::remove_file(file).unwrap();
    assert!(
        as_started_again(&world.app)
            .await
            .unwrap()
            .reason
            .contains("moved")
    );
}

#[tokio::test]
async fn a_count_that_goes_back_under_a_running_server_holds_dispatch() {
    let world = World::new().await;
    write(&world.app, Stream::Alert, addresses(3)).await;
    outbox::deliver_due(&world.app).await.unwrap();
    sql(&world.app, "UPDATE dispatch SET sent = 1").await;
    write(&world.app, Stream::Alert, addresses(1)).await;
    outbox::deliver_due(&world.app).await.unwrap();
    assert!(
        hold::held(&world.app)
            .await
            .unwrap()
            .unwrap()
            .reason
            .contains("running server")
    );
    write(&world.app, Stream::Alert, addresses(1)).await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 0);
}

#[tokio::test]
async fn a_count_that_cannot_be_remembered_has_nothing_sent_twice_or_dropped() {
    let world = World::new().await;
    let Some(file) = world.app.db.beside("dispatch") else {
        println!("skipped: PostgreSQL has no file");
        return;
    };
    std::fs::create_dir(file.with_extension("dispatch.new")).unwrap();
    write(&world.app, Stream::Alert, addresses(30)).await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 30);
    assert_eq!(world.smtp.all().len(), 30);
    assert!(
        rows(&world.app)
            .await
            .iter()
            .all(|mail| mail.state == "sent" && mail.attempts == 1)
    );
}

#[tokio::test]
async fn a_mail_that_was_held_for_days_has_its_72_hours_from_the_first_answer_on() {
    let world = World::new().await;
    write(&world.app, Stream::Alert, addresses(1)).await;
    world.app.clock.advance(Duration::hours(100));
    world
        .smtp
        .fault_always(Some((Step::Message, Fault::Say("451 not now".into()))));
    let state = async |hours| {
        world.app.clock.advance(Duration::hours(hours));
        outbox::deliver_due(&world.app).await.unwrap();
        rows(&world.app).await[0].state.clone()
    };
    assert_eq!(state(0).await, "queued", "the first answer");
    assert_eq!(state(71).await, "queued");
    assert_eq!(state(2).await, "parked");
}

#[tokio::test]
async fn what_a_restored_database_tells_again_is_dropped_and_what_is_new_is_sent() {
    let world = World::new().await;
    let at = |time: &str| {
        world
            .app
            .clock
            .set(format!("2016-02-01T{time}:00Z").parse().unwrap());
    };
    at("08:00");
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    let save =
        "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) { errors { code } } }";
    let input = json!({ "input": { "name": "ending", "filter": { "windowKinds": ["EXPIRY"] } } });
    world.data(&token, save, input).await;
    // These windows are news at nine. The old server told of them, and ran until two; the copy does not know.
    at("09:00");
    let register = include_str!("../../fixtures/register.csv");
    world.register(register, false).await;
    dispatch::hold(&world.app, &Viewer::System, "restored")
        .await
        .unwrap();
    at("15:00");
    tick(&world.app).await.unwrap();
    let alerts = async || {
        let rows = rows(&world.app).await.into_iter();
        rows.filter(|mail| mail.stream == "alert").collect::<Vec<_>>()
    };
    let again = alerts().await;
    at("15:30");
    let line = register.lines().nth(1).unwrap().replace("F001", "F099");
    let longer = format!("{}\n{line}\n", register.trim_end());
    world.register(&longer, false).await;
    tick(&world.app).await.unwrap();
    let all = alerts().await;
    assert_eq!((again.len(), all.len()), (1, 2));
    let last_ran = "2016-02-01T14:00:00Z".parse().unwrap();
    let dropped = dispatch::release(&world.app, &Viewer::System, Some(last_ran)).await;
    assert_eq!(dropped.unwrap(), 1);
    outbox::deliver_due(&world.app).await.unwrap();
    let states = async |id| {
        let alerts = alerts().await;
        alerts.into_iter().find(|mail| mail.id == id).unwrap().state
    };
    assert_eq!(states(again[0].id).await, "suppressed");
    let new = all.iter().find(|row| row.id != again[0].id).unwrap();
    assert_eq!(states(new.id).await, "sent");
}
