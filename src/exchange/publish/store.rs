//! Reads what is published, in pieces, by the doors that anybody may use; and tells whether it changed.

use super::facts::{Facts, Sourced};
use super::{Cursor, Of};
use crate::access::Viewer;
use crate::contracts::{self, Column, Columns};
use crate::exchange::register::Headings;
use crate::exchange::run;
use crate::runtime::{App, Error};
use crate::suppliers;
use chrono::{DateTime, Utc};
use entity::{contract, contract_source, contract_supplier, supplier};
use futures_util::TryStreamExt;
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, JoinType, QueryFilter, QueryOrder,
    QuerySelect, RelationDef, Select,
};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// A piece is read again when somebody wrote into it meanwhile, so often.
const ATTEMPTS: usize = 3;

/// What tells two states of what is published apart: counts, sums of versions and latest times, of which any change moves
/// one. No time is told by itself: the latest goes back when an import is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The same, as long as nothing changed.
    pub mark: String,
}

/// Where a contract stands in its council's file.
pub(super) struct Place {
    pub(super) id: Uuid,
    /// Nothing, for what came from no file.
    pub(super) row: Option<i32>,
    pub(super) key: Key,
}

/// What of a row key says that rows must keep their order: those that share all but a counter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Key {
    Unique,
    Shared { of: u64, counter: u32 },
}

/// The contracts that a council's register has, as they were read; those that its files do not have any more are not among
/// them. Of each only its place is in memory: some 40 bytes.
pub(super) async fn places(app: &App, council: Uuid) -> Result<Vec<Place>, Error> {
    let rows = contract::Entity::find()
        .select_only()
        .columns([contract::Column::Id, contract::Column::RowKey])
        .column(contract_source::Column::RowNumber)
        .join(JoinType::LeftJoin, sources().rev())
        .filter(contract::Column::CouncilId.eq(council))
        .filter(contract_source::Column::MissingSince.is_null())
        .into_tuple::<(Uuid, String, Option<i32>)>();
    let rows = rows.stream(app.db.read()).await?;
    let place = |(id, key, row): (Uuid, String, Option<i32>)| Place {
        id,
        row,
        key: Key::of(&key),
    };
    Ok(rows.map_ok(place).try_collect().await?)
}

impl Key {
    /// See `register::identity` for what keys are made of.
    pub(super) fn of(row_key: &str) -> Self {
        let counted = row_key.strip_prefix("d:").and_then(|rest| rest.rsplit_once(':'));
        match counted.and_then(|(of, counter)| Some((of, counter.parse().ok()?))) {
            Some((of, counter)) => Self::Shared {
                of: hash(of),
                counter,
            },
            None => Self::Unique,
        }
    }
}

fn hash(text: &str) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn sources() -> RelationDef {
    contract_source::Entity::belongs_to(contract::Entity)
        .from(contract_source::Column::ContractId)
        .to(contract::Column::Id)
        .into()
}

/// The readings from which a council's contracts come, the earliest first: headings, and the most cells of a row.
pub(super) async fn readings(app: &App, council: Uuid) -> Result<Vec<(Uuid, Arc<Headings>, usize)>, Error> {
    let length = match app.db.backend() {
        DbBackend::Postgres => "max(jsonb_array_length(cells))",
        _ => "max(json_array_length(cells))",
    };
    let widths: Vec<(Uuid, i32)> = contract_source::Entity::find()
        .select_only()
        .column(contract_source::Column::ImportId)
        .column_as(Expr::cust(length).cast_as("integer"), "width")
        .join(JoinType::InnerJoin, sources())
        .filter(contract::Column::CouncilId.eq(council))
        .filter(contract_source::Column::MissingSince.is_null())
        .group_by(contract_source::Column::ImportId)
        .order_by_asc(contract_source::Column::ImportId)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let ids: Vec<Uuid> = widths.iter().map(|(id, _)| *id).collect();
    let mut headings = run::headings(app.db.read(), &ids).await?;
    let readings = widths.into_iter().filter_map(|(id, width)| {
        let headings = headings.remove(&id)?;
        Some((id, headings, usize::try_from(width).unwrap_or_default()))
    });
    Ok(readings.collect())
}

/// What everybody may know of contracts, in the order of the ids; those that are gone are left out.
pub(super) async fn facts(app: &App, ids: &[Uuid]) -> Result<Vec<Facts>, Error> {
    let mut found = some(app, ids).await?;
    for _ in 1..ATTEMPTS {
        let versions = Columns::of([Column::Version]);
        let now = contracts::by_ids(app, &Viewer::Anonymous, ids, &versions).await?;
        let same = |facts: &Facts| {
            now.get(&facts.contract.id)
                .is_some_and(|now| now.version == facts.contract.version)
        };
        if found.iter().all(same) {
            break;
        }
        found = some(app, ids).await?;
    }
    Ok(found)
}

