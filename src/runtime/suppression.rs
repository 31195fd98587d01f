//! Addresses that alerts are not sent to: they take no mail, or their owners called it unwanted. What protects an account
//! is sent all the same.
//!
//! Who may suppress and lift belongs to `alerts` and `access`.

use super::outbox::Stream;
use super::{Error, words};
use chrono::{DateTime, Utc};
use entity::outbox;
use entity::suppression::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use std::collections::HashMap;
use uuid::Uuid;

words! {
    /// Why alerts are not sent to an address.
    SuppressionReason {
        /// A mail came back: the address takes none.
        Failed = "failed",
        /// A mail was reported as unwanted.
        Complaint = "complaint",
    }
}

impl SuppressionReason {
    /// As it stands beside a mail that was not sent.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Failed => "the address takes no mail",
            Self::Complaint => "mail to the address was reported as unwanted",
        }
    }
}

/// Since when alerts are not sent to an address, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// Why.
    pub reason: SuppressionReason,
    /// What the mail system said.
    pub status: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// Whether alerts to an address are suppressed, and why. Asked when a mail is written, and again when it is sent.
///
/// # Errors
/// When the database fails.
pub async fn suppressed(
    db: &impl ConnectionTrait,
    recipient: &str,
) -> Result<Option<SuppressionReason>, Error> {
    Ok(of(db, recipient).await?.map(|found| found.reason))
}

/// The same of many addresses: those that are, with why.
///
/// # Errors
/// When the database fails.
pub async fn among(
    db: &impl ConnectionTrait,
    addresses: &[&str],
) -> Result<HashMap<String, SuppressionReason>, Error> {
    let rows = Entity::find()
        .filter(Column::Address.is_in(addresses.iter().copied()))
        .all(db)
        .await?;
    let found = |row: Model| Some((row.address, SuppressionReason::parse(&row.reason)?));
    Ok(rows.into_iter().filter_map(found).collect())
}

/// The same, with everything that is known.
///
/// # Errors
/// When the database fails.
pub async fn of(db: &impl ConnectionTrait, address: &str) -> Result<Option<Suppression>, Error> {
    let found = Entity::find_by_id(address).one(db).await?;
    found.map(read).transpose()
}

fn read(row: Model) -> Result<Suppression, Error> {
    let reason = SuppressionReason::parse(&row.reason);
    Ok(Suppression {
        reason: reason.ok_or_else(|| Error::fault(format!("{:?} is no reason to suppress", row.reason)))?,
        status: row.status,
        since: row.since,
    })
}

/// Suppresses alerts to an address, those that wait included; whether they were not before.
///
/// # Errors
/// When the database fails.
pub async fn suppress(
    txn: &DatabaseTransaction,
    address: &str,
    found: Suppression,
    mail: Uuid,
) -> Result<bool, Error> {
    let row = ActiveModel {
        address: Set(address.to_owned()),
        reason: Set(found.reason.as_str().into()),
        status: Set(found.status),
        since: Set(found.since),
        mail_id: Set(mail),
    };
    let written = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Address).do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    outbox::Entity::update_many()
        .filter(outbox::Column::Recipient.eq(address))
        .filter(outbox::Column::Stream.eq(Stream::Alert.as_str()))
        .filter(outbox::Column::State.is_in(["queued", "leased"]))
        .col_expr(outbox::Column::State, Expr::value("suppressed"))
        .col_expr(outbox::Column::LeaseToken, Expr::value(None::<Uuid>))
        .col_expr(outbox::Column::LastAnswer, Expr::value(found.reason.in_words()))
        .exec(txn)
        .await?;
    Ok(written > 0)
}

/// Lets alerts go to an address again; whether they did not.
///
/// # Errors
/// When the database fails.
pub async fn lift(txn: &DatabaseTransaction, address: &str) -> Result<bool, Error> {
    Ok(Entity::delete_by_id(address).exec(txn).await?.rows_affected > 0)
}
