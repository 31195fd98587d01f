//! The record of a pilot for whoever audits it: one scripted procedure, from the draft to the award, and the record at each
//! of its stages. What Annex IV of Directive 2014/24 asks is in `annex_iv`, letter by letter.

mod annex_iv;
mod command;
mod stages;

use crate::evaluating::{
    AWARD, CONSENSUS, DECIDE, DECLARE, PANEL, SCORE, declare, lock, person, score_of, seen, submit, tried,
};
use crate::world::{DECLARED, Supplier, World};
use chrono::{DateTime, Duration, Utc};
use guildhall::access::CouncilRole;
use guildhall::runtime::outbox;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// In what bids say, and in nothing else.
const SAID: &str = "zqxoffer";
/// Prices that are in nothing else: first, replaced, withdrawn, and of the other bidder.
const PRICES: [i64; 4] = [731_911, 613_337, 542_429, 877_113];
/// In what evaluators say of bids before quality is locked.
const REASON: &str = "zqxreason";

const RECORD: &str = "query R($id: ID!) { pilotRecord(pilot: $id) { json sha256 } }";
const DRAFT: &str =
    "mutation D($input: PilotDraftInput!) { pilotDraft(input: $input) { pilot { id } errors { code } } }";
const PUBLISH: &str = "mutation P($id: ID!, $at: DateTime!) {
    pilotPublish(pilot: $id, version: 1, deadlineAt: $at) { errors { code message } } }";
const EXTEND: &str = "mutation E($id: ID!, $version: Int!, $at: DateTime!) {
    pilotExtend(pilot: $id, version: $version, deadlineAt: $at) { errors { code } } }";
const BID: &str = "mutation B($input: BidSubmitInput!) { bidSubmit(input: $input) { errors { code } } }";
const WITHDRAW: &str = "mutation W($pilot: ID!, $supplier: ID!, $version: Int!) {
    bidWithdraw(pilot: $pilot, supplier: $supplier, version: $version) { errors { code } } }";
const ASK: &str = "mutation A($pilot: ID!, $supplier: ID!) {
    pilotQuestionAsk(pilot: $pilot, supplier: $supplier, question: \"How many rounds?\") {
        question { id } errors { code } } }";
const ANSWER: &str = "mutation A($id: ID!) { pilotQuestionAnswer(question: $id, version: 1,
    state: ANSWERED_AND_PUBLISHED, answer: \"Forty.\") { errors { code } } }";
const BIDS: &str = "query B($id: ID!) { pilot(id: $id) { bids { id answer pricePence } } }";

/// Everybody in it, the pilot, and what the script knows of what happened when.
pub(crate) struct Procedure {
    pub(crate) world: World,
    pub(crate) pilot: Value,
    officer: String,
    approver: String,
    /// On the panel, and excluded for an interest.
    admin: String,
    chair: String,
    evaluator: String,
    one: Supplier,
    two: Supplier,
    three: Supplier,
    late: Supplier,
    /// Instants by name.
    when: BTreeMap<&'static str, DateTime<Utc>>,
    /// The approver's record of each stage, in order.
    stages: Vec<(&'static str, Value)>,
}

async fn done(world: &World, who: &String, mutation: &str, variables: Value) {
    let said = variables.to_string();
    assert_eq!(tried(world, who, mutation, variables).await, [""; 0], "{said}");
}

impl Procedure {
    /// People and a draft.
    async fn drafted() -> Self {
        use CouncilRole::{Administrator, Approver, Evaluator, Officer};
        let world = World::new().await;
        let of = async |name: &str, role| {
            let address = format!("{name}@norfolk.example");
            world.member(&address, "norfolk", role).await
        };
        let (officer, approver) = (of("officer", Officer).await, of("approver", Approver).await);
        let (admin, chair) = (of("admin", Administrator).await, of("chair", Evaluator).await);
        let evaluator = of("evaluator", Evaluator).await;
        let one = world.supplier("one@tidebell.example", "Tidebell").await;
        let two = world.supplier("two@copperwren.example", "Copperwren").await;
        let three = world.supplier("three@larch.example", "Larch").await;
        let late = world.supplier("late@heron.example", "Heron").await;
        let input = json!({ "council": world.council("norfolk").await, "title": "Missed <bins>", "summary": "Try.",
            "successMeasures": "Fewer.", "capPence": 1_000_000, "weeks": 12, "standstillDays": 8,
            "suppliersUnnamed": true, "priceAfterQuality": true, "criteria": [
            { "kind": "QUALITY", "name": "Approach", "description": "How", "weight": 60 },
            { "kind": "PRICE", "name": "Price", "description": "Formula", "weight": 40 }] });
        let drafted = world.data(&officer, DRAFT, json!({ "input": input })).await;
        Self {
            pilot: drafted["pilotDraft"]["pilot"]["id"].clone(),
            world,
            officer,
            approver,
            admin,
            chair,
            evaluator,
            one,
            two,
            three,
            late,
            when: BTreeMap::new(),
            stages: Vec::new(),
        }
    }

