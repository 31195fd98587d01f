//! Files of bids: kept sealed, given back whole or not at all, swept when nothing names them, and fetched by a link
//! that is one person's for a quarter of an hour.

use crate::world::World;
use chrono::Duration;
use futures_util::future::BoxFuture;
use guildhall::access::Viewer;
use guildhall::access::sessions;
use guildhall::http;
use guildhall::pilots::attachments::{self, Attachment, links};
use guildhall::runtime::secret::Secret;
use guildhall::runtime::{App, Error};
use poem::EndpointExt;
use poem::http::StatusCode;
use poem::test::{TestClient, TestResponse};
use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};
use uuid::Uuid;

const CANARY: &[u8] = b"%PDF-1.7\nCANARY price 4200 of bid\n";

async fn kept(world: &World, bid: Uuid, name: &str, content: &[u8]) -> Attachment {
    attachments::take(&world.app, bid, &[], name, content)
        .await
        .unwrap()
}

fn files(world: &World) -> Vec<PathBuf> {
    let folder = std::fs::read_dir(world.objects()).unwrap();
    folder.map(|file| file.unwrap().path()).collect()
}

fn fault(given: Result<Vec<u8>, Error>) -> String {
    match given {
        Err(Error::Fault(told)) => told,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_file_is_kept_so_that_its_folder_tells_nothing_and_given_back_whole() {
    let world = World::new().await;
    let bid = world.app.new_id();
    let file = kept(&world, bid, "Offer.pdf", CANARY).await;
    assert_eq!(
        (file.bytes, &*file.media_type),
        (CANARY.len() as u64, "application/pdf")
    );
    let again = kept(&world, bid, "Offer.pdf", CANARY).await;
    assert_ne!(
        file.object, again.object,
        "the same file tells not that it is the same"
    );
    for path in files(&world) {
        let (name, bytes) = (
            path.file_name().unwrap().to_string_lossy().into_owned(),
            std::fs::read(&path).unwrap(),
        );
        assert_eq!(bytes.len(), 64 * 1024 + 40, "a step, and what sealing adds");
        assert!(!bytes.windows(6).any(|window| window == b"CANARY"));
        for secret in [&bid.simple().to_string(), &file.sha256, "Offer"] {
            assert!(!name.contains(secret), "{secret} in {name}");
        }
    }
    assert_eq!(attachments::give(&world.app, &file).await.unwrap(), CANARY);
    attachments::forget(&world.app, &file).await.unwrap();
    attachments::forget(&world.app, &file).await.unwrap();
    assert_eq!(files(&world), [world.objects().join(&again.object)]);
    let refused = attachments::take(&world.app, bid, &[], "Offer.exe", b"MZ\x90\0").await;
    assert!(refused.is_err());
    assert_eq!(files(&world).len(), 1, "what is refused is not kept");
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_on_the_machine_reads_the_folder() {
    let world = World::new().await;
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(world.objects()).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o700);
}

#[tokio::test]
async fn a_missing_or_broken_object_is_a_fault_and_never_an_empty_file() {
    let world = World::new().await;
    let bid = world.app.new_id();
    let (one, two) = (
        kept(&world, bid, "1.pdf", CANARY).await,
        kept(&world, bid, "2.txt", b"words").await,
    );
    let at = |file: &Attachment| world.objects().join(&file.object);
    let sealed = std::fs::read(at(&one)).unwrap();
    let mut changed = sealed.clone();
    changed[70] ^= 1;
    for other in [
        &changed[..],
        &sealed[..sealed.len() - 1],
        b"",
        &std::fs::read(at(&two)).unwrap(),
    ] {
        std::fs::write(at(&one), other).unwrap();
        assert!(fault(attachments::give(&world.app, &one).await).contains("is broken"));
    }
    std::fs::write(at(&one), &sealed).unwrap();
    assert_eq!(attachments::give(&world.app, &one).await.unwrap(), CANARY);
    let stranger = App {
        secret: Secret::from_bytes([8; 32]),
        ..world.app.clone()
    };
    fault(attachments::give(&stranger, &one).await);
    let swapped = Attachment {
        object: two.object.clone(),
        ..one.clone()
    };
    assert!(fault(attachments::give(&world.app, &swapped).await).contains("not what its bid says"));
    std::fs::remove_file(at(&one)).unwrap();
    fault(attachments::give(&world.app, &one).await);
    let outside = Attachment {
        object: "../guildhall.db".into(),
        ..one
    };
    fault(attachments::give(&world.app, &outside).await);
}

#[tokio::test]
async fn what_nothing_names_is_swept_five_weeks_later_and_nothing_else() {
    let world = World::new().await;
    let bid = world.app.new_id();
    let (named, orphan) = (
        kept(&world, bid, "1.pdf", CANARY).await,
        kept(&world, bid, "2.pdf", CANARY).await,
    );
    std::fs::write(world.objects().join("note"), "somebody else's").unwrap();
    let names = HashSet::from([named.object.clone()]);
    assert!(world.app.clock.advance(Duration::hours(24)));
    let young = kept(&world, bid, "3.pdf", CANARY).await;
    assert_eq!(
        attachments::sweep(&world.app, &names).await.unwrap(),
        0,
        "a day is not over"
    );
    assert!(world.app.clock.advance(Duration::seconds(1)));
    let sweep = async || attachments::sweep(&world.app, &names).await.unwrap();
    assert_eq!(sweep().await, 0, "found loose for the first time");
    assert!(world.app.clock.advance(Duration::days(35)));
    assert_eq!(sweep().await, 0, "a backup may name it");
    assert!(world.app.clock.advance(Duration::seconds(1)));
    assert_eq!(sweep().await, 1);
    assert_eq!(attachments::give(&world.app, &named).await.unwrap(), CANARY);
    assert_eq!(attachments::give(&world.app, &young).await.unwrap(), CANARY);
    fault(attachments::give(&world.app, &orphan).await);
    assert!(world.objects().join("note").exists());
}

/// Which files whom is shown, by bid: what bids will say.
static SHOWN: LazyLock<Mutex<HashMap<Uuid, (Uuid, Attachment)>>> = LazyLock::new(Mutex::default);

fn find(_: App, viewer: Viewer, bid: Uuid) -> BoxFuture<'static, Result<Vec<Attachment>, Error>> {
    let shown = SHOWN.lock().unwrap().get(&bid).cloned();
    let may = shown.filter(|(person, _)| viewer.person().is_some_and(|viewer| viewer.id == *person));
    Box::pin(async { Ok(may.into_iter().map(|(_, file)| file).collect()) })
}

async fn fetched(world: &World, path: &str, token: Option<&str>) -> TestResponse {
    let routes = http::routes(world.site.clone().with_attachments(find)).boxed();
    let client = TestClient::new(routes);
    let request = client.get(path);
    match token {
        Some(token) => {
            request
                .header("cookie", format!("__Host-guildhall_session={token}"))
                .send()
                .await
        }
        None => request.send().await,
    }
}

async fn viewer(world: &World, token: &str) -> Viewer {
    sessions::viewer_of(&world.app, Some(token)).await.unwrap()
}

fn path(url: &str) -> String {
    url.strip_prefix("https://guildhall.example").unwrap().to_owned()
}

#[tokio::test]
async fn a_link_is_for_whom_it_was_made_for_a_quarter_of_an_hour_and_while_they_may() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    world.person("bob@b.example", "Bob").await;
    let (ann, bob) = (
        world.token("ann@b.example").await,
        world.token("bob@b.example").await,
    );
    let (of, bid) = (viewer(&world, &ann).await, world.app.new_id());
    let file = kept(&world, bid, "Prix été.pdf", CANARY).await;
    SHOWN
        .lock()
        .unwrap()
        .insert(bid, (of.person().unwrap().id, file.clone()));
    assert_eq!(links::url(&world.app, &Viewer::Anonymous, bid, &file), None);
    let link = path(&links::url(&world.app, &of, bid, &file).unwrap());
    let answer = fetched(&world, &link, Some(&ann)).await;
    let header = |name: &str| answer.0.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(answer.0.status(), StatusCode::OK);
    assert_eq!(header("content-type"), "application/pdf");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"Prix _t_.pdf\"; filename*=UTF-8''Prix%20%C3%A9t%C3%A9.pdf"
    );
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(
        header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'; sandbox"
    );
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("cross-origin-resource-policy"), "same-origin");
    assert_eq!(answer.0.into_body().into_vec().await.unwrap(), CANARY);
    let status = async |link: &str, token: Option<&str>| fetched(&world, link, token).await.0.status();
    assert_eq!(
        status(&link, Some(&bob)).await,
        StatusCode::NOT_FOUND,
        "another's"
    );
    assert_eq!(status(&link, None).await, StatusCode::FORBIDDEN, "nobody's");
    for at in [20, 60, 100, 130] {
        let mut forged = link.clone().into_bytes();
        forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(forged).unwrap();
        assert_eq!(
            status(&forged, Some(&ann)).await,
            StatusCode::NOT_FOUND,
            "changed at {at}"
        );
    }
    let theirs = path(&links::url(&world.app, &viewer(&world, &bob).await, bid, &file).unwrap());
    assert_eq!(
        status(&theirs, Some(&bob)).await,
        StatusCode::NOT_FOUND,
        "a link gives no right"
    );
    assert!(
        world
            .app
            .clock
            .advance(Duration::minutes(15) - Duration::milliseconds(1))
    );
    assert_eq!(status(&link, Some(&ann)).await, StatusCode::OK);
    assert!(world.app.clock.advance(Duration::milliseconds(1)));
    assert_eq!(status(&link, Some(&ann)).await, StatusCode::NOT_FOUND, "too late");
    let link = path(&links::url(&world.app, &of, bid, &file).unwrap());
    attachments::forget(&world.app, &file).await.unwrap();
    assert_eq!(
        status(&link, Some(&ann)).await,
        StatusCode::INTERNAL_SERVER_ERROR,
        "a fault, not an empty file"
    );
    SHOWN.lock().unwrap().remove(&bid);
    assert_eq!(
        status(&link, Some(&ann)).await,
        StatusCode::NOT_FOUND,
        "no longer theirs"
    );
    let unwired = world
        .client
        .get(&link)
        .header("authorization", format!("Bearer {ann}"))
        .send()
        .await;
    assert_eq!(unwired.0.status(), StatusCode::NOT_FOUND);
}
