//! What changes about a published pilot: numbered, dated, and told to every bidder and watcher. The published text
//! itself stays as it is; dates move to later, for everybody.

use super::rules::Phase;
use super::timetable::{self, Timetable};
use super::{Pilot, PilotErrorCode, changes, event, outcome, store};
use crate::access::{Action, Permit, Viewer};
use crate::events::{self, Happened, Kind};
use crate::runtime::clock::in_words;
use crate::runtime::letter::day;
use crate::runtime::{App, Error, Stop, Wrong, words};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DatabaseTransaction;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Addenda that a pilot may have: it is read with all of them.
const MOST: usize = 50;

words! {
    /// A date of a pilot's timetable.
    #[graphql(name = "PilotDate")]
    Day {
        /// Until when questions are taken.
        QuestionsUntil = "questionsUntil",
        /// Until when bids are taken.
        Deadline = "deadlineAt",
        /// When the council means to tell the bidders.
        AwardOn = "awardOn",
        /// When work starts.
        StartsOn = "startsOn",
        /// When the council decides to stop or to scale.
        DecidesOn = "decidesOn",
    }
}

/// A date that an addendum moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub what: Day,
    /// What it was: a day, or an instant; none where it was not said.
    pub from: Option<String>,
    /// What it is.
    pub to: String,
}

/// What changed about a published pilot, or was made clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addendum {
    /// From 1, in the order in which they were published.
    pub number: i32,
    /// What it says.
    pub text: String,
    /// The dates that moved with it.
    pub moved: Vec<Moved>,
    /// When it was published.
    pub published_at: DateTime<Utc>,
}

/// Dates to be moved, to later than they were; what is not said stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// Until when questions are taken.
    pub questions_until: Option<DateTime<Utc>>,
    /// Until when bids are taken.
    pub deadline_at: Option<DateTime<Utc>>,
    /// When the council means to tell the bidders.
    pub award_on: Option<NaiveDate>,
    /// When work starts.
    pub starts_on: Option<NaiveDate>,
    /// When the council decides to stop or to scale.
    pub decides_on: Option<NaiveDate>,
}

/// Moves the deadline of an open pilot, for everybody and only to later, with an addendum that says so. Its bidders
/// and whoever watches it are told.
///
/// # Errors
/// When it has another version or is not open, the deadline is no later than it was, the other dates do not go together
/// with it, or the viewer may not.
pub async fn extend(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    deadline: DateTime<Utc>,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (pilot, permit) = super::for_change(app, &txn, viewer, id, version, Action::PublishPilot).await?;
    if phase(app, &txn, &pilot).await? != Phase::Open {
        let message = "its deadline has passed, or it is not published";
        return Err(Stop::refuse(PilotErrorCode::NotPublished, "", message));
    }
    let text = match pilot.deadline_at {
        Some(was) => format!(
            "The deadline was {} and is {}.",
            in_words(was),
            in_words(deadline)
        ),
        None => format!("The deadline is {}.", in_words(deadline)),
    };
    let moves = Moves {
        deadline_at: Some(deadline),
        ..Moves::default()
    };
    write(app, txn, &permit, pilot, (text, moves), false).await
}

/// Publishes an addendum to a pilot that has not ended: something that changes or is made clear, and dates that move
/// with it. Every bidder and whoever watches it is told.
///
/// # Errors
/// When it has another version, is not published or has ended, the text is blank, a date is no later than it was or
/// does not go together with the others, or the viewer may not.
pub async fn publish(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    text: &str,
    moves: Moves,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let txn = app.db.begin().await?;
    let (pilot, permit) = super::for_change(app, &txn, viewer, id, version, Action::PublishPilot).await?;
    let phase = phase(app, &txn, &pilot).await?;
    if phase != Phase::Open && !phase.can_be_decided() {
        let message = "it has not been published, or it has ended";
        return Err(Stop::refuse(PilotErrorCode::NotPublished, "", message));
    }
    let text = text.trim();
    if text.is_empty() || text.len() > 10_000 {
        let message = "say in at most 10,000 bytes what changes or is made clear";
        return Err(Stop::refuse(PilotErrorCode::BadText, "text", message));
    }
    write(app, txn, &permit, pilot, (text.to_owned(), moves), true).await
}

