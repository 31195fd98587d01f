//! How it is sent: to any site, only when it changed, zipped to who takes it, and with a clear word where an address is
//! wrong.

use super::*;
use crate::world::text;
use guildhall::access::Viewer;
use guildhall::exchange::import::{last_import, undo};
use poem::http::Method;

const PATHS: [&str; 7] = [
    "/open/norfolk/register.csv",
    "/open/norfolk/register.xlsx",
    "/open/norfolk/releases.json",
    "/open/norfolk/records.json",
    "/open/norfolk/releases.jsonl",
    "/open/releases.jsonl",
    "/open/E10000020/register.csv?columns=lga",
];

/// Every path there is, those of one contract included.
async fn paths(world: &World) -> Vec<String> {
    let release = &json(world, "/open/norfolk/releases.json?limit=1").await["releases"][0];
    let id = release["contracts"][0]["id"].as_str().unwrap().to_owned();
    let of_contract = ["release", "record"].map(|name| format!("/open/contracts/{id}/{name}.json"));
    PATHS
        .iter()
        .map(|path| (*path).to_owned())
        .chain(of_contract)
        .collect()
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again_and_what_has_is() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let mut tags = Vec::new();
    for path in paths(&world).await {
        let response = world.client.get(&path).send().await;
        response.assert_status_is_ok();
        let header = |name: &str| {
            response
                .0
                .header(name)
                .unwrap_or_else(|| panic!("{path}: {name}"))
                .to_owned()
        };
        let tag = header("etag");
        assert_eq!(header("cache-control"), "public, max-age=300");
        let again = world.client.get(&path).header("if-none-match", &tag).send().await;
        again.assert_status(StatusCode::NOT_MODIFIED);
        assert_eq!(again.0.header("etag"), Some(tag.as_str()));
        assert!(text(again).await.is_empty());
        tags.push((path, tag));
    }
    world.app.clock.advance(chrono::Duration::hours(1));
    imported(
        &world,
        FIXTURE
            .replace("Fenshire County Council", "Fenshire CC")
            .as_bytes(),
    )
    .await;
    for (path, tag) in tags {
        let again = world.client.get(&path).header("if-none-match", &tag).send().await;
        assert_eq!(again.0.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn an_import_that_is_undone_is_a_change_to_whoever_saw_it() {
    let world = World::new().await;
    let norfolk = directory().find("norfolk").unwrap().id;
    imported(&world, FIXTURE.as_bytes()).await;
    let paths = paths(&world).await;
    world.app.clock.advance(chrono::Duration::hours(1));
    let more = format!("{FIXTURE}Fenshire County Council,,28/03/2015,F099,,One more\n");
    assert_eq!(imported(&world, more.as_bytes()).await.plan.added, 1);
    let mut seen = Vec::new();
    for path in paths {
        let response = world.client.get(&path).send().await;
        let header = |name: &str| response.0.header(name).map(str::to_owned);
        seen.push((header("etag").unwrap(), header("last-modified"), path));
    }
    let run = last_import(&world.app, norfolk).await.unwrap().unwrap();
    let undone = undo(&world.app, &Viewer::System, run).await.unwrap();
    assert_eq!((undone.removed, undone.restored), (1, 0));
    let now = world
        .app
        .clock
        .now()
        .format("%a, %d %b %Y %H:%M:%S GMT")
        .to_string();
    for (tag, at, path) in seen {
        assert_eq!(
            at, None,
            "{path}: the time of its last change is told and goes back"
        );
        let by_time = world.client.get(&path).header("if-modified-since", &now);
        by_time.send().await.assert_status_is_ok();
        if path.contains("/contracts/") {
            continue;
        }
        let by_tag = world.client.get(&path).header("if-none-match", &tag);
        let told = by_tag.send().await;
        assert_eq!(told.0.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn any_site_may_read_it_and_nothing_else() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    for path in paths(&world).await {
        let asked = world
            .client
            .get(&path)
            .header("origin", "https://elsewhere.example");
        let response = asked.send().await;
        response.assert_header("access-control-allow-origin", "*");
        response.assert_header("cross-origin-resource-policy", "cross-origin");
        assert!(response.0.header("access-control-allow-credentials").is_none());
        let before = world
            .client
            .options(&path)
            .header("origin", "https://elsewhere.example")
            .send()
            .await;
        before.assert_status(StatusCode::NO_CONTENT);
        before.assert_header("access-control-allow-methods", "GET, HEAD, OPTIONS");
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let request = poem::Request::builder().method(method).uri_str(&path).finish();
            let refused =
                poem::Endpoint::get_response(&guildhall::http::routes(world.site.clone()), request).await;
            assert_eq!(refused.status(), StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
    }
    for path in ["/graphql", "/open", "/contract/00000000000000000000000000000000"] {
        let other = world
            .client
            .get(path)
            .header("origin", "https://elsewhere.example")
            .send()
            .await;
        assert!(other.0.header("access-control-allow-origin").is_none(), "{path}");
    }
}

#[tokio::test]
async fn the_head_is_told_without_the_body() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    for path in paths(&world).await {
        let whole = world.client.get(&path).send().await;
        let head = world.client.head(&path).send().await;
        head.assert_status_is_ok();
        for name in ["etag", "content-type", "content-disposition"] {
            assert_eq!(head.0.header(name), whole.0.header(name), "{path}: {name}");
        }
        assert!(text(head).await.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn it_is_zipped_for_who_takes_it() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    for path in paths(&world).await {
        let plain = fetched(&world, &path).await;
        let zipped = world
            .client
            .get(&path)
            .header("accept-encoding", "gzip")
            .send()
            .await;
        if path.contains(".xlsx") {
            assert!(
                zipped.0.header("content-encoding").is_none(),
                "a workbook is zipped already"
            );
            continue;
        }
        zipped.assert_header("content-encoding", "gzip");
        zipped.assert_header("vary", "Accept-Encoding");
        let bytes = zipped.0.into_body().into_vec().await.unwrap();
        assert_eq!(&bytes[..2], [0x1f, 0x8b], "{path}");
        assert!(bytes.len() < plain.len(), "{path}");
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_understood_is_said_so() {
    let world = World::new().await;
    for path in [
        "/open/atlantis/register.csv",
        "/open/atlantis/releases.json",
        "/open/contracts/nothing/release.json",
        "/open/contracts/00000000000000000000000000000000/record.json",
        "/open/norfolk/register.pdf",
    ] {
        let response = world.client.get(path).send().await;
        response.assert_status(StatusCode::NOT_FOUND);
    }
    for (path, told) in [
        (
            "register.csv?columns=all",
            "columns is \"all\", and should be template or lga",
        ),
        ("register.csv?bom=yes", "bom is \"yes\", and should be 1 or 0"),
        (
            "releases.json?cursor=1",
            "cursor is \"1\", and should be one that a page's links.next had",
        ),
        (
            "releases.json?limit=501",
            "limit is \"501\", and should be 1 to 500",
        ),
        (
            "records.json?since=now",
            "since is \"now\", and should be a date, or an instant as RFC 3339 writes it",
        ),
    ] {
        let response = world.client.get(format!("/open/norfolk/{path}")).send().await;
        response.assert_status(StatusCode::BAD_REQUEST);
        assert_eq!(text(response).await.trim(), told);
    }
}

#[tokio::test]
async fn a_council_without_contracts_has_an_empty_register_and_an_empty_package() {
    let world = World::new().await;
    let register = String::from_utf8(fetched(&world, "/open/norfolk/register.csv").await).unwrap();
    assert_eq!(register.lines().count(), 1);
    let package = json(&world, "/open/norfolk/releases.json").await;
    assert_eq!(package["releases"], serde_json::json!([]));
    assert!(fetched(&world, "/open/releases.jsonl").await.is_empty());
}

#[tokio::test]
async fn a_page_lists_what_there_is_for_people() {
    let world = World::new().await;
    imported(&world, FIXTURE.as_bytes()).await;
    let page = String::from_utf8(fetched(&world, "/open").await).unwrap();
    for said in [
        "Norfolk County Council",
        "/open/norfolk/register.xlsx",
        "/open/norfolk/releases.json",
        "ocds-guildhall",
        "a prefix that is not registered",
        "Open Government Licence",
    ] {
        assert!(page.contains(said), "{said}");
    }
    let response = world.client.get("/open").send().await;
    let policy = response.0.header("content-security-policy").unwrap();
    assert!(policy.starts_with("default-src 'none'"), "{policy}");
}
