//! What people asked to be told of: saved searches and watches. Each keeps their own, and sees only those.

use super::filter::Filter;
use super::rhythm::Rhythm;
use super::store;
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::events::Kind;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// Searches and watches that one person may keep.
const MOST: u64 = 500;
/// Entries in one list of a filter.
const LONGEST: usize = 100;

/// A saved search or a watch.
#[derive(Clone, Debug, PartialEq)]
pub struct SavedSearch {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub person_id: Uuid,
    /// Where it comes from.
    pub origin: Origin,
    /// What its owner calls it: the mails say it.
    pub name: String,
    /// What it looks for.
    pub filter: Filter,
    /// Whether it is at work.
    pub state: State,
    /// How often its owner is mailed.
    pub rhythm: Rhythm,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

words! {
    /// Where a saved search comes from.
    #[graphql(name = "SavedSearchOrigin")]
    Origin {
        /// Its owner looks for something.
        Search = "search",
        /// Its owner watches a contract, a department, a council, a need or a pilot.
        Watch = "watch",
        /// It stands of itself for whoever looks after contracts.
        Owner = "owner",
        /// It stands of itself for the people of suppliers that bid.
        Bidder = "bidder",
        /// It stands of itself for the people of suppliers that hold evidence.
        Holder = "holder",
    }
}

words! {
    /// Whether a saved search is at work.
    #[graphql(name = "SavedSearchState")]
    State {
        /// Its owner is told.
        Active = "active",
        /// Its owner paused it.
        Paused = "paused",
        /// Its owner unsubscribed by a link in a mail; resuming it undoes that.
        Unsubscribed = "unsubscribed",
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
    /// The place is not on the globe, or the circle not of 1 to 1,500 km.
    BadPlace,
    /// The months are not 1 to 120.
    BadMonths,
    /// A list has over 100 entries, or the words over 200 characters.
    TooLong,
    /// The hour is not 0 to 23.
    BadHour,
    /// It is told without asking: no search looks for it.
    BadKind,
    /// Not exactly one thing is named to be watched, or a department that the register does not name.
    BadWatch,
    /// There are 500 already.
    TooMany,
    /// What stands of itself can be paused, and its mails set, but not be changed or removed.
    Standing,
    /// It was changed since the version this was based on.
    Conflict,
}

/// What is to be changed of a search; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// Another name.
    pub name: Option<String>,
    /// Something else to look for.
    pub filter: Option<Filter>,
    /// How often to be mailed.
    pub rhythm: Option<Rhythm>,
    /// To pause or to resume.
    pub state: Option<State>,
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
    rhythm: Rhythm,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let (permit, person) = own(viewer)?;
    let search = made(app, person, Origin::Search, name, filter, rhythm);
    keep(app, &permit, search).await
}

pub(super) fn made(
    app: &App,
    person_id: Uuid,
    origin: Origin,
    name: &str,
    filter: Filter,
    rhythm: Rhythm,
) -> SavedSearch {
    SavedSearch {
        id: app.new_id(),
        person_id,
        origin,
        name: name.trim().into(),
        filter,
        state: State::Active,
        rhythm,
        created_at: app.clock.now(),
        version: 1,
    }
}

pub(super) async fn keep(
    app: &App,
    permit: &Permit,
    search: SavedSearch,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    check(&search).stop()?;
    let txn = app.db.begin().await?;
    if store::count_of(&txn, search.person_id).await? >= MOST {
        let message = format!("you have {MOST} saved searches and watches already");
        return Err(Stop::refuse(SavedSearchErrorCode::TooMany, "", message));
    }
    store::insert(&txn, permit, &search, app.clock.now()).await?;
    record(app, &txn, permit, &search, "saved").await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(search)
}

/// Changes, pauses or resumes a search of the viewer's own, or how often they are mailed about it.
///
/// # Errors
/// When it has another version or the change makes no sense; [`Error::NotFound`] for another's, too.
pub async fn change(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    change: Change,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let (permit, person) = own(viewer)?;
    change_of(app, &permit, person, (id, version), change).await
}

/// The same, by leave that was given already.
pub(super) async fn change_of(
    app: &App,
    permit: &Permit,
    person: Uuid,
    (id, version): (Uuid, i32),
    change: Change,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let txn = app.db.begin().await?;
    let mut search = store::held(&txn, person, id).await?.ok_or(Error::NotFound)?;
    based_on(version, search.version, SavedSearchErrorCode::Conflict)?;
    if change.filter.is_some() && search.origin != Origin::Search {
        return Err(standing());
    }
    search.name = change.name.map_or(search.name, |name| name.trim().to_owned());
    search.filter = change.filter.unwrap_or(search.filter);
    search.rhythm = change.rhythm.unwrap_or(search.rhythm);
    search.state = change.state.unwrap_or(search.state);
    check(&search).stop()?;
    search.version += 1;
    store::update(&txn, permit, &search, app.clock.now()).await?;
    record(app, &txn, permit, &search, search.state.as_str()).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(search)
}

/// Removes a search or watch of the viewer's own.
///
/// # Errors
/// When it has another version, or stands of itself; [`Error::NotFound`] for another's, too.
pub async fn remove(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let (permit, person) = own(viewer)?;
    let txn = app.db.begin().await?;
    let search = store::held(&txn, person, id).await?.ok_or(Error::NotFound)?;
    based_on(version, search.version, SavedSearchErrorCode::Conflict)?;
    if matches!(search.origin, Origin::Owner | Origin::Bidder | Origin::Holder) {
        return Err(standing());
    }
    store::remove(&txn, &permit, id).await?;
    record(app, &txn, &permit, &search, "removed").await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(search)
}

fn standing() -> Stop<SavedSearchErrorCode> {
    Stop::refuse(
        SavedSearchErrorCode::Standing,
        "",
        "what is watched is not changed; what stands of itself can be paused",
    )
}

async fn record(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    search: &SavedSearch,
    what: &str,
) -> Result<(), Error> {
    let about = audit::About::person(search.person_id, serde_json::json!({ "name": search.name }));
    let detail = serde_json::json!({ "state": what });
    audit::record_about(app, txn, permit, "saved search", search.id, &detail, about).await?;
    Ok(())
}

/// The viewer's own saved searches, oldest first.
///
/// # Errors
/// When nobody is signed in or the database fails.
pub async fn list(app: &App, viewer: &Viewer, cut: &Cut) -> Result<Page<SavedSearch>, Error> {
    let (_, person) = own(viewer)?;
    let item = |search: SavedSearch| Item {
        key: String::new(),
        id: search.id,
        value: search,
    };
    let rows = store::some_of(app.db.read(), person, cut).await?;
    Ok(Page::from_one_more(
        rows.into_iter().map(item).collect(),
        cut,
        None,
    ))
}

pub(super) fn own(viewer: &Viewer) -> Result<(Permit, Uuid), Error> {
    let person = viewer.person().ok_or(Error::NotSignedIn)?.id;
    let permit = authorize(viewer, Action::KeepSearches, Resource::Person(person))?;
    Ok((permit, person))
}

fn check(search: &SavedSearch) -> Wrong<SavedSearchErrorCode> {
    use SavedSearchErrorCode::{BadHour, BadKind, BadName};
    let mut wrong = Wrong::default();
    let named = !search.name.is_empty() && search.name.chars().count() <= 100;
    wrong.when(!named, BadName, "name", "give a name of 1 to 100 characters");
    let Rhythm { hour, weekday, .. } = search.rhythm;
    wrong.when(hour > 23, BadHour, "mails.hour", format!("{hour} is not 0 to 23"));
    let named = (1..=7).contains(&weekday);
    wrong.when(
        !named,
        BadHour,
        "mails.weekday",
        format!("{weekday} is not 1 to 7"),
    );
    let asked = search
        .filter
        .kinds
        .iter()
        .any(|kind| kind == Kind::EvidenceLapsing.as_str());
    wrong.when(
        asked && search.origin == Origin::Search,
        BadKind,
        "filter.kinds",
        "EVIDENCE_LAPSING is told without asking to whoever it concerns: leave it out",
    );
    check_filter(&search.filter, &mut wrong);
    wrong
}

/// What is wrong with a filter.
pub(super) fn check_filter(filter: &Filter, wrong: &mut Wrong<SavedSearchErrorCode>) {
    use SavedSearchErrorCode::{BadCpvPrefix, BadMonths, BadPlace, BadValueBand, TooLong};
    for (index, prefix) in filter.cpv_prefixes.iter().enumerate() {
        let digits = (1..=8).contains(&prefix.len()) && prefix.bytes().all(|b| b.is_ascii_digit());
        let message = format!("{prefix:?} is not 1 to 8 digits");
        wrong.when(
            !digits,
            BadCpvPrefix,
            &format!("filter.cpvPrefixes.{index}"),
            message,
        );
    }
    let band = (filter.min_value_pence, filter.max_value_pence);
    let crossed = matches!(band, (Some(least), Some(most)) if least > most);
    wrong.when(
        crossed,
        BadValueBand,
        "filter.minValuePence",
        "the lower bound is over the upper",
    );
    if let Some(near) = &filter.near {
        let on_globe = near.latitude.abs() <= 90.0 && near.longitude.abs() <= 180.0;
        let sound = on_globe && (1..=1_500).contains(&near.kilometres);
        wrong.when(
            !sound,
            BadPlace,
            "filter.near",
            "give a place on the globe and 1 to 1,500 km",
        );
    }
    let months = filter
        .within_months
        .is_none_or(|months| (1..=120).contains(&months));
    wrong.when(!months, BadMonths, "filter.withinMonths", "give 1 to 120 months");
    let lists = [
        ("filter.councils", filter.councils.len()),
        ("filter.regions", filter.regions.len()),
        ("filter.councilKinds", filter.council_kinds.len()),
        ("filter.services", filter.lgsl.len()),
        ("filter.cpvPrefixes", filter.cpv_prefixes.len()),
        ("filter.windowKinds", filter.window_kinds.len()),
        ("filter.kinds", filter.kinds.len()),
    ];
    for (path, length) in lists {
        wrong.when(
            length > LONGEST,
            TooLong,
            path,
            format!("{length} are over {LONGEST}"),
        );
    }
    let long = filter
        .words
        .as_ref()
        .is_some_and(|words| words.chars().count() > 200);
    wrong.when(long, TooLong, "filter.words", "give at most 200 characters");
}
