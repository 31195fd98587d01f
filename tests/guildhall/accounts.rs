//! Accounts: made once an address is proven, and kept by whoever holds password and address.

mod passwords;

use crate::operations::{
    CHANGE_EMAIL, CHANGE_PASSWORD, CONFIRM, CONFIRM_EMAIL, REGISTER, REQUEST_RESET, RESET, SIGN_IN,
    SIGN_OUT_EVERYWHERE, WHO, codes,
};
use crate::world::{PASSWORD, World, text};
use chrono::Duration;
use entity::person;
use futures_util::future::join_all;
use guildhall::access::accounts::{self, NewAccount};
use guildhall::alerts;
use guildhall::runtime::mail::Letter;
use guildhall::runtime::outbox::{self, Stream};
use guildhall::runtime::{App, Hashing, Stop};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

const ANN: &str = "ann@b.example";
const NEW: &str = "gravel otter lantern plum";

fn register(email: &str) -> Value {
    json!({ "input": { "email": email, "name": "Ann" } })
}

fn complete(token: &str, password: &str) -> Value {
    json!({ "input": { "token": token, "password": password } })
}

fn sign_in(email: &str, password: &str) -> Value {
    json!({ "input": { "email": email, "password": password } })
}

fn passwords(present: &str, password: &str) -> Value {
    json!({ "input": { "present": present, "password": password } })
}

async fn signs_in(world: &World, email: &str, password: &str) -> bool {
    codes(&world.data((), SIGN_IN, sign_in(email, password)).await).is_empty()
}

async fn email_of(world: &World, token: &String) -> Value {
    world.data(token, WHO, Value::Null).await["viewer"]["email"].clone()
}

#[tokio::test]
async fn an_account_is_made_by_the_link_that_was_mailed() {
    let world = World::new().await;
    world.data((), REGISTER, register(" Ann@B.example ")).await;
    assert!(!signs_in(&world, ANN, PASSWORD).await, "asking makes none");
    let link = world.link(ANN, "register").await;
    let made = world.data((), CONFIRM, complete(&link, PASSWORD)).await;
    assert_eq!(
        made["accountConfirm"]["session"]["viewer"],
        json!({ "email": ANN, "name": "Ann" })
    );
    let token = made["accountConfirm"]["session"]["token"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(email_of(&world, &token).await, ANN);
    assert!(signs_in(&world, "ANN@b.example", PASSWORD).await);
}

#[tokio::test]
async fn asking_is_answered_alike_and_only_the_mail_tells() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let mut answers = Vec::new();
    for email in [ANN, "eve@b.example"] {
        let call = json!({ "query": REGISTER, "variables": register(email) });
        answers.push(
            text(world.post(&call).send().await)
                .await
                .replace(email, "ADDRESS"),
        );
    }
    assert_eq!(answers[0], answers[1]);
    let (known, unknown) = (world.mails(ANN).await, world.mails("eve@b.example").await);
    assert_eq!((known.len(), unknown.len()), (1, 1));
    assert_eq!(known[0].subject, "You have a Guildhall account already");
    assert!(!known[0].text.contains("/account/register/"), "{}", known[0].text);
    assert!(unknown[0].text.contains("/account/register/"));
}

#[tokio::test]
async fn each_mail_has_the_link_that_helps_its_reader() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    world.data((), REGISTER, register(ANN)).await;
    let forgotten = world.link(ANN, "reset").await;
    assert!(codes(&world.data((), RESET, complete(&forgotten, NEW)).await).is_empty());
    assert!(signs_in(&world, ANN, NEW).await);
    let eve = "eve@b.example";
    world.data((), REQUEST_RESET, json!({ "email": eve })).await;
    let none_yet = world.link(eve, "register").await;
    let nameless = world.data((), CONFIRM, complete(&none_yet, NEW)).await;
    assert_eq!(codes(&nameless), ["BAD_NAME"], "nobody gave one");
    let mut named = complete(&none_yet, NEW);
    named["input"]["name"] = "Eve".into();
    assert!(codes(&world.data((), CONFIRM, named).await).is_empty());
}

#[tokio::test]
async fn a_stranger_writes_nothing_into_the_mail_to_register() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    for email in [ANN, "eve@b.example"] {
        let input = json!({ "input": { "email": email, "name": "Your prize waits at evil.example" } });
        world.data((), REGISTER, input).await;
        assert!(!world.mails(email).await[0].text.contains("evil"), "{email}");
    }
}

