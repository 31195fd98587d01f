//! The audit log in the graph: its public head, and the entries that the viewer may read.

use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use crate::access::{Resource, Viewer};
use crate::audit::{self, Filter, Head, Seen};
use crate::runtime::App;
use async_graphql::{Context, ErrorExtensions, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use serde_json::Value;

/// The audit log, to read.
#[derive(Debug, Default)]
pub struct AuditQuery;

/// How long the audit log is and what the root of its tree is, signed. Keep it: it shows whether anything before it was
/// changed since. It tells how much is recorded in all, and nothing of what or whose.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditHead {
    /// How many entries there are.
    size: u64,
    /// The root of their Merkle tree (RFC 6962, SHA-256), in hexadecimal.
    root: String,
    /// When it was signed.
    at: DateTime<Utc>,
    /// Ed25519, in hexadecimal, of the line without its last word.
    signature: String,
    /// All of it on one line, as `guildhall audit verify --head` reads it.
    line: String,
    /// The key that it is checked with, in hexadecimal. Compare it with one that you had earlier.
    public_key: String,
}

impl AuditHead {
    pub(super) fn new(app: &App, head: &Head) -> Self {
        Self {
            size: head.root.size,
            root: head.root.root.to_string(),
            at: head.at,
            signature: hex::encode(head.signature),
            line: head.line(),
            public_key: hex::encode(audit::public_key(&app.secret)),
        }
    }
}

/// Something that was done, or tried and refused: by whom, when and to what.
#[derive(Clone, Debug)]
pub struct AuditEntry(Seen);

connection!(AuditEntryConnection, AuditEntryEdge, AuditEntry, "audit entries");

/// A field that was changed.
#[derive(Clone, Debug, SimpleObject)]
pub struct AuditChange {
    /// The field, as the graph spells it.
    field: String,
    /// What it was: text as it is, anything else as JSON; null when there was nothing.
    from: Option<String>,
    /// What it became.
    to: Option<String>,
}

#[Object]
impl AuditQuery {
    /// The audit log's present head. Public.
    async fn audit_head(&self, ctx: &Context<'_>) -> Result<AuditHead> {
        let app = ctx.data_unchecked::<App>();
        let head = audit::head(app).await.told(ctx)?;
        Ok(AuditHead::new(app, &head))
    }

    /// The entries of the audit log that the viewer may read, the latest first. Needs an approver or administrator of a
    /// council, an administrator of a supplier, or an operator; everybody reads those of their own account. What a
    /// supplier does about pilots is for that supplier alone.
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "About this thing: a contract, a pilot, a person ...")] subject: Option<Id>,
        #[graphql(desc = "Of this council or supplier, or of this person's own account.")]
        organisation: Option<Id>,
        #[graphql(desc = "Done by this person.")] actor: Option<Id>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<AuditEntryConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let filter = Filter {
            subject: subject.map(|id| id.uuid),
            organisation: organisation.map(resource).transpose()?,
            actor: actor.map(|id| id.of(Sort::Person)).transpose()?,
        };
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let page = audit::list(app, viewer, &filter, &cut).await.told(ctx)?;
        Ok(paging::slice(page, AuditEntry).into())
    }
}

fn resource(id: Id) -> Result<Resource> {
    match id.sort {
        Sort::Council => Ok(Resource::Council(id.uuid)),
        Sort::Supplier => Ok(Resource::Supplier(id.uuid)),
        Sort::Person => Ok(Resource::Person(id.uuid)),
        _ => {
            let message = "this is the id of neither a council, a supplier nor a person";
            Err(async_graphql::Error::new(message).extend_with(|_, e| e.set("code", "WRONG_ID")))
        }
    }
}

