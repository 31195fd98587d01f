//! Metrics in Prometheus' text format, on a listener of their own: whoever reaches it needs no right.
//!
//! The writer is ours: most of it is read from the database when it is asked for, and what is left of a metrics library
//! then is its registry.

use crate::runtime::outbox::queue;
use crate::runtime::{App, Error};
use poem::endpoint::make;
use poem::http::StatusCode;
use poem::{IntoResponse, Response, Route, Server, get};
use std::fmt::Write;
use tokio::net::TcpListener;

/// Serves `/metrics` until the process ends.
///
/// # Errors
/// When the listener is no longer usable.
pub async fn serve(app: App, listener: TcpListener) -> Result<(), Error> {
    let acceptor = super::socket::Acceptor::new(listener)?;
    let told = make(move |_| {
        let app = app.clone();
        async move { answer(&app).await }
    });
    let served = Server::new_with_acceptor(acceptor).run(Route::new().at("/metrics", get(told)));
    served.await.map_err(Error::fault)
}

async fn answer(app: &App) -> Response {
    match written(app).await {
        Ok(text) => text
            .with_content_type("text/plain; version=0.0.4; charset=utf-8")
            .into_response(),
        Err(error) => {
            tracing::warn!(%error, "metrics could not be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// All metrics, as text.
///
/// # Errors
/// When the database fails.
pub async fn written(app: &App) -> Result<String, Error> {
    let (queue, now) = (queue::queue(app).await?, app.clock.now());
    let oldest = queue
        .oldest_due_at
        .map_or(0, |due| (now - due).num_seconds().max(0));
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, values: &[(&str, u64)]| {
        let _ = writeln!(
            text,
            "# HELP guildhall_{name} {help}\n# TYPE guildhall_{name} {kind}"
        );
        for (labels, value) in values {
            let _ = writeln!(text, "guildhall_{name}{labels} {value}");
        }
    };
    let states = [
        (r#"{state="queued"}"#, queue.queued),
        (r#"{state="leased"}"#, queue.leased),
        (r#"{state="parked"}"#, queue.parked),
        (r#"{state="suppressed"}"#, queue.suppressed),
    ];
    metric("mails", "gauge", "Mails in the outbox by state.", &states);
    metric(
        "mails_sent_last_day",
        "gauge",
        "Mails sent within the last 24 hours.",
        &[("", queue.sent_last_day)],
    );
    metric(
        "mail_oldest_due_seconds",
        "gauge",
        "How long the mail that has waited longest has been due.",
        &[("", oldest.unsigned_abs())],
    );
    metric(
        "mail_dispatch_held",
        "gauge",
        "1 while nothing but what protects accounts leaves.",
        &[("", u64::from(queue.held.is_some()))],
    );
    metric(
        "mail_relay_resting",
        "gauge",
        "1 while this process offers nothing, because its relay cannot be reached.",
        &[("", u64::from(app.sending.rests_until(now).is_some()))],
    );
    let tally = app
        .sending
        .tally()
        .map(|(outcome, count)| (format!("{{outcome=\"{outcome}\"}}"), count));
    let tally: Vec<_> = tally
        .iter()
        .map(|(labels, count)| (labels.as_str(), *count))
        .collect();
    metric(
        "mail_attempts_total",
        "counter",
        "Mails that this process offered, by what came of it.",
        &tally,
    );
    Ok(text)
}
