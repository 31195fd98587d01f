//! For whoever keeps the server running: does it live, and can it do its work.

use super::Site;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::StatusCode;
use poem::{EndpointExt, IntoResponse, Response, get};
use std::time::Duration;

/// A database that takes longer is not ready.
const PING: Duration = Duration::from_secs(2);

/// The process answers.
pub(super) fn live() -> BoxEndpoint<'static, Response> {
    get(make(|_| async { said(StatusCode::OK, "live") })).boxed()
}

/// The process and its database answer.
pub(super) fn ready(site: &Site) -> BoxEndpoint<'static, Response> {
    let db = site.app.db.clone();
    get(make(move |_| {
        let db = db.clone();
        async move {
            match tokio::time::timeout(PING, db.ping()).await {
                Ok(Ok(())) => said(StatusCode::OK, "ready"),
                _ => said(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "not ready: the database does not answer",
                ),
            }
        }
    }))
    .boxed()
}

fn said(status: StatusCode, text: &'static str) -> Response {
    text.with_header("cache-control", "no-store")
        .with_status(status)
        .into_response()
}
