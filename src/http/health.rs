//! For whoever keeps the server running: does it live, and can it do its work.

use super::Site;
use crate::graphql::errors;
use crate::runtime::Error;
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
    let app = site.app.clone();
    get(make(move |_| {
        let app = app.clone();
        async move {
            let late = |_| {
                Err(Error::Overloaded(format!(
                    "the database did not answer within {PING:?}"
                )))
            };
            let answered = tokio::time::timeout(PING, app.db.ping()).await;
            let Err(error) = answered.unwrap_or_else(late) else {
                return said(StatusCode::OK, "ready");
            };
            let (_, reference) = errors::worded(&app, &error);
            let reference = reference.unwrap_or_default();
            let text = format!("not ready: the database does not answer; quote {reference}");
            said(StatusCode::SERVICE_UNAVAILABLE, text)
        }
    }))
    .boxed()
}

fn said(status: StatusCode, text: impl Into<String>) -> Response {
    let text = text.into();
    text.with_header("cache-control", "no-store")
        .with_status(status)
        .into_response()
}
