//! The doors to the API: what is let in, what is not, and what an answer may say.

use crate::websocket::Served;
use crate::world::{PASSWORD, World, body};
use chrono::Duration;
use poem::http::StatusCode;
use poem::test::TestResponse;
use serde_json::{Value, json};

const WHO: &str = "query Who { viewer { email } }";
const SIGN_IN: &str = "mutation SignIn($input: SignInInput!) { signIn(input: $input) \
    { session { token expiresAt viewer { email } } errors { code message path } } }";
const SIGN_OUT: &str = "mutation SignOut { signOut { ended } }";

fn credentials(email: &str, password: &str) -> Value {
    json!({ "input": { "email": email, "password": password } })
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_else(|| panic!("no code in {answer}"))
}

/// A request to `/graphql`, or a socket's, as a browser may be made to send it by a page of somebody else's.
struct Sent {
    how: &'static str,
    headers: Vec<(&'static str, &'static str)>,
    status: u16,
    code: &'static str,
}

/// Bar A7: what is refused of requests that carry a signed-in person's cookie. The body is JSON that signs them out.
fn refused() -> Vec<Sent> {
    let mut all = Vec::new();
    let mut add = |how, status, code, headers: &[(&'static str, &'static str)]| {
        let headers = headers.to_vec();
        all.push(Sent {
            how,
            headers,
            status,
            code,
        });
    };
    for how in ["GET a mutation", "GET a query"] {
        add(
            how,
            405,
            "METHOD_NOT_ALLOWED",
            &[("sec-fetch-site", "same-origin"), ("origin", OURS)],
        );
    }
    add("POST", 415, "MALFORMED", &[]);
    for content_type in [
        "text/plain",
        "text/plain; application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonp",
        "application/graphql",
        "",
    ] {
        add(
            "POST",
            415,
            "MALFORMED",
            &[("content-type", content_type), ("origin", OURS)],
        );
    }
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("origin", "https://guildhall.example.evil.example"),
        ("origin", "https://guildhall.example:8443"),
        ("origin", "http://guildhall.example"),
        ("origin", "guildhall.example"),
        ("origin", "null"),
        ("origin", ""),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", "nonsense"),
    ] {
        add("POST", 403, "CROSS_SITE", &[JSON, (name, value)]);
        add("a socket", 403, "CROSS_SITE", &[(name, value)]);
    }
    for site in ["cross-site", "same-site"] {
        add(
            "POST",
            403,
            "CROSS_SITE",
            &[JSON, ("origin", OURS), ("sec-fetch-site", site)],
        );
        add(
            "a socket",
            403,
            "CROSS_SITE",
            &[("origin", OURS), ("sec-fetch-site", site)],
        );
    }
    add(
        "a socket",
        403,
        "CROSS_SITE",
        &[("sec-fetch-site", "same-origin")],
    );
    add("a socket", 403, "CROSS_SITE", &[]);
    all
}

const OURS: &str = "https://guildhall.example";
const JSON: (&str, &str) = ("content-type", "application/json");

async fn send(world: &World, cookie: &str, sent: &Sent) -> TestResponse {
    let request = match sent.how {
        "GET a mutation" => world.client.get("/graphql").query("query", &SIGN_OUT),
        "GET a query" => world.client.get("/graphql").query("query", &WHO),
        "a socket" => world.client.get("/graphql/socket").header("upgrade", "websocket"),
        _ => {
            let body = json!({ "query": SIGN_OUT }).to_string();
            world.client.post("/graphql").body(body)
        }
    };
    let headers = sent.headers.iter();
    let request = headers.fold(request.header("cookie", cookie), |request, (name, value)| {
        request.header(*name, *value)
    });
    request.send().await
}

