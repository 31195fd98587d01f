//! Which council a name means, as buyers, registers and people write it: one and why, several that it may be, or none.
//!
//! A stated rule, not a guess: where it cannot tell, it says so and names the candidates. Pure; the directory's facts and
//! `naming/other_names.tsv` (Welsh, former and shortened names) are all it knows. `naming/judged.rs` measures it on names
//! labelled by hand. The way of a name: `words` cuts it, `style` reads place and style, `index` says who that may be,
//! and here the parts are put together.
//!
//! An abolished council is an answer: the name means it. [`heirs`] says who followed.

mod index;
mod style;
mod vocabulary;
mod words;

#[cfg(test)]
mod judged;
#[cfg(test)]
mod traps;

use super::{Council, directory};
use index::{Meaning, index};
use style::{Phrase, mistyped, phrase};
use vocabulary::{is_department, is_other_body, is_parish};
use words::words;

/// Names longer than this are no names.
const LONGEST: usize = 300;

/// What a name means.
#[derive(Clone, Debug)]
pub enum Match {
    /// One council.
    Matched {
        /// Which.
        council: &'static Council,
        /// What made it so.
        rule: Rule,
    },
    /// It may be one of these; a person should say.
    Doubtful {
        /// Those that it may be.
        candidates: Vec<&'static Council>,
        /// Why nothing decides.
        why: Doubt,
    },
    /// No council of the directory.
    None {
        /// What it is instead, as far as it can be told.
        why: NoCouncil,
    },
}

/// What made a name mean a council, the surest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// A code or slug.
    Code,
    /// Its name in the directory but for case, punctuation and order of words.
    Name,
    /// Its place and "council", in another style than the official one, which fits no other.
    Style,
    /// Its name, beside a department or one who acts for it.
    Department,
    /// Its name but for one typing error, which is near no other's.
    Typing,
}

/// How sure a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// It could only be wrong if the name were.
    Certain,
    /// The usual ways of writing a name.
    Strong,
    /// Somebody should look once.
    Fair,
}

/// Why a name may be one of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// Councils share the name and nothing tells them apart.
    Homonyms,
    /// No council of this place goes by this style.
    AnotherStyle,
    /// More than one council is named.
    Several,
    /// Only a part of a council's name.
    Part,
    /// A council's place, but nothing says that the council is meant.
    PlaceOnly,
    /// A council's name among words that may make it another body.
    MoreWords,
    /// A typing error away from a name, but not certainly that.
    Typing,
}

/// Why a name is no council of the directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoCouncil {
    /// Nothing in it says council.
    Unsaid,
    /// A parish, town or community council.
    Parish,
    /// Another body: a company, a college, a charity, a police force ...
    OtherBody,
    /// It says council, but of no place that has one.
    Unknown,
}

impl Rule {
    /// What it is, in plain English.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Code => "it is the council's code or slug",
            Self::Name => "it is the council's name but for case, punctuation and order",
            Self::Style => "it is the council's place in another style, which fits no other council",
            Self::Department => "it is the council's name beside a department, a trading name or an agent",
            Self::Typing => "it is the council's name but for a typing error, and near no other's",
        }
    }

    /// How sure it is.
    pub const fn confidence(self) -> Confidence {
        match self {
            Self::Code | Self::Name => Confidence::Certain,
            Self::Style | Self::Department => Confidence::Strong,
            Self::Typing => Confidence::Fair,
        }
    }
}

impl Doubt {
    /// What it is, in plain English.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Homonyms => "several councils share the name",
            Self::AnotherStyle => "no council of this place goes by this style",
            Self::Several => "more than one council is named",
            Self::Part => "it is only a part of a council's name",
            Self::PlaceOnly => "it is a council's place, but nothing says that the council is meant",
            Self::MoreWords => "other words stand beside a council's name, and may make it another body",
            Self::Typing => "it is near a council's name, but not certainly a typing error",
        }
    }
}

impl NoCouncil {
    /// What it is, in plain English.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Unsaid => "nothing in it says council",
            Self::Parish => "it is a parish, town or community council",
            Self::OtherBody => "it is another body than a council",
            Self::Unknown => "there is no council of this name",
        }
    }
}

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

/// What one piece of a name means.
fn piece(words: &[String]) -> Match {
    let none = |why| Match::None { why };
    let said = phrase(words);
    if said.styles.says_council() && !said.place.is_empty() {
        match index().meaning(&said) {
            Meaning::One(council, official) => {
                let rule = if official { Rule::Name } else { Rule::Style };
                return Match::Matched { council, rule };
            }
            Meaning::Doubtful(candidates, why) => return Match::Doubtful { candidates, why },
            Meaning::Unknown => {}
        }
    }
    if let Some(several) = several(words) {
        return several;
    }
    if is_parish(words) {
        return none(NoCouncil::Parish);
    }
    if words.iter().any(|word| is_other_body(word)) {
        return none(NoCouncil::OtherBody);
    }
    among_others(words)
        .or_else(|| nearly(words))
        .unwrap_or_else(|| incomplete(&said))
}

