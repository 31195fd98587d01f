//! The log tampered with: in the database, in an export, clumsily or so that all of it fits.

#[path = "../../corpus/tampering.rs"]
mod tampering;

use super::{appended, verify};
use crate::binary::{PROGRAM, run};
use crate::world::World;
use guildhall::audit;
use sea_orm::{ConnectionTrait, DbBackend, Statement as Sql};
use std::process::Command;
use uuid::Uuid;

/// Runs a command that must fail; what it told.
pub(super) fn fails(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let out = Command::new(PROGRAM)
        .env_clear()
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .unwrap();
    assert!(!out.status.success(), "{arguments:?} did not fail");
    String::from_utf8_lossy(&out.stderr).into_owned()
}

#[tokio::test]
async fn an_export_is_checked_without_the_database_and_an_edit_of_it_found() {
    let world = World::new().await;
    appended(&world, 5).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.jsonl");
    let path = file.to_str().unwrap();
    let secret = world.app.secret.to_base64();
    let environment = [("DATABASE_URL", world.url()), ("GUILDHALL_SECRET", &secret)];
    run(&["audit", "export", path], &environment);
    let key = run(&["audit", "key"], &environment);
    assert_eq!(key.trim(), hex::encode(audit::public_key(&world.app.secret)));
    let offline = ["audit", "verify", "--export", path, "--key", key.trim()];
    assert!(run(&offline, &[]).starts_with("5 entries"));
    let text = std::fs::read_to_string(&file).unwrap();
    for (edited, named) in [
        (
            text.replacen("\\\"number\\\":3", "\\\"number\\\":8", 1),
            "entry 3: detail",
        ),
        (
            text.replacen("\"refused\":false", "\"refused\":true", 1),
            "entry 1: root",
        ),
        (
            text.lines().take(4).collect::<Vec<_>>().join("\n"),
            "entry 5: head",
        ),
    ] {
        assert_ne!(edited, text);
        std::fs::write(&file, edited).unwrap();
        let told = fails(&offline, &[]);
        assert!(told.contains(named), "{named}: {told}");
    }
}

#[tokio::test]
async fn the_database_refuses_to_change_or_delete_entries() {
    let world = World::new().await;
    appended(&world, 2).await;
    for sql in [
        "UPDATE audit_entry SET action = 'Bid'",
        "DELETE FROM audit_entry",
        "UPDATE audit_part SET content = '{}'",
        "UPDATE audit_part SET nonce = NULL, content = NULL WHERE part = 'detail'",
        "DELETE FROM audit_part",
        "DELETE FROM audit_tree",
        "UPDATE audit_tree SET size = 1",
    ] {
        let refused = world.app.db.for_migration().execute_unprepared(sql).await;
        assert!(refused.is_err(), "{sql}");
    }
    assert_eq!(verify(&world, &[]).await.unwrap().size, 2);
}

/// Takes the database's own guard away, as somebody who owns the database can.
async fn without_triggers(world: &World) {
    let db = world.app.db.for_migration();
    let sql = match world.app.db.backend() {
        DbBackend::Postgres => "ALTER TABLE audit_entry DISABLE TRIGGER USER; ALTER TABLE audit_part DISABLE TRIGGER USER;
            ALTER TABLE audit_tree DISABLE TRIGGER USER; ALTER TABLE audit_part DROP CONSTRAINT audit_part_sequence_fkey",
        _ => "DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete; DROP TRIGGER audit_part_no_delete;
            DROP TRIGGER audit_part_erase_only; DROP TRIGGER audit_tree_no_delete; DROP TRIGGER audit_tree_grows;
            DROP TRIGGER audit_in_order; DROP TRIGGER audit_part_once; PRAGMA foreign_keys = off",
    };
    db.execute_unprepared(sql).await.unwrap();
}

