//! Uploaded registers, what their plans say, and how councils' headings are read, in the database.

use super::{CLAIM, Plan, Sheet, State, Uploaded};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::exchange::import::{Decisions, Line, LineKind, last_import};
use crate::exchange::register::{Mapping, Settings};
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error, objects};
use chrono::{DateTime, Utc};
use entity::register_import::{ActiveModel, Column, Entity, Model};
use entity::{register_import_line as line, register_mapping};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect,
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Lines of one kind that are kept; of those that are held, ten times as many.
const LINES: usize = 1000;
/// Rows in one statement.
const AT_A_TIME: usize = 1000;

/// Leave to see and change an upload. Whoever may not import does not learn that there is one.
pub(super) fn permit(viewer: &Viewer, row: &Model) -> Result<Permit, Error> {
    let of = Resource::Council(row.council_id);
    authorize(viewer, Action::ImportRegister, of).map_err(|_| Error::NotFound)
}

pub(super) async fn hold(txn: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, Error> {
    let mut query = Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::Update);
    }
    Ok(query.one(txn).await?)
}

pub(super) async fn is_under_way(txn: &impl ConnectionTrait, council: Uuid) -> Result<bool, Error> {
    let open = [State::Reading, State::Planned, State::Applying].map(State::as_str);
    let found = Entity::find()
        .filter(Column::CouncilId.eq(council))
        .filter(Column::State.is_in(open))
        .one(txn)
        .await?;
    Ok(found.is_some())
}

#[expect(clippy::too_many_arguments, reason = "a row, told once")]
pub(super) async fn insert(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    council: Uuid,
    name: &str,
    object: &str,
    content: &[u8],
    mapping: &Mapping,
    sheet: Option<String>,
) -> Result<Model, Error> {
    let now = app.clock.now();
    let row = ActiveModel {
        id: Set(app.new_id()),
        council_id: Set(council),
        file_name: Set(name.to_owned()),
        digest: Set(Sha256::digest(content).to_vec()),
        object: Set(Some(object.to_owned())),
        state: Set(State::Reading.as_str().into()),
        mapping: Set(serde_json::json!(mapping)),
        sheet: Set(sheet),
        recognised: Set(None),
        plan: Set(None),
        decided: Set(serde_json::json!(Decisions::new())),
        problem: Set(None),
        run_id: Set(None),
        started_by: Set(permit.actor()),
        started_at: Set(now),
        claimed_until: Set(None),
        changed_at: Set(now),
        version: Set(1),
    };
    Ok(Entity::insert(row).exec_with_returning(txn).await?)
}

/// Writes a row that is held, one version on.
async fn put(
    app: &App,
    txn: &impl ConnectionTrait,
    mut row: ActiveModel,
    version: i32,
) -> Result<Model, Error> {
    row.version = Set(version + 1);
    row.changed_at = Set(app.clock.now());
    Ok(Entity::update(row).exec(txn).await?)
}

/// Has a file read again, with other words on its headings, sheet or rows.
pub(super) async fn read_again(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    row: Model,
    settings: Option<(&Mapping, Option<String>)>,
    decisions: &Decisions,
) -> Result<Model, Error> {
    let version = row.version;
    let mut row = row.into_active_model();
    row.state = Set(State::Reading.as_str().into());
    row.claimed_until = Set(None);
    row.problem = Set(None);
    row.decided = Set(serde_json::json!(decisions));
    if let Some((mapping, sheet)) = settings {
        row.mapping = Set(serde_json::json!(mapping));
        if sheet.is_some() {
            row.sheet = Set(sheet);
        }
    }
    put(app, txn, row, version).await
}

pub(super) async fn claim_to_apply(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    row: Model,
) -> Result<Model, Error> {
    let version = row.version;
    let mut row = row.into_active_model();
    row.state = Set(State::Applying.as_str().into());
    row.claimed_until = Set(Some(app.clock.now() + CLAIM));
    row.problem = Set(None);
    put(app, txn, row, version).await
}

