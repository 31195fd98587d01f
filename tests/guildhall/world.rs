//! A world of its own for each test: a fresh database, a clock that stands until moved, seeded randomness, a mail
//! server on the loopback, and the real API and routes without a socket.

use crate::smtp::Smtp;
use chrono::{DateTime, Utc};
use guildhall::access::accounts::{self, NewAccount};
use guildhall::access::sessions::{self, Attempt};
use guildhall::access::{CouncilRole, Viewer};
use guildhall::councils::directory;
use guildhall::exchange::import::{Decisions, File, Imported, Line, Watch, import};
use guildhall::exchange::register::Doubt;
use guildhall::graphql::Api;
use guildhall::http::{self, DevelopmentPage, Site, Tab};
use guildhall::runtime::clock::Clock;
use guildhall::runtime::database::Database;
use guildhall::runtime::entropy::Entropy;
use guildhall::runtime::mail::Mailer;
use guildhall::runtime::objects::{self, Objects};
use guildhall::runtime::secret::Secret;
use guildhall::runtime::{App, Hashing, Stop};
use migration::{Migrate, Migrator};
use poem::endpoint::BoxEndpoint;
use poem::test::{TestClient, TestRequestBuilder, TestResponse};
use poem::{EndpointExt, Response};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use uuid::Uuid;

/// Every account's password, unless a test is about passwords.
pub(crate) const PASSWORD: &str = "correct horse battery";

/// What every bidder declares: as a list in a variable, and in a query.
pub(crate) const DECLARED: [&str; 3] = ["NO_EXCLUSION_GROUND", "NO_COLLUSION", "NO_CONFLICT_OF_INTEREST"];
pub(crate) const DECLARATIONS: &str = "[NO_EXCLUSION_GROUND, NO_COLLUSION, NO_CONFLICT_OF_INTEREST]";

/// One test's world.
pub(crate) struct World {
    pub(crate) app: App,
    /// What the routes serve, for tests that serve it themselves.
    pub(crate) site: Site,
    pub(crate) smtp: Smtp,
    pub(crate) client: TestClient<BoxEndpoint<'static, Response>>,
    pub(crate) clock_moves: Arc<AtomicUsize>,
    // Last, so that the database goes when nothing uses it any more.
    place: Place,
}

/// Whoever an operation comes from: a token, a supplier's founder, or nobody.
pub(crate) trait Who {
    fn token(&self) -> Option<&str>;
}

impl Who for () {
    fn token(&self) -> Option<&str> {
        None
    }
}

impl Who for &String {
    fn token(&self) -> Option<&str> {
        Some(self)
    }
}

impl Who for &Supplier {
    fn token(&self) -> Option<&str> {
        Some(&self.token)
    }
}

/// What an import told while it was under way.
#[derive(Debug, Default)]
pub(crate) struct ImportTold {
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) lines: Vec<Line>,
    pub(crate) rows: Vec<(u32, u32)>,
}

impl Watch for ImportTold {
    fn rows(&mut self, done: u32, of: u32) {
        self.rows.push((done, of));
    }

    fn doubt(&mut self, doubt: &Doubt) {
        self.doubts.push(doubt.clone());
    }

    fn line(&mut self, line: Line) {
        self.lines.push(line);
    }
}

/// A supplier that signed up.
pub(crate) struct Supplier {
    /// Its founder's.
    pub(crate) token: String,
    pub(crate) id: Value,
}

impl World {
    /// A production server's world.
    pub(crate) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// A development server's world.
    pub(crate) async fn development() -> Self {
        Self::with(|app| app.development = true).await
    }

    /// A development server's world in which nobody waits longer than this for the database.
    pub(crate) async fn waiting(wait: Duration) -> Self {
        Self::made(Some(wait), |app| app.development = true).await
    }

    /// The world of a server that differs from a production one in this.
    pub(crate) async fn with(change: impl FnOnce(&mut App)) -> Self {
        Self::made(None, change).await
    }

    async fn made(wait: Option<Duration>, change: impl FnOnce(&mut App)) -> Self {
        let seed = match std::env::var("GUILDHALL_TEST_SEED") {
            Ok(seed) => seed.parse().expect("GUILDHALL_TEST_SEED is a number"),
            Err(_) => u64::from_le_bytes(Entropy::system().bytes()),
        };
        println!("GUILDHALL_TEST_SEED={seed}");
        let place = Place::make().await;
        let db = match wait {
            Some(wait) => Database::open_waiting(&place.url, wait).await.unwrap(),
            None => Database::open(&place.url).await.unwrap(),
        };
        Migrator::up(db.for_migration(), None).await.unwrap();
        let smtp = Smtp::start().await;
        let mut app = App {
            db,
            clock: Clock::standing("2026-01-15T09:00:00Z".parse().unwrap()),
            entropy: Entropy::seeded(seed),
            secret: Secret::from_bytes([7; 32]),
            mailer: Mailer::smtp(&smtp.url(), "Guildhall <alerts@guildhall.example>").unwrap(),
            objects: Objects::open(&objects::Place::Folder(place.objects())).unwrap(),
            public_url: "https://guildhall.example".into(),
            development: false,
            hashing: Hashing::at_once(2),
            single_sign_on: Arc::default(),
            work: Arc::default(),
            sending: Arc::default(),
        };
        change(&mut app);
        guildhall::councils::mirror(&app).await.unwrap();
        guildhall::changes::catch_up(&app).await.unwrap();
        let api = Api::new(app.clone());
        let clock_moves = Arc::new(AtomicUsize::new(0));
        let site = site(&app, &api, &clock_moves);
        let client = TestClient::new(http::routes(site.clone()).boxed());
        Self {
            app,
            site,
            smtp,
            client,
            clock_moves,
            place,
        }
    }

