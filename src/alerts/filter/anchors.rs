//! How the searches that may match something are found without looking at every search.
//!
//! A search has anchors: short words of which everything that it matches shows at least one. They are of one of its
//! parts, the one that the fewest things are expected to have. Whatever happens shows its own words, and only searches
//! that share one are looked at.

use super::{Filter, fold, split};
use crate::alerts::subject::Subject;
use crate::events::{About, Kind};
use uuid::Uuid;

/// A circle that holds more councils than this is no better than a region.
const FEW_COUNCILS: usize = 60;

/// The anchors of a search.
pub fn of_filter(filter: &Filter) -> Vec<String> {
    let ids = |sign: &str, ids: &[Uuid]| ids.iter().map(|id| format!("{sign}:{}", id.simple())).collect();
    let words = |sign: &str, words: &[String]| words.iter().map(|word| format!("{sign}:{word}")).collect();
    let near = filter
        .near
        .as_ref()
        .map(|near| near.councils().collect::<Vec<_>>());
    let longest = filter.words.as_ref().and_then(|text| {
        let text = text.to_lowercase();
        split(&text).max_by_key(|word| word.len()).map(str::to_owned)
    });
    let parts: [Vec<String>; 14] = [
        ids("contract", &filter.contracts),
        ids("need", &filter.needs),
        ids("pilot", &filter.pilots),
        ids("owner", &filter.owners),
        ids("bidder", &filter.bidders),
        filter
            .departments
            .iter()
            .map(|name| format!("department:{}", fold(name)))
            .collect(),
        longest.iter().map(|word| format!("word:{word}")).collect(),
        filter.lgsl.iter().map(|code| format!("service:{code}")).collect(),
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
    anchors.sort();
    anchors.dedup();
    anchors
}

/// A search that looks for nothing in particular.
fn of_kinds(filter: &Filter) -> Vec<String> {
    let only_windows = filter
        .kinds
        .iter()
        .all(|kind| kind == Kind::WindowOpened.as_str());
    if only_windows && !filter.window_kinds.is_empty() {
        return filter
            .window_kinds
            .iter()
            .map(|kind| format!("window:{kind}"))
            .collect();
    }
    let kinds = Kind::ALL.iter().filter(|kind| filter.tells(**kind));
    kinds.map(|kind| format!("kind:{}", kind.as_str())).collect()
}

/// The words that something shows.
pub fn of_subject(subject: &Subject, mut show: impl FnMut(String)) {
    let (sign, id) = match subject.about {
        About::Contract(id) => ("contract", id),
        About::Need(id) => ("need", id),
        About::Pilot(id) => ("pilot", id),
    };
    let facts = &subject.council.facts;
    show(format!("{sign}:{}", id.simple()));
    show(format!("council:{}", subject.council.id.simple()));
    show(format!("region:{}", facts.region.as_str()));
    show(format!("sort:{}", facts.kind.as_str()));
    show(format!("kind:{}", subject.kind.as_str()));
    for word in &subject.words {
        show(format!("word:{word}"));
    }
    let cpv = subject.cpv.iter().filter(|cpv| cpv.is_ascii());
    for cpv in cpv.flat_map(|cpv| (1..=cpv.len()).map(|end| &cpv[..end])) {
        show(format!("cpv:{cpv}"));
    }
    subject
        .lgsl
        .iter()
        .for_each(|code| show(format!("service:{code}")));
    subject
        .department
        .iter()
        .for_each(|name| show(format!("department:{}", fold(name))));
    subject
        .delivery_model
        .iter()
        .for_each(|model| show(format!("delivery:{model}")));
    subject
        .owner_id
        .iter()
        .for_each(|id| show(format!("owner:{}", id.simple())));
    subject
        .bidders
        .iter()
        .for_each(|id| show(format!("bidder:{}", id.simple())));
    subject
        .window
        .iter()
        .for_each(|window| show(format!("window:{}", window.kind.as_str())));
}
