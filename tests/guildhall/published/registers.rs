//! Registers come out as they went in, and going in again they change nothing.
//!
//! The rule by which a cell counts as the same: letter for letter, once the apostrophe is off that keeps a spreadsheet from
//! running it. Only a contract that was corrected here says something else, and only in the cells that were corrected.

use super::*;
use calamine::{Data, Reader as _, Xlsx, open_workbook_from_rs};
use serde_json::json;
use std::collections::HashMap;
use std::io::Cursor;

type Rows = Vec<Vec<String>>;

/// A file's rows as any reader of CSV has them.
fn rows(bytes: &[u8]) -> Rows {
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).flexible(true).from_reader(bytes);
    let rows = reader.records().map(Result::unwrap);
    rows.map(|row| row.iter().map(str::to_owned).collect()).collect()
}

/// How many cells say something, under all headings and beyond them.
fn filled(rows: &[Vec<String>]) -> usize {
    let cells = rows.iter().skip(1).flatten();
    cells.filter(|cell| !cell.trim().is_empty()).count()
}

pub(super) fn counts(done: &Imported) -> (u32, u32, u32) {
    (done.plan.added, done.plan.changed, done.plan.unchanged)
}

#[tokio::test]
async fn a_register_that_comes_out_and_goes_in_again_changes_nothing() {
    for file in [FIXTURE.as_bytes(), SMALL, SCHEMA_NAMES, HOSTILE.as_bytes()] {
        let world = World::new().await;
        let came = imported(&world, file).await.plan.added;
        assert!(came > 4);
        for path in [
            "register.csv",
            "register.csv?columns=lga",
            "register.csv?columns=template&bom=1",
        ] {
            let out = fetched(&world, &format!("/open/norfolk/{path}")).await;
            // A "Yes" under the template's heading does not say which it is; under the schema's it would.
            let unclear = u32::from(file == SMALL && path.contains("lga"));
            let expected = (0, unclear, came - unclear);
            assert_eq!(counts(&imported(&world, &out).await), expected, "{path}");
            let again = fetched(&world, &format!("/open/norfolk/{path}")).await;
            // A row that changed was read from another file, and stands where that has it.
            assert!(unclear > 0 || out == again, "{path}");
        }
    }
}

#[tokio::test]
async fn no_cell_of_a_file_is_lost_on_the_way_through() {
    // Counted by Python: csv.reader, sum(bool(c.strip()) for row in rows[1:] for c in row).
    for (file, cells) in [(FIXTURE.as_bytes(), 192), (HOSTILE.as_bytes(), 32)] {
        let world = World::new().await;
        imported(&world, file).await;
        let came = rows(file);
        assert_eq!(filled(&came), cells);
        for columns in ["template", "lga"] {
            let out = rows(&fetched(&world, &format!("/open/norfolk/register.csv?columns={columns}")).await);
            assert_eq!(filled(&out), cells, "{columns}");
        }
    }
}

#[tokio::test]
async fn hostile_cells_come_out_harmless_and_are_the_same_within() {
    let world = World::new().await;
    imported(&world, HOSTILE.as_bytes()).await;
    let out = fetched(&world, "/open/norfolk/register.csv?columns=lga").await;
    let out = rows(&out);
    assert_eq!(out[0].len(), 38 + 6);
    assert_eq!(
        out[0][38..],
        ["'=Ours", "column 9", "Notes", "Notes", "column 12", "column 13"]
    );
    let column = |name: &str| out[0].iter().position(|heading| heading == name).unwrap();
    let (title, supplier, value, fixed) = (
        column("ContractTitle"),
        column("SupplierName"),
        column("ContractValue"),
        column("FixedCost"),
    );
    assert_eq!(out[1][title], "'=HYPERLINK(\"http://x\")");
    assert_eq!(out[2][title], "Two\r\nlines, and a comma");
    assert_eq!(out[2][supplier], "'+44 Ltd");
    assert_eq!([&out[1][value], &out[2][value]], ["(3728)", "-5.50"]);
    assert_eq!(
        [&out[1][fixed], &out[2][fixed], &out[3][fixed]],
        ["Yes", "No", "true"]
    );
    assert_eq!(
        out[3][supplier], "''=odd",
        "which was not a formula's, and is none"
    );
    assert_eq!(out[2][column("ContractReference")], "'=H2");
    for cell in out.iter().flatten() {
        let number = cell
            .strip_prefix('-')
            .is_some_and(|rest| rest.parse::<f64>().is_ok());
        assert!(
            number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']),
            "{cell:?} runs"
        );
    }
    let template = rows(&fetched(&world, "/open/norfolk/register.csv").await);
    let basis = template[0]
        .iter()
        .position(|heading| heading == "Fixed cost / estimated cost")
        .unwrap();
    assert_eq!(
        [&template[1][basis], &template[2][basis], &template[3][basis]],
        ["Fixed cost", "Estimated cost", "Fixed cost"],
        "where a bare yes could mean either it is written out"
    );
}

