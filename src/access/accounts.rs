//! Accounts: made once their address is proven, so that nobody's address can be taken by typing it.
//!
//! Whoever asks for one is answered alike, whether the address has one or not; the mail tells its owner which.

use super::attempts::{self, Kind};
use super::letters::{self, About};
use super::links::{self, Link, Purpose};
use super::policy::{Action, CouncilRole, Resource, SupplierRole, authorize};
use super::sessions::Session;
use super::{Membership, Origin, Viewer, fold, password, sessions, store};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong, outbox};
use entity::{installation, person as people};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DatabaseTransaction, EntityTrait};
use std::collections::HashMap;
use uuid::Uuid;

/// Why an account could not be made or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum AccountErrorCode {
    /// The address cannot be one.
    BadEmail,
    /// The address has an account already.
    EmailTaken,
    /// The password is shorter than 8 or longer than 1,024 bytes, or easily guessed.
    BadPassword,
    /// A name is missing.
    BadName,
    /// The link has been used, has expired, or was never ours.
    BadLink,
    /// The present password is not right.
    WrongPassword,
    /// Too much was asked lately for this address, or from this source.
    TooManyAttempts,
    /// There is an operator already, who can appoint others.
    OperatorExists,
    /// Addresses of this domain sign in by their council's single sign-on alone; the message says where.
    SingleSignOnNeeded,
}

/// What it takes to make an account without a link: from the server's own command line.
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

/// Asks for an account. The answer is the same whether the address has one or not; a mail says what to do.
///
/// # Errors
/// When the address or the name cannot be one, or too much was asked.
pub async fn register(
    app: &App,
    email: &str,
    name: &str,
    origin: &Origin,
) -> Result<(), Stop<AccountErrorCode>> {
    let mut wrong = Wrong::default();
    check_email(&mut wrong, email);
    check_name(&mut wrong, name);
    wrong.stop()?;
    let email = fold(email);
    admit_mail(app, Purpose::Register, &email, origin).await?;
    let txn = app.db.begin().await?;
    if letters::single_sign_on(app, &txn, &email).await? {
        return Ok(txn.commit().await.map(|()| app.work.hurry())?);
    }
    let found = store::by_email(&txn, &email).await?;
    // A link either way: the answer comes after the same work.
    let (heading, says, label, purpose) = answer(found.is_some());
    let link = Link {
        purpose,
        person: found.as_ref().map(|row| row.id),
        email: email.clone(),
        name: found.map_or_else(|| name.trim().to_owned(), |row| row.name),
    };
    let url = links::make(app, &txn, link).await?;
    // Not called by the name: whoever typed it may be a stranger with something to say.
    let about = About {
        person: None,
        to: &email,
        name: "",
        heading,
        says: vec![says.into()],
        link: Some((label, url)),
    };
    letters::write(app, &txn, about).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok(())
}

/// What is mailed to whoever asked for an account: heading, what it says, and the link that helps.
fn answer(known: bool) -> (&'static str, &'static str, &'static str, Purpose) {
    if known {
        let says = "Somebody, probably you, asked for an account with this address. There is one already: sign in with \
                    it. If you have forgotten its password, follow the link within an hour to choose a new one. If it \
                    was not you, do nothing.";
        let heading = "You have a Guildhall account already";
        return (heading, says, "Choose a new password", Purpose::Reset);
    }
    let says = "Somebody, probably you, asked for an account with this address. Follow the link within a day and choose \
                a password; without that there is none. If it was not you, do nothing.";
    ("Confirm your address", says, "Make my account", Purpose::Register)
}

/// Counts one more mail of a kind to an address, from a source. Each kind by itself: what strangers ask for does not
/// keep its owner from a new password.
pub(super) async fn admit_mail(
    app: &App,
    purpose: Purpose,
    email: &str,
    origin: &Origin,
) -> Result<(), Stop<AccountErrorCode>> {
    let mut buckets = vec![attempts::link(purpose, email)];
    buckets.extend(
        origin
            .source
            .map(|address| (Kind::MailSource, attempts::source(address))),
    );
    if attempts::admit(app, &buckets).await? {
        return Ok(());
    }
    let message = "too many mails were asked for: look at those that came, or wait an hour";
    Err(Stop::refuse(AccountErrorCode::TooManyAttempts, "", message))
}

