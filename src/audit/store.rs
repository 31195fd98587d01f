//! The log in the database: appended under one lock, and read in order from one snapshot.

use super::Said;
use super::check::Wrong;
use super::entry::{About, Actor, Entry, Leaf, Part};
use super::head::Root;
use super::tree::{Frontier, Hash};
use crate::access::{Deed, Resource};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::{audit_entry, audit_part, audit_tree};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use std::collections::HashMap;
use uuid::Uuid;

/// Entries written or read in one statement.
const AT_A_TIME: usize = 500;

/// The tree, held until the transaction ends: whoever else appends waits, so that there is one order.
pub(super) async fn hold(txn: &impl ConnectionTrait) -> Result<Frontier, Error> {
    let mut query = audit_tree::Entity::find_by_id(1);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let row = query.one(txn).await?.ok_or_else(|| broken("it has no row"))?;
    let size = u64::try_from(row.size).map_err(|_| broken("its size is negative"))?;
    Frontier::read(size, &row.frontier).ok_or_else(|| broken("its size and frontier do not belong together"))
}

fn broken(why: &str) -> Error {
    Error::fault(format!("the audit log's tree: {why}"))
}

/// Appends to the tree that is held. Gives what the log has come to.
pub(super) async fn append(
    app: &App,
    txn: &impl ConnectionTrait,
    mut tree: Frontier,
    said: Vec<Said<'_>>,
) -> Result<Root, Error> {
    let now = app.clock.now();
    for some in said.chunks(AT_A_TIME) {
        let (mut entries, mut parts) = (Vec::new(), Vec::new());
        for said in some {
            let entry = entry(app, &mut tree, said, now);
            parts.extend(part_rows(&entry, said));
            entries.push(row(entry)?);
        }
        audit_entry::Entity::insert_many(entries)
            .exec_without_returning(txn)
            .await?;
        audit_part::Entity::insert_many(parts)
            .exec_without_returning(txn)
            .await?;
    }
    let root = Root {
        size: tree.size(),
        root: tree.root(),
    };
    audit_tree::Entity::update_many()
        .filter(audit_tree::Column::Id.eq(1))
        .col_expr(audit_tree::Column::Size, Expr::value(number(root.size)?))
        .col_expr(audit_tree::Column::Frontier, Expr::value(tree.bytes()))
        .col_expr(audit_tree::Column::Root, Expr::value(root.root.0.to_vec()))
        .exec(txn)
        .await?;
    Ok(root)
}

fn number(sequence: u64) -> Result<i64, Error> {
    i64::try_from(sequence).map_err(Error::fault)
}

fn entry(app: &App, tree: &mut Frontier, said: &Said<'_>, now: DateTime<Utc>) -> Entry {
    let who = Actor {
        person: said.deed.actor,
        name: said.deed.actor_name.clone(),
    };
    let actor = Part::new(app.entropy.bytes(), &who);
    let detail = Part::new(app.entropy.bytes(), &said.detail);
    let about = said
        .about
        .as_ref()
        .map(|about| Part::new(app.entropy.bytes(), about));
    let leaf = Leaf {
        sequence: tree.size() + 1,
        id: app.entropy.id(now),
        at: now,
        action: format!("{:?}", said.deed.action),
        refused: said.refused,
        subject: (said.subject.0.to_owned(), said.subject.1),
        organisation: organisation(said.deed.resource),
        actor: actor.commitment(),
        detail: detail.commitment(),
        about: about.as_ref().map(Part::commitment),
    };
    tree.push(leaf.hash());
    Entry {
        entry: leaf,
        root: tree.root(),
        actor: Some(actor),
        detail: Some(detail),
        about,
    }
}

/// An organisation as an entry names it.
pub(super) fn organisation(resource: Resource) -> (String, Option<Uuid>) {
    let (kind, id) = match resource {
        Resource::Council(id) => ("council", Some(id)),
        Resource::Supplier(id) => ("supplier", Some(id)),
        Resource::Person(id) => ("person", Some(id)),
        Resource::System => ("system", None),
    };
    (kind.to_owned(), id)
}

