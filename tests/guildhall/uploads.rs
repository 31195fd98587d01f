//! Multipart requests with a file: who may send one, each bound of what is read, and that a file belongs to an
//! idempotency key. Bar A7 says of the rest of what other sites can send: `doors`.

mod bodies;

use crate::world::{World, body, text};
use futures_util::stream::{self, StreamExt};
use guildhall::http::{self, UploadLimits};
use poem::endpoint::BoxEndpoint;
use poem::http::StatusCode;
use poem::test::{TestClient, TestResponse};
use poem::{Body, EndpointExt, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::task::JoinSet;

const MULTIPART: (&str, &str) = ("content-type", "multipart/form-data; boundary=xYx");
const PREFLIGHT: (&str, &str) = ("graphql-preflight", "1");
/// The file's digest comes to stand where the operation has null: here, in a name.
const SAVE: &str =
    "mutation Save($name: String!) { savedSearchSave(input: { name: $name, filter: { words: \"software\" },
    mails: { frequency: DAILY, hour: 7 } }) { savedSearch { name } errors { message } } }";

fn operations() -> Value {
    json!({ "query": SAVE, "variables": { "name": null, "other": "x", "deep": [{ "place": null }] } })
}

fn part(name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!("--xYx\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n");
    [head.as_bytes(), content, b"\r\n"].concat()
}

fn parts(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let all: Vec<u8> = parts
        .iter()
        .flat_map(|(name, content)| part(name, content))
        .collect();
    [&all[..], b"--xYx--\r\n"].concat()
}

fn form(operations: &Value, map: &str, file: &[u8]) -> Vec<u8> {
    parts(&[
        ("operations", operations.to_string().as_bytes()),
        ("map", map.as_bytes()),
        ("0", file),
    ])
}

