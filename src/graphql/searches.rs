//! Saved searches and watches in the graph: everybody keeps their own.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use super::search_inputs::{SavedSearchChangeInput, SavedSearchSaveInput, WatchSaveInput, Weekday};
use crate::access::Viewer;
use crate::alerts::rhythm::{Frequency, Rhythm};
use crate::alerts::searches::{self, Change, Origin, SavedSearchErrorCode, State};
use crate::alerts::watches;
use crate::contracts::windows::WindowKind;
use crate::councils::facts::{Kind as CouncilKind, Region};
use crate::events::Kind;
use crate::runtime::App;
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Saved searches, to read.
#[derive(Debug, Default)]
pub struct SearchesQuery;

/// Saved searches, to keep.
#[derive(Debug, Default)]
pub struct SearchesMutation;

/// What a person asked to be told of by mail when it opens.
#[derive(Clone, Debug)]
pub struct SavedSearch(searches::SavedSearch);

connection!(
    SavedSearchConnection,
    SavedSearchEdge,
    SavedSearch,
    "saved searches"
);

payload! {
    /// What became of saving a search.
    SavedSearchSavePayload { saved_search: SavedSearch } SavedSearchSaveError(SavedSearchErrorCode)
}

payload! {
    /// What became of watching something.
    WatchSavePayload { saved_search: SavedSearch } WatchSaveError(SavedSearchErrorCode)
}

payload! {
    /// What became of changing a search.
    SavedSearchChangePayload { saved_search: SavedSearch } SavedSearchChangeError(SavedSearchErrorCode, current_version)
}

payload! {
    /// What became of removing a search: as it was.
    SavedSearchRemovePayload { saved_search: SavedSearch } SavedSearchRemoveError(SavedSearchErrorCode, current_version)
}

payload! {
    /// What became of pausing or resuming a search.
    SavedSearchStatePayload { saved_search: SavedSearch } SavedSearchStateError(SavedSearchErrorCode, current_version)
}

#[Object]
impl SearchesQuery {
    /// The viewer's own saved searches and watches, oldest first. Needs a session of one's own.
    async fn saved_searches(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<SavedSearchConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let page = searches::list(ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>(), &cut)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, SavedSearch).into())
    }
}

#[Object]
impl SearchesMutation {
    /// Saves a search: what matches it is mailed when its window opens. Needs a session of one's own.
    async fn saved_search_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The search.")] input: SavedSearchSaveInput,
    ) -> Result<SavedSearchSavePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let rhythm = input.mails.map(|mails| mails.read()).unwrap_or_default();
        let saved = searches::save(app, viewer, &input.name, input.filter.read()?, rhythm).await;
        SavedSearchSavePayload::of(ctx, saved.map(SavedSearch))
    }

    /// Watches a contract, a department, a whole council, a need or a pilot: everything that happens to it is mailed. It
    /// is kept beside the saved searches; watching the same again gives what is kept. Needs a session of one's own.
    async fn watch_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to watch.")] input: WatchSaveInput,
    ) -> Result<WatchSavePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let target = input.target()?;
        let rhythm = input.mails.map(|mails| mails.read()).unwrap_or_default();
        let watched = match target {
            Ok(target) => watches::watch(app, viewer, target, rhythm).await,
            Err(stop) => Err(stop),
        };
        WatchSavePayload::of(ctx, watched.map(SavedSearch))
    }

    /// Changes a search of one's own, or when its mails come. Needs a session of one's own.
    async fn saved_search_change(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be changed.")] input: SavedSearchChangeInput,
    ) -> Result<SavedSearchChangePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let change = Change {
            name: input.name,
            filter: input.filter.map(|filter| filter.read()).transpose()?,
            rhythm: input.mails.map(|mails| mails.read()),
            state: None,
        };
        let id = input.id.of(Sort::SavedSearch)?;
        let done = searches::change(app, viewer, id, input.version, change).await;
        SavedSearchChangePayload::of(ctx, done.map(SavedSearch))
    }

    /// Removes a search or watch of one's own. Needs a session of one's own.
    async fn saved_search_remove(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: Id,
        #[graphql(desc = "The version of it that this is based on.")] version: i32,
    ) -> Result<SavedSearchRemovePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let done = searches::remove(app, viewer, id.of(Sort::SavedSearch)?, version).await;
        SavedSearchRemovePayload::of(ctx, done.map(SavedSearch))
    }

    /// Pauses a search of one's own: nothing is mailed until it is resumed. Needs a session of one's own.
    async fn saved_search_pause(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: Id,
        #[graphql(desc = "The version of it that this is based on.")] version: i32,
    ) -> Result<SavedSearchStatePayload> {
        set_state(ctx, id, version, State::Paused).await
    }

    /// Resumes a search of one's own, also one that was unsubscribed by a link in a mail. Needs a session of one's own.
    async fn saved_search_resume(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: Id,
        #[graphql(desc = "The version of it that this is based on.")] version: i32,
    ) -> Result<SavedSearchStatePayload> {
        set_state(ctx, id, version, State::Active).await
    }
}

