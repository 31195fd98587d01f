//! The mails this server has written, to read on a development server. A mail's HTML is shown in a sandboxed
//! frame under its own policy: nothing in it can run.

use super::{Site, pages, shell};
use crate::runtime::{Error, outbox};
use chrono::{DateTime, Utc};
use chrono_tz::Europe::London;
use mail_parser::{MessageParser, PartType};
use minijinja::{Value, context};
use poem::endpoint::{BoxEndpoint, make};
use poem::http::{StatusCode, header};
use poem::{EndpointExt, Request, Response, Route, get};
use std::future::Future;
use uuid::Uuid;

/// Mails on the page.
const SHOWN: u64 = 200;
/// A mail's HTML has styles and nothing else; its links open elsewhere.
const HTML_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'; \
    sandbox allow-popups allow-popups-to-escape-sandbox";

type Mail = entity::outbox::Model;

pub(super) fn routes(route: Route, site: &Site) -> Route {
    let of = site.clone();
    let list = get(make(move |_| {
        let site = of.clone();
        async move { list(&site).await.map_err(shell::failed) }
    }));
    route
        .at("/mailbox", list)
        .at(
            "/mailbox/:id",
            of_mail(site, |site, mail| async move { shown(&site, &mail) }),
        )
        .at(
            "/mailbox/:id/html",
            of_mail(site, |_, mail| async move { html(&mail) }),
        )
        .at(
            "/mailbox/:id/raw",
            of_mail(site, |_, mail| async move { Ok(raw(mail)) }),
        )
}

fn of_mail<F, A>(site: &Site, answer: F) -> BoxEndpoint<'static, Response>
where
    F: Fn(Site, Mail) -> A + Clone + Send + Sync + 'static,
    A: Future<Output = Result<Response, Error>> + Send,
{
    let site = site.clone();
    get(make(move |request: Request| {
        let (site, answer) = (site.clone(), answer.clone());
        async move {
            let id = request
                .path_params::<String>()
                .ok()
                .and_then(|id| Uuid::parse_str(&id).ok());
            let found = match id {
                Some(id) => outbox::one(&site.app, id).await,
                None => Ok(None),
            };
            let mail = found
                .and_then(|mail| mail.ok_or(Error::NotFound))
                .map_err(shell::failed)?;
            answer(site, mail).await.map_err(shell::failed)
        }
    }))
    .boxed()
}

async fn list(site: &Site) -> Result<Response, Error> {
    let total = outbox::count(&site.app).await?;
    let mails: Vec<Value> = outbox::latest(&site.app, SHOWN).await?.iter().map(line).collect();
    let note = (total > SHOWN).then(|| format!("The latest {SHOWN} are shown."));
    let wants = context! { mails, total, note, ..pages::frame(site, "/mailbox") };
    pages::page(StatusCode::OK, "mailbox.html", wants)
}

fn line(mail: &Mail) -> Value {
    context! {
        url => format!("/mailbox/{}", mail.id),
        date => date(mail.created_at),
        to => &mail.recipient,
        subject => &mail.subject,
        state => &mail.state,
        reason => reason(mail),
    }
}

/// Why a mail has not gone, where that is worth saying.
fn reason(mail: &Mail) -> Option<&String> {
    mail.last_answer.as_ref().filter(|_| mail.state != "sent")
}

fn date(at: DateTime<Utc>) -> String {
    at.with_timezone(&London).format("%-d %b %Y %H:%M").to_string()
}

fn shown(site: &Site, mail: &Mail) -> Result<Response, Error> {
    let parsed = MessageParser::default().parse(&mail.message);
    let headers: Vec<(String, String)> = parsed
        .iter()
        .flat_map(|message| message.headers_raw())
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let text = parsed
        .as_ref()
        .and_then(|message| message.body_text(0))
        .unwrap_or_default();
    let url = format!("/mailbox/{}", mail.id);
    let mail = context! {
        html_url => html_part(mail).map(|_| format!("{url}/html")),
        raw_url => format!("{url}/raw"),
        headers,
        text,
        ..line(mail)
    };
    let back = context! { href => "/mailbox", label => "All mails" };
    let wants = context! { mail, back, ..pages::frame(site, "/mailbox") };
    pages::page(StatusCode::OK, "mail.html", wants)
}

fn html_part(mail: &Mail) -> Option<String> {
    let message = MessageParser::default().parse(&mail.message)?;
    message.parts.iter().find_map(|part| match &part.body {
        PartType::Html(html) => Some(html.to_string()),
        _ => None,
    })
}

fn html(mail: &Mail) -> Result<Response, Error> {
    let html = html_part(mail).ok_or(Error::NotFound)?;
    Ok(Response::builder()
        .content_type("text/html; charset=utf-8")
        .header(header::CONTENT_SECURITY_POLICY, HTML_POLICY)
        .header(header::CACHE_CONTROL, "no-store")
        .body(html))
}

fn raw(mail: Mail) -> Response {
    Response::builder()
        .content_type("text/plain; charset=utf-8")
        .header(header::CACHE_CONTROL, "no-store")
        .body(mail.message)
}
