//! A need becomes a pilot without typing it again, and a published pilot becomes another council's, with credit.

use super::{drafted, norfolk, published};
use crate::world::World;
use chrono::Duration;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const FROM_NEED: &str = "mutation F($input: PilotDraftFromNeedInput!) { pilotDraftFromNeed(input: $input) {
    pilot { title summary successMeasures systems capPence weeks cpv phase service { lgsl } need { title }
        criteria { kind weight } } errors { code path } } }";
const COPY: &str = "mutation C($input: PilotCopyInput!) { pilotCopy(input: $input) {
    pilot { id title capPence weeks questionsUntil decidesOn phase council { slug } need { title } criteria { name weight }
        copiedFrom { id title council { slug } } } errors { code path } } }";

#[tokio::test]
async fn a_need_becomes_a_pilot_of_its_council_or_of_one_that_supports_it() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let fife = world.member("o@fife.example", "fife", CouncilRole::Officer).await;
    let (council, other) = (world.council("norfolk").await, world.council("fife").await);
    let state =
        "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } errors { code } } }";
    let input = json!({ "council": council, "title": "Missed bins", "problem": "Paper.", "outcomes": "Fewer.",
        "systems": "The round planner", "service": 528, "cpv": "48000000", "budgetMaxPence": 2_000_000 });
    let need = world
        .data(&norfolk.approver, state, json!({ "input": input }))
        .await["needState"]["need"]["id"]
        .clone();
    let own = json!({ "council": council, "need": need });
    let made = world
        .data(&norfolk.approver, FROM_NEED, json!({ "input": own }))
        .await;
    let expected = json!({ "title": "Missed bins", "summary": "Paper.", "successMeasures": "Fewer.",
        "systems": "The round planner", "capPence": 2_000_000, "weeks": 12, "cpv": "48000000", "phase": "DRAFT",
        "service": { "lgsl": 528 }, "need": { "title": "Missed bins" },
        "criteria": [{ "kind": "QUALITY", "weight": 60 }, { "kind": "PRICE", "weight": 40 }] });
    assert_eq!(made["pilotDraftFromNeed"]["pilot"], expected, "{made}");

    let theirs = json!({ "input": { "council": other, "need": need, "capPence": 500_000, "weeks": 6 } });
    let refused = world.data(&fife, FROM_NEED, theirs.clone()).await;
    let not_its = json!([{ "code": "NOT_ITS_NEED", "path": "need" }]);
    assert_eq!(refused["pilotDraftFromNeed"]["errors"], not_its);
    let typed = "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { errors { code path } } }";
    let again = json!({ "council": other, "need": need, "capPence": 1, "weeks": 1, "criteria": [
        { "kind": "PRICE", "name": "p", "description": "d", "weight": 100 }] });
    let refused = world.data(&fife, typed, json!({ "input": again })).await;
    assert_eq!(refused["pilotDraft"]["errors"], not_its, "by either way");
    let support = "mutation S($need: ID!, $council: ID!) { needSupport(need: $need, council: $council) { errors { code } } }";
    world
        .data(&fife, support, json!({ "need": need, "council": other }))
        .await;
    let supported = world.data(&fife, FROM_NEED, theirs.clone()).await;
    let pilot = &supported["pilotDraftFromNeed"]["pilot"];
    assert_eq!(
        (&pilot["title"], &pilot["capPence"], &pilot["weeks"]),
        (&json!("Missed bins"), &json!(500_000), &json!(6)),
        "{supported}"
    );
    assert_eq!(
        world.refusal(&norfolk.approver, FROM_NEED, theirs).await,
        "NOT_ALLOWED",
        "for one's own council"
    );
}

#[tokio::test]
async fn a_need_without_a_budget_asks_for_the_cap_at_its_field() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let council = world.council("norfolk").await;
    let state = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } } }";
    let input = json!({ "council": council, "title": "Bins", "problem": "p", "outcomes": "o" });
    let need = world
        .data(&norfolk.approver, state, json!({ "input": input }))
        .await["needState"]["need"]["id"]
        .clone();
    let bare = json!({ "input": { "council": council, "need": need } });
    let refused = world.data(&norfolk.approver, FROM_NEED, bare).await;
    assert_eq!(
        refused["pilotDraftFromNeed"]["errors"],
        json!([{ "code": "BAD_CAP", "path": "capPence" }])
    );
}

#[tokio::test]
async fn a_published_pilot_is_copied_by_another_council_and_the_credit_stays() {
    let world = World::new().await;
    let norfolk = norfolk(&world).await;
    let fife = world
        .member("a@fife.example", "fife", CouncilRole::Approver)
        .await;
    let other = world.council("fife").await;
    let draft = drafted(&world, &norfolk.approver, "NONE").await;
    let hidden = json!({ "input": { "council": other, "pilot": draft } });
    assert_eq!(
        world.refusal(&fife, COPY, hidden).await,
        "NOT_FOUND",
        "a draft is nobody's"
    );
    let own = json!({ "input": { "council": world.council("norfolk").await, "pilot": draft } });
    let unread = world.data(&norfolk.approver, COPY, own).await;
    assert_eq!(
        unread["pilotCopy"]["errors"],
        json!([{ "code": "NOT_PUBLISHED", "path": "pilot" }])
    );

    let source = published(&world, &norfolk.approver).await;
    let copied = world
        .data(
            &fife,
            COPY,
            json!({ "input": { "council": other, "pilot": source } }),
        )
        .await;
    let credit = json!({ "id": source, "title": "Missed bins", "council": { "slug": "norfolk" } });
    let mut copy = copied["pilotCopy"]["pilot"].clone();
    let id = copy["id"].take();
    let expected = json!({ "id": null, "title": "Missed bins", "capPence": 1_000_000, "weeks": 12, "questionsUntil": null,
        "decidesOn": null, "phase": "DRAFT", "council": { "slug": "fife" }, "need": null,
        "criteria": [{ "name": "Approach", "weight": 60 }, { "name": "Price", "weight": 40 }], "copiedFrom": credit });
    assert_eq!(copy, expected, "{copied}");

    let edit = "mutation E($input: PilotEditInput!) { pilotEdit(input: $input) {
        pilot { title copiedFrom { id title council { slug } } } errors { code } } }";
    let change = json!({ "input": { "pilot": id, "version": 1, "title": "Bins of Fife" } });
    let edited = world.data(&fife, edit, change).await["pilotEdit"]["pilot"].clone();
    assert_eq!(edited, json!({ "title": "Bins of Fife", "copiedFrom": credit }));
    let publish = "mutation P($id: ID!, $version: Int!, $at: DateTime!) {
        pilotPublish(pilot: $id, version: $version, deadlineAt: $at) { errors { code } } }";
    let at = (world.now() + Duration::hours(6)).to_rfc3339();
    let open = world
        .data(&fife, publish, json!({ "id": id, "version": 2, "at": at }))
        .await;
    assert_eq!(open["pilotPublish"]["errors"], json!([]));
    let read = "query P($id: ID!) { pilot(id: $id) { copiedFrom { id title council { slug } } } }";
    let everybody = world.data((), read, json!({ "id": id })).await;
    assert_eq!(everybody["pilot"]["copiedFrom"], credit, "for everybody to see");
    let log = "query L($id: ID!) { auditEntries(subject: $id) { edges { node { detail } } } }";
    let log = world.data(&fife, log, json!({ "id": id })).await;
    assert!(log.to_string().contains("copied from"), "{log}");
    assert_ne!(id, Value::Null);
}
