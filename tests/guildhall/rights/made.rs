//! What the town's people make: pilots at every stage with their bids and questions, needs, products, and what each
//! keeps for themselves.

use super::pilots::STAGES;
use super::town::{Org, Somebody, Thing, Town};
use entity::{mail_attempt, outbox};
use guildhall::access::Viewer;
use guildhall::councils::directory;
use guildhall::dispatch;
use guildhall::exchange::import::{Decisions, File, import};
use guildhall::exchange::uploads;
use guildhall::graphql::ids::{Id, Sort};
use guildhall::runtime::outbox::Stream;
use guildhall::runtime::page::Cut;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub(crate) const REGISTER: &str = "Organisation name,Contract Reference number / ID,Title of the Agreement,Contract type,\
Directorate / service responsible,Description of goods and services,Procurement classification: CPV code,\
Contract start date,End date,Review date,Last extension date,Contract value,Fixed cost / estimated cost,Supplier name,\
Tender process type\nA council,R1,A contract,Single award contract,PLACE,What is bought,48000000,01/04/2024,31/03/2027,\
31/12/2026,31/03/2029,120000,Estimated,Tallow & Reed Ltd,Invitation to tender\n";

pub(crate) fn id(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no id"))
        .to_owned()
}

impl Town {
    /// Everything, at every stage, of both sides.
    pub(crate) async fn built() -> Self {
        let mut town = Self::of_people().await;
        for org in Org::ALL {
            let mut makers = vec![town.colleagues[&org].clone()];
            makers.extend(
                town.viewers
                    .iter()
                    .filter(|viewer| viewer.org == Some(org))
                    .cloned(),
            );
            town.organisation(org).await;
            if org.is_council() {
                let contract = town.register(org).await;
                town.beyond_the_register(org).await;
                town.add("Contract", "", &[org.word()], "", &[("Contract", &contract)]);
                let import = town.upload(org, "").await;
                let ids = [
                    ("RegisterImport", import.as_str()),
                    ("council", &town.ids[&org].clone()),
                ];
                town.add("RegisterImport", "", &[org.word()], "", &ids);
            }
            for maker in &makers {
                town.drafts(org, maker).await;
            }
        }
        town.answers().await;
        for council in [Org::CouncilA, Org::CouncilB] {
            for (stage, _) in &STAGES[4..] {
                town.public_pilot(council, stage).await;
            }
        }
        let people: Vec<_> = town
            .viewers
            .iter()
            .chain(town.colleagues.values())
            .cloned()
            .collect();
        for person in people {
            town.personal(&person).await;
        }
        for org in Org::ALL {
            town.entries(org).await;
        }
        let mail = town.parked_mail().await;
        town.add("ParkedMail", "", &[], "", &[("ParkedMail", &mail)]);
        let held = dispatch::hold(&town.world.app, &Viewer::System, "Public").await;
        assert!(held.unwrap());
        town
    }

