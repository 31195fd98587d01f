//! What comes back: believed by its signed return path only, noted, and where the address takes no mail or its owner
//! complains, the end of alerts to it until they prove it.

use crate::binary::run;
use crate::world::{World, text};
use entity::outbox as mails;
use guildhall::alerts::returned;
use guildhall::runtime::letter::Plain;
use guildhall::runtime::mail::return_path;
use guildhall::runtime::mail::returned::Kind;
use guildhall::runtime::outbox::{self, Stream};
use guildhall::runtime::suppression;
use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};
use uuid::Uuid;

const ANN: &str = "ann@council.example";
const SUPPRESSED: &str = "{ viewer { mailSuppressed { since reason status } } }";
const REQUEST: &str = "mutation { mailSuppressionLiftRequest { to errors { code } } }";
const LIFT: &str =
    "mutation L($token: String!) { mailSuppressionLift(token: $token) { lifted errors { code } } }";

/// One of the corpus, come back to this token's address.
fn corpus(name: &str, token: &str) -> Vec<u8> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/returned");
    let bytes = std::fs::read(format!("{folder}/{name}.eml")).unwrap();
    String::from_utf8(bytes)
        .unwrap()
        .replace("TOKEN", token)
        .into_bytes()
}

struct Scene {
    world: World,
    ann: Uuid,
    token: String,
}

impl Scene {
    async fn new() -> Self {
        let world =
            World::with(|app| app.mailer = app.mailer.clone().returning_to("guildhall.example")).await;
        let ann = world.person(ANN, "Ann").await;
        let token = world.token(ANN).await;
        Self { world, ann, token }
    }

    async fn write(&self, stream: Stream) -> Uuid {
        let letter = Plain {
            to: ANN.into(),
            heading: "A mail".into(),
            reason: "of a test".into(),
            ..Plain::default()
        };
        let txn = self.world.app.db.begin().await.unwrap();
        let words = letter.words(&self.world.app).unwrap();
        let mail = outbox::enqueue(&self.world.app, &txn, stream, Some(self.ann), words)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        mail
    }

    /// Sends an alert; gives it and the token that its envelope had.
    async fn sent(&self) -> (Uuid, String) {
        let mail = self.write(Stream::Alert).await;
        outbox::deliver_due(&self.world.app).await.unwrap();
        let from = self.world.smtp.all().pop().unwrap().from;
        let local = from.strip_suffix("@guildhall.example").unwrap();
        assert!(local.len() <= 64, "{local}");
        (mail, local.strip_prefix("bounces+").unwrap().to_owned())
    }

    async fn comes_back(&self, token: &str, message: Vec<u8>) -> StatusCode {
        let path = format!("/mail/returned/{token}");
        self.world.client.post(path).body(message).send().await.0.status()
    }

    async fn mail(&self, id: Uuid) -> mails::Model {
        let found = mails::Entity::find_by_id(id)
            .one(self.world.app.db.read())
            .await
            .unwrap();
        found.unwrap()
    }

    async fn state(&self, id: Uuid) -> String {
        self.mail(id).await.state
    }

    async fn suppressed(&self) -> Value {
        self.world.data(&self.token, SUPPRESSED, Value::Null).await["viewer"]["mailSuppressed"].clone()
    }

    async fn deliver(&self) -> usize {
        outbox::deliver_due(&self.world.app).await.unwrap()
    }
}

#[tokio::test]
async fn an_address_that_takes_no_mail_gets_no_alerts_queued_ones_included() {
    let scene = Scene::new().await;
    let (mail, token) = scene.sent().await;
    let waiting = scene.write(Stream::Alert).await;
    let message = corpus("failed-5.1.1-postfix", &token);
    assert_eq!(
        scene.comes_back(&token, message.clone()).await,
        StatusCode::NO_CONTENT
    );
    assert_eq!(scene.state(waiting).await, "suppressed");
    let noted = scene.mail(mail).await;
    assert_eq!(noted.state, "sent", "it was");
    let noted = noted.last_answer.unwrap();
    assert!(
        noted.contains("taken") && noted.contains("came back: failed 5.1.1: 550 5.1.1"),
        "{noted}"
    );
    let late = scene.write(Stream::Alert).await;
    assert_eq!(scene.state(late).await, "suppressed", "written afterwards");
    assert_eq!(scene.deliver().await, 0);
    // As if it had been written by a transaction that began before and was committed after.
    let sql = "UPDATE outbox SET state = 'queued', last_answer = NULL";
    scene
        .world
        .app
        .db
        .for_migration()
        .execute_unprepared(sql)
        .await
        .unwrap();
    assert_eq!(scene.deliver().await, 0, "looked at again when it is sent");
    assert_eq!(scene.state(late).await, "suppressed");
    let security = scene.write(Stream::Security).await;
    assert_eq!(
        scene.deliver().await,
        1,
        "what protects an account is sent all the same"
    );
    assert_eq!(scene.state(security).await, "sent");
    let seen = scene.suppressed().await;
    assert_eq!(seen["reason"], "FAILED", "{seen}");
    let since = seen["since"].clone();
    scene.world.app.clock.advance(chrono::Duration::hours(1));
    assert_eq!(
        scene.comes_back(&token, message).await,
        StatusCode::NO_CONTENT,
        "twice is once"
    );
    assert_eq!(scene.suppressed().await["since"], since);
}

