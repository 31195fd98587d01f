//! Dates of invented contracts: when they began, end, can be extended and must be reviewed, around a given day.
//! Ends bunch on 31 March and 31 July, as in real registers. Adding months keeps terms whole (product, "Time").

use super::lines::Line;
use super::shapes::{DemoExtension, OptionState, Standing};
use chrono::{Datelike, Days, Months, NaiveDate};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// The dated part of a contract.
pub(super) struct Terms {
    pub(super) starts_on: Option<NaiveDate>,
    pub(super) initial_ends_on: Option<NaiveDate>,
    pub(super) latest_ends_on: Option<NaiveDate>,
    pub(super) review_on: Option<NaiveDate>,
    pub(super) extensions: Vec<DemoExtension>,
    pub(super) standing: Standing,
    pub(super) terminated_on: Option<NaiveDate>,
    pub(super) replaced_on: Option<NaiveDate>,
    pub(super) holding_over: bool,
}

/// What has become of a contract by today.
#[derive(Clone, Copy, PartialEq)]
enum Fate {
    Running,
    Upcoming,
    Replaced,
    HoldingOver,
    Terminated,
    EndUnknown,
    Sentinel,
}

/// `day` moved by so many days; it stays where the calendar ends.
pub(super) fn shifted(day: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    let moved = if days < 0 {
        day.checked_sub_days(by)
    } else {
        day.checked_add_days(by)
    };
    moved.unwrap_or(day)
}

/// The end of a further whole term of `months` after `end`.
pub(super) fn lengthened(end: NaiveDate, months: u32) -> NaiveDate {
    let first = shifted(end, 1);
    shifted(first.checked_add_months(Months::new(months)).unwrap_or(first), -1)
}

/// The end of the term before the last `months`.
pub(super) fn shortened(end: NaiveDate, months: u32) -> NaiveDate {
    let first = shifted(end, 1);
    shifted(first.checked_sub_months(Months::new(months)).unwrap_or(first), -1)
}

/// The terms of one contract of this line.
pub(super) fn terms(line: &Line, today: NaiveDate, rng: &mut ChaCha8Rng) -> Terms {
    match fate(rng) {
        Fate::EndUnknown => end_unknown(line, today, rng),
        Fate::Sentinel => sentinel(line, today, rng),
        Fate::Upcoming => upcoming(line, today, rng),
        fate => ordinary(line, fate, today, rng),
    }
}

fn fate(rng: &mut ChaCha8Rng) -> Fate {
    match rng.random_range(0..100) {
        0..3 => Fate::HoldingOver,
        3..7 => Fate::Replaced,
        7 => Fate::Terminated,
        8..11 => Fate::Upcoming,
        11..14 => Fate::EndUnknown,
        14..16 => Fate::Sentinel,
        _ => Fate::Running,
    }
}

/// A contract whose end is `current end = initial end + what was exercised`.
fn ordinary(line: &Line, fate: Fate, today: NaiveDate, rng: &mut ChaCha8Rng) -> Terms {
    let options = line.options;
    let exercised = if options.is_empty() {
        0
    } else {
        rng.random_range(0..=options.len()).min(2)
    };
    let last_period = if exercised == 0 {
        line.months
    } else {
        options[exercised - 1]
    };
    let current_end = current_end(fate, today, last_period, exercised > 0, rng);
    let initial_end = shortened(current_end, options[..exercised].iter().sum());
    let starts_on = shifted(shortened(initial_end, line.months), 1);
    let extensions = extensions(options, exercised, initial_end, (today, fate), rng);
    let terminated_on = (fate == Fate::Terminated).then(|| shifted(today, -rng.random_range(5..90)));
    let mut terms = Terms {
        starts_on: Some(starts_on.min(terminated_on.unwrap_or(starts_on))),
        initial_ends_on: Some(initial_end),
        latest_ends_on: None,
        review_on: review(current_end, starts_on, rng),
        extensions,
        standing: if terminated_on.is_some() {
            Standing::Terminated
        } else {
            Standing::Active
        },
        terminated_on,
        replaced_on: (fate == Fate::Replaced).then(|| shifted(current_end, 1)),
        holding_over: fate == Fate::HoldingOver,
    };
    if fate == Fate::Running {
        say_only_the_last_end(&mut terms, rng);
    }
    terms
}

/// The end of the period it is in, or was in.
fn current_end(
    fate: Fate,
    today: NaiveDate,
    period_months: u32,
    extended: bool,
    rng: &mut ChaCha8Rng,
) -> NaiveDate {
    match fate {
        Fate::Running => ahead(today, period_months, if extended { 100 } else { 0 }, rng),
        Fate::Terminated => shifted(today, rng.random_range(60..300)),
        _ => {
            let target = shifted(today, -rng.random_range(8..420));
            bunched(target, shifted(today, -450), shifted(today, -1), rng)
        }
    }
}

/// Some registers have one "last extension date" and no options; a few have not even the end.
fn say_only_the_last_end(terms: &mut Terms, rng: &mut ChaCha8Rng) {
    if terms.extensions.is_empty()
        || terms
            .extensions
            .iter()
            .any(|each| each.state != OptionState::Available)
    {
        return;
    }
    let months = terms.extensions.iter().map(|each| each.months).sum();
    let last = terms.initial_ends_on.map(|end| lengthened(end, months));
    match rng.random_range(0..100) {
        0..20 => {
            terms.latest_ends_on = last;
            terms.extensions.clear();
        }
        20..24 => {
            (terms.latest_ends_on, terms.initial_ends_on, terms.review_on) = (last, None, None);
            terms.extensions.clear();
        }
        _ => {}
    }
}