/// Ends an import. Its file and its lines are not needed any more; those of one that was applied are kept to be read.
pub(super) async fn end(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    row: Model,
    state: State,
    plan: Option<Plan>,
    run: Option<Uuid>,
) -> Result<Model, Error> {
    let version = row.version;
    let mut row = row.into_active_model();
    row.state = Set(state.as_str().into());
    row.object = Set(None);
    row.claimed_until = Set(None);
    row.run_id = Set(run);
    if let Some(plan) = plan {
        row.plan = Set(Some(serde_json::json!(plan)));
    }
    put(app, txn, row, version).await
}

/// Puts back what could not be applied, so that it can be tried again.
pub(super) async fn back_to_plan(app: &App, id: Uuid) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    if let Some(row) = hold(&txn, id)
        .await?
        .filter(|row| row.state == State::Applying.as_str())
    {
        let version = row.version;
        let mut row = row.into_active_model();
        row.state = Set(State::Planned.as_str().into());
        row.claimed_until = Set(None);
        row.problem = Set(Some(
            "applying it was cut short: nothing was changed, apply it again".into(),
        ));
        put(app, &txn, row, version).await?;
    }
    Ok(txn.commit().await?)
}

/// The next file to be read, taken for a while. What was cut short while it was applied is put back on the way.
pub(super) async fn claim(app: &App) -> Result<Option<Model>, Error> {
    let now = app.clock.now();
    let free = Condition::any()
        .add(Column::ClaimedUntil.is_null())
        .add(Column::ClaimedUntil.lt(now));
    let waiting = Entity::find()
        .filter(Column::State.is_in([State::Reading, State::Applying].map(State::as_str)))
        .filter(free.clone())
        .order_by_asc(Column::StartedAt)
        .all(app.db.read())
        .await?;
    for row in waiting {
        if row.state == State::Applying.as_str() {
            back_to_plan(app, row.id).await?;
            continue;
        }
        let txn = app.db.begin().await?;
        let taken = Entity::update_many()
            .col_expr(Column::ClaimedUntil, Expr::value(now + CLAIM))
            .filter(Column::Id.eq(row.id))
            .filter(Column::Version.eq(row.version))
            .filter(Column::State.eq(State::Reading.as_str()))
            .filter(free.clone())
            .exec(&txn)
            .await?;
        txn.commit().await?;
        if taken.rows_affected == 1 {
            return Ok(Some(row));
        }
    }
    Ok(None)
}

/// What came of reading a file: its plan with lines, or why it is refused.
pub(super) async fn planned(
    app: &App,
    row: Model,
    outcome: Result<(Sheet, Plan, Vec<Line>), String>,
) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    let now = hold(&txn, row.id).await?.ok_or(Error::NotFound)?;
    // Somebody said something else of it meanwhile: it is read once more.
    if now.version != row.version || now.state != State::Reading.as_str() {
        return Ok(txn.commit().await?);
    }
    line::Entity::delete_many()
        .filter(line::Column::ImportId.eq(row.id))
        .exec(&txn)
        .await?;
    let version = now.version;
    let mut put_row = now.into_active_model();
    put_row.claimed_until = Set(None);
    match outcome {
        Ok((sheet, plan, lines)) => {
            put_row.state = Set(State::Planned.as_str().into());
            put_row.recognised = Set(Some(serde_json::json!(sheet)));
            put_row.plan = Set(Some(serde_json::json!(plan)));
            put_row.problem = Set(None);
            insert_lines(&txn, row.id, lines).await?;
        }
        Err(problem) => {
            put_row.state = Set(State::Refused.as_str().into());
            put_row.problem = Set(Some(problem));
        }
    }
    put(app, &txn, put_row, version).await?;
    Ok(txn.commit().await?)
}

