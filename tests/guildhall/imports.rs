//! The next file of a register: what it changes, what it leaves to a person, what it cannot take away, and its undoing.

use crate::alert_pages::uuid_of;
use crate::world::{ImportTold, World};
use guildhall::access::{CouncilRole, Viewer};
use guildhall::exchange::import::{self, Decisions, Imported, Line, LineKind};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

mod command;
pub(crate) mod limits;
mod next_quarter;
pub(crate) mod noticed;
mod said;
mod undone;

const HEAD: &str = "Contract Reference number / ID,Title of the Agreement,Supplier name,Contract start date,End date,Contract value,Extension options\n";
const ROWS: [&str; 5] = [
    "N1,Road salt,Grit Ltd,01/04/2024,31/03/2028,1000,\n",
    "N2,School meals,Dinner Co Ltd,01/09/2024,31/08/2027,2000,2 x 12 months\n",
    "N3,Street lights,Glow plc,01/01/2020,31/12/2022,3000,\n",
    "N4,Payroll software,Cash plc,01/04/2023,31/03/2029,4000,\n",
    ",Library vans,Wheels Ltd,01/05/2024,30/04/2029,5000,\n",
];

fn file(rows: &[&str]) -> String {
    format!("{HEAD}{}", rows.concat())
}

fn counts(done: &Imported) -> [u32; 6] {
    [
        done.plan.added,
        done.plan.changed,
        done.plan.unchanged,
        done.plan.ended,
        done.plan.vanished,
        done.plan.held,
    ]
}

fn of_kind(told: &ImportTold, kind: LineKind) -> Vec<&Line> {
    told.lines.iter().filter(|line| line.kind == kind).collect()
}

/// Every contract by title, as anybody sees it, less what counts its changes.
async fn contracts(world: &World) -> BTreeMap<String, Value> {
    let query =
        "{ contracts(first: 50) { edges { node { id reference title startsOn initialEndsOn currentEndsOn
        maximumEndsOn valuePence productName status autoRenewsMonths extensionOptions { ordinal months state }
        suppliers { id name } windows { kind opensOn closesOn } } } } }";
    let answer = world.query(None, query, Value::Null).await;
    let edges = answer["data"]["contracts"]["edges"]
        .as_array()
        .unwrap_or_else(|| panic!("{answer}"))
        .clone();
    edges
        .into_iter()
        .map(|edge| {
            (
                edge["node"]["title"].as_str().unwrap().to_owned(),
                edge["node"].clone(),
            )
        })
        .collect()
}

/// The register as anybody gets it.
async fn published(world: &World) -> String {
    let answer = world.client.get("/open/norfolk/register.csv").send().await;
    answer.0.into_body().into_string().await.unwrap()
}

async fn with(decisions: &[(u32, Option<Uuid>)], world: &World, text: &str) -> (Imported, ImportTold) {
    world
        .register_told(text, &decisions.iter().copied().collect(), false)
        .await
}

async fn first(world: &World) -> BTreeMap<String, Value> {
    let done = world.register(&file(&ROWS), false).await;
    assert_eq!(counts(&done), [5, 0, 0, 0, 0, 0]);
    contracts(world).await
}

