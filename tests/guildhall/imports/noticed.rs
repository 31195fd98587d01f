//! Rows of a register against the contracts that notices brought, where the rows do not name the process: one contract is
//! never two without a doubt, and notices find it afterwards.

use super::*;
use crate::notices::brought;
use entity::contract;
use guildhall::exchange::import::{last_import, undo};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

/// A release of Norfolk's that awards something; its process and award are of its number.
pub(crate) fn award(number: u32, title: &str, supplier: &str, start: &str, status: &str) -> Value {
    json!({
        "ocid": format!("ocds-salt-{number}"), "id": format!("{number}-{title}-{status}"), "date": "2025-02-01T00:00:00Z",
        "tag": ["award"], "buyer": { "id": "B", "name": "Norfolk County Council" },
        "tender": { "id": format!("T{number}"), "title": title },
        "awards": [{ "id": "A", "status": status, "title": title, "suppliers": [{ "id": "S", "name": supplier }],
            "value": { "amount": 100_000, "currency": "GBP" },
            "contractPeriod": { "startDate": start, "endDate": "2027-03-31" } }],
    })
}

pub(crate) fn package(releases: &[Value]) -> String {
    json!({ "releases": releases }).to_string()
}

pub(crate) fn salt() -> Value {
    award(1, "Road salt", "Salt Ltd", "2025-04-01", "active")
}

pub(super) async fn bring_salt(world: &World) {
    assert_eq!(brought(world, &package(&[salt()])).await.0.added, 1);
}

pub(super) fn row(reference: &str, title: &str, supplier: &str, start: &str) -> String {
    format!("{reference},{title},{supplier},{start},31/03/2027,100000,\n")
}

/// Whose process a contract is, and its key's first letter.
async fn process(world: &World, title: &str) -> (Option<String>, String) {
    let there = contract::Entity::find().filter(contract::Column::Title.eq(title));
    let all = there.all(world.app.db.read()).await.unwrap();
    assert_eq!(all.len(), 1, "{all:?}");
    (all[0].ocid.clone(), all[0].row_key[..1].to_owned())
}

#[tokio::test]
async fn a_row_with_title_supplier_and_start_of_a_notice_is_its_contract_and_notices_find_it() {
    for reference in ["", "R2", "T1"] {
        let world = World::new().await;
        brought(&world, &package(&[salt()])).await;
        let before = contracts(&world).await["Road salt"].clone();
        let text = file(&[&row(reference, "Road salt", "SALT LIMITED", "01/04/2025")]);
        let done = world.register(&text, false).await;
        assert_eq!(counts(&done), [0, 1, 0, 0, 0, 0], "{reference}");
        let after = contracts(&world).await;
        assert_eq!((after.len(), &after["Road salt"]["id"]), (1, &before["id"]));
        let (ocid, key) = process(&world, "Road salt").await;
        assert_eq!(ocid.as_deref(), Some("ocds-salt-1"));
        assert_ne!(key, "o", "it is the register's own from here on");
        assert_eq!(counts(&world.register(&text, false).await), [0, 0, 1, 0, 0, 0]);
        let mut later = salt();
        later["date"] = json!("2025-03-01T00:00:00Z");
        later["awards"][0]["value"]["amount"] = json!(120_000);
        let (done, _) = brought(&world, &package(&[later])).await;
        assert_eq!(
            (done.added, done.linked, done.awards_held),
            (0, 1, 0),
            "{reference}"
        );
        assert_eq!(contracts(&world).await.len(), 1);
    }
}

#[tokio::test]
async fn undoing_gives_a_contract_back_to_the_notices_that_brought_it() {
    let world = World::new().await;
    brought(&world, &package(&[salt()])).await;
    let before = contracts(&world).await;
    world.app.clock.advance(chrono::Duration::hours(1));
    let text = file(&[&row("R2", "Road salt", "Salt Ltd", "01/04/2025").replace("100000", "5")]);
    assert_eq!(counts(&world.register(&text, false).await), [0, 1, 0, 0, 0, 0]);
    let norfolk = guildhall::councils::directory().find("norfolk").unwrap().id;
    let run = last_import(&world.app, norfolk).await.unwrap().unwrap();
    let undone = undo(&world.app, &Viewer::System, run).await.unwrap();
    assert_eq!((undone.restored, undone.removed), (1, 0));
    assert_eq!(contracts(&world).await, before);
    let (done, _) = brought(&world, &package(&[salt()])).await;
    assert_eq!((done.added, done.unchanged), (0, 1));
}

