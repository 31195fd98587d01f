//! Whatever somebody typed, a mail is one mail to one recipient: composed here, judged by `tests/mail/check.py`, which
//! is Python's own parser, its strict policy, and bytes. 500 mails; 20,000 with `GUILDHALL_FULL=1`.
//!
//! `GUILDHALL_MAILS` names a folder in which they stay, to be looked at.

use crate::python;
use crate::world::World;
use guildhall::alerts::tick;
use guildhall::runtime::letter::Plain;
use guildhall::runtime::mail::Letter;
use guildhall::runtime::mail::dkim::Signer;
use guildhall::runtime::outbox;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

const FROM: &str = "alerts@guildhall.example";
const RSA: &[u8] = include_bytes!("../fixtures/dkim/rsa.pem");
const ED25519: &[u8] = include_bytes!("../fixtures/dkim/ed25519.pem");

/// What people type, and what nobody does by accident.
fn hostile() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "\r\nBcc: everyone@b.example",
        "\r\n\r\n--=_boundary\r\n",
        "\n.\n",
        "\r",
        "\n",
        "\0",
        "\u{202e}gnp.exe",
        "\u{2066}\u{2069}\u{200f}",
        "\u{2028}\u{2029}\u{85}\u{b}\u{c}",
        "=?utf-8?q?Bcc=3A_x=0D=0ABcc:_y?=",
        "=?utf-8?B?DQpCY2M6IHg=?=",
        "=?",
        "?=",
        "<script>alert(1)</script>",
        "\"quoted\" <x@b.example>, y@b.example",
        "..",
        "From ",
        "=0D=0A",
        "\u{1f3f4}\u{200d}\u{2620}\u{fe0f}",
        "\u{1f469}\u{1f3fd}\u{200d}\u{1f680}",
        "caf\u{e9} na\u{ef}ve",
        "\u{4f60}\u{597d}",
        "  \t ",
        ": ; , ( ) \\",
        "{{ secret }}{% raw %}",
    ]);
    let long = (any::<char>(), 1usize..3000).prop_map(|(c, count)| c.to_string().repeat(count));
    let piece = prop_oneof![
        6 => known.prop_map(str::to_owned),
        3 => any::<String>(),
        3 => "[A-Za-z0-9 ,.]{0,60}",
        1 => long,
    ];
    prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
}

fn address() -> impl Strategy<Value = String> {
    let domains = prop::sample::select(vec![
        "b.example",
        "xn--bcher-kva.example",
        "a.very.long.domain.with.many.labels.in.it.example",
        "xn--80ak6aa92e.example",
    ]);
    ("[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,60}", domains).prop_map(|(local, domain)| format!("{local}@{domain}"))
}

/// Texts by a seed, the same for ever.
struct Texts(TestRunner);

impl Texts {
    fn new() -> Self {
        let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[4; 32]);
        Self(TestRunner::new_with_rng(Config::default(), rng))
    }

    fn one<S: Strategy>(&mut self, of: &S) -> S::Value {
        of.new_tree(&mut self.0).unwrap().current()
    }
}

/// Where mails go to be judged.
struct Folder {
    path: PathBuf,
    count: usize,
    _temporary: Option<tempfile::TempDir>,
}

impl Folder {
    fn new(name: &str) -> Self {
        let temporary = std::env::var_os("GUILDHALL_MAILS").is_none();
        let temporary = temporary.then(|| tempfile::tempdir().unwrap());
        let path = match &temporary {
            Some(folder) => folder.path().to_owned(),
            None => Path::new(&std::env::var_os("GUILDHALL_MAILS").unwrap()).join(name),
        };
        std::fs::create_dir_all(&path).unwrap();
        Self {
            path,
            count: 0,
            _temporary: temporary,
        }
    }

    fn add(&mut self, mail: &[u8], asked: &Value) {
        let name = |ending| self.path.join(format!("{:05}.{ending}", self.count));
        std::fs::write(name("eml"), mail).unwrap();
        std::fs::write(name("json"), asked.to_string()).unwrap();
        self.count += 1;
    }

    /// What the DNS says of those who sign.
    fn records(&self, signers: &[&Signer]) {
        let records = signers.iter().map(|signer| signer.record());
        let records: serde_json::Map<_, _> = records.map(|(name, text)| (name, text.into())).collect();
        std::fs::write(self.path.join("dkim.json"), Value::from(records).to_string()).unwrap();
    }

