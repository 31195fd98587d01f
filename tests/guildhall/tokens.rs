//! Tokens for programs: one person's rights in one organisation, to read or to act, until a day.

use crate::operations::{INVITE, MAKE_TOKEN, MEMBERS, REMOVE, REVOKE_TOKEN, SET_ROLE, WHO, codes};
use crate::world::{World, body};
use chrono::Duration;
use entity::{api_token, device, mailed_link, session};
use guildhall::access::{CouncilRole, Viewer, accounts};
use guildhall::councils::directory;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const ANN: &str = "d@norfolk.example";
const TOKENS: &str = "query T { viewer { apiTokens { id name acts lastUsedAt expiresAt } } }";

struct Made {
    secret: String,
    id: Value,
}

async fn make(world: &World, maker: &String, organisation: &Value, acts: bool) -> Made {
    let input = json!({ "organisation": organisation, "name": "dashboard", "acts": acts, "days": 30 });
    let made = world.data(maker, MAKE_TOKEN, json!({ "input": input })).await;
    let made = &made["apiTokenMake"]["made"];
    Made {
        secret: made["secret"].as_str().unwrap().to_owned(),
        id: made["token"]["id"].clone(),
    }
}

/// An administrator of Norfolk, their token, and Norfolk's id.
async fn norfolk() -> (World, String, Value) {
    let world = World::new().await;
    let ann = world.member(ANN, "norfolk", CouncilRole::Administrator).await;
    let council = world.council("norfolk").await;
    (world, ann, council)
}

#[tokio::test]
async fn a_token_carries_one_organisation_and_nothing_of_its_maker() {
    let (world, ann, council) = norfolk().await;
    let person = world
        .data(&ann, MEMBERS, json!({ "organisation": council }))
        .await;
    let person = person["members"][0]["personId"].clone();
    let elsewhere = directory().find("fife").unwrap().id;
    let ann_id = entity::person::Entity::find().one(world.app.db.read());
    let ann_id = ann_id.await.unwrap().unwrap().id;
    accounts::join_council(
        &world.app,
        &Viewer::System,
        ann_id,
        elsewhere,
        CouncilRole::Administrator,
    )
    .await
    .unwrap();
    let fife = world.council("fife").await;
    let made = make(&world, &ann, &council, true).await;
    let who = world.data(&made.secret, WHO, Value::Null).await;
    assert_eq!(who["viewer"]["memberships"].as_array().unwrap().len(), 1, "{who}");
    assert_eq!(who["viewer"]["memberships"][0]["organisationId"], council);
    let role = json!({ "organisation": fife, "councilRole": "VIEWER" });
    let invite = json!({ "input": { "email": "eve@b.example", "role": role } });
    assert_eq!(
        world.refusal(&made.secret, INVITE, invite.clone()).await,
        "NOT_ALLOWED"
    );
    world.data(&ann, INVITE, invite).await;
    // Nothing of the person's own, neither to see nor to change.
    assert_eq!(
        world.refusal(&made.secret, TOKENS, Value::Null).await,
        "NOT_ALLOWED"
    );
    let input = json!({ "input": { "organisation": council, "name": "another" } });
    assert_eq!(
        world.refusal(&made.secret, MAKE_TOKEN, input).await,
        "NOT_ALLOWED"
    );
    assert_eq!(
        world
            .refusal(&made.secret, REVOKE_TOKEN, json!({ "token": made.id }))
            .await,
        "NOT_ALLOWED"
    );
    let role = json!({ "organisation": council, "councilRole": "VIEWER" });
    let last = world
        .data(&made.secret, SET_ROLE, json!({ "person": person, "role": role }))
        .await;
    assert_eq!(
        codes(&last),
        ["LAST_ADMINISTRATOR"],
        "it may act within its organisation"
    );
}

