//! Whether a request was made by our own pages, or by no page at all, rather than by another site's.

use crate::runtime::App;
use poem::Request;
use poem::http::header;

/// Whether the browser, if it is one, says that the request comes from this site.
pub(super) fn is_ours(app: &App, request: &Request) -> bool {
    let fetch_site = request.header("sec-fetch-site");
    if fetch_site.is_some_and(|site| !matches!(site, "same-origin" | "none")) {
        return false;
    }
    match request.headers().get(header::ORIGIN) {
        None => true,
        Some(origin) => origin.to_str().is_ok_and(|origin| is_same(app, origin, request)),
    }
}

fn is_same(app: &App, origin: &str, request: &Request) -> bool {
    if origin == origin_of(&app.public_url) {
        return true;
    }
    let host = request.header("host");
    let named = origin.split_once("://").map(|(_, named)| named);
    named.is_some() && named == host
}

/// Scheme, host and port of a URL.
fn origin_of(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let end = url[start..].find('/').map_or(url.len(), |at| start + at);
    &url[..end]
}
