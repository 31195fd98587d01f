//! From lengths by role to options: what is said twice must agree, what does not fit stops it.
//! Reckons with months and days; must not look at words. Which part of a sum comes first is `shares.rs`.

use chrono::{Datelike, NaiveDate};

use super::facts::Facts;
use super::shares::{self, Share};
use super::tokens::Unit;
use super::why::{Stopped, Why};
use super::{InitialTerm, MOST_MONTHS, MOST_OPTIONS, Offer, counted_in};
use crate::contracts::term::{Length, Period, add_months_to_end};

/// What a text comes to.
pub(super) enum Settled {
    Options {
        offers: Vec<Offer>,
        notice: Option<Period>,
        /// Every word was understood and nothing assumed.
        sure: bool,
    },
    None(Why),
}

/// Settles what a text says.
pub(super) fn settle(facts: &Facts, initial: &InitialTerm) -> Result<Settled, Stopped> {
    if facts.offers_nothing() {
        return no_option(facts);
    }
    if let Some(stop) = facts.stops.first() {
        return Err(*stop);
    }
    let mut initials = facts.initial.clone();
    initials.extend(initial.whole_months());
    // The text's own end goes before the contract's: the contract's may count the options in already.
    let end = facts.initial_end.or(initial.ends_on);
    let mut sure = !facts.not_understood;
    let offers = match in_days(facts) {
        Some(days) => vec![until(after_days(days?, end)?)],
        None => {
            let shares = shares::of(facts, &initials, initial, &mut sure)?;
            let steps = stepped(facts, &shares)?;
            counted_in::check(facts, &steps, initial, &mut sure)?;
            fits_whole(facts, &initials, total(&steps))?;
            fits_days(facts, end, total(&steps), &mut sure)?;
            if steps.is_empty() {
                to_a_date(facts, end, &mut sure)?
            } else {
                steps.iter().map(offer).collect::<Result<_, _>>()?
            }
        }
    };
    if offers.len() > MOST_OPTIONS {
        return Err(Stopped::TooMuch);
    }
    let notice = facts.notice;
    Ok(Settled::Options { offers, notice, sure })
}

fn no_option(facts: &Facts) -> Result<Settled, Stopped> {
    let nothing_but_no = facts.negated && facts.words <= 2;
    if let Some(stop) = facts.stops.first() {
        return Err(*stop);
    }
    if facts.negated_option || nothing_but_no {
        return Ok(Settled::None(Why::NoOption));
    }
    match (facts.anew, facts.steps.is_empty()) {
        (true, true) => Ok(Settled::None(Why::NewContract)),
        (true, false) => Err(Stopped::Rolling),
        _ if facts.speaks_of_options => Err(Stopped::NoLength),
        _ => Err(Stopped::NothingSaid),
    }
}

impl Facts {
    fn offers_nothing(&self) -> bool {
        self.offered.is_empty()
            && self.unattached_sum.is_none()
            && self.from_to.is_empty()
            && self.until.is_empty()
            && self.whole_or_option.is_empty()
    }
}

/// The days or weeks of the only option, if that is what it is counted in.
fn in_days(facts: &Facts) -> Option<Result<u64, Stopped>> {
    let parts = || facts.offered.iter().flat_map(|offered| &offered.lengths.parts);
    parts().find(|part| matches!(part.unit, Some(Unit::Day | Unit::Week)))?;
    let mut parts = parts();
    let only = parts
        .next()
        .filter(|part| part.count == 1 && parts.next().is_none());
    Some(match only {
        Some(part) if part.unit == Some(Unit::Week) => Ok(u64::from(part.each) * 7),
        Some(part) => Ok(u64::from(part.each)),
        None => Err(Stopped::DaysWithoutEnd),
    })
}

fn after_days(days: u64, end: Option<NaiveDate>) -> Result<NaiveDate, Stopped> {
    let end = end.ok_or(Stopped::DaysWithoutEnd)?;
    let far = days > u64::from(MOST_MONTHS) * 30;
    let date = end.checked_add_days(chrono::Days::new(days)).filter(|_| !far);
    date.ok_or(Stopped::TooMuch)
}

