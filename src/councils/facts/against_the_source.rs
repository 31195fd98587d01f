//! The facts against the lists they were taken from, where those are at hand.
//!
//! Counts by another road: `python3 -c "import csv, collections; print(collections.Counter((r['nation'],
//! r['local-authority-type'], r['current-authority']) for r in csv.DictReader(open(FILE))))"`.

use super::{CouncilFact, Kind, Nation, ProvidingTier, councils, services};
use std::collections::BTreeMap;
use std::path::PathBuf;

fn source(name: &str) -> Option<PathBuf> {
    let path = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data")).join(name);
    if path.exists() {
        return Some(path);
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "{} must be here in CI",
        path.display()
    );
    println!("skipped: ../shared/data is not here");
    None
}

#[test]
fn counts_by_nation_and_kind_are_those_of_the_source() {
    let count = |nation, kind, current: bool| {
        councils()
            .filter(|c| c.nation == nation && c.kind == kind && c.ends_on.is_none() == current)
            .count()
    };
    use Nation::{England, NorthernIreland, Scotland, Wales};
    for (nation, kind, current, past) in [
        (England, Kind::District, 164, 40),
        (England, Kind::County, 21, 6),
        (England, Kind::Unitary, 63, 2),
        (England, Kind::MetropolitanDistrict, 36, 0),
        (England, Kind::LondonBorough, 32, 0),
        (England, Kind::CityOfLondon, 1, 0),
        (England, Kind::CombinedAuthority, 14, 0),
        (England, Kind::StrategicAuthority, 1, 0),
        (Scotland, Kind::ScottishUnitary, 32, 0),
        (Wales, Kind::WelshUnitary, 22, 0),
        (NorthernIreland, Kind::NorthernIrelandDistrict, 11, 25),
    ] {
        assert_eq!(
            (count(nation, kind, true), count(nation, kind, false)),
            (current, past),
            "{kind:?}"
        );
    }
    let current = councils()
        .filter(|c| c.kind.is_principal() && c.ends_on.is_none())
        .count();
    assert_eq!(current, 382, "principal councils of the UK today");
}

#[test]
fn every_council_of_the_source_is_here_with_its_code() {
    let Some(path) = source("councils/uk_local_authorities_current.csv") else {
        return;
    };
    let ours: BTreeMap<&str, CouncilFact> = councils().map(|c| (c.name, c)).collect();
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let at = |name: &str| headers.iter().position(|h| h == name).unwrap();
    let (name, gss, end) = (at("official-name"), at("gss-code"), at("end-date"));
    let mut seen = 0;
    for row in reader.records().map(Result::unwrap) {
        let council = councils().find(|c| c.name == row[name].trim() && c.gss.unwrap_or("") == &row[gss]);
        let council = council.unwrap_or_else(|| panic!("{} is missing", &row[name]));
        assert_eq!(
            council.ends_on.map(|d| d.to_string()).unwrap_or_default(),
            row[end]
        );
        seen += 1;
    }
    assert_eq!(seen, councils().count());
    assert!(ours.len() > 400);
}

#[test]
fn every_service_of_the_source_is_here_with_its_tier() {
    let Some(path) = source("services/local_services.csv") else {
        return;
    };
    let ours: BTreeMap<i32, ProvidingTier> = services().map(|s| (s.lgsl, s.tier)).collect();
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut seen = 0;
    for row in reader.records().map(Result::unwrap) {
        let tier = match &row[2] {
            "county/unitary" => ProvidingTier::CountyUnitary,
            "district/unitary" => ProvidingTier::DistrictUnitary,
            _ => ProvidingTier::All,
        };
        assert_eq!(ours.get(&row[0].parse().unwrap()), Some(&tier), "{}", &row[1]);
        seen += 1;
    }
    assert_eq!((seen, ours.len()), (117, 117));
}
