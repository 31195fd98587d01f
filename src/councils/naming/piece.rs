//! What one piece of a name means by itself: a council, two of them, another body, or a slip of the fingers.
//! Must not know of brackets and agents. Next: `naming.rs`, which puts the pieces together.

use super::index::{Meaning, index};
use super::style::{Phrase, mistyped, phrase};
use super::vocabulary::{is_department, is_other_body, is_parish};
use super::{Doubt, Match, NoCouncil, Rule};
use crate::councils::Council;

/// What one piece of a name means.
pub(super) fn piece(words: &[String]) -> Match {
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
