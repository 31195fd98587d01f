//! Councils: who they are, what they may do, and their working days.
//!
//! The facts are compiled in and mirrored to the database when it is migrated, so that SQL can join them; the
//! [`Directory`] answers from memory. It knows nothing of contracts.

pub mod calendar;
pub mod facts;
pub mod identifiers;
pub mod naming;

use crate::runtime::{App, Error};
use calendar::Calendar;
use entity::council;
use facts::{CouncilFact, ServiceFact};
use sea_orm::sea_query::{LockType, OnConflict, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QuerySelect,
};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;
use uuid::Uuid;

pub use naming::{Match, heirs, matched, named};

/// A council: its facts and the id everything refers to it by.
#[derive(Clone, Debug)]
pub struct Council {
    /// The same in every installation: drawn from its slug.
    pub id: Uuid,
    /// What is known of it.
    pub facts: CouncilFact,
}

/// Every council and service there is, in memory.
#[derive(Debug)]
pub struct Directory {
    councils: Vec<Council>,
    by_id: HashMap<Uuid, usize>,
    by_word: HashMap<String, usize>,
    services: HashMap<i32, ServiceFact>,
}

/// The directory.
pub fn directory() -> &'static Directory {
    static DIRECTORY: LazyLock<Directory> = LazyLock::new(Directory::new);
    &DIRECTORY
}

impl Directory {
    fn new() -> Self {
        let councils: Vec<_> = facts::councils()
            .map(|facts| Council {
                id: id_of(facts.slug),
                facts,
            })
            .collect();
        let mut by_word = HashMap::new();
        for (index, council) in councils.iter().enumerate() {
            for code in &council.facts.former_gss {
                by_word.entry((*code).to_owned()).or_insert(index);
            }
        }
        for (index, council) in councils.iter().enumerate() {
            by_word.insert(council.facts.slug.to_owned(), index);
            by_word.extend(council.facts.gss.map(|code| (code.to_owned(), index)));
        }
        let by_id = councils
            .iter()
            .enumerate()
            .map(|(index, council)| (council.id, index))
            .collect();
        let services = facts::services().map(|service| (service.lgsl, service)).collect();
        Self {
            councils,
            by_id,
            by_word,
            services,
        }
    }

    /// Every council, by slug.
    pub fn all(&self) -> &[Council] {
        &self.councils
    }

    /// The council of an id.
    pub fn by_id(&self, id: Uuid) -> Option<&Council> {
        self.by_id.get(&id).map(|index| &self.councils[*index])
    }

    /// The council of a GSS code (present or former) or slug, in any case.
    pub fn find(&self, code_or_slug: &str) -> Option<&Council> {
        let word = code_or_slug.trim();
        let index = self
            .by_word
            .get(&word.to_uppercase())
            .or_else(|| self.by_word.get(&word.to_lowercase()));
        index.map(|index| &self.councils[*index])
    }

    /// The service of a Local Government Service List code.
    pub fn service(&self, lgsl: i32) -> Option<&ServiceFact> {
        self.services.get(&lgsl)
    }

    /// The services there are, in no order.
    pub fn services(&self) -> impl Iterator<Item = &ServiceFact> {
        self.services.values()
    }

    /// The working days of a council's nation; England's for a council that is not known.
    pub fn calendar(&self, id: Uuid) -> Calendar {
        Calendar(
            self.by_id(id)
                .map_or(facts::Nation::England, |council| council.facts.nation),
        )
    }
}

/// Holds a council until the transaction ends: whoever changes what belongs to it as a whole (its register, its
/// policy) does so one after another.
///
/// # Errors
/// When there is no such council, or the database fails.
pub(crate) async fn hold(txn: &impl ConnectionTrait, id: Uuid) -> Result<(), Error> {
    let mut query = council::Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        // Others may refer to it meanwhile.
        query = query.lock(LockType::NoKeyUpdate);
    }
    query.one(txn).await?.map(|_| ()).ok_or(Error::NotFound)
}

/// The id of a council: a UUID of version 8 (RFC 9562) from the SHA-256 of its slug.
fn id_of(slug: &str) -> Uuid {
    let digest = Sha256::digest(format!("guildhall council {slug}"));
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// The ids of councils of these kinds and in these regions, for a condition of SQL; nothing, where neither is named.
pub(crate) fn among(kinds: &[String], regions: &[String]) -> Option<SelectStatement> {
    if kinds.is_empty() && regions.is_empty() {
        return None;
    }
    let mut select = Query::select();
    select.column(council::Column::Id).from(council::Entity);
    if !kinds.is_empty() {
        select.and_where(council::Column::Kind.is_in(kinds));
    }
    if !regions.is_empty() {
        select.and_where(council::Column::Region.is_in(regions));
    }
    Some(select)
}

/// Mirrors the facts to the database, where they differ: on the first start, and after an upgrade.
///
/// # Errors
/// When the database fails.
pub async fn mirror(app: &App) -> Result<(), Error> {
    let kept = council::Entity::find().all(app.db.read()).await?;
    let kept: HashMap<Uuid, council::Model> = kept.into_iter().map(|row| (row.id, row)).collect();
    let changed: Vec<council::ActiveModel> = directory()
        .all()
        .iter()
        .map(row)
        .filter(|row| kept.get(&row.id) != Some(row))
        .map(|row| row.into_active_model().reset_all())
        .collect();
    if changed.is_empty() {
        return Ok(());
    }
    let txn = app.db.begin().await?;
    use council::Column::{EndsOn, Gss, Id, Kind, Name, Nation, Region, Slug};
    let update = OnConflict::column(Id)
        .update_columns([Slug, Gss, Name, Kind, Nation, Region, EndsOn])
        .to_owned();
    council::Entity::insert_many(changed)
        .on_conflict(update)
        .exec_without_returning(&txn)
        .await?;
    Ok(txn.commit().await?)
}

fn row(council: &Council) -> council::Model {
    let facts = &council.facts;
    council::Model {
        id: council.id,
        slug: facts.slug.into(),
        gss: facts.gss.map(Into::into),
        name: facts.name.into(),
        kind: facts.kind.as_str().into(),
        nation: facts.nation.as_str().into(),
        region: facts.region.as_str().into(),
        ends_on: facts.ends_on,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_council_is_found_by_code_and_by_slug_in_any_case() {
        let norfolk = directory().find("E10000020").unwrap();
        assert_eq!(norfolk.facts.name, "Norfolk County Council");
        assert_eq!(directory().find(" NORFOLK ").unwrap().id, norfolk.id);
        assert_eq!(directory().by_id(norfolk.id).unwrap().facts.slug, "norfolk");
        assert!(directory().find("atlantis").is_none());
    }
}
