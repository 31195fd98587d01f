//! What the words around a length say of it, nearest first. Next: `roles.rs`, which asks.

use super::phrases::Item;
use super::roles::Role;
use super::words::{self, is};

/// So many words before a length are looked at.
const BEHIND: usize = 8;

/// Whether a word speaks of ending the contract early.
pub(super) fn ends(word: &str) -> bool {
    word == "break" || word.starts_with("terminat")
}

/// What the words right behind a length say of it.
pub(super) fn ahead(items: &[Item], at: usize, single: bool) -> Option<Role> {
    if let Some(role) = bracketed(items, at) {
        return Some(role);
    }
    let next = |n: usize| word_at(items, at + n);
    let words: Vec<&str> = (1..=6).map_while(next).collect();
    let starts = |said: &[&str]| words.starts_with(said);
    let first = *words.first()?;
    if words.iter().take(4).any(|w| *w == "notice") {
        return Some(Role::Notice);
    }
    let step = is(first, words::STEPS) || starts(&["at", "a", "time"]);
    let in_periods = is(first, &["periods", "extensions"]) && words_before(items, at, 1).any(|w| w == "in");
    if single && (step || in_periods) {
        return Some(Role::Step);
    }
    if starts(&["in", "total"]) {
        return Some(Role::Whole);
    }
    let named = words.iter().position(|w| !is(w, words::TERM)).map(|n| words[n]);
    let named = named.filter(|w| !is(first, words::OTHER_THINGS) || w == &first);
    if is(first, words::INITIAL) || named.is_some_and(|w| is(w, words::INITIAL)) {
        return Some(Role::Initial);
    }
    if is(first, words::WHOLE) {
        return Some(Role::Whole);
    }
    if is(first, words::OTHER_THINGS)
        || words
            .get(1)
            .is_some_and(|w| is(first, words::TERM) && is(w, words::OTHER_THINGS))
    {
        return Some(Role::Unclear);
    }
    if is(first, &["contract", "agreement", "framework", "term"])
        && words_before(items, at, 1).any(|w| is(w, &["the", "this", "existing", "current"]))
    {
        return Some(Role::Initial);
    }
    named
        .filter(|w| is(w, words::OPTION))
        .map(|_| Role::Option { up_to: false })
}

/// "5 year contract (including 2 year extension)", "12 months (extension)", "3 years (initial)".
fn bracketed(items: &[Item], at: usize) -> Option<Role> {
    let terms = (at + 1..).take_while(|at| word_at(items, *at).is_some_and(|w| is(w, words::TERM)));
    let open = at + 1 + terms.count();
    let opens = matches!(items.get(open), Some(Item::Open));
    let word = word_at(items, open + usize::from(opens))?;
    let closes = opens && matches!(items.get(open + 2), Some(Item::Close));
    match () {
        // "2 years inclusive" and "24 months including notice" include no length.
        () if is(word, words::INCLUDING) => {
            let within = items.iter().skip(open + usize::from(opens) + 1).take(3);
            let length = within.take_while(|item| !matches!(item, Item::Stop));
            let mut length = length.filter(|item| matches!(item, Item::Lengths(_)));
            length.next().map(|_| Role::Whole)
        }
        () if closes && is(word, words::NOUNS_OF_OPTION) => Some(Role::Option { up_to: false }),
        () if closes && is(word, words::INITIAL) => Some(Role::Initial),
        () => None,
    }
}

/// What the words before a length say of it, nearest first, and whether it is "up to" that length.
pub(super) fn behind(items: &[Item], at: usize, cued: bool) -> (Option<Role>, bool) {
    let words: Vec<&str> = words_before(items, at, BEHIND).collect();
    let said = |list: &[&str]| words.iter().any(|w| is(w, list));
    let up_to = said(&["upto"]);
    for (distance, word) in words.iter().enumerate() {
        let role = if is(word, words::WHOLE) {
            whole(&words, distance, up_to, cued || said(words::OPTION))
        } else if is(word, words::INITIAL) {
            let whole = said(&["inclusive", "including", "includes"]);
            if whole { Role::Whole } else { Role::Initial }
        } else if *word == "notice" {
            Role::Notice
        } else if is(word, words::STEPS) && distance <= 1 && *word != "basis" {
            Role::Step
        } else if distance < 2 && is(word, words::TIME_AT) {
            Role::Other
        } else if distance < 2 && is(word, words::OTHER_THINGS) {
            Role::Unclear
        } else if is(word, words::OPTION) || is(word, words::MORE) {
            Role::Option { up_to }
        } else if known(word) {
            continue;
        } else {
            break;
        };
        return (Some(role), up_to);
    }
    (None, up_to)
}