fn row(entry: Entry) -> Result<audit_entry::ActiveModel, Error> {
    let leaf = entry.entry;
    Ok(audit_entry::ActiveModel {
        sequence: Set(number(leaf.sequence)?),
        id: Set(leaf.id),
        at: Set(leaf.at),
        action: Set(leaf.action),
        refused: Set(leaf.refused),
        subject_kind: Set(leaf.subject.0),
        subject_id: Set(leaf.subject.1),
        organisation_kind: Set(leaf.organisation.0),
        organisation_id: Set(leaf.organisation.1),
        actor_commitment: Set(leaf.actor.0.to_vec()),
        detail_commitment: Set(leaf.detail.0.to_vec()),
        about_commitment: Set(leaf.about.map(|hash| hash.0.to_vec())),
        root: Set(entry.root.0.to_vec()),
    })
}

fn part_rows(entry: &Entry, said: &Said<'_>) -> Vec<audit_part::ActiveModel> {
    let of = |name: &str, part: &Option<Part>, person, address| {
        part.clone().map(|part| audit_part::ActiveModel {
            sequence: Set(entry.entry.sequence.cast_signed()),
            part: Set(name.to_owned()),
            nonce: Set(Some(part.nonce.0.to_vec())),
            content: Set(Some(part.content)),
            person_id: Set(person),
            address: Set(address),
        })
    };
    let about = said.about.as_ref();
    let rows = [
        of("actor", &entry.actor, said.deed.actor, None),
        of("detail", &entry.detail, None, None),
        of(
            "about",
            &entry.about,
            about.and_then(|about| about.person),
            about.and_then(|about| about.address.clone()),
        ),
    ];
    rows.into_iter().flatten().collect()
}

pub(super) async fn was_refused(
    db: &impl ConnectionTrait,
    deed: &Deed,
    subject: Uuid,
    since: DateTime<Utc>,
) -> Result<bool, Error> {
    let theirs = audit_part::Entity::find()
        .select_only()
        .column(audit_part::Column::Sequence)
        .filter(audit_part::Column::Part.eq("actor"))
        .filter(audit_part::Column::PersonId.eq(deed.actor));
    let found = audit_entry::Entity::find()
        .filter(audit_entry::Column::SubjectId.eq(subject))
        .filter(audit_entry::Column::Action.eq(format!("{:?}", deed.action)))
        .filter(audit_entry::Column::Refused.eq(true))
        .filter(audit_entry::Column::At.gt(since))
        .filter(audit_entry::Column::Sequence.in_subquery(theirs.into_query()))
        .one(db)
        .await?;
    Ok(found.is_some())
}

/// What the log has come to, as the tree's row says.
pub(super) async fn root(db: &impl ConnectionTrait) -> Result<Root, Error> {
    let row = audit_tree::Entity::find_by_id(1).one(db).await?;
    let row = row.ok_or_else(|| broken("it has no row"))?;
    Ok(Root {
        size: u64::try_from(row.size).map_err(|_| broken("its size is negative"))?,
        root: Hash::read(&row.root).ok_or_else(|| broken("its root has not 32 bytes"))?,
    })
}

/// The log from its first entry on, as of when this was made.
pub(super) struct Reader {
    txn: DatabaseTransaction,
    after: i64,
}

impl Reader {
    pub(super) async fn new(app: &App) -> Result<Self, Error> {
        let txn = app.db.snapshot().await?;
        Ok(Self { txn, after: 0 })
    }

    /// What the log has come to, by the same snapshot.
    pub(super) async fn root(&self) -> Result<Root, Error> {
        root(&self.txn).await
    }

