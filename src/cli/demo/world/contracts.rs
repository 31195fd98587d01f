//! The demonstration's registers: each council draws lines that its powers allow, and each line becomes an entry
//! with its own supplier, value, dates and blanks. Dates are `terms`' business; words are in the `lines_*` tables.

use super::councils::{COUNCILS, SHARED};
use super::lines::{Line, for_powers};
use super::products::systems;
use super::shapes::{
    CouncilKind, DeliveryModel, DemoContract, DemoCouncil, Hosting, ProcessType, ValueBasis,
};
use super::suppliers::{SUPPLIERS, works_in};
use super::terms::terms;
use chrono::{Datelike, NaiveDate};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
use rand_chacha::ChaCha8Rng;

const LOTS: &[&str] = &["north", "south", "east", "west", "central", "coast and rural"];
const TAILS: &[&str] = &[
    "Includes hosting, support and two upgrades a year.",
    "Exit plan and a full data export are part of the price.",
    "Interfaces to the ledger and to the customer portal are in scope.",
    "Named account manager; service credits below 99.5% availability.",
    "Price rises are capped at CPI.",
];

/// Every council's register, council by council.
pub(super) fn registers(today: NaiveDate, rng: &mut ChaCha8Rng) -> Vec<DemoContract> {
    (0..COUNCILS.len())
        .flat_map(|council| register(council, today, rng))
        .collect()
}

/// One council's register, in order of start, with references.
fn register(council: usize, today: NaiveDate, rng: &mut ChaCha8Rng) -> Vec<DemoContract> {
    let mut entries: Vec<DemoContract> = drawn(council, rng)
        .into_iter()
        .map(|(line, lot)| entry(council, line, lot, today, rng))
        .collect();
    entries.sort_by_key(|entry| entry.starts_on);
    let mut number = rng.random_range(1_050..4_000);
    for entry in &mut entries {
        number += rng.random_range(1..23);
        let year = entry.starts_on.unwrap_or(today).year();
        entry.reference = (!chance(rng, 4)).then(|| {
            let style = COUNCILS[council]
                .reference_style
                .replace("{yyyy}", &year.to_string());
            style
                .replace("{yy}", &format!("{:02}", year % 100))
                .replace("{n}", &number.to_string())
        });
    }
    entries
}

/// The lines this council buys, with the lot of those that are let in lots.
fn drawn(council: usize, rng: &mut ChaCha8Rng) -> Vec<(&'static Line, &'static str)> {
    let buyer = &COUNCILS[council];
    let joins = |line: &Line| {
        SHARED
            .iter()
            .any(|row| row.0 == line.trade && row.2.contains(&council))
    };
    let leads = |line: &Line| SHARED.iter().any(|row| row.0 == line.trade && row.1 == council);
    let mut lines: Vec<_> = for_powers(buyer.provides)
        .into_iter()
        .enumerate()
        .filter(|(_, line)| !joins(line))
        .flat_map(|(at, line)| lots(line, rng).into_iter().map(move |lot| (at, line, lot)))
        .collect();
    let wanted = match buyer.kind {
        CouncilKind::CombinedAuthority | CouncilKind::NorthernIrelandDistrict => rng.random_range(32..42),
        CouncilKind::District => rng.random_range(36..50),
        _ => rng.random_range(50..=60),
    };
    lines.shuffle(rng);
    lines.sort_by_key(|(_, line, _)| !leads(line));
    lines.truncate(wanted);
    lines.sort_by_key(|(at, _, lot)| (*at, *lot));
    lines.into_iter().map(|(_, line, lot)| (line, lot)).collect()
}

/// Two or three lots of a line that is let so; otherwise one nameless.
fn lots(line: &Line, rng: &mut ChaCha8Rng) -> Vec<&'static str> {
    if !line.title.contains("{lot}") {
        return vec![""];
    }
    let wanted = rng.random_range(2..=3);
    LOTS.sample(rng, wanted).copied().collect()
}

/// Who buys what from whom.
struct Deal {
    also_buyers: Vec<usize>,
    suppliers: Vec<usize>,
    product_name: Option<&'static str>,
    product: Option<usize>,
    delivery_model: DeliveryModel,
    yearly_pence: i64,
    value_basis: ValueBasis,
}

fn deal(council: usize, line: &Line, rng: &mut ChaCha8Rng) -> Deal {
    let buyer = &COUNCILS[council];
    let yearly_pence = yearly_pence(line, buyer, rng);
    let shared = SHARED.iter().find(|row| row.0 == line.trade && row.1 == council);
    let delivery_model = delivery_model(line, shared.is_some(), rng);
    let (suppliers, product_name, product) = who(line, buyer, delivery_model, yearly_pence, rng);
    let also_buyers = shared.map(|row| row.2.to_vec()).unwrap_or_default();
    let value_basis = match chance(rng, 35) {
        true => ValueBasis::Yearly,
        false => ValueBasis::WholeTerm,
    };
    Deal {
        also_buyers,
        suppliers,
        product_name,
        product,
        delivery_model,
        yearly_pence,
        value_basis,
    }
}

