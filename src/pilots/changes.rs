//! What changes about a pilot for those who watch it: its deadline, its state and outcome, answers to its questions.
//!
//! What was written says only that it is worth looking; whether something changed is judged for each viewer by what
//! they may see. Bids and scores change nothing there, so nobody can count them by what is told.

use super::{Pilot, State, questions, store};
use crate::access::Viewer;
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Something written about a pilot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Written {
    /// The pilot.
    pub pilot: Uuid,
    /// What was written: the pilot itself, or a question about it.
    pub what: Uuid,
    /// Which version of it.
    pub version: i32,
}

/// What was written since an instant, that one included.
///
/// # Errors
/// When the database fails.
pub async fn since(app: &App, at: DateTime<Utc>) -> Result<Vec<Written>, Error> {
    let pilots = store::written_since(app.db.read(), at).await?;
    let answers = store::answered_since(app.db.read(), at).await?;
    let pilots = pilots.into_iter().map(|(pilot, version)| Written {
        pilot,
        what: pilot,
        version,
    });
    let answers = answers.into_iter().map(|(pilot, what)| Written {
        pilot,
        what,
        version: 0,
    });
    Ok(pilots.chain(answers).collect())
}

/// What a viewer can tell one moment of a pilot from another by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    state: State,
    deadline_at: Option<DateTime<Utc>>,
    outcome_reason: Option<String>,
    contract_id: Option<Uuid>,
    answers: usize,
}

/// A pilot that the viewer may know of, and what they see of it.
///
/// # Errors
/// When the database fails.
pub async fn seen(app: &App, viewer: &Viewer, pilot: Uuid) -> Result<Option<(Pilot, Seen)>, Error> {
    let Some(pilot) = super::one(app, viewer, pilot).await? else {
        return Ok(None);
    };
    let questions = questions::of_pilot(app, viewer, &pilot).await?;
    let seen = Seen {
        state: pilot.state,
        deadline_at: pilot.deadline_at,
        outcome_reason: pilot.outcome_reason.clone(),
        contract_id: pilot.contract_id,
        answers: questions
            .iter()
            .filter(|question| question.answer.is_some())
            .count(),
    };
    Ok(Some((pilot, seen)))
}
