//! A search tried before it is saved, in the graph.

use super::contracts::{Contract, contract};
use super::errors::{Told, top_level};
use super::needs::Need;
use super::pilots::Pilot;
use super::search_inputs::SavedSearchFilterInput;
use super::windows::ContractWindow;
use crate::access::Viewer;
use crate::alerts::preview::{self, Match, Side};
use crate::events::{About, Kind};
use crate::pilots::changes;
use crate::runtime::{App, Stop};
use crate::{needs, pilots};
use async_graphql::{Context, Error, ErrorExtensions, Object, Result, SimpleObject};
use chrono::NaiveDate;
use uuid::Uuid;

/// Searches, to try.
#[derive(Debug, Default)]
pub struct PreviewQuery;

/// What a search finds.
#[derive(Debug, SimpleObject)]
pub struct SavedSearchPreview {
    /// In the last 90 days, today included.
    past: SavedSearchPreviewSide,
    /// In the next 90 days: the windows that open, as things stand.
    coming: SavedSearchPreviewSide,
}

/// What a search finds on one side of today.
#[derive(Debug, SimpleObject)]
pub struct SavedSearchPreviewSide {
    /// How much.
    count: i32,
    /// Whether everything was looked at; if not, there may be more.
    complete: bool,
    /// At most 50 of it, what is nearest to today first.
    matches: Vec<SavedSearchMatch>,
}

/// Something that a search finds.
#[derive(Debug)]
pub struct SavedSearchMatch {
    found: Match,
    need: Option<needs::Need>,
    pilot: Option<pilots::Pilot>,
}

/// Something that a search finds.
#[Object]
impl SavedSearchMatch {
    /// What happens.
    async fn kind(&self) -> Kind {
        self.found.kind
    }
    /// The day on which it is told.
    async fn on(&self) -> NaiveDate {
        self.found.on
    }
    /// The window, of one.
    async fn window(&self) -> Option<ContractWindow> {
        self.found.window.map(ContractWindow)
    }
    /// The contract, if it is about one.
    async fn contract(&self, ctx: &Context<'_>) -> Result<Option<Contract>> {
        match self.found.about {
            About::Contract(id) => contract(ctx, id).await,
            _ => Ok(None),
        }
    }
    /// The need, if it is about one.
    async fn need(&self) -> Option<Need> {
        self.need.clone().map(Need::from)
    }
    /// The pilot, if it is about one.
    async fn pilot(&self) -> Option<Pilot> {
        self.pilot.clone().map(Pilot::from)
    }
}

impl SavedSearchPreviewSide {
    /// With the needs and pilots that it is about, each in one statement.
    async fn read(app: &App, viewer: &Viewer, side: Side) -> Result<Self, crate::runtime::Error> {
        let of = |pick: fn(About) -> Option<Uuid>| {
            let ids = side.matches.iter().filter_map(|found| pick(found.about));
            ids.collect::<Vec<_>>()
        };
        let need = of(|about| {
            if let About::Need(id) = about {
                Some(id)
            } else {
                None
            }
        });
        let pilot = of(|about| {
            if let About::Pilot(id) = about {
                Some(id)
            } else {
                None
            }
        });
        let needs = needs::by_ids(app, viewer, &need).await?;
        let pilots = changes::told_of(app, &pilot).await?;
        let matches = side.matches.into_iter().map(|found| SavedSearchMatch {
            need: match found.about {
                About::Need(id) => needs.get(&id).cloned(),
                _ => None,
            },
            pilot: match found.about {
                About::Pilot(id) => pilots.get(&id).map(|told| told.pilot.clone()),
                _ => None,
            },
            found,
        });
        Ok(Self {
            count: i32::try_from(side.count).unwrap_or(i32::MAX),
            complete: side.complete,
            matches: matches.collect(),
        })
    }
}

#[Object]
impl PreviewQuery {
    /// What a search would have found in the last 90 days, and will find in the next, as things stand. Needs a session
    /// of one's own.
    async fn saved_search_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to look for; every window that opens, if not given.")] filter: Option<
            SavedSearchFilterInput,
        >,
    ) -> Result<SavedSearchPreview> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let filter = filter.map(SavedSearchFilterInput::read).transpose()?;
        match preview::preview(app, viewer, &filter.unwrap_or_default()).await {
            Ok(found) => Ok(SavedSearchPreview {
                past: SavedSearchPreviewSide::read(app, viewer, found.past)
                    .await
                    .told(ctx)?,
                coming: SavedSearchPreviewSide::read(app, viewer, found.coming)
                    .await
                    .told(ctx)?,
            }),
            Err(Stop::Failed(error)) => Err(top_level(ctx, error)),
            Err(Stop::Refused(refusals)) => {
                let said: Vec<String> = refusals
                    .iter()
                    .map(|one| format!("{}: {}", one.path, one.message))
                    .collect();
                Err(Error::new(said.join("; ")).extend_with(|_, e| e.set("code", "MALFORMED")))
            }
        }
    }
}