#[tokio::test]
async fn a_token_to_read_changes_nothing() {
    let (world, ann, council) = norfolk().await;
    let reads = make(&world, &ann, &council, false).await;
    let acts = make(&world, &ann, &council, true).await;
    let members = world
        .data(&reads.secret, MEMBERS, json!({ "organisation": council }))
        .await;
    assert_eq!(members["members"].as_array().unwrap().len(), 1);
    let role = json!({ "organisation": council, "councilRole": "VIEWER" });
    let invite = json!({ "input": { "email": "eve@b.example", "role": role } });
    assert_eq!(
        world.refusal(&reads.secret, INVITE, invite.clone()).await,
        "NOT_ALLOWED"
    );
    assert!(codes(&world.data(&acts.secret, INVITE, invite).await).is_empty());
}

#[tokio::test]
async fn a_token_is_shown_once_and_only_its_hash_is_kept() {
    let (world, ann, council) = norfolk().await;
    let made = make(&world, &ann, &council, false).await;
    assert!(made.secret.starts_with("guildhall_"));
    let row = api_token::Entity::find()
        .one(world.app.db.read())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(row.token_hash, Sha256::digest(made.secret.as_bytes()).to_vec());
    let seen = world.data(&ann, TOKENS, Value::Null).await;
    let hidden = made.secret.trim_start_matches("guildhall_");
    assert!(!seen.to_string().contains(hidden));
    for mail in world.mails(ANN).await {
        assert!(!mail.text.contains(hidden));
    }
    assert!(
        world
            .subjects(ANN)
            .await
            .contains(&"A token was made for a program".to_owned())
    );
}

/// Sessions, devices, links and tokens: not one is in the database as it is carried.
#[tokio::test]
async fn the_database_holds_hashes_of_every_kind_of_token() {
    let (world, ann, council) = norfolk().await;
    let made = make(&world, &ann, &council, false).await;
    let reset = crate::operations::REQUEST_RESET;
    world.data((), reset, json!({ "email": ANN })).await;
    let link = world.link(ANN, "reset").await;
    let db = world.app.db.read();
    let kept = [
        format!("{:?}", api_token::Entity::find().all(db).await.unwrap()),
        format!("{:?}", session::Entity::find().all(db).await.unwrap()),
        format!("{:?}", device::Entity::find().all(db).await.unwrap()),
        format!("{:?}", mailed_link::Entity::find().all(db).await.unwrap()),
    ];
    for secret in [&made.secret, &ann, &link] {
        let bytes = format!("{:?}", secret.as_bytes());
        for rows in &kept {
            assert!(!rows.contains(secret.as_str()) && !rows.contains(bytes.trim_matches(['[', ']'])));
        }
    }
    for rows in &kept {
        assert!(rows.contains("token_hash"), "{rows}");
    }
}

#[tokio::test]
async fn a_token_ends_on_its_day_and_at_once_when_revoked() {
    let (world, ann, council) = norfolk().await;
    let nobody = json!({ "viewer": null });
    let revoked = make(&world, &ann, &council, false).await;
    let expiring = make(&world, &ann, &council, false).await;
    let ended = world
        .data(&ann, REVOKE_TOKEN, json!({ "token": revoked.id }))
        .await;
    assert_eq!(ended["apiTokenRevoke"]["ended"], true);
    assert_eq!(world.data(&revoked.secret, WHO, Value::Null).await, nobody);
    world.app.clock.advance(Duration::days(30) - Duration::seconds(1));
    assert_ne!(world.data(&expiring.secret, WHO, Value::Null).await, nobody);
    world.app.clock.advance(Duration::seconds(1));
    assert_eq!(world.data(&expiring.secret, WHO, Value::Null).await, nobody);
}

