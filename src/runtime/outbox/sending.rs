//! How this process sends mail: what it was configured with, what it knows of the relay, and what it has come to.

use super::super::mail::Answer;
use super::relay::Relay;
use chrono::{DateTime, Utc};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Mails under way at the same time, if nothing else is configured.
const AT_ONCE: usize = 8;

/// How this process sends mail, and what that has come to.
#[derive(Debug)]
pub struct Sending {
    /// Mails to one domain in a minute, over all processes; 0 is no limit.
    pub(super) per_domain_per_minute: u32,
    pub(super) turn: tokio::sync::Mutex<()>,
    relay: Mutex<Relay>,
    /// The most that this process has seen `dispatch.sent` at.
    pub(super) sent_seen: AtomicI64,
    tally: Tally,
}

/// What came of offering mails since the process began, for those who watch it.
#[derive(Debug, Default)]
pub struct Tally {
    accepted: AtomicU64,
    later: AtomicU64,
    refused: AtomicU64,
    broken: AtomicU64,
    unreached: AtomicU64,
}

impl Default for Sending {
    /// As many at once as is usual, and no limit by domain: tests and the demonstration.
    fn default() -> Self {
        Self::new(AT_ONCE, 0)
    }
}

impl Sending {
    /// So many at once, and so many a minute to one domain; 0 is no limit.
    pub fn new(at_once: usize, per_domain_per_minute: u32) -> Self {
        Self {
            per_domain_per_minute,
            turn: tokio::sync::Mutex::default(),
            relay: Mutex::new(Relay::new(at_once)),
            sent_seen: AtomicI64::new(0),
            tally: Tally::default(),
        }
    }

    /// Until when nothing is offered, because the relay cannot be reached.
    pub fn rests_until(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.relay().rests_until(now)
    }

    /// What was answered how often, by the word that attempts are stored by.
    pub fn tally(&self) -> [(&'static str, u64); 5] {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let tally = &self.tally;
        [
            ("sent", of(&tally.accepted)),
            ("later", of(&tally.later)),
            ("refused", of(&tally.refused)),
            ("broken", of(&tally.broken)),
            ("unreached", of(&tally.unreached)),
        ]
    }

    /// How many mails may be under way now.
    pub(super) fn places(&self, now: DateTime<Utc>) -> usize {
        self.relay().places(now)
    }

    /// Learns from an answer how the relay is.
    pub(super) fn learn(&self, answer: &Answer, now: DateTime<Utc>) {
        let count = match answer {
            Answer::Accepted(_) => &self.tally.accepted,
            Answer::Later(_) => &self.tally.later,
            Answer::Refused(_) => &self.tally.refused,
            Answer::Broken(_) => &self.tally.broken,
            Answer::Unreached(_) => &self.tally.unreached,
        };
        count.fetch_add(1, Ordering::Relaxed);
        let mut relay = self.relay();
        match answer {
            Answer::Unreached(how) => {
                if let Some(rest) = relay.unreached(now) {
                    tracing::warn!(%how, "the mail relay cannot be reached; sending rests for {} s", rest.num_seconds());
                }
            }
            Answer::Accepted(_) | Answer::Later(_) | Answer::Refused(_) => {
                if relay.conversed() {
                    tracing::info!("the mail relay can be reached again");
                }
            }
            Answer::Broken(_) => {}
        }
    }

    fn relay(&self) -> MutexGuard<'_, Relay> {
        self.relay.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
