//! Needs: problems that councils state before any tender, who says "us too", and what suppliers answer.
//!
//! A need is drafted and stated in `state`, supported in `support`, and answered in [`answers`]; what is asked of
//! a statement is in [`Statement`] and its rules, what all councils together want in [`demand()`]. A need becomes a pilot in
//! `pilots`, which asks [`by_ids`] what it says.

pub mod answers;
mod demand;
mod filter;
mod state;
mod statement;
mod store;
mod support;

pub use demand::{Demand, demand};
pub use filter::Filter;
pub use state::{NeedEndErrorCode, NeedStateErrorCode, draft, end, revise, state, state_draft};
pub use statement::{Firmness, Statement};
pub use support::{
    NeedSupportErrorCode, OwnDemand, Supporter, change_support, support, supporters_of, withdraw_support,
};

use crate::access::{Action, Resource, Viewer, may};
use crate::runtime::page::{Cut, Page};
use crate::runtime::{App, Error, words};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

/// A need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Identifier.
    pub id: Uuid,
    /// Whose it is.
    pub council_id: Uuid,
    /// What it says.
    pub statement: Statement,
    /// What became of it.
    pub state: State,
    /// Since when everybody may read it; none of a draft.
    pub stated_at: Option<DateTime<Utc>>,
    /// Counts its changes.
    pub version: i32,
}

words! {
    /// The state of a need.
    #[graphql(name = "NeedState")]
    State {
        /// Being written: for those of its council who see drafts.
        Draft = "draft",
        /// Others can read it, say "us too" and answer it.
        Stated = "stated",
        /// Something answers it.
        Met = "met",
        /// Taken back.
        Withdrawn = "withdrawn",
    }
}

/// How a need ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "NeedEnding")]
pub enum Ending {
    /// Something answers it.
    Met,
    /// Taken back.
    Withdrawn,
}

/// A page of needs, newest first: those that were stated, which are public, and drafts where the viewer sees them.
///
/// # Errors
/// When the database fails.
pub async fn list(app: &App, viewer: &Viewer, filter: &Filter, cut: &Cut) -> Result<Page<Need>, Error> {
    store::list(app.db.read(), filter, drafts_seen(viewer).as_deref(), cut).await
}

/// Needs by id; those that do not exist, or that the viewer may not know of, are not in the answer.
///
/// # Errors
/// When the database fails.
pub async fn by_ids(app: &App, viewer: &Viewer, ids: &[Uuid]) -> Result<HashMap<Uuid, Need>, Error> {
    let mut found = store::by_ids(app.db.read(), ids).await?;
    found.retain(|_, need| visible(viewer, need));
    Ok(found)
}

/// Whether the viewer may know of a need: everybody of what was ever stated.
fn visible(viewer: &Viewer, need: &Need) -> bool {
    need.stated_at.is_some() || may(viewer, Action::SeeDrafts, Resource::Council(need.council_id))
}

/// The councils whose drafts the viewer sees; nothing, if they all are.
fn drafts_seen(viewer: &Viewer) -> Option<Vec<Uuid>> {
    if *viewer == Viewer::System {
        return None;
    }
    let sees = |id: &Uuid| may(viewer, Action::SeeDrafts, Resource::Council(*id));
    Some(viewer.councils().into_iter().filter(sees).collect())
}