/// An end ahead that leaves the period it closes begun: a quarter of them within about six months.
/// An extension (`early` days) may have been agreed before its period begins.
fn ahead(today: NaiveDate, period_months: u32, early: i64, rng: &mut ChaCha8Rng) -> NaiveDate {
    let last = shifted(lengthened(shifted(today, -1), period_months), early);
    let room = (last - today).num_days();
    let days = match rng.random_range(0..100) {
        0..4 => return shifted(today, rng.random_range(1..31)),
        4..30 => rng.random_range(6..200),
        30..60 => rng.random_range(200..560),
        60..88 => rng.random_range(560..1_150),
        _ => rng.random_range(1_150..2_200),
    };
    let days = days.min(room - rng.random_range(10..120)).max(5);
    bunched(shifted(today, days), today, last, rng)
}

/// The day registers would write for an end near `target`, between `low` and `high`.
fn bunched(target: NaiveDate, low: NaiveDate, high: NaiveDate, rng: &mut ChaCha8Rng) -> NaiveDate {
    let (month, day) = match rng.random_range(0..100) {
        0..38 => (3, 31),
        38..60 => (7, 31),
        60..66 => (9, 30),
        66..71 => (12, 31),
        71..75 => (6, 30),
        75..79 => (8, 31),
        _ => return target,
    };
    let years = target.year() - 1..=target.year() + 1;
    years
        .filter_map(|year| NaiveDate::from_ymd_opt(year, month, day))
        .filter(|end| (low..=high).contains(end))
        .min_by_key(|end| (*end - target).num_days().abs())
        .unwrap_or(target)
}

/// The rights to extend after `initial_end`, of which the first `exercised` were used.
fn extensions(
    months: &[u32],
    exercised: usize,
    initial_end: NaiveDate,
    (today, fate): (NaiveDate, Fate),
    rng: &mut ChaCha8Rng,
) -> Vec<DemoExtension> {
    let told_before = [1, 3, 3, 6][rng.random_range(0..4)];
    let says_when = rng.random_range(0..100) < 70;
    let unused = match (fate, rng.random_range(0..100)) {
        (Fate::Running, 0..4) => OptionState::Declined,
        (Fate::Running, _) => OptionState::Available,
        (_, 0..50) => OptionState::Declined,
        _ => OptionState::Lapsed,
    };
    let mut end = initial_end;
    let mut missed = false;
    let mut rights = Vec::new();
    for (ordinal, &length) in (1_u32..).zip(months) {
        let notice_by = says_when.then(|| shortened(end, told_before));
        let used = rights.len() < exercised;
        missed |= !used && notice_by.is_some_and(|day| day < today) && unused == OptionState::Available;
        let state = match (used, missed) {
            (true, _) => OptionState::Exercised,
            (false, true) => OptionState::Lapsed,
            (false, false) => unused,
        };
        rights.push(DemoExtension {
            ordinal,
            months: length,
            notice_by,
            state,
        });
        end = lengthened(end, length);
    }
    rights
}

/// A review date: months ahead of the end, or on it, or none.
fn review(end: NaiveDate, starts_on: NaiveDate, rng: &mut ChaCha8Rng) -> Option<NaiveDate> {
    let review = match rng.random_range(0..100) {
        0..18 => shortened(end, 6),
        18..32 => shortened(end, 9),
        32..42 => shortened(end, 12),
        42..55 => end,
        _ => return None,
    };
    Some(review.max(starts_on))
}

/// Agreed and not begun: most begin on the first of a month.
fn upcoming(line: &Line, today: NaiveDate, rng: &mut ChaCha8Rng) -> Terms {
    let near = shifted(today, rng.random_range(5..110));
    let first = near
        .with_day(1)
        .and_then(|day| day.checked_add_months(Months::new(1)));
    let starts_on = if rng.random_range(0..4) == 0 {
        near
    } else {
        first.unwrap_or(near)
    };
    let initial_end = lengthened(shifted(starts_on, -1), line.months);
    Terms {
        starts_on: Some(starts_on),
        initial_ends_on: Some(initial_end),
        latest_ends_on: None,
        review_on: review(initial_end, starts_on, rng),
        extensions: extensions(line.options, 0, initial_end, (today, Fate::Running), rng),
        standing: Standing::Pending,
        terminated_on: None,
        replaced_on: None,
        holding_over: false,
    }
}

/// Running with no end written; a few have no start either.
fn end_unknown(line: &Line, today: NaiveDate, rng: &mut ChaCha8Rng) -> Terms {
    let starts_on = shifted(today, -rng.random_range(200..i64::from(line.months) * 30 + 900));
    Terms {
        starts_on: (rng.random_range(0..100) < 85).then_some(starts_on),
        initial_ends_on: None,
        latest_ends_on: None,
        review_on: None,
        extensions: Vec::new(),
        standing: Standing::Active,
        terminated_on: None,
        replaced_on: None,
        holding_over: false,
    }
}

/// "No end", as registers write it.
fn sentinel(line: &Line, today: NaiveDate, rng: &mut ChaCha8Rng) -> Terms {
    let (year, month, day) = [(2050, 3, 31), (2050, 12, 31), (2099, 12, 31)][rng.random_range(0..3)];
    Terms {
        initial_ends_on: NaiveDate::from_ymd_opt(year, month, day),
        ..end_unknown(line, today, rng)
    }
}