fn sound(file: &[u8]) -> Vec<u8> {
    form(&operations(), r#"{"0":["variables.name"]}"#, file)
}

fn sha256(file: &[u8]) -> String {
    hex::encode(Sha256::digest(file))
}

type Client = TestClient<BoxEndpoint<'static, Response>>;

async fn send(client: &Client, headers: &[(&str, &str)], body: impl Into<Body>) -> TestResponse {
    let request = client.post("/graphql").body(body.into());
    headers
        .iter()
        .fold(request, |request, (name, value)| request.header(*name, *value))
        .send()
        .await
}

/// Status and code of the answer.
async fn told(answer: TestResponse) -> (u16, String) {
    let status = answer.0.status().as_u16();
    let code = body(answer).await["errors"][0]["extensions"]["code"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    (status, code)
}

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

async fn ann(world: &World) -> String {
    world.person("ann@b.example", "Ann").await;
    world.token("ann@b.example").await
}

async fn searches(world: &World, token: &String) -> usize {
    let list = world
        .data(
            token,
            "{ savedSearches { edges { node { name } } } }",
            Value::Null,
        )
        .await;
    list["savedSearches"]["edges"].as_array().unwrap().len()
}

#[tokio::test]
async fn a_file_is_read_and_its_digest_stands_for_it_in_the_operation() {
    let world = World::new().await;
    let token = ann(&world).await;
    let bearer = format!("Bearer {token}");
    let cookie = format!("__Host-guildhall_session={token}");
    for (who, headers) in [
        ("a program", vec![("authorization", &*bearer), PREFLIGHT]),
        (
            "our page",
            vec![
                ("cookie", &*cookie),
                ("origin", "https://guildhall.example"),
                ("sec-fetch-site", "same-origin"),
                PREFLIGHT,
            ],
        ),
        (
            "Apollo",
            vec![("authorization", &*bearer), ("apollo-require-preflight", "true")],
        ),
    ] {
        let file = format!("words of {who}\r\n--xY\r\n\r\n").into_bytes();
        let answer = body(
            send(
                &world.client,
                &[&headers[..], &[MULTIPART]].concat(),
                sound(&file),
            )
            .await,
        )
        .await;
        assert_eq!(
            answer["data"]["savedSearchSave"]["savedSearch"]["name"],
            sha256(&file),
            "{who}: {answer}"
        );
    }
    let deep = json!({ "query": "query Q($deep: [D]) { viewer { email } }", "variables": { "deep": [{ "place": null }] } });
    let deep = form(&deep, r#"{"0":["variables.deep.0.place"]}"#, b"x");
    let answer = body(
        send(
            &world.client,
            &[("authorization", &*bearer), PREFLIGHT, MULTIPART],
            deep,
        )
        .await,
    )
    .await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "MALFORMED",
        "read, and judged as any other: {answer}"
    );
}

/// Would tell whether it was read.
fn watched(file: Vec<u8>) -> (Arc<AtomicBool>, Body) {
    let read = Arc::new(AtomicBool::new(false));
    let seen = read.clone();
    let body = stream::once(async move {
        seen.store(true, Ordering::SeqCst);
        Ok::<_, std::io::Error>(file)
    });
    (read, Body::from_bytes_stream(body.boxed()))
}

#[tokio::test]
async fn a_file_is_not_read_for_other_sites_forms_or_for_nobody() {
    let world = World::new().await;
    let token = ann(&world).await;
    let cookie = format!("__Host-guildhall_session={token}");
    let cookie = ("cookie", &*cookie);
    let (malformed, cross) = (refused(415, "MALFORMED"), refused(403, "CROSS_SITE"));
    let nobody = refused(401, "NOT_SIGNED_IN");
    for (how, headers, expected) in [
        ("a form", vec![cookie], &malformed),
        (
            "our own form",
            vec![cookie, ("origin", "https://guildhall.example")],
            &malformed,
        ),
        (
            "another site's program",
            vec![cookie, PREFLIGHT, ("origin", "https://evil.example")],
            &cross,
        ),
        (
            "a page that says nothing",
            vec![cookie, PREFLIGHT, ("origin", "null")],
            &cross,
        ),
        (
            "a neighbour",
            vec![cookie, PREFLIGHT, ("sec-fetch-site", "same-site")],
            &cross,
        ),
        ("nobody", vec![PREFLIGHT], &nobody),
        (
            "a session that is none",
            vec![PREFLIGHT, ("authorization", "Bearer x")],
            &nobody,
        ),
    ] {
        let (read, body) = watched(sound(b"x"));
        let answer = send(&world.client, &[&headers[..], &[MULTIPART]].concat(), body).await;
        assert_eq!(told(answer).await, *expected, "{how}");
        assert!(!read.load(Ordering::SeqCst), "{how}: not a byte");
    }
    let (read, body) = watched(sound(b"x"));
    let get = world
        .client
        .get("/graphql")
        .header(MULTIPART.0, MULTIPART.1)
        .header(PREFLIGHT.0, PREFLIGHT.1);
    let answer = get
        .header("authorization", format!("Bearer {token}"))
        .body(body)
        .send()
        .await;
    assert_eq!(answer.0.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert!(!read.load(Ordering::SeqCst));
    assert_eq!(searches(&world, &token).await, 0);
}

fn client(world: &World, limits: UploadLimits) -> Arc<Client> {
    Arc::new(TestClient::new(
        http::routes(world.site.clone().with_uploads(limits)).boxed(),
    ))
}

/// A body that begins and never goes on.
fn stalled() -> Body {
    let begun = stream::once(async { Ok::<_, std::io::Error>(sound(b"x")[..300].to_vec()) });
    Body::from_bytes_stream(begun.chain(stream::pending()).boxed())
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let world = World::new().await;
    let bearer = format!("Bearer {}", ann(&world).await);
    let headers = [("authorization", &*bearer), PREFLIGHT, MULTIPART];
    let (short, long) = (Duration::from_millis(50), Duration::from_secs(600));
    for (idle, whole) in [(short, long), (long, short)] {
        let client = client(
            &world,
            UploadLimits {
                idle,
                whole,
                ..UploadLimits::default()
            },
        );
        assert_eq!(
            told(send(&client, &headers, stalled()).await).await,
            refused(400, "MALFORMED")
        );
    }
}

#[tokio::test]
async fn no_more_files_are_in_memory_at_once_than_there_is_leave_for() {
    let world = World::new().await;
    let mut tokens = vec![ann(&world).await];
    for name in ["bob", "cyd"] {
        let email = format!("{name}@b.example");
        world.person(&email, name).await;
        tokens.push(world.token(&email).await);
    }
    let client = client(
        &world,
        UploadLimits {
            at_once: 3,
            each: 2,
            ..UploadLimits::default()
        },
    );
    let sent = |token: &String, body: Body| {
        let (client, bearer) = (client.clone(), format!("Bearer {token}"));
        async move {
            told(
                send(
                    &client,
                    &[("authorization", &*bearer), PREFLIGHT, MULTIPART],
                    body,
                )
                .await,
            )
            .await
        }
    };
    let mut tasks = JoinSet::new();
    // Begun, each holds a place; that it is begun is told by its body.
    let begin = async |tasks: &mut JoinSet<(u16, String)>, token: &String| {
        let (told, begun) = tokio::sync::oneshot::channel();
        let body = stream::once(async move {
            let _ = told.send(());
            Ok::<_, std::io::Error>(Vec::new())
        });
        let body = Body::from_bytes_stream(body.chain(stream::pending()).boxed());
        let task = tasks.spawn(sent(token, body));
        begun.await.unwrap();
        task
    };
    let first = begin(&mut tasks, &tokens[0]).await;
    begin(&mut tasks, &tokens[0]).await;
    let busy = refused(503, "OVERLOADED");
    assert_eq!(
        sent(&tokens[0], sound(b"a").into()).await,
        busy,
        "a third of Ann's"
    );
    begin(&mut tasks, &tokens[1]).await;
    assert_eq!(
        sent(&tokens[2], sound(b"a").into()).await,
        busy,
        "a fourth of anybody's"
    );
    first.abort();
    let gone = tasks.join_next().await.unwrap();
    assert!(gone.unwrap_err().is_cancelled());
    assert_eq!(
        sent(&tokens[2], sound(b"a").into()).await,
        refused(200, ""),
        "one hung up"
    );
    assert_eq!(
        sent(&tokens[0], sound(b"a").into()).await,
        refused(200, ""),
        "and was Ann's"
    );
}

#[tokio::test]
async fn a_key_belongs_to_the_file_too() {
    let world = World::new().await;
    let token = ann(&world).await;
    let bearer = format!("Bearer {token}");
    let headers = [
        ("authorization", &*bearer),
        PREFLIGHT,
        MULTIPART,
        ("idempotency-key", "\"k1\""),
    ];
    let first = text(send(&world.client, &headers, sound(b"one")).await).await;
    assert!(first.contains(&sha256(b"one")), "{first}");
    assert_eq!(
        text(send(&world.client, &headers, sound(b"one")).await).await,
        first
    );
    assert_eq!(searches(&world, &token).await, 1, "done once");
    let other = send(&world.client, &headers, sound(b"two")).await;
    assert_eq!(told(other).await, refused(422, "IDEMPOTENCY_KEY_REUSED"));
}

#[tokio::test]
async fn a_session_that_ends_while_a_file_comes_counts_no_more() {
    let world = Arc::new(World::new().await);
    let token = ann(&world).await;
    let bearer = format!("Bearer {token}");
    let (ending, theirs) = (world.clone(), token.clone());
    let body = stream::once(async move {
        ending
            .data(&theirs, "mutation { signOut { ended } }", Value::Null)
            .await;
        Ok::<_, std::io::Error>(sound(b"x"))
    });
    let headers = [("authorization", &*bearer), PREFLIGHT, MULTIPART];
    let answer = send(&world.client, &headers, Body::from_bytes_stream(body.boxed())).await;
    assert_eq!(told(answer).await.1, "NOT_SIGNED_IN");
}
