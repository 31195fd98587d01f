//! The secret links: revoked, kept to a hundred, and not found by others.

use super::*;

#[tokio::test]
async fn a_revoked_link_is_not_found_like_one_that_never_was() {
    let (world, token) = world(FIXTURE).await;
    let council = world.council("norfolk").await;
    let (link, other) = (
        make(&world, &token, &council).await,
        make(&world, &token, &council).await,
    );
    read(&world, &link.calendar).await;
    read(&world, &link.atom).await;
    let revoked = world.data(&token, REVOKE, json!({ "id": link.id })).await;
    assert_eq!(revoked["feedRevoke"]["revoked"]["id"], link.id);
    let missing = async |path: &str| {
        let response = get(&world, path).await;
        response.assert_status(StatusCode::NOT_FOUND);
        text(response).await
    };
    let never = missing(&format!("/feeds/{}.ics", "A".repeat(43))).await;
    for path in [
        link.calendar.as_str(),
        &link.atom,
        "/feeds/x.ics",
        "/feeds/.ics",
        "/feeds/%00%ff.atom",
        &other.calendar.replace(".ics", ".html"),
        &other.calendar.replace(".ics", ""),
        &format!("/feeds/{}.ics", "A".repeat(9_000)),
    ] {
        assert_eq!(missing(path).await, never, "{path}");
    }
    read(&world, &other.calendar).await;
    let close =
        "mutation C($password: String!) { accountClose(input: { password: $password }) { errors { code } } }";
    let closed = world.data(&token, close, json!({ "password": PASSWORD })).await;
    assert_eq!(closed["accountClose"]["errors"], json!([]));
    assert_eq!(missing(&other.calendar).await, never, "it went with the account");
}

#[tokio::test]
async fn anothers_search_and_anothers_link_are_not_found() {
    let (world, token) = world(FIXTURE).await;
    world.person("eve@other.example", "Eve").await;
    let eve = world.token("eve@other.example").await;
    let search = search(&world, &token, "mine", json!({ "words": "library" })).await;
    let input = json!({ "input": { "of": search } });
    assert_eq!(world.refusal(&eve, MAKE, input.clone()).await, "NOT_FOUND");
    assert_eq!(world.refusal((), MAKE, input).await, "NOT_SIGNED_IN");
    let link = make(&world, &token, &search).await;
    assert_eq!(
        world.refusal(&eve, REVOKE, json!({ "id": link.id })).await,
        "NOT_FOUND"
    );
    assert_eq!(
        world.data(&eve, FEEDS, json!({})).await["feeds"]["edges"],
        json!([])
    );
    let own = world.data(&token, FEEDS, json!({})).await;
    let node = json!({ "id": link.id, "of": search, "name": "mine", "lastUsedAt": null });
    assert_eq!(own["feeds"]["edges"], json!([{ "node": node }]));
    let wrong = json!({ "input": { "of": link.id } });
    assert_eq!(world.refusal(&token, MAKE, wrong).await, "WRONG_ID");
    let unnamed = json!({ "input": { "of": search, "name": " " } });
    let refused = world.data(&token, MAKE, unnamed).await;
    assert_eq!(refused["feedMake"]["errors"], json!([{ "code": "BAD_NAME" }]));
}

#[tokio::test]
async fn a_person_keeps_a_hundred_links() {
    let (world, token) = world(FIXTURE).await;
    let council = world.council("norfolk").await;
    let mut last = Value::Null;
    for _ in 0..100 {
        last = make(&world, &token, &council).await.id;
    }
    let input = json!({ "input": { "of": council } });
    let refused = world.data(&token, MAKE, input.clone()).await;
    assert_eq!(refused["feedMake"]["errors"], json!([{ "code": "TOO_MANY" }]));
    world.data(&token, REVOKE, json!({ "id": last })).await;
    let made = world.data(&token, MAKE, input).await;
    assert_eq!(made["feedMake"]["errors"], json!([]));
}
