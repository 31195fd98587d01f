//! Mail between being decided on and being accepted by a server.
//!
//! A row is written in the transaction of what it tells of. Sending claims a row in one statement with a lease
//! and a token, holds no transaction while SMTP talks, and writes back only with the token it claimed by: a
//! worker that was thought dead changes nothing. What a mail says belongs to those who enqueue it.

use super::app::App;
use super::error::Error;
use super::mail::{Answer, Letter};
use super::suppression;
use chrono::{DateTime, Duration, Utc};
use entity::outbox::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect, Statement,
};
use std::collections::HashMap;
use uuid::Uuid;

/// A crashed worker's mail is taken up again after this long; longer than one send may take.
const LEASE: Duration = Duration::seconds(90);
/// After this long, what is still refused for now is parked.
const GIVE_UP: Duration = Duration::hours(72);
/// First wait between attempts; it doubles (30 s, 1 min, 2 min ... 1 h).
const FIRST_RETRY: Duration = Duration::seconds(30);
/// Longest wait between attempts.
const LAST_RETRY: Duration = Duration::hours(1);

/// Which stream a mail belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Windows and opportunities; can be unsubscribed from.
    Alert,
    /// The outcome of a pilot, to its bidders.
    Outcome,
    /// What protects an account: links, new devices, changes. Nobody can unsubscribe from it, and it waits for nothing.
    Security,
}

impl Stream {
    /// The word it is stored by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Outcome => "outcome",
            Self::Security => "security",
        }
    }
}

/// Writes a mail to the outbox as part of `txn`; its bytes are fixed from here on. Gives its id.
///
/// # Errors
/// When the message cannot be composed or the row not written.
pub async fn enqueue(
    app: &App,
    txn: &DatabaseTransaction,
    stream: Stream,
    person_id: Option<Uuid>,
    letter: impl FnOnce(String) -> Letter,
) -> Result<Uuid, Error> {
    let now = app.clock.now();
    let id = app.entropy.id(now);
    let letter = letter(format!("{}@{}", id.simple(), app.mailer.domain()));
    let message = app.mailer.compose(&letter).map_err(Error::fault)?;
    let suppressed = match stream {
        Stream::Alert => suppression::suppressed(txn, &letter.to).await?,
        Stream::Outcome | Stream::Security => None,
    };
    ActiveModel {
        id: Set(id),
        stream: Set(stream.as_str().into()),
        recipient: Set(letter.to),
        subject: Set(super::mail::clean(&letter.subject, 200)),
        message_id: Set(letter.message_id),
        message: Set(message),
        state: Set(if suppressed.is_some() {
            "suppressed"
        } else {
            "queued"
        }
        .into()),
        attempts: Set(0),
        due_at: Set(now),
        lease_token: Set(None),
        leased_until: Set(None),
        last_answer: Set(suppressed.map(|reason| reason.in_words().into())),
        person_id: Set(person_id),
        names_id: Set(None),
        erase: Set(false),
        created_at: Set(now),
        sent_at: Set(None),
    }
    .insert(txn)
    .await?;
    Ok(id)
}

/// Sends everything that is due, one after another. Gives how many mails were accepted.
///
/// # Errors
/// When the database cannot be asked; mail servers' troubles are written to the rows instead.
pub async fn deliver_due(app: &App) -> Result<usize, Error> {
    let mut sent = 0;
    while let Some((mail, token)) = claim(app).await? {
        if held_back(app, &mail, token).await? {
            continue;
        }
        let back = app.mailer.return_path(&app.secret, mail.id);
        let answer = app.mailer.send(&back, &mail.recipient, &mail.message).await;
        sent += usize::from(matches!(answer, Answer::Accepted(_)));
        record(app, &mail, token, answer).await?;
    }
    Ok(sent)
}

