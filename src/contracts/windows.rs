//! When something can or must be done about a contract, derived from its term and the council's
//! lead times. No I/O, no clock: `derive` takes no day, so a window is the same whenever asked.
//! It decides nothing and tells nobody. Before it: `term.rs`. Properties: `windows/properties.rs`.

use std::fmt::Display;

use chrono::{Days, NaiveDate};

use super::term::{Period, Standing, Term};

pub use doubts::Doubt;
pub use leads::{LeadTimeOverrides, LeadTimes, WorkingDays};

mod doubts;
mod leads;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

/// What a window is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
pub enum WindowKind {
    /// To the review date.
    Review,
    /// To decide on the next extension option.
    ExtensionDecision,
    /// To stop an auto-renewing contract from renewing.
    Notice,
    /// To ask the market before a procurement.
    MarketEngagement,
    /// To prepare and start a procurement.
    Reprocurement,
    /// Before the current end.
    Expiry,
    /// Past the current end and still running.
    HoldingOver,
}

impl WindowKind {
    /// All kinds, in the order of product.md's table and of the discriminants.
    pub const ALL: [Self; 7] = [
        Self::Review,
        Self::ExtensionDecision,
        Self::Notice,
        Self::MarketEngagement,
        Self::Reprocurement,
        Self::Expiry,
        Self::HoldingOver,
    ];

    /// The name in columns, keys and mails.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Review => "review",
            Self::ExtensionDecision => "extension_decision",
            Self::Notice => "notice",
            Self::MarketEngagement => "market_engagement",
            Self::Reprocurement => "reprocurement",
            Self::Expiry => "expiry",
            Self::HoldingOver => "holding_over",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A period in which something can be done: open on a day when `opens_on <= day <= closes_on`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// What for.
    pub kind: WindowKind,
    /// The extension option it is about; 0 for other kinds.
    pub ordinal: u16,
    /// Its first day.
    pub opens_on: NaiveDate,
    /// Its last day; only holding over may have none yet.
    pub closes_on: Option<NaiveDate>,
}

impl Window {
    /// Whether it is open on `day`.
    pub fn is_open_on(&self, day: NaiveDate) -> bool {
        self.opens_on <= day && self.closes_on.is_none_or(|closes_on| day <= closes_on)
    }
}

/// What to do when it is too late to re-tender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Take the option; its decision can still be made.
    Extend {
        /// The option.
        ordinal: u16,
        /// The last day to decide.
        decide_by: NaiveDate,
    },
    /// No option in time: bridge with a short contract.
    Bridge,
}

/// "Too late to re-tender: extend or bridge".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLate {
    /// The day that was missed.
    pub last_safe_start: NaiveDate,
    /// What is left.
    pub remedy: Remedy,
}

/// The windows of one contract: at most one of each kind, and no allocation unless in doubt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Windows {
    list: [Option<Window>; WindowKind::ALL.len()],
    /// No end, or none to believe: the windows that depend on it are missing, and this says why.
    pub end_unknown: bool,
    /// Dates to be asked about.
    pub doubts: Vec<Doubt>,
    /// The last day to start a procurement; `None` if the end is unknown or the contract is
    /// cancelled, terminated or replaced, so that nothing has to be started.
    pub last_safe_start: Option<NaiveDate>,
}

impl Windows {
    /// The windows, in the order of `WindowKind::ALL`.
    pub fn iter(&self) -> impl Iterator<Item = &Window> {
        self.list.iter().flatten()
    }

    /// The window of one kind.
    pub fn get(&self, kind: WindowKind) -> Option<&Window> {
        self.list[kind as usize].as_ref()
    }

    /// Whether `day` is past the last safe start, and what is left to do.
    pub fn too_late(&self, day: NaiveDate) -> Option<TooLate> {
        let last_safe_start = self.last_safe_start.filter(|last| day > *last)?;
        let decision = self.get(WindowKind::ExtensionDecision);
        let remedy = decision
            .and_then(|window| {
                let decide_by = window.closes_on.filter(|closes_on| day <= *closes_on)?;
                Some(Remedy::Extend {
                    ordinal: window.ordinal,
                    decide_by,
                })
            })
            .unwrap_or(Remedy::Bridge);
        Some(TooLate {
            last_safe_start,
            remedy,
        })
    }

    fn put(&mut self, kind: WindowKind, ordinal: u16, closes_on: Option<NaiveDate>, lead_days: u16) {
        self.list[kind as usize] = closes_on.map(|closes_on| Window {
            kind,
            ordinal,
            opens_on: days_before(closes_on, lead_days),
            closes_on: Some(closes_on),
        });
    }

    fn drop_closing_after(&mut self, day: NaiveDate) {
        for window in &mut self.list {
            *window = window.filter(|window| window.closes_on.is_some_and(|closes| closes <= day));
        }
    }
}

