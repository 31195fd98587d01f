//! Which windows are behind a link.
//!
//! A calendar shows the day to act by, so its days are those: of a council from 30 days ago on, of a search from 90 days
//! ago until 24 months ahead. A feed tells of what has opened among the same.

use super::MOST_EVENTS;
use crate::alerts::filter::{Filter, fold, split};
use crate::alerts::subject::of_opening;
use crate::contracts::between::{self, Found, Listed, Piece, Wanted};
use crate::councils::directory;
use crate::events::Kind;
use crate::runtime::{App, Error};
use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use entity::{feed_link, saved_search};
use sea_orm::EntityTrait;
use std::collections::HashSet;
use uuid::Uuid;

/// Words of a search that SQL is asked for; all of them are looked at afterwards.
const WORDS: usize = 16;

/// What is behind a link on a day.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    wanted: Wanted,
    /// What a search looks for; a council's link shows every window.
    filter: Option<Filter>,
    /// When what is looked for was last changed.
    pub(super) changed_at: DateTime<Utc>,
}

/// The scope of a link; nothing, when its search went this moment.
pub(super) async fn scope(
    app: &App,
    link: &feed_link::Model,
    today: NaiveDate,
) -> Result<Option<Scope>, Error> {
    let Some(id) = link.saved_search_id else {
        let wanted = all(link.council_id.into_iter().collect(), today);
        return Ok(Some(Scope {
            wanted,
            filter: None,
            changed_at: link.created_at,
        }));
    };
    let Some(search) = saved_search::Entity::find_by_id(id).one(app.db.read()).await? else {
        return Ok(None);
    };
    let filter: Filter = serde_json::from_value(search.filter).map_err(Error::fault)?;
    Ok(Some(Scope {
        wanted: wanted(&filter, today),
        filter: Some(filter),
        changed_at: search.updated_at,
    }))
}

impl Scope {
    pub(super) async fn by_day(&self, app: &App) -> Result<Found, Error> {
        between::by_day(app.db.read(), &self.wanted).await
    }

    pub(super) async fn gone(&self, app: &App) -> Result<Found, Error> {
        between::gone(app.db.read(), &self.wanted).await
    }

    pub(super) async fn opened(&self, app: &App) -> Result<Found, Error> {
        between::opened(app.db.read(), &self.wanted).await
    }

    /// Those of a piece that are looked for.
    pub(super) async fn matching(&self, app: &App, piece: Piece<'_>) -> Result<Vec<Listed>, Error> {
        let mut listed = piece.read(app.db.read()).await?;
        if let Some(filter) = &self.filter {
            // Whatever it tells of them, it shows the windows that it looks for.
            let windows = [Kind::WindowOpened, Kind::WindowClosing];
            let any = windows.into_iter().any(|kind| filter.tells(kind));
            let filter = Filter {
                kinds: Vec::new(),
                ..filter.clone()
            };
            listed.retain(|listed| {
                any && of_opening(&listed.opening).is_some_and(|subject| filter.matches(&subject))
            });
        }
        Ok(listed)
    }
}

fn all(councils: Vec<Uuid>, today: NaiveDate) -> Wanted {
    Wanted {
        today,
        from: today - Days::new(30),
        until: NaiveDate::from_ymd_opt(9999, 12, 31).unwrap_or(NaiveDate::MAX),
        councils: Some(councils),
        kinds: Vec::new(),
        contracts: Vec::new(),
        owners: Vec::new(),
        departments: Vec::new(),
        delivery_models: Vec::new(),
        lgsl: Vec::new(),
        cpv_prefixes: Vec::new(),
        words: Vec::new(),
        min_value_pence: None,
        max_value_pence: None,
        most: MOST_EVENTS,
    }
}

/// As much of a filter as SQL can tell.
pub(in crate::alerts) fn wanted(filter: &Filter, today: NaiveDate) -> Wanted {
    let words = filter.words.as_deref().unwrap_or_default().to_lowercase();
    Wanted {
        from: today - Days::new(90),
        until: today + Months::new(24),
        councils: councils(filter),
        kinds: filter.window_kinds.clone(),
        contracts: filter.contracts.clone(),
        owners: filter.owners.clone(),
        departments: filter.departments.iter().map(|name| fold(name)).collect(),
        delivery_models: filter.delivery_models.clone(),
        lgsl: filter.lgsl.clone(),
        cpv_prefixes: filter.cpv_prefixes.clone(),
        words: split(&words).take(WORDS).map(str::to_owned).collect(),
        min_value_pence: filter.min_value_pence,
        max_value_pence: filter.max_value_pence,
        ..all(Vec::new(), today)
    }
}

/// The councils that a filter leaves; nothing, when it leaves all.
fn councils(filter: &Filter) -> Option<Vec<Uuid>> {
    let anywhere = filter.council_kinds.is_empty() && filter.regions.is_empty() && filter.near.is_none();
    if anywhere && filter.councils.is_empty() {
        return None;
    }
    let near: Option<HashSet<Uuid>> = filter.near.as_ref().map(|near| near.councils().collect());
    let any = |list: &[String], word: &str| list.is_empty() || list.iter().any(|one| one == word);
    let councils = directory().all().iter().filter(|council| {
        (filter.councils.is_empty() || filter.councils.contains(&council.id))
            && any(&filter.council_kinds, council.facts.kind.as_str())
            && any(&filter.regions, council.facts.region.as_str())
            && near.as_ref().is_none_or(|near| near.contains(&council.id))
    });
    Some(councils.map(|council| council.id).collect())
}
