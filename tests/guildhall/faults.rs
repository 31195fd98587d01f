//! Bar G5: the database down, locked or full, or a panic. No answer shows SQL, a table, a path or a version; each
//! carries a code and a reference, under which the log has the cause; and when the fault is over, all is as before.

use crate::websocket::Served;
use crate::world::{PASSWORD, World, text};
use guildhall::access::CouncilRole;
use guildhall::alerts;
use guildhall::http;
use guildhall::runtime::database::Database;
use poem::test::TestClient;
use sea_orm::{ConnectionTrait, DbBackend};
use serde_json::{Value, json};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tracing::subscriber::DefaultGuard;

/// Long enough for a busy machine to answer at all, short enough to wait for.
const WAIT: Duration = Duration::from_millis(500);
const WHO: &str = "query Who { viewer { email } }";
const PUBLIC: &str = "query P { pilots { edges { node { id title } } } }";
/// All that programs are told, but for the reference.
const WORDS: [&str; 3] = [
    "something went wrong on our side; quote REFERENCE",
    "busy: try again shortly; quote REFERENCE",
    "not ready: the database does not answer; quote REFERENCE",
];
/// What no page may say, in lower case, whatever it is about.
const INSIDES: [&str; 20] = [
    "select", "insert", "update ", "pragma", "relation", "sql", "postgres", "sea_orm", "sea-orm", "error",
    "database", "lock", "disk", "panic", ".db", "/tmp", "/var", "0.1.0", "secret", "src/",
];

/// What is logged on this thread, from now on.
struct Log {
    lines: Lines,
    _guard: DefaultGuard,
    /// With one subscriber alive, a line first reached by another test's thread is shut off for all of them
    /// (tokio-rs/tracing#3611).
    _second: tracing::Dispatch,
}

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn start() -> Self {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(move || writer.clone())
            .with_ansi(false)
            .finish();
        let second = tracing::Dispatch::new(tracing_subscriber::registry());
        let guard = tracing::subscriber::set_default(subscriber);
        Self {
            lines,
            _guard: guard,
            _second: second,
        }
    }

    /// The line with this reference.
    fn line(&self, reference: &str) -> String {
        let log = String::from_utf8(self.lines.0.lock().unwrap().clone()).unwrap();
        let line = log.lines().find(|line| line.contains(reference));
        line.unwrap_or_else(|| panic!("no {reference} in {log}"))
            .to_owned()
    }
}

/// One way to ask, and what came of it.
#[derive(Debug)]
struct Asked {
    how: String,
    status: u16,
    told: String,
}

impl Asked {
    /// That it failed with this code, shows nothing, and is in the log under its reference with the cause.
    fn failed(&self, log: &Log, cause: &[&str]) {
        let reference = self.reference();
        let (page, told) = (self.told.starts_with("<!doctype"), self.told.to_lowercase());
        for inside in INSIDES.into_iter().filter(|_| page) {
            assert!(!told.contains(inside), "{}: {inside} in {told}", self.how);
        }
        for words in self.words().into_iter().filter(|_| !page) {
            let words = words.replace(&reference, "REFERENCE");
            assert!(WORDS.contains(&&*words), "{}: {words}", self.how);
        }
        let coded = self.status > 499
            || ["\"FAULT\"", "\"OVERLOADED\""]
                .iter()
                .any(|code| self.told.contains(code));
        assert!(coded, "{self:?}");
        let line = log.line(&reference);
        assert!(
            cause.iter().any(|cause| line.contains(cause)),
            "{cause:?} in {line}"
        );
    }

    /// The message of each error, or all there is.
    fn words(&self) -> Vec<String> {
        let Ok(answer) = serde_json::from_str::<Value>(&self.told) else {
            return vec![self.told.clone()];
        };
        let message = |error: &Value| error["message"].as_str().unwrap().to_owned();
        answer["errors"].as_array().unwrap().iter().map(message).collect()
    }

    /// Twelve hexadecimal digits, where a reader finds them.
    fn reference(&self) -> String {
        let hex = |word: &&str| word.len() == 12 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        let mut words = self.told.split(|letter: char| !letter.is_ascii_alphanumeric());
        words
            .find(hex)
            .unwrap_or_else(|| panic!("no reference in {self:?}"))
            .to_owned()
    }

    fn worked(&self) {
        assert!(
            self.status < 400 && !self.told.contains("\"errors\":[{"),
            "{self:?}"
        );
    }
}

/// A world with somebody in it, and all the ways to ask.
struct Asker {
    world: World,
    token: String,
    link: String,
    council: Value,
}

