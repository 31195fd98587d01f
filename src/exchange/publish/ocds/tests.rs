//! Releases of contracts made up here; what others' tools say of packages is in `tests/guildhall/published.rs`.

use super::super::Publisher;
use super::super::facts::{Facts, Sourced};
use super::*;
use crate::contracts::Contract;
use crate::contracts::term::{ExtensionOption, ExtensionState, Length};
use crate::councils::directory;
use crate::exchange::register::{Column, Headings};
use crate::suppliers::{Size, Supplier};
use serde_json::json;
use std::sync::Arc;

fn publisher() -> Publisher {
    Publisher::new("https://guildhall.example", "ocds-h6vhtk")
}

fn supplier(name: &str) -> Supplier {
    Supplier {
        id: Uuid::from_u128(7),
        name: name.into(),
        companies_house: None,
        charity: None,
        size: None,
        staff: Some(4242),
        turnover_pence: Some(4242),
        balance_sheet_pence: Some(4242),
        size_confirmed_on: None,
        vcse: None,
        town: Some("4242 Street".into()),
        address: Some("4242 Street".into()),
        postcode: Some("4242".into()),
        country: Some("GB".into()),
        region: None,
        website: None,
        summary: Some("4242".into()),
        version: 1,
    }
}

fn facts() -> Facts {
    Facts {
        contract: Contract {
            id: Uuid::from_u128(5),
            council_id: directory().find("norfolk").unwrap().id,
            reference: Some("A1".into()),
            title: "Vans".into(),
            starts_on: "2024-04-01".parse().ok(),
            initial_ends_on: "2026-12-31".parse().ok(),
            review_on: "2026-06-01".parse().ok(),
            cpv: Some("34100000".into()),
            value_pence: Some(1_250_050),
            process_type: Some("Open".into()),
            standing: "active".into(),
            updated_at: "2026-01-15T09:00:00Z".parse().unwrap(),
            version: 3,
            ..Contract::default()
        },
        options: vec![ExtensionOption {
            ordinal: 1,
            length: Length::Months(6),
            notice_by: "2026-09-30".parse().ok(),
            state: ExtensionState::Available,
        }],
        suppliers: vec![supplier("Vans Ltd")],
        ..Facts::default()
    }
}

#[test]
fn a_contract_becomes_a_release_of_award_and_contract() {
    let release = release::of(&facts(), &publisher());
    let ocid = "ocds-h6vhtk-00000000000000000000000000000005";
    assert_eq!(release["ocid"], ocid);
    assert!(release["id"].as_str().unwrap().starts_with(&format!("{ocid}-3-")));
    assert_eq!(release["tag"], json!(["award", "contract"]));
    assert_eq!(release["date"], "2026-01-15T09:00:00Z");
    assert_eq!(
        release["buyer"],
        json!({ "id": "GB-LAE-NFK", "name": "Norfolk County Council" })
    );
    assert_eq!(
        release["parties"][0]["roles"],
        json!(["buyer", "procuringEntity"])
    );
    assert_eq!(release["awards"][0]["suppliers"][0]["name"], "Vans Ltd");
    let contract = &release["contracts"][0];
    assert_eq!(contract["awardID"], release["awards"][0]["id"]);
    assert_eq!(contract["value"], json!({ "amount": 12500.5, "currency": "GBP" }));
    assert_eq!(
        contract["period"],
        json!({ "startDate": "2024-04-01T00:00:00+01:00", "endDate": "2026-12-31T23:59:59Z",
            "maxExtentDate": "2027-06-30T23:59:59+01:00", "durationInDays": 1005 })
    );
    assert_eq!(
        release["awards"][0]["contractPeriod"]["endDate"],
        "2026-12-31T23:59:59Z"
    );
    let due: Vec<_> = contract["milestones"]
        .as_array()
        .unwrap()
        .iter()
        .map(|m| &m["dueDate"])
        .collect();
    assert_eq!(due, ["2026-06-01T23:59:59+01:00", "2026-09-30T23:59:59+01:00"]);
    let lot = &release["tender"]["lots"][0];
    assert_eq!(
        lot["renewal"],
        json!({ "description": "Option 1: 6 months (available)", "maximumRenewals": 1 })
    );
    assert_eq!(release["tender"]["mainProcurementCategory"], "goods");
    assert_eq!(release["tender"]["procurementMethod"], "open");
}

