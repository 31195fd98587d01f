//! The town's needs at every stage, who says "us too" to them, and what suppliers answer.

use super::made::id;
use super::town::{Org, Somebody, Town};
use serde_json::{Value, json};

/// The other council of those that ask.
fn other(council: Org) -> Org {
    if council == Org::CouncilA {
        Org::CouncilB
    } else {
        Org::CouncilA
    }
}

impl Town {
    /// One need at each stage, of this maker's.
    pub(crate) async fn needs(&mut self, org: Org, maker: &Somebody) {
        let by = [maker];
        for (stage, ending) in [
            ("draft", None),
            ("withdrawn draft", Some("WITHDRAWN")),
            ("stated", None),
            ("met", Some("MET")),
            ("withdrawn", Some("WITHDRAWN")),
        ] {
            let need = if stage.ends_with("draft") {
                self.need_draft(org, &by).await
            } else {
                let need = self.need(org, &by).await;
                self.support(&need, other(org)).await;
                need
            };
            if let Some(ending) = ending {
                self.done(&by, "needEnd", json!({ "need": need, "ending": ending }))
                    .await;
            }
            self.add("Need", stage, &[org.word()], &maker.word, &[("Need", &need)]);
        }
    }

    /// An answer of each supplier to a need of each council: to one that is that council's alone, to one that the other
    /// supports, and one that was taken back.
    pub(crate) async fn answers(&mut self) {
        for council in [Org::CouncilA, Org::CouncilB] {
            for supplier in [Org::SupplierA, Org::SupplierB] {
                let (of, by) = (council.word(), supplier.word());
                let alone = self.answered(council, supplier).await;
                self.add("NeedAnswer", "", &[by, of], "", &[("NeedAnswer", &alone)]);
                let need = self.need(council, &[&self.colleagues[&council]]).await;
                self.support(&need, other(council)).await;
                let parties = [by, of, other(council).word()];
                let shared = self.answer(&need, supplier, &parties).await;
                self.add(
                    "NeedAnswer",
                    "to a shared need",
                    &parties,
                    "",
                    &[("NeedAnswer", &shared)],
                );
                let need = self.need(council, &[&self.colleagues[&council]]).await;
                let gone = self.answer(&need, supplier, &[by]).await;
                let founder = [&self.colleagues[&supplier]];
                self.done(&founder, "needAnswerWithdraw", json!({ "answer": gone }))
                    .await;
                self.add("NeedAnswer", "withdrawn", &[by], "", &[("NeedAnswer", &gone)]);
            }
        }
    }

    /// What a council says of a need; of a draft it is for its own.
    pub(crate) fn statement(&self, council: Org, public: bool) -> Value {
        let text = if public {
            "Public".to_owned()
        } else {
            format!("hid--{}--", council.word())
        };
        let mut statement = json!({ "title": text, "problem": text, "outcomes": text, "constraints": text,
            "systems": text, "service": 528, "cpv": "48000000", "budgetMinPence": 1, "budgetMaxPence": 2,
            "neededBy": "2026-09-01", "firmness": "FIXED", "quantity": 5, "quantityOf": text });
        let mut contracts = self.things.iter().filter(|thing| thing.of == "Contract");
        if let Some(contract) = contracts.find(|thing| thing.parties == [council.word()]) {
            statement["contract"] = contract.ids["Contract"].clone().into();
        }
        statement
    }

    pub(crate) async fn need(&self, council: Org, by: &[&Somebody]) -> String {
        let mut input = self.statement(council, true);
        input["council"] = self.ids[&council].clone().into();
        let stated = self.done(by, "needState", json!({ "input": input })).await;
        let need = id(&stated["need"]["id"]);
        self.publish(&need);
        need
    }

    pub(crate) async fn need_draft(&self, council: Org, by: &[&Somebody]) -> String {
        let variables = json!({ "council": self.ids[&council], "statement": self.statement(council, false) });
        let drafted = self.done(by, "needDraft", variables).await;
        id(&drafted["need"]["id"])
    }

    /// A need that another council stated.
    pub(crate) async fn need_of_another(&self, council: Org) -> String {
        let other = other(council);
        self.need(other, &[&self.colleagues[&other]]).await
    }

    /// A council says "us too".
    pub(crate) async fn support(&self, need: &str, council: Org) {
        let support = json!({ "note": "Public", "neededBy": "2026-10-01", "quantity": 7, "budgetMinPence": 1,
            "budgetMaxPence": 2 });
        let variables = json!({ "need": need, "council": self.ids[&council], "support": support });
        self.done(&[&self.colleagues[&council]], "needSupport", variables)
            .await;
    }

    /// An answer to a new need of a council's alone.
    pub(crate) async fn answered(&self, council: Org, supplier: Org) -> String {
        let need = self.need(council, &[&self.colleagues[&council]]).await;
        self.answer(&need, supplier, &[supplier.word(), council.word()])
            .await
    }

    /// An answer for these to read, and not even for an operator in the audit log.
    async fn answer(&self, need: &str, supplier: Org, parties: &[&str]) -> String {
        let founder = [&self.colleagues[&supplier]];
        let product = self.product(supplier, &founder, "published").await;
        let note = format!("hid--{}.bid--", parties.join("."));
        let variables = json!({ "need": need, "supplier": self.ids[&supplier],
            "offer": { "products": [product], "note": note } });
        let answered = self.done(&founder, "needAnswer", variables).await;
        id(&answered["answer"]["id"])
    }
}
