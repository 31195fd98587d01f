//! What operators see of the queue and do about it: in the graph, on the command line, and as metrics.

use super::{addresses, row, write};
use crate::binary::run;
use crate::smtp::Step;
use crate::world::World;
use chrono::Duration;
use guildhall::http::metrics;
use guildhall::runtime::outbox::{self, Stream};
use serde_json::{Value, json};

const QUEUE: &str =
    "query Q { mailQueue { queued leased parked suppressed sentLastDay oldestDueAt restingUntil
    held { since reason waiting } } }";
const PARKED: &str = "query P($first: Int, $after: String) { parkedMails(first: $first, after: $after) {
    edges { node { id recipient subject writtenAt lastAnswer attempts { ordinal startedAt endedAt outcome answer } } }
    pageInfo { hasNextPage endCursor } } }";
const REDRIVE: &str = "mutation R($mail: ID!) { mailRedrive(mail: $mail) { mail } }";

async fn operator(world: &World) -> String {
    world.operator("op@guildhall.example").await;
    world.token("op@guildhall.example").await
}

#[tokio::test]
async fn parked_mail_is_listed_with_what_the_server_said_and_redriven_once() {
    let world = World::new().await;
    let token = operator(&world).await;
    for answer in ["451 4.2.1 busy", "550 5.1.1 no such mailbox"] {
        if answer.starts_with('4') {
            write(&world.app, Stream::Alert, ["a@b.example".to_owned()]).await;
        }
        world.smtp.answer_next(Step::Recipient, answer);
        outbox::deliver_due(&world.app).await.unwrap();
        world.app.clock.advance(Duration::minutes(2));
    }
    write(&world.app, Stream::Alert, ["c@b.example".to_owned()]).await;
    world.app.clock.advance(Duration::seconds(5));
    let queue = world.data(&token, QUEUE, Value::Null).await["mailQueue"].clone();
    assert_eq!(
        (&queue["queued"], &queue["parked"], &queue["held"]),
        (&json!(1), &json!(1), &Value::Null)
    );
    assert!(queue["oldestDueAt"].is_string(), "{queue}");
    let listed = world.data(&token, PARKED, json!({ "first": 1 })).await["parkedMails"].clone();
    let mail = &listed["edges"][0]["node"];
    assert_eq!(mail["recipient"], "a@b.example");
    assert_eq!(mail["lastAnswer"], "550 5.1.1 no such mailbox");
    let told: Vec<_> = mail["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["answer"])
        .collect();
    assert_eq!(told, ["451 4.2.1 busy", "550 5.1.1 no such mailbox"]);
    let after = json!({ "first": 1, "after": listed["pageInfo"]["endCursor"] });
    let rest = world.data(&token, PARKED, after).await;
    assert_eq!(rest["parkedMails"]["edges"], json!([]));
    let id = json!({ "mail": mail["id"] });
    assert_eq!(
        world.data(&token, REDRIVE, id.clone()).await["mailRedrive"]["mail"],
        mail["id"]
    );
    assert_eq!(
        world.refusal(&token, REDRIVE, id).await,
        "NOT_FOUND",
        "it is not parked any more"
    );
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 2);
    let entries = "query E { auditEntries(first: 1) { edges { node { subjectKind subject action } } } }";
    let entry = world.data(&token, entries, Value::Null).await["auditEntries"]["edges"][0]["node"].clone();
    assert_eq!(
        entry,
        json!({ "subjectKind": "mail", "subject": mail["id"], "action": "Operate" })
    );
}

#[tokio::test]
async fn only_an_operator_learns_of_the_queue() {
    let world = World::new().await;
    let sam = world.supplier("sam@tidebell.example", "Sam").await;
    for query in [QUEUE, PARKED] {
        assert_eq!(world.refusal((), query, json!({})).await, "NOT_SIGNED_IN");
        assert_eq!(world.refusal(&sam, query, json!({})).await, "NOT_ALLOWED");
    }
    let all = "mutation R { mailRedriveAll { redriven } }";
    assert_eq!(world.refusal(&sam, all, json!({})).await, "NOT_ALLOWED");
    let token = operator(&world).await;
    assert_eq!(
        world.data(&token, all, json!({})).await["mailRedriveAll"]["redriven"],
        0
    );
}

#[tokio::test]
async fn the_command_line_holds_shows_redrives_and_releases() {
    let world = World::new().await;
    let mail = |arguments: &[&str]| {
        let arguments: Vec<_> = std::iter::once("mail").chain(arguments.iter().copied()).collect();
        run(&arguments, &[("DATABASE_URL", world.url())])
    };
    let ids = write(&world.app, Stream::Alert, addresses(3)).await;
    world.smtp.answer_next(Step::Recipient, "550 no such mailbox");
    let held = mail(&["hold", "--reason", "a restore"]);
    assert!(
        held.contains("held") && held.contains("a restore") && held.contains("3 mails would go"),
        "{held}"
    );
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 0);
    assert!(mail(&["release"]).contains("dropped 0"));
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 2);
    let told = mail(&["status"]);
    assert!(
        told.contains("parked 1") && told.contains("550 no such mailbox"),
        "{told}"
    );
    let id = told
        .split_whitespace()
        .find(|word| word.starts_with("mail_"))
        .unwrap();
    assert_eq!(mail(&["redrive", id]).trim(), "redriven 1");
    assert_eq!(mail(&["redrive", "--all"]).trim(), "redriven 0");
    // The command line has the machine's clock, which is ahead of the world's.
    world.app.clock.advance(Duration::days(40_000));
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
    world
        .app
        .clock
        .set(chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap());
    let old = write(&world.app, Stream::Alert, addresses(1)).await[0];
    assert!(mail(&["hold"]).contains("1 mail would go"));
    assert!(mail(&["release", "--drop-before", "2024-01-01T00:00:00Z"]).contains("dropped 1"));
    assert_eq!(row(&world, old).await.state, "suppressed");
    assert_eq!(row(&world, ids[0]).await.state, "sent");
}

#[tokio::test]
async fn metrics_say_how_much_waits_and_what_came_of_what_was_offered() {
    let world = World::new().await;
    write(&world.app, Stream::Alert, addresses(3)).await;
    world.smtp.answer_next(Step::Recipient, "451 later");
    world.smtp.answer_next(Step::Recipient, "550 never");
    outbox::deliver_due(&world.app).await.unwrap();
    world.app.clock.advance(Duration::hours(1));
    let text = metrics::written(&world.app).await.unwrap();
    for line in [
        "# TYPE guildhall_mails gauge",
        r#"guildhall_mails{state="queued"} 1"#,
        r#"guildhall_mails{state="parked"} 1"#,
        "guildhall_mails_sent_last_day 1",
        "guildhall_mail_dispatch_held 0",
        "guildhall_mail_relay_resting 0",
        r#"guildhall_mail_attempts_total{outcome="sent"} 1"#,
        r#"guildhall_mail_attempts_total{outcome="refused"} 1"#,
        r#"guildhall_mail_attempts_total{outcome="later"} 1"#,
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in {text}");
    }
    let oldest = text
        .lines()
        .find_map(|line| line.strip_prefix("guildhall_mail_oldest_due_seconds "));
    assert!(
        (3500..3600).contains(&oldest.unwrap().parse::<u64>().unwrap()),
        "{text}"
    );
}
