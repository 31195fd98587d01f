//! Who may bid for a pilot, by what suppliers say of themselves: yes or no, and every reason, before anything is written.
//!
//! [`judge`] is pure, and the only place that says it: bids are checked by it, searches for pilots that one may bid for
//! use it, and the graph shows what it finds. Whether somebody is truly local or a social enterprise is for the council to
//! look at once bids are open.

use super::{Phase, Pilot, Reservation};
use crate::access::{Action, Resource, Viewer, may};
use crate::councils::{Council, directory};
use crate::runtime::App;
use crate::runtime::clock::london_date;
use crate::suppliers::Supplier;
use crate::suppliers::places::UNITED_KINGDOM;
use crate::suppliers::size::{Size, months_since, still_holds};
use chrono::NaiveDate;
use uuid::Uuid;

/// What speaks against a supplier's bid, or may come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(name = "EligibilityReasonCode")]
pub enum Code {
    /// The pilot does not take bids, or not any more.
    NotOpen,
    /// It is reserved for small and medium enterprises, and the profile states no size.
    SizeNotStated,
    /// It is reserved for small and medium enterprises, and the supplier is large.
    TooLarge,
    /// The size was never confirmed.
    SizeNeverConfirmed,
    /// The size was confirmed more than 12 months ago.
    SizeOutOfDate,
    /// The size rests on no number of staff: the council may ask for it.
    SizeWithoutStaff,
    /// It is reserved for voluntary, community and social enterprises, and the profile does not say that it is one.
    NotVcse,
    /// It is reserved for local suppliers, and the profile states no address.
    NoAddress,
    /// It is reserved for local suppliers, and the address is outside the United Kingdom.
    OutsideUk,
    /// It is reserved for local suppliers, and the address does not say in which region it lies: the council looks.
    RegionNotStated,
    /// It is reserved for local suppliers, and the address is in another region: the council looks whether the areas border.
    OtherRegion,
}

/// Something that speaks against a supplier's bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// Which.
    pub code: Code,
    /// Why, and what to do, in a sentence.
    pub sentence: String,
    /// Whether a bid is refused for it.
    pub blocks: bool,
}

/// Whether a supplier may bid, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Eligibility {
    /// Everything that speaks against it, what blocks first.
    pub reasons: Vec<Reason>,
}

impl Eligibility {
    /// Whether nothing blocks a bid.
    pub fn may_bid(&self) -> bool {
        self.blocking().next().is_none()
    }

    /// What blocks a bid.
    pub fn blocking(&self) -> impl Iterator<Item = &Reason> {
        self.reasons.iter().filter(|reason| reason.blocks)
    }

    fn block(&mut self, code: Code, sentence: impl Into<String>) {
        self.add(code, sentence.into(), true);
    }

    fn note(&mut self, code: Code, sentence: impl Into<String>) {
        self.add(code, sentence.into(), false);
    }

    fn add(&mut self, code: Code, sentence: String, blocks: bool) {
        self.reasons.push(Reason {
            code,
            sentence,
            blocks,
        });
    }
}

/// What speaks against a supplier's bid for what a council has reserved so, on a day.
pub fn judge(
    reservation: Reservation,
    council: &Council,
    supplier: &Supplier,
    today: NaiveDate,
) -> Eligibility {
    let mut found = Eligibility::default();
    match reservation {
        Reservation::None => {}
        Reservation::Sme => judge_size(supplier, today, &mut found),
        Reservation::Vcse if supplier.vcse == Some(true) => {}
        Reservation::Vcse => found.block(
            Code::NotVcse,
            "this pilot is reserved for voluntary, community and social enterprises: if you are one, say so in your \
             profile",
        ),
        Reservation::Local => judge_place(council, supplier, &mut found),
    }
    found.reasons.sort_by_key(|reason| !reason.blocks);
    found
}

fn judge_size(supplier: &Supplier, today: NaiveDate, found: &mut Eligibility) {
    let Some(size) = supplier.size else {
        let sentence =
            "this pilot is reserved for small and medium enterprises: state your size in your profile";
        return found.block(Code::SizeNotStated, sentence);
    };
    if !size.is_sme() {
        let sentence = "this pilot is reserved for small and medium enterprises, and your profile says that you are \
                        large: if you have fewer than 250 staff, correct it";
        found.block(Code::TooLarge, sentence);
    }
    match supplier.size_confirmed_on {
        None => found.block(
            Code::SizeNeverConfirmed,
            "your size was never confirmed: confirm it in your profile",
        ),
        Some(on) if !still_holds(on, today) => {
            let ago = match months_since(on, today) {
                12 => "over 12".to_owned(),
                months => months.to_string(),
            };
            let sentence = format!("your size was confirmed {ago} months ago: confirm it again");
            found.block(Code::SizeOutOfDate, sentence);
        }
        Some(_) => {}
    }
    if supplier.staff.is_none() && size != Size::Large {
        let sentence = "your profile does not say how many staff your size rests on: give the number, the council may \
                        ask for it";
        found.note(Code::SizeWithoutStaff, sentence);
    }
}

fn judge_place(council: &Council, supplier: &Supplier, found: &mut Eligibility) {
    let council = &council.facts;
    let Some(address) = supplier.address() else {
        let sentence = "this pilot is reserved for suppliers of the council's own area or one that borders it: give \
                        your address in your profile";
        return found.block(Code::NoAddress, sentence);
    };
    if address.country != UNITED_KINGDOM {
        let sentence = "this pilot is reserved for local suppliers, and your address is outside the United Kingdom: if \
                        you work from a place near the council, give its address";
        return found.block(Code::OutsideUk, sentence);
    }
    match address.region {
        None => found.note(
            Code::RegionNotStated,
            format!(
                "your address does not say in which region it lies: say so, {} will look whether you are local",
                council.name
            ),
        ),
        Some(region) if region != council.region => found.note(
            Code::OtherRegion,
            format!(
                "your address is in another region than {}: bid only if your area borders it, the council will look",
                council.name
            ),
        ),
        Some(_) => {}
    }
}

/// Whether a supplier may bid for a pilot now; nothing, for a supplier that is not the viewer's.
pub fn of(app: &App, viewer: &Viewer, pilot: &Pilot, supplier: &Supplier) -> Option<Eligibility> {
    if !may(viewer, Action::SeeOwnBids, Resource::Supplier(supplier.id)) {
        return None;
    }
    let now = app.clock.now();
    let council = directory().by_id(pilot.council_id)?;
    let mut found = judge(pilot.said.reservation, council, supplier, london_date(now));
    if pilot.phase(now) != Phase::Open {
        let reason = Reason {
            code: Code::NotOpen,
            sentence: "this pilot does not take bids, or not any more".into(),
            blocks: true,
        };
        found.reasons.insert(0, reason);
    }
    Some(found)
}

/// The suppliers that somebody may ask about: their own.
pub fn asking_for(viewer: &Viewer) -> Vec<Uuid> {
    let mut suppliers = viewer.suppliers();
    suppliers.retain(|id| may(viewer, Action::SeeOwnBids, Resource::Supplier(*id)));
    suppliers
}

#[cfg(test)]
mod tests;
