//! The outbox against a mail server that we did not write (aiosmtpd, as a process of its own), by TLS and without.

use crate::python;
use crate::world::World;
use base64::{Engine, engine::general_purpose::STANDARD};
use guildhall::runtime::letter::Plain;
use guildhall::runtime::mail::Mailer;
use guildhall::runtime::outbox::{self, Stream};
use mail_parser::MessageParser;
use sea_orm::EntityTrait;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::time::Duration;

const AUTHORITY: &[u8] = include_bytes!("../mail/tls/ca.pem");
const FROM: &str = "Guildhall <alerts@guildhall.example>";

/// A server that says nothing for this long will not.
const STARTING: Duration = Duration::from_secs(30);

/// The server: it ends when this is dropped.
struct Relay {
    child: Child,
    told: mpsc::Receiver<String>,
    port: String,
}

impl Relay {
    fn start(mode: &str) -> Option<Self> {
        let mut child = python::program("server.py")?
            .arg(mode)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (tell, told) = mpsc::channel();
        let output = BufReader::new(child.stdout.take().unwrap());
        // Reads on to the end: a full pipe would stop the server.
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let line = told.recv_timeout(STARTING).unwrap();
        let port = line
            .strip_prefix("port ")
            .unwrap_or_else(|| panic!("it said {line:?}"))
            .to_owned();
        Some(Self { child, told, port })
    }

    /// The next mail that it has taken.
    fn mail(&self) -> Value {
        let line = self.told.recv_timeout(STARTING).unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A world whose mail goes by this URL, with mails in the outbox.
async fn world(url: &str, authority: Option<&[u8]>, mails: usize) -> World {
    let mailer = Mailer::smtp_trusting(url, FROM, authority).unwrap();
    let world = World::with(|app| app.mailer = mailer.returning_to("back.guildhall.example")).await;
    for number in 0..mails {
        let letter = Plain {
            to: format!("ann{number}@council.example"),
            heading: format!("Caf\u{e9} number {number}"),
            paragraphs: vec![
                ".".into(),
                "..a dot at the start of a line".into(),
                "x".repeat(2000),
            ],
            reason: "of a test".into(),
            ..Plain::default()
        };
        let txn = world.app.db.begin().await.unwrap();
        let words = letter.words(&world.app).unwrap();
        outbox::enqueue(&world.app, &txn, Stream::Alert, None, words)
            .await
            .unwrap();
        txn.commit().await.unwrap();
    }
    world
}

/// The states of the outbox's mails and what was last answered.
async fn states(world: &World) -> Vec<(String, String)> {
    let mails = entity::outbox::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap();
    let told = mails
        .into_iter()
        .map(|mail| (mail.state, mail.last_answer.unwrap_or_default()));
    told.collect()
}

async fn arrives(mode: &str, scheme: &str, query: &str) {
    let Some(relay) = Relay::start(mode) else { return };
    let url = format!("{scheme}://127.0.0.1:{}{query}", relay.port);
    let world = world(&url, Some(AUTHORITY), 20).await;
    assert_eq!(
        outbox::deliver_due(&world.app).await.unwrap(),
        20,
        "{:?}",
        states(&world).await
    );
    let kept = entity::outbox::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap();
    for _ in 0..20 {
        let mail = relay.mail();
        assert_eq!(mail["tls"], true, "{mail}");
        let of = kept
            .iter()
            .find(|kept| mail["to"] == serde_json::json!([kept.recipient]))
            .unwrap();
        let content = STANDARD.decode(mail["content"].as_str().unwrap()).unwrap();
        let told = String::from_utf8_lossy(&content);
        assert!(content == of.message, "not byte for byte: {told}");
        let parsed = MessageParser::default().parse(&content).unwrap();
        assert_eq!(parsed.subject(), Some(&*of.subject));
        assert_eq!(
            parsed.header_raw("Auto-Submitted").unwrap().trim(),
            "auto-generated"
        );
        let from = mail["from"].as_str().unwrap();
        let back = guildhall::runtime::mail::return_path::found_in(&world.app.secret, from.as_bytes());
        assert_eq!(back, Some(of.id), "{from}");
        assert!(from.ends_with("@back.guildhall.example"), "{from}");
    }
}

#[tokio::test]
async fn mail_arrives_by_starttls_at_a_server_that_is_not_ours() {
    arrives("starttls", "smtp", "?tls=required").await;
}

#[tokio::test]
async fn mail_arrives_by_tls_from_the_start() {
    arrives("tls", "smtps", "").await;
}

#[tokio::test]
async fn a_server_without_starttls_or_of_unknown_authority_gets_nothing() {
    for (mode, authority) in [("plain", Some(AUTHORITY)), ("starttls", None)] {
        let Some(mut relay) = Relay::start(mode) else {
            return;
        };
        let url = format!("smtp://127.0.0.1:{}?tls=required", relay.port);
        let world = world(&url, authority, 1).await;
        assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 0);
        let (state, answer) = states(&world).await.remove(0);
        assert_eq!(state, "queued", "{mode}: {answer}");
        assert!(!answer.is_empty());
        relay.child.kill().unwrap();
        assert_eq!(relay.told.iter().count(), 0, "{mode}: it took nothing");
    }
}
