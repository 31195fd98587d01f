//! Questions about an open pilot: answered for everybody to read, the asker unnamed.

use super::rules::Phase;
use super::{Pilot, outcome, store, timetable};
use crate::access::{Action, Resource, Viewer, authorize, may, signed_in};
use crate::audit;
use crate::events::{self, Happened, Kind};
use crate::runtime::clock::in_words;
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use chrono::{DateTime, Utc};
use entity::pilot_question::Model;
use uuid::Uuid;

words! {
    /// What became of a question.
    #[graphql(name = "PilotQuestionState")]
    State {
        /// Waiting for an answer: seen by its asker and the council.
        Asked = "asked",
        /// Answered for everybody to read.
        AnsweredAndPublished = "answered_and_published",
        /// Answered to its asker alone.
        AnsweredPrivately = "answered_privately",
        /// Not answered, for the reason given to its asker.
        Rejected = "rejected",
    }
}

/// A question. Who asked is not part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Identifier.
    pub id: Uuid,
    /// What is asked.
    pub question: String,
    /// The answer, or why there is none.
    pub answer: Option<String>,
    /// Why its asker alone got the answer; for those who write the council's pilots, and the asker.
    pub private_because: Option<String>,
    /// What became of it.
    pub state: State,
    /// Whether the viewer's own supplier asked it.
    pub own: bool,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Counts its changes.
    pub version: i32,
}

/// Why a question could not be asked or answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum PilotQuestionErrorCode {
    /// Text is blank or over 5,000 bytes.
    BadText,
    /// The pilot does not take questions, or not any more.
    NotOpen,
    /// The time for questions is over, though bids are still taken.
    QuestionsEnded,
    /// An answer to the asker alone says why publishing it would disclose the asker's own solution; others say nothing
    /// of the kind.
    BadReason,
    /// It has its answer: answers are not changed.
    Answered,
    /// `ASKED` is no answer.
    BadState,
    /// It was changed since the version this was based on.
    Conflict,
}

/// Asks a question about an open pilot, for a supplier, until the time that the pilot states.
///
/// # Errors
/// When the pilot is not open or questions have ended, the text makes no sense, or the viewer may not.
pub async fn ask(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    supplier: Uuid,
    question: &str,
) -> Result<Question, Stop<PilotQuestionErrorCode>> {
    let permit = authorize(viewer, Action::Bid, Resource::Supplier(supplier))?;
    let txn = app.db.begin().await?;
    let pilot = store::locked(app, &txn, pilot)
        .await?
        .filter(|pilot| super::visible(viewer, pilot))
        .ok_or(Error::NotFound)?;
    let now = app.db.time(&txn, &app.clock).await?;
    let mut wrong = Wrong::default();
    let open = pilot.phase(now) == Phase::Open;
    let until = timetable::questions_until(&pilot).filter(|until| open && *until <= now);
    wrong.when(
        !open,
        PilotQuestionErrorCode::NotOpen,
        "pilot",
        "this pilot does not take questions, or not any more",
    );
    if let Some(until) = until {
        let message = format!("questions were taken until {}", in_words(until));
        wrong.when(true, PilotQuestionErrorCode::QuestionsEnded, "pilot", message);
    }
    check("question", question, &mut wrong);
    wrong.stop()?;
    let row = Model {
        id: app.new_id(),
        pilot_id: pilot.id,
        supplier_id: supplier,
        question: question.trim().to_owned(),
        answer: None,
        private_because: None,
        state: State::Asked.as_str().to_owned(),
        asked_at: now,
        answered_at: None,
        version: 1,
    };
    store::put_question(&txn, &permit, row.clone()).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "question",
        row.id,
        &serde_json::json!({ "asked about": pilot.id }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(read(row, true))
}

/// How a question is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer<'a> {
    /// For everybody, for its asker alone, or not at all.
    pub state: State,
    /// The answer, or why there is none.
    pub text: &'a str,
    /// Why the asker alone gets it: publishing it would disclose the asker's own solution.
    pub private_because: Option<&'a str>,
}