/// One entry, but for its reference.
fn entry(council: usize, line: &Line, lot: &str, today: NaiveDate, rng: &mut ChaCha8Rng) -> DemoContract {
    let buyer = &COUNCILS[council];
    let deal = deal(council, line, rng);
    let terms = terms(line, today, rng);
    let (notice_period_months, notice_period_days, auto_renew_months) = notice(line, rng);
    DemoContract {
        council,
        also_buyers: deal.also_buyers,
        suppliers: deal.suppliers,
        reference: None,
        title: filled(line.title, buyer, lot, rng),
        description: described(line, buyer, lot, rng),
        department: (!chance(rng, 3)).then_some(line.department),
        cpv_code: line.cpv,
        lgsl: (line.lgsl != 0).then_some(line.lgsl),
        value_pence: value_pence(line, deal.yearly_pence, deal.value_basis, rng),
        value_basis: deal.value_basis,
        value_estimated: chance(rng, 40),
        starts_on: terms.starts_on,
        initial_ends_on: terms.initial_ends_on,
        review_on: terms.review_on,
        notice_period_months,
        notice_period_days,
        auto_renew_months,
        extensions: terms.extensions,
        latest_ends_on: terms.latest_ends_on,
        delivery_model: deal.delivery_model,
        hosting: hosting(line, rng),
        process_type: process_type(line, deal.delivery_model, deal.yearly_pence, rng),
        product_name: deal.product_name,
        product: deal.product,
        standing: terms.standing,
        terminated_on: terms.terminated_on,
        replaced_on: terms.replaced_on,
        holding_over: terms.holding_over,
        planned_notice: chance(rng, 6),
    }
}

/// True so many times in a hundred.
fn chance(rng: &mut ChaCha8Rng, percent: u32) -> bool {
    rng.random_range(0..100) < percent
}

fn delivery_model(line: &Line, shared: bool, rng: &mut ChaCha8Rng) -> DeliveryModel {
    let own_staff = [
        "rounds", "street", "green", "roads", "burials", "cleaning", "arts", "play",
    ];
    match rng.random_range(0..100) {
        _ if shared => DeliveryModel::Shared,
        0..14 if own_staff.contains(&line.trade) => DeliveryModel::InHouse,
        _ => DeliveryModel::Outsourced,
    }
}

/// Suppliers, and the system with its position among the listed products.
fn who(
    line: &Line,
    buyer: &DemoCouncil,
    delivery: DeliveryModel,
    yearly_pence: i64,
    rng: &mut ChaCha8Rng,
) -> (Vec<usize>, Option<&'static str>, Option<usize>) {
    if delivery == DeliveryModel::InHouse {
        return (Vec::new(), None, None);
    }
    if let Some(&(name, supplier, product)) = systems(line.trade).choose(rng) {
        return (vec![supplier], Some(name), product);
    }
    let able = able(line.trade, yearly_pence);
    let near: Vec<usize> = able
        .iter()
        .copied()
        .filter(|&at| SUPPLIERS[at].region == buyer.region)
        .collect();
    let pool = if !near.is_empty() && chance(rng, 60) {
        near
    } else {
        able
    };
    let wanted = if chance(rng, 5) { 2 } else { 1 };
    (pool.sample(rng, wanted).copied().collect(), None, None)
}

/// Who works in the trade and is of a size for the value, as far as there is a choice.
fn able(trade: &str, yearly_pence: i64) -> Vec<usize> {
    let working = (0..SUPPLIERS.len()).filter(|&at| works_in(&SUPPLIERS[at], trade));
    let (big, small): (Vec<_>, Vec<_>) = working.partition(|&at| SUPPLIERS[at].staff >= 40);
    let tiny = yearly_pence < 50_000_000;
    match (big.is_empty(), tiny) {
        (true, _) => small,
        (false, false) => big,
        (false, true) => [big, small].concat(),
    }
}

fn yearly_pence(line: &Line, buyer: &DemoCouncil, rng: &mut ChaCha8Rng) -> i64 {
    let base = i64::from(line.pounds) * 100 * size_percent(buyer.population) / 100;
    let lots = if line.title.contains("{lot}") { 3 } else { 1 };
    (base + i64::from(line.pence_per_head) * i64::from(buyer.population) / lots) * rng.random_range(75..130)
        / 100
}

