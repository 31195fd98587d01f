//! Everything that an entry into the program needs, made once and handed down.

use super::clock::Clock;
use super::database::Database;
use super::entropy::Entropy;
use super::mail::Mailer;
use super::secret::Secret;
use std::sync::Arc;
use tokio::sync::Semaphore;

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
    /// Where links in mails point, without a trailing slash.
    pub public_url: Arc<str>,
    /// Demonstration or development: the clock moves on request and sent mail can be read.
    pub development: bool,
    /// A password check takes 19 MiB and some 35 ms: at most this many at once.
    pub hashing: Arc<Semaphore>,
}

impl App {
    /// An identifier for something made now.
    pub fn new_id(&self) -> uuid::Uuid {
        self.entropy.id(self.clock.now())
    }
}