/// Answers a question for everybody, for its asker alone with a reason on the record, or rejects it with a reason. Once.
///
/// # Errors
/// When it has another version or its answer, a text makes no sense or is lacking, or the viewer may not.
pub async fn answer(
    app: &App,
    viewer: &Viewer,
    question: Uuid,
    version: i32,
    answer: Answer<'_>,
) -> Result<Question, Stop<PilotQuestionErrorCode>> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let pilot = store::question(&txn, question)
        .await?
        .ok_or(Error::NotFound)?
        .pilot_id;
    let (pilot, permit) = super::held(app, &txn, viewer, pilot, Action::DraftPilot)
        .await
        .map_err(hidden)?;
    // Read again: whoever answers holds the pilot.
    let mut row = store::question(&txn, question).await?.ok_or(Error::NotFound)?;
    based_on(version, row.version, PilotQuestionErrorCode::Conflict)?;
    let mut wrong = Wrong::default();
    wrong.when(
        row.state != State::Asked.as_str(),
        PilotQuestionErrorCode::Answered,
        "question",
        "it has its answer",
    );
    wrong.when(
        answer.state == State::Asked,
        PilotQuestionErrorCode::BadState,
        "state",
        "say how it is answered",
    );
    check("answer", answer.text, &mut wrong);
    let because = answer
        .private_because
        .map(str::trim)
        .filter(|why| !why.is_empty());
    let private = answer.state == State::AnsweredPrivately;
    wrong.when(
        private != because.is_some_and(|why| why.len() <= 5_000),
        PilotQuestionErrorCode::BadReason,
        "privateBecause",
        "an answer to the asker alone says in at most 5,000 bytes how publishing it would disclose the asker\u{2019}s own \
         solution; any other says nothing here",
    );
    wrong.stop()?;
    row.answer = Some(answer.text.trim().to_owned());
    row.private_because = because.map(str::to_owned);
    row.state = answer.state.as_str().to_owned();
    row.answered_at = Some(app.clock.now());
    row.version += 1;
    store::put_question(&txn, &permit, row.clone()).await?;
    if answer.state == State::AnsweredAndPublished {
        let answered = super::event(&pilot, Kind::QuestionAnswered, &format!("answered/{}", row.id));
        let detail = serde_json::json!({ "question": row.id });
        events::record(app, &txn, vec![Happened { detail, ..answered }]).await?;
        let said = [Some(row.question.clone()), row.answer.clone()];
        let said = said.into_iter().flatten().collect();
        outcome::tell_news(app, &txn, &pilot, "A question is answered", said).await?;
    }
    let answered = (
        row.supplier_id,
        row.question.as_str(),
        row.answer.as_deref().unwrap_or_default(),
    );
    outcome::tell_asker(app, &txn, &pilot, answered).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "question",
        row.id,
        &serde_json::json!({ "answered": row.state, "private because": row.private_because }),
    )
    .await?;
    txn.commit().await.map_err(Error::from)?;
    app.work.wrote();
    Ok(read(row, false))
}

/// A question that is not answered yet is nobody else's to know of.
fn hidden(error: Error) -> Error {
    match error {
        Error::NotAllowed => Error::NotFound,
        other => other,
    }
}

fn check(path: &str, text: &str, wrong: &mut Wrong<PilotQuestionErrorCode>) {
    let blank = text.trim().is_empty() || text.len() > 5_000;
    let message = format!("give the {path} in at most 5,000 bytes");
    wrong.when(blank, PilotQuestionErrorCode::BadText, path, message);
}

/// The questions about a pilot that the viewer may read, in the order asked: those answered for everybody; a
/// supplier's own; all of them, for those who write the council's pilots.
///
/// # Errors
/// When the database fails.
pub async fn of_pilot(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Vec<Question>, Error> {
    let all = may(viewer, Action::SeeDrafts, Resource::Council(pilot.council_id));
    let mut suppliers = viewer.suppliers();
    suppliers.retain(|supplier| may(viewer, Action::SeeOwnBids, Resource::Supplier(*supplier)));
    let rows = store::questions_of(app.db.read(), pilot.id).await?;
    let seen = rows.into_iter().filter_map(|row| {
        let own = suppliers.contains(&row.supplier_id);
        let public = row.state == State::AnsweredAndPublished.as_str();
        (all || own || public).then(|| read(row, own))
    });
    Ok(seen.collect())
}

fn read(row: Model, own: bool) -> Question {
    Question {
        id: row.id,
        question: row.question,
        answer: row.answer,
        private_because: row.private_because,
        state: State::parse(&row.state).unwrap_or(State::Asked),
        own,
        asked_at: row.asked_at,
        answered_at: row.answered_at,
        version: row.version,
    }
}
