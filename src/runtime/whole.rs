//! Questions that look through whole registers or catalogues: few at a time, so that however many are asked together the
//! others are answered meanwhile.

use super::Error;
use std::time::Duration;
use tokio::sync::Semaphore;

/// Asked at once, by all requests of this process.
static AT_ONCE: Semaphore = Semaphore::const_new(2);
/// Whoever waits longer is told that the server is busy.
const WAIT: Duration = Duration::from_secs(5);

/// Does such work in its turn.
///
/// # Errors
/// [`Error::Overloaded`] when its turn does not come in five seconds; or what the work gives.
pub async fn in_turn<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let turn = tokio::time::timeout(WAIT, AT_ONCE.acquire()).await;
    let _turn = turn
        .map_err(|_| Error::Overloaded("too many questions about everything".to_owned()))?
        .map_err(Error::fault)?;
    work.await
}

/// Counts away from the threads that answer requests.
///
/// # Errors
/// When the counting panics.
pub async fn counted<T: Send + 'static>(count: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    tokio::task::spawn_blocking(count).await.map_err(Error::fault)
}
