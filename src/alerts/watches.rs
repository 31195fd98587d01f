//! Watches: one contract, need or pilot, a department of a council, or all of a council's. They are kept and paused as
//! saved searches are. Three stand of themselves: for who looks after contracts, for the people of bidders, and for those
//! of suppliers that hold evidence.

use super::filter::{Filter, fold};
use super::rhythm::Rhythm;
use super::searches::{self, Origin, SavedSearch, SavedSearchErrorCode, State};
use super::store;
use super::subject::Subject;
use crate::access::{Viewer, accounts};
use crate::contracts::{self, Columns};
use crate::councils::directory;
use crate::events::Kind;
use crate::runtime::{App, Error, Stop};
use crate::{needs, pilots};
use sea_orm::DatabaseTransaction;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What is watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A contract.
    Contract(Uuid),
    /// Every contract, need and pilot of a council.
    Council(Uuid),
    /// The contracts of a council's department, as its register names it.
    Department(Uuid, String),
    /// A need.
    Need(Uuid),
    /// A pilot.
    Pilot(Uuid),
}

/// Watches something for the viewer: they are told of everything that happens to it. What they watch already is given as
/// it is.
///
/// # Errors
/// When nobody is signed in, there is no such thing, or they watch and search for too much already.
pub async fn watch(
    app: &App,
    viewer: &Viewer,
    mut target: Target,
    rhythm: Rhythm,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let (permit, person) = searches::own(viewer)?;
    if let Target::Department(council, name) = &mut target {
        *name = as_named(app, *council, name).await?;
    }
    let name: String = name_of(app, viewer, &target).await?.chars().take(100).collect();
    let search = searches::made(app, person, Origin::Watch, &name, filter_of(target), rhythm);
    let kept = store::mine(app.db.read(), person).await?;
    let same = |one: &SavedSearch| one.origin == Origin::Watch && one.filter == search.filter;
    if let Some(kept) = kept.into_iter().find(same) {
        return Ok(kept);
    }
    searches::keep(app, &permit, search).await
}

/// A department as a council's register writes it: nothing would ever be told of one that it does not name.
async fn as_named(app: &App, council: Uuid, name: &str) -> Result<String, Stop<SavedSearchErrorCode>> {
    let named = contracts::departments_of(app, council).await?;
    if let Some(one) = named.iter().find(|one| fold(one) == fold(name)) {
        return Ok(one.clone());
    }
    let some: Vec<&str> = named.iter().take(20).map(String::as_str).collect();
    let message = match some.as_slice() {
        [] => "this council's register names no departments".to_owned(),
        some => format!(
            "the register names no such department; some that it does: {}",
            some.join("; ")
        ),
    };
    Err(Stop::refuse(
        SavedSearchErrorCode::BadWatch,
        "department",
        message,
    ))
}

fn filter_of(target: Target) -> Filter {
    let mut filter = Filter::everything();
    match target {
        Target::Contract(id) => filter.contracts.push(id),
        Target::Council(id) => filter.councils.push(id),
        Target::Department(id, name) => {
            filter.councils.push(id);
            filter.departments.push(name);
        }
        Target::Need(id) => filter.needs.push(id),
        Target::Pilot(id) => filter.pilots.push(id),
    }
    filter
}

async fn name_of(app: &App, viewer: &Viewer, target: &Target) -> Result<String, Error> {
    let council = |id: &Uuid| {
        directory()
            .by_id(*id)
            .map(|council| council.facts.name)
            .ok_or(Error::NotFound)
    };
    match target {
        Target::Council(id) => Ok(council(id)?.to_owned()),
        Target::Department(id, name) => Ok(format!("{name}, {}", council(id)?)),
        Target::Contract(id) => {
            let columns = Columns::of([contracts::Column::Title]);
            let found = contracts::by_ids(app, viewer, &[*id], &columns).await?.remove(id);
            Ok(found.ok_or(Error::NotFound)?.title)
        }
        Target::Need(id) => {
            let found = needs::by_ids(app, viewer, &[*id]).await?.remove(id);
            Ok(found.ok_or(Error::NotFound)?.statement.title)
        }
        Target::Pilot(id) => {
            let found = pilots::one(app, viewer, *id).await?;
            Ok(found.ok_or(Error::NotFound)?.said.title)
        }
    }
}

