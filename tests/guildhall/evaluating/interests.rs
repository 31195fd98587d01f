//! Who is on a panel, what they declare, and who decides about it.

use super::*;
use guildhall::access::CouncilRole;
use serde_json::Map;

async fn name(scene: &Scene, by: &String, people: &[&Value], chair: &Value) -> Vec<String> {
    let version = version(&scene.world, &scene.approver, &scene.pilot).await;
    let input = json!({ "pilot": scene.pilot, "version": version, "evaluators": people, "chair": chair });
    tried(&scene.world, by, PANEL, json!({ "input": input })).await
}

async fn decide(scene: &Scene, by: &String, about: &Value, excluded: bool) -> Vec<String> {
    let version = version(&scene.world, &scene.approver, &scene.pilot).await;
    let input = json!({ "pilot": scene.pilot, "version": version, "evaluator": about, "excluded": excluded,
        "reason": "zqxwhy" });
    tried(&scene.world, by, DECIDE, json!({ "input": input })).await
}

async fn standings(scene: &Scene) -> Vec<String> {
    let seen = seen(&scene.world, &scene.approver, &scene.pilot).await;
    let panel = seen["panel"].as_array().unwrap();
    let of = |of: &Value| of["standing"].as_str().unwrap().to_owned();
    panel.iter().map(of).collect()
}

#[tokio::test]
async fn a_panel_is_of_the_councils_evaluators_and_whoever_declared_stays() {
    let scene = Scene::with(json!({})).await;
    let world = &scene.world;
    let mut ids = Map::new();
    for (called, who) in [
        ("ann", &scene.ann),
        ("bob", &scene.bob),
        ("officer", &scene.officer),
    ] {
        ids.insert(called.into(), person(world, who).await);
    }
    let (ann, bob) = (&ids["ann"], &ids["bob"]);
    let by = &scene.approver;
    assert_eq!(name(&scene, by, &[], ann).await, ["BAD_PANEL", "BAD_PANEL"]);
    assert_eq!(name(&scene, by, &[ann, ann], ann).await, ["BAD_PANEL"]);
    assert_eq!(name(&scene, by, &[ann], bob).await, ["BAD_PANEL"]);
    assert_eq!(
        name(&scene, by, &[ann, &ids["officer"]], ann).await,
        ["NOT_AN_EVALUATOR"]
    );
    assert_eq!(name(&scene, by, &[ann, bob], ann).await, [""; 0]);
    assert_eq!(standings(&scene).await, ["NAMED", "NAMED"]);
    assert_eq!(
        name(&scene, by, &[ann], ann).await,
        [""; 0],
        "bob had not declared"
    );
    assert_eq!(standings(&scene).await, ["NAMED"]);
    declare(world, &scene.ann, &scene.pilot).await;
    assert_eq!(name(&scene, by, &[bob], bob).await, ["BAD_PANEL"], "ann has");
    assert_eq!(name(&scene, by, &[bob, ann], bob).await, [""; 0]);
    let seen = seen(world, by, &scene.pilot).await;
    let of = |of: &Value| (of["ordinal"].clone(), of["chair"].clone(), of["standing"].clone());
    let panel: Vec<_> = seen["panel"].as_array().unwrap().iter().map(of).collect();
    let expected = [
        (json!(1), json!(false), json!("TAKING_PART")),
        (json!(2), json!(true), json!("NAMED")),
    ];
    assert_eq!(panel, expected, "places on the panel stay");
    let input = json!({ "input": { "pilot": scene.pilot, "version": 0, "evaluators": [ann], "chair": ann } });
    for who in [&scene.officer, &scene.ann, &scene.one.token] {
        assert_eq!(world.refusal(who, PANEL, input.clone()).await, "NOT_ALLOWED");
    }
    assert_eq!(tried(world, by, PANEL, input).await, ["CONFLICT"]);
}

