//! One mail in words: what it comes to first, the most urgent in full by council and by what it is about, the rest
//! counted behind one link. Never more than 100 kB.

use super::super::ledger::Notified;
use super::super::links::{self, Purpose};
use super::super::searches::{Origin, SavedSearch, State};
use super::facts::Known;
use super::item::{self, Item};
use super::summary::{Group, Summary};
use super::words;
use crate::runtime::letter::{self, day};
use crate::runtime::mail::clean;
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use minijinja::{Environment, context};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::LazyLock;
use uuid::Uuid;

/// Mail programs clip what is longer.
const MOST_BYTES: usize = 100_000;
/// For headers, their signatures and the borders of parts.
const AROUND: usize = 6_000;
/// Told in full in one mail; less, where that would be too long.
pub(super) const LISTED: usize = 60;
/// A mail about more than this, or that cannot tell all in full, says first what it comes to.
const GLANCE: usize = 20;
/// Councils that have a part of their own, or a line in what it comes to.
const COUNCILS: usize = 25;
/// Reasons named in one mail.
const REASONS: usize = 10;

/// What one mail tells.
pub(super) struct Digest<'a> {
    items: Vec<Item>,
    summary: Summary,
    reasons: Vec<String>,
    today: NaiveDate,
    said: &'a HashMap<Uuid, String>,
    pub(super) unsubscribe_url: String,
    settings_url: String,
    rest_url: String,
}

/// The mail itself.
pub(super) struct Words {
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

impl<'a> Digest<'a> {
    /// Of what is due to a person, the most urgent first; `said` are councils' own words.
    pub(super) fn of(
        app: &App,
        person: Uuid,
        rows: &[Notified],
        searches: &HashMap<Uuid, SavedSearch>,
        known: &Known,
        said: &'a HashMap<Uuid, String>,
    ) -> Self {
        let today = app.clock.today();
        let (items, merged) = item::of_rows(app, &rows[..rows.len().min(LISTED)], known, today);
        let told = rows.iter().map(|row| &row.event);
        let summary = Summary::of(told.filter(|event| !merged.contains(&event.id)));
        let settings_url = links::link(app, Purpose::Alerts, person);
        Self {
            items,
            summary,
            reasons: reasons(rows, searches),
            today,
            said,
            unsubscribe_url: links::link(app, Purpose::Unsubscribe, person),
            // By what it tells: the mail has no name yet.
            rest_url: format!(
                "{settings_url}/told?with={}",
                rows.first().map_or(Uuid::nil(), |row| row.id).simple()
            ),
            settings_url,
        }
    }

    /// The mail's words: as much in full as 100 kB hold.
    pub(super) fn words(&self, app: &App) -> Result<Words, Error> {
        let mut listed = self.items.len();
        loop {
            let words = self.render(app, listed)?;
            let bytes = letter::encoded_length(&words.text) + letter::encoded_length(&words.html);
            if bytes + AROUND <= MOST_BYTES || listed == 0 {
                return Ok(words);
            }
            listed = listed * 3 / 4;
        }
    }

    fn render(&self, app: &App, listed: usize) -> Result<Words, Error> {
        let (subject, heading, preheader) = self.headings();
        let (name, email) = app.mailer.sender();
        let councils = self.councils(&self.items[..listed]);
        let more = self.more(&councils);
        let much = self.summary.count > GLANCE || self.summary.count > listed;
        let glance = much.then(|| self.glance());
        let values = context! {
            subject => &subject,
            heading,
            preheader,
            reasons => &self.reasons,
            as_of => day(self.today),
            unsubscribe_url => &self.unsubscribe_url,
            settings_url => &self.settings_url,
            rest_url => &self.rest_url,
            sender => context! { name, email },
            glance => minijinja::value::Serde(glance),
            councils => minijinja::value::Serde(councils),
            more => minijinja::value::Serde(more),
        };
        let render = |template: &str| {
            let template = TEMPLATES.get_template(template).map_err(Error::fault)?;
            template.render(&values).map_err(Error::fault)
        };
        Ok(Words {
            text: render("alert.txt")? + "\n",
            html: render("alert.html")?,
            subject,
        })
    }

    /// Subject, heading, and what lists of mails show beside the subject.
    fn headings(&self) -> (String, String, String) {
        let first = self.items.first();
        let said = |item: &Item| {
            let by = item
                .by
                .as_ref()
                .map(|by| format!("By {by}: "))
                .unwrap_or_default();
            format!("{by}{}. {}", item.action, item::organisation(item.organisation))
        };
        if let (Some(only), 1) = (first, self.summary.count) {
            let by = only
                .by
                .as_ref()
                .map(|by| format!(" (by {by})"))
                .unwrap_or_default();
            let subject = format!("{}: {}{by}", only.group.name(), clean(&only.title, 120));
            return (subject, only.heading.clone(), said(only));
        }
        let heading = self.summary.heading(self.today);
        let first = first.map(|item| format!("First: {}. {}", clean(&item.title, 80), said(item)));
        (heading.clone(), heading, first.unwrap_or_default())
    }

