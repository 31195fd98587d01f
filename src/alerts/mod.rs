//! Alerts: whoever asked is told of what happens, once and in time.
//!
//! [`searches`] and [`watches`] keep what people asked for and [`rhythm`] how often they hear; [`filter`] says what
//! matches (pure). [`mod@tick`] takes what was not told yet from [`crate::events`], asks `matching` whom it is for, keeps
//! that in the `ledger`, and `digest` words the mails that are due, with a council's own ([`council_words`]). The outbox
//! sends them; [`written`] tells those who watch for them. Behind the links in a mail: [`choices`], and all it [`told`].

pub mod choices;
pub mod council_words;
mod digest;
pub mod filter;
mod ledger;
pub mod links;
mod matching;
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
            async move { pass(&app).await }
        })
        .await
        {
            tracing::error!(%panic, "a pass of the alerts ended early");
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = app.work.hurried() => {}
            () = tokio::time::sleep(REST) => {}
        }
    }
}

/// One pass: what has opened is told, and what is due is sent.
pub async fn pass(app: &App) {
    let _turn = app.work.turn().await;
    if let Err(error) = tick(app).await {
        tracing::error!(%error, "looking for opened windows failed; the next pass tries again");
    }
    if let Err(error) = access::sweep(app).await {
        tracing::error!(%error, "forgetting what has expired failed; the next pass tries again");
    }
    if let Err(error) = idempotency::sweep(app).await {
        tracing::error!(%error, "forgetting old idempotency keys failed; the next pass tries again");
    }
    if let Err(error) = outbox::deliver_due(app).await {
        tracing::error!(%error, "sending mail failed; the next pass tries again");
    }
    if let Err(error) = access::privacy::sweep(app).await {
        tracing::error!(%error, "wiping what was erased failed; the next pass tries again");
    }
}
