//! What a market looks like on a day: counted from its contracts. Rules only.

use super::{Unknown, concentration, per_year, tenure};
use crate::contracts::Holding;
use crate::suppliers::Size;
use chrono::{Months, NaiveDate};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What one supplier has of a market.
#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    /// Which.
    pub supplier_id: Uuid,
    /// Contracts it holds, alone or with others.
    pub contracts: i64,
    /// What they are worth to it in a year, in pence: of one held with others, its part.
    pub yearly_pence: i64,
    /// Of 1, of the value that compares.
    pub of_value: Option<f64>,
    /// Of 1, of the contracts whose supplier is known.
    pub of_contracts: f64,
    /// Its size, as its profile says.
    pub size: Option<Size>,
    /// The earliest day since when it has held on at one of the councils.
    pub since: Option<NaiveDate>,
}

/// What all suppliers of one size have of a market.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Part {
    /// How many suppliers.
    pub suppliers: i64,
    /// Contracts that one of them holds.
    pub contracts: i64,
    /// What theirs is worth in a year, in pence.
    pub yearly_pence: i64,
    /// Of 1, of the value that compares.
    pub of_value: Option<f64>,
    /// Of 1, of the contracts whose supplier is known.
    pub of_contracts: Option<f64>,
}

/// A contract that ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// Which.
    pub contract_id: Uuid,
    /// Its last day.
    pub ends_on: NaiveDate,
    /// The earliest day since when one of its suppliers has held on at that council.
    pub held_since: Option<NaiveDate>,
}

/// A market on a day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Survey {
    /// Contracts that run.
    pub contracts: i64,
    /// Of them, those whose end is unknown.
    pub without_end: i64,
    /// Of them, those whose supplier the register withholds or lacks: they are in no share.
    pub without_supplier: i64,
    /// Of them, those without a value: they are in no share of value.
    pub without_value: i64,
    /// Of them, those with a value of a term that is not known: they are in no share of value.
    pub without_term: i64,
    /// What all that compares is worth in a year, in pence; where no supplier is known, too.
    pub yearly_pence: i64,
    /// By value, then contracts, then id.
    pub suppliers: Vec<Share>,
    /// Micro, small and medium suppliers.
    pub sme: Part,
    /// Large suppliers.
    pub large: Part,
    /// Suppliers whose size nobody stated.
    pub size_unknown: Part,
    /// By value; none where nothing compares.
    pub concentration_by_value: Option<f64>,
    /// By contracts; none where no supplier is known.
    pub concentration_by_contracts: Option<f64>,
    /// By day, then id.
    pub ending: Vec<Ending>,
}

/// What one supplier has, while it is counted.
#[derive(Default)]
struct Held {
    contracts: i64,
    /// Of a contract held by three, a third.
    parts: f64,
    yearly_pence: i64,
    since: Option<NaiveDate>,
}

/// The market of these contracts on a day. Those that do not run then count only for how long their suppliers have held
/// on. A contract of several suppliers counts once for each of them, and its value and its place in the shares are split
/// equally among them.
pub fn survey(holdings: &[Holding], sizes: &HashMap<Uuid, Size>, day: NaiveDate, months: u32) -> Survey {
    let mut seen = Survey::default();
    let tenures = tenures(holdings, day);
    let last = day
        .checked_add_months(Months::new(months))
        .unwrap_or(NaiveDate::MAX);
    let mut held: BTreeMap<Uuid, Held> = BTreeMap::new();
    let mut counted = HashMap::<SizeClass, i64>::new();
    for holding in holdings.iter().filter(|holding| holding.runs_on(day)) {
        let pence = seen.add(holding);
        let since = |supplier: &Uuid| tenures.get(&(holding.council_id, *supplier)).copied();
        for (supplier, pence) in parts(&holding.suppliers, pence) {
            let held = held.entry(supplier).or_default();
            held.contracts += 1;
            held.parts += 1.0 / parted(holding.suppliers.len());
            held.yearly_pence = held.yearly_pence.saturating_add(pence);
            held.since = held.since.into_iter().chain(since(&supplier)).min();
        }
        let mut classes: Vec<_> = holding
            .suppliers
            .iter()
            .map(|id| SizeClass::of(sizes.get(id)))
            .collect();
        classes.sort_unstable();
        classes.dedup();
        for class in classes {
            *counted.entry(class).or_default() += 1;
        }
        if let Some(ends_on) = holding.ends_on.filter(|ends| *ends <= last) {
            seen.ending.push(Ending {
                contract_id: holding.contract_id,
                ends_on,
                held_since: holding.suppliers.iter().filter_map(since).min(),
            });
        }
    }
    seen.share_out(held, sizes);
    for (class, count) in counted {
        seen.part(class).contracts = count;
    }
    seen.ending
        .sort_by_key(|ending| (ending.ends_on, ending.contract_id));
    seen
}

