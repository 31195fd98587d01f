//! Erasing what the log holds of a person. The tree keeps its commitments, which tell nothing without their nonces.

use super::check::{ERASURE, Erased};
use super::entry::{About, Actor};
use super::tree::Frontier;
use super::{Said, store};
use crate::access::{Deed, Permit};
use crate::runtime::{App, Error};
use entity::{audit_part, person as people};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Values that fit in one statement of either database.
const AT_A_TIME: usize = 500;

/// Erases a person from the log: who they were in what they did, and what it says of them, also by address before they
/// had an account. Gives how many parts of entries were erased. What stays are the entries themselves: when, what kind
/// of thing was done to what, and identifiers that lead nowhere once the account is gone.
///
/// It is itself recorded, without a name where the person did it themselves. It comes last in the transaction (see
/// [`super::record`]), which should hold the person's row: a later entry would name them again. Where that row is
/// deleted already, their addresses are those that the log knows.
///
/// # Errors
/// When the database refuses.
pub async fn forget(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    person: Uuid,
) -> Result<u64, Error> {
    // Held first: nobody appends an entry of theirs between finding and erasing.
    let tree = store::hold(txn).await?;
    let theirs = of(txn, person).await?;
    forget_parts(app, txn, tree, permit, person, theirs).await
}

/// Erases from the log what it says of an address that has no account. It is recorded under a number of its own.
///
/// # Errors
/// When the database refuses.
pub async fn forget_address(
    app: &App,
    txn: &impl ConnectionTrait,
    permit: &Permit,
    address: &str,
) -> Result<u64, Error> {
    let tree = store::hold(txn).await?;
    let of_it = audit_part::Entity::find().filter(audit_part::Column::Address.eq(address));
    let theirs = of_it.order_by_asc(audit_part::Column::Sequence).all(txn).await?;
    forget_parts(app, txn, tree, permit, app.new_id(), theirs).await
}

async fn forget_parts(
    app: &App,
    txn: &impl ConnectionTrait,
    tree: Frontier,
    permit: &Permit,
    person: Uuid,
    theirs: Vec<audit_part::Model>,
) -> Result<u64, Error> {
    let mut erased = Erased::default();
    for part in theirs {
        let sequence = u64::try_from(part.sequence).map_err(Error::fault)?;
        match part.part.as_str() {
            "actor" => erased.actor.push(sequence),
            _ => erased.about.push(sequence),
        }
    }
    erase(txn, "actor", &erased.actor).await?;
    erase(txn, "about", &erased.about).await?;
    let count = (erased.actor.len() + erased.about.len()) as u64;
    let mut deed: Deed = permit.deed().clone();
    if deed.actor == Some(person) {
        (deed.actor, deed.actor_name) = (None, "the person who is forgotten".into());
    }
    let said = Said {
        deed: &deed,
        refused: false,
        subject: (ERASURE, person),
        detail: serde_json::to_value(erased).map_err(Error::fault)?,
        about: None,
    };
    store::append(app, txn, tree, vec![said]).await?;
    Ok(count)
}

/// The parts that are a person's: by their id, and by every address that they have had.
async fn of(txn: &impl ConnectionTrait, person: Uuid) -> Result<Vec<audit_part::Model>, Error> {
    let mut parts = audit_part::Entity::find()
        .filter(audit_part::Column::PersonId.eq(person))
        .all(txn)
        .await?;
    let mut addresses = BTreeSet::new();
    let row = people::Entity::find_by_id(person).one(txn).await?;
    addresses.extend(row.map(|row| row.email));
    for part in &parts {
        let content = part.content.as_deref().unwrap_or_default();
        addresses.extend(serde_json::from_str(content).ok().map(|who: Actor| who.name));
        addresses.extend(
            serde_json::from_str(content)
                .ok()
                .and_then(|about: About| about.address),
        );
    }
    let addresses: Vec<String> = addresses.into_iter().collect();
    for some in addresses.chunks(AT_A_TIME) {
        let by_address = audit_part::Entity::find()
            .filter(audit_part::Column::Address.is_in(some))
            // What is somebody else's stays: another may have the address by now.
            .filter(audit_part::Column::PersonId.is_null())
            .all(txn)
            .await?;
        parts.extend(by_address);
    }
    parts.sort_by_key(|part| part.sequence);
    Ok(parts)
}

async fn erase(txn: &impl ConnectionTrait, part: &str, entries: &[u64]) -> Result<(), Error> {
    for some in entries.chunks(AT_A_TIME) {
        audit_part::Entity::update_many()
            .filter(audit_part::Column::Part.eq(part))
            .filter(audit_part::Column::Sequence.is_in(some.iter().map(|sequence| sequence.cast_signed())))
            .col_expr(audit_part::Column::Nonce, Expr::value(None::<Vec<u8>>))
            .col_expr(audit_part::Column::Content, Expr::value(None::<String>))
            .col_expr(audit_part::Column::PersonId, Expr::value(None::<Uuid>))
            .col_expr(audit_part::Column::Address, Expr::value(None::<String>))
            .exec(txn)
            .await?;
    }
    Ok(())
}
