//! What is kept back is in no answer, and what one evaluator wrote in no other's, the audit log included.

use super::*;
use guildhall::access::CouncilRole;

const EVERYTHING: &str = "query E($id: ID!) {
    pilot(id: $id) { version phase outcomeReason decisions { kind }
        bids { id pricePence supplier { id name } canonicalContent receipt { bidId digest receivedAt } }
        evaluation { version qualityLockedAt panel { personId name standing submittedAt }
            bids { id label state answer pricePence supplier { id name numbers { number } }
                bid { id receipt { digest receivedAt } } scores { evaluator criterion score reason }
                consensus { criterion score reason } }
            ranking { bid rank totalHundredths } } }
    auditEntries(subject: $id, first: 100) { edges { node { action detail actor } } } }";

/// Everything that somebody of the council can ask of the pilot and of its bid, in one text.
async fn everything(scene: &Scene, who: &str, bid: &Value) -> String {
    let pilot = scene
        .world
        .query(Some(who), EVERYTHING, json!({ "id": scene.pilot }))
        .await;
    let log = "query L($id: ID!) { auditEntries(subject: $id, first: 100) { edges { node { action detail actor } } } node(id: $id) { id } }";
    let of_bid = scene.world.query(Some(who), log, json!({ "id": bid })).await;
    format!("{pilot}{of_bid}").replace(bid.as_str().unwrap(), "") + &pilot.to_string()
}

#[tokio::test]
async fn while_suppliers_are_unnamed_no_answer_tells_whose_a_bid_is_or_when_it_came() {
    let scene = Scene::with(json!({ "suppliersUnnamed": true, "priceAfterQuality": true })).await;
    let world = &scene.world;
    let admin = world
        .member("admin@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    declared(world, &scene.approver, &scene.pilot, &[&admin, &scene.ann]).await;
    let own = scene.own(&scene.one).await;
    let digest = own["receipt"]["digest"].as_str().unwrap();
    let secrets = [
        "Tidebell",
        "Copperwren",
        scene.one.id.as_str().unwrap(),
        scene.two.id.as_str().unwrap(),
        own["id"].as_str().unwrap(),
        digest,
        "400000",
        "500000",
    ];
    let [alpha, beta] = scene.bids(&admin).await;
    assert_ne!(alpha, own["id"], "another id");
    for who in [&admin, &scene.ann] {
        for criterion in [1, 2] {
            for bid in [&alpha, &beta] {
                done(
                    world,
                    who,
                    SCORE,
                    score_of(&scene.pilot, bid, criterion, 50, "sound"),
                )
                .await;
            }
        }
        submit(world, who, &scene.pilot).await;
        for reader in [&admin, &scene.ann, &scene.approver, &scene.officer] {
            let told = everything(&scene, reader, &own["id"]).await;
            for secret in secrets {
                assert!(!told.contains(secret), "{secret} in {told}");
            }
        }
    }
    lock(world, &admin, &scene.pilot).await;
    let told = everything(&scene, &admin, &own["id"]).await;
    for secret in secrets {
        assert!(told.contains(secret), "{secret} is not in {told}");
    }
    let named = scene.bids(&admin).await;
    assert_eq!(named[0], own["id"], "its own id");
}

#[tokio::test]
async fn labels_stay_the_same_and_a_bid_can_be_scored_by_either_id() {
    let scene = Scene::with(json!({ "suppliersUnnamed": true })).await;
    let world = &scene.world;
    declared(world, &scene.approver, &scene.pilot, &[&scene.ann]).await;
    let labels = |seen: &Value| -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let bids = seen["bids"].as_array().unwrap();
        bids.iter()
            .map(|bid| (text(&bid["label"]), text(&bid["answer"])))
            .collect()
    };
    let before = labels(&seen(world, &scene.ann, &scene.pilot).await);
    assert_eq!((&*before[0].0, &*before[1].0), ("Bid A", "Bid B"));
    let [alpha, _] = scene.bids(&scene.ann).await;
    let real = scene.own(&scene.two).await["id"].clone();
    for bid in [&alpha, &real] {
        for criterion in [1, 2] {
            done(
                world,
                &scene.ann,
                SCORE,
                score_of(&scene.pilot, bid, criterion, 50, "x"),
            )
            .await;
        }
    }
    submit(world, &scene.ann, &scene.pilot).await;
    lock(world, &scene.ann, &scene.pilot).await;
    assert_eq!(labels(&seen(world, &scene.ann, &scene.pilot).await), before);
}

#[tokio::test]
async fn nobody_reads_anothers_scores_before_all_are_in_and_the_log_tells_none() {
    let scene = Scene::with(json!({})).await;
    let world = &scene.world;
    let admin = world
        .member("admin@norfolk.example", "norfolk", CouncilRole::Administrator)
        .await;
    let (ann, pilot) = (&scene.ann, &scene.pilot);
    declared(world, &scene.approver, pilot, &[&admin, ann, &scene.bob]).await;
    let bids = scene.bids(ann).await;
    let real = scene.own(&scene.one).await["id"].clone();
    for (who, reason, points) in [(ann, "anns-reason", 61), (&admin, "admins-reason", 62)] {
        for bid in &bids {
            for criterion in [1, 2] {
                done(world, who, SCORE, score_of(pilot, bid, criterion, points, reason)).await;
            }
        }
        submit(world, who, pilot).await;
    }
    for (reader, others) in [
        (ann, ["admins-reason", ":62"]),
        (&admin, ["anns-reason", ":61"]),
        (&scene.bob, ["-reason", ":6"]),
        (&scene.approver, ["-reason", ":6"]),
    ] {
        let told = everything(&scene, reader, &real).await;
        for other in others {
            let hidden = if other.starts_with(':') {
                format!("\"score\"{other}")
            } else {
                other.to_owned()
            };
            assert!(!told.contains(&hidden), "{hidden} in {told}");
        }
    }
    let locking = json!({ "pilot": pilot, "version": version(world, &admin, pilot).await });
    assert_eq!(tried(world, &admin, LOCK, locking.clone()).await, ["NOT_ALL_IN"]);
    let early = json!({ "input": { "pilot": pilot, "version": locking["version"], "bid": bids[0], "criterion": 1,
        "score": 1, "reason": "x" } });
    assert_eq!(tried(world, &admin, CONSENSUS, early).await, ["NOT_ALL_IN"]);
    for bid in &bids {
        for criterion in [1, 2] {
            done(
                world,
                &scene.bob,
                SCORE,
                score_of(pilot, bid, criterion, 63, "bobs-reason"),
            )
            .await;
        }
    }
    submit(world, &scene.bob, pilot).await;
    let told = everything(&scene, ann, &real).await;
    assert!(
        told.contains("admins-reason") && told.contains("bobs-reason"),
        "{told}"
    );
    let log = everything(&scene, &scene.approver, &real).await;
    assert!(
        !log.contains("-reason"),
        "the panel knows, and nobody else: {log}"
    );
    lock(world, &admin, pilot).await;
    let log = everything(&scene, &scene.approver, &real).await;
    for reason in ["anns-reason", "admins-reason", "bobs-reason"] {
        assert!(log.contains(reason), "all of it is on the record: {log}");
    }
}

impl Scene {
    /// A bidder's own bid.
    pub(super) async fn own(&self, bidder: &Supplier) -> Value {
        let query = "query O($id: ID!) { pilot(id: $id) { bids { id state feedback points { points reasons }
            winnersPoints { points reasons } receipt { digest } } } }";
        let own = self.world.data(bidder, query, json!({ "id": self.pilot })).await;
        own["pilot"]["bids"][0].clone()
    }
}