    /// The next entries; none when it has ended. One that cannot be an entry says why.
    pub(super) async fn next(&mut self) -> Result<Vec<Result<Entry, Wrong>>, Error> {
        let unreadable = |error| {
            let from = self.after + 1;
            Error::fault(format!(
                "the audit log cannot be read from entry {from} on: {error}"
            ))
        };
        let rows = audit_entry::Entity::find()
            .filter(audit_entry::Column::Sequence.gt(self.after))
            .order_by_asc(audit_entry::Column::Sequence)
            .limit(AT_A_TIME as u64)
            .all(&self.txn)
            .await
            .map_err(unreadable)?;
        let Some(last) = rows.last().map(|row| row.sequence) else {
            return Ok(Vec::new());
        };
        let parts = audit_part::Entity::find()
            .filter(audit_part::Column::Sequence.gt(self.after))
            .filter(audit_part::Column::Sequence.lte(last))
            .all(&self.txn)
            .await
            .map_err(unreadable)?;
        self.after = last;
        let mut of = by_sequence(parts);
        let entries = rows.into_iter().map(|row| {
            let parts = of.remove(&row.sequence).unwrap_or_default();
            read(row, parts)
        });
        Ok(entries.collect())
    }
}

pub(super) fn by_sequence(parts: Vec<audit_part::Model>) -> HashMap<i64, Vec<audit_part::Model>> {
    let mut of: HashMap<i64, Vec<audit_part::Model>> = HashMap::new();
    for part in parts {
        of.entry(part.sequence).or_default().push(part);
    }
    of
}

/// An entry from its rows.
fn read(row: audit_entry::Model, parts: Vec<audit_part::Model>) -> Result<Entry, Wrong> {
    let sequence = u64::try_from(row.sequence).unwrap_or_default();
    let wrong = |field, why: &str| Wrong {
        entry: sequence,
        field,
        why: why.to_owned(),
    };
    let hash =
        |field, bytes: &[u8]| Hash::read(bytes).ok_or_else(|| wrong(field, "its hash has not 32 bytes"));
    let mut entry = Entry {
        entry: Leaf {
            sequence,
            id: row.id,
            at: row.at,
            action: row.action,
            refused: row.refused,
            subject: (row.subject_kind, row.subject_id),
            organisation: (row.organisation_kind, row.organisation_id),
            actor: hash("actor", &row.actor_commitment)?,
            detail: hash("detail", &row.detail_commitment)?,
            about: row
                .about_commitment
                .map(|bytes| hash("about", &bytes))
                .transpose()?,
        },
        root: hash("root", &row.root)?,
        actor: None,
        detail: None,
        about: None,
    };
    for part in parts {
        let (field, place) = match part.part.as_str() {
            "actor" => ("actor", &mut entry.actor),
            "detail" => ("detail", &mut entry.detail),
            "about" => ("about", &mut entry.about),
            _ => return Err(wrong("part", "there is a part of no known kind")),
        };
        if !is_indexed_as_it_says(&part) {
            return Err(wrong(
                field,
                "it is kept under another person or address than it names",
            ));
        }
        *place = match (part.nonce, part.content) {
            (Some(nonce), Some(content)) => Some(Part {
                nonce: hash(field, &nonce)?,
                content,
            }),
            (None, None) => None,
            _ => return Err(wrong(field, "only half of it is gone")),
        };
    }
    Ok(entry)
}

/// Whether a part would be found by the person and address it names, and by no others.
fn is_indexed_as_it_says(part: &audit_part::Model) -> bool {
    let found = (part.person_id, part.address.as_deref());
    let Some(content) = &part.content else {
        return found == (None, None);
    };
    match part.part.as_str() {
        "actor" => serde_json::from_str::<Actor>(content).is_ok_and(|who| (who.person, None) == found),
        "about" => serde_json::from_str::<About>(content)
            .is_ok_and(|about| (about.person, about.address.as_deref()) == found),
        _ => found == (None, None),
    }
}
