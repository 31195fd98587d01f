//! Everything that somebody can be told of, each with its audience and once.

use super::{SAVE, at, save};
use crate::world::World;
use chrono::Duration;
use guildhall::access::accounts::join_council;
use guildhall::access::{CouncilRole, Viewer};
use guildhall::alerts::tick;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

const OFFICER: &str = "o@norfolk.example";
const SUPPLIER: &str = "sam@tidebell.example";
const WATCH: &str = "mutation W($input: WatchSaveInput!) { watchSave(input: $input) {
    savedSearch { id version name origin } errors { code } } }";

/// A world on a day of 2016 with the fixture's register, whose windows have been told to nobody; and an officer.
async fn world(day: &str) -> World {
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

async fn van(world: &World) -> Value {
    let list = "query L { contracts(filter: { text: \"library van\" }, first: 1) { edges { node { id } } } }";
    world.data((), list, Value::Null).await["contracts"]["edges"][0]["node"]["id"].clone()
}

async fn watch(world: &World, who: &str, input: Value) -> Value {
    let token = world.token(who).await;
    let made = world.data(&token, WATCH, json!({ "input": input })).await["watchSave"].clone();
    assert_eq!(made["errors"], json!([]));
    made["savedSearch"].clone()
}

async fn amend(world: &World, contract: &Value, fields: &str) {
    let token = world.token(OFFICER).await;
    let version = world.version(&token, contract).await;
    let text = format!(
        "mutation {{ contractAmend(input: {{ contract: {contract}, version: {version}, {fields} }}) {{ errors {{ message }} }} }}"
    );
    let done = world.data(&token, &text, Value::Null).await;
    assert_eq!(done["contractAmend"]["errors"], json!([]));
}

/// The mails that a tick brings to somebody: subject and text.
async fn news(world: &World, to: &str) -> Vec<(String, String)> {
    let before = world.mails(to).await.len();
    tick(&world.app).await.unwrap();
    let mails = world.mails(to).await.split_off(before);
    mails.into_iter().map(|mail| (mail.subject, mail.text)).collect()
}

fn only(mut news: Vec<(String, String)>) -> (String, String) {
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
async fn a_department_and_a_council_can_be_watched() {
    let world = world("2015-03-01").await;
    let norfolk = world.council("norfolk").await;
    watch(
        &world,
        OFFICER,
        json!({ "council": norfolk, "department": "environment" }),
    )
    .await;
    watch(
        &world,
        SUPPLIER,
        json!({ "council": world.council("kent").await }),
    )
    .await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    let (_, text) = only(news(&world, OFFICER).await);
    assert!(text.contains("Library van"), "{text}");
    assert_eq!(news(&world, SUPPLIER).await, [], "another council's");
    let token = world.token(OFFICER).await;
    for input in [
        json!({}),
        json!({ "council": norfolk, "contract": van(&world).await }),
        json!({ "department": "x" }),
    ] {
        let refused = world.data(&token, WATCH, json!({ "input": input })).await;
        assert_eq!(
            refused["watchSave"]["errors"],
            json!([{ "code": "BAD_WATCH" }]),
            "{input}"
        );
    }
}

#[tokio::test]
async fn searches_look_near_a_place_and_months_ahead() {
    let world = world("2015-03-01").await;
    let token = world.token(SUPPLIER).await;
    let near = |council: Value, kilometres: i32| {
        json!({ "near": { "council": council, "kilometres": kilometres },
        "windowKinds": ["EXPIRY"], "words": "library" })
    };
    save(
        &world,
        &token,
        "near Suffolk",
        near(world.council("suffolk").await, 100),
    )
    .await;
    save(
        &world,
        &token,
        "near Kent",
        near(world.council("kent").await, 100),
    )
    .await;
    let months = json!({ "withinMonths": 1, "windowKinds": ["EXPIRY"], "words": "library" });
    save(&world, &token, "within a month", months).await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    let (_, text) = only(news(&world, SUPPLIER).await);
    assert!(
        text.contains("near Suffolk") && !text.contains("near Kent"),
        "{text}"
    );
    assert!(
        !text.contains("within a month"),
        "it ends six months after the window opens: {text}"
    );
    let input = json!({ "input": { "name": "nowhere", "filter": { "near": { "kilometres": 5 } } } });
    let refused = world.data(&token_again(&world).await, SAVE, input).await;
    assert_eq!(
        refused["savedSearchSave"]["errors"][0]["path"], "filter.near",
        "{refused}"
    );
}

async fn token_again(world: &World) -> String {
    world.token(SUPPLIER).await
}

#[tokio::test]
async fn needs_are_told_when_stated_and_when_joined() {
    let world = world("2026-01-15").await;
    let sam = world.token(SUPPLIER).await;
    save(
        &world,
        &sam,
        "bins",
        json!({ "kinds": ["NEED_STATED", "NEED_JOINED"], "words": "bins" }),
    )
    .await;
    let officer = world.token(OFFICER).await;
    let norfolk = world.council("norfolk").await;
    let state = format!(
        "mutation {{ needState(input: {{ council: {norfolk}, title: \"Missed bins\", problem: \"p\", outcomes: \"o\",
        budgetMaxPence: 2000000 }}) {{ need {{ id }} }} }}"
    );
    let need = world.data(&officer, &state, Value::Null).await["needState"]["need"]["id"].clone();
    let (subject, text) = only(news(&world, SUPPLIER).await);
    assert!(subject.starts_with("New need: Missed bins"), "{subject}");
    assert!(text.contains("up to £20,000"), "{text}");
    let kent = world.member("o@kent.example", "kent", CouncilRole::Officer).await;
    let council = world.council("kent").await;
    let support =
        format!("mutation {{ needSupport(need: {need}, council: {council}) {{ errors {{ code }} }} }}");
    world.data(&kent, &support, Value::Null).await;
    let (_, text) = only(news(&world, SUPPLIER).await);
    assert!(text.contains("Joined by: Kent County Council"), "{text}");
    world.data(&kent, &support, Value::Null).await;
    assert_eq!(news(&world, SUPPLIER).await, [], "joined once");
    watch(&world, OFFICER, json!({ "need": need })).await;
}

