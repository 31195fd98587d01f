//! What an account is proven by: its password and its address, changed by whoever holds them.
//!
//! Nothing here switches a second factor off.

use super::accounts::{AccountErrorCode, admit_link, admit_mail, bad_link, check_email, check_password};
use super::letters::{self, About};
use super::links::{self, Link, Purpose};
use super::{
    Origin, Person, Through, Viewer, attempts, fold, own, password, sessions, sign_in, single_sign_on, store,
};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong, outbox};
use entity::person as people;
use sea_orm::DatabaseTransaction;

/// Changes the viewer's password; every other session ends.
///
/// # Errors
/// [`AccountErrorCode::WrongPassword`], [`AccountErrorCode::BadPassword`], too many attempts, or a fault.
pub async fn change_password(
    app: &App,
    viewer: &Viewer,
    present: &str,
    new: &str,
    origin: &Origin,
) -> Result<(), Stop<AccountErrorCode>> {
    use AccountErrorCode::{TooManyAttempts, WrongPassword};
    let (permit, person) = own(viewer)?;
    let proven = prove(app, person, present, origin, TooManyAttempts, WrongPassword).await?;
    check_password(app, new, [&person.email, &person.name]).await?;
    let hash = password::hash(app, new).await?;
    let txn = app.db.begin().await?;
    let row = sign_in::still(&txn, &proven).await?.ok_or(Error::NotSignedIn)?;
    let keep = match person.through {
        Through::Session { id, .. } => Some(id),
        Through::Token { .. } => None,
    };
    replace_password(&txn, row, hash, keep).await?;
    let what =
        "Your password was changed. Everybody else who was signed in as you was signed out.".to_owned();
    letters::changed(app, &txn, person, "Your password was changed", what).await?;
    let detail = serde_json::json!({ "changed": "password" });
    audit::record(app, &txn, &permit, "person", person.id, &detail).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

async fn replace_password(
    txn: &DatabaseTransaction,
    mut row: people::Model,
    hash: String,
    keep: Option<uuid::Uuid>,
) -> Result<(), Error> {
    let id = row.id;
    row.password_hash = Some(hash);
    store::put(txn, row).await?;
    store::delete_sessions(txn, id, keep).await?;
    links::revoke(txn, id, Purpose::Reset).await?;
    links::revoke(txn, id, Purpose::Email).await?;
    Ok(())
}

/// Checks the viewer's password again, counted like a sign-in on a device of theirs: they are signed in on it, and
/// strangers' guesses do not keep them from changing what is guessed. Gives the account as it was then.
pub(super) async fn prove<C>(
    app: &App,
    person: &Person,
    present: &str,
    origin: &Origin,
    too_many: C,
    wrong: C,
) -> Result<people::Model, Stop<C>> {
    let buckets = sign_in::buckets(&person.email, true, origin);
    if !attempts::admit(app, &buckets).await? {
        let message = "too many attempts: wait five minutes";
        return Err(Stop::refuse(too_many, "", message));
    }
    let row = store::row(app.db.read(), person.id).await?;
    let row = row.ok_or(Error::NotSignedIn)?;
    if password::verify(app, present, row.password_hash.clone()).await? {
        return Ok(row);
    }
    Err(Stop::refuse(wrong, "present", "this is not the present password"))
}

/// Asks for a link to choose a new password. The answer is the same whether the address has an account or not.
///
/// # Errors
/// When the address cannot be one, or too much was asked.
pub async fn request_reset(app: &App, email: &str, origin: &Origin) -> Result<(), Stop<AccountErrorCode>> {
    let mut wrong = Wrong::default();
    check_email(&mut wrong, email);
    wrong.stop()?;
    let email = fold(email);
    admit_mail(app, Purpose::Reset, &email, origin).await?;
    let txn = app.db.begin().await?;
    if letters::single_sign_on(app, &txn, &email).await? {
        return Ok(txn.commit().await.map(|()| app.work.hurry())?);
    }
    let found = store::by_email(&txn, &email).await?;
    // A link either way: the answer comes after the same work.
    let (says, label, purpose) = match found {
        Some(_) => (
            "Somebody, probably you, asked to choose a new password. Follow the link within an hour. If it was not \
             you, do nothing: your password stays as it is.",
            "Choose a new password",
            Purpose::Reset,
        ),
        None => (
            "Somebody, probably you, asked to choose a new password for an account with this address. There is none: \
             you may have registered with another. To make one with this address, follow the link within a day.",
            "Make an account",
            Purpose::Register,
        ),
    };
    let (person, name) = found.map_or((None, String::new()), |row| (Some(row.id), row.name));
    let link = Link {
        purpose,
        person,
        email: email.clone(),
        name: name.clone(),
    };
    let url = links::make(app, &txn, link).await?;
    let about = About {
        person,
        to: &email,
        name: &name,
        heading: "A new password",
        says: vec![says.into()],
        link: Some((label, url)),
    };
    letters::write(app, &txn, about).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

/// Nothing, where accounts with such an address have passwords: not where a council's own sign-in is the only way in.
pub(super) fn by_password(app: &App, email: &str) -> Result<(), Stop<AccountErrorCode>> {
    match single_sign_on::only_way_in(app, email) {
        Some(url) => {
            let message = single_sign_on::instead(&url);
            Err(Stop::refuse(AccountErrorCode::SingleSignOnNeeded, "", message))
        }
        None => Ok(()),
    }
}

/// Chooses a new password by a mailed link: every session ends, and the second factor stays. Gives a token by which
/// this device is known, so that its owner gets in while others are guessing.
///
/// # Errors
/// [`AccountErrorCode::BadLink`], [`AccountErrorCode::BadPassword`], or a fault.
pub async fn reset(app: &App, token: &str, new: &str) -> Result<String, Stop<AccountErrorCode>> {
    let looked = links::look(app, app.db.read(), Purpose::Reset, token).await?;
    let Some(link) = looked else {
        return Err(bad_link());
    };
    by_password(app, &link.email)?;
    admit_link(app, token).await?;
    check_password(app, new, [&link.email, &link.name]).await?;
    let hash = password::hash(app, new).await?;
    let txn = app.db.begin().await?;
    let taken = links::take(app, &txn, Purpose::Reset, token).await?;
    let Some(id) = taken.and_then(|link| link.person) else {
        return Err(bad_link());
    };
    let row = store::held(&txn, id).await?;
    let through = Through::Session {
        id: uuid::Uuid::nil(),
        strong: false,
    };
    replace_password(&txn, row.clone(), hash, None).await?;
    store::delete_devices(&txn, id).await?;
    let device = sessions::remember(app, &txn, id).await?;
    let person = sessions::read(&txn, row, through).await?;
    let viewer = Viewer::Person(person.clone());
    let (permit, _) = own(&viewer)?;
    let what =
        "A new password was chosen by a link that we mailed to you. Everybody who was signed in as you was \
                signed out. Tokens that you made for programs go on working: look through them, and end those \
                you do not know."
            .to_owned();
    letters::changed(app, &txn, &person, "Your password was changed", what).await?;
    let detail = serde_json::json!({ "reset": "password" });
    audit::record(app, &txn, &permit, "person", id, &detail).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(device)
}

/// Asks to move the viewer's account to another address: it moves once a link mailed there is followed. Both
/// addresses are told.
///
/// # Errors
/// [`AccountErrorCode`], or a fault. A taken address is answered like any other; its owner is told by mail.
pub async fn request_email(
    app: &App,
    viewer: &Viewer,
    email: &str,
    present: &str,
    origin: &Origin,
) -> Result<(), Stop<AccountErrorCode>> {
    use AccountErrorCode::{TooManyAttempts, WrongPassword};
    let (_, person) = own(viewer)?;
    let mut wrong = Wrong::default();
    check_email(&mut wrong, email);
    wrong.stop()?;
    by_password(app, &person.email)?;
    let proven = prove(app, person, present, origin, TooManyAttempts, WrongPassword).await?;
    let email = fold(email);
    admit_mail(app, Purpose::Email, &email, origin).await?;
    let txn = app.db.begin().await?;
    sign_in::still(&txn, &proven).await?.ok_or(Error::NotSignedIn)?;
    let link = match store::by_email(&txn, &email).await? {
        Some(_) => None,
        None => {
            let link = Link {
                purpose: Purpose::Email,
                person: Some(person.id),
                email: email.clone(),
                name: person.name.clone(),
            };
            Some(("Use this address", links::make(app, &txn, link).await?))
        }
    };
    let says = match link {
        Some(_) => "Follow the link within a day to move your Guildhall account to this address.",
        None => {
            "Somebody asked to move their Guildhall account to this address, which has one already. Nothing has \
                 changed."
        }
    };
    let about = About {
        person: None,
        to: &email,
        name: "",
        heading: "Confirm your new address",
        says: vec![says.into()],
        link,
    };
    let moves = about.link.is_some();
    let mail = letters::write(app, &txn, about).await?;
    if moves {
        outbox::names(&txn, mail, person.id).await?;
    }
    let what = format!(
        "Somebody signed in as you asked to move your account to {email}. It moves once they follow a link mailed there."
    );
    letters::changed(app, &txn, person, "Your address is to change", what).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

/// Moves an account to the address that a mailed link has proven.
///
/// # Errors
/// [`AccountErrorCode::BadLink`], [`AccountErrorCode::EmailTaken`], or a fault.
pub async fn confirm_email(app: &App, token: &str) -> Result<String, Stop<AccountErrorCode>> {
    let txn = app.db.begin().await?;
    let Some(link) = links::take(app, &txn, Purpose::Email, token).await? else {
        return Err(bad_link());
    };
    let id = link.person.ok_or_else(bad_link)?;
    if store::by_email(&txn, &link.email).await?.is_some() {
        let message = "this address has an account already";
        return Err(Stop::refuse(AccountErrorCode::EmailTaken, "email", message));
    }
    let mut row = store::held(&txn, id).await?;
    let through = Through::Session {
        id: uuid::Uuid::nil(),
        strong: false,
    };
    let before = sessions::read(&txn, row.clone(), through).await?;
    row.email.clone_from(&link.email);
    store::put(&txn, row).await?;
    // Those that wait in the old mailbox prove nothing any more.
    links::revoke(&txn, id, Purpose::Reset).await?;
    links::revoke(&txn, id, Purpose::Email).await?;
    single_sign_on::address_moved(app, &txn, id, &link.email).await?;
    // What went to either address without an account in view stays theirs, to see and to erase.
    outbox::adopt(&txn, &before.email, id).await?;
    outbox::adopt(&txn, &link.email, id).await?;
    let viewer = Viewer::Person(before.clone());
    let (permit, _) = own(&viewer)?;
    let about = audit::About::person(
        id,
        serde_json::json!({ "address": { "from": before.email, "to": link.email } }),
    );
    let what = format!("Your account moved from {} to {}.", before.email, link.email);
    letters::changed(app, &txn, &before, "Your address has changed", what.clone()).await?;
    let now = Person {
        email: link.email.clone(),
        ..before
    };
    letters::changed(app, &txn, &now, "Your address has changed", what).await?;
    let detail = serde_json::json!({ "changed": "address" });
    audit::record_about(app, &txn, &permit, "person", id, &detail, about).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(link.email)
}

/// Whose password a mailed link would replace.
///
/// # Errors
/// When the database fails.
pub async fn resetting(app: &App, token: &str) -> Result<Option<String>, Error> {
    let link = links::look(app, app.db.read(), Purpose::Reset, token).await?;
    Ok(link.map(|link| link.email))
}

/// To which address a mailed link would move an account.
///
/// # Errors
/// When the database fails.
pub async fn moving(app: &App, token: &str) -> Result<Option<String>, Error> {
    let link = links::look(app, app.db.read(), Purpose::Email, token).await?;
    Ok(link.map(|link| link.email))
}
