//! Stating a need: at once or from a draft, writing it anew, and ending it.

use super::statement::check;
use super::{Ending, Need, State, Statement, store, visible};
use crate::access::{Action, Permit, Resource, Viewer, authorize, signed_in};
use crate::audit;
use crate::contracts;
use crate::events::{self, About, Happened, Kind};
use crate::runtime::{App, Error, Stop, based_on};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use uuid::Uuid;

/// Why what a council says of a need was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedStateErrorCode {
    /// A text is blank or too long.
    BadText,
    /// The service is not in the Local Government Service List.
    UnknownService,
    /// The CPV code does not have eight digits.
    BadCpv,
    /// The budget's least is over its most, negative, or beyond belief.
    BadBudget,
    /// A firmness is given and no day.
    BadTimescale,
    /// The number is not over nought, or it is not said what is counted.
    BadQuantity,
    /// There is no such contract in the council's own register.
    UnknownContract,
    /// It was changed since the version this was based on.
    Conflict,
    /// It has been stated already: write it anew instead.
    NotDraft,
    /// It has been met or withdrawn.
    Ended,
}

/// Why a need could not be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum NeedEndErrorCode {
    /// It was changed since the version this was based on.
    Conflict,
    /// It has been met or withdrawn.
    Ended,
    /// A draft can be withdrawn and not met: nobody has been told of it.
    Draft,
}

/// States a need of a council at once.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn state(
    app: &App,
    viewer: &Viewer,
    council_id: Uuid,
    statement: Statement,
) -> Result<Need, Stop<NeedStateErrorCode>> {
    make(app, viewer, council_id, statement, State::Stated).await
}

/// Drafts a need of a council: its own see it, and nobody is told.
///
/// # Errors
/// Every reason it makes no sense; or the viewer may not.
pub async fn draft(
    app: &App,
    viewer: &Viewer,
    council_id: Uuid,
    statement: Statement,
) -> Result<Need, Stop<NeedStateErrorCode>> {
    make(app, viewer, council_id, statement, State::Draft).await
}

async fn make(
    app: &App,
    viewer: &Viewer,
    council_id: Uuid,
    statement: Statement,
    state: State,
) -> Result<Need, Stop<NeedStateErrorCode>> {
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(council_id))?;
    let now = app.clock.now();
    let need = Need {
        id: app.entropy.id(now),
        council_id,
        statement,
        state,
        stated_at: (state == State::Stated).then_some(now),
        version: 1,
    };
    makes_sense(app.db.read(), &need).await?;
    let txn = app.db.begin().await?;
    store::insert(&txn, &permit, &need, now).await?;
    if state == State::Stated {
        tell(app, &txn, &need).await?;
    }
    keep(app, txn, &permit, &need).await?;
    Ok(need)
}

/// Writes a draft or a stated need anew.
///
/// # Errors
/// When it has another version or has ended, every reason it makes no sense; or the viewer may not.
pub async fn revise(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    version: i32,
    statement: Statement,
) -> Result<Need, Stop<NeedStateErrorCode>> {
    let (txn, permit, mut found) = held(app, viewer, need).await?;
    based_on(version, found.version, NeedStateErrorCode::Conflict)?;
    if !matches!(found.state, State::Draft | State::Stated) {
        let message = "this need has been met or withdrawn";
        return Err(Stop::refuse(NeedStateErrorCode::Ended, "need", message));
    }
    found.statement = statement;
    makes_sense(&txn, &found).await?;
    found.version += 1;
    store::put(&txn, &permit, &found, app.clock.now()).await?;
    keep(app, txn, &permit, &found).await?;
    Ok(found)
}

/// States a need that was drafted: from now on everybody reads it.
///
/// # Errors
/// When it has another version or is no draft, every reason it cannot be understood; or the viewer may not.
pub async fn state_draft(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    version: i32,
) -> Result<Need, Stop<NeedStateErrorCode>> {
    let (txn, permit, mut found) = held(app, viewer, need).await?;
    based_on(version, found.version, NeedStateErrorCode::Conflict)?;
    if found.state != State::Draft {
        let message = "this need is not a draft any more";
        return Err(Stop::refuse(NeedStateErrorCode::NotDraft, "need", message));
    }
    let now = app.clock.now();
    (found.state, found.stated_at) = (State::Stated, Some(now));
    makes_sense(&txn, &found).await?;
    found.version += 1;
    store::put(&txn, &permit, &found, now).await?;
    tell(app, &txn, &found).await?;
    keep(app, txn, &permit, &found).await?;
    Ok(found)
}