/// Two councils joined by "and": each with a style of its own, or together ("Councils").
fn several(words: &[String]) -> Option<Match> {
    let plural = words.last().is_some_and(|word| word == "councils");
    for (at, _) in words.iter().enumerate().filter(|(_, word)| *word == "and") {
        let (left, right) = (phrase(&words[..at]), phrase(&words[at + 1..]));
        let mut both = [left, right];
        both[1].styles = both[1].styles.one();
        if !(both[1].styles.says_council() && (plural || both[0].styles.says_council())) {
            continue;
        }
        both[0].styles = both[0].styles.council();
        let found: Option<Vec<_>> = both.iter().map(one).collect();
        if let Some(candidates) = found {
            let why = Doubt::Several;
            return Some(Match::Doubtful { candidates, why });
        }
    }
    None
}

fn one(said: &Phrase) -> Option<&'static Council> {
    match index().meaning(said) {
        Meaning::One(council, _) => Some(council),
        _ => None,
    }
}

/// The longest council's name at the beginning or the end, where other words stand beside it.
fn among_others(words: &[String]) -> Option<Match> {
    let found = |part: &[String]| {
        let said = phrase(part);
        if said.styles.says_council() {
            one(&said)
        } else {
            None
        }
    };
    for length in (1..words.len()).rev() {
        let (head, tail) = (&words[..length], &words[length..]);
        if let Some(council) = found(head) {
            if matches!(tail[0].as_str(), "for" | "of") {
                let why = NoCouncil::OtherBody;
                return Some(Match::None { why });
            }
            // Once more in the other language: "Cyngor Sir Ynys Mon" is behind "Isle of Anglesey County Council".
            let Phrase { place, styles } = phrase(tail);
            let again = one(&Phrase {
                place,
                styles: styles.council(),
            });
            return Some(match again {
                Some(other) if other.id == council.id => beside(council, true),
                _ => beside(council, tail.iter().all(|word| is_department(word))),
            });
        }
        let (head, tail) = (&words[..words.len() - length], &words[words.len() - length..]);
        if let Some(council) = found(tail) {
            return Some(beside(council, head.iter().all(|word| is_department(word))));
        }
    }
    None
}

fn beside(council: &'static Council, department: bool) -> Match {
    if department {
        let rule = Rule::Department;
        Match::Matched { council, rule }
    } else {
        let (candidates, why) = (vec![council], Doubt::MoreWords);
        Match::Doubtful { candidates, why }
    }
}

/// A name with a typing error, in its style or in its place.
fn nearly(words: &[String]) -> Option<Match> {
    let (said, slip) = match mistyped(words) {
        Some(said) => (said, false),
        None => {
            let said = phrase(words);
            let place = index().nearly(&said.place)?.to_owned();
            (Phrase { place, ..said }, true)
        }
    };
    if !said.styles.says_council() {
        return None;
    }
    match index().meaning(&said) {
        Meaning::One(council, official) if official || !slip => {
            let rule = Rule::Typing;
            Some(Match::Matched { council, rule })
        }
        Meaning::One(council, _) => Some(Match::Doubtful {
            candidates: vec![council],
            why: Doubt::Typing,
        }),
        Meaning::Doubtful(candidates, _) => Some(Match::Doubtful {
            candidates,
            why: Doubt::Typing,
        }),
        Meaning::Unknown => None,
    }
}

/// What is left: a place alone, a part of a name, or nothing known.
fn incomplete(said: &Phrase) -> Match {
    let doubtful = |candidates, why| Match::Doubtful { candidates, why };
    if !said.styles.says_council() {
        let council = said.styles.council();
        return match index().meaning(&Phrase {
            styles: council,
            place: said.place.clone(),
        }) {
            Meaning::One(council, _) => doubtful(vec![council], Doubt::PlaceOnly),
            Meaning::Doubtful(candidates, _) => doubtful(candidates, Doubt::PlaceOnly),
            Meaning::Unknown => Match::None {
                why: NoCouncil::Unsaid,
            },
        };
    }
    let candidates = index().with_part(&said.place);
    if candidates.is_empty() {
        Match::None {
            why: NoCouncil::Unknown,
        }
    } else {
        doubtful(candidates, Doubt::Part)
    }
}