/// The contract that a held row may be.
fn perhaps(line: &Line) -> Uuid {
    line.detail["perhaps"][0]["contract"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap()
}

#[tokio::test]
async fn a_plan_says_what_the_import_then_does() {
    let world = World::new().await;
    first(&world).await;
    let salt = ROWS[0].replace("1000", "1500");
    let next = file(&[
        &salt,
        ROWS[1],
        ROWS[4],
        "N9,Bins,Tip Ltd,01/06/2026,31/05/2030,9,\n",
        ",,,,,7,\n",
    ]);
    let (planned, plan) = world.register_told(&next, &Decisions::new(), true).await;
    assert_eq!(counts(&planned), [1, 1, 2, 1, 1, 1]);
    assert_eq!(
        world.register(&file(&ROWS), true).await.plan.unchanged,
        5,
        "a plan keeps nothing"
    );
    let (done, told) = with(&[], &world, &next).await;
    assert_eq!(counts(&done), counts(&planned));
    assert_eq!(told.lines, plan.lines);
    let changed = of_kind(&plan, LineKind::Changed);
    assert_eq!(
        (changed[0].row, changed[0].title.as_str()),
        (Some(2), "Road salt")
    );
    assert_eq!(
        changed[0].detail,
        json!({ "valuePence": { "from": 100_000, "to": 150_000 } })
    );
    let title = |kind| {
        of_kind(&plan, kind)
            .iter()
            .map(|line| line.title.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(title(LineKind::Added), ["Bins"]);
    assert_eq!(
        title(LineKind::Vanished),
        ["Payroll software"],
        "its end is ahead"
    );
    assert_eq!(title(LineKind::Ended), ["Street lights"], "it was over");
    assert_eq!(of_kind(&plan, LineKind::Held)[0].row, Some(6));
    assert_eq!(told.rows.last(), Some(&(5, 5)), "{:?}", told.rows);
}

#[tokio::test]
async fn a_contract_without_an_end_that_is_gone_has_vanished_since_nobody_knows_that_it_is_over() {
    let world = World::new().await;
    let endless = "N6,Bridges,Span Ltd,01/04/2020,,6000,\n";
    let placeholder = "N7,Tunnels,Mole Ltd,01/04/2020,31/12/9999,7000,\n";
    let all = [&ROWS[..], &[endless, placeholder]].concat();
    world.register(&file(&all), false).await;
    assert_eq!(contracts(&world).await["Bridges"]["status"], "END_UNKNOWN");
    let (done, told) = with(&[], &world, &file(&[ROWS[0], ROWS[1], ROWS[3], ROWS[4]])).await;
    assert_eq!(counts(&done), [0, 0, 4, 1, 2, 0]);
    let mut vanished: Vec<_> = of_kind(&told, LineKind::Vanished)
        .iter()
        .map(|line| line.title.as_str())
        .collect();
    vanished.sort_unstable();
    assert_eq!(vanished, ["Bridges", "Tunnels"]);
    assert_eq!(of_kind(&told, LineKind::Ended)[0].title, "Street lights");
}

#[tokio::test]
async fn rows_that_are_held_are_told_in_the_order_of_the_file_whatever_they_are_held_for() {
    let world = World::new().await;
    noticed::bring_salt(&world).await;
    first(&world).await;
    let next = file(&[
        ROWS[0],
        ",Library vans and cars,Wheels Ltd,01/05/2024,30/04/2029,5000,\n",
        &noticed::row("", "Road salt and sand", "Salt Ltd", "01/04/2025"),
        "N4,Tree surgery,Branch Ltd,01/04/2026,31/03/2030,8,\n",
        ROWS[1],
        ",,,,,7,\n",
        ROWS[2],
    ]);
    let (done, told) = with(&[], &world, &next).await;
    assert_eq!(counts(&done), [0, 0, 3, 0, 0, 4]);
    let held = of_kind(&told, LineKind::Held);
    let rows: Vec<_> = held.iter().filter_map(|line| line.row).collect();
    assert_eq!(rows, [3, 4, 5, 7]);
    assert_eq!(held[3].detail["perhaps"], json!([]));
}

#[tokio::test]
async fn a_part_of_a_register_ends_nothing_and_says_so() {
    let world = World::new().await;
    first(&world).await;
    let done = world.register(&file(&ROWS[..2]), false).await;
    assert_eq!((counts(&done), done.plan.partial), ([0, 0, 2, 0, 0, 0], true));
}

#[tokio::test]
async fn a_council_that_numbers_its_register_anew_keeps_its_contracts() {
    let world = World::new().await;
    let before = first(&world).await;
    let text = file(&ROWS).replace("\nN", "\nREF-2026/0");
    let done = world.register(&text, false).await;
    assert_eq!(counts(&done), [0, 4, 1, 0, 0, 0]);
    let after = contracts(&world).await;
    for (title, was) in &before {
        assert_eq!(after[title]["id"], was["id"], "{title}");
    }
    assert_eq!(after["Road salt"]["reference"], "REF-2026/01");
    assert_eq!(counts(&world.register(&text, false).await), [0, 0, 5, 0, 0, 0]);
}

#[tokio::test]
async fn what_may_be_a_known_contract_is_held_until_a_person_says() {
    let nearly = file(&[
        ROWS[0],
        ROWS[1],
        ROWS[2],
        ROWS[3],
        ",Library vans and cars,Wheels Ltd,01/05/2024,30/04/2029,5000,\n",
    ]);
    let world = World::new().await;
    let before = first(&world).await;
    let (done, told) = with(&[], &world, &nearly).await;
    assert_eq!(counts(&done), [0, 0, 4, 0, 0, 1], "it is not missing either");
    let held = of_kind(&told, LineKind::Held)[0];
    assert_eq!(
        (held.row, held.title.as_str()),
        (Some(6), "Library vans and cars")
    );
    assert_eq!(held.detail["perhaps"][0]["title"], "Library vans");
    let doubt = told
        .doubts
        .iter()
        .find(|doubt| doubt.why.code() == "perhaps_known")
        .unwrap();
    assert!(
        doubt.sentence().contains("supplier and start are those"),
        "{}",
        doubt.sentence()
    );

    let (same, _) = with(&[(6, Some(perhaps(held)))], &world, &nearly).await;
    assert_eq!(counts(&same), [0, 1, 4, 0, 0, 0]);
    let after = contracts(&world).await;
    assert_eq!(after["Library vans and cars"]["id"], before["Library vans"]["id"]);
    assert_eq!(
        counts(&world.register(&nearly, false).await),
        [0, 0, 5, 0, 0, 0],
        "it need not be said again"
    );

    let world = World::new().await;
    first(&world).await;
    let (new, _) = with(&[(6, None)], &world, &nearly).await;
    assert_eq!(counts(&new), [1, 0, 4, 0, 1, 0]);
}

#[tokio::test]
async fn a_reference_that_stands_for_something_else_is_held_and_can_be_a_new_contract() {
    let world = World::new().await;
    let before = first(&world).await;
    let reused = file(&[
        ROWS[0],
        ROWS[1],
        ROWS[2],
        "N4,Tree surgery,Branch Ltd,01/04/2026,31/03/2030,8,\n",
        ROWS[4],
    ]);
    let (done, told) = with(&[], &world, &reused).await;
    assert_eq!(counts(&done), [0, 0, 4, 0, 0, 1]);
    assert_eq!(
        of_kind(&told, LineKind::Held)[0].detail["perhaps"][0]["title"],
        "Payroll software"
    );
    let (done, _) = with(&[(5, None)], &world, &reused).await;
    assert_eq!(counts(&done), [1, 0, 4, 0, 1, 0]);
    let after = contracts(&world).await;
    assert_eq!(after["Payroll software"]["id"], before["Payroll software"]["id"]);
    assert_ne!(after["Tree surgery"]["id"], before["Payroll software"]["id"]);
    assert_eq!(counts(&world.register(&reused, false).await), [0, 0, 5, 0, 0, 0]);
}

#[tokio::test]
async fn a_changed_row_keeps_what_people_recorded_and_no_file_can_say() {
    let world = World::new().await;
    let before = first(&world).await;
    let officer = world
        .member("officer@norfolk.gov.uk", "norfolk", CouncilRole::Officer)
        .await;
    amend(
        &world,
        &officer,
        &before["School meals"],
        json!({ "autoRenewsMonths": 12, "terminatedOn": "2026-12-31" }),
    )
    .await;
    let amended = contracts(&world).await["School meals"].clone();
    let meals = ROWS[1].replace("2000", "2500");
    let done = world
        .register(&file(&[ROWS[0], &meals, ROWS[2], ROWS[3], ROWS[4]]), false)
        .await;
    assert_eq!(counts(&done), [0, 1, 4, 0, 0, 0]);
    let after = contracts(&world).await["School meals"].clone();
    let mut expected = amended;
    expected["valuePence"] = json!(250_000);
    assert_eq!(after, expected);
    assert_eq!(after["autoRenewsMonths"], 12);
}

/// Corrects a contract of Norfolk's.
async fn amend(world: &World, officer: &String, contract: &Value, mut input: Value) {
    let text =
        "mutation A($input: ContractAmendInput!) { contractAmend(input: $input) { errors { message } } }";
    input["contract"] = contract["id"].clone();
    input["version"] = world.version(officer, &contract["id"]).await;
    let done = world.data(officer, text, json!({ "input": input })).await;
    assert_eq!(done["contractAmend"]["errors"], json!([]), "{done}");
}