/// Whether a claimed mail is not sent after all: its address was suppressed since it was written.
async fn held_back(app: &App, mail: &Model, token: Uuid) -> Result<bool, Error> {
    if mail.stream != Stream::Alert.as_str() {
        return Ok(false);
    }
    let Some(reason) = suppression::suppressed(app.db.read(), &mail.recipient).await? else {
        return Ok(false);
    };
    let txn = app.db.begin().await?;
    Entity::update_many()
        .filter(Column::Id.eq(mail.id))
        .filter(Column::LeaseToken.eq(token))
        .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .col_expr(Column::State, Expr::value("suppressed"))
        .col_expr(Column::LastAnswer, Expr::value(reason.in_words()))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    Ok(true)
}

/// Takes the mail that has been due longest, or whose worker has gone quiet, in one statement. What protects an account
/// goes before everything else.
async fn claim(app: &App) -> Result<Option<(Model, Uuid)>, Error> {
    let now = app.clock.now();
    let token = app.entropy.id(now);
    let lock = match app.db.backend() {
        sea_orm::DbBackend::Postgres => "FOR UPDATE SKIP LOCKED",
        _ => "",
    };
    let due = |only: &str| {
        format!(
            "(SELECT id FROM outbox WHERE {only} ((state = 'queued' AND due_at <= $3) \
             OR (state = 'leased' AND leased_until < $3)) ORDER BY due_at LIMIT 1 {lock})"
        )
    };
    let sql = format!(
        "UPDATE outbox SET state = 'leased', attempts = attempts + 1, lease_token = $1, leased_until = $2 \
         WHERE id = COALESCE({}, {}) RETURNING *",
        due("stream = 'security' AND"),
        due("")
    );
    let values = [token.into(), (now + LEASE).into(), now.into()];
    let statement = Statement::from_sql_and_values(app.db.backend(), sql, values);
    let txn = app.db.begin().await?;
    let claimed = Entity::find().from_raw_sql(statement).one(&txn).await?;
    txn.commit().await?;
    Ok(claimed.map(|mail| (mail, token)))
}

async fn record(app: &App, mail: &Model, token: Uuid, answer: Answer) -> Result<(), Error> {
    let now = app.clock.now();
    let update = Entity::update_many()
        .filter(Column::Id.eq(mail.id))
        .filter(Column::LeaseToken.eq(token))
        .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>));
    let update = match answer {
        Answer::Accepted(said) => update
            .col_expr(Column::State, Expr::value("sent"))
            .col_expr(Column::SentAt, Expr::value(now))
            .col_expr(Column::LastAnswer, Expr::value(said)),
        Answer::Later(said) if now - mail.created_at < GIVE_UP => update
            .col_expr(Column::State, Expr::value("queued"))
            .col_expr(Column::DueAt, Expr::value(now + retry_after(app, mail.attempts)))
            .col_expr(Column::LastAnswer, Expr::value(said)),
        Answer::Later(said) | Answer::Refused(said) => update
            .col_expr(Column::State, Expr::value("parked"))
            .col_expr(Column::LastAnswer, Expr::value(said)),
    };
    let txn = app.db.begin().await?;
    update.exec(&txn).await?;
    let erased = Entity::delete_many()
        .filter(Column::Id.eq(mail.id))
        .filter(Column::Erase.eq(true))
        .filter(Column::State.is_in(["sent", "parked"]))
        .exec(&txn)
        .await?;
    txn.commit().await?;
    if erased.rows_affected > 0 {
        app.db.left_traces();
    }
    Ok(())
}

/// 30 s, 1 min, 2 min ... 1 h, each up to a quarter longer so that a thousand do not return at once.
fn retry_after(app: &App, attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.clamp(1, 8) - 1).unwrap_or(0);
    let wait = (FIRST_RETRY * 2_i32.pow(doublings)).min(LAST_RETRY);
    let jitter = i32::from(app.entropy.bytes::<1>()[0]);
    wait + wait * jitter / 1024
}

