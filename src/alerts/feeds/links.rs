//! The secret links: made, listed and revoked by their owner, who alone sees them. A link is shown once and kept as its
//! hash; revoked is gone.

use super::council_name;
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::{DateTime, Duration, Utc};
use entity::feed_link::{ActiveModel, Column, Entity, Model};
use entity::{person, saved_search};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::LockType;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Links one person may keep.
const MOST: u64 = 100;
/// Use is noted this often at most: reading should not write.
const NOTED: Duration = Duration::hours(1);
/// 32 random bytes in base64.
const TOKEN: usize = 43;

/// What a link shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A saved search of its owner's.
    SavedSearch(Uuid),
    /// A council's register.
    Council(Uuid),
}

/// A link, without what makes it secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Identifier.
    pub id: Uuid,
    /// What it shows.
    pub of: Of,
    /// What calendar programs call it.
    pub name: String,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last used, to the hour.
    pub last_used_at: Option<DateTime<Utc>>,
    /// What revokes it says which version it is based on.
    pub version: i32,
}

/// The addresses behind which a link is; shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// Of the calendar.
    pub calendar: String,
    /// Of the feed.
    pub atom: String,
}

/// Why a link could not be made or revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum FeedErrorCode {
    /// Its name is blank or over 100 characters.
    BadName,
    /// There are 100 already.
    TooMany,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Makes a link to a saved search of the viewer's own or to a council's register.
///
/// # Errors
/// When nobody is signed in, there is no such search or council, or there are too many.
pub async fn make(
    app: &App,
    viewer: &Viewer,
    of: Of,
    name: Option<&str>,
) -> Result<(Link, Addresses), Stop<FeedErrorCode>> {
    let (permit, person) = own(viewer)?;
    let mut wrong = Wrong::default();
    let bad = name.is_some_and(|name| name.trim().is_empty() || name.chars().count() > 100);
    wrong.when(
        bad,
        FeedErrorCode::BadName,
        "name",
        "give a name of 1 to 100 characters",
    );
    wrong.stop()?;
    let (secret, now) = (app.entropy.token(), app.clock.now());
    let txn = app.db.begin().await?;
    hold(&txn, person).await?;
    let found = match of {
        Of::SavedSearch(id) => saved_search::Entity::find_by_id(id)
            .filter(saved_search::Column::PersonId.eq(person))
            .one(&txn)
            .await?
            .map(|search| search.name),
        Of::Council(id) => council_name(id).map(str::to_owned),
    };
    let found = found.ok_or(Error::NotFound)?;
    let theirs = Entity::find().filter(Column::PersonId.eq(person));
    if theirs.count(&txn).await? >= MOST {
        let message = "you have 100 calendar links already: revoke one";
        return Err(Stop::refuse(FeedErrorCode::TooMany, "", message));
    }
    let row = Model {
        id: app.entropy.id(now),
        person_id: person,
        saved_search_id: matches!(of, Of::SavedSearch(_)).then_some(of.id()),
        council_id: matches!(of, Of::Council(_)).then_some(of.id()),
        token_hash: hash(&secret),
        name: name.map_or(found, |name| name.trim().to_owned()),
        created_at: now,
        last_used_at: None,
        version: 1,
    };
    Entity::insert(ActiveModel::from(row.clone()))
        .exec_without_returning(&txn)
        .await?;
    let about = audit::About::person(person, serde_json::json!({ "name": row.name }));
    let detail = serde_json::json!({ "made": true });
    audit::record_about(app, &txn, &permit, "feed", row.id, &detail, about).await?;
    txn.commit().await?;
    let address = |ending| format!("{}/feeds/{secret}.{ending}", app.public_url);
    let addresses = Addresses {
        calendar: address("ics"),
        atom: address("atom"),
    };
    Ok((read(row)?, addresses))
}

/// The viewer's own links, oldest first.
///
/// # Errors
/// When nobody is signed in or the database fails.
pub async fn list(app: &App, viewer: &Viewer, cut: &Cut) -> Result<Page<Link>, Error> {
    let (_, person) = own(viewer)?;
    let mut query = Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::Id)
        .limit(cut.first + 1);
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.gt(*id));
    }
    let item = |row: Model| {
        Ok(Item {
            key: String::new(),
            id: row.id,
            value: read(row)?,
        })
    };
    let rows = query.all(app.db.read()).await?;
    let items = rows.into_iter().map(item).collect::<Result<Vec<_>, Error>>()?;
    Ok(Page::from_one_more(items, cut, None))
}

/// Ends a link of the viewer's own at once, and gives it as it was.
///
/// # Errors
/// When it has another version; [`Error::NotFound`] for another's, too.
pub async fn revoke(app: &App, viewer: &Viewer, id: Uuid, version: i32) -> Result<Link, Stop<FeedErrorCode>> {
    let (permit, person) = own(viewer)?;
    let txn = app.db.begin().await?;
    let mut query = Entity::find_by_id(id).filter(Column::PersonId.eq(person));
    if app.db.backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let row = query.one(&txn).await?.ok_or(Error::NotFound)?;
    based_on(version, row.version, FeedErrorCode::Conflict)?;
    Entity::delete_by_id(id).exec(&txn).await?;
    let detail = serde_json::json!({ "revoked": true });
    audit::record(app, &txn, &permit, "feed", id, &detail).await?;
    txn.commit().await?;
    Ok(read(row)?)
}

/// The link of a token, whose use is noted.
pub(super) async fn used(app: &App, token: &str) -> Result<Option<Model>, Error> {
    if token.len() != TOKEN {
        return Ok(None);
    }
    let found = Entity::find().filter(Column::TokenHash.eq(hash(token)));
    let Some(link) = found.one(app.db.read()).await? else {
        return Ok(None);
    };
    let now = app.clock.now();
    if link.last_used_at.is_none_or(|at| at + NOTED <= now) {
        let txn = app.db.begin().await?;
        let noted = ActiveModel {
            last_used_at: Set(Some(now)),
            ..ActiveModel::default()
        };
        Entity::update_many()
            .set(noted)
            .filter(Column::Id.eq(link.id))
            .exec(&txn)
            .await?;
        txn.commit().await?;
    }
    Ok(Some(link))
}

/// Holds the account, so that links made at once are counted one after another.
async fn hold(txn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    let mut query = person::Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::NoKeyUpdate);
    }
    query.one(txn).await?.map(|_| ()).ok_or(Error::NotSignedIn)
}

impl Of {
    fn id(self) -> Uuid {
        match self {
            Self::SavedSearch(id) | Self::Council(id) => id,
        }
    }
}

fn own(viewer: &Viewer) -> Result<(Permit, Uuid), Error> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?.id;
    let permit = authorize(viewer, Action::KeepSearches, Resource::Person(person))?;
    Ok((permit, person))
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn read(row: Model) -> Result<Link, Error> {
    let of = match (row.saved_search_id, row.council_id) {
        (Some(id), None) => Of::SavedSearch(id),
        (None, Some(id)) => Of::Council(id),
        _ => return Err(Error::fault("a link to nothing")),
    };
    Ok(Link {
        id: row.id,
        of,
        name: row.name,
        created_at: row.created_at,
        last_used_at: row.last_used_at,
        version: row.version,
    })
}
