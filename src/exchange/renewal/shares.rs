//! Which lengths are the options, in order: sums without their initial term, wholes with their division.
//! "3+1+1" on an initial term of 3 years is two options, "a further five years (3+1+1)" three.

use super::facts::{Facts, Offered};
use super::parts::{Called, Lengths, Part};
use super::settle::total;
use super::why::Stopped;
use super::{InitialTerm, MOST_MONTHS, MOST_OPTIONS, counted_in};

/// The months of one option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Share {
    pub(super) months: u32,
    pub(super) up_to: bool,
}

/// The options that the lengths of a text come to; none when it only has days.
pub(super) fn of(
    facts: &Facts,
    initials: &[u32],
    row: &InitialTerm,
    sure: &mut bool,
) -> Result<Vec<Share>, Stopped> {
    if let Some(stretch) = stretched(facts, initials)? {
        *sure &= !stretch.up_to;
        return Ok(vec![stretch]);
    }
    let mut wholes = Vec::new();
    let mut divided: Vec<Vec<Share>> = Vec::new();
    let mut sums = Vec::new();
    for stretch in in_sequence(&facts.offered) {
        match stretch {
            [one] if one.is_sum() => sums.push((&one.lengths, true)),
            [one] if !one.lengths.counted => {
                let whole = one.shares(initials, sure)?;
                // "5 years (3+2)", or the initial term again: it need not be an option's.
                let not_less = initials.iter().any(|initial| total(&whole) >= *initial);
                if one.alone && (not_less || facts.unattached_sum.is_some()) {
                    return Err(Stopped::NotOfAnOption);
                }
                *sure &= !one.alone;
                wholes.push(whole);
            }
            many => divided.push(all(many, initials, sure)?),
        }
    }
    sums.extend(facts.unattached_sum.iter().map(|sum| (sum, false)));
    let stated = match wholes.as_slice() {
        [] => divided.first().map(|shares| total(shares)),
        [one] => Some(total(one)),
        _ => return Err(Stopped::DoesNotFit),
    };
    for (sum, attached) in sums {
        let row = (!attached).then_some(row);
        divided.push(of_sum(sum, row, stated, facts, initials, sure)?);
    }
    let options = divided.first().or(wholes.first()).cloned().unwrap_or_default();
    if divided.iter().any(|other| *other != options) || stated.is_some_and(|stated| stated != total(&options))
    {
        return Err(Stopped::DoesNotFit);
    }
    if options.len() > MOST_OPTIONS || total(&options) > MOST_MONTHS {
        return Err(Stopped::TooMuch);
    }
    Ok(options)
}

/// "from 36 to 48 months", and "up to a maximum of 24 months" where it cannot mean everything together.
fn stretched(facts: &Facts, initials: &[u32]) -> Result<Option<Share>, Stopped> {
    match (facts.from_to.as_slice(), facts.whole_or_option.as_slice()) {
        ([], []) => Ok(None),
        ([], _) if !facts.offered.is_empty() => Ok(None),
        ([(from, to)], []) if facts.offered.is_empty() => {
            let known = initials.is_empty() || initials.contains(from);
            let months = to
                .checked_sub(*from)
                .filter(|months| *months > 0 && known && *months <= MOST_MONTHS);
            let months = months.ok_or(Stopped::DoesNotFit)?;
            Ok(Some(Share { months, up_to: false }))
        }
        ([], [lengths]) => {
            let months = lengths.whole_months().ok_or(Stopped::NoUnit)?;
            let no_whole = initials.iter().any(|initial| months <= *initial);
            let share = Share { months, up_to: true };
            no_whole.then_some(Some(share)).ok_or(Stopped::WhichIsInitial)
        }
        _ => Err(Stopped::Contradiction),
    }
}

/// Stretches of lengths of which each follows on the one before it.
fn in_sequence(offered: &[Offered]) -> impl Iterator<Item = &[Offered]> {
    offered.chunk_by(|_, next| next.follows_on)
}

fn all(offered: &[Offered], initials: &[u32], sure: &mut bool) -> Result<Vec<Share>, Stopped> {
    let mut shares = Vec::new();
    for one in offered {
        shares.extend(one.shares(initials, sure)?);
    }
    Ok(shares)
}

impl Offered {
    fn is_sum(&self) -> bool {
        self.lengths.parts.len() > 1
    }

    fn shares(&self, initials: &[u32], sure: &mut bool) -> Result<Vec<Share>, Stopped> {
        let mut shares = expanded(&self.lengths, initials, sure)?;
        if let ([share], false) = (shares.as_mut_slice(), self.lengths.counted) {
            share.up_to |= self.up_to;
        }
        Ok(shares)
    }
}

