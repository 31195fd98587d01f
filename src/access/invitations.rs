//! Invitations into an organisation, by mail.
//!
//! An invitation is for one address, one organisation and one role, all fixed when it is sent. Who accepts it must
//! hold that address: by being signed in with it, or, when it has no account yet, by the mailed link itself.

use super::accounts;
use super::attempts::{self, Kind};
use super::letters;
use super::members::{MemberErrorCode, organisation};
use super::policy::{Action, authorize, may, signed_in};
use super::sessions::{self, Session};
use super::tokens::Organisation;
use super::{Membership, Origin, Person, Through, Viewer, fold, password, single_sign_on, store, token_hash};
use crate::audit::{self, About};
use crate::runtime::{App, Error, Stop, Wrong, outbox};
use chrono::{DateTime, Duration, Utc};
use entity::invitation::{ActiveModel, Column, Entity, Model};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// How long an invitation holds.
const LASTS: Duration = Duration::days(7);

/// An invitation that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Identifier.
    pub id: Uuid,
    /// For whom.
    pub email: String,
    /// Into what, and as what.
    pub membership: Membership,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

/// Invites somebody into an organisation. `called` is its name, for the mail.
///
/// # Errors
/// [`MemberErrorCode`], or when the viewer may not.
pub async fn send(
    app: &App,
    viewer: &Viewer,
    email: &str,
    into: Membership,
    called: &str,
) -> Result<Invitation, Stop<MemberErrorCode>> {
    let permit = authorize(viewer, Action::ManageMembers, Organisation::of(&into).resource())?;
    let inviter = viewer.person().ok_or(Error::NotSignedIn)?;
    if !accounts::is_address(email) {
        return Err(Stop::refuse(
            MemberErrorCode::BadEmail,
            "email",
            "this is not an email address",
        ));
    }
    let email = fold(email);
    let buckets = [
        attempts::invitation(&email),
        (Kind::Inviter, inviter.id.to_string()),
    ];
    if !attempts::admit(app, &buckets).await? {
        let message = "too many invitations were sent lately, to this address or by you: wait an hour";
        return Err(Stop::refuse(MemberErrorCode::TooMany, "email", message));
    }
    let txn = app.db.begin().await?;
    if let Some(person) = store::by_email(&txn, &email).await?
        && store::membership_in(&txn, person.id, into).await?.is_some()
    {
        return Err(already());
    }
    let token = app.entropy.token();
    let (council_id, supplier_id) = into.columns();
    let row = Model {
        id: app.new_id(),
        token_hash: token_hash(&token),
        email: email.clone(),
        council_id,
        supplier_id,
        role: into.role_word().to_owned(),
        invited_by: inviter.id,
        expires_at: app.clock.now() + LASTS,
    };
    Entity::insert(ActiveModel::from(row.clone()))
        .exec_without_returning(&txn)
        .await?;
    let says = format!(
        "{} invites you to act for {called} on Guildhall, as {}. The invitation is for this address and holds for a week.",
        inviter.name,
        into.role_word()
    );
    let about = letters::About {
        person: None,
        to: &email,
        name: "",
        heading: &format!("An invitation from {called}"),
        says: vec![says],
        link: Some(("Accept", format!("{}/account/invitation/{token}", app.public_url))),
    };
    let mail = letters::write(app, &txn, about).await?;
    outbox::names(&txn, mail, inviter.id).await?;
    let detail = serde_json::json!({ "invited": true, "role": into.role_word(), "of": organisation(into) });
    let about = About::address(None, &email);
    audit::record_about(app, &txn, &permit, "invitation", row.id, &detail, about).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(read(row)?)
}

fn already() -> Stop<MemberErrorCode> {
    let message = "they are of this organisation already; their role is changed there";
    Stop::refuse(MemberErrorCode::AlreadyAMember, "email", message)
}

