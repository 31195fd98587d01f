//! Saved searches: what people asked to be told of. Each keeps their own, and sees only those.

use super::filter::Filter;
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::{DateTime, Utc};
use entity::saved_search::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

/// Searches one person may keep.
const MOST: usize = 100;

/// A saved search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSearch {
    /// Identifier.
    pub id: Uuid,
    /// What its owner calls it: the mails say it.
    pub name: String,
    /// What it looks for.
    pub filter: Filter,
    /// Whether it is at work.
    pub state: State,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

/// Whether a saved search is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "SavedSearchState")]
pub enum State {
    /// Its owner is told.
    Active,
    /// Its owner paused it.
    Paused,
    /// Its owner unsubscribed by a link in a mail; resuming it undoes that.
    Unsubscribed,
}

impl State {
    /// The stored word.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Unsubscribed => "unsubscribed",
        }
    }
}

/// Why a search could not be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SavedSearchErrorCode {
    /// It has no name, or one over 100 characters.
    BadName,
    /// A CPV prefix is not of 1 to 8 digits.
    BadCpvPrefix,
    /// The lower bound is over the upper.
    BadValueBand,
    /// There are 100 already.
    TooMany,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Saves a search of the viewer's own.
///
/// # Errors
/// When nobody is signed in, the search makes no sense, or there are too many.
pub async fn save(
    app: &App,
    viewer: &Viewer,
    name: &str,
    filter: Filter,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let (permit, person) = own(viewer)?;
    check(name, &filter)?;
    let now = app.clock.now();
    let search = SavedSearch {
        id: app.entropy.id(now),
        name: name.trim().into(),
        filter,
        state: State::Active,
        created_at: now,
        version: 1,
    };
    let txn = app.db.begin().await?;
    if mine(&txn, person).await?.len() >= MOST {
        return Err(Stop::refuse(
            SavedSearchErrorCode::TooMany,
            "",
            "you have 100 saved searches already",
        ));
    }
    insert(&txn, &permit, person, &search, now).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "saved search",
        search.id,
        &serde_json::json!({ "saved": search.name }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(search)
}

/// Pauses or resumes a search of the viewer's own.
///
/// # Errors
/// When it has another version; [`Error::NotFound`] for another's, too.
pub async fn set_state(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    state: State,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let (permit, person) = own(viewer)?;
    let txn = app.db.begin().await?;
    let mut search = held(&txn, person, id).await?.ok_or(Error::NotFound)?;
    based_on(version, search.version, SavedSearchErrorCode::Conflict)?;
    (search.state, search.version) = (state, search.version + 1);
    Entity::update_many()
        .filter(Column::Id.eq(id))
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .col_expr(Column::Version, Expr::value(search.version))
        .exec(&txn)
        .await?;
    audit::record(
        app,
        &txn,
        &permit,
        "saved search",
        id,
        &serde_json::json!({ "state": state.as_str() }),
    )
    .await?;
    txn.commit().await?;
    Ok(search)
}

/// A search of a person's own, whose row nobody else can change until the transaction ends.
async fn held(txn: &impl ConnectionTrait, person: Uuid, id: Uuid) -> Result<Option<SavedSearch>, Error> {
    let mut query = Entity::find_by_id(id).filter(Column::PersonId.eq(person));
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(txn).await?.map(read).transpose()
}

/// The viewer's own searches, oldest first.
///
/// # Errors
/// When nobody is signed in or the database fails.
pub async fn list(app: &App, viewer: &Viewer, cut: &Cut) -> Result<Page<SavedSearch>, Error> {
    let (_, person) = own(viewer)?;
    let mut query = Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::Id)
        .limit(cut.first + 1);
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.gt(*id));
    }
    let rows = query.all(app.db.read()).await?;
    let item = |row: Model| {
        Ok(Item {
            key: String::new(),
            id: row.id,
            value: read(row)?,
        })
    };
    let items = rows.into_iter().map(item).collect::<Result<Vec<_>, Error>>()?;
    Ok(Page::from_one_more(items, cut, None))
}

/// Every search at work, with its owner: for the tick.
pub(super) async fn active(db: &impl ConnectionTrait) -> Result<Vec<(Uuid, SavedSearch)>, Error> {
    let rows = Entity::find()
        .filter(Column::State.eq("active"))
        .order_by_asc(Column::Id)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|row| Ok((row.person_id, read(row)?)))
        .collect()
}

/// Every search of a person.
pub(super) async fn mine(db: &impl ConnectionTrait, person: Uuid) -> Result<Vec<SavedSearch>, Error> {
    let rows = Entity::find().filter(Column::PersonId.eq(person)).all(db).await?;
    rows.into_iter().map(read).collect()
}

fn own(viewer: &Viewer) -> Result<(Permit, Uuid), Error> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?.id;
    Ok((
        authorize(viewer, Action::KeepSearches, Resource::Person(person))?,
        person,
    ))
}

fn check(name: &str, filter: &Filter) -> Result<(), Stop<SavedSearchErrorCode>> {
    let mut wrong = Wrong::default();
    wrong.when(
        name.trim().is_empty() || name.chars().count() > 100,
        SavedSearchErrorCode::BadName,
        "name",
        "give a name of 1 to 100 characters",
    );
    for (index, prefix) in filter.cpv_prefixes.iter().enumerate() {
        wrong.when(
            prefix.is_empty() || prefix.len() > 8 || !prefix.bytes().all(|b| b.is_ascii_digit()),
            SavedSearchErrorCode::BadCpvPrefix,
            &format!("filter.cpvPrefixes.{index}"),
            format!("{prefix:?} is not 1 to 8 digits"),
        );
    }
    wrong.when(
        matches!((filter.min_value_pence, filter.max_value_pence), (Some(least), Some(most)) if least > most),
        SavedSearchErrorCode::BadValueBand,
        "filter.minValuePence",
        "the lower bound is over the upper",
    );
    wrong.stop()
}

fn read(row: Model) -> Result<SavedSearch, Error> {
    let filter = serde_json::from_value(row.filter).map_err(Error::fault)?;
    let state = match row.state.as_str() {
        "active" => State::Active,
        "paused" => State::Paused,
        _ => State::Unsubscribed,
    };
    Ok(SavedSearch {
        id: row.id,
        name: row.name,
        filter,
        state,
        created_at: row.created_at,
        version: row.version,
    })
}

async fn insert(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    person: Uuid,
    search: &SavedSearch,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = ActiveModel {
        id: Set(search.id),
        person_id: Set(person),
        name: Set(search.name.clone()),
        filter: Set(serde_json::to_value(&search.filter).map_err(Error::fault)?),
        state: Set(search.state.as_str().into()),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(search.version),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}
