//! A register file into a council's register: added, changed or unchanged, in one transaction, whole or not at
//! all. Reading the file is [`super::register`]'s.

use super::register::{Column, Doubt, Reading, RegisterRow as Row, Report, Why, extensions};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::contracts::term::Term;
use crate::contracts::windows::LeadTimeOverrides;
use crate::contracts::{self, Change, Entry, Particulars, Source, vanished};
use crate::councils::Council;
use crate::runtime::{App, Error};
use crate::suppliers::{self, How, Mention};
use entity::{contract, contract_source, import_run};
use sea_orm::ActiveValue::Set;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, JoinType, QueryFilter, QuerySelect,
    QueryTrait,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Contracts written between two reports of progress.
const STEP: usize = 1000;

/// What came of an import.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Contracts that were new.
    pub added: u32,
    /// Contracts that say something else now.
    pub changed: u32,
    /// Contracts that say what they said.
    pub unchanged: u32,
    /// Rows, new or changed, whose supplier was told by a rule of names where a number might have.
    pub suppliers_doubted: Vec<Doubt>,
}

/// A file to import.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its name, for provenance.
    pub name: &'a str,
    /// Its bytes.
    pub bytes: &'a [u8],
    /// What was read from them.
    pub readings: &'a [Reading],
    /// The counts of the reading.
    pub report: &'a Report,
}

/// Imports a register. With `dry_run` everything is done and nothing kept. `progress` is told of rows done.
///
/// # Errors
/// When the viewer may not, or the database fails; nothing is kept then.
pub async fn import(
    app: &App,
    viewer: &Viewer,
    council: &Council,
    file: File<'_>,
    dry_run: bool,
    mut progress: impl FnMut(usize),
) -> Result<Imported, Error> {
    let permit = authorize(viewer, Action::ImportRegister, Resource::Council(council.id))?;
    let rows: Vec<&Row> = file.readings.iter().filter_map(Reading::register_row).collect();
    let txn = app.db.begin().await?;
    let known = known(&txn, council.id).await?;
    let ours = ours(&txn, council.id, &rows).await?;
    let mut done = Imported::default();
    let run = app.new_id();
    let mut work = Vec::new();
    for row in rows {
        let same = known.get(&row.row_key);
        match same.or_else(|| known.get(&row.long_key)) {
            Some((_, digest)) if same.is_some() && digest.as_slice() == row.content_digest => {
                done.unchanged += 1
            }
            Some((id, _)) => {
                done.changed += 1;
                work.push((Some(*id), row));
            }
            // What was published here and came from no file comes back: it is no new contract.
            None if published(row).is_some_and(|id| ours.contains(&id)) => done.unchanged += 1,
            None => {
                done.added += 1;
                work.push((None, row));
            }
        }
    }
    if !work.is_empty() && !dry_run {
        insert_run(app, &txn, &permit, council.id, run, file, &done).await?;
    }
    progress(done.unchanged as usize);
    if dry_run {
        let (named, mentions) = mentions(&work);
        let told = suppliers::foresee(app, &txn, &mentions).await?;
        done.suppliers_doubted = doubts(&named, told);
    }
    if !dry_run {
        let mut changed = Vec::new();
        for step in work.chunks(STEP) {
            let written = write(app, &txn, &permit, council.id, run, step).await?;
            changed.extend(written.0);
            done.suppliers_doubted.extend(written.1);
            progress(step.len());
        }
        let (seen, unseen) = seen(&known, file.readings);
        vanished::note(app, &txn, &permit, council.id, &seen, &unseen).await?;
        if !work.is_empty() {
            audit::record_each(app, &txn, &permit, entries(run, file, &done, changed)).await?;
        }
    }
    txn.commit().await?;
    Ok(done)
}

