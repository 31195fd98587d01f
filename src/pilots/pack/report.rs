//! The record of a pilot as one page that needs nothing beside it, for those who read and print. Pure.

use super::parts::Pack;
use crate::runtime::Error;
use crate::runtime::clock::in_words;
use crate::runtime::letter::{pounds, templates};
use chrono::{DateTime, Utc};
use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use std::sync::LazyLock;

static PAGE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut page = templates(&[("report.html", include_str!("report.html"))]);
    page.add_filter("at", |text: String| {
        let at = text.parse::<DateTime<Utc>>();
        at.map_or(text.clone(), in_words)
    });
    page.add_filter("pounds", |pence: i64| pounds(pence));
    page.add_filter("points", |hundredths: i64| {
        format!("{}.{:02}", hundredths / 100, hundredths % 100)
    });
    page.add_filter("plain", |text: String| text.replace('_', " "));
    page
});

/// The page of a record whose text has this digest.
///
/// # Errors
/// When the template does not take it, which is a fault of ours.
pub fn report(pack: &Pack, digest: &str) -> Result<String, Error> {
    let page = PAGE.get_template("report.html").map_err(Error::fault)?;
    let pack = Value::from(Serde(pack));
    page.render(context! { pack, digest }).map_err(Error::fault)
}
