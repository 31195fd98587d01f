//! What the clock brings to evidence: it is about to lapse.

use super::store;
use crate::events::{self, About, Happened, Kind};
use crate::runtime::clock::london_instant;
use crate::runtime::{App, Error};
use chrono::{Days, NaiveTime};
use sea_orm::DatabaseTransaction;

/// How long before its last day: time enough to be assessed anew.
const DAYS: u64 = 60;

/// Writes the events of evidence whose last day is near, once for each last day. What has lapsed already, while the
/// server was down, is told as well: it was not before.
///
/// # Errors
/// When the database fails.
pub async fn bring(app: &App, txn: &DatabaseTransaction, limit: u64) -> Result<usize, Error> {
    let near = store::lapsing(txn, app.clock.today() + Days::new(DAYS), limit).await?;
    let happened = near.iter().map(|(evidence, written_at)| {
        let (id, expires) = (evidence.id, evidence.certificate.expires_on);
        let told_on = expires - Days::new(DAYS);
        let key = format!("{id}/lapsing/{expires}");
        Happened {
            detail: serde_json::json!({ "expiresOn": expires }),
            at: Some(london_instant(told_on.and_time(NaiveTime::MIN)).max(*written_at)),
            ..Happened::now(
                Kind::EvidenceLapsing,
                key,
                evidence.supplier_id,
                About::Evidence(id),
            )
        }
    });
    events::record(app, txn, happened.collect()).await?;
    Ok(near.len())
}