async fn insert_lines(txn: &impl ConnectionTrait, import: Uuid, lines: Vec<Line>) -> Result<(), Error> {
    let mut rows = Vec::new();
    for kind in LineKind::ALL {
        let of_kind = lines.iter().filter(|line| line.kind == *kind).take(most(*kind));
        for (ordinal, line) in (1..).zip(of_kind) {
            rows.push(line::ActiveModel {
                import_id: Set(import),
                kind: Set(kind.as_str().into()),
                ordinal: Set(ordinal),
                row_number: Set(line.row.and_then(|row| i32::try_from(row).ok())),
                contract_id: Set(line.contract),
                title: Set(line.title.clone()),
                detail: Set(line.detail.clone()),
            });
        }
    }
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(AT_A_TIME));
        line::Entity::insert_many(std::mem::replace(&mut rows, rest))
            .exec_without_returning(txn)
            .await?;
    }
    Ok(())
}

/// Lines of a kind that are kept.
pub(super) fn most(kind: LineKind) -> usize {
    if kind == LineKind::Held { LINES * 10 } else { LINES }
}

/// The objects that hold files which are still needed.
///
/// # Errors
/// When the database fails.
pub async fn objects_named(app: &App) -> Result<Vec<String>, Error> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Object)
        .filter(Column::Object.is_not_null())
        .into_tuple()
        .all(app.db.read())
        .await?)
}

/// The words of a council on its headings.
pub(super) async fn mapping(db: &impl ConnectionTrait, council: Uuid) -> Result<Mapping, Error> {
    let row = register_mapping::Entity::find_by_id(council).one(db).await?;
    let read = row.map(|row| serde_json::from_value(row.mapping)).transpose();
    Ok(read.map_err(Error::fault)?.unwrap_or_default())
}

/// The same, for a file that comes in by the command line.
///
/// # Errors
/// When the database fails.
pub async fn mapping_of(app: &App, council: Uuid) -> Result<Mapping, Error> {
    mapping(app.db.read(), council).await
}

