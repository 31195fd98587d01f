//! Alerts that are not sent because mail came back: seen by whom they are for, and lifted once the address is proven
//! to take mail again, or by an operator.

use super::accounts::{AccountErrorCode, admit_mail, bad_link};
use super::letters::{self, About};
use super::links::{self, Link, Purpose};
use super::{Action, Origin, Permit, Resource, Viewer, authorize, fold, own, store};
use crate::audit;
use crate::runtime::suppression::{self, Suppression};
use crate::runtime::{App, Error, Stop};
use sea_orm::DatabaseTransaction;
use serde_json::json;
use uuid::Uuid;

/// Whether, and why, alerts are not sent to the viewer.
///
/// # Errors
/// When nobody is signed in, or not by a session of their own; or the database fails.
pub async fn mine(app: &App, viewer: &Viewer) -> Result<Option<Suppression>, Error> {
    let (_, person) = own(viewer)?;
    suppression::of(app.db.read(), &person.email).await
}

/// Asks for a link by which the viewer shows that mail arrives; gives the address it goes to.
///
/// # Errors
/// [`AccountErrorCode::TooManyAttempts`]; when nobody is signed in; or a fault.
pub async fn request_lift(
    app: &App,
    viewer: &Viewer,
    origin: &Origin,
) -> Result<String, Stop<AccountErrorCode>> {
    let (_, person) = own(viewer)?;
    admit_mail(app, Purpose::Alerts, &person.email, origin).await?;
    let txn = app.db.begin().await?;
    let link = Link {
        purpose: Purpose::Alerts,
        person: Some(person.id),
        email: person.email.clone(),
        name: person.name.clone(),
    };
    let about = About {
        person: Some(person.id),
        to: &person.email,
        name: &person.name,
        heading: "Have alerts sent to you again",
        says: vec![
            "Alerts are not sent to this address, because a mail came back from it or was reported as unwanted. Follow the \
             link within a day to have them sent again."
                .into(),
        ],
        link: Some(("Send me alerts", links::make(app, &txn, link).await?)),
    };
    letters::write(app, &txn, about).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(person.email.clone())
}

/// Has alerts sent again to the address that a mailed link has proven; gives it.
///
/// # Errors
/// [`AccountErrorCode::BadLink`], or a fault.
pub async fn lift(app: &App, token: &str) -> Result<String, Stop<AccountErrorCode>> {
    let txn = app.db.begin().await?;
    let Some(link) = links::take(app, &txn, Purpose::Alerts, token).await? else {
        return Err(bad_link());
    };
    let person = link.person.ok_or_else(bad_link)?;
    let permit = authorize(&Viewer::System, Action::ManageAccount, Resource::Person(person))?;
    lift_in(app, &txn, &permit, Some(person), &link.email).await?;
    txn.commit().await?;
    Ok(link.email)
}

/// Has alerts sent again to any address, by an operator; whether they were not.
///
/// # Errors
/// When the viewer is no operator, or the database fails.
pub async fn lift_for(app: &App, viewer: &Viewer, address: &str) -> Result<bool, Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let address = fold(address);
    let txn = app.db.begin().await?;
    let person = store::by_email(&txn, &address).await?.map(|row| row.id);
    let lifted = lift_in(app, &txn, &permit, person, &address).await?;
    txn.commit().await?;
    Ok(lifted)
}

async fn lift_in(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    person: Option<Uuid>,
    address: &str,
) -> Result<bool, Error> {
    if !suppression::lift(txn, address).await? {
        return Ok(false);
    }
    let about = audit::About::address(person, address);
    let (kind, subject) = match person {
        Some(person) => ("person", person),
        None => ("mail", app.new_id()),
    };
    audit::record_about(
        app,
        txn,
        permit,
        kind,
        subject,
        &json!({ "suppressed": null }),
        about,
    )
    .await?;
    Ok(true)
}

/// Which address a mailed link would have alerts sent to again.
///
/// # Errors
/// When the database fails.
pub async fn lifting(app: &App, token: &str) -> Result<Option<String>, Error> {
    let link = links::look(app, app.db.read(), Purpose::Alerts, token).await?;
    Ok(link.map(|link| link.email))
}
