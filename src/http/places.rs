//! How many sockets are open, and whose: places are taken and given back here, and all of them told when the server
//! stops. It knows nothing of what is said over them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// What a socket may take, and how long it may keep others waiting.
#[derive(Clone, Copy, Debug)]
pub struct SocketLimits {
    /// Sockets of this process: each takes some 30 kB, and its session is looked up at each beat.
    pub sockets: usize,
    /// Sockets from one source, be they whose they may.
    pub of_source: usize,
    /// Sockets of one person on this process.
    pub of_person: usize,
    /// Operations under way on one socket.
    pub operations: usize,
    /// Messages between two beats.
    pub messages: usize,
    /// A socket whose `connection_init` has not come after this is closed.
    pub init: Duration,
    /// How often sessions and roles are looked at again. With the time that may take, below the 5 s within which a
    /// socket is closed.
    pub beat: Duration,
    /// A socket from which nothing was heard for so many beats is gone. It is pinged at every tenth.
    pub silence: usize,
    /// A socket without an operation for so many beats is closed.
    pub idle: usize,
    /// A message that has not been taken after this is given up, and the socket with it.
    pub sending: Duration,
}

impl Default for SocketLimits {
    fn default() -> Self {
        Self {
            sockets: 1_000,
            of_source: 50,
            of_person: 20,
            operations: 10,
            messages: 50,
            init: Duration::from_secs(10),
            beat: Duration::from_secs(2),
            silence: 30,
            idle: 60,
            sending: Duration::from_secs(4),
        }
    }
}

/// The sockets of this process. Copies share them.
#[derive(Clone, Debug)]
pub(super) struct Sockets(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limits: SocketLimits,
    stop: watch::Sender<bool>,
    taken: Mutex<HashMap<Holder, usize>>,
}

/// Whom places are counted by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    /// The whole process.
    Process,
    /// Where a socket comes from.
    Source(String),
    /// Whose it is.
    Person(Uuid),
}

impl Sockets {
    pub(super) fn new(limits: SocketLimits) -> Self {
        Self(Arc::new(Inner {
            limits,
            stop: watch::Sender::new(false),
            taken: Mutex::default(),
        }))
    }

    pub(super) fn limits(&self) -> SocketLimits {
        self.0.limits
    }

    /// A place for one socket more, given back when it is dropped; none when the holder has its share.
    pub(super) fn place(&self, holder: Holder) -> Option<Place> {
        let most = match holder {
            Holder::Process => self.0.limits.sockets,
            Holder::Source(_) => self.0.limits.of_source,
            Holder::Person(_) => self.0.limits.of_person,
        };
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(holder.clone()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        drop(taken);
        let of = self.clone();
        Some(Place { of, holder })
    }

    /// Becomes true when the server stops. Whoever holds one is waited for.
    pub(super) fn stopping(&self) -> watch::Receiver<bool> {
        self.0.stop.subscribe()
    }

    /// Tells every socket that the server stops.
    pub(super) fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Completes when no socket is left.
    pub(super) async fn gone(&self) {
        self.0.stop.closed().await;
    }
}

/// One socket's place.
#[derive(Debug)]
pub(super) struct Place {
    of: Sockets,
    holder: Holder,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.holder);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_has_its_share_and_leaves_nothing_behind() {
        let sockets = Sockets::new(SocketLimits {
            of_person: 2,
            ..SocketLimits::default()
        });
        let of = |person| Holder::Person(Uuid::from_u128(person));
        let places = [sockets.place(of(1)).unwrap(), sockets.place(of(1)).unwrap()];
        assert!(sockets.place(of(1)).is_none());
        assert!(sockets.place(of(2)).is_some());
        drop(places);
        assert!(sockets.place(of(1)).is_some());
        assert!(sockets.0.taken.lock().unwrap().is_empty());
    }
}
