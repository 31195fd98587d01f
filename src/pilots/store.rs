//! Pilots and bids in the database; scores are `evaluation`'s.

mod record;
mod written;

pub(super) use record::{mails, put_mail};
pub(super) use written::{addenda, put_addendum, put_said};

use super::{
    Category, Criterion, CriterionKind, Decision, Draft, Phase, Pilot, PilotFilter, PriceFormula,
    Reservation, Review, State, TieRule, bids, tender_box,
};
use crate::access::Permit;
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::{bid, pilot, pilot_criterion, pilot_question};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};
use std::collections::HashMap;
use uuid::Uuid;

pub(super) async fn insert(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    pilot: &Pilot,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let said = pilot.said.clone();
    let row = pilot::ActiveModel {
        id: Set(pilot.id),
        council_id: Set(pilot.council_id),
        need_id: Set(said.need_id),
        title: Set(said.title),
        summary: Set(said.summary),
        success_measures: Set(said.success_measures),
        cap_pence: Set(said.cap_pence),
        weeks: Set(said.weeks),
        systems: Set(said.systems),
        questions_until: Set(said.questions_until),
        award_on: Set(said.award_on),
        starts_on: Set(said.starts_on),
        decides_on: Set(said.decides_on),
        lgsl: Set(said.lgsl),
        cpv: Set(said.cpv),
        category: Set(said.category.as_str().into()),
        reservation: Set(said.reservation.as_str().into()),
        lawful_because: Set(None),
        suppliers_unnamed: Set(said.suppliers_unnamed),
        price_after_quality: Set(said.price_after_quality),
        price_formula: Set(said.price_formula.as_str().into()),
        tie_rule: Set(said.tie_rule.as_str().into()),
        standstill_days: Set(said.standstill_days),
        copied_from: Set(pilot.copied_from),
        written_by: Set(pilot.written_by),
        approved_by: Set(None),
        review: Set(None),
        review_note: Set(None),
        state: Set(pilot.state.as_str().into()),
        deadline_at: Set(pilot.deadline_at),
        opened_at: Set(None),
        published_at: Set(None),
        decided_at: Set(None),
        standstill_until: Set(None),
        outcome_reason: Set(None),
        contract_id: Set(None),
        closing_announced: Set(false),
        created_at: Set(now),
        updated_at: Set(now),
        version: Set(pilot.version),
    };
    pilot::Entity::insert(row).exec_without_returning(txn).await?;
    written::put_criteria(txn, pilot.id, said.criteria).await
}

pub(super) async fn update(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    changed: &Pilot,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    // A deadline that moves is near once more.
    let closing_announced = Expr::case(
        pilot::Column::DeadlineAt.eq(changed.deadline_at),
        Expr::col(pilot::Column::ClosingAnnounced),
    )
    .finally(false)
    .into();
    let review = changed.review.as_ref();
    pilot::Entity::update_many()
        .filter(pilot::Column::Id.eq(changed.id))
        .col_expr(pilot::Column::State, Expr::value(changed.state.as_str()))
        .col_expr(pilot::Column::DeadlineAt, Expr::value(changed.deadline_at))
        .col_expr(
            pilot::Column::OutcomeReason,
            Expr::value(changed.outcome_reason.clone()),
        )
        .col_expr(pilot::Column::ContractId, Expr::value(changed.contract_id))
        .col_expr(
            pilot::Column::StandstillUntil,
            Expr::value(changed.standstill_until),
        )
        .col_expr(pilot::Column::PublishedAt, Expr::value(changed.published_at))
        .col_expr(pilot::Column::ApprovedBy, Expr::value(changed.approved_by))
        .col_expr(
            pilot::Column::LawfulBecause,
            Expr::value(changed.lawful_because.clone()),
        )
        .col_expr(
            pilot::Column::Review,
            Expr::value(review.map(|of| of.decision.as_str())),
        )
        .col_expr(
            pilot::Column::ReviewNote,
            Expr::value(review.and_then(|of| of.note.clone())),
        )
        .col_expr(pilot::Column::ClosingAnnounced, closing_announced)
        .col_expr(pilot::Column::UpdatedAt, Expr::value(now))
        .col_expr(pilot::Column::Version, Expr::value(changed.version))
        .exec(txn)
        .await?;
    Ok(())
}

