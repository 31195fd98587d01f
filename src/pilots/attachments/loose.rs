//! Objects that nothing names any more: noted when they are first found so, and forgotten when that is long past.

use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::loose_object::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use std::collections::HashSet;

/// Rows in one statement.
const AT_A_TIME: usize = 500;

/// Notes that these are loose now, and no others; gives those that were before an instant.
pub(super) async fn note(
    app: &App,
    loose: &HashSet<String>,
    before: DateTime<Utc>,
) -> Result<Vec<String>, Error> {
    let txn = app.db.begin().await?;
    let known = Entity::find().all(&txn).await?;
    let named: Vec<&str> = known
        .iter()
        .map(|row| row.name.as_str())
        .filter(|name| !loose.contains(*name))
        .collect();
    for some in named.chunks(AT_A_TIME) {
        let gone = Column::Name.is_in(some.iter().copied());
        Entity::delete_many().filter(gone).exec(&txn).await?;
    }
    let old: HashSet<&str> = known.iter().map(|row| row.name.as_str()).collect();
    let new: Vec<&String> = loose.iter().filter(|name| !old.contains(name.as_str())).collect();
    let since = app.clock.now();
    for some in new.chunks(AT_A_TIME) {
        let rows = some.iter().map(|name| ActiveModel {
            name: Set((*name).clone()),
            since: Set(since),
        });
        // Another node may have found the same.
        Entity::insert_many(rows)
            .on_conflict(OnConflict::column(Column::Name).do_nothing().to_owned())
            .exec_without_returning(&txn)
            .await?;
    }
    txn.commit().await?;
    let long = known
        .into_iter()
        .filter(|row| row.since < before && loose.contains(&row.name));
    Ok(long.map(|row| row.name).collect())
}