/// A pilot of Norfolk's that is reserved so, published with so many days.
async fn pilot(world: &World, reservation: &str, days: i64) -> (String, Value) {
    let approver = world
        .member("a@norfolk.example", "norfolk", CouncilRole::Approver)
        .await;
    let norfolk = world.council("norfolk").await;
    let draft = format!(
        "mutation {{ pilotDraft(input: {{ council: {norfolk}, title: \"Bin sensors\", summary: \"Try them\",
        successMeasures: \"Fewer\", capPence: 1000000, weeks: 12, reservation: {reservation}, criteria: [
        {{ kind: QUALITY, name: \"How\", description: \"h\", weight: 60 }},
        {{ kind: PRICE, name: \"Price\", description: \"p\", weight: 40 }}] }}) {{ pilot {{ id }} errors {{ message }} }} }}"
    );
    let drafted = world.data(&approver, &draft, Value::Null).await;
    let id = drafted["pilotDraft"]["pilot"]["id"].clone();
    assert!(id.is_string(), "{drafted}");
    of_pilot(world, &id, "pilotPublish", &deadline(world, days)).await;
    (approver, id)
}

fn deadline(world: &World, days: i64) -> String {
    format!(
        "deadlineAt: \"{}\"",
        (world.now() + Duration::days(days)).to_rfc3339()
    )
}

async fn of_pilot(world: &World, id: &Value, mutation: &str, rest: &str) {
    let token = world.token("a@norfolk.example").await;
    let version = world.version(&token, id).await;
    let text = format!(
        "mutation {{ {mutation}(pilot: {id}, version: {version}, {rest}) {{ errors {{ message }} }} }}"
    );
    let done = world.data(&token, &text, Value::Null).await;
    assert_eq!(done[mutation]["errors"], json!([]), "{mutation}");
}

#[tokio::test]
async fn pilots_are_told_to_those_who_may_bid_and_followed_by_those_who_watch_or_bid() {
    let world = world("2026-01-15").await;
    let small = world.supplier("one@tidebell.example", "Tidebell").await;
    for (who, token) in [
        ("one@tidebell.example", &small.token),
        (SUPPLIER, &world.token(SUPPLIER).await),
    ] {
        let kinds = json!({ "kinds": ["PILOT_PUBLISHED"], "mayBid": true });
        save(&world, token, who, kinds).await;
    }
    let (_, id) = pilot(&world, "SME", 10).await;
    let (subject, text) = only(news(&world, "one@tidebell.example").await);
    assert!(subject.starts_with("New pilot: Bin sensors"), "{subject}");
    assert!(text.contains("25 January 2026 at 09:00 (London)"), "{text}");
    assert_eq!(
        news(&world, SUPPLIER).await,
        [],
        "Sam has no supplier that is small"
    );

    watch(&world, OFFICER, json!({ "pilot": id })).await;
    let bid = format!(
        "mutation {{ bidSubmit(input: {{ pilot: {id}, supplier: {}, pricePence: 500000, answer: \"a\" }}) {{
        receipt {{ version }} errors {{ message }} }} }}",
        small.id
    );
    let bid = world.data(&small, &bid, Value::Null).await;
    assert_eq!(bid["bidSubmit"]["receipt"]["version"], 1, "{bid}");
    of_pilot(&world, &id, "pilotExtend", &deadline(&world, 12)).await;
    let officers = world.mails(OFFICER).await.len();
    let bidder = only(news(&world, "one@tidebell.example").await);
    let officer = world.mails(OFFICER).await.split_off(officers).remove(0);
    for (subject, text) in [bidder, (officer.subject, officer.text)] {
        assert!(subject.starts_with("Pilot changed: Bin sensors"), "{subject}");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("the deadline was Sunday 25 January 2026") && text.contains("is Tuesday 27"),
            "{text}"
        );
    }
    world.app.clock.set(at("2026-01-24T10:00:00Z"));
    let (subject, _) = only(news(&world, OFFICER).await);
    assert!(subject.starts_with("Pilot closes soon: Bin sensors"), "{subject}");
    assert_eq!(news(&world, OFFICER).await, [], "once for the deadline");
    of_pilot(&world, &id, "pilotCancel", "reason: \"No money\"").await;
    let (subject, text) = only(news(&world, OFFICER).await);
    assert!(
        subject == "Pilot cancelled: Bin sensors" && text.contains("No money"),
        "{text}"
    );
    let bidders = world.mails("one@tidebell.example").await;
    let cancelled = bidders
        .iter()
        .filter(|mail| mail.subject.contains("Cancelled") || mail.subject.contains("cancelled"));
    assert_eq!(
        cancelled.count(),
        1,
        "bidders have a mail of their own, and no second"
    );
}

