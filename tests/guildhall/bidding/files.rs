//! Files with a bid: attached to its draft, opened with it, named by nothing that tells whose they are while suppliers are
//! not named, and forgotten when nothing names them.

use super::{SAVE, SUBMIT, open_pilot};
use crate::world::{DECLARED, Supplier, World, body};
use chrono::Duration;
use guildhall::pilots::bids::files;
use poem::http::StatusCode;
use serde_json::{Value, json};

const ATTACH: &str = "mutation A($input: BidDraftAttachInput!) { bidDraftAttach(input: $input) {
    draft { version attachments { name mediaType bytes sha256 url } } errors { code path message } } }";
const DETACH: &str = "mutation D($pilot: ID!, $supplier: ID!, $version: Int!) {
    bidDraftDetach(pilot: $pilot, supplier: $supplier, version: $version, name: \"Plan.pdf\") {
    draft { version attachments { name } } errors { code } } }";
const PLAN: &[u8] = b"%PDF-1.7\nTwo vans, canary-7f3a.\n";

struct Scene {
    world: World,
    pilot: Value,
    tidebell: Supplier,
}

/// An open pilot and a supplier with a draft of version 1.
async fn scene() -> Scene {
    let world = World::new().await;
    let pilot = open_pilot(&world).await;
    let tidebell = world.supplier("sam@tidebell.example", "Tidebell").await;
    let input = json!({ "pilot": pilot, "supplier": tidebell.id, "pricePence": 5, "answer": "As in the plan.",
        "declarations": DECLARED });
    world.data(&tidebell, SAVE, json!({ "input": input })).await;
    Scene {
        world,
        pilot,
        tidebell,
    }
}

impl Scene {
    async fn attach(&self, who: &str, version: i32, name: &str, content: &[u8]) -> Value {
        let input =
            json!({ "pilot": self.pilot, "supplier": self.tidebell.id, "version": version, "name": name });
        let call = json!({ "query": ATTACH, "variables": { "input": input } });
        let request = self.world.post_file(&call, content);
        body(
            request
                .header("authorization", format!("Bearer {who}"))
                .send()
                .await,
        )
        .await
    }

    /// What a link gives to somebody.
    async fn fetch(&self, who: &str, url: &str) -> (StatusCode, Vec<u8>) {
        let path = url.strip_prefix("https://guildhall.example").unwrap_or(url);
        let request = self.world.client.get(path.to_owned());
        let answer = request
            .header("authorization", format!("Bearer {who}"))
            .send()
            .await;
        let status = answer.0.status();
        (status, answer.0.into_body().into_vec().await.unwrap())
    }

    fn objects(&self) -> usize {
        std::fs::read_dir(self.world.objects()).unwrap().count()
    }
}

#[tokio::test]
async fn a_file_goes_with_a_bid_and_is_read_by_whoever_may_read_the_bid_when_they_may() {
    let scene = scene().await;
    let (world, sam) = (&scene.world, &scene.tidebell.token);
    let attached = scene.attach(sam, 1, "Plan.pdf", PLAN).await["data"]["bidDraftAttach"].clone();
    let file = &attached["draft"]["attachments"][0];
    assert_eq!(
        (&file["name"], &file["mediaType"]),
        (&json!("Plan.pdf"), &json!("application/pdf")),
        "{attached}"
    );
    let own = scene.fetch(sam, file["url"].as_str().unwrap()).await;
    assert_eq!(own, (StatusCode::OK, PLAN.to_vec()));
    let submit = json!({ "pilot": scene.pilot, "supplier": scene.tidebell.id, "version": 2 });
    let submitted = world.data(&scene.tidebell, SUBMIT, submit).await;
    assert_eq!(
        submitted["bidDraftSubmit"]["receipt"]["version"], 1,
        "{submitted}"
    );

    world.app.clock.advance(Duration::hours(7));
    let evaluator = world.token("e@norfolk.example").await;
    let approver = world.token("a@norfolk.example").await;
    let query = "query Q($id: ID!) { pilot(id: $id) { evaluation { bids { attachments { name url } } } } }";
    let bids = async |who: &String| {
        let told = world.data(who, query, json!({ "id": scene.pilot })).await;
        told["pilot"]["evaluation"]["bids"].clone()
    };
    assert_eq!(bids(&evaluator).await, json!([]), "not on the panel yet");
    crate::evaluating::declared(world, &approver, &scene.pilot, &[&evaluator]).await;
    let seen = bids(&evaluator).await[0]["attachments"][0].clone();
    assert_eq!(seen["name"], "Plan.pdf", "{seen}");
    let url = seen["url"].as_str().unwrap();
    assert_eq!(
        scene.fetch(&evaluator, url).await,
        (StatusCode::OK, PLAN.to_vec())
    );
    assert_eq!(
        scene.fetch(&approver, url).await.0,
        StatusCode::NOT_FOUND,
        "a link is one person's"
    );
}