/// Counts one more password hashed for a mailed link.
pub(super) async fn admit_link(app: &App, token: &str) -> Result<(), Stop<AccountErrorCode>> {
    if attempts::admit(app, &[(Kind::Link, token.to_owned())]).await? {
        return Ok(());
    }
    let message = "too many attempts: wait five minutes";
    Err(Stop::refuse(AccountErrorCode::TooManyAttempts, "", message))
}

/// Whose account a mailed link would make: the address and the name.
///
/// # Errors
/// When the database fails.
pub async fn registration(app: &App, token: &str) -> Result<Option<(String, String)>, Error> {
    let link = links::look(app, app.db.read(), Purpose::Register, token).await?;
    Ok(link.map(|link| (link.email, link.name)))
}

/// Makes the account whose address a mailed link has proven, with a password chosen now, and signs in. The name is
/// the one that was given with the address, unless another is given now.
///
/// # Errors
/// [`AccountErrorCode::BadLink`], [`AccountErrorCode::BadName`], [`AccountErrorCode::BadPassword`],
/// [`AccountErrorCode::EmailTaken`] or a fault.
pub async fn confirm(
    app: &App,
    token: &str,
    name: Option<&str>,
    password: &str,
    origin: &Origin,
) -> Result<Session, Stop<AccountErrorCode>> {
    let looked = links::look(app, app.db.read(), Purpose::Register, token).await?;
    let Some(link) = looked else {
        return Err(bad_link());
    };
    super::credentials::by_password(app, &link.email)?;
    admit_link(app, token).await?;
    let name = name.unwrap_or(&link.name);
    let mut wrong = Wrong::default();
    check_name(&mut wrong, name);
    let weak = password::weakness(app, password, [&link.email, name]).await?;
    wrong.when(
        weak.is_some(),
        AccountErrorCode::BadPassword,
        "password",
        weak.unwrap_or_default(),
    );
    wrong.stop()?;
    let hash = password::hash(app, password).await?;
    let txn = app.db.begin().await?;
    if links::take(app, &txn, Purpose::Register, token).await?.is_none() {
        return Err(bad_link());
    }
    let person = insert(app, &txn, &link.email, name, false, Some(hash)).await?;
    let session = sessions::open(app, &txn, person, false, false, origin).await?;
    let permit = authorize(
        &Viewer::System,
        Action::ManageAccount,
        Resource::Person(session.person.id),
    )?;
    let (detail, person) = (serde_json::json!({ "registered": true }), session.person.id);
    let about = audit::About::address(Some(person), &session.person.email);
    audit::record_about(app, &txn, &permit, "person", person, &detail, about).await?;
    txn.commit().await?;
    Ok(session)
}

/// The refusal of a link that is used up, too old or not ours.
pub(super) fn bad_link() -> Stop<AccountErrorCode> {
    let message = "this link has been used, has expired, or was cut short: ask for another";
    Stop::refuse(AccountErrorCode::BadLink, "token", message)
}

/// Checks a new account and hashes its password, before any transaction begins: hashing takes long.
///
/// # Errors
/// Every reason the account cannot be made, save that its address is taken.
pub async fn prepare(app: &App, account: &NewAccount) -> Result<String, Stop<AccountErrorCode>> {
    let mut wrong = Wrong::default();
    check_email(&mut wrong, &account.email);
    check_name(&mut wrong, &account.name);
    wrong.stop()?;
    check_password(app, &account.password, [&account.email, &account.name]).await?;
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
    let email = fold(&account.email);
    let row = insert(
        app,
        txn,
        &email,
        &account.name,
        account.operator,
        Some(password_hash),
    )
    .await?;
    Ok(row.id)
}

/// Notes who the first operator is; of two who race, one is.
///
/// # Errors
/// [`AccountErrorCode::OperatorExists`], or a fault.
pub async fn claim_first_operator(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
) -> Result<(), Stop<AccountErrorCode>> {
    let row = installation::ActiveModel {
        id: Set(1),
        first_operator: Set(Some(person)),
        made_at: Set(app.clock.now()),
    };
    let there = OnConflict::column(installation::Column::Id)
        .do_nothing()
        .to_owned();
    let claimed = installation::Entity::insert(row)
        .on_conflict(there)
        .exec_without_returning(txn)
        .await?;
    if claimed == 1 {
        return Ok(());
    }
    let message = "this installation has had its first operator";
    Err(Stop::refuse(
        AccountErrorCode::OperatorExists,
        "operator",
        message,
    ))
}

