//! Which council a name means, as buyers, registers and people write it: one and why, several that it may be, or none.
//!
//! A stated rule, not a guess: where it cannot tell, it says so and names the candidates. Pure; the directory's facts and
//! `naming/other_names.tsv` (Welsh, former and shortened names) are all it knows. `naming/judged.rs` measures it on names
//! labelled by hand. The way of a name: `words` cuts it, `style` reads place and style, `index` says who that may be,
//! and here the parts are put together.
//!
//! An abolished council is an answer: the name means it. [`heirs`] says who followed.

mod answers;
mod index;
mod piece;
mod style;
mod vocabulary;
mod words;

#[cfg(test)]
mod judged;
#[cfg(test)]
mod traps;

use super::{Council, directory};
pub use answers::{Confidence, Doubt, Match, NoCouncil, Rule, named};
use index::index;
use piece::piece;
use words::words;

/// Names longer than this are no names.
const LONGEST: usize = 300;

/// Which council a name means.
pub fn matched(name: &str) -> Match {
    if name.len() > LONGEST {
        return Match::None {
            why: NoCouncil::Unsaid,
        };
    }
    if let Some(council) = directory().find(name) {
        let rule = Rule::Code;
        return Match::Matched { council, rule };
    }
    let parts = words::parts(name);
    let whole = words(&parts.whole);
    let alone = parts.agents.is_empty();
    if let Some(council) = index().exactly(&whole).filter(|_| alone) {
        let rule = Rule::Name;
        return Match::Matched { council, rule };
    }
    // As one piece first: commas stand inside names too ("Armagh City, Banbridge and Craigavon").
    let as_one = piece(&whole);
    let one = matches!(as_one, Match::Matched { .. }) && alone;
    if one && parts.pieces.len() < 2 {
        return as_one;
    }
    let mut pieces: Vec<Match> = parts.pieces.iter().map(|text| piece(&words(text))).collect();
    if pieces.len() > 1 {
        // A place among other pieces is where somebody is ("Leeds City Council, Leeds"), not who.
        pieces
            .iter_mut()
            .filter(|piece| is_place(piece))
            .for_each(|piece| {
                *piece = Match::None {
                    why: NoCouncil::Unsaid,
                }
            });
    }
    if one && !pieces.iter().any(|piece| matches!(piece, Match::Matched { .. })) {
        return as_one;
    }
    if !pieces.iter().any(is_somebody) {
        pieces.extend(parts.asides.iter().map(|text| piece(&words(text))));
    }
    // Who acts for a council is another council, or does not matter.
    let agents = parts.agents.iter().map(|text| piece(&words(text)));
    pieces.extend(agents.filter(|agent| matches!(agent, Match::Matched { .. })));
    together(pieces, as_one)
}

/// The councils that followed one, as they are now: itself, if it exists.
pub fn heirs(council: &'static Council) -> Vec<&'static Council> {
    let mut all = vec![council];
    // As long as any was abolished; there were never more than a few steps.
    for _ in 0..5 {
        all = all
            .iter()
            .flat_map(|council| match council.facts.ends_on {
                None => vec![*council],
                Some(_) => council
                    .facts
                    .successors
                    .iter()
                    .filter_map(|slug| directory().find(slug))
                    .collect(),
            })
            .collect();
    }
    all.sort_by_key(|council| council.facts.slug);
    all.dedup_by_key(|council| council.id);
    all
}

fn is_place(one: &Match) -> bool {
    matches!(
        one,
        Match::Doubtful {
            why: Doubt::PlaceOnly,
            ..
        }
    )
}

fn is_somebody(one: &Match) -> bool {
    !matches!(
        one,
        Match::None {
            why: NoCouncil::Unsaid
        }
    )
}

/// What the parts of a name mean together.
fn together(pieces: Vec<Match>, as_one: Match) -> Match {
    let mut named: Vec<(&'static Council, Rule)> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Match::Matched { council, rule } => Some((*council, *rule)),
            _ => None,
        })
        .collect();
    named.sort_by_key(|(council, rule)| (council.facts.slug, *rule));
    named.dedup_by_key(|(council, _)| council.id);
    let candidates = || named.iter().map(|(council, _)| *council).collect();
    let unsure = |why| Match::Doubtful {
        candidates: candidates(),
        why,
    };
    let another = pieces.iter().any(|piece| {
        let body = matches!(
            piece,
            Match::None {
                why: NoCouncil::OtherBody | NoCouncil::Parish
            }
        );
        body || matches!(piece, Match::Doubtful { .. })
    });
    match named.as_slice() {
        [] => pieces.into_iter().fold(as_one, telling_more),
        [_] if another => unsure(Doubt::MoreWords),
        [(council, rule)] => Match::Matched {
            council,
            rule: if pieces.len() > 1 {
                (*rule).max(Rule::Department)
            } else {
                *rule
            },
        },
        _ => unsure(Doubt::Several),
    }
}

/// Of two that are no match, the one that says more.
fn telling_more(one: Match, other: Match) -> Match {
    let says = |of: &Match| match of {
        Match::Matched { .. } => 5,
        Match::None {
            why: NoCouncil::Parish,
        } => 4,
        Match::None {
            why: NoCouncil::OtherBody,
        } => 3,
        Match::Doubtful { .. } => 2,
        Match::None {
            why: NoCouncil::Unknown,
        } => 1,
        Match::None {
            why: NoCouncil::Unsaid,
        } => 0,
    };
    if says(&other) > says(&one) { other } else { one }
}
