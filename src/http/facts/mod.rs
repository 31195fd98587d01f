//! What the lines of alert mails link to: a contract, a need, a pilot, a supplier, as plain pages for anybody.
//!
//! They tell what the API tells a viewer who is not signed in, and nothing else: what is not public is not found. Each
//! says how to ask the API for the same.

mod contract;
mod need;
mod pilot;
mod supplier;

use super::{Site, pages, shell};
use crate::runtime::{App, Error};
use minijinja::{Value, context};
use poem::endpoint::{BoxEndpoint, make};
use poem::http::StatusCode;
use poem::{EndpointExt, Request, Response, Route, get};
use std::future::Future;
use uuid::Uuid;

pub(super) fn routes(route: Route, site: &Site) -> Route {
    route
        .at("/contract/:id", endpoint(site, contract::page))
        .at("/need/:id", endpoint(site, need::page))
        .at("/pilot/:id", endpoint(site, pilot::page))
        .at("/supplier/:id", endpoint(site, supplier::page))
}

/// The page of one thing: template and what it wants; nothing, where there is none or it is not public.
type Told = Option<(&'static str, Value)>;

fn endpoint<F, P>(site: &Site, tell: P) -> BoxEndpoint<'static, Response>
where
    P: Fn(App, Uuid) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Told, Error>> + Send + 'static,
{
    let app = site.app.clone();
    let page = make(move |request: Request| {
        let (app, tell) = (app.clone(), tell.clone());
        async move {
            let told = match id(&request) {
                Some(id) => tell(app, id).await.map_err(shell::failed)?,
                None => None,
            };
            match told {
                Some((template, wants)) => pages::public(template, wants).map_err(shell::failed),
                None => Ok(nothing()),
            }
        }
    });
    get(page).boxed()
}

/// As links write it: 32 digits. Other spellings would be other addresses of the same page.
fn id(request: &Request) -> Option<Uuid> {
    let text: String = request.path_params().ok()?;
    let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    let id = (text.len() == 32 && text.bytes().all(digits)).then_some(text)?;
    Uuid::try_parse(&id).ok()
}

fn nothing() -> Response {
    let message =
        "It may have been taken back, or the link was cut short on its way. Copy all of it from the mail.";
    pages::error(
        StatusCode::NOT_FOUND,
        "There is nothing here to be read",
        message,
        None,
    )
}

/// A line of a page: what it is, what it says, and where that comes from.
fn fact(label: &str, value: Option<String>, source: Option<&str>) -> Option<Value> {
    let value = value.filter(|value| !value.trim().is_empty())?;
    Some(context! { label, value, source })
}

/// The lines that have something to say.
fn lines(facts: impl IntoIterator<Item = Option<Value>>) -> Vec<Value> {
    facts.into_iter().flatten().collect()
}

/// Where the same is asked for in the API.
fn in_graphiql(query: &str) -> String {
    let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
    // A form's blank is a plus, and an address's is not.
    format!("/graphiql?query={}", query.replace('+', "%20"))
}
