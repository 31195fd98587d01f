//! Closing an account: everything of the person goes, in one transaction, save what must be kept; the answer says both.
//!
//! Scores stay, also of a pilot that is not decided: the council's record and its evaluation are not one evaluator's to
//! withdraw. They stand under the number of an account that is not there any more.

use super::Subject;
use super::held::Kept;
use super::refusals::{AccountCloseErrorCode, held_unless_last, prove};
use crate::access::letters::{self, About};
use crate::access::policy::{Action, Permit, Resource, authorize};
use crate::access::{Origin, Viewer, asker, fold, own, store};
use crate::audit;
use crate::runtime::clock::in_words;
use crate::runtime::{App, Error, Stop, idempotency, outbox};
use entity::{
    api_token, attempt, bid_score, contract, device, feed_link, identity, import_run, installation,
    invitation, mailed_link, membership, notification, outbox as mails, person as people, pilot,
    pilot_evaluator, recovery_code, register_import, saved_search, session, supplier_number, suppression,
};
use sea_orm::sea_query::{Expr, IntoCondition};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Map, json};
use uuid::Uuid;

/// What was erased and what is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closed {
    /// What was erased.
    pub erased: Vec<Erased>,
    /// What stays.
    pub kept: Vec<Remains>,
}

/// Something that was erased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erased {
    /// What.
    pub what: &'static str,
    /// How many.
    pub count: u64,
}

/// Something that stays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remains {
    /// Why.
    pub reason: Kept,
    /// How many, where that is known.
    pub count: Option<u64>,
}

/// Closes the viewer's account and erases what is held on them.
///
/// # Errors
/// [`AccountCloseErrorCode`]; when nobody is signed in, or not by a session of their own; or a fault.
pub async fn close(
    app: &App,
    viewer: &Viewer,
    password: Option<&str>,
    origin: &Origin,
) -> Result<Closed, Stop<AccountCloseErrorCode>> {
    let (permit, person) = own(viewer)?;
    prove(app, person, password, origin).await?;
    let subject = Subject {
        id: person.id,
        email: person.email.clone(),
    };
    let txn = app.db.begin().await?;
    close_in(app, txn, &permit, subject).await
}

/// Erases what is held on whoever has an address, with an account or without, for an operator who was asked by letter.
///
/// # Errors
/// [`AccountCloseErrorCode`]; when the viewer is no operator; or a fault.
pub async fn erase(app: &App, viewer: &Viewer, email: &str) -> Result<Closed, Stop<AccountCloseErrorCode>> {
    let permit = authorize(viewer, Action::Operate, Resource::System)?;
    let email = fold(email);
    let txn = app.db.begin().await?;
    if let Some(row) = store::by_email(&txn, &email).await? {
        return close_in(app, txn, &permit, Subject { id: row.id, email }).await;
    }
    let subject = Subject {
        id: app.new_id(),
        email,
    };
    let erased = rows(app, &txn, &subject).await?;
    note(app, &txn, &permit, &subject, &erased).await?;
    audit::forget_address(app, &txn, &permit, &subject.email).await?;
    txn.commit().await?;
    app.db.left_traces();
    Ok(Closed {
        erased,
        kept: Vec::new(),
    })
}

async fn close_in(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    mut subject: Subject,
) -> Result<Closed, Stop<AccountCloseErrorCode>> {
    let person = held_unless_last(&txn, &subject).await?;
    subject.email.clone_from(&person.email);
    let scores = bid_score::Entity::find().filter(bid_score::Column::EvaluatorId.eq(subject.id));
    let panels = pilot_evaluator::Entity::find().filter(pilot_evaluator::Column::PersonId.eq(subject.id));
    let scores = scores.count(&txn).await? + panels.count(&txn).await?;
    let mut erased = rows(app, &txn, &subject).await?;
    let mut kept = [
        (Kept::ProcurementRecord, Some(scores)),
        (Kept::AuditLog, None),
        (Kept::Organisation, None),
    ]
    .map(|(reason, count)| Remains { reason, count })
    .to_vec();
    kept.retain(|one| one.count != Some(0));
    farewell(app, &txn, &person, &kept).await?;
    kept.push(Remains {
        reason: Kept::Farewell,
        count: Some(1),
    });
    // The log is written last, while there is still somebody who closes their account.
    note(app, &txn, permit, &subject, &erased).await?;
    let parts = audit::forget(app, &txn, permit, subject.id).await?;
    let account = gone::<people::Entity>(&txn, people::Column::Id.eq(subject.id)).await?;
    erased.push(Erased {
        what: "names and addresses in the audit log",
        count: parts,
    });
    erased.push(Erased {
        what: "account",
        count: account,
    });
    txn.commit().await?;
    app.db.left_traces();
    app.work.hurry();
    Ok(Closed { erased, kept })
}

