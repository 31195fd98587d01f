//! People, sessions, devices and memberships in the database.

use super::policy::{CouncilRole, SupplierRole};
use super::{Membership, token_hash};
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::{council_access, device, membership, person as people, session};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Ids in one statement.
const AT_A_TIME: usize = 1000;

/// Adds a person; false when the address is taken.
pub(super) async fn insert_person(txn: &DatabaseTransaction, row: people::Model) -> Result<bool, Error> {
    let taken = OnConflict::column(people::Column::Email).do_nothing().to_owned();
    let inserted = people::Entity::insert(people::ActiveModel::from(row))
        .on_conflict(taken)
        .exec_without_returning(txn)
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn row(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<people::Model>, Error> {
    Ok(people::Entity::find_by_id(id).one(db).await?)
}

/// A person's row, held until the transaction ends.
pub(super) async fn held(txn: &DatabaseTransaction, id: Uuid) -> Result<people::Model, Error> {
    let mut query = people::Entity::find_by_id(id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    query.one(txn).await?.ok_or(Error::NotFound)
}

/// Whether somebody has an account, which nobody can then close until the transaction ends.
pub(super) async fn hold_present(txn: &impl ConnectionTrait, id: Uuid) -> Result<bool, Error> {
    let mut query = people::Entity::find_by_id(id)
        .select_only()
        .column(people::Column::Id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock(LockType::KeyShare);
    }
    Ok(query.into_tuple::<Uuid>().one(txn).await?.is_some())
}

pub(super) async fn by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<people::Model>, Error> {
    Ok(people::Entity::find()
        .filter(people::Column::Email.eq(email))
        .one(db)
        .await?)
}

/// Writes what has changed about a person whose row is held.
pub(super) async fn put(txn: &DatabaseTransaction, mut row: people::Model) -> Result<(), Error> {
    row.version += 1;
    let row = people::ActiveModel::from(row).reset_all();
    people::Entity::update(row).exec(txn).await?;
    Ok(())
}

pub(super) async fn rehash(txn: &DatabaseTransaction, id: Uuid, old: &str, new: String) -> Result<(), Error> {
    people::Entity::update_many()
        .filter(people::Column::Id.eq(id))
        .filter(people::Column::PasswordHash.eq(old))
        .col_expr(people::Column::PasswordHash, Expr::value(new))
        .exec(txn)
        .await?;
    Ok(())
}

/// Adds a membership; false when the person is of that organisation already.
pub(super) async fn insert_membership(
    txn: &DatabaseTransaction,
    id: Uuid,
    person: Uuid,
    given: Membership,
) -> Result<bool, Error> {
    let (council_id, supplier_id) = given.columns();
    let row = membership::ActiveModel {
        id: Set(id),
        person_id: Set(person),
        council_id: Set(council_id),
        supplier_id: Set(supplier_id),
        role: Set(given.role_word().to_owned()),
        version: Set(1),
    };
    let inserted = membership::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(txn)
        .await?;
    Ok(inserted == 1)
}

fn of_organisation(of: Membership) -> Condition {
    let (council, supplier) = of.columns();
    Condition::all()
        .add_option(council.map(|id| membership::Column::CouncilId.eq(id)))
        .add_option(supplier.map(|id| membership::Column::SupplierId.eq(id)))
}

/// What somebody is in an organisation; the role of `of` does not matter.
pub(super) async fn membership_in(
    db: &impl ConnectionTrait,
    person: Uuid,
    of: Membership,
) -> Result<Option<Membership>, Error> {
    let found = membership::Entity::find()
        .filter(of_organisation(of))
        .filter(membership::Column::PersonId.eq(person))
        .one(db)
        .await?;
    Ok(found.as_ref().and_then(read_membership))
}

/// Everybody in an organisation, their memberships held until the transaction ends: those who change them at once
/// do so one after another.
pub(super) async fn held_members(
    txn: &DatabaseTransaction,
    of: Membership,
) -> Result<Vec<(Uuid, Membership, i32)>, Error> {
    let mut query = membership::Entity::find()
        .filter(of_organisation(of))
        .order_by_asc(membership::Column::Id);
    if txn.get_database_backend() == DbBackend::Postgres {
        query = query.lock_exclusive();
    }
    let rows = query.all(txn).await?;
    Ok(rows
        .iter()
        .filter_map(|row| Some((row.person_id, read_membership(row)?, row.version)))
        .collect())
}

/// Everybody in an organisation, by name: who, as what, and the version of that.
pub(super) async fn members(
    db: &impl ConnectionTrait,
    of: Membership,
) -> Result<Vec<(people::Model, Membership, i32)>, Error> {
    let rows = membership::Entity::find()
        .filter(of_organisation(of))
        .all(db)
        .await?;
    let ids = rows.iter().map(|row| row.person_id);
    let found = people::Entity::find()
        .filter(people::Column::Id.is_in(ids))
        .order_by_asc(people::Column::Name)
        .order_by_asc(people::Column::Id)
        .all(db)
        .await?;
    let role_of = |id: Uuid| {
        let row = rows.iter().find(|row| row.person_id == id)?;
        Some((read_membership(row)?, row.version))
    };
    Ok(found
        .into_iter()
        .filter_map(|person| {
            let (role, version) = role_of(person.id)?;
            Some((person, role, version))
        })
        .collect())
}

pub(super) async fn set_role(txn: &DatabaseTransaction, person: Uuid, to: Membership) -> Result<(), Error> {
    membership::Entity::update_many()
        .filter(of_organisation(to))
        .filter(membership::Column::PersonId.eq(person))
        .col_expr(membership::Column::Role, Expr::value(to.role_word()))
        .col_expr(membership::Column::Version, Expr::cust("version + 1"))
        .exec(txn)
        .await?;
    Ok(())
}

pub(super) async fn delete_membership(
    txn: &DatabaseTransaction,
    person: Uuid,
    of: Membership,
) -> Result<(), Error> {
    membership::Entity::delete_many()
        .filter(of_organisation(of))
        .filter(membership::Column::PersonId.eq(person))
        .exec(txn)
        .await?;
    Ok(())
}

pub(super) async fn memberships(db: &impl ConnectionTrait, person: Uuid) -> Result<Vec<Membership>, Error> {
    let rows = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(person))
        .order_by_asc(membership::Column::Id)
        .all(db)
        .await?;
    Ok(rows.iter().filter_map(read_membership).collect())
}

/// Which of these councils ask for a second factor.
pub(super) async fn strict_councils(
    db: &impl ConnectionTrait,
    councils: Vec<Uuid>,
) -> Result<Vec<Uuid>, Error> {
    if councils.is_empty() {
        return Ok(Vec::new());
    }
    let found = council_access::Entity::find()
        .select_only()
        .column(council_access::Column::CouncilId)
        .filter(council_access::Column::CouncilId.is_in(councils))
        .filter(council_access::Column::SecondFactor.eq(true))
        .into_tuple()
        .all(db)
        .await?;
    Ok(found)
}

pub(super) async fn councils_of(
    db: &impl ConnectionTrait,
    of: &[Uuid],
) -> Result<HashSet<(Uuid, Uuid)>, Error> {
    let mut rows: Vec<(Uuid, Uuid)> = Vec::new();
    for of in of.chunks(AT_A_TIME) {
        let some: Vec<(Uuid, Uuid)> = membership::Entity::find()
            .select_only()
            .columns([membership::Column::PersonId, membership::Column::CouncilId])
            .filter(membership::Column::PersonId.is_in(of.iter().copied()))
            .filter(membership::Column::CouncilId.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        rows.extend(some);
    }
    Ok(rows.into_iter().collect())
}

pub(super) async fn suppliers_of(
    db: &impl ConnectionTrait,
    of: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    let mut rows: Vec<(Uuid, Uuid)> = Vec::new();
    for of in of.chunks(AT_A_TIME) {
        let some: Vec<(Uuid, Uuid)> = membership::Entity::find()
            .select_only()
            .columns([membership::Column::PersonId, membership::Column::SupplierId])
            .filter(membership::Column::PersonId.is_in(of.iter().copied()))
            .filter(membership::Column::SupplierId.is_not_null())
            .into_tuple()
            .all(db)
            .await?;
        rows.extend(some);
    }
    let mut found: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for (person, supplier) in rows {
        found.entry(person).or_default().push(supplier);
    }
    Ok(found)
}

pub(super) async fn addresses(
    db: &impl ConnectionTrait,
    of: &[Uuid],
) -> Result<HashMap<Uuid, String>, Error> {
    let mut rows: Vec<(Uuid, String)> = Vec::new();
    for of in of.chunks(AT_A_TIME) {
        let some: Vec<(Uuid, String)> = people::Entity::find()
            .select_only()
            .columns([people::Column::Id, people::Column::Email])
            .filter(people::Column::Id.is_in(of.iter().copied()))
            .into_tuple()
            .all(db)
            .await?;
        rows.extend(some);
    }
    Ok(rows.into_iter().collect())
}

pub(super) async fn names(db: &impl ConnectionTrait, of: &[Uuid]) -> Result<HashMap<Uuid, String>, Error> {
    let named: Vec<(Uuid, String)> = people::Entity::find()
        .select_only()
        .columns([people::Column::Id, people::Column::Name])
        .filter(people::Column::Id.is_in(of.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(named.into_iter().collect())
}

pub(super) async fn members_of_supplier(
    db: &impl ConnectionTrait,
    supplier: Uuid,
) -> Result<Vec<(Uuid, String, String)>, Error> {
    let members = membership::Entity::find()
        .select_only()
        .column(membership::Column::PersonId)
        .filter(membership::Column::SupplierId.eq(supplier))
        .into_query();
    let found = people::Entity::find()
        .select_only()
        .columns([people::Column::Id, people::Column::Email, people::Column::Name])
        .filter(people::Column::Id.in_subquery(members))
        .order_by_asc(people::Column::Id)
        .into_tuple()
        .all(db)
        .await?;
    Ok(found)
}

pub(super) async fn insert_session(txn: &DatabaseTransaction, row: session::Model) -> Result<(), Error> {
    session::Entity::insert(session::ActiveModel::from(row))
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub(super) async fn session(
    db: &impl ConnectionTrait,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<session::Model>, Error> {
    Ok(session::Entity::find_by_id(token_hash(token))
        .filter(session::Column::ExpiresAt.gt(now))
        .one(db)
        .await?)
}

pub(super) async fn sessions(
    db: &impl ConnectionTrait,
    person: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<session::Model>, Error> {
    Ok(session::Entity::find()
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::ExpiresAt.gt(now))
        .order_by_desc(session::Column::CreatedAt)
        .order_by_asc(session::Column::Id)
        .all(db)
        .await?)
}

/// Ends one session of a person's; whether there was one.
pub(super) async fn delete_session(txn: &DatabaseTransaction, person: Uuid, id: Uuid) -> Result<bool, Error> {
    let deleted = session::Entity::delete_many()
        .filter(session::Column::PersonId.eq(person))
        .filter(session::Column::Id.eq(id))
        .exec(txn)
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// Ends a person's sessions, save one; how many.
pub(super) async fn delete_sessions(
    txn: &DatabaseTransaction,
    person: Uuid,
    save: Option<Uuid>,
) -> Result<u64, Error> {
    let all = session::Entity::delete_many().filter(session::Column::PersonId.eq(person));
    let deleted = match save {
        Some(id) => all.filter(session::Column::Id.ne(id)),
        None => all,
    };
    Ok(deleted.exec(txn).await?.rows_affected)
}

pub(super) async fn strengthen_session(txn: &DatabaseTransaction, id: Uuid) -> Result<(), Error> {
    session::Entity::update_many()
        .filter(session::Column::Id.eq(id))
        .col_expr(session::Column::Strong, Expr::value(true))
        .exec(txn)
        .await?;
    Ok(())
}

/// No session of a person's counts as one with a second factor any more.
pub(super) async fn weaken_sessions(txn: &DatabaseTransaction, person: Uuid) -> Result<(), Error> {
    session::Entity::update_many()
        .filter(session::Column::PersonId.eq(person))
        .col_expr(session::Column::Strong, Expr::value(false))
        .exec(txn)
        .await?;
    Ok(())
}

/// Whose device this is.
pub(super) async fn owner_of_device(
    db: &impl ConnectionTrait,
    token: &str,
    now: DateTime<Utc>,
) -> Result<Option<Uuid>, Error> {
    let found = device::Entity::find_by_id(token_hash(token))
        .filter(device::Column::ExpiresAt.gt(now))
        .one(db)
        .await?;
    Ok(found.map(|device| device.person_id))
}

pub(super) async fn insert_device(txn: &DatabaseTransaction, row: device::Model) -> Result<(), Error> {
    device::Entity::insert(device::ActiveModel::from(row))
        .exec_without_returning(txn)
        .await?;
    Ok(())
}

pub(super) async fn has_devices(db: &impl ConnectionTrait, person: Uuid) -> Result<bool, Error> {
    let one = device::Entity::find()
        .filter(device::Column::PersonId.eq(person))
        .one(db)
        .await?;
    Ok(one.is_some())
}

/// Forgets a person's devices: the next sign-in is from nowhere known.
pub(super) async fn delete_devices(txn: &DatabaseTransaction, person: Uuid) -> Result<(), Error> {
    device::Entity::delete_many()
        .filter(device::Column::PersonId.eq(person))
        .exec(txn)
        .await?;
    Ok(())
}

/// A role that this version does not know carries nothing.
fn read_membership(row: &membership::Model) -> Option<Membership> {
    Membership::read(row.council_id, row.supplier_id, &row.role)
}

impl Membership {
    /// The columns that say which organisation: a council's or a supplier's.
    pub(super) fn columns(self) -> (Option<Uuid>, Option<Uuid>) {
        match self {
            Self::Council(id, _) => (Some(id), None),
            Self::Supplier(id, _) => (None, Some(id)),
        }
    }

    /// The stored word of the role.
    pub(super) fn role_word(self) -> &'static str {
        match self {
            Self::Council(_, role) => role.as_str(),
            Self::Supplier(_, role) => role.as_str(),
        }
    }

    /// A membership out of its columns.
    pub(super) fn read(council: Option<Uuid>, supplier: Option<Uuid>, role: &str) -> Option<Self> {
        match (council, supplier) {
            (Some(id), None) => CouncilRole::parse(role).map(|role| Self::Council(id, role)),
            (None, Some(id)) => SupplierRole::parse(role).map(|role| Self::Supplier(id, role)),
            _ => None,
        }
    }
}
