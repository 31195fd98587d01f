//! What each reads of bids at each stage: the panel, those of the council who are not on it, and everybody else.

use super::*;
use guildhall::access::CouncilRole;

const BOTH_BACK: fn() -> Value = || json!({ "suppliersUnnamed": true, "priceAfterQuality": true });

/// What somebody reads of a pilot's bids, in a line: how many the evaluation shows, of how many the name and the price, how
/// many scores, how many are ranked; and how many the pilot shows whole, and how many of those with points.
async fn sight(scene: &Scene, who: Option<&String>) -> String {
    let query = format!(
        "{QUERY_BIDS_OF}{{ pilot(id: $id) {{ {EVALUATION} bids {{ id pricePence points {{ points }} }} }} }}"
    );
    let found = scene
        .world
        .query(who.map(String::as_str), &query, json!({ "id": scene.pilot }))
        .await;
    assert_eq!(found["errors"], Value::Null, "{found}");
    let pilot = &found["data"]["pilot"];
    let whole = pilot["bids"].as_array().unwrap();
    let pointed = whole.iter().filter(|bid| bid["points"] != json!([])).count();
    let evaluation = &pilot["evaluation"];
    let whole = format!("whole {} points {pointed}", whole.len());
    let Some(bids) = evaluation["bids"].as_array() else {
        return format!("nothing; {whole}");
    };
    let with = |field: &str| bids.iter().filter(|bid| !bid[field].is_null()).count();
    let scores: usize = bids
        .iter()
        .map(|bid| bid["scores"].as_array().unwrap().len())
        .sum();
    let ranked = evaluation["ranking"].as_array().unwrap().len();
    format!(
        "bids {} names {} prices {} scores {scores} ranked {ranked}; {whole}",
        bids.len(),
        with("supplier"),
        with("pricePence")
    )
}

const QUERY_BIDS_OF: &str = "query Q($id: ID!) ";
const EVALUATION: &str =
    "evaluation { bids { pricePence supplier { name } scores { score } } ranking { rank } }";

/// Everybody who might read, and what they do, in a table.
async fn sights(scene: &Scene, others: &[(&str, &String)]) -> Vec<(String, String)> {
    let mut all = vec![
        ("chair", &scene.ann),
        ("on the panel", &scene.bob),
        ("third", &scene.cat),
        ("officer", &scene.officer),
        ("approver", &scene.approver),
        ("bidder", &scene.one.token),
        ("other bidder", &scene.two.token),
    ];
    all.extend(others);
    let mut table = Vec::new();
    for (called, who) in all {
        table.push((called.to_owned(), sight(scene, Some(who)).await));
    }
    table.push(("nobody".into(), sight(scene, None).await));
    table
}

fn expected(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    let row = |(called, reads): &(&str, &str)| ((*called).to_owned(), (*reads).to_owned());
    rows.iter().map(row).collect()
}

const NONE: &str = "bids 0 names 0 prices 0 scores 0 ranked 0; whole 0 points 0";
const OWN: &str = "nothing; whole 1 points 0";
const NOTHING: &str = "nothing; whole 0 points 0";
const LOCKED: &str = "bids 2 names 2 prices 2 scores 8 ranked 2; whole 2 points 2";

