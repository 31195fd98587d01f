//! The feed of what changed in public: a mirror that follows it has everything and misses nothing. That every mutation
//! is told is for `rights::fed`; writers at once are in `concurrent`, what is watched in `watched`.

mod concurrent;
mod mirror;
mod watched;

use crate::world::{DECLARATIONS, World};
use chrono::Duration;
use guildhall::access::CouncilRole;
use guildhall::changes;
use mirror::Mirror;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

const REGISTER: &str = include_str!("../../fixtures/register.csv");
const SINCE: &str = "query S($since: String, $first: Int) { changes(since: $since, first: $first) {
    changes { kind id changedAt } next more } }";

/// Does it, and gives what is at a path of the answer.
async fn done(world: &World, who: &String, text: String, path: &str) -> Value {
    let made = world
        .data(who, &format!("mutation {{ made: {text} }}"), Value::Null)
        .await;
    assert_eq!(made["made"]["errors"], json!([]), "{text}: {made}");
    made.pointer(&format!("/made/{path}"))
        .unwrap_or_else(|| panic!("{made}"))
        .clone()
}

#[tokio::test]
async fn a_mirror_that_follows_a_town_s_story_has_what_one_that_begins_anew_has() {
    let world = World::new().await;
    let mut mirror = Mirror::default();
    mirror.follow(&world, 50).await;
    let councils = guildhall::councils::directory().all().len();
    assert_eq!(mirror.holds.len(), councils, "every council, and nothing else");
    world.register(REGISTER, false).await;
    mirror.follow(&world, 3).await;
    assert_eq!(
        mirror.of("Contract").len(),
        13,
        "rows of the file, less its heading and the held"
    );
    let officer = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let norfolk = world.council("norfolk").await;
    let bidder = world.supplier("one@tidebell.example", "Tidebell").await;
    let (by, supplier) = (&bidder.token, &bidder.id);
    let later = REGISTER.replacen("01-Apr-2013,31/03/2016", "01-Apr-2013,31/03/2017", 1);
    world.register(&later, false).await;
    mirror.follow(&world, 2).await;
    let listing = "listing: { name: \"n\", summary: \"s\", description: \"d\" }";
    let text =
        format!("productDraft(supplier: {supplier}, {listing}) {{ product {{ id }} errors {{ code }} }}");
    let product = done(&world, by, text, "product/id").await;
    let statement = "statement: { title: \"t\", problem: \"p\", outcomes: \"o\" }";
    let text = format!("needDraft(council: {norfolk}, {statement}) {{ need {{ id }} errors {{ code }} }}");
    let need = done(&world, &officer, text, "need/id").await;
    let text = format!(
        "pilotDraft(input: {{ council: {norfolk}, title: \"t\", summary: \"s\", successMeasures: \"m\", capPence: 100,
            weeks: 1, criteria: [{{ kind: QUALITY, name: \"q\", description: \"d\", weight: 60 }},
            {{ kind: PRICE, name: \"p\", description: \"d\", weight: 40 }}] }}) {{ pilot {{ id }} errors {{ code }} }}"
    );
    let pilot = done(&world, &officer, text, "pilot/id").await;
    mirror.follow(&world, 5).await;
    for id in [&product, &need, &pilot] {
        assert!(
            !mirror.holds.contains_key(id.as_str().unwrap()),
            "a draft is told: {id}"
        );
    }
    let deadline = (world.now() + Duration::hours(6)).to_rfc3339();
    for (who, text) in [
        (by, format!("productPublish(product: {product}, version: 1)")),
        (&officer, format!("needStateDraft(need: {need}, version: 1)")),
        (
            &officer,
            format!("pilotPublish(pilot: {pilot}, version: 1, deadlineAt: \"{deadline}\")"),
        ),
    ] {
        done(&world, who, format!("{text} {{ errors {{ code }} }}"), "errors").await;
        mirror.step(&world, 1).await;
    }
    mirror.follow(&world, 1).await;
    for id in [&product, &need, &pilot] {
        assert!(
            mirror.holds.contains_key(id.as_str().unwrap()),
            "once it is public it is told: {id}"
        );
    }
    // What nobody else is to learn of moves nothing.
    let text = format!(
        "pilotQuestionAsk(pilot: {pilot}, supplier: {supplier}, question: \"q\") {{ question {{ id }} errors {{ code }} }}"
    );
    let question = done(&world, by, text, "question/id").await;
    let text = format!(
        "bidSubmit(input: {{ pilot: {pilot}, supplier: {supplier}, pricePence: 1, answer: \"a\",
            declarations: {DECLARATIONS} }}) {{ errors {{ code }} }}"
    );
    done(&world, by, text, "errors").await;
    let (before, told) = (mirror.since.clone(), mirror.told);
    mirror.follow(&world, 1).await;
    assert_eq!(
        (&mirror.since, mirror.told),
        (&before, told),
        "a bid and a question move the feed"
    );
    for text in [
        format!(
            "pilotQuestionAnswer(question: {question}, version: 1, state: ANSWERED_AND_PUBLISHED, answer: \"a\")"
        ),
        format!("pilotAddendumPublish(input: {{ pilot: {pilot}, version: 2, text: \"t\" }})"),
        format!("councilSetLeadTimes(council: {norfolk}, version: 0, leadTimes: {{ expiryLeadDays: 1 }})"),
        format!("pilotCancel(pilot: {pilot}, version: 3, reason: \"r\")"),
        format!("needEnd(need: {need}, version: 2, ending: MET)"),
    ] {
        done(
            &world,
            &officer,
            format!("{text} {{ errors {{ code }} }}"),
            "errors",
        )
        .await;
        mirror.step(&world, 4).await;
    }
    done(
        &world,
        by,
        format!("productArchive(product: {product}, version: 2) {{ errors {{ code }} }}"),
        "errors",
    )
    .await;
    mirror.follow(&world, 7).await;
    mirror.is_whole(&world).await;
    let pilot = &mirror.holds[pilot.as_str().unwrap()];
    assert_eq!(pilot["questions"][0]["answer"], "a");
    assert_eq!(pilot["addenda"][0]["text"], "t");
    assert_eq!(
        (&pilot["phase"], &pilot["outcomeReason"]),
        (&json!("CANCELLED"), &json!("r"))
    );
    assert_eq!(mirror.removed, 0, "what was public stays so");
}

#[tokio::test]
async fn every_contract_and_supplier_of_an_import_is_told_once() {
    let world = World::new().await;
    let mut mirror = Mirror::fresh(&world).await;
    let before = mirror.told;
    world.register(REGISTER, false).await;
    mirror.follow(&world, 4).await;
    // The fixture's 13 rows name one supplier (by Python's csv).
    assert_eq!(mirror.told - before, 13 + 1);
    assert_eq!(
        (mirror.of("Contract").len(), mirror.of("Supplier").len()),
        (13, 1)
    );
    let all = world.data((), "{ contracts { totalCount } }", Value::Null).await;
    assert_eq!(all["contracts"]["totalCount"], 13);
    let (told, since) = (mirror.told, mirror.since.clone());
    world.register(REGISTER, false).await;
    mirror.follow(&world, 4).await;
    assert_eq!(
        (mirror.told, &mirror.since),
        (told, &since),
        "the same file again changes nothing"
    );
}

#[tokio::test]
async fn what_is_not_public_any_more_is_told_as_removed_whoever_took_it_away() {
    let world = World::new().await;
    world.register(REGISTER, false).await;
    let mut mirror = Mirror::fresh(&world).await;
    let gone = entity::contract::Entity::find()
        .one(world.app.db.read())
        .await
        .unwrap()
        .unwrap()
        .id;
    let txn = world.app.db.begin().await.unwrap();
    entity::contract::Entity::delete_by_id(gone)
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(
        mirror.removed, 0,
        "by hand, beside the program: nothing has numbered it yet"
    );
    changes::catch_up(&world.app).await.unwrap();
    mirror.follow(&world, 9).await;
    assert_eq!(mirror.removed, 1);
    mirror.is_whole(&world).await;
    assert_eq!(mirror.of("Contract").len(), 12);
}

#[tokio::test]
async fn a_cursor_is_good_on_every_node_and_after_a_restart() {
    let world = World::new().await;
    let mirror = Mirror::fresh(&world).await;
    world.register(REGISTER, false).await;
    let node = world.node().await;
    let page = changes::since(&node, mirror.since.as_str(), 5)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(page.changes.len(), 5);
    assert!(page.more);
    let rest = changes::since(&world.app, Some(&page.next.to_string()), 100)
        .await
        .unwrap()
        .unwrap();
    let all = changes::since(&world.app, mirror.since.as_str(), 100)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(all.changes, [page.changes, rest.changes].concat());
}

#[tokio::test]
async fn a_cursor_of_another_feed_or_of_none_is_refused_and_says_what_to_do() {
    let (world, other) = (World::new().await, World::new().await);
    let foreign = Mirror::fresh(&other).await.since;
    for since in [
        foreign.as_str().unwrap(),
        "",
        "x",
        "AAAA",
        "contract_00000000000000000000000000",
    ] {
        let answer = world
            .query(None, SINCE, json!({ "since": since, "first": 1 }))
            .await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "BAD_CURSOR",
            "{since}: {answer}"
        );
        let told = answer["errors"][0]["message"].as_str().unwrap();
        assert!(told.contains("begin"), "{told}");
    }
    for first in [0, -1, 101] {
        let asked = json!({ "since": null, "first": first });
        assert_eq!(world.refusal((), SINCE, asked).await, "BAD_PAGE", "{first}");
    }
}

#[tokio::test]
async fn a_restored_database_begins_another_feed_and_only_once() {
    let world = World::new().await;
    let mirror = Mirror::fresh(&world).await;
    changes::begin_anew_if_restored(&world.app).await.unwrap();
    let asked = || json!({ "since": mirror.since, "first": 1 });
    world.data((), SINCE, asked()).await;
    let txn = world.app.db.begin().await.unwrap();
    guildhall::runtime::outbox::hold::hold(&world.app, &txn, "restored")
        .await
        .unwrap();
    txn.commit().await.unwrap();
    changes::begin_anew_if_restored(&world.app).await.unwrap();
    assert_eq!(world.refusal((), SINCE, asked()).await, "BAD_CURSOR");
    let anew = Mirror::fresh(&world).await;
    assert_eq!(anew.holds, mirror.holds);
    changes::begin_anew_if_restored(&world.app).await.unwrap();
    world
        .data((), SINCE, json!({ "since": anew.since, "first": 1 }))
        .await;
}

#[tokio::test]
async fn a_page_is_as_many_statements_whatever_its_size() {
    let world = World::new().await;
    world.register(REGISTER, false).await;
    let since = Mirror::fresh(&world).await.since;
    let later = REGISTER.replace("Single award contract", "Call-off contract");
    world.register(&later, false).await;
    let query = "query P($since: String, $first: Int!) { changes(since: $since, first: $first) {
        changes { removed node { id ... on Contract { title suppliers { name } } } } } }";
    let mut counts = Vec::new();
    for first in [2, 9] {
        let before = world.app.db.statements();
        let page = world
            .data((), query, json!({ "since": since, "first": first }))
            .await;
        assert_eq!(
            page["changes"]["changes"].as_array().unwrap().len(),
            first,
            "{page}"
        );
        counts.push(world.app.db.statements() - before);
    }
    assert_eq!(
        counts,
        [4, 4],
        "the feed, its page, the contracts, their suppliers"
    );
}

#[tokio::test]
async fn the_guard_counts_what_a_page_holds() {
    let world = World::new().await;
    let fields = (0..30).map(|n| format!("f{n}: id")).collect::<Vec<_>>().join(" ");
    let asked = |first: &str| {
        format!(
            "{{ changes{first} {{ changes {{ node {{ {fields} ... on Contract {{ windows {{ {fields} }} }} }} }} }} }}"
        )
    };
    for first in ["", "(first: 100)"] {
        let code = world.refusal((), &asked(first), Value::Null).await;
        assert_eq!(code, "QUERY_TOO_COSTLY", "{first}");
    }
    world
        .data(
            (),
            &asked("(first: 20)").replace("windows", "council"),
            Value::Null,
        )
        .await;
}