/// Puts an account made from the server's command line on the record: the last thing before the commit.
///
/// # Errors
/// When the database fails.
pub async fn record_made(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    account: &NewAccount,
) -> Result<(), Error> {
    let permit = authorize(&Viewer::System, Action::Operate, Resource::System)?;
    let detail = serde_json::json!({ "made": true, "operator": account.operator });
    let about = audit::About::address(Some(person), &fold(&account.email));
    audit::record_about(app, txn, &permit, "person", person, &detail, about).await?;
    Ok(())
}

pub(super) async fn insert(
    app: &App,
    txn: &DatabaseTransaction,
    email: &str,
    name: &str,
    operator: bool,
    password_hash: Option<String>,
) -> Result<people::Model, Stop<AccountErrorCode>> {
    let row = people::Model {
        id: app.new_id(),
        email: email.to_owned(),
        name: name.trim().to_owned(),
        password_hash,
        operator,
        totp_secret: None,
        totp_confirmed: false,
        totp_step: 0,
        created_at: app.clock.now(),
        version: 1,
    };
    if store::insert_person(txn, row.clone()).await? {
        outbox::adopt(txn, email, row.id).await?;
        return Ok(row);
    }
    let message = "this address has an account already";
    Err(Stop::refuse(AccountErrorCode::EmailTaken, "email", message))
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
    let detail = serde_json::json!({ "council": council, "role": role.as_str() });
    audit::record(app, &txn, &permit, "person", person, &detail).await?;
    Ok(txn.commit().await?)
}

/// The people of a supplier, to write to: id, address and name.
pub(crate) async fn members_of_supplier(
    db: &impl ConnectionTrait,
    supplier: Uuid,
) -> Result<Vec<(Uuid, String, String)>, Error> {
    store::members_of_supplier(db, supplier).await
}

/// The suppliers that these people belong to, by person.
pub(crate) async fn suppliers_of(
    db: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    store::suppliers_of(db, people).await
}

/// The account of an address, however it is spelt.
pub(crate) async fn of_address(db: &impl ConnectionTrait, address: &str) -> Result<Option<Uuid>, Error> {
    Ok(store::by_email(db, &fold(address)).await?.map(|person| person.id))
}

/// The addresses of these people, by person.
pub(crate) async fn addresses(
    db: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, String>, Error> {
    store::addresses(db, people).await
}

/// The names of these people, by person; whoever closed their account has none.
pub(crate) async fn names(
    db: &impl ConnectionTrait,
    people: &[Uuid],
) -> Result<HashMap<Uuid, String>, Error> {
    store::names(db, people).await
}

/// Makes the founder of a supplier its administrator, within the sign-up's transaction.
pub(crate) async fn found_supplier(
    app: &App,
    txn: &DatabaseTransaction,
    person: Uuid,
    supplier: Uuid,
) -> Result<(), Error> {
    let founder = Membership::Supplier(supplier, SupplierRole::Administrator);
    store::insert_membership(txn, app.new_id(), person, founder).await?;
    Ok(())
}

pub(super) fn check_email(wrong: &mut Wrong<AccountErrorCode>, email: &str) {
    wrong.when(
        !is_address(email),
        AccountErrorCode::BadEmail,
        "email",
        "this is not an email address",
    );
}

/// Whether mail can be sent to this. What stands before the @ is of ASCII: few mail servers take anything else.
pub(super) fn is_address(email: &str) -> bool {
    let email = fold(email);
    email.len() <= 254 && email.is_ascii() && email.parse::<lettre::Address>().is_ok()
}

pub(super) fn check_name(wrong: &mut Wrong<AccountErrorCode>, name: &str) {
    wrong.when(
        name.trim().is_empty() || name.len() > 200,
        AccountErrorCode::BadName,
        "name",
        "give a name of at most 200 bytes",
    );
}

pub(super) async fn check_password(
    app: &App,
    password: &str,
    about: [&str; 2],
) -> Result<(), Stop<AccountErrorCode>> {
    match password::weakness(app, password, about).await? {
        Some(why) => Err(Stop::refuse(AccountErrorCode::BadPassword, "password", why)),
        None => Ok(()),
    }
}
