//! The town's pilots, brought to every stage, with their bids, scores and questions.

use super::made::id;
use super::town::{Org, Somebody, Town};
use crate::world::DECLARED;
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every stage of a pilot, and whether its texts are public then.
pub(crate) const STAGES: [(&str, bool); 13] = [
    ("draft", false),
    ("in review", false),
    ("approved", false),
    ("withdrawn", false),
    ("open", true),
    ("cancelled", true),
    ("closed", true),
    ("being scored", true),
    ("evaluating", true),
    ("awarded", true),
    ("with a draft of its result", true),
    ("with a result", true),
    ("none suitable", true),
];

impl Town {
    pub(crate) fn pilot_input(&self, council: Org, public: bool) -> Value {
        let text = if public {
            "Public".to_owned()
        } else {
            format!("hid--{}--", council.word())
        };
        json!({ "council": self.ids[&council], "title": text, "summary": text, "successMeasures": text,
            "capPence": 1_000_000, "weeks": 12, "decidesOn": "2026-12-01", "service": 528, "cpv": "48000000",
            "systems": text, "awardOn": "2026-06-01", "startsOn": "2026-07-01",
            "criteria": [{ "kind": "QUALITY", "name": text, "description": text, "weight": 60 },
                { "kind": "PRICE", "name": text, "description": text, "weight": 40 }] })
    }

    /// A pilot that is not open yet, or is open without bids.
    pub(crate) async fn pilot(&self, council: Org, by: &[&Somebody], stage: &str, public: bool) -> String {
        let mut input = self.pilot_input(council, public);
        if public {
            input["need"] = self.need(council, by).await.into();
        }
        let drafted = self.done(by, "pilotDraft", json!({ "input": input })).await;
        let pilot = id(&drafted["pilot"]["id"]);
        let reason = format!("hid--{}--", council.word());
        match stage {
            "in review" | "approved" => {
                let submitted = self
                    .done(by, "pilotSubmitForReview", json!({ "pilot": pilot }))
                    .await;
                if stage == "approved" {
                    let approved = json!({ "pilot": pilot, "decision": "APPROVED", "note": reason });
                    self.done(&self.approvers(council), "pilotReview", approved).await;
                }
                submitted
            }
            "withdrawn" => {
                self.done(by, "pilotWithdraw", json!({ "pilot": pilot, "reason": reason }))
                    .await
            }
            "open" => self.open(council, &pilot, Duration::days(20)).await,
            _ => Value::Null,
        };
        pilot
    }

    /// Whoever may publish for a council: one of them has not written what another has.
    fn approvers(&self, council: Org) -> [&Somebody; 2] {
        [&self.approvers[&council], &self.colleagues[&council]]
    }

    async fn open(&self, council: Org, pilot: &str, long: Duration) -> Value {
        let by = &self.approvers(council);
        let deadline = (self.world.now() + long).to_rfc3339();
        let variables = json!({ "pilot": pilot, "deadlineAt": deadline });
        let published = self.done(by, "pilotPublish", variables).await;
        self.publish(pilot);
        published
    }

    /// A published pilot with a bid of each supplier, brought to a stage; the bids by their suppliers. A colleague evaluates
    /// them, and somebody else who is to be on the panel.
    pub(crate) async fn bid_for(
        &self,
        council: Org,
        stage: &str,
        also: Option<&Somebody>,
    ) -> (String, BTreeMap<&'static str, String>) {
        let by = [&self.colleagues[&council]];
        let pilot = self.pilot(council, &by, "draft", true).await;
        let deadline = match stage {
            "open" | "cancelled" => Duration::days(20),
            _ => Duration::minutes(1),
        };
        self.open(council, &pilot, deadline).await;
        let mut bids = BTreeMap::new();
        for supplier in [Org::SupplierA, Org::SupplierB] {
            self.bid(&pilot, council, supplier, stage).await;
            let own = self.bids(&self.colleagues[&supplier], &pilot).await;
            bids.insert(supplier.word(), own[0].clone());
        }
        if stage == "cancelled" {
            let variables = json!({ "pilot": pilot, "reason": "Public" });
            self.done(&by, "pilotCancel", variables).await;
        } else if stage != "open" {
            self.world.app.clock.advance(Duration::minutes(2));
        }
        if stage == "open" {
            let input = json!({ "pilot": pilot, "text": "Public", "startsOn": "2026-07-08" });
            self.done(&by, "pilotAddendumPublish", json!({ "input": input }))
                .await;
        }
        self.decided(council, &pilot, &bids, stage, also).await;
        (pilot, bids)
    }

