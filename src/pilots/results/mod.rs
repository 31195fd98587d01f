//! What came of a pilot: whether each measure of success was met and on what evidence, what it cost, what was learned, and
//! whether to stop or to scale. Drafted and published by its council; others say "us too", and the contract that scales it
//! says so.

mod store;

use super::{Pilot, State, event};
use crate::access::{Action, Resource, Viewer, authorize, may, signed_in};
use crate::audit;
use crate::contracts;
use crate::events::{self, Kind};
use crate::runtime::{App, Error, Stop, Wrong, based_on, words};
use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use std::collections::HashMap;
use uuid::Uuid;

/// As many measures as a result can have.
const MOST: usize = 50;

words! {
    /// What the council decides after a pilot.
    #[graphql(name = "PilotVerdict")]
    Verdict {
        /// It ends here.
        Stop = "stop",
        /// It is bought for good, or for more.
        Scale = "scale",
    }
}

/// What a council says came of a pilot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Each measure of success.
    pub measures: Vec<Measure>,
    /// What it cost in the end, in pence without VAT.
    pub cost_pence: i64,
    /// What was learned.
    pub learned: String,
    /// Stop or scale.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// What came of one measure of success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// What was to be reached.
    pub measure: String,
    /// Whether it was.
    pub met: bool,
    /// How that is known.
    pub evidence: String,
}

/// What came of a pilot, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PilotResult {
    /// Of which pilot.
    pub pilot_id: Uuid,
    /// What its council says.
    pub said: Statement,
    /// When it was published; until then it is the council's own.
    pub published_at: Option<DateTime<Utc>>,
    /// Counts its changes.
    pub version: i32,
}

/// Why something could not be done about a pilot's result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum PilotResultErrorCode {
    /// It was changed since the version this was based on.
    Conflict,
    /// The pilot has not been awarded, or its award stands still.
    NotAwarded,
    /// A text is blank or too long.
    BadText,
    /// There are 1 to 50 measures.
    BadMeasures,
    /// The cost is less than nothing.
    BadCost,
    /// There is no result, or it is not published.
    NotPublished,
    /// It is published: nothing of it changes any more.
    Published,
    /// The pilot is the council's own.
    Own,
    /// The contract is the pilot's own award, or scales another pilot.
    NotItsScaling,
}

type Refused = Stop<PilotResultErrorCode>;

