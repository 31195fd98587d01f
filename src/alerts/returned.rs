//! What mail systems send back: noted on the mail that it is about, and the end of alerts to an address that takes none
//! or whose owner complains.
//!
//! Nothing is believed but by a return path that only this server can have made: it says which mail, and so whose.

use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit::{self, About};
use crate::runtime::mail::return_path;
use crate::runtime::mail::returned::{Kind, Returned, read};
use crate::runtime::suppression::{self, Suppression, SuppressionReason};
use crate::runtime::{App, Error};
use entity::outbox;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

/// A message that comes back is at most this long: ours are shorter than that, and it gives back one.
pub const MOST: usize = 1 << 20;
/// Parts what a mail server answered from what came back later.
const CAME_BACK: &str = "; came back: ";

/// What became of a message that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// As it was read.
    pub returned: Returned,
    /// Whether alerts to the mail's recipient end by it.
    pub suppressed: bool,
}

/// Whether a return path's token is one of ours.
pub fn is_ours(app: &App, token: &str) -> bool {
    return_path::mail_of(&app.secret, token).is_some()
}

/// Takes a message that came back to a return path: the address, its token, or, where neither is known, none, and then
/// the message says itself where it came back to. Gives nothing when it is about no mail of ours.
///
/// # Errors
/// When the database fails; the message can be brought again, as often as one likes.
pub async fn take(app: &App, to: Option<&str>, message: &[u8]) -> Result<Option<Taken>, Error> {
    let mail = match to {
        Some(to) => return_path::mail_of(&app.secret, to)
            .or_else(|| return_path::found_in(&app.secret, to.as_bytes())),
        None => return_path::found_in(&app.secret, message),
    };
    let Some(mail) = mail else {
        return Ok(None);
    };
    let found = outbox::Entity::find_by_id(mail);
    let Some(row) = found.clone().one(app.db.read()).await? else {
        return Ok(None);
    };
    let returned = read(message, &row.recipient);
    let txn = app.db.begin().await?;
    let Some(row) = found.one(&txn).await? else {
        return Ok(None);
    };
    note(&txn, &row, &returned).await?;
    let suppressed = suppress(app, &txn, &row, &returned).await?;
    txn.commit().await?;
    Ok(Some(Taken { returned, suppressed }))
}

/// Notes the last thing that came back beside what the mail server had answered.
async fn note(txn: &DatabaseTransaction, mail: &outbox::Model, returned: &Returned) -> Result<(), Error> {
    let answer = mail.last_answer.as_deref().unwrap_or_default();
    let answer = answer.split(CAME_BACK).next().unwrap_or_default();
    let answer = format!("{answer}{CAME_BACK}{}", returned.in_words());
    outbox::Entity::update_many()
        .filter(outbox::Column::Id.eq(mail.id))
        .col_expr(outbox::Column::LastAnswer, Expr::value(answer))
        .exec(txn)
        .await?;
    Ok(())
}

async fn suppress(
    app: &App,
    txn: &DatabaseTransaction,
    mail: &outbox::Model,
    returned: &Returned,
) -> Result<bool, Error> {
    let reason = match returned.kind {
        Kind::Failed => SuppressionReason::Failed,
        Kind::Complaint => SuppressionReason::Complaint,
        Kind::Unknown | Kind::Delivered | Kind::Later | Kind::Refused => return Ok(false),
    };
    let found = Suppression {
        reason,
        status: returned.in_words(),
        since: app.clock.now(),
    };
    if !suppression::suppress(txn, &mail.recipient, found, mail.id).await? {
        return Ok(false);
    }
    let detail = json!({ "suppressed": reason.as_str(), "status": returned.status });
    let about = About::address(mail.person_id, &mail.recipient);
    let (kind, subject): (_, Uuid) = match mail.person_id {
        Some(person) => ("person", person),
        None => ("mail", mail.id),
    };
    let permit = authorize(&Viewer::System, Action::Operate, Resource::System)?;
    audit::record_about(app, txn, &permit, kind, subject, &detail, about).await?;
    Ok(true)
}