#[tokio::test]
async fn whatever_another_site_can_make_a_browser_send_is_refused() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let token = world.token("ann@b.example").await;
    let cookie = format!("other=1; __Host-guildhall_session={token}");
    for sent in refused() {
        let what = format!("{} {:?}", sent.how, sent.headers);
        let response = send(&world, &cookie, &sent).await;
        assert_eq!(response.0.status().as_u16(), sent.status, "{what}");
        assert_eq!(code(&body(response).await), sent.code, "{what}");
        let still = world.query(Some(&token), WHO, json!({})).await;
        assert_eq!(
            still["data"]["viewer"]["email"], "ann@b.example",
            "{what}: nothing was done"
        );
    }
    let by_get = world
        .client
        .get("/graphql")
        .query("query", &SIGN_OUT)
        .send()
        .await;
    by_get.assert_header("allow", "POST");
    let foreign = world
        .client
        .get("/graphql/socket")
        .header("origin", "https://evil.example");
    foreign.send().await.assert_status(StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn our_own_pages_and_programs_with_a_token_are_let_in() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let token = world.token("ann@b.example").await;
    let cookie = format!("other=1; __Host-guildhall_session={token}");
    let bearer = format!("Bearer {token}");
    let ours: [&[(&str, &str)]; 6] = [
        &[
            ("cookie", &cookie),
            ("origin", OURS),
            ("sec-fetch-site", "same-origin"),
        ],
        &[
            ("cookie", &cookie),
            ("origin", "http://localhost:8080"),
            ("host", "localhost:8080"),
        ],
        &[("cookie", &cookie), ("origin", OURS), ("sec-fetch-site", "none")],
        &[("authorization", &bearer)],
        &[
            ("authorization", &bearer),
            ("origin", "https://front.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        &[("cookie", &cookie)],
    ];
    let served = Served::start(world.site.clone()).await;
    for headers in ours {
        let request = world.post(&json!({ "query": WHO }));
        let request = headers
            .iter()
            .fold(request, |request, (name, value)| request.header(*name, *value));
        let answer = body(request.send().await).await;
        assert_eq!(answer["data"]["viewer"]["email"], "ann@b.example", "{headers:?}");
        // No browser opens a socket without an origin; the last is a program's request, and no socket's.
        if headers.len() > 1 || headers[0].0 == "authorization" {
            let mut client = served.open(headers).await.unwrap();
            client.init(None).await;
            let waits = client
                .subscribe("a", "subscription A { alerts { subject } }", json!({}))
                .await;
            assert_eq!(waits, Value::Null, "{headers:?}");
        }
    }
    let mut program = served.open(&[]).await.unwrap();
    program.init(Some(&token)).await;
}

#[tokio::test]
async fn batches_and_broken_bodies_are_refused() {
    let world = World::new().await;
    let one = json!({ "query": WHO });
    for sent in [
        json!([one, one]).to_string(),
        format!("  {}", json!([WHO, null, null, null])),
        "{\"query\":".to_owned(),
        "{}".to_owned(),
        "null".to_owned(),
        String::new(),
        json!({ "query": WHO, "variables": [1] }).to_string(),
        json!({ "query": WHO, "variables": { "a": "x\0y" } }).to_string(),
    ] {
        let request = world.client.post("/graphql").content_type("application/json");
        let response = request.body(sent.clone()).send().await;
        response.assert_status(StatusCode::BAD_REQUEST);
        assert_eq!(code(&body(response).await), "MALFORMED", "{sent}");
    }
}

#[tokio::test]
async fn a_body_over_64_kilobytes_is_refused() {
    let world = World::new().await;
    let long = json!({ "query": WHO, "variables": { "a": "x".repeat(64 * 1024) } });
    world
        .post(&long)
        .send()
        .await
        .assert_status(StatusCode::PAYLOAD_TOO_LARGE);
    let fits = json!({ "query": WHO, "variables": { "a": "x".repeat(63 * 1024) } });
    world.post(&fits).send().await.assert_status_is_ok();
}

#[tokio::test]
async fn an_unknown_or_ended_session_is_nobody() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let token = world.token("ann@b.example").await;
    let nobody = json!({ "data": { "viewer": null } });
    assert_eq!(world.query(Some("unknown"), WHO, json!({})).await, nobody);
    assert_eq!(world.query(Some(""), WHO, json!({})).await, nobody);
    let answer = world.query(Some(&token), WHO, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["email"], "ann@b.example");
    world.app.clock.advance(Duration::hours(12));
    assert_eq!(world.query(Some(&token), WHO, json!({})).await, nobody);
}

#[tokio::test]
async fn signing_in_gives_a_token_and_a_cookie_that_work() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let call = json!({ "query": SIGN_IN, "variables": credentials("Ann@B.example", PASSWORD) });
    let response = world.post(&call).send().await;
    response.assert_status_is_ok();
    let cookie = response.0.header("set-cookie").unwrap().to_owned();
    let answer = body(response).await;
    let signed_in = &answer["data"]["signIn"];
    assert_eq!(signed_in["errors"], json!([]));
    assert_eq!(signed_in["session"]["viewer"]["email"], "ann@b.example");
    let token = signed_in["session"]["token"].as_str().unwrap();
    assert_eq!(
        cookie,
        format!("__Host-guildhall_session={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age=43200; Secure")
    );
    let by_cookie = world.post(&json!({ "query": WHO })).header("cookie", cookie);
    let answer = body(by_cookie.send().await).await;
    assert_eq!(answer["data"]["viewer"]["email"], "ann@b.example");
}