fn read(row: Model) -> Result<Invitation, Error> {
    let membership = Membership::read(row.council_id, row.supplier_id, &row.role);
    Ok(Invitation {
        id: row.id,
        email: row.email,
        membership: membership.ok_or_else(|| Error::fault("an invitation to nothing"))?,
        expires_at: row.expires_at,
    })
}

/// The open invitations into an organisation, for its administrators.
///
/// # Errors
/// [`Error::NotFound`] for anybody else.
pub async fn list(app: &App, viewer: &Viewer, of: Organisation) -> Result<Vec<Invitation>, Error> {
    authorize(viewer, Action::ManageMembers, of.resource()).map_err(|_| Error::NotFound)?;
    let rows = Entity::find()
        .filter(into(of))
        .filter(Column::ExpiresAt.gt(app.clock.now()))
        .order_by_asc(Column::Id)
        .all(app.db.read())
        .await?;
    rows.into_iter().map(read).collect()
}

fn into(of: Organisation) -> Condition {
    match of {
        Organisation::Council(id) => Condition::all().add(Column::CouncilId.eq(id)),
        Organisation::Supplier(id) => Condition::all().add(Column::SupplierId.eq(id)),
    }
}

/// Withdraws an open invitation.
///
/// # Errors
/// [`Error::NotFound`] for those who may not, too.
pub async fn withdraw(app: &App, viewer: &Viewer, id: Uuid) -> Result<(), Error> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let row = Entity::find_by_id(id).one(&txn).await?.ok_or(Error::NotFound)?;
    let invitation = read(row)?;
    let of = Organisation::of(&invitation.membership).resource();
    let permit = authorize(viewer, Action::ManageMembers, of).map_err(|_| Error::NotFound)?;
    Entity::delete_by_id(id).exec(&txn).await?;
    let detail = serde_json::json!({ "withdrawn": true });
    let about = About::address(None, &invitation.email);
    audit::record_about(app, &txn, &permit, "invitation", id, &detail, about).await?;
    Ok(txn.commit().await?)
}

/// For which address and organisation a mailed invitation is, and whether that address has an account.
///
/// # Errors
/// When the database fails.
pub async fn look(app: &App, token: &str) -> Result<Option<(Invitation, bool)>, Error> {
    let found = Entity::find()
        .filter(Column::TokenHash.eq(token_hash(token)))
        .filter(Column::ExpiresAt.gt(app.clock.now()))
        .one(app.db.read())
        .await?;
    let Some(row) = found else {
        return Ok(None);
    };
    let has_account = store::by_email(app.db.read(), &row.email).await?.is_some();
    Ok(Some((read(row)?, has_account)))
}

/// Accepts an invitation as the account of its address, which must be the viewer's.
///
/// # Errors
/// [`MemberErrorCode`], or when nobody is signed in.
pub async fn accept(app: &App, viewer: &Viewer, token: &str) -> Result<Membership, Stop<MemberErrorCode>> {
    let (_, person) = super::own(viewer)?;
    let txn = app.db.begin().await?;
    let invitation = take(app, &txn, token).await?;
    if invitation.email != person.email {
        let message = "this invitation is for another address: sign in with that one";
        return Err(Stop::refuse(MemberErrorCode::AnotherAddress, "token", message));
    }
    join(app, &txn, person.id, invitation.membership).await?;
    record_joined(app, &txn, person.id, &invitation).await?;
    txn.commit().await?;
    Ok(invitation.membership)
}

