//! Suppliers answer a need: for the council that stated it, those that say "us too", and themselves.

use crate::world::{Supplier, World};
use chrono::Duration;
use guildhall::access::CouncilRole;
use serde_json::{Value, json};

const ANSWER: &str = "mutation A($need: ID!, $supplier: ID!, $offer: NeedOfferInput!) {
    needAnswer(need: $need, supplier: $supplier, offer: $offer) { answer { id version state } errors { code path } } }";
const REVISE: &str = "mutation R($answer: ID!, $version: Int!, $offer: NeedOfferInput!) {
    needAnswerRevise(answer: $answer, version: $version, offer: $offer) { answer { version } errors { code path } } }";
const WITHDRAW: &str = "mutation W($answer: ID!, $version: Int!) {
    needAnswerWithdraw(answer: $answer, version: $version) { answer { version state } errors { code path } } }";
const READ: &str =
    "query R($need: ID) { needAnswers(filter: { need: $need }) { edges { node { note state version
    supplier { name } products { name } need { title } } } } }";

struct Scene {
    world: World,
    need: Value,
    norfolk: String,
    bell: Supplier,
    reed: Supplier,
}

async fn scene() -> Scene {
    let world = World::new().await;
    let norfolk = world
        .member("o@norfolk.example", "norfolk", CouncilRole::Officer)
        .await;
    let state = "mutation N($input: NeedStateInput!) { needState(input: $input) { need { id } } }";
    let input = json!({ "council": world.council("norfolk").await, "title": "Missed bins", "problem": "p",
        "outcomes": "o" });
    let stated = world.data(&norfolk, state, json!({ "input": input })).await;
    Scene {
        need: stated["needState"]["need"]["id"].clone(),
        norfolk,
        bell: world.supplier("b@bell.example", "Bell").await,
        reed: world.supplier("r@reed.example", "Reed").await,
        world,
    }
}

impl Scene {
    async fn answer(&self, supplier: &Supplier, offer: Value) -> Value {
        let variables = json!({ "need": self.need, "supplier": supplier.id, "offer": offer });
        self.world.data(supplier, ANSWER, variables).await["needAnswer"].clone()
    }

    /// The notes that somebody reads.
    async fn notes(&self, token: Option<&String>) -> Vec<Value> {
        let answer = self
            .world
            .query(token.map(String::as_str), READ, json!({ "need": self.need }))
            .await;
        let edges = answer["data"]["needAnswers"]["edges"].as_array().unwrap().clone();
        edges
            .into_iter()
            .map(|edge| edge["node"]["note"].clone())
            .collect()
    }

    /// A product of a supplier's, published if it is to be.
    async fn product(&self, supplier: &Supplier, name: &str, published: bool) -> Value {
        let draft =
            "mutation D($supplier: ID!, $name: String!) { productDraft(supplier: $supplier, listing: {
            name: $name, summary: \"s\", description: \"d\" }) { product { id } } }";
        let variables = json!({ "supplier": supplier.id, "name": name });
        let drafted = self.world.data(supplier, draft, variables).await;
        let id = drafted["productDraft"]["product"]["id"].clone();
        if published {
            let publish =
                "mutation P($id: ID!) { productPublish(product: $id, version: 1) { errors { code } } }";
            self.world.data(supplier, publish, json!({ "id": id })).await;
        }
        id
    }
}

#[tokio::test]
async fn answers_are_for_the_councils_of_the_need_and_their_own_supplier() {
    let scene = scene().await;
    let world = &scene.world;
    scene.answer(&scene.bell, json!({ "note": "Bell can" })).await;
    world.app.clock.advance(Duration::minutes(1));
    scene.answer(&scene.reed, json!({ "note": "Reed can" })).await;
    let fife = world.member("o@fife.example", "fife", CouncilRole::Officer).await;
    let evaluator = world
        .member("e@norfolk.example", "norfolk", CouncilRole::Evaluator)
        .await;
    let kent = world.member("o@kent.example", "kent", CouncilRole::Officer).await;
    let (bell, reed, both) = (
        json!("Bell can"),
        json!("Reed can"),
        [json!("Reed can"), json!("Bell can")],
    );
    assert_eq!(scene.notes(Some(&scene.norfolk)).await, both);
    assert_eq!(scene.notes(Some(&scene.bell.token)).await, [bell]);
    assert_eq!(scene.notes(Some(&scene.reed.token)).await, [reed]);
    for stranger in [None, Some(&evaluator), Some(&fife), Some(&kent)] {
        assert_eq!(scene.notes(stranger).await, [] as [Value; 0], "{stranger:?}");
    }
    let variables = json!({ "need": scene.need, "council": world.council("fife").await });
    let support = "mutation S($need: ID!, $council: ID!) { needSupport(need: $need, council: $council) { errors { code } } }";
    world.data(&fife, support, variables.clone()).await;
    assert_eq!(scene.notes(Some(&fife)).await, both, "it says \"us too\"");
    let withdraw = "mutation W($need: ID!, $council: ID!) {
        needSupportWithdraw(need: $need, council: $council, version: 1) { errors { code } } }";
    world.data(&fife, withdraw, variables).await;
    assert_eq!(scene.notes(Some(&fife)).await, [] as [Value; 0], "no more");
}

