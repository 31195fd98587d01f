//! Single sign-on, the whole way: there, through a real provider's own pages, and back.

use crate::binary::{Binary, PROGRAM};
use crate::provider::{Browser, Provider, configured, patient_world, world};
use crate::world::{PASSWORD, World, text};
use chrono::Duration;
use entity::{audit_entry, council_access, identity, membership, person};
use guildhall::access::{CouncilRole, Origin, accounts};
use guildhall::councils::directory;
use guildhall::runtime::{App, outbox};
use poem::http::StatusCode;
use poem::test::TestResponse;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

const WHO: &str =
    "query Who { viewer { email name secondFactorAwaitedBy memberships { organisationId councilRole } } }";
const SIGN_IN: &str = "mutation SignIn($input: SignInInput!) { signIn(input: $input) \
    { session { token } errors { code message path } } }";
const RESET: &str =
    "mutation R($email: String!) { passwordResetRequest(email: $email) { mailed { to } errors { code } } }";
const CALLBACK: &str = "/account/single-sign-on/callback";

/// Ann of Norfolk, as her council's provider knows her.
fn ann() -> Value {
    json!({ "ann": { "email": "Ann@Norfolk.gov.uk", "email_verified": true, "name": "Ann Example" } })
}

async fn people(world: &World) -> u64 {
    person::Entity::find().count(world.app.db.read()).await.unwrap()
}

/// The mails there are, as text.
async fn mails(world: &World) -> Vec<String> {
    outbox::deliver_due(&world.app).await.unwrap();
    let all = world.smtp.all();
    all.iter()
        .map(|mail| String::from_utf8_lossy(&mail.bytes).replace("=\r\n", ""))
        .collect()
}

fn cookies(response: &TestResponse) -> Vec<String> {
    let lines = response.0.headers().get_all("set-cookie").iter();
    lines.map(|line| line.to_str().unwrap().to_owned()).collect()
}

/// A page that refuses: of this status, with these words, a reference, and no session.
async fn refused(response: TestResponse, status: StatusCode, words: &str) -> String {
    assert!(
        cookies(&response)
            .iter()
            .all(|line| !line.contains("guildhall_session"))
    );
    let found = response.0.status();
    let page = text(response).await;
    assert_eq!(found, status, "{page}");
    assert!(page.contains(words), "{page}");
    let reference = page
        .split("<code>")
        .nth(1)
        .unwrap()
        .split('<')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(reference.len(), 12, "{page}");
    page
}

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

fn parameter(url: &Url, name: &str) -> String {
    let found = url.query_pairs().find(|(key, _)| key == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {url}"))
        .1
        .into_owned()
}

#[tokio::test]
async fn a_councils_person_is_signed_in_by_its_provider_and_becomes_a_viewer_of_it() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    // A session by single sign-on counts as one with a second factor.
    let norfolk = directory().find("norfolk").unwrap().id;
    let strict = council_access::Model {
        council_id: norfolk,
        second_factor: true,
        version: 1,
    };
    let txn = world.app.db.begin().await.unwrap();
    council_access::Entity::insert(council_access::ActiveModel::from(strict))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();

    let mut browser = Browser::default();
    let away = browser.leave(&world, "ANN@norfolk.gov.uk").await;
    assert_eq!(parameter(&away, "code_challenge_method"), "S256");
    let back = browser.sign_in(away, "ann").await;
    let page = browser.come_back(&world, &back).await;
    page.assert_status_is_ok();
    let cookies = cookies(&page);
    let session = cookies
        .iter()
        .find(|line| line.starts_with("__Host-guildhall_session="))
        .unwrap();
    assert!(
        session.contains("; HttpOnly; SameSite=Strict; Path=/; Max-Age=4") && session.ends_with("; Secure"),
        "{session}"
    );
    assert!(
        cookies
            .iter()
            .any(|line| line.starts_with("__Host-guildhall_away=; ")),
        "the way is over"
    );
    assert!(text(page).await.contains("Norfolk County Council"));

    let who = browser.data(&world, WHO).await["viewer"].clone();
    let viewer = json!([{ "organisationId": world.council("norfolk").await, "councilRole": "VIEWER" }]);
    assert_eq!(
        who,
        json!({ "email": "ann@norfolk.gov.uk", "name": "Ann Example", "secondFactorAwaitedBy": [],
        "memberships": viewer })
    );
    let told = mails(&world).await;
    assert_eq!(told.len(), 1);
    assert!(
        told[0].contains("Subject: You have a Guildhall account"),
        "{}",
        told[0]
    );
    let entries = audit_entry::Entity::find()
        .all(world.app.db.read())
        .await
        .unwrap();
    let details: Vec<String> = entries.iter().map(|entry| entry.detail.to_string()).collect();
    assert!(
        details[0].contains("linked") && details[1].contains("signed in by"),
        "{details:?}"
    );

    // Again, from the same browser: the same account, a known device, nothing to tell.
    browser
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    assert_eq!((people(&world).await, mails(&world).await.len()), (1, 1));
    // There is no password that signs her in.
    for password in ["", PASSWORD, "null"] {
        let input = json!({ "input": { "email": "ann@norfolk.gov.uk", "password": password } });
        let answer = world.data((), SIGN_IN, input).await;
        assert_eq!(answer["signIn"]["errors"][0]["code"], "WRONG", "{answer}");
    }
}

