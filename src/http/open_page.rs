//! The page that lists what is open, for people: which councils' registers there are, and by which paths programs fetch
//! them.

use super::{Site, pages, shell};
use crate::councils::directory;
use crate::exchange::publish::registers;
use crate::runtime::Error;
use minijinja::{Value, context};
use poem::endpoint::{BoxEndpoint, make};
use poem::{EndpointExt, Request, Response, get};

pub(super) fn endpoint(site: &Site) -> BoxEndpoint<'static, Response> {
    let site = site.clone();
    let show = make(move |_: Request| {
        let site = site.clone();
        async move { page(&site).await.map_err(shell::failed) }
    });
    get(show).boxed()
}

async fn page(site: &Site) -> Result<Response, Error> {
    let mut councils: Vec<(&str, &str, u64)> = registers(&site.app)
        .await?
        .into_iter()
        .filter_map(|(id, count)| {
            let facts = &directory().by_id(id)?.facts;
            Some((facts.name, facts.slug, count))
        })
        .collect();
    councils.sort_unstable();
    let council = |(name, slug, count): (&str, &str, u64)| context! { name, slug, count };
    let councils: Vec<Value> = councils.into_iter().map(council).collect();
    let wants = context! {
        councils,
        base => &*site.app.public_url,
        prefix => site.publisher.ocid_prefix(),
        unregistered => site.publisher.is_unregistered(),
    };
    pages::public("open.html", wants)
}