#[tokio::test]
async fn what_cannot_be_attached_is_refused_in_words_and_what_nothing_names_is_forgotten() {
    let scene = scene().await;
    let (world, sam) = (&scene.world, &scene.tidebell.token);
    for (version, name, content, code) in [
        (7, "Plan.pdf", PLAN, "CONFLICT"),
        (1, "Plan.docx", PLAN, "FILE_NOT_AS_NAMED"),
        (1, "Plan.exe", b"MZ\x90\0 and more", "UNKNOWN_FILE_TYPE"),
        (1, "Plan.pdf", b"", "EMPTY_FILE"),
        (1, " ", PLAN, "BAD_FILE_NAME"),
    ] {
        let told = scene.attach(sam, version, name, content).await;
        assert_eq!(
            told["data"]["bidDraftAttach"]["errors"][0]["code"], code,
            "{name}: {told}"
        );
    }
    assert_eq!(scene.objects(), 0, "what is refused is not kept");
    let stranger = world
        .supplier("robin@copperwren.example", "Copperwren")
        .await
        .token;
    let refused = scene.attach(&stranger, 1, "Plan.pdf", PLAN).await;
    assert_eq!(refused["errors"][0]["extensions"]["code"], "NOT_ALLOWED");

    scene.attach(sam, 1, "Plan.pdf", PLAN).await;
    scene.attach(sam, 2, "Team.pdf", b"%PDF-1.7\nSix people.\n").await;
    let ids = json!({ "pilot": scene.pilot, "supplier": scene.tidebell.id, "version": 3 });
    world.data(&scene.tidebell, SUBMIT, ids.clone()).await;
    let detached = world.data(&scene.tidebell, DETACH, ids.clone()).await["bidDraftDetach"].clone();
    assert_eq!(
        detached["draft"]["attachments"],
        json!([{ "name": "Team.pdf" }]),
        "{detached}"
    );
    let later = json!({ "pilot": scene.pilot, "supplier": scene.tidebell.id, "version": 4 });
    let none = world.data(&scene.tidebell, DETACH, later.clone()).await;
    assert_eq!(none["bidDraftDetach"]["errors"][0]["code"], "NO_FILE");

    world.app.clock.advance(Duration::hours(5));
    let mut replaced = later;
    replaced["replaces"] = 1.into();
    world.app.clock.advance(Duration::minutes(1));
    let again = world.data(&scene.tidebell, SUBMIT, replaced).await;
    assert_eq!(again["bidDraftSubmit"]["receipt"]["version"], 2, "{again}");
    assert_eq!(
        files::sweep(&world.app, []).await.unwrap(),
        0,
        "younger than a day"
    );
    world.app.clock.advance(Duration::hours(25));
    assert_eq!(
        files::sweep(&world.app, []).await.unwrap(),
        0,
        "a backup may name it"
    );
    world.app.clock.advance(Duration::days(36));
    assert_eq!(
        files::sweep(&world.app, []).await.unwrap(),
        1,
        "the plan: no draft and no bid names it any more"
    );
    guildhall::alerts::tick(&world.app).await.unwrap();
    assert_eq!(
        files::sweep(&world.app, []).await.unwrap(),
        0,
        "bids that were taken out of the box name theirs"
    );
    assert_eq!(scene.objects(), 1);
}
