//! Whether the demonstration's registers and market hold together, on ordinary days and on awkward ones.
//! Pilots and people are tested in `tests_pilots`.

use super::lines::for_powers;
use super::products::systems;
use super::suppliers::{SUPPLIERS, works_in};
use super::terms::lengthened;
use super::*;
use chrono::Datelike;
use std::collections::{BTreeMap, HashSet};

pub(super) fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// Ordinary days, leap days, the days on which registers bunch, the turns of the year, weekends.
pub(super) fn worlds() -> Vec<DemoWorld> {
    let days = [
        day(2026, 11, 23),
        day(2028, 2, 29),
        day(2024, 2, 29),
        day(2027, 2, 28),
        day(2027, 3, 31),
        day(2027, 4, 1),
        day(2026, 7, 31),
        day(2026, 12, 31),
        day(2027, 1, 1),
        day(2026, 10, 31),
        day(2027, 8, 29),
    ];
    days.into_iter()
        .zip(1_u64..)
        .map(|(today, seed)| world(today, seed))
        .collect()
}

/// The end after what was exercised.
fn current_end(contract: &DemoContract) -> Option<NaiveDate> {
    let used = contract
        .extensions
        .iter()
        .filter(|each| each.state == OptionState::Exercised);
    contract
        .initial_ends_on
        .map(|end| lengthened(end, used.map(|each| each.months).sum()))
}

#[test]
fn the_same_day_and_seed_give_the_same_world() {
    let today = day(2026, 11, 23);
    assert_eq!(world(today, 7), world(today, 7));
    assert_ne!(world(today, 7).contracts, world(today, 8).contracts);
}

#[test]
fn every_position_points_at_something() {
    for world in worlds() {
        let council = |at: usize| assert!(at < world.councils.len());
        let supplier = |at: usize| assert!(at < world.suppliers.len());
        for contract in &world.contracts {
            council(contract.council);
            contract.also_buyers.iter().copied().for_each(council);
            contract.suppliers.iter().copied().for_each(supplier);
            assert!(!contract.also_buyers.contains(&contract.council));
            if let Some(product) = contract.product {
                assert_eq!(contract.suppliers, [world.products[product].supplier]);
                assert_eq!(contract.product_name, Some(world.products[product].name));
            }
        }
        for need in &world.needs {
            council(need.council);
            need.us_too.iter().copied().for_each(council);
            assert!(!need.us_too.contains(&need.council), "{}", need.title);
        }
        assert!(
            world
                .searches
                .iter()
                .all(|search| world.people[search.person].signs_in)
        );
    }
}

#[test]
fn every_line_has_someone_to_supply_it() {
    for line in for_powers("auwlbhk") {
        let sold =
            systems(line.trade).len() + SUPPLIERS.iter().filter(|row| works_in(row, line.trade)).count();
        assert!(sold >= 1, "nobody supplies {}", line.trade);
        let software = line.cpv.starts_with("48") && line.trade != "hardware";
        assert_eq!(
            software,
            line.hosting.is_some() && line.cpv.starts_with("48"),
            "{}",
            line.title
        );
    }
}

#[test]
fn every_register_has_25_to_60_contracts_with_their_own_references() {
    for world in worlds() {
        for (at, council) in world.councils.iter().enumerate() {
            let register: Vec<_> = world.contracts.iter().filter(|each| each.council == at).collect();
            assert!(
                (25..=60).contains(&register.len()),
                "{}: {}",
                council.name,
                register.len()
            );
            let references: Vec<_> = register
                .iter()
                .filter_map(|each| each.reference.as_ref())
                .collect();
            assert_eq!(references.iter().collect::<HashSet<_>>().len(), references.len());
            assert!(references.iter().all(|each| !each.contains('{')));
        }
    }
}

