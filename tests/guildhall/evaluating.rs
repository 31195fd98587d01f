//! Evaluating the bids for a pilot, step by step, for tests that need one evaluated; what holds of it is in the folder of
//! this name.

mod blind;
mod decided;
mod interests;
mod ranked;
mod results;
mod sights;

use crate::world::{DECLARED, Supplier, World};
use chrono::Duration;
use serde_json::{Value, json};

pub(crate) const SCORE: &str =
    "mutation S($input: BidScoreInput!) { bidScore(input: $input) { errors { code message path } } }";
pub(crate) const PANEL: &str =
    "mutation P($input: EvaluationPanelNameInput!) { evaluationPanelName(input: $input) {
    errors { code path } } }";
pub(crate) const DECLARE: &str = "mutation D($pilot: ID!, $interest: String) {
    evaluationInterestDeclare(pilot: $pilot, interest: $interest) { errors { code } } }";
pub(crate) const DECIDE: &str = "mutation I($input: EvaluationInterestDecideInput!) {
    evaluationInterestDecide(input: $input) { errors { code } } }";
pub(crate) const SUBMIT: &str =
    "mutation S($pilot: ID!) { evaluationSubmit(pilot: $pilot) { errors { code message } } }";
pub(crate) const CONSENSUS: &str = "mutation C($input: EvaluationConsensusRecordInput!) {
    evaluationConsensusRecord(input: $input) { errors { code } } }";
pub(crate) const LOCK: &str = "mutation L($pilot: ID!, $version: Int!) {
    evaluationQualityLock(pilot: $pilot, version: $version) { errors { code } } }";
pub(crate) const AWARD: &str = "mutation A($input: PilotAwardInput!) { pilotAward(input: $input) {
    pilot { phase } errors { code path } } }";
const SEEN: &str = "query E($id: ID!) { pilot(id: $id) { evaluation { version qualityLockedAt
    panel { personId name ordinal chair own standing interest excluded decision submittedAt }
    bids { id label state answer pricePence supplier { name } bid { id }
        scores { evaluator criterion score reason } consensus { criterion score reason } }
    ranking { bid rank totalHundredths steps { ordinal criterion kind weight scoreHundredths product }
        tie { with decided } } } } }";

/// A person's id.
pub(crate) async fn person(world: &World, who: &String) -> Value {
    world.data(who, "{ viewer { id } }", Value::Null).await["viewer"]["id"].clone()
}

/// What somebody sees of an evaluation.
pub(crate) async fn seen(world: &World, who: &String, pilot: &Value) -> Value {
    let seen = world.data(who, SEEN, json!({ "id": pilot })).await;
    seen["pilot"]["evaluation"].clone()
}

async fn version(world: &World, who: &String, pilot: &Value) -> Value {
    seen(world, who, pilot).await["version"].clone()
}

/// Does something; gives the codes of why not.
pub(crate) async fn tried(world: &World, who: &String, mutation: &str, variables: Value) -> Vec<String> {
    let answer = world.data(who, mutation, variables).await;
    let payload = answer.as_object().unwrap().values().next().unwrap();
    let errors = payload["errors"].as_array().unwrap();
    let code = |error: &Value| error["code"].as_str().unwrap().to_owned();
    errors.iter().map(code).collect()
}

async fn done(world: &World, who: &String, mutation: &str, variables: Value) {
    let said = variables.to_string();
    assert_eq!(tried(world, who, mutation, variables).await, [""; 0], "{said}");
}

/// Names a panel, the chair first.
pub(crate) async fn panel(world: &World, by: &String, pilot: &Value, evaluators: &[&String]) {
    let mut people = Vec::new();
    for who in evaluators {
        people.push(person(world, who).await);
    }
    let version = version(world, by, pilot).await;
    let input = json!({ "pilot": pilot, "version": version, "evaluators": people, "chair": people[0] });
    done(world, by, PANEL, json!({ "input": input })).await;
}

/// Declares that there is no interest.
pub(crate) async fn declare(world: &World, who: &String, pilot: &Value) {
    done(world, who, DECLARE, json!({ "pilot": pilot })).await;
}

/// Names a panel, the chair first, and has everybody declare that they have no interest.
pub(crate) async fn declared(world: &World, by: &String, pilot: &Value, evaluators: &[&String]) {
    panel(world, by, pilot, evaluators).await;
    for who in evaluators {
        declare(world, who, pilot).await;
    }
}

pub(crate) fn score_of(pilot: &Value, bid: &Value, criterion: i32, score: i32, reason: &str) -> Value {
    json!({ "input": { "pilot": pilot, "bid": bid, "criterion": criterion, "score": score, "reason": reason } })
}

/// Scores a bid on the first criterion.
pub(crate) async fn score(world: &World, who: &String, pilot: &Value, bid: &Value, score: i32) {
    done(world, who, SCORE, score_of(pilot, bid, 1, score, "sound")).await;
}

pub(crate) async fn submit(world: &World, who: &String, pilot: &Value) {
    done(world, who, SUBMIT, json!({ "pilot": pilot })).await;
}

pub(crate) async fn lock(world: &World, chair: &String, pilot: &Value) {
    let version = version(world, chair, pilot).await;
    done(world, chair, LOCK, json!({ "pilot": pilot, "version": version })).await;
}

