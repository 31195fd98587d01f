//! The mail queue in the graph, for operators.

use super::errors::Told;
use super::ids::{Id, Sort};
use super::paging::{self, connection};
use crate::access::Viewer;
use crate::dispatch::{self, Attempt, Parked, Queue};
use crate::runtime::App;
use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

/// The mail queue, to read.
#[derive(Debug, Default)]
pub struct MailQuery;

/// The mail queue, to change.
#[derive(Debug, Default)]
pub struct MailMutation;

/// How much mail is where.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailQueue {
    /// Mails that wait: for their time, for a place, or for dispatch to be released.
    queued: u64,
    /// Mails that are being offered to the mail server.
    leased: u64,
    /// Mails that were given up.
    parked: u64,
    /// Mails that were withdrawn before they were sent.
    suppressed: u64,
    /// Mails that were sent within the last 24 hours.
    sent_last_day: u64,
    /// When the mail that has waited longest was due; null when none is.
    oldest_due_at: Option<DateTime<Utc>>,
    /// Until when this server offers nothing, because its mail relay cannot be reached; null when it can.
    resting_until: Option<DateTime<Utc>>,
    /// Since when nothing but what protects accounts leaves; null when everything does.
    held: Option<DispatchHold>,
}

/// Dispatch is held: mails are written and do not leave.
#[derive(Clone, Debug, SimpleObject)]
pub struct DispatchHold {
    /// Since when.
    since: DateTime<Utc>,
    /// Why.
    reason: String,
    /// How many mails would go if it were released.
    waiting: u64,
}

/// A mail that was given up.
#[derive(Clone, Debug, SimpleObject)]
pub struct ParkedMail {
    /// Opaque identifier.
    id: Id,
    /// To whom.
    recipient: String,
    /// Its subject.
    subject: String,
    /// When it was written.
    written_at: DateTime<Utc>,
    /// Why it was given up: what the mail server answered last, or our reason.
    last_answer: Option<String>,
    /// What came of each time it was offered, in order.
    attempts: Vec<MailAttempt>,
}

/// What came of one time that a mail was offered.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailAttempt {
    /// Which it was: 1 for the first.
    ordinal: i32,
    /// When it began.
    started_at: DateTime<Utc>,
    /// When it ended.
    ended_at: DateTime<Utc>,
    /// How: `sent`, `later`, `refused`, `broken` or `unanswered`.
    outcome: String,
    /// The mail server's own words, or ours where it had none.
    answer: String,
}

/// What came of putting a mail back.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailRedrivePayload {
    /// Which it was.
    mail: Id,
}

/// What came of putting every parked mail back.
#[derive(Clone, Debug, SimpleObject)]
pub struct MailRedriveAllPayload {
    /// How many they were.
    redriven: u64,
}

connection!(ParkedMailConnection, ParkedMailEdge, ParkedMail, "parked mails");

impl MailQueue {
    fn new(app: &App, queue: Queue) -> Self {
        Self {
            queued: queue.queued,
            leased: queue.leased,
            parked: queue.parked,
            suppressed: queue.suppressed,
            sent_last_day: queue.sent_last_day,
            oldest_due_at: queue.oldest_due_at,
            resting_until: app.sending.rests_until(app.clock.now()),
            held: queue.held.map(|held| DispatchHold {
                since: held.since,
                reason: held.reason,
                waiting: held.waiting,
            }),
        }
    }
}

impl From<(Parked, Vec<Attempt>)> for ParkedMail {
    fn from((mail, attempts): (Parked, Vec<Attempt>)) -> Self {
        Self {
            id: Id::new(Sort::Mail, mail.id),
            recipient: mail.recipient,
            subject: mail.subject,
            written_at: mail.created_at,
            last_answer: mail.last_answer,
            attempts: attempts.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Attempt> for MailAttempt {
    fn from(attempt: Attempt) -> Self {
        Self {
            ordinal: attempt.ordinal,
            started_at: attempt.started_at,
            ended_at: attempt.ended_at,
            outcome: attempt.outcome,
            answer: attempt.answer,
        }
    }
}

#[Object]
impl MailQuery {
    /// How much mail is where. Needs an operator.
    async fn mail_queue(&self, ctx: &Context<'_>) -> Result<MailQueue> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let queue = dispatch::status(app, viewer).await.told(ctx)?;
        Ok(MailQueue::new(app, queue))
    }

    /// The mails that were given up, the latest first. Needs an operator.
    async fn parked_mails(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, at most 100; 20 if not given.")] first: Option<i32>,
        #[graphql(desc = "Those after this cursor.")] after: Option<String>,
    ) -> Result<ParkedMailConnection> {
        let cut = paging::cut(first, after.as_deref())?;
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let page = dispatch::parked(app, viewer, &cut).await.told(ctx)?;
        Ok(paging::slice(page, ParkedMail::from).into())
    }
}

#[Object]
impl MailMutation {
    /// Puts a mail that was given up back in the queue, byte for byte as it was: mail programs know a second copy by its
    /// Message-ID. Needs an operator.
    async fn mail_redrive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The mail.")] mail: Id,
    ) -> Result<MailRedrivePayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let uuid = mail.of(Sort::Mail)?;
        dispatch::redrive(app, viewer, uuid).await.told(ctx)?;
        Ok(MailRedrivePayload { mail })
    }

    /// Puts every mail that was given up back in the queue. Needs an operator.
    async fn mail_redrive_all(&self, ctx: &Context<'_>) -> Result<MailRedriveAllPayload> {
        let (app, viewer) = (ctx.data_unchecked::<App>(), ctx.data_unchecked::<Viewer>());
        let redriven = dispatch::redrive_all(app, viewer).await.told(ctx)?;
        Ok(MailRedriveAllPayload { redriven })
    }
}
