//! Notices (OCDS) come in by file and are contracts of the councils that buy.

mod real;
mod registered;

use crate::world::World;
use entity::{contract, import_run, notice_release, supplier};
use guildhall::access::{CouncilRole, Viewer, sessions};
use guildhall::councils::{Council, directory};
use guildhall::exchange::notices::{ImportError, Imported, Notices, Told, import};
use guildhall::exchange::register::Doubt;
use guildhall::runtime::Error;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use std::io::Cursor;

pub(crate) const FIRST: &str = include_str!("../fixtures/notices/first.json");
const LATER: &str = include_str!("../fixtures/notices/later.json");
const EMPTY: &str = include_str!("../fixtures/notices/empty.json");

struct How {
    viewer: Viewer,
    only: Option<&'static str>,
    dry_run: bool,
}

const SYSTEM: How = How {
    viewer: Viewer::System,
    only: None,
    dry_run: false,
};

fn council(slug: &str) -> &'static Council {
    directory().find(slug).unwrap()
}

async fn bring(world: &World, text: &str, how: How) -> (Result<Imported, ImportError>, Vec<Doubt>) {
    let notices = Notices {
        name: "notices.json",
        from: Cursor::new(text.as_bytes().to_vec()),
        only: how.only.map(council),
        dry_run: how.dry_run,
    };
    let mut doubts = Vec::new();
    let done = import(&world.app, &how.viewer, notices, |told| {
        if let Told::Doubt(doubt) = told {
            doubts.push(doubt.clone());
        }
    })
    .await;
    (done, doubts)
}

pub(crate) async fn brought(world: &World, text: &str) -> (Imported, Vec<Doubt>) {
    let (done, doubts) = bring(world, text, SYSTEM).await;
    (done.unwrap(), doubts)
}

fn codes(doubts: &[Doubt]) -> Vec<(u32, &str, &str)> {
    doubts
        .iter()
        .map(|doubt| (doubt.row, doubt.raw.as_str(), doubt.why.code()))
        .collect()
}

/// Contracts added, changed, unchanged; awards linked and held.
fn counts(done: &Imported) -> [u32; 5] {
    [
        done.added,
        done.changed,
        done.unchanged,
        done.linked,
        done.awards_held,
    ]
}

/// Every contract, by title, without what differs from world to world.
async fn registers(world: &World) -> Value {
    let query = "{ contracts(first: 100, orderBy: { field: TITLE }) { edges { node {
        title reference description cpv contractType processType valuePence startsOn initialEndsOn currentEndsOn
        maximumEndsOn status(asOf: \"2026-06-01\") council { slug } suppliers { name } } } } }";
    let mut answer = world.query(None, query, Value::Null).await;
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"]["contracts"]["edges"].take()
}

fn titled<'a>(registers: &'a Value, title: &str) -> &'a Value {
    let mut nodes = registers.as_array().unwrap().iter().map(|edge| &edge["node"]);
    let found = nodes.find(|node| node["title"] == title);
    found.unwrap_or_else(|| panic!("{title} is not in {registers}"))
}

#[tokio::test]
async fn texts_longer_than_an_index_takes_are_cut_and_told() {
    let world = World::new().await;
    let title = crate::imports::limits::noise("title", 100_000);
    let supplier = crate::imports::limits::noise("supplier", 100_000);
    let text = FIRST
        .replace("Library vans", &title)
        .replace("Cogs Care Ltd", &supplier);
    let (done, doubts) = brought(&world, &text).await;
    assert_eq!(done.added, 3);
    let cut: Vec<&str> = doubts
        .iter()
        .filter(|doubt| doubt.why.code() == "text_cut")
        .map(|doubt| &*doubt.column)
        .collect();
    assert!(
        cut.contains(&"tender/title") && cut.contains(&"awards/suppliers/name"),
        "{cut:?}"
    );
    titled(&registers(&world).await, &title[..500]);
    assert_eq!(brought(&world, &text).await.0.added, 0);
}

