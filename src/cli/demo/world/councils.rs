//! The demonstration's councils: real ones, by GSS code, with the powers that decide what they may buy.
//! Checked against mySociety's list of UK local authorities (CC-BY-4.0). Shared services between them are
//! invented here, in `SHARED`; what they buy is in the `lines_*` tables.

use super::shapes::CouncilKind::{
    CombinedAuthority, County, District, LondonBorough, MetropolitanDistrict, NorthernIrelandDistrict,
    ScottishUnitary, Unitary, WelshUnitary,
};
use super::shapes::DemoCouncil;

/// Letters of `provides`: a corporate; u upper tier; w waste disposal; l lower tier; b benefits, council tax,
/// housing options, elections; h its own homes; k a combined authority's transport, skills and fire.
macro_rules! councils {
    ($(($gss:literal, $slug:literal, $name:literal, $place:literal, $kind:ident, $nation:literal,
        $region:literal, $population:literal, $provides:literal, $style:literal)),+ $(,)?) => {
        &[$(DemoCouncil { gss: $gss, slug: $slug, name: $name, place: $place, kind: $kind, nation: $nation,
            region: $region, population: $population, provides: $provides, reference_style: $style }),+]
    };
}

/// The councils.
pub(super) const COUNCILS: &[DemoCouncil] = councils! {
    ("E10000020", "norfolk", "Norfolk County Council", "Norfolk", County, "England", "East of England", 914_039, "auw", "NCCT4{n}"),
    ("E07000144", "broadland", "Broadland District Council", "Broadland", District, "England", "East of England", 131_931, "alb", "BDC-{yy}-{n}"),
    ("E07000149", "south-norfolk", "South Norfolk District Council", "South Norfolk", District, "England", "East of England", 143_066, "alb", "SN/{yyyy}/{n}"),
    ("E07000143", "breckland", "Breckland District Council", "Breckland", District, "England", "East of England", 141_255, "alb", "BRK{n}"),
    ("E07000148", "norwich", "Norwich City Council", "Norwich", District, "England", "East of England", 142_177, "albh", "NOR-C{n}"),
    ("E10000029", "suffolk", "Suffolk County Council", "Suffolk", County, "England", "East of England", 761_246, "auw", "SCC {yy}/{n}"),
    ("E07000245", "west-suffolk", "West Suffolk Council", "West Suffolk", District, "England", "East of England", 177_302, "alb", "WS{yy}{n}"),
    ("E10000017", "lancashire", "Lancashire County Council", "Lancashire", County, "England", "North West", 1_227_076, "auw", "LCC-CORP-{n}"),
    ("E07000123", "preston", "Preston City Council", "Preston", District, "England", "North West", 144_147, "alb", "PCC/{n}/{yy}"),
    ("E07000124", "ribble-valley", "Ribble Valley Borough Council", "the Ribble Valley", District, "England", "North West", 62_026, "alb", "RV{n}"),
    ("E08000007", "stockport", "Stockport Metropolitan Borough Council", "Stockport", MetropolitanDistrict, "England", "North West", 294_197, "aulbh", "STK-DN{n}"),
    ("E06000063", "cumberland", "Cumberland Council", "Cumberland", Unitary, "England", "North West", 274_396, "auwlb", "CUM/{yyyy}/{n}"),
    ("E47000001", "greater-manchester", "Greater Manchester Combined Authority", "Greater Manchester", CombinedAuthority, "England", "North West", 2_848_286, "awk", "GMCA{n}"),
    ("E08000035", "leeds", "Leeds City Council", "Leeds", MetropolitanDistrict, "England", "Yorkshire and The Humber", 798_786, "auwlbh", "{n}-LCC"),
    ("E06000054", "wiltshire", "Wiltshire Council", "Wiltshire", Unitary, "England", "South West", 504_070, "auwlbh", "WC-{yyyy}-{n}"),
    ("E09000007", "camden", "London Borough of Camden", "Camden", LondonBorough, "England", "London", 279_516, "aulbh", "CAM/P{n}"),
    ("S12000017", "highland", "The Highland Council", "the Highlands", ScottishUnitary, "Scotland", "Scotland", 235_430, "auwlbh", "HC{yy}-{n}"),
    ("S12000047", "fife", "Fife Council", "Fife", ScottishUnitary, "Scotland", "Scotland", 374_130, "auwlbh", "FC{n}"),
    ("W06000002", "gwynedd", "Gwynedd Council", "Gwynedd", WelshUnitary, "Wales", "Wales", 125_171, "auwlb", "CG/{yy}/{n}"),
    ("N09000003", "belfast", "Belfast City Council", "Belfast", NorthernIrelandDistrict, "Northern Ireland", "Northern Ireland", 342_560, "awl", "T{n}"),
    ("N09000009", "mid-ulster", "Mid Ulster District Council", "Mid Ulster", NorthernIrelandDistrict, "Northern Ireland", "Northern Ireland", 148_953, "awl", "MUDC-{yy}-{n}"),
};

/// A line that one council buys for itself and others: trade, who leads, who joins.
pub(super) const SHARED: &[(&str, usize, &[usize])] = &[
    ("finance", council("south-norfolk"), &[council("broadland")]),
    ("rounds", council("broadland"), &[council("south-norfolk")]),
    ("revs-bens", council("west-suffolk"), &[council("breckland")]),
    ("library-sys", council("suffolk"), &[council("norfolk")]),
    ("winter", council("norfolk"), &[council("suffolk")]),
    (
        "treatment",
        council("greater-manchester"),
        &[council("stockport")],
    ),
    ("regulatory-sys", council("preston"), &[council("ribble-valley")]),
    ("burials-sys", council("mid-ulster"), &[council("belfast")]),
];

/// The position of the council with this slug; in a constant, an unknown slug does not compile.
pub(super) const fn council(slug: &str) -> usize {
    let mut at = 0;
    while at < COUNCILS.len() {
        if begins(COUNCILS[at].slug, slug) && COUNCILS[at].slug.len() == slug.len() {
            return at;
        }
        at += 1;
    }
    panic!("no council has this slug")
}

/// Whether `text` begins with `start`, where only constants can ask.
pub(super) const fn begins(text: &str, start: &str) -> bool {
    let (text, start) = (text.as_bytes(), start.as_bytes());
    if start.len() > text.len() {
        return false;
    }
    let mut at = 0;
    while at < start.len() {
        if text[at] != start[at] {
            return false;
        }
        at += 1;
    }
    true
}
