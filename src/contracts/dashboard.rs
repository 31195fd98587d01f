//! A council's year at a glance: how many windows close in each month, and what the contracts are worth.

use super::windows::WindowKind;
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use uuid::Uuid;

/// One month of one kind of window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthOfWindows {
    /// The kind.
    pub kind: WindowKind,
    /// The first day of the month.
    pub month: NaiveDate,
    /// How many windows close in it.
    pub contracts: i64,
    /// The value of their contracts in pence, where it is known.
    pub value_pence: i64,
}

/// Windows of a council that close from a day up to another, by kind and month of closing.
///
/// # Errors
/// When the database fails.
pub async fn windows_by_month(
    app: &App,
    council_id: Uuid,
    from: NaiveDate,
    to: NaiveDate,
) -> Result<Vec<MonthOfWindows>, Error> {
    let month = match app.db.backend() {
        DbBackend::Postgres => "to_char(w.closes_on, 'YYYY-MM') || '-01'",
        _ => "substr(w.closes_on, 1, 7) || '-01'",
    };
    let sql = format!(
        "SELECT w.kind, {month} AS month, COUNT(*), CAST(COALESCE(SUM(c.value_pence), 0) AS BIGINT) \
         FROM contract_window w JOIN contract c ON c.id = w.contract_id \
         WHERE w.council_id = $1 AND w.closes_on >= $2 AND w.closes_on <= $3 \
         GROUP BY w.kind, month ORDER BY month, w.kind"
    );
    let values = [council_id.into(), from.into(), to.into()];
    let statement = Statement::from_sql_and_values(app.db.backend(), sql, values);
    let mut months = Vec::new();
    for row in app.db.read().query_all_raw(statement).await? {
        let (kind, month): (String, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        if let (Some(kind), Ok(month)) = (WindowKind::parse(&kind), month.parse()) {
            let (contracts, value_pence) = (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
            months.push(MonthOfWindows {
                kind,
                month,
                contracts,
                value_pence,
            });
        }
    }
    Ok(months)
}