/// The contracts that the file has, and those that it has not. One whose reference stands in a row that is held is there.
fn seen(known: &HashMap<String, (Uuid, Vec<u8>)>, readings: &[Reading]) -> (Vec<Uuid>, Vec<Uuid>) {
    let mut keys: HashSet<&str> = HashSet::new();
    let mut held: HashSet<&str> = HashSet::new();
    for reading in readings {
        match (reading.register_row(), reading) {
            (Some(row), _) => keys.extend([row.row_key.as_str(), row.long_key.as_str()]),
            (None, Reading::Held(_, raw)) => held.extend(raw.cells().map(str::trim)),
            (None, _) => {}
        }
    }
    let is_seen =
        |key: &str| keys.contains(key) || held.contains(key.split_once(':').map_or(key, |(_, own)| own));
    let (mut seen, mut unseen) = (Vec::new(), Vec::new());
    for (key, (id, _)) in known {
        if is_seen(key) {
            seen.push(*id)
        } else {
            unseen.push(*id)
        }
    }
    (seen, unseen)
}

async fn write(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council: Uuid,
    run: Uuid,
    step: &[(Option<Uuid>, &Row)],
) -> Result<(Vec<(Uuid, Value)>, Vec<Doubt>), Error> {
    let (named, mentions) = mentions(step);
    let resolved = suppliers::resolve(app, txn, permit, &mentions).await?;
    let doubts = doubts(&named, resolved.iter().map(|one| one.how));
    let ids = resolved.iter().map(|one| one.id);
    let suppliers: HashMap<u32, Uuid> = named.iter().map(|row| row.row()).zip(ids).collect();
    let changes = step
        .iter()
        .map(|(id, row)| {
            let entry = entry(row, run, suppliers.get(&row.row()).copied());
            id.map_or_else(
                || Change::Add(entry.clone()),
                |id| Change::Replace(id, entry.clone()),
            )
        })
        .collect();
    let recorded = contracts::record(app, txn, permit, council, changes).await?;
    Ok((recorded.changed, doubts))
}

/// The rows that name a supplier, and whom they name.
fn mentions<'a>(work: &[(Option<Uuid>, &'a Row)]) -> (Vec<&'a Row>, Vec<Mention>) {
    let named: Vec<&Row> = work
        .iter()
        .map(|(_, row)| *row)
        .filter(|row| row.supplier_name.is_some())
        .collect();
    let mentions = named.iter().map(|row| mention(row)).collect();
    (named, mentions)
}

/// The rows whose supplier was told by a rule of names, and which one. The same name, with no number on either side, is
/// no doubt: in Norfolk's register of 2015 it tells 4 of 5 rows.
fn doubts(named: &[&Row], told: impl IntoIterator<Item = How>) -> Vec<Doubt> {
    let why = |how| match how {
        How::Spelling => Some(Why::SupplierBySpelling),
        How::OneNumber => Some(Why::SupplierByName),
        How::Shared => Some(Why::SupplierShared),
        How::Number | How::Name | How::New => None,
    };
    let told = named.iter().zip(told);
    told.filter_map(|(row, how)| Some(row.doubt(Column::SupplierName, why(how)?)))
        .collect()
}

/// What is recorded: the import with its counts, which covers what is new, and each contract that says something else.
fn entries(
    run: Uuid,
    file: File<'_>,
    done: &Imported,
    changed: Vec<(Uuid, Value)>,
) -> Vec<(&'static str, Uuid, Value, Option<audit::About>)> {
    let counts = serde_json::json!({ "file": file.name, "added": done.added, "changed": done.changed });
    let of_contract = |(contract, changes)| {
        let detail = serde_json::json!({ "import": run, "changes": changes });
        ("contract", contract, detail, None)
    };
    let mut entries = vec![("import", run, counts, None)];
    entries.extend(changed.into_iter().map(of_contract));
    entries
}

fn mention(row: &Row) -> Mention {
    Mention {
        name: row.supplier_name.clone().unwrap_or_default(),
        companies_house: row.companies_house.clone(),
        charity: row.charity_number.clone(),
        vcse: row.vcse,
    }
}

