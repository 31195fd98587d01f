//! Two councils and two suppliers, everybody who can ask, and what they have made.
//!
//! Every text that is not public names those who may read it, as `hid--council-a.supplier-b--`; every answer that
//! passes through [`Town::ask`] is searched for texts that are not for whoever asked. Those of bids, scores and
//! questions name `bid` too, which is nobody: not even an operator reads them in the audit log.

use super::schema::Schema;
use crate::world::World;
use guildhall::access::{CouncilRole, Viewer, accounts};
use guildhall::councils::directory;
use mail_parser::MessageParser;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

/// An organisation. Whoever asks is of one that ends in A, or of none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Org {
    CouncilA,
    CouncilB,
    SupplierA,
    SupplierB,
    /// Nobody asks about it: invitations that are accepted lead there.
    CouncilC,
}

impl Org {
    pub(crate) const ALL: [Self; 4] = [Self::CouncilA, Self::CouncilB, Self::SupplierA, Self::SupplierB];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::CouncilA => "council-a",
            Self::CouncilB => "council-b",
            Self::SupplierA => "supplier-a",
            Self::SupplierB => "supplier-b",
            Self::CouncilC => "council-c",
        }
    }

    pub(crate) fn is_council(self) -> bool {
        matches!(self, Self::CouncilA | Self::CouncilB | Self::CouncilC)
    }

    /// A council's name in addresses.
    pub(crate) fn slug(self) -> &'static str {
        match self {
            Self::CouncilA => "antrim-and-newtownabbey",
            Self::CouncilB => "adur",
            _ => "angus",
        }
    }
}

/// Whoever asks.
#[derive(Clone)]
pub(crate) struct Somebody {
    /// As the tables' columns call them.
    pub(crate) called: &'static str,
    pub(crate) org: Option<Org>,
    /// The canary's word for what is theirs alone.
    pub(crate) word: String,
    pub(crate) email: String,
    /// What their own session is carried by; nobody has none.
    pub(crate) session: Option<String>,
    /// What they ask with: the session, or a token.
    pub(crate) token: Option<String>,
}

/// The columns: who asks, of which organisation, in which role, and by a token that acts or only reads.
pub(crate) const COLUMNS: [(&str, Option<Org>, &str, Option<bool>); 14] = [
    ("anonymous", None, "", None),
    ("council viewer", Some(Org::CouncilA), "viewer", None),
    ("officer", Some(Org::CouncilA), "officer", None),
    ("approver", Some(Org::CouncilA), "approver", None),
    ("evaluator", Some(Org::CouncilA), "evaluator", None),
    ("council admin", Some(Org::CouncilA), "administrator", None),
    (
        "its token, reads",
        Some(Org::CouncilA),
        "administrator",
        Some(false),
    ),
    (
        "its token, acts",
        Some(Org::CouncilA),
        "administrator",
        Some(true),
    ),
    ("supplier member", Some(Org::SupplierA), "member", None),
    ("supplier admin", Some(Org::SupplierA), "administrator", None),
    (
        "its token, reads",
        Some(Org::SupplierA),
        "administrator",
        Some(false),
    ),
    (
        "its token, acts",
        Some(Org::SupplierA),
        "administrator",
        Some(true),
    ),
    ("own account", None, "", None),
    ("operator", None, "operator", None),
];

/// Something made, and by which ids it is reached.
pub(crate) struct Thing {
    /// Its type in the schema.
    pub(crate) of: &'static str,
    pub(crate) stage: &'static str,
    /// Whose it is: words of organisations or of people.
    pub(crate) parties: Vec<String>,
    /// The organisation of a person whose own it is.
    pub(crate) org: Option<Org>,
    /// Who made it.
    pub(crate) by: String,
    /// By type, or by the name of the argument that takes it.
    pub(crate) ids: BTreeMap<&'static str, String>,
}

/// Where something stands, seen from whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Standing {
    /// Of one's own organisation and made by oneself, where one may.
    Own,
    /// Of one's own organisation, made by a colleague.
    Same,
    /// Of somebody else.
    Other,
}

