//! Names that are near a council's and are not it, and names that must mean what they always did.

use super::words::words;
use super::{Match, NoCouncil, Rule, heirs, matched};
use crate::councils::directory;
use proptest::prelude::*;

fn slug(name: &str) -> Option<&'static str> {
    match matched(name) {
        Match::Matched { council, .. } => Some(council.facts.slug),
        _ => None,
    }
}

fn candidates(name: &str) -> Vec<&'static str> {
    match matched(name) {
        Match::Doubtful { candidates, .. } => candidates.iter().map(|council| council.facts.slug).collect(),
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_council_is_meant_by_its_own_names_codes_and_slug() {
    for council in directory().all() {
        let facts = &council.facts;
        for name in [Some(facts.slug), facts.gss, Some(facts.name)]
            .into_iter()
            .flatten()
        {
            assert_eq!(slug(name), Some(facts.slug), "{name}");
            assert_eq!(slug(&name.to_uppercase()), Some(facts.slug), "{name}");
        }
        // Three counties share their short name with the unitary that followed them: it is the one that exists.
        let short = slug(facts.short_name).unwrap();
        let meant = directory().find(short).unwrap();
        let same = meant.id == council.id || meant.facts.short_name == facts.short_name;
        assert!(
            same && (meant.id == council.id || facts.ends_on.is_some()),
            "{}",
            facts.short_name
        );
    }
}

#[test]
fn every_council_is_meant_by_its_name_beside_departments_and_trading_names() {
    for council in directory().all() {
        let name = council.facts.name;
        for written in [
            format!("{name} - Procurement"),
            format!("{name} (Corporate Services)"),
            format!("The {name} t/a Traded Services"),
            format!("Highways Team - {name}"),
            name.replace(" and ", " &amp; "),
            format!("Somebody Else Ltd on behalf of {name}"),
        ] {
            // What is no council by its words ("Liverpool City Region") needs them all and no others.
            let allowed = council.facts.kind.is_principal();
            let found = slug(&written);
            assert!(
                found == Some(council.facts.slug) || !allowed && found.is_none(),
                "{written}: {found:?}"
            );
        }
    }
}

#[test]
fn towns_and_counties_of_like_names_are_told_apart() {
    for (name, expected) in [
        ("City of Lincoln Council", "city-of-lincoln"),
        ("Lincoln City Council", "city-of-lincoln"),
        ("Lincolnshire CC", "lincolnshire"),
        ("Derby City Council", "derby"),
        ("Derbyshire County Council", "derbyshire"),
        ("Bedford BC", "bedford"),
        ("Central Beds Council", "central-bedfordshire"),
        ("Northampton Borough Council", "northampton"),
        ("North Northants Council", "north-northamptonshire"),
        ("Northamptonshire County Council", "northamptonshire"),
        ("Newcastle City Council", "newcastle-upon-tyne"),
        ("Newcastle upon Tyne City Council", "newcastle-upon-tyne"),
        ("Newcastle-under-Lyme BC", "newcastle-under-lyme"),
        ("Newport City Council", "newport"),
        ("Richmondshire DC", "richmondshire"),
        ("LB Richmond upon Thames", "richmond-upon-thames"),
        ("Kent CC", "kent"),
        ("Durham County Council", "county-durham"),
        ("Dorset Council", "dorset-council"),
        ("Dorset County Council", "dorset-county"),
        ("North Yorkshire County Council", "north-yorkshire-to-2023"),
        ("North Yorkshire Council", "north-yorkshire"),
        ("Cornwall County Council", "cornwall"),
        ("Hull City Council", "kingston-upon-hull"),
        (
            "The Royal Borough of Kingston upon Thames",
            "kingston-upon-thames",
        ),
        ("Milton Keynes City Council", "milton-keynes"),
        ("Chelmsford Borough Council", "chelmsford"),
        ("Corporation of London", "city-of-london"),
        ("Cumberland Council", "cumberland"),
        ("East Suffolk District Council", "east-suffolk"),
        ("West Northants", "west-northamptonshire"),
    ] {
        if name == "West Northants" {
            assert_eq!(
                candidates(name),
                [expected],
                "{name}: nothing says that the council is meant"
            );
            continue;
        }
        assert_eq!(slug(name), Some(expected), "{name}");
    }
}

#[test]
fn welsh_and_bilingual_names_mean_their_council() {
    for (name, expected) in [
        (
            "Cyngor Sir Ynys Môn / Isle of Anglesey County Council",
            "isle-of-anglesey",
        ),
        ("CYNGOR GWYNEDD", "gwynedd"),
        ("Cyngor Sir Powys County Council", "powys"),
        ("Cyngor Caerdydd - Cardiff Council", "cardiff"),
        ("Cyngor Bwrdeistref Sirol Pen-y-bont ar Ogwr", "bridgend"),
        ("Cyngor Dinas a Sir Abertawe", "swansea"),
        ("City and County of Swansea", "swansea"),
        ("Cyngor Sir Gâr", "carmarthenshire"),
        (
            "Isle of Anglesey County Council Cyngor Sir Ynys Mon",
            "isle-of-anglesey",
        ),
        ("Rhondda Cynon Taf CBC", "rhondda-cynon-taff"),
        ("Wrexham CBC", "wrexham"),
        ("Comhairle nan Eilean Siar (Western Isles)", "eilean-siar"),
    ] {
        assert_eq!(slug(name), Some(expected), "{name}");
    }
}

#[test]
fn what_nothing_decides_is_doubtful_with_its_candidates() {
    let kingstons = ["kingston-upon-hull", "kingston-upon-thames"];
    assert_eq!(candidates("Kingston Council"), kingstons);
    assert_eq!(
        candidates("Cheshire County Council"),
        ["cheshire-east", "cheshire-west-and-chester"]
    );
    assert_eq!(
        candidates("Newcastle Council"),
        ["newcastle-under-lyme", "newcastle-upon-tyne"]
    );
    assert_eq!(candidates("Derby County Council"), ["derby", "derbyshire"]);
    assert_eq!(
        candidates("Lincolnshire City Council"),
        ["city-of-lincoln", "lincolnshire"]
    );
    assert_eq!(
        candidates("Durham City Council"),
        ["county-durham"],
        "abolished in 2009, and not in the directory"
    );
    assert_eq!(
        candidates("Lichfield City Council"),
        ["lichfield"],
        "a parish, beside a district council"
    );
    assert_eq!(
        candidates("Chichester City Council"),
        ["chichester"],
        "a parish, beside a district council"
    );
    assert_eq!(candidates("Dorset District Council").len(), 2);
    assert_eq!(candidates("Adur and Worthing Councils"), ["adur", "worthing"]);
    assert_eq!(
        candidates("Babergh & Mid Suffolk District Councils"),
        ["babergh", "mid-suffolk"]
    );
    assert_eq!(
        candidates("Kent County Council / Medway Council"),
        ["kent", "medway"]
    );
    assert_eq!(
        candidates("Essex County Council on behalf of Kent County Council"),
        ["essex", "kent"]
    );
    assert_eq!(
        candidates("Derby County"),
        ["derby", "derbyshire"],
        "a football club"
    );
    assert_eq!(candidates("Norwich City"), ["norwich"], "a football club");
    assert_eq!(candidates("Leeds City Council Rowing"), ["leeds"]);
    assert_eq!(candidates("Kent County Council - Kent Homes Ltd"), ["kent"]);
    assert_eq!(candidates("Luton Metropolitan Borough Council"), ["luton"]);
    assert_eq!(candidates("London Borough of Reading"), ["reading"]);
}

#[test]
fn what_is_no_council_of_the_directory_is_none() {
    for (name, expected) in [
        ("Newport Pagnell Town Council", NoCouncil::Parish),
        ("Dover Town Council", NoCouncil::Parish),
        ("City of Durham Parish Council", NoCouncil::Parish),
        ("Cyngor Tref Caernarfon", NoCouncil::Parish),
        ("Pontypridd Community Council", NoCouncil::Parish),
        ("Bolton Council for Voluntary Service", NoCouncil::OtherBody),
        ("Kent County Council Pension Fund", NoCouncil::OtherBody),
        ("Bristol City Council Homes Limited", NoCouncil::OtherBody),
        ("Leeds City College", NoCouncil::OtherBody),
        ("Leeds City Council of Churches", NoCouncil::OtherBody),
        ("Essex County Fire and Rescue Service", NoCouncil::OtherBody),
        ("Norwich City Football Club", NoCouncil::OtherBody),
        ("Arts Council England", NoCouncil::Unknown),
        ("London Councils", NoCouncil::Unknown),
        ("Medical Research Council", NoCouncil::Unknown),
        ("Salisbury City Council", NoCouncil::Unknown),
        ("Salisbury District Council", NoCouncil::Unknown),
        ("Atlantis Borough Council", NoCouncil::Unknown),
        ("Council", NoCouncil::Unknown),
        ("Borough Council", NoCouncil::Unknown),
        ("", NoCouncil::Unsaid),
        ("Capita", NoCouncil::Unsaid),
    ] {
        match matched(name) {
            Match::None { why } => assert_eq!(why, expected, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_typing_error_is_mended_only_where_one_council_is_near() {
    let rule = |name: &str| match matched(name) {
        Match::Matched { council, rule } => Some((council.facts.slug, rule)),
        _ => None,
    };
    assert_eq!(rule("Kent bCounty Council"), Some(("kent", Rule::Typing)));
    assert_eq!(rule("Norflok County Council"), Some(("norfolk", Rule::Typing)));
    assert_eq!(rule("Worcestor City Council"), Some(("worcester", Rule::Typing)));
    assert_eq!(rule("Est Devon District Council"), None, "East or West");
    assert_eq!(rule("Kant County Council"), None, "too short to tell");
    assert_eq!(rule("Marlow Council"), None, "a town of its own");
    assert_eq!(rule("Newham Town Council"), None);
    assert_eq!(
        rule("Newnham Borough Council"),
        None,
        "a place of its own, and Newham's style is another"
    );
}

#[test]
fn heirs_are_the_councils_that_exist_now() {
    let heirs = |slug: &str| -> Vec<_> {
        let council = directory().find(slug).unwrap();
        heirs(council).iter().map(|heir| heir.facts.slug).collect()
    };
    assert_eq!(heirs("richmondshire"), ["north-yorkshire"]);
    assert_eq!(
        heirs("northamptonshire"),
        ["north-northamptonshire", "west-northamptonshire"]
    );
    assert_eq!(
        heirs("taunton-deane"),
        ["somerset"],
        "by way of Somerset West and Taunton"
    );
    assert_eq!(heirs("kent"), ["kent"]);
}

/// The variants of the source, where it is at hand: none may mean another council.
#[test]
fn no_known_variant_is_matched_to_another_council() {
    let at = |name: &str| format!("{}/../shared/data/councils/{name}", env!("CARGO_MANIFEST_DIR"));
    let Ok(mut codes) = csv::Reader::from_path(at("uk_local_authorities_current.csv")) else {
        assert!(std::env::var_os("CI").is_none(), "the source must be here in CI");
        println!("skipped: ../shared/data is not here");
        return;
    };
    let names: std::collections::HashMap<String, String> = codes
        .records()
        .map(Result::unwrap)
        .map(|row| (row[0].to_owned(), row[1].trim().to_owned()))
        .collect();
    let (mut right, mut doubtful, mut none) = (0, Vec::new(), Vec::new());
    for row in csv::Reader::from_path(at("lookup_name_to_registry.csv"))
        .unwrap()
        .byte_records()
    {
        let row = row.unwrap();
        let (name, code) = (String::from_utf8_lossy(&row[0]), String::from_utf8_lossy(&row[1]));
        let Some(expected) = names.get(code.as_ref()) else {
            continue;
        };
        match matched(&name) {
            Match::Matched { council, rule } => {
                let meant = directory()
                    .all()
                    .iter()
                    .find(|one| one.facts.name.trim() == expected)
                    .unwrap();
                let ours = heirs(meant).iter().any(|heir| heir.id == council.id) || meant.id == council.id;
                assert!(
                    ours,
                    "{name} is {expected}, not {} by {rule:?}",
                    council.facts.name
                );
                right += 1;
            }
            Match::Doubtful { .. } => doubtful.push(name.into_owned()),
            Match::None { .. } => none.push(name.into_owned()),
        }
    }
    println!(
        "{right} right, {} doubtful: {doubtful:?}, {} none: {none:?}",
        doubtful.len(),
        none.len()
    );
    assert!(right >= 1_550, "{right}");
}

proptest! {
    #[test]
    fn any_text_has_an_answer_and_one_normal_form(text in "\\PC{0,80}|([A-Za-z&;'()/,.-]{1,12} ?){0,12}") {
        let _ = matched(&text);
        let once = words(&text).join(" ");
        prop_assert_eq!(words(&once).join(" "), once);
    }

    #[test]
    fn case_spaces_and_the_article_change_no_answer(at in 0..470_usize, upper: bool, article: bool, spaces in 1..4_usize) {
        let all = directory().all();
        let council = &all[at % all.len()];
        let mut name = council.facts.name.replace(' ', &" ".repeat(spaces));
        if upper { name = name.to_uppercase(); }
        if article && council.facts.kind.is_principal() { name = format!("The {name}"); }
        prop_assert_eq!(slug(&name), Some(council.facts.slug));
    }
}
