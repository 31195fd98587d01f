//! Tokens for front ends and programs: one person's rights in one organisation, to read or to act, until a day.
//!
//! A token is shown once and kept as its hash. It never carries more than its maker has at the moment of use.

use super::policy::Resource;
use super::{Membership, Through, Viewer, letters, own, sessions, store, token_hash};
use crate::audit;
use crate::runtime::{App, Error, Stop, Wrong};
use chrono::{DateTime, Duration, Utc};
use entity::api_token::{ActiveModel, Column, Entity, Model};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

/// What every token starts with, so that a leaked one is recognised wherever it turns up.
const PREFIX: &str = "guildhall_";
/// The longest a token lasts.
const LONGEST_DAYS: i32 = 366;
/// Tokens one person may keep.
const MOST: usize = 50;
/// Use is noted this often at most: reading should not write.
const NOTED: Duration = Duration::minutes(1);

/// Why a token could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum ApiTokenErrorCode {
    /// It has no name, or one over 100 characters.
    BadName,
    /// It would last less than a day or more than 366.
    BadDays,
    /// The viewer is not of that organisation.
    NotAMember,
    /// There are 50 already.
    TooMany,
}

/// A token, without what it is carried by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    /// Identifier.
    pub id: Uuid,
    /// What its maker calls it.
    pub name: String,
    /// The organisation it is for; its maker's role there is what counts.
    pub organisation: Organisation,
    /// Whether it may change things.
    pub acts: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it ends.
    pub expires_at: DateTime<Utc>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}

/// A council or a supplier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Organisation {
    /// A council.
    Council(Uuid),
    /// A supplier.
    Supplier(Uuid),
}

impl Organisation {
    /// The organisation of a membership.
    pub fn of(membership: &Membership) -> Self {
        match membership {
            Membership::Council(id, _) => Self::Council(*id),
            Membership::Supplier(id, _) => Self::Supplier(*id),
        }
    }

    /// As the policy knows it.
    pub fn resource(self) -> Resource {
        match self {
            Self::Council(id) => Resource::Council(id),
            Self::Supplier(id) => Resource::Supplier(id),
        }
    }
}

/// Whether a token is one of these, and not a session's.
pub(super) fn is_one(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// Makes a token; gives it with the secret that is shown this once.
///
/// # Errors
/// [`ApiTokenErrorCode`], or a fault.
pub async fn make(
    app: &App,
    viewer: &Viewer,
    organisation: Organisation,
    name: &str,
    acts: bool,
    days: i32,
) -> Result<(ApiToken, String), Stop<ApiTokenErrorCode>> {
    use ApiTokenErrorCode::{BadDays, BadName, NotAMember, TooMany};
    let (permit, person) = own(viewer)?;
    let mut wrong = Wrong::default();
    let member = person
        .memberships
        .iter()
        .any(|of| Organisation::of(of) == organisation);
    wrong.when(
        !member,
        NotAMember,
        "organisation",
        "you do not act for this organisation",
    );
    let named = !name.trim().is_empty() && name.chars().count() <= 100;
    wrong.when(!named, BadName, "name", "give a name of at most 100 characters");
    let lasts = (1..=LONGEST_DAYS).contains(&days);
    wrong.when(
        !lasts,
        BadDays,
        "days",
        format!("{days} is not 1 to {LONGEST_DAYS} days"),
    );
    wrong.stop()?;
    let (secret, now) = (format!("{PREFIX}{}", app.entropy.token()), app.clock.now());
    let txn = app.db.begin().await?;
    store::held(&txn, person.id).await?;
    if of_person(&txn, person.id).await?.len() >= MOST {
        return Err(Stop::refuse(TooMany, "", "you have 50 tokens already"));
    }
    let (council_id, supplier_id) = match organisation {
        Organisation::Council(id) => (Some(id), None),
        Organisation::Supplier(id) => (None, Some(id)),
    };
    let row = Model {
        id: app.new_id(),
        token_hash: token_hash(&secret),
        person_id: person.id,
        council_id,
        supplier_id,
        name: name.trim().to_owned(),
        acts,
        created_at: now,
        expires_at: now + Duration::days(days.into()),
        last_used_at: None,
    };
    Entity::insert(ActiveModel::from(row.clone()))
        .exec_without_returning(&txn)
        .await?;
    let what = format!(
        "A token called \u{2018}{}\u{2019} was made: a program that has it acts as you until {}.",
        row.name,
        crate::runtime::letter::day(row.expires_at.date_naive())
    );
    letters::changed(app, &txn, person, "A token was made for a program", what).await?;
    let detail = serde_json::json!({ "made": true, "acts": acts });
    let about = audit::About::person(person.id, serde_json::json!({ "token": row.name }));
    audit::record_about(app, &txn, &permit, "token", row.id, &detail, about).await?;
    txn.commit().await?;
    app.work.hurry();
    Ok((read(row)?, secret))
}

async fn of_person(db: &impl sea_orm::ConnectionTrait, person: Uuid) -> Result<Vec<Model>, Error> {
    Ok(Entity::find()
        .filter(Column::PersonId.eq(person))
        .order_by_asc(Column::Id)
        .all(db)
        .await?)
}

/// The viewer's tokens, oldest first.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn list(app: &App, viewer: &Viewer) -> Result<Vec<ApiToken>, Error> {
    let (_, person) = own(viewer)?;
    of_person(app.db.read(), person.id)
        .await?
        .into_iter()
        .map(read)
        .collect()
}