#[tokio::test]
async fn a_package_becomes_contracts_in_the_register_of_each_council_that_buys() {
    let world = World::new().await;
    let (done, doubts) = brought(&world, FIRST).await;
    assert_eq!(counts(&done), [3, 0, 0, 0, 0]);
    assert_eq!(
        (
            done.releases,
            done.new,
            done.held,
            done.processes,
            done.not_awarded
        ),
        (5, 4, 1, 4, 1)
    );
    assert_eq!(
        done.councils,
        [("norfolk", [2, 0, 0]), ("suffolk", [1, 0, 0])].into()
    );
    let expected = [
        (4, "Ofcom", "buyer_unknown"),
        (5, "7000 EUR", "currency_other"),
        (2, "Cogs Care Ltd", "supplier_by_spelling"),
    ];
    assert_eq!(codes(&doubts), expected, "{doubts:?}");
    assert!(
        doubts[0].sentence().contains("ocds-fixture-0004 of Ofcom"),
        "{}",
        doubts[0].sentence()
    );

    let there = registers(&world).await;
    let vans = titled(&there, "Library vans");
    assert_eq!(
        (&vans["reference"], &vans["valuePence"]),
        (&json!("NCC-1"), &json!(12_000_050))
    );
    assert_eq!(
        (&vans["startsOn"], &vans["currentEndsOn"]),
        (&json!("2025-04-01"), &json!("2027-03-31"))
    );
    assert_eq!(
        (&vans["cpv"], &vans["processType"]),
        (&json!("34114000"), &json!("Open procedure"))
    );
    assert_eq!(
        (&vans["council"]["slug"], &vans["status"]),
        (&json!("norfolk"), &json!("IN_INITIAL_TERM"))
    );
    let care = titled(&there, "Care framework");
    assert_eq!(care["council"]["slug"], "suffolk");
    assert_eq!(
        care["suppliers"],
        json!([{ "name": "Bolts Care" }, { "name": "Cogs Care Limited" }]),
        "each once"
    );
    assert_eq!(care["contractType"], "Framework agreement");
    assert_eq!(titled(&there, "Maps")["valuePence"], Value::Null);

    let db = world.app.db.read();
    let ocids = contract::Entity::find().filter(contract::Column::Ocid.eq("ocds-fixture-0001"));
    assert_eq!(ocids.count(db).await.unwrap(), 1);
    let suppliers = supplier::Entity::find().all(db).await.unwrap();
    let one = |name: &str| suppliers.iter().find(|one| one.name == name).unwrap();
    let acme = one("Acme Vans Ltd");
    assert_eq!(
        (acme.companies_house.as_deref(), acme.said_sme, acme.vcse),
        (Some("01234567"), Some(true), Some(false))
    );
    let bolts = one("Bolts Care");
    assert_eq!(
        (bolts.charity.as_deref(), bolts.said_sme, bolts.vcse),
        (Some("1089893"), Some(false), Some(true))
    );
    let kept = notice_release::Entity::find().all(db).await.unwrap();
    assert!(
        kept.iter()
            .all(|row| !row.content.to_string().contains("a.person")),
        "nobody to contact is kept"
    );
}

#[tokio::test]
async fn the_same_package_twice_changes_nothing() {
    let world = World::new().await;
    brought(&world, FIRST).await;
    let before = registers(&world).await;
    let (done, _) = brought(&world, FIRST).await;
    assert_eq!((counts(&done), done.new, done.known), ([0, 0, 3, 0, 0], 0, 4));
    assert_eq!(registers(&world).await, before);
    let runs = import_run::Entity::find()
        .count(world.app.db.read())
        .await
        .unwrap();
    assert_eq!(runs, 2, "one for each council, of the first time");
}

#[tokio::test]
async fn an_empty_package_is_nothing_and_no_error() {
    let world = World::new().await;
    assert_eq!(brought(&world, EMPTY).await, (Imported::default(), Vec::new()));
}

#[tokio::test]
async fn later_releases_amend_terminate_cancel_and_award() {
    let world = World::new().await;
    brought(&world, FIRST).await;
    let (done, doubts) = brought(&world, LATER).await;
    assert_eq!(
        (counts(&done), done.not_awarded),
        ([1, 3, 0, 0, 0], 0),
        "{doubts:?}"
    );
    let there = registers(&world).await;
    let vans = titled(&there, "Library vans");
    assert_eq!(
        (&vans["valuePence"], &vans["currentEndsOn"]),
        (&json!(15_000_000), &json!("2028-03-31"))
    );
    assert_eq!(vans["maximumEndsOn"], "2029-03-31");
    let care = titled(&there, "Care framework");
    assert_eq!(care["status"], "TERMINATED");
    let row = contract::Entity::find().filter(contract::Column::Ocid.eq("ocds-fixture-0002"));
    let row = row.one(world.app.db.read()).await.unwrap().unwrap();
    assert_eq!(row.terminated_on, "2026-05-05".parse().ok());
    assert_eq!(titled(&there, "Maps")["status"], "CANCELLED");
    let grit = titled(&there, "Gritting");
    assert_eq!(grit["suppliers"], json!([{ "name": "Grit & Sons" }]));
    assert_eq!(
        (&grit["valuePence"], &grit["reference"]),
        (&json!(88_000_000), &json!("NCC-3"))
    );
}

