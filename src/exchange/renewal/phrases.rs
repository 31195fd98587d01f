//! Tokens into lengths: "12 months", "2 x 12 months", "two (2) optional extensions of twelve (12) months", "3+1+1 years".
//! Says what is counted and never what it is the length of. Next: `roles.rs`.

use chrono::NaiveDate;

use super::parts::{Lengths, sum};
use super::tokens::{Token, Unit};
use super::why::Stopped;
use super::words::is;

/// A length, or what stands between lengths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Item {
    Lengths(Lengths),
    /// "from 36 to 48 months".
    FromTo(u32, u32),
    Date(NaiveDate),
    Word(String),
    Open,
    Close,
    Comma,
    Stop,
}

/// Folds tokens into items. A number that is left over, or a range, stops it.
pub(super) fn fold(tokens: &[Token]) -> Result<Vec<Item>, Stopped> {
    let tokens = said_once(&up_to(tokens))?;
    let mut items = Vec::new();
    let mut rest = tokens.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let (item, left) = if let Some((from_to, left)) = from_to(rest) {
            (Some(from_to), left)
        } else if let Some((lengths, left)) = sum(rest, items.last()) {
            (Some(Item::Lengths(lengths)), left)
        } else {
            (plain(first, items.last(), after)?, after)
        };
        items.extend(item);
        rest = left;
    }
    Ok(items)
}

fn plain(token: &Token, before: Option<&Item>, after: &[Token]) -> Result<Option<Item>, Stopped> {
    let labelled = labels(before);
    Ok(Some(match token {
        // Years of the calendar and "lot 2" are no counts.
        Token::Number(1990..=2100) => return Ok(None),
        Token::Number(number) if labelled => Item::Word(number.to_string()),
        Token::Number(_) if matches!(after.first(), Some(Token::Word(or)) if or == "or") => {
            return Err(Stopped::Alternatives);
        }
        Token::Number(_) => return Err(Stopped::LooseNumber),
        Token::Odd if matches!(after.first(), Some(Token::Unit(_))) => return Err(Stopped::OddNumber),
        Token::Range => return Err(Stopped::OddNumber),
        Token::Slash => Item::Word("or".to_owned()),
        Token::Odd => Item::Word("#".to_owned()),
        Token::Unit(_) => Item::Word("years".to_owned()),
        Token::Date(date) => Item::Date(*date),
        Token::Word(word) => Item::Word(word.clone()),
        Token::Open => Item::Open,
        Token::Close => Item::Close,
        Token::Comma => Item::Comma,
        Token::Stop => Item::Stop,
        Token::Plus | Token::Times | Token::Hyphen | Token::Dash => return Ok(None),
    }))
}

/// Whether a number behind it names a thing.
pub(super) fn labels(before: Option<&Item>) -> bool {
    matches!(before, Some(Item::Word(word)) if is(word, LABELS))
}

const LABELS: &[&str] = &[
    "lot",
    "lots",
    "clause",
    "section",
    "schedule",
    "paragraph",
    "phase",
    "option",
    "year",
    "years",
    "ref",
    "item",
    "stage",
    "page",
    "part",
    "appendix",
    "annex",
    "no",
    "number",
    "version",
];

/// "up to", "not exceeding" and "no more than" become one word.
fn up_to(tokens: &[Token]) -> Vec<Token> {
    const WAYS: [&[&str]; 9] = [
        &["up", "to"],
        &["not", "exceeding"],
        &["no", "more", "than"],
        &["not", "more", "than"],
        &["no", "longer", "than"],
        &["not", "longer", "than"],
        &["not", "to", "exceed"],
        &["not", "exceed"],
        &["to", "upto"],
    ];
    let mut folded = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    while let Some((first, after)) = rest.split_first() {
        let way = WAYS.iter().find(|way| {
            let said = rest.iter().take(way.len());
            said.len() == way.len()
                && said
                    .zip(**way)
                    .all(|(token, word)| *token == Token::Word((*word).to_owned()))
        });
        folded.push(way.map_or_else(|| first.clone(), |_| Token::Word("upto".to_owned())));
        rest = way.map_or(after, |way| rest.get(way.len()..).unwrap_or_default());
    }
    folded
}

/// "two (2)", "twelve months (1) year" and "one year (12 months)" say a thing once.
fn said_once(tokens: &[Token]) -> Result<Vec<Token>, Stopped> {
    use Token::{Close, Number, Open, Unit as U};
    let mut once = Vec::with_capacity(tokens.len());
    let mut rest = tokens;
    loop {
        let length = match rest {
            [Number(a), Open, Number(b), Close, ..] if a == b => 4,
            [Number(_), Open, Number(_), Close, ..] => return Err(Stopped::Contradiction),
            [Number(a), U(u), Open, Number(b), Close, U(v), ..] if same(*a, *u, *b, *v) => 6,
            [Number(a), U(u), Open, Number(b), U(v), Close, ..] if same(*a, *u, *b, *v) => 6,
            [Number(_), U(_), Open, Number(_), Close, ..] => return Err(Stopped::Contradiction),
            [_, ..] => 1,
            [] => return Ok(once),
        };
        let kept = if length == 6 { 2 } else { 1 };
        once.extend(rest.iter().take(kept).cloned());
        rest = rest.get(length..).unwrap_or_default();
    }
}

fn same(a: u32, u: Unit, b: u32, v: Unit) -> bool {
    let months = |n: u32, unit| match unit {
        Unit::Year => Some(n.saturating_mul(12)),
        Unit::Month => Some(n),
        Unit::Day | Unit::Week => None,
    };
    (a, u) == (b, v) || months(a, u).is_some_and(|m| months(b, v) == Some(m))
}

fn from_to(tokens: &[Token]) -> Option<(Item, &[Token])> {
    let [Token::Word(from), Token::Number(low), rest @ ..] = tokens else {
        return None;
    };
    let (unit, rest) = match rest {
        [Token::Unit(unit), rest @ ..] => (Some(*unit), rest),
        _ => (None, rest),
    };
    let [
        Token::Word(to),
        Token::Number(high),
        Token::Unit(unit_of_high),
        rest @ ..,
    ] = rest
    else {
        return None;
    };
    let months = match unit_of_high {
        Unit::Month => 1,
        Unit::Year => 12,
        Unit::Day | Unit::Week => return None,
    };
    let told = from == "from" && is(to, &["to", "upto"]) && unit.is_none_or(|unit| unit == *unit_of_high);
    told.then_some((Item::FromTo(low * months, high * months), rest))
}
