//! Lengths with their counts, and sums of them. Next: `phrases.rs`, which finds them among the words.

use super::phrases::{Item, labels};
use super::tokens::{Token, Unit};
use super::words::{self, is};

/// More words than this do not stand between a count and its length, nor between a plus and its part.
const REACH: usize = 8;

/// So many times so much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) count: u32,
    pub(super) each: u32,
    pub(super) unit: Option<Unit>,
    /// "of up to 12 months each".
    pub(super) up_to: bool,
    /// Called an option where it is counted, or behind a plus: "plus an option to extend for 2 years".
    pub(super) called_option: bool,
}

/// What was counted in one go.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Lengths {
    pub(super) parts: Vec<Part>,
    /// It begins with a plus: "+1 +1".
    pub(super) added: bool,
    /// A number of times was said.
    pub(super) counted: bool,
    /// No unit was said.
    pub(super) bare: bool,
}

/// A part, what is left behind it, and whether a count was said.
type Parsed<'a> = (Part, &'a [Token], bool);

/// Parts with a plus between them, or one part.
pub(super) fn sum<'a>(tokens: &'a [Token], before: Option<&Item>) -> Option<(Lengths, &'a [Token])> {
    let mut lengths = Lengths::default();
    let mut rest = tokens;
    if let [Token::Plus, after @ ..] = rest {
        lengths.added = true;
        rest = after;
    }
    loop {
        let behind_plus = lengths.added || !lengths.parts.is_empty();
        let (called_option, at) = if behind_plus {
            option_words(rest)
        } else {
            (false, rest)
        };
        let Some((mut part, left, counted)) = part(at) else {
            break;
        };
        part.called_option |= called_option;
        lengths.counted |= counted;
        lengths.parts.push(part);
        rest = left;
        match plus(rest) {
            Some(after) if part_follows(after) => rest = after,
            _ => break,
        }
    }
    lengths.bare = lengths.parts.iter().all(|part| part.unit.is_none());
    let alone = lengths.parts.len() == 1 && !lengths.added;
    let named = labels(before) && alone && !matches!(tokens, [_, Token::Unit(_) | Token::Times, ..]);
    if lengths.parts.is_empty() || lengths.bare && alone && !lengths.counted || named {
        return None;
    }
    share_units(&mut lengths.parts);
    Some((lengths, rest))
}

/// A unit said once goes for the numbers before and after it.
fn share_units(parts: &mut [Part]) {
    let mut unit = None;
    for part in parts.iter_mut() {
        part.unit = part.unit.or(unit);
        unit = part.unit;
    }
    for part in parts.iter_mut().rev() {
        part.unit = part.unit.or(unit);
        unit = part.unit;
    }
}

/// Past a plus, with a comma before it or a few nouns of the part that it follows.
fn plus(tokens: &[Token]) -> Option<&[Token]> {
    const NOUNS: &[&str] = &[
        "period",
        "initial",
        "initially",
        "term",
        "contract",
        "extension",
        "option",
        "firm",
        "fixed",
    ];
    let mut rest = tokens;
    for _ in 0..REACH {
        match rest {
            [Token::Plus, after @ ..] | [Token::Comma, Token::Plus, after @ ..] => return Some(after),
            [Token::Word(noun), after @ ..] if is(noun, NOUNS) => rest = after,
            _ => return None,
        }
    }
    None
}

fn part_follows(tokens: &[Token]) -> bool {
    part(option_words(tokens).1).is_some()
}

/// Past "an option to extend for a further", and whether it calls what follows an option.
fn option_words(tokens: &[Token]) -> (bool, &[Token]) {
    const JOINING: &[&str] = &["the", "a", "an", "with", "to", "for", "of", "by", "upto"];
    let mut called = false;
    let mut rest = tokens;
    for _ in 0..REACH {
        // "a further year" is a length.
        if part(rest).is_some() {
            break;
        }
        match rest {
            [Token::Word(word), after @ ..] if is(word, words::OPTION) || is(word, words::MORE) => {
                called = true;
                rest = after;
            }
            [Token::Word(word), after @ ..] if is(word, JOINING) => rest = after,
            _ => break,
        }
    }
    (called, rest)
}

