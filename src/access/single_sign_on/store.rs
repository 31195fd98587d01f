//! Sign-ins under way and identities in the database.

use super::{LASTS, token_hash};
use crate::runtime::{App, Error};
use entity::{identity, pending_sign_on as pending};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

/// Notes that a browser was sent to the provider of a domain.
pub(super) async fn insert_pending(
    app: &App,
    state: &str,
    browser: &str,
    domain: String,
) -> Result<(), Error> {
    let row = pending::ActiveModel {
        state_hash: Set(token_hash(state)),
        browser_hash: Set(token_hash(browser)),
        domain: Set(domain),
        expires_at: Set(app.clock.now() + LASTS),
    };
    let txn = app.db.begin().await?;
    pending::Entity::insert(row).exec_without_returning(&txn).await?;
    Ok(txn.commit().await?)
}

/// Uses a state up, in the browser that it was given to; gives the domain. Of two who race, one gets it.
pub(super) async fn take_pending(app: &App, state: &str, browser: &str) -> Result<Option<String>, Error> {
    let txn = app.db.begin().await?;
    let found = pending::Entity::find_by_id(token_hash(state))
        .filter(pending::Column::BrowserHash.eq(token_hash(browser)))
        .filter(pending::Column::ExpiresAt.gt(app.clock.now()))
        .one(&txn)
        .await?;
    let Some(row) = found else {
        return Ok(None);
    };
    let deleted = pending::Entity::delete_by_id(row.state_hash).exec(&txn).await?;
    txn.commit().await?;
    Ok((deleted.rows_affected == 1).then_some(row.domain))
}

pub(super) async fn sweep(app: &App) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    pending::Entity::delete_many()
        .filter(pending::Column::ExpiresAt.lt(app.clock.now()))
        .exec(&txn)
        .await?;
    Ok(txn.commit().await?)
}

pub(super) async fn identity(
    txn: &DatabaseTransaction,
    issuer: &str,
    subject: &str,
) -> Result<Option<identity::Model>, Error> {
    let key = (issuer.to_owned(), subject.to_owned());
    Ok(identity::Entity::find_by_id(key).one(txn).await?)
}

pub(super) async fn identities_of(
    txn: &DatabaseTransaction,
    person: Uuid,
) -> Result<Vec<identity::Model>, Error> {
    Ok(identity::Entity::find()
        .filter(identity::Column::PersonId.eq(person))
        .all(txn)
        .await?)
}

/// Adds an identity; false when it is there already.
pub(super) async fn insert_identity(txn: &DatabaseTransaction, row: identity::Model) -> Result<bool, Error> {
    let there = OnConflict::new().do_nothing().to_owned();
    let inserted = identity::Entity::insert(identity::ActiveModel::from(row))
        .on_conflict(there)
        .exec_without_returning(txn)
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn delete_identity(txn: &DatabaseTransaction, row: &identity::Model) -> Result<(), Error> {
    let key = (row.issuer.clone(), row.subject.clone());
    identity::Entity::delete_by_id(key).exec(txn).await?;
    Ok(())
}
