//! What a register has already: contracts of a process, and those that may be one of it.

use super::alike;
use super::drafts::Draft;
use crate::runtime::Error;
use crate::suppliers::Mention;
use chrono::NaiveDate;
use entity::{contract, contract_source, contract_supplier, supplier};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Ids in one statement.
const AT_A_TIME: usize = 500;

/// What the keys of entries made of notices begin with.
pub(in crate::exchange) const KEY: &str = "o:";

/// What comes after all of them, byte by byte.
pub(in crate::exchange) const AFTER_KEY: &str = "o;";

/// A contract of the register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) id: Uuid,
    pub(super) key: String,
    pub(super) ocid: Option<String>,
    pub(super) reference: Option<String>,
    pub(super) title: String,
    pub(super) value_pence: Option<i64>,
    pub(super) starts_on: Option<NaiveDate>,
    pub(super) ends_on: Option<NaiveDate>,
    pub(super) standing: String,
    /// Of what it was read from, if from a file or from notices.
    pub(super) digest: Option<Vec<u8>>,
    pub(super) suppliers: Vec<Mention>,
}

impl Known {
    /// Whether it was made of notices, and by no other file.
    pub(super) fn is_of_notices(&self) -> bool {
        self.key.starts_with(KEY)
    }
}

/// The contracts of a register that are of these processes, and those of no process that have one of the references of
/// these entries, or are like one of them.
pub(super) async fn of(
    db: &impl ConnectionTrait,
    council: Uuid,
    ocids: &[String],
    drafts: &[&Draft],
) -> Result<Vec<Known>, Error> {
    use contract::Column as C;
    let references: HashSet<&str> = drafts
        .iter()
        .flat_map(|draft| draft.references.iter().map(String::as_str))
        .collect();
    let by_reference = Condition::all()
        .add(C::Ocid.is_null())
        .add(C::Reference.is_in(references));
    let mut rows = contract::Entity::find()
        .filter(C::CouncilId.eq(council))
        .filter(
            Condition::any()
                .add(C::Ocid.is_in(ocids.iter().cloned()))
                .add(by_reference),
        )
        .all(db)
        .await?;
    let there: HashSet<Uuid> = rows.iter().map(|row| row.id).collect();
    let alike = alike::contracts(db, council, drafts).await?;
    let more: Vec<Uuid> = alike.into_iter().filter(|id| !there.contains(id)).collect();
    for ids in more.chunks(AT_A_TIME) {
        let more = contract::Entity::find().filter(C::Id.is_in(ids.iter().copied()));
        rows.extend(more.all(db).await?);
    }
    rows.sort_by_key(|row| row.id);
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    let mut digests = HashMap::new();
    let mut suppliers: HashMap<Uuid, Vec<Mention>> = HashMap::new();
    for ids in ids.chunks(AT_A_TIME) {
        let ids = || ids.iter().copied();
        let sources =
            contract_source::Entity::find().filter(contract_source::Column::ContractId.is_in(ids()));
        digests.extend(
            sources
                .all(db)
                .await?
                .into_iter()
                .map(|row| (row.contract_id, row.digest)),
        );
        let of = contract_supplier::Entity::find().filter(contract_supplier::Column::ContractId.is_in(ids()));
        let links = of.all(db).await?;
        let named = links.iter().map(|link| link.supplier_id);
        let named = supplier::Entity::find()
            .filter(supplier::Column::Id.is_in(named))
            .all(db)
            .await?;
        let named: HashMap<Uuid, Mention> = named.into_iter().map(|row| (row.id, mention(row))).collect();
        for link in links {
            let mention = named.get(&link.supplier_id).cloned();
            suppliers.entry(link.contract_id).or_default().extend(mention);
        }
    }
    let known = rows.into_iter().map(|row| Known {
        id: row.id,
        key: row.row_key,
        ocid: row.ocid,
        reference: row.reference,
        title: row.title,
        value_pence: row.value_pence,
        starts_on: row.starts_on,
        ends_on: row.initial_ends_on,
        standing: row.standing,
        digest: digests.remove(&row.id),
        suppliers: suppliers.remove(&row.id).unwrap_or_default(),
    });
    Ok(known.collect())
}

/// Whose register each of these contracts is in, as far as there are any.
pub(super) async fn councils(
    db: &impl ConnectionTrait,
    contracts: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Uuid>, Error> {
    let ids: Vec<Uuid> = contracts.collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(Uuid, Uuid)> = contract::Entity::find()
        .select_only()
        .columns([contract::Column::Id, contract::Column::CouncilId])
        .filter(contract::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().collect())
}

fn mention(row: supplier::Model) -> Mention {
    Mention {
        name: row.name,
        companies_house: row.companies_house,
        charity: row.charity,
        ..Mention::default()
    }
}
