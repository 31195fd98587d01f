//! What a saved search looks for, and whether something that happened is it. Pure.
//!
//! [`anchors`] is how the searches that may match are found without looking at every one.

pub mod anchors;
#[cfg(test)]
mod tests;

use super::subject::Subject;
use crate::contracts::windows::WindowKind;
use crate::councils::directory;
use crate::events::{About, Kind};
use crate::runtime::words;
use chrono::Months;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a saved search looks for; every part that is given must hold. Kept as JSON, where parts may be missing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    /// Events of these kinds, by their words; windows that open, if none is named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub kinds: Vec<String>,
    /// Of events of windows, those of windows of these kinds, by their words.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub window_kinds: Vec<String>,
    /// In the registers of these councils, or of their needs and pilots.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub councils: Vec<Uuid>,
    /// Of councils of these kinds.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub council_kinds: Vec<String>,
    /// Of councils in these regions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// Of councils whose middle is near this place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub near: Option<Near>,
    /// For these services, by Local Government Service List code.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lgsl: Vec<i32>,
    /// With a CPV code that begins with one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cpv_prefixes: Vec<String>,
    /// With all of these words in title, description or product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Worth at least this many pence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min_value_pence: Option<i64>,
    /// Worth at most this many pence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_value_pence: Option<i64>,
    /// Delivered so: in_house, outsourced or shared.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub delivery_models: Vec<String>,
    /// Ending, wanted or due at most so many months after it is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within_months: Option<u16>,
    /// Only pilots whose reservation lets one of the person's suppliers bid.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub may_bid: bool,
    /// These contracts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contracts: Vec<Uuid>,
    /// Of these departments, as the register names them, in any case.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
    /// These needs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Uuid>,
    /// These pilots.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pilots: Vec<Uuid>,
    /// Contracts that these people look after.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<Uuid>,
    /// Pilots that these suppliers bid for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bidders: Vec<Uuid>,
    /// Evidence that these suppliers hold. What is told of it is found by nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub holders: Vec<Uuid>,
}

/// A circle on the map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// What it is around, in words.
    pub place: String,
    /// Degrees north.
    pub latitude: f64,
    /// Degrees east.
    pub longitude: f64,
    /// How far from it, in kilometres.
    pub kilometres: u32,
}

words! {
    /// A part of a saved search.
    #[graphql(name = "SavedSearchPart")]
    Part {
        /// The kind of event.
        Kinds = "kinds",
        /// The kind of window.
        WindowKinds = "window_kinds",
        /// The council.
        Councils = "councils",
        /// The kind of council.
        CouncilKinds = "council_kinds",
        /// The region.
        Regions = "regions",
        /// The distance from a place.
        Near = "near",
        /// The service.
        Services = "services",
        /// The CPV code.
        CpvPrefixes = "cpv_prefixes",
        /// The words.
        Words = "words",
        /// The value.
        Value = "value",
        /// How it is delivered.
        DeliveryModels = "delivery_models",
        /// How many months ahead.
        WithinMonths = "within_months",
        /// Whether a supplier of the person may bid.
        MayBid = "may_bid",
        /// The contract, department, need or pilot that is watched, or whose evidence it is.
        Watched = "watched",
    }
}

impl Filter {
    /// Whether something that happened is what is looked for, whoever looks: [`Filter::may_bid`] is about a person, and
    /// is the caller's to ask.
    pub fn matches(&self, subject: &Subject) -> bool {
        self.misses(subject).is_none()
    }

    /// Which part does not hold, if one does not. What has no value passes no bound on it. Holding over is told only to
    /// those who name it: it says what is past, not what is coming.
    pub fn misses(&self, subject: &Subject) -> Option<Part> {
        let facts = subject.council.map(|council| &council.facts);
        let any = |list: &[String], word: Option<&str>| {
            list.is_empty() || word.is_some_and(|word| list.iter().any(|one| one == word))
        };
        let parts = [
            (Part::Kinds, self.tells(subject.kind)),
            (Part::Watched, self.watches(subject)),
            (
                Part::Councils,
                among(&self.councils, subject.council.map(|council| council.id)),
            ),
            (
                Part::CouncilKinds,
                any(&self.council_kinds, facts.map(|facts| facts.kind.as_str())),
            ),
            (
                Part::Regions,
                any(&self.regions, facts.map(|facts| facts.region.as_str())),
            ),
            (
                Part::Services,
                self.lgsl.is_empty() || subject.lgsl.is_some_and(|code| self.lgsl.contains(&code)),
            ),
            (Part::CpvPrefixes, self.of_cpv(subject.cpv.as_deref())),
            (Part::WindowKinds, self.of_window(subject)),
            (Part::Value, self.is_worth(subject)),
        ];
        let failed = parts.into_iter().find(|(_, holds)| !holds).map(|(part, _)| part);
        failed
            .or_else(|| (!self.is_delivered(subject)).then_some(Part::DeliveryModels))
            .or_else(|| (!self.is_within(subject)).then_some(Part::WithinMonths))
            .or_else(|| (!self.is_near(subject)).then_some(Part::Near))
            .or_else(|| (!self.says(subject)).then_some(Part::Words))
    }