/// Ends one of the viewer's tokens at once; whether there was one.
///
/// # Errors
/// When nobody is signed in, or the database fails.
pub async fn revoke(app: &App, viewer: &Viewer, id: Uuid) -> Result<bool, Error> {
    let (permit, person) = own(viewer)?;
    let txn = app.db.begin().await?;
    let deleted = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::PersonId.eq(person.id))
        .exec(&txn)
        .await?;
    if deleted.rows_affected == 0 {
        return Ok(false);
    }
    let detail = serde_json::json!({ "revoked": true });
    audit::record(app, &txn, &permit, "token", id, &detail).await?;
    txn.commit().await?;
    Ok(true)
}

/// Ends whatever tokens somebody made for an organisation that they have left.
pub(super) async fn revoke_for(
    txn: &sea_orm::DatabaseTransaction,
    person: Uuid,
    left: Membership,
) -> Result<(), Error> {
    let (council, supplier) = left.columns();
    let organisation = Condition::all()
        .add_option(council.map(|id| Column::CouncilId.eq(id)))
        .add_option(supplier.map(|id| Column::SupplierId.eq(id)));
    Entity::delete_many()
        .filter(organisation)
        .filter(Column::PersonId.eq(person))
        .exec(txn)
        .await?;
    Ok(())
}

/// As whom a request with this token comes: its maker, in its one organisation.
pub(super) async fn viewer_of(app: &App, token: &str) -> Result<Viewer, Error> {
    let now = app.clock.now();
    let found = Entity::find()
        .filter(Column::TokenHash.eq(token_hash(token)))
        .filter(Column::ExpiresAt.gt(now))
        .one(app.db.read())
        .await?;
    let Some(row) = found else {
        return Ok(Viewer::Anonymous);
    };
    let Some(maker) = store::row(app.db.read(), row.person_id).await? else {
        return Ok(Viewer::Anonymous);
    };
    if row.last_used_at.is_none_or(|at| at + NOTED <= now) {
        let txn = app.db.begin().await?;
        Entity::update_many()
            .filter(Column::Id.eq(row.id))
            .col_expr(Column::LastUsedAt, Expr::value(now))
            .exec(&txn)
            .await?;
        txn.commit().await?;
    }
    let mut person = sessions::read(app.db.read(), maker, Through::Token { acts: row.acts }).await?;
    let organisation = read(row)?.organisation;
    person
        .waiting
        .retain(|council| Organisation::Council(*council) == organisation);
    person
        .memberships
        .retain(|of| Organisation::of(of) == organisation);
    person
        .waiting
        .retain(|council| Organisation::Council(*council) == organisation);
    Ok(Viewer::Person(person))
}

fn read(row: Model) -> Result<ApiToken, Error> {
    let organisation = match (row.council_id, row.supplier_id) {
        (Some(id), None) => Organisation::Council(id),
        (None, Some(id)) => Organisation::Supplier(id),
        _ => return Err(Error::fault("a token of no organisation")),
    };
    Ok(ApiToken {
        id: row.id,
        name: row.name,
        organisation,
        acts: row.acts,
        created_at: row.created_at,
        expires_at: row.expires_at,
        last_used_at: row.last_used_at,
    })
}