#[tokio::test]
async fn an_edit_in_the_database_is_found_and_its_entry_named() {
    let world = World::new().await;
    appended(&world, 6).await;
    without_triggers(&world).await;
    let db = world.app.db.for_migration();
    let other: [sea_orm::Value; 1] = [Uuid::from_u128(99).into()];
    let none: [sea_orm::Value; 0] = [];
    // Each with what puts it right again.
    let edits: [(&str, &[sea_orm::Value], &str, &str); 9] = [
        (
            "UPDATE audit_entry SET action = 'Bid' WHERE sequence = 3",
            &none,
            "UPDATE audit_entry SET action = 'Operate' WHERE sequence = 3",
            "entry 3: root",
        ),
        (
            "UPDATE audit_entry SET refused = NOT refused WHERE sequence = 6",
            &none,
            "UPDATE audit_entry SET refused = NOT refused WHERE sequence = 6",
            "entry 6: root",
        ),
        (
            "UPDATE audit_part SET content = replace(content, 'number', 'numbed') WHERE sequence = 4",
            &none,
            "UPDATE audit_part SET content = replace(content, 'numbed', 'number') WHERE sequence = 4",
            "entry 4: detail",
        ),
        (
            "UPDATE audit_part SET content = replace(content, 'guild', 'build') WHERE sequence = 2",
            &none,
            "UPDATE audit_part SET content = replace(content, 'build', 'guild') WHERE sequence = 2",
            "entry 2: actor",
        ),
        (
            "UPDATE audit_part SET person_id = $1 WHERE sequence = 5 AND part = 'about'",
            &other,
            "UPDATE audit_part SET person_id = NULL WHERE sequence = 5",
            "entry 5: about",
        ),
        (
            "UPDATE audit_part SET address = 'x' WHERE sequence = 1 AND part = 'actor'",
            &none,
            "UPDATE audit_part SET address = NULL WHERE sequence = 1 AND part = 'actor'",
            "entry 1: actor",
        ),
        (
            "UPDATE audit_part SET sequence = 77 WHERE sequence = 3 AND part = 'detail'",
            &none,
            "UPDATE audit_part SET sequence = 3 WHERE sequence = 77",
            "entry 3: detail",
        ),
        (
            "UPDATE audit_entry SET sequence = 70 WHERE sequence = 2",
            &none,
            "UPDATE audit_entry SET sequence = 2 WHERE sequence = 70",
            "entry 2: sequence",
        ),
        (
            "UPDATE audit_tree SET size = 5",
            &none,
            "UPDATE audit_tree SET size = 6",
            "entry 6: tree",
        ),
    ];
    for (edit, values, undo, named) in edits {
        let edit = Sql::from_sql_and_values(world.app.db.backend(), edit, values.to_vec());
        assert!(
            db.execute_raw(edit.clone()).await.unwrap().rows_affected() > 0,
            "{edit}"
        );
        let wrong = verify(&world, &[]).await.unwrap_err().to_string();
        assert!(wrong.starts_with(named), "{edit}: {wrong}");
        db.execute_unprepared(undo).await.unwrap();
        assert_eq!(verify(&world, &[]).await.unwrap().size, 6, "{undo}");
    }
    let gone = "UPDATE audit_part SET nonce = NULL, content = NULL, address = NULL WHERE sequence = 4 AND part = 'about'";
    db.execute_unprepared(gone).await.unwrap();
    let wrong = verify(&world, &[]).await.unwrap_err().to_string();
    assert!(
        wrong.starts_with("entry 4: about: it is gone, and no entry tells of its erasure"),
        "{wrong}"
    );
    let told = fails(&["audit", "verify"], &[("DATABASE_URL", world.url())]);
    assert!(told.contains("entry 4: about"), "{told}");
}

#[tokio::test]
async fn a_tail_cut_so_that_all_fits_is_found_by_a_receipt() {
    let world = World::new().await;
    appended(&world, 3).await;
    let db = world.app.db.for_migration();
    db.execute_unprepared("CREATE TABLE kept AS SELECT * FROM audit_tree")
        .await
        .unwrap();
    appended(&world, 4).await;
    let receipt = audit::head(&world.app).await.unwrap();
    without_triggers(&world).await;
    for sql in [
        "DELETE FROM audit_part WHERE sequence > 3",
        "DELETE FROM audit_entry WHERE sequence > 3",
        "DELETE FROM audit_tree",
        "INSERT INTO audit_tree (id, size, frontier, root) SELECT id, size, frontier, root FROM kept",
    ] {
        db.execute_unprepared(sql).await.unwrap();
    }
    assert_eq!(verify(&world, &[]).await.unwrap().size, 3, "by itself it fits");
    let wrong = verify(&world, std::slice::from_ref(&receipt))
        .await
        .unwrap_err()
        .to_string();
    assert!(wrong.starts_with("entry 4: sequence: it is missing"), "{wrong}");
    appended(&world, 4).await;
    let wrong = verify(&world, &[receipt]).await.unwrap_err().to_string();
    assert!(
        wrong.contains("from entry 1 to 7 is not what it was"),
        "grown again: {wrong}"
    );
}

#[test]
fn every_edit_of_an_export_is_detected_from_one_receipt() {
    let log = tampering::Log::new();
    assert_eq!(
        log.check(log.export()).unwrap().size,
        48,
        "the log as it is holds"
    );
    for seed in 0..200 {
        let (edit, lines) = log.edited(seed);
        assert!(
            log.check(lines).is_err(),
            "edit {seed} was not detected: {edit:?}"
        );
    }
}