#[tokio::test]
async fn a_complaint_ends_alerts_and_what_may_pass_is_only_noted() {
    let scene = Scene::new().await;
    let (mail, token) = scene.sent().await;
    for (name, noted) in [
        ("later-4.4.1-postfix-delayed", "not delivered yet 4.4.1"),
        ("later-4.4.1-postfix-gave-up", "not delivered yet 4.4.1"),
        ("refused-5.7.1-blocked", "refused 5.7.1"),
        ("refused-5.2.2-mailbox-full", "refused 5.2.2"),
        ("refused-5.1.1-two-recipients", "refused 5.1.1"),
        ("delivered-2.0.0-relayed", "delivered 2.0.0"),
        ("unknown-none-exim-text", "not understood: Mail delivery failed"),
        (
            "unknown-none-away",
            "not understood: Out of office: back on Monday",
        ),
        ("unknown-none-not-spam", "not understood not-spam"),
    ] {
        assert_eq!(
            scene.comes_back(&token, corpus(name, &token)).await,
            StatusCode::NO_CONTENT
        );
        let answer = scene.mail(mail).await.last_answer.unwrap();
        assert!(
            answer.contains(&format!("came back: {noted}")),
            "{name}: {answer}"
        );
        assert_eq!(
            answer.matches("came back").count(),
            1,
            "the last one only: {answer}"
        );
        assert_eq!(scene.suppressed().await, Value::Null, "{name}");
    }
    let complaint = corpus("complaint-abuse-arf", &token);
    let taken = returned::take(&scene.world.app, None, &complaint)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((taken.returned.kind, taken.suppressed), (Kind::Complaint, true));
    assert_eq!(scene.suppressed().await["reason"], "COMPLAINT");
}

