//! A contract's dates as people are told of them: its windows derived again, with where each last day comes from.

use super::read::{Column, Columns, by_ids_in, leads_of, term_of};
use super::relations::options_in;
use super::store;
use super::term::{ExtensionState, Length, Period, Term};
use super::windows::{LeadTimes, Remedy, SafeStart, Window, WindowKind, Windows, derive};
use crate::councils::directory;
use crate::runtime::letter::day;
use crate::runtime::{App, Error};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Contracts in one statement.
const AT_A_TIME: usize = 1000;
/// What windows are derived from.
const DATES: [Column; 14] = [
    Column::StartsOn,
    Column::InitialEndsOn,
    Column::LatestEndsOn,
    Column::ReviewOn,
    Column::NoticeMonths,
    Column::NoticeDays,
    Column::AutoRenewsMonths,
    Column::Standing,
    Column::TerminatedOn,
    Column::ReplacedOn,
    Column::PlannedNotice,
    Column::LeadTimes,
    Column::CurrentEndsOn,
    Column::EndUnknown,
];

/// A contract's dates, and what follows from them.
#[derive(Clone, Debug)]
pub struct Outlook {
    /// Dates and options.
    pub term: Term,
    /// The lead times that hold for it.
    pub leads: LeadTimes,
    /// Its windows.
    pub windows: Windows,
    /// How the last safe start follows from its end, if that is known.
    pub safe_start: Option<SafeStart>,
}

/// The outlooks of these contracts, three statements for a thousand. Registers are public, lead times too.
///
/// # Errors
/// When the database fails.
pub async fn outlook(app: &App, contracts: &[Uuid]) -> Result<HashMap<Uuid, Outlook>, Error> {
    let mut found = HashMap::with_capacity(contracts.len());
    for ids in contracts.chunks(AT_A_TIME) {
        let rows = by_ids_in(app.db.read(), ids, &Columns::of(DATES)).await?;
        let mut options = options_in(app.db.read(), ids).await?;
        let councils: HashSet<Uuid> = rows.values().map(|row| row.council_id).collect();
        let policies = store::policies(app.db.read(), councils.into_iter()).await?;
        for (id, row) in rows {
            let policy = policies.get(&row.council_id).copied().unwrap_or_default();
            let leads = policy.leads.overridden_by(&leads_of(&row)?);
            let term = term_of(&row, options.remove(&id).unwrap_or_default());
            let calendar = directory().calendar(row.council_id);
            let safe_start = term
                .current_end()
                .map(|end| SafeStart::before(end, &leads, &calendar));
            found.insert(
                id,
                Outlook {
                    windows: derive(&term, &leads, &calendar),
                    term,
                    leads,
                    safe_start,
                },
            );
        }
    }
    Ok(found)
}

impl Outlook {
    /// Where the last day of a window comes from, or the first of one that has none, in a sentence without its stop; nothing, where it has other dates now.
    pub fn origin(&self, window: &Window) -> Option<String> {
        if self.windows.get(window.kind) != Some(window) {
            return None;
        }
        let end = self.term.current_end();
        match window.kind {
            WindowKind::Review => Some("it is the review date that the council states".to_owned()),
            WindowKind::ExtensionDecision => {
                let next = self.term.next_option()?;
                match next.notice_by {
                    Some(_) => Some(format!(
                        "the contract names it as the last day to take option {}",
                        next.ordinal
                    )),
                    None => Some(format!("{} before the current end, {}", self.notice(), day(end?))),
                }
            }
            WindowKind::Notice => Some(format!("{} before the current end, {}", self.notice(), day(end?))),
            WindowKind::MarketEngagement | WindowKind::Reprocurement => self.last_safe_start(),
            WindowKind::Expiry => Some(self.end().to_owned()),
            WindowKind::HoldingOver => Some(format!("it begins after the current end, {}", day(end?))),
        }
    }

    /// The last safe start, step by step.
    pub fn last_safe_start(&self) -> Option<String> {
        let (end, steps, leads) = (self.term.current_end()?, self.safe_start?, &self.leads);
        Some(format!(
            "the last safe start: current end, {}, less {} of mobilisation (sign by {}), {} of standstill (award by {}), \
             {} of evaluation (tenders in by {}) and {} of tender",
            day(end),
            days(leads.mobilisation_days),
            day(steps.signed_by),
            count(leads.standstill_working_days, "working day"),
            day(steps.awarded_by),
            days(leads.evaluation_days),
            day(steps.tendered_by),
            days(leads.tender_days),
        ))
    }

