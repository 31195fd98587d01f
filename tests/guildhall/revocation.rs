//! Bar A5: a session that was revoked, a token that ended and a role that was lost count no more on the next request,
//! and what was open in their name is closed within five seconds.

use crate::websocket::Served;
use crate::world::{PASSWORD, World};
use guildhall::access::CouncilRole;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The bar.
const WITHIN: Duration = Duration::from_secs(5);
const WHO: &str = "query Who { viewer { email memberships { councilRole } } }";

/// What somebody sees of themselves.
async fn who(world: &World, token: &str) -> Value {
    world.query(Some(token), WHO, json!({})).await["data"]["viewer"].clone()
}

/// A way to lose what one had: given a world, the token that loses, and another of the same person's.
type Loss = for<'a> fn(&'a World, &'a str, &'a str) -> std::pin::Pin<Box<dyn Future<Output = ()> + 'a>>;

const LOSSES: [(&str, Loss); 5] = [
    ("signing out", |world, token, _| {
        Box::pin(async move {
            let out = "mutation O { signOut { ended } }";
            assert_eq!(
                world.data(&token.to_owned(), out, json!({})).await["signOut"]["ended"],
                1
            );
        })
    }),
    ("a session ended from another", |world, token, other| {
        Box::pin(async move {
            let sessions = "query S { viewer { sessions { id current } } }";
            let mine = world.data(&token.to_owned(), sessions, json!({})).await;
            let mine = mine["viewer"]["sessions"].as_array().unwrap();
            let id = &mine.iter().find(|session| session["current"] == true).unwrap()["id"];
            let end = "mutation E($id: ID!) { sessionEnd(session: $id) { ended } }";
            world.data(&other.to_owned(), end, json!({ "id": id })).await;
        })
    }),
    ("signing out everywhere", |world, _, other| {
        Box::pin(async move {
            world
                .data(
                    &other.to_owned(),
                    "mutation O { signOutEverywhere { ended } }",
                    json!({}),
                )
                .await;
        })
    }),
    ("a new password", |world, _, other| {
        Box::pin(async move {
            let change = "mutation C($input: PasswordChangeInput!) { passwordChange(input: $input) { errors { code } } }";
            let input = json!({ "present": PASSWORD, "password": "another horse, better battery" });
            let done = world
                .data(&other.to_owned(), change, json!({ "input": input }))
                .await;
            assert_eq!(done["passwordChange"]["errors"], json!([]));
        })
    }),
    ("the session's end", |world, _, _| {
        Box::pin(async move {
            world.app.clock.advance(chrono::Duration::hours(12));
        })
    }),
];

#[tokio::test]
async fn a_session_that_ends_counts_no_more_and_its_sockets_are_closed() {
    for (how, lose) in LOSSES {
        let world = World::new().await;
        let served = Served::start(world.site.clone()).await;
        world.person("ann@b.example", "Ann").await;
        let (token, other) = (
            world.token("ann@b.example").await,
            world.token("ann@b.example").await,
        );
        let mut client = served.client(Some(&token)).await;
        let waits = client
            .subscribe("a", "subscription A { alerts { subject } }", json!({}))
            .await;
        assert_eq!(waits, Value::Null);
        lose(&world, &token, &other).await;
        let lost = Instant::now();
        assert_eq!(who(&world, &token).await, Value::Null, "{how}");
        assert_eq!(client.closed().await.0, 4403, "{how}");
        assert!(lost.elapsed() < WITHIN, "{how}: {:?}", lost.elapsed());
        println!("closed {:?} after {how}", lost.elapsed());
        let mut again = served
            .open(&[("authorization", &format!("Bearer {token}"))])
            .await
            .unwrap();
        again.say(json!({ "type": "connection_init" })).await;
        assert_eq!(again.closed().await.0, 4403, "{how}");
    }
}

#[tokio::test]
async fn a_role_that_is_lost_counts_no_more_and_closes_sockets() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let council = world.council("norfolk").await;
    let role = "mutation R($person: ID!, $role: RoleInput!) { memberSetRole(person: $person, role: $role, version: 1) {
        errors { code } } }";
    let remove =
        "mutation R($person: ID!, $of: ID!) { memberRemove(person: $person, organisation: $of, version: 1) {
        errors { code } } }";
    let id = "query I { viewer { id } }";
    for (email, call, left) in [("a@norfolk.example", role, 1), ("b@norfolk.example", remove, 0)] {
        let approver = world.member(email, "norfolk", CouncilRole::Approver).await;
        let person = world.data(&approver, id, json!({})).await["viewer"]["id"].clone();
        let mut client = served.client(Some(&approver)).await;
        let less = json!({ "organisation": council, "councilRole": "VIEWER" });
        let variables = json!({ "person": person, "role": less, "of": council });
        let done = world.data(&administrator, call, variables).await;
        assert!(done.to_string().contains("\"errors\":[]"), "{done}");
        let lost = Instant::now();
        let now = who(&world, &approver).await;
        assert!(!now.to_string().contains("APPROVER"), "{now}");
        assert_eq!(now["memberships"].as_array().unwrap().len(), left);
        assert_eq!(client.closed().await.0, 4403);
        assert!(lost.elapsed() < WITHIN, "{:?}", lost.elapsed());
    }
    // Whoever keeps what they had, or gains, is left alone: a ping is still answered after others were closed.
    let mut kept = served.client(Some(&administrator)).await;
    kept.say(json!({ "type": "ping" })).await;
    assert_eq!(kept.hear().await["type"], "pong");
}

#[tokio::test]
async fn a_token_that_is_revoked_or_expires_counts_no_more_and_closes_sockets() {
    let world = World::new().await;
    let served = Served::start(world.site.clone()).await;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    let make =
        "mutation M($input: ApiTokenMakeInput!) { apiTokenMake(input: $input) { made { secret token { id } }
        errors { code } } }";
    let input = json!({ "organisation": council, "name": "register", "acts": false, "days": 1 });
    for revoked in [true, false] {
        let made =
            world.data(&officer, make, json!({ "input": input })).await["apiTokenMake"]["made"].clone();
        let token = made["secret"].as_str().unwrap();
        assert_eq!(who(&world, token).await["email"], "o@norfolk.example");
        let mut client = served.client(Some(token)).await;
        if revoked {
            let revoke = "mutation R($id: ID!) { apiTokenRevoke(token: $id) { ended } }";
            world
                .data(&officer, revoke, json!({ "id": made["token"]["id"] }))
                .await;
        } else {
            world.app.clock.advance(chrono::Duration::days(1));
        }
        let lost = Instant::now();
        assert_eq!(who(&world, token).await, Value::Null);
        assert_eq!(client.closed().await.0, 4403);
        assert!(lost.elapsed() < WITHIN, "{:?}", lost.elapsed());
    }
}
