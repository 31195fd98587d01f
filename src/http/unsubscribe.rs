//! Where a mail's unsubscribe link lands. Reading the page changes nothing, because mail scanners follow links;
//! the POST unsubscribes, from the page or from a mail program's one click (RFC 8058), and asks for no session.

use super::{Site, pages, shell};
use crate::alerts;
use crate::runtime::Error;
use minijinja::context;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::StatusCode;
use poem::{EndpointExt, Request, Response, get};

/// The one click and whatever a mail program wraps it in.
const BODY: usize = 4 * 1024;
/// A token longer than this is none of ours.
const TOKEN: usize = 512;

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let (asking, doing) = (site.clone(), site.clone());
    let ask = make(move |request| {
        let site = asking.clone();
        async move { ask(&site, &request).await.map_err(shell::failed) }
    });
    let stop = make(move |request| {
        let site = doing.clone();
        async move { stop(&site, request).await }
    });
    get(ask).post(stop).boxed()
}

async fn ask(site: &Site, request: &Request) -> Result<Response, Error> {
    let Some(token) = token(request) else {
        return Ok(unknown());
    };
    let Some(about) = alerts::subscription(&site.app, &token).await? else {
        return Ok(unknown());
    };
    let wants = context! {
        what => about.what,
        address => about.address,
        action => format!("/unsubscribe/{token}"),
    };
    pages::page(StatusCode::OK, "unsubscribe.html", wants)
}

async fn stop(site: &Site, mut request: Request) -> poem::Result<Response> {
    let Some(token) = token(&request) else {
        return Ok(unknown());
    };
    let body = request.take_body().into_bytes_limit(BODY).await?;
    if !is_one_click(&body) {
        let message = "Open the link from the mail and press the button there.";
        return Ok(pages::error(
            StatusCode::BAD_REQUEST,
            "Nothing was stopped",
            message,
            None,
        ));
    }
    let stopped = alerts::unsubscribe(&site.app, &token)
        .await
        .map_err(shell::failed)?;
    let Some(stopped) = stopped else {
        return Ok(unknown());
    };
    let wants = context! {
        what => stopped.what,
        address => stopped.address,
        already => stopped.already,
        undo => "Sign in and resume the saved search.",
    };
    pages::page(StatusCode::OK, "unsubscribed.html", wants).map_err(shell::failed)
}

/// As a form says it, or as a part of a multipart body: mail programs send either.
fn is_one_click(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body);
    let multipart = text.contains("name=\"List-Unsubscribe\"") && text.contains("One-Click");
    multipart
        || text
            .split('&')
            .any(|pair| pair.trim() == "List-Unsubscribe=One-Click")
}

/// The token of the link. Anything that is not URL-safe base64, with dots, is none.
pub(super) fn token(request: &Request) -> Option<String> {
    let token: String = request.path_params().ok()?;
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    (token.len() <= TOKEN && token.bytes().all(ours)).then_some(token)
}

pub(super) fn unknown() -> Response {
    let message =
        "The link may have been cut short on its way. Open it from the mail again, or copy all of it.";
    pages::error(StatusCode::NOT_FOUND, "This link leads nowhere", message, None)
}
