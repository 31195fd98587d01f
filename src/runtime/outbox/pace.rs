//! The allowance of each recipient's domain: so many mails a minute, counted in the database for all processes.
//!
//! A mail that is ahead of it is given its turn: it is due then, and goes. Where it could not, because the relay or this
//! service was away, it is counted again. What protects an account is exempt.

use super::super::app::App;
use super::super::error::Error;
use super::Stream;
use chrono::{DateTime, Duration, Utc};
use entity::mail_domain;
use entity::outbox::{Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What was not used of an allowance can be made up for by so much at once.
const SLACK: Duration = Duration::seconds(1);
/// A turn that is further past is not kept: all that waited would go at once.
const MISSED: Duration = Duration::seconds(60);

/// When a mail's turn is, and when the next one's is (GCRA): `next_at` is as the last one left it.
fn turn(next_at: DateTime<Utc>, interval: Duration, now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let at = next_at.max(now - SLACK);
    (at.max(now), at + interval)
}

/// The domain of an address, as it is counted.
fn domain(address: &str) -> String {
    address.rsplit('@').next().unwrap_or_default().to_lowercase()
}

/// Whether a mail counts: not what protects an account, nor receipts of bids, of which no trace is to be left.
fn paced(mail: &Model) -> bool {
    mail.stream != Stream::Security.as_str() && mail.stream != Stream::Sealed.as_str()
}

/// Gives back those that are ahead of their domain's allowance, due when it is their turn.
pub(super) async fn hold_back(
    app: &App,
    txn: &DatabaseTransaction,
    mails: &mut Vec<Model>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let limit = app.sending.per_domain_per_minute;
    if limit == 0 {
        return Ok(());
    }
    let interval = Duration::microseconds(60_000_000 / i64::from(limit));
    let counts = |mail: &Model| paced(mail) && (!mail.paced || mail.due_at < now - MISSED);
    let domains = mails.iter().filter(|mail| counts(mail));
    // Sorted: two processes that hold several domains' rows take them in the same order.
    let mut next: BTreeMap<String, DateTime<Utc>> = domains
        .map(|mail| (domain(&mail.recipient), now - SLACK))
        .collect();
    if next.is_empty() {
        return Ok(());
    }
    next.extend(read(app, txn, &next).await?);
    let mut going = Vec::new();
    for mail in mails.drain(..) {
        let Some(next_at) = next.get_mut(&domain(&mail.recipient)).filter(|_| counts(&mail)) else {
            going.push(mail);
            continue;
        };
        let (at, after) = turn(*next_at, interval, now);
        *next_at = after;
        if at > now {
            give_back(txn, &mail, at).await?;
        } else {
            going.push(mail);
        }
    }
    *mails = going;
    let rows = next
        .into_iter()
        .map(|(domain, next_at)| mail_domain::ActiveModel {
            domain: Set(domain),
            next_at: Set(next_at),
        });
    let replace = OnConflict::column(mail_domain::Column::Domain)
        .update_column(mail_domain::Column::NextAt)
        .to_owned();
    mail_domain::Entity::insert_many(rows)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// What is known of these domains, held until the transaction ends.
async fn read(
    app: &App,
    txn: &DatabaseTransaction,
    of: &BTreeMap<String, DateTime<Utc>>,
) -> Result<Vec<(String, DateTime<Utc>)>, Error> {
    let found = mail_domain::Entity::find()
        .filter(mail_domain::Column::Domain.is_in(of.keys()))
        .order_by_asc(mail_domain::Column::Domain);
    if app.db.backend() != DbBackend::Postgres {
        return Ok(pairs(found.all(txn).await?));
    }
    let held = found.lock(LockType::Update);
    let known = held.clone().all(txn).await?;
    if known.len() == of.len() {
        return Ok(pairs(known));
    }
    // A row that is not there cannot be held: make it, or wait for whoever does.
    let rows = of.iter().map(|(domain, next_at)| mail_domain::ActiveModel {
        domain: Set(domain.clone()),
        next_at: Set(*next_at),
    });
    let keep = OnConflict::column(mail_domain::Column::Domain)
        .do_nothing()
        .to_owned();
    mail_domain::Entity::insert_many(rows)
        .on_conflict(keep)
        .exec_without_returning(txn)
        .await?;
    Ok(pairs(held.all(txn).await?))
}

fn pairs(rows: Vec<mail_domain::Model>) -> Vec<(String, DateTime<Utc>)> {
    rows.into_iter().map(|row| (row.domain, row.next_at)).collect()
}

async fn give_back(txn: &DatabaseTransaction, mail: &Model, at: DateTime<Utc>) -> Result<(), Error> {
    Entity::update_many()
        .filter(Column::Id.eq(mail.id))
        .col_expr(Column::State, Expr::value("queued"))
        .col_expr(Column::DueAt, Expr::value(at))
        .col_expr(Column::Paced, Expr::value(true))
        .col_expr(Column::Attempts, Expr::value(mail.attempts - 1))
        .col_expr(Column::Unanswered, Expr::value(mail.unanswered - 1))
        .col_expr(Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(Column::LeasedUntil, Expr::value(None::<DateTime<Utc>>))
        .exec(txn)
        .await?;
    Ok(())
}

/// Forgets the domains whose time has come.
pub(super) async fn forget(txn: &DatabaseTransaction, now: DateTime<Utc>) -> Result<(), Error> {
    mail_domain::Entity::delete_many()
        .filter(mail_domain::Column::NextAt.lt(now - SLACK))
        .exec(txn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_more_than_a_minutes_allowance_and_a_seconds_slack_in_a_minute() {
        let start = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let interval = Duration::milliseconds(100);
        let mut next = start - Duration::days(1);
        let turns: Vec<_> = (0..1300)
            .map(|_| {
                let (at, after) = turn(next, interval, start);
                next = after;
                at
            })
            .collect();
        assert!(turns.is_sorted(), "in the order in which they came");
        for first in &turns {
            let within = |at: &&DateTime<Utc>| **at >= *first && **at < *first + Duration::minutes(1);
            assert!(turns.iter().filter(within).count() <= 611);
        }
        assert_eq!(
            turns[1299],
            start + Duration::seconds(129) - Duration::milliseconds(100)
        );
    }

    #[test]
    fn a_domain_is_counted_however_it_is_written() {
        assert_eq!(domain("\"a@b\"@Norfolk.GOV.uk"), "norfolk.gov.uk");
    }
}
