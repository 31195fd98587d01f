//! Objects in a bucket that speaks S3, asked of a small store of our own that keeps what it is sent and answers in S3's
//! words.

use crate::world::World;
use guildhall::pilots::attachments;
use guildhall::runtime::Error;
use guildhall::runtime::objects::{Bucket, Objects, Place};
use poem::endpoint::make;
use poem::http::{Method, StatusCode};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Request, Response, Server};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};

/// What was put, by path, and who asked.
#[derive(Default)]
struct Kept {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    asked: Mutex<Vec<String>>,
}

async fn answer(kept: Arc<Kept>, mut request: Request) -> Response {
    let signed = request.header("authorization").unwrap_or_default().to_owned();
    kept.asked.lock().unwrap().push(signed);
    let path = request.uri().path().to_owned();
    let body = request.take_body().into_vec().await.unwrap();
    let mut objects = kept.objects.lock().unwrap();
    let answer = Response::builder()
        .header("etag", "\"1\"")
        .header("last-modified", "Thu, 15 Jan 2026 09:00:00 GMT");
    match *request.method() {
        Method::PUT => {
            objects.insert(path, body);
            answer.finish()
        }
        Method::GET if path == "/bids" => {
            let entry = |name: &String| {
                let key = name.trim_start_matches("/bids/");
                format!(
                    "<Contents><Key>{key}</Key><LastModified>2026-01-15T09:00:00.000Z</LastModified><Size>1</Size></Contents>"
                )
            };
            let entries: String = objects.keys().map(entry).collect();
            answer.body(format!(
                "<ListBucketResult><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"
            ))
        }
        Method::GET => match objects.get(&path) {
            Some(body) => answer.body(body.clone()),
            None => answer
                .status(StatusCode::NOT_FOUND)
                .body("<Error><Code>NoSuchKey</Code></Error>"),
        },
        Method::POST => {
            let told = String::from_utf8_lossy(&body).into_owned();
            objects.retain(|path, _| !told.contains(path.trim_start_matches("/bids/")));
            answer.body("<DeleteResult></DeleteResult>")
        }
        Method::DELETE => {
            objects.remove(&path);
            answer.status(StatusCode::NO_CONTENT).finish()
        }
        _ => answer.status(StatusCode::METHOD_NOT_ALLOWED).finish(),
    }
}

/// A store on the loopback, and how it is reached.
async fn store() -> (Arc<Kept>, Bucket) {
    let kept = Arc::new(Kept::default());
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.unwrap();
    let address = *acceptor.local_addr()[0].as_socket_addr().unwrap();
    let served = kept.clone();
    tokio::spawn(Server::new_with_acceptor(acceptor).run(make(move |request| {
        let kept = served.clone();
        async move { answer(kept, request).await }
    })));
    let bucket = Bucket {
        name: "bids".into(),
        prefix: "a/b".into(),
        endpoint: Some(format!("http://{address}")),
        region: "eu-west-2".into(),
        access_key: "ann".into(),
        secret_key: "S3CRET".into(),
        plain: true,
    };
    (kept, bucket)
}

async fn world(bucket: Bucket) -> World {
    let objects = Objects::open(&Place::Bucket(bucket)).unwrap();
    World::with(|app| app.objects = objects).await
}

#[tokio::test]
async fn files_are_kept_in_a_bucket_as_in_a_folder() {
    let (kept, bucket) = store().await;
    assert!(!format!("{bucket:?}").contains("S3CRET"));
    let world = world(bucket).await;
    let bid = world.app.new_id();
    let file = attachments::take(&world.app, bid, &[], "a.txt", b"CANARY")
        .await
        .unwrap();
    let object = format!("/bids/a/b/{}", file.object);
    let bytes = kept.objects.lock().unwrap()[&object].clone();
    assert!(bytes.len() == 64 * 1024 + 40 && !bytes.windows(6).any(|window| window == b"CANARY"));
    assert_eq!(attachments::give(&world.app, &file).await.unwrap(), b"CANARY");
    for signed in kept.asked.lock().unwrap().iter() {
        assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=ann/"), "{signed}");
        assert!(!signed.contains("S3CRET"));
    }
    assert!(world.app.clock.advance(chrono::Duration::hours(25)));
    let named = HashSet::from([file.object.clone()]);
    assert_eq!(attachments::sweep(&world.app, &named).await.unwrap(), 0);
    assert_eq!(attachments::sweep(&world.app, &HashSet::new()).await.unwrap(), 0);
    assert!(world.app.clock.advance(chrono::Duration::days(36)));
    assert_eq!(attachments::sweep(&world.app, &HashSet::new()).await.unwrap(), 1);
    assert!(kept.objects.lock().unwrap().is_empty());
    let gone = attachments::give(&world.app, &file).await;
    assert!(matches!(gone, Err(Error::Fault(_))), "{gone:?}");
    attachments::forget(&world.app, &file).await.unwrap();
}

#[tokio::test]
async fn a_bucket_that_is_away_is_told_as_busy_and_one_by_tls_is_not_asked_without() {
    let (kept, mut bucket) = store().await;
    bucket.plain = false;
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let away = Bucket {
        plain: true,
        endpoint: Some(format!("http://{closed}")),
        ..bucket.clone()
    };
    for bucket in [bucket, away] {
        let world = world(bucket).await;
        let refused = attachments::take(&world.app, world.app.new_id(), &[], "a.txt", b"x").await;
        let busy = matches!(
            refused,
            Err(guildhall::runtime::Stop::Failed(Error::Overloaded(_)))
        );
        assert!(busy, "{refused:?}");
    }
    assert!(kept.asked.lock().unwrap().is_empty());
}
