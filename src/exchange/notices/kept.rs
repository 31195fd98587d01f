//! Releases as they are kept: what was read of each, once for the council that buys.

use super::release::Release;
use crate::access::Permit;
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::notice_release::{ActiveModel, Column, Entity};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// A release to be kept.
pub(super) struct New {
    pub(super) council: Uuid,
    pub(super) ocid: String,
    pub(super) at: DateTime<Utc>,
    pub(super) row: u32,
    pub(super) digest: [u8; 32],
    pub(super) release: Release,
}

impl New {
    /// A release that has all that is needed to keep it.
    pub(super) fn of(
        council: Uuid,
        ocid: String,
        at: DateTime<Utc>,
        row: u32,
        release: Release,
    ) -> Result<Self, Error> {
        let digest = Sha256::digest(serde_json::to_vec(&release).map_err(Error::fault)?).into();
        Ok(Self {
            council,
            ocid,
            at,
            row,
            digest,
            release,
        })
    }
}

/// Those of these releases that are not kept yet, each once.
pub(super) async fn unknown(db: &impl ConnectionTrait, releases: Vec<New>) -> Result<Vec<New>, Error> {
    let ocids: HashSet<String> = releases.iter().map(|release| release.ocid.clone()).collect();
    let rows: Vec<(Uuid, String, Vec<u8>)> = Entity::find()
        .select_only()
        .columns([Column::CouncilId, Column::Ocid, Column::Digest])
        .filter(Column::Ocid.is_in(ocids))
        .into_tuple()
        .all(db)
        .await?;
    let mut known: HashSet<(Uuid, String, Vec<u8>)> = rows.into_iter().collect();
    let is_new =
        |release: &New| known.insert((release.council, release.ocid.clone(), release.digest.to_vec()));
    let mut releases = releases;
    releases.retain(is_new);
    Ok(releases)
}

/// Keeps releases, brought in by these imports of their councils.
pub(super) async fn keep(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    import: Uuid,
    releases: Vec<New>,
) -> Result<(), Error> {
    let mut rows = Vec::with_capacity(releases.len());
    for new in releases {
        rows.push(ActiveModel {
            council_id: Set(new.council),
            ocid: Set(new.ocid),
            digest: Set(new.digest.to_vec()),
            release_id: Set(new.release.id.clone().unwrap_or_default()),
            released_at: Set(new.at),
            content: Set(serde_json::to_value(&new.release).map_err(Error::fault)?),
            import_id: Set(import),
            row_number: Set(i32::try_from(new.row).unwrap_or(i32::MAX)),
        });
    }
    if rows.is_empty() {
        return Ok(());
    }
    // Another import of the same file may be keeping it at this moment.
    let there = OnConflict::columns([Column::CouncilId, Column::Ocid, Column::Digest])
        .do_nothing()
        .to_owned();
    Entity::insert_many(rows)
        .on_conflict(there)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

/// A release that is kept, its digest, and the import that brought it.
pub(super) type Kept = (Release, [u8; 32], Uuid);

/// The releases of a council's processes, by process.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    council: Uuid,
    ocids: &[String],
) -> Result<HashMap<String, Vec<Kept>>, Error> {
    let rows = Entity::find()
        .filter(Column::CouncilId.eq(council))
        .filter(Column::Ocid.is_in(ocids.iter().cloned()))
        .all(db)
        .await?;
    let mut kept: HashMap<String, Vec<Kept>> = HashMap::new();
    for row in rows {
        let release = serde_json::from_value(row.content).map_err(Error::fault)?;
        let digest = row.digest.try_into();
        let digest = digest.map_err(|_| Error::fault("a digest that is not SHA-256"))?;
        kept.entry(row.ocid)
            .or_default()
            .push((release, digest, row.import_id));
    }
    Ok(kept)
}

/// The councils that have releases of a process.
pub(super) async fn buyers(db: &impl ConnectionTrait, ocid: &str) -> Result<Vec<Uuid>, Error> {
    Ok(Entity::find()
        .select_only()
        .column(Column::CouncilId)
        .distinct()
        .filter(Column::Ocid.eq(ocid))
        .into_tuple()
        .all(db)
        .await?)
}
