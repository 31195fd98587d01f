//! Scores, consensus, the lock and the ranking.

use super::*;

/// Ann chairs, Bob evaluates with her; each gives both bids these points on both criteria, and submits.
async fn scored(scene: &Scene, ann: [[i32; 2]; 2], bob: [[i32; 2]; 2]) {
    let (world, pilot) = (&scene.world, &scene.pilot);
    declared(world, &scene.approver, pilot, &[&scene.ann, &scene.bob]).await;
    let bids = scene.bids(&scene.ann).await;
    for (who, points) in [(&scene.ann, ann), (&scene.bob, bob)] {
        for (bid, points) in bids.iter().zip(points) {
            for (points, criterion) in points.into_iter().zip(1..) {
                done(
                    world,
                    who,
                    SCORE,
                    score_of(pilot, bid, criterion, points, "sound"),
                )
                .await;
            }
        }
        submit(world, who, pilot).await;
    }
}

async fn agree(scene: &Scene, bid: &Value, criterion: i32, score: i32) -> Vec<String> {
    let version = version(&scene.world, &scene.ann, &scene.pilot).await;
    let mut of = score_of(&scene.pilot, bid, criterion, score, "we agreed");
    of["input"]["version"] = version;
    tried(&scene.world, &scene.ann, CONSENSUS, of).await
}

#[tokio::test]
async fn every_step_of_the_ranking_can_be_done_again_by_hand() {
    let scene = Scene::with(json!({})).await;
    scored(&scene, [[80, 60], [90, 71]], [[81, 60], [90, 70]]).await;
    let [alpha, beta] = scene.bids(&scene.ann).await;
    assert_eq!(agree(&scene, &beta, 1, 65).await, [""; 0]);
    assert_eq!(agree(&scene, &beta, 1, 85).await, [""; 0], "the last one counts");
    lock(&scene.world, &scene.ann, &scene.pilot).await;
    let seen = seen(&scene.world, &scene.approver, &scene.pilot).await;
    let step = |ordinal: i32, criterion: &str, kind: &str, weight: i64, score: i64, product: i64| {
        json!({ "ordinal": ordinal, "criterion": criterion, "kind": kind, "weight": weight, "scoreHundredths": score,
            "product": product })
    };
    // The second: 85 agreed, the mean of 71 and 70, and 4/5 of the lowest price. 340,000 + 176,250 + 280,000 = 796,250.
    // The first: the mean of 80 and 81, 60, and the lowest price. 322,000 + 150,000 + 350,000 = 822,000.
    let expected = json!([
        { "bid": alpha, "rank": 1, "totalHundredths": 8_220, "tie": null, "steps": [
            step(1, "Approach", "QUALITY", 40, 8_050, 322_000),
            step(2, "Team", "QUALITY", 25, 6_000, 150_000),
            step(3, "Price", "PRICE", 35, 10_000, 350_000)] },
        { "bid": beta, "rank": 2, "totalHundredths": 7_962, "tie": null, "steps": [
            step(1, "Approach", "QUALITY", 40, 8_500, 340_000),
            step(2, "Team", "QUALITY", 25, 7_050, 176_250),
            step(3, "Price", "PRICE", 35, 8_000, 280_000)] },
    ]);
    assert_eq!(seen["ranking"], expected, "{seen}");
    let bids = seen["bids"].as_array().unwrap();
    let beta = bids.iter().find(|bid| bid["id"] == beta).unwrap();
    let scores: Vec<_> = beta["scores"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of| of["score"].clone())
        .collect();
    assert_eq!(scores.len(), 4, "as they were first submitted: {beta}");
    assert!(!scores.contains(&json!(85)), "{beta}");
    let agreed = json!([{ "criterion": 1, "score": 85, "reason": "we agreed" }]);
    assert_eq!(beta["consensus"], agreed);
}