/// What a row is written as.
pub(super) fn entry(row: &Row, run: Uuid, supplier: Option<Uuid>) -> Entry {
    Entry {
        row_key: row.row_key.clone(),
        particulars: Particulars {
            reference: row.reference.clone(),
            title: row.title.clone(),
            description: row.description.clone().unwrap_or_default(),
            department: row.department.clone(),
            category: row
                .procurement_category
                .clone()
                .or_else(|| row.service_category_label.clone()),
            cpv: row.cpv_code.clone(),
            contract_type: row.contract_type.clone(),
            process_type: row.process_type.clone(),
            value_pence: row.value_pence,
            value_estimated: row.estimated,
            irrecoverable_vat_pence: row.irrecoverable_vat_pence,
            ..Particulars::default()
        },
        term: Term {
            starts_on: row.starts_on,
            // A register that gives only the end after extensions has that for its end; one that gives an
            // extension before the end has its end. Both are doubted by the reader.
            initial_ends_on: row.ends_on.or(row.latest_ends_on),
            latest_end: row
                .latest_ends_on
                .filter(|latest| row.ends_on.is_none_or(|end| *latest >= end)),
            review_on: row.review_on,
            extensions: extensions(&row.options),
            notice_period: row.notice,
            ..Term::default()
        },
        leads: LeadTimeOverrides::default(),
        suppliers: supplier.into_iter().collect(),
        buyers: Vec::new(),
        source: Some(Source {
            import_id: run,
            row: row.row(),
            digest: row.content_digest,
            cells: row.raw.cells().map(str::to_owned).collect(),
            missing_since: None,
        }),
    }
}

/// What the council's register has from files already: contract and digest by row key.
async fn known(db: &impl ConnectionTrait, council: Uuid) -> Result<HashMap<String, (Uuid, Vec<u8>)>, Error> {
    let sources: sea_orm::RelationDef = contract_source::Entity::belongs_to(contract::Entity)
        .from(contract_source::Column::ContractId)
        .to(contract::Column::Id)
        .into();
    let rows: Vec<(String, Uuid, Vec<u8>)> = contract::Entity::find()
        .select_only()
        .columns([contract::Column::RowKey, contract::Column::Id])
        .column(contract_source::Column::Digest)
        .join(JoinType::InnerJoin, sources.rev())
        .filter(contract::Column::CouncilId.eq(council))
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(key, id, digest)| (key, (id, digest)))
        .collect())
}

/// The contract that a row names by an OCID of ours.
fn published(row: &Row) -> Option<Uuid> {
    let (_, id) = row.open_contracting_id.as_deref()?.rsplit_once('-')?;
    (id.len() == 32).then(|| Uuid::try_parse(id).ok())?
}

/// Those contracts of the council's that rows name so, and that came from no file.
async fn ours(db: &impl ConnectionTrait, council: Uuid, rows: &[&Row]) -> Result<HashSet<Uuid>, Error> {
    let named: Vec<Uuid> = rows.iter().filter_map(|row| published(row)).collect();
    let mut ours = HashSet::new();
    for ids in named.chunks(STEP) {
        let sourced = contract_source::Entity::find()
            .select_only()
            .column(contract_source::Column::ContractId)
            .filter(contract_source::Column::ContractId.is_in(ids.iter().copied()))
            .into_query();
        let found: Vec<Uuid> = contract::Entity::find()
            .select_only()
            .column(contract::Column::Id)
            .filter(contract::Column::CouncilId.eq(council))
            .filter(contract::Column::Id.is_in(ids.iter().copied()))
            .filter(contract::Column::Id.not_in_subquery(sourced))
            .into_tuple()
            .all(db)
            .await?;
        ours.extend(found);
    }
    Ok(ours)
}

async fn insert_run(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    council: Uuid,
    run: Uuid,
    file: File<'_>,
    done: &Imported,
) -> Result<(), Error> {
    let count = |count: u32| Set(i32::try_from(count).unwrap_or(i32::MAX));
    let headings = file.report.source.headings.each();
    let headings: Vec<_> = headings
        .map(|(name, column)| (name, column.map(Column::name)))
        .collect();
    let row = import_run::ActiveModel {
        id: Set(run),
        council_id: Set(council),
        file_name: Set(file.name.to_owned()),
        file_digest: Set(Sha256::digest(file.bytes).to_vec()),
        imported_at: Set(app.clock.now()),
        imported_by: Set(permit.actor()),
        rows: count(file.report.rows),
        accepted: count(file.report.accepted),
        doubtful: count(file.report.doubtful),
        held: count(file.report.held),
        added: count(done.added),
        changed: count(done.changed),
        unchanged: count(done.unchanged),
        headings: Set(serde_json::json!(headings)),
        undone_at: Set(None),
    };
    import_run::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
}
