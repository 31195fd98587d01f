//! When mails come: at once, daily or weekly in London; whatever the clock does, and however long the server was down.
//!
//! `GUILDHALL_FULL=1` runs the sizes of the bars J4 and J5.

use super::{SAVE, at};
use crate::world::World;
use chrono::{DateTime, Duration, NaiveDate, Utc};
use guildhall::alerts::tick;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Contracts of a simulation: one mail tells of 60 in full.
const CONTRACTS: usize = 50;
const PEOPLE: [(&str, &str); 3] = [
    ("once@tidebell.example", r#"{ "frequency": "AT_ONCE" }"#),
    ("daily@tidebell.example", r#"{ "frequency": "DAILY", "hour": 1 }"#),
    (
        "weekly@tidebell.example",
        r#"{ "frequency": "WEEKLY", "hour": 1, "weekday": "SUNDAY" }"#,
    ),
];

fn full() -> bool {
    std::env::var_os("GUILDHALL_FULL").is_some()
}

fn seed() -> u64 {
    let given = std::env::var("GUILDHALL_TEST_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| u64::from(std::process::id()))
}

/// A world with a contract for each of these ends, and somebody for each rhythm who looks for what is ending.
async fn world(start: &str, ends: &[NaiveDate]) -> World {
    let world = World::new().await;
    world.app.clock.set(at(start));
    for (email, mails) in PEOPLE {
        world.person(email, "Somebody").await;
        let token = world.token(email).await;
        let input = json!({ "name": "ending", "mails": serde_json::from_str::<Value>(mails).unwrap(),
            "filter": { "windowKinds": ["EXPIRY"] } });
        let saved = world.data(&token, SAVE, json!({ "input": input })).await;
        assert_eq!(saved["savedSearchSave"]["errors"], json!([]));
    }
    let rows = ends
        .iter()
        .enumerate()
        .map(|(n, end)| format!("Numbered{n:03}x,{}\n", end.format("%d/%m/%Y")));
    let register: String = rows.collect();
    world
        .register(&format!("Title of the Agreement,End date\n{register}"), false)
        .await;
    world
}

/// How often somebody was told of each contract, and in how many mails.
async fn told(world: &World, to: &str) -> (BTreeMap<String, usize>, usize) {
    let mails = world.mails(to).await;
    let mut told = BTreeMap::new();
    let mails: Vec<_> = mails
        .iter()
        .filter(|mail| mail.text.contains("Numbered"))
        .collect();
    for mail in &mails {
        let words = mail
            .text
            .split_whitespace()
            .filter(|word| word.starts_with("Numbered"));
        for word in words {
            *told.entry(word.to_owned()).or_insert(0) += 1;
        }
    }
    (told, mails.len())
}

#[tokio::test]
async fn daily_and_weekly_mails_come_in_their_slots_and_hold_what_came_since() {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    // The windows open half a year before; 2 to 4 March 2026 are Monday to Wednesday.
    let lead = Duration::days(180);
    let ends = ["2026-03-02", "2026-03-03", "2026-03-03"].map(|opens| day(opens) + lead);
    let world = world("2026-03-01T12:00:00Z", &ends).await;
    let mut mails: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut now = at("2026-03-01T12:00:00Z");
    while now < at("2026-03-09T00:00:00Z") {
        world.app.clock.set(now);
        tick(&world.app).await.unwrap();
        for (who, _) in PEOPLE {
            let count = world.mails(who).await.len();
            let slots = mails.entry(who).or_default();
            slots.resize(count, now.format("%a %H").to_string());
        }
        now += Duration::hours(1);
    }
    assert_eq!(mails["once@tidebell.example"], ["Mon 00", "Tue 00"]);
    assert_eq!(mails["daily@tidebell.example"], ["Mon 01", "Tue 01"]);
    assert_eq!(mails["weekly@tidebell.example"], ["Sun 01"]);
    for (who, _) in PEOPLE {
        let (told, _) = told(&world, who).await;
        assert_eq!(told.into_values().collect::<Vec<_>>(), [1, 1, 1], "{who}");
    }
}

#[tokio::test]
async fn j4_whatever_the_clock_does_each_window_is_told_once_to_each() {
    let (seed, jumps) = (seed(), if full() { 10_000 } else { 250 });
    println!("seed {seed}, {jumps} jumps");
    let mut chance = ChaCha8Rng::seed_from_u64(seed);
    let (first, last) = (at("2020-01-01T00:00:00Z"), at("2041-01-01T00:00:00Z"));
    let mut some = |from: DateTime<Utc>, to: DateTime<Utc>| {
        from + Duration::minutes(chance.random_range(0..(to - from).num_minutes()))
    };
    let ends: Vec<NaiveDate> = (0..CONTRACTS)
        .map(|_| some(first + Duration::days(400), last).date_naive())
        .collect();
    let world = world("2019-12-31T00:00:00Z", &ends).await;
    // Forwards in small steps first, so that slots and changes of the clocks are met; then anywhere at all.
    let mut now = first;
    for jump in 0..jumps {
        now = match jump {
            _ if jump < jumps / 2 => some(now, now + Duration::days(1 + 2 * 7_671 / jumps)).min(last),
            _ => some(first, last),
        };
        world.app.clock.set(now);
        tick(&world.app).await.unwrap();
    }
    for weeks in 0..2 {
        world.app.clock.set(last + Duration::weeks(weeks));
        tick(&world.app).await.unwrap();
    }
    for (who, _) in PEOPLE {
        let (told, mails) = told(&world, who).await;
        assert_eq!(told.len(), CONTRACTS, "{who} in {mails} mails");
        assert!(told.values().all(|times| *times == 1), "{who}: {told:?}");
    }
}

#[tokio::test]
async fn j5_whatever_opened_while_the_server_was_down_is_told_once_in_one_mail() {
    let start = at("2026-01-15T12:00:00Z");
    let gaps = [
        Duration::hours(13),
        Duration::days(1),
        Duration::days(35),
        Duration::days(400),
    ];
    for gap in gaps {
        // Windows that open within the gap and after it: 180 days before these ends.
        let spread = |n: usize| gap * i32::try_from(n).unwrap() / 40;
        let ends: Vec<NaiveDate> = (0..CONTRACTS)
            .map(|n| (start + spread(n) + Duration::days(180)).date_naive())
            .collect();
        let world = world("2026-01-15T12:00:00Z", &ends).await;
        tick(&world.app).await.unwrap();
        let before = told(&world, "once@tidebell.example").await;
        world.app.clock.advance(gap);
        tick(&world.app).await.unwrap();
        let day = world.app.clock.today() + Duration::days(180);
        let expected = ends.iter().filter(|end| **end <= day).count();
        let (told_once, mails) = told(&world, "once@tidebell.example").await;
        assert_eq!(told_once.len(), expected, "after {gap}");
        assert!(
            told_once.values().all(|times| *times == 1),
            "after {gap}: {told_once:?}"
        );
        assert_eq!(
            mails,
            before.1 + usize::from(told_once.len() > before.0.len()),
            "one mail after {gap}"
        );
        tick(&world.app).await.unwrap();
        assert_eq!(
            told(&world, "once@tidebell.example").await.1,
            mails,
            "and never again"
        );
        for (who, _) in &PEOPLE[1..] {
            world.app.clock.advance(Duration::days(7));
            tick(&world.app).await.unwrap();
            let (told, _) = told(&world, who).await;
            assert!(told.values().all(|times| *times == 1), "{who} after {gap}");
        }
    }
}

#[tokio::test]
async fn a_changed_frequency_holds_for_what_comes_next() {
    let ends = ["2026-09-13", "2026-09-14"].map(|end| end.parse::<NaiveDate>().unwrap());
    let world = world("2026-03-01T12:00:00Z", &ends).await;
    let token = world.token("once@tidebell.example").await;
    let kept = "{ savedSearches { edges { node { id version mails { frequency hour weekday } } } } }";
    let kept = world.data(&token, kept, Value::Null).await;
    let search = &kept["savedSearches"]["edges"][0]["node"];
    assert_eq!(
        search["mails"],
        json!({ "frequency": "AT_ONCE", "hour": 7, "weekday": "MONDAY" })
    );
    let change = "mutation C($input: SavedSearchChangeInput!) { savedSearchChange(input: $input) {
        savedSearch { mails { frequency weekday } } errors { code path } } }";
    let mut input =
        json!({ "id": search["id"], "version": 1, "mails": { "frequency": "WEEKLY", "hour": 24 } });
    let refused = world.data(&token, change, json!({ "input": input })).await;
    assert_eq!(
        refused["savedSearchChange"]["errors"],
        json!([{ "code": "BAD_HOUR", "path": "mails.hour" }])
    );
    input["mails"]["hour"] = json!(9);
    let changed = world.data(&token, change, json!({ "input": input })).await;
    assert_eq!(
        changed["savedSearchChange"]["savedSearch"]["mails"]["frequency"],
        "WEEKLY"
    );
    world.app.clock.set(at("2026-03-19T08:00:00Z"));
    tick(&world.app).await.unwrap();
    assert_eq!(told(&world, "once@tidebell.example").await.1, 0, "a Thursday");
    world.app.clock.set(at("2026-03-23T09:00:00Z"));
    tick(&world.app).await.unwrap();
    assert_eq!(
        told(&world, "once@tidebell.example").await,
        (
            BTreeMap::from([("Numbered000x".to_owned(), 1), ("Numbered001x".to_owned(), 1)]),
            1
        )
    );
}
