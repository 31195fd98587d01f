//! A council's own lead times. Setting them rewrites the windows of its whole register, in the same transaction.

use super::changes::camel;
use super::read::{some_of_council, term_of};
use super::relations::options_in;
use super::store;
use super::windows::{LeadTimeOverrides, LeadTimes, Window, derive};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::councils::directory;
use crate::runtime::{App, Error, Stop, Wrong};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

/// Ten years: a longer lead is a slip of the finger.
const MOST_DAYS: u16 = 3_650;
/// Contracts worked on at a time.
const AT_A_TIME: u64 = 500;

/// Why lead times were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum LeadTimesErrorCode {
    /// One is over ten years.
    TooLong,
}

/// The lead times that hold for a council: its own, and Guildhall's where it has none.
///
/// # Errors
/// When the database fails.
pub async fn lead_times(app: &App, council_id: Uuid) -> Result<LeadTimes, Error> {
    store::lead_times(app.db.read(), council_id).await
}

/// Sets a council's own lead times, and with them its windows; one that is not given is Guildhall's again.
///
/// # Errors
/// When one is too long, or the viewer may not.
pub async fn set_lead_times(
    app: &App,
    viewer: &Viewer,
    council_id: Uuid,
    own: &LeadTimeOverrides,
) -> Result<LeadTimes, Stop<LeadTimesErrorCode>> {
    let permit = authorize(viewer, Action::SetLeadTimes, Resource::Council(council_id))?;
    let mut wrong = Wrong::default();
    for (name, days) in own.each() {
        let long = days.is_some_and(|days| days > MOST_DAYS);
        let message = format!("{} days is over ten years", days.unwrap_or_default());
        wrong.when(long, LeadTimesErrorCode::TooLong, &camel(name), message);
    }
    wrong.stop()?;
    let txn = app.db.begin().await?;
    store::put_lead_times(&txn, &permit, council_id, own, app.clock.now()).await?;
    let leads = store::lead_times(&txn, council_id).await?;
    rewrite_windows(app, &txn, &permit, council_id, &leads).await?;
    audit::record(app, &txn, &permit, "council", council_id, &serde_json::json!(own)).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(leads)
}

async fn rewrite_windows(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council_id: Uuid,
    leads: &LeadTimes,
) -> Result<(), Error> {
    let arming = store::take_windows_of_council(app, txn, permit, council_id).await?;
    let calendar = directory().calendar(council_id);
    let mut after = Uuid::nil();
    loop {
        let rows = some_of_council(txn, council_id, after, AT_A_TIME).await?;
        let Some(last) = rows.last() else { return Ok(()) };
        after = last.id;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut options = options_in(txn, &ids).await?;
        let mut windows: Vec<(Uuid, Window)> = Vec::new();
        for row in &rows {
            let own = row.lead_times.clone().map(serde_json::from_value).transpose();
            let own = LeadTimeOverrides {
                planned_notice: row.planned_notice,
                ..own.map_err(Error::fault)?.unwrap_or_default()
            };
            let term = term_of(row, options.remove(&row.id).unwrap_or_default());
            let derived = derive(&term, &leads.overridden_by(&own), &calendar);
            windows.extend(derived.iter().map(|window| (row.id, *window)));
        }
        store::insert_windows(txn, permit, council_id, &arming, windows.into_iter()).await?;
    }
}