/// The three that shares are told by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum SizeClass {
    Sme,
    Large,
    Unknown,
}

impl SizeClass {
    fn of(size: Option<&Size>) -> Self {
        match size {
            Some(Size::Micro | Size::Small | Size::Medium) => Self::Sme,
            Some(Size::Large) => Self::Large,
            None => Self::Unknown,
        }
    }
}

impl Survey {
    /// Counts a contract that runs; gives what it is worth in a year, where that can be told.
    fn add(&mut self, holding: &Holding) -> i64 {
        self.contracts += 1;
        self.without_end += i64::from(holding.ends_on.is_none());
        self.without_supplier += i64::from(holding.suppliers.is_empty());
        let ends = holding.initial_ends_on.filter(|_| holding.ends_on.is_some());
        let ends = ends.or(holding.ends_on);
        let pence = match per_year(holding.value_pence, holding.is_yearly, holding.starts_on, ends) {
            Ok(pence) => pence,
            Err(unknown) => {
                self.without_value += i64::from(unknown == Unknown::Value);
                self.without_term += i64::from(unknown == Unknown::Term);
                0
            }
        };
        self.yearly_pence = self.yearly_pence.saturating_add(pence);
        pence
    }

    fn part(&mut self, class: SizeClass) -> &mut Part {
        match class {
            SizeClass::Sme => &mut self.sme,
            SizeClass::Large => &mut self.large,
            SizeClass::Unknown => &mut self.size_unknown,
        }
    }

    fn share_out(&mut self, held: BTreeMap<Uuid, Held>, sizes: &HashMap<Uuid, Size>) {
        let values = held.values().map(|held| amount(held.yearly_pence));
        let numbers = held.values().map(|held| held.parts);
        let (value, number): (f64, f64) = (values.clone().sum(), numbers.clone().sum());
        self.concentration_by_value = concentration(values);
        self.concentration_by_contracts = concentration(numbers);
        for (supplier_id, held) in held {
            let size = sizes.get(&supplier_id).copied();
            let of_value = (value > 0.0).then(|| amount(held.yearly_pence) / value);
            let of_contracts = held.parts / number;
            let part = self.part(SizeClass::of(size.as_ref()));
            part.suppliers += 1;
            part.yearly_pence = part.yearly_pence.saturating_add(held.yearly_pence);
            part.of_value = of_value.map(|more| part.of_value.unwrap_or_default() + more);
            part.of_contracts = Some(part.of_contracts.unwrap_or_default() + of_contracts);
            self.suppliers.push(Share {
                supplier_id,
                contracts: held.contracts,
                yearly_pence: held.yearly_pence,
                of_value,
                of_contracts,
                size,
                since: held.since,
            });
        }
        let order = |share: &Share| {
            let largest_first = std::cmp::Reverse((share.yearly_pence, share.contracts));
            (largest_first, share.supplier_id)
        };
        self.suppliers.sort_by_key(order);
    }
}

/// Since when each supplier has held on at each council, of those that hold on the day.
fn tenures(holdings: &[Holding], day: NaiveDate) -> HashMap<(Uuid, Uuid), NaiveDate> {
    let mut spells: HashMap<(Uuid, Uuid), Vec<_>> = HashMap::new();
    for holding in holdings {
        let Some(starts) = holding.starts_on else { continue };
        let stopped = holding
            .stopped_on
            .map(|day| day.pred_opt().unwrap_or(NaiveDate::MIN));
        let ends = holding.ends_on.into_iter().chain(stopped).min();
        for supplier in &holding.suppliers {
            let of = (holding.council_id, *supplier);
            spells.entry(of).or_default().push((starts, ends));
        }
    }
    let held = spells.into_iter();
    held.filter_map(|(of, spells)| Some((of, tenure(spells, day)?)))
        .collect()
}

/// A value split equally; what is left over goes a penny each to the first.
fn parts(suppliers: &[Uuid], pence: i64) -> impl Iterator<Item = (Uuid, i64)> {
    let count = i64::try_from(suppliers.len()).unwrap_or(1).max(1);
    let (each, left) = (pence / count, pence % count);
    (0..)
        .zip(suppliers)
        .map(move |(at, supplier)| (*supplier, each + i64::from(at < left)))
}

/// Pence as a number to divide by, exact up to 90 thousand billion pounds: only shares are made of it.
fn amount(pence: i64) -> f64 {
    pence as f64
}

fn parted(suppliers: usize) -> f64 {
    f64::from(u32::try_from(suppliers).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests;
