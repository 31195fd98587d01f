//! Uploaded registers, what their plans say, and how councils' headings are read, as they are written. Whoever looks at
//! them asks `read`.

use super::{CLAIM, Plan, Sheet, State};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::exchange::import::{Decisions, Line, LineKind};
use crate::exchange::register::{Mapping, Settings};
use crate::runtime::{App, Error, objects};
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

/// The files of a register that were refused, held.
pub(super) async fn refused(txn: &impl ConnectionTrait, council: Uuid) -> Result<Vec<Model>, Error> {
    let mut query = Entity::find()
        .filter(Column::CouncilId.eq(council))
        .filter(Column::State.eq(State::Refused.as_str()));
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::Update);
    }
    Ok(query.all(txn).await?)
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

/// What came of reading a file.
pub(super) struct Planned {
    pub(super) sheet: Sheet,
    pub(super) plan: Plan,
    pub(super) lines: Vec<Line>,
    /// What people said of rows, as far as it can be done.
    pub(super) decisions: Decisions,
    /// What cannot.
    pub(super) problem: Option<String>,
}

/// Keeps what came of reading a file, or why it is refused.
pub(super) async fn planned(app: &App, row: Model, outcome: Result<Planned, String>) -> Result<(), Error> {
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
        Ok(planned) => {
            put_row.state = Set(State::Planned.as_str().into());
            put_row.recognised = Set(Some(serde_json::json!(planned.sheet)));
            put_row.plan = Set(Some(serde_json::json!(planned.plan)));
            put_row.decided = Set(serde_json::json!(planned.decisions));
            put_row.problem = Set(planned.problem);
            insert_lines(&txn, row.id, planned.lines).await?;
        }
        Err(problem) => {
            put_row.state = Set(State::Refused.as_str().into());
            // What was recognised was of another sheet, or by other words on its headings.
            put_row.recognised = Set(None);
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