/// Each option of a sum, as many times as it is counted.
fn expanded(lengths: &Lengths, initials: &[u32], sure: &mut bool) -> Result<Vec<Share>, Stopped> {
    let factor = if lengths.bare {
        assumed_unit(&lengths.parts, initials, sure)?
    } else {
        1
    };
    let mut shares = Vec::new();
    for part in &lengths.parts {
        if !lengths.bare && part.unit.is_none() {
            return Err(Stopped::NoUnit);
        }
        let each = if lengths.bare {
            part.each.checked_mul(factor)
        } else {
            part.months()
        };
        let months = each
            .filter(|months| *months <= MOST_MONTHS)
            .ok_or(Stopped::TooMuch)?;
        let count = usize::try_from(part.count).unwrap_or(usize::MAX);
        if count > MOST_OPTIONS {
            return Err(Stopped::TooMuch);
        }
        let up_to = part.up_to;
        shares.extend(std::iter::repeat_n(Share { months, up_to }, count));
    }
    Ok(shares)
}

/// Years or months, where nothing is said: by the initial term if it is the first part, else by what is usual.
fn assumed_unit(parts: &[Part], initials: &[u32], sure: &mut bool) -> Result<u32, Stopped> {
    let first = parts.first().map_or(0, |part| part.each);
    let years = initials.contains(&first.saturating_mul(12));
    let months = initials.contains(&first);
    if years != months {
        return Ok(if years { 12 } else { 1 });
    }
    *sure = false;
    match () {
        () if parts.iter().all(|part| part.each <= 5) => Ok(12),
        () if parts
            .iter()
            .all(|part| part.each >= 6 && part.each.is_multiple_of(6)) =>
        {
            Ok(1)
        }
        () => Err(Stopped::NoUnit),
    }
}

/// The options of a sum: all of it, or all but the first part, which is then the initial term. A row's term is given
/// where no word says that all of it are options.
fn of_sum(
    sum: &Lengths,
    row: Option<&InitialTerm>,
    stated: Option<u32>,
    facts: &Facts,
    initials: &[u32],
    sure: &mut bool,
) -> Result<Vec<Share>, Stopped> {
    let all = expanded(sum, initials, sure)?;
    let first_is_one = sum.parts.first().is_some_and(|part| part.count == 1);
    let rest = if first_is_one {
        all.get(1..).unwrap_or_default()
    } else {
        &[]
    };
    let called_option = sum.parts.first().is_some_and(|part| part.called.option());
    if sum.added || rest.is_empty() {
        return Ok(all);
    }
    let first = all.first().map_or(0, |share| share.months);
    let whole = total(&all);
    let said_whole = |months: u32| facts.whole.contains(&months);
    let all_fit = initials
        .iter()
        .any(|initial| said_whole(initial.saturating_add(whole)));
    match stated {
        Some(stated) if stated == whole => return Ok(all),
        Some(stated) if stated == total(rest) => return Ok(rest.to_vec()),
        Some(_) => return Err(Stopped::DoesNotFit),
        None => {}
    }
    match row {
        Some(row) => without_word(sum, &all, rest, row, initials, sure),
        None if called_option || !initials.contains(&first) || all_fit => Ok(all),
        None if said_whole(whole) => Ok(rest.to_vec()),
        None => Err(Stopped::WhichIsInitial),
    }
}

/// The options of a sum of which no word says that all of it are: the row's term tells, or what its parts are called.
fn without_word(
    sum: &Lengths,
    all: &[Share],
    rest: &[Share],
    row: &InitialTerm,
    initials: &[u32],
    sure: &mut bool,
) -> Result<Vec<Share>, Stopped> {
    let first = all.first().map_or(0, |share| share.months);
    let agrees = counted_in::agrees(&[first], rest, row)?;
    if agrees && row.known() || initials.contains(&first) {
        *sure &= agrees;
        return Ok(rest.to_vec());
    }
    // "3 + 2 x 12 months": nobody knows three of what.
    if sum.unit_borrowed {
        return Err(Stopped::WhichIsInitial);
    }
    let mut called = sum.parts.iter().skip(1);
    let apart = called
        .any(|part| part.called == Called::Option || part.called == Called::OptionBehind && part.count > 1);
    let longer = !sum.bare && rest.iter().all(|share| share.months < first);
    let yearly = first <= 12 && rest.iter().all(|share| share.months == first);
    let first_called = sum.parts.first().map_or(Called::Nothing, |part| part.called);
    if apart || first_called == Called::Initial || sum.first_left_open() && longer {
        *sure &= agrees;
        Ok(rest.to_vec())
    } else if sum.first_left_open() && yearly && row.longer_than(total(all)) {
        // "12 month plus 12 month extension" on three years.
        *sure = false;
        Ok(all.to_vec())
    } else {
        Err(Stopped::WhichIsInitial)
    }
}
