//! The sending itself: rounds. Each is one transaction, which writes down what came of the mails that have ended and
//! takes as many new ones as there are places; between rounds mails are offered, and no transaction is open.

use super::super::app::App;
use super::super::error::Error;
use super::super::mail::Answer;
use super::record::Offered;
use super::{claim, hold, queue, record, sealed};
use entity::outbox::Model;
use std::collections::HashSet;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

/// How long sending rests when nothing is due: mail that another process wrote is found by then.
const REST: Duration = Duration::from_secs(30);
/// While places are free, new mail is looked for this often.
const LOOK: Duration = Duration::from_secs(1);
/// Leases are looked through this often.
const LEASES: Duration = Duration::from_secs(15);
/// A round that fails while mails are under way is tried again, so long that what they were answered is not lost to a
/// database that is away for ten minutes.
const AGAIN: (u32, Duration) = (330, Duration::from_secs(2));

/// Sends what is due, round after round, until told to stop; what is under way then is waited for. A pass that fails or
/// panics is logged, and what it left is found by the next.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        let (sender, stopped) = (app.clone(), stop.clone());
        match tokio::spawn(async move { deliver(&sender, &|| *stopped.borrow()).await }).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(%error, "sending mail failed; the next pass tries again"),
            Err(panic) => tracing::error!(%panic, "a pass of sending ended early"),
        }
        let rest = rest(&app).await;
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = app.work.hurried() => {}
            () = tokio::time::sleep(rest) => {}
        }
    }
}

/// Until a mail is due or the relay is tried again.
async fn rest(app: &App) -> Duration {
    let now = app.clock.now();
    let next = match app.sending.rests_until(now) {
        Some(until) => Some(until),
        None => queue::next_due(app).await.unwrap_or_default(),
    };
    let wait = next.map_or(REST, |next| (next - now).to_std().unwrap_or_default());
    // Never at once: a mail that is due and not taken is held, or another process has it.
    wait.clamp(Duration::from_millis(50), REST)
}

/// Sends everything that is due, and waits for the answers. Gives how many mails were accepted.
///
/// # Errors
/// When the database cannot be asked; mail servers' troubles are written to the rows instead.
pub async fn deliver_due(app: &App) -> Result<usize, Error> {
    deliver(app, &|| false).await
}

/// Mails under way, and those whose answer is not written down yet: both keep their places.
#[derive(Default)]
struct UnderWay {
    sends: JoinSet<Offered>,
    ended: Vec<Offered>,
    ids: HashSet<Uuid>,
    sent: usize,
}

async fn deliver(app: &App, stopped: &(impl Fn() -> bool + Sync)) -> Result<usize, Error> {
    let _turn = app.sending.turn.lock().await;
    claim::free_ended(app, &[]).await?;
    let mut looked = Instant::now();
    let mut under_way = UnderWay::default();
    loop {
        if looked.elapsed() >= LEASES {
            let mine: Vec<_> = under_way.ids.iter().copied().collect();
            if let Err(error) = claim::free_ended(app, &mine).await {
                tracing::warn!(%error, "leases that have ended were not freed; the next look does");
            }
            looked = Instant::now();
        }
        let allowed = if stopped() {
            0
        } else {
            app.sending.places(app.clock.now())
        };
        let places = allowed.saturating_sub(under_way.sends.len());
        let taken = under_way.round(app, places).await?;
        if under_way.sends.is_empty() {
            if taken == 0 {
                return Ok(under_way.sent);
            }
            continue;
        }
        let free = taken < places;
        tokio::select! {
            () = under_way.one_ends(app) => {}
            () = app.work.hurried(), if free => {}
            () = tokio::time::sleep(LOOK), if free => {}
        }
    }
}

impl UnderWay {
    /// One round; how many mails were taken. A round that fails while anything is under way is tried again.
    async fn round(&mut self, app: &App, places: usize) -> Result<usize, Error> {
        let idle = self.ended.is_empty() && self.sends.is_empty();
        if self.ended.is_empty() && places == 0 {
            return Ok(0);
        }
        let mut tries = 0;
        let (mails, taken) = loop {
            // Tried again, it only writes down: a commit whose answer was lost may have taken mails already.
            let may_take = if tries == 0 { places } else { 0 };
            match round(app, &self.ended, may_take).await {
                Ok((mails, taken)) if tries == 0 => break (mails, taken),
                // As if all places were taken, so that the next round looks for more.
                Ok(_) => break (Vec::new(), places),
                Err(error) if idle || tries == AGAIN.0 => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "what mails were answered could not be written down; trying again");
                    tries += 1;
                    tokio::time::sleep(AGAIN.1).await;
                }
            }
        };
        for offered in self.ended.drain(..) {
            self.ids.remove(&offered.id);
            self.sent += usize::from(matches!(offered.answer, Answer::Accepted(_)));
        }
        for mail in mails {
            self.ids.insert(mail.id);
            self.sends.spawn(offer(app.clone(), mail));
        }
        Ok(taken)
    }

    /// Waits until one has ended, and takes all that have.
    async fn one_ends(&mut self, app: &App) {
        let mut next = self.sends.join_next().await;
        while let Some(done) = next {
            if let Ok(offered) = done {
                app.sending.learn(&offered.answer, offered.ended_at);
                self.ended.push(offered);
            }
            next = self.sends.try_join_next();
        }
    }
}

async fn round(app: &App, ended: &[Offered], places: usize) -> Result<(Vec<Model>, usize), Error> {
    let txn = app.db.begin().await?;
    let mut erased = false;
    if !ended.is_empty() {
        record::record(app, &txn, ended).await?;
        erased = record::erase(app, &txn, ended).await?;
    }
    let taken = match places {
        0 => (Vec::new(), 0),
        places => claim::claim(app, &txn, places).await?,
    };
    let sent = ended
        .iter()
        .filter(|one| matches!(one.answer, Answer::Accepted(_)));
    let counted = hold::count(app, &txn, sent.count()).await?;
    txn.commit().await?;
    if erased {
        app.db.left_traces();
    }
    // Committed is committed: failing now would have the round tried again.
    if let Some(counted) = counted
        && let Err(error) = hold::counted(app, counted).await
    {
        tracing::error!(%error, "how many mails were sent is not remembered outside the database");
    }
    Ok(taken)
}

/// Offers one mail. It neither panics nor goes on for longer than it may: the mailer sees to that.
async fn offer(app: App, mail: Model) -> Offered {
    let started_at = app.clock.now();
    let back = app.mailer.return_path(&app.secret, mail.id);
    let answer = match sealed::is_shut(&mail) {
        true => Answer::Later("it is sealed by another secret than this server's".into()),
        false => app.mailer.send(&back, &mail.recipient, &mail.message).await,
    };
    let answer = sealed::kept(&mail, answer);
    Offered {
        id: mail.id,
        token: mail.lease_token,
        ordinal: mail.attempts,
        give_up_at: mail.give_up_at,
        started_at,
        ended_at: app.clock.now(),
        answer,
    }
}
