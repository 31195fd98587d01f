//! Which councils a place may mean, and which of them a style fits.
//! Answers for the places of the directory's names and of `other_names.tsv`; must not cut texts. Next: `naming.rs`.

use super::super::facts::Kind;
use super::super::{Council, Directory, directory};
use super::Doubt;
use super::style::{Phrase, Styles, phrase};
use super::words::words;
use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

/// A council as the index knows it.
struct Known {
    council: &'static Council,
    /// The style of its official name.
    official: Styles,
}

/// The places that councils are named by.
pub(super) struct Index {
    known: Vec<Known>,
    /// Councils by place; in order, so that answers are the same on every run.
    places: BTreeMap<String, Vec<usize>>,
    /// Whole names as they stand in the directory, and slugs: by words.
    whole: HashMap<String, Vec<usize>>,
}

/// How a style fits a council.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fit {
    /// It is the official one.
    Exact,
    /// It is another that the council has gone by, or may well go by.
    Loose,
    No,
}

/// What a phrase means.
pub(super) enum Meaning {
    /// One council; whether its official style was given.
    One(&'static Council, bool),
    Doubtful(Vec<&'static Council>, Doubt),
    /// No council has this place for its name.
    Unknown,
}

pub(super) fn index() -> &'static Index {
    static INDEX: LazyLock<Index> = LazyLock::new(|| Index::new(directory()));
    &INDEX
}

fn other_names() -> impl Iterator<Item = (&'static str, &'static str)> {
    include_str!("other_names.tsv")
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
}

impl Index {
    fn new(directory: &'static Directory) -> Self {
        let mut index = Self {
            known: Vec::new(),
            places: BTreeMap::new(),
            whole: HashMap::new(),
        };
        for (at, council) in directory.all().iter().enumerate() {
            let facts = &council.facts;
            let official = phrase(&words(facts.name));
            index.known.push(Known {
                council,
                official: official.styles,
            });
            for name in [facts.name, facts.short_name, facts.slug] {
                index.place(phrase(&words(name)).place, at);
                put(&mut index.whole, words(name).join(" "), at);
            }
        }
        for (slug, name) in other_names() {
            let of = directory
                .all()
                .iter()
                .position(|council| council.facts.slug == slug);
            if let Some(at) = of {
                index.place(phrase(&words(name)).place, at);
            }
        }
        index
    }

    fn place(&mut self, place: String, at: usize) {
        let at_place = self.places.entry(place).or_default();
        if !at_place.contains(&at) {
            at_place.push(at);
        }
    }

    /// The council whose name in the directory, long or short, is exactly these words. Of several, the one that exists.
    pub(super) fn exactly(&self, words: &[String]) -> Option<&'static Council> {
        let same = self.whole.get(&words.join(" "))?;
        let all: Vec<_> = same.iter().map(|at| self.known[*at].council).collect();
        only(&all).or_else(|| only_living(&all))
    }

    /// What a phrase that says it is a council means.
    pub(super) fn meaning(&self, said: &Phrase) -> Meaning {
        let Some(at_place) = self.places.get(&said.place) else {
            return Meaning::Unknown;
        };
        let at_place: Vec<&Known> = at_place.iter().map(|at| &self.known[*at]).collect();
        let all = in_order(at_place.iter().map(|known| known.council).collect());
        let fitting = |fit| -> Vec<_> {
            at_place
                .iter()
                .filter(|known| fits(said.styles, known) == fit)
                .map(|known| known.council)
                .collect()
        };
        let (exact, loose) = (fitting(Fit::Exact), fitting(Fit::Loose));
        if said.styles.has(Styles::SEVERAL) {
            // "London Councils" is none of the City's.
            let none = exact.is_empty() && loose.is_empty();
            return if none {
                Meaning::Unknown
            } else {
                Meaning::Doubtful(all, Doubt::Several)
            };
        }
        if let Some(council) = only(&exact).or_else(|| only_living(&exact)) {
            return Meaning::One(council, true);
        }
        // Where councils share a place, a style that is none of theirs cannot tell them apart.
        let tells_apart = at_place.len() == 1 || said.styles.is_plain();
        match only(&loose).or_else(|| only_living(&loose)) {
            Some(council) if tells_apart && exact.is_empty() => Meaning::One(council, false),
            _ if loose.is_empty() && exact.is_empty() => {
                Meaning::Doubtful(self.with_shires(all, &said.place), Doubt::AnotherStyle)
            }
            _ => Meaning::Doubtful(all, Doubt::Homonyms),
        }
    }