impl Standing {
    pub(crate) const ALL: [Self; 3] = [Self::Own, Self::Same, Self::Other];
}

pub(crate) struct Town {
    pub(crate) world: World,
    pub(crate) schema: Schema,
    pub(crate) ids: HashMap<Org, String>,
    /// By [`COLUMNS`].
    pub(crate) viewers: Vec<Somebody>,
    /// An administrator of each organisation, who asks for nothing in the tables.
    pub(crate) colleagues: HashMap<Org, Somebody>,
    /// Who publishes what a council's colleague wrote: nobody does both.
    pub(crate) approvers: HashMap<Org, Somebody>,
    pub(crate) things: Vec<Thing>,
    /// Of the sorts that are not public from the first, what has become so.
    published: Mutex<HashSet<String>>,
    /// Links that were followed.
    followed: Mutex<HashSet<String>>,
    counted: AtomicU32,
}

impl Town {
    /// The organisations and their people; nothing made yet.
    pub(crate) async fn of_people() -> Self {
        let mut world = World::new().await;
        // Passwords are not what these tests are about: hashes cost a thousandth of what the routes' do.
        (world.app.hashing.memory_kib, world.app.hashing.passes) = (16, 1);
        let mut town = Self {
            world,
            schema: Schema::read().await,
            ids: HashMap::new(),
            viewers: Vec::new(),
            colleagues: HashMap::new(),
            approvers: HashMap::new(),
            things: Vec::new(),
            published: Mutex::default(),
            followed: Mutex::default(),
            counted: AtomicU32::new(0),
        };
        for org in Org::ALL.into_iter().chain([Org::CouncilC]) {
            if org.is_council() {
                let id = town.world.council(org.slug()).await.as_str().unwrap().to_owned();
                town.ids.insert(org, id);
                let founder = town.person("colleague", Some(org), "administrator").await;
                town.colleagues.insert(org, founder);
                let approver = town.person("colleague", Some(org), "approver").await;
                town.approvers.insert(org, approver);
            } else {
                let founder = town.person("colleague", Some(org), "founder").await;
                let input = json!({ "name": org.word(), "size": "SMALL", "companiesHouse": "1", "town": "A town",
                    "summary": "A summary" });
                let made = town
                    .done(&[&founder], "supplierSignUp", json!({ "input": input }))
                    .await;
                let id = made["supplier"]["id"].as_str().unwrap().to_owned();
                town.ids.insert(org, id);
                town.colleagues.insert(org, founder);
            }
        }
        for column in 0..COLUMNS.len() {
            let viewer = town.viewer(column).await;
            town.viewers.push(viewer);
        }
        town
    }

    /// Somebody new for a column; an administrator's tokens are the administrator's who is before them.
    pub(crate) async fn viewer(&self, column: usize) -> Somebody {
        let (called, org, role, token) = COLUMNS[column];
        if called == "anonymous" {
            return Somebody {
                called,
                org: None,
                word: "nobody".into(),
                email: "nobody@x.example".into(),
                session: None,
                token: None,
            };
        }
        let Some(acts) = token else {
            return self.person(called, org, role).await;
        };
        let fresh = self.person(called, org, role).await;
        let input = json!({ "organisation": self.ids[&org.unwrap()], "name": format!("hid--{}--", fresh.word),
            "acts": acts });
        let made = self
            .done(&[&fresh], "apiTokenMake", json!({ "input": input }))
            .await;
        let secret = made["made"]["secret"].as_str().unwrap().to_owned();
        Somebody {
            token: Some(secret),
            ..fresh
        }
    }

