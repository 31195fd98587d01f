//! From who a provider says somebody is to whose session it is: the account it was before, the one of the address, or a
//! new one without a password.

use super::exchange::Profile;
use super::store as identities;
use super::{SignOnError, domain_of};
use crate::access::policy::{Action, Resource, authorize};
use crate::access::sessions::{self, Session};
use crate::access::{
    CouncilRole, Membership, Origin, Viewer, accounts, letters, own, sign_in, store, tokens,
};
use crate::audit;
use crate::councils::directory;
use crate::runtime::provider::Provider;
use crate::runtime::{App, Error, Stop};
use entity::{identity, person as people};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// How an account came to be signed in to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// As before.
    Subject,
    /// It had the address.
    Address,
    /// It is new.
    Making,
}

/// Opens a session for who the provider says it is.
pub(super) async fn sign_in(
    app: &App,
    provider: &Provider,
    profile: Profile,
    origin: &Origin,
) -> Result<Session, SignOnError> {
    let txn = app.db.begin().await?;
    let (row, by) = find(app, &txn, provider, &profile).await?;
    // A council's provider opens its own people's accounts: not an operator's, who is above councils, and not that of
    // somebody whose address is no longer the council's.
    if row.operator {
        return Err(SignOnError::Operator);
    }
    if !provider
        .domains
        .iter()
        .any(|domain| domain == domain_of(&row.email))
    {
        return Err(SignOnError::Elsewhere);
    }
    let known = sign_in::knows_device(app, &txn, Some(&row), origin).await?;
    if by != By::Subject {
        link(app, &txn, provider, &profile, row.id).await?;
    }
    let session = sessions::open(app, &txn, row, true, known, origin).await?;
    let viewer = Viewer::Person(session.person.clone());
    let (permit, person) = own(&viewer)?;
    if by != By::Subject {
        let council = directory()
            .by_id(provider.council)
            .map_or("your council", |council| council.facts.name);
        let (heading, what) = told(by, council);
        letters::changed(app, &txn, person, heading, what).await?;
    }
    let detail = serde_json::json!({ "signed in by": provider.issuer });
    audit::record(app, &txn, &permit, "person", person.id, &detail).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(session)
}

fn told(by: By, council: &str) -> (&'static str, String) {
    match by {
        By::Making => (
            "You have a Guildhall account",
            format!(
                "You signed in by the single sign-on of {council} for the first time: an account was made for this \
                address. It has no password."
            ),
        ),
        _ => (
            "Your account is linked to single sign-on",
            format!(
                "Somebody, probably you, signed in to your account by the single sign-on of {council} for the first \
                time. From now on it opens your account."
            ),
        ),
    }
}

/// The account that this is, held; a new one when there is none.
async fn find(
    app: &App,
    txn: &DatabaseTransaction,
    provider: &Provider,
    profile: &Profile,
) -> Result<(people::Model, By), SignOnError> {
    if let Some(known) = identities::identity(txn, &provider.issuer, &profile.subject).await? {
        // Two councils may have one issuer: each opens its own people's accounts.
        if known.council_id != provider.council {
            return Err(SignOnError::Taken);
        }
        return Ok((store::held(txn, known.person_id).await?, By::Subject));
    }
    let Some(found) = store::by_email(txn, &profile.email).await? else {
        let made = accounts::insert(app, txn, &profile.email, &profile.name, false, None).await;
        let row = made.map_err(|stop| match stop {
            // Made this instant by another request: the next try finds it.
            Stop::Refused(_) => Error::Overloaded("two made one account at once".into()),
            Stop::Failed(error) => error,
        })?;
        return Ok((row, By::Making));
    };
    let row = store::held(txn, found.id).await?;
    // Somebody new who was given a leaver's address does not get the leaver's account.
    let linked = identities::identities_of(txn, row.id).await?;
    if linked.iter().any(|identity| identity.issuer == provider.issuer) {
        return Err(SignOnError::Taken);
    }
    Ok((row, By::Address))
}

/// Notes who somebody is at the provider, and gives them the role of those who come for the first time, if they have
/// none in the council.
async fn link(
    app: &App,
    txn: &DatabaseTransaction,
    provider: &Provider,
    profile: &Profile,
    person: Uuid,
) -> Result<(), SignOnError> {
    let given = provider
        .role
        .and_then(CouncilRole::parse)
        .map(|role| Membership::Council(provider.council, role));
    let joined = match given {
        Some(given) => store::insert_membership(txn, app.new_id(), person, given)
            .await?
            .then_some(given),
        None => None,
    };
    let row = identity::Model {
        issuer: provider.issuer.clone(),
        subject: profile.subject.clone(),
        person_id: person,
        council_id: provider.council,
        given_role: joined.map(|given| given.role_word().to_owned()),
        created_at: app.clock.now(),
    };
    if !identities::insert_identity(txn, row).await? {
        return Err(Error::Overloaded("two linked one identity at once".into()).into());
    }
    let permit = authorize(&Viewer::System, Action::ManageAccount, Resource::Person(person))?;
    let detail = serde_json::json!({
        "linked": provider.issuer, "role": joined.map(Membership::role_word), "council": provider.council,
    });
    let about = audit::About {
        said: serde_json::json!({ "subject": profile.subject }),
        ..audit::About::address(Some(person), &profile.email)
    };
    audit::record_about(app, txn, &permit, "person", person, &detail, about).await?;
    Ok(())
}

/// Ends what single sign-on gave somebody whose address leaves its domains: the way in, the role as long as it is the
/// one that came with it, and the sessions.
pub(in crate::access) async fn address_moved(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    to: &str,
) -> Result<(), Error> {
    for identity in identities::identities_of(txn, person).await? {
        let provider = app.single_sign_on.of_domain(domain_of(to));
        let same = |of: &Provider| of.issuer == identity.issuer && of.council == identity.council_id;
        if provider.is_some_and(same) {
            continue;
        }
        identities::delete_identity(txn, &identity).await?;
        let role = identity.given_role.as_deref().and_then(CouncilRole::parse);
        if let Some(given) = role.map(|role| Membership::Council(identity.council_id, role))
            && store::membership_in(txn, person, given).await? == Some(given)
        {
            store::delete_membership(txn, person, given).await?;
            tokens::revoke_for(txn, person, given).await?;
        }
        store::delete_sessions(txn, person, None).await?;
        let permit = authorize(&Viewer::System, Action::ManageAccount, Resource::Person(person))?;
        let detail = serde_json::json!({ "unlinked": identity.issuer });
        audit::record(app, txn, &permit, "person", person, &detail).await?;
    }
    Ok(())
}
