//! What alert mails say, read out of the test's mail server: how many of what in the subject, what to do and by when,
//! where each day comes from, and never more than 100 kB.

use crate::smtp::Received;
use crate::world::World;
use chrono::{DateTime, Duration, Utc};
use guildhall::access::{CouncilRole, Viewer};
use guildhall::alerts::tick;
use guildhall::councils::{Council, directory};
use guildhall::exchange::import::{Decisions, File, Imported, import};
use guildhall::runtime::outbox;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use std::fmt::Write;

const SAVE: &str = "mutation S($input: SavedSearchSaveInput!) { savedSearchSave(input: $input) {
    savedSearch { id } errors { code path } } }";
const WORDS: &str = "mutation W($council: ID!, $version: Int!, $words: String) {
    councilMailWordsSet(council: $council, version: $version, words: $words) {
        mailWords { words version } errors { code path currentVersion } } }";

/// A mail as its reader sees it.
pub(crate) struct Read {
    pub(crate) subject: String,
    pub(crate) text: String,
    pub(crate) html: String,
    pub(crate) bytes: usize,
}

impl Read {
    fn of(mail: &Received) -> Self {
        let parsed = MessageParser::default().parse(&mail.bytes).unwrap();
        Self {
            subject: parsed.subject().unwrap().to_owned(),
            text: parsed.body_text(0).unwrap().replace("\r\n", "\n"),
            html: parsed.body_html(0).unwrap().replace("\r\n", "\n"),
            bytes: mail.bytes.len(),
        }
    }

