//! Needs in the database.

use super::{Need, Statement};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use entity::need::{ActiveModel, Column, Entity, Model};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
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
        needed_by: Set(None),
        state: Set("stated".into()),
        created_at: Set(need.stated_at),
        updated_at: Set(need.stated_at),
        version: Set(1),
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

pub(super) async fn list(db: &impl ConnectionTrait, cut: &Cut) -> Result<Page<Need>, Error> {
    let mut query = Entity::find()
        .filter(Column::State.ne("draft"))
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
    let rows = Entity::find()
        .filter(wanted)
        .filter(Column::State.ne("draft"))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, read(row))).collect())
}

fn read(row: Model) -> Need {
    Need {
        id: row.id,
        council_id: row.council_id,
        stated_at: row.created_at,
        statement: Statement {
            title: row.title,
            problem: row.problem,
            outcomes: row.outcomes,
            systems: row.systems,
            lgsl: row.lgsl,
            cpv: row.cpv,
            budget_min_pence: row.budget_min_pence,
            budget_max_pence: row.budget_max_pence,
        },
    }
}
