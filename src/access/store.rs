//! People, sessions and memberships in the database.

use super::accounts::NewAccount;
use super::policy::{CouncilRole, SupplierRole};
use super::{Membership, Person};
use crate::runtime::Error;
use chrono::{DateTime, Utc};
use entity::{membership, person as people, session};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

pub(super) async fn insert_person(
    txn: &impl ConnectionTrait,
    id: Uuid,
    email: &str,
    account: &NewAccount,
    password_hash: String,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let row = people::ActiveModel {
        id: Set(id),
        email: Set(email.to_owned()),
        name: Set(account.name.trim().to_owned()),
        password_hash: Set(password_hash),
        operator: Set(account.operator),
        created_at: Set(now),
        version: Set(1),
    };
    let taken = OnConflict::column(people::Column::Email).do_nothing().to_owned();
    let inserted = people::Entity::insert(row)
        .on_conflict(taken)
        .exec_without_returning(txn)
        .await?;
    Ok(inserted == 1)
}

pub(super) async fn insert_membership(
    txn: &impl ConnectionTrait,
    id: Uuid,
    person: Uuid,
    membership: Membership,
) -> Result<(), Error> {
    let (council_id, supplier_id, role) = match membership {
        Membership::Council(id, role) => (Some(id), None, council_role(role)),
        Membership::Supplier(id, role) => (None, Some(id), supplier_role(role)),
    };
    let row = membership::ActiveModel {
        id: Set(id),
        person_id: Set(person),
        council_id: Set(council_id),
        supplier_id: Set(supplier_id),
        role: Set(role.to_owned()),
    };
    membership::Entity::insert(row)
        .exec_without_returning(txn)
        .await?;
    Ok(())
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

pub(super) async fn credentials(
    db: &impl ConnectionTrait,
    email: &str,
) -> Result<Option<(Uuid, String)>, Error> {
    let found = people::Entity::find()
        .select_only()
        .columns([people::Column::Id, people::Column::PasswordHash])
        .filter(people::Column::Email.eq(email))
        .into_tuple()
        .one(db)
        .await?;
    Ok(found)
}

pub(super) async fn insert_session(
    txn: &impl ConnectionTrait,
    token_hash: Vec<u8>,
    person_id: Uuid,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<(), Error> {
    let row = session::ActiveModel {
        token_hash: Set(token_hash),
        person_id: Set(person_id),
        created_at: Set(now),
        expires_at: Set(expires_at),
    };
    session::Entity::insert(row).exec_without_returning(txn).await?;
    Ok(())
}

pub(super) async fn delete_session(txn: &impl ConnectionTrait, token_hash: Vec<u8>) -> Result<(), Error> {
    session::Entity::delete_by_id(token_hash).exec(txn).await?;
    Ok(())
}

pub(super) async fn person_of_session(
    db: &impl ConnectionTrait,
    token_hash: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<Option<Person>, Error> {
    match session::Entity::find_by_id(token_hash).one(db).await? {
        Some(session) if session.expires_at > now => person(db, session.person_id).await,
        _ => Ok(None),
    }
}

pub(super) async fn person(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Person>, Error> {
    let Some(row) = people::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    let memberships = membership::Entity::find()
        .filter(membership::Column::PersonId.eq(id))
        .all(db)
        .await?;
    let memberships = memberships.iter().filter_map(read_membership).collect();
    Ok(Some(Person {
        id,
        email: row.email,
        name: row.name,
        operator: row.operator,
        memberships,
    }))
}

/// A role that this version does not know carries nothing.
fn read_membership(row: &membership::Model) -> Option<Membership> {
    match (row.council_id, row.supplier_id) {
        (Some(id), _) => {
            use CouncilRole::{Administrator, Approver, Evaluator, Officer, Viewer};
            let role = [Viewer, Officer, Approver, Evaluator, Administrator]
                .into_iter()
                .find(|role| council_role(*role) == row.role)?;
            Some(Membership::Council(id, role))
        }
        (None, Some(id)) => {
            use SupplierRole::{Administrator, Member};
            let role = [Member, Administrator]
                .into_iter()
                .find(|role| supplier_role(*role) == row.role)?;
            Some(Membership::Supplier(id, role))
        }
        (None, None) => None,
    }
}

fn council_role(role: CouncilRole) -> &'static str {
    match role {
        CouncilRole::Viewer => "viewer",
        CouncilRole::Officer => "officer",
        CouncilRole::Approver => "approver",
        CouncilRole::Evaluator => "evaluator",
        CouncilRole::Administrator => "administrator",
    }
}

fn supplier_role(role: SupplierRole) -> &'static str {
    match role {
        SupplierRole::Member => "member",
        SupplierRole::Administrator => "administrator",
    }
}