#[tokio::test]
async fn each_reads_at_each_stage_what_is_theirs_to_read() {
    let scene = Scene::with(BOTH_BACK()).await;
    let world = &scene.world;
    let admin = world
        .member("admin@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let fife = world
        .member("admin@fife.example", "fife", CouncilRole::Administrator)
        .await;
    let third = world.supplier("three@larch.example", "Larch").await;
    let others = [
        ("admin", &admin),
        ("another council", &fife),
        ("another supplier", &third.token),
    ];
    let (ann, bob, cat) = (&scene.ann, &scene.bob, &scene.cat);
    let rows = |chair, bob, third, council, bidders| {
        expected(&[
            ("chair", chair),
            ("on the panel", bob),
            ("third", third),
            ("officer", council),
            ("approver", council),
            ("bidder", bidders),
            ("other bidder", bidders),
            ("admin", council),
            ("another council", NOTHING),
            ("another supplier", NOTHING),
            ("nobody", NOTHING),
        ])
    };
    panel(world, &scene.approver, &scene.pilot, &[ann, bob, cat]).await;
    let nobody = rows(NONE, NONE, NONE, NONE, OWN);
    assert_eq!(
        sights(&scene, &others).await,
        nobody,
        "closed, and nobody has declared"
    );

    for who in [ann, bob] {
        declare(world, who, &scene.pilot).await;
    }
    let interest = json!({ "pilot": scene.pilot, "interest": "My sister works there." });
    done(world, cat, DECLARE, interest).await;
    let blind = "bids 2 names 0 prices 0 scores 0 ranked 0; whole 0 points 0";
    let declared = rows(blind, blind, NONE, NONE, OWN);
    assert_eq!(
        sights(&scene, &others).await,
        declared,
        "the third waits for a decision"
    );

    let decide = json!({ "input": { "pilot": scene.pilot, "version": version(world, ann, &scene.pilot).await,
        "evaluator": person(world, cat).await, "excluded": true, "reason": "Too close." } });
    done(world, ann, DECIDE, decide).await;
    let [alpha, beta] = scene.bids(ann).await;
    for criterion in [1, 2] {
        for bid in [&alpha, &beta] {
            done(
                world,
                ann,
                SCORE,
                score_of(&scene.pilot, bid, criterion, 60, "sound"),
            )
            .await;
            done(
                world,
                bob,
                SCORE,
                score_of(&scene.pilot, bid, criterion, 70, "good"),
            )
            .await;
        }
    }
    submit(world, ann, &scene.pilot).await;
    let own = "bids 2 names 0 prices 0 scores 4 ranked 0; whole 0 points 0";
    let scored = rows(own, own, NONE, NONE, OWN);
    assert_eq!(
        sights(&scene, &others).await,
        scored,
        "one has submitted: each their own, the chair too"
    );

    submit(world, bob, &scene.pilot).await;
    let all = "bids 2 names 0 prices 0 scores 8 ranked 0; whole 0 points 0";
    let all_in = rows(all, all, NONE, NONE, OWN);
    assert_eq!(sights(&scene, &others).await, all_in, "all are in");

    lock(world, ann, &scene.pilot).await;
    let locked = rows(LOCKED, LOCKED, NONE, LOCKED, OWN);
    assert_eq!(
        sights(&scene, &others).await,
        locked,
        "locked, and the excluded one stays out"
    );

    let [winner, _] = scene.bids(ann).await;
    let award = scene.award(&[&winner]).await;
    assert_eq!(tried(world, &scene.approver, AWARD, award).await, [""; 0]);
    let told = "nothing; whole 1 points 1";
    assert_eq!(
        sights(&scene, &others).await,
        rows(LOCKED, LOCKED, NONE, LOCKED, told),
        "decided: bidders learn their own points"
    );
}

#[tokio::test]
async fn an_open_pilot_shows_its_panel_and_no_bid_to_anybody_on_it() {
    let scene = Scene::with(json!({})).await;
    let world = &scene.world;
    let pilot = open(world, &scene.approver, json!({})).await;
    bid(world, &scene.one, &pilot, 100, "alpha").await;
    declared(world, &scene.approver, &pilot, &[&scene.ann]).await;
    let seen = seen(world, &scene.ann, &pilot).await;
    assert_eq!(
        (&seen["bids"], &seen["panel"][0]["standing"]),
        (&json!([]), &json!("TAKING_PART"))
    );
    let early = score_of(&pilot, &pilot_bid(&scene, &pilot).await, 1, 50, "x");
    assert_eq!(tried(world, &scene.ann, SCORE, early).await, ["NOT_CLOSED"]);
}

async fn pilot_bid(scene: &Scene, pilot: &Value) -> Value {
    let own = "query O($id: ID!) { pilot(id: $id) { bids { id } } }";
    let own = scene.world.data(&scene.one, own, json!({ "id": pilot })).await;
    own["pilot"]["bids"][0]["id"].clone()
}

#[tokio::test]
async fn a_pilot_that_keeps_nothing_back_is_read_whole_by_its_panel_and_without_points() {
    let scene = Scene::with(json!({})).await;
    declared(&scene.world, &scene.approver, &scene.pilot, &[&scene.ann]).await;
    let reads = "bids 2 names 2 prices 2 scores 0 ranked 0; whole 2 points 0";
    assert_eq!(sight(&scene, Some(&scene.ann)).await, reads);
    assert_eq!(sight(&scene, Some(&scene.officer)).await, NONE);
    let prices = scene.with_only("priceAfterQuality").await;
    assert_eq!(
        prices,
        "bids 2 names 2 prices 0 scores 0 ranked 0; whole 0 points 0"
    );
    let names = scene.with_only("suppliersUnnamed").await;
    assert_eq!(
        names,
        "bids 2 names 0 prices 2 scores 0 ranked 0; whole 0 points 0"
    );
}

impl Scene {
    /// What an evaluator reads of a pilot that keeps this back and nothing else.
    async fn with_only(&self, back: &str) -> String {
        let scene = Self::with(json!({ back: true })).await;
        declared(&scene.world, &scene.approver, &scene.pilot, &[&scene.ann]).await;
        sight(&scene, Some(&scene.ann)).await
    }
}
