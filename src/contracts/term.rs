//! The term of a contract: when it starts and ends, how it is lengthened, and what it is on a day.
//! Values and a date in, values out: no clock, no storage, no bank holidays.
//! A stated end that nobody can believe is kept in its field and never counted with.
//! Next: `windows.rs`, what can be done about a term and by when.

use std::fmt;

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};

pub use options::{ExtensionOption, ExtensionState, Extensions, Length};

mod options;
#[cfg(test)]
mod tests;

/// Years that registers type when they have no end to give (199 dates in Norfolk's file of 2015).
const PLACEHOLDER_YEARS: [i32; 4] = [2049, 2050, 2099, 2100];

/// A length of time in the units that contracts use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Period {
    /// Whole calendar months.
    Months(u16),
    /// Days, working or not.
    Days(u16),
}

impl Period {
    /// The last day on which notice of this length can be served to be over by `end`. Where months
    /// differ in length it is the earlier day. `None` past the edge of the calendar.
    pub fn before(self, end: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => end
                .succ_opt()?
                .checked_sub_months(Months::new(months.into()))?
                .pred_opt(),
            Self::Days(days) => end.checked_sub_days(Days::new(days.into())),
        }
    }

    /// The end of a term that ran to `end` and goes on for this period.
    pub fn after_end(self, end: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Months(months) => add_months_to_end(end, months),
            Self::Days(days) => end.checked_add_days(Days::new(days.into())),
        }
    }
}

/// Adds months so that whole terms stay whole: from the day after `end`, then a day back
/// (30 September + 6 = 31 March). `None` past the edge of the calendar.
pub fn add_months_to_end(end: NaiveDate, months: u16) -> Option<NaiveDate> {
    end.succ_opt()?
        .checked_add_months(Months::new(months.into()))?
        .pred_opt()
}

/// Whether a stated date stands for "no end known" rather than for a day.
///
/// Doubted are 1900 and before (a spreadsheet's zero), 9999 and after, anything over 50 years from
/// the start, and the placeholder years over 10 years from the start: a term from 2045 may well end
/// in 2050, one from 2015 was only typed so. Without a start, the placeholder years and all years
/// after 2100. A start of 1900 or before is no start.
pub fn end_is_sentinel(starts_on: Option<NaiveDate>, date: NaiveDate) -> bool {
    let placeholder = PLACEHOLDER_YEARS.contains(&date.year());
    let further_than = |start: NaiveDate, years: u32| {
        start
            .checked_add_months(Months::new(12 * years))
            .is_some_and(|limit| date > limit)
    };
    match starts_on.filter(|start| start.year() > 1900) {
        _ if date.year() <= 1900 || date.year() >= 9999 => true,
        Some(start) => further_than(start, 50) || placeholder && further_than(start, 10),
        None => placeholder || date.year() > 2100,
    }
}

/// The stored state of a contract (OCDS contractStatus), with the date that a termination needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standing {
    /// Proposed and not in force.
    Pending,
    /// Signed. Whether it still runs is derived.
    #[default]
    Active,
    /// Called off before it came into force.
    Cancelled,
    /// Ended early; `on` is the last day it ran.
    Terminated {
        /// The last day it ran.
        on: NaiveDate,
    },
}

/// What a contract is on one day, derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ContractStatus")]
pub enum Status {
    /// Before its start, or pending.
    NotStarted,
    /// Running, not past its initial end.
    InInitialTerm,
    /// Running past its initial end on an exercised option or renewal.
    InExtension,
    /// Past its current end; its replacement runs.
    EndedAndReplaced,
    /// Past its current end, and nothing replaced it: holding over.
    EndedAndNotReplaced,
    /// No end, or none to believe.
    EndUnknown,
    /// Called off, on every day.
    Cancelled,
    /// Past the day of its termination.
    Terminated,
}

/// Why an extension option cannot be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExerciseError {
    /// The contract is cancelled or terminated.
    NotInForce,
    /// No option is left.
    NoneAvailable,
    /// Options are taken in order, and another one is next.
    NotNext {
        /// The ordinal of the next one.
        next: u16,
    },
    /// There is no end to count the months from.
    EndUnknown,
    /// The option reaches no further than the current end.
    NoLonger,
}

impl fmt::Display for ExerciseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInForce => f.write_str("the contract is cancelled or terminated"),
            Self::NoneAvailable => f.write_str("no extension option is left"),
            Self::NotNext { next } => write!(f, "extension option {next} comes first"),
            Self::EndUnknown => f.write_str("the end that would be extended is unknown"),
            Self::NoLonger => f.write_str("the option reaches no further than the current end"),
        }
    }
}

impl std::error::Error for ExerciseError {}