#[tokio::test]
async fn an_answer_names_published_products_of_its_supplier() {
    let scene = scene().await;
    let (mine, draft, theirs) = (
        scene.product(&scene.bell, "Rounds", true).await,
        scene.product(&scene.bell, "Not yet", false).await,
        scene.product(&scene.reed, "Other", true).await,
    );
    let refused = scene
        .answer(&scene.bell, json!({ "products": [draft, mine, theirs, mine] }))
        .await;
    let at = |index: u32| json!({ "code": "UNKNOWN_PRODUCT", "path": format!("products.{index}") });
    assert_eq!(refused["errors"], json!([at(0), at(2), at(3)]));
    let nothing = scene.answer(&scene.bell, json!({ "note": " " })).await;
    assert_eq!(nothing["errors"][0]["code"], "BAD_TEXT");
    let many = vec![mine.clone(); 21];
    let many = scene.answer(&scene.bell, json!({ "products": many })).await;
    assert_eq!(many["errors"][0]["code"], "TOO_MANY");
    let given = scene.answer(&scene.bell, json!({ "products": [mine] })).await;
    assert_eq!(given["errors"], json!([]));
    let read = scene.world.data(&scene.norfolk, READ, Value::Null).await;
    assert_eq!(
        read["needAnswers"]["edges"][0]["node"],
        json!({ "note": null, "state": "GIVEN", "version": 1, "supplier": { "name": "Bell" },
            "products": [{ "name": "Rounds" }], "need": { "title": "Missed bins" } })
    );
}

#[tokio::test]
async fn an_answer_is_revised_taken_back_and_given_again() {
    let scene = scene().await;
    let world = &scene.world;
    let given = scene.answer(&scene.bell, json!({ "note": "First" })).await["answer"].clone();
    let twice = scene.answer(&scene.bell, json!({ "note": "Second" })).await;
    assert_eq!(twice["errors"][0]["code"], "ALREADY_ANSWERED");
    let revise = json!({ "answer": given["id"], "version": 1, "offer": { "note": "Better" } });
    let revised = world.data(&scene.bell, REVISE, revise.clone()).await;
    assert_eq!(revised["needAnswerRevise"]["answer"]["version"], 2);
    assert_eq!(scene.notes(Some(&scene.norfolk)).await, [json!("Better")]);
    for token in [&scene.reed.token, &scene.norfolk] {
        assert_eq!(world.refusal(token, REVISE, revise.clone()).await, "NOT_FOUND");
    }
    let stale = json!({ "answer": given["id"], "version": 1 });
    let stale = world.data(&scene.bell, WITHDRAW, stale).await;
    assert_eq!(stale["needAnswerWithdraw"]["errors"][0]["code"], "CONFLICT");
    let back = json!({ "answer": given["id"], "version": 2 });
    let back = world.data(&scene.bell, WITHDRAW, back).await;
    assert_eq!(back["needAnswerWithdraw"]["answer"]["state"], "WITHDRAWN");
    assert_eq!(scene.notes(Some(&scene.norfolk)).await, [] as [Value; 0]);
    assert_eq!(
        scene.notes(Some(&scene.bell.token)).await,
        [json!("Better")],
        "its own"
    );
    let late = json!({ "answer": given["id"], "version": 3, "offer": { "note": "x" } });
    let late = world.data(&scene.bell, REVISE, late).await;
    assert_eq!(late["needAnswerRevise"]["errors"][0]["code"], "WITHDRAWN");
    let again = scene.answer(&scene.bell, json!({ "note": "Third" })).await;
    assert_eq!(
        (&again["answer"]["id"], &again["answer"]["version"]),
        (&given["id"], &json!(4))
    );
    assert_eq!(scene.notes(Some(&scene.norfolk)).await, [json!("Third")]);
}

#[tokio::test]
async fn only_a_need_that_is_open_is_answered() {
    let scene = scene().await;
    let end = "mutation E($need: ID!) { needEnd(need: $need, version: 1, ending: MET) { errors { code } } }";
    scene
        .world
        .data(&scene.norfolk, end, json!({ "need": scene.need }))
        .await;
    let late = scene.answer(&scene.bell, json!({ "note": "Late" })).await;
    assert_eq!(late["errors"], json!([{ "code": "ENDED", "path": "need" }]));
    let variables = json!({ "need": scene.need, "supplier": scene.bell.id, "offer": { "note": "x" } });
    let refused = scene.world.refusal(&scene.reed, ANSWER, variables).await;
    assert_eq!(refused, "NOT_ALLOWED", "for another supplier");
}

#[tokio::test]
async fn a_page_of_answers_takes_the_same_statements_whatever_its_length() {
    let scene = scene().await;
    let mine = scene.product(&scene.bell, "Rounds", true).await;
    let other = scene.product(&scene.reed, "Other", true).await;
    scene.answer(&scene.bell, json!({ "products": [mine] })).await;
    let count = async || {
        let before = scene.world.app.db.statements();
        scene.world.data(&scene.norfolk, READ, Value::Null).await;
        scene.world.app.db.statements() - before
    };
    let one = count().await;
    scene.answer(&scene.reed, json!({ "products": [other] })).await;
    assert_eq!(count().await, one);
}
