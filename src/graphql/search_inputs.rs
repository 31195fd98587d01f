//! What people say when they save a search or watch something: inputs, read into the domain's own.

use super::ids::{Id, Sort};
use crate::alerts::filter::{Filter, Near};
use crate::alerts::rhythm::{Frequency, Rhythm};
use crate::alerts::searches::SavedSearchErrorCode;
use crate::alerts::watches::Target;
use crate::contracts::windows::WindowKind;
use crate::councils::directory;
use crate::councils::facts::{Kind as CouncilKind, Region};
use crate::events::Kind;
use crate::runtime::Stop;
use async_graphql::{Enum, InputObject, Result};

/// A search to save.
#[derive(Debug, InputObject)]
pub struct SavedSearchSaveInput {
    /// What to call it: the mails say it. 1 to 100 characters.
    pub(super) name: String,
    /// What to look for.
    pub(super) filter: SavedSearchFilterInput,
    /// When to be mailed; at once, if not given.
    pub(super) mails: Option<AlertMailsInput>,
}

/// What is to be changed of a search; what is not given stays.
#[derive(Debug, InputObject)]
pub struct SavedSearchChangeInput {
    /// Which one.
    pub(super) id: Id,
    /// The version of it that this is based on.
    pub(super) version: i32,
    /// Another name.
    pub(super) name: Option<String>,
    /// Something else to look for; not of what is watched.
    pub(super) filter: Option<SavedSearchFilterInput>,
    /// Another time to be mailed at.
    pub(super) mails: Option<AlertMailsInput>,
}