    /// With the county named after a town, or the town a county is named after: "Derby County Council" may mean either.
    fn with_shires(&self, mut councils: Vec<&'static Council>, place: &str) -> Vec<&'static Council> {
        let other = place
            .strip_suffix("shire")
            .map_or_else(|| format!("{place}shire"), str::to_owned);
        for at in self.places.get(&other).into_iter().flatten() {
            councils.push(self.known[*at].council);
        }
        in_order(councils)
    }

    /// The one place that is a slip of the fingers away; nothing where another is as near.
    pub(super) fn nearly(&self, place: &str) -> Option<&str> {
        if place.chars().count() < 6 {
            return None;
        }
        let allowed = if place.chars().count() < 14 { 1 } else { 2 };
        let mut near = self
            .places
            .keys()
            .filter(|known| known.len().abs_diff(place.len()) <= 2 * allowed)
            .filter(|known| strsim::osa_distance(known, place) <= allowed);
        let one = near.next()?;
        // The first letter is seldom the wrong one; where it is, another place may be meant.
        (near.next().is_none() && one.chars().next() == place.chars().next()).then_some(one)
    }

    /// Councils whose place has this one in it, word for word, and others: "Cheshire" is in two.
    pub(super) fn with_part(&self, place: &str) -> Vec<&'static Council> {
        let part = format!(" {place} ");
        let mut found = Vec::new();
        for (known, at_place) in &self.places {
            if place.len() >= 4 && known != place && format!(" {known} ").contains(&part) {
                found.extend(at_place.iter().map(|at| self.known[*at].council));
            }
        }
        found.retain(|council| council.facts.ends_on.is_none() && council.facts.kind.is_principal());
        in_order(found)
    }
}

/// By slug, each once.
fn in_order(mut councils: Vec<&'static Council>) -> Vec<&'static Council> {
    councils.sort_by_key(|council| council.facts.slug);
    councils.dedup_by_key(|council| council.id);
    councils
}

fn put(map: &mut HashMap<String, Vec<usize>>, key: String, at: usize) {
    let all = map.entry(key).or_default();
    if !all.contains(&at) {
        all.push(at);
    }
}

fn only(councils: &[&'static Council]) -> Option<&'static Council> {
    match councils {
        [one] => Some(one),
        _ => None,
    }
}

fn only_living(councils: &[&'static Council]) -> Option<&'static Council> {
    let living: Vec<_> = councils
        .iter()
        .filter(|council| council.facts.ends_on.is_none())
        .copied()
        .collect();
    only(&living)
}

/// Whether a council may be meant by a style. Styles of the lower tier are worn loosely (a borough becomes a city, a
/// district a borough); a county's is not, nor London's, nor a metropolitan one, nor a combined authority's.
fn fits(said: Styles, known: &Known) -> Fit {
    use Styles as S;
    let (official, kind) = (known.official, known.council.facts.kind);
    if said.kind() == official.kind() && said.says_council() {
        return Fit::Exact;
    }
    let loosely = if said.has(S::COMBINED) || !kind.is_principal() {
        false
    } else if said.is_plain() {
        kind != Kind::CityOfLondon
    } else if kind == Kind::CityOfLondon {
        said.has(S::CORPORATION)
    } else if said.has(S::COUNTY) {
        county_fits(said, known)
    } else {
        !(kind == Kind::County
            || official.has(S::COUNTY) && kind == Kind::Unitary
            || said.has(S::LONDON) && kind != Kind::LondonBorough
            || said.has(S::ROYAL) && !official.has(S::ROYAL)
            || said.has(S::METROPOLITAN) && kind != Kind::MetropolitanDistrict
            || said.has(S::CITY) && !city_fits(known))
    };
    if loosely { Fit::Loose } else { Fit::No }
}

fn county_fits(said: Styles, known: &Known) -> bool {
    use Styles as S;
    let lower = [S::BOROUGH, S::CITY, S::DISTRICT]
        .iter()
        .any(|style| said.has(*style));
    let kind = known.council.facts.kind;
    match kind {
        Kind::WelshUnitary => true,
        // "Cornwall County Council" became a unitary and dropped the word; a city or a borough never had it.
        Kind::Unitary | Kind::ScottishUnitary => {
            !lower && (known.official.is_plain() || known.official.has(S::COUNTY))
        }
        Kind::County => !lower,
        _ => false,
    }
}

/// Boroughs became cities. A district did not: the city councils of Lichfield and Chichester are parishes.
fn city_fits(known: &Known) -> bool {
    let official = known.official;
    let shire = phrase(&words(known.council.facts.short_name))
        .place
        .ends_with("shire");
    official.has(Styles::CITY) || official.has(Styles::BOROUGH) || official.is_plain() && !shire
}
