//! What is forged, stolen, replayed or not for the provider to say gets nobody in.

use super::{WHO, ann, parameter, people, refused};
use crate::provider::{Browser, Provider, world};
use chrono::Duration;
use poem::http::StatusCode;
use serde_json::json;
use url::Url;

const CALLBACK: &str = "/account/single-sign-on/callback";

fn with(url: &Url, name: &str, value: Option<&str>) -> Url {
    let mut changed = url.clone();
    let kept = url.query_pairs().filter(|(key, _)| key != name);
    let kept = kept.map(|(key, value)| (key.into_owned(), value.into_owned()));
    let pairs: Vec<_> = kept
        .chain(value.map(|value| (name.to_owned(), value.to_owned())))
        .collect();
    changed.query_pairs_mut().clear().extend_pairs(pairs);
    changed
}

#[tokio::test]
async fn a_sign_in_is_finished_once_in_the_browser_that_began_it_within_ten_minutes() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    let stale = "This sign-in cannot be finished";
    let mut browser = Browser::default();
    let away = browser.leave(&world, "ann@norfolk.gov.uk").await;
    let back = browser.sign_in(away, "ann").await;
    // Others' browsers: one without a cookie, and one that has begun a sign-in of its own.
    let mut other = Browser::default();
    refused(
        other.come_back(&world, &back).await,
        StatusCode::BAD_REQUEST,
        stale,
    )
    .await;
    other.leave(&world, "ann@norfolk.gov.uk").await;
    refused(
        other.come_back(&world, &back).await,
        StatusCode::BAD_REQUEST,
        stale,
    )
    .await;
    for state in [None, Some(""), Some("another")] {
        let wrong = with(&back, "state", state);
        refused(
            browser.come_back(&world, &wrong).await,
            StatusCode::BAD_REQUEST,
            stale,
        )
        .await;
    }
    let before = browser.clone();
    browser.come_back(&world, &back).await.assert_status_is_ok();
    refused(
        before.clone().come_back(&world, &back).await,
        StatusCode::BAD_REQUEST,
        stale,
    )
    .await;

    let mut late = Browser::default();
    let away = late.leave(&world, "ann@norfolk.gov.uk").await;
    let back = late.sign_in(away, "ann").await;
    world.app.clock.advance(Duration::minutes(10));
    refused(
        late.come_back(&world, &back).await,
        StatusCode::BAD_REQUEST,
        stale,
    )
    .await;
}

#[tokio::test]
async fn a_code_gets_in_only_who_asked_for_it_and_once() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    let failed = "Your council&#x27;s sign-in did not work";
    let begun = async || {
        let mut browser = Browser::default();
        let away = browser.leave(&world, "ann@norfolk.gov.uk").await;
        (browser, away)
    };
    // A code that was used, and one that another browser asked for and did not use, brought in with a good state.
    let (mut first, away) = begun().await;
    let used = first.sign_in(away, "ann").await;
    first.come_back(&world, &used).await.assert_status_is_ok();
    let (mut second, away) = begun().await;
    let unused = second.sign_in(away, "ann").await;
    for code in [&used, &unused] {
        let (mut victim, away) = begun().await;
        let back = victim.sign_in(away, "ann").await;
        let injected = with(&back, "code", Some(&parameter(code, "code")));
        refused(
            victim.come_back(&world, &injected).await,
            StatusCode::BAD_GATEWAY,
            failed,
        )
        .await;
    }
    // A challenge that our proof does not fit; and what is sent along is of this sign-in alone.
    let (mut browser, away) = begun().await;
    let other = begun().await.1;
    for name in ["state", "nonce", "code_challenge"] {
        assert_ne!(parameter(&away, name), parameter(&other, name), "{name}");
    }
    let foreign = with(
        &away,
        "code_challenge",
        Some(&parameter(&other, "code_challenge")),
    );
    let back = browser.sign_in(foreign, "ann").await;
    refused(
        browser.come_back(&world, &back).await,
        StatusCode::BAD_GATEWAY,
        failed,
    )
    .await;
    // An ID token for another sign-in: the provider repeats the nonce it was given.
    let (mut browser, away) = begun().await;
    let back = browser
        .sign_in(with(&away, "nonce", Some("another")), "ann")
        .await;
    refused(
        browser.come_back(&world, &back).await,
        StatusCode::BAD_GATEWAY,
        failed,
    )
    .await;
    // Another provider's answer, or one that does not say whose it is, where this one always does.
    for issuer in [None, Some("https://evil.example")] {
        let (mut browser, away) = begun().await;
        let back = browser.sign_in(away, "ann").await;
        refused(
            browser.come_back(&world, &with(&back, "iss", issuer)).await,
            StatusCode::BAD_GATEWAY,
            failed,
        )
        .await;
    }
    assert_eq!(people(&world).await, 1);
}

