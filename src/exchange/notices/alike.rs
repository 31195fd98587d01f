//! Contracts of no process that may be what an entry of notices is, though they have none of its references: by supplier,
//! title and start, as for the rows of a register (`exchange::import::matching`).

use super::drafts::Draft;
use super::known::Known;
use crate::contracts::CALLED_OFF;
use crate::exchange::import::{NEAR_DAYS, Unsure, of_one_supplier};
use crate::runtime::Error;
use crate::suppliers::name_key;
use chrono::{Days, NaiveDate};
use entity::{contract, contract_supplier, supplier};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use uuid::Uuid;

/// Names or ids in one statement.
const AT_A_TIME: usize = 500;

/// How far a contract is like an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alike {
    /// Title, supplier and start are the same.
    All,
    /// The supplier is, and one of the other two nearly, or blank on a side.
    Nearly(&'static str),
}

/// How far a contract of no process is like an entry.
pub(super) fn alike(known: &Known, draft: &Draft) -> Option<Alike> {
    let same = |mention| known.suppliers.iter().any(|supplier| supplier.is_same(mention));
    if known.standing == CALLED_OFF || !draft.suppliers.iter().any(same) {
        return None;
    }
    by_title_and_start(&known.title, known.starts_on, draft)
}

fn by_title_and_start(title: &str, starts_on: Option<NaiveDate>, draft: &Draft) -> Option<Alike> {
    let said = (draft.particulars.title.as_str(), draft.term.starts_on);
    match of_one_supplier((title, starts_on), said)? {
        Ok(_) => Some(Alike::All),
        Err(Unsure::Title) => Some(Alike::Nearly("title")),
        Err(_) => Some(Alike::Nearly("start")),
    }
}

/// For each entry with a start and a supplier the first contract that is like it, and the first that nearly is, as far as
/// there are. Each statement asks one table by one index: a register may have a million contracts.
pub(super) async fn contracts(
    db: &impl ConnectionTrait,
    council: Uuid,
    drafts: &[&Draft],
) -> Result<HashSet<Uuid>, Error> {
    let mut of_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, draft) in drafts.iter().enumerate() {
        let names = draft.suppliers.iter().map(|mention| name_key(&mention.name));
        let names: HashSet<String> = names.filter(|name| !name.is_empty()).collect();
        for name in names.into_iter().filter(|_| draft.term.starts_on.is_some()) {
            of_name.entry(name).or_default().push(at);
        }
    }
    let near = near(drafts);
    let mut of_contract: BTreeMap<Uuid, Vec<&[usize]>> = BTreeMap::new();
    for (contract, name) in of_suppliers(db, of_name.keys()).await? {
        let of_name = of_name.get(&name).map_or(&[][..], Vec::as_slice);
        of_contract.entry(contract).or_default().push(of_name);
    }
    let ids: Vec<Uuid> = of_contract.keys().copied().collect();
    let mut first: HashMap<(usize, bool), Uuid> = HashMap::new();
    for ids in ids.chunks(AT_A_TIME) {
        for (id, title, starts_on) in loose(db, council, ids, &near).await? {
            for at in of_contract.get(&id).into_iter().flatten().copied().flatten() {
                if let Some(how) = by_title_and_start(&title, starts_on, drafts[*at]) {
                    first.entry((*at, how == Alike::All)).or_insert(id);
                }
            }
        }
    }
    Ok(first.into_values().collect())
}

/// The days that are near the start of an entry, from and to.
fn near(drafts: &[&Draft]) -> Vec<(NaiveDate, NaiveDate)> {
    let starts: BTreeSet<NaiveDate> = drafts.iter().filter_map(|draft| draft.term.starts_on).collect();
    let days = Days::new(NEAR_DAYS.unsigned_abs());
    let mut near: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    for start in starts {
        let from = start.checked_sub_days(days).unwrap_or(start);
        let to = start.checked_add_days(days).unwrap_or(start);
        match near.last_mut() {
            Some(last) if last.1 >= from => last.1 = to,
            _ => near.push((from, to)),
        }
    }
    near
}

/// The contracts that suppliers of these names have, whatever the council, with the name.
async fn of_suppliers(
    db: &impl ConnectionTrait,
    names: impl Iterator<Item = &String>,
) -> Result<Vec<(Uuid, String)>, Error> {
    use contract_supplier::Column::{ContractId, SupplierId};
    use supplier::Column::{Id, NameKey};
    let names: Vec<&String> = names.collect();
    let mut found = Vec::new();
    for names in names.chunks(AT_A_TIME) {
        let suppliers: HashMap<Uuid, String> = supplier::Entity::find()
            .select_only()
            .columns([Id, NameKey])
            .filter(NameKey.is_in(names.iter().copied()))
            .into_tuple::<(Uuid, String)>()
            .all(db)
            .await?
            .into_iter()
            .collect();
        let ids: Vec<Uuid> = suppliers.keys().copied().collect();
        for ids in ids.chunks(AT_A_TIME) {
            let links: Vec<(Uuid, Uuid)> = contract_supplier::Entity::find()
                .select_only()
                .columns([ContractId, SupplierId])
                .filter(SupplierId.is_in(ids.iter().copied()))
                .into_tuple()
                .all(db)
                .await?;
            let named = links
                .into_iter()
                .filter_map(|(contract, supplier)| Some((contract, suppliers.get(&supplier)?.clone())));
            found.extend(named);
        }
    }
    Ok(found)
}

/// Those of these contracts that are the council's, of no process and not called off, and start on such days or nobody knows
/// when: titles and starts, in the order of their ids.
async fn loose(
    db: &impl ConnectionTrait,
    council: Uuid,
    ids: &[Uuid],
    near: &[(NaiveDate, NaiveDate)],
) -> Result<Vec<(Uuid, String, Option<NaiveDate>)>, Error> {
    use contract::Column as C;
    let mut starts = Condition::any().add(C::StartsOn.is_null());
    for (from, to) in near {
        starts = starts.add(C::StartsOn.between(*from, *to));
    }
    let rows: Vec<(Uuid, Uuid, String, Option<NaiveDate>)> = contract::Entity::find()
        .select_only()
        .columns([C::Id, C::CouncilId, C::Title, C::StartsOn])
        .filter(C::Id.is_in(ids.iter().copied()))
        .filter(C::Ocid.is_null())
        .filter(C::Standing.ne(CALLED_OFF))
        .filter(starts)
        .order_by_asc(C::Id)
        .into_tuple()
        .all(db)
        .await?;
    // Asked for the council too, SQLite would go over all of its contracts.
    let rows = rows.into_iter().filter(|(_, of, ..)| *of == council);
    Ok(rows
        .map(|(id, _, title, starts_on)| (id, title, starts_on))
        .collect())
}