    pub(crate) fn add(
        &mut self,
        of: &'static str,
        stage: &'static str,
        parties: &[&str],
        by: &str,
        ids: &[(&'static str, &str)],
    ) {
        self.things.push(Thing {
            of,
            stage,
            parties: parties.iter().map(|&party| party.to_owned()).collect(),
            org: None,
            by: by.to_owned(),
            ids: ids.iter().map(|&(name, id)| (name, id.to_owned())).collect(),
        });
    }

    /// What is by its organisation's id, and an invitation into it.
    pub(crate) async fn organisation(&mut self, org: Org) {
        let (id, of) = (self.ids[&org].clone(), org.word());
        let colleague = self.colleagues[&org].clone();
        if org.is_council() {
            self.add(
                "Council",
                "",
                &[of],
                "",
                &[("Council", &id), ("code", org.slug())],
            );
            let contract = self.register(org).await;
            self.add("AlertTrace", "", &[of], "", &[("about", &contract)]);
        } else {
            self.add("Supplier", "", &[of], "", &[("Supplier", &id)]);
            let profile = json!({ "size": "SMALL", "staff": 20, "turnoverPence": 1, "balanceSheetPence": 1,
                "town": "A town", "summary": "Public", "website": "https://x.example", "sectors": ["48"],
                "address": { "lines": ["1 A street"], "postcode": "ZZ99 3WZ", "region": "LONDON" },
                "areasServed": { "regions": ["LONDON"], "councils": [self.ids[&Org::CouncilA]] } });
            let variables = json!({ "supplier": id, "profile": profile });
            self.done(&[&colleague], "supplierEditProfile", variables).await;
            let operator = self.viewers.last().unwrap();
            let variables = json!({ "supplier": id, "scheme": "COMPANIES_HOUSE", "how": "Public" });
            self.done(&[operator], "supplierNumberVerify", variables).await;
            self.evidence(org, &[&colleague]).await;
        }
        self.add("Member", "", &[of], "", &[("organisation", &id)]);
        let sent = self.invited(org, &[&colleague], &self.address(of)).await;
        self.add(
            "Invitation",
            "",
            &[of],
            "",
            &[("organisation", &id), ("Invitation", &sent)],
        );
    }

    /// A mail that was offered once and given up; gives its id.
    pub(crate) async fn parked_mail(&self) -> String {
        let to = format!("p{}@x.example", self.count());
        let app = &self.world.app;
        let id = crate::sending::write(app, Stream::Alert, [to]).await[0];
        let (now, txn) = (app.clock.now(), app.db.begin().await.unwrap());
        let offer = mail_attempt::ActiveModel {
            mail_id: Set(id),
            ordinal: Set(1),
            started_at: Set(now),
            ended_at: Set(now),
            outcome: Set("refused".into()),
            answer: Set("550 never".into()),
        };
        mail_attempt::Entity::insert(offer)
            .exec_without_returning(&txn)
            .await
            .unwrap();
        outbox::Entity::update_many()
            .filter(outbox::Column::Id.eq(id))
            .col_expr(outbox::Column::State, Expr::value("parked"))
            .col_expr(outbox::Column::LastAnswer, Expr::value("550 never"))
            .exec(&txn)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        Id::new(Sort::Mail, id).to_string()
    }

    /// An address that nobody has yet, for these to read.
    pub(crate) fn address(&self, parties: &str) -> String {
        format!("hid--{parties}--i{}@x.example", self.count())
    }

    /// Invites an address into an organisation, in its least role.
    pub(crate) async fn invited(&self, org: Org, by: &[&Somebody], email: &str) -> String {
        let input = json!({ "email": email, "role": self.least_role(org) });
        let sent = self.done(by, "invitationSend", json!({ "input": input })).await;
        id(&sent["invitation"]["id"])
    }

    pub(crate) fn least_role(&self, org: Org) -> Value {
        if org.is_council() {
            json!({ "organisation": self.ids[&org], "councilRole": "VIEWER" })
        } else {
            json!({ "organisation": self.ids[&org], "supplierRole": "MEMBER" })
        }
    }

    /// Throws away what is uploaded and not applied: there is one for each council.
    pub(crate) async fn no_upload(&self, org: Org) {
        let council = directory().find(org.slug()).unwrap().id;
        let (app, system) = (&self.world.app, Viewer::System);
        let cut = Cut {
            first: 100,
            after: None,
        };
        for open in uploads::list(app, &system, council, &cut).await.unwrap().items {
            let (id, version) = (open.value.id, open.value.version);
            // What was applied stays.
            let _ = uploads::discard(app, &system, id, version).await;
        }
    }

    /// A register with so many more rows, uploaded and planned.
    pub(crate) async fn upload(&self, org: Org, more: &str) -> String {
        self.no_upload(org).await;
        let input = json!({ "council": self.ids[&org], "fileName": format!("hid--{}--.csv", org.word()),
            "file": format!("{REGISTER}{more}") });
        let by = [&self.colleagues[&org]];
        let started = self
            .done(&by, "registerImportStart", json!({ "input": input }))
            .await;
        uploads::pass(&self.world.app).await.unwrap();
        id(&started["import"]["id"])
    }

    /// One that was applied and brought something.
    pub(crate) async fn applied(&self, org: Org) -> String {
        let number = self.world.app.new_id();
        let row = format!(
            "A council,{number},A contract {number},Single award contract,PLACE,What is bought,48000000,,,,,1,,,\n"
        );
        self.world.app.clock.advance(chrono::Duration::seconds(1));
        let import = self.upload(org, &row).await;
        let by = [&self.colleagues[&org]];
        self.done(&by, "registerImportApply", json!({ "import": import }))
            .await;
        import
    }

    /// Brings a register of one contract in; gives the contract's id. Twice changes nothing.
    pub(crate) async fn register(&self, org: Org) -> String {
        let file = File::of("register.csv", REGISTER.as_bytes());
        let council = directory().find(org.slug()).unwrap();
        let system = guildhall::access::Viewer::System;
        import(
            &self.world.app,
            &system,
            council,
            file,
            &Decisions::new(),
            false,
            &mut (),
        )
        .await
        .unwrap();
        let query = "query C($id: ID!) { contracts(filter: { councils: [$id] }) { edges { node { id } } } }";
        let found = self
            .ask(&self.colleagues[&org], query, &json!({ "id": self.ids[&org] }))
            .await;
        id(&found.body["data"]["contracts"]["edges"][0]["node"]["id"])
    }

    /// What this register does not say of its contract, and others do.
    async fn beyond_the_register(&self, org: Org) {
        use entity::{contract, contract_buyer, extension_option};
        let council = directory().find(org.slug()).unwrap().id;
        let txn = self.world.app.db.begin().await.unwrap();
        let of = contract::Column::CouncilId.eq(council);
        let row = contract::Entity::find()
            .filter(of.clone())
            .one(&txn)
            .await
            .unwrap()
            .unwrap();
        let mut update = contract::Entity::update_many().filter(of);
        for column in [
            contract::Column::Category,
            contract::Column::ProductName,
            contract::Column::DeliveryModel,
            contract::Column::Hosting,
            contract::Column::ValueBasis,
        ] {
            update = update.col_expr(column, Expr::value("Public"));
        }
        update
            .col_expr(contract::Column::Lgsl, Expr::value(528))
            .exec(&txn)
            .await
            .unwrap();
        let option = extension_option::ActiveModel {
            contract_id: Set(row.id),
            ordinal: Set(9),
            months: Set(Some(12)),
            until_on: Set(None),
            notice_by: Set(row.review_on),
            state: Set("available".into()),
        };
        extension_option::Entity::insert(option)
            .exec_without_returning(&txn)
            .await
            .unwrap();
        let buyer = contract_buyer::ActiveModel {
            contract_id: Set(row.id),
            council_id: Set(directory().find("norfolk").unwrap().id),
        };
        contract_buyer::Entity::insert(buyer)
            .exec_without_returning(&txn)
            .await
            .unwrap();
        txn.commit().await.unwrap();
    }

    /// What one maker writes for an organisation, so far as they may.
    async fn drafts(&mut self, org: Org, maker: &Somebody) {
        let (of, by) = (org.word(), [maker]);
        let is_founder = maker.word == self.colleagues[&org].word;
        let acts = !["council viewer", "evaluator", "its token, reads"].contains(&maker.called);
        if !acts && !is_founder {
            return;
        }
        if org.is_council() {
            self.needs(org, maker).await;
            for (stage, public) in &STAGES[..4] {
                let pilot = self.pilot(org, &by, stage, *public).await;
                self.add("Pilot", stage, &[of], &maker.word, &[("Pilot", &pilot)]);
                let ids = [("Pilot", pilot.as_str()), ("pilot", &pilot)];
                self.add("PilotRecord", stage, &[of], &maker.word, &ids);
            }
        } else {
            for stage in ["draft", "published", "archived", "archived draft"] {
                let product = self.product(org, &by, stage).await;
                self.add("Product", stage, &[of], &maker.word, &[("Product", &product)]);
            }
        }
    }

    pub(crate) async fn product(&self, supplier: Org, by: &[&Somebody], stage: &str) -> String {
        let listing = self.listing(supplier, !stage.ends_with("draft"));
        let variables = json!({ "supplier": self.ids[&supplier], "listing": listing });
        let drafted = self.done(by, "productDraft", variables).await;
        let product = id(&drafted["product"]["id"]);
        if matches!(stage, "published" | "archived") {
            self.done(by, "productPublish", json!({ "product": product }))
                .await;
            self.publish(&product);
        }
        if stage.starts_with("archived") {
            self.done(by, "productArchive", json!({ "product": product }))
                .await;
        }
        product
    }

    /// What a supplier holds.
    pub(crate) async fn evidence(&self, supplier: Org, by: &[&Somebody]) -> String {
        let variables = json!({ "supplier": self.ids[&supplier], "evidence": self.certificate() });
        let added = self.done(by, "supplierEvidenceAdd", variables).await;
        let evidence = id(&added["evidence"]["id"]);
        self.publish(&evidence);
        evidence
    }

    pub(crate) fn certificate(&self) -> Value {
        json!({ "kind": "PUBLIC_LIABILITY", "name": "Public", "reference": "Public", "issuer": "Public",
            "coverPence": 500_000_000, "issuedOn": "2020-01-01", "expiresOn": "2030-01-01",
            "url": "https://x.example" })
    }

    pub(crate) fn listing(&self, supplier: Org, public: bool) -> Value {
        let text = if public {
            "Public".to_owned()
        } else {
            format!("hid--{}--", supplier.word())
        };
        json!({ "name": text, "summary": text, "description": text, "services": [528], "cpv": ["48000000"],
            "hosting": "CLOUD", "priceModel": text, "integrations": [text], "standards": [text],
            "accessibility": text, "caseStudies": [{ "title": text, "council": self.ids[&Org::CouncilA],
                "outcome": text, "url": format!("https://x.example/{text}") }] })
    }

    /// What somebody keeps for themselves: a search, a session, a token.
    async fn personal(&mut self, person: &Somebody) {
        let Some(own) = person.signed_in() else { return };
        let search = self.search(&own).await;
        let entry = self.entry(&own, &search, "KeepSearches").await;
        let ids = BTreeMap::from([("AuditEntry", entry), ("subject", search.clone())]);
        self.keep(person, "AuditEntry", "of an account", ids);
        self.keep(
            person,
            "SavedSearch",
            "",
            BTreeMap::from([("SavedSearch", search)]),
        );
        let feed = self.feed(&own).await;
        self.keep(person, "Feed", "", BTreeMap::from([("Feed", feed)]));
        if let Some(token) = self.api_token(&own).await {
            self.keep(person, "ApiToken", "", BTreeMap::from([("ApiToken", token)]));
        }
        let session = self.session(&own).await;
        let ids = BTreeMap::from([("RunningSession", session)]);
        self.keep(person, "RunningSession", "", ids);
    }

    /// What the audit log says of things of an organisation's, by which right.
    async fn entries(&mut self, org: Org) {
        let colleague = self.colleagues[&org].clone();
        let subject = |of: &str, stage: &str| {
            let mut all = self
                .things
                .iter()
                .filter(|thing| thing.of == of && thing.stage == stage);
            let found = all.find(|thing| thing.parties.iter().any(|party| party == org.word()));
            found.unwrap().ids[of].clone()
        };
        let told = if org.is_council() {
            let (contract, open) = (subject("Contract", ""), subject("Pilot", "open"));
            let input = json!({ "input": { "contract": contract, "title": "Another title" } });
            self.done(&[&colleague], "contractAmend", input).await;
            // Bids that are asked for while they are sealed: refused, and on the record.
            self.bids(&colleague, &open).await;
            vec![
                ("of a change", "RecordContract", contract),
                ("of a draft", "DraftPilot", subject("Pilot", "draft")),
                ("of a score", "ScoreBid", subject("Bid", "awarded")),
                ("of an attempt", "ReadBids", open),
            ]
        } else {
            vec![
                ("of a draft", "EditSupplier", subject("Product", "draft")),
                ("of a sealed bid", "Bid", subject("Bid", "open")),
                ("of an opened bid", "Bid", subject("Bid", "awarded")),
            ]
        };
        for (stage, action, subject) in told {
            let entry = self.entry(&colleague, &subject, action).await;
            let ids = [("AuditEntry", entry.as_str()), ("subject", subject.as_str())];
            self.add("AuditEntry", stage, &[org.word()], "", &ids);
        }
    }

    /// The id of an entry of the audit log by a right, that somebody reads.
    async fn entry(&self, who: &Somebody, subject: &str, action: &str) -> String {
        let query = "query E($id: ID!) { auditEntries(subject: $id) { edges { node { id action } } } }";
        let found = self.ask(who, query, &json!({ "id": subject })).await;
        let edges = found.body["data"]["auditEntries"]["edges"]
            .as_array()
            .unwrap()
            .clone();
        let entry = edges.iter().find(|edge| edge["node"]["action"] == action);
        id(&entry.unwrap()["node"]["id"])
    }

    fn keep(
        &mut self,
        person: &Somebody,
        of: &'static str,
        stage: &'static str,
        ids: BTreeMap<&'static str, String>,
    ) {
        self.things.push(Thing {
            of,
            stage,
            parties: vec![person.word.clone()],
            org: person.org,
            by: person.word.clone(),
            ids,
        });
    }

    /// The id of the session that somebody asks by.
    pub(crate) async fn session(&self, own: &Somebody) -> String {
        let found = self
            .ask(own, "{ viewer { sessions { id current } } }", &Value::Null)
            .await;
        let sessions = found.body["data"]["viewer"]["sessions"]
            .as_array()
            .unwrap()
            .clone();
        let current = sessions.iter().find(|session| session["current"] == true);
        id(&current.unwrap()["id"])
    }

    pub(crate) async fn search(&self, own: &Somebody) -> String {
        let name = format!("hid--{}--", own.word);
        let input = json!({ "name": name, "filter": { "words": name, "cpvPrefixes": ["48"], "regions": ["LONDON"] } });
        let saved = self
            .done(&[own], "savedSearchSave", json!({ "input": input }))
            .await;
        id(&saved["savedSearch"]["id"])
    }

    pub(crate) async fn feed(&self, own: &Somebody) -> String {
        let input = json!({ "of": self.ids[&Org::CouncilA], "name": format!("hid--{}--", own.word) });
        let made = self.done(&[own], "feedMake", json!({ "input": input })).await;
        id(&made["made"]["feed"]["id"])
    }

    pub(crate) async fn api_token(&self, own: &Somebody) -> Option<String> {
        let input = json!({ "organisation": self.ids[&own.org?], "name": format!("hid--{}--", own.word) });
        let made = self.done(&[own], "apiTokenMake", json!({ "input": input })).await;
        Some(id(&made["made"]["token"]["id"]))
    }
}
