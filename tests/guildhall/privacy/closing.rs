//! Who may close an account and how, and what then stays behind for organisations.

use super::*;

#[tokio::test]
async fn closing_takes_the_password_and_counts_it_like_a_sign_in() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let token = world.token("ann@b.example").await;
    for _ in 0..4 {
        assert_eq!(
            codes(&world, &token, "not her password").await,
            ["WRONG_PASSWORD"]
        );
    }
    assert_eq!(
        codes(&world, &token, PASSWORD).await,
        ["TOO_MANY_ATTEMPTS"],
        "four, as from a device of hers"
    );
    world.app.clock.advance(Duration::minutes(6));
    assert_eq!(codes(&world, &token, PASSWORD).await, Vec::<Value>::new());
    assert_eq!(
        world.refusal((), CLOSE, json!({ "password": PASSWORD })).await,
        "NOT_SIGNED_IN"
    );
}

#[tokio::test]
async fn an_account_without_a_password_is_closed_by_a_fresh_session() {
    let world = World::new().await;
    world.person("ann@b.example", "Ann").await;
    let old = world.token("ann@b.example").await;
    world.app.clock.advance(Duration::minutes(10));
    let fresh = world.token("ann@b.example").await;
    let txn = world.app.db.begin().await.unwrap();
    txn.execute_unprepared("UPDATE person SET password_hash = NULL")
        .await
        .unwrap();
    txn.commit().await.unwrap();
    assert_eq!(codes(&world, &old, "").await, ["SIGN_IN_AGAIN"]);
    world.app.clock.advance(Duration::minutes(9));
    assert_eq!(codes(&world, &fresh, "").await, Vec::<Value>::new());
}

#[tokio::test]
async fn whoever_is_the_last_in_charge_hands_over_first() {
    let world = World::new().await;
    let administrator = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    assert_eq!(
        codes(&world, &administrator, PASSWORD).await,
        ["LAST_ADMINISTRATOR"]
    );
    let other = world
        .member("e@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    assert_eq!(codes(&world, &administrator, PASSWORD).await, Vec::<Value>::new());
    assert_eq!(codes(&world, &other, PASSWORD).await, ["LAST_ADMINISTRATOR"]);

    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    assert_eq!(codes(&world, &operator, PASSWORD).await, ["LAST_OPERATOR"]);
    world.operator("two@guildhall.example").await;
    assert_eq!(codes(&world, &operator, PASSWORD).await, Vec::<Value>::new());
}

#[tokio::test]
async fn of_the_last_two_administrators_who_leave_at_once_one_stays() {
    let world = World::new().await;
    let one = world
        .member("d@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let two = world
        .member("e@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let (one, two) = tokio::join!(codes(&world, &one, PASSWORD), codes(&world, &two, PASSWORD));
    let refused: Vec<Value> = one.into_iter().chain(two).collect();
    assert_eq!(refused, ["LAST_ADMINISTRATOR"]);
}

#[tokio::test]
async fn nothing_is_done_in_the_name_of_a_closed_account() {
    let world = World::new().await;
    let token = world
        .member("zqxfirst@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let council = world.council("norfolk").await;
    let both = "mutation B($password: String, $need: NeedStateInput!) {
        accountClose(input: { password: $password }) { errors { code } }
        needState(input: $need) { errors { code } } }";
    let need = json!({ "council": council, "title": "Bins", "problem": "Paper.", "outcomes": "Fewer." });
    let asked = json!({ "password": PASSWORD, "need": need });
    assert_eq!(
        world.refusal(&token, both, asked).await,
        "NOT_SIGNED_IN",
        "in the same request"
    );
    alerts::pass(&world.app).await;
    let found = columns::found(&world, &OWN, uuid::Uuid::max()).await;
    assert!(found.is_empty(), "{found:?}");
}

#[tokio::test]
async fn a_supplier_stays_when_its_only_member_leaves() {
    let world = World::new().await;
    let supplier = world.supplier("zqxfirst@tidebell.example", "Tidebell").await;
    assert_eq!(
        codes(&world, &supplier.token, PASSWORD).await,
        Vec::<Value>::new()
    );
    let query = "query S($id: ID!) { supplier(id: $id) { name size } }";
    let stays = world.data((), query, json!({ "id": supplier.id })).await;
    assert_eq!(stays["supplier"], json!({ "name": "Tidebell", "size": "SMALL" }));
}
