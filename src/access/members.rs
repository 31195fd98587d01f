//! Who is in an organisation and as what, changed by its administrators.
//!
//! The last administrator stays: those who change an organisation's memberships hold them all, one after another.

use super::policy::{Action, Role, allowed, authorize};
use super::tokens::{self, Organisation};
use super::{CouncilRole, Membership, SupplierRole, Viewer, store};
use crate::audit;
use crate::runtime::{App, Error, Stop, based_on};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use std::collections::HashSet;
use uuid::Uuid;

/// Why somebody's membership could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum MemberErrorCode {
    /// They are not of that organisation.
    NotAMember,
    /// They are its last administrator: make another first.
    LastAdministrator,
    /// The role is not one of that kind of organisation.
    WrongRole,
    /// They are of that organisation already.
    AlreadyAMember,
    /// The address cannot be one.
    BadEmail,
    /// The invitation has been used, withdrawn, or has expired; or whoever sent it may no longer.
    BadInvitation,
    /// The invitation is for another address than the viewer's.
    AnotherAddress,
    /// A password of 8 to 1,024 bytes that is not easily guessed is needed to make the account.
    BadPassword,
    /// A name is needed to make the account.
    BadName,
    /// Too many were sent lately.
    TooMany,
    /// The membership was changed since the version this was based on.
    Conflict,
    /// Addresses of this domain have an account by their council's single sign-on alone: sign in there, then accept.
    SingleSignOnNeeded,
}

/// Somebody in an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: Uuid,
    /// Name as they gave it.
    pub name: String,
    /// Address.
    pub email: String,
    /// As what.
    pub membership: Membership,
    /// Counts the changes of the membership.
    pub version: i32,
    /// Whether they sign in with a second factor.
    pub second_factor: bool,
}

impl Membership {
    /// Whether it lets its holder say who else is in.
    pub fn is_administrator(self) -> bool {
        matches!(
            self,
            Self::Council(_, CouncilRole::Administrator) | Self::Supplier(_, SupplierRole::Administrator)
        )
    }
}

/// A membership that names only the organisation, for finders.
pub(super) fn any_role(organisation: Organisation) -> Membership {
    match organisation {
        Organisation::Council(id) => Membership::Council(id, CouncilRole::Viewer),
        Organisation::Supplier(id) => Membership::Supplier(id, SupplierRole::Member),
    }
}

/// Whether a person has a role in a council.
///
/// # Errors
/// When the database fails.
pub(crate) async fn belongs(db: &impl ConnectionTrait, person: Uuid, council: Uuid) -> Result<bool, Error> {
    let councils = store::councils_of(db, &[person]).await?;
    Ok(councils.contains(&(person, council)))
}

/// The councils that these people have a role in: person and council.
///
/// # Errors
/// When the database fails.
pub(crate) async fn councils_of(
    db: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashSet<(Uuid, Uuid)>, Error> {
    store::councils_of(db, people).await
}

/// Who may do this in a council by their role.
///
/// # Errors
/// When the database fails.
pub(crate) async fn who_may(
    db: &impl ConnectionTrait,
    council: Uuid,
    action: Action,
) -> Result<HashSet<Uuid>, Error> {
    let all = store::members(db, any_role(Organisation::Council(council))).await?;
    let may =
        |of: &Membership| matches!(of, Membership::Council(_, role) if allowed(Role::Council(*role), action));
    let them = all.into_iter().filter(|(_, of, _)| may(of));
    Ok(them.map(|(person, ..)| person.id).collect())
}

/// How many people may do this in a council.
///
/// # Errors
/// When the database fails.
pub(crate) async fn how_many_may(
    db: &impl ConnectionTrait,
    council: Uuid,
    action: Action,
) -> Result<usize, Error> {
    let all = store::members(db, any_role(Organisation::Council(council))).await?;
    let may =
        |of: &Membership| matches!(of, Membership::Council(_, role) if allowed(Role::Council(*role), action));
    Ok(all.iter().filter(|(_, of, _)| may(of)).count())
}

/// Who is in an organisation, by name.
///
/// # Errors
/// [`Error::NotFound`] for those who are not in it themselves.
pub async fn list(app: &App, viewer: &Viewer, organisation: Organisation) -> Result<Vec<Member>, Error> {
    authorize(viewer, Action::SeeMembers, organisation.resource()).map_err(|_| Error::NotFound)?;
    let found = store::members(app.db.read(), any_role(organisation)).await?;
    Ok(found
        .into_iter()
        .map(|(row, membership, version)| Member {
            person: row.id,
            name: row.name,
            email: row.email,
            membership,
            version,
            second_factor: row.totp_confirmed,
        })
        .collect())
}

/// Gives somebody in an organisation another role.
///
/// # Errors
/// [`MemberErrorCode`], or when the viewer may not.
pub async fn set_role(
    app: &App,
    viewer: &Viewer,
    person: Uuid,
    version: i32,
    to: Membership,
) -> Result<(), Stop<MemberErrorCode>> {
    let permit = authorize(viewer, Action::ManageMembers, Organisation::of(&to).resource())?;
    let txn = app.db.begin().await?;
    let from = held(&txn, person, version, to, to.is_administrator()).await?;
    store::set_role(&txn, person, to).await?;
    let detail = serde_json::json!({ "role": { "from": from.role_word(), "to": to.role_word() }, "of": organisation(to) });
    audit::record(app, &txn, &permit, "person", person, &detail).await?;
    txn.commit().await?;
    Ok(())
}

/// Removes somebody from an organisation, or oneself: it holds from their next request on.
///
/// # Errors
/// [`MemberErrorCode`], or when the viewer may not.
pub async fn remove(
    app: &App,
    viewer: &Viewer,
    person: Uuid,
    version: i32,
    from: Organisation,
) -> Result<(), Stop<MemberErrorCode>> {
    let permit = authorize(viewer, Action::ManageMembers, from.resource())?;
    let txn = app.db.begin().await?;
    let was = held(&txn, person, version, any_role(from), false).await?;
    store::delete_membership(&txn, person, was).await?;
    tokens::revoke_for(&txn, person, was).await?;
    let detail = serde_json::json!({ "removed": was.role_word(), "of": organisation(was) });
    audit::record(app, &txn, &permit, "person", person, &detail).await?;
    txn.commit().await?;
    Ok(())
}

pub(super) fn organisation(of: Membership) -> serde_json::Value {
    match of {
        Membership::Council(id, _) => serde_json::json!({ "council": id }),
        Membership::Supplier(id, _) => serde_json::json!({ "supplier": id }),
    }
}

/// What somebody is in an organisation whose memberships are now held, if it is the version told and an
/// administrator would be left without them or they stay one.
async fn held(
    txn: &DatabaseTransaction,
    person: Uuid,
    version: i32,
    of: Membership,
    stays: bool,
) -> Result<Membership, Stop<MemberErrorCode>> {
    let all = store::held_members(txn, of).await?;
    let Some((_, was, current)) = all.iter().find(|(id, ..)| *id == person) else {
        let message = "there is nobody like that in this organisation";
        return Err(Stop::refuse(MemberErrorCode::NotAMember, "person", message));
    };
    based_on(version, *current, MemberErrorCode::Conflict)?;
    let others = all
        .iter()
        .any(|(id, of, _)| *id != person && of.is_administrator());
    if was.is_administrator() && !stays && !others {
        let message = "this is the last administrator: make somebody else one first";
        return Err(Stop::refuse(
            MemberErrorCode::LastAdministrator,
            "person",
            message,
        ));
    }
    Ok(*was)
}