async fn phase(app: &App, txn: &DatabaseTransaction, pilot: &Pilot) -> Result<Phase, Error> {
    let now = app.db.time(txn, &app.clock).await?;
    Ok(pilot.phase(now))
}

async fn write(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    mut pilot: Pilot,
    (text, moves): (String, Moves),
    told_as_addendum: bool,
) -> Result<Pilot, Stop<PilotErrorCode>> {
    let now = app.db.time(&txn, &app.clock).await?;
    let was = pilot.deadline_at;
    check(&pilot, &moves, now).stop()?;
    let moved = apply(&mut pilot, &moves);
    if let Some(deadline) = pilot.deadline_at.filter(|_| !moved.is_empty()) {
        timetable::check(&Timetable::of(&pilot.said, deadline), &super::calendar(&pilot)).stop()?;
    }
    let before = store::addenda(&txn, &[pilot.id]).await?.remove(&pilot.id);
    let number = before.map_or(0, |all| all.len()) + 1;
    if number > MOST {
        let message = format!("a pilot has at most {MOST} addenda");
        return Err(Stop::refuse(PilotErrorCode::TooManyAddenda, "", message));
    }
    let addendum = Addendum {
        number: i32::try_from(number).unwrap_or(i32::MAX),
        text,
        moved,
        published_at: now,
    };
    store::put_addendum(&txn, permit, &pilot, &addendum).await?;
    tell(app, &txn, &pilot, &addendum, was, told_as_addendum).await?;
    let heading = format!("Addendum {}", addendum.number);
    let mut news = vec![addendum.text.clone()];
    if told_as_addendum {
        news.extend(addendum.moved.iter().map(in_a_sentence));
    }
    outcome::tell_news(app, &txn, &pilot, &heading, news).await?;
    let detail =
        json!({ "addendum": addendum.number, "text": addendum.text, "changes": changed(&addendum.moved) });
    Ok(super::change(app, txn, permit, pilot, detail).await?)
}

/// Writes what those who watch it are told of: the deadline, if it moved, and the addendum.
async fn tell(
    app: &App,
    txn: &DatabaseTransaction,
    pilot: &Pilot,
    addendum: &Addendum,
    was: Option<DateTime<Utc>>,
    as_addendum: bool,
) -> Result<(), Error> {
    let mut told = Vec::new();
    let (deadline, others): (Vec<Moved>, _) =
        (addendum.moved.iter().cloned()).partition(|moved| moved.what == Day::Deadline);
    if let (Some(was), Some(is), false) = (was, pilot.deadline_at, deadline.is_empty()) {
        events::void(txn, &[changes::closing_key(pilot.id, was)], "the deadline moved").await?;
        told.push(Happened {
            detail: Value::Object(changed(&deadline)),
            ..event(
                pilot,
                Kind::PilotChanged,
                &format!("deadline/{}", is.to_rfc3339()),
            )
        });
    }
    if as_addendum {
        let mut detail = changed(&others);
        detail.insert("addendum".into(), addendum.number.into());
        told.push(Happened {
            detail: Value::Object(detail),
            ..event(
                pilot,
                Kind::PilotAddendum,
                &format!("addendum/{}", addendum.number),
            )
        });
    }
    events::record(app, txn, told).await
}

fn in_a_sentence(moved: &Moved) -> String {
    let spelled = |text: &str| match (text.parse::<DateTime<Utc>>(), text.parse::<NaiveDate>()) {
        (Ok(at), _) => in_words(at),
        (_, Ok(on)) => day(on),
        _ => text.to_owned(),
    };
    let what = match moved.what {
        Day::QuestionsUntil => "The end of questions",
        Day::Deadline => "The deadline",
        Day::AwardOn => "The day of the award",
        Day::StartsOn => "The start",
        Day::DecidesOn => "The day to stop or to scale",
    };
    let to = spelled(&moved.to);
    match &moved.from {
        Some(from) => format!("{what} was {} and is {to}.", spelled(from)),
        None => format!("{what} is {to}."),
    }
}

