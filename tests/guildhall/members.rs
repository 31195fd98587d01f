//! Organisations: who is in, who invites, and what an invitation cannot be used for.

use crate::operations::{ACCEPT, ACCEPT_AS_NEW, INVITE, MEMBERS, REMOVE, SET_ROLE, WHO, WITHDRAW, codes};
use crate::world::{PASSWORD, World};
use chrono::Duration;
use entity::{membership, supplier_number};
use futures_util::future::join_all;
use guildhall::access::CouncilRole;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

const ANN: &str = "d@norfolk.example";
const EVE: &str = "eve@b.example";

struct Norfolk {
    world: World,
    /// An administrator's.
    ann: String,
    id: Value,
}

impl Norfolk {
    async fn new() -> Self {
        let world = World::new().await;
        let ann = world.member(ANN, "norfolk", CouncilRole::Administrator).await;
        let id = world.council("norfolk").await;
        Self { world, ann, id }
    }

    fn role(&self, role: &str) -> Value {
        json!({ "organisation": self.id, "councilRole": role })
    }

    /// Invites somebody; gives the token of the mailed link.
    async fn invite(&self, email: &str, role: &str) -> String {
        let input = json!({ "input": { "email": email, "role": self.role(role) } });
        let sent = self.world.data(&self.ann, INVITE, input).await;
        assert!(codes(&sent).is_empty(), "{sent}");
        self.world.link(&email.to_lowercase(), "invitation").await
    }

    async fn person(&self, email: &str) -> Value {
        let organisation = json!({ "organisation": self.id });
        let found = self.world.data(&self.ann, MEMBERS, organisation).await;
        let found = found["members"].as_array().unwrap();
        found.iter().find(|member| member["email"] == email).unwrap()["personId"].clone()
    }

    async fn role_of(&self, token: &String) -> Value {
        let who = self.world.data(token, WHO, Value::Null).await;
        who["viewer"]["memberships"][0]["councilRole"].clone()
    }
}

fn accept(token: &str) -> Value {
    json!({ "token": token })
}

fn as_new(token: &str) -> Value {
    json!({ "input": { "token": token, "name": "Eve", "password": PASSWORD } })
}

#[tokio::test]
async fn an_invitation_is_accepted_by_the_account_of_its_address() {
    let norfolk = Norfolk::new().await;
    norfolk.world.person(EVE, "Eve").await;
    let eve = norfolk.world.token(EVE).await;
    let link = norfolk.invite("Eve@b.example", "OFFICER").await;
    let mail = norfolk.world.mails(EVE).await.pop().unwrap();
    assert!(
        mail.text.contains("Norfolk") && mail.text.contains("officer"),
        "{}",
        mail.text
    );
    assert_eq!(norfolk.role_of(&eve).await, Value::Null);
    let joined = norfolk.world.data(&eve, ACCEPT, accept(&link)).await;
    assert_eq!(
        joined["invitationAccept"]["membership"]["councilRole"], "OFFICER",
        "{joined}"
    );
    assert_eq!(norfolk.role_of(&eve).await, "OFFICER");
    let again = norfolk.world.data(&eve, ACCEPT, accept(&link)).await;
    assert_eq!(codes(&again), ["BAD_INVITATION"]);
}

#[tokio::test]
async fn an_invitation_makes_the_account_of_an_address_that_has_none() {
    let norfolk = Norfolk::new().await;
    let link = norfolk.invite(EVE, "EVALUATOR").await;
    let made = norfolk.world.data((), ACCEPT_AS_NEW, as_new(&link)).await;
    let session = &made["invitationAcceptAsNew"]["session"];
    assert_eq!(session["viewer"]["email"], EVE, "{made}");
    let eve = session["token"].as_str().unwrap().to_owned();
    assert_eq!(norfolk.role_of(&eve).await, "EVALUATOR");
    assert_eq!(norfolk.world.token(EVE).await.len(), 43, "the password is theirs");
}

#[tokio::test]
async fn an_invitation_takes_over_no_account() {
    let norfolk = Norfolk::new().await;
    norfolk.world.person(EVE, "Eve").await;
    let link = norfolk.invite(EVE, "OFFICER").await;
    let input =
        json!({ "input": { "token": link, "name": "Mallory", "password": "another gravel otter plum" } });
    let refused = norfolk.world.data((), ACCEPT_AS_NEW, input).await;
    assert_eq!(codes(&refused), ["ANOTHER_ADDRESS"]);
    let eve = norfolk.world.token(EVE).await;
    assert!(
        codes(&norfolk.world.data(&eve, ACCEPT, accept(&link)).await).is_empty(),
        "and it still holds"
    );
}

