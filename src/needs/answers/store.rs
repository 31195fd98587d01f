//! Answers in the database.

use super::{Answer, AnswerFilter, AnswerState, Offer};
use crate::access::Permit;
use crate::runtime::Error;
use crate::runtime::page::{Cut, Item, Page};
use entity::need_answer::{ActiveModel, Column, Entity, Model};
use entity::{need, need_answer_product as named, need_supporter};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Condition, ExprTrait, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashMap;
use uuid::Uuid;

/// Whose answers somebody sees: those to needs of these councils or that they support, and those of these suppliers.
pub(super) struct Seer {
    pub(super) all: bool,
    pub(super) councils: Vec<Uuid>,
    pub(super) suppliers: Vec<Uuid>,
}

impl Seer {
    fn condition(&self) -> Condition {
        if self.all {
            return Condition::all();
        }
        let mut own = Query::select();
        own.column(need::Column::Id)
            .from(need::Entity)
            .and_where(need::Column::CouncilId.is_in(self.councils.iter().copied()));
        let mut joined = Query::select();
        joined
            .column(need_supporter::Column::NeedId)
            .from(need_supporter::Entity)
            .and_where(need_supporter::Column::CouncilId.is_in(self.councils.iter().copied()))
            .and_where(need_supporter::Column::WithdrawnAt.is_null());
        let of_need = Condition::any()
            .add(Column::NeedId.into_expr().in_subquery(own))
            .add(Column::NeedId.into_expr().in_subquery(joined));
        let standing = Condition::all().add(Column::WithdrawnAt.is_null()).add(of_need);
        Condition::any()
            .add(Column::SupplierId.is_in(self.suppliers.iter().copied()))
            .add(standing)
    }
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    seer: &Seer,
    filter: &AnswerFilter,
    cut: &Cut,
) -> Result<Page<Answer>, Error> {
    let mut query = Entity::find()
        .filter(seer.condition())
        .order_by_desc(Column::Id)
        .limit(cut.first + 1);
    if let Some(need) = filter.need {
        query = query.filter(Column::NeedId.eq(need));
    }
    if let Some(supplier) = filter.supplier {
        query = query.filter(Column::SupplierId.eq(supplier));
    }
    if let Some((_, id)) = &cut.after {
        query = query.filter(Column::Id.lt(*id));
    }
    let items = with_products(db, query.all(db).await?).await?;
    let items = items.into_iter().map(|answer| Item {
        key: String::new(),
        id: answer.id,
        value: answer,
    });
    Ok(Page::from_one_more(items.collect(), cut, None))
}

pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Answer>, Error> {
    let found = Entity::find_by_id(id).all(db).await?;
    Ok(with_products(db, found).await?.pop())
}

/// The answer of a supplier to a need, standing or not.
pub(super) async fn of_supplier(
    db: &impl ConnectionTrait,
    need: Uuid,
    supplier: Uuid,
) -> Result<Option<Answer>, Error> {
    let found = Entity::find()
        .filter(Column::NeedId.eq(need))
        .filter(Column::SupplierId.eq(supplier));
    Ok(with_products(db, found.all(db).await?).await?.pop())
}

async fn with_products(db: &impl ConnectionTrait, rows: Vec<Model>) -> Result<Vec<Answer>, Error> {
    let names = named::Entity::find()
        .filter(named::Column::AnswerId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(named::Column::Ordinal);
    let mut of: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for row in names.all(db).await? {
        of.entry(row.answer_id).or_default().push(row.product_id);
    }
    let read = |row: Model| Answer {
        id: row.id,
        need_id: row.need_id,
        supplier_id: row.supplier_id,
        offer: Offer {
            products: of.remove(&row.id).unwrap_or_default(),
            note: row.note,
        },
        state: match row.withdrawn_at {
            Some(_) => AnswerState::Withdrawn,
            None => AnswerState::Given,
        },
        answered_at: row.answered_at,
        updated_at: row.updated_at,
        version: row.version,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Writes an answer as it is now.
pub(super) async fn put(txn: &impl ConnectionTrait, _permit: &Permit, answer: &Answer) -> Result<(), Error> {
    let withdrawn = answer.state == AnswerState::Withdrawn;
    let row = ActiveModel {
        id: Set(answer.id),
        need_id: Set(answer.need_id),
        supplier_id: Set(answer.supplier_id),
        note: Set(answer.offer.note.clone()),
        answered_at: Set(answer.answered_at),
        updated_at: Set(answer.updated_at),
        withdrawn_at: Set(withdrawn.then_some(answer.updated_at)),
        version: Set(answer.version),
    };
    let replace = OnConflict::column(Column::Id)
        .update_columns([
            Column::Note,
            Column::AnsweredAt,
            Column::UpdatedAt,
            Column::WithdrawnAt,
            Column::Version,
        ])
        .to_owned();
    Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    named::Entity::delete_many()
        .filter(named::Column::AnswerId.eq(answer.id))
        .exec(txn)
        .await?;
    let names = (0..)
        .zip(&answer.offer.products)
        .map(|(ordinal, product)| named::ActiveModel {
            answer_id: Set(answer.id),
            product_id: Set(*product),
            ordinal: Set(ordinal),
        });
    let names: Vec<_> = names.collect();
    if !names.is_empty() {
        named::Entity::insert_many(names)
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}
