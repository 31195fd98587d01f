//! How the searches that may match something are found without looking at every search.
//!
//! A search has anchors, of which everything that it matches shows at least one. They are of one of its parts, the one
//! that the fewest things are expected to have. Whatever happens shows its own, and only searches that share one are
//! looked at. They are kept as numbers: small, and nobody's words.

use super::{Filter, fold, split};
use crate::alerts::subject::Subject;
use crate::events::{About, Kind};
use uuid::Uuid;

/// A circle that holds more councils than this is no better than a region.
const FEW_COUNCILS: usize = 60;

/// Words that many titles and descriptions of registers have, in order: a search is found by another, if it has one.
const COMMON: [&str; 60] = [
    "adults",
    "agreement",
    "and",
    "building",
    "care",
    "centre",
    "children",
    "childrens",
    "community",
    "contract",
    "council",
    "county",
    "day",
    "development",
    "education",
    "equipment",
    "for",
    "framework",
    "health",
    "hire",
    "home",
    "homes",
    "hosted",
    "housing",
    "installation",
    "licence",
    "local",
    "maintenance",
    "management",
    "materials",
    "of",
    "people",
    "placement",
    "programme",
    "project",
    "provision",
    "public",
    "purchase",
    "repairs",
    "residential",
    "school",
    "schools",
    "service",
    "services",
    "social",
    "software",
    "special",
    "supply",
    "support",
    "supported",
    "system",
    "systems",
    "the",
    "to",
    "training",
    "transport",
    "various",
    "with",
    "works",
    "young",
];

/// A word of a part as a number (FNV-1a of 64 bits): of two that meet, the filter tells the difference.
fn anchor(part: &str, word: &str) -> i64 {
    let bytes = part.bytes().chain([b':']).chain(word.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    hash.cast_signed()
}

/// The anchors of a search.
pub fn of_filter(filter: &Filter) -> Vec<i64> {
    let ids = |part, ids: &[Uuid]| ids.iter().map(|id| of_id(part, *id)).collect();
    let words = |part, words: &[String]| words.iter().map(|word| anchor(part, word)).collect();
    let near = filter
        .near
        .as_ref()
        .map(|near| near.councils().collect::<Vec<_>>());
    // Of a search's words the one that the fewest things are expected to have.
    let rarest = filter.words.as_ref().and_then(|text| {
        let text = text.to_lowercase();
        let word = split(&text).max_by_key(|word| (COMMON.binary_search(word).is_err(), word.len()));
        word.map(str::to_owned)
    });
    let departments: Vec<String> = filter.departments.iter().map(|name| fold(name)).collect();
    let parts: [Vec<i64>; 15] = [
        ids("holder", &filter.holders),
        ids("contract", &filter.contracts),
        ids("need", &filter.needs),
        ids("pilot", &filter.pilots),
        ids("owner", &filter.owners),
        ids("bidder", &filter.bidders),
        words("department", &departments),
        rarest.iter().map(|word| anchor("word", word)).collect(),
        filter
            .lgsl
            .iter()
            .map(|code| anchor("service", &code.to_string()))
            .collect(),
        ids("council", &filter.councils),
        ids(
            "council",
            near.as_deref()
                .filter(|near| near.len() <= FEW_COUNCILS)
                .unwrap_or_default(),
        ),
        words("cpv", &filter.cpv_prefixes),
        words("region", &filter.regions),
        words("sort", &filter.council_kinds),
        words("delivery", &filter.delivery_models),
    ];
    let found = parts.into_iter().find(|part| !part.is_empty());
    let mut anchors = found.unwrap_or_else(|| of_kinds(filter));
    anchors.sort_unstable();
    anchors.dedup();
    anchors
}

fn of_id(part: &str, id: Uuid) -> i64 {
    anchor(part, id.simple().encode_lower(&mut Uuid::encode_buffer()))
}

/// A search that looks for nothing in particular.
fn of_kinds(filter: &Filter) -> Vec<i64> {
    let only_windows = filter
        .kinds
        .iter()
        .all(|kind| kind == Kind::WindowOpened.as_str());
    if only_windows && !filter.window_kinds.is_empty() {
        return filter
            .window_kinds
            .iter()
            .map(|kind| anchor("window", kind))
            .collect();
    }
    let kinds = Kind::ALL.iter().filter(|kind| filter.tells(**kind));
    kinds.map(|kind| anchor("kind", kind.as_str())).collect()
}

/// The anchors that something shows.
pub fn of_subject(subject: &Subject, mut show: impl FnMut(i64)) {
    let (part, id) = match subject.about {
        About::Contract(id) => ("contract", id),
        About::Need(id) => ("need", id),
        About::Pilot(id) => ("pilot", id),
        About::Evidence(id) => ("evidence", id),
    };
    show(of_id(part, id));
    if let Some(council) = subject.council {
        show(of_id("council", council.id));
        show(anchor("region", council.facts.region.as_str()));
        show(anchor("sort", council.facts.kind.as_str()));
    }
    subject.holder.iter().for_each(|id| show(of_id("holder", *id)));
    show(anchor("kind", subject.kind.as_str()));
    subject.words.iter().for_each(|word| show(anchor("word", word)));
    let cpv = subject.cpv.iter().filter(|cpv| cpv.is_ascii());
    for cpv in cpv.flat_map(|cpv| (1..=cpv.len()).map(|end| &cpv[..end])) {
        show(anchor("cpv", cpv));
    }
    subject
        .lgsl
        .iter()
        .for_each(|code| show(anchor("service", &code.to_string())));
    subject
        .department
        .iter()
        .for_each(|name| show(anchor("department", &fold(name))));
    subject
        .delivery_model
        .iter()
        .for_each(|model| show(anchor("delivery", model)));
    subject.owner_id.iter().for_each(|id| show(of_id("owner", *id)));
    subject.bidders.iter().for_each(|id| show(of_id("bidder", *id)));
    subject
        .window
        .iter()
        .for_each(|window| show(anchor("window", window.kind.as_str())));
}