/// Derives all windows of a contract. Nothing here knows what day it is.
///
/// A cancelled contract has none; of a terminated one those stay that close by its last day.
/// A pending one has what its dates say, but cannot hold over: it never ran.
pub fn derive(term: &Term, leads: &LeadTimes, calendar: &impl WorkingDays) -> Windows {
    use WindowKind::*;
    let mut windows = Windows::default();
    if term.standing == Standing::Cancelled {
        return windows;
    }
    let end = term.current_end();
    let review_by = term.believed(term.review_on);
    let start_by = end.map(|end| last_safe_start(end, leads, calendar));
    let assumed_notice = Period::Days(leads.notice_period_days);
    let notice = term.notice_period.unwrap_or(assumed_notice);
    let notice_by = end.and_then(|end| notice.before(end));
    let next = term.next_option();

    windows.put(Review, 0, review_by, leads.review_lead_days);
    if let Some(next) = next {
        let (ordinal, decide_by) = (next.ordinal, next.notice_by.or(notice_by));
        let lead_days = leads.decision_lead_days;
        windows.put(ExtensionDecision, ordinal, decide_by, lead_days);
    }
    if term.auto_renews_for.is_some() {
        windows.put(Notice, 0, notice_by, leads.decision_lead_days);
    }
    windows.put(MarketEngagement, 0, start_by, leads.engagement_lead_days);
    windows.put(Reprocurement, 0, start_by, leads.preparation_lead_days);
    windows.put(Expiry, 0, end, leads.expiry_lead_days);
    windows.list[HoldingOver as usize] = end.and_then(|end| holding_over(term, end));

    let terminated_on = term.terminated_on();
    if let Some(on) = terminated_on {
        windows.drop_closing_after(on);
    }
    let settled = terminated_on.is_some() || term.replaced_on.is_some();
    windows.last_safe_start = start_by.filter(|_| !settled);
    windows.end_unknown = end.is_none() && terminated_on.is_none();
    windows.doubts = doubts::of(term, end, next.and_then(|next| next.notice_by));
    windows
}

/// The last day to start a procurement whose contract follows on from `end` without a gap.
pub fn last_safe_start(end: NaiveDate, leads: &LeadTimes, calendar: &impl WorkingDays) -> NaiveDate {
    SafeStart::before(end, leads, calendar).start_by
}

/// How the last safe start follows from an end: back over mobilisation, standstill, evaluation and the tender period, in
/// the order they end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SafeStart {
    /// The last day to sign.
    pub signed_by: NaiveDate,
    /// The last day to award.
    pub awarded_by: NaiveDate,
    /// The last day for tenders to be in.
    pub tendered_by: NaiveDate,
    /// The last day to start.
    pub start_by: NaiveDate,
}

impl SafeStart {
    /// Before an end.
    pub fn before(end: NaiveDate, leads: &LeadTimes, calendar: &impl WorkingDays) -> Self {
        let signed_by = days_before(end, leads.mobilisation_days);
        let awarded_by = calendar.sub_working_days(signed_by, leads.standstill_working_days);
        let tendered_by = days_before(awarded_by, leads.evaluation_days);
        let start_by = days_before(tendered_by, leads.tender_days);
        Self {
            signed_by,
            awarded_by,
            tendered_by,
            start_by,
        }
    }
}

/// What makes a window event the same event: contract, kind, ordinal and dates, and nothing else.
/// Only the contract's id may hold a `/`: the four parts after it are read from the right.
pub fn event_key(contract_id: impl Display, window: &Window) -> String {
    let Window {
        kind,
        ordinal,
        opens_on,
        closes_on,
    } = window;
    let kind = kind.as_str();
    match closes_on {
        Some(closes_on) => format!("{contract_id}/{kind}/{ordinal}/{opens_on}/{closes_on}"),
        None => format!("{contract_id}/{kind}/{ordinal}/{opens_on}/open"),
    }
}

/// From the day after the end until the day before the replacement runs, or the last day it ran.
fn holding_over(term: &Term, end: NaiveDate) -> Option<Window> {
    let opens_on = end.succ_opt().filter(|_| term.standing != Standing::Pending)?;
    let replaced = term.replaced_on.map(|on| days_before(on, 1));
    let closes_on = [replaced, term.terminated_on()].into_iter().flatten().min();
    let kind = WindowKind::HoldingOver;
    let window = Window {
        kind,
        ordinal: 0,
        opens_on,
        closes_on,
    };
    closes_on
        .is_none_or(|closes_on| opens_on <= closes_on)
        .then_some(window)
}

/// Stops at the edge of the calendar, so that no window opens after it closes.
fn days_before(date: NaiveDate, days: u16) -> NaiveDate {
    date.checked_sub_days(Days::new(days.into()))
        .unwrap_or(NaiveDate::MIN)
}
