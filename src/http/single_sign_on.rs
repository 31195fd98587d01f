//! The way to a council's provider and back. Both are pages that a browser goes to; what became of it is a page too.
//!
//! What the provider says is never shown: it goes to the log under a reference, and the page has the reference.

use super::graphql::{cookie, origin_of};
use super::{Site, pages, shell};
use crate::access::Membership;
use crate::access::sessions::Session;
use crate::access::single_sign_on::{self as front, Returned, SignOnError};
use crate::councils::directory;
use crate::graphql::errors::reference;
use crate::graphql::{AWAY_COOKIE, away_cookie, back_cookie, cookies};
use crate::runtime::App;
use minijinja::context;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{HeaderValue, StatusCode, header};
use poem::{EndpointExt, Request, Response, get};
use url::form_urlencoded;

/// What comes back has a code and little else.
const QUERY: usize = 8 * 1024;

pub(super) fn leaving(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    get(make(move |request| {
        let site = site.clone();
        async move { leave(&site, &request).await }
    }))
    .boxed()
}

pub(super) fn returning(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    get(make(move |request| {
        let site = site.clone();
        async move { come_back(&site, &request).await }
    }))
    .boxed()
}

async fn leave(site: &Site, request: &Request) -> poem::Result<Response> {
    let email = parameter(request, "email").unwrap_or_default();
    match front::begin(&site.app, &email, &origin_of(site, request)).await {
        Ok(begun) => Ok(Response::builder()
            .status(StatusCode::SEE_OTHER)
            .header(header::LOCATION, begun.url)
            .header(header::SET_COOKIE, away_cookie(&site.app, &begun.browser))
            .header(header::CACHE_CONTROL, "no-store")
            .finish()),
        Err(error) => refused(&site.app, error),
    }
}

async fn come_back(site: &Site, request: &Request) -> poem::Result<Response> {
    let returned = Returned {
        state: parameter(request, "state").unwrap_or_default(),
        code: parameter(request, "code"),
        issuer: parameter(request, "iss"),
        error: parameter(request, "error"),
        browser: cookie(&site.app, request, AWAY_COOKIE).unwrap_or_default(),
    };
    let finished = front::finish(&site.app, returned, &origin_of(site, request)).await;
    let mut response = match finished {
        Ok(session) => signed_in(&site.app, &session)?,
        Err(error) => return refused(&site.app, error),
    };
    let back = HeaderValue::try_from(back_cookie(&site.app)).map_err(poem::error::InternalServerError)?;
    response.headers_mut().append(header::SET_COOKIE, back);
    Ok(response)
}

fn signed_in(app: &App, session: &Session) -> poem::Result<Response> {
    let council = session.person.memberships.iter().find_map(|of| match of {
        Membership::Council(id, _) => directory().by_id(*id),
        Membership::Supplier(..) => None,
    });
    let wants =
        context! { name => &session.person.name, council => council.map(|council| council.facts.name) };
    let mut response = pages::page(StatusCode::OK, "signed_in.html", wants).map_err(shell::failed)?;
    for cookie in cookies(app, session) {
        let value = HeaderValue::try_from(cookie).map_err(poem::error::InternalServerError)?;
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    Ok(response)
}

/// The page of a refusal: what a person can do, and where the log has why.
fn refused(app: &App, error: SignOnError) -> poem::Result<Response> {
    let (status, title, message) = match error {
        SignOnError::Failed(error) => return Err(shell::failed(error)),
        SignOnError::NoProvider => NO_PROVIDER,
        SignOnError::TooMany => TOO_MANY,
        SignOnError::Stale => STALE,
        SignOnError::Provider(_) => PROVIDER,
        SignOnError::Declined(_) => DECLINED,
        SignOnError::Unverified => UNVERIFIED,
        SignOnError::Elsewhere => ELSEWHERE,
        SignOnError::Taken => TAKEN,
        SignOnError::Operator => OPERATOR,
    };
    let reference = reference(app);
    tracing::warn!(%reference, cause = %error, "single sign-on refused");
    Ok(pages::error(status, title, message, Some(&reference)))
}

type Told = (StatusCode, &'static str, &'static str);
const NO_PROVIDER: Told = (
    StatusCode::NOT_FOUND,
    "There is no single sign-on for this address",
    "Sign in with your password, or check that you gave the address of your council.",
);
const TOO_MANY: Told = (
    StatusCode::TOO_MANY_REQUESTS,
    "Too many sign-ins were begun from here",
    "Wait five minutes and try again.",
);
const STALE: Told = (
    StatusCode::BAD_REQUEST,
    "This sign-in cannot be finished",
    "It was begun in another browser or more than ten minutes ago, or is finished. Begin it again.",
);
const PROVIDER: Told = (
    StatusCode::BAD_GATEWAY,
    "Your council's sign-in did not work",
    "Your council's sign-in service did not answer as it should. Try again in a few minutes.",
);
const DECLINED: Told = (
    StatusCode::FORBIDDEN,
    "You were not signed in",
    "Your council's sign-in service did not let you in. Try again, or ask your council's IT.",
);
const UNVERIFIED: Told = (
    StatusCode::FORBIDDEN,
    "You were not signed in",
    "Your council's sign-in service does not say that your address is verified. Ask your council's IT.",
);
const ELSEWHERE: Told = (
    StatusCode::FORBIDDEN,
    "You were not signed in",
    "Your address is not one of the council whose sign-in service you used.",
);
const TAKEN: Told = (
    StatusCode::FORBIDDEN,
    "You were not signed in",
    "The account of your address belongs to somebody who had the address before. Ask whoever runs this Guildhall.",
);
const OPERATOR: Told = (
    StatusCode::FORBIDDEN,
    "You were not signed in",
    "Operators of this Guildhall sign in with a password and a second factor, not by a council's sign-in service.",
);

/// A parameter of the query; nothing when it comes twice, or holds what no honest one does.
fn parameter(request: &Request, name: &str) -> Option<String> {
    let query = request.uri().query().filter(|query| query.len() <= QUERY)?;
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == name);
    let value = values.next()?.1.into_owned();
    (values.next().is_none() && !value.contains('\0')).then_some(value)
}