    /// Whether events of a kind are told.
    pub fn tells(&self, kind: Kind) -> bool {
        match self.kinds.as_slice() {
            [] => kind == Kind::WindowOpened,
            kinds => kinds.iter().any(|one| one == kind.as_str()),
        }
    }

    fn watches(&self, subject: &Subject) -> bool {
        let (contract, need, pilot) = match subject.about {
            About::Contract(id) => (Some(id), None, None),
            About::Need(id) => (None, Some(id), None),
            About::Pilot(id) => (None, None, Some(id)),
            About::Evidence(_) => (None, None, None),
        };
        let department = subject.department.as_deref();
        // A supplier's evidence is nobody else's news, whatever they look for.
        let holds = subject.holder.is_some_and(|id| self.holders.contains(&id));
        (holds || (subject.holder.is_none() && self.holders.is_empty()))
            && among(&self.contracts, contract)
            && among(&self.needs, need)
            && among(&self.pilots, pilot)
            && among(&self.owners, subject.owner_id)
            && (self.bidders.is_empty() || subject.bidders.iter().any(|id| self.bidders.contains(id)))
            && (self.departments.is_empty()
                || department.is_some_and(|name| self.departments.iter().any(|one| fold(one) == fold(name))))
    }

    fn of_window(&self, subject: &Subject) -> bool {
        let Some(window) = &subject.window else {
            return true;
        };
        let named = self.window_kinds.iter().any(|kind| kind == window.kind.as_str());
        named || (self.window_kinds.is_empty() && window.kind != WindowKind::HoldingOver)
    }

    /// Everything, to be narrowed to what is watched.
    pub fn everything() -> Self {
        let words = |words: &mut dyn Iterator<Item = &'static str>| words.map(str::to_owned).collect();
        Self {
            kinds: words(&mut Kind::ALL.iter().map(|kind| kind.as_str())),
            window_kinds: words(&mut WindowKind::ALL.iter().map(|kind| kind.as_str())),
            ..Self::default()
        }
    }

    fn of_cpv(&self, cpv: Option<&str>) -> bool {
        let begins = |cpv: &str| {
            self.cpv_prefixes
                .iter()
                .any(|prefix| cpv.starts_with(prefix.as_str()))
        };
        self.cpv_prefixes.is_empty() || cpv.is_some_and(begins)
    }

    fn is_worth(&self, subject: &Subject) -> bool {
        let least = self
            .min_value_pence
            .is_none_or(|least| subject.most_pence.is_some_and(|most| most >= least));
        let most = self
            .max_value_pence
            .is_none_or(|most| subject.least_pence.is_some_and(|least| least <= most));
        least && most
    }

    fn is_delivered(&self, subject: &Subject) -> bool {
        let model = subject.delivery_model.as_deref();
        self.delivery_models.is_empty()
            || model.is_some_and(|model| self.delivery_models.iter().any(|one| one == model))
    }

    fn is_within(&self, subject: &Subject) -> bool {
        self.within_months.is_none_or(|months| {
            let last = subject.happened_on.checked_add_months(Months::new(months.into()));
            subject.ends_on.zip(last).is_some_and(|(ends, last)| ends <= last)
        })
    }

    fn is_near(&self, subject: &Subject) -> bool {
        let facts = subject.council.map(|council| &council.facts);
        let middle = facts.and_then(|facts| facts.latitude.zip(facts.longitude));
        self.near.as_ref().is_none_or(|near| near.holds(middle))
    }

    fn says(&self, subject: &Subject) -> bool {
        self.words
            .as_deref()
            .is_none_or(|words| split(&words.to_lowercase()).all(|word| subject.words.contains(word)))
    }
}

impl Near {
    /// Whether a place lies within the circle: along a great circle of a sphere of 6,371 km, within half a per cent.
    pub fn holds(&self, place: Option<(f64, f64)>) -> bool {
        place.is_some_and(|(latitude, longitude)| {
            let (a, b) = (self.latitude.to_radians(), latitude.to_radians());
            let (up, along) = ((b - a) / 2.0, (longitude - self.longitude).to_radians() / 2.0);
            let haversine = up.sin().powi(2) + a.cos() * b.cos() * along.sin().powi(2);
            2.0 * 6_371.0 * haversine.sqrt().min(1.0).asin() <= f64::from(self.kilometres)
        })
    }

    /// The councils whose middle lies within it.
    pub fn councils(&self) -> impl Iterator<Item = Uuid> {
        let all = directory().all().iter();
        all.filter(|council| self.holds(council.facts.latitude.zip(council.facts.longitude)))
            .map(|council| council.id)
    }
}

fn among(list: &[Uuid], id: Option<Uuid>) -> bool {
    list.is_empty() || id.is_some_and(|id| list.contains(&id))
}

/// A name as it is compared.
pub(super) fn fold(name: &str) -> String {
    name.trim().to_lowercase()
}

/// The words of a text in lower case.
pub(super) fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}
