//! What happens to contracts, each kind told to its audience and once.

use super::{SAVE, at, save};
use crate::world::World;
use guildhall::access::CouncilRole;
use guildhall::alerts::tick;
use serde_json::{Value, json};

pub(super) const OFFICER: &str = "o@norfolk.example";
pub(super) const SUPPLIER: &str = "sam@tidebell.example";
pub(super) const WATCH: &str = "mutation W($input: WatchSaveInput!) { watchSave(input: $input) {
    savedSearch { id version name origin } errors { code } } }";

/// A world on a day of 2016 with the fixture's register, whose windows have been told to nobody; and an officer.
pub(super) async fn world(day: &str) -> World {
    let world = World::new().await;
    world.app.clock.set(at(&format!("{day}T09:00:00Z")));
    world
        .register(include_str!("../../fixtures/register.csv"), false)
        .await;
    tick(&world.app).await.unwrap();
    world.member(OFFICER, "norfolk", CouncilRole::Officer).await;
    world.person(SUPPLIER, "Sam").await;
    world
}

pub(super) async fn van(world: &World) -> Value {
    let list = "query L { contracts(filter: { text: \"library van\" }, first: 1) { edges { node { id } } } }";
    world.data((), list, Value::Null).await["contracts"]["edges"][0]["node"]["id"].clone()
}

pub(super) async fn watch(world: &World, who: &str, input: Value) -> Value {
    let token = world.token(who).await;
    let made = world.data(&token, WATCH, json!({ "input": input })).await["watchSave"].clone();
    assert_eq!(made["errors"], json!([]));
    made["savedSearch"].clone()
}

pub(super) async fn amend(world: &World, contract: &Value, fields: &str) {
    let token = world.token(OFFICER).await;
    let version = world.version(&token, contract).await;
    let text = format!(
        "mutation {{ contractAmend(input: {{ contract: {contract}, version: {version}, {fields} }}) {{ errors {{ message }} }} }}"
    );
    let done = world.data(&token, &text, Value::Null).await;
    assert_eq!(done["contractAmend"]["errors"], json!([]));
}

/// The mails that a tick brings to somebody: subject and text.
pub(super) async fn news(world: &World, to: &str) -> Vec<(String, String)> {
    let before = world.mails(to).await.len();
    tick(&world.app).await.unwrap();
    let mails = world.mails(to).await.split_off(before);
    mails.into_iter().map(|mail| (mail.subject, mail.text)).collect()
}

pub(super) fn only(mut news: Vec<(String, String)>) -> (String, String) {
    assert_eq!(news.len(), 1, "{news:?}");
    news.remove(0)
}

#[tokio::test]
async fn whoever_was_told_of_a_window_is_told_that_its_dates_changed() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    save(
        &world,
        &token,
        "library vans",
        json!({ "words": "library", "windowKinds": ["EXPIRY"] }),
    )
    .await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    only(news(&world, SUPPLIER).await);
    amend(&world, &contract, "initialEndsOn: \"2018-03-31\"").await;
    let (subject, text) = only(news(&world, SUPPLIER).await);
    assert!(subject.starts_with("Dates changed: Library van"), "{subject}");
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        text.contains("the end was 31 March 2016 and is 31 March 2018"),
        "{text}"
    );
    assert!(text.contains("library vans"), "why: {text}");
    assert_eq!(news(&world, SUPPLIER).await, [], "once");
    amend(&world, &contract, "title: \"Vans of the library\"").await;
    assert_eq!(news(&world, SUPPLIER).await, [], "a title is no date");
}

#[tokio::test]
async fn a_window_that_moved_before_its_digest_is_not_told() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    let input = json!({ "input": { "name": "weekly vans", "mails": { "frequency": "WEEKLY", "weekday": "FRIDAY" },
        "filter": { "words": "library", "windowKinds": ["EXPIRY"] } } });
    world.data(&token, SAVE, input).await;
    // The window opened on Saturday; this is Monday.
    world.app.clock.set(at("2015-10-05T09:00:00Z"));
    assert_eq!(news(&world, SUPPLIER).await, []);
    amend(&world, &contract, "initialEndsOn: \"2018-03-31\"").await;
    world.app.clock.set(at("2015-10-09T07:00:00Z"));
    assert_eq!(news(&world, SUPPLIER).await, [], "nobody heard of the old dates");
}

