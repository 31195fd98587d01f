//! What somebody is told of and how often, behind the link in each of their mails: to read, and to pause, resume or hear
//! more or less often. Whoever has the link has that leave and no other: what a search looks for stays as it is.

use super::links::{self, Purpose};
use super::rhythm::Rhythm;
use super::searches::{self, Change, SavedSearch, SavedSearchErrorCode, State};
use super::store;
use crate::access::{Action, Resource, Viewer, authorize};
use crate::runtime::{App, Error, Stop};
use uuid::Uuid;

mod looks_for;

pub use looks_for::in_words;

/// What the owner of a link is told of.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Where their mails go.
    pub address: String,
    /// Their searches and watches, oldest first.
    pub asked: Vec<SavedSearch>,
    /// Where one POST ends all their alerts, within this site.
    pub unsubscribe: String,
}

/// What can be chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// To hear nothing of it for now.
    Pause,
    /// To hear of it again.
    Resume,
    /// How often to be mailed.
    Mails(Rhythm),
}

/// What the owner of a link is told of; changes nothing. Nothing, when the token is not ours.
///
/// # Errors
/// When the database fails.
pub async fn choices(app: &App, token: &str) -> Result<Option<Choices>, Error> {
    let Some(person) = links::owner(app, Purpose::Alerts, token).await? else {
        return Ok(None);
    };
    Ok(Some(Choices {
        address: person.email,
        asked: store::mine(app.db.read(), person.id).await?,
        unsubscribe: links::path(app, Purpose::Unsubscribe, person.id),
    }))
}

/// Makes a choice for the owner of a link. The audit log has it as a change of theirs that the program made: nobody was
/// signed in.
///
/// # Errors
/// When the search has another version or the rhythm makes no sense; [`Error::NotFound`], when the token is not ours or
/// the search not theirs.
pub async fn choose(
    app: &App,
    token: &str,
    search: Uuid,
    version: i32,
    choice: Choice,
) -> Result<SavedSearch, Stop<SavedSearchErrorCode>> {
    let person = links::person_of(app, Purpose::Alerts, token).ok_or(Error::NotFound)?;
    let permit = authorize(&Viewer::System, Action::KeepSearches, Resource::Person(person))?;
    let change = match choice {
        Choice::Pause => Change {
            state: Some(State::Paused),
            ..Change::default()
        },
        Choice::Resume => Change {
            state: Some(State::Active),
            ..Change::default()
        },
        Choice::Mails(rhythm) => Change {
            rhythm: Some(rhythm),
            ..Change::default()
        },
    };
    searches::change_of(app, &permit, person, (search, version), change).await
}