/// Dates by name: what each was and is.
fn changed(moved: &[Moved]) -> Map<String, Value> {
    let changes = moved.iter();
    changes
        .map(|moved| {
            let change = json!({ "from": moved.from, "to": moved.to });
            (moved.what.as_str().to_owned(), change)
        })
        .collect()
}

/// Every reason why dates may not move so: only to later, none to what has passed, and until when questions and bids
/// are taken only while they are. Pure.
fn check(pilot: &Pilot, moves: &Moves, now: DateTime<Utc>) -> Wrong<PilotErrorCode> {
    let mut wrong = Wrong::default();
    let open = pilot.phase(now) == Phase::Open;
    let today = crate::runtime::clock::london_date(now);
    for (code, path, was, is) in [
        (
            PilotErrorCode::BadTimetable,
            "questionsUntil",
            pilot.said.questions_until,
            moves.questions_until,
        ),
        (
            PilotErrorCode::BadDeadline,
            "deadlineAt",
            pilot.deadline_at,
            moves.deadline_at,
        ),
    ] {
        let Some(is) = is else { continue };
        let later = was.is_none_or(|was| was < is) && now < is;
        let message = match was {
            _ if !open => "the deadline has passed: it does not move any more".to_owned(),
            Some(was) => format!(
                "{} is not later than {}, or has passed",
                in_words(is),
                in_words(was)
            ),
            None => format!("{} has passed", in_words(is)),
        };
        wrong.when(!open || !later, code, path, message);
    }
    for (path, was, is) in [
        ("awardOn", pilot.said.award_on, moves.award_on),
        ("startsOn", pilot.said.starts_on, moves.starts_on),
        ("decidesOn", pilot.said.decides_on, moves.decides_on),
    ] {
        let Some(is) = is else { continue };
        let later = was.is_none_or(|was| was < is) && today <= is;
        let message = format!("{is} is not later than it was, or has passed");
        wrong.when(!later, PilotErrorCode::BadTimetable, path, message);
    }
    wrong
}

/// Moves the dates; gives those that moved. Pure.
fn apply(pilot: &mut Pilot, moves: &Moves) -> Vec<Moved> {
    let said = &mut pilot.said;
    let instant = |at: &DateTime<Utc>| at.to_rfc3339();
    let moved = [
        put(
            Day::QuestionsUntil,
            &mut said.questions_until,
            moves.questions_until,
            instant,
        ),
        put(Day::Deadline, &mut pilot.deadline_at, moves.deadline_at, instant),
        put(
            Day::AwardOn,
            &mut said.award_on,
            moves.award_on,
            NaiveDate::to_string,
        ),
        put(
            Day::StartsOn,
            &mut said.starts_on,
            moves.starts_on,
            NaiveDate::to_string,
        ),
        put(
            Day::DecidesOn,
            &mut said.decides_on,
            moves.decides_on,
            NaiveDate::to_string,
        ),
    ];
    moved.into_iter().flatten().collect()
}

fn put<T>(what: Day, place: &mut Option<T>, is: Option<T>, text: impl Fn(&T) -> String) -> Option<Moved> {
    let to = text(is.as_ref()?);
    let from = place.as_ref().map(text);
    *place = is;
    Some(Moved { what, from, to })
}

/// The addenda to these pilots, by pilot, in their order. What was published is public, and so are they.
///
/// # Errors
/// When the database fails.
pub async fn of(app: &App, pilots: &[Uuid]) -> Result<HashMap<Uuid, Vec<Addendum>>, Error> {
    store::addenda(app.db.read(), pilots).await
}