    /// Another server on the same database, with the same secret.
    pub(crate) async fn node(&self) -> App {
        App {
            db: Database::open(&self.place.url).await.unwrap(),
            hashing: Hashing::at_once(2),
            work: Arc::default(),
            sending: Arc::default(),
            ..self.app.clone()
        }
    }

    /// Where its database is, for those who open it beside the server.
    pub(crate) fn url(&self) -> &str {
        &self.place.url
    }

    /// The folder in which its objects are.
    pub(crate) fn objects(&self) -> std::path::PathBuf {
        self.place.objects()
    }

    /// The same, as it is configured.
    pub(crate) fn objects_url(&self) -> String {
        self.place.objects_url()
    }

    /// Runs SQL as the keeper of the PostgreSQL server, with the database's name for `{name}`.
    pub(crate) async fn as_keeper(&self, sql: &str) {
        let (server, name) = self.place.postgres.as_ref().unwrap();
        run(server, &sql.replace("{name}", name)).await;
    }

    /// The present instant.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.app.clock.now()
    }

    /// Runs an operation through `POST /graphql`, as whoever the token is of, and gives the whole answer.
    pub(crate) async fn query(&self, token: Option<&str>, text: &str, variables: Value) -> Value {
        let mut request = self.post(&json!({ "query": text, "variables": variables }));
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        body(request.send().await).await
    }

    /// The same, when it must succeed: what came of it.
    pub(crate) async fn data(&self, who: impl Who, text: &str, variables: Value) -> Value {
        let answer = self.query(who.token(), text, variables).await;
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        answer["data"].clone()
    }

    /// The same, when it must not: the code of its first error.
    pub(crate) async fn refusal(&self, who: impl Who, text: &str, variables: Value) -> String {
        let answer = self.query(who.token(), text, variables).await;
        let code = answer["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The version that a thing has now, for what changes it.
    pub(crate) async fn version(&self, who: impl Who, id: &Value) -> Value {
        let query =
            "query V($id: ID!) { node(id: $id) { __typename ... on Pilot { version } ... on Need { version }
            ... on Product { version } ... on Supplier { version } ... on Contract { version } } }";
        self.data(who, query, json!({ "id": id })).await["node"]["version"].clone()
    }

    /// A request to `/graphql` with this body, not sent yet.
    pub(crate) fn post(&self, body: &Value) -> TestRequestBuilder<'_, BoxEndpoint<'static, Response>> {
        self.client.post("/graphql").body_json(body)
    }

    /// The same with a file, which stands in the place of `variables.input.file`.
    pub(crate) fn post_file(
        &self,
        body: &Value,
        file: &[u8],
    ) -> TestRequestBuilder<'_, BoxEndpoint<'static, Response>> {
        let mut body = body.clone();
        body["variables"]["input"]["file"] = Value::Null;
        let part = |name: &str, content: &[u8]| {
            let head = format!("--xYx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
            [head.as_bytes(), content, b"\r\n"].concat()
        };
        let parts = [
            part("operations", body.to_string().as_bytes()),
            part("map", br#"{"0":["variables.input.file"]}"#),
            part("0", file),
            b"--xYx--\r\n".to_vec(),
        ];
        self.client
            .post("/graphql")
            .header("content-type", "multipart/form-data; boundary=xYx")
            .header("graphql-preflight", "1")
            .body(parts.concat())
    }

    /// Makes an account with [`PASSWORD`] and gives its id.
    pub(crate) async fn person(&self, email: &str, name: &str) -> Uuid {
        self.account(email, name, false).await
    }

    /// Makes somebody with a role in a council and gives their token.
    pub(crate) async fn member(&self, email: &str, council: &str, role: CouncilRole) -> String {
        let person = self.person(email, "Member").await;
        let council = directory().find(council).unwrap().id;
        accounts::join_council(&self.app, &Viewer::System, person, council, role)
            .await
            .unwrap();
        self.token(email).await
    }

    /// The id of a council, as the graph gives it.
    pub(crate) async fn council(&self, code: &str) -> Value {
        let query = "query C($code: String!) { council(code: $code) { id } }";
        self.data((), query, json!({ "code": code })).await["council"]["id"].clone()
    }

    /// Signs a small supplier up, whose founder has [`PASSWORD`], and gives its id and its founder's token.
    pub(crate) async fn supplier(&self, email: &str, name: &str) -> Supplier {
        self.person(email, name).await;
        let token = self.token(email).await;
        let sign_up = "mutation U($input: SupplierSignUpInput!) { supplierSignUp(input: $input) {
            supplier { id } errors { message } } }";
        let input = json!({ "name": name, "size": "SMALL" });
        let made = self.data(&token, sign_up, json!({ "input": input })).await;
        Supplier {
            token,
            id: made["supplierSignUp"]["supplier"]["id"].clone(),
        }
    }

    /// Brings a register of Norfolk's in.
    pub(crate) async fn register(&self, text: &str, dry_run: bool) -> Imported {
        self.register_told(text, &Decisions::new(), dry_run).await.0
    }

    /// The same with what a person decided; gives what was told meanwhile, too.
    pub(crate) async fn register_told(
        &self,
        text: &str,
        decisions: &Decisions,
        dry_run: bool,
    ) -> (Imported, ImportTold) {
        let file = File::of("register.csv", text.as_bytes());
        let council = directory().find("norfolk").unwrap();
        let mut told = ImportTold::default();
        let done = import(
            &self.app,
            &Viewer::System,
            council,
            file,
            decisions,
            dry_run,
            &mut told,
        )
        .await
        .unwrap();
        (done, told)
    }

    /// Makes an operator with [`PASSWORD`] and gives their id.
    pub(crate) async fn operator(&self, email: &str) -> Uuid {
        self.account(email, "Operator", true).await
    }

    async fn account(&self, email: &str, name: &str, operator: bool) -> Uuid {
        let account = NewAccount {
            email: email.to_owned(),
            name: name.to_owned(),
            password: PASSWORD.to_owned(),
            operator,
        };
        let hash = made(accounts::prepare(&self.app, &account).await);
        let txn = self.app.db.begin().await.unwrap();
        let id = made(accounts::create(&self.app, &txn, &account, hash).await);
        txn.commit().await.unwrap();
        id
    }

    /// Signs an account with [`PASSWORD`] in, without HTTP, and gives its token.
    pub(crate) async fn token(&self, email: &str) -> String {
        let attempt = Attempt {
            email,
            password: PASSWORD,
            ..Attempt::default()
        };
        made(sessions::sign_in(&self.app, attempt).await).token
    }
}

