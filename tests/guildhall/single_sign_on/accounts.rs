//! Whose account it is, and what is left of passwords.

use super::{SIGN_IN, WHO, ann, mails, people, refused};
use crate::provider::{Browser, Provider, configured, world};
use crate::world::PASSWORD;
use entity::{identity, membership};
use guildhall::access::sessions::{self, Attempt};
use guildhall::access::single_sign_on::operators_shut_out;
use guildhall::access::{CouncilRole, Origin, accounts, credentials};
use guildhall::runtime::App;
use poem::http::StatusCode;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait, Statement};
use serde_json::{Value, json};
use std::sync::Arc;

const RESET: &str =
    "mutation R($email: String!) { passwordResetRequest(email: $email) { mailed { to } errors { code } } }";

/// The token of the link in a mail that has one of this kind.
fn link(mails: &[String], kind: &str) -> String {
    let start = format!("/account/{kind}/");
    let rest = mails.iter().find_map(|mail| mail.split(&start).nth(1)).unwrap();
    rest.chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect()
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
async fn an_operator_is_not_shut_out_unnoticed() {
    let mut provider = configured("https://login.norfolk.gov.uk", "norfolk", "norfolk.gov.uk");
    provider.required = true;
    let world = world(vec![provider]).await;
    world.operator("op@elsewhere.example").await;
    world.person("ann@norfolk.gov.uk", "Ann").await;
    assert_eq!(
        operators_shut_out(&world.app).await.unwrap(),
        Vec::<String>::new()
    );
    world.operator("op@norfolk.gov.uk").await;
    let told = operators_shut_out(&world.app).await.unwrap();
    assert!(
        told.len() == 1 && told[0].contains("op@norfolk.gov.uk"),
        "{told:?}"
    );
}

#[tokio::test]
async fn a_password_from_before_takes_nobody_out_of_the_council() {
    let mut provider = configured("https://login.norfolk.gov.uk", "norfolk", "norfolk.gov.uk");
    provider.required = true;
    let world = world(vec![provider]).await;
    let before = App {
        single_sign_on: Arc::default(),
        ..world.app.clone()
    };
    world.person("ann@norfolk.gov.uk", "Ann").await;
    let attempt = Attempt {
        email: "ann@norfolk.gov.uk",
        password: PASSWORD,
        ..Attempt::default()
    };
    let token = sessions::sign_in(&before, attempt).await.unwrap().token;
    credentials::request_reset(&before, "ann@norfolk.gov.uk", &Origin::default())
        .await
        .unwrap();
    let change =
        "mutation C($input: EmailChangeInput!) { made: emailChange(input: $input) { errors { code } } }";
    let input = json!({ "input": { "email": "ann@home.example", "present": PASSWORD } });
    let moved = world.data(&token, change, input).await;
    let reset =
        "mutation R($input: PasswordResetInput!) { made: passwordReset(input: $input) { errors { code } } }";
    let mails = mails(&world).await;
    let input = json!({ "input": { "token": link(&mails, "reset"), "password": PASSWORD } });
    let chosen = world.data((), reset, input).await;
    for answer in [moved, chosen] {
        assert_eq!(
            answer["made"]["errors"][0]["code"], "SINGLE_SIGN_ON_NEEDED",
            "{answer}"
        );
    }
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
    let said = "SELECT COUNT(*) FROM audit_part WHERE part = 'detail' AND (content LIKE '%@%' OR content LIKE '%subject%')";
    let said = Statement::from_string(world.app.db.backend(), said);
    let said = world.app.db.read().query_one_raw(said).await.unwrap().unwrap();
    assert_eq!(
        said.try_get_by_index::<i64>(0).unwrap(),
        0,
        "what is never erased says nothing of a person"
    );
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
