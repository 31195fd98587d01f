//! The town's pilots, brought to every stage, with their bids, scores and questions.

use super::made::id;
use super::town::{Org, Somebody, Town};
use chrono::Duration;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Every stage of a pilot, and whether its texts are public then.
pub(crate) const STAGES: [(&str, bool); 10] = [
    ("draft", false),
    ("in review", false),
    ("approved", false),
    ("withdrawn", false),
    ("open", true),
    ("cancelled", true),
    ("closed", true),
    ("evaluating", true),
    ("awarded", true),
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

    /// A published pilot with a bid of each supplier, brought to a stage; the bids by their suppliers.
    pub(crate) async fn bid_for(
        &self,
        council: Org,
        stage: &str,
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
        self.decided(council, &pilot, &bids, stage).await;
        (pilot, bids)
    }

    /// The ids of the bids that somebody sees.
    pub(crate) async fn bids(&self, who: &Somebody, pilot: &str) -> Vec<String> {
        let query = "query B($id: ID!) { pilot(id: $id) { bids { id } } }";
        let found = self.ask(who, query, &json!({ "id": pilot })).await;
        let bids = found.body["data"]["pilot"]["bids"].as_array().unwrap().clone();
        bids.iter().map(|bid| id(&bid["id"])).collect()
    }

    /// A bid; the council may read it only if its deadline passes.
    pub(crate) async fn bid(&self, pilot: &str, council: Org, supplier: Org, stage: &str) {
        let parties = match stage {
            "open" | "cancelled" => format!("{}.bid", supplier.word()),
            _ => format!("{}.{}.bid", supplier.word(), council.word()),
        };
        let input = json!({ "pilot": pilot, "supplier": self.ids[&supplier], "pricePence": 500_000,
            "answer": format!("hid--{parties}--") });
        self.done(
            &[&self.colleagues[&supplier]],
            "bidSubmit",
            json!({ "input": input }),
        )
        .await;
    }

    /// What each bidder is told.
    pub(crate) fn feedback(&self, council: Org, bids: &BTreeMap<&'static str, String>) -> Value {
        let told = |(supplier, bid): (&&str, &String)| json!({ "bid": bid, "text": format!("hid--{}.{supplier}.bid--", council.word()) });
        bids.iter().map(told).collect()
    }

    async fn decided(&self, council: Org, pilot: &str, bids: &BTreeMap<&'static str, String>, stage: &str) {
        let by = [&self.colleagues[&council]];
        if matches!(stage, "open" | "cancelled" | "closed") {
            return;
        }
        for (supplier, bid) in bids {
            let input = json!({ "pilot": pilot, "bid": bid, "criterion": 1, "score": 50,
                "reason": format!("hid--{}.{supplier}.bid--", council.word()) });
            self.done(&by, "bidScore", json!({ "input": input })).await;
        }
        let mut input =
            json!({ "pilot": pilot, "reason": "Public", "feedback": self.feedback(council, bids) });
        if stage == "awarded" {
            input["bid"] = bids["supplier-a"].clone().into();
            self.done(&by, "pilotAward", json!({ "input": input })).await;
        } else if stage == "none suitable" {
            self.done(&by, "pilotCloseWithoutAward", json!({ "input": input }))
                .await;
        }
    }

    pub(crate) async fn public_pilot(&mut self, council: Org, stage: &'static str) {
        let (pilot, bids) = self.bid_for(council, stage).await;
        self.add("Pilot", stage, &[council.word()], "", &[("Pilot", &pilot)]);
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
