//! The second factor: codes by time (TOTP, RFC 6238), and recovery codes for when the device is lost.
//!
//! Each code is taken once, also when two race for it: a step that is not later than the last one taken, or a
//! recovery code that is gone, gets nobody in.

use super::attempts::{self, Kind};
use super::credentials::prove;
use super::policy::{Action, Resource, authorize, may};
use super::sign_in;
use super::{Origin, Through, token_hash};
use super::{Viewer, letters, own, store};
use crate::audit;
use crate::councils;
use crate::runtime::{App, Error, Stop, based_on};
use entity::{council_access, person as people, recovery_code};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};
use totp_rs::{Builder, Totp};
use uuid::Uuid;

/// Recovery codes given at once.
const CODES: usize = 10;

/// Why a second factor could not be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SecondFactorErrorCode {
    /// There is one already: end it first.
    AlreadyOn,
    /// There is none, or none was started.
    NotOn,
    /// The code is not right, or was used already.
    WrongCode,
    /// The present password is not right.
    WrongPassword,
    /// Too many were tried lately.
    TooManyAttempts,
    /// The council's rule was changed since the version this was based on.
    Conflict,
}

/// What an authenticator app needs, shown this once.
#[derive(Clone, Debug)]
pub struct Enrolment {
    /// As `otpauth://totp/...`, to draw as a QR code.
    pub url: String,
    /// The secret in base 32, to type.
    pub secret: String,
}

/// Begins a second factor: it is in force once [`confirm`] has had a first code. It takes the password, so that
/// nobody locks an owner out by a session that was left open.
///
/// # Errors
/// [`SecondFactorErrorCode`], or a fault.
pub async fn start(
    app: &App,
    viewer: &Viewer,
    present: &str,
    origin: &Origin,
) -> Result<Enrolment, Stop<SecondFactorErrorCode>> {
    use SecondFactorErrorCode::{TooManyAttempts, WrongPassword};
    let (_, person) = own(viewer)?;
    let proven = prove(app, person, present, origin, TooManyAttempts, WrongPassword).await?;
    let secret = app.entropy.bytes::<20>();
    let txn = app.db.begin().await?;
    let mut row = sign_in::still(&txn, &proven).await?.ok_or(Error::NotSignedIn)?;
    if row.totp_confirmed {
        let message = "you sign in with a second factor already";
        return Err(Stop::refuse(SecondFactorErrorCode::AlreadyOn, "", message));
    }
    let sealed = app.secret.seal(
        "second factor",
        person.id.as_bytes(),
        app.entropy.bytes(),
        &secret,
    );
    row.totp_secret = Some(sealed);
    row.totp_step = 0;
    store::put(&txn, row).await?;
    txn.commit().await?;
    let account = person.email.replace(':', "");
    let totp = builder(&secret)
        .with_account_name(account)
        .with_issuer(Some("Guildhall"))
        .build()
        .map_err(|error| Error::fault(format!("{error:?}")))?;
    Ok(Enrolment {
        url: totp
            .to_url()
            .map_err(|error| Error::fault(format!("{error:?}")))?,
        secret: totp_rs::Secret::from(secret.to_vec()).to_base32(),
    })
}

fn builder(secret: &[u8]) -> Builder {
    Builder::new().with_secret(secret.to_vec())
}

fn totp(app: &App, row: &people::Model) -> Result<Option<Totp>, Error> {
    let Some(sealed) = &row.totp_secret else {
        return Ok(None);
    };
    let secret = app.secret.open("second factor", row.id.as_bytes(), sealed);
    let secret = secret
        .ok_or_else(|| Error::fault("a second factor's seal is broken, or the server's secret changed"))?;
    let totp = builder(&secret)
        .build()
        .map_err(|error| Error::fault(format!("{error:?}")))?;
    Ok(Some(totp))
}