    /// The text without the ends of its lines.
    pub(crate) fn flat(&self) -> String {
        self.text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A world on a day in which Sam listens; gives Sam's token.
pub(crate) async fn listening(day: &str, name: &str, filter: Value) -> (World, String) {
    let world = World::new().await;
    world.app.clock.set(at(day));
    world.person("sam@tidebell.example", "Sam").await;
    let token = world.token("sam@tidebell.example").await;
    save(&world, &token, name, filter).await;
    (world, token)
}

pub(crate) async fn save(world: &World, token: &String, name: &str, filter: Value) -> Value {
    let input = json!({ "input": { "name": name, "filter": filter } });
    let saved = world.data(token, SAVE, input).await["savedSearchSave"].clone();
    assert_eq!(saved["errors"], json!([]), "{saved}");
    saved["savedSearch"]["id"].clone()
}

pub(crate) fn at(day: &str) -> DateTime<Utc> {
    format!("{day}T09:00:00Z").parse().unwrap()
}

/// Brings a register of a council in.
pub(crate) async fn register_of(
    world: &World,
    council: &'static Council,
    text: impl AsRef<[u8]>,
) -> Imported {
    let file = File::of("register.csv", text.as_ref());
    import(
        &world.app,
        &Viewer::System,
        council,
        file,
        &Decisions::new(),
        false,
        &mut (),
    )
    .await
    .unwrap()
}

/// Contracts with these ends: reference, title, end.
pub(crate) fn register(contracts: impl IntoIterator<Item = (String, String, &'static str)>) -> String {
    let mut text =
        "Contract Reference number / ID,Title of the Agreement,Supplier name,Contract value,End date\n"
            .to_owned();
    for (reference, title, end) in contracts {
        writeln!(text, "{reference},\"{title}\",Invented Rounds Ltd,120000,{end}").unwrap();
    }
    text
}

/// So many contracts of Norfolk that end on a day.
pub(crate) fn ending(many: usize, end: &'static str, sign: &str) -> Vec<(String, String, &'static str)> {
    (0..many)
        .map(|number| (format!("{sign}{number}"), format!("Contract {sign}{number}"), end))
        .collect()
}

/// The mails that come of what is due.
pub(crate) async fn mails(world: &World) -> Vec<Read> {
    tick(&world.app).await.unwrap();
    outbox::deliver_due(&world.app).await.unwrap();
    world.smtp.all().iter().map(Read::of).collect()
}

/// The one mail.
pub(crate) async fn mail(world: &World) -> Read {
    let mut mails = mails(world).await;
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

#[tokio::test]
async fn one_window_says_what_to_do_by_when_and_where_the_day_comes_from() {
    let filter = json!({ "windowKinds": ["REPROCUREMENT"] });
    let (world, _) = listening("2026-01-20", "waste software in the East", filter).await;
    let text = register([("F001".into(), "Recycling rounds".into(), "31/12/2026")]);
    world.register(&text, false).await;
    let mail = mail(&world).await;
    assert_eq!(
        mail.subject,
        "Time to re-procure: Recycling rounds (by 17 July 2026)"
    );
    let said = mail.flat();
    for line in [
        "A contract window has opened",
        "because you saved \u{2018}waste software in the East\u{2019}.",
        "Norfolk County Council",
        "By 17 July 2026 (in 178 days): start the procurement: it is the last safe start",
        "Reference: F001",
        "Supplier: Invented Rounds Ltd",
        "Value: \u{a3}120,000",
        "Current end: 31 December 2026 (the initial end: no extension was taken; from the council's register, row 2 of",
        "Where the day comes from: the last safe start: current end, 31 December 2026, less 90 days of mobilisation (sign \
         by 2 October 2026), 8 working days of standstill (award by 22 September 2026), 42 days of evaluation (tenders in \
         by 11 August 2026) and 25 days of tender",
        "https://guildhall.example/contract/",
    ] {
        assert!(said.contains(line), "{line:?} in {}", mail.text);
    }
    assert!(
        !said.contains("See them all"),
        "what is told in full is not counted first"
    );
    let preheader = mail.html.find("By 17 July 2026: start the procurement").unwrap();
    assert!(
        preheader < mail.html.find("<h1").unwrap(),
        "it comes before the heading"
    );
}

#[tokio::test]
async fn a_thousand_windows_are_one_mail_that_says_first_what_they_come_to() {
    let (world, _) = listening(
        "2026-01-15",
        "all that ends",
        json!({ "windowKinds": ["EXPIRY"] }),
    )
    .await;
    let contracts = ending(940, "31/03/2026", "A")
        .into_iter()
        .chain(ending(60, "28/02/2026", "B"));
    world.register(&register(contracts), false).await;
    let mail = mail(&world).await;
    assert_eq!(mail.subject, "1,000 contract windows: 940 end on 31 March 2026");
    assert!(mail.bytes <= 100_000, "{} bytes", mail.bytes);
    let said = mail.flat();
    assert!(said.contains("Ending soon: 1,000 See them all"), "{}", mail.text);
    assert!(!said.contains("By council"), "there is one: {}", mail.text);
    let full = mail.text.matches("Reference: B").count();
    assert!(full >= 20, "the most urgent are told in full: {full}");
    assert!(!said.contains("Reference: A"), "and they are the first to end");
    let more = format!("And {} more:", 1000 - full);
    assert!(said.contains(&more), "{more} in {}", mail.text);
    assert!(said.contains("/told?with="), "{}", mail.text);
}

/// The worst there is to tell: long titles in letters that take the most room, of as many councils as there are.
/// `GUILDHALL_FULL=1` tells 10,000.
#[tokio::test]
async fn however_much_and_whatever_it_says_a_mail_is_at_most_100_kb() {
    let most = if std::env::var("GUILDHALL_FULL").is_ok() {
        10_000
    } else {
        1_000
    };
    let name = "\u{1f3db}".repeat(100);
    let (world, token) = listening("2026-01-15", &name, json!({ "windowKinds": ["EXPIRY"] })).await;
    for number in 0..11 {
        let name = format!("{}{number:02}", "\u{1f3db}".repeat(98));
        save(&world, &token, &name, json!({ "windowKinds": ["EXPIRY"] })).await;
    }
    let present = directory()
        .all()
        .iter()
        .filter(|council| council.facts.ends_on.is_none());
    let councils: Vec<&Council> = present.take(300).collect();
    let mut told = 0;
    for (at, council) in councils.iter().enumerate() {
        let many = most / 300 + usize::from(at < most % 300);
        let title = format!("<b>\u{1f600} {}", "\u{10348}\u{e9}=".repeat(120));
        let contracts =
            (0..many).map(|number| (format!("N{number}"), format!("{title}{number}"), "31/03/2026"));
        register_of(&world, council, &register(contracts)).await;
        told += many;
    }
    let mail = mail(&world).await;
    let count = guildhall::alerts::words::number(told);
    assert_eq!(
        mail.subject,
        format!("{count} contract windows, all end on 31 March 2026")
    );
    println!("{told} windows of 300 councils: {} bytes", mail.bytes);
    assert!(mail.bytes <= 100_000, "{} bytes", mail.bytes);
    let said = mail.flat();
    assert!(said.contains("275 other councils:"), "{}", mail.text);
    assert!(
        mail.text.matches("/contract/").count() >= 5,
        "some are told in full"
    );
    assert!(said.contains("2 more of your searches and watches found something"));
    assert!(!mail.html.contains("<b>\u{1f600}"), "titles are text");
}

#[tokio::test]
async fn moved_dates_say_what_was_and_what_is() {
    let (world, _) = listening(
        "2026-01-15",
        "ends",
        json!({ "windowKinds": ["EXPIRY"], "kinds": ["DATES_CHANGED", "WINDOW_OPENED"] }),
    )
    .await;
    let one = |end| register([("F001".into(), "Recycling rounds".into(), end)]);
    world.register(&one("31/03/2026"), false).await;
    assert_eq!(mails(&world).await.len(), 1);
    world.app.clock.advance(Duration::days(1));
    world.register(&one("31/05/2026"), false).await;
    let mails = mails(&world).await;
    let mail = &mails[1];
    let said = mail.flat();
    assert!(
        said.contains("Changed: the end was 31 March 2026 and is 31 May 2026; \u{2018}"),
        "{}",
        mail.text
    );
    assert!(
        said.contains("\u{2018}Ending soon\u{2019} was 2 October 2025 to 31 March 2026 and is 2 December 2025 to 31 May 2026"),
        "{}",
        mail.text
    );
    assert_eq!(
        mail.subject, "Ending soon: Recycling rounds (by 31 May 2026)",
        "the window and what moved it are one thing"
    );
}

#[tokio::test]
async fn too_late_to_re_tender_says_to_extend_or_bridge() {
    let (world, _) = listening("2026-01-15", "ends", json!({ "windowKinds": ["EXPIRY"] })).await;
    let text = register([("F001".into(), "Recycling rounds".into(), "31/03/2026")]);
    world.register(&text, false).await;
    let said = mail(&world).await.flat();
    let line = "Too late to re-tender: extend or bridge. The last safe start was 11 October 2025;";
    assert!(said.contains(line), "{said}");
}

#[tokio::test]
async fn needs_and_pilots_are_told_with_what_they_are_worth_and_by_when() {
    let kinds = json!({ "kinds": ["NEED_STATED", "PILOT_PUBLISHED"] });
    let (world, _) = listening("2026-01-15", "small chances", kinds).await;
    let officer = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    crate::alert_pages::need(&world, &officer, "Missed bins").await;
    crate::alert_pages::pilot(&world, &officer, "Count the bins", true).await;
    let mail = mail(&world).await;
    assert_eq!(mail.subject, "2 things to know: news of 1 need, 1 pilot");
    let said = mail.flat();
    for line in [
        "New need: 1",
        "Budget: up to \u{a3}20,000",
        "New pilot: 1",
        "By Thursday 15 January 2026 at 15:00 (London) (today): bids are due",
        "Worth at most: \u{a3}15,000",
    ] {
        assert!(said.contains(line), "{line:?} in {}", mail.text);
    }
}

#[tokio::test]
async fn a_councils_own_words_stand_under_its_heading_and_are_marked() {
    let (world, _) = listening("2026-01-15", "ends", json!({ "windowKinds": ["EXPIRY"] })).await;
    let norfolk = world.council("norfolk").await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let words = "Ask us first: <b>https://norfolk.example/buying</b>\r\nBcc: all\u{202e}";
    let set = |version: i32, words: Value| json!({ "council": norfolk, "version": version, "words": words });
    let done = world.data(&administrator, WORDS, set(0, json!(words))).await;
    assert_eq!(done["councilMailWordsSet"]["mailWords"]["version"], 1, "{done}");
    let text = register([("F001".into(), "Recycling rounds".into(), "31/03/2026")]);
    world.register(&text, false).await;
    let mail = mail(&world).await;
    let said = mail.flat();
    let council = said.find("Norfolk County Council").unwrap();
    let words = said
        .find("The council says: Ask us first: <b>https://norfolk.example/buying</b> Bcc: all")
        .unwrap();
    assert!(
        council < words && words < said.find("Ending soon: 1").unwrap(),
        "{}",
        mail.text
    );
    assert!(
        !mail.html.contains("<b>https") && !mail.html.contains('\u{202e}'),
        "{}",
        mail.html
    );

    let stale = world.data(&administrator, WORDS, set(0, json!("x"))).await;
    let expected = json!([{ "code": "CONFLICT", "path": "version", "currentVersion": 1 }]);
    assert_eq!(stale["councilMailWordsSet"]["errors"], expected);
    let bad = world
        .data(&administrator, WORDS, set(1, json!("see http://a.example")))
        .await;
    assert_eq!(bad["councilMailWordsSet"]["errors"][0]["code"], "BAD_LINK");
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    assert_eq!(
        world.refusal(&officer, WORDS, set(1, json!("x"))).await,
        "NOT_ALLOWED"
    );
    let taken = world.data(&administrator, WORDS, set(1, Value::Null)).await;
    let none = json!({ "words": null, "version": 2 });
    assert_eq!(taken["councilMailWordsSet"]["mailWords"], none);
}
