//! A contract corrected by its council: only what is given changes, and windows and alerts follow as they do when a
//! register says something else. The next file of the register that has a changed row for it goes before it.

use super::entry;
use super::read::{self, Columns, Contract};
use super::record::{Change, Entry, record};
use super::term::{Period, Standing};
use crate::access::{Action, Resource, Viewer, authorize};
use crate::audit;
use crate::councils;
use crate::runtime::{App, Error, Stop, Wrong, based_on};
use chrono::NaiveDate;
use uuid::Uuid;

/// Ten years: a longer notice is a slip of the finger.
const MOST_MONTHS: u16 = 120;
const MOST_DAYS: u16 = 3_650;

/// What is to be corrected. What is not given stays; what is given as nothing is taken out.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    /// Title.
    pub title: Option<String>,
    /// What is bought.
    pub description: Option<String>,
    /// First day.
    pub starts_on: Option<Option<NaiveDate>>,
    /// Last day of the initial term.
    pub initial_ends_on: Option<Option<NaiveDate>>,
    /// Review date.
    pub review_on: Option<Option<NaiveDate>>,
    /// Notice period.
    pub notice_period: Option<Option<Period>>,
    /// It renews itself for so many months.
    pub auto_renews_months: Option<Option<u16>>,
    /// It was terminated, and ran until this day.
    pub terminated_on: Option<Option<NaiveDate>>,
    /// Another contract takes its place from this day on.
    pub replaced_on: Option<Option<NaiveDate>>,
}

/// Why a contract could not be corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
pub enum ContractAmendErrorCode {
    /// It was changed since the version this was based on.
    Conflict,
    /// The title is blank or over 500 bytes, or the description over 10,000.
    BadText,
    /// It would end before it starts.
    EndsBeforeStart,
    /// A notice or renewal is nothing, or over ten years.
    BadPeriod,
}

/// Corrects a contract of a council's register.
///
/// # Errors
/// When it has another version, every reason it makes no sense; or the viewer may not.
pub async fn amend(
    app: &App,
    viewer: &Viewer,
    id: Uuid,
    version: i32,
    amendment: Amendment,
) -> Result<Contract, Stop<ContractAmendErrorCode>> {
    let txn = app.db.begin().await?;
    let mut known = read::by_ids_in(&txn, &[id], &Columns::of([])).await?;
    let council = known.remove(&id).ok_or(Error::NotFound)?.council_id;
    let permit = authorize(viewer, Action::RecordContract, Resource::Council(council))?;
    councils::hold(&txn, council).await?;
    let (before, current) = entry::of(&txn, id).await?.ok_or(Error::NotFound)?;
    based_on(version, current, ContractAmendErrorCode::Conflict)?;
    let after = amendment.applied_to(before.clone());
    check(&after).stop()?;
    let mut changed = Vec::new();
    if before != after {
        let changes = vec![Change::Replace(id, after)];
        changed = record(app, &txn, &permit, council, changes).await?.changed;
    }
    let amended = read::by_ids_in(&txn, &[id], &Columns::all()).await?.remove(&id);
    for (id, detail) in changed {
        audit::record(app, &txn, &permit, "contract", id, &detail).await?;
    }
    txn.commit().await.map_err(Error::from)?;
    Ok(amended.ok_or(Error::NotFound)?)
}

impl Amendment {
    fn applied_to(self, mut entry: Entry) -> Entry {
        let (says, term) = (&mut entry.particulars, &mut entry.term);
        says.title = self
            .title
            .map_or_else(|| says.title.clone(), |title| title.trim().to_owned());
        says.description = self.description.unwrap_or_else(|| says.description.clone());
        term.starts_on = self.starts_on.unwrap_or(term.starts_on);
        term.initial_ends_on = self.initial_ends_on.unwrap_or(term.initial_ends_on);
        term.review_on = self.review_on.unwrap_or(term.review_on);
        term.notice_period = self.notice_period.unwrap_or(term.notice_period);
        term.replaced_on = self.replaced_on.unwrap_or(term.replaced_on);
        term.standing = match self.terminated_on {
            None => term.standing,
            Some(Some(on)) => Standing::Terminated { on },
            Some(None) if matches!(term.standing, Standing::Terminated { .. }) => Standing::Active,
            Some(None) => term.standing,
        };
        if let Some(months) = self.auto_renews_months {
            term.auto_renews_for = months.map(Period::Months);
        }
        // As when a register is read: an end after every extension is not before the end.
        let end = term.initial_ends_on;
        term.latest_end = term
            .latest_end
            .filter(|latest| end.is_none_or(|end| *latest >= end));
        entry
    }
}