#[tokio::test]
async fn a_link_works_once_and_for_a_day() {
    let world = World::new().await;
    world.data((), REGISTER, register(ANN)).await;
    world.data((), REGISTER, register(ANN)).await;
    let second = world.link(ANN, "register").await;
    assert_eq!(
        codes(&world.data((), CONFIRM, complete(&second, "password1")).await),
        ["BAD_PASSWORD"]
    );
    assert!(codes(&world.data((), CONFIRM, complete(&second, PASSWORD)).await).is_empty());
    assert_eq!(
        codes(&world.data((), CONFIRM, complete(&second, PASSWORD)).await),
        ["BAD_LINK"]
    );
    // The first link is of the same address, which has an account now.
    let mails = world.mails(ANN).await;
    let first = mails[0]
        .text
        .lines()
        .find_map(|line| line.split("/account/register/").nth(1));
    let first = first.unwrap().trim().to_owned();
    assert_ne!(first, second);
    assert_eq!(
        codes(&world.data((), CONFIRM, complete(&first, NEW)).await),
        ["EMAIL_TAKEN"]
    );
    world.data((), REGISTER, register("eve@b.example")).await;
    let link = world.link("eve@b.example", "register").await;
    world.app.clock.advance(Duration::hours(24));
    assert_eq!(
        codes(&world.data((), CONFIRM, complete(&link, PASSWORD)).await),
        ["BAD_LINK"]
    );
    assert_eq!(
        codes(&world.data((), CONFIRM, complete("unknown", PASSWORD)).await),
        ["BAD_LINK"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_who_race_with_one_link_one_makes_the_account() {
    let world = World::new().await;
    world.data((), REGISTER, register(ANN)).await;
    let link = world.link(ANN, "register").await;
    let all = join_all((0..10).map(|_| world.data((), CONFIRM, complete(&link, PASSWORD)))).await;
    let made = all.iter().filter(|answer| codes(answer).is_empty()).count();
    assert_eq!(made, 1, "{all:?}");
    let people = person::Entity::find().count(world.app.db.read()).await.unwrap();
    assert_eq!(people, 1);
}

#[tokio::test]
async fn a_link_is_for_what_it_was_mailed_for() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let reset = world.link(ANN, "reset").await;
    assert_eq!(
        codes(&world.data((), CONFIRM, complete(&reset, NEW)).await),
        ["BAD_LINK"]
    );
    let moved = world.data((), CONFIRM_EMAIL, json!({ "token": reset })).await;
    assert_eq!(codes(&moved), ["BAD_LINK"]);
    assert!(codes(&world.data((), RESET, complete(&reset, NEW)).await).is_empty());
}

#[tokio::test]
async fn an_account_moves_to_a_proven_address_and_both_are_told() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let token = world.token(ANN).await;
    let ask = |email: &str, present: &str| json!({ "input": { "email": email, "present": present } });
    let wrong = world
        .data(&token, CHANGE_EMAIL, ask("new@b.example", "not it at all"))
        .await;
    assert_eq!(codes(&wrong), ["WRONG_PASSWORD"]);
    assert!(world.mails("new@b.example").await.is_empty());
    world
        .data(&token, CHANGE_EMAIL, ask("New@b.example", PASSWORD))
        .await;
    assert_eq!(
        email_of(&world, &token).await,
        ANN,
        "not before the link is followed"
    );
    assert_eq!(world.subjects(ANN).await, ["Your address is to change"]);
    let link = world.link("new@b.example", "email").await;
    let moved = world.data((), CONFIRM_EMAIL, json!({ "token": link })).await;
    assert_eq!(moved["emailConfirm"]["email"], "new@b.example", "{moved}");
    assert_eq!(email_of(&world, &token).await, "new@b.example");
    for address in [ANN, "new@b.example"] {
        let subjects = world.subjects(address).await;
        assert!(
            subjects.contains(&"Your address has changed".to_owned()),
            "{subjects:?}"
        );
    }
    let again = world.data((), CONFIRM_EMAIL, json!({ "token": link })).await;
    assert_eq!(codes(&again), ["BAD_LINK"]);
    assert!(signs_in(&world, "new@b.example", PASSWORD).await);
    assert!(!signs_in(&world, ANN, PASSWORD).await);
}

#[tokio::test]
async fn an_address_that_has_an_account_is_not_taken_over() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    world.person("bob@b.example", "Bob").await;
    let token = world.token(ANN).await;
    let call = |email: &str| json!({ "input": { "email": email, "present": PASSWORD } });
    let taken = world.data(&token, CHANGE_EMAIL, call("bob@b.example")).await;
    let free = world.data(&token, CHANGE_EMAIL, call("eve@b.example")).await;
    let alike = |answer: &Value, email: &str| answer.to_string().replace(email, "ADDRESS");
    assert_eq!(alike(&taken, "bob@b.example"), alike(&free, "eve@b.example"));
    assert!(
        !world.mails("bob@b.example").await[0]
            .text
            .contains("/account/email/")
    );
    // Free when asked for, and taken when the link is followed.
    let link = world.link("eve@b.example", "email").await;
    world.person("eve@b.example", "Eve").await;
    let late = world.data((), CONFIRM_EMAIL, json!({ "token": link })).await;
    assert_eq!(codes(&late), ["EMAIL_TAKEN"]);
}

#[tokio::test]
async fn a_link_left_in_the_old_mailbox_opens_nothing_after_the_move() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let token = world.token(ANN).await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let old = world.link(ANN, "reset").await;
    let ask = json!({ "input": { "email": "new@b.example", "present": PASSWORD } });
    world.data(&token, CHANGE_EMAIL, ask).await;
    let link = world.link("new@b.example", "email").await;
    world.data((), CONFIRM_EMAIL, json!({ "token": link })).await;
    assert_eq!(
        codes(&world.data((), RESET, complete(&old, NEW)).await),
        ["BAD_LINK"]
    );
}