/// Drafts the result of an awarded pilot, or changes the draft.
///
/// # Errors
/// When the result has another version or is published, the pilot is not awarded, what is said makes no sense, or the
/// viewer may not.
pub async fn draft(
    app: &App,
    viewer: &Viewer,
    pilot: Uuid,
    version: i32,
    said: Statement,
) -> Result<Pilot, Refused> {
    let txn = app.db.begin().await?;
    let (pilot, permit) = super::held(app, &txn, viewer, pilot, Action::DraftPilot).await?;
    let before = store::one(&txn, pilot.id).await?;
    let current = before.as_ref().map_or(0, |result| result.version);
    based_on(version, current, PilotResultErrorCode::Conflict)?;
    if before.is_some_and(|result| result.published_at.is_some()) {
        return Err(published());
    }
    awarded(app, &pilot)?;
    check(&said).stop()?;
    let result = PilotResult {
        pilot_id: pilot.id,
        said,
        published_at: None,
        version: current + 1,
    };
    store::put(&txn, &permit, &result).await?;
    let detail = serde_json::json!({ "result drafted": result.version });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

fn awarded(app: &App, pilot: &Pilot) -> Result<(), Refused> {
    let standing = pilot
        .standstill_until
        .is_some_and(|until| app.clock.now() < until);
    if pilot.state == State::Awarded && !standing {
        return Ok(());
    }
    let message = "this pilot has not been awarded, or its award stands still";
    Err(Stop::refuse(PilotResultErrorCode::NotAwarded, "", message))
}

/// Whether the result of a pilot is published.
pub(super) async fn is_published(txn: &DatabaseTransaction, pilot: Uuid) -> Result<bool, Error> {
    let found = store::one(txn, pilot).await?;
    Ok(found.is_some_and(|result| result.published_at.is_some()))
}

/// Publishes the result of a pilot, for good.
///
/// # Errors
/// When the result has another version, there is none or it is published already, or the viewer may not.
pub async fn publish(app: &App, viewer: &Viewer, pilot: Uuid, version: i32) -> Result<Pilot, Refused> {
    let txn = app.db.begin().await?;
    let (pilot, permit) = super::held(app, &txn, viewer, pilot, Action::PublishPilot).await?;
    let found = store::one(&txn, pilot.id).await?;
    based_on(
        version,
        found.as_ref().map_or(0, |result| result.version),
        PilotResultErrorCode::Conflict,
    )?;
    let mut result = found.ok_or_else(not_published)?;
    if result.published_at.is_some() {
        return Err(published());
    }
    awarded(app, &pilot)?;
    result.published_at = Some(app.clock.now());
    result.version += 1;
    store::put(&txn, &permit, &result).await?;
    events::record(app, &txn, vec![event(&pilot, Kind::PilotResult, "result")]).await?;
    let detail = serde_json::json!({ "result published": result.said.verdict.as_str() });
    audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// Says "us too" for another council; saying it again changes nothing.
///
/// # Errors
/// When there is no published result, the pilot is the council's own, or the viewer may not.
pub async fn want(app: &App, viewer: &Viewer, pilot: Uuid, council: Uuid) -> Result<Pilot, Refused> {
    let permit = authorize(viewer, Action::StateNeed, Resource::Council(council))?;
    let txn = app.db.begin().await?;
    let pilot = with_result(app, &txn, viewer, pilot).await?;
    if pilot.council_id == council {
        let message = "this pilot is the council's own";
        return Err(Stop::refuse(PilotResultErrorCode::Own, "council", message));
    }
    if store::put_wanted(&txn, &permit, pilot.id, council, app.clock.now()).await? {
        let detail = serde_json::json!({ "us too": council });
        audit::record(app, &txn, &permit, "pilot", pilot.id, &detail).await?;
        txn.commit().await.map_err(Error::from)?;
    }
    Ok(pilot)
}

/// Says of a contract that it scales what a pilot tried, its own council's or another's; saying it again changes nothing.
///
/// # Errors
/// When there is no published result, the contract is the pilot's own award or scales another, or the viewer may not.
pub async fn scale(app: &App, viewer: &Viewer, pilot: Uuid, contract: Uuid) -> Result<Pilot, Refused> {
    signed_in(viewer)?;
    let txn = app.db.begin().await?;
    let council = contracts::council_of(&txn, contract)
        .await?
        .ok_or(Error::NotFound)?;
    let permit = authorize(viewer, Action::RecordContract, Resource::Council(council))?;
    let pilot = with_result(app, &txn, viewer, pilot).await?;
    let awarded = super::decisions::pilots_in(&txn, &[contract]).await?;
    let known = store::scaled(&txn, contract).await?;
    if known == Some(pilot.id) {
        return Ok(pilot);
    }
    if known.is_some() || awarded.get(&contract) == Some(&pilot.id) {
        let message = "this contract is the pilot's own award, or scales another pilot";
        return Err(Stop::refuse(
            PilotResultErrorCode::NotItsScaling,
            "contract",
            message,
        ));
    }
    store::put_scaled(&txn, &permit, pilot.id, contract, app.clock.now()).await?;
    let detail = serde_json::json!({ "scales": pilot.id });
    audit::record(app, &txn, &permit, "contract", contract, &detail).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(pilot)
}

/// A pilot whose result is published, its row held.
async fn with_result(
    app: &App,
    txn: &sea_orm::DatabaseTransaction,
    viewer: &Viewer,
    pilot: Uuid,
) -> Result<Pilot, Refused> {
    let pilot = super::store::locked(app, txn, pilot)
        .await?
        .filter(|pilot| super::visible(viewer, pilot))
        .ok_or(Error::NotFound)?;
    let result = store::one(txn, pilot.id).await?;
    if result.is_some_and(|result| result.published_at.is_some()) {
        return Ok(pilot);
    }
    Err(not_published())
}

fn published() -> Refused {
    let message = "it is published: nothing of it changes any more";
    Stop::refuse(PilotResultErrorCode::Published, "", message)
}

fn not_published() -> Refused {
    let message = "this pilot has no result, or it is not published";
    Stop::refuse(PilotResultErrorCode::NotPublished, "pilot", message)
}

/// Every reason why what is said makes no sense.
fn check(said: &Statement) -> Wrong<PilotResultErrorCode> {
    let mut wrong = Wrong::default();
    let fits = |text: &str| !text.trim().is_empty() && text.len() <= 10_000;
    for (path, text) in [("learned", &said.learned), ("reason", &said.reason)] {
        let message = format!("give {path} in at most 10,000 bytes");
        wrong.when(!fits(text), PilotResultErrorCode::BadText, path, message);
    }
    let sound = said
        .measures
        .iter()
        .all(|of| fits(&of.measure) && fits(&of.evidence));
    wrong.when(
        !sound || !(1..=MOST).contains(&said.measures.len()),
        PilotResultErrorCode::BadMeasures,
        "measures",
        "give 1 to 50 measures, each with its evidence in at most 10,000 bytes",
    );
    wrong.when(
        said.cost_pence < 0,
        PilotResultErrorCode::BadCost,
        "costPence",
        format!("{} is less than nothing", said.cost_pence),
    );
    wrong
}

/// The results of these pilots that are published, by pilot.
///
/// # Errors
/// When the database fails.
pub async fn published_of(app: &App, pilots: &[Uuid]) -> Result<HashMap<Uuid, PilotResult>, Error> {
    let mut found = store::of(app.db.read(), pilots).await?;
    found.retain(|_, result| result.published_at.is_some());
    Ok(found)
}

/// The result of a pilot that is not published yet, for those who write its council's pilots.
///
/// # Errors
/// When the database fails.
pub async fn drafted(app: &App, viewer: &Viewer, pilot: &Pilot) -> Result<Option<PilotResult>, Error> {
    if !may(viewer, Action::SeeDrafts, Resource::Council(pilot.council_id)) {
        return Ok(None);
    }
    let found = store::one(app.db.read(), pilot.id).await?;
    Ok(found.filter(|result| result.published_at.is_none()))
}

/// The councils that said "us too" of these pilots, in the order they did.
///
/// # Errors
/// When the database fails.
pub async fn wanted_by(app: &App, pilots: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    store::wanted_by(app.db.read(), pilots).await
}

/// The contracts that scale these pilots.
///
/// # Errors
/// When the database fails.
pub async fn scaled_by(app: &App, pilots: &[Uuid]) -> Result<HashMap<Uuid, Vec<Uuid>>, Error> {
    store::scaled_by(app.db.read(), pilots).await
}

/// The pilots that these contracts scale, by contract. They have a published result, so everybody may know of them.
///
/// # Errors
/// When the database fails.
pub async fn scaled_in(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Pilot>, Error> {
    let of = store::scales(app.db.read(), contracts).await?;
    let ids: Vec<Uuid> = of.values().copied().collect();
    let found = super::store::by_ids(app.db.read(), &ids).await?;
    let by_id = |id: &Uuid| found.iter().find(|pilot| pilot.id == *id).cloned();
    Ok(of
        .into_iter()
        .filter_map(|(contract, id)| Some((contract, by_id(&id)?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            measures: vec![Measure {
                measure: "Fewer missed bins".into(),
                met: true,
                evidence: "From 40 to 12 a week.".into(),
            }],
            cost_pence: 0,
            learned: "Crews want one screen.".into(),
            verdict: Verdict::Scale,
            reason: "It pays.".into(),
        }
    }

    fn refused(change: impl FnOnce(&mut Statement)) -> Vec<String> {
        let mut said = statement();
        change(&mut said);
        let wrong = check(&said).into_refusals();
        wrong.into_iter().map(|refusal| refusal.path).collect()
    }

    #[test]
    fn a_result_says_something_of_everything() {
        assert_eq!(refused(|_| {}), [""; 0]);
        assert_eq!(refused(|said| said.measures.clear()), ["measures"]);
        assert_eq!(
            refused(|said| said.measures = vec![said.measures[0].clone(); 51]),
            ["measures"]
        );
        assert_eq!(refused(|said| said.measures[0].evidence.clear()), ["measures"]);
        let all = refused(|said| {
            said.cost_pence = -1;
            said.learned = " ".into();
            said.reason = "x".repeat(10_001);
        });
        assert_eq!(all, ["learned", "reason", "costPence"]);
    }
}