#[test]
fn releases_of_one_state_have_one_id_and_of_two_states_two() {
    let id = |facts: &Facts| release::of(facts, &publisher())["id"].to_string();
    let before = facts();
    assert_eq!(id(&before), id(&facts()));
    let mut changed = facts();
    changed.contract.version = 4;
    assert_ne!(id(&before), id(&changed));
    let mut other_supplier = facts();
    other_supplier.suppliers[0].size = Some(Size::Small);
    assert_ne!(
        id(&before),
        id(&other_supplier),
        "a supplier's own change is a state too"
    );
}

#[test]
fn what_only_some_may_know_of_a_supplier_is_not_in_it() {
    let release = release::of(&facts(), &publisher()).to_string();
    assert!(!release.contains("4242"), "{release}");
}

#[test]
fn suppliers_are_named_by_the_registers_that_know_them() {
    let party = |company: Option<&str>, charity: Option<&str>| {
        let mut facts = facts();
        facts.suppliers[0].companies_house = company.map(str::to_owned);
        facts.suppliers[0].charity = charity.map(str::to_owned);
        release::of(&facts, &publisher())["parties"][1].clone()
    };
    for (company, charity, id) in [
        (Some("01234567"), None, "GB-COH-01234567"),
        (None, Some("1089893"), "GB-CHC-1089893"),
        (None, Some("SC012345"), "GB-SC-SC012345"),
        (None, Some("NIC100012"), "GB-NIC-100012"),
        (None, None, "guildhall-supplier-00000000000000000000000000000007"),
    ] {
        assert_eq!(party(company, charity)["id"], id);
    }
    let both = party(Some("01234567"), Some("1089893"));
    assert_eq!(
        both["additionalIdentifiers"],
        json!([{ "scheme": "GB-CHC", "id": "1089893" }])
    );
}

#[test]
fn sizes_are_the_scales_of_the_extension() {
    for (size, scale) in [
        (Some(Size::Micro), json!("micro")),
        (Some(Size::Small), json!("sme")),
        (Some(Size::Medium), json!("sme")),
        (Some(Size::Large), json!("large")),
        (None, serde_json::Value::Null),
    ] {
        let mut facts = facts();
        facts.suppliers[0].size = size;
        let release = release::of(&facts, &publisher());
        assert_eq!(release["parties"][1]["details"]["scale"], scale);
    }
}

#[test]
fn how_it_stands_is_told_by_tag_and_status() {
    for (standing, tags, award, contract) in [
        (
            "pending",
            json!(["award", "contract"]),
            "pending",
            json!("pending"),
        ),
        // Whether it is in force is a matter of the day.
        ("active", json!(["award", "contract"]), "active", json!(null)),
        (
            "cancelled",
            json!(["awardCancellation", "contract"]),
            "cancelled",
            json!("cancelled"),
        ),
        (
            "terminated",
            json!(["award", "contract", "contractTermination"]),
            "active",
            json!("terminated"),
        ),
    ] {
        let mut facts = facts();
        facts.contract.standing = standing.into();
        facts.contract.terminated_on = "2025-05-31".parse().ok().filter(|_| standing == "terminated");
        let release = release::of(&facts, &publisher());
        assert_eq!(release["tag"], tags, "{standing}");
        assert_eq!(release["awards"][0]["status"], award);
        assert_eq!(release["contracts"][0]["status"], contract);
        let end = release["contracts"][0]["period"]["endDate"].as_str().unwrap();
        assert_eq!(end.starts_with("2025-05-31"), standing == "terminated");
    }
}

#[test]
fn what_is_not_known_or_not_believed_is_left_out() {
    let mut facts = facts();
    facts.options.clear();
    facts.contract.initial_ends_on = "2099-12-31".parse().ok();
    facts.contract.value_pence = Some(-5);
    facts.contract.cpv = None;
    facts.contract.description = "  ".into();
    let release = release::of(&facts, &publisher());
    let contract = &release["contracts"][0];
    assert_eq!(
        contract["period"],
        json!({ "startDate": "2024-04-01T00:00:00+01:00" })
    );
    for absent in ["value", "items", "description"] {
        assert!(contract[absent].is_null(), "{absent}");
    }
}