    /// The same, up to this stage.
    async fn until(stage: &str) -> Self {
        let mut procedure = Self::drafted().await;
        procedure.publish().await;
        if stage == "published" {
            return procedure;
        }
        procedure.bids().await;
        if stage == "open" {
            return procedure;
        }
        procedure.closed().await;
        procedure.scored().await;
        if stage == "scored" {
            return procedure;
        }
        procedure.locked().await;
        if stage == "locked" {
            return procedure;
        }
        procedure.awarded().await;
        procedure
    }

    /// From the draft to the award.
    pub(crate) async fn whole() -> Self {
        Self::until("awarded").await
    }

    fn id(&self) -> Value {
        json!({ "id": self.pilot })
    }

    /// Notes an instant, and goes on a minute later.
    fn note(&mut self, what: &'static str) {
        self.when.insert(what, self.world.now());
        self.world.app.clock.advance(Duration::minutes(1));
    }

    async fn keep(&mut self, stage: &'static str) {
        let record = self.record(&self.approver).await;
        self.stages.push((stage, record));
    }

    /// What somebody is told who asks for the record.
    async fn told(&self, who: impl crate::world::Who) -> Value {
        self.world.data(who, RECORD, self.id()).await["pilotRecord"].clone()
    }

    /// The record as somebody who may read it gets it: the JSON, whose digest is right.
    pub(crate) async fn record(&self, who: &String) -> Value {
        let answer = self.world.data(who, RECORD, self.id()).await;
        let text = answer["pilotRecord"]["json"].as_str().unwrap();
        let digest = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(text));
        assert_eq!(answer["pilotRecord"]["sha256"], digest);
        serde_json::from_str(text).unwrap()
    }

    async fn publish(&mut self) {
        let at = self.world.now() + Duration::hours(2);
        self.when.insert("first deadline", at);
        done(
            &self.world,
            &self.approver,
            PUBLISH,
            json!({ "id": self.pilot, "at": at.to_rfc3339() }),
        )
        .await;
        self.note("published");
        let asked = json!({ "pilot": self.pilot, "supplier": self.one.id });
        let asked = self.world.data(&self.one, ASK, asked).await["pilotQuestionAsk"]["question"].clone();
        self.note("asked");
        done(&self.world, &self.officer, ANSWER, json!({ "id": asked["id"] })).await;
        self.note("answered");
        self.keep("published").await;
    }

    async fn bid(&self, of: &Supplier, price: i64, replaces: Option<i32>) -> Vec<String> {
        let answer = format!("{SAID} {price}");
        let input = json!({ "pilot": self.pilot, "supplier": of.id, "pricePence": price, "answer": answer, "declarations": DECLARED,
            "replaces": replaces });
        tried(&self.world, &of.token, BID, json!({ "input": input })).await
    }

    /// One is replaced and one withdrawn; two people of the council try what they may not, and a stranger does.
    async fn bids(&mut self) {
        let [first, replaced, withdrawn, other] = PRICES;
        assert_eq!(self.bid(&self.one, first, None).await, [""; 0]);
        self.note("one, version 1");
        assert_eq!(self.bid(&self.two, other, None).await, [""; 0]);
        self.note("two, version 1");
        assert_eq!(self.bid(&self.three, withdrawn, None).await, [""; 0]);
        self.note("three, version 1");
        assert_eq!(self.bid(&self.one, replaced, Some(1)).await, [""; 0]);
        self.note("one, version 2");
        let taken_back = json!({ "pilot": self.pilot, "supplier": self.three.id, "version": 1 });
        done(&self.world, &self.three.token, WITHDRAW, taken_back).await;
        self.note("three taken back");
        let sealed = self.world.data(&self.admin, BIDS, self.id()).await;
        assert_eq!(sealed["pilot"]["bids"], json!([]));
        self.note("admin tried to read");
        let version = self.world.version(&self.approver, &self.pilot).await;
        let early = json!({ "input": { "pilot": self.pilot, "version": version, "bids": [], "reason": "Early.",
            "feedback": [] } });
        assert_eq!(
            tried(&self.world, &self.approver, AWARD, early).await,
            ["NOT_CLOSED"]
        );
        self.note("approver tried to award");
        assert_eq!(self.told(&self.late).await, Value::Null);
        self.note("late asked for the record");
        let at = self.when["first deadline"] + Duration::hours(1);
        let moved = json!({ "id": self.pilot, "version": version, "at": at.to_rfc3339() });
        done(&self.world, &self.approver, EXTEND, moved).await;
        self.when.insert("deadline", at);
        self.note("extended");
        self.keep("open").await;
    }

