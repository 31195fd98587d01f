//! What each mutation is given, aimed at one's own, a colleague's, or somebody else's. A mutation that is not here
//! fails the table of rights: give it a row.

use super::made;
use super::town::{Org, Somebody, Standing, Town};
use crate::world::DECLARED;
use chrono::Duration;
use serde_json::{Value, json};

/// At whose things a mutation is aimed, and by whom.
pub(crate) struct Aim<'a> {
    pub(crate) town: &'a Town,
    pub(crate) who: &'a Somebody,
    pub(crate) standing: Standing,
}

impl Aim<'_> {
    /// The variables of a mutation; nothing, where nothing can stand so.
    pub(crate) async fn input(&self, mutation: &str) -> Option<Value> {
        if let Some(input) = self.of_council(mutation).await {
            return input;
        }
        if let Some(input) = self.of_supplier(mutation).await {
            return input;
        }
        if let Some(input) = self.of_organisation(mutation).await {
            return input;
        }
        if let Some(input) = self.of_person(mutation).await {
            return input;
        }
        if self.standing != Standing::Own {
            return None;
        }
        match self.of_anybody(mutation).await {
            Some(input) => Some(input),
            None => panic!("{mutation} is given nothing: give it a row in inputs.rs"),
        }
    }

    /// An organisation of this kind that stands so.
    pub(crate) fn org(&self, council: bool) -> Option<Org> {
        let other = if council { Org::CouncilB } else { Org::SupplierB };
        match self.standing {
            Standing::Other => Some(other),
            Standing::Own | Standing::Same => self.who.org.filter(|org| org.is_council() == council),
        }
    }

    /// Who makes what it is aimed at: oneself where one may, or a colleague.
    pub(crate) fn makers(&self, org: Org) -> Vec<&Somebody> {
        let colleague = &self.town.colleagues[&org];
        match self.standing {
            Standing::Own => vec![self.who, colleague],
            Standing::Same | Standing::Other => vec![colleague],
        }
    }

    pub(crate) fn text(&self) -> String {
        format!("hid--{}--", self.who.word)
    }

    async fn of_council(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, known) = (
            self.town,
            [
                "bidDisqualify",
                "bidScore",
                "contractAmend",
                "contractOwnerSet",
                "councilMailWordsSet",
                "councilRequireSecondFactor",
                "councilSetLeadTimes",
                "evaluationConsensusRecord",
                "evaluationInterestDecide",
                "evaluationInterestDeclare",
                "evaluationPanelName",
                "evaluationQualityLock",
                "evaluationSubmit",
                "needDraft",
                "needEnd",
                "needRevise",
                "needState",
                "needStateDraft",
                "needSupport",
                "needSupportChange",
                "needSupportWithdraw",
                "pilotAddendumPublish",
                "pilotAward",
                "pilotCancel",
                "pilotCloseWithoutAward",
                "pilotCopy",
                "pilotDecisionUndo",
                "pilotDraft",
                "pilotDraftFromNeed",
                "pilotEdit",
                "pilotExtend",
                "pilotPublish",
                "pilotQuestionAnswer",
                "pilotResultDraft",
                "pilotResultPublish",
                "pilotResultScale",
                "pilotResultWant",
                "pilotReview",
                "pilotSubmitForReview",
                "pilotWithdraw",
                "registerImportApply",
                "registerImportDecide",
                "registerImportDiscard",
                "registerImportMap",
                "registerImportStart",
                "registerImportUndo",
            ],
        );
        if !known.contains(&mutation) {
            return None;
        }
        let Some(org) = self.org(true) else {
            return Some(None);
        };
        let (council, by) = (&town.ids[&org], self.makers(org));
        // What is of the council and of nobody in it is its own, whoever asks.
        let of_all = [
            "contractAmend",
            "contractOwnerSet",
            "councilMailWordsSet",
            "councilRequireSecondFactor",
            "councilSetLeadTimes",
            "needDraft",
            "needState",
            "needSupport",
            "pilotCopy",
            "needSupportChange",
            "needSupportWithdraw",
            "pilotDraft",
            "pilotResultScale",
            "pilotResultWant",
            "pilotDraftFromNeed",
            "registerImportApply",
            "registerImportDecide",
            "registerImportDiscard",
            "registerImportMap",
            "registerImportStart",
            "registerImportUndo",
        ];
        if of_all.contains(&mutation) && self.standing == Standing::Same {
            return Some(None);
        }
        let text = format!("hid--{}--", org.word());
        Some(Some(match mutation {
            "registerImportStart" => {
                town.no_upload(org).await;
                json!({ "input": { "council": council, "fileName": "Public", "file": made::REGISTER } })
            }
            "registerImportApply" | "registerImportDiscard" => {
                json!({ "import": town.upload(org, "").await })
            }
            "registerImportMap" => {
                json!({ "input": { "import": town.upload(org, "").await, "columns": [] } })
            }
            "registerImportDecide" => {
                json!({ "input": { "import": town.upload(org, "").await, "rows": [] } })
            }
            "registerImportUndo" => json!({ "import": town.applied(org).await }),
            "councilMailWordsSet" => json!({ "council": council, "words": "Public" }),
            "councilRequireSecondFactor" => json!({ "council": council, "required": false }),
            "contractAmend" => {
                json!({ "input": { "contract": town.register(org).await, "title": "Public" } })
            }
            "contractOwnerSet" => json!({ "contract": town.register(org).await }),
            "councilSetLeadTimes" => json!({ "council": council, "leadTimes": { "tenderDays": 30 } }),
            "needState" => json!({ "input": { "council": council, "title": "A need", "problem": "Public",
                "outcomes": "Public" } }),
            "needEnd" => json!({ "need": town.need(org, &by).await, "ending": "MET" }),
            "needDraft" => json!({ "council": council, "statement": town.statement(org, false) }),
            "needRevise" => {
                json!({ "need": town.need_draft(org, &by).await, "statement": town.statement(org, false) })
            }
            "needStateDraft" => json!({ "need": town.need_draft(org, &by).await }),
            "needSupport" => json!({ "need": town.need_of_another(org).await, "council": council }),
            "needSupportChange" | "needSupportWithdraw" => {
                let need = town.need_of_another(org).await;
                town.support(&need, org).await;
                let mut input = json!({ "need": need, "council": council });
                if mutation == "needSupportChange" {
                    input["support"] = json!({ "note": "Public" });
                }
                input
            }
            "pilotDraft" => json!({ "input": town.pilot_input(org, false) }),
            "pilotResultDraft" => {
                let (pilot, _) = town.bid_for(org, "awarded", None).await;
                Town::result(org, &pilot, false)
            }
            "pilotResultPublish" => {
                let (pilot, _) = town.bid_for(org, "awarded", None).await;
                town.done(&by, "pilotResultDraft", Town::result(org, &pilot, true))
                    .await;
                json!({ "pilot": pilot })
            }
            "pilotResultWant" | "pilotResultScale" => {
                let other = if org == Org::CouncilA {
                    Org::CouncilB
                } else {
                    Org::CouncilA
                };
                let (pilot, _) = town.bid_for(other, "with a result", None).await;
                match mutation {
                    "pilotResultWant" => json!({ "pilot": pilot, "council": council }),
                    _ => json!({ "pilot": pilot, "contract": town.register(org).await }),
                }
            }
            "pilotAddendumPublish" => {
                let pilot = town.pilot(org, &by, "open", true).await;
                json!({ "input": { "pilot": pilot, "text": "Public", "startsOn": "2026-07-08" } })
            }
            "pilotCopy" => {
                let buyer = [&town.colleagues[&Org::CouncilB]];
                let pilot = town.pilot(Org::CouncilB, &buyer, "open", true).await;
                json!({ "input": { "council": council, "pilot": pilot } })
            }
            "pilotDraftFromNeed" => {
                let need = town.need(org, &[&town.colleagues[&org]]).await;
                json!({ "input": { "council": council, "need": need } })
            }
            "pilotEdit" => {
                let pilot = town.pilot(org, &by, "draft", false).await;
                json!({ "input": { "pilot": pilot, "systems": text } })
            }
            "pilotReview" => {
                let pilot = town.pilot(org, &by, "in review", false).await;
                json!({ "pilot": pilot, "decision": "SENT_BACK", "note": text })
            }
            "pilotPublish" => {
                let pilot = town.pilot(org, &by, "draft", true).await;
                json!({ "pilot": pilot, "deadlineAt": (town.world.now() + Duration::days(9)).to_rfc3339() })
            }
            "pilotExtend" => {
                let pilot = town.pilot(org, &by, "open", true).await;
                json!({ "pilot": pilot, "deadlineAt": (town.world.now() + Duration::days(90)).to_rfc3339() })
            }
            "pilotSubmitForReview" => json!({ "pilot": town.pilot(org, &by, "draft", false).await }),
            "pilotWithdraw" => json!({ "pilot": town.pilot(org, &by, "draft", false).await, "reason": text }),
            "pilotCancel" => json!({ "pilot": town.pilot(org, &by, "open", true).await, "reason": "Public" }),
            "pilotQuestionAnswer" => {
                let pilot = town.pilot(org, &by, "open", true).await;
                let question = town.question(&pilot, org, Org::SupplierB, None, false).await;
                json!({ "question": question, "state": "ANSWERED_PRIVATELY", "answer": text, "privateBecause": text })
            }
            "bidScore" => self.evaluation(mutation, org).await,
            name if name.starts_with("evaluation") => self.evaluation(name, org).await,
            _ => self.decision(mutation, org).await,
        }))
    }

    /// What a panel does, with whoever asks on it and in the chair where they can be and it is their own.
    async fn evaluation(&self, mutation: &str, org: Org) -> Value {
        let (town, colleague) = (self.town, &self.town.colleagues[&org]);
        let can_be = [
            "evaluator",
            "council admin",
            "its token, acts",
            "its token, reads",
        ];
        let own = self.standing == Standing::Own && self.who.org == Some(org);
        let also = Some(self.who).filter(|who| own && can_be.contains(&who.called));
        let (pilot, bids) = town.bid_for(org, "closed", None).await;
        if mutation == "evaluationPanelName" {
            let person = town.person_of(org, colleague).await;
            return json!({ "input": { "pilot": pilot, "evaluators": [person], "chair": person } });
        }
        let declared = mutation != "evaluationInterestDeclare";
        town.panel(org, &pilot, also, declared).await;
        let text = format!("hid--{}.supplier-b.bid--", org.word());
        let score =
            json!({ "pilot": pilot, "bid": bids["supplier-b"], "criterion": 1, "score": 70, "reason": text });
        let on_it = [colleague].into_iter().chain(also);
        if matches!(
            mutation,
            "evaluationSubmit" | "evaluationConsensusRecord" | "evaluationQualityLock"
        ) {
            for who in on_it {
                town.scored(who, org, &pilot, &bids).await;
            }
        }
        if matches!(mutation, "evaluationConsensusRecord" | "evaluationQualityLock") {
            town.submitted(org, &pilot, also).await;
        }
        match mutation {
            "bidScore" | "evaluationConsensusRecord" => json!({ "input": score }),
            "evaluationInterestDecide" => {
                let person = town.person_of(org, colleague).await;
                let reason = format!("hid--{}--", org.word());
                json!({ "input": { "pilot": pilot, "evaluator": person, "excluded": true, "reason": reason } })
            }
            _ => json!({ "pilot": pilot }),
        }
    }

    /// Endings of a pilot whose bids have been evaluated, and their undoing.
    async fn decision(&self, mutation: &str, org: Org) -> Value {
        let stage = match mutation {
            "pilotDecisionUndo" => "awarded",
            _ => "evaluating",
        };
        let (pilot, bids) = self.town.bid_for(org, stage, None).await;
        let bid = &bids["supplier-b"];
        if mutation == "pilotDecisionUndo" {
            return json!({ "pilot": pilot, "reason": "Public" });
        }
        if mutation == "bidDisqualify" {
            let reason = format!("hid--{}.supplier-b.bid--", org.word());
            return json!({ "input": { "pilot": pilot, "bid": bid, "reason": reason } });
        }
        let mut input =
            json!({ "pilot": pilot, "reason": "Public", "feedback": self.town.feedback(org, &bids) });
        if mutation == "pilotAward" {
            input["bids"] = json!([bid]);
        }
        json!({ "input": input })
    }

    async fn of_supplier(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, known) = (
            self.town,
            [
                "bidDraftAttach",
                "bidDraftDetach",
                "bidDraftDiscard",
                "bidDraftSave",
                "bidDraftSubmit",
                "bidSubmit",
                "bidWithdraw",
                "needAnswer",
                "needAnswerRevise",
                "needAnswerWithdraw",
                "pilotQuestionAsk",
                "productArchive",
                "productDraft",
                "productPublish",
                "productRevise",
                "supplierConfirmSize",
                "supplierEditProfile",
                "supplierEvidenceAdd",
                "supplierEvidenceChange",
                "supplierEvidenceWithdraw",
                "supplierNumberVerify",
            ],
        );
        if !known.contains(&mutation) {
            return None;
        }
        let Some(org) = self.org(false) else {
            return Some(None);
        };
        let (supplier, by) = (&town.ids[&org], self.makers(org));
        let made = mutation.starts_with("product") && mutation != "productDraft";
        if !made && self.standing == Standing::Same {
            return Some(None);
        }
        let text = format!("hid--{}.bid--", org.word());
        let answered = format!("hid--{}.council-a.bid--", org.word());
        let buyer = [&town.colleagues[&Org::CouncilA]];
        let open = || town.pilot(Org::CouncilA, &buyer, "open", true);
        Some(Some(match mutation {
            "bidSubmit" => {
                json!({ "input": { "pilot": open().await, "supplier": supplier, "pricePence": 500_000,
                "answer": text, "declarations": DECLARED } })
            }
            "bidDraftSave" => {
                json!({ "input": { "pilot": open().await, "supplier": supplier, "pricePence": 500_000,
                "answer": text, "declarations": DECLARED } })
            }
            "bidDraftAttach" => {
                let pilot = open().await;
                town.bid_draft(&pilot, org, &text, &DECLARED).await;
                json!({ "input": { "pilot": pilot, "supplier": supplier, "name": "b.txt", "file": text } })
            }
            "bidDraftDetach" => {
                let pilot = open().await;
                town.bid_draft(&pilot, org, &text, &DECLARED).await;
                json!({ "pilot": pilot, "supplier": supplier, "name": format!("{text}.txt") })
            }
            "bidDraftDiscard" | "bidDraftSubmit" => {
                let pilot = open().await;
                let version = town.bid_draft(&pilot, org, &text, &DECLARED).await;
                json!({ "pilot": pilot, "supplier": supplier, "version": version })
            }
            "bidWithdraw" => {
                let pilot = open().await;
                town.bid(&pilot, Org::CouncilA, org, "open").await;
                json!({ "pilot": pilot, "supplier": supplier })
            }
            "needAnswer" => {
                let need = town.need(Org::CouncilA, &buyer).await;
                json!({ "need": need, "supplier": supplier, "offer": { "note": answered } })
            }
            "needAnswerRevise" => json!({ "answer": town.answered(Org::CouncilA, org).await,
                "offer": { "note": answered } }),
            "needAnswerWithdraw" => json!({ "answer": town.answered(Org::CouncilA, org).await }),
            "pilotQuestionAsk" => {
                json!({ "pilot": open().await, "supplier": supplier, "question": text })
            }
            "productDraft" => json!({ "supplier": supplier, "listing": town.listing(org, false) }),
            "productRevise" => json!({ "product": town.product(org, &by, "draft").await,
                "listing": town.listing(org, false) }),
            "productPublish" => json!({ "product": town.product(org, &by, "archived").await }),
            "productArchive" => json!({ "product": town.product(org, &by, "draft").await }),
            "supplierConfirmSize" => json!({ "supplier": supplier }),
            "supplierEvidenceAdd" => json!({ "supplier": supplier, "evidence": town.certificate() }),
            "supplierEvidenceChange" => json!({ "id": town.evidence(org, &by).await,
                "evidence": town.certificate() }),
            "supplierEvidenceWithdraw" => json!({ "id": town.evidence(org, &by).await }),
            "supplierEditProfile" => {
                json!({ "supplier": supplier, "profile": { "size": "SMALL", "town": "A town" } })
            }
            _ => json!({ "supplier": supplier, "scheme": "COMPANIES_HOUSE", "how": "Public" }),
        }))
    }
}