#[tokio::test]
async fn after_submitting_a_score_stays_and_after_the_lock_nothing_of_quality_changes() {
    let scene = Scene::with(json!({ "priceAfterQuality": true })).await;
    let (world, pilot) = (&scene.world, &scene.pilot);
    declared(world, &scene.approver, pilot, &[&scene.ann, &scene.bob]).await;
    let [alpha, beta] = scene.bids(&scene.ann).await;
    for wrong in [
        score_of(pilot, &alpha, 1, 101, "x"),
        score_of(pilot, &alpha, 1, -1, "x"),
        score_of(pilot, &alpha, 3, 50, "x"),
        score_of(pilot, &alpha, 4, 50, "x"),
    ] {
        assert_eq!(tried(world, &scene.ann, SCORE, wrong).await, ["BAD_SCORE"]);
    }
    let blank = score_of(pilot, &alpha, 1, 50, " ");
    assert_eq!(tried(world, &scene.ann, SCORE, blank).await, ["BAD_TEXT"]);
    let missing = score_of(pilot, &json!("bid_00000000000000000000000000"), 1, 50, "x");
    assert_eq!(tried(world, &scene.ann, SCORE, missing).await, ["NO_SUCH_BID"]);
    score(world, &scene.ann, pilot, &alpha, 10).await;
    score(world, &scene.ann, pilot, &alpha, 20).await;
    let incomplete = tried(world, &scene.ann, SUBMIT, json!({ "pilot": pilot })).await;
    assert_eq!(
        incomplete, ["NOT_COMPLETE"; 3],
        "one of two bids on one of two criteria"
    );
    done(world, &scene.ann, SCORE, score_of(pilot, &alpha, 2, 30, "x")).await;
    for criterion in [1, 2] {
        done(
            world,
            &scene.ann,
            SCORE,
            score_of(pilot, &beta, criterion, 40, "x"),
        )
        .await;
    }
    submit(world, &scene.ann, pilot).await;
    submit(world, &scene.ann, pilot).await;
    let again = score_of(pilot, &alpha, 1, 90, "x");
    assert_eq!(tried(world, &scene.ann, SCORE, again).await, ["SUBMITTED"]);
    for bid in [&alpha, &beta] {
        for criterion in [1, 2] {
            done(world, &scene.bob, SCORE, score_of(pilot, bid, criterion, 50, "x")).await;
        }
    }
    submit(world, &scene.bob, pilot).await;
    let only_the_chair = json!({ "pilot": pilot, "version": version(world, &scene.bob, pilot).await });
    assert_eq!(
        tried(world, &scene.bob, LOCK, only_the_chair).await,
        ["NOT_CHAIR"]
    );
    assert_eq!(agree(&scene, &alpha, 1, 60).await, [""; 0]);
    lock(world, &scene.ann, pilot).await;
    let ranked = seen(world, &scene.ann, pilot).await["ranking"].clone();
    assert_eq!(agree(&scene, &alpha, 1, 99).await, ["LOCKED"]);
    let version = version(world, &scene.ann, pilot).await;
    for (who, mutation, variables) in [
        (&scene.bob, SCORE, score_of(pilot, &alpha, 1, 99, "x")),
        (&scene.bob, SUBMIT, json!({ "pilot": pilot })),
        (&scene.bob, DECLARE, json!({ "pilot": pilot, "interest": "late" })),
        (&scene.ann, LOCK, json!({ "pilot": pilot, "version": version })),
    ] {
        assert_eq!(
            tried(world, who, mutation, variables).await,
            ["LOCKED"],
            "{mutation}"
        );
    }
    let bob = person(world, &scene.bob).await;
    let exclude = json!({ "input": { "pilot": pilot, "version": version, "evaluator": bob, "excluded": true,
        "reason": "late" } });
    assert_eq!(tried(world, &scene.ann, DECIDE, exclude).await, ["LOCKED"]);
    let renamed =
        json!({ "input": { "pilot": pilot, "version": version, "evaluators": [bob], "chair": bob } });
    assert_eq!(tried(world, &scene.approver, PANEL, renamed).await, ["LOCKED"]);
    assert_eq!(seen(world, &scene.ann, pilot).await["ranking"], ranked);
}

#[tokio::test]
async fn who_was_excluded_after_scoring_does_not_count_and_stays_on_the_record() {
    let scene = Scene::with(json!({})).await;
    scored(&scene, [[50, 50], [40, 40]], [[0, 0], [100, 100]]).await;
    let world = &scene.world;
    let bob = person(world, &scene.bob).await;
    let exclude = json!({ "input": { "pilot": scene.pilot, "version": version(world, &scene.ann, &scene.pilot).await,
        "evaluator": bob, "excluded": true, "reason": "It came out." } });
    done(world, &scene.ann, DECIDE, exclude).await;
    lock(world, &scene.ann, &scene.pilot).await;
    let seen = seen(world, &scene.ann, &scene.pilot).await;
    let quality = &seen["ranking"][0]["steps"][0]["scoreHundredths"];
    assert_eq!(quality, 5_000, "{seen}");
    assert!(seen["bids"].to_string().contains("\"evaluator\":2"), "{seen}");
}

#[tokio::test]
async fn a_tie_is_broken_as_the_pilot_said_and_says_by_what() {
    // 500,000 is 80 points for the price where 400,000 is 100: 20 x 35 less. 28 x 25 more of quality makes it even.
    for (rule, first) in [("QUALITY_PRICE_RECEIPT", Some("beta")), ("DRAWN_LOTS", None)] {
        let differs = if first.is_none() {
            json!({ "tieRule": rule })
        } else {
            json!({})
        };
        let scene = Scene::with(differs).await;
        scored(&scene, [[50, 50], [50, 78]], [[50, 50], [50, 78]]).await;
        let [alpha, beta] = scene.bids(&scene.ann).await;
        lock(&scene.world, &scene.ann, &scene.pilot).await;
        let ranking = seen(&scene.world, &scene.ann, &scene.pilot).await["ranking"].clone();
        let of = |at: usize| {
            (
                &ranking[at]["rank"],
                &ranking[at]["totalHundredths"],
                &ranking[at]["tie"]["decided"],
            )
        };
        let by = if first.is_some() {
            json!("BY_QUALITY")
        } else {
            json!("BY_LOT")
        };
        assert_eq!(of(0), (&json!(1), &json!(6_750), &by), "{ranking}");
        assert_eq!(of(1), (&json!(2), &json!(6_750), &by), "{ranking}");
        if first.is_some() {
            assert_eq!(ranking[0]["bid"], beta);
            assert_eq!(ranking[0]["tie"]["with"], json!([alpha]));
        }
    }
}
