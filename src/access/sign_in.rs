//! Signing in: an address, its password, and a code where the account asks for one.
//!
//! Unknown addresses are treated as known ones: the same work, the same words, the same count of attempts.

use super::attempts::{self, Kind};
use super::sessions::{Session, in_words, open, program, read};
use super::{Origin, Through, fold, letters, password, second_factor, single_sign_on, store};
use crate::runtime::{App, Error, Stop};
use entity::person as people;
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

/// Why somebody could not be signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SignInErrorCode {
    /// The address and the password do not belong together.
    Wrong,
    /// Both are right; the account asks for a code as well.
    CodeNeeded,
    /// The code is not right, or was used already.
    WrongCode,
    /// Too many were tried lately. Waiting five minutes helps; so does a link by mail to choose a new password.
    TooManyAttempts,
    /// Addresses of this domain sign in by their council's single sign-on alone; the message says where. It is the
    /// answer for every address of the domain, with an account or without.
    SingleSignOnNeeded,
}

/// What somebody signs in with.
#[derive(Clone, Debug, Default)]
pub struct Attempt<'a> {
    /// Address; upper and lower case are alike.
    pub email: &'a str,
    /// Password, exactly as typed.
    pub password: &'a str,
    /// A code of the second factor, or a recovery code.
    pub code: Option<&'a str>,
    /// Where it comes from.
    pub origin: Origin,
}

/// Signs somebody in.
///
/// # Errors
/// [`SignInErrorCode`], or a fault.
pub async fn sign_in(app: &App, attempt: Attempt<'_>) -> Result<Session, Stop<SignInErrorCode>> {
    let (proven, known) = check_password(app, &attempt).await?;
    let code = match proven.totp_confirmed {
        true => Some(admit_code(app, &attempt, &proven.email, known).await?),
        false => None,
    };
    let cheap = proven
        .password_hash
        .clone()
        .filter(|hash| password::is_cheap(hash, &app.hashing));
    let dearer = match cheap {
        Some(old) => Some((password::hash(app, attempt.password).await?, old)),
        None => None,
    };
    let txn = app.db.begin().await?;
    let person = still(&txn, &proven).await?.ok_or_else(wrong)?;
    if let Some(code) = code
        && !second_factor::take(app, &txn, person.id, code).await?
    {
        txn.rollback().await?;
        warn_of_code(app, &proven, known, &attempt.origin).await?;
        let message = "this code is not right, or was used already";
        return Err(Stop::refuse(SignInErrorCode::WrongCode, "code", message));
    }
    if let Some((new, old)) = dearer {
        store::rehash(&txn, person.id, &old, new).await?;
    }
    let session = open(app, &txn, person, code.is_some(), known, &attempt.origin).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(session)
}

/// Whose address and password these are, and whether they come from a device of theirs.
async fn check_password(
    app: &App,
    attempt: &Attempt<'_>,
) -> Result<(people::Model, bool), Stop<SignInErrorCode>> {
    let email = fold(attempt.email);
    if let Some(url) = single_sign_on::only_way_in(app, &email) {
        let message = single_sign_on::instead(&url);
        return Err(Stop::refuse(
            SignInErrorCode::SingleSignOnNeeded,
            "email",
            message,
        ));
    }
    let found = store::by_email(app.db.read(), &email).await?;
    let known = knows_device(app, app.db.read(), found.as_ref(), &attempt.origin).await?;
    if !attempts::admit(app, &buckets(&email, known, &attempt.origin)).await? {
        let message = "too many attempts: wait five minutes, or ask for a link to choose a new password";
        return Err(Stop::refuse(SignInErrorCode::TooManyAttempts, "", message));
    }
    let hash = found.as_ref().and_then(|person| person.password_hash.clone());
    let short = attempt.password.len() <= *password::BYTES.end();
    let right = password::verify(app, attempt.password, hash).await? && short;
    Ok((found.filter(|_| right).ok_or_else(wrong)?, known))
}

fn wrong() -> Stop<SignInErrorCode> {
    let message = "the address and the password do not belong together";
    Stop::refuse(SignInErrorCode::Wrong, "", message)
}

/// Somebody as they were when they proved who they are, now held; nothing, when they have changed since: an old
/// password that is checked while its owner replaces it opens no session afterwards.
pub(super) async fn still(
    txn: &DatabaseTransaction,
    proven: &people::Model,
) -> Result<Option<people::Model>, Error> {
    let row = store::held(txn, proven.id).await?;
    Ok(Some(row).filter(|row| row.version == proven.version))
}

/// The code that came with a right password, if one more may be tried.
async fn admit_code<'a>(
    app: &App,
    attempt: &Attempt<'a>,
    email: &str,
    known: bool,
) -> Result<&'a str, Stop<SignInErrorCode>> {
    let Some(code) = attempt.code.filter(|code| !code.trim().is_empty()) else {
        let message = "give a code of your second factor";
        return Err(Stop::refuse(SignInErrorCode::CodeNeeded, "code", message));
    };
    if second_factor::admit(app, email, known).await? {
        return Ok(code);
    }
    let message =
        "too many codes: wait a day, or ask for a link to choose a new password and use it on this device";
    Err(Stop::refuse(SignInErrorCode::TooManyAttempts, "code", message))
}

/// Tells somebody, once a day, that their password was given with a wrong code by a device that is not theirs.
async fn warn_of_code(app: &App, person: &people::Model, known: bool, origin: &Origin) -> Result<(), Error> {
    let warned = [(Kind::CodeWarning, person.email.clone())];
    if known || !attempts::admit(app, &warned).await? {
        return Ok(());
    }
    let txn = app.db.begin().await?;
    let through = Through::Session {
        id: Uuid::nil(),
        strong: false,
    };
    let told = read(&txn, person.clone(), through).await?;
    let what = format!(
        "Somebody gave your password, but not the right code, on {} with {}. They were not let in.",
        in_words(app.clock.now()),
        program(&origin.agent)
    );
    letters::changed(app, &txn, &told, "Your password was used without your code", what).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

pub(super) async fn knows_device(
    app: &App,
    db: &impl ConnectionTrait,
    person: Option<&people::Model>,
    origin: &Origin,
) -> Result<bool, Error> {
    let Some(token) = &origin.device else {
        return Ok(false);
    };
    let owner = store::owner_of_device(db, token, app.clock.now()).await?;
    Ok(owner.is_some() && owner == person.map(|person| person.id))
}

pub(super) fn buckets(email: &str, known_device: bool, origin: &Origin) -> Vec<(Kind, String)> {
    if known_device {
        return vec![(Kind::KnownDevice, email.to_owned())];
    }
    let mut buckets = vec![(Kind::Account, email.to_owned())];
    buckets.extend(
        origin
            .source
            .map(|address| (Kind::Source, attempts::source(address))),
    );
    buckets
}