async fn some(app: &App, ids: &[Uuid]) -> Result<Vec<Facts>, Error> {
    let mut contracts = contracts::by_ids(app, &Viewer::Anonymous, ids, &Columns::all()).await?;
    let mut options = contracts::options_of(app, ids).await?;
    let mut buyers = contracts::buyers_of(app, ids).await?;
    let mut suppliers = suppliers::of_contracts(app, ids).await?;
    let mut sources = sourced(app, ids).await?;
    let facts = ids.iter().filter_map(|id| {
        Some(Facts {
            contract: contracts.remove(id)?,
            options: options.remove(id).unwrap_or_default(),
            buyers: buyers.remove(id).unwrap_or_default(),
            suppliers: suppliers.remove(id).unwrap_or_default(),
            source: sources.remove(id),
        })
    });
    Ok(facts.collect())
}

async fn sourced(app: &App, ids: &[Uuid]) -> Result<HashMap<Uuid, Sourced>, Error> {
    use contract_source::Column as S;
    let rows: Vec<(Uuid, Uuid, serde_json::Value)> = contract_source::Entity::find()
        .select_only()
        .columns([S::ContractId, S::ImportId, S::Cells])
        .filter(S::ContractId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let mut runs: Vec<Uuid> = rows.iter().map(|(_, run, _)| *run).collect();
    runs.sort_unstable();
    runs.dedup();
    let headings = run::headings(app.db.read(), &runs).await?;
    let mut found = HashMap::with_capacity(rows.len());
    for (contract, run, cells) in rows {
        // A file that was read before headings were kept: nobody knows what its cells stood under.
        let Some(headings) = headings.get(&run).filter(|headings| headings.width() > 0) else {
            continue;
        };
        let source = Sourced {
            run,
            headings: Arc::clone(headings),
            cells: serde_json::from_value(cells).map_err(Error::fault)?,
        };
        found.insert(contract, source);
    }
    Ok(found)
}

/// Contracts in the order in which they were last changed, after a place and not before an instant.
pub(super) async fn changed(
    app: &App,
    council: Uuid,
    since: Option<DateTime<Utc>>,
    after: Option<Cursor>,
    limit: usize,
) -> Result<Vec<Cursor>, Error> {
    let query = page(council, since, after, limit);
    let rows: Vec<(DateTime<Utc>, Uuid)> = query.into_tuple().all(app.db.read()).await?;
    Ok(rows.into_iter().map(|(at, id)| Cursor { at, id }).collect())
}

fn page(
    council: Uuid,
    since: Option<DateTime<Utc>>,
    after: Option<Cursor>,
    limit: usize,
) -> Select<contract::Entity> {
    use contract::Column::{CouncilId, Id, UpdatedAt};
    let mut query = contract::Entity::find()
        .select_only()
        .columns([UpdatedAt, Id])
        .filter(CouncilId.eq(council));
    // Only one of the two bounds: with both, SQLite begins every page at the first, and reads the pages before it again.
    if let Some(since) = since.filter(|since| after.is_none_or(|after| after.at < *since)) {
        query = query.filter(UpdatedAt.gte(since));
    }
    if let Some(Cursor { at, id }) = after {
        let place = Expr::tuple([UpdatedAt.into_expr(), Id.into_expr()]);
        query = query.filter(place.gt(Expr::tuple([Expr::value(at), Expr::value(id)])));
    }
    query.order_by_asc(UpdatedAt).order_by_asc(Id).limit(limit as u64)
}

/// Contracts in the order of their ids, after one: an order that no change moves, and that an index has.
pub(super) async fn next(
    app: &App,
    of: Of,
    since: Option<DateTime<Utc>>,
    after: Uuid,
    limit: usize,
) -> Result<Vec<Uuid>, Error> {
    let query = piece(of, since, after, limit).into_tuple();
    Ok(query.all(app.db.read()).await?)
}

fn piece(of: Of, since: Option<DateTime<Utc>>, after: Uuid, limit: usize) -> Select<contract::Entity> {
    use contract::Column::{CouncilId, Id, UpdatedAt};
    let mut query = contract::Entity::find()
        .select_only()
        .column(Id)
        .filter(Id.gt(after));
    query = match of {
        Of::Council(council) => query.filter(CouncilId.eq(council.id)),
        Of::Contract(id) => query.filter(Id.eq(id)),
        Of::Everybody => query,
    };
    if let Some(since) = since {
        query = query.filter(UpdatedAt.gte(since));
    }
    query.order_by_asc(Id).limit(limit as u64)
}

/// In which state what is published is: the same, as long as nothing of it changed.
///
/// # Errors
/// When the database fails.
pub async fn state(app: &App, of: Of) -> Result<State, Error> {
    let contracts = Query::select()
        .expr(Expr::cust("count(*)"))
        .expr(Expr::cust("CAST(coalesce(sum(version), 0) AS bigint)"))
        .expr(Expr::cust("max(updated_at)"))
        .from(contract::Entity)
        .cond_where(within(of))
        .to_owned();
    let suppliers = Query::select()
        .expr(Expr::cust("count(*)"))
        .expr(Expr::cust("CAST(coalesce(sum(version), 0) AS bigint)"))
        .expr(Expr::cust("max(updated_at)"))
        .from(supplier::Entity)
        .cond_where(match of {
            Of::Everybody => Condition::all(),
            _ => Condition::all().add(supplier::Column::Id.in_subquery(supplying(of))),
        })
        .to_owned();
    let missing = Query::select()
        .expr(Expr::cust("count(*)"))
        .expr(Expr::cust("count(missing_since)"))
        .expr(Expr::cust("max(missing_since)"))
        .from(contract_source::Entity)
        .cond_where(match of {
            Of::Everybody => Condition::all(),
            _ => Condition::all().add(contract_source::Column::ContractId.in_subquery(ids(of))),
        })
        .to_owned();
    let mut state = State::default();
    for select in [contracts, suppliers, missing] {
        let row = app.db.read().query_one(&select).await?.ok_or(Error::NotFound)?;
        let (count, sum): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let changed: Option<DateTime<Utc>> = row.try_get_by_index(2)?;
        let at = changed.map(|at| at.timestamp_micros()).unwrap_or_default();
        state.mark += &format!("{count}.{sum}.{at:x}/");
    }
    Ok(state)
}

/// How many contracts each council's register has, of those that have any.
///
/// # Errors
/// When the database fails.
pub async fn registers(app: &App) -> Result<Vec<(Uuid, u64)>, Error> {
    let counts: Vec<(Uuid, i64)> = contract::Entity::find()
        .select_only()
        .column(contract::Column::CouncilId)
        .column_as(contract::Column::Id.count(), "contracts")
        .group_by(contract::Column::CouncilId)
        .into_tuple()
        .all(app.db.read())
        .await?;
    let count = |(council, count): (Uuid, i64)| (council, u64::try_from(count).unwrap_or_default());
    Ok(counts.into_iter().map(count).collect())
}

fn within(of: Of) -> Condition {
    match of {
        Of::Council(council) => Condition::all().add(contract::Column::CouncilId.eq(council.id)),
        Of::Contract(id) => Condition::all().add(contract::Column::Id.eq(id)),
        Of::Everybody => Condition::all(),
    }
}

fn ids(of: Of) -> SelectStatement {
    Query::select()
        .column(contract::Column::Id)
        .from(contract::Entity)
        .cond_where(within(of))
        .to_owned()
}

fn supplying(of: Of) -> SelectStatement {
    Query::select()
        .column(contract_supplier::Column::SupplierId)
        .from(contract_supplier::Entity)
        .and_where(contract_supplier::Column::ContractId.in_subquery(ids(of)))
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::database::Database;
    use migration::{Migrate, Migrator};
    use sea_orm::{QueryTrait, Statement};

    /// How SQLite reads it.
    async fn plan(db: &Database, read: Select<contract::Entity>) -> Vec<String> {
        let read = read.build(DbBackend::Sqlite);
        let sql = format!("EXPLAIN QUERY PLAN {}", read.sql);
        let values = read.values.unwrap();
        let plan = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
        let steps = db.read().query_all_raw(plan).await.unwrap();
        steps
            .iter()
            .map(|row| row.try_get("", "detail").unwrap())
            .collect()
    }

    #[tokio::test]
    async fn a_page_begins_in_the_index_where_the_one_before_ended_and_what_is_old_is_passed_over_in_one() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("a.db").display());
        let db = Database::open(&url).await.unwrap();
        Migrator::up(db.for_migration(), None).await.unwrap();
        let at: DateTime<Utc> = "2026-01-15T09:00:00Z".parse().unwrap();
        let cursor = Cursor { at, id: Uuid::max() };
        let earlier = Some(at - chrono::Duration::days(1));
        for (since, after, bounds) in [
            (None, None, "council_id=?"),
            (earlier, None, "council_id=? AND updated_at>?"),
            (None, Some(cursor), "council_id=? AND (updated_at,id)>(?,?)"),
            (earlier, Some(cursor), "council_id=? AND (updated_at,id)>(?,?)"),
        ] {
            let index = "SEARCH contract USING COVERING INDEX contract_council_changed";
            let steps = plan(&db, page(Uuid::nil(), since, after, 100)).await;
            assert_eq!(steps, [format!("{index} ({bounds})")]);
        }
        let steps = plan(&db, piece(Of::Everybody, earlier, Uuid::nil(), 100)).await;
        assert_eq!(
            steps,
            ["SEARCH contract USING COVERING INDEX contract_changed (id>?)"]
        );
    }

    #[test]
    fn rows_that_share_all_but_a_counter_are_told_by_their_keys() {
        let (one, ten) = (Key::of("d:A1:0f3c:1"), Key::of("d:A1:0f3c:10"));
        let (
            Key::Shared { of, counter },
            Key::Shared {
                of: same,
                counter: later,
            },
        ) = (one, ten)
        else {
            panic!("{one:?} {ten:?}");
        };
        assert_eq!((of, counter, later), (same, 1, 10));
        assert_ne!(Key::of("d::0f3c:1"), one);
        for unique in ["r:A1", "pilot:1:2:3", "d:", "d:x:y"] {
            assert_eq!(Key::of(unique), Key::Unique, "{unique}");
        }
    }
}