/// How far the fixed part of a price shrinks for a small council.
fn size_percent(population: u32) -> i64 {
    match population {
        0..100_000 => 30,
        100_000..200_000 => 45,
        200_000..400_000 => 80,
        _ => 120,
    }
}

/// To the pound or, where estimated figures would be, to the thousand; blank in a few.
fn value_pence(line: &Line, yearly: i64, basis: ValueBasis, rng: &mut ChaCha8Rng) -> Option<i64> {
    let whole = match basis {
        ValueBasis::Yearly => yearly,
        ValueBasis::WholeTerm => yearly * i64::from(line.months) / 12,
    };
    let unit = match rng.random_range(0..100) {
        0..5 => return None,
        5..60 => 100_000,
        60..90 => 100,
        _ => 1,
    };
    Some((whole / unit).max(1) * unit)
}

fn notice(line: &Line, rng: &mut ChaCha8Rng) -> (Option<u32>, Option<u32>, Option<u32>) {
    let renews = line.hosting.is_some() && chance(rng, 22);
    match rng.random_range(0..100) {
        0..12 => (
            None,
            Some([30, 60, 90][rng.random_range(0..3)]),
            renews.then_some(12),
        ),
        12..60 => (
            Some([1, 3, 3, 6][rng.random_range(0..4)]),
            None,
            renews.then_some(12),
        ),
        _ => (renews.then_some(3), None, renews.then_some(12)),
    }
}

/// A few of the hosted systems are still in the council's own machine room.
fn hosting(line: &Line, rng: &mut ChaCha8Rng) -> Option<Hosting> {
    match (line.hosting, rng.random_range(0..100)) {
        (Some(_), 0..10) => Some(Hosting::OnPremises),
        (usual, _) => usual,
    }
}

fn process_type(line: &Line, delivery: DeliveryModel, yearly: i64, rng: &mut ChaCha8Rng) -> ProcessType {
    let total = yearly / 12 * i64::from(line.months);
    let light = line.cpv.starts_with("853") || line.cpv.starts_with("851") || line.cpv.starts_with("80");
    match rng.random_range(0..100) {
        _ if delivery == DeliveryModel::InHouse => ProcessType::NotTendered,
        _ if light => ProcessType::LightTouch,
        _ if total < 3_000_000 => ProcessType::Quotation,
        0..8 => ProcessType::DirectAward,
        8..70 if line.hosting.is_some() => ProcessType::FrameworkCallOff,
        8..35 => ProcessType::FrameworkCallOff,
        35..48 => ProcessType::CompetitiveFlexible,
        48..58 => ProcessType::Restricted,
        _ => ProcessType::Open,
    }
}

/// Blank in a few; software says a little more.
fn described(line: &Line, buyer: &DemoCouncil, lot: &str, rng: &mut ChaCha8Rng) -> Option<String> {
    if chance(rng, 3) {
        return None;
    }
    let text = filled(line.description, buyer, lot, rng);
    let tail = if line.hosting.is_some() {
        TAILS.choose(rng)
    } else {
        None
    };
    Some(tail.map_or_else(|| text.clone(), |tail| format!("{text} {tail}")))
}

/// The text with its `{place}`, `{lot}`, `{3-9}` and `{1/40}` filled in.
fn filled(text: &str, buyer: &DemoCouncil, lot: &str, rng: &mut ChaCha8Rng) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let (blank, tail) = after.split_once('}').unwrap_or((after, ""));
        out.push_str(&word(blank, buyer, lot, rng));
        rest = tail;
    }
    out.push_str(rest);
    out
}

fn word(blank: &str, buyer: &DemoCouncil, lot: &str, rng: &mut ChaCha8Rng) -> String {
    if let Some((low, high)) = blank.split_once('-') {
        let number = |text: &str| text.parse::<u32>().unwrap_or(1);
        return scaled(number(low), number(high), buyer.population, rng).to_string();
    }
    match blank
        .strip_prefix("1/")
        .and_then(|divisor| divisor.parse::<u32>().ok())
    {
        Some(divisor) => rounded(buyer.population / divisor.max(1)),
        None if blank == "place" => buyer.place.to_owned(),
        None => lot.to_owned(),
    }
}

/// Between the two, the larger the council the nearer the high.
fn scaled(low: u32, high: u32, population: u32, rng: &mut ChaCha8Rng) -> u32 {
    let share = (population / 12_000).min(85) + rng.random_range(0..15);
    low + high.saturating_sub(low) * share / 100
}

/// Two figures that matter, with commas: 118,700 reads "about", 120,000 reads.
fn rounded(count: u32) -> String {
    let unit = 10_u32.pow(count.max(1).ilog10().saturating_sub(1));
    let digits = (count / unit * unit).to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
