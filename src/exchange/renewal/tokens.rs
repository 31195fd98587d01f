//! Text into tokens: numbers in digits and words, units of time, dates, signs and words in lower case.
//! Knows how people type, not what they mean. Next: `phrases.rs`.

use std::iter::Peekable;
use std::str::Chars;

use chrono::NaiveDate;

use super::numbers;
use crate::exchange::register::day;

/// A unit that contracts count in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    Day,
    Week,
    Month,
    Year,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    Number(u32),
    /// A number that is not a whole count: 1.5, 12,000, 5%.
    Odd,
    Unit(Unit),
    Date(NaiveDate),
    Word(String),
    Plus,
    Times,
    Open,
    Close,
    Comma,
    /// The end of a sentence.
    Stop,
    /// A hyphen within a word.
    Hyphen,
    /// A dash with space around it.
    Dash,
    /// From one number to another.
    Range,
    Slash,
}

/// Cuts a text into tokens.
pub(super) fn split(text: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        chars: text.chars().peekable(),
        tokens: Vec::new(),
    };
    while lexer.step() {}
    join_dates(join_numbers(lexer.tokens))
}

struct Lexer<'a> {
    chars: Peekable<Chars<'a>>,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    fn step(&mut self) -> bool {
        let Some(c) = self.chars.peek().copied() else {
            return false;
        };
        if c.is_ascii_digit() {
            self.number();
        } else if c.is_alphanumeric() {
            self.word();
        } else {
            self.chars.next();
            self.sign(c);
        }
        true
    }

    fn take(&mut self, is: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(c) = self.chars.next_if(|c| is(*c)) {
            taken.push(c);
        }
        taken
    }

    /// Digits, and further digits behind a single sign: a date, a range or something odd.
    fn number(&mut self) {
        let mut run = String::new();
        loop {
            run.push_str(&self.take(|c| c.is_ascii_digit()));
            let mut ahead = self.chars.clone();
            let sign = ahead
                .next()
                .filter(|c| matches!(c, '.' | '/' | ',' | '-' | '\u{2013}'));
            let Some(sign) = sign.filter(|_| ahead.peek().is_some_and(char::is_ascii_digit)) else {
                break;
            };
            self.chars.next();
            run.push(if sign == '\u{2013}' { '-' } else { sign });
        }
        let amount = self.tokens.last() == Some(&Token::Word("£".to_owned()));
        let token = match run.parse() {
            Ok(number) if !amount && run.len() <= 4 => Token::Number(number),
            _ => self.signed(&run),
        };
        self.tokens.push(token);
    }

    fn signed(&mut self, run: &str) -> Token {
        // A bare number of five digits would be taken for a spreadsheet's day.
        if let Some(date) = day(run).filter(|_| run.parse::<u64>().is_err()) {
            return Token::Date(date);
        }
        match run.split_once('-').map(|(a, b)| (a.parse(), b.parse())) {
            Some((Ok(from), Ok(to))) => {
                self.tokens.extend([Token::Number(from), Token::Range]);
                Token::Number(to)
            }
            _ => Token::Odd,
        }
    }

    fn word(&mut self) {
        let after_number = matches!(self.tokens.last(), Some(Token::Number(_)));
        let mut word = String::new();
        while let Some(c) = self
            .chars
            .next_if(|c| c.is_alphanumeric() || matches!(c, '\'' | '\u{2019}'))
        {
            word.extend(c.to_lowercase().filter(|c| c.is_alphanumeric()));
            // "2x12".
            if word == "x" && self.chars.peek().is_some_and(char::is_ascii_digit) {
                break;
            }
        }
        match word.as_str() {
            "http" | "https" | "www" => drop(self.take(|c| !c.is_whitespace())),
            "n" if self.chars.peek() == Some(&'/') => {
                self.tokens.push(Token::Word("na".to_owned()));
                self.chars.next();
                self.take(char::is_alphanumeric);
            }
            "st" | "nd" | "rd" | "th" if after_number => {}
            // What is left of a line's end in some exports, alone or stuck to a word.
            "rn" | "calendar" => {}
            "plus" => self.tokens.push(Token::Plus),
            "x" | "times" => self.tokens.push(Token::Times),
            // "2 no. extensions".
            "no" if after_number && self.chars.next_if_eq(&'.').is_some() => {}
            // The point behind these ends no sentence, unless the next word begins one.
            "inc" | "incl" | "approx" | "max" | "min" | "ext" | "opt" => {
                let mut behind = self.chars.clone().skip(1);
                let next = behind.find(|c| !c.is_whitespace());
                if next.is_none_or(|c| !c.is_uppercase()) {
                    self.chars.next_if_eq(&'.');
                }
                self.push_word(word);
            }
            _ => self.push_word(word),
        }
    }

    fn push_word(&mut self, word: String) {
        let after_number = matches!(self.tokens.last(), Some(Token::Number(_)));
        let trimmed = word.strip_suffix("rn").unwrap_or(&word);
        let token = match numbers::unit(trimmed, after_number).or_else(|| numbers::unit(&word, after_number))
        {
            Some(unit) => Token::Unit(unit),
            None => numbers::number(&word).map_or(Token::Word(word), Token::Number),
        };
        self.tokens.push(token);
    }

    fn sign(&mut self, c: char) {
        // "period(s)" is a word.
        if c == '(' && self.chars.clone().take(2).eq("s)".chars()) {
            self.chars.nth(1);
            return;
        }
        let next = self.chars.peek().copied();
        let at_edge = next.is_none_or(char::is_whitespace);
        let token = match c {
            '+' | '&' => Token::Plus,
            '\u{d7}' | '*' => Token::Times,
            '(' | '[' => Token::Open,
            ')' | ']' => Token::Close,
            ',' | ':' => Token::Comma,
            ';' => Token::Stop,
            '.' | '!' | '?' if at_edge => Token::Stop,
            '/' => Token::Slash,
            '£' => Token::Word("£".to_owned()),
            '%' => match self.tokens.last_mut() {
                Some(last @ Token::Number(_)) => {
                    *last = Token::Odd;
                    return;
                }
                _ => return,
            },
            '-' | '\u{2010}'..='\u{2015}' if at_edge => Token::Dash,
            '-' | '\u{2010}'..='\u{2015}' => Token::Hyphen,
            '\u{bc}'..='\u{be}' => Token::Odd,
            _ => return,
        };
        self.tokens.push(token);
    }
}

