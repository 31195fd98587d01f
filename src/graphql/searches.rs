//! Saved searches in the graph: everybody keeps their own.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use crate::access::Viewer;
use crate::alerts::filter::Filter;
use crate::alerts::searches::{self, SavedSearchErrorCode, State};
use crate::contracts::windows::WindowKind;
use crate::councils::facts::{Kind, Region};
use crate::runtime::App;
use async_graphql::{Context, InputObject, Object, Result};
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
    /// What became of pausing or resuming a search.
    SavedSearchStatePayload { saved_search: SavedSearch } SavedSearchStateError(SavedSearchErrorCode, current_version)
}

/// A search to save.
#[derive(Debug, InputObject)]
pub struct SavedSearchSaveInput {
    /// What to call it: the mails say it. 1 to 100 characters.
    name: String,
    /// What to look for.
    filter: SavedSearchFilterInput,
}

/// What to look for; every part that is given must hold.
#[derive(Debug, InputObject)]
pub struct SavedSearchFilterInput {
    /// Windows of these kinds; all but `HOLDING_OVER` if not given.
    window_kinds: Option<Vec<WindowKind>>,
    /// In the registers of these councils, by id.
    councils: Option<Vec<Id>>,
    /// Of councils of these kinds.
    council_kinds: Option<Vec<Kind>>,
    /// Of councils in these regions.
    regions: Option<Vec<Region>>,
    /// For these services, by Local Government Service List code.
    services: Option<Vec<i32>>,
    /// With a CPV code that begins with one of these.
    cpv_prefixes: Option<Vec<String>>,
    /// With all of these words in title, description or product.
    words: Option<String>,
    /// Worth at least this many pence.
    min_value_pence: Option<i64>,
    /// Worth at most this many pence.
    max_value_pence: Option<i64>,
}

impl SavedSearchFilterInput {
    fn read(self) -> Result<Filter> {
        let councils = self.councils.unwrap_or_default();
        Ok(Filter {
            window_kinds: self
                .window_kinds
                .unwrap_or_default()
                .iter()
                .map(|k| k.as_str().to_owned())
                .collect(),
            councils: councils
                .into_iter()
                .map(|id| id.of(Sort::Council))
                .collect::<Result<_>>()?,
            council_kinds: self
                .council_kinds
                .unwrap_or_default()
                .iter()
                .map(|k| k.as_str().to_owned())
                .collect(),
            regions: self
                .regions
                .unwrap_or_default()
                .iter()
                .map(|r| r.as_str().to_owned())
                .collect(),
            lgsl: self.services.unwrap_or_default(),
            cpv_prefixes: self.cpv_prefixes.unwrap_or_default(),
            words: self.words,
            min_value_pence: self.min_value_pence,
            max_value_pence: self.max_value_pence,
        })
    }
}

#[Object]
impl SearchesQuery {
    /// The viewer's own saved searches, oldest first. Needs a session of one's own.
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
        let saved = searches::save(app, viewer, &input.name, input.filter.read()?).await;
        SavedSearchSavePayload::of(ctx, saved.map(SavedSearch))
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
    let done = searches::set_state(app, viewer, id.of(Sort::SavedSearch)?, version, state).await;
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
    /// Kinds of window it looks for; none means all but holding over.
    async fn window_kinds(&self) -> Vec<WindowKind> {
        self.0
            .filter
            .window_kinds
            .iter()
            .filter_map(|word| WindowKind::parse(word))
            .collect()
    }
    /// Regions it looks in; none means all.
    async fn regions(&self) -> Vec<Region> {
        self.0
            .filter
            .regions
            .iter()
            .filter_map(|word| Region::parse(word))
            .collect()
    }
    /// Kinds of council it looks at; none means all.
    async fn council_kinds(&self) -> Vec<Kind> {
        self.0
            .filter
            .council_kinds
            .iter()
            .filter_map(|word| Kind::parse(word))
            .collect()
    }
    /// Beginnings of CPV codes it looks for; none means all.
    async fn cpv_prefixes(&self) -> &[String] {
        &self.0.filter.cpv_prefixes
    }
    /// Words it looks for.
    async fn words(&self) -> Option<&str> {
        self.0.filter.words.as_deref()
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
