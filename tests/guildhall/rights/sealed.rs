//! Before the deadline, everything that anybody but the bidder can ask is answered to the byte as if there were no bid;
//! and after it, everything that anybody but the council can ask as if there were one score and not two.

use super::reads::Question;
use super::schema::Field;
use super::tenants::alike;
use super::town::{Org, Somebody, Town};
use serde_json::json;

impl Town {
    /// An open pilot of each council, which nobody has bid for yet.
    pub(crate) async fn open_pilots(&mut self) -> Vec<(Org, String)> {
        let mut pilots = Vec::new();
        for org in Org::ALL {
            self.organisation(org).await;
            if org.is_council() {
                let pilot = self.pilot(org, &[&self.colleagues[&org]], "open", true).await;
                self.add("Pilot", "open", &[org.word()], "", &[("Pilot", &pilot)]);
                let ids = [("Pilot", pilot.as_str()), ("pilot", &pilot)];
                self.add("PilotRecord", "open", &[org.word()], "", &ids);
                pilots.push((org, pilot));
            }
        }
        pilots
    }

    /// A pilot of the first council whose bids have been opened, and the bids.
    pub(crate) async fn closed_pilot(&mut self) -> (String, Vec<String>) {
        let (pilot, bids) = self.bid_for(Org::CouncilA, "closed", None).await;
        self.panel(Org::CouncilA, &pilot, None, true).await;
        for of in ["Pilot", "PilotRecord"] {
            let ids = [("Pilot", pilot.as_str()), ("pilot", &pilot)];
            self.add(of, "closed", &[Org::CouncilA.word()], "", &ids);
        }
        (pilot, bids.into_values().collect())
    }

    /// Everybody but the people of an organisation.
    pub(crate) fn all_but(&self, org: Org) -> Vec<&Somebody> {
        let all = self.viewers.iter().chain(self.colleagues.values());
        all.filter(|who| who.org != Some(org)).collect()
    }

    /// Every way through the schema and every list, as somebody is answered: questions with their answers.
    pub(crate) async fn sweep(&self, who: &Somebody) -> Vec<(String, String)> {
        let mut answers = Vec::new();
        for (of, way) in self.schema.ways() {
            let selection = self.schema.selection(&of, 2);
            // The head of the audit log is public and counts all that is recorded, whatever it is.
            let counts_all = way.first().is_some_and(|root| root.name == "auditHead");
            if !way.is_empty() && !selection.is_empty() && !counts_all {
                self.along(who, &way, &selection, &mut answers).await;
            }
        }
        for root in &self.schema.get("Query").fields {
            let node = self.schema.selection(self.schema.node_of(root), 3);
            if self.schema.field(&root.of.name, "edges").is_some() {
                let selection = format!("totalCount edges {{ cursor node {{ {node} }} }}");
                self.along(who, std::slice::from_ref(root), &selection, &mut answers)
                    .await;
            }
        }
        let held = "{ viewer { everythingHeld } }";
        let answer = self.ask(who, held, &json!({})).await;
        answers.push((held.to_owned(), format!("{} {}", answer.status, answer.written())));
        let node = format!(
            "__typename id ... on Pilot {{ {} }}",
            self.schema.selection("Pilot", 3)
        );
        for thing in self.things.iter().filter_map(|thing| thing.ids.get(thing.of)) {
            let query = format!("query N($id: ID!) {{ node(id: $id) {{ {node} }} }}");
            let answer = self.ask(who, &query, &json!({ "id": thing })).await;
            answers.push((
                format!("{query} {thing}"),
                format!("{} {}", answer.status, answer.written()),
            ));
        }
        answers
    }