/// "twenty-four" is one number, other numbers with a hyphen are a range, and "re-tender" is one word.
fn join_numbers(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let sign = joined.pop_if(|last| matches!(last, Token::Hyphen | Token::Dash));
        match (joined.last_mut(), &sign, token) {
            (Some(Token::Number(tens)), _, Token::Number(ones))
                if sign != Some(Token::Dash) && ends_in_ones(*tens, ones) =>
            {
                *tens += ones;
            }
            (Some(Token::Number(_)), Some(_), Token::Number(to)) => {
                joined.extend([Token::Range, Token::Number(to)]);
            }
            (Some(Token::Word(re)), Some(Token::Hyphen), Token::Word(word)) if re == "re" => {
                re.push_str(&word)
            }
            (_, Some(Token::Dash), token) => joined.extend([Token::Comma, token]),
            (_, _, token) => joined.push(token),
        }
    }
    joined
}

fn ends_in_ones(tens: u32, ones: u32) -> bool {
    (20..=90).contains(&tens) && tens.is_multiple_of(10) && (1..=9).contains(&ones)
}

/// "31 May 2030", "May 2030" (which is no day) and the words before them.
fn join_dates(tokens: Vec<Token>) -> Vec<Token> {
    let mut joined = Vec::with_capacity(tokens.len());
    let mut rest = tokens.as_slice();
    while let Some((first, after)) = rest.split_first() {
        let taken = match rest {
            [
                Token::Number(d),
                Token::Word(of),
                Token::Word(month),
                Token::Number(y),
                ..,
            ] if of == "of" => dated(*d, month, *y).map(|date| (date, 4)),
            [Token::Number(d), Token::Word(month), Token::Number(y), ..] => {
                dated(*d, month, *y).map(|date| (date, 3))
            }
            [
                Token::Word(month),
                Token::Number(d),
                Token::Comma,
                Token::Number(y),
                ..,
            ] => dated(*d, month, *y).map(|date| (date, 4)),
            _ => None,
        };
        match taken {
            Some((date, length)) => {
                joined.push(Token::Date(date));
                rest = rest.get(length..).unwrap_or_default();
            }
            None => {
                joined.push(first.clone());
                rest = after;
            }
        }
    }
    joined
}

fn dated(d: u32, month: &str, y: u32) -> Option<NaiveDate> {
    if (1990..=2100).contains(&y) {
        day(&format!("{d} {month} {y}"))
    } else {
        None
    }
}
