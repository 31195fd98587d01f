//! What the table of law says: which entry is in force on a day, and what follows of it for a contract. Pure.
//!
//! A figure that counts VAT is compared with the value and VAT at the standard rate. What the table does not know is
//! said to be unknown, never taken to be allowed.

use super::{Category, Entry, LawErrorCode, Rule, Said};
use crate::councils::facts::Nation;
use crate::runtime::Wrong;
use crate::runtime::letter::{day, pounds};
use chrono::NaiveDate;

/// The whole table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Book(Vec<Entry>);

/// A contract, as far as these rules look at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contract {
    /// The council's nation.
    pub nation: Nation,
    /// The day on which it is published.
    pub on: NaiveDate,
    /// What it buys.
    pub category: Category,
    /// The most it may cost over its whole life with every extension, in pence without VAT.
    pub value_pence: i64,
    /// The rule that a reservation rests on, and whom it is reserved to, in words; none where it is not reserved.
    pub reserved: Option<(Rule, &'static str)>,
}

/// What the table says of a contract: guidance, and not legal advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guidance {
    /// The day it is told of.
    pub on: NaiveDate,
    /// Its estimated value in pence, as the threshold counts it; unknown where the rate of VAT is.
    pub estimated_pence: Option<i64>,
    /// The threshold that applies; none where the table knows none.
    pub threshold: Option<Entry>,
    /// Whether it is below that.
    pub below_threshold: Option<bool>,
    /// From which value contracts need notices.
    pub notifiable_from: Option<Entry>,
    /// Whether it needs them.
    pub notifiable: Option<bool>,
    /// The least standstill, in working days; none where none is due.
    pub standstill: Option<Entry>,
    /// The rule that its reservation rests on.
    pub reservation: Option<Entry>,
    /// Why it may not be so reserved; nothing, where it may or is not reserved.
    pub against: Vec<String>,
    /// Why it may be so reserved; none where it may not or is not reserved.
    pub lawful_because: Option<String>,
}

impl Category {
    /// The threshold that counts.
    pub fn threshold(self) -> Rule {
        match self {
            Self::GoodsAndServices => Rule::GoodsAndServicesThreshold,
            Self::Works => Rule::WorksThreshold,
            Self::LightTouch => Rule::LightTouchThreshold,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::GoodsAndServices => "goods and services",
            Self::Works => "works",
            Self::LightTouch => "light touch services",
        }
    }
}

impl Rule {
    /// Whether it has an amount; if not, it only is in force or not.
    pub fn has_amount(self) -> bool {
        !matches!(self, Self::ReserveSme | Self::ReserveVcse | Self::ReserveLocal)
    }
}

impl Said {
    fn holds(&self, rule: Rule, nation: Nation, on: NaiveDate) -> bool {
        self.rule == rule
            && self.nation.is_none_or(|of| of == nation)
            && self.from_on <= on
            && self.to_on.is_none_or(|last| on <= last)
    }

    /// Whether there is a place and a day on which both are in force.
    fn overlaps(&self, other: &Self) -> bool {
        let ends_before = |one: &Self, two: &Self| one.to_on.is_some_and(|last| last < two.from_on);
        self.rule == other.rule
            && (self.nation == other.nation)
            && !ends_before(self, other)
            && !ends_before(other, self)
    }
}

impl Book {
    /// A table of these entries.
    pub fn new(entries: Vec<Entry>) -> Self {
        Self(entries)
    }

    /// The entry that is in force in a nation on a day; one that names the nation before one of every nation.
    pub fn in_force(&self, rule: Rule, nation: Nation, on: NaiveDate) -> Option<&Entry> {
        let all = self.0.iter().filter(|entry| entry.said.holds(rule, nation, on));
        all.max_by_key(|entry| entry.said.nation.is_some())
    }

    /// A value as a figure counts it: with VAT at the standard rate, rounded up to the penny, where the figure counts
    /// VAT; unknown where the rate is.
    fn counted(&self, contract: &Contract, figure: &Said) -> Option<i64> {
        if !figure.with_vat {
            return Some(contract.value_pence);
        }
        let rate = self
            .in_force(Rule::VatStandardRate, contract.nation, contract.on)?
            .said
            .amount?;
        let whole = i128::from(contract.value_pence) * (10_000 + i128::from(rate));
        i64::try_from((whole + 9_999).div_euclid(10_000)).ok()
    }