    /// The deadline passes, and a bid comes too late.
    async fn closed(&mut self) {
        self.world.app.clock.set(self.when["deadline"]);
        assert_eq!(self.bid(&self.late, 1, None).await, ["NOT_OPEN"]);
        self.note("late bid");
        self.keep("closed").await;
    }

    /// The panel declares, one of it is excluded, and the others score; one score is entered twice.
    async fn scored(&mut self) {
        let (world, pilot) = (&self.world, &self.pilot);
        let mut people = Vec::new();
        for who in [&self.chair, &self.evaluator, &self.admin] {
            people.push(person(world, who).await);
        }
        let input = json!({ "pilot": pilot, "version": 0, "evaluators": people, "chair": people[0] });
        done(world, &self.approver, PANEL, json!({ "input": input })).await;
        for who in [&self.chair, &self.evaluator] {
            declare(world, who, pilot).await;
        }
        let interest = json!({ "pilot": pilot, "interest": "Shares in Tidebell." });
        done(world, &self.admin, DECLARE, interest).await;
        let exclude = json!({ "input": { "pilot": pilot, "version": 4, "evaluator": people[2], "excluded": true,
            "reason": "They hold shares." } });
        done(world, &self.chair, DECIDE, exclude).await;
        self.note("excluded");
        let bids = self.blind().await;
        for (who, scores) in [(&self.chair, [80, 70]), (&self.evaluator, [40, 60])] {
            for (bid, score) in bids.iter().zip(scores) {
                let given = score_of(&self.pilot, bid, 1, score, &format!("{REASON} {score}"));
                done(&self.world, who, SCORE, given).await;
            }
        }
        self.note("scored");
        let again = score_of(&self.pilot, &bids[0], 1, 76, &format!("{REASON} 76"));
        done(&self.world, &self.evaluator, SCORE, again).await;
        self.note("scored again");
        self.keep("being scored").await;
    }

    /// The bids as the panel knows them: of the first supplier, and of the second.
    async fn blind(&self) -> [Value; 2] {
        let seen = seen(&self.world, &self.chair, &self.pilot).await;
        [PRICES[1], PRICES[3]].map(|price| {
            let said = format!("{SAID} {price}");
            let bids = seen["bids"].as_array().unwrap();
            let of = bids.iter().find(|bid| bid["answer"] == said);
            of.unwrap_or_else(|| panic!("{seen}"))["id"].clone()
        })
    }

    async fn locked(&mut self) {
        for who in [&self.chair, &self.evaluator] {
            submit(&self.world, who, &self.pilot).await;
        }
        let bids = self.blind().await;
        let version = seen(&self.world, &self.chair, &self.pilot).await["version"].clone();
        let mut agreed = score_of(&self.pilot, &bids[0], 1, 78, &format!("{REASON} agreed"));
        agreed["input"]["version"] = version;
        done(&self.world, &self.chair, CONSENSUS, agreed).await;
        self.note("agreed");
        lock(&self.world, &self.chair, &self.pilot).await;
        self.note("locked");
        self.keep("locked").await;
    }

    async fn awarded(&mut self) {
        let bids = self.blind().await;
        let version = self.world.version(&self.approver, &self.pilot).await;
        let told = |bid: &Value| json!({ "bid": bid, "text": "zqxfeedback" });
        let input = json!({ "pilot": self.pilot, "version": version, "bids": [bids[0]], "reason": "Best of two.",
            "feedback": [told(&bids[0]), told(&bids[1])] });
        done(&self.world, &self.approver, AWARD, json!({ "input": input })).await;
        self.note("awarded");
        outbox::deliver_due(&self.world.app).await.unwrap();
        self.keep("awarded").await;
    }
}

fn list<'a>(record: &'a Value, part: &str) -> &'a Vec<Value> {
    let list = record[part].as_array();
    list.unwrap_or_else(|| panic!("no {part} in {record:#}"))
}

/// An instant of a record.
fn at(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}
