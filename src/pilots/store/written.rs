//! What a pilot says, written anew while it is not public, and the addenda to it once it is.

use super::super::addenda::{Addendum, Day, Moved};
use super::super::{Criterion, Pilot};
use crate::access::Permit;
use crate::runtime::Error;
use entity::pilot::{Column, Entity};
use entity::{pilot_addendum as addendum, pilot_criterion as criterion};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Value, json};
use std::collections::HashMap;
use uuid::Uuid;

/// Writes what a pilot says now, and who wrote it; the rest of the row is [`super::update`]'s.
pub(in crate::pilots) async fn put_said(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: &Pilot,
) -> Result<(), Error> {
    let said = &pilot.said;
    Entity::update_many()
        .filter(Column::Id.eq(pilot.id))
        .col_expr(Column::Title, Expr::value(said.title.as_str()))
        .col_expr(Column::Summary, Expr::value(said.summary.as_str()))
        .col_expr(
            Column::SuccessMeasures,
            Expr::value(said.success_measures.as_str()),
        )
        .col_expr(Column::Systems, Expr::value(said.systems.clone()))
        .col_expr(Column::CapPence, Expr::value(said.cap_pence))
        .col_expr(Column::Weeks, Expr::value(said.weeks))
        .col_expr(Column::QuestionsUntil, Expr::value(said.questions_until))
        .col_expr(Column::AwardOn, Expr::value(said.award_on))
        .col_expr(Column::StartsOn, Expr::value(said.starts_on))
        .col_expr(Column::DecidesOn, Expr::value(said.decides_on))
        .col_expr(Column::Lgsl, Expr::value(said.lgsl))
        .col_expr(Column::Cpv, Expr::value(said.cpv.clone()))
        .col_expr(Column::Category, Expr::value(said.category.as_str()))
        .col_expr(Column::Reservation, Expr::value(said.reservation.as_str()))
        .col_expr(Column::SuppliersUnnamed, Expr::value(said.suppliers_unnamed))
        .col_expr(Column::PriceAfterQuality, Expr::value(said.price_after_quality))
        .col_expr(Column::PriceFormula, Expr::value(said.price_formula.as_str()))
        .col_expr(Column::TieRule, Expr::value(said.tie_rule.as_str()))
        .col_expr(Column::StandstillDays, Expr::value(said.standstill_days))
        .col_expr(Column::WrittenBy, Expr::value(pilot.written_by))
        .exec(txn)
        .await?;
    let before = criterion::Column::PilotId.eq(pilot.id);
    criterion::Entity::delete_many().filter(before).exec(txn).await?;
    put_criteria(txn, pilot.id, said.criteria.clone()).await
}

pub(super) async fn put_criteria(
    txn: &impl ConnectionTrait,
    pilot: Uuid,
    criteria: Vec<Criterion>,
) -> Result<(), Error> {
    let rows = criteria.into_iter().map(|of| criterion::ActiveModel {
        pilot_id: Set(pilot),
        ordinal: Set(of.ordinal),
        kind: Set(of.kind.as_str().into()),
        name: Set(of.name),
        description: Set(of.description),
        weight: Set(of.weight),
    });
    criterion::Entity::insert_many(rows)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Writes an addendum, and the dates as they are now; the deadline is [`super::update`]'s.
pub(in crate::pilots) async fn put_addendum(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: &Pilot,
    added: &Addendum,
) -> Result<(), Error> {
    let said = &pilot.said;
    Entity::update_many()
        .filter(Column::Id.eq(pilot.id))
        .col_expr(Column::QuestionsUntil, Expr::value(said.questions_until))
        .col_expr(Column::AwardOn, Expr::value(said.award_on))
        .col_expr(Column::StartsOn, Expr::value(said.starts_on))
        .col_expr(Column::DecidesOn, Expr::value(said.decides_on))
        .exec(txn)
        .await?;
    let moved = added.moved.iter();
    let moved = moved.map(|moved| json!({ "what": moved.what.as_str(), "from": moved.from, "to": moved.to }));
    let row = addendum::ActiveModel {
        pilot_id: Set(pilot.id),
        number: Set(added.number),
        text: Set(added.text.clone()),
        moved: Set(moved.collect()),
        published_at: Set(added.published_at),
    };
    addendum::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// The addenda to these pilots, by pilot, in their order.
pub(in crate::pilots) async fn addenda(
    db: &impl ConnectionTrait,
    pilots: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Addendum>>, Error> {
    let rows = addendum::Entity::find()
        .filter(addendum::Column::PilotId.is_in(pilots.iter().copied()))
        .order_by_asc(addendum::Column::Number)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Addendum>> = HashMap::new();
    for row in rows {
        let moved = row.moved.as_array().into_iter().flatten().filter_map(moved);
        of.entry(row.pilot_id).or_default().push(Addendum {
            number: row.number,
            text: row.text,
            moved: moved.collect(),
            published_at: row.published_at,
        });
    }
    Ok(of)
}

fn moved(value: &Value) -> Option<Moved> {
    Some(Moved {
        what: Day::parse(value["what"].as_str()?)?,
        from: value["from"].as_str().map(str::to_owned),
        to: value["to"].as_str()?.to_owned(),
    })
}
