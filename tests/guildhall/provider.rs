//! A council's OpenID provider as a process of its own (`tests/provider`), and a browser that goes there and back.

use crate::world::World;
use guildhall::access::single_sign_on::providers;
use guildhall::runtime::clock::Clock;
use guildhall::runtime::config::SingleSignOn;
use guildhall::runtime::fetch::Fetch;
use guildhall::runtime::provider::Hidden;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use poem::test::TestResponse;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use url::Url;
use url::form_urlencoded::Serializer;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/provider");
const CALLBACK: &str = "https://guildhall.example/account/single-sign-on/callback";
/// What the providers know of us; hard to put in a form or a header unencoded.
const SECRET: &str = "a secret: of 100% +& more/than=that";
/// More than a page of a provider's takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// A browser gives up after so many pages: a sign-in takes seven.
const PAGES: usize = 12;

/// A provider's process: it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Provider {
    pub(crate) issuer: String,
    child: Child,
}

impl Provider {
    /// Starts one with these accounts; nothing where Node or the package is missing, which CI does not let pass.
    pub(crate) fn start(accounts: &Value) -> Option<Self> {
        Self::start_with(accounts, &json!({}), &json!({}))
    }

    /// The same, with more registered of us and more of the provider's own configuration.
    pub(crate) fn start_with(accounts: &Value, client: &Value, options: &Value) -> Option<Self> {
        let installed = std::path::Path::new(FOLDER)
            .join("node_modules/oidc-provider")
            .exists();
        let node = Command::new("node").arg("--version").output().is_ok();
        if !installed || !node {
            assert!(
                std::env::var_os("CI").is_none(),
                "Node or tests/provider/node_modules is missing"
            );
            println!("skipped: single sign-on needs Node and `npm ci --prefix tests/provider`");
            return None;
        }
        let mut registered =
            json!({ "client_id": "guildhall: tests", "client_secret": SECRET, "redirect_uris": [CALLBACK] });
        let more = client.as_object().unwrap().clone();
        registered.as_object_mut().unwrap().extend(more);
        let mut child = Command::new("node")
            .arg("start.mjs")
            .current_dir(FOLDER)
            .env("ACCOUNTS", accounts.to_string())
            .env("CLIENT", registered.to_string())
            .env("OPTIONS", options.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        // Reads on to the end: a pipe that is closed would stop the provider.
        std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
        let issuer = line
            .trim()
            .strip_prefix("issuer ")
            .unwrap_or_else(|| panic!("the provider said {line:?}"));
        Some(Self {
            issuer: issuer.to_owned(),
            child,
        })
    }

    /// As a council's configuration has it.
    pub(crate) fn of(&self, council: &str, domain: &str) -> SingleSignOn {
        configured(&self.issuer, council, domain)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A provider in a council's configuration: those who come for the first time are viewers.
pub(crate) fn configured(issuer: &str, council: &str, domain: &str) -> SingleSignOn {
    SingleSignOn {
        council: council.to_owned(),
        domains: vec![domain.to_owned()],
        issuer: issuer.to_owned(),
        client_id: "guildhall: tests".into(),
        client_secret: Hidden::new(SECRET.into()),
        role: Some("viewer".into()),
        required: false,
    }
}

/// A world with these providers, at the present instant, which theirs is.
pub(crate) async fn world(configured: Vec<SingleSignOn>) -> World {
    patient_world(configured, PATIENCE).await
}

/// The same, which gives a provider up after so long.
pub(crate) async fn patient_world(configured: Vec<SingleSignOn>, patience: Duration) -> World {
    let mut providers = providers(configured).unwrap();
    providers.fetch = Fetch::patient_for(patience);
    World::with(|app| {
        app.clock = Clock::movable(None);
        app.single_sign_on = Arc::new(providers);
    })
    .await
}

/// Somebody's browser: it keeps cookies for each site and path, and sends them back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Browser {
    /// By site, path and name; and whether it stays at home when another site leads here.
    cookies: BTreeMap<(String, String, String), (String, bool)>,
}

const OURS: &str = "guildhall.example";

impl Browser {
    /// Begins with an address: where it is sent.
    pub(crate) async fn leave(&mut self, world: &World, email: &str) -> Url {
        let response = self
            .visit(world, "/account/single-sign-on", &[("email", email)])
            .await;
        response.assert_status(poem::http::StatusCode::SEE_OTHER);
        Url::parse(response.0.header("location").unwrap()).unwrap()
    }

    /// A page of ours with this query, by a browser that comes from elsewhere.
    pub(crate) async fn visit(&mut self, world: &World, path: &str, query: &[(&str, &str)]) -> TestResponse {
        let query = Serializer::new(String::new()).extend_pairs(query).finish();
        let request = world.client.get(format!("{path}?{query}"));
        let request = request.header("cookie", self.cookie(OURS, path, true));
        let response = request.header("sec-fetch-site", "cross-site").send().await;
        for line in response.0.headers().get_all("set-cookie") {
            self.keep(OURS, line.to_str().unwrap());
        }
        response
    }

    /// Signs in at a provider as this account, and consents: where it is sent back to.
    pub(crate) async fn sign_in(&mut self, at: Url, login: &str) -> Url {
        let (mut url, mut form) = (at, None);
        for _ in 0..PAGES {
            let (location, page) = self.ask(&url, form.take()).await;
            if let Some(location) = location {
                url = url.join(&location).unwrap();
                if url.as_str().starts_with(CALLBACK) {
                    return url;
                }
                continue;
            }
            let after = |text: &str| {
                let rest = page
                    .split_once(text)
                    .unwrap_or_else(|| panic!("no {text} at {url}: {page}"))
                    .1;
                rest.split('"').next().unwrap().to_owned()
            };
            let pairs = [
                ("prompt", &*after("name=\"prompt\" value=\"")),
                ("login", login),
                ("password", "any"),
            ];
            form = Some(Serializer::new(String::new()).extend_pairs(pairs).finish());
            url = url.join(&after("action=\"")).unwrap();
        }
        panic!("the provider leads round in circles: {url}");
    }

    /// Comes back from a provider.
    pub(crate) async fn come_back(&mut self, world: &World, back: &Url) -> TestResponse {
        let pairs: Vec<_> = back.query_pairs().collect();
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| (&**name, &**value)).collect();
        self.visit(world, back.path(), &pairs).await
    }

    /// The whole way.
    pub(crate) async fn through(&mut self, world: &World, email: &str, login: &str) -> TestResponse {
        let away = self.leave(world, email).await;
        let back = self.sign_in(away, login).await;
        self.come_back(world, &back).await
    }

    /// What the API tells it, with its session's cookie.
    pub(crate) async fn data(&self, world: &World, query: &str) -> Value {
        let request = world
            .post(&json!({ "query": query }))
            .header("cookie", self.cookie(OURS, "/graphql", false));
        let answer = crate::world::body(request.send().await).await;
        assert_eq!(answer["errors"], Value::Null, "{answer}");
        answer["data"].clone()
    }

    async fn ask(&mut self, url: &Url, form: Option<String>) -> (Option<String>, String) {
        let site = url.authority();
        let request = http::Request::builder()
            .method(if form.is_some() { "POST" } else { "GET" })
            .uri(url.as_str())
            .header("cookie", self.cookie(site, url.path(), false))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.unwrap_or_default())
            .unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http::<String>();
        let response = client.request(request).await.unwrap();
        for line in response.headers().get_all("set-cookie") {
            self.keep(site, line.to_str().unwrap());
        }
        let location = response
            .headers()
            .get("location")
            .map(|value| value.to_str().unwrap().to_owned());
        let page = response.into_body().collect().await.unwrap().to_bytes();
        (location, String::from_utf8_lossy(&page).into_owned())
    }

    fn keep(&mut self, site: &str, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let (name, value) = pair.split_once('=').unwrap();
        let attributes = attributes.to_lowercase();
        let path = line
            .split("ath=")
            .nth(1)
            .and_then(|rest| rest.split(';').next())
            .unwrap_or("/");
        let key = (site.to_owned(), path.to_owned(), name.to_owned());
        if value.is_empty() || attributes.contains("max-age=0") {
            self.cookies.remove(&key);
        } else {
            let strict = attributes.contains("samesite=strict");
            self.cookies.insert(key, (value.to_owned(), strict));
        }
    }

    /// The cookies for a page, which another site may lead to.
    fn cookie(&self, site: &str, path: &str, from_elsewhere: bool) -> String {
        let sent = self.cookies.iter().filter(|((at, below, _), (_, strict))| {
            at == site && path.starts_with(&**below) && !(from_elsewhere && *strict)
        });
        let pairs: Vec<String> = sent
            .map(|((_, _, name), (value, _))| format!("{name}={value}"))
            .collect();
        pairs.join("; ")
    }
}
