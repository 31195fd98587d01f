//! The reader of prose about extension options: "2 x 12 months", "3+1+1", "extend annually until 31st May 2030".
//! Text and the initial term in, ordered options out; pure. It takes no guess: what it cannot place it says, and gives none.
//! The way of a text: `tokens` -> `phrases` and `parts` (lengths, counts, sums) -> `roles` and `around` (what each is the
//! length of) -> `facts` -> `settle`, `shares` and `counted_in` (options that fit what else is said). Its words are in `words.rs`.
//! It is written by hand and uses no grammar library: what a length is of depends on words on both sides of it, and most
//! of the words in such texts mean nothing here.

mod around;
mod confidence;
mod counted_in;
mod facts;
mod numbers;
mod parts;
mod phrases;
mod roles;
mod settle;
mod shares;
mod tokens;
mod why;
mod words;

#[cfg(test)]
mod labelled;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod terms;

use chrono::NaiveDate;

use crate::contracts::term::{Length, Period};

pub use confidence::Confidence;
pub use why::{Stopped, Why};

/// The longest text that is read, in characters; longer ones are contracts, not notes about one.
const LONGEST: usize = 2_000;
/// More options than this are a misreading.
const MOST_OPTIONS: usize = 20;
/// Nor do options reach further than this together: fifty years.
const MOST_MONTHS: u32 = 600;

/// What is known of the term that the options extend.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InitialTerm {
    /// The first day.
    pub starts_on: Option<NaiveDate>,
    /// The last day.
    pub ends_on: Option<NaiveDate>,
    /// Its length, where it is stated otherwise than by its days.
    pub months: Option<u16>,
}

impl InitialTerm {
    /// From its first day to its last.
    pub fn between(starts_on: Option<NaiveDate>, ends_on: Option<NaiveDate>) -> Self {
        let months = None;
        Self {
            starts_on,
            ends_on,
            months,
        }
    }

    /// Its length in whole months, if it is known and whole.
    fn whole_months(&self) -> Option<u32> {
        let days = self.starts_on.zip(self.ends_on);
        let between = days.and_then(|(first, last)| settle::months_between(first, last.succ_opt()?));
        self.months.map(u32::from).or(between)
    }
}

/// One option that a text offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offer {
    /// How far it reaches.
    pub length: Length,
    /// Whether a part of it may be taken ("up to 24 months").
    pub up_to: bool,
}

/// What was made of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The options in the order in which they are taken; none unless they were understood.
    pub options: Vec<Offer>,
    /// Notice that the text asks for before an extension.
    pub notice: Option<Period>,
    /// How far to trust it.
    pub confidence: Confidence,
    /// What it was taken for, or what stopped it.
    pub why: Why,
    /// The text as it came.
    pub source: String,
}

/// Reads what a text says of options to extend a contract that has that initial term.
pub fn read(text: &str, initial: &InitialTerm) -> Reading {
    let found = found(text, initial);
    let (options, notice, confidence, why) = match found {
        Ok(settle::Settled::Options { offers, notice, sure }) => {
            let confidence = if sure {
                Confidence::Sure
            } else {
                Confidence::Likely
            };
            (offers, notice, confidence, Why::Options)
        }
        Ok(settle::Settled::None(why)) => (Vec::new(), None, Confidence::Likely, why),
        Err(stopped) => (Vec::new(), None, Confidence::None, Why::NotUnderstood(stopped)),
    };
    let source = text.to_owned();
    Reading {
        options,
        notice,
        confidence,
        why,
        source,
    }
}

fn found(text: &str, initial: &InitialTerm) -> Result<settle::Settled, Stopped> {
    if text.chars().take(LONGEST + 1).count() > LONGEST {
        return Err(Stopped::TooLong);
    }
    let items = phrases::fold(&tokens::split(text))?;
    if items.is_empty() {
        return Err(Stopped::NothingSaid);
    }
    settle::settle(&roles::assign(&items)?, initial)
}

impl Reading {
    /// The options in a few words: "12 months, then 12 months".
    pub fn made(&self) -> String {
        let said = self.options.iter().map(|offer| {
            let part = if offer.up_to { "up to " } else { "" };
            match offer.length {
                Length::Months(1) => format!("{part}1 month"),
                Length::Months(months) => format!("{part}{months} months"),
                Length::Until(date) => format!("until {date}"),
            }
        });
        said.collect::<Vec<_>>().join(", then ")
    }
}