#[tokio::test]
async fn a_provider_with_other_keys_and_customs_is_understood_as_well() {
    // An ES256 key (RFC 7515, appendix A.3), the address in the ID token, our secret in the form.
    let key = json!({ "kty": "EC", "crv": "P-256", "use": "sig", "kid": "k", "alg": "ES256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        "d": "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI" });
    let client = json!({ "id_token_signed_response_alg": "ES256", "token_endpoint_auth_method": "client_secret_post" });
    let options = json!({ "jwks": { "keys": [key] }, "conformIdTokenClaims": false,
        "clientAuthMethods": ["client_secret_post"] });
    let Some(provider) = Provider::start_with(&ann(), &client, &options) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    let mut browser = Browser::default();
    browser
        .through(&world, "x@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    assert_eq!(
        browser.data(&world, WHO).await["viewer"]["email"],
        "ann@norfolk.gov.uk"
    );
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

/// Answers every request with these bytes, or with none and never.
async fn false_provider(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut request = [0; 4096];
            let _ = socket.read(&mut request).await;
            if answer.is_empty() {
                held.push(socket);
            } else {
                let _ = socket.write_all(answer.as_bytes()).await;
            }
        }
    });
    issuer
}

#[tokio::test]
async fn a_provider_that_is_down_silent_or_false_gets_a_page_in_time() {
    let gone = TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    let long = format!(
        "HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n{}",
        " ".repeat(300_000)
    );
    for issuer in [
        format!("http://{gone}"),
        false_provider("").await,
        false_provider(long.leak()).await,
        false_provider("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{").await,
        false_provider("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            .await,
        false_provider("HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"issuer\":\"https://evil.test\"}")
            .await,
        false_provider("not HTTP at all\r\n\r\n").await,
    ] {
        let patience = std::time::Duration::from_secs(1);
        let world = patient_world(vec![configured(&issuer, "norfolk", "norfolk.gov.uk")], patience).await;
        let began = std::time::Instant::now();
        let query = [("email", "ann@norfolk.gov.uk")];
        let answer = Browser::default()
            .visit(&world, "/account/single-sign-on", &query)
            .await;
        let page = refused(answer, StatusCode::BAD_GATEWAY, "did not answer as it should").await;
        assert!(!page.contains("127.0.0.1") && !page.contains("evil"), "{page}");
        assert!(
            began.elapsed().as_secs() < 10,
            "{issuer} took {:?}",
            began.elapsed()
        );
    }
}

#[tokio::test]
async fn a_council_that_requires_it_refuses_passwords_alike_for_all_its_addresses() {
    let mut provider = configured("https://login.norfolk.gov.uk", "norfolk", "norfolk.gov.uk");
    provider.required = true;
    let world = world(vec![provider]).await;
    world.person("known@norfolk.gov.uk", "Known").await;
    let way =
        |who: &str| format!("https://guildhall.example/account/single-sign-on?email={who}%40norfolk.gov.uk");
    for who in ["known", "unknown"] {
        let email = format!("{who}@Norfolk.gov.uk");
        let statements = world.app.db.statements();
        let input = json!({ "input": { "email": email, "password": PASSWORD } });
        let answer = world.data((), SIGN_IN, input).await;
        let message = format!(
            "addresses of this domain sign in by their council's single sign-on: {}",
            way(who)
        );
        let error = json!({ "code": "SINGLE_SIGN_ON_NEEDED", "message": message, "path": "email" });
        assert_eq!(answer["signIn"], json!({ "session": null, "errors": [error] }));
        assert_eq!(world.app.db.statements(), statements, "nothing was looked up");
        let asked = world.data((), RESET, json!({ "email": email })).await;
        assert_eq!(asked["passwordResetRequest"]["errors"], json!([]));
        let register = json!({ "input": { "email": email, "name": "Somebody" } });
        let query = "mutation R($input: AccountRegisterInput!) { accountRegister(input: $input) { errors { code } } }";
        assert_eq!(
            world.data((), query, register).await["accountRegister"]["errors"],
            json!([])
        );
        let query = "query S($email: String!) { singleSignOn(email: $email) { url required } }";
        let told = world.data((), query, json!({ "email": email })).await;
        assert_eq!(told["singleSignOn"], json!({ "url": way(who), "required": true }));
        assert_eq!(
            world.data((), query, json!({ "email": "a@b.example" })).await["singleSignOn"],
            Value::Null
        );
    }
    let mails = mails(&world).await;
    assert_eq!(mails.len(), 4);
    for mail in mails {
        assert!(
            mail.contains("Subject: Sign in by your council's single sign-on"),
            "{mail}"
        );
        assert!(
            !mail.contains("/account/reset/") && !mail.contains("/account/register/"),
            "{mail}"
        );
    }
}

/// The token of the link in a mail that has one of this kind.
fn link(mails: &[String], kind: &str) -> String {
    let start = format!("/account/{kind}/");
    let rest = mails.iter().find_map(|mail| mail.split(&start).nth(1)).unwrap();
    rest.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
}

#[tokio::test]
async fn mailed_links_make_no_password_where_single_sign_on_is_required() {
    let mut provider = configured("https://login.norfolk.gov.uk", "norfolk", "norfolk.gov.uk");
    provider.required = true;
    let world = world(vec![provider]).await;
    let before = App {
        single_sign_on: Arc::default(),
        ..world.app.clone()
    };
    accounts::register(&before, "ann@norfolk.gov.uk", "Ann", &Origin::default())
        .await
        .unwrap();
    let chief = world
        .member("chief@elsewhere.example", "norfolk", CouncilRole::Administrator)
        .await;
    let invite =
        "mutation I($input: InvitationSendInput!) { invitationSend(input: $input) { errors { code } } }";
    let role = json!({ "organisation": world.council("norfolk").await, "councilRole": "OFFICER" });
    let input = json!({ "input": { "email": "bob@norfolk.gov.uk", "role": role } });
    assert_eq!(
        world.data(&chief, invite, input).await["invitationSend"]["errors"],
        json!([])
    );
    let mails = mails(&world).await;
    let confirm = "mutation C($input: AccountConfirmInput!) { made: accountConfirm(input: $input) { errors { code } } }";
    let input = json!({ "input": { "token": link(&mails, "register"), "password": PASSWORD } });
    let accept =
        "mutation A($input: InvitationAcceptAsNewInput!) { made: invitationAcceptAsNew(input: $input) {
        errors { code } } }";
    let as_new =
        json!({ "input": { "token": link(&mails, "invitation"), "name": "Bob", "password": PASSWORD } });
    for (mutation, input) in [(confirm, input), (accept, as_new)] {
        let answer = world.data((), mutation, input).await;
        assert_eq!(
            answer["made"]["errors"][0]["code"], "SINGLE_SIGN_ON_NEEDED",
            "{answer}"
        );
    }
    assert_eq!(people(&world).await, 1, "the administrator");
}

