//! What is reached without GraphQL: health, GraphiQL, the unsubscribe pages, and a development server's own.

use crate::world::{World, body, text};
use guildhall::runtime::mail::Letter;
use guildhall::runtime::outbox::{self, Stream};
use poem::http::StatusCode;
use serde_json::json;
use std::sync::atomic::Ordering;
use uuid::Uuid;

async fn mail(world: &World, subject: &str, html: &str) -> Uuid {
    let txn = world.app.db.begin().await.unwrap();
    let letter = |message_id| Letter {
        to: "ann@b.example".into(),
        subject: subject.into(),
        text: "The text part.".into(),
        html: html.into(),
        unsubscribe_url: None,
        message_id,
        date: world.now().into(),
        witness: String::new(),
    };
    let id = outbox::enqueue(&world.app, &txn, Stream::Alert, None, letter)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    id
}

#[tokio::test]
async fn health_says_whether_the_process_lives_and_can_work() {
    let world = World::new().await;
    world
        .client
        .get("/health/live")
        .send()
        .await
        .assert_status_is_ok();
    world
        .client
        .get("/health/ready")
        .send()
        .await
        .assert_status_is_ok();
    world.app.db.clone().close().await.unwrap();
    world
        .client
        .get("/health/live")
        .send()
        .await
        .assert_status_is_ok();
    let response = world.client.get("/health/ready").send().await;
    response.assert_status(StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let world = World::development().await;
    for path in [
        "/",
        "/graphiql",
        "/graphiql/tabs.json",
        "/mailbox",
        "/health/live",
        "/nothing",
        "/graphql",
    ] {
        let response = world.client.get(path).send().await;
        response.assert_header("x-content-type-options", "nosniff");
        response.assert_header("referrer-policy", "same-origin");
        let policy = response.0.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
    }
}

#[tokio::test]
async fn graphiql_comes_with_its_assets_and_only_when_they_changed() {
    let world = World::new().await;
    for path in [
        "/graphiql",
        "/graphiql/start.js",
        "/graphiql/graphiql.js",
        "/graphiql/graphiql.css",
        "/guildhall.css",
    ] {
        let response = world.client.get(path).send().await;
        response.assert_status_is_ok();
        let tag = response.0.header("etag").unwrap().to_owned();
        let again = world.client.get(path).header("if-none-match", tag).send().await;
        again.assert_status(StatusCode::NOT_MODIFIED);
    }
    let response = world
        .client
        .get("/graphiql/graphiql.js")
        .header("accept-encoding", "gzip")
        .send()
        .await;
    response.assert_header("content-encoding", "gzip");
    let tabs = body(world.client.get("/graphiql/tabs.json").send().await).await;
    assert_eq!(tabs, json!([{ "query": "query Who { viewer { name } }" }]));
}

#[tokio::test]
async fn production_has_no_mailbox_and_no_clock_to_move() {
    let world = World::new().await;
    let id = mail(&world, "Secret", "<p>x</p>").await;
    for path in [
        "/mailbox".to_owned(),
        format!("/mailbox/{id}"),
        format!("/mailbox/{id}/raw"),
    ] {
        world
            .client
            .get(path)
            .send()
            .await
            .assert_status(StatusCode::NOT_FOUND);
    }
    let moved = world
        .client
        .post("/dev/clock")
        .form(&[("days", "1")])
        .send()
        .await;
    moved.assert_status(StatusCode::NOT_FOUND);
    let front = world.client.get("/").send().await;
    front.assert_status(StatusCode::SEE_OTHER);
    front.assert_header("location", "/graphiql");
}

#[tokio::test]
async fn the_mailbox_shows_a_hostile_mail_and_runs_none_of_it() {
    let world = World::development().await;
    let id = mail(
        &world,
        "<script>alert(1)</script>",
        "<script>alert(2)</script><p>The HTML part.</p>",
    )
    .await;
    for path in ["/mailbox".to_owned(), format!("/mailbox/{id}")] {
        let page = text(world.client.get(&path).send().await).await;
        assert!(!page.contains("<script"), "{path}");
        assert!(page.contains("&lt;script&gt;"), "{path}");
    }
    let html = world.client.get(format!("/mailbox/{id}/html")).send().await;
    let policy = html.0.header("content-security-policy").unwrap().to_owned();
    assert!(policy.contains("sandbox allow-popups") && !policy.contains("script-src"));
    assert!(text(html).await.contains("The HTML part."));
    let raw = text(world.client.get(format!("/mailbox/{id}/raw")).send().await).await;
    assert!(raw.contains("Message-ID:"));
    for path in [
        "/mailbox/nonsense".to_owned(),
        format!("/mailbox/{}", Uuid::nil()),
    ] {
        world
            .client
            .get(path)
            .send()
            .await
            .assert_status(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_development_clock_goes_forward_only() {
    let world = World::development().await;
    let front = text(world.client.get("/").send().await).await;
    assert!(front.contains("Thursday 15 January 2026"), "{front}");
    assert!(front.contains("query Who { viewer { name } }") && front.contains("No mail yet"));
    let moved = world
        .client
        .post("/dev/clock")
        .form(&[("days", "30")])
        .send()
        .await;
    moved.assert_status(StatusCode::SEE_OTHER);
    assert_eq!(world.now().to_rfc3339(), "2026-02-14T09:00:00+00:00");
    let to = json!({ "to": "2026-03-31T12:00:00Z" });
    world
        .client
        .post("/dev/clock")
        .body_json(&to)
        .send()
        .await
        .assert_status_is_ok();
    assert_eq!(world.now().to_rfc3339(), "2026-03-31T12:00:00+00:00");
    assert_eq!(world.clock_moves.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn the_development_clock_goes_neither_back_nor_for_others() {
    let world = World::development().await;
    for refused in [
        json!({ "to": "2026-01-01T00:00:00Z" }),
        json!({ "days": -1 }),
        json!({}),
        json!({ "days": 99_999 }),
    ] {
        let response = world.client.post("/dev/clock").body_json(&refused).send().await;
        response.assert_status(StatusCode::BAD_REQUEST);
    }
    let foreign = world
        .client
        .post("/dev/clock")
        .header("origin", "https://evil.example");
    foreign
        .form(&[("days", "1")])
        .send()
        .await
        .assert_status(StatusCode::FORBIDDEN);
    assert_eq!(world.now().to_rfc3339(), "2026-01-15T09:00:00+00:00");
    assert_eq!(world.clock_moves.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn an_unsubscribe_link_that_is_not_ours_leads_nowhere() {
    let world = World::new().await;
    for token in ["unknown", "%00", "%3Cscript%3E", &"x".repeat(1_000)] {
        let path = format!("/unsubscribe/{token}");
        let asked = world.client.get(&path).send().await;
        asked.assert_status(StatusCode::NOT_FOUND);
        assert!(!text(asked).await.contains("<script"));
        let clicked = world
            .client
            .post(&path)
            .form(&[("List-Unsubscribe", "One-Click")])
            .send()
            .await;
        clicked.assert_status(StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn mail_reaches_the_server_byte_for_byte_after_it_was_busy() {
    let world = World::new().await;
    world
        .smtp
        .answer_next(crate::smtp::Step::Message, "451 try later");
    let id = mail(&world, "Hello", "<p>.</p>\r\n.\r\n<p>Dots</p>").await;
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 0);
    world.app.clock.advance(chrono::Duration::minutes(2));
    assert_eq!(outbox::deliver_due(&world.app).await.unwrap(), 1);
    let received = world.smtp.received(1).await;
    let kept = outbox::one(&world.app, id).await.unwrap().unwrap();
    assert_eq!(received[0].to, ["ann@b.example"]);
    assert_eq!(received[0].from, "alerts@guildhall.example");
    let trimmed = received[0].bytes.strip_suffix(b"\r\n").unwrap();
    assert!(kept.message == received[0].bytes || kept.message == trimmed);
}

#[tokio::test]
async fn every_query_in_the_tabs_is_one_that_works() {
    let world = World::development().await;
    for tab in guildhall::cli::demo::tabs("nobody@guildhall.example") {
        let answer = world.query(None, &tab.query, serde_json::Value::Null).await;
        assert_eq!(
            answer["errors"],
            serde_json::Value::Null,
            "{:?}: {answer}",
            tab.title
        );
    }
}