/// A pilot whose row nobody else can change until the transaction ends; once its deadline has passed, its bids are taken
/// out of the tender box.
pub(super) async fn locked(app: &App, txn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Pilot>, Error> {
    let mut query = pilot::Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let mut found = with_criteria(txn, query.all(txn).await?).await?.pop();
    if let Some(pilot) = &mut found {
        tender_box::open(app, txn, pilot).await?;
    }
    Ok(found)
}

pub(super) async fn one(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Pilot>, Error> {
    let rows = pilot::Entity::find_by_id(id).all(db).await?;
    with_criteria(db, rows).await.map(|mut pilots| pilots.pop())
}

pub(super) async fn by_ids(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<Vec<Pilot>, Error> {
    let rows = pilot::Entity::find().filter(pilot::Column::Id.is_in(ids.iter().copied()));
    with_criteria(db, rows.all(db).await?).await
}

/// Who has a bid in for these pilots, by pilot.
pub(super) async fn bidders(db: &impl ConnectionTrait, pilots: &[Uuid]) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let bids = bid::Entity::find()
        .select_only()
        .columns([bid::Column::PilotId, bid::Column::SupplierId])
        .filter(bid::Column::PilotId.is_in(pilots.iter().copied()))
        .filter(bid::Column::State.ne(bids::State::Withdrawn.as_str()));
    Ok(bids.into_tuple().all(db).await?)
}

/// Marks the open pilots whose deadline comes by an instant and that were not marked yet, and gives them.
pub(super) async fn closing_by(
    txn: &impl ConnectionTrait,
    by: DateTime<Utc>,
) -> Result<Vec<pilot::Model>, Error> {
    let marked = pilot::Entity::update_many()
        .col_expr(pilot::Column::ClosingAnnounced, Expr::value(true))
        .filter(pilot::Column::DeadlineAt.lte(by))
        // In the words of the partial index.
        .filter(Expr::cust("state = 'published' AND NOT closing_announced"));
    Ok(marked.exec_with_returning(txn).await?)
}

pub(super) async fn list(
    db: &impl ConnectionTrait,
    filter: &PilotFilter,
    own: &[Uuid],
    now: DateTime<Utc>,
    cut: &Cut,
) -> Result<Page<Pilot>, Error> {
    let public = State::ALL.iter().filter(|state| state.is_public());
    let visible = Condition::any()
        .add(pilot::Column::State.is_in(public.map(|state| state.as_str())))
        .add(pilot::Column::CouncilId.is_in(own.iter().copied()));
    let mut query = pilot::Entity::find()
        .filter(visible)
        .order_by_desc(pilot::Column::Id)
        .limit(cut.first + 1);
    if let Some(council) = filter.council {
        query = query.filter(pilot::Column::CouncilId.eq(council));
    }
    if !filter.phases.is_empty() {
        let any = filter.phases.iter().map(|phase| in_phase(*phase, now));
        query = query.filter(any.fold(Condition::any(), Condition::add));
    }
    if let Some((_, id)) = &cut.after {
        query = query.filter(pilot::Column::Id.lt(*id));
    }
    let pilots = with_criteria(db, query.all(db).await?).await?;
    let items = pilots
        .into_iter()
        .map(|pilot| Item {
            key: String::new(),
            id: pilot.id,
            value: pilot,
        })
        .collect();
    Ok(Page::from_one_more(items, cut, None))
}

/// [`Pilot::phase`] as a condition of SQL.
fn in_phase(phase: Phase, now: DateTime<Utc>) -> Condition {
    let is = |state: State| Condition::all().add(pilot::Column::State.eq(state.as_str()));
    match phase {
        Phase::Open => is(State::Published).add(pilot::Column::DeadlineAt.gt(now)),
        Phase::Closed => is(State::Published).add(pilot::Column::DeadlineAt.lte(now)),
        Phase::Draft => is(State::Draft),
        Phase::InReview => is(State::InReview),
        Phase::Evaluating => is(State::Evaluating),
        Phase::Standstill => is(State::Awarded).add(pilot::Column::StandstillUntil.gt(now)),
        Phase::Awarded => is(State::Awarded).add(
            Condition::any()
                .add(pilot::Column::StandstillUntil.is_null())
                .add(pilot::Column::StandstillUntil.lte(now)),
        ),
        Phase::NoneSuitable => is(State::NoneSuitable),
        Phase::Cancelled => is(State::Cancelled),
        Phase::Withdrawn => is(State::Withdrawn),
    }
}

async fn with_criteria(db: &impl ConnectionTrait, rows: Vec<pilot::Model>) -> Result<Vec<Pilot>, Error> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let criteria = pilot_criterion::Entity::find()
        .filter(pilot_criterion::Column::PilotId.is_in(rows.iter().map(|row| row.id)))
        .order_by_asc(pilot_criterion::Column::Ordinal)
        .all(db)
        .await?;
    let mut of: HashMap<Uuid, Vec<Criterion>> = HashMap::new();
    for row in criteria {
        let kind = CriterionKind::parse(&row.kind).unwrap_or(CriterionKind::Quality);
        let (ordinal, name, description, weight) = (row.ordinal, row.name, row.description, row.weight);
        of.entry(row.pilot_id).or_default().push(Criterion {
            ordinal,
            kind,
            name,
            description,
            weight,
        });
    }
    rows.into_iter().map(|row| read(row, &mut of)).collect()
}

fn read(row: pilot::Model, criteria: &mut HashMap<Uuid, Vec<Criterion>>) -> Result<Pilot, Error> {
    let unknown = |word: &str| Error::fault(format!("pilot {} has {word:?}, which means nothing", row.id));
    Ok(Pilot {
        id: row.id,
        council_id: row.council_id,
        state: State::parse(&row.state).ok_or_else(|| unknown(&row.state))?,
        deadline_at: row.deadline_at,
        opened_at: row.opened_at,
        contract_id: row.contract_id,
        standstill_until: row.standstill_until,
        outcome_reason: row.outcome_reason,
        published_at: row.published_at,
        lawful_because: row.lawful_because,
        copied_from: row.copied_from,
        written_by: row.written_by,
        approved_by: row.approved_by,
        review: row
            .review
            .as_deref()
            .and_then(Decision::parse)
            .map(|decision| Review {
                decision,
                note: row.review_note,
            }),
        version: row.version,
        said: Draft {
            need_id: row.need_id,
            title: row.title,
            summary: row.summary,
            success_measures: row.success_measures,
            cap_pence: row.cap_pence,
            systems: row.systems,
            weeks: row.weeks,
            questions_until: row.questions_until,
            award_on: row.award_on,
            starts_on: row.starts_on,
            decides_on: row.decides_on,
            lgsl: row.lgsl,
            category: Category::parse(&row.category).ok_or_else(|| unknown(&row.category))?,
            price_formula: PriceFormula::parse(&row.price_formula)
                .ok_or_else(|| unknown(&row.price_formula))?,
            tie_rule: TieRule::parse(&row.tie_rule).ok_or_else(|| unknown(&row.tie_rule))?,
            suppliers_unnamed: row.suppliers_unnamed,
            price_after_quality: row.price_after_quality,
            standstill_days: row.standstill_days,
            reservation: Reservation::parse(&row.reservation).ok_or_else(|| unknown(&row.reservation))?,
            cpv: row.cpv,
            criteria: criteria.remove(&row.id).unwrap_or_default(),
        },
    })
}

/// The bids that were taken out of the tender box, those taken back among them.
pub(super) async fn bids(db: &impl ConnectionTrait, pilot: Uuid) -> Result<Vec<bid::Model>, Error> {
    let rows = bid::Entity::find().filter(bid::Column::PilotId.eq(pilot));
    Ok(rows.all(db).await?)
}

pub(super) async fn bid(
    db: &impl ConnectionTrait,
    pilot: Uuid,
    supplier: Uuid,
) -> Result<Option<bid::Model>, Error> {
    let query = bid::Entity::find()
        .filter(bid::Column::PilotId.eq(pilot))
        .filter(bid::Column::SupplierId.eq(supplier));
    Ok(query.one(db).await?)
}

/// Takes a bid's row away: it goes into the tender box.
pub(super) async fn drop_bid(txn: &impl ConnectionTrait, _permit: &Permit, id: Uuid) -> Result<(), Error> {
    bid::Entity::delete_by_id(id).exec(txn).await?;
    Ok(())
}

/// Writes a bid that the clock takes out of the tender box.
pub(super) async fn put_bid(txn: &impl ConnectionTrait, row: bid::Model) -> Result<(), Error> {
    let row = sea_orm::ActiveModelTrait::reset_all(bid::ActiveModel::from(row));
    bid::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

/// Says that the tender box was opened.
pub(super) async fn opened(txn: &impl ConnectionTrait, pilot: Uuid, at: DateTime<Utc>) -> Result<(), Error> {
    pilot::Entity::update_many()
        .filter(pilot::Column::Id.eq(pilot))
        .col_expr(pilot::Column::OpenedAt, Expr::value(at))
        .exec(txn)
        .await?;
    Ok(())
}

/// The pilots that were ever published.
pub(super) async fn published(db: &impl ConnectionTrait) -> Result<Vec<Uuid>, Error> {
    let published = pilot::Entity::find()
        .select_only()
        .column(pilot::Column::Id)
        .filter(pilot::Column::PublishedAt.is_not_null());
    Ok(published.into_tuple().all(db).await?)
}

/// The pilots whose deadline has passed by an instant and whose tender box was not opened.
pub(super) async fn unopened(db: &impl ConnectionTrait, by: DateTime<Utc>) -> Result<Vec<Uuid>, Error> {
    let due = pilot::Entity::find()
        .select_only()
        .column(pilot::Column::Id)
        .filter(pilot::Column::DeadlineAt.lte(by))
        // In the words of the partial index.
        .filter(Expr::cust("state = 'published' AND opened_at IS NULL"));
    Ok(due.into_tuple().all(db).await?)
}

/// What becomes of a bid, and what its bidder is told of it.
pub(super) async fn decide_bid(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    id: Uuid,
    state: bids::State,
    feedback: Option<&str>,
) -> Result<(), Error> {
    bid::Entity::update_many()
        .filter(bid::Column::Id.eq(id))
        .col_expr(bid::Column::State, Expr::value(state.as_str()))
        .col_expr(bid::Column::Feedback, Expr::value(feedback))
        .exec(txn)
        .await?;
    Ok(())
}

pub(super) async fn question(
    db: &impl ConnectionTrait,
    id: Uuid,
) -> Result<Option<pilot_question::Model>, Error> {
    Ok(pilot_question::Entity::find_by_id(id).one(db).await?)
}

pub(super) async fn questions_of(
    db: &impl ConnectionTrait,
    pilot: Uuid,
) -> Result<Vec<pilot_question::Model>, Error> {
    Ok(pilot_question::Entity::find()
        .filter(pilot_question::Column::PilotId.eq(pilot))
        .order_by_asc(pilot_question::Column::Id)
        .all(db)
        .await?)
}

pub(super) async fn put_question(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    row: pilot_question::Model,
) -> Result<(), Error> {
    use pilot_question::Column::{Answer, AnsweredAt, Id, PrivateBecause, State, Version};
    let replace = OnConflict::column(Id)
        .update_columns([Answer, AnsweredAt, PrivateBecause, State, Version])
        .to_owned();
    let row = sea_orm::ActiveModelTrait::reset_all(pilot_question::ActiveModel::from(row));
    pilot_question::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// Pilots written since an instant, that one included, each with its version.
pub(super) async fn written_since(
    db: &impl ConnectionTrait,
    at: DateTime<Utc>,
) -> Result<Vec<(Uuid, i32)>, Error> {
    let written = pilot::Entity::find()
        .select_only()
        .columns([pilot::Column::Id, pilot::Column::Version])
        .filter(pilot::Column::UpdatedAt.gte(at));
    Ok(written.into_tuple().all(db).await?)
}

/// Questions answered since an instant, that one included: of which pilot, and which.
pub(super) async fn answered_since(
    db: &impl ConnectionTrait,
    at: DateTime<Utc>,
) -> Result<Vec<(Uuid, Uuid)>, Error> {
    let answered = pilot_question::Entity::find()
        .select_only()
        .columns([pilot_question::Column::PilotId, pilot_question::Column::Id])
        .filter(pilot_question::Column::AnsweredAt.gte(at));
    Ok(answered.into_tuple().all(db).await?)
}