    /// What the table says of a contract.
    pub fn guidance(&self, contract: &Contract) -> Guidance {
        let at = |rule| self.in_force(rule, contract.nation, contract.on);
        let reaches = |entry: &Entry| Some(self.counted(contract, &entry.said)? >= entry.said.amount?);
        let threshold = at(contract.category.threshold());
        let notifiable_from = at(Rule::NotifiableFrom);
        let mut guidance = Guidance {
            on: contract.on,
            estimated_pence: threshold
                .or(notifiable_from)
                .and_then(|entry| self.counted(contract, &entry.said)),
            threshold: threshold.cloned(),
            below_threshold: threshold.and_then(reaches).map(|reaches| !reaches),
            notifiable_from: notifiable_from.cloned(),
            notifiable: notifiable_from.and_then(reaches),
            standstill: threshold
                .and_then(reaches)
                .filter(|reaches| *reaches)
                .and_then(|_| at(Rule::StandstillDays).cloned()),
            reservation: None,
            against: Vec::new(),
            lawful_because: None,
        };
        if let Some((rule, to_whom)) = contract.reserved {
            guidance.reservation = at(rule).cloned();
            guidance.against = self.against(contract, &guidance, rule, to_whom);
            if guidance.against.is_empty() {
                guidance.lawful_because = because(contract, &guidance, to_whom);
            }
        }
        guidance
    }

    /// Every reason why a contract may not be so reserved.
    fn against(&self, contract: &Contract, says: &Guidance, rule: Rule, to_whom: &str) -> Vec<String> {
        let mut reasons = Vec::new();
        if says.reservation.is_none() {
            let first = self.0.iter().map(|entry| &entry.said);
            let first =
                first.filter(|said| said.rule == rule && said.nation.is_none_or(|of| of == contract.nation));
            let first = first
                .map(|said| said.from_on)
                .filter(|from| contract.on < *from)
                .min();
            reasons.push(match first {
                Some(from) => format!(
                    "councils in {} may reserve contracts to {to_whom} from {}, and this is {}",
                    place(contract.nation),
                    day(from),
                    day(contract.on)
                ),
                None => format!(
                    "no rule is known by which councils in {} may reserve contracts to {to_whom} on {}",
                    place(contract.nation),
                    day(contract.on)
                ),
            });
        }
        match (says.below_threshold, &says.threshold, says.estimated_pence) {
            (Some(true), ..) => {}
            (Some(false), Some(threshold), Some(estimated)) => reasons.push(format!(
                "its estimated value, {}{}, is not below the threshold for {}, {}",
                pounds(estimated),
                vat(threshold),
                contract.category.words(),
                pounds(threshold.said.amount.unwrap_or_default())
            )),
            _ => reasons.push(format!(
                "no threshold for {} is known in {} on {}, and only contracts below it may be reserved",
                contract.category.words(),
                place(contract.nation),
                day(contract.on)
            )),
        }
        reasons
    }
}

fn vat(figure: &Entry) -> &'static str {
    if figure.said.with_vat { " with VAT" } else { "" }
}

fn place(nation: Nation) -> &'static str {
    match nation {
        Nation::England => "England",
        Nation::Scotland => "Scotland",
        Nation::Wales => "Wales",
        Nation::NorthernIreland => "Northern Ireland",
    }
}

/// Why a contract may be so reserved, with figures, sources and the day.
fn because(contract: &Contract, says: &Guidance, to_whom: &str) -> Option<String> {
    let (rule, threshold) = (says.reservation.as_ref()?, says.threshold.as_ref()?);
    Some(format!(
        "Reserved to {to_whom}: councils in {} may do so from {} ({}). Its estimated value, {}{}, is below the threshold \
         for {} of {}, in force from {} ({}). As the table of law stood for {}; guidance, and not legal advice.",
        place(contract.nation),
        day(rule.said.from_on),
        rule.said.source,
        pounds(says.estimated_pence?),
        vat(threshold),
        contract.category.words(),
        pounds(threshold.said.amount?),
        day(threshold.said.from_on),
        threshold.said.source,
        day(contract.on),
    ))
}

/// Every reason why an entry makes no sense beside the others.
pub fn check<'a>(said: &Said, others: impl Iterator<Item = &'a Entry>) -> Wrong<LawErrorCode> {
    let mut wrong = Wrong::default();
    let amount = match (said.rule.has_amount(), said.amount) {
        (true, None) => Some("this rule has an amount: give it"),
        (true, Some(amount)) if amount < 0 => Some("an amount is not negative"),
        (false, Some(_)) => Some("this rule has no amount: it is in force, or it is not"),
        _ => None,
    };
    wrong.when(
        amount.is_some(),
        LawErrorCode::BadAmount,
        "amount",
        amount.unwrap_or_default(),
    );
    wrong.when(
        said.to_on.is_some_and(|last| last < said.from_on),
        LawErrorCode::BadDates,
        "toOn",
        format!("its last day is before {}", day(said.from_on)),
    );
    wrong.when(
        said.source.trim().is_empty() || said.source.len() > 1_000,
        LawErrorCode::BadSource,
        "source",
        "say where it is written, in at most 1,000 bytes",
    );
    for other in others.filter(|other| said.overlaps(&other.said)) {
        let until = other.said.to_on.map_or_else(|| "further notice".to_owned(), day);
        let message = format!(
            "another is in force from {} until {until}",
            day(other.said.from_on)
        );
        wrong.when(true, LawErrorCode::Overlaps, "fromOn", message);
    }
    wrong
}

#[cfg(test)]
mod tests;