#[tokio::test]
async fn nobody_revokes_anothers_token() {
    let (world, ann, council) = norfolk().await;
    let made = make(&world, &ann, &council, false).await;
    let eve = world
        .member("eve@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let ended = world.data(&eve, REVOKE_TOKEN, json!({ "token": made.id })).await;
    assert_eq!(ended["apiTokenRevoke"]["ended"], false);
    assert_ne!(
        world.data(&made.secret, WHO, Value::Null).await["viewer"],
        Value::Null
    );
}

#[tokio::test]
async fn the_last_use_of_a_token_is_noted_to_the_minute() {
    let (world, ann, council) = norfolk().await;
    let made = make(&world, &ann, &council, false).await;
    let last = async || {
        let seen = world.data(&ann, TOKENS, Value::Null).await;
        seen["viewer"]["apiTokens"][0]["lastUsedAt"].clone()
    };
    assert_eq!(last().await, Value::Null);
    world.data(&made.secret, WHO, Value::Null).await;
    assert_eq!(last().await, "2026-01-15T09:00:00+00:00");
    world.app.clock.advance(Duration::seconds(30));
    world.data(&made.secret, WHO, Value::Null).await;
    assert_eq!(last().await, "2026-01-15T09:00:00+00:00");
    world.app.clock.advance(Duration::seconds(30));
    world.data(&made.secret, WHO, Value::Null).await;
    assert_eq!(last().await, "2026-01-15T09:01:00+00:00");
}

#[tokio::test]
async fn a_role_that_is_lost_is_lost_to_the_token_on_the_next_request() {
    let (world, ann, council) = norfolk().await;
    let eve = world
        .member("eve@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let made = make(&world, &ann, &council, true).await;
    let members = world
        .data(&eve, MEMBERS, json!({ "organisation": council }))
        .await;
    let members = members["members"].as_array().unwrap();
    let person = members.iter().find(|member| member["email"] == ANN).unwrap()["personId"].clone();
    let role = |role: &str| json!({ "organisation": council, "councilRole": role });
    let invite = |email: &str| json!({ "input": { "email": email, "role": role("VIEWER") } });
    world.data(&made.secret, INVITE, invite("one@b.example")).await;
    world
        .data(
            &eve,
            SET_ROLE,
            json!({ "person": person, "role": role("VIEWER") }),
        )
        .await;
    let refused = world.refusal(&made.secret, INVITE, invite("two@b.example")).await;
    assert_eq!(refused, "NOT_ALLOWED");
    assert_eq!(
        world.refusal(&ann, INVITE, invite("two@b.example")).await,
        "NOT_ALLOWED"
    );
    let remove = json!({ "person": person, "organisation": council, "version": 2 });
    assert!(codes(&world.data(&eve, REMOVE, remove).await).is_empty());
    assert_eq!(
        world.data(&made.secret, WHO, Value::Null).await["viewer"],
        Value::Null
    );
    let left = world.data(&ann, WHO, Value::Null).await;
    assert_eq!(
        left["viewer"]["memberships"],
        json!([]),
        "the session stays, the role does not"
    );
}

#[tokio::test]
async fn a_token_is_for_an_organisation_of_its_maker_and_a_year_at_most() {
    let (world, ann, council) = norfolk().await;
    let fife = world.council("fife").await;
    let input = |organisation: &Value, name: &str, days: i32| json!({ "input": { "organisation": organisation, "name": name, "days": days } });
    for (sent, code) in [
        (input(&fife, "x", 30), "NOT_A_MEMBER"),
        (input(&council, " ", 30), "BAD_NAME"),
        (input(&council, "x", 0), "BAD_DAYS"),
        (input(&council, "x", 367), "BAD_DAYS"),
    ] {
        assert_eq!(codes(&world.data(&ann, MAKE_TOKEN, sent).await), [code]);
    }
    assert!(codes(&world.data(&ann, MAKE_TOKEN, input(&council, "x", 366)).await).is_empty());
}

#[tokio::test]
async fn a_token_in_a_cookie_is_not_taken_for_more_than_it_is() {
    let (world, ann, council) = norfolk().await;
    let made = make(&world, &ann, &council, true).await;
    let request = world.post(&json!({ "query": TOKENS }));
    let request = request.header("cookie", format!("__Host-guildhall_session={}", made.secret));
    let answer = body(request.send().await).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "NOT_ALLOWED",
        "{answer}"
    );
}
