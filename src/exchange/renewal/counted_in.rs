//! Whether a row's end counts in the options that a text speaks of: a register's end moves with each one that is taken, or
//! is stated with all of them from the start. Either way there is nothing to offer beyond it.
//! Reckons with months and days only. Next: `settle.rs` and `shares.rs`, which ask.

use chrono::Months;

use super::InitialTerm;
use super::facts::Facts;
use super::settle::total;
use super::shares::Share;
use super::why::Stopped;

/// Ends are typed a day or some weeks off.
const NEARLY: u64 = 31;

/// Whether a row's term is the initial term of a text, as far as both are known. It stops where the row's is that with
/// options taken.
pub(super) fn agrees(said: &[u32], options: &[Share], row: &InitialTerm) -> Result<bool, Stopped> {
    if !row.known() || said.is_empty() || said.iter().any(|months| row.is_about(*months)) {
        return Ok(true);
    }
    for initial in said {
        let mut reached = *initial;
        for option in options {
            let before = reached;
            reached = reached.saturating_add(option.months);
            let partly = option.up_to && row.longer_than(before) && !row.longer_than(reached);
            if partly || row.is_about(reached) {
                return Err(Stopped::CountedIn);
            }
        }
    }
    // Longer than it began, by some other way: nobody can tell what is left.
    if said.iter().all(|months| row.longer_than(*months)) {
        return Err(Stopped::CountedIn);
    }
    Ok(false)
}

/// Holds the row's days against the initial term and the longest one that the text states by themselves. A notice's
/// duration is not held against them: it is stated before any option is taken, often with all of them.
pub(super) fn check(
    facts: &Facts,
    options: &[Share],
    row: &InitialTerm,
    sure: &mut bool,
) -> Result<(), Stopped> {
    if row.days().is_none() || options.is_empty() {
        return Ok(());
    }
    let either = facts
        .whole_or_option
        .iter()
        .filter_map(|lengths| lengths.whole_months());
    let apart = |whole: &u32| *whole != total(options);
    let mut wholes = facts.whole.iter().copied().filter(apart).chain(either);
    if wholes.any(|whole| row.is_about(whole)) {
        return Err(Stopped::CountedIn);
    }
    *sure &= agrees(&facts.initial, options, row)?;
    Ok(())
}

impl InitialTerm {
    /// Whether its length is known.
    pub(super) fn known(&self) -> bool {
        self.days().is_some() || self.months.is_some()
    }

    /// The first day and the day after the last.
    fn days(&self) -> Option<(chrono::NaiveDate, chrono::NaiveDate)> {
        self.starts_on.zip(self.ends_on?.succ_opt())
    }

    /// Whether it is so many months long, nearly.
    pub(super) fn is_about(&self, months: u32) -> bool {
        match self.days() {
            Some((first, after)) => first
                .checked_add_months(Months::new(months))
                .is_some_and(|there| there.signed_duration_since(after).num_days().unsigned_abs() <= NEARLY),
            None => self.months.is_some_and(|known| u32::from(known) == months),
        }
    }

    /// Whether it is known to be longer than so many months, by more than a few days.
    pub(super) fn longer_than(&self, months: u32) -> bool {
        let longer = match self.days() {
            Some((first, after)) => first
                .checked_add_months(Months::new(months))
                .is_some_and(|there| there < after),
            None => self.months.is_some_and(|known| u32::from(known) > months),
        };
        longer && !self.is_about(months)
    }
}
