//! Saying "us too": with one's own date and numbers, changed and taken back.

use super::statement::{not_a_band, not_a_number};
use super::{Need, State, store, visible};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::events::{self, About, Happened, Kind};
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

/// What a council that says "us too" wants itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwnDemand {
    /// What it would add.
    pub note: Option<String>,
    /// When it needs it.
    pub needed_by: Option<NaiveDate>,
    /// How many users or cases, of what the need counts.
    pub quantity: Option<i64>,
    /// Least budget in pence.
    pub budget_min_pence: Option<i64>,
    /// Most budget in pence.
    pub budget_max_pence: Option<i64>,
}

/// A council that says "us too".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Supporter {
    /// Which.
    pub council_id: Uuid,
    /// What it wants itself.
    pub wants: OwnDemand,
    /// Since when it says so.
    pub joined_at: DateTime<Utc>,
    /// Counts its changes.
    pub version: i32,
}

/// Why a council's "us too" was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedSupportErrorCode {
    /// The need has been met or withdrawn.
    Ended,
    /// It is the council's own.
    Own,
    /// The note is over 2,000 bytes.
    BadText,
    /// The budget's least is over its most, negative, or beyond belief.
    BadBudget,
    /// The number is not over nought, or the need does not say what is counted.
    BadQuantity,
    /// The council says so already, with other numbers: change what it says.
    AlreadySaid,
    /// The council does not say "us too".
    NotSaid,
    /// It was changed since the version this was based on.
    Conflict,
}

use NeedSupportErrorCode as Code;

/// Says "us too" for another council; saying the same again changes nothing.
///
/// # Errors
/// When the need has ended or is the council's own, every reason the numbers make no sense; or the viewer may not.
pub async fn support(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    council_id: Uuid,
    wants: OwnDemand,
) -> Result<Need, Stop<Code>> {
    let (txn, permit, found) = held(app, viewer, need, council_id).await?;
    check(&found, council_id, Some(&wants)).stop()?;
    let known = store::supporter(&txn, need, council_id).await?;
    let version = match known {
        Some((said, None)) if said.wants == wants => return Ok(found),
        Some((_, None)) => {
            let message = "the council says so already: change what it says";
            return Err(Stop::refuse(Code::AlreadySaid, "council", message));
        }
        Some((said, Some(_))) => said.version + 1,
        None => 1,
    };
    let supporter = Supporter {
        council_id,
        wants,
        joined_at: app.clock.now(),
        version,
    };
    store::put_supporter(&txn, &permit, need, &supporter, None).await?;
    let joined = Happened {
        detail: serde_json::json!({ "council": council_id }),
        ..Happened::now(
            Kind::NeedJoined,
            key(need, council_id),
            found.council_id,
            About::Need(need),
        )
    };
    events::record(app, &txn, vec![joined]).await?;
    keep(app, txn, &permit, need, &supporter, "us too").await?;
    Ok(found)
}

/// Changes the date and numbers that a council said "us too" with.
///
/// # Errors
/// When they have another version, the need has ended, every reason they make no sense; or the viewer may not.
pub async fn change_support(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    council_id: Uuid,
    version: i32,
    wants: OwnDemand,
) -> Result<Need, Stop<Code>> {
    let (txn, permit, found) = held(app, viewer, need, council_id).await?;
    let mut said = said(&txn, need, council_id, version).await?;
    check(&found, council_id, Some(&wants)).stop()?;
    (said.wants, said.version) = (wants, said.version + 1);
    store::put_supporter(&txn, &permit, need, &said, None).await?;
    keep(app, txn, &permit, need, &said, "us too, changed").await?;
    Ok(found)
}

/// Takes a council's "us too" back; it can say so again.
///
/// # Errors
/// When it has another version or the need has ended; or the viewer may not.
pub async fn withdraw_support(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    council_id: Uuid,
    version: i32,
) -> Result<Need, Stop<Code>> {
    let (txn, permit, found) = held(app, viewer, need, council_id).await?;
    let mut said = said(&txn, need, council_id, version).await?;
    check(&found, council_id, None).stop()?;
    said.version += 1;
    store::put_supporter(&txn, &permit, need, &said, Some(app.clock.now())).await?;
    events::void(&txn, &[key(need, council_id)], "the council has taken it back").await?;
    keep(app, txn, &permit, need, &said, "us too, taken back").await?;
    Ok(found)
}

/// The councils that say "us too" to these needs, by need, in the order they came to.
///
/// # Errors
/// When the database fails.
pub async fn supporters_of(app: &App, needs: &[Uuid]) -> Result<HashMap<Uuid, Vec<Supporter>>, Error> {
    store::supporters_of(app.db.read(), needs).await
}

/// A need whose row nobody else can change until the transaction ends, with leave to speak for the council.
async fn held(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    council_id: Uuid,
) -> Result<(DatabaseTransaction, Permit, Need), Error> {
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(council_id))?;
    let txn = app.db.begin().await?;
    let found = store::one(&txn, need).await?.ok_or(Error::NotFound)?;
    if !visible(viewer, &found) {
        return Err(Error::NotFound);
    }
    Ok((txn, permit, found))
}

/// What the council says, if it does and this is based on it.
async fn said(
    txn: &DatabaseTransaction,
    need: Uuid,
    council_id: Uuid,
    version: i32,
) -> Result<Supporter, Stop<Code>> {
    let Some((said, None)) = store::supporter(txn, need, council_id).await? else {
        let message = "the council does not say \"us too\"";
        return Err(Stop::refuse(Code::NotSaid, "council", message));
    };
    based_on(version, said.version, Code::Conflict)?;
    Ok(said)
}

fn check(need: &Need, council_id: Uuid, wants: Option<&OwnDemand>) -> Wrong<Code> {
    let mut wrong = Wrong::default();
    wrong.when(
        need.state != State::Stated,
        Code::Ended,
        "need",
        "this need is not stated yet, or has been met or withdrawn",
    );
    wrong.when(
        need.council_id == council_id,
        Code::Own,
        "council",
        "this need is the council's own",
    );
    let Some(wants) = wants else { return wrong };
    wrong.when(
        wants.note.as_ref().is_some_and(|note| note.len() > 2_000),
        Code::BadText,
        "note",
        "give the note in at most 2,000 bytes",
    );
    if let Some(message) = not_a_band((wants.budget_min_pence, wants.budget_max_pence)) {
        wrong.when(true, Code::BadBudget, "budgetMinPence", message);
    }
    if let Some(message) = wants.quantity.and_then(not_a_number) {
        wrong.when(true, Code::BadQuantity, "quantity", message);
    }
    wrong.when(
        wants.quantity.is_some() && need.statement.quantity_of.is_none(),
        Code::BadQuantity,
        "quantity",
        "this need does not say what is counted: give your number in the note",
    );
    wrong
}

fn key(need: Uuid, council_id: Uuid) -> String {
    format!("{need}/joined/{council_id}")
}

async fn keep(
    app: &App,
    txn: DatabaseTransaction,
    permit: &Permit,
    need: Uuid,
    said: &Supporter,
    what: &str,
) -> Result<(), Error> {
    let wants = &said.wants;
    let detail = serde_json::json!({
        what: said.council_id, "note": wants.note, "needed_by": wants.needed_by, "quantity": wants.quantity,
        "budget_min_pence": wants.budget_min_pence, "budget_max_pence": wants.budget_max_pence,
        "version": said.version,
    });
    audit::record(app, &txn, permit, "need", need, &detail).await?;
    Ok(txn.commit().await?)
}