/// One evaluator declares, gives each bid this on the first criterion, and locks quality.
pub(crate) async fn evaluated(
    world: &World,
    by: &String,
    evaluator: &String,
    pilot: &Value,
    points: impl Fn(&Value) -> i32,
) {
    declared(world, by, pilot, &[evaluator]).await;
    for bid in seen(world, evaluator, pilot).await["bids"].as_array().unwrap() {
        score(world, evaluator, pilot, &bid["id"], points(bid)).await;
    }
    submit(world, evaluator, pilot).await;
    lock(world, evaluator, pilot).await;
}

/// Norfolk's people, two bidders, and a pilot of Norfolk's whose bids are in.
struct Scene {
    world: World,
    approver: String,
    officer: String,
    /// Evaluators of Norfolk's.
    ann: String,
    bob: String,
    cat: String,
    one: Supplier,
    two: Supplier,
    pilot: Value,
}

const QUERY_BIDS: &str =
    "query B($id: ID!) { pilot(id: $id) { phase bids { id pricePence state feedback answer
    supplier { name } points { criterion points reasons } winnersPoints { points } } } }";

impl Scene {
    /// One bids 400,000 pence, two 500,000, on a pilot that differs from the usual in this.
    async fn with(differs: Value) -> Self {
        use guildhall::access::CouncilRole::{Approver, Evaluator, Officer};
        let world = World::new().await;
        let of = async |name: &str, role| {
            let address = format!("{name}@norfolk.example");
            world.member(&address, "norfolk", role).await
        };
        let approver = of("approver", Approver).await;
        let officer = of("officer", Officer).await;
        let (ann, bob) = (of("ann", Evaluator).await, of("bob", Evaluator).await);
        let cat = of("cat", Evaluator).await;
        let one = world.supplier("one@tidebell.example", "Tidebell").await;
        let two = world.supplier("two@copperwren.example", "Copperwren").await;
        let pilot = open(&world, &approver, differs).await;
        bid(&world, &one, &pilot, 400_000, "alpha").await;
        bid(&world, &two, &pilot, 500_000, "beta").await;
        world.app.clock.advance(Duration::hours(2));
        Self {
            world,
            approver,
            officer,
            ann,
            bob,
            cat,
            one,
            two,
            pilot,
        }
    }

    /// The bids as an evaluator knows them: of the first supplier, and of the second, told by what they say.
    async fn bids(&self, who: &String) -> [Value; 2] {
        let seen = seen(&self.world, who, &self.pilot).await;
        ["alpha", "beta"].map(|answer| {
            let bids = seen["bids"].as_array().unwrap();
            let of = bids.iter().find(|bid| bid["answer"] == answer);
            of.unwrap_or_else(|| panic!("{seen}"))["id"].clone()
        })
    }

    async fn whole(&self, who: &String) -> Vec<Value> {
        let found = self
            .world
            .data(who, QUERY_BIDS, json!({ "id": self.pilot }))
            .await;
        found["pilot"]["bids"].as_array().unwrap().clone()
    }

    async fn phase(&self) -> Value {
        let query = "query P($id: ID!) { pilot(id: $id) { phase } }";
        self.world.data((), query, json!({ "id": self.pilot })).await["pilot"]["phase"].clone()
    }

    /// An award of these, with something for everybody.
    async fn award(&self, bids: &[&Value]) -> Value {
        let version = self.world.version(&self.approver, &self.pilot).await;
        let mut feedback = Vec::new();
        for bid in self.whole(&self.approver).await {
            if bid["state"] != "DISQUALIFIED" {
                feedback.push(json!({ "bid": bid["id"], "text": "Thank you." }));
            }
        }
        json!({ "input": { "pilot": self.pilot, "version": version, "bids": bids, "reason": "Best.",
            "feedback": feedback } })
    }
}

/// A pilot of Norfolk's, open for two hours: quality is 40 and 25, the price 35.
async fn open(world: &World, approver: &String, differs: Value) -> Value {
    let mut input = json!({ "council": world.council("norfolk").await, "title": "Missed bins", "summary": "Try.",
        "successMeasures": "Fewer.", "capPence": 1_000_000, "weeks": 12, "criteria": [
        { "kind": "QUALITY", "name": "Approach", "description": "How", "weight": 40 },
        { "kind": "QUALITY", "name": "Team", "description": "Who", "weight": 25 },
        { "kind": "PRICE", "name": "Price", "description": "Formula", "weight": 35 }] });
    let input_of = input.as_object_mut().unwrap();
    input_of.extend(differs.as_object().unwrap().clone());
    let draft =
        "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id } errors { code } } }";
    let drafted = world.data(approver, draft, json!({ "input": input })).await;
    let pilot = drafted["pilotDraft"]["pilot"]["id"].clone();
    let publish =
        "mutation P($id: ID!, $at: DateTime!) { pilotPublish(pilot: $id, version: 1, deadlineAt: $at) {
        errors { code message } } }";
    let at = (world.now() + Duration::hours(2)).to_rfc3339();
    done(world, approver, publish, json!({ "id": pilot, "at": at })).await;
    pilot
}

async fn bid(world: &World, bidder: &Supplier, pilot: &Value, price: i64, answer: &str) {
    let submit = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) { errors { code } } }";
    let input = json!({ "pilot": pilot, "supplier": bidder.id, "pricePence": price, "answer": answer, "declarations": DECLARED });
    done(world, &bidder.token, submit, json!({ "input": input })).await;
}