/// "maximum of": everything together, unless what is extended is meant, or it may be either.
fn whole(words: &[&str], distance: usize, up_to: bool, cued: bool) -> Role {
    let around = |list: &[&str]| words.iter().any(|w| is(w, list));
    let together = words[distance] != "maximum" && words[distance] != "max"
        || around(&[
            "term",
            "total",
            "overall",
            "contract",
            "duration",
            "length",
            "inclusive",
        ]);
    // "extended to a maximum of 5 years".
    let mut before = words.iter().skip(distance + 1).skip_while(|w| **w == "a");
    if before.next() == Some(&"to") {
        Role::Whole
    } else if around(words::MORE) && !around(&["total", "overall"]) {
        Role::Option { up_to: true }
    } else if together || !cued {
        Role::Whole
    } else if up_to {
        Role::WholeOrOption
    } else {
        Role::Option { up_to: true }
    }
}

/// "6 months" and nothing else in its stretch of the text.
pub(super) fn stands_alone(items: &[Item], at: usize) -> bool {
    let edge = |item: Option<&Item>| !matches!(item, Some(Item::Word(_) | Item::Lengths(_) | Item::Date(_)));
    let before = words_before(items, at, BEHIND);
    let length = before
        .take_while(|w| is(w, &["upto", "period", "periods", "of", "a", "an"]))
        .count();
    let noun = usize::from(word_at(items, at + 1).is_some_and(|w| is(w, &["period", "periods", "each"])));
    let start = at.checked_sub(length + 1);
    let after = at + 1 + noun;
    let in_steps =
        word_at(items, after) == Some("in") && matches!(items.get(after + 1), Some(Item::Lengths(_)));
    edge(start.and_then(|at| items.get(at))) && (in_steps || edge(items.get(after)))
}

/// "and then a further": this length comes after the one before it.
pub(super) fn follows_on(items: &[Item], at: usize) -> bool {
    let joins = [
        "and",
        "then",
        "followed",
        "further",
        "another",
        "additional",
        "second",
        "thereafter",
    ];
    let between = items.get(..at).unwrap_or_default().iter().rev();
    let between: Vec<&Item> = between
        .take_while(|item| !matches!(item, Item::Lengths(_) | Item::Stop))
        .collect();
    let whole_way = between.len() < at && matches!(items.get(at - between.len() - 1), Some(Item::Lengths(_)));
    let fits = |item: &&Item| match item {
        Item::Word(word) => {
            is(word, &joins)
                || is(word, words::OPTION)
                || is(word, &["by", "a", "an", "of", "for", "to", "the"])
        }
        item => matches!(item, Item::Comma),
    };
    let joined = between
        .iter()
        .any(|item| matches!(item, Item::Word(word) if is(word, &joins)));
    whole_way && joined && between.iter().all(fits)
}

/// "annually", "on an annual basis": in steps of a year.
pub(super) fn annual(items: &[Item], at: usize, word: &str) -> bool {
    is(word, &["annually", "yearly"])
        || word == "annual" && word_at(items, at + 1).is_some_and(|next| is(next, words::ANNUALS))
}

/// The word at a place, if there is one.
pub(super) fn word_at(items: &[Item], at: usize) -> Option<&str> {
    match items.get(at) {
        Some(Item::Word(word)) => Some(word),
        _ => None,
    }
}

/// The words before a place in its stretch of the text, nearest first.
pub(super) fn words_before(items: &[Item], at: usize, reach: usize) -> impl Iterator<Item = &str> {
    let before = items.get(..at).unwrap_or_default().iter().rev().take(reach);
    before.map_while(|item| match item {
        Item::Word(word) => Some(word.as_str()),
        _ => None,
    })
}

/// Whether a word is understood.
pub(super) fn known(word: &str) -> bool {
    [
        words::OPTION,
        words::MORE,
        words::FILLER,
        words::TERM,
        words::INITIAL,
        words::WHOLE,
        words::STEPS,
        words::BETWEEN_COUNT_AND_LENGTH,
        words::DISCRETION,
        words::CONDITION,
    ]
    .iter()
    .any(|list| is(word, list))
}