    /// The ids of the bids that somebody sees.
    pub(crate) async fn bids(&self, who: &Somebody, pilot: &str) -> Vec<String> {
        let query = "query B($id: ID!) { pilot(id: $id) { bids { id } } }";
        let found = self.ask(who, query, &json!({ "id": pilot })).await;
        let bids = found.body["data"]["pilot"]["bids"].as_array().unwrap().clone();
        bids.iter().map(|bid| id(&bid["id"])).collect()
    }

    /// A bid; the council may read it only if its deadline passes. Its supplier goes on drafting.
    pub(crate) async fn bid(&self, pilot: &str, council: Org, supplier: Org, stage: &str) {
        let parties = match stage {
            "open" | "cancelled" => format!("{}.bid", supplier.word()),
            _ => format!("{}.{}.bid", supplier.word(), council.word()),
        };
        let text = format!("hid--{parties}--");
        let version = self.bid_draft(pilot, supplier, &text, &DECLARED).await;
        let by = [&self.colleagues[&supplier]];
        let draft = json!({ "pilot": pilot, "supplier": self.ids[&supplier], "version": version });
        self.done(&by, "bidDraftSubmit", draft.clone()).await;
        let mut file = draft;
        file["name"] = format!("{text}.txt").into();
        self.done(&by, "bidDraftDetach", file).await;
        self.bid_draft(pilot, supplier, &format!("hid--{}.bid--", supplier.word()), &[])
            .await;
    }

    /// A draft with a file, which nobody but its supplier ever reads; its version.
    pub(crate) async fn bid_draft(&self, pilot: &str, supplier: Org, text: &str, declared: &[&str]) -> Value {
        let input = json!({ "pilot": pilot, "supplier": self.ids[&supplier], "pricePence": 500_000, "answer": text,
            "answers": [{ "criterion": 1, "text": text }], "declarations": declared });
        let by = [&self.colleagues[&supplier]];
        self.done(&by, "bidDraftSave", json!({ "input": input })).await;
        let input = json!({ "pilot": pilot, "supplier": self.ids[&supplier], "name": format!("{text}.txt"), "file": text });
        let attached = self.done(&by, "bidDraftAttach", json!({ "input": input })).await;
        attached["draft"]["version"].clone()
    }

    /// What each bidder is told.
    pub(crate) fn feedback(&self, council: Org, bids: &BTreeMap<&'static str, String>) -> Value {
        let told = |(supplier, bid): (&&str, &String)| json!({ "bid": bid, "text": format!("hid--{}.{supplier}.bid--", council.word()) });
        bids.iter().map(told).collect()
    }

    async fn decided(
        &self,
        council: Org,
        pilot: &str,
        bids: &BTreeMap<&'static str, String>,
        stage: &str,
        also: Option<&Somebody>,
    ) {
        let by = [&self.colleagues[&council]];
        if matches!(stage, "open" | "cancelled" | "closed") {
            return;
        }
        self.panel(council, pilot, also, true).await;
        for who in by.into_iter().chain(also) {
            self.scored(who, council, pilot, bids).await;
        }
        if stage == "being scored" {
            return;
        }
        self.submitted(council, pilot, also).await;
        let chair = also.unwrap_or(by[0]);
        self.done(&[chair], "evaluationQualityLock", json!({ "pilot": pilot }))
            .await;
        let mut input =
            json!({ "pilot": pilot, "reason": "Public", "feedback": self.feedback(council, bids) });
        if matches!(stage, "awarded" | "with a draft of its result" | "with a result") {
            input["bids"] = json!([bids["supplier-a"]]);
            self.done(&by, "pilotAward", json!({ "input": input })).await;
        }
        if stage.ends_with("result") {
            let public = stage == "with a result";
            self.done(&by, "pilotResultDraft", Self::result(council, pilot, public))
                .await;
            if public {
                self.done(&by, "pilotResultPublish", json!({ "pilot": pilot }))
                    .await;
            }
        } else if stage == "none suitable" {
            self.done(&by, "pilotCloseWithoutAward", json!({ "input": input }))
                .await;
        }
    }

    /// What a council drafts of what came of a pilot.
    pub(crate) fn result(council: Org, pilot: &str, public: bool) -> Value {
        let text = match public {
            true => "Public".to_owned(),
            false => format!("hid--{}--", council.word()),
        };
        json!({ "input": { "pilot": pilot, "measures": [{ "measure": text, "met": true, "evidence": text }],
            "costPence": 1, "learned": text, "verdict": "SCALE", "reason": text } })
    }

