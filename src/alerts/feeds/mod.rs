//! Saved searches and councils as calendars (iCalendar) and feeds (Atom), behind secret links.
//!
//! [`links`] keeps the links, `windows` says which windows are behind one, `wording` what is said of a window, and
//! [`ical`] and [`atom`] write it down (pure). A link shows what its owner looks for, so it is as secret as a password:
//! what it serves does not repeat it.

pub mod atom;
pub mod ical;
pub mod links;
mod windows;
mod wording;

pub(super) use windows::wanted;

use crate::councils::directory;
use crate::runtime::clock::london_instant;
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveTime, Utc};
use entity::feed_link;
use sha2::{Digest, Sha256};
use uuid::Uuid;
use windows::Scope;

/// Events in a calendar.
const MOST_EVENTS: u64 = 10_000;
/// Entries in a feed.
const MOST_ENTRIES: usize = 500;
/// Windows worded at a time.
const AT_A_TIME: usize = 500;

/// How what is behind a link is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// iCalendar.
    Calendar,
    /// Atom.
    Atom,
}

/// What a link leads to now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Served {
    /// The calendar or feed.
    pub body: String,
    /// The same for the same body.
    pub etag: String,
    /// When it last changed; at the latest when the day began, as what is shown depends on the day.
    pub changed_at: DateTime<Utc>,
}

/// What a link's token leads to; nothing for one that is unknown or revoked.
///
/// # Errors
/// When the database fails.
pub async fn serve(app: &App, token: &str, form: Form) -> Result<Option<Served>, Error> {
    let Some(link) = links::used(app, token).await? else {
        return Ok(None);
    };
    let today = app.clock.today();
    let Some(scope) = windows::scope(app, &link, today).await? else {
        return Ok(None);
    };
    let began = london_instant(today.and_time(NaiveTime::MIN)).min(app.clock.now());
    let mut changed_at = std::cmp::max(began, scope.changed_at);
    let body = match form {
        Form::Calendar => calendar(app, &link, &scope, &mut changed_at).await?,
        Form::Atom => feed(app, &link, &scope, &mut changed_at).await?,
    };
    let etag = hex::encode(&Sha256::digest(body.as_bytes())[..16]);
    Ok(Some(Served {
        body,
        etag,
        changed_at,
    }))
}

/// Everything behind the link, and what was there and went.
async fn calendar(
    app: &App,
    link: &feed_link::Model,
    scope: &Scope,
    changed_at: &mut DateTime<Utc>,
) -> Result<String, Error> {
    let mut calendar = ical::Calendar::begin(&wording::plain(&link.name, wording::NAME));
    let domain = domain(app);
    for found in [scope.by_day(app).await?, scope.gone(app).await?] {
        for piece in found.pieces(AT_A_TIME) {
            for listed in scope.matching(app, piece).await? {
                *changed_at = std::cmp::max(*changed_at, listed.changed_at);
                calendar.add(&wording::event(app, &listed, &domain));
            }
        }
    }
    Ok(calendar.end())
}

/// What has opened, the newest first. Pilots that a search is to find become entries beside those of windows here.
async fn feed(
    app: &App,
    link: &feed_link::Model,
    scope: &Scope,
    changed_at: &mut DateTime<Utc>,
) -> Result<String, Error> {
    let (domain, found) = (domain(app), scope.opened(app).await?);
    let mut entries = Vec::new();
    for piece in found.pieces(AT_A_TIME) {
        for listed in scope.matching(app, piece).await? {
            *changed_at = std::cmp::max(*changed_at, listed.changed_at);
            entries.push(wording::entry(app, &listed, &domain));
        }
        if entries.len() >= MOST_ENTRIES {
            break;
        }
    }
    entries.truncate(MOST_ENTRIES);
    atom::write(&atom::Feed {
        id: format!("tag:{domain},2026:feed/{}", link.id.simple()),
        title: wording::plain(&link.name, wording::NAME),
        link: app.public_url.to_string(),
        made_at: link.created_at,
        entries,
    })
}

/// Under whose authority what is served is named: the host of the public address.
fn domain(app: &App) -> String {
    let url = url::Url::parse(&app.public_url).ok();
    let host = url.and_then(|url| url.host_str().map(str::to_owned));
    host.unwrap_or_else(|| "guildhall.invalid".to_owned())
}

/// The name of a council that a link may be made for.
fn council_name(id: Uuid) -> Option<&'static str> {
    directory().by_id(id).map(|council| council.facts.name)
}