/// Has a mail go for good once it is sent or parked: whoever it is to has no account any more.
pub async fn erase_once_done(txn: &DatabaseTransaction, mail: Uuid) -> Result<(), Error> {
    let row = Entity::update_many().filter(Column::Id.eq(mail));
    row.col_expr(Column::Erase, Expr::value(true)).exec(txn).await?;
    Ok(())
}

/// Notes whom else a mail names.
pub async fn names(txn: &DatabaseTransaction, mail: Uuid, person_id: Uuid) -> Result<(), Error> {
    let row = Entity::update_many().filter(Column::Id.eq(mail));
    row.col_expr(Column::NamesId, Expr::value(person_id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Gives the mails that went to an address before it was somebody's to its owner, who can move on to another.
pub async fn adopt(txn: &DatabaseTransaction, recipient: &str, person_id: Uuid) -> Result<(), Error> {
    Entity::update_many()
        .filter(Column::Recipient.eq(recipient))
        .filter(Column::PersonId.is_null())
        .col_expr(Column::PersonId, Expr::value(person_id))
        .exec(txn)
        .await?;
    Ok(())
}

/// Withdraws the alerts queued for a person, with the reason; what a server already accepted has gone.
pub async fn suppress(txn: &DatabaseTransaction, person_id: Uuid, reason: &str) -> Result<u64, Error> {
    let done = Entity::update_many()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::Stream.eq(Stream::Alert.as_str()))
        .filter(Column::State.is_in(["queued", "leased"]))
        .col_expr(Column::State, Expr::value("suppressed"))
        .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(Column::LastAnswer, Expr::value(reason))
        .exec(txn)
        .await?;
    Ok(done.rows_affected)
}

/// Withdraws those of these mails that no mail server has been offered yet, with the reason; gives which.
pub async fn withdraw(txn: &DatabaseTransaction, mails: &[Uuid], reason: &str) -> Result<Vec<Uuid>, Error> {
    let withdrawn = Entity::update_many()
        .filter(Column::Id.is_in(mails.iter().copied()))
        .filter(Column::State.eq("queued"))
        .filter(Column::Attempts.eq(0))
        .col_expr(Column::State, Expr::value("suppressed"))
        .col_expr(Column::LastAnswer, Expr::value(reason))
        .exec_with_returning(txn)
        .await?;
    Ok(withdrawn.into_iter().map(|mail| mail.id).collect())
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sending {
    /// queued, leased, sent, parked or suppressed.
    pub state: String,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When a mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// How often it was tried.
    pub attempts: i32,
    /// What the mail server last answered, or why it was parked or suppressed.
    pub last_answer: Option<String>,
}

/// What became of these mails.
pub async fn sendings(db: &impl ConnectionTrait, mails: &[Uuid]) -> Result<HashMap<Uuid, Sending>, Error> {
    let rows = Entity::find()
        .filter(Column::Id.is_in(mails.iter().copied()))
        .all(db)
        .await?;
    let sending = |row: Model| Sending {
        state: row.state,
        message_id: row.message_id,
        written_at: row.created_at,
        sent_at: row.sent_at,
        attempts: row.attempts,
        last_answer: row.last_answer,
    };
    Ok(rows.into_iter().map(|row| (row.id, sending(row))).collect())
}

/// The latest mails, newest first, for the development mailbox.
pub async fn latest(app: &App, limit: u64) -> Result<Vec<Model>, Error> {
    let newest = Entity::find()
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit);
    Ok(newest.all(app.db.read()).await?)
}

/// One mail, for the development mailbox.
pub async fn one(app: &App, id: Uuid) -> Result<Option<Model>, Error> {
    Ok(Entity::find_by_id(id).one(app.db.read()).await?)
}

/// How many mails there are in all.
pub async fn count(app: &App) -> Result<u64, Error> {
    Ok(Entity::find().count(app.db.read()).await?)
}
