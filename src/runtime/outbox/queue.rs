//! The queue as operators see it: how much waits, what is parked and why, and putting it back.

use super::super::app::App;
use super::super::error::Error;
use super::super::page::{Cut, Item, Page};
use super::GIVE_UP;
use super::hold::{self, Held};
use chrono::{DateTime, Duration, Utc};
use entity::mail_attempt;
use entity::outbox::{Column, Entity};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Statement,
};
use std::collections::HashMap;
use uuid::Uuid;

/// How much mail is where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Waiting: for their time, for a place, or for dispatch to be released.
    pub queued: u64,
    /// Being offered.
    pub leased: u64,
    /// Given up.
    pub parked: u64,
    /// Withdrawn before they were sent.
    pub suppressed: u64,
    /// Sent within the last 24 hours.
    pub sent_last_day: u64,
    /// When the mail that has waited longest was due; none, where none is due.
    pub oldest_due_at: Option<DateTime<Utc>>,
    /// Whether dispatch is held.
    pub held: Option<Held>,
}

/// A mail that was given up.
#[derive(Clone, Debug, FromQueryResult, PartialEq, Eq)]
pub struct Parked {
    /// Identifier.
    pub id: Uuid,
    /// To whom.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// Why it was given up.
    pub last_answer: Option<String>,
}

/// What came of offering it.
pub type Attempt = mail_attempt::Model;

/// What operators are shown: how many bids there are is not theirs to know.
const SHOWN: &str = "stream <> 'sealed'";

/// How much mail is where.
///
/// # Errors
/// When the database fails.
pub async fn queue(app: &App) -> Result<Queue, Error> {
    let now = app.clock.now();
    // Each by an index of its own: what was sent long ago is not counted through. What is sealed is not counted.
    let of = |state: &str| format!("(SELECT count(*) FROM outbox WHERE state = '{state}' AND {SHOWN})");
    let sql = format!(
        "SELECT {}, {}, {}, {}, (SELECT count(*) FROM outbox WHERE state = 'sent' AND sent_at > $1 AND {SHOWN}), \
         (SELECT min(due_at) FROM outbox WHERE state = 'queued' AND due_at <= $2 AND {SHOWN})",
        of("queued"),
        of("leased"),
        of("parked"),
        of("suppressed")
    );
    let values = [(now - Duration::days(1)).into(), now.into()];
    let statement = Statement::from_sql_and_values(app.db.backend(), sql, values);
    let row = app.db.read().query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::fault("counts without an answer"))?;
    let count = |at| Ok::<_, Error>(u64::try_from(row.try_get_by_index::<i64>(at)?).unwrap_or_default());
    Ok(Queue {
        queued: count(0)?,
        leased: count(1)?,
        parked: count(2)?,
        suppressed: count(3)?,
        sent_last_day: count(4)?,
        oldest_due_at: row.try_get_by_index(5)?,
        held: hold::held(app).await?,
    })
}

/// When the next mail that is not due yet will be.
pub(super) async fn next_due(app: &App) -> Result<Option<DateTime<Utc>>, Error> {
    let next = Entity::find()
        .select_only()
        .column(Column::DueAt)
        .filter(Column::State.eq("queued"))
        .filter(Column::DueAt.gt(app.clock.now()))
        .order_by_asc(Column::DueAt)
        .limit(1)
        .into_tuple();
    Ok(next.one(app.db.read()).await?)
}

/// The mails that were given up, the latest first.
///
/// # Errors
/// When the database fails.
pub async fn parked(app: &App, cut: &Cut) -> Result<Page<Parked>, Error> {
    let mut query = Entity::find()
        .select_only()
        .columns([
            Column::Id,
            Column::Recipient,
            Column::Subject,
            Column::CreatedAt,
            Column::LastAnswer,
        ])
        .filter(Column::State.eq("parked"))
        .filter(Expr::cust(SHOWN))
        .order_by_desc(Column::Id)
        .limit(cut.first + 1);
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.lt(*id));
    }
    let rows = query.into_model::<Parked>().all(app.db.read()).await?;
    let item = |value: Parked| Item {
        key: String::new(),
        id: value.id,
        value,
    };
    Ok(Page::from_one_more(
        rows.into_iter().map(item).collect(),
        cut,
        None,
    ))
}

/// What came of offering these mails, each in order.
///
/// # Errors
/// When the database fails.
pub async fn attempts(app: &App, mails: &[Uuid]) -> Result<HashMap<Uuid, Vec<Attempt>>, Error> {
    let rows = mail_attempt::Entity::find()
        .filter(mail_attempt::Column::MailId.is_in(mails.iter().copied()))
        .order_by_asc(mail_attempt::Column::Ordinal)
        .all(app.db.read())
        .await?;
    let mut of: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
    for row in rows {
        of.entry(row.mail_id).or_default().push(row);
    }
    Ok(of)
}

/// Puts one parked mail back in the queue, or all of them, byte for byte as they were; how many that were.
///
/// # Errors
/// When the database fails.
pub async fn redrive(app: &App, txn: &DatabaseTransaction, mail: Option<Uuid>) -> Result<u64, Error> {
    let now = app.clock.now();
    let mut update = Entity::update_many()
        .filter(Column::State.eq("parked"))
        .filter(Expr::cust(SHOWN))
        .col_expr(Column::State, Expr::value("queued"))
        .col_expr(Column::DueAt, Expr::value(now))
        .col_expr(Column::GiveUpAt, Expr::value(now + GIVE_UP))
        .col_expr(Column::Unanswered, Expr::value(0))
        .col_expr(Column::Paced, Expr::value(false));
    if let Some(mail) = mail {
        update = update.filter(Column::Id.eq(mail));
    }
    Ok(update.exec(txn).await?.rows_affected)
}
