//! `POST /graphql`: one JSON request in, one JSON answer out.
//!
//! Nothing but JSON is read, because a browser lets any site send the other content types without asking us; only with a
//! header that no form sends is a multipart request read, for its file ([`super::uploads`]). GET is not answered and
//! batches are refused: both get round limits that are counted per request.

use super::{Site, origin, uploads};
use crate::access::{Origin, sessions};
use crate::graphql::idempotency::{Answer, Key, Sent};
use crate::graphql::uploads::Uploaded;
use crate::graphql::{DEVICE_COOKIE, SESSION_COOKIE};
use crate::runtime::{App, Error};
use async_graphql::Variables;
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{StatusCode, header};
use poem::{EndpointExt, Request, Response, post};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::sync::Arc;
use std::time::Duration;

/// A query and its variables; registers go through the command line.
pub(super) const BODY: usize = 64 * 1024;
/// A body that drips in for longer than this is given up.
const READING: Duration = Duration::from_secs(10);
const JSON: &str = "application/json";
const GRAPHQL_JSON: &str = "application/graphql-response+json";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Call {
    pub(super) query: String,
    pub(super) operation_name: Option<String>,
    pub(super) variables: Option<serde_json::Map<String, serde_json::Value>>,
    #[serde(rename = "extensions")]
    _extensions: Option<IgnoredAny>,
}

impl Call {
    /// Its variables, taken out.
    pub(super) fn variables(&mut self) -> Variables {
        let variables = self.variables.take().map(serde_json::Value::Object);
        variables.map(Variables::from_json).unwrap_or_default()
    }
}

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    post(make(move |request| {
        let site = site.clone();
        async move { answer(&site, request).await.unwrap_or_else(|refusal| refusal) }
    }))
    .boxed()
}

async fn answer(site: &Site, mut request: Request) -> Result<Response, Response> {
    let has_file = uploads::is_one(&request);
    if !has_file && !is_json(&request) {
        let message = "send JSON, as Content-Type: application/json; or, with a file, multipart/form-data and the header \
                       GraphQL-Preflight: 1";
        return Err(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "MALFORMED",
            message,
            None,
        ));
    }
    let bearer = bearer(&request);
    if bearer.is_none() && !origin::is_ours(&site.app, &request) {
        let message = "requests from other sites' pages are refused";
        return Err(refusal(StatusCode::FORBIDDEN, "CROSS_SITE", message, None));
    }
    let token = bearer.or_else(|| cookie(&site.app, &request, SESSION_COOKIE));
    let origin = origin_of(site, &request);
    let accepts_graphql = request
        .header(header::ACCEPT)
        .is_some_and(|accept| accept.contains(GRAPHQL_JSON));
    let key = key(&request).map_err(malformed)?;
    let (mut call, file) = if has_file {
        let (call, file) = with_file(site, token.as_deref(), &mut request).await?;
        (call, Some(file))
    } else {
        (read(&mut request).await?, None)
    };
    let answer = match sessions::viewer_of(&site.app, token.as_deref()).await {
        Ok(viewer) => {
            let sent = Sent {
                variables: call.variables(),
                query: call.query,
                operation_name: call.operation_name,
                file,
                key,
            };
            site.api.answer_sent(viewer, origin, sent).await
        }
        Err(error) => site.api.failed(&error).into(),
    };
    Ok(written(answer, if accepts_graphql { GRAPHQL_JSON } else { JSON }))
}

/// An operation and its file, from somebody who is signed in: nobody else makes us read one. Whether they still are is
/// asked again when it is there.
async fn with_file(
    site: &Site,
    token: Option<&str>,
    request: &mut Request,
) -> Result<(Call, Arc<Uploaded>), Response> {
    let failed = |error: &Error| written(site.api.failed(error).into(), JSON);
    let viewer = sessions::viewer_of(&site.app, token)
        .await
        .map_err(|error| failed(&error))?;
    let Some(person) = viewer.person() else {
        let message = "sign in first";
        return Err(refusal(StatusCode::UNAUTHORIZED, "NOT_SIGNED_IN", message, None));
    };
    let held = site.uploads.hold(person.id);
    let held = held.ok_or_else(|| failed(&Error::Overloaded("too many uploads at once".into())))?;
    site.uploads.read(request, held).await
}

fn is_json(request: &Request) -> bool {
    let essence = request.content_type().and_then(|text| text.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case(JSON))
}

/// What the client calls its request, if anything (draft-ietf-httpapi-idempotency-key-header).
fn key(request: &Request) -> Result<Option<Key>, &'static str> {
    let mut told = request.headers().get_all("idempotency-key").iter();
    let key = match (told.next(), told.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => Key::read(value.as_bytes()),
        (Some(_), Some(_)) => None,
    };
    key.map(Some)
        .ok_or("send one Idempotency-Key of 1 to 255 visible ASCII characters")
}