/// The term of one contract. Dates are civil dates, Europe/London.
/// By default: signed, and nothing else known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The first day.
    pub starts_on: Option<NaiveDate>,
    /// The last day of the initial term, as stated.
    pub initial_ends_on: Option<NaiveDate>,
    /// Options and recorded renewals.
    pub extensions: Extensions,
    /// The register's "last extension date": the end after all extensions, as stated.
    pub latest_end: Option<NaiveDate>,
    /// The day by which the contract is to be reviewed.
    pub review_on: Option<NaiveDate>,
    /// Notice that the contract asks for; where none is stated the council's default is used.
    pub notice_period: Option<Period>,
    /// Set when the contract renews itself unless notice is served: how long each time.
    pub auto_renews_for: Option<Period>,
    /// The stored state.
    pub standing: Standing,
    /// The first day on which what replaced the contract runs.
    pub replaced_on: Option<NaiveDate>,
}

impl Term {
    /// The last day: the initial end and everything exercised. `None` when unknown or not believed.
    ///
    /// A renewal that happens by itself counts once it is recorded (as an exercised option of its
    /// months), never by assumption: until then the contract holds over, and somebody looks.
    pub fn current_end(&self) -> Option<NaiveDate> {
        self.end_after(|state| state == ExtensionState::Exercised)
    }

    /// The last day with all available options, or the register's last extension date if later.
    /// Taking an option does not move it: both ends count the options in the same order.
    pub fn maximum_end(&self) -> Option<NaiveDate> {
        use ExtensionState::{Available, Exercised};
        let all = self.end_after(|state| matches!(state, Available | Exercised));
        all.max(self.current_end()).max(self.open_latest_end())
    }

    /// The option that can be taken next: the first available one, else the stretch to the
    /// register's last extension date as one undivided option. Its months are not made up.
    pub fn next_option(&self) -> Option<ExtensionOption> {
        let mut options = self.extensions.as_slice().iter();
        if let Some(option) = options.find(|option| option.state == ExtensionState::Available) {
            return Some(*option);
        }
        let latest_end = self.open_latest_end()?;
        (latest_end > self.current_end()?).then_some(ExtensionOption {
            ordinal: self.extensions.next_ordinal()?,
            length: Length::Until(latest_end),
            notice_by: None,
            state: ExtensionState::Available,
        })
    }

    /// The term with its next option taken. It is longer for it, or there is an error.
    pub fn exercise(&self, ordinal: u16) -> Result<Self, ExerciseError> {
        if matches!(self.standing, Standing::Cancelled | Standing::Terminated { .. }) {
            return Err(ExerciseError::NotInForce);
        }
        let next = self.next_option().ok_or(ExerciseError::NoneAvailable)?;
        if next.ordinal != ordinal {
            return Err(ExerciseError::NotNext { next: next.ordinal });
        }
        let mut term = self.clone();
        let state = ExtensionState::Exercised;
        term.extensions.record(ExtensionOption { state, ..next });
        match term.current_end() {
            None => Err(ExerciseError::EndUnknown),
            end if end <= self.current_end() => Err(ExerciseError::NoLonger),
            _ => Ok(term),
        }
    }

    /// What the contract is on `day`.
    pub fn status(&self, day: NaiveDate) -> Status {
        match self.standing {
            Standing::Cancelled => return Status::Cancelled,
            Standing::Terminated { on } if day > on => return Status::Terminated,
            Standing::Pending => return Status::NotStarted,
            Standing::Active | Standing::Terminated { .. } => {}
        }
        if self.starts_on.is_some_and(|start| day < start) {
            return Status::NotStarted;
        }
        let Some(end) = self.current_end().or(self.terminated_on()) else {
            return Status::EndUnknown;
        };
        if day > end {
            return match self.replaced_on {
                Some(replaced_on) if replaced_on <= day => Status::EndedAndReplaced,
                _ => Status::EndedAndNotReplaced,
            };
        }
        match self.believed(self.initial_ends_on) {
            Some(initial_end) if day > initial_end => Status::InExtension,
            _ => Status::InInitialTerm,
        }
    }

    /// The last day it ran, if it was terminated.
    pub fn terminated_on(&self) -> Option<NaiveDate> {
        match self.standing {
            Standing::Terminated { on } => Some(on),
            _ => None,
        }
    }

    /// A stated date, unless it is a placeholder.
    pub(super) fn believed(&self, date: Option<NaiveDate>) -> Option<NaiveDate> {
        date.filter(|date| !end_is_sentinel(self.starts_on, *date))
    }

    /// The register's last extension date while it can still be reached. It counts every option,
    /// so once one is declined or has lapsed it promises more than there is.
    fn open_latest_end(&self) -> Option<NaiveDate> {
        let refused = |option: &ExtensionOption| {
            matches!(option.state, ExtensionState::Declined | ExtensionState::Lapsed)
        };
        self.believed(self.latest_end)
            .filter(|_| !self.extensions.as_slice().iter().any(refused))
    }

    /// The initial end after the options that count, by ordinal. Months on an unknown end leave it
    /// unknown; an option to a date makes it known.
    fn end_after(&self, counts: impl Fn(ExtensionState) -> bool) -> Option<NaiveDate> {
        let mut end = self.believed(self.initial_ends_on);
        for option in self.extensions.as_slice() {
            if counts(option.state) {
                end = match option.length {
                    Length::Months(months) => end.and_then(|end| add_months_to_end(end, months)),
                    Length::Until(date) => end.max(self.believed(Some(date))),
                };
            }
        }
        end
    }
}
