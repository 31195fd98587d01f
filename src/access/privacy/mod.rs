//! A person's rights over what is held on them (UK GDPR): to have it (`export`, articles 15 and 20) and to have it
//! erased (`erasure`, article 17). [`held`] lists every column of the database; both speak from it.
//!
//! The one place that reaches across the tables of all rooms: it answers for leaving none of them out.

mod erasure;
mod export;
pub mod held;
mod refusals;

pub use erasure::{Closed, Erased, Remains, close, erase};
pub use export::{of_address, own_export};
pub use refusals::AccountCloseErrorCode;

use super::attempts;
use crate::runtime::{App, Error};
use entity::{attempt, invitation, mailed_link, outbox};
use sea_orm::{ColumnTrait, Condition};
use uuid::Uuid;

/// Whom it is about: an address, and the account that it has; a number that is nobody's when it has none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Subject {
    id: Uuid,
    email: String,
}

impl Subject {
    /// Mails to them, and those that name them.
    fn mails(&self) -> Condition {
        Condition::any()
            .add(outbox::Column::PersonId.eq(self.id))
            .add(outbox::Column::NamesId.eq(self.id))
            .add(self.to_nobody_else())
    }

    /// Mails to their address that are nobody else's: another may have had it before.
    fn to_nobody_else(&self) -> Condition {
        Condition::all()
            .add(outbox::Column::Recipient.eq(self.email.as_str()))
            .add(outbox::Column::PersonId.is_null())
    }

    /// Links of their account, and those mailed to their address.
    fn links(&self) -> Condition {
        Condition::any()
            .add(mailed_link::Column::PersonId.eq(self.id))
            .add(mailed_link::Column::Email.eq(self.email.as_str()))
    }

    /// Invitations by them and to their address.
    fn invitations(&self) -> Condition {
        Condition::any()
            .add(invitation::Column::InvitedBy.eq(self.id))
            .add(invitation::Column::Email.eq(self.email.as_str()))
    }

    /// Counted tries at their account, and mails to them.
    fn attempts(&self, app: &App) -> Condition {
        let buckets = attempts::buckets_of(app, self.id, &self.email);
        Condition::all().add(attempt::Column::Bucket.is_in(buckets))
    }
}

/// Wipes what erased rows leave beside the tables, once the outbox has had its turn.
///
/// # Errors
/// When the database fails.
pub async fn sweep(app: &App) -> Result<(), Error> {
    app.db.wipe_traces(&held::personal_tables()).await?;
    Ok(())
}