#[tokio::test]
async fn an_account_that_has_the_address_is_linked_and_its_owner_told() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    world
        .member("ann@norfolk.gov.uk", "norfolk", CouncilRole::Officer)
        .await;
    let mut browser = Browser::default();
    browser
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    let who = browser.data(&world, WHO).await["viewer"].clone();
    assert_eq!(
        (&who["name"], &who["memberships"][0]["councilRole"]),
        (&json!("Member"), &json!("OFFICER"))
    );
    assert_eq!(who["memberships"].as_array().unwrap().len(), 1);
    assert_eq!(people(&world).await, 1);
    let told = mails(&world).await;
    let linked = told
        .iter()
        .filter(|mail| mail.contains("Subject: Your account is linked to single sign-on"));
    assert_eq!(linked.count(), 1, "{told:?}");
    browser
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    assert_eq!(mails(&world).await.len(), told.len(), "it is told once");
}

#[tokio::test]
async fn a_leavers_account_and_an_operators_are_not_linked() {
    let accounts = json!({
        "first": { "email": "ann@norfolk.gov.uk", "email_verified": true },
        "second": { "email": "ann@norfolk.gov.uk", "email_verified": true },
        "operator": { "email": "root@norfolk.gov.uk", "email_verified": true },
    });
    let Some(provider) = Provider::start(&accounts) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    world.operator("root@norfolk.gov.uk").await;
    let mut browser = Browser::default();
    browser
        .through(&world, "ann@norfolk.gov.uk", "first")
        .await
        .assert_status_is_ok();
    let successor = Browser::default()
        .through(&world, "ann@norfolk.gov.uk", "second")
        .await;
    refused(
        successor,
        StatusCode::FORBIDDEN,
        "somebody who had the address before",
    )
    .await;
    let operator = Browser::default()
        .through(&world, "root@norfolk.gov.uk", "operator")
        .await;
    refused(operator, StatusCode::FORBIDDEN, "Operators of this Guildhall").await;
    assert_eq!(
        identity::Entity::find().count(world.app.db.read()).await.unwrap(),
        1
    );
}

