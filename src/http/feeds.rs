//! Calendars and feeds behind their secret links: `/feeds/<token>.ics` and `/feeds/<token>.atom`.
//!
//! Programs fetch them again and again, so what has not changed is not sent twice. A link that is revoked, unknown or
//! malformed is not found, one like the other.

use super::caching::{http_date, knows};
use super::{Site, shell};
use crate::alerts::feeds::{self, Form, Served};
use crate::runtime::Error;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{HeaderMap, HeaderName, StatusCode, header};
use poem::{EndpointExt, Request, Response, get};

/// A token and its ending are shorter.
const FILE: usize = 64;

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    let serve = make(move |request| {
        let site = site.clone();
        async move { serve(&site, &request).await.map_err(shell::failed) }
    });
    get(serve).boxed()
}

async fn serve(site: &Site, request: &Request) -> Result<Response, Error> {
    let file: String = request.path_params().unwrap_or_default();
    let (token, form) = read(&file).ok_or(Error::NotFound)?;
    let served = feeds::serve(&site.app, token, form).await?;
    Ok(answer(served.ok_or(Error::NotFound)?, form, request.headers()))
}

/// The token and the form that the name of a file asks for.
fn read(file: &str) -> Option<(&str, Form)> {
    let (token, ending) = file.split_once('.')?;
    let form = match ending {
        "ics" => Form::Calendar,
        "atom" => Form::Atom,
        _ => return None,
    };
    let ours = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (file.len() <= FILE && token.bytes().all(ours)).then_some((token, form))
}

fn answer(served: Served, form: Form, asked: &HeaderMap) -> Response {
    let (content_type, name) = match form {
        Form::Calendar => (
            "text/calendar; charset=utf-8",
            "inline; filename=\"guildhall.ics\"",
        ),
        Form::Atom => (
            "application/atom+xml; charset=utf-8",
            "inline; filename=\"guildhall.atom\"",
        ),
    };
    let etag = format!("W/\"{}\"", served.etag);
    let known = knows(asked, &etag, Some(served.changed_at));
    let response = Response::builder()
        .header(header::ETAG, etag)
        .header(header::LAST_MODIFIED, http_date(served.changed_at))
        .header(header::CACHE_CONTROL, "private, no-cache")
        .header(header::REFERRER_POLICY, "no-referrer")
        .header(HeaderName::from_static("x-robots-tag"), "noindex");
    if known {
        return response.status(StatusCode::NOT_MODIFIED).finish();
    }
    response
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CONTENT_DISPOSITION, name)
        .body(served.body)
}
