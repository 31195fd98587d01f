//! What may be asked twice and is done once: the answer to a key is kept for a day, and given to whoever asks the
//! same again with it.
//!
//! The database holds neither key nor answer in the clear: a keyed hash of the key and of who asks, one of what is
//! asked, and the answer encrypted for that place. What a request is, and who does it, is for `graphql::idempotency`.

use super::{App, Error};
use chrono::{DateTime, Duration, Utc};
use entity::idempotency_key::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};

/// How long an answer is kept. A client that has not got through for a day asks what became of it instead.
const KEPT: Duration = Duration::hours(24);
/// Keys that one person, or one source, uses in an hour: answers are kept, and would fill the disk.
const AN_HOUR: u64 = 600;
const PURPOSE: &str = "idempotency";

/// Something asked with a key.
#[derive(Clone, Debug)]
pub struct Asked {
    key: Vec<u8>,
    asker: Vec<u8>,
    request: Vec<u8>,
}

impl Asked {
    /// `request`, asked by `who` with `key`. The same key of somebody else is another. `whose` is the person, or the
    /// source of somebody who is not signed in, whose keys are counted together and forgotten together.
    pub fn new(app: &App, (who, whose): (&str, &str), key: &str, request: &[u8]) -> Self {
        let of = format!("{who}\n{key}");
        Self {
            key: app.secret.tag(PURPOSE, of.as_bytes()).to_vec(),
            asker: asker(app, whose),
            request: app.secret.tag("idempotent request", request).to_vec(),
        }
    }
}

/// What is known of a key.
#[derive(Debug)]
pub enum Claim {
    /// Nothing was: whoever claims it does what is asked, and then keeps the answer or gives the key back.
    First,
    /// It is being done, since.
    Begun(DateTime<Utc>),
    /// It was done, and answered so.
    Answered(Vec<u8>),
    /// Something else was asked with it.
    Another,
    /// Whoever asks has used too many keys in the last hour.
    TooMany,
}

/// Claims a key: of all who claim it at once, on whatever node, one is the first.
///
/// # Errors
/// When the database fails; the key is then nobody's, or its holder never heard that it is theirs.
pub async fn claim(app: &App, asked: &Asked) -> Result<Claim, Error> {
    loop {
        let now = app.clock.now();
        let row = Entity::find_by_id(asked.key.clone())
            .filter(Column::ExpiresAt.gt(now))
            .one(app.db.read())
            .await?;
        if let Some(row) = row {
            return known(app, asked, row);
        }
        let begun = Entity::find()
            .filter(Column::Asker.eq(asked.asker.clone()))
            .filter(Column::BegunAt.gt(now - Duration::hours(1)));
        if begun.count(app.db.read()).await? >= AN_HOUR {
            return Ok(Claim::TooMany);
        }
        if take(app, asked, now).await? {
            return Ok(Claim::First);
        }
    }
}

fn known(app: &App, asked: &Asked, row: Model) -> Result<Claim, Error> {
    if row.request_hash != asked.request {
        return Ok(Claim::Another);
    }
    let Some(sealed) = row.answer else {
        return Ok(Claim::Begun(row.begun_at));
    };
    let answer = app.secret.open(PURPOSE, &asked.key, &sealed);
    let answer = answer.ok_or_else(|| Error::fault("an answer that was kept cannot be opened"))?;
    Ok(Claim::Answered(answer.to_vec()))
}

async fn take(app: &App, asked: &Asked, now: DateTime<Utc>) -> Result<bool, Error> {
    let txn = app.db.begin().await?;
    Entity::delete_many()
        .filter(Column::KeyHash.eq(asked.key.clone()))
        .filter(Column::ExpiresAt.lte(now))
        .exec(&txn)
        .await?;
    let row = ActiveModel {
        key_hash: Set(asked.key.clone()),
        asker: Set(asked.asker.clone()),
        request_hash: Set(asked.request.clone()),
        answer: Set(None),
        begun_at: Set(now),
        expires_at: Set(now + KEPT),
    };
    let there = OnConflict::column(Column::KeyHash).do_nothing().to_owned();
    let taken = Entity::insert(row)
        .on_conflict(there)
        .exec_without_returning(&txn)
        .await?;
    txn.commit().await?;
    Ok(taken == 1)
}

/// Keeps the answer to a key that was claimed first.
///
/// # Errors
/// When the database fails; what became of the request is then not known.
pub async fn keep(app: &App, asked: &Asked, answer: &[u8]) -> Result<(), Error> {
    let sealed = app.secret.seal(PURPOSE, &asked.key, app.entropy.bytes(), answer);
    let txn = app.db.begin().await?;
    Entity::update_many()
        .filter(Column::KeyHash.eq(asked.key.clone()))
        .col_expr(Column::Answer, Expr::value(sealed))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}

/// Gives a key back that was claimed first, when nothing was done: it can be used again.
///
/// # Errors
/// When the database fails; the key stays claimed then.
pub async fn give_back(app: &App, asked: &Asked) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    Entity::delete_many()
        .filter(Column::KeyHash.eq(asked.key.clone()))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}

/// Forgets what was answered to somebody; what is being done for them stays, so that it is not done twice.
///
/// # Errors
/// When the database fails.
pub async fn forget(app: &App, txn: &DatabaseTransaction, who: &str) -> Result<u64, Error> {
    let gone = Entity::delete_many()
        .filter(Column::Asker.eq(asker(app, who)))
        .filter(Column::Answer.is_not_null())
        .exec(txn)
        .await?;
    Ok(gone.rows_affected)
}

fn asker(app: &App, who: &str) -> Vec<u8> {
    app.secret.tag("idempotent asker", who.as_bytes()).to_vec()
}

/// Forgets the keys of yesterday.
///
/// # Errors
/// When the database fails.
pub async fn sweep(app: &App) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    Entity::delete_many()
        .filter(Column::ExpiresAt.lte(app.clock.now()))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}
