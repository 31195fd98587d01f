//! Open data: registers, and contracts under the Open Contracting Data Standard, for anybody and any site.
//!
//! Programs fetch it again and again, so everything says by its tag whether it changed; not by a time, for what is
//! published may become again what it was: an import that is undone takes the latest time back, and `If-Modified-Since`
//! would be told that nothing changed (RFC 9110, section 8.8.2.1, leaves `Last-Modified` to what has a consistent one).
//! What is long is sent as it is read, a few hundred contracts at a time: whoever reads slowly holds no connection to the
//! database meanwhile. Workbooks are made whole first, a few at once. `open_page` shows the paths to people.

use super::caching::knows;
use super::{Site, open_page, shell};
use crate::councils::{Council, directory};
use crate::exchange::publish::ocds::{self, Asked, Kind};
use crate::exchange::publish::register::{Naming, csv, xlsx};
use crate::exchange::publish::{Cursor, Of, State, state};
use crate::graphql::errors;
use crate::runtime::{App, Error};
use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use futures_util::{Stream, TryStreamExt};
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{HeaderName, HeaderValue, Method, StatusCode, header};
use poem::web::{Compress, CompressionAlgo};
use poem::{Body, EndpointExt, IntoResponse, Request, Response, Route, RouteMethod};
use sha2::{Digest, Sha256};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use uuid::Uuid;

/// Contracts that a page has room for.
const MOST: usize = 500;
/// How long what is answered may be kept without asking again: registers change a few times a day at most.
const CACHING: &str = "public, max-age=300";
/// Workbooks that are made at the same time: each takes a core and a temporary file.
static WORKBOOKS: Semaphore = Semaphore::const_new(2);
/// Whoever waits longer for theirs is told that the server is busy.
const WAIT: Duration = Duration::from_secs(10);

pub(super) fn routes(route: Route, site: &Site) -> Route {
    route
        .at("/open", open_page::endpoint(site))
        .at("/open/:council/register.csv", serve(site, register_csv))
        .at("/open/:council/register.xlsx", serve(site, register_xlsx))
        .at(
            "/open/:council/releases.json",
            serve(site, |site, asked| page(site, asked, Kind::Releases)),
        )
        .at(
            "/open/:council/records.json",
            serve(site, |site, asked| page(site, asked, Kind::Records)),
        )
        .at("/open/:council/releases.jsonl", serve(site, lines_of_council))
        .at(
            "/open/contracts/:id/release.json",
            serve(site, |site, asked| one(site, asked, Kind::Releases)),
        )
        .at(
            "/open/contracts/:id/record.json",
            serve(site, |site, asked| one(site, asked, Kind::Records)),
        )
        .at("/open/releases.jsonl", serve(site, lines))
}

/// What is asked for: everything of a request but its connection.
struct Asking {
    head: bool,
    headers: poem::http::HeaderMap,
    /// The council or contract of the path.
    of: String,
    query: Vec<(String, String)>,
}

impl Asking {
    fn of(request: &Request) -> Self {
        let query = request.uri().query().unwrap_or_default();
        Self {
            head: request.method() == Method::HEAD,
            headers: request.headers().clone(),
            of: request.path_params().unwrap_or_default(),
            query: form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
        }
    }

    /// A parameter, read; nothing, where it is not given.
    fn parameter<T>(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Stop> {
        let Some((_, text)) = self.query.iter().find(|(key, _)| key == name) else {
            return Ok(None);
        };
        let shown: String = text.chars().take(80).collect();
        let wrong = || Stop::Wrong(format!("{name} is {shown:?}, and should be {expected}"));
        read(text).map(Some).ok_or_else(wrong)
    }

    fn council(&self) -> Result<&'static Council, Stop> {
        directory().find(&self.of).ok_or(Stop::Failed(Error::NotFound))
    }

    fn naming(&self) -> Result<Naming, Stop> {
        let naming = self.parameter("columns", "template or lga", Naming::named)?;
        Ok(naming.unwrap_or_default())
    }

    fn since(&self) -> Result<Option<DateTime<Utc>>, Stop> {
        self.parameter("since", "a date, or an instant as RFC 3339 writes it", instant)
    }
}

