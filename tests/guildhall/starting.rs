//! The program itself, started as a user would: the ways in which it refuses to start. What it does once it runs is
//! told in `story`.

use crate::binary::{Binary, PROGRAM};
use serde_json::Value;
use std::process::Command;

#[test]
fn it_does_not_start_with_half_a_configuration() {
    let out = Command::new(PROGRAM).env_clear().arg("serve").output().unwrap();
    assert!(!out.status.success());
    let error = String::from_utf8_lossy(&out.stderr);
    for key in [
        "GUILDHALL_SECRET",
        "GUILDHALL_SMTP_URL",
        "GUILDHALL_DATABASE_URL",
        "GUILDHALL_PUBLIC_URL",
    ] {
        assert!(error.contains(key), "{key} in {error}");
    }
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "demo",
        "--listen",
        "127.0.0.1:0",
        "--folder",
        folder.path().to_str().unwrap(),
    ];
    let mut first = Binary::start(&arguments, &[]);
    let second = Command::new(PROGRAM)
        .env_clear()
        .args(arguments)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&second.stderr).contains("another guildhall serves"));
    assert_eq!(first.get("/health/ready").await.unwrap().0, 200);
    first.kill();
    let again = Binary::start(&arguments, &[]);
    let ending = "query E { contracts(filter: { endsWithinDays: 180 }) { totalCount } }";
    let answer = again.data(None, ending, Value::Null).await;
    assert!(
        answer["contracts"]["totalCount"].as_u64().unwrap() > 100,
        "{answer}"
    );
}