#[tokio::test]
async fn a_new_password_stops_a_move_to_another_address() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let thief = world.token(ANN).await;
    let ask = json!({ "input": { "email": "thief@b.example", "present": PASSWORD } });
    world.data(&thief, CHANGE_EMAIL, ask).await;
    let link = world.link("thief@b.example", "email").await;
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let reset = world.link(ANN, "reset").await;
    world.data((), RESET, complete(&reset, NEW)).await;
    let moved = world.data((), CONFIRM_EMAIL, json!({ "token": link })).await;
    assert_eq!(codes(&moved), ["BAD_LINK"]);
}

#[tokio::test]
async fn signing_out_everywhere_ends_all_and_the_next_sign_in_is_told() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let all = [
        world.token(ANN).await,
        world.token(ANN).await,
        world.token(ANN).await,
    ];
    world.app.clock.advance(Duration::days(2));
    let here = world.token(ANN).await;
    let before = world.subjects(ANN).await.len();
    let ended = world.data(&here, SIGN_OUT_EVERYWHERE, Value::Null).await;
    assert_eq!(ended["signOutEverywhere"]["ended"], 4, "{ended}");
    for token in all.iter().chain([&here]) {
        assert_eq!(email_of(&world, token).await, Value::Null);
    }
    world.token(ANN).await;
    let subjects = world.subjects(ANN).await;
    assert_eq!(subjects.len(), before + 1, "{subjects:?}");
    assert_eq!(subjects[before], "You signed in on a new device");
}

#[tokio::test]
async fn a_known_device_is_not_told_as_a_new_one() {
    let world = World::new().await;
    world.person(ANN, "Ann").await;
    let first = world.data((), SIGN_IN, sign_in(ANN, PASSWORD)).await;
    let device = first["signIn"]["session"]["device"].clone();
    assert!(world.subjects(ANN).await.is_empty(), "an account's first");
    let mut again = sign_in(ANN, PASSWORD);
    again["input"]["device"] = device;
    let known = world.data((), SIGN_IN, again).await;
    assert_eq!(known["signIn"]["session"]["device"], Value::Null);
    assert!(world.subjects(ANN).await.is_empty());
    world.data((), SIGN_IN, sign_in(ANN, PASSWORD)).await;
    assert_eq!(world.subjects(ANN).await, ["You signed in on a new device"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_who_race_one_becomes_the_first_operator() {
    let world = World::new().await;
    let claim = |index: usize| {
        let app = world.app.clone();
        async move {
            let account = NewAccount {
                email: format!("op{index}@b.example"),
                name: "Operator".into(),
                password: PASSWORD.into(),
                operator: true,
            };
            let hash = accounts::prepare(&app, &account).await?;
            let txn = app.db.begin().await?;
            let person = accounts::create(&app, &txn, &account, hash).await?;
            accounts::claim_first_operator(&app, &txn, person).await?;
            txn.commit().await?;
            Ok::<_, Stop<accounts::AccountErrorCode>>(())
        }
    };
    let all = join_all((0..10).map(claim)).await;
    assert_eq!(all.iter().filter(|made| made.is_ok()).count(), 1, "{all:?}");
    for refused in all.into_iter().filter_map(Result::err) {
        let Stop::Refused(refusals) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(refusals[0].code, accounts::AccountErrorCode::OperatorExists);
    }
    let operators = person::Entity::find().filter(person::Column::Operator.eq(true));
    assert_eq!(operators.count(world.app.db.read()).await.unwrap(), 1);
}

#[tokio::test]
async fn security_mail_goes_first_and_no_unsubscribing_withdraws_it() {
    let world = World::new().await;
    let ann = world.person(ANN, "Ann").await;
    let txn = world.app.db.begin().await.unwrap();
    for person in [None, None, Some(ann)] {
        let letter = |message_id| Letter {
            to: ANN.into(),
            subject: "What opens".into(),
            text: "The text part.".into(),
            html: "<p>x</p>".into(),
            unsubscribe_url: None,
            message_id,
            date: world.now().into(),
            witness: String::new(),
        };
        outbox::enqueue(&world.app, &txn, Stream::Alert, person, letter)
            .await
            .unwrap();
    }
    txn.commit().await.unwrap();
    world.app.clock.advance(Duration::minutes(1));
    world.data((), REQUEST_RESET, json!({ "email": ANN })).await;
    let link = alerts::links::link(&world.app, alerts::links::Purpose::Unsubscribe, ann);
    let path = link.strip_prefix("https://guildhall.example").unwrap();
    let clicked = world.client.post(path).form(&[("List-Unsubscribe", "One-Click")]);
    clicked.send().await.assert_status_is_ok();
    let subjects = world.subjects(ANN).await;
    assert_eq!(subjects, ["A new password", "What opens", "What opens"]);
}