/// Why there is nothing to answer with.
enum Stop {
    /// The address says something that cannot be.
    Wrong(String),
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

fn serve<F, A>(site: &Site, answer: F) -> BoxEndpoint<'static, Response>
where
    F: Fn(Site, Asking) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Stop>> + Send + 'static,
{
    let site = site.clone();
    let get = make(move |request: Request| {
        let (site, answer) = (site.clone(), answer.clone());
        async move {
            let zipped = accepts_gzip(&request);
            let answered = match answer(site, Asking::of(&request)).await {
                Ok(response) => response,
                Err(Stop::Wrong(why)) => Response::builder()
                    .status(StatusCode::BAD_REQUEST)
                    .content_type("text/plain; charset=utf-8")
                    .body(why + "\n"),
                Err(Stop::Failed(error)) => return Err(shell::failed(error)),
            };
            let text = answered.status() == StatusCode::OK && !is_workbook(&answered);
            let answered = if text && zipped && request.method() == Method::GET {
                Compress::new(answered, CompressionAlgo::GZIP).into_response()
            } else {
                answered
            };
            Ok::<_, poem::Error>(open(answered))
        }
    });
    // Other sites' scripts may ask with the tag that they have.
    let before = make(|_: Request| async {
        let allowed = Response::builder()
            .status(StatusCode::NO_CONTENT)
            .header(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, OPTIONS")
            .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "If-None-Match")
            .header(header::ACCESS_CONTROL_MAX_AGE, "86400")
            .finish();
        Ok::<_, poem::Error>(open(allowed))
    });
    let get = Arc::new(get);
    RouteMethod::new()
        .get(get.clone())
        .head(get)
        .options(before)
        .boxed()
}

/// For pages of any site.
fn open(mut response: Response) -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "ETag, Content-Disposition"),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            "cross-origin",
        ),
        (header::VARY, "Accept-Encoding"),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn accepts_gzip(request: &Request) -> bool {
    let accepted = request.headers().get_all(header::ACCEPT_ENCODING).iter();
    let mut codings = accepted
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    codings.any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        named && !parts.any(|weight| weight.strip_prefix("q=").and_then(|q| q.parse().ok()) == Some(0.0))
    })
}

fn is_workbook(response: &Response) -> bool {
    response
        .content_type()
        .is_some_and(|kind| kind.contains("spreadsheet"))
}

/// A file that changes with the state of what it tells.
struct File {
    kind: &'static str,
    /// Its name, to be saved as.
    name: String,
    etag: String,
}

impl File {
    /// One that is told from others of the same state by these words.
    fn of(kind: &'static str, name: String, state: &State, words: &str) -> Self {
        // Another program may write the same otherwise.
        let told = format!("{} {words} {}", env!("CARGO_PKG_VERSION"), state.mark);
        Self {
            kind,
            name,
            etag: tag(told.as_bytes()),
        }
    }

    /// The answer without its body; whether that is wanted too.
    fn begin(&self, asking: &Asking) -> (poem::ResponseBuilder, bool) {
        let response = Response::builder()
            .header(header::ETAG, &self.etag)
            .header(header::CACHE_CONTROL, CACHING);
        if knows(&asking.headers, &self.etag, None) {
            return (response.status(StatusCode::NOT_MODIFIED), false);
        }
        let name = format!("inline; filename=\"{}\"", self.name);
        let response = response
            .content_type(self.kind)
            .header(header::CONTENT_DISPOSITION, name);
        (response, !asking.head)
    }
}

fn tag(bytes: &[u8]) -> String {
    // Weak: zipped it is other bytes.
    format!("W/\"{}\"", hex::encode(&Sha256::digest(bytes)[..16]))
}

/// A stream as a body. What goes wrong on the way ends it, unfinished, and goes to the log.
fn body(app: &App, stream: impl Stream<Item = Result<Vec<u8>, Error>> + Send + 'static) -> Body {
    let app = app.clone();
    Body::from_bytes_stream(stream.map_err(move |error| {
        let (_, reference) = errors::worded(&app, &error);
        std::io::Error::other(reference.unwrap_or_default())
    }))
}

async fn register_csv(site: Site, asking: Asking) -> Result<Response, Stop> {
    let council = asking.council()?;
    let naming = asking.naming()?;
    let yes = |text: &str| matches!(text, "0" | "1").then_some(text == "1");
    let mark = asking.parameter("bom", "1 or 0", yes)?.unwrap_or_default();
    let file = File::of(
        "text/csv; charset=utf-8; header=present",
        format!("{}-contracts.csv", council.facts.slug),
        &state(&site.app, Of::Council(council)).await?,
        &format!("csv {naming:?} {mark}"),
    );
    let (response, wanted) = file.begin(&asking);
    if !wanted {
        return Ok(response.finish());
    }
    let written = csv::written(&site.app, &site.publisher, council, csv::Form { naming, mark });
    Ok(response.body(body(&site.app, written)))
}

