//! Stands around every route: security headers on each answer, and errors without their insides.
//!
//! A fault's cause goes to the log under a reference; only the reference leaves. Programs get JSON, people pages.

use super::pages;
use crate::graphql::errors;
use crate::runtime::panic_words;
use crate::runtime::{App, Error};
use futures_util::FutureExt;
use poem::http::{HeaderName, HeaderValue, StatusCode, header};
use poem::{Endpoint, IntoResponse, Request, Response};
use std::panic::AssertUnwindSafe;

/// What holds where a route says nothing else.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

/// An endpoint with the shell around it.
pub(super) struct Shell<E> {
    app: App,
    inner: E,
}

impl<E> Shell<E> {
    pub(super) fn new(app: App, inner: E) -> Self {
        Self { app, inner }
    }
}

impl<E: Endpoint> Endpoint for Shell<E> {
    type Output = Response;

    async fn call(&self, request: Request) -> poem::Result<Response> {
        let for_programs = matches!(request.uri().path(), "/graphql" | "/graphql/socket");
        let answered = AssertUnwindSafe(self.inner.call(request)).catch_unwind().await;
        let mut response = match answered {
            Ok(Ok(response)) => response.into_response(),
            Ok(Err(error)) => self.refused(error, for_programs),
            Err(panic) => {
                let panic = Error::fault(format!("panic: {}", panic_words(&*panic)));
                self.failed(&panic, for_programs)
            }
        };
        for (name, value) in HEADERS {
            let value = HeaderValue::from_static(value);
            response.headers_mut().entry(name).or_insert(value);
        }
        Ok(response)
    }
}

impl<E> Shell<E> {
    fn refused(&self, error: poem::Error, for_programs: bool) -> Response {
        let (status, title, message) = match error.downcast_ref::<Error>() {
            Some(Error::NotFound) => NOT_FOUND,
            Some(Error::NotSignedIn | Error::NotAllowed) => NOT_ALLOWED,
            Some(error @ (Error::Overloaded(_) | Error::Fault(_))) => {
                return self.failed(error, for_programs);
            }
            None => match error.status() {
                StatusCode::NOT_FOUND => NOT_FOUND,
                StatusCode::METHOD_NOT_ALLOWED => WRONG_METHOD,
                status if status.is_client_error() => {
                    (status, "That was not understood", "Go back and try again.")
                }
                _ => return self.failed(&Error::fault(error), for_programs),
            },
        };
        told(for_programs, status, title, message, None)
    }

    fn failed(&self, error: &Error, for_programs: bool) -> Response {
        let (status, title, message) = match error {
            Error::Overloaded(_) => OVERLOADED,
            _ => FAULT,
        };
        let (_, reference) = errors::worded(&self.app, error);
        told(for_programs, status, title, message, reference.as_deref())
    }
}

type Told = (StatusCode, &'static str, &'static str);
const NOT_FOUND: Told = (
    StatusCode::NOT_FOUND,
    "There is nothing here",
    "Check the address, or follow the link again.",
);
const NOT_ALLOWED: Told = (
    StatusCode::FORBIDDEN,
    "You may not do this",
    "Sign in as somebody who may.",
);
const OVERLOADED: Told = (
    StatusCode::SERVICE_UNAVAILABLE,
    "The server is busy",
    "Try again in a minute.",
);
const FAULT: Told = (
    StatusCode::INTERNAL_SERVER_ERROR,
    "This could not be done",
    "Something went wrong on our side. Trying again may work.",
);
const WRONG_METHOD: Told = (
    StatusCode::METHOD_NOT_ALLOWED,
    "That cannot be done here",
    "Go back and try again.",
);

fn told(
    for_programs: bool,
    status: StatusCode,
    title: &str,
    message: &str,
    reference: Option<&str>,
) -> Response {
    if !for_programs {
        return pages::error(status, title, message, reference);
    }
    let code = match status {
        StatusCode::INTERNAL_SERVER_ERROR => "FAULT",
        StatusCode::SERVICE_UNAVAILABLE => "OVERLOADED",
        StatusCode::METHOD_NOT_ALLOWED => "METHOD_NOT_ALLOWED",
        _ => "MALFORMED",
    };
    super::graphql::refusal(status, code, title, reference)
}

/// Hands an error to the shell, which words it.
pub(super) fn failed(error: Error) -> poem::Error {
    poem::Error::new(error, StatusCode::INTERNAL_SERVER_ERROR)
}
