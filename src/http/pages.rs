//! The pages' templates, compiled in, and how one becomes an answer.

use super::Site;
use crate::runtime::Error;
use minijinja::{Environment, Value, context};
use poem::Response;
use poem::http::StatusCode;
use std::sync::LazyLock;

/// No script at all; forms and frames go nowhere but here.
pub(super) const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; \
    form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

const TEMPLATES: [(&str, &str); 17] = [
    ("layout.html", include_str!("pages/layout.html")),
    ("home.html", include_str!("pages/home.html")),
    ("mailbox.html", include_str!("pages/mailbox.html")),
    ("mail.html", include_str!("pages/mail.html")),
    ("unsubscribe.html", include_str!("pages/unsubscribe.html")),
    ("unsubscribed.html", include_str!("pages/unsubscribed.html")),
    ("account.html", include_str!("pages/account.html")),
    ("signed_in.html", include_str!("pages/signed_in.html")),
    ("error.html", include_str!("pages/error.html")),
    ("facts.html", include_str!("pages/facts.html")),
    ("contract.html", include_str!("pages/contract.html")),
    ("need.html", include_str!("pages/need.html")),
    ("pilot.html", include_str!("pages/pilot.html")),
    ("supplier.html", include_str!("pages/supplier.html")),
    ("alerts.html", include_str!("pages/alerts.html")),
    ("told.html", include_str!("pages/told.html")),
    ("open.html", include_str!("pages/open.html")),
];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    for (name, source) in TEMPLATES {
        environment
            .add_template(name, source)
            .expect("the templates compiled in are well formed: a test renders each");
    }
    environment
});

/// A page of this status, from a template and what it wants.
pub(super) fn page(status: StatusCode, template: &str, wants: Value) -> Result<Response, Error> {
    kept(status, template, wants, "no-store")
}

/// A page that is the same for everybody, and may be kept for five minutes: what is open depends on the time.
pub(super) fn public(template: &str, wants: Value) -> Result<Response, Error> {
    kept(StatusCode::OK, template, wants, "public, max-age=300")
}

fn kept(status: StatusCode, template: &str, wants: Value, caching: &'static str) -> Result<Response, Error> {
    let html = ENVIRONMENT
        .get_template(template)
        .and_then(|template| template.render(wants))
        .map_err(Error::fault)?;
    Ok(Response::builder()
        .status(status)
        .content_type("text/html; charset=utf-8")
        .header("content-security-policy", PAGE_POLICY)
        .header("cache-control", caching)
        .body(html))
}

/// The page that says what a person can do when theirs cannot be shown.
pub(super) fn error(status: StatusCode, title: &str, message: &str, reference: Option<&str>) -> Response {
    let wants = context! { title, message, reference };
    page(status, "error.html", wants)
        .unwrap_or_else(|_| Response::builder().status(status).body(title.to_owned()))
}

/// The links at the top of a development server's pages, and what they say about it.
pub(super) fn frame(site: &Site, current: &str) -> Value {
    let links = [("/", "Home"), ("/graphiql", "GraphiQL"), ("/mailbox", "Mailbox")];
    let link = |(href, label): (&str, &str)| context! { href, label, current => href == current };
    let nav: Vec<Value> = links.into_iter().map(link).collect();
    context! { nav, banner => &site.page.banner }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_compiles() {
        assert_eq!(ENVIRONMENT.templates().count(), TEMPLATES.len());
    }

    #[tokio::test]
    async fn what_a_page_is_given_is_escaped() {
        let answer = error(StatusCode::OK, "<script>", "a & b", None);
        let html = answer.into_body().into_string().await.unwrap();
        assert!(!html.contains("<script>"));
        assert!(html.contains("a &amp; b"));
    }
}
