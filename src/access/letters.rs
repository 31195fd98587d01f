//! Security mail: links, and word of what has changed about an account. A stream of its own that nobody can
//! unsubscribe from and no digest holds back.

use super::{Person, single_sign_on};
use crate::audit;
use crate::runtime::letter::Plain;
use crate::runtime::mail::clean;
use crate::runtime::outbox::{self, Stream};
use crate::runtime::{App, Error};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// What to do when it was somebody else.
const NOT_YOU: &str = "If this was not you, choose a new password at once (that signs everybody else out) and tell \
     whoever runs this Guildhall.";

/// A letter about an account, as it differs from others.
pub(super) struct About<'a> {
    /// Whose, if there is an account.
    pub(super) person: Option<Uuid>,
    /// Where it goes.
    pub(super) to: &'a str,
    /// How they are called; blank when nobody is known there.
    pub(super) name: &'a str,
    /// Subject and heading.
    pub(super) heading: &'a str,
    /// What it says.
    pub(super) says: Vec<String>,
    /// A link to follow: label and address.
    pub(super) link: Option<(&'a str, String)>,
}

/// Writes a security mail as part of `txn`; gives its id in the outbox.
pub(super) async fn write(app: &App, txn: &DatabaseTransaction, about: About<'_>) -> Result<Uuid, Error> {
    let greeting = match about.name {
        "" => "Good day,".to_owned(),
        name => format!("Dear {},", clean(name, 120)),
    };
    let letter = Plain {
        to: about.to.to_owned(),
        heading: about.heading.to_owned(),
        greeting,
        paragraphs: about.says,
        facts: Vec::new(),
        action: about.link.map(|(label, url)| (label.to_owned(), url)),
        reason: "of something that was done or asked for with your address at Guildhall".into(),
        witness: audit::witness(app, txn).await?,
    };
    outbox::enqueue(app, txn, Stream::Security, about.person, letter.words(app)?).await
}

/// Tells an address that asked for a password where it signs in instead, if its domain takes none; whether it did. It
/// is the same mail for every address of the domain, with an account or without.
pub(super) async fn single_sign_on(app: &App, txn: &DatabaseTransaction, to: &str) -> Result<bool, Error> {
    let Some(url) = single_sign_on::only_way_in(app, to) else {
        return Ok(false);
    };
    let says = "Somebody, probably you, asked for an account or a new password with this address. Addresses of your council \
         have none here: you sign in by your council's single sign-on. If it was not you, do nothing.";
    let about = About {
        person: None,
        to,
        name: "",
        heading: "Sign in by your council's single sign-on",
        says: vec![says.into()],
        link: Some(("Sign in", url)),
    };
    write(app, txn, about).await?;
    Ok(true)
}

/// Tells somebody of a change to their account.
pub(super) async fn changed(
    app: &App,
    txn: &DatabaseTransaction,
    person: &Person,
    heading: &str,
    what: String,
) -> Result<(), Error> {
    let about = About {
        person: Some(person.id),
        to: &person.email,
        name: &person.name,
        heading,
        says: vec![what, NOT_YOU.into()],
        link: None,
    };
    write(app, txn, about).await?;
    Ok(())
}
