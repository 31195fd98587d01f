//! What came of a pilot: drafted, published, wanted by others, scaled by a contract.

use super::decided::UNDO;
use super::*;
use guildhall::access::CouncilRole;
use guildhall::alerts::tick;

const DRAFT: &str =
    "mutation D($input: PilotResultDraftInput!) { pilotResultDraft(input: $input) { errors { code } } }";
const PUBLISH: &str =
    "mutation P($pilot: ID!, $version: Int!) { pilotResultPublish(pilot: $pilot, version: $version) {
    errors { code } } }";
const WANT: &str =
    "mutation W($pilot: ID!, $council: ID!) { pilotResultWant(pilot: $pilot, council: $council) {
    errors { code } } }";
const SCALE: &str =
    "mutation S($pilot: ID!, $contract: ID!) { pilotResultScale(pilot: $pilot, contract: $contract) {
    errors { code } } }";
const RESULT: &str = "query R($id: ID!) { pilot(id: $id) { contract { id } result { version verdict reason learned costPence
    measures { measure met evidence } publishedAt wantedCount wantedBy { slug } scaledBy { id scales { id } } } } }";

async fn result(scene: &Scene, who: Option<&String>) -> Value {
    let found = scene
        .world
        .query(who.map(String::as_str), RESULT, json!({ "id": scene.pilot }))
        .await;
    found["data"]["pilot"]["result"].clone()
}

fn said(pilot: &Value, version: i32) -> Value {
    json!({ "input": { "pilot": pilot, "version": version, "costPence": 390_000, "learned": "Crews want one screen.",
        "verdict": "SCALE", "reason": "It pays.", "measures": [
            { "measure": "Half as many missed bins", "met": true, "evidence": "From 40 to 12 a week." },
            { "measure": "No overtime", "met": false, "evidence": "Six hours a week." }] } })
}

#[tokio::test]
async fn a_result_is_the_councils_own_until_it_is_published_and_then_everybodys() {
    let scene = Scene::with(json!({ "standstillDays": 8 })).await;
    let (world, pilot) = (&scene.world, &scene.pilot);
    assert_eq!(
        tried(world, &scene.officer, DRAFT, said(pilot, 0)).await,
        ["NOT_AWARDED"]
    );
    evaluated_whole(&scene).await;
    let [alpha, _] = scene.bids(&scene.ann).await;
    let award = scene.award(&[&alpha]).await;
    assert_eq!(tried(world, &scene.approver, AWARD, award).await, [""; 0]);
    assert_eq!(
        tried(world, &scene.officer, DRAFT, said(pilot, 0)).await,
        ["NOT_AWARDED"],
        "it stands still"
    );
    world.app.clock.set("2026-01-27T00:00:00Z".parse().unwrap());
    let token = async |name: &str| world.token(&format!("{name}@norfolk.example")).await;
    let (officer, approver) = (token("officer").await, token("approver").await);
    done(world, &officer, DRAFT, said(pilot, 0)).await;
    assert_eq!(tried(world, &officer, DRAFT, said(pilot, 0)).await, ["CONFLICT"]);
    done(world, &officer, DRAFT, said(pilot, 1)).await;
    assert_eq!(result(&scene, Some(&officer)).await["version"], 2);
    let bidder = world.token("one@tidebell.example").await;
    for who in [None, Some(&bidder)] {
        assert_eq!(result(&scene, who).await, Value::Null, "a draft");
    }
    let publish = json!({ "pilot": pilot, "version": 2 });
    assert_eq!(
        world.refusal(&officer, PUBLISH, publish.clone()).await,
        "NOT_ALLOWED"
    );
    let fife = world.member("o@fife.example", "fife", CouncilRole::Officer).await;
    let us_too = json!({ "pilot": pilot, "council": world.council("fife").await });
    assert_eq!(tried(world, &fife, WANT, us_too.clone()).await, ["NOT_PUBLISHED"]);
    let watcher = world.supplier("sam@larch.example", "Larch").await;
    let watch = "mutation W($pilot: ID!) { watchSave(input: { pilot: $pilot }) { errors { code } } }";
    done(world, &watcher.token, watch, json!({ "pilot": pilot })).await;
    tick(&world.app).await.unwrap();
    done(world, &approver, PUBLISH, publish).await;
    assert_eq!(
        tick(&world.app).await.unwrap().mails,
        1,
        "whoever watches it hears of it"
    );
    let told = result(&scene, None).await;
    assert_eq!(
        (&told["verdict"], &told["costPence"], &told["measures"][1]["met"]),
        (&json!("SCALE"), &json!(390_000), &json!(false))
    );
    assert_eq!(tried(world, &officer, DRAFT, said(pilot, 3)).await, ["PUBLISHED"]);
    let again = json!({ "pilot": pilot, "version": 3 });
    assert_eq!(tried(world, &approver, PUBLISH, again).await, ["PUBLISHED"]);
    let version = world.version(&approver, pilot).await;
    let undo = json!({ "pilot": pilot, "version": version, "reason": "late" });
    assert_eq!(tried(world, &approver, UNDO, undo).await, ["HAS_RESULT"]);

    for _ in 0..2 {
        done(world, &fife, WANT, us_too.clone()).await;
    }
    let own = json!({ "pilot": pilot, "council": world.council("norfolk").await });
    assert_eq!(tried(world, &officer, WANT, own.clone()).await, ["OWN"]);
    assert_eq!(world.refusal(&fife, WANT, own).await, "NOT_ALLOWED");
    let told = result(&scene, None).await;
    assert_eq!(
        (&told["wantedCount"], &told["wantedBy"]),
        (&json!(1), &json!([{ "slug": "fife" }]))
    );

    world
        .register(include_str!("../../fixtures/register.csv"), false)
        .await;
    let list =
        "query L { contracts(filter: { text: \"F001\" }, first: 1) { edges { node { id scales { id } } } } }";
    let contract = async || world.data((), list, Value::Null).await["contracts"]["edges"][0]["node"].clone();
    let scaling = json!({ "pilot": pilot, "contract": contract().await["id"] });
    assert_eq!(world.refusal(&fife, SCALE, scaling.clone()).await, "NOT_ALLOWED");
    for _ in 0..2 {
        done(world, &officer, SCALE, scaling.clone()).await;
    }
    assert_eq!(contract().await["scales"]["id"], *pilot, "the contract says so");
    let told = result(&scene, None).await;
    assert_eq!(
        told["scaledBy"],
        json!([{ "id": contract().await["id"], "scales": { "id": pilot } }])
    );
    let found = world.data((), RESULT, json!({ "id": pilot })).await;
    let award = json!({ "pilot": pilot, "contract": found["pilot"]["contract"]["id"] });
    assert_eq!(
        tried(world, &officer, SCALE, award).await,
        ["NOT_ITS_SCALING"],
        "its own award"
    );
}

/// Ann gives both bids 50 on both criteria, and locks quality.
async fn evaluated_whole(scene: &Scene) {
    let (world, pilot) = (&scene.world, &scene.pilot);
    declared(world, &scene.approver, pilot, &[&scene.ann]).await;
    for bid in scene.bids(&scene.ann).await {
        for criterion in [1, 2] {
            done(
                world,
                &scene.ann,
                SCORE,
                score_of(pilot, &bid, criterion, 50, "sound"),
            )
            .await;
        }
    }
    submit(world, &scene.ann, pilot).await;
    lock(world, &scene.ann, pilot).await;
}
