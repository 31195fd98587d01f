//! Mail between being decided on and being accepted by a server.
//!
//! A row is written in the transaction of what it tells of. `deliver` takes rows by lease and offers them, so many at
//! a time, with no transaction open while SMTP talks; `record` writes back only with the token that a row was taken
//! by: a worker that was thought dead changes nothing. [`hold`] keeps a restored database from telling everything again.
//! What a mail says belongs to those who enqueue it.

mod claim;
mod deliver;
pub mod hold;
mod pace;
pub mod queue;
mod record;
mod relay;
mod sealed;
mod sending;

pub use claim::free_leases;
pub use deliver::{deliver_due, run};
pub use sending::Sending;

use super::app::App;
use super::error::Error;
use super::mail::Letter;
use super::suppression;
use chrono::{DateTime, Duration, Utc};
use entity::outbox::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

/// So long after it was first offered, what is still refused for now is parked.
const GIVE_UP: Duration = Duration::hours(72);
/// Mails in one statement: SQLite takes 32,766 values.
const AT_A_TIME: usize = 1000;
/// Every time that it was offered, the server said 4xx or 5xx: where an answer was lost it may have arrived.
const EACH_REFUSED: &str = "attempts = (SELECT count(*) FROM mail_attempt WHERE mail_id = outbox.id \
                            AND (answer LIKE '4%' OR answer LIKE '5%'))";

/// Which stream a mail belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Windows and opportunities; can be unsubscribed from.
    Alert,
    /// The outcome of a pilot, to its bidders.
    Outcome,
    /// To bidders while nobody else may know that they are: receipts, and news of the pilot. Encrypted in the queue, gone
    /// once it is sent, and in no count and no list for operators: they are not to learn how many bids there are.
    Sealed,
    /// What protects an account: links, new devices, changes. Nobody can unsubscribe from it, and it waits for nothing.
    Security,
}

impl Stream {
    /// The word it is stored by.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Alert => "alert",
            Self::Outcome => "outcome",
            Self::Sealed => "sealed",
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
        Stream::Outcome | Stream::Sealed | Stream::Security => None,
    };
    let mut mail = Model {
        id,
        stream: stream.as_str().into(),
        recipient: letter.to,
        subject: super::mail::clean(&letter.subject, 200),
        message_id: letter.message_id,
        message,
        state: if suppressed.is_some() {
            "suppressed"
        } else {
            "queued"
        }
        .into(),
        attempts: 0,
        unanswered: 0,
        due_at: now,
        give_up_at: now + GIVE_UP,
        paced: false,
        lease_token: None,
        leased_until: None,
        last_answer: suppressed.map(|reason| reason.in_words().into()),
        person_id,
        names_id: None,
        erase: false,
        created_at: now,
        sent_at: None,
    };
    sealed::seal(app, &mut mail);
    let row = ActiveModel::from(mail).reset_all();
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(id)
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

/// Withdraws the alerts to a person that have not gone, with the reason: those given up too, which could be put back in
/// the queue.
pub async fn suppress(txn: &DatabaseTransaction, person_id: Uuid, reason: &str) -> Result<u64, Error> {
    let done = Entity::update_many()
        .filter(Column::PersonId.eq(person_id))
        .filter(Column::Stream.eq(Stream::Alert.as_str()))
        .filter(Column::State.is_in(["queued", "leased", "parked"]))
        .col_expr(Column::State, Expr::value("suppressed"))
        .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(Column::LastAnswer, Expr::value(reason))
        .exec(txn)
        .await?;
    Ok(done.rows_affected)
}

/// Withdraws those of these mails that nobody can have got, with the reason: never offered, or refused in so many words
/// each time. Gives which.
pub async fn withdraw(txn: &DatabaseTransaction, mails: &[Uuid], reason: &str) -> Result<Vec<Uuid>, Error> {
    let mut withdrawn = Vec::new();
    for mails in mails.chunks(AT_A_TIME) {
        let taken = Entity::update_many()
            .filter(Column::Id.is_in(mails.iter().copied()))
            .filter(Column::State.is_in(["queued", "parked"]))
            .filter(Expr::cust(EACH_REFUSED))
            .col_expr(Column::State, Expr::value("suppressed"))
            .col_expr(Column::LastAnswer, Expr::value(reason))
            .exec_with_returning(txn)
            .await?;
        withdrawn.extend(taken.into_iter().map(|mail| mail.id));
    }
    Ok(withdrawn)
}

/// What became of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// queued, leased, sent, parked or suppressed.
    pub state: String,
    /// To whom it is.
    pub recipient: String,
    /// What it is called.
    pub subject: String,
    /// Its Message-ID, without brackets.
    pub message_id: String,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When a mail server took it.
    pub sent_at: Option<DateTime<Utc>>,
    /// What the mail server last answered, or why it was parked or suppressed.
    pub last_answer: Option<String>,
}

/// What became of these mails.
pub async fn outcomes(db: &impl ConnectionTrait, mails: &[Uuid]) -> Result<HashMap<Uuid, Outcome>, Error> {
    let mut rows = Vec::new();
    for some in mails.chunks(AT_A_TIME) {
        let found = Entity::find().filter(Column::Id.is_in(some.iter().copied()));
        rows.extend(found.all(db).await?);
    }
    let outcome = |row: Model| Outcome {
        state: row.state,
        recipient: row.recipient,
        subject: row.subject,
        message_id: row.message_id,
        written_at: row.created_at,
        sent_at: row.sent_at,
        last_answer: row.last_answer,
    };
    Ok(rows.into_iter().map(|row| (row.id, outcome(row))).collect())
}

/// The latest mails, newest first, for the development mailbox.
pub async fn latest(app: &App, limit: u64) -> Result<Vec<Model>, Error> {
    let newest = Entity::find()
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit);
    let newest = newest.all(app.db.read()).await?;
    Ok(newest.into_iter().map(|mail| sealed::open(app, mail)).collect())
}

/// One mail, for the development mailbox.
pub async fn one(app: &App, id: Uuid) -> Result<Option<Model>, Error> {
    let found = Entity::find_by_id(id).one(app.db.read()).await?;
    Ok(found.map(|mail| sealed::open(app, mail)))
}

/// How many mails there are in all.
pub async fn count(app: &App) -> Result<u64, Error> {
    Ok(Entity::find().count(app.db.read()).await?)
}
