//! Needs in the database.

use super::{Need, State, Statement};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use chrono::{DateTime, Utc};
use entity::need::{ActiveModel, Column, Entity, Model};
use entity::need_supporter as supporter;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn insert(txn: &impl ConnectionTrait, _permit: &Permit, need: &Need) -> Result<(), Error> {
    let said = need.statement.clone();
    let row = ActiveModel {
        id: Set(need.id),
        council_id: Set(need.council_id),
        contract_id: Set(None),
        title: Set(said.title),
        problem: Set(said.problem),
        outcomes: Set(said.outcomes),
        systems: Set(said.systems),
        lgsl: Set(said.lgsl),
        cpv: Set(said.cpv),
        budget_min_pence: Set(said.budget_min_pence),
        budget_max_pence: Set(said.budget_max_pence),
        needed_by: Set(said.needed_by),
        state: Set(need.state.as_str().into()),
        created_at: Set(need.stated_at),
        updated_at: Set(need.stated_at),
        version: Set(need.version),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

pub(super) async fn list(db: &impl ConnectionTrait, cut: &Cut) -> Result<Page<Need>, Error> {
    let mut query = Entity::find()
        .filter(Column::State.ne(State::Withdrawn.as_str()))
        .order_by_desc(Column::Id)
        .limit(cut.first + 1);
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.lt(*id));
    }
    let rows = query.all(db).await?;
    let items = rows
        .into_iter()
        .map(|row| Item {
            key: String::new(),
            id: row.id,
            value: read(row),
        })
        .collect();
    Ok(Page::from_one_more(items, cut, None))
}

pub(super) async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<HashMap<Uuid, Need>, Error> {
    let wanted = Column::Id.is_in(ids.iter().copied());
    let rows = Entity::find().filter(wanted).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.id, read(row))).collect())
}

fn read(row: Model) -> Need {
    Need {
        id: row.id,
        council_id: row.council_id,
        state: State::parse(&row.state).unwrap_or(State::Withdrawn),
        stated_at: row.created_at,
        version: row.version,
        statement: Statement {
            title: row.title,
            problem: row.problem,
            outcomes: row.outcomes,
            systems: row.systems,
            lgsl: row.lgsl,
            cpv: row.cpv,
            budget_min_pence: row.budget_min_pence,
            budget_max_pence: row.budget_max_pence,
            needed_by: row.needed_by,
        },
    }
}

/// A need whose row nobody else can change until the transaction ends.
pub(super) async fn one(txn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Need>, Error> {
    let mut query = Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    Ok(query.one(txn).await?.map(read))
}

pub(super) async fn put_state(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    need: &Need,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    Entity::update_many()
        .filter(Column::Id.eq(need.id))
        .col_expr(Column::State, Expr::value(need.state.as_str()))
        .col_expr(Column::UpdatedAt, Expr::value(now))
        .col_expr(Column::Version, Expr::value(need.version))
        .exec(txn)
        .await?;
    Ok(())
}

/// Adds a council that says "us too"; false when it has said so.
pub(super) async fn put_supporter(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    need_id: Uuid,
    council_id: Uuid,
    note: Option<String>,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    use supporter::Column::{CouncilId, NeedId};
    let row = supporter::ActiveModel {
        need_id: Set(need_id),
        council_id: Set(council_id),
        note: Set(note),
        joined_at: Set(now),
    };
    let said = OnConflict::columns([NeedId, CouncilId]).do_nothing().to_owned();
    let added = supporter::Entity::insert(row)
        .on_conflict(said)
        .exec_without_returning(txn)
        .await?;
    Ok(added == 1)
}

pub(super) async fn supporters_of(
    db: &impl ConnectionTrait,
    needs: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let rows = supporter::Entity::find()
        .filter(supporter::Column::NeedId.is_in(needs.iter().copied()))
        .order_by_asc(supporter::Column::JoinedAt)
        .order_by_asc(supporter::Column::CouncilId)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in rows {
        of.entry(row.need_id).or_default().push(row.council_id);
    }
    Ok(of)
}
