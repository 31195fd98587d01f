//! What was published from here and comes back changes nothing, whatever its contracts came from: a file, notices, a
//! pilot's award, a person.

use super::registers::{counts, made};
use super::*;
use crate::notices::{FIRST, brought};
use entity::{contract, import_run, notice_release};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json as value;

/// Norfolk's register: 13 contracts of a file, 2 of notices, of which one has the reference of a file's, one of a pilot and
/// one that somebody made. Suffolk's has one of notices.
async fn installed() -> World {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let norfolk = directory().find("norfolk").unwrap().id;
    made(&world, norfolk, "pilot:1:1:1").await;
    made(&world, norfolk, "hand:1").await;
    world.app.clock.advance(chrono::Duration::hours(1));
    let (done, _) = brought(&world, &FIRST.replace("NCC-5", "F001")).await;
    assert_eq!(done.added, 3);
    world.app.clock.advance(chrono::Duration::hours(1));
    world
}

/// Everything that an import could leave: contracts as they are, imports, releases of notices.
async fn everything(world: &World) -> (Vec<contract::Model>, u64, u64) {
    let db = world.app.db.read();
    let contracts = contract::Entity::find().order_by_asc(contract::Column::Id);
    (
        contracts.all(db).await.unwrap(),
        import_run::Entity::find().count(db).await.unwrap(),
        notice_release::Entity::find().count(db).await.unwrap(),
    )
}

#[tokio::test]
async fn releases_of_ours_change_nothing_and_none_is_kept() {
    let world = installed().await;
    let before = everything(&world).await;
    for (path, contracts) in [
        ("norfolk/releases.json", 17),
        ("norfolk/records.json", 17),
        ("norfolk/releases.jsonl", 17),
        ("releases.jsonl", 18),
    ] {
        let out = fetched(&world, &format!("/open/{path}")).await;
        let out = String::from_utf8(out).unwrap();
        // An installation may have had another prefix before.
        for out in [&out, &out.replace("ocds-guildhall-", "ocds-h6vhtk-")] {
            let (done, doubts) = brought(&world, out).await;
            assert_eq!((done.releases, done.ours), (contracts, contracts), "{path}");
            assert_eq!((done.new, done.known, done.held, done.processes), (0, 0, 0, 0));
            assert!(doubts.is_empty(), "{doubts:?}");
            assert!(everything(&world).await == before, "{path}");
        }
    }
}

#[tokio::test]
async fn an_ocid_that_only_looks_like_ours_comes_in_as_any_other() {
    let world = installed().await;
    let all = json(&world, "/open/norfolk/releases.json").await;
    let mut all = all["releases"].as_array().unwrap().iter();
    let one = all.find(|one| one["tender"]["id"] == "F002").unwrap().clone();
    let ours = one["ocid"].as_str().unwrap();
    let nobodys = format!("ocds-h6vhtk-{}", "0".repeat(32));
    let longer = format!("{ours}0");
    let mut elsewhere = one.clone();
    elsewhere["buyer"]["name"] = value!("Suffolk County Council");
    let strangers = [
        one.to_string().replace(ours, &nobodys),
        one.to_string().replace(ours, &longer),
        // Of a contract in another council's register.
        elsewhere.to_string(),
    ];
    let before = everything(&world).await.0.len();
    let lines: Vec<String> = [one.to_string()].into_iter().chain(strangers).collect();
    let (done, _) = brought(&world, &lines.join("\n")).await;
    // Two have a reference and a supplier of Norfolk's register, and wait for a person.
    assert_eq!((done.ours, done.new, done.added, done.awards_held), (1, 3, 1, 2));
    assert_eq!(everything(&world).await.0.len(), before + 1);
    let there = contract::Entity::find().filter(contract::Column::Ocid.eq(ours));
    let there = there.one(world.app.db.read()).await.unwrap().unwrap();
    assert_eq!(there.council_id, directory().find("suffolk").unwrap().id);
}

#[tokio::test]
async fn a_register_of_ours_adds_nothing_a_second_time() {
    for path in [
        "register.csv",
        "register.csv?columns=lga",
        "register.csv?bom=1",
        "register.xlsx",
        "register.xlsx?columns=lga",
    ] {
        let world = installed().await;
        let before = everything(&world).await.0.len();
        let out = fetched(&world, &format!("/open/norfolk/{path}")).await;
        let (added, changed, unchanged) = counts(&imported(&world, &out).await);
        // The one of the file that shares its reference with one of notices is told by more than that from now on.
        assert_eq!((added, changed, unchanged), (0, 1, 16), "{path}");
        assert_eq!(everything(&world).await.0.len(), before, "{path}");
        world.app.clock.advance(chrono::Duration::hours(1));
        let out = fetched(&world, &format!("/open/norfolk/{path}")).await;
        assert_eq!(counts(&imported(&world, &out).await), (0, 0, 17), "{path}");
        // Notices go on to say what their contracts are.
        let (done, _) = brought(&world, &FIRST.replace("NCC-5", "F001")).await;
        assert_eq!((done.added, done.changed, done.unchanged), (0, 0, 3), "{path}");
    }
}