#[tokio::test]
async fn an_invitation_is_for_its_address_alone() {
    let norfolk = Norfolk::new().await;
    norfolk.world.person("mallory@b.example", "Mallory").await;
    let mallory = norfolk.world.token("mallory@b.example").await;
    let link = norfolk.invite(EVE, "ADMINISTRATOR").await;
    let refused = norfolk.world.data(&mallory, ACCEPT, accept(&link)).await;
    assert_eq!(codes(&refused), ["ANOTHER_ADDRESS"]);
    assert_eq!(
        norfolk.world.refusal((), ACCEPT, accept(&link)).await,
        "NOT_SIGNED_IN"
    );
    assert_eq!(norfolk.role_of(&mallory).await, Value::Null);
    let made = norfolk.world.data((), ACCEPT_AS_NEW, as_new(&link)).await;
    assert!(codes(&made).is_empty(), "who holds the address may still: {made}");
}

#[tokio::test]
async fn an_invitation_raises_nobodys_role() {
    let norfolk = Norfolk::new().await;
    norfolk.world.person(EVE, "Eve").await;
    let eve = norfolk.world.token(EVE).await;
    // Two at once, while she is not a member; the second does not raise what the first gave.
    let lower = norfolk.invite(EVE, "VIEWER").await;
    let higher = norfolk.invite(EVE, "ADMINISTRATOR").await;
    assert!(codes(&norfolk.world.data(&eve, ACCEPT, accept(&lower)).await).is_empty());
    let refused = norfolk.world.data(&eve, ACCEPT, accept(&higher)).await;
    assert_eq!(codes(&refused), ["ALREADY_A_MEMBER"]);
    assert_eq!(norfolk.role_of(&eve).await, "VIEWER");
    let input = json!({ "input": { "email": EVE, "role": norfolk.role("APPROVER") } });
    let sent = norfolk.world.data(&norfolk.ann, INVITE, input).await;
    assert_eq!(
        codes(&sent),
        ["ALREADY_A_MEMBER"],
        "roles are changed where members are"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_ten_who_race_with_one_invitation_one_joins() {
    let norfolk = Norfolk::new().await;
    norfolk.world.person(EVE, "Eve").await;
    let eve = norfolk.world.token(EVE).await;
    let link = norfolk.invite(EVE, "OFFICER").await;
    let all = join_all((0..10).map(|_| norfolk.world.data(&eve, ACCEPT, accept(&link)))).await;
    assert_eq!(
        all.iter().filter(|answer| codes(answer).is_empty()).count(),
        1,
        "{all:?}"
    );
    let second = norfolk.invite("new@b.example", "OFFICER").await;
    let all = join_all((0..5).map(|_| norfolk.world.data((), ACCEPT_AS_NEW, as_new(&second)))).await;
    assert_eq!(
        all.iter().filter(|answer| codes(answer).is_empty()).count(),
        1,
        "{all:?}"
    );
    let members = membership::Entity::find()
        .count(norfolk.world.app.db.read())
        .await
        .unwrap();
    assert_eq!(members, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_invitations_accepted_at_once_one_counts() {
    let norfolk = Norfolk::new().await;
    norfolk.world.person(EVE, "Eve").await;
    let eve = norfolk.world.token(EVE).await;
    let links = [
        norfolk.invite(EVE, "OFFICER").await,
        norfolk.invite(EVE, "APPROVER").await,
    ];
    let all = join_all(
        links
            .iter()
            .map(|link| norfolk.world.data(&eve, ACCEPT, accept(link))),
    )
    .await;
    let mut told: Vec<String> = all.iter().flat_map(codes).collect();
    assert_eq!(told.pop().as_deref(), Some("ALREADY_A_MEMBER"), "{all:?}");
    assert!(told.is_empty(), "{all:?}");
}

#[tokio::test]
async fn an_invitation_dies_with_its_week_its_sender_and_at_will() {
    let norfolk = Norfolk::new().await;
    let world = &norfolk.world;
    let old = norfolk.invite(EVE, "OFFICER").await;
    world.app.clock.advance(Duration::days(7));
    assert_eq!(
        codes(&world.data((), ACCEPT_AS_NEW, as_new(&old)).await),
        ["BAD_INVITATION"]
    );
    let ann = world.token(ANN).await;
    let input = json!({ "input": { "email": EVE, "role": norfolk.role("OFFICER") } });
    let sent = world.data(&ann, INVITE, input.clone()).await;
    let withdrawn = world.link(EVE, "invitation").await;
    let id = sent["invitationSend"]["invitation"]["id"].clone();
    let elsewhere = world
        .member("d@fife.example", "fife", CouncilRole::Administrator)
        .await;
    let theirs = json!({ "invitation": id });
    assert_eq!(
        world.refusal(&elsewhere, WITHDRAW, theirs.clone()).await,
        "NOT_FOUND"
    );
    world.data(&ann, WITHDRAW, theirs).await;
    assert_eq!(
        codes(&world.data((), ACCEPT_AS_NEW, as_new(&withdrawn)).await),
        ["BAD_INVITATION"]
    );
    // The inviter loses the role that let them invite.
    world.data(&ann, INVITE, input).await;
    let link = world.link(EVE, "invitation").await;
    let other = world
        .member("e@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let organisation = json!({ "organisation": norfolk.id });
    let members = world.data(&other, MEMBERS, organisation).await;
    let members = members["members"].as_array().unwrap();
    let ann_id = members.iter().find(|member| member["email"] == ANN).unwrap()["personId"].clone();
    let demote = json!({ "person": ann_id, "role": norfolk.role("OFFICER") });
    assert!(codes(&world.data(&other, SET_ROLE, demote).await).is_empty());
    assert_eq!(
        codes(&world.data((), ACCEPT_AS_NEW, as_new(&link)).await),
        ["BAD_INVITATION"]
    );
    let promote = json!({ "person": ann_id, "role": norfolk.role("ADMINISTRATOR"), "version": 2 });
    assert!(codes(&world.data(&other, SET_ROLE, promote).await).is_empty());
    let made = world.data((), ACCEPT_AS_NEW, as_new(&link)).await;
    assert!(codes(&made).is_empty(), "a refusal does not use it up: {made}");
}

#[tokio::test]
async fn only_administrators_of_an_organisation_invite_into_it() {
    let norfolk = Norfolk::new().await;
    let world = &norfolk.world;
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let elsewhere = world
        .member("d@fife.example", "fife", CouncilRole::Administrator)
        .await;
    let input = json!({ "input": { "email": EVE, "role": norfolk.role("VIEWER") } });
    for token in [&officer, &elsewhere] {
        assert_eq!(world.refusal(token, INVITE, input.clone()).await, "NOT_ALLOWED");
    }
    assert_eq!(world.refusal((), INVITE, input).await, "NOT_SIGNED_IN");
    let mixed = json!({ "organisation": norfolk.id, "supplierRole": "ADMINISTRATOR" });
    let mixed = json!({ "input": { "email": EVE, "role": mixed } });
    assert_eq!(
        codes(&world.data(&norfolk.ann, INVITE, mixed).await),
        ["WRONG_ROLE"]
    );
    assert!(world.mails(EVE).await.is_empty());
}

#[tokio::test]
async fn invitations_flood_nobodys_mailbox() {
    let norfolk = Norfolk::new().await;
    let mut sent = 0;
    for index in 0..70 {
        let email = format!("p{}@b.example", index % 30);
        let input = json!({ "input": { "email": email, "role": norfolk.role("VIEWER") } });
        let answer = norfolk.world.data(&norfolk.ann, INVITE, input).await;
        match &*codes(&answer) {
            [] => sent += 1,
            [code] if code == "TOO_MANY" => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(sent, 60, "an hour's worth of one administrator");
}

#[tokio::test]
async fn the_last_administrator_is_neither_removed_nor_demoted() {
    let norfolk = Norfolk::new().await;
    let world = &norfolk.world;
    let ann = norfolk.person(ANN).await;
    let remove = json!({ "person": ann, "organisation": norfolk.id });
    let demote = json!({ "person": ann, "role": norfolk.role("OFFICER") });
    assert_eq!(
        codes(&world.data(&norfolk.ann, REMOVE, remove.clone()).await),
        ["LAST_ADMINISTRATOR"]
    );
    assert_eq!(
        codes(&world.data(&norfolk.ann, SET_ROLE, demote).await),
        ["LAST_ADMINISTRATOR"]
    );
    world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    assert_eq!(
        codes(&world.data(&norfolk.ann, REMOVE, remove.clone()).await),
        ["LAST_ADMINISTRATOR"]
    );
    let officer = norfolk.person("o@norfolk.example").await;
    let promote = json!({ "person": officer, "role": norfolk.role("ADMINISTRATOR") });
    assert!(codes(&world.data(&norfolk.ann, SET_ROLE, promote).await).is_empty());
    assert!(codes(&world.data(&norfolk.ann, REMOVE, remove).await).is_empty());
    assert_eq!(norfolk.role_of(&norfolk.ann).await, Value::Null);
    let supplier = world.supplier("founder@s.example", "Copperwren").await;
    let members = world
        .data(&supplier, MEMBERS, json!({ "organisation": supplier.id }))
        .await;
    let founder = members["members"][0]["personId"].clone();
    let leave = json!({ "person": founder, "organisation": supplier.id });
    assert_eq!(
        codes(&world.data(&supplier, REMOVE, leave).await),
        ["LAST_ADMINISTRATOR"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_administrators_who_end_each_other_at_once_leave_one() {
    for round in 0..10 {
        let norfolk = Norfolk::new().await;
        let world = &norfolk.world;
        let other = world
            .member("e@norfolk.example", "norfolk", CouncilRole::Administrator)
            .await;
        let (ann, eve) = (
            norfolk.person(ANN).await,
            norfolk.person("e@norfolk.example").await,
        );
        let remove = |person: &Value| json!({ "person": person, "organisation": norfolk.id });
        let demote = |person: &Value| json!({ "person": person, "role": norfolk.role("VIEWER") });
        let (first, second) = match round % 2 {
            0 => tokio::join!(
                world.query(Some(&norfolk.ann), REMOVE, remove(&eve)),
                world.query(Some(&other), REMOVE, remove(&ann))
            ),
            _ => tokio::join!(
                world.query(Some(&norfolk.ann), SET_ROLE, demote(&eve)),
                world.query(Some(&other), REMOVE, remove(&ann))
            ),
        };
        let administrators = membership::Entity::find()
            .filter(membership::Column::Role.eq("administrator"))
            .count(world.app.db.read())
            .await
            .unwrap();
        assert_eq!(administrators, 1, "{first} {second}");
    }
}

#[tokio::test]
async fn a_number_is_verified_by_an_operator_who_says_how() {
    let world = World::new().await;
    world.person("founder@s.example", "Founder").await;
    let founder = world.token("founder@s.example").await;
    let sign_up = "mutation U($input: SupplierSignUpInput!) { supplierSignUp(input: $input) {
        supplier { id numbers { scheme number verifiedAt } } errors { code path } } }";
    let input = |company: &str| json!({ "input": { "name": "Copperwren", "companiesHouse": company, "charity": "1089464" } });
    let wrong = world.data(&founder, sign_up, input("SC12345")).await;
    assert_eq!(codes(&wrong), ["BAD_COMPANIES_HOUSE"]);
    let made = world.data(&founder, sign_up, input("sc123456")).await;
    let supplier = &made["supplierSignUp"]["supplier"];
    assert_eq!(
        supplier["numbers"][0],
        json!({ "scheme": "COMPANIES_HOUSE", "number": "SC123456", "verifiedAt": null })
    );
    let verify = "mutation V($supplier: ID!, $how: String!) { supplierNumberVerify(supplier: $supplier, version: 1,
        scheme: COMPANIES_HOUSE, how: $how) { supplier { numbers { scheme verifiedAt verifiedHow } } errors { code } } }";
    let how = json!({ "supplier": supplier["id"], "how": "the public register, 15 January" });
    assert_eq!(world.refusal(&founder, verify, how.clone()).await, "NOT_ALLOWED");
    let operator = world.operator("op@guildhall.example").await;
    let token = world.token("op@guildhall.example").await;
    let blank = json!({ "supplier": supplier["id"], "how": " " });
    assert_eq!(codes(&world.data(&token, verify, blank).await), ["BAD_HOW"]);
    let verified = world.data(&token, verify, how).await;
    let numbers = &verified["supplierNumberVerify"]["supplier"]["numbers"];
    assert_eq!(
        numbers[0],
        json!({
            "scheme": "COMPANIES_HOUSE",
            "verifiedAt": "2026-01-15T09:00:00+00:00",
            "verifiedHow": "the public register, 15 January"
        })
    );
    assert_eq!(
        numbers[1]["verifiedAt"],
        Value::Null,
        "the charity number was not"
    );
    let rows = supplier_number::Entity::find()
        .filter(supplier_number::Column::VerifiedBy.eq(operator))
        .count(world.app.db.read());
    assert_eq!(rows.await.unwrap(), 1, "by whom");
}