#[tokio::test]
async fn who_moves_to_an_address_elsewhere_keeps_nothing_by_single_sign_on() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let world = world(vec![provider.of("norfolk", "norfolk.gov.uk")]).await;
    world.person("ann@norfolk.gov.uk", "Ann").await;
    let mut browser = Browser::default();
    browser
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    let memberships = async || {
        membership::Entity::find()
            .count(world.app.db.read())
            .await
            .unwrap()
    };
    assert_eq!(memberships().await, 1);
    let token = world.token("ann@norfolk.gov.uk").await;
    let input = json!({ "input": { "email": "ann@home.example", "present": PASSWORD } });
    let change =
        "mutation C($input: EmailChangeInput!) { emailChange(input: $input) { errors { code message } } }";
    assert_eq!(
        world.data(&token, change, input).await["emailChange"]["errors"],
        json!([])
    );
    let mails = mails(&world).await;
    let link = link(&mails, "email");
    let confirm = "mutation C($token: String!) { emailConfirm(token: $token) { email errors { code } } }";
    let moved = world.data((), confirm, json!({ "token": link })).await;
    assert_eq!(moved["emailConfirm"]["email"], "ann@home.example");
    assert_eq!(memberships().await, 0);
    assert_eq!(browser.data(&world, WHO).await["viewer"], Value::Null);
    // Whoever has the council's address now is somebody new.
    browser
        .through(&world, "ann@norfolk.gov.uk", "ann")
        .await
        .assert_status_is_ok();
    assert_eq!(
        browser.data(&world, WHO).await["viewer"]["email"],
        "ann@norfolk.gov.uk"
    );
    assert_eq!(people(&world).await, 2);
}

#[tokio::test]
async fn the_program_started_with_a_provider_in_its_file_sends_people_there() {
    let Some(provider) = Provider::start(&ann()) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let (file, database) = (
        folder.path().join("guildhall.toml"),
        folder.path().join("guildhall.db"),
    );
    let text = format!(
        "public_url = 'https://x.example'\ndatabase_url = 'sqlite://{}'\nsmtp_url = 'smtp://localhost:25'\n\
         secret = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='\nmail_from = 'A <a@x.example>'\n[[single_sign_on]]\n\
         council = 'norfolk'\ndomains = ['norfolk.gov.uk']\nissuer = '{}'\nclient_id = 'x'\nclient_secret = 'y'\n\
         role = 'viewer'\nrequired = true\n",
        database.display(),
        provider.issuer
    );
    std::fs::write(&file, text).unwrap();
    let program = Binary::start(&["serve", "--config", file.to_str().unwrap()], &[]);
    let begin = "/account/single-sign-on?email=ann%40";
    assert_eq!(
        program.get(&format!("{begin}norfolk.gov.uk")).await.unwrap().0,
        303
    );
    assert_eq!(
        program.get(&format!("{begin}suffolk.gov.uk")).await.unwrap().0,
        404
    );
}

#[test]
fn the_program_does_not_start_with_half_a_provider() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("guildhall.toml");
    let whole = "public_url = 'https://x.example'\ndatabase_url = 'sqlite::memory:'\nsmtp_url = 'smtp://localhost:25'\n\
        secret = 'AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='\nmail_from = 'A <a@x.example>'\n[[single_sign_on]]\n";
    let rest = "domains = ['norfolk.gov.uk']\nissuer = 'https://login.norfolk.gov.uk'\nclient_id = 'x'\nclient_secret = 'S3CRET'\n";
    for (table, told) in [
        (
            "council = 'norfolk'\nissuer = 'http://login.norfolk.gov.uk'\n".to_owned(),
            "client_secret is missing",
        ),
        (
            format!("council = 'atlantis'\n{rest}"),
            "there is no council \"atlantis\"",
        ),
        (
            format!("council = 'norfolk'\nrole = 'administrator'\n{rest}"),
            "role: \"administrator\" is not",
        ),
        (format!("council = 'norfolk'\nreqired = true\n{rest}"), "reqired"),
    ] {
        std::fs::write(&file, format!("{whole}{table}")).unwrap();
        let mut command = std::process::Command::new(PROGRAM);
        let out = command
            .env_clear()
            .args(["serve", "--config", file.to_str().unwrap()])
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&out.stderr);
        assert!(!out.status.success() && error.contains(told), "{told} in {error}");
        assert!(!error.contains("S3CRET"), "{error}");
    }
}