#[tokio::test]
async fn a_deadline_moves_only_to_later_and_only_while_the_pilot_is_open() {
    let world = world("2026-01-15").await;
    let (approver, id) = pilot(&world, "NONE", 10).await;
    let extend = |days| {
        format!(
            "mutation {{ pilotExtend(pilot: {id}, version: 2, {}) {{ errors {{ code }} }} }}",
            deadline(&world, days)
        )
    };
    for days in [9, 10] {
        let refused = world.data(&approver, &extend(days), Value::Null).await;
        assert_eq!(
            refused["pilotExtend"]["errors"],
            json!([{ "code": "BAD_DEADLINE" }])
        );
    }
    world.app.clock.advance(Duration::days(10));
    let approver = world.token("a@norfolk.example").await;
    let late = world.data(&approver, &extend(20), Value::Null).await;
    assert_eq!(
        late["pilotExtend"]["errors"],
        json!([{ "code": "NOT_PUBLISHED" }])
    );
}

#[tokio::test]
async fn history_says_why_somebody_did_not_hear() {
    let world = world("2015-03-01").await;
    let contract = van(&world).await;
    let token = world.token(SUPPLIER).await;
    save(
        &world,
        &token,
        "vans",
        json!({ "words": "library", "windowKinds": ["EXPIRY"] }),
    )
    .await;
    save(&world, &token, "London", json!({ "regions": ["LONDON"] })).await;
    world.app.clock.set(at("2016-02-01T09:00:00Z"));
    only(news(&world, SUPPLIER).await);
    let history =
        "query H($about: ID!, $address: String) { alertHistory(about: $about, address: $address) { kind
        searches { name found missed missedPart } notification { state } mail { state attempts { outcome answer } } } }";
    let token = world.token(SUPPLIER).await;
    let told = world.data(&token, history, json!({ "about": contract })).await["alertHistory"].clone();
    let expiry = told
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["notification"].is_object())
        .unwrap();
    let looked = expiry["searches"].as_array().unwrap();
    for expected in [
        json!({ "name": "vans", "found": true, "missed": null, "missedPart": null }),
        json!({ "name": "London", "found": false, "missed": "PART", "missedPart": "REGIONS" }),
    ] {
        assert!(looked.contains(&expected), "{looked:?}");
    }
    assert_eq!(
        (&expiry["notification"]["state"], &expiry["mail"]["state"]),
        (&json!("mailed"), &json!("sent"))
    );
    assert_eq!(
        expiry["mail"]["attempts"],
        json!([{ "outcome": "sent", "answer": "250 taken" }])
    );
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let asked = json!({ "about": contract, "address": "Sam@Tidebell.example" });
    let by_operator = world.data(&operator, history, asked.clone()).await["alertHistory"].clone();
    assert_eq!(by_operator, told);
    let officer = world.token(OFFICER).await;
    assert_eq!(world.refusal(&officer, history, asked).await, "NOT_ALLOWED");
}

