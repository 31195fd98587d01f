//! Alerts that a restored database tells again: written after it was restored, about what was due before.

use crate::runtime::Error;
use crate::runtime::outbox::Stream;
use chrono::{DateTime, Utc};
use entity::{notification, outbox};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// The alerts that are not sent and tell only of what was due before an instant, whenever they were written.
///
/// # Errors
/// When the database fails.
pub async fn mails_due_before(txn: &DatabaseTransaction, instant: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
    use notification::Column::DueAt;
    let waiting = outbox::Entity::find()
        .select_only()
        .column(outbox::Column::Id)
        .filter(outbox::Column::State.is_in(["queued", "leased"]))
        .filter(outbox::Column::Stream.eq(Stream::Alert.as_str()))
        .filter(Expr::exists(told_by_it(DueAt.lt(instant))))
        .filter(Expr::exists(told_by_it(DueAt.gte(instant))).not());
    Ok(waiting.into_tuple().all(txn).await?)
}

fn told_by_it(due: sea_orm::sea_query::SimpleExpr) -> SelectStatement {
    let mut select = Query::select();
    select
        .expr(Expr::val(1))
        .from(notification::Entity)
        .and_where(
            Expr::col((notification::Entity, notification::Column::OutboxId))
                .equals((outbox::Entity, outbox::Column::Id)),
        )
        .and_where(due);
    select
}