/// The sort of id that a kind of subject has.
fn sort(kind: &str) -> Option<Sort> {
    Some(match kind {
        "answer" => Sort::NeedAnswer,
        "bid" => Sort::Bid,
        "contract" => Sort::Contract,
        "council" => Sort::Council,
        "evidence" => Sort::Evidence,
        "invitation" => Sort::Invitation,
        "law" => Sort::Law,
        "mail" => Sort::Mail,
        "need" => Sort::Need,
        "person" | audit::ERASURE => Sort::Person,
        "pilot" => Sort::Pilot,
        "product" => Sort::Product,
        "question" => Sort::Question,
        "saved search" => Sort::SavedSearch,
        "feed" => Sort::Feed,
        "supplier" => Sort::Supplier,
        "token" => Sort::ApiToken,
        "uploaded register" => Sort::Import,
        _ => return None,
    })
}

/// Something that was done, or tried and refused: by whom, when and to what.
#[Object]
impl AuditEntry {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::AuditEntry, self.0.id)
    }
    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }
    /// By which right, as the policy names it.
    async fn action(&self) -> &str {
        &self.0.action
    }
    /// Whether it was tried and not done.
    async fn refused(&self) -> bool {
        self.0.refused
    }
    /// What kind of thing it is about.
    async fn subject_kind(&self) -> &str {
        &self.0.subject.0
    }
    /// The thing it is about; null for one that the graph does not have, such as the reading of a file.
    async fn subject(&self) -> Option<Id> {
        let (kind, id) = &self.0.subject;
        sort(kind).map(|sort| Id::new(sort, *id))
    }
    /// The council or supplier in which the right was used, or the person whose account it is; null for the
    /// installation.
    async fn organisation(&self) -> Option<Id> {
        match self.0.organisation {
            Resource::Council(id) => Some(Id::new(Sort::Council, id)),
            Resource::Supplier(id) => Some(Id::new(Sort::Supplier, id)),
            Resource::Person(id) => Some(Id::new(Sort::Person, id)),
            Resource::System => None,
        }
    }
    /// Who did it: their address then, or `guildhall` for the program itself; null when it was erased.
    async fn actor(&self) -> Option<&str> {
        self.0.actor.as_ref().map(|actor| actor.name.as_str())
    }
    /// Who did it, by id; null for the program itself, and when it was erased.
    async fn actor_id(&self) -> Option<Id> {
        let person = self.0.actor.as_ref()?.person?;
        Some(Id::new(Sort::Person, person))
    }
    /// The fields that were changed, where it tells of any.
    async fn changes(&self) -> Vec<AuditChange> {
        changes(self.0.detail.as_ref())
    }
    /// What was done, as JSON; null for an operator where it is about bids.
    async fn detail(&self) -> Option<String> {
        self.0.detail.as_ref().map(Value::to_string)
    }
    /// The address that it is about, where it is about one; null when it was erased.
    async fn address(&self) -> Option<&str> {
        self.0.about.as_ref()?.address.as_deref()
    }
    /// What else it says of a person, as JSON; null when it was erased.
    async fn said(&self) -> Option<String> {
        let said = &self.0.about.as_ref()?.said;
        (!said.is_null()).then(|| said.to_string())
    }
}

/// Every `from` and `to` of a detail: its own, and those gathered under `changes`.
fn changes(detail: Option<&Value>) -> Vec<AuditChange> {
    let own = detail.and_then(Value::as_object);
    let gathered = own.and_then(|own| own.get("changes")).and_then(Value::as_object);
    let fields = own.into_iter().chain(gathered).flatten();
    let change = |(field, value): (&String, &Value)| {
        Some(AuditChange {
            field: field.clone(),
            from: text(value.get("from")?),
            to: text(value.get("to")?),
        })
    };
    fields.filter_map(change).collect()
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_wherever_a_detail_has_them() {
        let detail = serde_json::json!({ "import": "x", "role": { "from": "viewer", "to": "officer" },
            "changes": { "currentEndsOn": { "from": null, "to": "2027-03-31" }, "valuePence": { "from": 1, "to": 2 } } });
        let found = changes(Some(&detail));
        let found: Vec<_> = found
            .iter()
            .map(|c| (&*c.field, c.from.as_deref(), c.to.as_deref()))
            .collect();
        let expected = [
            ("role", Some("viewer"), Some("officer")),
            ("currentEndsOn", None, Some("2027-03-31")),
            ("valuePence", Some("1"), Some("2")),
        ];
        assert_eq!(found, expected);
    }
}
