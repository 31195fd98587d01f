//! The chain as a user has it: the program itself, started as they would, over HTTP, with a real mail server.

use crate::binary::Binary;
use crate::smtp::Smtp;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_guildhall");

fn run(environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let out = Command::new(PROGRAM)
        .env_clear()
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .unwrap();
    let (told, error) = (
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr),
    );
    assert!(out.status.success(), "{arguments:?}: {told}{error}");
    told.into_owned()
}

fn data(answer: Option<Value>) -> Value {
    let answer = answer.unwrap();
    assert_eq!(answer["errors"], Value::Null, "{answer}");
    answer["data"].clone()
}

#[tokio::test]
async fn from_a_register_to_a_mail_in_the_suppliers_mailbox() {
    let folder = tempfile::tempdir().unwrap();
    let register = folder.path().join("register.csv");
    std::fs::write(&register, include_str!("../fixtures/register.csv")).unwrap();
    let database = format!("sqlite://{}", folder.path().join("guildhall.db").display());
    let smtp = Smtp::start().await;
    let smtp_url = smtp.url();
    let environment = [
        ("GUILDHALL_DATABASE_URL", database.as_str()),
        ("GUILDHALL_PUBLIC_URL", "http://guildhall.example"),
        ("GUILDHALL_SECRET", "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="),
        ("GUILDHALL_SMTP_URL", smtp_url.as_str()),
        ("GUILDHALL_MAIL_FROM", "Guildhall <alerts@guildhall.example>"),
        ("GUILDHALL_DEVELOPMENT", "true"),
        ("GUILDHALL_CLOCK", "2015-03-30T08:00:00Z"),
    ];
    let told = run(
        &environment,
        &[
            "import",
            "contracts",
            "--council",
            "norfolk",
            register.to_str().unwrap(),
        ],
    );
    assert!(told.contains("13 added"), "{told}");

    let server = Binary::start(&["serve"], &environment);
    let sign_up = "mutation U($input: SupplierSignUpInput!) { supplierSignUp(input: $input) {
        supplier { id name } errors { code message path } } }";
    let input = json!({ "input": { "email": "sam@tidebell.example", "name": "Sam", "supplier": "Tidebell Software",
        "password": "correct horse battery", "size": "MICRO" } });
    let signed_up = data(server.query(None, sign_up, input).await);
    assert_eq!(
        signed_up["supplierSignUp"]["supplier"]["name"], "Tidebell Software",
        "{signed_up}"
    );
    let sign_in = "mutation I($input: SignInInput!) { signIn(input: $input) { session { token } } }";
    let input = json!({ "input": { "email": "sam@tidebell.example", "password": "correct horse battery" } });
    let signed_in = data(server.query(None, sign_in, input).await);
    let token = signed_in["signIn"]["session"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    let save =
        "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) { errors { code } } }";
    let filter =
        json!({ "words": "library", "regions": ["EAST_OF_ENGLAND"], "windowKinds": ["REPROCUREMENT"] });
    let input = json!({ "input": { "name": "library vans in the East", "filter": filter } });
    assert_eq!(
        data(server.query(Some(&token), save, input).await)["savedSearchSave"]["errors"],
        json!([])
    );

    let (status, _) = server.form("/dev/clock", "days=120").await.unwrap();
    assert!(status < 400, "{status}");
    let received = smtp.received(1).await;
    assert_eq!(received[0].to, ["sam@tidebell.example"]);
    let mail = MessageParser::default().parse(&received[0].bytes).unwrap();
    let body = mail.body_text(0).unwrap().into_owned();
    assert!(
        body.contains("Library van maintenance") && body.contains("Norfolk County Council"),
        "{body}"
    );

    let unsubscribe = mail.header_raw("List-Unsubscribe").unwrap().trim();
    let path = unsubscribe
        .strip_prefix("<http://guildhall.example")
        .unwrap()
        .strip_suffix('>')
        .unwrap();
    assert_eq!(
        server.form(path, "List-Unsubscribe=One-Click").await.unwrap().0,
        200
    );
    let (status, _) = server.form("/dev/clock", "days=400").await.unwrap();
    assert!(status < 400, "{status}");
    assert_eq!(smtp.all().len(), 1, "nothing after unsubscribing");
}

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
    let answer = data(again.query(None, ending, Value::Null).await);
    assert!(
        answer["contracts"]["totalCount"].as_u64().unwrap() > 100,
        "{answer}"
    );
}
