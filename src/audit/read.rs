//! What of the log a viewer may read. What may not be seen is not found, and leaves no gap to count.

use super::entry::{About, Actor};
use super::sealed::opened;
use super::store;
use crate::access::{Action, Resource, Viewer, may};
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::{audit_entry as row, audit_part};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use serde_json::Value;
use std::collections::HashMap;
use uuid::Uuid;

/// Values that fit in one statement of either database.
const AT_A_TIME: usize = 500;

/// Which entries; every part that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// About this thing.
    pub subject: Option<Uuid>,
    /// Of this organisation, or of this person's own account.
    pub organisation: Option<Resource>,
    /// Done by this person.
    pub actor: Option<Uuid>,
}

/// An entry as its reader sees it. Its place in the log is not part of it: gaps would tell of what others do.
#[derive(Clone, Debug, PartialEq)]
pub struct Seen {
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// By which right.
    pub action: String,
    /// It was tried and not done.
    pub refused: bool,
    /// What it is about: kind and id.
    pub subject: (String, Uuid),
    /// Where the right was used.
    pub organisation: Resource,
    /// Who did it, unless that was erased.
    pub actor: Option<Actor>,
    /// What was done; nothing for an operator where it is about bids.
    pub detail: Option<Value>,
    /// What it says of a person, if it does and that was not erased.
    pub about: Option<About>,
}

/// What a viewer may read.
#[derive(Default)]
struct Sight {
    /// Whoever asks has seen to it that all of it may be read.
    all: bool,
    operator: bool,
    councils: Vec<Uuid>,
    suppliers: Vec<Uuid>,
    person: Option<Uuid>,
}

impl Sight {
    fn of(viewer: &Viewer) -> Result<Self, Error> {
        if *viewer == Viewer::Anonymous {
            return Err(Error::NotSignedIn);
        }
        let reads = |resource| may(viewer, Action::ReadAudit, resource);
        let (mut councils, mut suppliers) = (viewer.councils(), viewer.suppliers());
        councils.retain(|id| reads(Resource::Council(*id)));
        suppliers.retain(|id| reads(Resource::Supplier(*id)));
        let person = viewer.person().map(|person| person.id);
        Ok(Self {
            all: false,
            operator: reads(Resource::System),
            councils,
            suppliers,
            person: person.filter(|id| reads(Resource::Person(*id))),
        })
    }

    /// Whether an organisation's entries are the viewer's own to read.
    fn is_own(&self, organisation: Resource) -> bool {
        match organisation {
            _ if self.all => true,
            Resource::Council(id) => self.councils.contains(&id),
            Resource::Supplier(id) => self.suppliers.contains(&id),
            Resource::Person(id) => self.person == Some(id),
            Resource::System => self.operator,
        }
    }

    fn condition(&self) -> Condition {
        let of = |kind: &str, ids: &[Uuid]| {
            Condition::all()
                .add(row::Column::OrganisationKind.eq(kind))
                .add(row::Column::OrganisationId.is_in(ids.iter().copied()))
        };
        let mut any = Condition::any()
            .add(of("council", &self.councils))
            .add(of("supplier", &self.suppliers))
            .add(of("person", self.person.as_slice()));
        if self.operator {
            any = any.add(row::Column::Action.is_not_in(names(&Action::BIDDERS)));
        }
        any
    }
}

/// A page of the entries that the viewer may read, the latest first.
///
/// # Errors
/// [`Error::NotFound`] for an organisation whose entries the viewer may not read; or when nobody is signed in.
pub async fn list(app: &App, viewer: &Viewer, filter: &Filter, cut: &Cut) -> Result<Page<Seen>, Error> {
    let sight = Sight::of(viewer)?;
    let mut query = row::Entity::find()
        .filter(sight.condition())
        .order_by_desc(row::Column::Sequence)
        .limit(cut.first + 1);
    if let Some(organisation) = filter.organisation {
        if !sight.operator && !sight.is_own(organisation) {
            return Err(Error::NotFound);
        }
        let (kind, id) = store::organisation(organisation);
        query = query.filter(row::Column::OrganisationKind.eq(kind)).filter(
            id.map_or(row::Column::OrganisationId.is_null(), |id| {
                row::Column::OrganisationId.eq(id)
            }),
        );
    }
    if let Some(subject) = filter.subject {
        query = query.filter(row::Column::SubjectId.eq(subject));
    }
    if let Some(actor) = filter.actor {
        let theirs = audit_part::Entity::find()
            .select_only()
            .column(audit_part::Column::Sequence)
            .filter(audit_part::Column::Part.eq("actor"))
            .filter(audit_part::Column::PersonId.eq(actor));
        query = query.filter(row::Column::Sequence.in_subquery(theirs.into_query()));
    }
    // A cursor names an entry that the viewer may read, and not its place, which would tell how many there are in
    // between.
    if let Some((_, id)) = &cut.after {
        let last = row::Entity::find()
            .filter(sight.condition())
            .filter(row::Column::Id.eq(*id));
        let last = last.one(app.db.read()).await?.ok_or(Error::NotFound)?;
        query = query.filter(row::Column::Sequence.lt(last.sequence));
    }
    let rows = query.all(app.db.read()).await?;
    let mut parts = parts_of(app.db.read(), &rows).await?;
    let items = rows.into_iter().map(|row| {
        let parts = parts.remove(&row.sequence).unwrap_or_default();
        Ok(Item {
            key: String::new(),
            id: row.id,
            value: seen(app, &sight, row, parts)?,
        })
    });
    Ok(Page::from_one_more(
        items.collect::<Result<_, Error>>()?,
        cut,
        None,
    ))
}