#[tokio::test]
async fn a_row_that_nearly_agrees_with_a_notice_is_held_until_a_person_says() {
    for (nearly, why) in [
        (
            row("T1", "De-icing", "Salt Ltd", "01/04/2024"),
            "its reference is that",
        ),
        (
            row("", "Road salt", "Salt Ltd", "15/04/2025"),
            "the start is nearly",
        ),
        (
            row("R2", "Road salts", "Salt Ltd", "01/04/2025"),
            "the title is nearly",
        ),
        (
            row("R2", "Road salt", "Grit Ltd", "01/04/2025"),
            "another supplier",
        ),
    ] {
        let text = file(&[&nearly]);
        let world = World::new().await;
        brought(&world, &package(&[salt()])).await;
        let id = uuid_of(&contracts(&world).await["Road salt"]["id"]);
        let (done, told) = with(&[], &world, &text).await;
        assert_eq!(counts(&done), [0, 0, 0, 0, 0, 1], "{nearly}");
        let held = of_kind(&told, LineKind::Held)[0];
        assert_eq!((held.row, perhaps(held)), (Some(2), id));
        assert!(held.detail["why"].to_string().contains(why), "{}", held.detail);

        let (same, _) = world.register_told(&text, &[(2, Some(id))].into(), true).await;
        assert_eq!(counts(&same), [0, 1, 0, 0, 0, 0], "{nearly}");
        let (new, _) = with(&[(2, None)], &world, &text).await;
        assert_eq!(counts(&new), [1, 0, 0, 0, 0, 0]);
        assert_eq!(counts(&world.register(&text, false).await), [0, 0, 1, 0, 0, 0]);
        let (done, _) = brought(&world, &package(&[salt()])).await;
        assert_eq!((done.added, done.unchanged), (0, 1), "{nearly}");
    }
}

#[tokio::test]
async fn rows_alike_are_held_and_a_row_of_another_process_or_of_an_award_called_off_is_new() {
    let world = World::new().await;
    let off = award(2, "Grit", "Salt Ltd", "2025-04-01", "cancelled");
    brought(&world, &package(&[salt(), off])).await;
    let two = file(&[
        &row("R1", "Road salt", "Salt Ltd", "01/04/2025"),
        &row("R2", "Road salt", "Salt Ltd", "01/04/2025"),
        &row("R3", "Grit", "Salt Ltd", "01/04/2025"),
    ]);
    assert_eq!(counts(&world.register(&two, true).await), [1, 0, 0, 0, 0, 2]);
    let other = "Open Contracting ID,Title of the Agreement,Supplier name,Contract start date\n\
        ocds-other-1,Road salt,Salt Ltd,01/04/2025\n";
    assert_eq!(counts(&world.register(other, true).await), [1, 0, 0, 0, 0, 0]);
}

#[tokio::test]
async fn what_notices_brought_does_not_make_a_part_of_a_register_the_whole() {
    let world = World::new().await;
    first(&world).await;
    let titles = ["Salt", "Sand", "Gravel", "Bricks"];
    let awards: Vec<Value> = (1..)
        .zip(titles)
        .map(|(number, title)| award(number, title, "Salt Ltd", "2025-04-01", "active"))
        .collect();
    brought(&world, &package(&awards)).await;
    let rows = titles.map(|title| row("", title, "Salt Ltd", "01/04/2025"));
    let mut part = vec![ROWS[0]];
    part.extend(rows.iter().map(String::as_str));
    let done = world.register(&file(&part), true).await;
    assert_eq!((counts(&done), done.plan.partial), ([0, 4, 1, 0, 0, 0], true));
    let nearly = rows.map(|row| row.replace("01/04", "02/04"));
    let mut part = vec![ROWS[0]];
    part.extend(nearly.iter().map(String::as_str));
    let done = world.register(&file(&part), true).await;
    assert_eq!((counts(&done), done.plan.partial), ([0, 0, 1, 0, 0, 4], true));
}