pub(super) async fn put_mapping(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    council: Uuid,
    mapping: &Mapping,
) -> Result<(), Error> {
    use register_mapping::Column as C;
    let row = register_mapping::ActiveModel {
        council_id: Set(council),
        mapping: Set(serde_json::json!(mapping)),
        version: Set(1),
        updated_at: Set(app.clock.now()),
    };
    let replace = OnConflict::column(C::CouncilId)
        .update_columns([C::Mapping, C::UpdatedAt])
        .value(C::Version, Expr::cust("register_mapping.version + 1"))
        .to_owned();
    register_mapping::Entity::insert(row)
        .on_conflict(replace)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub(super) fn settings(row: &Model) -> Result<Settings, Error> {
    Ok(Settings {
        mapping: serde_json::from_value(row.mapping.clone()).map_err(Error::fault)?,
        sheet: row.sheet.clone(),
    })
}

pub(super) fn decisions(row: &Model) -> Result<Decisions, Error> {
    serde_json::from_value(row.decided.clone()).map_err(Error::fault)
}

pub(super) async fn content(app: &App, row: &Model) -> Result<Vec<u8>, Error> {
    let object = row
        .object
        .as_deref()
        .ok_or_else(|| Error::fault("a register without its file"))?;
    objects::get(app, object).await
}

pub(super) async fn read(app: &App, row: Model) -> Result<Uploaded, Error> {
    let last = match row.run_id {
        Some(_) => last_import(app, row.council_id).await?,
        None => None,
    };
    known(app, row, last)
}

/// A row, where the last import of its register is known.
fn known(app: &App, row: Model, last: Option<Uuid>) -> Result<Uploaded, Error> {
    let json = |value: Option<serde_json::Value>| value.unwrap_or_default();
    Ok(Uploaded {
        id: row.id,
        council_id: row.council_id,
        state: State::read(&row.state)?,
        sheet: serde_json::from_value(json(row.recognised)).map_err(Error::fault)?,
        plan: serde_json::from_value(json(row.plan)).map_err(Error::fault)?,
        problem: row.problem,
        run: row.run_id,
        can_undo: row.run_id.is_some() && row.run_id == last,
        progress: app.work.under_way().get(&row.id).copied(),
        started_at: row.started_at,
        version: row.version,
        file_name: row.file_name,
    })
}

impl State {
    pub(super) fn read(word: &str) -> Result<Self, Error> {
        Self::parse(word).ok_or_else(|| Error::fault(format!("an import that is {word:?}")))
    }
}

/// An uploaded register, for whoever may import into it.
///
/// # Errors
/// When there is none that the viewer may see.
pub async fn by_id(app: &App, viewer: &Viewer, id: Uuid) -> Result<Uploaded, Error> {
    let row = Entity::find_by_id(id)
        .one(app.db.read())
        .await?
        .ok_or(Error::NotFound)?;
    permit(viewer, &row)?;
    read(app, row).await
}

/// The registers that were uploaded for a council, the latest first.
///
/// # Errors
/// When the viewer may not import into it.
pub async fn list(app: &App, viewer: &Viewer, council: Uuid, cut: &Cut) -> Result<Page<Uploaded>, Error> {
    authorize(viewer, Action::ImportRegister, Resource::Council(council))?;
    let mut query = Entity::find()
        .filter(Column::CouncilId.eq(council))
        .order_by_desc(Column::StartedAt)
        .order_by_desc(Column::Id)
        .limit(cut.first + 1);
    if let Some((key, id)) = &cut.after {
        let at: DateTime<Utc> = key.parse().map_err(|_| Error::NotFound)?;
        let same = Condition::all()
            .add(Column::StartedAt.eq(at))
            .add(Column::Id.lt(*id));
        query = query.filter(Condition::any().add(Column::StartedAt.lt(at)).add(same));
    }
    let rows = query.all(app.db.read()).await?;
    let last = last_import(app, council).await?;
    let item = |row: Model| -> Result<Item<Uploaded>, Error> {
        Ok(Item {
            key: row.started_at.to_rfc3339(),
            id: row.id,
            value: known(app, row, last)?,
        })
    };
    let items = rows.into_iter().map(item).collect::<Result<Vec<_>, _>>()?;
    Ok(Page::from_one_more(items, cut, None))
}

/// What a plan says of rows and contracts, in the order of the file.
///
/// # Errors
/// When there is none that the viewer may see.
pub async fn lines(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    kind: LineKind,
    cut: &Cut,
) -> Result<Page<Line>, Error> {
    let row = Entity::find_by_id(id)
        .one(app.db.read())
        .await?
        .ok_or(Error::NotFound)?;
    permit(viewer, &row)?;
    let mut query = line::Entity::find()
        .filter(line::Column::ImportId.eq(id))
        .filter(line::Column::Kind.eq(kind.as_str()))
        .order_by_asc(line::Column::Ordinal)
        .limit(cut.first + 1);
    if let Some((key, _)) = &cut.after {
        let at: i32 = key.parse().map_err(|_| Error::NotFound)?;
        query = query.filter(line::Column::Ordinal.gt(at));
    }
    let rows = query.all(app.db.read()).await?;
    let items = rows.into_iter().map(|row| Item {
        key: row.ordinal.to_string(),
        id,
        value: Line {
            kind,
            row: row.row_number.and_then(|row| u32::try_from(row).ok()),
            contract: row.contract_id,
            title: row.title,
            detail: row.detail,
        },
    });
    Ok(Page::from_one_more(items.collect(), cut, None))
}

/// The uploads that changed since, and what changes as each goes on: for whoever waits to hear of one.
///
/// # Errors
/// When the database fails.
pub async fn since(app: &App, from: DateTime<Utc>) -> Result<Vec<(Uuid, i32)>, Error> {
    let rows: Vec<(Uuid, i32)> = Entity::find()
        .select_only()
        .columns([Column::Id, Column::Version])
        .filter(Column::ChangedAt.gte(from))
        .into_tuple()
        .all(app.db.read())
        .await?;
    let going = app.work.under_way().into_iter();
    let going = going.map(|(id, (done, _))| (id, -1 - i32::try_from(done).unwrap_or(i32::MAX - 1)));
    Ok(rows.into_iter().chain(going).collect())
}