async fn set_state(ctx: &Context<'_>, id: Id, version: i32, state: State) -> Result<SavedSearchStatePayload> {
    let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
    let change = Change {
        state: Some(state),
        ..Change::default()
    };
    let done = searches::change(app, viewer, id.of(Sort::SavedSearch)?, version, change).await;
    SavedSearchStatePayload::of(ctx, done.map(SavedSearch))
}

/// What a person asked to be told of by mail when it opens.
#[Object]
impl SavedSearch {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::SavedSearch, self.0.id)
    }
    /// What its owner calls it.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Where it comes from.
    async fn origin(&self) -> Origin {
        self.0.origin
    }
    /// What it tells of.
    async fn kinds(&self) -> Vec<Kind> {
        let told = Kind::ALL.iter().filter(|kind| self.0.filter.tells(**kind));
        told.copied().collect()
    }
    /// Kinds of window it looks for; none means all but holding over.
    async fn window_kinds(&self) -> Vec<WindowKind> {
        parsed(&self.0.filter.window_kinds, WindowKind::parse)
    }
    /// Councils it looks at, by id; none means all.
    async fn councils(&self) -> Vec<Id> {
        ids(Sort::Council, &self.0.filter.councils)
    }
    /// Kinds of council it looks at; none means all.
    async fn council_kinds(&self) -> Vec<CouncilKind> {
        parsed(&self.0.filter.council_kinds, CouncilKind::parse)
    }
    /// Regions it looks in; none means all.
    async fn regions(&self) -> Vec<Region> {
        parsed(&self.0.filter.regions, Region::parse)
    }
    /// The circle it looks in.
    async fn near(&self) -> Option<Near> {
        self.0.filter.near.as_ref().map(|near| Near {
            place: near.place.clone(),
            kilometres: near.kilometres,
        })
    }
    /// Services it looks for, by Local Government Service List code; none means all.
    async fn services(&self) -> &[i32] {
        &self.0.filter.lgsl
    }
    /// Beginnings of CPV codes it looks for; none means all.
    async fn cpv_prefixes(&self) -> &[String] {
        &self.0.filter.cpv_prefixes
    }
    /// Words it looks for.
    async fn words(&self) -> Option<&str> {
        self.0.filter.words.as_deref()
    }
    /// Least value it looks for, in pence.
    async fn min_value_pence(&self) -> Option<i64> {
        self.0.filter.min_value_pence
    }
    /// Greatest value it looks for, in pence.
    async fn max_value_pence(&self) -> Option<i64> {
        self.0.filter.max_value_pence
    }
    /// Ways of delivery it looks for; none means all.
    async fn delivery_models(&self) -> &[String] {
        &self.0.filter.delivery_models
    }
    /// How many months ahead it looks; none means any.
    async fn within_months(&self) -> Option<u16> {
        self.0.filter.within_months
    }
    /// Whether it looks only for pilots that a supplier of its owner may bid for.
    async fn may_bid(&self) -> bool {
        self.0.filter.may_bid
    }
    /// The contract, need or pilot that it watches.
    async fn watches(&self) -> Option<Id> {
        let filter = &self.0.filter;
        let first = |sort, list: &[uuid::Uuid]| ids(sort, list).into_iter().next();
        first(Sort::Contract, &filter.contracts)
            .or_else(|| first(Sort::Need, &filter.needs))
            .or_else(|| first(Sort::Pilot, &filter.pilots))
    }
    /// The department that it watches, of its council.
    async fn department(&self) -> Option<&str> {
        self.0.filter.departments.first().map(String::as_str)
    }
    /// When its mails come.
    async fn mails(&self) -> AlertMails {
        AlertMails::from(self.0.rhythm)
    }
    /// Whether it is at work.
    async fn state(&self) -> State {
        self.0.state
    }
    /// Since when.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// Counts its changes: what changes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

fn parsed<T>(words: &[String], parse: impl Fn(&str) -> Option<T>) -> Vec<T> {
    words.iter().filter_map(|word| parse(word)).collect()
}

fn ids(sort: Sort, list: &[uuid::Uuid]) -> Vec<Id> {
    list.iter().map(|id| Id::new(sort, *id)).collect()
}

/// A circle on the map.
#[derive(Debug, SimpleObject)]
pub struct Near {
    /// What it is around.
    place: String,
    /// How far.
    kilometres: u32,
}

/// When mails come.
#[derive(Debug, SimpleObject)]
pub struct AlertMails {
    /// How often.
    frequency: Frequency,
    /// At which hour of London's day daily and weekly mails come.
    hour: u8,
    /// On which day weekly mails come.
    weekday: Weekday,
}

impl From<Rhythm> for AlertMails {
    fn from(rhythm: Rhythm) -> Self {
        Self {
            frequency: rhythm.frequency,
            hour: rhythm.hour,
            weekday: Weekday::of(rhythm.weekday),
        }
    }
}