async fn register_xlsx(site: Site, asking: Asking) -> Result<Response, Stop> {
    let council = asking.council()?;
    let naming = asking.naming()?;
    let file = File::of(
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        format!("{}-contracts.xlsx", council.facts.slug),
        &state(&site.app, Of::Council(council)).await?,
        &format!("xlsx {naming:?}"),
    );
    let (response, wanted) = file.begin(&asking);
    if !wanted {
        return Ok(response.finish());
    }
    let turn = tokio::time::timeout(WAIT, WORKBOOKS.acquire()).await;
    let turn = turn.map_err(|_| Error::Overloaded("too many workbooks to make".into()))?;
    let turn = turn.map_err(Error::fault)?;
    let written = xlsx::written(&site.app, &site.publisher, council, naming).await?;
    drop(turn);
    let read = tokio::fs::File::from_std(written);
    Ok(response.body(Body::from_async_read(read)))
}

async fn page(site: Site, asking: Asking, kind: Kind) -> Result<Response, Stop> {
    let council = asking.council()?;
    let limit = |text: &str| text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
    let asked = Asked {
        since: asking.since()?,
        after: asking.parameter("cursor", "one that a page's links.next had", Cursor::read)?,
        limit: asking
            .parameter("limit", "1 to 500", limit)?
            .unwrap_or(ocds::PAGE),
    };
    let page = ocds::page(&site.app, &site.publisher, council, kind, asked).await?;
    Ok(whole(
        page,
        format!("{}-{}", council.facts.slug, kind.file()),
        &asking,
    ))
}

async fn one(site: Site, asking: Asking, kind: Kind) -> Result<Response, Stop> {
    let hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let id = Some(&asking.of).filter(|id| id.len() == 32 && id.bytes().all(hex));
    let id = id
        .and_then(|id| Uuid::try_parse(id).ok())
        .ok_or(Error::NotFound)?;
    let page = ocds::of_contract(&site.app, &site.publisher, id, kind).await?;
    Ok(whole(
        page.ok_or(Error::NotFound)?,
        format!("{}.json", asking.of),
        &asking,
    ))
}

/// A page is small enough to be told by its own bytes.
fn whole(page: Vec<u8>, name: String, asking: &Asking) -> Response {
    let file = File {
        kind: "application/json; charset=utf-8",
        name,
        etag: tag(&page),
    };
    let (response, wanted) = file.begin(asking);
    if wanted {
        response.body(page)
    } else {
        response.finish()
    }
}

async fn lines_of_council(site: Site, asking: Asking) -> Result<Response, Stop> {
    let council = asking.council()?;
    let name = format!("{}-releases.jsonl", council.facts.slug);
    jsonl(&site, &asking, Of::Council(council), name).await
}

async fn lines(site: Site, asking: Asking) -> Result<Response, Stop> {
    jsonl(&site, &asking, Of::Everybody, "releases.jsonl".to_owned()).await
}

async fn jsonl(site: &Site, asking: &Asking, of: Of, name: String) -> Result<Response, Stop> {
    let since = asking.since()?;
    let state = state(&site.app, of).await?;
    let file = File::of(
        "application/jsonl; charset=utf-8",
        name,
        &state,
        &format!("jsonl {since:?}"),
    );
    let (response, wanted) = file.begin(asking);
    if !wanted {
        return Ok(response.finish());
    }
    let lines = ocds::whole(&site.app, &site.publisher, of, Kind::Lines, since);
    Ok(response.body(body(&site.app, lines)))
}

/// A day, from its beginning in UTC, or an instant.
fn instant(text: &str) -> Option<DateTime<Utc>> {
    let day = text.parse::<NaiveDate>().ok();
    day.map(|day| day.and_time(NaiveTime::MIN).and_utc())
        .or_else(|| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_sent_only_to_who_takes_it() {
        let asks =
            |accept: &str| accepts_gzip(&Request::builder().header("accept-encoding", accept).finish());
        for accept in ["gzip", "br, gzip;q=0.5", "GZIP"] {
            assert!(asks(accept), "{accept}");
        }
        for accept in ["", "br", "gzip;q=0", "gzip; q=0.0"] {
            assert!(!asks(accept), "{accept}");
        }
    }

    #[test]
    fn days_and_instants_are_read() {
        assert_eq!(instant("2026-01-15"), "2026-01-15T00:00:00Z".parse().ok());
        assert_eq!(
            instant("2026-06-15T01:00:00+01:00"),
            "2026-06-15T00:00:00Z".parse().ok()
        );
        assert_eq!(instant("yesterday"), None);
    }
}
