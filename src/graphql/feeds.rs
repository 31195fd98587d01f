//! Links to calendars and feeds in the graph: everybody keeps their own.

use super::errors::{Told, payload};
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use crate::access::Viewer;
use crate::alerts::feeds::links::{self, Addresses, FeedErrorCode, Link, Of};
use crate::runtime::App;
use async_graphql::{Context, ErrorExtensions, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// Links to calendars and feeds, to read.
#[derive(Debug, Default)]
pub struct FeedsQuery;

/// Links to calendars and feeds, to make and revoke.
#[derive(Debug, Default)]
pub struct FeedsMutation;

/// A secret link behind which a saved search or a council's windows are a calendar (iCalendar) and a feed (Atom).
#[derive(Clone, Debug)]
pub struct Feed(Link);

connection!(FeedConnection, FeedEdge, Feed, "links to calendars and feeds");

/// A link that was made, with its addresses.
#[derive(Clone, Debug, SimpleObject)]
pub struct FreshFeed {
    /// The link.
    feed: Feed,
    /// Where the calendar is, for a calendar program to subscribe to. Whoever has it sees what is shown. It is told this
    /// once.
    calendar_url: String,
    /// Where the feed is, for a feed reader. As secret, and told this once.
    atom_url: String,
}

payload! {
    /// What became of making a link.
    FeedMakePayload { made: FreshFeed } FeedMakeError(FeedErrorCode)
}

payload! {
    /// What became of revoking a link: the link that was.
    FeedRevokePayload { revoked: Feed } FeedRevokeError(FeedErrorCode, current_version)
}

/// A link to make.
#[derive(Debug, InputObject)]
pub struct FeedMakeInput {
    /// The saved search of one's own, or the council, whose windows it shows.
    of: Id,
    /// What calendar programs call it, 1 to 100 characters; the search's or the council's name if not given.
    name: Option<String>,
}

fn of(id: Id) -> Result<Of> {
    match id.sort {
        Sort::SavedSearch => Ok(Of::SavedSearch(id.uuid)),
        Sort::Council => Ok(Of::Council(id.uuid)),
        _ => {
            let message = "this is neither a saved search's id nor a council's";
            Err(async_graphql::Error::new(message).extend_with(|_, e| e.set("code", "WRONG_ID")))
        }
    }
}

#[Object]
impl FeedsQuery {
    /// The viewer's own links to calendars and feeds, oldest first. Needs a session of one's own.
    async fn feeds(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<FeedConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let page = links::list(ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>(), &cut)
            .await
            .told(ctx)?;
        Ok(paging::slice(page, Feed).into())
    }
}

#[Object]
impl FeedsMutation {
    /// Makes a secret link behind which a saved search of one's own, or a council's windows, are a calendar and a feed.
    /// Pausing the search does not end it; revoking it does, and so does closing the account. Needs a session of one's
    /// own.
    async fn feed_make(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: FeedMakeInput,
    ) -> Result<FeedMakePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let made = links::make(app, viewer, of(input.of)?, input.name.as_deref()).await;
        let fresh = |(link, addresses): (Link, Addresses)| FreshFeed {
            feed: Feed(link),
            calendar_url: addresses.calendar,
            atom_url: addresses.atom,
        };
        FeedMakePayload::of(ctx, made.map(fresh))
    }

    /// Ends a link of one's own at once: its addresses lead nowhere. Needs a session of one's own.
    async fn feed_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which one.")] id: Id,
        #[graphql(desc = "The version of it that this is based on.")] version: i32,
    ) -> Result<FeedRevokePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let revoked = links::revoke(app, viewer, id.of(Sort::Feed)?, version).await;
        FeedRevokePayload::of(ctx, revoked.map(Feed))
    }
}

/// A secret link behind which a saved search or a council's windows are a calendar (iCalendar) and a feed (Atom).
#[Object]
impl Feed {
    /// Opaque identifier.
    pub(super) async fn id(&self) -> Id {
        Id::new(Sort::Feed, self.0.id)
    }
    /// The saved search or the council whose windows it shows.
    async fn of(&self) -> Id {
        match self.0.of {
            Of::SavedSearch(id) => Id::new(Sort::SavedSearch, id),
            Of::Council(id) => Id::new(Sort::Council, id),
        }
    }
    /// What calendar programs call it.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// When it was made.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }
    /// When it was last used, to the hour; null when it never was.
    async fn last_used_at(&self) -> Option<DateTime<Utc>> {
        self.0.last_used_at
    }
    /// What revokes it says which version it is based on.
    async fn version(&self) -> i32 {
        self.0.version
    }
}
