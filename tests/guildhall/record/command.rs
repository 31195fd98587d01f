//! `guildhall pilot record`: the same record, in files.

use super::*;
use crate::binary::{PROGRAM, run};
use std::process::Command;

/// Runs `pilot record` at the world's instant: what it printed, and what it complained of.
fn record_to(procedure: &Procedure, out: &str) -> (bool, String, String) {
    let secret = procedure.world.app.secret.to_base64();
    let now = procedure.world.now().to_rfc3339();
    let done = Command::new(PROGRAM)
        .env_clear()
        .envs([
            ("DATABASE_URL", procedure.world.url()),
            ("GUILDHALL_SECRET", &secret),
            ("GUILDHALL_OBJECTS", &*procedure.world.objects_url()),
            ("GUILDHALL_PUBLIC_URL", "https://guildhall.example"),
            ("GUILDHALL_MAIL_FROM", "Guildhall <alerts@guildhall.example>"),
            ("GUILDHALL_SMTP_URL", "smtp://localhost:25"),
            ("GUILDHALL_DEVELOPMENT", "true"),
            ("GUILDHALL_CLOCK", &now),
        ])
        .args(["pilot", "record", procedure.pilot.as_str().unwrap(), "--out", out])
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.success(), text(done.stdout), text(done.stderr))
}

#[tokio::test]
async fn the_command_writes_the_record_and_a_page_that_needs_nothing_beside_it() {
    let procedure = Procedure::whole().await;
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("kept");
    let (done, told, complaints) = record_to(&procedure, out.to_str().unwrap());
    assert!(done, "{complaints}");
    let json = std::fs::read_to_string(out.join("record.json")).unwrap();
    let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&json));
    assert!(told.starts_with(&digest), "{told}");
    let mut written: Value = serde_json::from_str(&json).unwrap();
    let mut asked = procedure.record(&procedure.approver).await;
    for of in [&mut written, &mut asked] {
        of["madeAt"].take();
        of["head"].take();
    }
    assert_eq!(written, asked, "as the graph gives it to an approver");
    let page = std::fs::read_to_string(out.join("record.html")).unwrap();
    for word in [
        "Missed &lt;bins&gt;",
        "Published it; bids are taken until",
        "Tried to read the bids, and was refused",
        "class=\"refused\"",
        "Best of two.",
        &digest,
    ] {
        assert!(page.contains(word), "{word} in {page}");
    }
    for outside in ["<script", "src=", "href=", "<bins>", "@import"] {
        assert!(!page.contains(outside), "{outside} in {page}");
    }
    let (done, _, complaints) = record_to(&procedure, out.to_str().unwrap());
    assert!(
        !done && complaints.contains("record.json"),
        "what is there stays: {complaints}"
    );
}

#[tokio::test]
async fn the_command_refuses_what_is_sealed_or_being_scored_whoever_runs_the_machine() {
    for stage in ["open", "scored"] {
        let procedure = Procedure::until(stage).await;
        let (done, told, complaints) = record_to(&procedure, "-");
        assert!(done, "{complaints}");
        assert!(
            complaints.contains("not in it: receipts: bids are"),
            "{complaints}"
        );
        for hidden in PRICES
            .map(|price| price.to_string())
            .iter()
            .map(String::as_str)
            .chain([SAID, REASON])
        {
            assert!(!told.contains(hidden), "{stage}: {hidden} in {told}");
        }
        let record: Value = serde_json::from_str(&told).unwrap();
        assert_eq!(record["scores"], Value::Null);
    }
    assert!(run(&["pilot", "record", "--help"], &[]).contains("--out"));
}