    /// One way, for everything that has the ids it takes.
    async fn along(
        &self,
        who: &Somebody,
        way: &[Field],
        selection: &str,
        answers: &mut Vec<(String, String)>,
    ) {
        let staged = way.iter().rev().map(|field| field.of.name.as_str());
        let staged = staged.into_iter().find(|of| !self.stages(of).is_empty());
        let things: Vec<_> = match staged {
            Some(of) => self
                .things
                .iter()
                .filter(|thing| thing.of == of)
                .map(Some)
                .collect(),
            None if way.iter().any(|field| field.args.iter().any(|arg| arg.required)) => Vec::new(),
            None => vec![None],
        };
        for thing in things {
            let asked = Question {
                way,
                selection: selection.to_owned(),
                thing,
            };
            let (text, variables) = self.written(&asked);
            let answer = self.ask(who, &text, &variables).await;
            answers.push((
                format!("{text} {variables}"),
                format!("{} {}", answer.status, answer.written()),
            ));
        }
    }

    /// Entries about a bid, and those about nothing: nobody of these is told of any.
    pub(crate) async fn log_tells_nothing_of(&self, outsiders: &[&Somebody], bid: &str) {
        let query =
            "query E($id: ID!) { auditEntries(subject: $id) { totalCount edges { cursor node { id } } } }";
        let nothing = self.nothing_like(bid);
        for who in outsiders {
            let real = self.ask(who, query, &json!({ "id": bid })).await;
            let missing = self.ask(who, query, &json!({ "id": nothing })).await;
            assert_eq!(alike(&real, bid), alike(&missing, &nothing), "{}", who.called);
            assert!(!real.text.contains("entry_"), "{} {}", who.called, real.text);
        }
        let bidder = &self.colleagues[&Org::SupplierB];
        let own = self.ask(bidder, query, &json!({ "id": bid })).await;
        assert!(
            own.text.contains("entry_"),
            "its bidder reads of it: {}",
            own.text
        );
        let cursor = &own.body["data"]["auditEntries"]["edges"][0]["cursor"];
        let query = "query E($after: String!) { auditEntries(after: $after) { edges { node { id } } } }";
        for who in outsiders {
            let answer = self.ask(who, query, &json!({ "after": cursor })).await;
            let code = if who.token.is_some() {
                "NOT_FOUND"
            } else {
                "NOT_SIGNED_IN"
            };
            assert_eq!(answer.code(), Some(code), "{} {}", who.called, answer.text);
        }
    }

    /// What a council may try on a pilot of its own that is still open: a bid's id is worth as much as any other.
    pub(crate) async fn guesses_tell_nothing_apart(&self, council: Org, pilot: &str, bid: &str) {
        let who = &self.colleagues[&council];
        let nothing = self.nothing_like(bid);
        let score = |bid: &str| json!({ "input": { "pilot": pilot, "bid": bid, "criterion": 1, "score": 1, "reason": "x" } });
        let feedback = |bid: &str| json!([{ "bid": bid, "text": "x" }]);
        let award = |bid: &str| json!({ "input": { "pilot": pilot, "bids": [bid], "reason": "x", "feedback": feedback(bid) } });
        let disqualify = |bid: &str| json!({ "input": { "pilot": pilot, "bid": bid, "reason": "x" } });
        let consensus = |bid: &str| json!({ "input": { "pilot": pilot, "bid": bid, "criterion": 1, "score": 1, "reason": "x" } });
        let close =
            |bid: &str| json!({ "input": { "pilot": pilot, "reason": "x", "feedback": feedback(bid) } });
        for (mutation, real, missing) in [
            ("bidScore", score(bid), score(&nothing)),
            ("pilotAward", award(bid), award(&nothing)),
            ("bidDisqualify", disqualify(bid), disqualify(&nothing)),
            ("evaluationConsensusRecord", consensus(bid), consensus(&nothing)),
            ("pilotCloseWithoutAward", close(bid), close(&nothing)),
        ] {
            let (real, missing) = (
                self.act(who, mutation, &real).await,
                self.act(who, mutation, &missing).await,
            );
            assert_eq!(alike(&real, bid), alike(&missing, &nothing), "{mutation}");
            assert!(real.text.contains("NOT_CLOSED"), "{}", real.text);
        }
    }
}
