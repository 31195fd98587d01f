//! What mails told somebody, behind the link in each: every line of one mail, in the mail's order, however many there are.

use super::digest::{self, Group, Known};
use super::ledger::Notified;
use super::links::{self, Purpose};
use crate::contracts::windows::WindowKind;
use crate::events::{self, Kind};
use crate::runtime::outbox::Stream;
use crate::runtime::{App, Error};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use entity::{notification, outbox};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Lines, and mails, on a page.
pub const PAGE: usize = 500;
/// How far back mails are listed.
const BACK: Duration = Duration::days(400);

/// A mail that told something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// How much it told.
    pub count: u64,
}

/// A page of mails, latest first.
#[derive(Clone, Debug)]
pub struct Mails {
    /// The mails.
    pub mails: Vec<Mail>,
    /// Of how many pages.
    pub pages: usize,
}

/// A page of what a mail told.
#[derive(Clone, Debug)]
pub struct Telling {
    /// How much it told in all.
    pub count: usize,
    /// Of how many pages.
    pub pages: usize,
    /// By council and what it is about.
    pub groups: Vec<OfGroup>,
}

/// What is told together.
#[derive(Clone, Debug)]
pub struct OfGroup {
    /// The council.
    pub council: &'static str,
    /// What it is about.
    pub name: String,
    /// How many in all, those on other pages included.
    pub total: usize,
    /// Those of this page.
    pub lines: Vec<Line>,
}

/// One thing that was told, as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about; nothing, when that is not there any more.
    pub title: Option<String>,
    /// What tells it from others of its title.
    pub marks: Option<String>,
    /// Where that is to be read.
    pub url: Option<String>,
    /// By when to act, and what to do.
    pub action: String,
    /// What changed.
    pub change: Option<String>,
    /// Why it is not so any more.
    pub void: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    event_id: Uuid,
    organisation_id: Uuid,
    kind: String,
    window_kind: Option<String>,
    closes_on: Option<NaiveDate>,
    happened_at: DateTime<Utc>,
}

impl Row {
    fn group(&self) -> Option<Group> {
        let window = self.window_kind.as_deref().and_then(WindowKind::parse);
        Some(Group::new(Kind::parse(&self.kind)?, window))
    }
}

/// The mails that told the owner of a link something in the last 400 days; nothing, when the token is not ours.
///
/// # Errors
/// When the database fails.
pub async fn mails(app: &App, token: &str, page: usize) -> Result<Option<Mails>, Error> {
    use outbox::Column as C;
    let Some(person) = links::owner(app, Purpose::Alerts, token).await? else {
        return Ok(None);
    };
    let of = outbox::Entity::find()
        .filter(C::PersonId.eq(person.id))
        .filter(C::Stream.eq(Stream::Alert.as_str()))
        .filter(C::CreatedAt.gte(app.clock.now() - BACK));
    let all = of.clone().count(app.db.read()).await?;
    let rows: Vec<(Uuid, String, DateTime<Utc>)> = of
        .select_only()
        .columns([C::Id, C::Subject, C::CreatedAt])
        .order_by_desc(C::CreatedAt)
        .order_by_desc(C::Id)
        .offset(skipped(page) as u64)
        .limit(PAGE as u64)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let counts: Vec<(Option<Uuid>, i64)> = notification::Entity::find()
        .select_only()
        .column(notification::Column::OutboxId)
        .column_as(notification::Column::Id.count(), "count")
        .filter(notification::Column::OutboxId.is_in(rows.iter().map(|row| row.0)))
        .group_by(notification::Column::OutboxId)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let counts: HashMap<Option<Uuid>, i64> = counts.into_iter().collect();
    let mail = |(id, subject, written_at)| Mail {
        subject,
        written_at,
        count: counts.get(&Some(id)).map_or(0, |count| count.unsigned_abs()),
    };
    Ok(Some(Mails {
        mails: rows.into_iter().map(mail).collect(),
        pages: usize::try_from(all).unwrap_or(usize::MAX).div_ceil(PAGE),
    }))
}

/// When the mail was written that holds this notification of a link's owner; nothing, when there is none.
///
/// # Errors
/// When the database fails.
pub async fn written_with(
    app: &App,
    token: &str,
    notification: Uuid,
) -> Result<Option<DateTime<Utc>>, Error> {
    let Some(person) = links::owner(app, Purpose::Alerts, token).await? else {
        return Ok(None);
    };
    let mail: Option<Option<Uuid>> = notification::Entity::find_by_id(notification)
        .select_only()
        .column(notification::Column::OutboxId)
        .filter(notification::Column::PersonId.eq(person.id))
        .into_tuple()
        .one(app.db.read())
        .await?;
    let Some(mail) = mail.flatten() else {
        return Ok(None);
    };
    let written = outbox::Entity::find_by_id(mail)
        .select_only()
        .column(outbox::Column::CreatedAt)
        .into_tuple();
    Ok(written.one(app.db.read()).await?)
}