#[tokio::test]
async fn norfolks_register_comes_out_cell_for_cell_and_goes_in_again_unchanged() {
    let Some(file) = norfolk() else { return };
    let world = World::new().await;
    assert_eq!(counts(&imported(&world, &file).await), (5_729, 0, 0));
    let out = fetched(&world, "/open/norfolk/register.csv").await;
    let (came, went) = (rows(&file), rows(&out));
    // Counted by Python: 5,730 rows of 39 cells, of which under the headings 96,821 say something.
    assert_eq!(
        (went.len(), filled(&went), filled(&came)),
        (5_730, 96_821, 96_821)
    );
    assert!(
        came == went,
        "the same rows in the same order, each cell letter for letter"
    );
    assert_eq!(counts(&imported(&world, &out).await), (0, 0, 5_729));
    let lga = fetched(&world, "/open/norfolk/register.csv?columns=lga").await;
    assert_eq!(
        filled(&rows(&lga)),
        96_821,
        "the effective date has a column to the right"
    );
    assert_eq!(counts(&imported(&world, &lga).await), (0, 0, 5_729));
}

#[tokio::test]
async fn what_a_council_corrects_here_goes_out_corrected_and_nothing_else_moves() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let before = rows(&fetched(&world, "/open/norfolk/register.csv").await);
    let officer = world
        .member(
            "officer@norfolk.example",
            "norfolk",
            guildhall::access::CouncilRole::Officer,
        )
        .await;
    let query = "{ contracts(first: 50) { edges { node { id reference version } } } }";
    let found = world.data((), query, Value::Null).await;
    let edges = found["contracts"]["edges"].as_array().unwrap().clone();
    let first = edges
        .iter()
        .find(|edge| edge["node"]["reference"] == "F001")
        .unwrap();
    let amend =
        "mutation A($input: ContractAmendInput!) { contractAmend(input: $input) { errors { message } } }";
    let input = json!({ "contract": first["node"]["id"], "version": 1, "title": "=Rounds", "initialEndsOn": "2018-03-31" });
    let amended = world.data(&officer, amend, json!({ "input": input })).await;
    assert_eq!(amended["contractAmend"]["errors"], json!([]));
    let after = rows(&fetched(&world, "/open/norfolk/register.csv").await);
    let mut moved = Vec::new();
    for (row, (was, is)) in before.iter().zip(&after).enumerate() {
        for (column, heading) in before[0].iter().enumerate().filter(|(at, _)| was[*at] != is[*at]) {
            moved.push((row, heading.as_str(), was[column].as_str(), is[column].as_str()));
        }
    }
    let expected = [
        (
            1,
            "Title of the Agreement",
            "Recycling collection software",
            "'=Rounds",
        ),
        (1, "End date", "31/03/2016", "31/03/2018"),
    ];
    assert_eq!(moved, expected);
}

#[tokio::test]
async fn a_contract_from_no_file_is_told_by_what_guildhall_holds() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let council = directory().find("norfolk").unwrap().id;
    made(&world, council, "pilot:1:1:1").await;
    let out = rows(&fetched(&world, "/open/norfolk/register.csv?columns=lga").await);
    let last: HashMap<&str, &str> = out[0]
        .iter()
        .zip(out.last().unwrap())
        .map(|(heading, cell)| (heading.as_str(), cell.as_str()))
        .collect();
    for (heading, cell) in [
        ("OrganisationLabel", "Norfolk County Council"),
        (
            "OrganisationURI",
            "http://statistics.data.gov.uk/id/statistical-geography/E10000020",
        ),
        ("ContractTitle", "A pilot of bins"),
        ("StartDate", "2026-02-01"),
        ("EndDate", "2026-04-30"),
        ("ContractValue", "4999.50"),
        ("FixedCost", "true"),
        ("ProcessType", "Pilot"),
    ] {
        assert_eq!(last[heading], cell, "{heading}");
    }
    assert!(last["OpenContractingID"].starts_with("ocds-guildhall-"));
    for columns in ["lga", "template"] {
        let out = fetched(&world, &format!("/open/norfolk/register.csv?columns={columns}")).await;
        assert_eq!(
            counts(&imported(&world, &out).await),
            (0, 0, 14),
            "it comes back as itself"
        );
    }
}