#[tokio::test]
async fn a_mail_that_still_waits_is_taken_back_when_what_it_tells_is_not_so_any_more() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    save(
        &world,
        &token,
        "ending",
        json!({ "words": "hosted", "windowKinds": ["EXPIRY"] }),
    )
    .await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    tick(&world.app).await.unwrap();
    amend(&world, &contract, "initialEndsOn: \"2018-03-31\"").await;
    tick(&world.app).await.unwrap();
    let mails = world.mails(SUPPLIER).await;
    let text = mails.iter().map(|mail| mail.text.as_str()).collect::<String>();
    assert!(
        mails.len() == 1 && text.contains("Bus route 1") && !text.contains("Library van"),
        "{text}"
    );
}

#[tokio::test]
async fn a_watched_contract_tells_that_it_closes_ends_and_is_replaced() {
    let world = world("2016-02-01").await;
    let contract = van(&world).await;
    let made = watch(&world, OFFICER, json!({ "contract": contract })).await;
    assert_eq!(
        (&made["origin"], &made["name"]),
        (&json!("WATCH"), &json!("Library van maintenance"))
    );
    assert_eq!(news(&world, OFFICER).await, [], "what opened before is no news");
    world.app.clock.set(at("2016-03-20T09:00:00Z"));
    let (subject, _) = only(news(&world, OFFICER).await);
    assert!(subject.starts_with("About to close: Ending soon"), "{subject}");
    amend(&world, &contract, "replacedOn: \"2016-04-01\"").await;
    let (subject, _) = only(news(&world, OFFICER).await);
    assert!(subject.starts_with("Replaced: Library van"), "{subject}");
    amend(
        &world,
        &contract,
        "replacedOn: null, terminatedOn: \"2016-03-20\"",
    )
    .await;
    let (subject, _) = only(news(&world, OFFICER).await);
    assert!(
        subject.starts_with("Terminated or cancelled: Library van"),
        "{subject}"
    );
    assert_eq!(
        news(&world, SUPPLIER).await,
        [],
        "who asked for nothing hears nothing"
    );
}

#[tokio::test]
async fn a_register_tells_what_is_new_and_what_has_gone_but_not_its_first_reading() {
    let world = World::new().await;
    world.app.clock.set(at("2015-03-01T09:00:00Z"));
    world.person(SUPPLIER, "Sam").await;
    let token = world.token(SUPPLIER).await;
    let kinds = json!({ "kinds": ["CONTRACT_ADDED", "CONTRACT_VANISHED"] });
    save(&world, &token, "comings and goings", kinds).await;
    let whole = include_str!("../../fixtures/register.csv");
    let line = |reference: &str| {
        whole
            .lines()
            .find(|line| line.contains(reference))
            .unwrap()
            .to_owned()
    };
    let without = whole.replace(&format!("{}\n", line(",F006,")), "");
    world.register(&without, false).await;
    assert_eq!(news(&world, SUPPLIER).await, [], "a first reading is no news");
    world.register(whole, false).await;
    let (subject, _) = only(news(&world, SUPPLIER).await);
    assert!(subject.starts_with("New in the register: Recycling"), "{subject}");
    world.register(&without, false).await;
    let (subject, _) = only(news(&world, SUPPLIER).await);
    assert!(
        subject.starts_with("No longer in the register: Recycling"),
        "{subject}"
    );
    world.register(&without, false).await;
    assert_eq!(news(&world, SUPPLIER).await, [], "gone once");
    let part: Vec<&str> = whole.lines().take(3).collect();
    world.register(&part.join("\n"), false).await;
    assert_eq!(
        news(&world, SUPPLIER).await,
        [],
        "two rows of twelve are not the register"
    );
    world.register(whole, false).await;
    world.register(&without, false).await;
    only(news(&world, SUPPLIER).await);
}

#[tokio::test]
async fn a_row_that_is_held_has_not_left_the_register() {
    let world = World::new().await;
    world.app.clock.set(at("2015-03-01T09:00:00Z"));
    world.person(SUPPLIER, "Sam").await;
    let token = world.token(SUPPLIER).await;
    save(
        &world,
        &token,
        "goings",
        json!({ "kinds": ["CONTRACT_VANISHED"] }),
    )
    .await;
    let whole = include_str!("../../fixtures/register.csv");
    world.register(whole, false).await;
    // Without a title a row is held.
    let held = whole.replace("F006,,Recycling collection software", "F006,,");
    world.register(&held, false).await;
    assert_eq!(news(&world, SUPPLIER).await, []);
}