    /// An account, and a role in an organisation.
    pub(crate) async fn person(&self, called: &'static str, org: Option<Org>, role: &str) -> Somebody {
        let word = format!("p{}", self.count());
        let of = org.map_or(word.clone(), |org| format!("{}.{word}", org.word()));
        let email = format!("hid--{of}--@x.example");
        let name = format!("Somebody hid--{of}--");
        let id = match role {
            "operator" => self.world.operator(&email).await,
            _ => self.world.person(&email, &name).await,
        };
        let session = self.world.token(&email).await;
        let somebody = Somebody {
            called,
            org,
            word,
            email: email.clone(),
            session: Some(session.clone()),
            token: Some(session),
        };
        match org {
            // Founders become administrators when they sign their supplier up.
            Some(_) if role == "founder" => {}
            Some(org) if org.is_council() => {
                let council = directory().find(org.slug()).unwrap().id;
                let role = CouncilRole::parse(role).unwrap();
                let joined = accounts::join_council(&self.world.app, &Viewer::System, id, council, role);
                joined.await.unwrap();
            }
            Some(org) => {
                let role = json!({ "organisation": self.ids[&org], "supplierRole": role.to_uppercase() });
                let input = json!({ "email": email, "role": role });
                let founder = &self.colleagues[&org];
                self.done(&[founder], "invitationSend", json!({ "input": input }))
                    .await;
                let token = self.mailed(&email).await;
                self.done(&[&somebody], "invitationAccept", json!({ "token": token }))
                    .await;
            }
            None => {}
        }
        somebody
    }

    /// Notes that everybody may know of what has this id.
    pub(crate) fn publish(&self, id: &str) {
        self.published.lock().unwrap().insert(id.to_owned());
    }

    /// Whether not everybody may know of what has this id: as it was made, not as the program says.
    pub(crate) fn is_hidden(&self, id: &str) -> bool {
        let public = ["council", "supplier", "contract", "law"];
        !id.split('_').next().is_some_and(|sort| public.contains(&sort))
            && !self.published.lock().unwrap().contains(id)
    }

    pub(crate) fn count(&self) -> u32 {
        self.counted.fetch_add(1, Ordering::SeqCst)
    }

    /// The secret of a link that was mailed to an address, and not followed yet.
    pub(crate) async fn mailed(&self, address: &str) -> String {
        let mails = entity::outbox::Entity::find()
            .filter(entity::outbox::Column::Recipient.eq(address))
            .all(self.world.app.db.read())
            .await
            .unwrap();
        let mut links = mails.iter().filter_map(|mail| {
            let text = MessageParser::default()
                .parse(&mail.message)?
                .body_text(0)?
                .into_owned();
            let link = text.split("/account/").nth(1)?.split_whitespace().next()?;
            Some(link.rsplit('/').next()?.to_owned())
        });
        links
            .find(|link| self.followed.lock().unwrap().insert(link.clone()))
            .unwrap_or_else(|| panic!("no link was mailed to {address}"))
    }

    /// The thing of this sort and stage that stands so to whoever asks.
    pub(crate) fn thing(&self, who: &Somebody, of: &str, stage: &str, standing: Standing) -> Option<&Thing> {
        let mut all = self
            .things
            .iter()
            .filter(|thing| thing.of == of && thing.stage == stage);
        let mine = |thing: &&Thing| thing.parties.iter().any(|party| who.is(party));
        let ours = |thing: &&Thing| mine(thing) || thing.org.is_some() && thing.org == who.org;
        match standing {
            Standing::Own => {
                let mut own: Vec<_> = all.filter(mine).collect();
                own.sort_by_key(|thing| thing.by != who.word);
                own.into_iter().next()
            }
            Standing::Same => all.find(|thing| ours(thing) && thing.by != who.word),
            Standing::Other => all.find(|thing| !ours(thing)),
        }
    }
}

impl Somebody {
    /// The same person by a session of their own, where they asked by a token; nobody has none.
    pub(crate) fn signed_in(&self) -> Option<Self> {
        let token = Some(self.session.clone()?);
        Some(Self {
            token,
            ..self.clone()
        })
    }

    /// Whether a canary's word means them.
    pub(crate) fn is(&self, party: &str) -> bool {
        party == self.word || self.org.is_some_and(|org| org.word() == party)
    }
}