#[test]
fn every_blank_in_a_text_is_filled() {
    for world in worlds() {
        for contract in &world.contracts {
            let text = format!(
                "{} {}",
                contract.title,
                contract.description.as_deref().unwrap_or_default()
            );
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}

#[test]
fn every_cpv_code_has_eight_digits() {
    let eight = |code: &str| {
        assert!(
            code.len() == 8 && code.bytes().all(|byte| byte.is_ascii_digit()),
            "{code}"
        )
    };
    let world = world(day(2026, 11, 23), 1);
    world.contracts.iter().for_each(|each| eight(each.cpv_code));
    world
        .products
        .iter()
        .flat_map(|each| each.cpv)
        .for_each(|code| eight(code));
    world.needs.iter().for_each(|each| eight(each.cpv_code));
    world.pilots.iter().for_each(|each| eight(each.cpv_code));
}

#[test]
fn districts_never_buy_what_counties_provide() {
    let county = [
        "Adult social care",
        "Children's services",
        "Education",
        "Highways",
        "Public health",
    ];
    let district = [
        "Planning",
        "Parks and leisure",
        "Revenues and benefits",
        "Housing",
        "Waste and streets",
    ];
    for world in worlds() {
        for contract in &world.contracts {
            let department = contract.department.unwrap_or_default();
            match world.councils[contract.council].kind {
                CouncilKind::District | CouncilKind::NorthernIrelandDistrict => {
                    assert!(!county.contains(&department), "{}", contract.title);
                }
                CouncilKind::County => assert!(!district.contains(&department), "{}", contract.title),
                _ => {}
            }
        }
    }
}

#[test]
fn services_are_of_the_tier_that_provides_them() {
    let district = [
        57, 92, 112, 137, 141, 147, 328, 364, 412, 431, 508, 512, 516, 524, 530, 533, 580, 584, 600, 859,
    ];
    let county = [
        3, 4, 13, 40, 159, 178, 209, 260, 273, 296, 315, 437, 493, 550, 555, 557, 561, 564, 567, 852,
    ];
    for line in for_powers("auwlbhk") {
        let tier = match line.needs {
            'l' | 'b' | 'h' => !county.contains(&line.lgsl),
            'a' => !county.contains(&line.lgsl) && !district.contains(&line.lgsl),
            _ => !district.contains(&line.lgsl),
        };
        assert!(tier, "{} is not a service of '{}'", line.title, line.needs);
    }
}

#[test]
fn dates_of_a_contract_are_in_order() {
    for world in worlds() {
        for contract in &world.contracts {
            let (starts_on, ends_on) = (contract.starts_on, contract.initial_ends_on);
            assert!(
                starts_on.zip(ends_on).is_none_or(|(start, end)| start < end),
                "{contract:?}"
            );
            assert!(
                starts_on
                    .zip(contract.review_on)
                    .is_none_or(|(start, review)| start <= review)
            );
            assert!(
                ends_on
                    .zip(contract.latest_ends_on)
                    .is_none_or(|(end, latest)| end < latest)
            );
            assert!(contract.notice_period_months.is_none() || contract.notice_period_days.is_none());
            let noticed: Vec<_> = contract
                .extensions
                .iter()
                .filter_map(|each| each.notice_by)
                .collect();
            assert!(noticed.is_sorted());
            let ordinals: Vec<_> = contract.extensions.iter().map(|each| each.ordinal).collect();
            assert_eq!(ordinals, (1..).take(ordinals.len()).collect::<Vec<u32>>());
            assert!(contract.value_pence.is_none_or(|pence| pence > 0));
        }
    }
}

#[test]
fn the_state_of_a_contract_agrees_with_its_dates() {
    for world in worlds() {
        for contract in &world.contracts {
            let begun = contract.starts_on.is_none_or(|start| start <= world.today);
            assert_eq!(begun, contract.standing != Standing::Pending, "{contract:?}");
            let ended = current_end(contract).is_some_and(|end| end < world.today);
            assert_eq!(
                ended,
                contract.holding_over || contract.replaced_on.is_some(),
                "{contract:?}"
            );
            assert_eq!(
                contract.terminated_on.is_some(),
                contract.standing == Standing::Terminated
            );
            assert!(contract.terminated_on.is_none_or(|gone| gone < world.today));
        }
    }
}

#[test]
fn windows_are_open_now_to_come_and_past() {
    for world in worlds() {
        let ends: Vec<_> = world
            .contracts
            .iter()
            .filter_map(|each| current_end(each).or(each.latest_ends_on))
            .collect();
        let within = |from: i64, to: i64| {
            ends.iter()
                .filter(|end| (from..=to).contains(&(**end - world.today).num_days()))
                .count()
        };
        assert!(
            within(0, 180) >= 120,
            "{} within 180 days of {}",
            within(0, 180),
            world.today
        );
        assert!(
            within(0, 30) >= 5,
            "{} within 30 days of {}",
            within(0, 30),
            world.today
        );
        assert!(within(181, 540) >= 150);
        assert!(within(-500, -1) >= 30);
        let count =
            |picks: fn(&DemoContract) -> bool| world.contracts.iter().filter(|each| picks(each)).count();
        assert!(count(|each| each.holding_over) >= 8);
        assert!(count(|each| each.initial_ends_on.is_none()) >= 10);
        assert!(count(|each| each.latest_ends_on.is_some()) >= 15);
        assert!(count(|each| each.initial_ends_on.is_some_and(|end| end.year() >= 2050)) >= 5);
        assert!(count(|each| each.auto_renew_months.is_some()) >= 30);
        assert!(count(|each| !each.also_buyers.is_empty()) >= 7);
        assert!(count(|each| each.delivery_model == DeliveryModel::InHouse) >= 3);
    }
}

#[test]
fn ends_bunch_on_31_march_and_31_july() {
    for world in worlds() {
        let ends: Vec<_> = world.contracts.iter().filter_map(current_end).collect();
        let share = |month: u32| {
            100 * ends
                .iter()
                .filter(|end| end.month() == month && end.day() == 31)
                .count()
                / ends.len()
        };
        assert!(
            (25..=42).contains(&share(3)),
            "{}% on 31 March, {}",
            share(3),
            world.today
        );
        assert!(
            (13..=29).contains(&share(7)),
            "{}% on 31 July, {}",
            share(7),
            world.today
        );
    }
}

#[test]
fn suppliers_numbers_are_of_valid_form_and_unissued() {
    let world = world(day(2026, 11, 23), 1);
    let mut numbers = HashSet::new();
    for supplier in &world.suppliers {
        assert!(supplier.companies_house.is_some() || supplier.charity.is_some());
        for number in supplier.companies_house.iter().chain(&supplier.charity) {
            assert!(numbers.insert(number.clone()));
        }
        let company = supplier.companies_house.as_deref().unwrap_or("99000000");
        assert!(company.len() == 8 && company.starts_with("99"), "{company}");
        let charity = supplier.charity.as_deref().unwrap_or("9900000");
        assert!(
            ["99", "SC099", "NIC199"]
                .iter()
                .any(|start| charity.starts_with(start)),
            "{charity}"
        );
        assert!(supplier.charity.is_none() || supplier.vcse);
        assert!(supplier.website.ends_with(".example"));
    }
}

#[test]
fn values_are_believable_for_the_size_of_the_council() {
    let world = world(day(2026, 11, 23), 1);
    let mut yearly: BTreeMap<usize, i64> = BTreeMap::new();
    for contract in &world.contracts {
        let pence = contract.value_pence.unwrap_or_default();
        assert!(pence < 80_000_000_000, "{} at {}", contract.title, pence / 100);
        *yearly.entry(contract.council).or_default() += pence;
    }
    let total = |slug: &str| yearly[&world.councils.iter().position(|each| each.slug == slug).unwrap()];
    assert!(total("norfolk") > 3 * total("breckland"));
    assert!(total("leeds") > 3 * total("gwynedd"));
}