/// Makes the account of an invitation's address, which the mailed link has proven, and accepts; signs in.
///
/// # Errors
/// [`MemberErrorCode`]; an address that has an account must sign in instead.
pub async fn accept_as_new(
    app: &App,
    token: &str,
    name: &str,
    password: &str,
    origin: &Origin,
) -> Result<Session, Stop<MemberErrorCode>> {
    let Some((looked, has_account)) = look(app, token).await? else {
        return Err(bad());
    };
    if let Some(url) = single_sign_on::only_way_in(app, &looked.email) {
        let message = format!("{}, then accept", single_sign_on::instead(&url));
        return Err(Stop::refuse(
            MemberErrorCode::SingleSignOnNeeded,
            "token",
            message,
        ));
    }
    if !attempts::admit(app, &[(Kind::Link, token.to_owned())]).await? {
        let message = "too many attempts: wait five minutes";
        return Err(Stop::refuse(MemberErrorCode::TooMany, "", message));
    }
    let mut wrong = Wrong::default();
    let named = !name.trim().is_empty() && name.len() <= 200;
    wrong.when(
        !named,
        MemberErrorCode::BadName,
        "name",
        "give a name of at most 200 bytes",
    );
    let weak = password::weakness(app, password, [&looked.email, name]).await?;
    wrong.when(
        weak.is_some(),
        MemberErrorCode::BadPassword,
        "password",
        weak.unwrap_or_default(),
    );
    let message = "this address has an account: sign in with it, then accept";
    wrong.when(has_account, MemberErrorCode::AnotherAddress, "token", message);
    wrong.stop()?;
    let hash = password::hash(app, password).await?;
    let txn = app.db.begin().await?;
    let invitation = take(app, &txn, token).await?;
    let made = accounts::insert(app, &txn, &invitation.email, name, false, Some(hash)).await;
    let row = made.map_err(|stop| match stop {
        Stop::Refused(_) => Stop::refuse(MemberErrorCode::AnotherAddress, "token", message),
        Stop::Failed(error) => Stop::Failed(error),
    })?;
    join(app, &txn, row.id, invitation.membership).await?;
    let session = sessions::open(app, &txn, row, false, false, origin).await?;
    record_joined(app, &txn, session.person.id, &invitation).await?;
    txn.commit().await?;
    Ok(session)
}

/// Uses an invitation up, if whoever sent it may still invite. Of two who race, one gets it.
async fn take(
    app: &App,
    txn: &DatabaseTransaction,
    token: &str,
) -> Result<Invitation, Stop<MemberErrorCode>> {
    let found = Entity::find()
        .filter(Column::TokenHash.eq(token_hash(token)))
        .filter(Column::ExpiresAt.gt(app.clock.now()))
        .one(txn)
        .await?;
    let row = found.ok_or_else(bad)?;
    let deleted = Entity::delete_by_id(row.id).exec(txn).await?;
    let inviter = store::row(txn, row.invited_by).await?;
    let invitation = read(row)?;
    let through = Through::Session {
        id: Uuid::nil(),
        strong: true,
    };
    let still = match inviter {
        Some(inviter) => {
            let inviter: Person = sessions::read(txn, inviter, through).await?;
            let of = Organisation::of(&invitation.membership).resource();
            may(&Viewer::Person(inviter), Action::ManageMembers, of)
        }
        None => false,
    };
    if deleted.rows_affected == 1 && still {
        return Ok(invitation);
    }
    Err(bad())
}

fn bad() -> Stop<MemberErrorCode> {
    let message = "this invitation has been used, withdrawn or has expired: ask for another";
    Stop::refuse(MemberErrorCode::BadInvitation, "token", message)
}

async fn join(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    membership: Membership,
) -> Result<(), Stop<MemberErrorCode>> {
    if !store::insert_membership(txn, app.new_id(), person, membership).await? {
        return Err(already());
    }
    Ok(())
}

async fn record_joined(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    invitation: &Invitation,
) -> Result<(), Error> {
    let of = &invitation.membership;
    // The right was the inviter's, used when it was sent; the record is of who accepted.
    let permit = authorize(
        &Viewer::System,
        Action::ManageMembers,
        Organisation::of(of).resource(),
    )?;
    let detail = serde_json::json!({ "joined": true, "role": of.role_word(), "of": organisation(*of) });
    let about = About::address(Some(person), &invitation.email);
    audit::record_about(app, txn, &permit, "person", person, &detail, about).await?;
    Ok(())
}
