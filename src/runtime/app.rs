//! Everything that an entry into the program needs, made once and handed down.

use super::clock::Clock;
use super::database::Database;
use super::entropy::Entropy;
use super::mail::Mailer;
use super::objects::Objects;
use super::outbox::Sending;
use super::provider::Providers;
use super::secret::Secret;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, MutexGuard, Notify, Semaphore};
use uuid::Uuid;

/// The running application. Cheap to clone.
#[derive(Clone, Debug)]
pub struct App {
    /// Where everything is kept.
    pub db: Database,
    /// What time it is.
    pub clock: Clock,
    /// Identifiers, tokens and keys.
    pub entropy: Entropy,
    /// The server's secret.
    pub secret: Secret,
    /// How mail leaves.
    pub mailer: Mailer,
    /// Where large content is kept.
    pub objects: Objects,
    /// Where links in mails point, without a trailing slash.
    pub public_url: Arc<str>,
    /// Demonstration or development: the clock moves on request and sent mail can be read.
    pub development: bool,
    /// What a password check may cost.
    pub hashing: Hashing,
    /// By whom councils sign their people in.
    pub single_sign_on: Arc<Providers>,
    /// The scheduled work of this process.
    pub work: Arc<Work>,
    /// How this process sends mail, and how that goes.
    pub sending: Arc<Sending>,
}

/// When this process's scheduled work is due.
#[derive(Debug, Default)]
pub struct Work {
    nudge: Notify,
    written: Notify,
    turn: Mutex<()>,
    progress: std::sync::Mutex<HashMap<Uuid, (u32, u32)>>,
}

impl Work {
    /// Notes how far a long piece of work of this process is: done, and of how much. Nothing, when it is over.
    pub fn progress(&self, id: Uuid, done: Option<(u32, u32)>) {
        let mut all = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        match done {
            Some(done) => drop(all.insert(id, done)),
            None => drop(all.remove(&id)),
        }
    }

    /// How far each long piece of work of this process is.
    pub fn under_way(&self) -> HashMap<Uuid, (u32, u32)> {
        self.progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Called when mail waits that should leave now, and not with the next pass.
    pub fn hurry(&self) {
        self.nudge.notify_one();
    }

    /// Completes when somebody is in a hurry.
    pub async fn hurried(&self) {
        self.nudge.notified().await;
    }

    /// Called when something was committed that a subscription may wait for. A hint: whoever looks by it looks without
    /// it too, a little later.
    pub fn wrote(&self) {
        self.written.notify_one();
    }

    /// Completes when something was committed since it last did.
    pub async fn written(&self) {
        self.written.notified().await;
    }

    /// One pass at a time.
    pub async fn turn(&self) -> MutexGuard<'_, ()> {
        self.turn.lock().await
    }
}

/// What hashing a password costs (argon2id, RFC 9106), and how many are hashed at once. Raised costs hold for each
/// password from its next use.
#[derive(Clone, Debug)]
pub struct Hashing {
    /// Each takes a core and `memory_kib`: at most this many at once.
    pub at_once: Arc<Semaphore>,
    /// Memory in KiB; at least 19,456.
    pub memory_kib: u32,
    /// Passes over it; at least 2.
    pub passes: u32,
    /// What it has come to so far.
    pub meter: Arc<Meter>,
}

/// What hashing has come to, for those who watch it: benchmarks, and tests that tell work by counting and not by time.
#[derive(Debug, Default)]
pub struct Meter {
    hashes: AtomicU64,
    kib_passes: AtomicU64,
    under_way: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Meter {
    /// Runs one hash of so much memory times passes.
    pub fn count<T>(&self, kib_passes: u64, hash: impl FnOnce() -> T) -> T {
        let now = self.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(now, Ordering::SeqCst);
        let hashed = hash();
        self.under_way.fetch_sub(1, Ordering::SeqCst);
        self.hashes.fetch_add(1, Ordering::SeqCst);
        self.kib_passes.fetch_add(kib_passes, Ordering::SeqCst);
        hashed
    }

    /// How many hashes were computed.
    pub fn hashes(&self) -> u64 {
        self.hashes.load(Ordering::SeqCst)
    }

    /// The work of them all: KiB of memory times passes over it.
    pub fn kib_passes(&self) -> u64 {
        self.kib_passes.load(Ordering::SeqCst)
    }

    /// The most that were under way at the same time.
    pub fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }
}

impl Hashing {
    /// OWASP's least: 19 MiB and two passes, some 35 ms.
    pub const LEAST: (u32, u32) = (19 * 1024, 2);

    /// The least cost, with so many at once.
    pub fn at_once(checks: usize) -> Self {
        Self {
            at_once: Arc::new(Semaphore::new(checks)),
            memory_kib: Self::LEAST.0,
            passes: Self::LEAST.1,
            meter: Arc::default(),
        }
    }
}

impl App {
    /// An identifier for something made now.
    pub fn new_id(&self) -> uuid::Uuid {
        self.entropy.id(self.clock.now())
    }
}