impl Asker {
    async fn new() -> Self {
        let world = World::waiting(WAIT).await;
        let token = world
            .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
            .await;
        let person = world.person("sam@tidebell.example", "Sam").await;
        let link = alerts::links::link(&world.app, alerts::links::Purpose::Unsubscribe, person);
        let link = link.strip_prefix("https://guildhall.example").unwrap().to_owned();
        let council = world.council("norfolk").await;
        Self {
            world,
            token,
            link,
            council,
        }
    }

    async fn graphql(&self, how: &str, token: Option<&str>, query: &str, variables: Value) -> Asked {
        let mut request = self
            .world
            .post(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = request.send().await;
        let status = response.0.status().as_u16();
        Asked {
            how: how.to_owned(),
            status,
            told: text(response).await,
        }
    }

    async fn page(&self, path: &str) -> Asked {
        let response = self.world.client.get(path).send().await;
        let status = response.0.status().as_u16();
        Asked {
            how: path.to_owned(),
            status,
            told: text(response).await,
        }
    }

    /// Everything that reads.
    async fn reads(&self) -> Vec<Asked> {
        let mut asked = vec![
            self.graphql("read as nobody", None, PUBLIC, json!({})).await,
            self.graphql("read as somebody", Some(&self.token), WHO, json!({}))
                .await,
        ];
        for path in ["/health/ready", "/", "/mailbox", &self.link] {
            asked.push(self.page(path).await);
        }
        asked
    }

    async fn sign_in(&self) -> Asked {
        let sign_in = "mutation S($input: SignInInput!) { signIn(input: $input) { session { expiresAt } } }";
        let input = json!({ "email": "o@norfolk.example", "password": PASSWORD });
        self.graphql("sign in", None, sign_in, json!({ "input": input }))
            .await
    }

    /// Writes some pages' worth.
    async fn state_need(&self) -> Asked {
        let state = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { title } } }";
        let long = "bins ".repeat(900);
        let input =
            json!({ "council": self.council, "title": "Bins", "problem": long, "outcomes": "Fewer." });
        self.graphql(
            "state a need",
            Some(&self.token),
            state,
            json!({ "input": input }),
        )
        .await
    }

    async fn unsubscribe(&self) -> Asked {
        let click = self
            .world
            .client
            .post(&self.link)
            .form(&[("List-Unsubscribe", "One-Click")]);
        let response = click.send().await;
        let status = response.0.status().as_u16();
        Asked {
            how: "unsubscribe".to_owned(),
            status,
            told: text(response).await,
        }
    }

    fn postgres(&self) -> bool {
        self.world.app.db.backend() == DbBackend::Postgres
    }
}

#[tokio::test]
async fn a_database_that_is_down_shows_nothing_and_works_again_when_it_is_back() {
    let asker = Asker::new().await;
    let served = Served::start(asker.world.site.clone()).await;
    let mut open = served.client(Some(&asker.token)).await;
    let log = Log::start();
    asker.reads().await.iter().for_each(Asked::worked);
    let down = Down::take(&asker).await;
    let cause = ["database"];
    let mut asked = asker.reads().await;
    asked.extend([
        asker.sign_in().await,
        asker.state_need().await,
        asker.unsubscribe().await,
    ]);
    let mut fresh = served.open(&[]).await.unwrap();
    fresh
        .say(json!({ "type": "connection_init", "payload": { "authorization": asker.token } }))
        .await;
    for (how, client) in [("an open socket", &mut open), ("a fresh socket", &mut fresh)] {
        let (status, told) = client.closed().await;
        asked.push(Asked {
            how: how.to_owned(),
            status,
            told,
        });
    }
    for asked in &asked {
        asked.failed(&log, &cause);
        let again = matches!(asked.status, 503 | 1013) || asked.told.contains("\"OVERLOADED\"");
        assert!(again, "to be tried again: {asked:?}");
    }
    down.give_back(&asker).await;
    // Connections that died are found out by their first use.
    for _ in 0..16 {
        asker.graphql("", None, PUBLIC, json!({})).await;
    }
    asker.reads().await.iter().for_each(Asked::worked);
    for asked in [
        asker.sign_in().await,
        asker.state_need().await,
        asker.unsubscribe().await,
    ] {
        asked.worked();
    }
    served.client(Some(&asker.token)).await;
}

/// A database that was taken away. SQLite: its file is moved, and the connections that are open already are used by
/// others. PostgreSQL: it takes no connections and ends those there are.
struct Down {
    files: Vec<(PathBuf, PathBuf)>,
    _held: Vec<Box<dyn std::any::Any>>,
}