/// Cuts one length into the steps that are said, and holds counted ones against them.
fn stepped(facts: &Facts, shares: &[Share]) -> Result<Vec<Share>, Stopped> {
    let Some(step) = facts.steps.first().copied() else {
        return Ok(shares.to_vec());
    };
    if step == 0 || facts.steps.iter().any(|other| *other != step) {
        return Err(Stopped::Contradiction);
    }
    match shares {
        [] => Ok(Vec::new()),
        [one] if one.months.is_multiple_of(step) => {
            let count = usize::try_from(one.months / step).map_err(|_| Stopped::TooMuch)?;
            if count > MOST_OPTIONS {
                return Err(Stopped::TooMuch);
            }
            Ok(vec![
                Share {
                    months: step,
                    up_to: false
                };
                count
            ])
        }
        many if many.iter().all(|share| share.months == step) => Ok(many.to_vec()),
        _ => Err(Stopped::DoesNotFit),
    }
}

/// The longest term, where one is said, is the initial term and the options, or the options alone.
fn fits_whole(facts: &Facts, initials: &[u32], options: u32) -> Result<(), Stopped> {
    let fits = |whole: u32| {
        // Some state the whole of the term for the contract's.
        let together = |initial: &u32| initial.saturating_add(options) == whole || *initial == whole;
        options == 0 || whole == options || initials.is_empty() || initials.iter().any(together)
    };
    let mut either = facts
        .whole_or_option
        .iter()
        .filter_map(|lengths| lengths.whole_months());
    let either_fits =
        |whole: u32| whole == options || initials.iter().any(|i| i.saturating_add(options) == whole);
    if facts.whole.iter().copied().all(fits) && either.all(either_fits) {
        Ok(())
    } else {
        Err(Stopped::DoesNotFit)
    }
}

/// A day that is said beside lengths is the day they reach, or they stay within it.
fn fits_days(facts: &Facts, end: Option<NaiveDate>, options: u32, sure: &mut bool) -> Result<(), Stopped> {
    if options == 0 || facts.until.is_empty() && facts.latest.is_empty() {
        return Ok(());
    }
    let months = u16::try_from(options).map_err(|_| Stopped::TooMuch)?;
    let Some(reached) = end.and_then(|end| add_months_to_end(end, months)) else {
        *sure = false;
        return Ok(());
    };
    let exact = facts.until.iter().all(|date| *date == reached);
    let within = facts.latest.iter().all(|date| *date >= reached);
    if exact && within {
        Ok(())
    } else {
        Err(Stopped::DoesNotFit)
    }
}

/// Options to a day: as many steps as fit exactly, or one that is not divided.
fn to_a_date(facts: &Facts, end: Option<NaiveDate>, sure: &mut bool) -> Result<Vec<Offer>, Stopped> {
    let [date] = facts.until.as_slice() else {
        return Err(if facts.until.is_empty() {
            Stopped::NoLength
        } else {
            Stopped::Contradiction
        });
    };
    if end.is_some_and(|end| end >= *date) {
        return Err(Stopped::DoesNotFit);
    }
    let Some(step) = facts.steps.first().copied() else {
        return Ok(vec![until(*date)]);
    };
    let months = end.and_then(|end| months_between(end.succ_opt()?, date.succ_opt()?));
    match months {
        Some(months) => stepped(facts, &[Share { months, up_to: true }])?
            .iter()
            .map(offer)
            .collect(),
        // Yearly, and nobody knows from when: the day is sure, the steps are not.
        None if step > 0 => {
            *sure = false;
            Ok(vec![until(*date)])
        }
        None => Err(Stopped::OddNumber),
    }
}

fn until(date: NaiveDate) -> Offer {
    Offer {
        length: Length::Until(date),
        up_to: false,
    }
}

fn offer(share: &Share) -> Result<Offer, Stopped> {
    let months = u16::try_from(share.months).map_err(|_| Stopped::TooMuch)?;
    Ok(Offer {
        length: Length::Months(months),
        up_to: share.up_to,
    })
}

/// All shares together.
pub(super) fn total(shares: &[Share]) -> u32 {
    shares
        .iter()
        .fold(0, |sum, share| sum.saturating_add(share.months))
}

/// Whole months from one day to another; `None` when it is not so many months to the day.
pub(super) fn months_between(from: NaiveDate, to: NaiveDate) -> Option<u32> {
    let count = (to.year() - from.year()) * 12 + i32::try_from(to.month()).ok()?
        - i32::try_from(from.month()).ok()?;
    let count = u32::try_from(count).ok()?;
    let there = from.checked_add_months(chrono::Months::new(count))?;
    (there == to).then_some(count)
}