/// A contract under this key as a pilot's award leaves it: one that came from no file.
pub(crate) async fn made(world: &World, council: uuid::Uuid, key: &str) -> uuid::Uuid {
    use entity::contract;
    use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
    let any = contract::Entity::find()
        .one(world.app.db.read())
        .await
        .unwrap()
        .unwrap();
    let made = contract::Model {
        id: world.app.new_id(),
        council_id: council,
        row_key: key.into(),
        ocid: None,
        reference: None,
        title: "A pilot of bins".into(),
        department: None,
        process_type: Some("Pilot".into()),
        value_pence: Some(499_950),
        value_estimated: Some(false),
        starts_on: "2026-02-01".parse().ok(),
        initial_ends_on: "2026-04-30".parse().ok(),
        ..any
    };
    let id = made.id;
    let txn = world.app.db.begin().await.unwrap();
    made.into_active_model().reset_all().insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    id
}

#[tokio::test]
async fn what_the_councils_files_do_not_have_any_more_is_not_in_its_register() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let without: String = FIXTURE
        .lines()
        .filter(|line| !line.contains(",F002,"))
        .map(|line| format!("{line}\n"))
        .collect();
    imported(&world, without.as_bytes()).await;
    let out = fetched(&world, "/open/norfolk/register.csv").await;
    assert_eq!(rows(&out).len(), 13, "twelve and the headings");
    assert!(!String::from_utf8(out.clone()).unwrap().contains("F002"));
    assert_eq!(counts(&imported(&world, &out).await), (0, 0, 12));
}

#[tokio::test]
async fn a_workbook_has_dates_and_money_and_no_formula() {
    let world = World::new().await;
    imported(&world, HOSTILE.as_bytes()).await;
    let file = fetched(&world, "/open/norfolk/register.xlsx?columns=lga").await;
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(file)).unwrap();
    assert!(book.worksheet_formula("Contracts").unwrap().is_empty());
    let sheet = book.worksheet_range("Contracts").unwrap();
    assert_eq!(sheet.get_size(), (6, 44));
    let headings: Vec<String> = sheet
        .rows()
        .next()
        .unwrap()
        .iter()
        .map(ToString::to_string)
        .collect();
    let at = |row: u32, heading: &str| {
        let column = headings.iter().position(|one| one == heading).unwrap();
        sheet
            .get_value((row, u32::try_from(column).unwrap()))
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(
        at(1, "ContractTitle"),
        Data::String("=HYPERLINK(\"http://x\")".into())
    );
    let day = |row, heading| match at(row, heading) {
        Data::DateTime(day) => day.as_f64(),
        other => panic!("{heading}: {other:?}"),
    };
    // 1 April 2024 and 31 March 2027, counted by Excel's DATEVALUE.
    assert!((day(1, "StartDate") - 45_383.0).abs() < 1e-9);
    assert!((day(1, "EndDate") - 46_477.0).abs() < 1e-9);
    assert_eq!(at(1, "ContractValue"), Data::Float(-3728.0));
    assert_eq!(
        at(2, "EndDate"),
        Data::String("TBC".into()),
        "what was not understood is text"
    );
    assert_eq!(at(3, "ContractValue"), Data::String("POA".into()));
    assert_eq!(at(1, "=Ours"), Data::String("-1".into()), "text is text");
}

#[tokio::test]
async fn a_thousand_columns_of_a_councils_own_come_through() {
    let world = World::new().await;
    let names: Vec<String> = (0..1_000).map(|n| format!("Own {n}")).collect();
    let cells: Vec<String> = (0..1_000).map(|n| n.to_string()).collect();
    let file = format!(
        "Title of the Agreement,{}\nT,{}\n",
        names.join(","),
        cells.join(",")
    );
    imported(&world, file.as_bytes()).await;
    let out = fetched(&world, "/open/norfolk/register.csv").await;
    assert_eq!(rows(&out)[1][39..], cells);
    assert_eq!(counts(&imported(&world, &out).await), (0, 0, 1));
}
