//! What others' tools say: libcoveocds (by which the Data Review Tool judges), ocdskit, ocdsmerge, Cardinal's coverage, and
//! openpyxl for the workbook.

use super::*;
use serde_json::json as value;
use std::process::Command;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/open");

/// What the tools make of the files of a folder; nothing where they are missing, which CI does not let pass.
fn judged(folder: &Path) -> Option<Value> {
    let schema = shared("ocds/schema-1.1.5")?;
    let python = format!("{FOLDER}/.venv/bin/python");
    if !Path::new(&python).exists() {
        assert!(std::env::var_os("CI").is_none(), "tests/open/.venv is missing");
        println!("skipped: needs `python3 -m venv tests/open/.venv` and its pip to install requirements.txt");
        return None;
    }
    let done = Command::new(python)
        .arg(format!("{FOLDER}/judge.py"))
        .args([schema.as_path(), folder])
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    Some(serde_json::from_slice(&done.stdout).unwrap())
}

/// Fetches everything of Norfolk's into a folder, and has it judged.
async fn judgement(world: &World) -> Option<Value> {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "releases.json?limit=500",
        "records.json?limit=500",
        "releases.jsonl",
        "register.xlsx",
    ] {
        let content = fetched(world, &format!("/open/norfolk/{name}")).await;
        let name = name.split('?').next().unwrap();
        std::fs::write(folder.path().join(name), content).unwrap();
    }
    judged(folder.path())
}

fn sound(judgement: &Value) {
    for package in ["releases", "records"] {
        let said = &judgement[package];
        assert_eq!(said["version"], "1.1");
        assert_eq!(said["errors"], value!([]), "{package}: structural errors");
        assert_eq!(said["additional_checks"], value!({}), "{package}: {said}");
        assert!(said["conformance"].is_null(), "{package}: {said}");
        assert_eq!(said["invalid_extensions"], value!({}));
        assert_eq!(said["deprecated"], value!([]));
        assert_eq!(said["closed_codes"], value!({}));
        // The tool takes extensions for releases only: not for packages, nor for versioned releases.
        let beyond = |field: &str| field == "/links" || field.starts_with("/records/versionedRelease/");
        let fields = said["additional_fields"].as_array().unwrap();
        let unknown: Vec<_> = fields
            .iter()
            .filter(|field| !beyond(field.as_str().unwrap()))
            .collect();
        assert!(unknown.is_empty(), "{package}: {unknown:?}");
    }
    assert_eq!(
        judgement["merged"],
        value!({ "compiled": [], "versioned": [], "missing": [] })
    );
    assert_eq!(
        judgement["kit_differs"],
        value!([]),
        "what ocdskit compiles is what our records have"
    );
}

#[tokio::test]
async fn others_tools_find_nothing_wrong_with_what_is_published() {
    for file in [FIXTURE.as_bytes(), SMALL, SCHEMA_NAMES, HOSTILE.as_bytes()] {
        let world = World::new().await;
        let contracts = imported(&world, file).await.plan.added;
        let Some(judgement) = judgement(&world).await else {
            return;
        };
        sound(&judgement);
        assert_eq!(judgement["compiled"], contracts);
        assert_eq!(judgement["lines_are_the_package"], true);
        let covered = &judgement["cardinal"];
        for field in [
            "/ocid",
            "/buyer/id",
            "/tender/id",
            "/awards[]/id",
            "/contracts[]/id",
            "/contracts[]/awardID",
        ] {
            assert_eq!(covered[field], contracts, "{field}");
        }
    }
}

#[tokio::test]
async fn the_process_of_another_publisher_is_named_without_a_code_of_our_own() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    crate::notices::brought(&world, crate::notices::FIRST).await;
    let named = json(&world, "/open/norfolk/releases.json").await.to_string();
    assert_eq!(named.matches("\"identifier\":\"ocds-fixture-").count(), 2);
    let Some(judgement) = judgement(&world).await else {
        return;
    };
    sound(&judgement);
    for package in ["releases", "records"] {
        let codes = judgement[package]["additional_codes"].to_string();
        assert!(!codes.contains("relatedProcess"), "{codes}");
    }
}

#[tokio::test]
async fn a_real_register_is_published_without_an_error() {
    let Some(file) = norfolk() else { return };
    let world = World::new().await;
    imported(&world, &file).await;
    let folder = tempfile::tempdir().unwrap();
    for name in ["releases.json?limit=500", "records.json?limit=500"] {
        let content = fetched(&world, &format!("/open/norfolk/{name}")).await;
        std::fs::write(folder.path().join(name.split('?').next().unwrap()), content).unwrap();
    }
    let Some(judgement) = judged(folder.path()) else {
        return;
    };
    sound(&judgement);
    assert_eq!(judgement["compiled"], 500);
}

#[tokio::test]
async fn a_workbook_opens_with_its_headings_frozen_and_no_cell_a_formula() {
    let world = World::new().await;
    imported(&world, HOSTILE.as_bytes()).await;
    let Some(judgement) = judgement(&world).await else {
        return;
    };
    let book = &judgement["workbook"];
    assert_eq!((&book["frozen"], &book["bold"]), (&value!("A2"), &value!(true)));
    let kinds = book["kinds"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap());
    assert!(kinds.clone().all(|kind| kind != "f"), "a formula");
    assert!(kinds.clone().any(|kind| kind == "d"), "no date");
    let row = book["rows"][1].as_array().unwrap();
    assert!(row.contains(&value!("=HYPERLINK(\"http://x\")")));
    assert!(
        row.contains(&value!("2024-04-01")) && row.contains(&value!(-3728)),
        "{row:?}"
    );
}
