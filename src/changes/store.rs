//! The feed in the database: numbered under one row, read by number.

use super::{Change, Kind};
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::public_change::{Column, Entity};
use entity::{public_change_due, public_change_feed};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use uuid::Uuid;

/// Which feed it is, and the last number that was given.
pub(super) async fn feed(db: &impl ConnectionTrait) -> Result<(Uuid, i64), Error> {
    let row = public_change_feed::Entity::find_by_id(1).one(db).await?;
    let row = row.ok_or_else(|| Error::fault("the row of the feed of changes is gone"))?;
    Ok((row.feed_id, row.number))
}

/// The changes after a number, with theirs.
pub(super) async fn after(
    db: &impl ConnectionTrait,
    after: i64,
    limit: usize,
) -> Result<Vec<(i64, Change)>, Error> {
    let rows = Entity::find()
        .filter(Column::Number.gt(after))
        .order_by_asc(Column::Number)
        .limit(limit as u64)
        .all(db)
        .await?;
    let read = |row: entity::public_change::Model| {
        let unknown = || Error::fault(format!("a change of {:?}, which means nothing", row.kind));
        let change = Change {
            kind: Kind::parse(&row.kind).ok_or_else(unknown)?,
            id: row.object_id,
            changed_at: row.changed_at,
        };
        Ok((row.number, change))
    };
    rows.into_iter().map(read).collect()
}

/// Holds the feed until the transaction ends, if there is something to number; whether there is.
pub(super) async fn hold(txn: &impl ConnectionTrait) -> Result<bool, Error> {
    let sql = "UPDATE public_change_feed SET number = number WHERE id = 1 \
               AND EXISTS (SELECT 1 FROM public_change_due)";
    let held = Statement::from_string(txn.get_database_backend(), sql);
    Ok(txn.execute_raw(held).await?.rows_affected() > 0)
}

/// Numbers what is due; the feed is held. What was numbered before moves to its new place.
pub(super) async fn number(txn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), Error> {
    // PostgreSQL sees what others commit meanwhile: what is taken is what is numbered.
    let (take, due) = match txn.get_database_backend() {
        DbBackend::Postgres => (
            "WITH taken AS (DELETE FROM public_change_due RETURNING kind, object_id) ",
            "(SELECT DISTINCT kind, object_id FROM taken)",
        ),
        _ => ("", "public_change_due"),
    };
    // By id, which counts up: what is written next to each other is read so.
    let sql = format!(
        "{take}INSERT INTO public_change (number, kind, object_id, changed_at) \
         SELECT feed.number + row_number() OVER (ORDER BY due.kind, due.object_id), due.kind, due.object_id, $1 \
         FROM {due} AS due CROSS JOIN public_change_feed AS feed WHERE TRUE \
         ON CONFLICT (kind, object_id) DO UPDATE SET number = excluded.number, changed_at = excluded.changed_at"
    );
    let backend = txn.get_database_backend();
    let numbered = txn
        .execute_raw(Statement::from_sql_and_values(backend, sql, [now.into()]))
        .await?;
    let count = i64::try_from(numbered.rows_affected()).map_err(Error::fault)?;
    if backend != DbBackend::Postgres {
        public_change_due::Entity::delete_many().exec(txn).await?;
    }
    public_change_feed::Entity::update_many()
        .col_expr(
            public_change_feed::Column::Number,
            Expr::col(public_change_feed::Column::Number).add(count),
        )
        .exec(txn)
        .await?;
    Ok(())
}

/// Makes it another feed, unless that was done since this hold of dispatch.
pub(super) async fn begin_anew(
    txn: &impl ConnectionTrait,
    feed: Uuid,
    since: DateTime<Utc>,
) -> Result<(), Error> {
    use public_change_feed::Column::{AnewSince, FeedId};
    public_change_feed::Entity::update_many()
        .filter(AnewSince.is_null().or(AnewSince.ne(since)))
        .col_expr(FeedId, Expr::value(feed))
        .col_expr(AnewSince, Expr::value(since))
        .exec(txn)
        .await?;
    Ok(())
}