#[tokio::test]
async fn an_unknown_address_and_a_wrong_password_are_answered_alike() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let mut answers = Vec::new();
    for variables in [
        credentials("ann@b.example", "not her password"),
        credentials("bob@b.example", "not her password"),
        credentials("bob@b.example", &"x".repeat(2_000)),
    ] {
        let response = world
            .post(&json!({ "query": SIGN_IN, "variables": variables }))
            .send()
            .await;
        response.assert_status_is_ok();
        let headers = format!("{:?}", response.0.headers());
        answers.push((headers, crate::world::text(response).await));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert!(answers[0].1.contains("\"WRONG\""));
    assert!(!answers[0].0.contains("set-cookie"));
}

#[tokio::test]
async fn signing_out_ends_the_session_at_once() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let token = world.token("ann@b.example").await;
    let other = world.token("ann@b.example").await;
    let answer = world.query(Some(&token), SIGN_OUT, json!({})).await;
    assert_eq!(answer, json!({ "data": { "signOut": { "ended": 1 } } }));
    let answer = world.query(Some(&token), WHO, json!({})).await;
    assert_eq!(answer["data"]["viewer"], Value::Null);
    let answer = world.query(Some(&other), WHO, json!({})).await;
    assert_eq!(answer["data"]["viewer"]["email"], "ann@b.example");
    let answer = world.query(None, SIGN_OUT, json!({})).await;
    assert_eq!(answer["data"]["signOut"]["ended"], 0);
}

#[tokio::test]
async fn a_fault_gives_a_reference_and_nothing_of_its_insides() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let token = world.token("ann@b.example").await;
    let txn = world.app.db.begin().await.unwrap();
    sea_orm::ConnectionTrait::execute_unprepared(&txn, "DROP TABLE session")
        .await
        .unwrap();
    txn.commit().await.unwrap();
    let request = world
        .post(&json!({ "query": WHO }))
        .header("authorization", format!("Bearer {token}"));
    let by_door = request.send().await;
    by_door.assert_status(StatusCode::INTERNAL_SERVER_ERROR);
    let by_door = body(by_door).await;
    let variables = credentials("ann@b.example", PASSWORD);
    let by_resolver = world.query(None, SIGN_IN, variables).await;
    for answer in [by_door, by_resolver] {
        assert_eq!(code(&answer), "FAULT");
        assert!(answer["errors"][0]["extensions"]["reference"].is_string());
        let text = answer.to_string().to_lowercase();
        for inside in ["table", "session", "sql", "database", "relation"] {
            assert!(!text.contains(inside), "{inside} in {text}");
        }
    }
}

#[tokio::test]
async fn what_does_not_parse_is_a_bad_request_with_a_code() {
    let world = World::new().await;
    let many: String = (0..40).map(|n| format!("unknown{n} ")).collect();
    for (query, expected) in [
        ("{", "MALFORMED".to_owned()),
        ("{ unknown }", "MALFORMED".to_owned()),
        (&format!("{{ {many} }}"), "MALFORMED".to_owned()),
        (
            &format!("{{ a(b: \"{}\" }}", "x".repeat(2_000)),
            "MALFORMED".to_owned(),
        ),
        (&"[".repeat(40), "QUERY_TOO_DEEP".to_owned()),
    ] {
        let request = world.post(&json!({ "query": query }));
        let response = request
            .header("accept", "application/graphql-response+json")
            .send()
            .await;
        response.assert_status(StatusCode::BAD_REQUEST);
        response.assert_content_type("application/graphql-response+json");
        let answer = body(response).await;
        assert_eq!(code(&answer), expected, "{query}");
        let errors = answer["errors"].as_array().unwrap();
        assert!(errors.len() <= 20);
        assert!(
            errors
                .iter()
                .all(|e| e["message"].as_str().unwrap().chars().count() <= 256)
        );
    }
}
