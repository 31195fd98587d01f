//! What was written lately, on whatever node, that somebody may wait to hear of: read once for all subscriptions of
//! this process, and only while there are any.
//!
//! It reads by a watermark. A transaction may commit after later ones were read, and nodes' clocks differ, so each
//! reading goes back a little and leaves out what it told before. `Work::wrote` only makes it
//! read at once. It tells that it is worth looking; what may be seen is judged when it is delivered.

use crate::exchange::uploads;
use crate::runtime::panic_words;
use crate::runtime::{App, Error};
use crate::{alerts, pilots};
use chrono::{DateTime, Duration, Utc};
use futures_util::FutureExt;
use std::collections::HashSet;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use tokio::sync::{Mutex, broadcast};
use uuid::Uuid;

/// What other nodes wrote is told this late at most.
const REST: std::time::Duration = std::time::Duration::from_secs(1);
/// Longer than a transaction lasts and than nodes' clocks differ: what commits later still is missed.
const OVERLAP: Duration = Duration::minutes(2);
/// Readings that a socket may fall behind by before it is closed.
const BEHIND: usize = 64;

/// Something that it may be worth looking at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// A pilot, or a question about it, was written.
    Pilot(Uuid),
    /// An uploaded register was written, or went on.
    Import(Uuid),
    /// An alert was written.
    Alert {
        /// For whom.
        person: Uuid,
        /// In which mail.
        mail: Uuid,
    },
}

/// The events of each reading that had any.
pub(crate) type Events = broadcast::Receiver<Arc<[Event]>>;

/// Tells this process's subscriptions of events.
#[derive(Debug)]
pub(super) struct Feed {
    told: broadcast::Sender<Arc<[Event]>>,
    running: Mutex<bool>,
}

impl Default for Feed {
    fn default() -> Self {
        Self {
            told: broadcast::Sender::new(BEHIND),
            running: Mutex::new(false),
        }
    }
}

impl Feed {
    /// Events from now on: what is committed after this returns is told.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn listen(self: &Arc<Self>, app: &App) -> Result<Events, Error> {
        let mut running = self.running.lock().await;
        let events = self.told.subscribe();
        if !*running {
            let mut reading = Reading::from(app.clock.now());
            reading.fresh(app).await?;
            *running = true;
            tokio::spawn(Self::run(self.clone(), app.clone(), reading));
        }
        Ok(events)
    }

    /// Reads until nobody listens. Nothing else ends it: what a reading that fails would have told, the next one does.
    async fn run(self: Arc<Self>, app: App, mut reading: Reading) {
        let mut failing = false;
        loop {
            let _ = tokio::time::timeout(REST, app.work.written()).await;
            let fresh = AssertUnwindSafe(reading.fresh(&app)).catch_unwind().await;
            let fresh = fresh.unwrap_or_else(|panic| Err(Error::fault(panic_words(&*panic))));
            match &fresh {
                Ok(events) if events.is_empty() => {}
                Ok(events) => drop(self.told.send(events.as_slice().into())),
                Err(Error::Fault(cause) | Error::Overloaded(cause)) if !failing => {
                    tracing::error!(
                        cause,
                        "looking for what was written failed; the next look tries again"
                    );
                }
                Err(_) => {}
            }
            failing = fresh.is_err();
            let mut running = self.running.lock().await;
            if self.told.receiver_count() == 0 {
                *running = false;
                return;
            }
        }
    }
}

/// How far it has read.
#[derive(Debug)]
struct Reading {
    since: DateTime<Utc>,
    seen: HashSet<(Event, Uuid, i32)>,
}

impl Reading {
    fn from(since: DateTime<Utc>) -> Self {
        Self {
            since,
            seen: HashSet::new(),
        }
    }

    /// What was written that an earlier reading did not find.
    async fn fresh(&mut self, app: &App) -> Result<Vec<Event>, Error> {
        let (now, from) = (app.clock.now(), self.since - OVERLAP);
        let pilots = pilots::changes::since(app, from).await?;
        let alerts = alerts::written::since(app, from).await?;
        let imports = uploads::since(app, from).await?;
        let imports = imports
            .into_iter()
            .map(|(id, version)| (Event::Import(id), id, version));
        let pilots = pilots
            .into_iter()
            .map(|written| (Event::Pilot(written.pilot), written.what, written.version));
        let alerts = alerts
            .into_iter()
            .map(|(person, mail)| (Event::Alert { person, mail }, mail, 0));
        let found: HashSet<_> = pilots.chain(alerts).chain(imports).collect();
        let fresh: HashSet<Event> = found.difference(&self.seen).map(|(event, ..)| *event).collect();
        self.seen = found;
        self.since = self.since.max(now);
        Ok(fresh.into_iter().collect())
    }
}
