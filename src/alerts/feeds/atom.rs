//! Writes feeds (RFC 4287). Pure.
//!
//! By a template, as mails are: minijinja is here already and escapes in XML as in HTML. What XML cannot hold at all is
//! dropped here, whoever worded it.

use crate::runtime::Error;
use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::{Environment, context};
use serde::Serialize;
use std::sync::LazyLock;

/// A feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feed {
    /// The same for as long as it is the same feed: a URI.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Where people look instead.
    pub link: String,
    /// When it was made: when it was updated, while it is empty.
    pub made_at: DateTime<Utc>,
    /// Newest first.
    pub entries: Vec<Entry>,
}

/// An entry: an opened window, or whatever else a search finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The same for as long as it is the same entry: a URI.
    pub id: String,
    /// One line.
    pub title: String,
    /// Several.
    pub summary: String,
    /// Where more is.
    pub link: String,
    /// Whose news it is.
    pub author: String,
    /// What it is about.
    pub category: String,
    /// When it came about.
    pub published: DateTime<Utc>,
    /// When it was last written.
    pub updated: DateTime<Utc>,
}

/// The feed as XML.
///
/// # Errors
/// When the template cannot be rendered, which is a fault of ours.
pub fn write(feed: &Feed) -> Result<String, Error> {
    let updated = feed.entries.iter().map(|entry| entry.updated).max();
    let template = TEMPLATES.get_template("atom.xml").map_err(Error::fault)?;
    let entries: Vec<Worded> = feed.entries.iter().map(worded).collect();
    let values = context! {
        id => &feed.id,
        title => possible(&feed.title),
        link => &feed.link,
        updated => instant(updated.unwrap_or(feed.made_at)),
        entries => minijinja::value::Serde(entries),
    };
    template.render(values).map_err(Error::fault)
}

static TEMPLATES: LazyLock<Environment<'static>> =
    LazyLock::new(|| crate::runtime::letter::templates(&[("atom.xml", include_str!("atom.xml"))]));

#[derive(Serialize)]
struct Worded {
    id: String,
    title: String,
    summary: String,
    link: String,
    author: String,
    category: String,
    published: String,
    updated: String,
}

fn worded(entry: &Entry) -> Worded {
    Worded {
        id: possible(&entry.id),
        title: possible(&entry.title),
        summary: possible(&entry.summary),
        link: possible(&entry.link),
        author: possible(&entry.author),
        category: possible(&entry.category),
        published: instant(entry.published),
        updated: instant(entry.updated),
    }
}

fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// What XML 1.0 can hold: neither control characters nor U+FFFE and U+FFFF, however they are escaped.
fn possible(text: &str) -> String {
    let possible =
        |c: &char| matches!(c, '\t' | '\n') || !(c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}'));
    text.chars().filter(possible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(title: &str, entries: Vec<Entry>) -> String {
        write(&Feed {
            id: "tag:guildhall.example,2026:feed/1".into(),
            title: title.into(),
            link: "https://guildhall.example".into(),
            made_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            entries,
        })
        .unwrap()
    }

    #[test]
    fn text_stays_text_and_what_xml_cannot_hold_goes() {
        let written = feed("<b>&\"\u{0}\u{b}\u{ffff}\r]]>", Vec::new());
        assert!(
            written.contains("<title>&lt;b&gt;&amp;&quot;]]&gt;</title>"),
            "{written}"
        );
    }

    #[test]
    fn an_empty_feed_was_updated_when_it_was_made() {
        assert!(feed("n", Vec::new()).contains("<updated>2026-01-02T03:04:05Z</updated>"));
    }
}