    /// Where the current end comes from.
    pub fn end(&self) -> &'static str {
        let options = self.term.extensions.as_slice();
        if options
            .iter()
            .any(|option| option.state == ExtensionState::Exercised)
        {
            "the initial end with the extensions that were taken"
        } else {
            "the initial end: no extension was taken"
        }
    }

    /// "Too late to re-tender", and what is left to do about it on a day.
    pub fn too_late(&self, today: NaiveDate) -> Option<String> {
        let late = self.windows.too_late(today)?;
        let left = match late.remedy {
            Remedy::Extend { ordinal, decide_by } => format!(
                "take extension option {ordinal}, to be decided by {}, or bridge with a short contract",
                day(decide_by)
            ),
            Remedy::Bridge => "extend if the supplier agrees, or bridge with a short contract".to_owned(),
        };
        Some(format!(
            "Too late to re-tender: extend or bridge. The last safe start was {}; {left}.",
            day(late.last_safe_start)
        ))
    }

    fn notice(&self) -> String {
        match self.term.notice_period {
            Some(Period::Months(months)) => format!("{} of notice", count(months, "month")),
            Some(Period::Days(number)) => format!("{} of notice", days(number)),
            None => format!(
                "{} of notice, which is assumed as the contract states none,",
                days(self.leads.notice_period_days)
            ),
        }
    }

    /// Its extension options in words, each with what became of it.
    pub fn options(&self) -> Vec<String> {
        let options = self.term.extensions.as_slice().iter();
        options
            .map(|option| {
                let reach = match option.length {
                    Length::Months(months) => format!("{} more", count(months, "month")),
                    Length::Until(date) => format!("to {}", day(date)),
                };
                let notice = option.notice_by.map(|by| format!(", notice by {}", day(by)));
                let state = match option.state {
                    ExtensionState::Available => "can be taken",
                    ExtensionState::Exercised => "taken",
                    ExtensionState::Declined => "declined",
                    ExtensionState::Lapsed => "lapsed",
                };
                format!(
                    "Option {}: {reach}{}: {state}",
                    option.ordinal,
                    notice.unwrap_or_default()
                )
            })
            .collect()
    }
}

fn days(number: u16) -> String {
    count(number, "day")
}

fn count(number: u16, what: &str) -> String {
    let many = if number == 1 { "" } else { "s" };
    format!("{number} {what}{many}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::councils::calendar::Calendar;
    use crate::councils::facts::Nation;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn outlook(term: Term) -> Outlook {
        let (leads, calendar) = (LeadTimes::default(), Calendar(Nation::England));
        Outlook {
            windows: derive(&term, &leads, &calendar),
            safe_start: term
                .current_end()
                .map(|end| SafeStart::before(end, &leads, &calendar)),
            term,
            leads,
        }
    }

    #[test]
    fn a_last_safe_start_is_told_step_by_step() {
        let outlook = outlook(Term {
            initial_ends_on: Some(day("2026-03-31")),
            ..Term::default()
        });
        let window = outlook.windows.get(WindowKind::Reprocurement).unwrap();
        assert_eq!(window.closes_on, Some(day("2025-10-11")));
        assert_eq!(
            outlook.origin(window).unwrap(),
            "the last safe start: current end, 31 March 2026, less 90 days of mobilisation (sign by 31 December 2025), \
             8 working days of standstill (award by 17 December 2025), 42 days of evaluation (tenders in by 5 November \
             2025) and 25 days of tender"
        );
        let moved = Window {
            opens_on: day("2025-01-01"),
            ..*window
        };
        assert_eq!(
            outlook.origin(&moved),
            None,
            "nothing is said of dates that do not hold"
        );
    }

    #[test]
    fn past_the_last_safe_start_it_says_to_extend_or_bridge() {
        let outlook = outlook(Term {
            initial_ends_on: Some(day("2026-03-31")),
            ..Term::default()
        });
        assert_eq!(outlook.too_late(day("2025-10-11")), None);
        let said = outlook.too_late(day("2025-10-12")).unwrap();
        assert!(
            said.starts_with("Too late to re-tender: extend or bridge."),
            "{said}"
        );
        assert!(said.contains("11 October 2025"), "{said}");
    }
}
