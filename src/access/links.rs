//! Links that are mailed and work once: whoever has one reads mail at the address it went to.
//!
//! Only the hash of a link's token is kept. What a link then lets its holder do is for those who take it.

use super::token_hash;
use crate::runtime::{App, Error, words};
use chrono::Duration;
use entity::mailed_link::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

words! {
    /// What a link is for.
    Purpose {
        /// Makes an account.
        Register = "register",
        /// Chooses a new password.
        Reset = "reset",
        /// Moves an account to the address it was mailed to.
        Email = "email",
        /// Has alerts sent again to the address it was mailed to.
        Alerts = "alerts",
    }
}

impl Purpose {
    fn lasts(self) -> Duration {
        match self {
            Self::Register | Self::Email | Self::Alerts => Duration::hours(24),
            Self::Reset => Duration::hours(1),
        }
    }
}

/// What a link stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    pub(super) purpose: Purpose,
    /// Whose account, if there is one.
    pub(super) person: Option<Uuid>,
    /// The address it is mailed to.
    pub(super) email: String,
    /// The name given with it.
    pub(super) name: String,
}

/// Makes a link; gives its address, which only a mail may hold.
pub(super) async fn make(app: &App, txn: &DatabaseTransaction, link: Link) -> Result<String, Error> {
    let token = app.entropy.token();
    let purpose = link.purpose;
    let row = ActiveModel {
        token_hash: Set(token_hash(&token)),
        purpose: Set(purpose.as_str().into()),
        person_id: Set(link.person),
        email: Set(link.email),
        name: Set(link.name),
        expires_at: Set(app.clock.now() + purpose.lasts()),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(format!("{}/account/{}/{token}", app.public_url, purpose.as_str()))
}

/// What a link stands for, without using it up.
pub(super) async fn look(
    app: &App,
    db: &impl ConnectionTrait,
    purpose: Purpose,
    token: &str,
) -> Result<Option<Link>, Error> {
    let found = Entity::find_by_id(token_hash(token))
        .filter(Column::Purpose.eq(purpose.as_str()))
        .filter(Column::ExpiresAt.gt(app.clock.now()))
        .one(db)
        .await?;
    Ok(found.map(|row| Link {
        purpose,
        person: row.person_id,
        email: row.email,
        name: row.name,
    }))
}

/// Uses a link up. Of two who race, one gets it.
pub(super) async fn take(
    app: &App,
    txn: &DatabaseTransaction,
    purpose: Purpose,
    token: &str,
) -> Result<Option<Link>, Error> {
    let found = look(app, txn, purpose, token).await?;
    let deleted = Entity::delete_by_id(token_hash(token)).exec(txn).await?;
    Ok(found.filter(|_| deleted.rows_affected == 1))
}

/// Ends the links of a person that are for this.
pub(super) async fn revoke(txn: &DatabaseTransaction, person: Uuid, purpose: Purpose) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::PersonId.eq(person))
        .filter(Column::Purpose.eq(purpose.as_str()))
        .exec(txn)
        .await?;
    Ok(())
}
