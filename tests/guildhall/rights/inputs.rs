//! What each mutation is given, aimed at one's own, a colleague's, or somebody else's. A mutation that is not here
//! fails the table of rights: give it a row.

use super::made::id;
use super::town::{Org, Somebody, Standing, Town};
use crate::world::PASSWORD;
use chrono::Duration;
use serde_json::{Value, json};

/// A password that is strong enough, and not [`PASSWORD`].
const ANOTHER: &str = "violet umbrella seventeen";

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
    fn org(&self, council: bool) -> Option<Org> {
        let other = if council { Org::CouncilB } else { Org::SupplierB };
        match self.standing {
            Standing::Other => Some(other),
            Standing::Own | Standing::Same => self.who.org.filter(|org| org.is_council() == council),
        }
    }

    /// Who makes what it is aimed at: oneself where one may, or a colleague.
    fn makers(&self, org: Org) -> Vec<&Somebody> {
        let colleague = &self.town.colleagues[&org];
        match self.standing {
            Standing::Own => vec![self.who, colleague],
            Standing::Same | Standing::Other => vec![colleague],
        }
    }

    fn text(&self) -> String {
        format!("hid--{}--", self.who.word)
    }

    async fn of_council(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, known) = (
            self.town,
            [
                "bidScore",
                "contractAmend",
                "councilRequireSecondFactor",
                "councilSetLeadTimes",
                "needEnd",
                "needState",
                "needSupport",
                "pilotAward",
                "pilotCancel",
                "pilotCloseWithoutAward",
                "pilotDraft",
                "pilotPublish",
                "pilotQuestionAnswer",
                "pilotSubmitForReview",
                "pilotWithdraw",
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
            "councilRequireSecondFactor",
            "councilSetLeadTimes",
            "needState",
            "needSupport",
            "pilotDraft",
        ];
        if of_all.contains(&mutation) && self.standing == Standing::Same {
            return Some(None);
        }
        let text = format!("hid--{}--", org.word());
        Some(Some(match mutation {
            "councilRequireSecondFactor" => json!({ "council": council, "required": false }),
            "contractAmend" => {
                json!({ "input": { "contract": town.register(org).await, "title": "Public" } })
            }
            "councilSetLeadTimes" => json!({ "council": council, "leadTimes": { "tenderDays": 30 } }),
            "needState" => json!({ "input": { "council": council, "title": "A need", "problem": "Public",
                "outcomes": "Public" } }),
            "needEnd" => json!({ "need": town.need(org, &by).await, "ending": "MET" }),
            "needSupport" => {
                let other = if org == Org::CouncilA {
                    Org::CouncilB
                } else {
                    Org::CouncilA
                };
                let need = town.need(other, &[&town.colleagues[&other]]).await;
                json!({ "need": need, "council": council, "note": text })
            }
            "pilotDraft" => json!({ "input": town.pilot_input(org, false) }),
            "pilotPublish" => {
                let pilot = town.pilot(org, &by, "draft", true).await;
                json!({ "pilot": pilot, "deadlineAt": (town.world.now() + Duration::days(9)).to_rfc3339() })
            }
            "pilotSubmitForReview" => json!({ "pilot": town.pilot(org, &by, "draft", false).await }),
            "pilotWithdraw" => json!({ "pilot": town.pilot(org, &by, "draft", false).await, "reason": text }),
            "pilotCancel" => json!({ "pilot": town.pilot(org, &by, "open", true).await, "reason": "Public" }),
            "pilotQuestionAnswer" => {
                let pilot = town.pilot(org, &by, "open", true).await;
                let question = town.question(&pilot, org, Org::SupplierB, None, false).await;
                json!({ "question": question, "state": "ANSWERED_PRIVATELY", "answer": text })
            }
            _ => self.decision(mutation, org).await,
        }))
    }

    /// Scores and endings, of a pilot whose bids have been opened.
    async fn decision(&self, mutation: &str, org: Org) -> Value {
        let stage = if mutation == "bidScore" {
            "closed"
        } else {
            "evaluating"
        };
        let (pilot, bids) = self.town.bid_for(org, stage).await;
        let bid = &bids["supplier-b"];
        let mut input = json!({ "pilot": pilot, "bid": bid, "criterion": 1, "score": 70,
            "reason": format!("hid--{}.supplier-b--", org.word()) });
        if mutation != "bidScore" {
            input = json!({ "pilot": pilot, "reason": "Public", "feedback": self.town.feedback(org, &bids) });
        }
        if mutation == "pilotAward" {
            input["bid"] = bid.clone().into();
        }
        json!({ "input": input })
    }

    async fn of_supplier(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, known) = (
            self.town,
            [
                "bidSubmit",
                "bidWithdraw",
                "pilotQuestionAsk",
                "productArchive",
                "productDraft",
                "productPublish",
                "productRevise",
                "supplierEditProfile",
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
        let text = format!("hid--{}--", org.word());
        let buyer = [&town.colleagues[&Org::CouncilA]];
        let open = || town.pilot(Org::CouncilA, &buyer, "open", true);
        Some(Some(match mutation {
            "bidSubmit" => {
                json!({ "input": { "pilot": open().await, "supplier": supplier, "pricePence": 500_000,
                "answer": text } })
            }
            "bidWithdraw" => {
                let pilot = open().await;
                town.bid(&pilot, Org::CouncilA, org, "open").await;
                json!({ "pilot": pilot, "supplier": supplier })
            }
            "pilotQuestionAsk" => json!({ "pilot": open().await, "supplier": supplier, "question": text }),
            "productDraft" => json!({ "supplier": supplier, "listing": town.listing(org, false) }),
            "productRevise" => json!({ "product": town.product(org, &by, "draft").await,
                "listing": town.listing(org, false) }),
            "productPublish" => json!({ "product": town.product(org, &by, "archived").await }),
            "productArchive" => json!({ "product": town.product(org, &by, "draft").await }),
            "supplierEditProfile" => {
                json!({ "supplier": supplier, "profile": { "size": "SMALL", "town": "A town" } })
            }
            _ => json!({ "supplier": supplier, "scheme": "COMPANIES_HOUSE", "how": "Public" }),
        }))
    }

    /// What is alike for councils and suppliers: who is in them.
    async fn of_organisation(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, known) = (
            self.town,
            [
                "apiTokenMake",
                "invitationSend",
                "invitationWithdraw",
                "memberRemove",
                "memberSetRole",
            ],
        );
        if !known.contains(&mutation) {
            return None;
        }
        let council = self.who.org.is_none_or(Org::is_council);
        let Some(org) = self.org(council) else {
            return Some(None);
        };
        if mutation != "invitationWithdraw" && self.standing == Standing::Same {
            return Some(None);
        }
        let organisation = &town.ids[&org];
        Some(Some(match mutation {
            "apiTokenMake" => json!({ "input": { "organisation": organisation, "name": self.text() } }),
            "invitationSend" => {
                json!({ "input": { "email": town.address(org.word()), "role": town.least_role(org) } })
            }
            "invitationWithdraw" => {
                let sent = town
                    .invited(org, &self.makers(org), &town.address(org.word()))
                    .await;
                json!({ "invitation": sent })
            }
            _ => {
                let role = if org.is_council() { "evaluator" } else { "member" };
                let person = town.member(org, role).await;
                match mutation {
                    "memberRemove" => json!({ "organisation": organisation, "person": person }),
                    _ => json!({ "person": person, "role": town.least_role(org) }),
                }
            }
        }))
    }

    /// What somebody keeps for themselves, or does to their own account.
    async fn of_person(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, kept) = (
            self.town,
            [
                "apiTokenRevoke",
                "savedSearchPause",
                "savedSearchResume",
                "sessionEnd",
                "invitationAccept",
            ],
        );
        if !kept.contains(&mutation) {
            return None;
        }
        let of_colleagues = |org: Option<Org>| org.map(|org| town.colleagues[&org].clone());
        let owner = match self.standing {
            Standing::Own => self.who.signed_in(),
            Standing::Same => of_colleagues(self.who.org),
            Standing::Other => of_colleagues(Some(Org::CouncilB)),
        };
        let Some(owner) = owner else { return Some(None) };
        Some(Some(match mutation {
            "apiTokenRevoke" => match town.api_token(&owner).await {
                Some(token) => json!({ "token": token }),
                None => return Some(None),
            },
            "sessionEnd" => {
                let token = Some(town.world.token(&owner.email).await);
                json!({ "session": town.session(&Somebody { token, ..owner }).await })
            }
            "invitationAccept" if self.standing == Standing::Same => return Some(None),
            "invitationAccept" => {
                let (org, email) = (
                    Org::CouncilC,
                    match self.standing {
                        Standing::Own => owner.email,
                        _ => town.address("nobody"),
                    },
                );
                town.invited(org, &[&town.colleagues[&org]], &email).await;
                json!({ "token": town.mailed(&email).await })
            }
            _ => json!({ "id": town.search(&owner).await }),
        }))
    }

    /// What is of no organisation and of nobody else.
    async fn of_anybody(&self, mutation: &str) -> Option<Value> {
        let (town, text) = (self.town, self.text());
        let fresh = || town.person("colleague", None, "");
        Some(match mutation {
            "accountRegister" => json!({ "input": { "email": town.address(&self.who.word), "name": text } }),
            "accountConfirm" => {
                let email = town.address(&self.who.word);
                let input = json!({ "input": { "email": email, "name": text } });
                town.done(&[&town.viewers[0]], "accountRegister", input).await;
                json!({ "input": { "token": town.mailed(&email).await, "password": ANOTHER } })
            }
            "accountClose" => json!({ "input": { "password": PASSWORD } }),
            "emailChange" => {
                json!({ "input": { "email": town.address(&self.who.word), "present": PASSWORD } })
            }
            "emailConfirm" => {
                let email = town.address(&self.who.word);
                let input = json!({ "input": { "email": email, "present": PASSWORD } });
                town.done(&[&fresh().await], "emailChange", input).await;
                json!({ "token": town.mailed(&email).await })
            }
            "invitationAcceptAsNew" => {
                let email = town.address(&self.who.word);
                town.invited(Org::CouncilC, &[&town.colleagues[&Org::CouncilC]], &email)
                    .await;
                json!({ "input": { "token": town.mailed(&email).await, "name": text, "password": ANOTHER } })
            }
            "passwordChange" => json!({ "input": { "present": PASSWORD, "password": ANOTHER } }),
            "passwordResetRequest" => json!({ "email": self.who.email }),
            "passwordReset" => {
                let email = fresh().await.email;
                town.done(
                    &[&town.viewers[0]],
                    "passwordResetRequest",
                    json!({ "email": email }),
                )
                .await;
                json!({ "input": { "token": town.mailed(&email).await, "password": ANOTHER } })
            }
            "savedSearchSave" => json!({ "input": { "name": text, "filter": { "words": text } } }),
            "secondFactorStart" | "signOut" | "signOutEverywhere" => json!({}),
            "secondFactorConfirm" => json!({ "code": self.second_factor().await }),
            "secondFactorEnd" => {
                let code = self.second_factor().await;
                // Somebody who asks by a token could not end what this would begin.
                let own = self.who.signed_in().filter(|own| own.token == self.who.token);
                let codes = match own {
                    Some(own) => {
                        town.done(&[&own], "secondFactorConfirm", json!({ "code": code }))
                            .await
                    }
                    None => Value::Null,
                };
                let code = codes["recovery"]["codes"][0].as_str().unwrap_or("00000");
                json!({ "input": { "present": PASSWORD, "code": code } })
            }
            "signIn" => {
                // Somebody's own address; the canary is of whoever asks, who gets to see it.
                let email = town.address(&self.who.word);
                town.world.person(&email, &text).await;
                json!({ "input": { "email": email, "password": PASSWORD } })
            }
            "supplierSignUp" => json!({ "input": { "name": "A supplier" } }),
            _ => return None,
        })
    }

    /// Begins a second factor; gives the code that its app shows.
    async fn second_factor(&self) -> String {
        let Some(own) = self.who.signed_in() else {
            return "000000".into();
        };
        let started = self.town.done(&[&own], "secondFactorStart", json!({})).await;
        let secret = started["enrolment"]["secret"].as_str().unwrap();
        let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
        let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
        totp.generate(self.town.world.now().timestamp().unsigned_abs())
            .to_string()
    }
}

impl Town {
    /// Somebody new in an organisation; gives the person's id.
    async fn member(&self, org: Org, role: &str) -> String {
        let member = self.person("colleague", Some(org), role).await;
        let query = "query M($of: ID!) { members(organisation: $of) { personId email } }";
        let found = self
            .ask(&self.colleagues[&org], query, &json!({ "of": self.ids[&org] }))
            .await;
        let members = found.body["data"]["members"].as_array().unwrap().clone();
        let found = members.iter().find(|of| of["email"] == member.email);
        id(&found.unwrap()["personId"])
    }
}
