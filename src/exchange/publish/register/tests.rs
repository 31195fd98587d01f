//! The pure part: order, columns and cells. Files in and out again are in `tests/guildhall/published.rs`.

use super::super::facts::{Facts, Sourced};
use super::super::store::{Key, Place};
use super::*;
use crate::contracts::Contract;
use crate::councils::directory;
use crate::exchange::register::{Column, Headings};
use std::sync::Arc;

fn norfolk() -> &'static Council {
    directory().find("norfolk").unwrap()
}

fn publisher() -> Publisher {
    Publisher::new("https://guildhall.example", Publisher::UNREGISTERED)
}

fn headings(names: &[&str]) -> Arc<Headings> {
    let each = names
        .iter()
        .map(|name| ((*name).to_owned(), Column::called(name)));
    Arc::new(Headings::known(each))
}

/// The row of a contract that came from these cells, by heading.
fn row(naming: Naming, names: &[&str], cells: &[&str], contract: Contract) -> HashMap<String, String> {
    let (run, headings) = (Uuid::from_u128(1), headings(names));
    let sheet = Sheet::new(naming, &[(run, Arc::clone(&headings), cells.len())]);
    let facts = Facts {
        contract,
        source: Some(Sourced {
            run,
            headings,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        }),
        ..Facts::default()
    };
    let cells = cells::row(&sheet, &facts, norfolk(), &publisher());
    let texts = cells.into_iter().map(|cell| cell.text);
    sheet.headings().map(str::to_owned).zip(texts).collect()
}

fn contract(version: i32) -> Contract {
    Contract {
        title: "Vans".into(),
        starts_on: "2024-04-01".parse().ok(),
        initial_ends_on: "2027-03-31".parse().ok(),
        value_pence: Some(1_200_000),
        value_estimated: Some(false),
        standing: "active".into(),
        version,
        ..Contract::default()
    }
}

const NAMES: [&str; 7] = [
    "Shows",
    "ContractTitle",
    "StartDate",
    "EndDate",
    "ContractValue",
    "FixedCost",
    "",
];
const CELLS: [&str; 8] = [
    "s",
    " Vans ",
    "1/4/24",
    "31-Mar-2027",
    "£12k",
    "Yes",
    "x",
    "beyond",
];

#[test]
fn there_are_38_columns_of_the_schema_and_39_of_the_template() {
    for (naming, count, first, title) in [
        (Naming::Lga, 38, "OrganisationLabel", "ContractTitle"),
        (
            Naming::Template,
            39,
            "Organisation name",
            "Title of the Agreement",
        ),
    ] {
        let sheet = Sheet::new(naming, &[]);
        let headings: Vec<&str> = sheet.headings().collect();
        assert_eq!((headings.len(), headings[0]), (count, first));
        assert!(headings.contains(&title));
    }
}

#[test]
fn cells_come_back_as_they_were_the_unknown_ones_to_the_right() {
    let row = row(Naming::Lga, &NAMES, &CELLS, contract(1));
    for (heading, text) in [
        ("ContractTitle", " Vans "),
        ("StartDate", "1/4/24"),
        ("EndDate", "31-Mar-2027"),
        ("ContractValue", "£12k"),
        ("FixedCost", "Yes"),
        ("Shows", "s"),
        ("column 7", "x"),
        ("column 8", "beyond"),
        ("SupplierName", ""),
    ] {
        assert_eq!(row[heading], text, "{heading}");
    }
}

#[test]
fn what_was_corrected_here_goes_before_the_cell_and_only_that() {
    let mut corrected = contract(2);
    corrected.title = "Vans and drivers".into();
    corrected.initial_ends_on = "2028-03-31".parse().ok();
    let row = row(Naming::Lga, &NAMES, &CELLS, corrected);
    for (heading, text) in [
        ("ContractTitle", "Vans and drivers"),
        ("StartDate", "1/4/24"),
        ("EndDate", "2028-03-31"),
        ("ContractValue", "£12k"),
        ("Shows", "s"),
    ] {
        assert_eq!(row[heading], text, "{heading}");
    }
}

