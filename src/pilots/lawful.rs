//! What the table of law says of a pilot on the day it is, or was, published: which threshold counts, whether notices are
//! due, and whether its reservation is lawful. Pure: the table is given.

use super::{Pilot, PilotErrorCode};
use crate::councils::directory;
use crate::councils::facts::Nation;
use crate::law::{Book, Contract, Guidance};
use crate::runtime::Wrong;
use crate::runtime::clock::london_date;
use chrono::NaiveDate;

/// What the table says of a pilot on a day. Its estimated value is its cap: nothing of it can cost more.
pub fn guidance(book: &Book, pilot: &Pilot, on: NaiveDate) -> Guidance {
    let council = directory().by_id(pilot.council_id);
    book.guidance(&Contract {
        nation: council.map_or(Nation::England, |council| council.facts.nation),
        on,
        category: pilot.said.category,
        value_pence: pilot.said.cap_pence,
        reserved: pilot.said.reservation.rests_on(),
    })
}

/// How many working days an award stands still: what the pilot chose, or what is due by the law of the day on which it was
/// published, if that is more.
pub(super) fn standstill_days(book: &Book, pilot: &Pilot, decided_on: NaiveDate) -> i32 {
    let on = pilot.published_at.map_or(decided_on, london_date);
    let due = guidance(book, pilot, on)
        .standstill
        .and_then(|entry| entry.said.amount);
    let due = due.and_then(|days| i32::try_from(days).ok()).unwrap_or_default();
    pilot.said.standstill_days.max(due)
}

/// Every reason why a pilot may not be published with its reservation.
pub(super) fn check(says: &Guidance) -> Wrong<PilotErrorCode> {
    let mut wrong = Wrong::default();
    for reason in &says.against {
        wrong.when(true, PilotErrorCode::NotLawful, "reservation", reason.clone());
    }
    wrong
}