/// Puts a second factor in force by its first code; gives the recovery codes, shown this once.
///
/// # Errors
/// [`SecondFactorErrorCode`], or a fault.
pub async fn confirm(
    app: &App,
    viewer: &Viewer,
    code: &str,
) -> Result<Vec<String>, Stop<SecondFactorErrorCode>> {
    let (permit, person) = own(viewer)?;
    if !admit(app, &person.email, true).await? {
        let message = "too many codes: wait a day";
        return Err(Stop::refuse(
            SecondFactorErrorCode::TooManyAttempts,
            "code",
            message,
        ));
    }
    let txn = app.db.begin().await?;
    let mut row = store::held(&txn, person.id).await?;
    if row.totp_confirmed || row.totp_secret.is_none() {
        let message = "begin a second factor first";
        return Err(Stop::refuse(SecondFactorErrorCode::NotOn, "", message));
    }
    let now = app.clock.now().timestamp().unsigned_abs();
    let step = totp(app, &row)?.and_then(|totp| totp.check(code.trim(), now));
    let Some(step) = step else {
        return Err(wrong_code());
    };
    row.totp_confirmed = true;
    row.totp_step = i64::try_from(step).unwrap_or(i64::MAX);
    store::put(&txn, row).await?;
    if let Through::Session { id, .. } = person.through {
        store::delete_sessions(&txn, person.id, Some(id)).await?;
        store::strengthen_session(&txn, id).await?;
    }
    let codes = renew(app, &txn, person.id).await?;
    let what =
        "From now on signing in asks for a code of your authenticator app, or one of your recovery codes.";
    letters::changed(app, &txn, person, "Your second factor is on", what.into()).await?;
    let detail = serde_json::json!({ "second factor": "on" });
    audit::record(app, &txn, &permit, "person", person.id, &detail).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(codes)
}

fn wrong_code() -> Stop<SecondFactorErrorCode> {
    let message = "this code is not right, or was used already";
    Stop::refuse(SecondFactorErrorCode::WrongCode, "code", message)
}

/// Fresh recovery codes in place of the old ones.
async fn renew(app: &App, txn: &DatabaseTransaction, person: Uuid) -> Result<Vec<String>, Error> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::PersonId.eq(person))
        .exec(txn)
        .await?;
    let mut codes = Vec::with_capacity(CODES);
    for _ in 0..CODES {
        let code = hex::encode(app.entropy.bytes::<10>());
        let row = recovery_code::ActiveModel {
            person_id: Set(person),
            code_hash: Set(token_hash(&code)),
        };
        recovery_code::Entity::insert(row)
            .exec_without_returning(txn)
            .await?;
        codes.push(grouped(&code));
    }
    Ok(codes)
}

/// In groups of five, as people copy them.
fn grouped(code: &str) -> String {
    let groups: Vec<&str> = (0..code.len()).step_by(5).map(|at| &code[at..at + 5]).collect();
    groups.join("-")
}

/// Whether one more code of an account may be tried; called before a transaction begins.
pub(super) async fn admit(app: &App, email: &str, known_device: bool) -> Result<bool, Error> {
    let kind = if known_device {
        Kind::KnownDeviceCode
    } else {
        Kind::Code
    };
    attempts::admit(app, &[(kind, email.to_owned())]).await
}

/// Takes a code of somebody's second factor, or a recovery code: once. The caller commits.
pub(super) async fn take(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    code: &str,
) -> Result<bool, Error> {
    let row = store::held(txn, person).await?;
    let now = app.clock.now().timestamp().unsigned_abs();
    if let Some(step) = totp(app, &row)?.and_then(|totp| totp.check(code.trim(), now)) {
        let step = i64::try_from(step).unwrap_or(i64::MAX);
        let taken = people::Entity::update_many()
            .filter(people::Column::Id.eq(person))
            .filter(people::Column::TotpStep.lt(step))
            .col_expr(people::Column::TotpStep, Expr::value(step))
            .exec(txn)
            .await?;
        return Ok(taken.rows_affected == 1);
    }
    let typed: String = code.chars().filter(char::is_ascii_hexdigit).collect();
    let gone = recovery_code::Entity::delete_by_id((person, token_hash(&typed.to_lowercase())))
        .exec(txn)
        .await?;
    Ok(gone.rows_affected == 1)
}

