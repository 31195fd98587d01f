//! Why somebody did or did not hear of something, in the graph.

use super::errors::Told;
use super::ids::{Id, Sort};
use super::mail::MailAttempt;
use crate::access::Viewer;
use crate::alerts::filter::Part;
use crate::alerts::history::{self, Looked, Missed, Trace};
use crate::alerts::searches::State;
use crate::contracts::windows::WindowKind;
use crate::events::{About, Kind};
use crate::runtime::App;
use crate::runtime::outbox::Outcome;
use crate::runtime::outbox::queue::Attempt;
use async_graphql::{Context, Enum, Error, Object, Result, SimpleObject};
use chrono::{DateTime, NaiveDate, Utc};

/// Events that are told at most.
const MOST: i32 = 100;

/// What became of alerts, to read.
#[derive(Debug, Default)]
pub struct AlertHistoryQuery;

/// Something that happened, as it concerned one person.
#[derive(Debug, SimpleObject)]
pub struct AlertTrace {
    /// What happened.
    kind: Kind,
    /// When.
    happened_at: DateTime<Utc>,
    /// Of a window: what for.
    window_kind: Option<WindowKind>,
    /// Of a window: its last day.
    closes_on: Option<NaiveDate>,
    /// Why it is not so any more, if it is not.
    void: Option<String>,
    /// Each of the person's searches, and why it did or did not find it.
    searches: Vec<AlertTraceSearch>,
    /// What the person was to be told; nothing, if no search found it.
    notification: Option<AlertNotification>,
    /// What became of the mail, once there is one.
    mail: Option<AlertMail>,
}

/// A search that looked at what happened.
#[derive(Debug, SimpleObject)]
pub struct AlertTraceSearch {
    /// The search.
    search: Id,
    /// What its owner calls it.
    name: String,
    /// Whether it is at work now.
    state: State,
    /// Whether it found this when it happened.
    found: bool,
    /// Why, as it is now, it does not find it; nothing, if it does.
    missed: Option<AlertMissed>,
    /// With `PART`: which part of it does not hold.
    missed_part: Option<Part>,
}

/// Why a search does not find something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AlertMissed {
    /// A part of it does not hold.
    Part,
    /// It was saved after this happened.
    Later,
    /// It is paused, or was unsubscribed from.
    NotAtWork,
    /// What it is about is not there any more, or not public.
    Gone,
}

/// What somebody was to be told.
#[derive(Debug, SimpleObject)]
pub struct AlertNotification {
    /// `due`, `mailed` or `suppressed`.
    state: String,
    /// When it was found.
    found_at: DateTime<Utc>,
    /// When it was or is to be mailed.
    due_at: DateTime<Utc>,
    /// Why it is not to be.
    reason: Option<String>,
}

/// A mail on its way.
#[derive(Debug, SimpleObject)]
pub struct AlertMail {
    /// `queued`, `leased`, `sent`, `parked` or `suppressed`.
    state: String,
    /// Its Message-ID, without brackets.
    message_id: String,
    /// When it was written.
    written_at: DateTime<Utc>,
    /// When a mail server took it.
    sent_at: Option<DateTime<Utc>>,
    /// Each time that it was offered to a mail server, and what that said.
    attempts: Vec<MailAttempt>,
    /// What the mail server last answered, or why it was parked or suppressed.
    last_answer: Option<String>,
}

#[Object]
impl AlertHistoryQuery {
    /// What happened to a contract, need, pilot or evidence, latest first, and why a person did or did not hear of it: their
    /// searches, what they were to be told, and what became of the mail. Needs a session of one's own, about oneself;
    /// about others, an operator.
    async fn alert_history(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract, need, pilot or evidence.")] about: Id,
        #[graphql(desc = "Somebody's address; oneself, if not given.")] address: Option<String>,
        #[graphql(desc = "How many events, at most 100; 20 if not given.")] first: Option<i32>,
    ) -> Result<Vec<AlertTrace>> {
        let about = match about.sort {
            Sort::Contract => About::Contract(about.uuid),
            Sort::Need => About::Need(about.uuid),
            Sort::Pilot => About::Pilot(about.uuid),
            Sort::Evidence => About::Evidence(about.uuid),
            _ => return Err(wrong_sort(about)),
        };
        let limit = u64::try_from(first.unwrap_or(20).clamp(1, MOST)).unwrap_or(1);
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let traces = history::of(app, viewer, address.as_deref(), about, limit)
            .await
            .told(ctx)?;
        Ok(traces.into_iter().map(AlertTrace::from).collect())
    }
}

/// As [`Id::of`] says it of any other.
fn wrong_sort(about: Id) -> Error {
    match about.of(Sort::Contract) {
        Err(error) => error,
        Ok(_) => Error::new("not a contract, need, pilot or evidence"),
    }
}

impl From<Trace> for AlertTrace {
    fn from(trace: Trace) -> Self {
        Self {
            kind: trace.event.kind,
            happened_at: trace.event.happened_at,
            window_kind: trace
                .event
                .window
                .as_ref()
                .and_then(|window| WindowKind::parse(&window.kind)),
            closes_on: trace.event.window.as_ref().and_then(|window| window.closes_on),
            void: trace.event.void,
            searches: trace.looked.into_iter().map(AlertTraceSearch::from).collect(),
            notification: trace.notified.map(|row| AlertNotification {
                state: row.state,
                found_at: row.found_at,
                due_at: row.due_at,
                reason: row.reason,
            }),
            mail: mail(trace.outcome, trace.attempts),
        }
    }
}

impl From<Looked> for AlertTraceSearch {
    fn from(looked: Looked) -> Self {
        let missed = looked.missed.map(|missed| match missed {
            Missed::Part(_) => AlertMissed::Part,
            Missed::Later => AlertMissed::Later,
            Missed::NotAtWork => AlertMissed::NotAtWork,
            Missed::Gone => AlertMissed::Gone,
        });
        let part = match looked.missed {
            Some(Missed::Part(part)) => Some(part),
            _ => None,
        };
        Self {
            search: Id::new(Sort::SavedSearch, looked.search.id),
            name: looked.search.name,
            state: looked.search.state,
            found: looked.found,
            missed,
            missed_part: part,
        }
    }
}

fn mail(outcome: Option<Outcome>, attempts: Vec<Attempt>) -> Option<AlertMail> {
    let outcome = outcome?;
    Some(AlertMail {
        state: outcome.state,
        message_id: outcome.message_id,
        written_at: outcome.written_at,
        sent_at: outcome.sent_at,
        attempts: attempts.into_iter().map(MailAttempt::from).collect(),
        last_answer: outcome.last_answer,
    })
}
