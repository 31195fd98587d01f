//! What a search would have found in the last 90 days and will find in the next, before it is saved.
//!
//! Windows are those there are now, by the day they open; what else happened is read from [`crate::events`]. It looks at
//! a bounded number of each and says when there was more.

use super::filter::Filter;
use super::matching::MayBid;
use super::searches::{self, SavedSearchErrorCode, check_filter};
use super::subject::{self, Subject, of_opening};
use crate::access::Viewer;
use crate::contracts::between::{self, Wanted};
use crate::contracts::windows::Window;
use crate::events::{self, About, Kind};
use crate::runtime::{App, Error, Stop, Wrong};
use chrono::{DateTime, Days, NaiveDate, Utc};
use uuid::Uuid;

/// How far it looks back, and ahead.
const DAYS: u64 = 90;
/// Windows, and events of other kinds, that are looked at on each side.
const LOOKED_AT: u64 = 5_000;
/// Windows read together.
const AT_A_TIME: usize = 500;
/// Matches that are told on each side.
const TOLD: usize = 50;

/// What a search finds.
#[derive(Clone, Debug, Default)]
pub struct Preview {
    /// In the last 90 days, today included.
    pub past: Side,
    /// In the next 90 days.
    pub coming: Side,
}

/// One side of today.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// How many were found.
    pub count: usize,
    /// Whether everything was looked at; if not, there may be more.
    pub complete: bool,
    /// Some of them, those nearest to today.
    pub matches: Vec<Match>,
}

/// Something that a search finds.
#[derive(Clone, Debug)]
pub struct Match {
    /// What happens.
    pub kind: Kind,
    /// To what.
    pub about: About,
    /// The window, of one.
    pub window: Option<Window>,
    /// The day on which it is told.
    pub on: NaiveDate,
}

/// Tries a search for the viewer.
///
/// # Errors
/// When nobody is signed in, or the search makes no sense.
pub async fn preview(
    app: &App,
    viewer: &Viewer,
    filter: &Filter,
) -> Result<Preview, Stop<SavedSearchErrorCode>> {
    let (_, person) = searches::own(viewer)?;
    let mut wrong = Wrong::default();
    check_filter(filter, &mut wrong);
    wrong.stop()?;
    let today = app.clock.today();
    let (first, last) = (today - Days::new(DAYS), today + Days::new(DAYS));
    let mut preview = Preview::default();
    if filter.tells(Kind::WindowOpened) {
        preview.past = windows(app, filter, (first, today), true).await?;
        preview.coming = windows(app, filter, (today + Days::new(1), last), false).await?;
    } else {
        (preview.past.complete, preview.coming.complete) = (true, true);
    }
    happened(app, filter, person, &mut preview.past).await?;
    Ok(preview)
}

/// The windows that open between two days and are looked for, those nearest to today first.
async fn windows(
    app: &App,
    filter: &Filter,
    (from, until): (NaiveDate, NaiveDate),
    latest_first: bool,
) -> Result<Side, Error> {
    let wanted = Wanted {
        most: LOOKED_AT,
        ..super::feeds::wanted(filter, app.clock.today())
    };
    let found = between::opening(app.db.read(), &wanted, (from, until), latest_first).await?;
    let mut side = Side {
        complete: (found.count() as u64) < LOOKED_AT,
        ..Side::default()
    };
    for piece in found.pieces(AT_A_TIME) {
        for listed in piece.read(app.db.read()).await? {
            let subject = of_opening(&listed.opening);
            side.take(subject.filter(|subject| filter.matches(subject)));
        }
    }
    Ok(side)
}

/// What else happened in the last 90 days and is looked for.
async fn happened(app: &App, filter: &Filter, person: Uuid, past: &mut Side) -> Result<(), Error> {
    let others = Kind::ALL
        .iter()
        .filter(|kind| **kind != Kind::WindowOpened && filter.tells(**kind));
    let kinds: Vec<Kind> = others.copied().collect();
    if kinds.is_empty() {
        return Ok(());
    }
    let since: DateTime<Utc> = app.clock.now() - chrono::Duration::days(DAYS.cast_signed());
    let events = events::since(app.db.read(), &kinds, since, LOOKED_AT).await?;
    past.complete &= (events.len() as u64) < LOOKED_AT;
    let may_bid = MayBid::of(app, filter.may_bid.then_some(person).as_slice()).await?;
    for subject in subject::of_events(app, &events).await? {
        let matches = filter.matches(&subject) && (!filter.may_bid || may_bid.holds(person, &subject));
        past.take(Some(subject).filter(|_| matches));
    }
    Ok(())
}

impl Side {
    fn take(&mut self, subject: Option<Subject>) {
        let Some(subject) = subject else { return };
        self.count += 1;
        if self.matches.len() < TOLD {
            let window = subject.window.filter(|_| subject.kind == Kind::WindowOpened);
            self.matches.push(Match {
                kind: subject.kind,
                about: subject.about,
                on: window.map_or(subject.happened_on, |window| window.opens_on),
                window: subject.window,
            });
        }
    }
}
