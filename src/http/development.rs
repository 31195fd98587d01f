//! A development server's front page, and its clock, which moves forward on request.
//!
//! None of these routes exist in production.

use super::{Site, origin, pages};
use crate::runtime::{Error, outbox};
use chrono::{DateTime, Duration, Utc};
use minijinja::context;
use minijinja::value::Serde;
use poem::endpoint::make;
use poem::http::{StatusCode, header};
use poem::{Request, Response, Route, get, post};
use serde::{Deserialize, Serialize};

/// What a development server's front page shows beside the clock and the count of mails.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DevelopmentPage {
    /// `demo` or `development`.
    pub mode: String,
    /// One sentence over every page.
    pub banner: Option<String>,
    /// What is worth knowing about this server's clock.
    pub clock_note: Option<String>,
    /// A query to start with.
    pub first_query: String,
    /// Who one can be.
    pub sign_ins: Vec<SignIn>,
    /// How many of what there is.
    pub contents: Vec<(u64, String)>,
    /// Where it came from.
    pub contents_source: Option<String>,
    /// The tabs GraphiQL opens with.
    #[serde(skip)]
    pub tabs: Vec<Tab>,
}

/// An account of this server only.
#[derive(Clone, Debug, Serialize)]
pub struct SignIn {
    /// Who they are.
    pub who: String,
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// What they may do, in a few words.
    pub can: String,
}

/// A query in a tab of GraphiQL, which names the tab after the operation.
#[derive(Clone, Debug, Serialize)]
pub struct Tab {
    /// Shown as a comment above the query.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// A named operation.
    pub query: String,
    /// Its variables.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variables: Option<serde_json::Value>,
}

/// A form or JSON: so many days ahead, or to an instant.
#[derive(Deserialize)]
struct Move {
    days: Option<i64>,
    to: Option<DateTime<Utc>>,
}

/// One step of the clock is at most ten years: every window on the way is found.
const DAYS: std::ops::RangeInclusive<i64> = 1..=3_660;
const FORWARD: &str =
    "Say days=1 to 3660, or to= an instant such as 2026-03-31T12:00:00Z. The clock only goes forward.";
/// `days=30` or an instant; no more.
const BODY: usize = 4 * 1024;

pub(super) fn routes(route: Route, site: &Site) -> Route {
    let (home_site, clock_site) = (site.clone(), site.clone());
    route
        .at(
            "/",
            get(make(move |_| {
                let site = home_site.clone();
                async move { home(&site).await.map_err(super::shell::failed) }
            })),
        )
        .at(
            "/dev/clock",
            post(make(move |request| {
                let site = clock_site.clone();
                async move { move_clock(&site, request).await }
            })),
        )
}

impl Move {
    /// The instant it leads to, if that is later than now and not by too much.
    fn after(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let to = match (self.days, self.to) {
            (Some(days), None) if DAYS.contains(&days) => now + Duration::days(days),
            (None, Some(to)) => to,
            _ => return None,
        };
        (to > now && to <= now + Duration::days(*DAYS.end())).then_some(to)
    }
}

async fn home(site: &Site) -> Result<Response, Error> {
    let wants = context! {
        today => site.app.clock.today().format("%A %-d %B %Y").to_string(),
        clock_form => site.app.clock.is_movable(),
        mail_count => outbox::count(&site.app).await?,
        ..context! { ..minijinja::Value::from(Serde(&*site.page)), ..pages::frame(site, "/") }
    };
    pages::page(StatusCode::OK, "home.html", wants)
}

async fn move_clock(site: &Site, mut request: Request) -> poem::Result<Response> {
    if !origin::is_ours(&site.app, &request) {
        return Ok(refused(
            StatusCode::FORBIDDEN,
            "Requests from other sites' pages are refused.",
        ));
    }
    let is_json = request
        .content_type()
        .is_some_and(|text| text.starts_with("application/json"));
    let body = request.take_body().into_bytes_limit(BODY).await?;
    let wanted: Option<Move> = if is_json {
        serde_json::from_slice(&body).ok()
    } else {
        read_form(&body)
    };
    let Some(to) = wanted.and_then(|wanted| wanted.after(site.app.clock.now())) else {
        return Ok(refused(StatusCode::BAD_REQUEST, FORWARD));
    };
    if !site.app.clock.set(to) {
        return Ok(refused(
            StatusCode::CONFLICT,
            "This server's clock does not move.",
        ));
    }
    (site.on_clock_moved)().await;
    if is_json {
        let told = serde_json::json!({ "now": site.app.clock.now() });
        return Ok(Response::builder()
            .content_type("application/json")
            .body(told.to_string()));
    }
    let back = Response::builder().status(StatusCode::SEE_OTHER);
    Ok(back.header(header::LOCATION, "/").finish())
}

fn refused(status: StatusCode, message: &str) -> Response {
    pages::error(status, "The clock was not moved", message, None)
}

/// `days=N` or `to=<RFC 3339>`. Only a colon and a plus need decoding.
fn read_form(body: &[u8]) -> Option<Move> {
    let (name, value) = std::str::from_utf8(body).ok()?.split_once('=')?;
    let value = value
        .replace("%3A", ":")
        .replace("%3a", ":")
        .replace("%2B", "+")
        .replace("%2b", "+");
    match name {
        "days" => Some(Move {
            days: value.parse().ok(),
            to: None,
        }),
        "to" => Some(Move {
            days: None,
            to: value.parse().ok(),
        }),
        _ => None,
    }
}
