//! The pages of an account: where the links of security mails land, and signing in and out in a browser.
//!
//! Reading a page changes nothing, because mail scanners follow links; its form does it, from our own pages only. Each
//! page is `ask` (what it shows, again with what was wrong) and `act` (what its form does), in `links`, `invitation` and
//! `signing`.

mod form;
mod invitation;
mod links;
mod signing;

use super::graphql::{cookie, origin_of};
use super::{Site, origin, pages, shell, unsubscribe};
use crate::access::{Origin, Viewer, sessions};
use crate::graphql::SESSION_COOKIE;
use crate::runtime::{Error, Refusals, Stop};
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{StatusCode, header};
use poem::{EndpointExt, Request, Response, Route, get};
use std::time::Duration;

/// A password of 1,024 bytes, each written as `%XX`, and the rest of a form.
const BODY: usize = 16 * 1024;
/// A form that drips in for longer than this is given up.
const READING: Duration = Duration::from_secs(10);

/// The pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Home,
    SignIn,
    SignOut,
    AskForAccount,
    Register,
    AskForReset,
    Reset,
    Email,
    Alerts,
    Invitation,
}

const PAGES: [(&str, Page); 10] = [
    ("/account", Page::Home),
    ("/account/sign-in", Page::SignIn),
    ("/account/sign-out", Page::SignOut),
    ("/account/register", Page::AskForAccount),
    ("/account/register/:token", Page::Register),
    ("/account/reset", Page::AskForReset),
    ("/account/reset/:token", Page::Reset),
    ("/account/email/:token", Page::Email),
    ("/account/alerts/:token", Page::Alerts),
    ("/account/invitation/:token", Page::Invitation),
];

/// What a page is asked with.
struct Call {
    path: String,
    /// Of the link; blank where the page has none.
    token: String,
    viewer: Viewer,
    origin: Origin,
    /// What was typed into the form, or stands in the query.
    typed: Vec<(String, String)>,
    /// What was wrong with it.
    wrong: Refusals<()>,
}

/// How a form's work ends: with an answer, or with what was wrong.
type Acted = Result<Response, Stop<()>>;

pub(super) fn routes(route: Route, site: &Site) -> Route {
    PAGES.iter().fold(route, |route, (path, page)| {
        route.at(*path, endpoint(site, *page))
    })
}

fn endpoint(site: &Site, page: Page) -> BoxEndpoint<'static, Response> {
    let (asking, doing) = (site.clone(), site.clone());
    let shown = make(move |request: Request| {
        let site = asking.clone();
        async move { show(&site, page, &request).await.map_err(shell::failed) }
    });
    let done = make(move |request: Request| {
        let site = doing.clone();
        async move { submit(&site, page, request).await }
    });
    get(shown).post(done).boxed()
}

async fn show(site: &Site, page: Page, request: &Request) -> Result<Response, Error> {
    let mut call = Call::of(site, request).await?;
    call.typed = read(request.uri().query().unwrap_or_default().as_bytes());
    call.typed.retain(|(name, _)| name == "next");
    ask(site, page, &call).await
}

async fn submit(site: &Site, page: Page, mut request: Request) -> poem::Result<Response> {
    if !origin::is_ours(&site.app, &request) {
        let message = "Open the page from the mail, and send the form from there.";
        return Ok(pages::error(
            StatusCode::FORBIDDEN,
            "This came from another site",
            message,
            None,
        ));
    }
    let body = request.take_body().into_bytes_limit(BODY);
    let body = tokio::time::timeout(READING, body)
        .await
        .map_err(|_| poem::Error::from_status(StatusCode::REQUEST_TIMEOUT))??;
    let mut call = Call::of(site, &request).await.map_err(shell::failed)?;
    call.typed = read(&body);
    match act(site, page, &call).await {
        Ok(response) => Ok(response),
        Err(Stop::Refused(wrong)) => {
            call.wrong = wrong;
            ask(site, page, &call).await.map_err(shell::failed)
        }
        Err(Stop::Failed(error)) => Err(shell::failed(error)),
    }
}

async fn ask(site: &Site, page: Page, call: &Call) -> Result<Response, Error> {
    match page {
        Page::Home => signing::home(call),
        Page::SignIn => signing::ask(call),
        Page::SignOut => Ok(redirect("/account", &[])),
        Page::AskForAccount => links::ask_for_account(call),
        Page::Register => links::ask_register(site, call).await,
        Page::AskForReset => links::ask_for_reset(call),
        Page::Reset => links::ask_reset(site, call).await,
        Page::Email => links::ask_email(site, call).await,
        Page::Alerts => links::ask_alerts(site, call).await,
        Page::Invitation => invitation::ask(site, call).await,
    }
}

async fn act(site: &Site, page: Page, call: &Call) -> Acted {
    match page {
        Page::Home => Ok(redirect("/account", &[])),
        Page::SignIn => signing::sign_in(site, call).await,
        Page::SignOut => signing::sign_out(site, call).await,
        Page::AskForAccount => links::mail_account(site, call).await,
        Page::Register => links::register(site, call).await,
        Page::AskForReset => links::mail_reset(site, call).await,
        Page::Reset => links::reset(site, call).await,
        Page::Email => links::email(site, call).await,
        Page::Alerts => links::alerts(site, call).await,
        Page::Invitation => invitation::act(site, call).await,
    }
}

impl Call {
    async fn of(site: &Site, request: &Request) -> Result<Self, Error> {
        let session = cookie(&site.app, request, SESSION_COOKIE);
        Ok(Self {
            path: request.uri().path().to_owned(),
            token: unsubscribe::token(request).unwrap_or_default(),
            viewer: sessions::viewer_of(&site.app, session.as_deref()).await?,
            origin: origin_of(site, request),
            typed: Vec::new(),
            wrong: Vec::new(),
        })
    }

    /// What was typed into a field; blank when nothing was.
    fn typed(&self, name: &str) -> &str {
        let found = self.typed.iter().find(|(told, _)| told == name);
        found.map_or("", |(_, value)| value)
    }
}

/// The fields of a form. PostgreSQL stores no U+0000, and no honest text has it.
fn read(body: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(body)
        .into_owned()
        .filter(|(_, value)| !value.contains('\0'))
        .collect()
}

/// A refusal without its code: pages show words.
fn plain<C>(stop: Stop<C>) -> Stop<()> {
    match stop {
        Stop::Failed(error) => Stop::Failed(error),
        Stop::Refused(refusals) => Stop::Refused(
            refusals
                .into_iter()
                .map(|refusal| crate::runtime::Refusal {
                    code: (),
                    message: refusal.message,
                    path: refusal.path,
                    current_version: refusal.current_version,
                })
                .collect(),
        ),
    }
}

/// On to another page of ours, with these cookies set.
fn redirect(to: &str, cookies: &[String]) -> Response {
    let answer = Response::builder()
        .status(StatusCode::SEE_OTHER)
        .header(header::LOCATION, to)
        .header(header::CACHE_CONTROL, "no-store");
    let answer = cookies
        .iter()
        .fold(answer, |answer, cookie| answer.header(header::SET_COOKIE, cookie));
    answer.finish()
}

/// Where a link leads that is used up, too old, or not ours.
fn dead_link(another: &str) -> Result<Response, Error> {
    let form = form::Form::new("This link leads nowhere")
        .says("It has been used, has expired, or was cut short on its way. Copy all of it from the mail, or ask for another.");
    let form = match another {
        "" => form,
        another => form.link(another, "Ask for another link"),
    };
    form.page(StatusCode::NOT_FOUND)
}
