//! The market as registers show it: who holds what share of it, for how long, and what ends when. It reads only.
//!
//! What is counted is in [`survey()`], with its rules: [`concentration()`], [`per_year`] and [`tenure()`], pure all of them. Which
//! contracts there are is asked of `contracts`, and how large suppliers are of `suppliers`: two statements, whatever the
//! size of the register.

mod concentration;
mod survey;
mod tenure;
mod worth;

pub use concentration::concentration;
pub use survey::{Ending, Part, Share, Survey, survey};
pub use tenure::{Spell, tenure};
pub use worth::{Unknown, per_year};

use crate::contracts::{self, Filter};
use crate::runtime::{App, Error, whole};
use crate::suppliers;
use chrono::NaiveDate;

/// The market of the contracts that pass a filter, on a day, with what ends within so many months.
///
/// # Errors
/// When the database fails.
pub async fn seen(app: &App, filter: &Filter, day: NaiveDate, months: u32) -> Result<Survey, Error> {
    whole::in_turn(async {
        let holdings = contracts::holdings(app, filter).await?;
        let sizes = suppliers::sizes(app).await?;
        whole::counted(move || survey(&holdings, &sizes, day, months)).await
    })
    .await
}