/// Every entry about these things, and every entry by this right in that organisation, in the order of the log. Whoever calls
/// has seen to it that they may be read.
///
/// # Errors
/// When the database fails.
pub(crate) async fn about(
    app: &App,
    db: &impl ConnectionTrait,
    subjects: &[Uuid],
    also: (Action, Resource),
) -> Result<Vec<Seen>, Error> {
    let (kind, organisation) = store::organisation(also.1);
    let mut rows = row::Entity::find()
        .filter(row::Column::OrganisationKind.eq(kind))
        .filter(row::Column::OrganisationId.eq(organisation))
        .filter(row::Column::Action.eq(format!("{:?}", also.0)))
        .all(db)
        .await?;
    for subjects in subjects.chunks(AT_A_TIME) {
        let of = row::Column::SubjectId.is_in(subjects.iter().copied());
        rows.extend(row::Entity::find().filter(of).all(db).await?);
    }
    rows.sort_by_key(|row| row.sequence);
    rows.dedup_by_key(|row| row.sequence);
    let mut parts = parts_of(db, &rows).await?;
    let sight = Sight {
        all: true,
        ..Sight::default()
    };
    let seen = rows.into_iter().map(|row| {
        let parts = parts.remove(&row.sequence).unwrap_or_default();
        seen(app, &sight, row, parts)
    });
    seen.collect()
}

/// What these entries say, by their place.
async fn parts_of(
    db: &impl ConnectionTrait,
    rows: &[row::Model],
) -> Result<HashMap<i64, Vec<audit_part::Model>>, Error> {
    let mut parts = Vec::new();
    for rows in rows.chunks(AT_A_TIME) {
        let sequences = audit_part::Column::Sequence.is_in(rows.iter().map(|row| row.sequence));
        parts.extend(audit_part::Entity::find().filter(sequences).all(db).await?);
    }
    Ok(store::by_sequence(parts))
}

fn seen(app: &App, sight: &Sight, row: row::Model, parts: Vec<audit_part::Model>) -> Result<Seen, Error> {
    let organisation = match (row.organisation_kind.as_str(), row.organisation_id) {
        ("council", Some(id)) => Resource::Council(id),
        ("supplier", Some(id)) => Resource::Supplier(id),
        ("person", Some(id)) => Resource::Person(id),
        ("system", None) => Resource::System,
        (kind, _) => {
            return Err(Error::fault(format!(
                "an audit entry of {kind:?}, which means nothing"
            )));
        }
    };
    let content = |name: &str| {
        let part = parts.iter().find(|part| part.part == name);
        part.and_then(|part| part.content.as_deref())
    };
    let with_bids = names(&Action::WITH_BIDS).any(|name| name == row.action);
    let withheld = with_bids && !sight.is_own(organisation);
    let detail = if withheld { None } else { parse(content("detail"))? };
    Ok(Seen {
        id: row.id,
        at: row.at,
        action: row.action,
        refused: row.refused,
        subject: (row.subject_kind, row.subject_id),
        organisation,
        actor: parse(content("actor"))?,
        detail: detail.map(|detail| opened(&app.secret, detail)).transpose()?,
        about: parse(content("about"))?,
    })
}

/// Actions as entries name them.
fn names(actions: &[Action]) -> impl Iterator<Item = String> {
    actions.iter().map(|action| format!("{action:?}"))
}

fn parse<T: serde::de::DeserializeOwned>(content: Option<&str>) -> Result<Option<T>, Error> {
    content
        .map(serde_json::from_str)
        .transpose()
        .map_err(Error::fault)
}