#[tokio::test]
async fn who_declines_is_told_so_in_our_words() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    let mut browser = Browser::default();
    let away = browser.leave(&world, "ann@norfolk.gov.uk").await;
    let state = parameter(&away, "state");
    let said = "<script>alert(1)</script> PROVIDER-SAYS";
    let answer = [
        ("state", &*state),
        ("iss", &provider.issuer),
        ("error", said),
        ("error_description", said),
    ];
    let page = refused(
        browser.visit(&world, CALLBACK, &answer).await,
        StatusCode::FORBIDDEN,
        "did not let you in",
    )
    .await;
    assert!(!page.contains("PROVIDER-SAYS"), "{page}");
    let unknown = browser
        .visit(
            &world,
            "/account/single-sign-on",
            &[("email", "ann@elsewhere.example")],
        )
        .await;
    refused(unknown, StatusCode::NOT_FOUND, "There is no single sign-on").await;
}

#[tokio::test]
async fn an_address_that_is_not_verified_or_not_the_councils_gets_nobody_in() {
    let accounts = json!({
        "unverified": { "email": "ann@norfolk.gov.uk", "email_verified": false },
        "unsaid": { "email": "ann@norfolk.gov.uk" },
        "none": { "email_verified": true },
        "elsewhere": { "email": "ann@suffolk.gov.uk", "email_verified": true },
        "below": { "email": "ann@x.norfolk.gov.uk", "email_verified": true },
    });
    let Some(provider) = Provider::start(&accounts) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    for login in ["unverified", "unsaid", "none", "elsewhere", "below"] {
        let answer = Browser::default()
            .through(&world, "ann@norfolk.gov.uk", login)
            .await;
        refused(answer, StatusCode::FORBIDDEN, "You were not signed in").await;
    }
    assert_eq!(people(&world).await, 0);
}

#[tokio::test]
async fn one_councils_provider_opens_nothing_of_anothers() {
    let theirs = json!({
        "forger": { "email": "ann@norfolk.gov.uk", "email_verified": true },
        "ann": { "email": "ann@suffolk.gov.uk", "email_verified": true },
    });
    let (Some(norfolk), Some(suffolk)) = (Provider::start(&ann()), Provider::start(&theirs)) else {
        return;
    };
    let world = world(vec![
        norfolk.of("norfolk", "norfolk.gov.uk"),
        suffolk.of("suffolk", "suffolk.gov.uk"),
    ])
    .await;
    Browser::default()
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    let forged = Browser::default()
        .through(&world, "ann@suffolk.gov.uk", "forger")
        .await;
    refused(forged, StatusCode::FORBIDDEN, "not one of the council").await;
    // Begun with the one and answered by the other.
    let mut mixed = Browser::default();
    let (to_norfolk, to_suffolk) = (
        mixed.clone().leave(&world, "ann@suffolk.gov.uk").await,
        mixed.leave(&world, "ann@norfolk.gov.uk").await,
    );
    let back = mixed
        .sign_in(
            with(&to_norfolk, "state", Some(&parameter(&to_suffolk, "state"))),
            "forger",
        )
        .await;
    refused(
        mixed.come_back(&world, &back).await,
        StatusCode::BAD_GATEWAY,
        "did not work",
    )
    .await;
    // The same subject at another provider is somebody else.
    let mut browser = Browser::default();
    browser
        .through(&world, "ann@suffolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    let who = browser.data(&world, WHO).await["viewer"].clone();
    let viewer = json!([{ "organisationId": world.council("suffolk").await, "councilRole": "VIEWER" }]);
    assert_eq!(
        (&who["email"], &who["memberships"]),
        (&json!("ann@suffolk.gov.uk"), &viewer)
    );
    assert_eq!(people(&world).await, 2);
}