/// Ends a need of one's council: met, or withdrawn.
///
/// # Errors
/// When it has another version or has ended, or the viewer may not.
pub async fn end(
    app: &App,
    viewer: &Viewer,
    need: Uuid,
    version: i32,
    ending: Ending,
) -> Result<Need, Stop<NeedEndErrorCode>> {
    let (txn, permit, mut found) = held(app, viewer, need).await?;
    based_on(version, found.version, NeedEndErrorCode::Conflict)?;
    let refusal = match (found.state, ending) {
        (State::Stated, _) | (State::Draft, Ending::Withdrawn) => None,
        (State::Draft, Ending::Met) => Some((
            NeedEndErrorCode::Draft,
            "this need is a draft: state it, or withdraw it",
        )),
        (State::Met | State::Withdrawn, _) => {
            Some((NeedEndErrorCode::Ended, "this need has been met or withdrawn"))
        }
    };
    if let Some((code, message)) = refusal {
        return Err(Stop::refuse(code, "need", message));
    }
    found.state = match ending {
        Ending::Met => State::Met,
        Ending::Withdrawn => State::Withdrawn,
    };
    found.version += 1;
    store::put(&txn, &permit, &found, app.clock.now()).await?;
    events::void_about(&txn, About::Need(need), "the need has been met or withdrawn").await?;
    let detail = serde_json::json!({ "ended": found.state.as_str() });
    audit::record(app, &txn, &permit, "need", need, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(found)
}

/// A need whose row nobody else can change until the transaction ends, with leave to change it.
async fn held(app: &App, viewer: &Viewer, id: Uuid) -> Result<(DatabaseTransaction, Permit, Need), Error> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let found = store::one(&txn, id).await?.ok_or(Error::NotFound)?;
    if !visible(viewer, &found) {
        return Err(Error::NotFound);
    }
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(found.council_id))?;
    Ok((txn, permit, found))
}

async fn makes_sense(db: &impl ConnectionTrait, need: &Need) -> Result<(), Stop<NeedStateErrorCode>> {
    let mut wrong = check(&need.statement, need.state == State::Draft);
    if let Some(id) = need.statement.contract_id {
        let known = contracts::council_of(db, id).await? == Some(need.council_id);
        let message = "there is no such contract in the council's own register";
        wrong.when(!known, NeedStateErrorCode::UnknownContract, "contract", message);
    }
    wrong.stop()
}

async fn tell(app: &App, txn: &DatabaseTransaction, need: &Need) -> Result<(), Error> {
    let key = format!("{}/stated", need.id);
    let about = About::Need(need.id);
    let stated = Happened::now(Kind::NeedStated, key, need.council_id, about);
    events::record(app, txn, vec![stated]).await
}

/// What it says now is kept in the record, and the transaction with it.
async fn keep(app: &App, txn: DatabaseTransaction, permit: &Permit, need: &Need) -> Result<(), Error> {
    let said = &need.statement;
    let detail = serde_json::json!({
        "title": said.title, "state": need.state.as_str(), "version": need.version, "problem": said.problem,
        "outcomes": said.outcomes, "constraints": said.constraints, "systems": said.systems, "lgsl": said.lgsl,
        "cpv": said.cpv, "budget_min_pence": said.budget_min_pence, "budget_max_pence": said.budget_max_pence,
        "needed_by": said.needed_by, "firmness": said.firmness.map(super::Firmness::as_str),
        "quantity": said.quantity, "quantity_of": said.quantity_of, "contract": said.contract_id,
    });
    audit::record(app, &txn, permit, "need", need.id, &detail).await?;
    Ok(txn.commit().await?)
}