    fn glance(&self) -> Glance {
        let of = self.summary.of.iter();
        let totals = self.summary.councils.iter();
        let mut councils: Vec<(&str, usize)> = totals
            .map(|(id, groups)| (item::organisation(*id), groups.values().sum()))
            .collect();
        councils.sort_by_key(|(name, count)| (std::cmp::Reverse(*count), *name));
        let rest = councils.split_off(councils.len().min(COUNCILS));
        let line = |name: String, count: usize| Line {
            name,
            count: words::number(count),
        };
        let mut lines: Vec<Line> = councils
            .iter()
            .map(|(name, count)| line((*name).to_owned(), *count))
            .collect();
        if !rest.is_empty() {
            let many = i64::try_from(rest.len()).unwrap_or(i64::MAX);
            let name = words::count(many, "other council", "other councils");
            lines.push(line(name, rest.iter().map(|(_, count)| count).sum()));
        }
        Glance {
            groups: of.map(|(group, count)| line(group.name(), *count)).collect(),
            councils: if self.summary.councils.len() > 1 {
                lines
            } else {
                Vec::new()
            },
        }
    }

    /// The councils of these items, in the order of their names, each with what else there is of it.
    fn councils(&self, items: &[Item]) -> Vec<OfCouncil> {
        let mut shown: HashSet<Uuid> = HashSet::new();
        let mut of: BTreeMap<(&str, Uuid), BTreeMap<Group, Vec<&Item>>> = BTreeMap::new();
        for item in items {
            if shown.contains(&item.organisation) || shown.len() < COUNCILS {
                shown.insert(item.organisation);
                let council = of
                    .entry((item::organisation(item.organisation), item.organisation))
                    .or_default();
                council.entry(item.group).or_default().push(item);
            }
        }
        let councils = of.into_iter();
        councils
            .map(|((name, id), groups)| {
                let counts = &self.summary.councils[&id];
                let others: Vec<(&Group, &usize)> = counts
                    .iter()
                    .filter(|(group, _)| !groups.contains_key(group))
                    .collect();
                let others_count: usize = others.iter().map(|(_, count)| **count).sum();
                let named = others
                    .iter()
                    .map(|(group, count)| format!("{} {}", group.name(), words::number(**count)));
                let groups = groups.into_iter().map(|(group, items)| {
                    let total = counts.get(&group).copied().unwrap_or(items.len());
                    OfGroup {
                        name: group.name(),
                        total: words::number(total),
                        more: Some(total - items.len())
                            .filter(|more| *more > 0)
                            .map(words::number),
                        items: items.into_iter().cloned().collect(),
                        of: total,
                    }
                });
                OfCouncil {
                    name: name.to_owned(),
                    said: self.said.get(&id).cloned(),
                    groups: groups.collect(),
                    others: (others_count > 0).then(|| Others {
                        count: words::number(others_count),
                        named: named.collect::<Vec<_>>().join(", "),
                    }),
                    others_count,
                }
            })
            .collect()
    }

    /// What is of councils that have no part of their own.
    fn more(&self, councils: &[OfCouncil]) -> Option<More> {
        let of = |council: &OfCouncil| -> usize {
            council.others_count + council.groups.iter().map(|group| group.of).sum::<usize>()
        };
        let shown: usize = councils.iter().map(of).sum();
        let rest = self.summary.count.saturating_sub(shown);
        (rest > 0).then(|| More {
            count: words::number(rest),
            others: !councils.is_empty(),
        })
    }
}

/// What a mail about much comes to.
#[derive(Serialize)]
struct Glance {
    groups: Vec<Line>,
    councils: Vec<Line>,
}

#[derive(Serialize)]
struct Line {
    name: String,
    count: String,
}

#[derive(Serialize)]
struct OfCouncil {
    name: String,
    /// The council's own words.
    said: Option<String>,
    groups: Vec<OfGroup>,
    others: Option<Others>,
    #[serde(skip)]
    others_count: usize,
}

#[derive(Serialize)]
struct OfGroup {
    name: String,
    total: String,
    items: Vec<Item>,
    more: Option<String>,
    #[serde(skip)]
    of: usize,
}

/// What is counted of a council beside its groups.
#[derive(Serialize)]
struct Others {
    count: String,
    named: String,
}

#[derive(Serialize)]
struct More {
    count: String,
    /// Whether some councils are told.
    others: bool,
}

/// Why the mail came, each search once, in the words of whoever asked.
fn reasons(rows: &[Notified], searches: &HashMap<Uuid, SavedSearch>) -> Vec<String> {
    let mut seen: HashSet<Uuid> = HashSet::new();
    let mut reasons: Vec<String> = Vec::new();
    for id in rows.iter().flat_map(|row| &row.because) {
        let Some(search) = searches.get(id).filter(|search| search.state == State::Active) else {
            continue;
        };
        if !seen.insert(*id) {
            continue;
        }
        let name = format!("\u{2018}{}\u{2019}", clean(&search.name, 100));
        let reason = match search.origin {
            Origin::Search => format!("you saved {name}"),
            Origin::Watch => format!("you watch {name}"),
            Origin::Owner => "you look after a contract".to_owned(),
            Origin::Bidder => "your organisation bids for a pilot".to_owned(),
            Origin::Holder => "your organisation holds it".to_owned(),
        };
        if !reasons.contains(&reason) {
            reasons.push(reason);
        }
    }
    let more = reasons.len().saturating_sub(REASONS);
    if more > 0 {
        reasons.truncate(REASONS);
        reasons.push(format!(
            "{more} more of your searches and watches found something"
        ));
    }
    reasons
}

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    letter::templates(&[
        ("alert.txt", include_str!("../mail/alert.txt")),
        ("alert.html", include_str!("../mail/alert.html")),
    ])
});