fn check(entry: &Entry) -> Wrong<ContractAmendErrorCode> {
    use ContractAmendErrorCode::{BadPeriod, BadText, EndsBeforeStart};
    let (says, term) = (&entry.particulars, &entry.term);
    let mut wrong = Wrong::default();
    let titled = !says.title.is_empty() && says.title.len() <= 500;
    wrong.when(!titled, BadText, "title", "give a title of at most 500 bytes");
    wrong.when(
        says.description.len() > 10_000,
        BadText,
        "description",
        "give a description of at most 10,000 bytes",
    );
    if let (Some(start), Some(end)) = (term.starts_on, term.initial_ends_on) {
        let message = format!("{end} is before its start, {start}");
        wrong.when(end < start, EndsBeforeStart, "initialEndsOn", message);
    }
    if let (Some(start), Some(last)) = (term.starts_on, term.terminated_on()) {
        let message = format!("{last} is before its start, {start}");
        wrong.when(last < start, EndsBeforeStart, "terminatedOn", message);
    }
    for (path, period) in [
        ("notice", term.notice_period),
        ("autoRenewsMonths", term.auto_renews_for),
    ] {
        let sound = match period {
            Some(Period::Months(months)) => (1..=MOST_MONTHS).contains(&months),
            Some(Period::Days(days)) => (1..=MOST_DAYS).contains(&days),
            None => true,
        };
        wrong.when(!sound, BadPeriod, path, "give 1 to 120 months or 1 to 3,650 days");
    }
    wrong
}

#[cfg(test)]
mod tests {
    use super::super::record::Particulars;
    use super::super::term::Term;
    use super::super::windows::LeadTimeOverrides;
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn entry() -> Entry {
        Entry {
            row_key: "ref:1".into(),
            particulars: Particulars {
                title: "Vans".into(),
                ..Particulars::default()
            },
            term: Term {
                starts_on: Some(day("2025-04-01")),
                initial_ends_on: Some(day("2027-03-31")),
                latest_end: Some(day("2028-03-31")),
                notice_period: Some(Period::Months(3)),
                ..Term::default()
            },
            leads: LeadTimeOverrides::default(),
            suppliers: Vec::new(),
            buyers: Vec::new(),
            source: None,
        }
    }

    fn refused(amendment: Amendment) -> Vec<(ContractAmendErrorCode, String)> {
        let wrong = check(&amendment.applied_to(entry())).into_refusals();
        wrong
            .into_iter()
            .map(|refusal| (refusal.code, refusal.path))
            .collect()
    }

    #[test]
    fn only_what_is_given_changes_and_no_later_end_stays_before_the_end() {
        let amendment = Amendment {
            initial_ends_on: Some(Some(day("2029-03-31"))),
            notice_period: Some(Some(Period::Days(30))),
            ..Amendment::default()
        };
        let mut expected = entry();
        expected.term.initial_ends_on = Some(day("2029-03-31"));
        expected.term.latest_end = None;
        expected.term.notice_period = Some(Period::Days(30));
        assert_eq!(amendment.applied_to(entry()), expected);
        assert_eq!(Amendment::default().applied_to(entry()), entry());
    }

    #[test]
    fn only_a_terminated_contract_runs_again_when_its_termination_is_taken_out() {
        let on = day("2026-03-31");
        for (was, is) in [
            (Standing::Terminated { on }, Standing::Active),
            (Standing::Active, Standing::Active),
            (Standing::Cancelled, Standing::Cancelled),
            (Standing::Pending, Standing::Pending),
        ] {
            let mut before = entry();
            before.term.standing = was;
            let amendment = Amendment {
                terminated_on: Some(None),
                ..Amendment::default()
            };
            assert_eq!(amendment.applied_to(before).term.standing, is);
        }
    }

    #[test]
    fn every_reason_against_a_correction_is_told_at_once() {
        use ContractAmendErrorCode::{BadPeriod, BadText, EndsBeforeStart};
        let wrong = Amendment {
            title: Some("  ".into()),
            initial_ends_on: Some(Some(day("2025-03-31"))),
            notice_period: Some(Some(Period::Months(0))),
            auto_renews_months: Some(Some(121)),
            ..Amendment::default()
        };
        let expected = [
            (BadText, "title"),
            (EndsBeforeStart, "initialEndsOn"),
            (BadPeriod, "notice"),
            (BadPeriod, "autoRenewsMonths"),
        ];
        assert_eq!(
            refused(wrong),
            expected.map(|(code, path)| (code, path.to_owned()))
        );
        let a_day = Amendment {
            initial_ends_on: Some(Some(day("2025-04-01"))),
            ..Amendment::default()
        };
        assert_eq!(refused(a_day), [], "one day is a term");
    }
}