/// When to be mailed.
#[derive(Debug, InputObject)]
pub struct AlertMailsInput {
    /// How often.
    frequency: Frequency,
    /// At which hour of London's day, 0 to 23, daily and weekly mails come; 7 if not given.
    hour: Option<u8>,
    /// On which day weekly mails come; Monday if not given.
    weekday: Option<Weekday>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl Weekday {
    const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The day of a number; 1 is Monday.
    pub(super) fn of(number: u8) -> Self {
        Self::ALL[usize::from(number.clamp(1, 7) - 1)]
    }
}

impl AlertMailsInput {
    pub(super) fn read(self) -> Rhythm {
        let usual = Rhythm::default();
        Rhythm {
            frequency: self.frequency,
            hour: self.hour.unwrap_or(usual.hour),
            weekday: self.weekday.map_or(usual.weekday, |day| day as u8 + 1),
        }
    }
}

/// What to look for; every part that is given must hold.
#[derive(Debug, InputObject)]
pub struct SavedSearchFilterInput {
    /// What to be told of; windows that open, if not given.
    kinds: Option<Vec<Kind>>,
    /// Of windows, those of these kinds; all but `HOLDING_OVER` if not given.
    window_kinds: Option<Vec<WindowKind>>,
    /// In the registers, or of the needs and pilots, of these councils, by id.
    councils: Option<Vec<Id>>,
    /// Of councils of these kinds.
    council_kinds: Option<Vec<CouncilKind>>,
    /// Of councils in these regions.
    regions: Option<Vec<Region>>,
    /// Of councils whose middle is near this place.
    near: Option<NearInput>,
    /// For these services, by Local Government Service List code.
    services: Option<Vec<i32>>,
    /// With a CPV code that begins with one of these.
    cpv_prefixes: Option<Vec<String>>,
    /// With all of these words in title, description or product.
    words: Option<String>,
    /// Worth at least this many pence: the contract's value, the most of a need's budget, or a pilot's cap.
    min_value_pence: Option<i64>,
    /// Worth at most this many pence: the contract's value, the least of a need's budget, or a pilot's cap.
    max_value_pence: Option<i64>,
    /// Of contracts, those delivered in one of these ways: `in_house`, `outsourced` or `shared`.
    delivery_models: Option<Vec<String>>,
    /// Ending, wanted or due at most so many months after it is told, 1 to 120.
    within_months: Option<u16>,
    /// Of pilots, only those whose reservation lets a supplier of the viewer's bid; nothing but pilots then.
    may_bid: Option<bool>,
}

/// A circle on the map, around a council's middle or a point.
#[derive(Debug, InputObject)]
pub struct NearInput {
    /// A council, by id; or latitude and longitude.
    council: Option<Id>,
    /// Degrees north, -90 to 90.
    latitude: Option<f64>,
    /// Degrees east, -180 to 180.
    longitude: Option<f64>,
    /// How far, 1 to 1,500 km.
    kilometres: u32,
}

fn words<T>(list: Option<Vec<T>>, word: impl Fn(T) -> &'static str) -> Vec<String> {
    let list = list.unwrap_or_default().into_iter();
    list.map(|one| word(one).to_owned()).collect()
}

impl SavedSearchFilterInput {
    pub(super) fn read(self) -> Result<Filter> {
        let councils = self.councils.unwrap_or_default().into_iter();
        Ok(Filter {
            kinds: words(self.kinds, Kind::as_str),
            window_kinds: words(self.window_kinds, WindowKind::as_str),
            councils: councils.map(|id| id.of(Sort::Council)).collect::<Result<_>>()?,
            council_kinds: words(self.council_kinds, CouncilKind::as_str),
            regions: words(self.regions, Region::as_str),
            near: self.near.map(NearInput::read).transpose()?,
            lgsl: self.services.unwrap_or_default(),
            cpv_prefixes: self.cpv_prefixes.unwrap_or_default(),
            words: self.words,
            min_value_pence: self.min_value_pence,
            max_value_pence: self.max_value_pence,
            delivery_models: self.delivery_models.unwrap_or_default(),
            within_months: self.within_months,
            may_bid: self.may_bid.unwrap_or(false),
            ..Filter::default()
        })
    }
}

impl NearInput {
    /// A place that cannot be found is off the globe, and refused as that.
    fn read(self) -> Result<Near> {
        let council = self.council.map(|id| id.of(Sort::Council)).transpose()?;
        let facts = council
            .and_then(|id| directory().by_id(id))
            .map(|council| &council.facts);
        let of_council = facts.and_then(|facts| facts.latitude.zip(facts.longitude));
        let point = self.latitude.zip(self.longitude).filter(|_| council.is_none());
        let (latitude, longitude) = of_council.or(point).unwrap_or((f64::NAN, f64::NAN));
        Ok(Near {
            place: facts.map_or_else(
                || format!("{latitude}, {longitude}"),
                |facts| facts.short_name.to_owned(),
            ),
            latitude,
            longitude,
            kilometres: self.kilometres,
        })
    }
}

/// What to watch: exactly one of contract, need, pilot, and council (with a department or whole).
#[derive(Debug, InputObject)]
pub struct WatchSaveInput {
    /// A contract.
    contract: Option<Id>,
    /// Everything of a council.
    council: Option<Id>,
    /// With `council`: only the contracts of this department, as the register names it.
    department: Option<String>,
    /// A need.
    need: Option<Id>,
    /// A pilot.
    pilot: Option<Id>,
    /// When to be mailed; at once, if not given.
    pub(super) mails: Option<AlertMailsInput>,
}

impl WatchSaveInput {
    /// What is named, if it is one thing.
    pub(super) fn target(&self) -> Result<Result<Target, Stop<SavedSearchErrorCode>>> {
        let of = |id: Option<Id>, sort| id.map(|id| id.of(sort)).transpose();
        let council = of(self.council, Sort::Council)?;
        let of_council = council.map(|id| {
            self.department
                .clone()
                .map_or(Target::Council(id), |name| Target::Department(id, name))
        });
        let named: [Option<Target>; 4] = [
            of(self.contract, Sort::Contract)?.map(Target::Contract),
            of(self.need, Sort::Need)?.map(Target::Need),
            of(self.pilot, Sort::Pilot)?.map(Target::Pilot),
            of_council,
        ];
        let mut named = named.into_iter().flatten();
        let one = named.next().filter(|_| named.next().is_none());
        let one = one.filter(|target| self.department.is_none() || matches!(target, Target::Department(..)));
        Ok(one.ok_or_else(|| {
            let message = "name one contract, need, pilot or council; a department with its council";
            Stop::refuse(SavedSearchErrorCode::BadWatch, "", message)
        }))
    }
}
