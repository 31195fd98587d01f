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
    pub(super) called: Called,
}

/// What the words of a sum call one of its parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Called {
    #[default]
    Nothing,
    /// "3 year contract + ...".
    Initial,
    /// "+ further 24 months": like what is before it, or other than that.
    More,
    /// Where it is counted, or behind a plus: "plus an option to extend for 2 years".
    Option,
    /// By a noun behind it, which may go for the parts before it too: "1 year + 1 year extension".
    OptionBehind,
}

impl Called {
    pub(super) fn option(self) -> bool {
        matches!(self, Self::More | Self::Option | Self::OptionBehind)
    }
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
    /// None was said of the first part, but of one behind it: "3+2 years".
    pub(super) unit_borrowed: bool,
}

/// What stands behind a part: what it calls it, and what follows if that is a plus and another part.
struct Behind<'a> {
    called: Called,
    next: Option<&'a [Token]>,
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
        let plus_before = lengths.added || !lengths.parts.is_empty();
        let at = if plus_before { option_words(rest) } else { rest };
        let Some((mut part, left, counted)) = part(at) else {
            break;
        };
        let behind = behind(left);
        let before = rest.get(..rest.len() - left.len()).unwrap_or_default();
        if part.called == Called::Nothing && (plus_before || behind.next.is_some()) {
            part.called = match within(before) {
                Called::More | Called::Nothing if behind.called != Called::Nothing => behind.called,
                called => called,
            };
        }
        part.up_to |= at.len() < rest.len() && before.contains(&Token::Word("upto".to_owned()));
        lengths.counted |= counted;
        lengths.parts.push(part);
        rest = behind.next.unwrap_or(left);
        if behind.next.is_none() {
            break;
        }
    }
    lengths.unit_borrowed = lengths.parts.first().is_some_and(|part| part.unit.is_none())
        && lengths.parts.iter().any(|part| part.unit.is_some());
    lengths.bare = lengths.parts.iter().all(|part| part.unit.is_none());
    let alone = lengths.parts.len() == 1 && !lengths.added;
    let named = labels(before) && alone && !matches!(tokens, [_, Token::Unit(_) | Token::Times, ..]);
    if lengths.parts.is_empty() || lengths.bare && alone && !lengths.counted || named {
        return None;
    }
    share_units(&mut lengths.parts);
    Some((lengths, rest))
}

/// A unit said once goes for the numbers before and after it, unless those on both sides differ ("3 years + 6 + 6
/// months") or it makes no sense of the number ("3 years + 2x12").
fn share_units(parts: &mut [Part]) {
    let said: Vec<Option<Unit>> = parts.iter().map(|part| part.unit).collect();
    for (at, part) in parts.iter_mut().enumerate() {
        let before = said.iter().take(at).rev().find_map(|unit| *unit);
        let after = said.iter().skip(at).find_map(|unit| *unit);
        let shared = before
            .or(after)
            .filter(|unit| after.is_none_or(|after| after == *unit));
        let sensible = |unit: &Unit| match unit {
            Unit::Year => part.each < 12,
            Unit::Month => part.each >= 3,
            Unit::Day | Unit::Week => true,
        };
        part.unit = part.unit.or(shared.filter(sensible));
    }
}

/// Past the nouns of a part, bracketed or not, and past a plus if another part comes behind it.
fn behind(tokens: &[Token]) -> Behind<'_> {
    const INITIAL: &[&str] = &["initial", "initially", "term", "contract", "firm", "fixed"];
    let mut called = Called::Nothing;
    let mut rest = tokens;
    for _ in 0..REACH {
        let (next, after) = match rest {
            [Token::Plus, after @ ..] | [Token::Comma, Token::Plus, after @ ..] => {
                let next = part_follows(after).then_some(after);
                return Behind { called, next };
            }
            [Token::Word(noun), after @ ..] if is(noun, INITIAL) => (Called::Initial, after),
            [Token::Word(noun), after @ ..] if is(noun, words::NOUNS_OF_OPTION) => {
                (Called::OptionBehind, after)
            }
            [Token::Word(noun), after @ ..]
                if is(noun, words::POSSIBLE) || is(noun, &["period", "periods"]) =>
            {
                (called, after)
            }
            [Token::Open | Token::Close, after @ ..] => (called, after),
            _ => break,
        };
        // "extension option", "contract extension": an option, whatever it is of.
        if called != Called::OptionBehind {
            called = next;
        }
        rest = after;
    }
    Behind { called, next: None }
}

fn part_follows(tokens: &[Token]) -> bool {
    part(option_words(tokens)).is_some()
}

/// Past "an option to extend for a further".
fn option_words(tokens: &[Token]) -> &[Token] {
    const JOINING: &[&str] = &["the", "a", "an", "with", "to", "for", "of", "by", "upto"];
    let mut rest = tokens;
    for _ in 0..REACH {
        // "a further year" is a length.
        if part(rest).is_some() {
            break;
        }
        match rest {
            [Token::Word(word), after @ ..]
                if is(word, words::OPTION) || is(word, words::MORE) || is(word, JOINING) =>
            {
                rest = after;
            }
            // "3 + (1+1)".
            [Token::Open, after @ ..] => rest = after,
            _ => break,
        }
    }
    rest
}

/// What the words before a length, and within it ("1 optional year"), call it.
fn within(tokens: &[Token]) -> Called {
    let said = |list: &[&str]| {
        tokens
            .iter()
            .any(|token| matches!(token, Token::Word(word) if is(word, list)))
    };
    match () {
        () if said(words::OPTION) || said(words::POSSIBLE) => Called::Option,
        () if said(words::MORE) => Called::More,
        () => Called::Nothing,
    }
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
        called: Called::Nothing,
    }
}

/// Past "further additional".
fn past_more(tokens: &[Token]) -> &[Token] {
    let more = |token: &&Token| matches!(token, Token::Word(word) if is(word, words::MORE) || is(word, &["optional", "option", "extension"]));
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
    let (mut rest, mut signed, mut named, mut up_to, mut called) =
        (tokens, false, false, false, Called::Nothing);
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
                called,
                ..times(count, each, unit)
            };
            return Some((part, after, true));
        }
        match rest {
            [Token::Times, after @ ..] if !signed => (rest, signed) = (after, true),
            [Token::Word(word), after @ ..] if is(word, words::BETWEEN_COUNT_AND_LENGTH) => {
                if is(word, words::OPTION) {
                    called = Called::Option;
                }
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
