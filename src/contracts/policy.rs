//! A council's own lead times. Setting them rewrites the windows of its whole register, in the same transaction.

use super::changes::camel;
use super::read::{leads_of, some_of_council, term_of};
use super::relations::options_in;
use super::store;
use super::windows::{LeadTimeOverrides, LeadTimes, Window, derive};
use crate::access::{Action, Permit, Resource, Viewer, authorize};
use crate::audit;
use crate::councils::{self, directory};
use crate::runtime::{App, Error, Stop, Wrong, based_on};
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
    /// They were changed since the version this was based on.
    Conflict,
}

/// The lead times that hold for a council.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Policy {
    /// Its own, and Guildhall's where it has none.
    pub leads: LeadTimes,
    /// Counts the changes of its own; 0 before the first.
    pub version: i32,
}

/// The lead times that hold for a council: its own, and Guildhall's where it has none.
///
/// # Errors
/// When the database fails.
pub async fn lead_times(app: &App, council_id: Uuid) -> Result<Policy, Error> {
    store::policy(app.db.read(), council_id).await
}

/// Sets a council's own lead times, and with them its windows; one that is not given is Guildhall's again.
///
/// # Errors
/// When they have another version, one is too long, or the viewer may not.
pub async fn set_lead_times(
    app: &App,
    viewer: &Viewer,
    council_id: Uuid,
    version: i32,
    own: &LeadTimeOverrides,
) -> Result<Policy, Stop<LeadTimesErrorCode>> {
    let permit = authorize(viewer, Action::SetLeadTimes, Resource::Council(council_id))?;
    let txn = app.db.begin().await?;
    councils::hold(&txn, council_id).await?;
    let found = store::policy(&txn, council_id).await?;
    based_on(version, found.version, LeadTimesErrorCode::Conflict)?;
    check(own).stop()?;
    store::put_lead_times(&txn, &permit, council_id, own, app.clock.now()).await?;
    let policy = store::policy(&txn, council_id).await?;
    rewrite_windows(app, &txn, &permit, council_id, &policy.leads).await?;
    audit::record(app, &txn, &permit, "council", council_id, &serde_json::json!(own)).await?;
    txn.commit().await.map_err(Error::from)?;
    Ok(policy)
}

fn check(own: &LeadTimeOverrides) -> Wrong<LeadTimesErrorCode> {
    let mut wrong = Wrong::default();
    for (name, days) in own.each() {
        let long = days.is_some_and(|days| days > MOST_DAYS);
        let message = format!("{} days is over ten years", days.unwrap_or_default());
        wrong.when(long, LeadTimesErrorCode::TooLong, &camel(name), message);
    }
    wrong
}

async fn rewrite_windows(
    app: &App,
    txn: &DatabaseTransaction,
    permit: &Permit,
    council_id: Uuid,
    leads: &LeadTimes,
) -> Result<(), Error> {
    let mut arming = store::take_windows_of_council(app, txn, permit, council_id).await?;
    let calendar = directory().calendar(council_id);
    let mut after = Uuid::nil();
    loop {
        let rows = some_of_council(txn, council_id, after, AT_A_TIME).await?;
        let Some(last) = rows.last() else {
            return arming.settle(txn, permit).await;
        };
        after = last.id;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut options = options_in(txn, &ids).await?;
        let mut windows: Vec<(Uuid, Vec<Window>)> = Vec::new();
        for row in &rows {
            let own = leads_of(row)?;
            let term = term_of(row, options.remove(&row.id).unwrap_or_default());
            let derived = derive(&term, &leads.overridden_by(&own), &calendar);
            windows.push((row.id, derived.iter().copied().collect()));
        }
        store::insert_windows(app, txn, permit, council_id, &mut arming, windows).await?;
    }
}