/// One length with its count.
fn part(tokens: &[Token]) -> Option<Parsed<'_>> {
    match tokens {
        [Token::Number(number), Token::Unit(unit), rest @ ..] => Some(count_behind(*number, *unit, rest)),
        [Token::Number(number), rest @ ..] if *number < 1990 => {
            counted(*number, rest).or(Some((times(1, *number, None), rest, false)))
        }
        [Token::Word(article), rest @ ..] if is(article, &["a", "an", "another"]) => match past_more(rest) {
            [Token::Unit(unit), rest @ ..] => Some((times(1, 1, Some(*unit)), rest, false)),
            _ => None,
        },
        _ => None,
    }
}

fn times(count: u32, each: u32, unit: Option<Unit>) -> Part {
    Part {
        count,
        each,
        unit,
        up_to: false,
        called_option: false,
    }
}

/// Past "further additional".
fn past_more(tokens: &[Token]) -> &[Token] {
    let more =
        |token: &&Token| matches!(token, Token::Word(word) if is(word, words::MORE) || word == "optional");
    let length = tokens.iter().take(REACH).take_while(more).count();
    tokens.get(length..).unwrap_or_default()
}

/// "12 months x 2", or 12 months by themselves.
fn count_behind(each: u32, unit: Unit, rest: &[Token]) -> Parsed<'_> {
    let noun = |token: &&Token| matches!(token, Token::Word(word) if is(word, &["period", "periods", "extension", "extensions", "option", "options"]));
    let nouns = rest.iter().take(3).take_while(noun).count();
    match rest.get(nouns..) {
        Some([Token::Times, Token::Number(count), after @ ..]) if !matches!(after, [Token::Unit(_), ..]) => {
            (times(*count, each, Some(unit)), after, true)
        }
        _ => (times(1, each, Some(unit)), rest, false),
    }
}

/// A number and what it may be a count of: "x 12 months", "further periods of up to one year", "further years",
/// "annual extensions".
fn counted(count: u32, tokens: &[Token]) -> Option<Parsed<'_>> {
    if let [Token::Unit(unit), rest @ ..] = past_more(tokens) {
        return Some((times(1, count, Some(*unit)), rest, false));
    }
    let (mut rest, mut signed, mut named, mut up_to, mut called_option) =
        (tokens, false, false, false, false);
    for _ in 0..REACH {
        let each = match rest {
            [Token::Number(each), Token::Unit(unit), after @ ..] => Some((*each, Some(*unit), after)),
            [Token::Number(each), after @ ..] if signed && !named => Some((*each, None, after)),
            [Token::Word(a), Token::Unit(unit), after @ ..] if a == "a" && named => {
                Some((1, Some(*unit), after))
            }
            [Token::Word(annual), Token::Word(noun), ..]
                if annual == "annual" && is(noun, words::ANNUALS) =>
            {
                Some((1, Some(Unit::Year), rest.get(1..).unwrap_or_default()))
            }
            _ => None,
        };
        if let Some((each, unit, after)) = each {
            let part = Part {
                up_to,
                called_option,
                ..times(count, each, unit)
            };
            return Some((part, after, true));
        }
        match rest {
            [Token::Times, after @ ..] if !signed => (rest, signed) = (after, true),
            [Token::Word(word), after @ ..] if is(word, words::BETWEEN_COUNT_AND_LENGTH) => {
                called_option |= is(word, words::OPTION);
                (rest, named) = (after, true);
            }
            [Token::Word(to), Token::Word(extend), after @ ..]
                if to == "to" && extend == "extend" && named =>
            {
                rest = after;
            }
            [Token::Word(word), after @ ..] if is(word, words::THEN_LENGTH) && named => {
                up_to |= word == "upto";
                rest = after;
            }
            _ => return None,
        }
    }
    None
}