#[tokio::test]
async fn nothing_is_believed_without_a_return_path_that_we_made() {
    let scene = Scene::new().await;
    let (mail, token) = scene.sent().await;
    let before = scene.mail(mail).await;
    let other = guildhall::runtime::secret::Secret::from_bytes([8; 32]);
    let nobodys = return_path::token(&scene.world.app.secret, Uuid::from_u128(5));
    for forged in ["", "x", &token[1..], &return_path::token(&other, mail), &nobodys] {
        let message = corpus("failed-5.1.1-postfix", forged);
        let status = scene.comes_back(forged, message.clone()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{forged}");
        let app = &scene.world.app;
        assert_eq!(
            returned::take(app, None, &message).await.unwrap(),
            None,
            "{forged}"
        );
        assert_eq!(
            returned::take(app, Some(forged), &message).await.unwrap(),
            None,
            "{forged}"
        );
    }
    assert_eq!(scene.mail(mail).await, before, "nothing is noted");
    assert_eq!(scene.suppressed().await, Value::Null);
    let large = vec![b'x'; returned::MOST + 1];
    assert_eq!(
        scene.comes_back(&token, large).await,
        StatusCode::PAYLOAD_TOO_LARGE
    );
    let get = scene
        .world
        .client
        .get(format!("/mail/returned/{token}"))
        .send()
        .await;
    get.assert_status(StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn its_owner_lifts_it_by_a_mailed_link_and_an_operator_without() {
    let scene = Scene::new().await;
    let world = &scene.world;
    let (_, token) = scene.sent().await;
    let message = corpus("failed-5.1.1-postfix", &token);
    scene.comes_back(&token, message.clone()).await;
    let asked = world.data(&scene.token, REQUEST, Value::Null).await;
    assert_eq!(asked["mailSuppressionLiftRequest"]["to"], ANN, "{asked}");
    let link = world.link(ANN, "alerts").await;
    let page = world.client.get(format!("/account/alerts/{link}")).send().await;
    assert!(text(page).await.contains(ANN));
    assert_ne!(scene.suppressed().await, Value::Null, "looking changes nothing");
    let wrong = world.data((), LIFT, json!({ "token": "x" })).await;
    assert_eq!(
        wrong["mailSuppressionLift"]["errors"][0]["code"], "BAD_LINK",
        "{wrong}"
    );
    let lifted = world.data((), LIFT, json!({ "token": link })).await;
    assert_eq!(lifted["mailSuppressionLift"]["lifted"], true, "{lifted}");
    assert_eq!(scene.suppressed().await, Value::Null);
    scene.write(Stream::Alert).await;
    assert_eq!(scene.deliver().await, 1, "alerts are sent again");

    scene.comes_back(&token, message.clone()).await;
    let lift_for = "mutation F($address: String!) { mailSuppressionLiftFor(address: $address) { lifted } }";
    let address = json!({ "address": "Ann@Council.example" });
    assert_eq!(
        world.refusal(&scene.token, lift_for, address.clone()).await,
        "NOT_ALLOWED"
    );
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    for lifted in [true, false] {
        let told = world.data(&operator, lift_for, address.clone()).await;
        assert_eq!(told["mailSuppressionLiftFor"]["lifted"], lifted);
    }
    assert_eq!(
        suppression::suppressed(world.app.db.read(), ANN).await.unwrap(),
        None
    );
    scene.comes_back(&token, message).await;
    let link = {
        world.data(&scene.token, REQUEST, Value::Null).await;
        world.link(ANN, "alerts").await
    };
    let form = world.client.post(format!("/account/alerts/{link}"));
    let form = form.header("origin", "https://guildhall.example");
    let page = form
        .content_type("application/x-www-form-urlencoded")
        .body("")
        .send()
        .await;
    assert!(text(page).await.contains("Alerts are sent again"));
    let log = "query A($id: ID) { auditLog(first: 50, subject: $id) { nodes { action detail } } }";
    let log = world.query(Some(&operator), log, Value::Null).await.to_string();
    let all = entity::audit_part::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap();
    let said = |what: &str| {
        all.iter()
            .filter(|part| part.content.as_deref().is_some_and(|said| said.contains(what)))
            .count()
    };
    assert_eq!(said("\"suppressed\":\"failed\""), 3, "{log}");
    assert_eq!(said("\"suppressed\":null"), 3, "{log}");
}

#[tokio::test]
async fn the_command_takes_what_an_alias_pipes_into_it() {
    let scene = Scene::new().await;
    let (_, token) = scene.sent().await;
    let secret = scene.world.app.secret.to_base64();
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/dkim/rsa.pem");
    let environment = [
        ("DATABASE_URL", scene.world.url()),
        ("GUILDHALL_OBJECTS", &scene.world.objects_url()),
        ("GUILDHALL_SECRET", &secret),
        ("GUILDHALL_PUBLIC_URL", "https://guildhall.example"),
        ("GUILDHALL_MAIL_FROM", "Guildhall <alerts@guildhall.example>"),
        ("GUILDHALL_SMTP_URL", "smtp://localhost:25"),
        ("GUILDHALL_BOUNCES", "true"),
        ("GUILDHALL_DKIM_SELECTOR", "s2026"),
        ("GUILDHALL_DKIM_KEY_FILE", key),
    ];
    let pipe = |arguments: &[&str], message: &[u8], environment: &[(&str, &str)]| {
        let mut child = Command::new(crate::binary::PROGRAM)
            .env_clear()
            .envs(environment.iter().copied())
            .args(["mail", "returned"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        let _ = input.write_all(message);
        drop(input);
        let out = child.wait_with_output().unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let (code, told) = pipe(&[], b"nonsense", &environment);
    assert_eq!((code, told.as_str()), (Some(0), "it is about no mail of ours\n"));
    let address = format!("bounces+{token}@guildhall.example");
    let message = corpus("failed-5.1.10-exchange", "none");
    let mut no_database = environment;
    no_database[0].1 = "sqlite:///nowhere/x.db";
    assert_eq!(
        pipe(&[&address], &message, &no_database).0,
        Some(75),
        "the mail system tries again later"
    );
    let (code, told) = pipe(&[&address], &message, &environment);
    assert_eq!(code, Some(0));
    assert!(told.starts_with("failed 5.1.10: 550 5.1.10 RESOLVER"), "{told}");
    assert_eq!(scene.suppressed().await["reason"], "FAILED");
    let record = run(&["mail", "dkim-record"], &environment);
    assert!(
        record.starts_with("s2026._domainkey.guildhall.example. IN TXT ( \"v=DKIM1; k=rsa; p=MIIB"),
        "{record}"
    );
}