#[tokio::test]
async fn the_chair_decides_on_interests_and_an_approver_on_the_chairs() {
    let scene = Scene::with(json!({})).await;
    let world = &scene.world;
    let admin = world
        .member("admin@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let (ann, bob) = (person(world, &scene.ann).await, person(world, &scene.bob).await);
    let boss = person(world, &admin).await;
    panel(
        world,
        &scene.approver,
        &scene.pilot,
        &[&admin, &scene.ann, &scene.bob],
    )
    .await;
    let interest = json!({ "pilot": scene.pilot, "interest": "zqxshares" });
    for who in [&admin, &scene.ann] {
        done(world, who, DECLARE, interest.clone()).await;
    }
    declare(world, &scene.bob, &scene.pilot).await;
    assert_eq!(standings(&scene).await, ["WAITING", "WAITING", "TAKING_PART"]);
    assert_eq!(
        decide(&scene, &admin, &ann, false).await,
        ["NOT_CHAIR"],
        "the chair waits too"
    );
    assert_eq!(
        decide(&scene, &admin, &boss, false).await,
        ["OWN_INTEREST"],
        "though an administrator"
    );
    assert_eq!(decide(&scene, &scene.bob, &ann, false).await, ["NOT_CHAIR"]);
    assert_eq!(decide(&scene, &scene.approver, &ann, false).await, ["NOT_CHAIR"]);
    assert_eq!(decide(&scene, &scene.approver, &boss, false).await, [""; 0]);
    assert_eq!(decide(&scene, &admin, &ann, false).await, [""; 0]);
    assert_eq!(
        decide(&scene, &admin, &bob, true).await,
        [""; 0],
        "who cannot take part"
    );
    assert_eq!(
        standings(&scene).await,
        ["TAKING_PART", "TAKING_PART", "EXCLUDED"]
    );
    done(world, &scene.ann, DECLARE, interest.clone()).await;
    assert_eq!(
        standings(&scene).await[1],
        "WAITING",
        "what is declared anew is decided anew"
    );
    declare(world, &scene.ann, &scene.pilot).await;
    assert_eq!(
        standings(&scene).await[1],
        "WAITING",
        "nobody takes an interest back by declaring none"
    );
    assert_eq!(
        tried(world, &scene.bob, DECLARE, interest).await,
        ["NOT_ON_PANEL"]
    );
    let blank = json!({ "pilot": scene.pilot, "interest": " " });
    assert_eq!(tried(world, &scene.ann, DECLARE, blank).await, ["BAD_TEXT"]);
    for who in [&scene.cat] {
        assert_eq!(
            tried(world, who, DECLARE, json!({ "pilot": scene.pilot })).await,
            ["NOT_ON_PANEL"]
        );
    }
    for (who, reads) in [
        (&admin, true),
        (&scene.approver, true),
        (&scene.ann, true),
        (&scene.bob, false),
        (&scene.officer, false),
    ] {
        let seen = seen(world, who, &scene.pilot).await.to_string();
        assert_eq!(seen.contains("zqxshares"), reads, "{seen}");
    }
    let to_bob = seen(world, &scene.bob, &scene.pilot).await;
    assert_eq!(to_bob["panel"][2]["decision"], "zqxwhy", "one's own");
    assert_eq!(to_bob["panel"][0]["decision"], Value::Null, "not another's");
}

#[tokio::test]
async fn whoever_has_not_declared_or_is_excluded_can_do_nothing_to_a_bid() {
    let scene = Scene::with(json!({})).await;
    let (world, pilot) = (&scene.world, &scene.pilot);
    panel(
        world,
        &scene.approver,
        pilot,
        &[&scene.ann, &scene.bob, &scene.cat],
    )
    .await;
    declare(world, &scene.ann, pilot).await;
    let interest = json!({ "pilot": pilot, "interest": "shares" });
    done(world, &scene.cat, DECLARE, interest).await;
    let real = scene.own(&scene.one).await["id"].clone();
    let all = async |who: &String| {
        let version = version(world, &scene.approver, pilot).await;
        let mut consensus = score_of(pilot, &real, 1, 50, "x");
        consensus["input"]["version"] = version.clone();
        [
            tried(world, who, SCORE, score_of(pilot, &real, 1, 50, "x")).await,
            tried(world, who, SUBMIT, json!({ "pilot": pilot })).await,
            tried(world, who, CONSENSUS, consensus).await,
            tried(world, who, LOCK, json!({ "pilot": pilot, "version": version })).await,
        ]
    };
    let four = |code: &str| [(); 4].map(|()| vec![code.to_owned()]);
    assert_eq!(all(&scene.bob).await, four("NOT_DECLARED"));
    assert_eq!(all(&scene.cat).await, four("NOT_DECLARED"));
    let cat = person(world, &scene.cat).await;
    assert_eq!(decide(&scene, &scene.ann, &cat, true).await, [""; 0]);
    assert_eq!(all(&scene.cat).await, four("NOT_ON_PANEL"));
    let bob = person(world, &scene.bob).await;
    assert_eq!(decide(&scene, &scene.ann, &bob, true).await, [""; 0]);
    let nothing =
        json!({ "input": { "pilot": pilot, "bid": real, "criterion": 1, "score": 5, "reason": "x" } });
    for who in [&scene.officer, &scene.approver, &scene.two.token] {
        assert_eq!(world.refusal(who, SCORE, nothing.clone()).await, "NOT_ALLOWED");
    }
}

#[tokio::test]
async fn whoever_was_excluded_stays_so_whoever_names_the_panel_anew() {
    let scene = Scene::with(json!({})).await;
    let world = &scene.world;
    let admin = world
        .member("admin@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let (ann, boss) = (person(world, &scene.ann).await, person(world, &admin).await);
    panel(world, &scene.approver, &scene.pilot, &[&scene.ann, &admin]).await;
    declare(world, &scene.ann, &scene.pilot).await;
    assert_eq!(decide(&scene, &scene.ann, &boss, true).await, [""; 0]);
    assert_eq!(
        name(&scene, &scene.approver, &[&ann], &ann).await,
        ["BAD_PANEL"],
        "though she has declared nothing"
    );
    let version = version(world, &scene.approver, &scene.pilot).await;
    let input = json!({ "pilot": scene.pilot, "version": version, "evaluators": [ann, boss], "chair": boss });
    assert_eq!(
        world.refusal(&admin, PANEL, json!({ "input": input })).await,
        "NOT_ALLOWED"
    );
}

#[tokio::test]
async fn a_chair_cannot_exclude_whom_the_panel_waits_for_and_clear_them_once_scores_were_read() {
    let scene = Scene::with(json!({})).await;
    let (world, pilot) = (&scene.world, &scene.pilot);
    panel(world, &scene.approver, pilot, &[&scene.ann, &scene.bob]).await;
    for who in [&scene.ann, &scene.bob] {
        declare(world, who, pilot).await;
    }
    let bob = person(world, &scene.bob).await;
    assert_eq!(decide(&scene, &scene.ann, &bob, true).await, [""; 0]);
    assert_eq!(
        decide(&scene, &scene.ann, &bob, false).await,
        [""; 0],
        "nobody has submitted"
    );
    assert_eq!(decide(&scene, &scene.ann, &bob, true).await, [""; 0]);
    for bid in [scene.own(&scene.one).await, scene.own(&scene.two).await] {
        for criterion in [1, 2] {
            let given = score_of(pilot, &bid["id"], criterion, 50, "Sound");
            done(world, &scene.ann, SCORE, given).await;
        }
    }
    submit(world, &scene.ann, pilot).await;
    assert_eq!(
        decide(&scene, &scene.ann, &bob, false).await,
        ["EXCLUSION_STANDS"]
    );
}