#[tokio::test]
async fn whoever_looks_after_a_contract_is_told_without_asking_until_they_leave() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(OFFICER).await;
    let me = world.data(&token, "{ viewer { id } }", Value::Null).await["viewer"]["id"].clone();
    let set = "mutation O($contract: ID!, $version: Int!, $owner: ID) {
        contractOwnerSet(contract: $contract, version: $version, owner: $owner) { errors { code } } }";
    let input = json!({ "contract": contract, "version": 1, "owner": me });
    let done = world.data(&token, set, input).await;
    assert_eq!(done["contractOwnerSet"]["errors"], json!([]));
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    let (_, text) = only(news(&world, OFFICER).await);
    assert!(text.contains("you look after"), "{text}");
    let token = world.token(OFFICER).await;
    let kept = world
        .data(
            &token,
            "{ savedSearches { edges { node { id origin version } } } }",
            Value::Null,
        )
        .await;
    let standing = &kept["savedSearches"]["edges"][0]["node"];
    assert_eq!(standing["origin"], "OWNER");
    let pause = "mutation P($id: ID!) { savedSearchPause(id: $id, version: 1) { errors { code } } }";
    world.data(&token, pause, json!({ "id": standing["id"] })).await;
    amend(&world, &contract, "initialEndsOn: \"2018-03-31\"").await;
    assert_eq!(news(&world, OFFICER).await, [], "paused");
}

#[tokio::test]
async fn nobody_outside_its_council_looks_after_a_contract() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(OFFICER).await;
    let sam = world.token(SUPPLIER).await;
    let sam = world.data(&sam, "{ viewer { id } }", Value::Null).await["viewer"]["id"].clone();
    let text = format!(
        "mutation {{ contractOwnerSet(contract: {contract}, version: 1, owner: {sam}) {{ errors {{ code }} }} }}"
    );
    let done = world.data(&token, &text, Value::Null).await;
    assert_eq!(
        done["contractOwnerSet"]["errors"],
        json!([{ "code": "NOT_A_MEMBER" }])
    );
}

#[tokio::test]
async fn a_window_that_moves_and_moves_back_is_told_again() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    let expiry = json!({ "words": "library", "windowKinds": ["EXPIRY"] });
    save(&world, &token, "library vans", expiry).await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    only(news(&world, SUPPLIER).await);
    for (end, subject) in [
        ("2018-03-31", "Dates changed"),
        ("2019-03-31", "Dates changed"),
        ("2016-03-31", "2 things"),
    ] {
        amend(&world, &contract, &format!("initialEndsOn: \"{end}\"")).await;
        let news = news(&world, SUPPLIER).await;
        assert_eq!(news.len(), 1, "the end is {end} now, {subject}: {news:?}");
        assert!(news[0].1.contains("Library van"), "{news:?}");
    }
    assert_eq!(news(&world, SUPPLIER).await, [], "and once");
}

#[tokio::test]
async fn whoever_heard_of_a_contracts_end_hears_that_it_is_replaced() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    let expiry = json!({ "words": "library", "windowKinds": ["EXPIRY"] });
    save(&world, &token, "library vans", expiry).await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    only(news(&world, SUPPLIER).await);
    amend(&world, &contract, "replacedOn: \"2016-04-01\"").await;
    let (subject, _) = only(news(&world, SUPPLIER).await);
    assert!(subject.starts_with("Replaced: Library van"), "{subject}");
}

#[tokio::test]
async fn a_contract_that_is_missing_stays_missing_when_it_is_amended() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    save(
        &world,
        &token,
        "goings",
        json!({ "kinds": ["CONTRACT_VANISHED"] }),
    )
    .await;
    let whole = include_str!("../../fixtures/register.csv");
    let lines = whole.lines().filter(|line| !line.contains("Library van"));
    let without = lines.collect::<Vec<_>>().join("\n");
    world.register(&without, false).await;
    only(news(&world, SUPPLIER).await);
    amend(&world, &contract, "description: \"Vans\"").await;
    world.register(&without, false).await;
    assert_eq!(news(&world, SUPPLIER).await, [], "gone once");
    world.register(whole, false).await;
    world.register(&without, false).await;
    only(news(&world, SUPPLIER).await);
}