/// Ends the viewer's second factor, which takes the password and a code.
///
/// # Errors
/// [`SecondFactorErrorCode`], or a fault.
pub async fn end(
    app: &App,
    viewer: &Viewer,
    present: &str,
    code: &str,
    origin: &Origin,
) -> Result<(), Stop<SecondFactorErrorCode>> {
    use SecondFactorErrorCode::{NotOn, TooManyAttempts, WrongPassword};
    let (permit, person) = own(viewer)?;
    let proven = prove(app, person, present, origin, TooManyAttempts, WrongPassword).await?;
    if !proven.totp_confirmed {
        return Err(Stop::refuse(NotOn, "", "there is no second factor"));
    }
    if !admit(app, &proven.email, true).await? {
        return Err(Stop::refuse(
            TooManyAttempts,
            "code",
            "too many codes: wait a day",
        ));
    }
    let txn = app.db.begin().await?;
    sign_in::still(&txn, &proven).await?.ok_or(Error::NotSignedIn)?;
    if !take(app, &txn, person.id, code).await? {
        return Err(wrong_code());
    }
    // Read again: taking a code has moved the step on.
    let mut row = store::held(&txn, person.id).await?;
    row.totp_secret = None;
    row.totp_confirmed = false;
    store::put(&txn, row).await?;
    store::weaken_sessions(&txn, person.id).await?;
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::PersonId.eq(person.id))
        .exec(&txn)
        .await?;
    letters::changed(
        app,
        &txn,
        person,
        "Your second factor is off",
        "Signing in no longer asks for a code.".into(),
    )
    .await?;
    let detail = serde_json::json!({ "second factor": "off" });
    audit::record(app, &txn, &permit, "person", person.id, &detail).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

/// How many recovery codes the viewer has left.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn codes_left(app: &App, viewer: &Viewer) -> Result<u64, Error> {
    let (_, person) = own(viewer)?;
    let left = recovery_code::Entity::find().filter(recovery_code::Column::PersonId.eq(person.id));
    Ok(left.count(app.db.read()).await?)
}

/// Says whether a council asks those who act for it for a second factor: without one they do not count there, from
/// their next request on.
///
/// # Errors
/// When the viewer may not, or would shut themselves out.
pub async fn require(
    app: &App,
    viewer: &Viewer,
    council: Uuid,
    version: i32,
    required: bool,
) -> Result<Rule, Stop<SecondFactorErrorCode>> {
    let permit = authorize(viewer, Action::ManageMembers, Resource::Council(council))?;
    let txn = app.db.begin().await?;
    councils::hold(&txn, council).await?;
    let found = rule_in(&txn, council).await?;
    based_on(version, found.version, SecondFactorErrorCode::Conflict)?;
    let shut_out = viewer
        .person()
        .is_some_and(|person| !matches!(person.through, Through::Session { strong: true, .. }));
    if required && shut_out {
        let message = "sign in with a second factor yourself first: without one you would be shut out";
        return Err(Stop::refuse(SecondFactorErrorCode::NotOn, "required", message));
    }
    let rule = Rule {
        required,
        version: found.version + 1,
    };
    let row = council_access::ActiveModel {
        council_id: Set(council),
        second_factor: Set(rule.required),
        version: Set(rule.version),
    };
    let there = OnConflict::column(council_access::Column::CouncilId)
        .update_columns([
            council_access::Column::SecondFactor,
            council_access::Column::Version,
        ])
        .to_owned();
    council_access::Entity::insert(row)
        .on_conflict(there)
        .exec_without_returning(&txn)
        .await?;
    let detail = serde_json::json!({ "second factor required": required });
    audit::record(app, &txn, &permit, "council", council, &detail).await?;
    txn.commit().await?;
    Ok(rule)
}

/// Whether a council asks for a second factor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rule {
    /// Whether those who act for it need one.
    pub required: bool,
    /// Counts its changes; 0 before the first.
    pub version: i32,
}

/// Whether a council asks for a second factor, for those who are of it.
///
/// # Errors
/// When the database fails.
pub async fn rule(app: &App, viewer: &Viewer, council: Uuid) -> Result<Option<Rule>, Error> {
    if !may(viewer, Action::SeeMembers, Resource::Council(council)) {
        return Ok(None);
    }
    rule_in(app.db.read(), council).await.map(Some)
}

async fn rule_in(db: &impl ConnectionTrait, council: Uuid) -> Result<Rule, Error> {
    let row = council_access::Entity::find_by_id(council).one(db).await?;
    Ok(row.map_or_else(Rule::default, |row| Rule {
        required: row.second_factor,
        version: row.version,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_rfc_6238() {
        // Appendix B's secret; its eight-digit codes end in these six.
        let totp = builder(b"12345678901234567890").build().unwrap();
        for (time, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (20_000_000_000, "353130"),
        ] {
            assert!(totp.check(code, time).is_some(), "{code} at {time}");
            assert!(totp.check(code, time + 90).is_none(), "{code} later");
        }
    }

    #[test]
    fn recovery_codes_are_read_as_they_are_shown() {
        assert_eq!(grouped("0123456789abcdef0123"), "01234-56789-abcde-f0123");
    }
}