    /// Whether none is wrong, as the judge says it; a pass where the judge is missing.
    fn judged(&self) {
        let Some(mut judge) = python::program("check.py") else {
            return;
        };
        let out = judge.arg(&self.path).output().unwrap();
        let told = String::from_utf8_lossy(&out.stdout);
        println!("{told}");
        assert!(
            out.status.success(),
            "{told}{}",
            String::from_utf8_lossy(&out.stderr)
        );
        assert!(
            told.contains(&format!("{} mails,", self.count)) && told.contains(" 0 wrong"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn whatever_is_typed_a_mail_is_one_mail_to_one_recipient() {
    let world = World::new().await;
    let count = if std::env::var_os("GUILDHALL_FULL").is_some() {
        20_000
    } else {
        500
    };
    let (rsa, ed25519) = (
        Signer::new(RSA, "rsa2026", "guildhall.example").unwrap(),
        Signer::new(ED25519, "ed2026", "guildhall.example").unwrap(),
    );
    let mut folder = Folder::new("letters");
    folder.records(&[&rsa, &ed25519]);
    let unsigned = world.app.mailer.clone();
    let mailers = [
        unsigned.clone(),
        unsigned.clone().signing(rsa),
        unsigned.signing(ed25519),
    ];
    let (mut texts, hostile, address) = (Texts::new(), hostile(), address());
    for number in 0..count {
        let (to, subject) = (texts.one(&address), texts.one(&hostile));
        let id = format!("{number:032x}@guildhall.example");
        let (letter, asked) = if number % 2 == 0 {
            let (text, html) = (texts.one(&hostile), texts.one(&hostile));
            let unsubscribe =
                (number % 4 == 0).then(|| format!("https://guildhall.example/unsubscribe/{number}"));
            let asked = json!({ "to": to, "from": FROM, "subject": subject, "text": text, "unsubscribe": unsubscribe });
            let date = SystemTime::UNIX_EPOCH + Duration::from_secs(number * 97_003);
            let witness = String::new();
            (
                Letter {
                    to,
                    subject,
                    text,
                    html,
                    unsubscribe_url: unsubscribe,
                    message_id: id,
                    date,
                    witness,
                },
                asked,
            )
        } else {
            let asked = json!({ "to": to, "from": FROM, "subject": subject, "unsubscribe": null });
            let plain = Plain {
                to,
                heading: subject,
                greeting: texts.one(&hostile),
                paragraphs: vec![texts.one(&hostile), texts.one(&hostile)],
                facts: vec![(texts.one(&hostile), texts.one(&hostile))],
                action: Some((texts.one(&hostile), "https://guildhall.example/a".into())),
                reason: texts.one(&hostile),
                witness: String::new(),
            };
            (plain.words(&world.app).unwrap()(id), asked)
        };
        let mail = mailers[usize::try_from(number % 3).unwrap()].compose(&letter);
        folder.add(
            &mail.unwrap_or_else(|error| panic!("{letter:?}: {error}")),
            &asked,
        );
    }
    folder.judged();
}

/// A register of Norfolk's whose every text is hostile; it has no NUL, which a register's reader drops.
fn register(texts: &mut Texts, contracts: usize) -> String {
    let mut out = include_str!("../fixtures/register.csv")
        .lines()
        .next()
        .unwrap()
        .to_owned();
    let hostile = hostile();
    let mut text = || {
        let text: String = texts.one(&hostile).replace('\0', "");
        format!(
            "\"{}\"",
            text.chars().take(3000).collect::<String>().replace('"', "\"\"")
        )
    };
    for number in 0..contracts {
        let (title, about, supplier) = (text(), text(), text());
        let _ = write!(
            out,
            "\nNorfolk,,28/03/2015,\"H{number}\",,{title},Single award contract,X,,,{about},,,48000000,,,01-Apr-2013,\
             31/03/2016,,,120000,Estimated,,{supplier},,,,,,,,,,Invitation to tender,,,,,"
        );
    }
    out
}

#[tokio::test]
async fn an_alert_about_hostile_contracts_is_one_mail_to_one_recipient() {
    let mailer = |app: &mut guildhall::runtime::App| {
        app.mailer = app
            .mailer
            .clone()
            .signing(Signer::new(ED25519, "ed2026", "guildhall.example").unwrap());
    };
    let world = World::with(mailer).await;
    world.app.clock.set("2015-03-01T09:00:00Z".parse().unwrap());
    let mut texts = Texts::new();
    world.register(&register(&mut texts, 200), false).await;
    tick(&world.app).await.unwrap();
    let hostile = hostile();
    let save = "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) {
        savedSearch { id } errors { code message } } }";
    let mut saved = 0;
    for number in 0..8 {
        let email = format!("p{number}@b.example");
        world.person(&email, "P").await;
        let token = world.token(&email).await;
        for _ in 0..3 {
            let name: String = texts.one(&hostile).replace('\0', "").chars().take(60).collect();
            let input = json!({ "input": { "name": name, "filter": { "cpvPrefixes": ["48"] } } });
            let answer = world.query(Some(&token), save, input).await;
            saved += usize::from(answer["data"]["savedSearchSave"]["savedSearch"].is_object());
        }
    }
    assert!(saved > 8, "{saved} names were taken");
    let mut folder = Folder::new("alerts");
    let signer = Signer::new(ED25519, "ed2026", "guildhall.example").unwrap();
    folder.records(&[&signer]);
    for _ in 0..8 {
        world.app.clock.advance(chrono::Duration::days(50));
        tick(&world.app).await.unwrap();
    }
    outbox::deliver_due(&world.app).await.unwrap();
    for mail in world.smtp.all() {
        let parsed = mail_parser::MessageParser::default().parse(&mail.bytes).unwrap();
        let link = parsed.header_raw("List-Unsubscribe").unwrap().trim();
        let link = link.trim_matches(['<', '>']);
        let asked = json!({ "to": mail.to[0], "from": FROM, "subject": parsed.subject().unwrap(), "unsubscribe": link });
        folder.add(&mail.bytes, &asked);
    }
    assert!(folder.count >= 8, "{} mails", folder.count);
    folder.judged();
}
