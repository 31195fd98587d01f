//! Where a mail system that cannot start a program brings what came back: `POST /mail/returned/<token>`, the message as
//! it is. The token is the return path's; without a right one nothing is read.

use super::{Site, shell, unsubscribe};
use crate::alerts::returned;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::StatusCode;
use poem::{EndpointExt, Request, Response, post};
use std::time::Duration;

/// A message that drips in for longer than this is given up.
const READING: Duration = Duration::from_secs(30);

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    let take = make(move |request| {
        let site = site.clone();
        async move { take(&site, request).await }
    });
    post(take).boxed()
}

async fn take(site: &Site, mut request: Request) -> poem::Result<Response> {
    let nothing = || Ok(StatusCode::NOT_FOUND.into());
    let Some(token) = unsubscribe::token(&request) else {
        return nothing();
    };
    if !returned::is_ours(&site.app, &token) {
        return nothing();
    }
    let body = request.take_body().into_bytes_limit(returned::MOST);
    let body = tokio::time::timeout(READING, body)
        .await
        .map_err(|_| poem::Error::from_status(StatusCode::REQUEST_TIMEOUT))??;
    match returned::take(&site.app, Some(&token), &body)
        .await
        .map_err(shell::failed)?
    {
        Some(_) => Ok(StatusCode::NO_CONTENT.into()),
        None => nothing(),
    }
}
