//! Accounts and sessions: who can sign in, and as whom a request comes.

use super::policy::{Action, CouncilRole, Resource, SupplierRole, authorize};
use super::{Membership, Person, Viewer, password, store};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong};
use chrono::{DateTime, Duration, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// A session ends this long after signing in.
const SESSION: Duration = Duration::hours(12);
/// Passwords are taken exactly as typed, within these bytes.
const PASSWORD_BYTES: std::ops::RangeInclusive<usize> = 8..=1024;

/// Why somebody could not be signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum SignInErrorCode {
    /// The address and the password do not belong together.
    Wrong,
}

/// Why an account could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum AccountErrorCode {
    /// The address cannot be one.
    BadEmail,
    /// The address has an account already.
    EmailTaken,
    /// The password is shorter than 8 or longer than 1,024 bytes.
    BadPassword,
    /// A name is missing.
    BadName,
}

/// What it takes to make an account.
#[derive(Clone, Debug)]
pub struct NewAccount {
    /// Address; folded to lower case.
    pub email: String,
    /// Name, as mails address them.
    pub name: String,
    /// Password, exactly as typed.
    pub password: String,
    /// Whether they operate the installation.
    pub operator: bool,
}

/// A fresh session: the token is shown this once.
#[derive(Clone, Debug)]
pub struct Session {
    /// What the browser or program carries.
    pub token: String,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// Whose it is.
    pub person: Person,
}

/// Checks a new account and hashes its password, before any transaction begins: hashing takes long.
///
/// # Errors
/// Every reason the account cannot be made, save that its address is taken.
pub async fn prepare(app: &App, account: &NewAccount) -> Result<String, Stop<AccountErrorCode>> {
    let mut wrong = Wrong::default();
    wrong.when(
        account.email.trim().parse::<lettre::Address>().is_err() || account.email.len() > 254,
        AccountErrorCode::BadEmail,
        "email",
        "this is not an email address",
    );
    wrong.when(
        account.name.trim().is_empty() || account.name.len() > 200,
        AccountErrorCode::BadName,
        "name",
        "give a name of at most 200 bytes",
    );
    wrong.when(
        !PASSWORD_BYTES.contains(&account.password.len()),
        AccountErrorCode::BadPassword,
        "password",
        "a password has 8 to 1,024 bytes",
    );
    wrong.stop()?;
    Ok(password::hash(app, &account.password).await?)
}

/// Makes the account prepared by [`prepare`].
///
/// # Errors
/// [`AccountErrorCode::EmailTaken`], or a fault.
pub async fn create(
    app: &App,
    txn: &DatabaseTransaction,
    account: &NewAccount,
    password_hash: String,
) -> Result<Uuid, Stop<AccountErrorCode>> {
    let id = app.new_id();
    let email = fold(&account.email);
    if !store::insert_person(txn, id, &email, account, password_hash, app.clock.now()).await? {
        return Err(Stop::refuse(
            AccountErrorCode::EmailTaken,
            "email",
            "this address has an account already",
        ));
    }
    Ok(id)
}

/// Makes somebody a member of a council. Only an operator or the program may.
///
/// # Errors
/// When the viewer may not, or the database fails.
pub async fn join_council(
    app: &App,
    viewer: &Viewer,
    person: Uuid,
    council: Uuid,
    role: CouncilRole,
) -> Result<(), Error> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let txn = app.db.begin().await?;
    store::insert_membership(&txn, app.new_id(), person, Membership::Council(council, role)).await?;
    audit::record(
        app,
        &txn,
        &permit,
        "person",
        person,
        &serde_json::json!({ "council": council }),
    )
    .await?;
    Ok(txn.commit().await?)
}

/// The people of a supplier, to write to: id, address and name.
pub(crate) async fn members_of_supplier(
    db: &impl ConnectionTrait,
    supplier: Uuid,
) -> Result<Vec<(Uuid, String, String)>, Error> {
    store::members_of_supplier(db, supplier).await
}

/// Makes the founder of a supplier its administrator, within the sign-up's transaction.
pub(crate) async fn found_supplier(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    supplier: Uuid,
) -> Result<(), Error> {
    let founder = Membership::Supplier(supplier, SupplierRole::Administrator);
    store::insert_membership(txn, app.new_id(), person, founder).await
}

/// Signs somebody in. The same work is done, and the same words said, for unknown addresses.
///
/// # Errors
/// [`SignInErrorCode::Wrong`], or a fault.
pub async fn sign_in(app: &App, email: &str, password: &str) -> Result<Session, Stop<SignInErrorCode>> {
    let found = store::credentials(app.db.read(), &fold(email)).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let right = password.len() <= *PASSWORD_BYTES.end() && password::verify(app, password, hash).await?;
    let Some((person_id, _)) = found.filter(|_| right) else {
        let message = "the address and the password do not belong together";
        return Err(Stop::refuse(SignInErrorCode::Wrong, "", message));
    };
    let (token, now) = (app.entropy.token(), app.clock.now());
    let expires_at = now + SESSION;
    let txn = app.db.begin().await?;
    store::insert_session(&txn, digest(&token), person_id, now, expires_at).await?;
    txn.commit().await?;
    let person = store::person(app.db.read(), person_id)
        .await?
        .ok_or(Error::NotFound)?;
    Ok(Session {
        token,
        expires_at,
        person,
    })
}

/// Ends the session of this token.
pub async fn sign_out(app: &App, token: &str) -> Result<(), Error> {
    let txn = app.db.begin().await?;
    store::delete_session(&txn, digest(token)).await?;
    Ok(txn.commit().await?)
}

/// As whom a request with this token comes: anonymous when the token is unknown or has ended.
pub async fn viewer_of(app: &App, token: Option<&str>) -> Result<Viewer, Error> {
    let Some(token) = token else {
        return Ok(Viewer::Anonymous);
    };
    let person = store::person_of_session(app.db.read(), digest(token), app.clock.now()).await?;
    Ok(person.map_or(Viewer::Anonymous, Viewer::Person))
}

fn digest(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

fn fold(email: &str) -> String {
    email.trim().to_lowercase()
}