fn made<T, C: std::fmt::Debug>(result: Result<T, Stop<C>>) -> T {
    result.unwrap_or_else(|stop| panic!("{stop:?}"))
}

fn site(app: &App, api: &Api, clock_moves: &Arc<AtomicUsize>) -> Site {
    let page = DevelopmentPage {
        mode: "development".into(),
        first_query: "query Who { viewer { name } }".into(),
        tabs: vec![Tab {
            title: None,
            query: "query Who { viewer { name } }".into(),
            variables: None,
        }],
        ..DevelopmentPage::default()
    };
    let moves = clock_moves.clone();
    Site::new(app.clone(), api.clone())
        .with_page(page)
        .when_clock_moves(Arc::new(move || {
            moves.fetch_add(1, Ordering::SeqCst);
            Box::pin(async {})
        }))
}

/// An answer's body as JSON.
pub(crate) async fn body(response: TestResponse) -> Value {
    let text = text(response).await;
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error} in {text:?}"))
}

/// An answer's body as text.
pub(crate) async fn text(response: TestResponse) -> String {
    response.0.into_body().into_string().await.unwrap()
}

/// Where a world's database is: gone when this is.
pub(crate) struct Place {
    pub(crate) url: String,
    directory: tempfile::TempDir,
    postgres: Option<(String, String)>,
}

impl Place {
    pub(crate) async fn make() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let Ok(server) = std::env::var("GUILDHALL_TEST_POSTGRES") else {
            return Self {
                url: format!("sqlite://{}", directory.path().join("guildhall.db").display()),
                directory,
                postgres: None,
            };
        };
        let name = format!("guildhall_{}", hex::encode(Entropy::system().bytes::<8>()));
        run(&server, &format!("CREATE DATABASE {name}")).await;
        let (start, query) = server
            .split_once('?')
            .map_or((&*server, None), |(a, b)| (a, Some(b)));
        let host_end = start.find("://").map_or(0, |at| at + 3);
        let end = start[host_end..]
            .find('/')
            .map_or(start.len(), |at| host_end + at);
        let query = query.map(|query| format!("?{query}")).unwrap_or_default();
        Self {
            url: format!("{}/{name}{query}", &start[..end]),
            directory,
            postgres: Some((server, name)),
        }
    }

    /// The folder for objects.
    pub(crate) fn objects(&self) -> std::path::PathBuf {
        self.directory.path().join("objects")
    }

    /// The same, as it is configured.
    pub(crate) fn objects_url(&self) -> String {
        format!("file://{}", self.objects().display())
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((server, name)) = self.postgres.take() else {
            return;
        };
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(run(&server, &format!("DROP DATABASE {name} WITH (FORCE)")));
        });
        if dropped.join().is_err() {
            eprintln!("the test's database was not dropped");
        }
    }
}

async fn run(server: &str, sql: &str) {
    let connection = sea_orm::Database::connect(server).await.unwrap();
    connection.execute_unprepared(sql).await.unwrap();
    connection.close().await.unwrap();
}