#[tokio::test]
async fn an_older_package_that_comes_later_changes_nothing_newer() {
    let (straight, turned) = (World::new().await, World::new().await);
    brought(&straight, FIRST).await;
    brought(&straight, LATER).await;
    brought(&turned, LATER).await;
    brought(&turned, FIRST).await;
    assert_eq!(registers(&turned).await, registers(&straight).await);
    let (done, _) = brought(&turned, LATER).await;
    assert_eq!(counts(&done), [0, 0, 4, 0, 0]);
}

#[tokio::test]
async fn what_an_officer_corrected_stays_until_a_notice_says_otherwise_of_it() {
    let world = World::new().await;
    brought(&world, FIRST).await;
    let officer = world
        .member("officer@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let query = "{ contracts(first: 10, filter: { text: \"library\" }) { edges { node { id } } } }";
    let id =
        world.query(None, query, Value::Null).await["data"]["contracts"]["edges"][0]["node"]["id"].take();
    let amend =
        "mutation A($input: ContractAmendInput!) { contractAmend(input: $input) { errors { message } } }";
    let input = json!({ "contract": id, "version": 1, "title": "Mobile libraries" });
    let amended = world.data(&officer, amend, json!({ "input": input })).await;
    assert_eq!(amended["contractAmend"]["errors"], json!([]));
    brought(&world, FIRST).await;
    brought(&world, LATER).await;
    let there = registers(&world).await;
    let vans = titled(&there, "Mobile libraries");
    assert_eq!(vans["currentEndsOn"], "2028-03-31", "the notice's new end");
}

#[tokio::test]
async fn a_dry_run_says_the_same_and_keeps_nothing() {
    let world = World::new().await;
    let dry = How {
        dry_run: true,
        ..SYSTEM
    };
    let (foreseen, doubts) = bring(&world, FIRST, dry).await;
    assert_eq!(registers(&world).await, json!([]));
    let db = world.app.db.read();
    assert_eq!(notice_release::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!(supplier::Entity::find().count(db).await.unwrap(), 0);
    assert_eq!((foreseen.unwrap(), doubts), brought(&world, FIRST).await);
}

#[tokio::test]
async fn the_right_is_needed_for_each_council_of_the_package() {
    let world = World::new().await;
    let refused = |done: Result<Imported, ImportError>| {
        matches!(
            done,
            Err(ImportError::Refused(Error::NotAllowed | Error::NotSignedIn))
        )
    };
    let anonymous = How {
        viewer: Viewer::Anonymous,
        ..SYSTEM
    };
    assert!(refused(bring(&world, FIRST, anonymous).await.0));
    let token = world
        .member("officer@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let officer = sessions::viewer_of(&world.app, Some(&token)).await.unwrap();
    let all = How {
        viewer: officer.clone(),
        ..SYSTEM
    };
    assert!(refused(bring(&world, FIRST, all).await.0), "Suffolk is in it");
    assert_eq!(registers(&world).await, json!([]), "nothing is kept");
    let own = How {
        viewer: officer,
        only: Some("norfolk"),
        ..SYSTEM
    };
    let done = bring(&world, FIRST, own).await.0.unwrap();
    assert_eq!(
        (counts(&done), done.elsewhere, done.held),
        ([2, 0, 0, 0, 0], 1, 1)
    );
}

#[tokio::test]
async fn garbage_names_its_line_or_release_and_spoils_no_other_line() {
    let world = World::new().await;
    let package: Value = serde_json::from_str(FIRST).unwrap();
    let line = |at: usize| package["releases"][at].to_string();
    let undated = line(1).replace("2025-01-11T09:00:00Z", "lately");
    let lines = format!(
        "{}\n{{\"ocid\": garbage\n{undated}\n{}\n",
        line(0),
        line(2).replace("ocds-fixture", "fixture")
    );
    let (done, doubts) = brought(&world, &lines).await;
    assert_eq!((counts(&done), done.held), ([1, 0, 0, 0, 0], 3));
    let told: Vec<_> = codes(&doubts)
        .into_iter()
        .map(|(row, _, why)| (row, why))
        .collect();
    assert_eq!(
        told,
        [
            (2, "release_unreadable"),
            (3, "release_undated"),
            (4, "ocid_form")
        ]
    );
    assert!(
        doubts[0].raw.contains("garbage") && doubts[0].raw.contains("line 1 column"),
        "{}",
        doubts[0].raw
    );

    let broken = format!("{{\"releases\": [\n{},\n{{\"ocid\": ]\n]}}", line(4));
    let (done, _) = bring(&world, &broken, SYSTEM).await;
    let error = done.unwrap_err().to_string();
    assert!(
        error.contains("in or after release 2") && error.contains("line 3"),
        "{error}"
    );
    assert_eq!(
        registers(&world).await.as_array().unwrap().len(),
        1,
        "nothing of a broken package is kept"
    );
}

#[tokio::test]
async fn a_release_that_leaves_the_buyer_out_is_of_the_council_that_its_process_is_of() {
    let world = World::new().await;
    let later: Value = serde_json::from_str(LATER).unwrap();
    let mut amendment = later["releases"][1].clone();
    amendment.as_object_mut().unwrap().remove("buyer");
    let (done, doubts) = brought(&world, &amendment.to_string()).await;
    assert_eq!((done.held, codes(&doubts)[0].2), (1, "buyer_blank"));
    brought(&world, FIRST).await;
    let (done, _) = brought(&world, &amendment.to_string()).await;
    assert_eq!(counts(&done), [0, 1, 0, 0, 0]);
}

fn register(rows: &str) -> String {
    format!(
        "Contract Reference number / ID,Open Contracting ID,Title of the Agreement,Contract start date,End date,Contract value,Supplier name\n{rows}"
    )
}

#[tokio::test]
async fn a_contract_of_the_councils_own_register_with_the_process_is_linked_and_stands() {
    let world = World::new().await;
    world
        .register(
            &register("F1,ocds-fixture-0001,Vans for libraries,01/04/2025,31/03/2026,120000.50,Acme\n"),
            false,
        )
        .await;
    let (done, doubts) = brought(&world, FIRST).await;
    assert_eq!(counts(&done), [2, 0, 0, 1, 0]);
    let differs: Vec<_> = codes(&doubts)
        .into_iter()
        .filter(|doubt| doubt.2 == "register_differs")
        .collect();
    assert_eq!(differs, [(1, "2027-03-31", "register_differs")]);
    let there = registers(&world).await;
    assert_eq!(
        titled(&there, "Vans for libraries")["currentEndsOn"],
        "2026-03-31"
    );
    let (done, _) = brought(&world, FIRST).await;
    assert_eq!(counts(&done), [0, 0, 2, 1, 0]);
}

#[tokio::test]
async fn the_same_reference_and_supplier_without_a_process_is_held_and_told() {
    let world = World::new().await;
    world
        .register(&register("NCC-1,,Vans,01/04/2025,31/03/2027,5,ACME VANS LIMITED\nNCC-5,,Maps,01/02/2025,31/01/2026,5,Another\n"), false)
        .await;
    let (done, doubts) = brought(&world, FIRST).await;
    assert_eq!(counts(&done), [2, 0, 0, 0, 1]);
    let held = doubts
        .iter()
        .find(|doubt| doubt.why.code() == "register_has_reference")
        .unwrap();
    assert_eq!((held.row, held.raw.as_str()), (1, "NCC-1"));
    assert!(
        held.sentence().contains("There it is \"Vans\"."),
        "{}",
        held.sentence()
    );
    // Once the register names the process, it is certain.
    world
        .register(&register("NCC-1,ocds-fixture-0001,Vans,01/04/2025,31/03/2027,5,ACME VANS LIMITED\nNCC-5,,Maps,01/02/2025,31/01/2026,5,Another\n"), false)
        .await;
    let (done, _) = brought(&world, FIRST).await;
    assert_eq!(counts(&done), [0, 0, 2, 1, 0]);
}

#[tokio::test]
async fn a_register_that_names_the_process_takes_its_contract_over_and_misses_no_other() {
    let world = World::new().await;
    brought(&world, FIRST).await;
    let rows = "F1,ocds-fixture-0001,Vans for libraries,01/04/2025,31/03/2027,5,Acme\nF2,,Chairs,01/04/2025,31/03/2030,5,Bolts\n";
    let done = world.register(&register(rows), false).await;
    assert_eq!((done.plan.added, done.plan.changed), (1, 1));
    let there = registers(&world).await;
    titled(&there, "Vans for libraries");
    assert_eq!(there.as_array().unwrap().len(), 4, "{there}");
    world.register(&register(rows), false).await;
    let missing = entity::contract_source::Entity::find()
        .filter(entity::contract_source::Column::MissingSince.is_not_null())
        .count(world.app.db.read());
    assert_eq!(
        missing.await.unwrap(),
        0,
        "a notice's contract cannot vanish from a register's file"
    );
    let (done, _) = brought(&world, FIRST).await;
    assert_eq!(counts(&done), [0, 0, 2, 1, 0]);
}
