//! What the mutations of accounts and members are given; see [`super::inputs`].

use super::inputs::Aim;
use super::made::id;
use super::town::{Org, Somebody, Standing, Town};
use crate::world::PASSWORD;
use serde_json::{Value, json};

/// A password that is strong enough, and not [`PASSWORD`].
const ANOTHER: &str = "violet umbrella seventeen";

impl Aim<'_> {
    /// What is alike for councils and suppliers: who is in them.
    pub(crate) async fn of_organisation(&self, mutation: &str) -> Option<Option<Value>> {
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
    pub(crate) async fn of_person(&self, mutation: &str) -> Option<Option<Value>> {
        let (town, kept) = (
            self.town,
            [
                "apiTokenRevoke",
                "feedRevoke",
                "savedSearchChange",
                "savedSearchPause",
                "savedSearchRemove",
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
            "feedRevoke" => json!({ "id": town.feed(&owner).await }),
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
            "savedSearchChange" => json!({ "input": { "id": town.search(&owner).await } }),
            _ => json!({ "id": town.search(&owner).await }),
        }))
    }

    /// What is of no organisation and of nobody else.
    pub(crate) async fn of_anybody(&self, mutation: &str) -> Option<Value> {
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
            "mailSuppressionLiftRequest" => json!({}),
            "mailSuppressionLift" => {
                let somebody = fresh().await;
                town.done(&[&somebody], "mailSuppressionLiftRequest", json!({}))
                    .await;
                json!({ "token": town.mailed(&somebody.email).await })
            }
            "mailSuppressionLiftFor" => json!({ "address": town.address("nobody") }),
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
            "feedMake" => json!({ "input": { "of": town.ids[&Org::CouncilA], "name": text } }),
            "savedSearchSave" => json!({ "input": { "name": text, "filter": { "words": text } } }),
            "watchSave" => json!({ "input": { "council": town.ids[&Org::CouncilA] } }),
            "signOut" | "signOutEverywhere" => json!({}),
            "secondFactorStart" => json!({ "present": PASSWORD }),
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
            "mailRedrive" => json!({ "mail": town.parked_mail().await }),
            "mailRedriveAll" => {
                town.parked_mail().await;
                json!({})
            }
            "lawAdd" => {
                // A day of its own for each: no two of a rule are in force at once.
                let day = chrono::NaiveDate::from_ymd_opt(1990, 1, 1).unwrap();
                let day = day + chrono::Days::new(u64::from(town.count()));
                json!({ "input": { "rule": "REGISTER_OVER", "nation": "WALES", "amount": 1, "fromOn": day, "toOn": day,
                    "source": "Public" } })
            }
            "lawCorrect" => {
                let query = "{ law(first: 1) { edges { node { id } } } }";
                let found = town.ask(&town.viewers[0], query, &Value::Null).await;
                let entry = &found.body["data"]["law"]["edges"][0]["node"]["id"];
                json!({ "input": { "entry": entry, "source": "Public" } })
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
        let started = self
            .town
            .done(&[&own], "secondFactorStart", json!({ "present": PASSWORD }))
            .await;
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
