//! What a text says, before it is settled: lengths by role.

use chrono::NaiveDate;

use super::parts::{Called, Lengths, Part};
use super::tokens::Unit;
use super::why::Stopped;
use crate::contracts::term::Period;

/// Lengths that are options'.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) lengths: Lengths,
    pub(super) up_to: bool,
    /// It comes after the one before it, and does not say the same again.
    pub(super) follows_on: bool,
    /// No word calls it an option: it says so by where it is written.
    pub(super) alone: bool,
}

/// What a text says. Lengths are in months.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) offered: Vec<Offered>,
    /// A sum that no word calls an option: "3+1+1".
    pub(super) unattached_sum: Option<Lengths>,
    pub(super) from_to: Vec<(u32, u32)>,
    pub(super) initial: Vec<u32>,
    pub(super) initial_end: Option<NaiveDate>,
    pub(super) whole: Vec<u32>,
    pub(super) whole_or_option: Vec<Lengths>,
    pub(super) steps: Vec<u32>,
    pub(super) until: Vec<NaiveDate>,
    /// Days that no option goes beyond.
    pub(super) latest: Vec<NaiveDate>,
    pub(super) notice: Option<Period>,
    pub(super) speaks_of_options: bool,
    /// A word that nobody here knows.
    pub(super) not_understood: bool,
    /// "no option to extend".
    pub(super) negated_option: bool,
    pub(super) negated: bool,
    /// A new contract is to be let.
    pub(super) anew: bool,
    pub(super) words: u32,
    /// What forbids to record options, whatever else is said.
    pub(super) stops: Vec<Stopped>,
}

impl Part {
    /// Each, in months; `None` for days and weeks and where no unit was said.
    pub(super) fn months(&self) -> Option<u32> {
        match self.unit? {
            Unit::Month => Some(self.each),
            Unit::Year => self.each.checked_mul(12),
            Unit::Day | Unit::Week => None,
        }
    }
}

impl Lengths {
    /// A sum that calls a later part an option and its first one nothing of the kind.
    pub(super) fn first_left_open(&self) -> bool {
        let mut called = self.parts.iter().map(|part| part.called);
        let option = |called| matches!(called, Called::Option | Called::OptionBehind);
        !self.added && called.next().is_some_and(|first| !first.option()) && called.any(option)
    }

    /// All of it in months.
    pub(super) fn whole_months(&self) -> Option<u32> {
        self.parts.iter().try_fold(0u32, |sum, part| {
            sum.checked_add(part.months()?.checked_mul(part.count)?)
        })
    }

    /// As a length of notice.
    pub(super) fn as_period(&self) -> Option<Period> {
        let [part] = self.parts.as_slice() else {
            return None;
        };
        let each = u16::try_from(part.each).ok()?;
        match part.unit? {
            Unit::Day => Some(Period::Days(each)),
            Unit::Week => each.checked_mul(7).map(Period::Days),
            Unit::Month | Unit::Year => Some(Period::Months(u16::try_from(part.months()?).ok()?)),
        }
    }
}