pub(super) fn bearer(request: &Request) -> Option<String> {
    let (scheme, token) = request.header(header::AUTHORIZATION)?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then(|| token.trim().to_owned())
}

/// Where a request comes from. Each proxy that we stand behind appends who asked it; what comes before was written
/// by whoever asked the first of them.
pub(super) fn origin_of(site: &Site, request: &Request) -> Origin {
    let peer = request.remote_addr().as_socket_addr().map(|address| address.ip());
    let chain = request.headers().get_all("x-forwarded-for").iter();
    let mut chain: Vec<&str> = chain
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    chain.reverse();
    let told = site
        .proxies
        .checked_sub(1)
        .and_then(|hop| chain.get(hop)?.trim().parse().ok());
    Origin {
        source: told.or(peer),
        device: cookie(&site.app, request, DEVICE_COOKIE),
        agent: request.header(header::USER_AGENT).unwrap_or_default().to_owned(),
    }
}

/// A cookie of ours. Over TLS its name has the prefix without which a neighbouring host could set it.
pub(super) fn cookie(app: &App, request: &Request, name: &str) -> Option<String> {
    let secure = app.public_url.starts_with("https://");
    let name = if secure {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    };
    let lines = request.headers().get_all(header::COOKIE).iter();
    lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(told, _)| *told == name)
        .map(|(_, token)| token.to_owned())
}

async fn read(request: &mut Request) -> Result<Call, Response> {
    let too_large = || {
        let message = "a request has at most 64 kB";
        refusal(StatusCode::PAYLOAD_TOO_LARGE, "MALFORMED", message, None)
    };
    let told: Option<usize> = request
        .header(header::CONTENT_LENGTH)
        .and_then(|text| text.parse().ok());
    if told.is_some_and(|bytes| bytes > BODY) {
        return Err(too_large());
    }
    let body = match tokio::time::timeout(READING, request.take_body().into_bytes_limit(BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(poem::error::ReadBodyError::PayloadTooLarge)) => return Err(too_large()),
        _ => return Err(malformed("the body did not arrive")),
    };
    parsed(&body).map_err(|told| malformed(&told))
}

/// One request, out of JSON; or what is wrong with it.
pub(super) fn parsed(body: &[u8]) -> Result<Call, String> {
    match body.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'[') => return Err("send one request, not a list of them".into()),
        Some(b'{') => {}
        _ => return Err("the body is not a JSON object".into()),
    }
    // PostgreSQL stores no such character, and no honest text has it.
    if body.windows(6).any(|bytes| bytes == br"\u0000") {
        return Err("text may not contain the character U+0000".into());
    }
    serde_json::from_slice(body).map_err(|error| format!("the request cannot be read: {error}"))
}

pub(super) fn malformed(message: &str) -> Response {
    refusal(StatusCode::BAD_REQUEST, "MALFORMED", message, None)
}

/// An answer to a request that never became an operation, in GraphQL's shape.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str, reference: Option<&str>) -> Response {
    let message: String = message.chars().take(256).collect();
    let mut extensions = serde_json::json!({ "code": code });
    if let Some(reference) = reference {
        extensions["reference"] = reference.into();
    }
    let body = serde_json::json!({ "errors": [{ "message": message, "extensions": extensions }] });
    let builder = Response::builder()
        .status(status)
        .content_type(JSON)
        .header(header::CACHE_CONTROL, "no-store");
    match status {
        StatusCode::METHOD_NOT_ALLOWED => builder.header(header::ALLOW, "POST").body(body.to_string()),
        _ => builder.body(body.to_string()),
    }
}

fn written(answer: Answer, content_type: &str) -> Response {
    let mut written = Response::builder()
        .status(status(&answer))
        .content_type(content_type)
        .header(header::CACHE_CONTROL, "no-store");
    for (name, value) in answer.headers {
        written = written.header(name, value);
    }
    written.body(answer.body)
}

/// 200 for what was executed, even in part.
fn status(answer: &Answer) -> StatusCode {
    match answer.refused.as_deref() {
        None => StatusCode::OK,
        Some("OVERLOADED") => StatusCode::SERVICE_UNAVAILABLE,
        Some("FAULT") => StatusCode::INTERNAL_SERVER_ERROR,
        Some("OUTCOME_UNKNOWN") => StatusCode::CONFLICT,
        Some("TOO_MANY_KEYS") => StatusCode::TOO_MANY_REQUESTS,
        Some("IDEMPOTENCY_KEY_REUSED") => StatusCode::UNPROCESSABLE_ENTITY,
        Some(_) => StatusCode::BAD_REQUEST,
    }
}
