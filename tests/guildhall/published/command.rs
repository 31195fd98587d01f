//! `guildhall export`: the same as the server gives, in files.

use super::*;
use crate::binary::{PROGRAM, run};
use std::process::Command;

#[tokio::test]
async fn the_command_writes_what_the_server_gives() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("DATABASE_URL", world.url()),
        ("GUILDHALL_PUBLIC_URL", "https://guildhall.example/"),
    ];
    let written = |arguments: &[&str], name: &str| {
        let out = folder.path().join(name);
        run(
            &[arguments, &["--out", out.to_str().unwrap()]].concat(),
            &environment,
        );
        std::fs::read(out).unwrap()
    };
    let csv = written(
        &["export", "register", "--council", "Norfolk County Council"],
        "a.csv",
    );
    assert_eq!(csv, fetched(&world, "/open/norfolk/register.csv").await);
    let lga = [
        "export",
        "register",
        "--council",
        "norfolk",
        "--columns",
        "lga",
        "--bom",
    ];
    assert_eq!(
        written(&lga, "b.csv"),
        fetched(&world, "/open/norfolk/register.csv?columns=lga&bom=1").await
    );
    let xlsx = written(
        &["export", "register", "--council", "norfolk", "--format", "xlsx"],
        "c.xlsx",
    );
    assert_eq!(&xlsx[..4], b"PK\x03\x04");
    let lines = run(&["export", "ocds", "--format", "jsonl"], &environment);
    assert_eq!(lines.as_bytes(), fetched(&world, "/open/releases.jsonl").await);
    for (format, list) in [("releases", "releases"), ("records", "records")] {
        let package = written(
            &["export", "ocds", "--council", "norfolk", "--format", format],
            "d.json",
        );
        let package: Value = serde_json::from_slice(&package).unwrap();
        let served = json(&world, &format!("/open/norfolk/{format}.json")).await;
        let by_ocid = |package: &Value| {
            let mut items = package[list].as_array().unwrap().clone();
            items.sort_by_key(|item| item["ocid"].to_string());
            items
        };
        assert_eq!(by_ocid(&package), by_ocid(&served));
        assert_eq!(package["uri"], served["uri"]);
    }
}

#[tokio::test]
async fn the_command_says_what_is_missing() {
    let world = World::new().await;
    let complaints = |arguments: &[&str], environment: &[(&str, &str)]| {
        let mut command = Command::new(PROGRAM);
        let done = command
            .env_clear()
            .envs(environment.iter().copied())
            .args(arguments)
            .output()
            .unwrap();
        assert!(!done.status.success());
        String::from_utf8(done.stderr).unwrap()
    };
    let url = ("DATABASE_URL", world.url());
    let told = complaints(&["export", "ocds"], &[url]);
    assert!(told.contains("public_url is not configured"), "{told}");
    assert!(
        told.contains("public_url = \"https://") && told.contains("GUILDHALL_PUBLIC_URL"),
        "{told}"
    );
    let prefix = ("GUILDHALL_OCID_PREFIX", "mine");
    let told = complaints(&["export", "register", "--council", "norfolk"], &[url, prefix]);
    assert!(
        told.contains("ocid_prefix: \"mine\" is not like ocds-h6vhtk"),
        "{told}"
    );
    assert!(complaints(&["export", "register", "--council", "Atlantis"], &[url]).contains("Atlantis"));
}

/// What a command complains of whose output nobody reads: it must end well.
fn unread(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let (nobody, unread) = std::io::pipe().unwrap();
    drop(nobody);
    let mut command = Command::new(PROGRAM);
    let command = command.env_clear().envs(environment.iter().copied());
    let done = command.args(arguments).stdout(unread).output().unwrap();
    let complaints = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{arguments:?}: {complaints}");
    complaints
}

#[tokio::test]
async fn nobody_has_to_read_what_a_command_tells() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, content: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let register = file("register.csv", FIXTURE);
    let notices = file("notices.json", crate::notices::FIRST);
    let environment = [
        ("DATABASE_URL", world.url()),
        ("GUILDHALL_PUBLIC_URL", "https://guildhall.example"),
    ];
    for command in [
        &["import", "contracts", "--council", "norfolk", register.as_str()][..],
        &["import", "undo", "--council", "norfolk"],
        &["import", "contracts", "--council", "norfolk", register.as_str()],
        &["import", "ocds", notices.as_str()],
        &["export", "register", "--council", "norfolk"],
        &["export", "register", "--council", "norfolk", "--format", "xlsx"],
        &["export", "ocds"],
        &["export", "ocds", "--format", "jsonl"],
        &["mail", "status"],
        &["schema"],
    ] {
        assert_eq!(unread(command, &environment), "", "{command:?}");
    }
    let released = fetched(&world, "/open/releases.jsonl").await;
    let lines = released.iter().filter(|byte| **byte == b'\n').count();
    assert_eq!(lines, 13 + 3, "what was not read was done");
}
