//! Uploaded registers as whoever may import looks at them: how far each is, what was recognised, what its plan says.

use super::store::permit;
use super::{State, Uploaded};
use crate::access::{Action, Resource, Viewer, authorize};
use crate::exchange::import::{Line, LineKind, last_import, undone_among};
use crate::runtime::page::{Cut, Item, Page};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::register_import::{Column, Entity, Model};
use entity::register_import_line as line;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::HashSet;
use uuid::Uuid;

/// What is known of imports that came of uploads.
struct Runs {
    /// The one that can be undone.
    last: Option<Uuid>,
    undone: HashSet<Uuid>,
}

impl Runs {
    async fn of(app: &App, council: Uuid, rows: &[Model]) -> Result<Self, Error> {
        let runs: Vec<Uuid> = rows.iter().filter_map(|row| row.run_id).collect();
        if runs.is_empty() {
            let (last, undone) = (None, HashSet::new());
            return Ok(Self { last, undone });
        }
        Ok(Self {
            last: last_import(app, council).await?,
            undone: undone_among(app, &runs).await?,
        })
    }

    fn known(&self, app: &App, row: Model) -> Result<Uploaded, Error> {
        let json = |value: Option<serde_json::Value>| value.unwrap_or_default();
        let is_undone = row.run_id.is_some_and(|run| self.undone.contains(&run));
        Ok(Uploaded {
            id: row.id,
            council_id: row.council_id,
            state: if is_undone {
                State::Undone
            } else {
                State::read(&row.state)?
            },
            sheet: serde_json::from_value(json(row.recognised)).map_err(Error::fault)?,
            plan: serde_json::from_value(json(row.plan)).map_err(Error::fault)?,
            problem: row.problem,
            run: row.run_id,
            can_undo: row.run_id.is_some() && row.run_id == self.last,
            progress: app.work.under_way().get(&row.id).copied(),
            started_at: row.started_at,
            version: row.version,
            file_name: row.file_name,
        })
    }
}

pub(super) async fn read(app: &App, row: Model) -> Result<Uploaded, Error> {
    let runs = Runs::of(app, row.council_id, std::slice::from_ref(&row)).await?;
    runs.known(app, row)
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
    let runs = Runs::of(app, council, &rows).await?;
    let item = |row: Model| -> Result<Item<Uploaded>, Error> {
        Ok(Item {
            key: row.started_at.to_rfc3339(),
            id: row.id,
            value: runs.known(app, row)?,
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