#[tokio::test]
async fn a_search_can_be_tried_before_it_is_saved() {
    let world = world("2015-09-20").await;
    let token = world.token(SUPPLIER).await;
    let preview = "query P($filter: SavedSearchFilterInput!) { savedSearchPreview(filter: $filter) {
        past { count complete matches { kind on contract { title } need { title } } }
        coming { count complete matches { on window { kind } contract { title } } } } }";
    let filter = json!({ "words": "library", "windowKinds": ["EXPIRY"] });
    let tried = world.data(&token, preview, json!({ "filter": filter })).await["savedSearchPreview"].clone();
    assert_eq!(
        tried["past"],
        json!({ "count": 0, "complete": true, "matches": [] })
    );
    // Half a year before 31 March 2016.
    let opens = json!({ "on": "2015-10-03", "window": { "kind": "EXPIRY" }, "contract": { "title": "Library van maintenance" } });
    assert_eq!(
        tried["coming"],
        json!({ "count": 1, "complete": true, "matches": [opens] })
    );
    save(&world, &token, "as tried", filter.clone()).await;
    world.app.clock.set(at("2015-10-03T08:00:00Z"));
    only(news(&world, SUPPLIER).await);
    let officer = world.token(OFFICER).await;
    let norfolk = world.council("norfolk").await;
    let state = format!(
        "mutation {{ needState(input: {{ council: {norfolk}, title: \"Library vans\", problem: \"p\", outcomes: \"o\" }}) {{
        need {{ id }} }} }}"
    );
    world.data(&officer, &state, Value::Null).await;
    let token = world.token(SUPPLIER).await;
    let both =
        json!({ "words": "library", "windowKinds": ["EXPIRY"], "kinds": ["WINDOW_OPENED", "NEED_STATED"] });
    let tried = world.data(&token, preview, json!({ "filter": both })).await["savedSearchPreview"].clone();
    assert_eq!(
        (&tried["past"]["count"], &tried["coming"]["count"]),
        (&json!(2), &json!(0)),
        "what was coming is past: {tried}"
    );
    assert_eq!(tried["past"]["matches"][1]["need"]["title"], "Library vans");
    let wrong = json!({ "filter": { "cpvPrefixes": ["x"] } });
    assert_eq!(world.refusal(&token, preview, wrong).await, "MALFORMED");
    assert_eq!(
        world.refusal((), preview, json!({ "filter": {} })).await,
        "NOT_SIGNED_IN"
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
async fn who_has_left_a_supplier_does_not_learn_that_it_bids_and_no_operator_does() {
    let world = world("2026-01-15").await;
    let tidebell = world.supplier("one@tidebell.example", "Tidebell").await;
    let (_, first) = pilot(&world, "NONE", 10).await;
    let submit = |pilot: &Value| {
        format!(
            "mutation {{ bidSubmit(input: {{ pilot: {pilot}, supplier: {}, pricePence: 500000, answer: \"a\" }}) {{
            receipt {{ version }} errors {{ message }} }} }}",
            tidebell.id
        )
    };
    let bid = world.data(&tidebell, &submit(&first), Value::Null).await;
    assert_eq!(bid["bidSubmit"]["receipt"]["version"], 1, "{bid}");
    of_pilot(&world, &first, "pilotExtend", &deadline(&world, 12)).await;
    only(news(&world, "one@tidebell.example").await);
    let history = "query H($about: ID!, $address: String) { alertHistory(about: $about, address: $address) {
        searches { name } notification { state } } }";
    let own = world.data(&tidebell, history, json!({ "about": first })).await;
    assert!(own.to_string().contains("my organisation bids for"), "{own}");
    world.operator("op@guildhall.example").await;
    let operator = world.token("op@guildhall.example").await;
    let asked = json!({ "about": first, "address": "one@tidebell.example" });
    let told = world.data(&operator, history, asked).await.to_string();
    assert!(!told.contains("bids") && !told.contains("mailed"), "{told}");

    // As it is once they are no member any more.
    entity::membership::Entity::delete_many()
        .exec(world.app.db.for_migration())
        .await
        .unwrap();
    let approver = "a@norfolk.example";
    let council = guildhall::councils::directory().find("norfolk").unwrap().id;
    let person = world
        .data(&world.token(approver).await, "{ viewer { id } }", Value::Null)
        .await;
    assert!(person["viewer"]["id"].is_string());
    let row = entity::person::Entity::find()
        .filter(entity::person::Column::Email.eq(approver))
        .one(world.app.db.read())
        .await
        .unwrap()
        .unwrap();
    join_council(
        &world.app,
        &Viewer::System,
        row.id,
        council,
        CouncilRole::Approver,
    )
    .await
    .unwrap();
    of_pilot(&world, &first, "pilotExtend", &deadline(&world, 14)).await;
    assert_eq!(news(&world, "one@tidebell.example").await, []);
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