/// Erases every row of theirs but the account's own, and unties those that stay.
async fn rows(app: &App, txn: &DatabaseTransaction, of: &Subject) -> Result<Vec<Erased>, Error> {
    let me = of.id;
    let told = notification::Column::PersonId.eq(me);
    // Those that refer to others before those others.
    let counts = [
        (
            "sessions",
            gone::<session::Entity>(txn, session::Column::PersonId.eq(me)).await?,
        ),
        (
            "known devices",
            gone::<device::Entity>(txn, device::Column::PersonId.eq(me)).await?,
        ),
        (
            "recovery codes",
            gone::<recovery_code::Entity>(txn, recovery_code::Column::PersonId.eq(me)).await?,
        ),
        (
            "identities at a council's provider",
            gone::<identity::Entity>(txn, identity::Column::PersonId.eq(me)).await?,
        ),
        (
            "answers kept for whoever asks again",
            idempotency::forget(app, txn, &asker(me)).await?,
        ),
        (
            "mailed links",
            gone::<mailed_link::Entity>(txn, of.links()).await?,
        ),
        (
            "counts of attempts",
            gone::<attempt::Entity>(txn, of.attempts(app)).await?,
        ),
        (
            "tokens for programs",
            gone::<api_token::Entity>(txn, api_token::Column::PersonId.eq(me)).await?,
        ),
        (
            "invitations",
            gone::<invitation::Entity>(txn, of.invitations()).await?,
        ),
        (
            "memberships",
            gone::<membership::Entity>(txn, membership::Column::PersonId.eq(me)).await?,
        ),
        (
            "links to calendars and feeds",
            gone::<feed_link::Entity>(txn, feed_link::Column::PersonId.eq(me)).await?,
        ),
        ("notifications", gone::<notification::Entity>(txn, told).await?),
        (
            "saved searches",
            gone::<saved_search::Entity>(txn, saved_search::Column::PersonId.eq(me)).await?,
        ),
        ("mails", gone::<mails::Entity>(txn, of.mails()).await?),
        (
            "addresses that take no mail",
            gone::<suppression::Entity>(txn, suppression::Column::Address.eq(of.email.as_str())).await?,
        ),
    ];
    untie(txn, of).await?;
    let counts = counts.into_iter().filter(|(_, count)| *count > 0);
    Ok(counts.map(|(what, count)| Erased { what, count }).collect())
}

async fn gone<E: EntityTrait>(txn: &DatabaseTransaction, which: impl IntoCondition) -> Result<u64, Error> {
    Ok(E::delete_many().filter(which).exec(txn).await?.rows_affected)
}

/// Takes them out of what stays without them.
async fn untie(txn: &DatabaseTransaction, of: &Subject) -> Result<(), Error> {
    let nobody = || Expr::value(None::<Uuid>);
    supplier_number::Entity::update_many()
        .filter(supplier_number::Column::StatedBy.eq(of.id))
        .col_expr(supplier_number::Column::StatedBy, nobody())
        .exec(txn)
        .await?;
    supplier_number::Entity::update_many()
        .filter(supplier_number::Column::VerifiedBy.eq(of.id))
        .col_expr(supplier_number::Column::VerifiedBy, nobody())
        .exec(txn)
        .await?;
    import_run::Entity::update_many()
        .filter(import_run::Column::ImportedBy.eq(of.id))
        .col_expr(import_run::Column::ImportedBy, nobody())
        .exec(txn)
        .await?;
    register_import::Entity::update_many()
        .filter(register_import::Column::StartedBy.eq(of.id))
        .col_expr(register_import::Column::StartedBy, nobody())
        .exec(txn)
        .await?;
    contract::Entity::update_many()
        .filter(contract::Column::OwnerId.eq(of.id))
        .col_expr(contract::Column::OwnerId, nobody())
        .exec(txn)
        .await?;
    for column in [pilot::Column::WrittenBy, pilot::Column::ApprovedBy] {
        pilot::Entity::update_many()
            .filter(column.eq(of.id))
            .col_expr(column, nobody())
            .exec(txn)
            .await?;
    }
    installation::Entity::update_many()
        .filter(installation::Column::FirstOperator.eq(of.id))
        .col_expr(installation::Column::FirstOperator, nobody())
        .exec(txn)
        .await?;
    Ok(())
}

/// Puts the closing on the record, in figures.
async fn note(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    subject: &Subject,
    erased: &[Erased],
) -> Result<(), Error> {
    let figures = erased.iter().map(|one| (one.what.to_owned(), json!(one.count)));
    let figures: Map<_, _> = figures.collect();
    let detail = json!({ "closed": true, "erased": figures });
    audit::record(app, txn, permit, "person", subject.id, &detail).await?;
    Ok(())
}

/// The last mail, which leaves nothing behind either.
async fn farewell(
    app: &App,
    txn: &DatabaseTransaction,
    person: &people::Model,
    kept: &[Remains],
) -> Result<(), Error> {
    let mut says = vec![
        format!(
            "Your Guildhall account was closed on {}. What was held on you is erased, and it cannot be brought back.",
            in_words(app.clock.now())
        ),
        "If you did not ask for this, tell whoever runs this Guildhall.".to_owned(),
    ];
    let kept = kept.iter().map(|kept| kept.reason);
    says.extend(kept.map(|reason| format!("Kept: {}. {}", reason.what(), reason.why())));
    let about = About {
        person: None,
        to: &person.email,
        name: &person.name,
        heading: "Your account is closed",
        says,
        link: None,
    };
    let mail = letters::write(app, txn, about).await?;
    outbox::erase_once_done(txn, mail).await
}
