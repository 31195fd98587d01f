//! Needs and who supports them, in the database.

use super::{Filter, Firmness, Need, OwnDemand, State, Statement, Supporter};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use chrono::{DateTime, Utc};
use entity::need::{ActiveModel, Column, Entity, Model};
use entity::need_supporter as supporter;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Condition, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    need: &Need,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = ActiveModel {
        created_at: Set(now),
        ..row(need, now)
    };
    Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Writes a need as it is now.
pub(super) async fn put(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    need: &Need,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let row = ActiveModel {
        id: NotSet,
        ..row(need, now)
    };
    Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(need.id))
        .exec(txn)
        .await?;
    Ok(())
}

fn row(need: &Need, now: DateTime<Utc>) -> ActiveModel {
    let said = need.statement.clone();
    ActiveModel {
        id: Set(need.id),
        council_id: Set(need.council_id),
        contract_id: Set(said.contract_id),
        title: Set(said.title),
        problem: Set(said.problem),
        outcomes: Set(said.outcomes),
        constraints: Set(said.constraints),
        systems: Set(said.systems),
        lgsl: Set(said.lgsl),
        cpv: Set(said.cpv),
        budget_min_pence: Set(said.budget_min_pence),
        budget_max_pence: Set(said.budget_max_pence),
        needed_by: Set(said.needed_by),
        firmness: Set(said.firmness.map(|firmness| firmness.as_str().to_owned())),
        quantity: Set(said.quantity),
        quantity_of: Set(said.quantity_of),
        state: Set(need.state.as_str().into()),
        created_at: NotSet,
        updated_at: Set(now),
        stated_at: Set(need.stated_at),
        version: Set(need.version),
    }
}

/// A page of what passes; of what nobody else ever saw only that of these councils, or all.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    drafts_of: Option<&[Uuid]>,
    cut: &Cut,
) -> Result<Page<Need>, Error> {
    let mut query = Entity::find()
        .filter(filter.condition())
        .order_by_desc(Column::Id)
        .limit(cut.first + 1);
    if let Some(councils) = drafts_of {
        let own = Column::CouncilId.is_in(councils.iter().copied());
        query = query.filter(Condition::any().add(Column::StatedAt.is_not_null()).add(own));
    }
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
        stated_at: row.stated_at,
        version: row.version,
        statement: Statement {
            title: row.title,
            problem: row.problem,
            outcomes: row.outcomes,
            constraints: row.constraints,
            systems: row.systems,
            lgsl: row.lgsl,
            cpv: row.cpv,
            budget_min_pence: row.budget_min_pence,
            budget_max_pence: row.budget_max_pence,
            needed_by: row.needed_by,
            firmness: row.firmness.as_deref().and_then(Firmness::parse),
            quantity: row.quantity,
            quantity_of: row.quantity_of,
            contract_id: row.contract_id,
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

/// Writes what a council that says "us too" says now, or since when it does not any more.
pub(super) async fn put_supporter(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    need_id: Uuid,
    said: &Supporter,
    withdrawn_at: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    use supporter::Column as C;
    let wants = said.wants.clone();
    let row = supporter::ActiveModel {
        need_id: Set(need_id),
        council_id: Set(said.council_id),
        note: Set(wants.note),
        needed_by: Set(wants.needed_by),
        quantity: Set(wants.quantity),
        budget_min_pence: Set(wants.budget_min_pence),
        budget_max_pence: Set(wants.budget_max_pence),
        joined_at: Set(said.joined_at),
        withdrawn_at: Set(withdrawn_at),
        version: Set(said.version),
    };
    let replace = OnConflict::columns([C::NeedId, C::CouncilId])
        .update_columns([
            C::Note,
            C::NeededBy,
            C::Quantity,
            C::BudgetMinPence,
            C::BudgetMaxPence,
        ])
        .update_columns([C::JoinedAt, C::WithdrawnAt, C::Version])
        .to_owned();
    supporter::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// What a council said of a need, and since when it does not any more.
pub(super) async fn supporter(
    txn: &impl ConnectionTrait,
    need_id: Uuid,
    council_id: Uuid,
) -> Result<Option<(Supporter, Option<DateTime<Utc>>)>, Error> {
    let found = supporter::Entity::find_by_id((need_id, council_id))
        .one(txn)
        .await?;
    Ok(found
        .map(|row| (row.withdrawn_at, row))
        .map(|(gone, row)| (said(row), gone)))
}

fn said(row: supporter::Model) -> Supporter {
    Supporter {
        council_id: row.council_id,
        wants: OwnDemand {
            note: row.note,
            needed_by: row.needed_by,
            quantity: row.quantity,
            budget_min_pence: row.budget_min_pence,
            budget_max_pence: row.budget_max_pence,
        },
        joined_at: row.joined_at,
        version: row.version,
    }
}

pub(super) async fn supporters_of(
    db: &impl ConnectionTrait,
    needs: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Supporter>>, Error> {
    let rows = supporter::Entity::find()
        .filter(supporter::Column::NeedId.is_in(needs.iter().copied()))
        .filter(supporter::Column::WithdrawnAt.is_null())
        .order_by_asc(supporter::Column::JoinedAt)
        .order_by_asc(supporter::Column::CouncilId)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Supporter>> = HashMap::new();
    for row in rows {
        of.entry(row.need_id).or_default().push(said(row));
    }
    Ok(of)
}