#[test]
fn an_amount_with_words_is_no_number_and_one_of_a_year_says_so() {
    let cell = |heading: &str, text: &str, basis: Option<&str>, version: i32| {
        let mut one = contract(version);
        one.value_basis = basis.map(str::to_owned);
        let each = [("ContractTitle", Column::Title), (heading, Column::Value)];
        let each = each.map(|(name, column)| (name.to_owned(), Some(column)));
        let (run, headings) = (Uuid::from_u128(1), Arc::new(Headings::known(each)));
        let sheet = Sheet::new(Naming::Lga, &[(run, Arc::clone(&headings), 2)]);
        let facts = Facts {
            contract: one,
            source: Some(Sourced {
                run,
                headings,
                cells: vec!["Vans".into(), text.into()],
            }),
            ..Facts::default()
        };
        let place = sheet.headings().position(|heading| heading == "ContractValue");
        let cell = cells::row(&sheet, &facts, norfolk(), &publisher()).remove(place.unwrap());
        (cell.text, cell.value.is_some())
    };
    let yearly = Some("yearly");
    for (text, basis, version, expected, number) in [
        ("£12,000", None, 1, "£12,000", true),
        ("up to £12,000", None, 1, "up to £12,000", false),
        ("£10,000 - £12,000", None, 1, "£10,000 - £12,000", false),
        ("£12k per annum", yearly, 1, "£12k per annum", false),
        ("£12k per annum", None, 2, "12000.00", true),
        ("£12k", yearly, 2, "12000.00 per annum", false),
        ("", yearly, 1, "", false),
    ] {
        let said = cell("ContractValue", text, basis, version);
        assert_eq!(said, (expected.to_owned(), number), "{text} {basis:?} {version}");
    }
    assert_eq!(
        cell("Annual value", "12000", yearly, 1),
        ("12000 per annum".to_owned(), false),
        "the heading that said so is not published"
    );
}

#[test]
fn a_terminated_contract_ends_when_it_was_terminated() {
    let mut ended = contract(3);
    ended.standing = "terminated".into();
    ended.terminated_on = "2025-12-31".parse().ok();
    assert_eq!(
        row(Naming::Template, &NAMES, &CELLS, ended)["End date"],
        "31/12/2025"
    );
}

#[test]
fn a_yes_that_meant_fixed_is_written_out_where_it_could_mean_either() {
    let row = row(Naming::Template, &NAMES, &CELLS, contract(1));
    assert_eq!(row["Fixed cost / estimated cost"], "Fixed cost");
}

#[test]
fn a_yes_that_could_mean_either_does_not_become_a_fixed_cost() {
    let names = ["ContractTitle", "Fixed cost / estimated cost"];
    for (naming, heading, text) in [
        (Naming::Template, names[1], "Yes"),
        (Naming::Lga, "FixedCost", "Yes (fixed or estimated?)"),
    ] {
        assert_eq!(row(naming, &names, &["Vans", "Yes"], contract(1))[heading], text);
    }
}

#[test]
fn the_same_heading_in_two_files_is_one_column_and_twice_in_one_is_two() {
    let one = headings(&["Title of the Agreement", "Notes", "notes "]);
    let two = headings(&["NOTES", "Ward", "Title of the Agreement", "Options to extend"]);
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let sheet = Sheet::new(Naming::Template, &[(first, one, 3), (second, two, 4)]);
    let extra: Vec<&str> = sheet.headings().skip(39).collect();
    assert_eq!(extra, ["Notes", "notes ", "Ward", "Options to extend"]);
    let cells = ["n", "w", "t", "2 x 12"].map(str::to_owned);
    let further: Vec<&str> = sheet.further(second, &cells).collect();
    assert_eq!(further, ["n", "", "w", "2 x 12"]);
}

#[test]
fn rows_stand_as_in_the_file_and_counted_ones_by_their_counter() {
    let place = |id: u128, row: Option<i32>, key: &str| Place {
        id: Uuid::from_u128(id),
        row,
        key: Key::of(key),
    };
    // The second of two alike was read from a later file, in which others stood before it no more.
    let places = vec![
        place(9, None, "pilot:1:2:3"),
        place(1, Some(100), "d::ab:1"),
        place(2, Some(51), "d::ab:2"),
        place(3, Some(60), "r:A1"),
        place(4, Some(2), "r:A2"),
    ];
    let ids: Vec<u128> = in_order(places).into_iter().map(|id| id.as_u128()).collect();
    assert_eq!(ids, [4, 1, 3, 2, 9]);
}