#[test]
fn a_value_of_one_year_is_left_out_and_one_of_the_whole_is_not() {
    let values = |facts: &Facts| {
        let release = release::of(facts, &publisher());
        ["awards", "contracts"].map(|of| release[of][0]["value"]["amount"].clone())
    };
    let row = |heading: &str, cell: &str| {
        let columns = [("Title", Some(Column::Title)), (heading, Some(Column::Value))];
        let columns = columns.map(|(name, column)| (name.to_owned(), column));
        let source = Sourced {
            run: Uuid::nil(),
            headings: Arc::new(Headings::known(columns)),
            cells: vec!["Vans".into(), cell.into()],
        };
        let mut facts = facts();
        facts.contract.value_pence = Some(500_000);
        facts.source = Some(source);
        facts
    };
    let (none, whole) = (json!([null, null]), json!([5000, 5000]));
    for (heading, cell, expected) in [
        ("Contract value", "£5,000", &whole),
        ("Contract value", "5000", &whole),
        ("Contract value", "£5,000 per annum", &none),
        ("Contract value", "5000 p.a.", &none),
        ("Contract value", "£5,000 pa", &none),
        ("Annual value", "5000", &none),
        ("Value p.a. (£)", "5000", &none),
        ("Company paid", "5000", &whole),
    ] {
        let mut facts = row(heading, cell);
        assert_eq!(&json!(values(&facts)), expected, "{heading}: {cell}");
        // What is said of it here goes before the file's words.
        facts.contract.value_basis = Some("whole_term".into());
        assert_eq!(json!(values(&facts)), whole, "{heading}: {cell}");
        facts.contract.value_basis = Some("yearly".into());
        assert_eq!(json!(values(&facts)), none, "{heading}: {cell}");
    }
    let mut corrected = row("Annual value", "5000");
    corrected.contract.value_pence = Some(1_500_000);
    assert_eq!(json!(values(&corrected)), json!([15000, 15000]));
}

#[test]
fn an_end_before_the_start_is_in_no_period() {
    let mut facts = facts();
    facts.contract.initial_ends_on = "2023-12-31".parse().ok();
    let periods = |facts: &Facts| {
        let release = release::of(facts, &publisher());
        [
            &release["awards"][0]["contractPeriod"],
            &release["contracts"][0]["period"],
            &release["tender"]["lots"][0]["contractPeriod"],
        ]
        .map(Clone::clone)
    };
    let start = "2024-04-01T00:00:00+01:00";
    // Six months on from there is later than the start.
    let with_options = json!({ "startDate": start, "maxExtentDate": "2024-06-30T23:59:59+01:00" });
    assert_eq!(
        periods(&facts),
        [json!({ "startDate": start }), with_options.clone(), with_options]
    );
    facts.contract.initial_ends_on = "2023-02-28".parse().ok();
    assert_eq!(periods(&facts), [(); 3].map(|()| json!({ "startDate": start })));
    facts.contract.initial_ends_on = "2024-04-01".parse().ok();
    assert_eq!(periods(&facts)[0]["durationInDays"], 1);
    facts.contract.standing = "terminated".into();
    facts.contract.terminated_on = "2024-03-31".parse().ok();
    assert_eq!(
        periods(&facts)[1],
        json!({ "startDate": start }),
        "called off before it began"
    );
}

#[test]
fn the_process_of_another_publisher_is_named_and_ours_is_not() {
    let mut facts = facts();
    assert!(release::of(&facts, &publisher())["relatedProcesses"].is_null());
    facts.contract.ocid = Some("ocds-b5fd17-1".into());
    let release = release::of(&facts, &publisher());
    assert_eq!(release["ocid"], "ocds-h6vhtk-00000000000000000000000000000005");
    let related = json!([{ "id": "1", "scheme": "ocid", "identifier": "ocds-b5fd17-1" }]);
    assert_eq!(release["relatedProcesses"], related);
    facts.contract.ocid = Some("ocds-former-00000000000000000000000000000005".into());
    let release = release::of(&facts, &publisher());
    assert!(release["relatedProcesses"].is_null(), "ours, from a file of ours");
}

#[test]
fn a_record_tells_of_each_value_which_release_said_it() {
    let mut facts = facts();
    facts.suppliers[0].size = Some(Size::Micro);
    let record = record::of(release::of(&facts, &publisher()));
    let release = &record["releases"][0];
    let versioned = &record["versionedRelease"];
    assert_eq!(versioned["buyer"]["id"][0]["value"], "GB-LAE-NFK");
    assert_eq!(versioned["buyer"]["id"][0]["releaseID"], release["id"]);
    assert_eq!(
        versioned["parties"][0]["id"], "GB-LAE-NFK",
        "by which objects are told apart"
    );
    let details = json!({ "scale": "micro" });
    assert_eq!(versioned["parties"][1]["details"][0]["value"], details, "whole");
    assert!(versioned["id"].is_null() && versioned["tag"].is_null());
    assert_eq!(record["compiledRelease"]["tag"], json!(["compiled"]));
}