/// A page of what was told to the owner of a link by the mail written at an instant; nothing, when the token is not ours.
/// The statements are as many for a full page as for a line.
///
/// # Errors
/// When the database fails.
pub async fn told(app: &App, token: &str, at: DateTime<Utc>, page: usize) -> Result<Option<Telling>, Error> {
    let Some(person) = links::owner(app, Purpose::Alerts, token).await? else {
        return Ok(None);
    };
    let rows = in_order(rows_of(app, person.id, at).await?);
    let mut totals: BTreeMap<(Uuid, Group), usize> = BTreeMap::new();
    for (group, row) in &rows {
        *totals.entry((row.organisation_id, *group)).or_default() += 1;
    }
    let (count, pages) = (rows.len(), rows.len().div_ceil(PAGE));
    let rows: Vec<(Group, Row)> = rows.into_iter().skip(skipped(page)).take(PAGE).collect();
    let mut groups: Vec<OfGroup> = Vec::new();
    let mut last = None;
    for ((group, row), line) in rows.iter().zip(lines(app, person.id, &rows).await?) {
        if last != Some((row.organisation_id, *group)) {
            last = Some((row.organisation_id, *group));
            groups.push(OfGroup {
                council: digest::organisation(row.organisation_id),
                name: group.name(),
                total: totals
                    .get(&(row.organisation_id, *group))
                    .copied()
                    .unwrap_or_default(),
                lines: Vec::new(),
            });
        }
        if let Some(of) = groups.last_mut() {
            of.lines.push(line);
        }
    }
    Ok(Some(Telling { count, pages, groups }))
}

/// What a page leaves out before it; the first is 1.
fn skipped(page: usize) -> usize {
    page.saturating_sub(1).saturating_mul(PAGE).min(1 << 40)
}

async fn rows_of(app: &App, person: Uuid, at: DateTime<Utc>) -> Result<Vec<Row>, Error> {
    let sql = "SELECT n.id, n.event_id, e.organisation_id, e.kind, e.window_kind, e.closes_on, e.happened_at \
               FROM outbox o JOIN notification n ON n.outbox_id = o.id JOIN event e ON e.id = n.event_id \
               WHERE o.person_id = $1 AND o.created_at = $2 AND o.stream = 'alert'";
    let values = [person.into(), at.into()];
    let statement = Statement::from_sql_and_values(app.db.backend(), sql, values);
    Ok(Row::find_by_statement(statement).all(app.db.read()).await?)
}

/// As mails have them: by council, by what they are about, and then what presses most.
fn in_order(rows: Vec<Row>) -> Vec<(Group, Row)> {
    let mut rows: Vec<(Group, Row)> = rows
        .into_iter()
        .filter_map(|row| Some((row.group()?, row)))
        .collect();
    rows.sort_by_cached_key(|(group, row)| {
        let closes = row.closes_on.unwrap_or(NaiveDate::MAX);
        let council = (digest::organisation(row.organisation_id), row.organisation_id);
        (council, *group, closes, row.happened_at, row.event_id)
    });
    rows
}

async fn lines(app: &App, person: Uuid, rows: &[(Group, Row)]) -> Result<Vec<Line>, Error> {
    let ids: Vec<Uuid> = rows.iter().map(|(_, row)| row.event_id).collect();
    let mut events = events::by_ids(app.db.read(), &ids).await?;
    let told: Vec<Option<Notified>> = rows
        .iter()
        .map(|(_, row)| {
            Some(Notified {
                id: row.id,
                person_id: person,
                because: Vec::new(),
                event: events.remove(&row.event_id)?,
            })
        })
        .collect();
    let known = Known::read(app, told.iter().flatten()).await?;
    let today = app.clock.today();
    let line = |told: Option<Notified>| {
        let event = told.as_ref().map(|told| &told.event);
        let item = event.and_then(|event| digest::item(app, event, &known, today));
        let void = event.and_then(|event| event.void.clone());
        match item {
            Some(item) => Line {
                title: Some(item.title).filter(|title| !title.trim().is_empty()),
                marks: item.marks,
                url: Some(item.url),
                action: match item.by {
                    Some(by) => format!("By {by}: {}", item.action),
                    None => item.action.to_owned(),
                },
                change: item.change,
                void,
            },
            None => Line {
                title: None,
                marks: None,
                url: None,
                action: "It is not to be read any more".to_owned(),
                change: None,
                void,
            },
        }
    };
    Ok(told.into_iter().map(line).collect())
}
