//! Alerts: whoever asked is told of what happens, once and in time.
//!
//! [`searches`] and [`watches`] keep what people asked for ([`preview`] tries it first) and [`rhythm`] how often they hear; [`filter`] says what
//! matches (pure). [`mod@tick`] takes what was not told yet from [`crate::events`], asks `matching` whom it is for, keeps
//! that in the `ledger`, and `digest` words the mails that are due, with a council's own ([`council_words`]). The outbox
//! sends them and [`returned`] takes what comes back. Behind the links in a mail: [`choices`], and all it [`told`].
//! [`retold`] is what a restored database tells again.
//! [`feeds`] are calendars and Atom; [`written`] tells those who watch for mails, and [`history`] whoever asks why somebody
//! did not hear.

pub mod choices;
pub mod council_words;
mod digest;
pub mod feeds;
pub mod filter;
pub mod history;
mod ledger;
pub mod links;
mod matching;
pub mod preview;
pub mod retold;
pub mod returned;
pub mod rhythm;
pub mod searches;
mod store;
pub mod subject;
pub mod tick;
pub mod told;
mod unsubscribe;
pub mod watches;
pub mod written;

pub use digest::words;
pub use ledger::mailed_about;
pub use tick::{Told, tick};
pub use unsubscribe::{Unsubscribed, subscription, unsubscribe};

use crate::access;
use crate::runtime::{App, idempotency, outbox};
use std::time::Duration;
use tokio::sync::watch;

/// How long the scheduled work rests between passes.
const REST: Duration = Duration::from_secs(30);

/// The scheduled work, pass after pass, until told to stop. Nothing ends it: a pass that fails or panics is
/// logged, and what it left is found by the next.
pub async fn run(app: App, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(panic) = tokio::spawn({
            let app = app.clone();
            async move { look(&app).await }
        })
        .await
        {
            tracing::error!(%panic, "a pass of the alerts ended early");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(REST) => {}
        }
    }
}

/// Looks and sends, one after the other: for a clock that was moved.
pub async fn pass(app: &App) {
    look(app).await;
    if let Err(error) = outbox::deliver_due(app).await {
        tracing::error!(%error, "sending mail failed; the next pass tries again");
    }
    wipe(app).await;
}

/// One pass: what has opened is told, and what has expired is forgotten. [`outbox::run`] sends what it wrote.
async fn look(app: &App) {
    let _turn = app.work.turn().await;
    match tick(app).await {
        Ok(told) if told.mails > 0 => app.work.hurry(),
        Ok(_) => {}
        Err(error) => tracing::error!(%error, "looking for opened windows failed; the next pass tries again"),
    }
    if let Err(error) = access::sweep(app).await {
        tracing::error!(%error, "forgetting what has expired failed; the next pass tries again");
    }
    if let Err(error) = idempotency::sweep(app).await {
        tracing::error!(%error, "forgetting old idempotency keys failed; the next pass tries again");
    }
    wipe(app).await;
}

/// After the outbox has had its turn: mails that were to go once they were sent may have gone.
async fn wipe(app: &App) {
    if let Err(error) = access::privacy::sweep(app).await {
        tracing::error!(%error, "wiping what was erased failed; the next pass tries again");
    }
}
