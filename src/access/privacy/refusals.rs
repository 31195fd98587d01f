//! When an account is not closed: whoever asks has not proven enough that they are who they are, or somebody else would
//! be left without anyone in charge.

use super::Subject;
use crate::access::members::any_role;
use crate::access::tokens::Organisation;
use crate::access::{Membership, Origin, Person, Through, credentials, store};
use crate::runtime::{App, Error, Refusal, Stop};
use chrono::Duration;
use entity::{council, person as people, session, supplier};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect,
};

/// How fresh the session of somebody without a password must be.
const FRESH: Duration = Duration::minutes(10);

/// Why an account was not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum AccountCloseErrorCode {
    /// The password is not right, or was not given.
    WrongPassword,
    /// The account has no password: it takes a session of less than ten minutes.
    SignInAgain,
    /// Too many were tried lately.
    TooManyAttempts,
    /// They are the last administrator of a council, or of a supplier with others in it: make another first.
    LastAdministrator,
    /// They are the last operator of this installation.
    LastOperator,
}

/// Has the viewer prove again who they are: by the password, counted like a sign-in, or by a fresh session.
pub(super) async fn prove(
    app: &App,
    person: &Person,
    password: Option<&str>,
    origin: &Origin,
) -> Result<(), Stop<AccountCloseErrorCode>> {
    let row = store::row(app.db.read(), person.id)
        .await?
        .ok_or(Error::NotFound)?;
    if row.password_hash.is_some() {
        use AccountCloseErrorCode::{TooManyAttempts, WrongPassword};
        let present = password.unwrap_or_default();
        let proven = credentials::prove(app, person, present, origin, TooManyAttempts, WrongPassword).await;
        return proven.map(|_| ());
    }
    let Through::Session { id, .. } = person.through else {
        return Err(Error::NotAllowed.into());
    };
    let since = app.clock.now() - FRESH;
    let fresh = session::Entity::find()
        .filter(session::Column::Id.eq(id))
        .filter(session::Column::CreatedAt.gt(since))
        .one(app.db.read())
        .await?;
    if fresh.is_some() {
        return Ok(());
    }
    let message = "sign in again, and close the account within ten minutes";
    Err(Stop::refuse(AccountCloseErrorCode::SignInAgain, "", message))
}

/// Somebody's row, held, if nobody would be left without anyone in charge. Every operator's row and the memberships of
/// their organisations are held with it, so that of the last two who leave at once one stays.
pub(super) async fn held_unless_last(
    txn: &DatabaseTransaction,
    subject: &Subject,
) -> Result<people::Model, Stop<AccountCloseErrorCode>> {
    let those = Condition::any()
        .add(people::Column::Id.eq(subject.id))
        .add(people::Column::Operator.eq(true));
    let mut those = people::Entity::find()
        .filter(those)
        .order_by_asc(people::Column::Id);
    if txn.get_database_backend() == DbBackend::Postgres {
        those = those.lock_exclusive();
    }
    let (own, operators): (Vec<_>, Vec<_>) = those
        .all(txn)
        .await?
        .into_iter()
        .partition(|row| row.id == subject.id);
    let own = own.into_iter().next().ok_or(Error::NotFound)?;
    let mut refusals = Vec::new();
    let mut refuse = |code, message| {
        let path = String::new();
        refusals.push(Refusal {
            code,
            message,
            path,
            current_version: None,
        });
    };
    if own.operator && operators.is_empty() {
        let message = "this is the last operator of the installation: make another first";
        refuse(AccountCloseErrorCode::LastOperator, message.to_owned());
    }
    let mut organisations = store::memberships(txn, own.id).await?;
    organisations.sort_by_key(|of| of.columns());
    for of in organisations {
        if is_last(txn, &own, of).await? {
            let name = name(txn, of).await?;
            let message = format!("this is the last administrator of {name}: make somebody else one first");
            refuse(AccountCloseErrorCode::LastAdministrator, message);
        }
    }
    if refusals.is_empty() {
        return Ok(own);
    }
    Err(Stop::Refused(refusals))
}

/// Whether others depend on them to be the administrator: a council always, a supplier while anybody else is in it.
async fn is_last(txn: &DatabaseTransaction, own: &people::Model, of: Membership) -> Result<bool, Error> {
    if !of.is_administrator() {
        return Ok(false);
    }
    let all = store::held_members(txn, any_role(Organisation::of(&of))).await?;
    let mut others = all.iter().filter(|(id, ..)| *id != own.id);
    let alone = matches!(of, Membership::Supplier(..)) && all.len() == 1;
    Ok(!alone && !others.any(|(_, of, _)| of.is_administrator()))
}

async fn name(txn: &DatabaseTransaction, of: Membership) -> Result<String, Error> {
    let found = match of {
        Membership::Council(id, _) => council::Entity::find_by_id(id)
            .one(txn)
            .await?
            .map(|row| row.name),
        Membership::Supplier(id, _) => supplier::Entity::find_by_id(id)
            .one(txn)
            .await?
            .map(|row| row.name),
    };
    Ok(found.unwrap_or_else(|| "an organisation".into()))
}