impl Down {
    async fn take(asker: &Asker) -> Self {
        let (mut files, mut held) = (Vec::new(), Vec::<Box<dyn std::any::Any>>::new());
        if asker.postgres() {
            let end = "ALTER DATABASE {name} ALLOW_CONNECTIONS false; SELECT pg_terminate_backend(pid)
                FROM pg_stat_activity WHERE datname = '{name}'";
            asker.world.as_keeper(end).await;
        } else {
            let pools = [asker.world.app.db.read(), asker.world.app.db.for_migration()];
            for pool in pools.map(|door| door.get_sqlite_connection_pool().clone()) {
                // One that is in use just now is soon back.
                let mut taken = Vec::new();
                while taken.len() < pool.size() as usize {
                    match pool.try_acquire() {
                        Some(connection) => taken.push(connection),
                        None => tokio::task::yield_now().await,
                    }
                }
                held.push(Box::new(taken));
            }
            let file = asker.world.url().strip_prefix("sqlite://").unwrap();
            for end in ["", "-wal", "-shm"] {
                let from = PathBuf::from(format!("{file}{end}"));
                let to = from.with_extension(format!("away{end}"));
                std::fs::rename(&from, &to).unwrap();
                files.push((from, to));
            }
        }
        Self { files, _held: held }
    }

    async fn give_back(self, asker: &Asker) {
        for (from, to) in self.files {
            std::fs::rename(to, from).unwrap();
        }
        if asker.postgres() {
            asker
                .world
                .as_keeper("ALTER DATABASE {name} ALLOW_CONNECTIONS true")
                .await;
        }
    }
}

#[tokio::test]
async fn a_database_that_somebody_else_writes_to_is_busy_and_still_read() {
    let asker = Asker::new().await;
    let log = Log::start();
    let other = Database::open(asker.world.url()).await.unwrap();
    let holding = other.begin().await.unwrap();
    if asker.postgres() {
        holding
            .execute_unprepared("LOCK TABLE attempt, need, saved_search IN ACCESS EXCLUSIVE MODE")
            .await
            .unwrap();
    }
    for asked in [asker.sign_in().await, asker.state_need().await] {
        asked.failed(&log, &["lock"]);
        assert!(asked.told.contains("\"OVERLOADED\""), "{asked:?}");
    }
    asker
        .graphql("read", Some(&asker.token), WHO, json!({}))
        .await
        .worked();
    asker.page("/health/ready").await.worked();
    holding.rollback().await.unwrap();
    asker.sign_in().await.worked();
    asker.state_need().await.worked();
}

#[tokio::test]
async fn a_full_disk_is_a_fault_and_what_is_there_is_still_read() {
    let asker = Asker::new().await;
    let log = Log::start();
    let keeper = asker.world.app.db.for_migration();
    let (fill, empty) = if asker.postgres() {
        let fill = "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            RAISE EXCEPTION USING ERRCODE = '53100', MESSAGE =
            'could not extend file \"base/16384/16411\": No space left on device'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON need EXECUTE FUNCTION full_disk()";
        (fill, "DROP TRIGGER full_disk ON need")
    } else {
        ("PRAGMA max_page_count = 1", "PRAGMA max_page_count = 1000000")
    };
    keeper.execute_unprepared(fill).await.unwrap();
    // SQLite first fills the pages that it has and does not use.
    let mut asked = asker.state_need().await;
    for _ in 0..200 {
        if asked.told.contains("\"errors\":[{") {
            break;
        }
        asked = asker.state_need().await;
    }
    asked.failed(&log, &["disk is full", "No space left"]);
    assert!(asked.told.contains("\"FAULT\""), "{asked:?}");
    asker.reads().await.iter().for_each(Asked::worked);
    keeper.execute_unprepared(empty).await.unwrap();
    asker.state_need().await.worked();
}

#[tokio::test]
async fn a_panic_behind_a_page_shows_nothing() {
    let asker = Asker::new().await;
    let log = Log::start();
    let site = asker
        .world
        .site
        .clone()
        .when_clock_moves(Arc::new(|| panic!("secret words of src/")));
    let client = TestClient::new(http::routes(site));
    let response = client.post("/dev/clock").form(&[("days", "1")]).send().await;
    let status = response.0.status().as_u16();
    let asked = Asked {
        how: "a panic".to_owned(),
        status,
        told: text(response).await,
    };
    asked.failed(&log, &["secret words"]);
    assert_eq!(status, 500);
}

#[tokio::test]
async fn a_connection_that_died_while_it_rested_is_not_used() {
    let asker = Asker::new().await;
    if !asker.postgres() {
        return;
    }
    asker.reads().await.iter().for_each(Asked::worked);
    let end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'";
    asker.world.as_keeper(end).await;
    // Not a wait for something: the time a connection rests is what decides.
    tokio::time::sleep(WAIT / 4).await;
    asker.reads().await.iter().for_each(Asked::worked);
    asker.sign_in().await.worked();
}