/// Makes sure that a watch stands for everybody who is told of these without asking. Whoever paused theirs, or
/// unsubscribed from it, keeps it so.
pub(super) async fn stand(app: &App, subjects: &[Subject]) -> Result<(), Error> {
    let owners: HashSet<Uuid> = subjects.iter().filter_map(|subject| subject.owner_id).collect();
    let suppliers: HashSet<Uuid> = subjects
        .iter()
        .flat_map(|subject| subject.bidders.iter().copied())
        .collect();
    let holders: HashSet<Uuid> = subjects.iter().filter_map(|subject| subject.holder).collect();
    if owners.is_empty() && suppliers.is_empty() && holders.is_empty() {
        return Ok(());
    }
    let txn = app.db.begin().await?;
    let mut wanted: HashMap<Uuid, Filter> = HashMap::new();
    for owner in owners {
        wanted.entry(owner).or_default().owners.push(owner);
    }
    put(app, &txn, Origin::Owner, "Contracts I look after", wanted).await?;
    let mut wanted: HashMap<Uuid, Filter> = HashMap::new();
    for supplier in suppliers {
        for (person, ..) in accounts::members_of_supplier(&txn, supplier).await? {
            wanted.entry(person).or_default().bidders.push(supplier);
        }
    }
    let name = "Pilots my organisation bids for";
    put(app, &txn, Origin::Bidder, name, wanted).await?;
    let mut wanted: HashMap<Uuid, Filter> = HashMap::new();
    for supplier in holders {
        for (person, ..) in accounts::members_of_supplier(&txn, supplier).await? {
            wanted.entry(person).or_default().holders.push(supplier);
        }
    }
    let name = "Certificates and insurance of my organisation";
    put(app, &txn, Origin::Holder, name, wanted).await?;
    Ok(txn.commit().await?)
}

async fn put(
    app: &App,
    txn: &DatabaseTransaction,
    origin: Origin,
    name: &str,
    wanted: HashMap<Uuid, Filter>,
) -> Result<(), Error> {
    let people: Vec<Uuid> = wanted.keys().copied().collect();
    let standing = store::standing(txn, origin, &people).await?;
    let silent = store::all_unsubscribed(txn, &people).await?;
    for (person, filter) in wanted {
        let filter = Filter {
            owners: filter.owners,
            bidders: filter.bidders,
            holders: filter.holders,
            kinds: kinds_of(origin),
            ..Filter::everything()
        };
        match standing.get(&person) {
            None => {
                // Whoever stopped all of these mails does not begin to get them again.
                let state = if silent.contains(&person) {
                    State::Unsubscribed
                } else {
                    State::Active
                };
                let search = SavedSearch {
                    state,
                    // It tells also of what made it stand.
                    created_at: chrono::DateTime::UNIX_EPOCH,
                    ..searches::made(app, person, origin, name, filter, Rhythm::default())
                };
                store::insert_standing(txn, &search, app.clock.now()).await?;
            }
            Some(search) => {
                let mut search = search.clone();
                let more = add(&mut search.filter.bidders, &filter.bidders);
                if add(&mut search.filter.holders, &filter.holders) || more {
                    store::update_standing(txn, &search, app.clock.now()).await?;
                }
            }
        }
    }
    Ok(())
}

/// Adds what is not there; whether there was any.
fn add(standing: &mut Vec<Uuid>, wanted: &[Uuid]) -> bool {
    let before = standing.len();
    for id in wanted {
        if !standing.contains(id) {
            standing.push(*id);
        }
    }
    standing.len() > before
}

/// What is told without asking; how a pilot ends, its bidders have a mail of their own about.
fn kinds_of(origin: Origin) -> Vec<String> {
    let told = |kind: &&Kind| match origin {
        Origin::Bidder => matches!(
            **kind,
            Kind::PilotChanged | Kind::PilotAddendum | Kind::QuestionAnswered
        ),
        Origin::Holder => **kind == Kind::EvidenceLapsing,
        Origin::Search | Origin::Watch | Origin::Owner => true,
    };
    Kind::ALL
        .iter()
        .filter(told)
        .map(|kind| kind.as_str().to_owned())
        .collect()
}
