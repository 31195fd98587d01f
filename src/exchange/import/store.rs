//! What the register has from files already, and the record of an import, in the database.

use super::facts::Facts;
use crate::access::Permit;
use crate::contracts::{CALLED_OFF, Entry};
use crate::exchange::notices::{AFTER_KEY, KEY};
use crate::runtime::{App, Error};
use chrono::{DateTime, Utc};
use entity::{
    contract, contract_source, contract_supplier, import_before, import_run, register_import, supplier,
};
use futures_util::TryStreamExt;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, JoinType,
    QueryFilter, QueryOrder, QuerySelect, RelationDef,
};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

/// Ids or keys in one statement.
const AT_A_TIME: usize = 1000;

/// A contract that came from a file.
pub(super) struct Known {
    pub(super) id: Uuid,
    pub(super) digest: Vec<u8>,
}

/// The contracts that have these keys.
pub(super) async fn by_keys(
    db: &impl ConnectionTrait,
    council: Uuid,
    keys: &[&str],
) -> Result<HashMap<String, Known>, Error> {
    let mut known = HashMap::new();
    for keys in keys.chunks(AT_A_TIME) {
        let rows: Vec<(String, Uuid, Vec<u8>)> = contract::Entity::find()
            .select_only()
            .columns([contract::Column::RowKey, contract::Column::Id])
            .column(contract_source::Column::Digest)
            .join(JoinType::InnerJoin, with_source())
            .filter(contract::Column::CouncilId.eq(council))
            .filter(contract::Column::RowKey.is_in(keys.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        known.extend(
            rows.into_iter()
                .map(|(key, id, digest)| (key, Known { id, digest })),
        );
    }
    Ok(known)
}

/// The contracts that came from files and were not called off: by id, in that order, after this one.
pub(super) async fn ids_after(
    db: &impl ConnectionTrait,
    council: Uuid,
    after: Uuid,
) -> Result<Vec<(Uuid, String)>, Error> {
    Ok(contract::Entity::find()
        .select_only()
        .columns([contract::Column::Id, contract::Column::RowKey])
        .join(JoinType::InnerJoin, with_source())
        .filter(contract::Column::CouncilId.eq(council))
        .filter(contract::Column::Id.gt(after))
        .filter(contract::Column::Standing.ne(CALLED_OFF))
        // What only notices brought cannot be missing from a register.
        .filter(contract::Column::RowKey.not_like(format!("{KEY}%")))
        .order_by_asc(contract::Column::Id)
        .limit(AT_A_TIME as u64)
        .into_tuple()
        .all(db)
        .await?)
}

/// What tells these contracts from others, in the order of the ids; of several suppliers the first. With their titles.
pub(super) async fn facts(
    db: &impl ConnectionTrait,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (Facts, String)>, Error> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(AT_A_TIME) {
        let suppliers: Vec<(Uuid, String)> = contract_supplier::Entity::find()
            .select_only()
            .column(contract_supplier::Column::ContractId)
            .column(supplier::Column::Name)
            .join(
                JoinType::InnerJoin,
                contract_supplier::Entity::belongs_to(supplier::Entity)
                    .from(contract_supplier::Column::SupplierId)
                    .to(supplier::Column::Id)
                    .into(),
            )
            .filter(contract_supplier::Column::ContractId.is_in(ids.iter().copied()))
            .order_by_desc(contract_supplier::Column::Ordinal)
            .into_tuple()
            .all(db)
            .await?;
        let suppliers: HashMap<Uuid, String> = suppliers.into_iter().collect();
        let rows: Vec<(Uuid, Option<String>, String, Option<chrono::NaiveDate>)> = contract::Entity::find()
            .select_only()
            .columns([
                contract::Column::Id,
                contract::Column::Reference,
                contract::Column::Title,
                contract::Column::StartsOn,
            ])
            .filter(contract::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(rows.into_iter().map(|(id, reference, title, starts_on)| {
            let supplier = suppliers.get(&id).map(String::as_str);
            let facts = Facts::new(reference.as_deref().unwrap_or(""), &title, supplier, starts_on);
            (id, (facts, title))
        }));
    }
    Ok(found)
}

/// Contracts that notices alone brought.
pub(super) type Noticed = BTreeMap<Uuid, OfNotices>;

/// A contract that notices alone brought.
pub(super) struct OfNotices {
    pub(super) ocid: String,
    pub(super) called_off: bool,
}

/// The contracts of a council that notices alone brought.
pub(super) async fn noticed(db: &impl ConnectionTrait, council: Uuid) -> Result<Noticed, Error> {
    let mut keys = Condition::all().add(contract::Column::RowKey.like(format!("{KEY}%")));
    // There texts are ordered byte by byte, and the index finds these at once.
    if db.get_database_backend() == DbBackend::Sqlite {
        keys = keys
            .add(contract::Column::RowKey.gte(KEY))
            .add(contract::Column::RowKey.lt(AFTER_KEY));
    }
    let there: Vec<(Uuid, Option<String>, String)> = contract::Entity::find()
        .select_only()
        .columns([
            contract::Column::Id,
            contract::Column::Ocid,
            contract::Column::Standing,
        ])
        .filter(contract::Column::CouncilId.eq(council))
        .filter(keys)
        .into_tuple()
        .all(db)
        .await?;
    let one = |(id, ocid, standing): (_, Option<String>, String)| {
        let (ocid, called_off) = (ocid.unwrap_or_default(), standing == CALLED_OFF);
        (id, OfNotices { ocid, called_off })
    };
    Ok(there.into_iter().map(one).collect())
}

/// Those of these contracts that are a council's and that no register brought: made here, or of notices alone.
pub(super) async fn ours(
    db: &impl ConnectionTrait,
    council: Uuid,
    named: &[Uuid],
) -> Result<HashSet<Uuid>, Error> {
    let mut ours = HashSet::new();
    for ids in named.chunks(AT_A_TIME) {
        let sourced = contract_source::Entity::find()
            .select_only()
            .column(contract_source::Column::ContractId)
            .filter(contract_source::Column::ContractId.is_in(ids.iter().copied()));
        let found: Vec<Uuid> = contract::Entity::find()
            .select_only()
            .column(contract::Column::Id)
            .filter(contract::Column::CouncilId.eq(council))
            .filter(contract::Column::Id.is_in(ids.iter().copied()))
            .filter(
                Condition::any()
                    .add(contract::Column::Id.not_in_subquery(sea_orm::QueryTrait::into_query(sourced)))
                    .add(contract::Column::RowKey.like(format!("{KEY}%"))),
            )
            .into_tuple()
            .all(db)
            .await?;
        ours.extend(found);
    }
    Ok(ours)
}

/// Which of these contracts are in a council's register and came from files.
pub(super) async fn of_register(
    db: &impl ConnectionTrait,
    council: Uuid,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Error> {
    let mut found = HashSet::new();
    for ids in ids.chunks(AT_A_TIME) {
        let some: Vec<Uuid> = contract::Entity::find()
            .select_only()
            .column(contract::Column::Id)
            .filter(contract::Column::CouncilId.eq(council))
            .filter(contract::Column::Id.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(some);
    }
    Ok(found)
}

fn with_source() -> RelationDef {
    let sources: RelationDef = contract_source::Entity::belongs_to(contract::Entity)
        .from(contract_source::Column::ContractId)
        .to(contract::Column::Id)
        .into();
    sources.rev()
}

/// Keeps what contracts were: id, the version that the import made, and the entry where there is one to restore.
pub(super) async fn keep(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    run: Uuid,
    before: Vec<(Uuid, i32, Option<Value>)>,
) -> Result<(), Error> {
    let mut rows = before
        .into_iter()
        .map(|(contract, version, entry)| import_before::ActiveModel {
            import_id: Set(run),
            contract_id: Set(contract),
            version: Set(version),
            entry: Set(entry),
        });
    loop {
        let some: Vec<_> = rows.by_ref().take(AT_A_TIME).collect();
        if some.is_empty() {
            return Ok(());
        }
        import_before::Entity::insert_many(some)
            .exec_without_returning(txn)
            .await?;
    }
}

/// Forgets what earlier imports of a council kept: only the last one can be undone.
pub(super) async fn forget_before(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    council: Uuid,
    run: Uuid,
) -> Result<(), Error> {
    let earlier = import_run::Entity::find()
        .select_only()
        .column(import_run::Column::Id)
        .filter(import_run::Column::CouncilId.eq(council))
        .filter(import_run::Column::Id.ne(run));
    import_before::Entity::delete_many()
        .filter(import_before::Column::ImportId.in_subquery(sea_orm::QueryTrait::into_query(earlier)))
        .exec(txn)
        .await?;
    Ok(())
}

/// Takes their keys from contracts that are not to have them any more; those that are written get their new one then.
pub(super) async fn release(
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    contracts: &[Uuid],
) -> Result<(), Error> {
    let key = match txn.get_database_backend() {
        DbBackend::Postgres => "'past:' || id::text",
        _ => "'past:' || hex(id)",
    };
    for ids in contracts.chunks(AT_A_TIME) {
        contract::Entity::update_many()
            .col_expr(contract::Column::RowKey, Expr::cust(key))
            .filter(contract::Column::Id.is_in(ids.iter().copied()))
            .exec(txn)
            .await?;
    }
    Ok(())
}

/// Those of these contracts that were noted as missing.
pub(super) async fn missing(db: &impl ConnectionTrait, contracts: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let mut missing = Vec::new();
    for ids in contracts.chunks(AT_A_TIME) {
        let some: Vec<Uuid> = contract_source::Entity::find()
            .select_only()
            .column(contract_source::Column::ContractId)
            .filter(contract_source::Column::ContractId.is_in(ids.iter().copied()))
            .filter(contract_source::Column::MissingSince.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        missing.extend(some);
    }
    Ok(missing)
}

/// The last import of a council's register, unless it was undone: what the ones before it replaced is not kept.
pub(super) async fn last_run(db: &impl ConnectionTrait, council: Uuid) -> Result<Option<Uuid>, Error> {
    let last = import_run::Entity::find()
        .filter(import_run::Column::CouncilId.eq(council))
        .order_by_desc(import_run::Column::ImportedAt)
        .order_by_desc(import_run::Column::Id)
        .one(db)
        .await?;
    // What notices bring has no headings, and what they replaced is not kept.
    let of_register = |run: &import_run::Model| run.headings.as_array().is_some_and(|all| !all.is_empty());
    let last = last.filter(|run| run.undone_at.is_none() && of_register(run));
    Ok(last.map(|run| run.id))
}

/// Into whose register an import went, and when.
pub(super) async fn run(
    db: &impl ConnectionTrait,
    run: Uuid,
) -> Result<Option<(Uuid, DateTime<Utc>)>, Error> {
    let found = import_run::Entity::find_by_id(run).one(db).await?;
    Ok(found.map(|run| (run.council_id, run.imported_at)))
}

/// The suppliers of these contracts.
pub(super) async fn suppliers(db: &impl ConnectionTrait, contracts: &[Uuid]) -> Result<Vec<Uuid>, Error> {
    let mut found = HashSet::new();
    for ids in contracts.chunks(AT_A_TIME) {
        let some: Vec<Uuid> = contract_supplier::Entity::find()
            .select_only()
            .column(contract_supplier::Column::SupplierId)
            .distinct()
            .filter(contract_supplier::Column::ContractId.is_in(ids.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        found.extend(some);
    }
    Ok(found.into_iter().collect())
}

/// Suppliers to which imports of other registers since would go back, were they undone.
pub(super) async fn remembered(
    db: &DatabaseTransaction,
    council: Uuid,
    since: DateTime<Utc>,
) -> Result<HashSet<Uuid>, Error> {
    let runs = import_run::Entity::find()
        .select_only()
        .column(import_run::Column::Id)
        .filter(import_run::Column::CouncilId.ne(council))
        .filter(import_run::Column::ImportedAt.gte(since))
        .filter(import_run::Column::UndoneAt.is_null());
    let kept = import_before::Entity::find()
        .select_only()
        .column(import_before::Column::Entry)
        .filter(import_before::Column::ImportId.in_subquery(sea_orm::QueryTrait::into_query(runs)))
        .filter(import_before::Column::Entry.is_not_null())
        .into_tuple::<Value>();
    let (mut kept, mut suppliers) = (kept.stream(db).await?, HashSet::new());
    while let Some(entry) = kept.try_next().await? {
        suppliers.extend(Entry::from_kept(entry)?.suppliers);
    }
    Ok(suppliers)
}

/// What a contract was before an import.
pub(super) struct Was {
    pub(super) contract: Uuid,
    /// The version that the import made.
    pub(super) version: i32,
    /// Nothing, where the import only found it missing.
    pub(super) entry: Option<Value>,
}

/// What an import kept, in the order of the contracts' ids.
pub(super) async fn before(db: &impl ConnectionTrait, run: Uuid) -> Result<Vec<Was>, Error> {
    let rows = import_before::Entity::find()
        .filter(import_before::Column::ImportId.eq(run))
        .order_by_asc(import_before::Column::ContractId)
        .all(db)
        .await?;
    let was = |row: import_before::Model| Was {
        contract: row.contract_id,
        version: row.version,
        entry: row.entry,
    };
    Ok(rows.into_iter().map(was).collect())
}

/// The contracts whose last word came from an import, with their versions.
pub(super) async fn written_by(db: &impl ConnectionTrait, run: Uuid) -> Result<Vec<(Uuid, i32)>, Error> {
    Ok(contract::Entity::find()
        .select_only()
        .columns([contract::Column::Id, contract::Column::Version])
        .join(JoinType::InnerJoin, with_source())
        .filter(contract_source::Column::ImportId.eq(run))
        .order_by_asc(contract::Column::Id)
        .into_tuple()
        .all(db)
        .await?)
}

/// Those of these imports that were undone.
pub(super) async fn undone_among(db: &impl ConnectionTrait, runs: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    let undone: Vec<Uuid> = import_run::Entity::find()
        .select_only()
        .column(import_run::Column::Id)
        .filter(import_run::Column::Id.is_in(runs.iter().copied()))
        .filter(import_run::Column::UndoneAt.is_not_null())
        .into_tuple()
        .all(db)
        .await?;
    Ok(undone.into_iter().collect())
}

/// Notes that an import was undone: its upload, if it came from one, is another one to whoever looks at it.
pub(super) async fn undone(
    app: &App,
    txn: &impl ConnectionTrait,
    _permit: &Permit,
    run: Uuid,
) -> Result<(), Error> {
    import_run::Entity::update_many()
        .col_expr(import_run::Column::UndoneAt, Expr::value(app.clock.now()))
        .filter(import_run::Column::Id.eq(run))
        .exec(txn)
        .await?;
    register_import::Entity::update_many()
        .col_expr(register_import::Column::ChangedAt, Expr::value(app.clock.now()))
        .col_expr(
            register_import::Column::Version,
            Expr::col(register_import::Column::Version).add(1),
        )
        .filter(register_import::Column::RunId.eq(run))
        .exec(txn)
        .await?;
    import_before::Entity::delete_many()
        .filter(import_before::Column::ImportId.eq(run))
        .exec(txn)
        .await?;
    Ok(())
}