    /// The id of somebody of a council.
    pub(crate) async fn person_of(&self, council: Org, who: &Somebody) -> String {
        let query = "query M($of: ID!) { members(organisation: $of) { personId email } }";
        let of = json!({ "of": self.ids[&council] });
        let found = self.ask(&self.colleagues[&council], query, &of).await;
        let members = found.body["data"]["members"].as_array().unwrap().clone();
        let found = members.iter().find(|of| of["email"] == who.email);
        id(&found.unwrap()["personId"])
    }

    /// Names a panel: a colleague, and whoever is to be on it too and then chairs it; they declare that they have no
    /// interest, if they are to.
    pub(crate) async fn panel(&self, council: Org, pilot: &str, also: Option<&Somebody>, declare: bool) {
        let colleague = &self.colleagues[&council];
        let on_it: Vec<&Somebody> = [colleague].into_iter().chain(also).collect();
        let mut people = Vec::new();
        for who in &on_it {
            people.push(self.person_of(council, who).await);
        }
        let input = json!({ "pilot": pilot, "evaluators": people, "chair": people.last() });
        self.done(&[colleague], "evaluationPanelName", json!({ "input": input }))
            .await;
        for who in on_it.into_iter().filter(|_| declare) {
            let own = who.signed_in().unwrap();
            self.done(&[&own], "evaluationInterestDeclare", json!({ "pilot": pilot }))
                .await;
        }
    }

    /// Scores of somebody for every bid.
    pub(crate) async fn scored(
        &self,
        who: &Somebody,
        council: Org,
        pilot: &str,
        bids: &BTreeMap<&'static str, String>,
    ) {
        let own = who.signed_in().unwrap();
        for (supplier, bid) in bids {
            let input = json!({ "pilot": pilot, "bid": bid, "criterion": 1, "score": 50,
                "reason": format!("hid--{}.{supplier}.bid--", council.word()) });
            self.done(&[&own], "bidScore", json!({ "input": input })).await;
        }
    }

    pub(crate) async fn submitted(&self, council: Org, pilot: &str, also: Option<&Somebody>) {
        for who in [&self.colleagues[&council]].into_iter().chain(also) {
            let own = who.signed_in().unwrap();
            self.done(&[&own], "evaluationSubmit", json!({ "pilot": pilot }))
                .await;
        }
    }

    pub(crate) async fn public_pilot(&mut self, council: Org, stage: &'static str) {
        // The evaluator who asks is on the panel of their council.
        let evaluator = self.viewers.iter().find(|who| who.called == "evaluator");
        let also = evaluator.filter(|who| who.org == Some(council)).cloned();
        let (pilot, bids) = self.bid_for(council, stage, also.as_ref()).await;
        self.add("Pilot", stage, &[council.word()], "", &[("Pilot", &pilot)]);
        let ids = [("Pilot", pilot.as_str()), ("pilot", &pilot)];
        self.add("PilotRecord", stage, &[council.word()], "", &ids);
        for (supplier, bid) in &bids {
            let parties = [council.word(), *supplier];
            self.add("Bid", stage, &parties, "", &[("Pilot", &pilot), ("Bid", bid)]);
        }
        if stage != "open" {
            return;
        }
        for supplier in [Org::SupplierA, Org::SupplierB] {
            for (stage, state) in [
                ("waiting", None),
                ("answered for all", Some("ANSWERED_AND_PUBLISHED")),
                ("answered to its asker", Some("ANSWERED_PRIVATELY")),
                ("rejected", Some("REJECTED")),
            ] {
                let public = state == Some("ANSWERED_AND_PUBLISHED");
                let question = self.question(&pilot, council, supplier, state, public).await;
                let parties = [council.word(), supplier.word()];
                self.add(
                    "PilotQuestion",
                    stage,
                    &parties,
                    "",
                    &[("Pilot", &pilot), ("PilotQuestion", &question)],
                );
            }
        }
    }

    pub(crate) async fn question(
        &self,
        pilot: &str,
        council: Org,
        supplier: Org,
        state: Option<&str>,
        public: bool,
    ) -> String {
        let text = match public {
            true => "Public".to_owned(),
            false => format!("hid--{}.{}.bid--", council.word(), supplier.word()),
        };
        let variables = json!({ "pilot": pilot, "supplier": self.ids[&supplier], "question": text });
        let asked = self
            .done(&[&self.colleagues[&supplier]], "pilotQuestionAsk", variables)
            .await;
        let question = id(&asked["question"]["id"]);
        if let Some(state) = state {
            let mut variables = json!({ "question": question, "state": state, "answer": text });
            if state == "ANSWERED_PRIVATELY" {
                variables["privateBecause"] = text.clone().into();
            }
            self.done(&[&self.colleagues[&council]], "pilotQuestionAnswer", variables)
                .await;
        }
        if public {
            self.publish(&question);
        }
        question
    }
}
