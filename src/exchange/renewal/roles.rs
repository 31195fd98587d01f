//! What each length in a text is the length of: an option, the initial term, everything together, a notice, or a step.
//! Goes through a text once and knows what was said before; what stands right around a length is `around.rs`.
//! Must not reckon with lengths. Next: `settle.rs`, which does.

use chrono::NaiveDate;

use super::around::{ahead, annual, behind, ends, follows_on, known, stands_alone, word_at, words_before};
use super::facts::{Facts, Offered};
use super::parts::Lengths;
use super::phrases::Item;
use super::why::Stopped;
use super::words::{self, is};

/// What a length is the length of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Option {
        up_to: bool,
    },
    Initial,
    /// A sum that no word calls an option.
    Sum,
    Whole,
    /// "extended up to a maximum of 48 months": all of it or the extension.
    WholeOrOption,
    Step,
    Notice,
    /// Of something that is no matter here.
    Other,
    Unclear,
}

/// Where the reader is in the text.
#[derive(Default)]
struct Scan {
    /// The last word in this sentence that speaks of options.
    cue: Option<usize>,
    /// Within "subject to ...".
    condition: bool,
    /// Within "at the discretion of ...".
    naming: bool,
    /// A "not" stands earlier in the sentence.
    negated: bool,
    /// A "terminated" or "break" does.
    ended: bool,
    /// An "if" or a "may" does.
    supposed: bool,
    /// The lot that is spoken of.
    lot: Option<String>,
}

/// Gives every length of a text its role.
pub(super) fn assign(items: &[Item]) -> Result<Facts, Stopped> {
    let mut facts = Facts {
        speaks_of_options: items.iter().any(|item| match item {
            Item::Word(word) => is(word, words::OPTION),
            Item::Lengths(lengths) => lengths.parts.iter().any(|part| part.called.option()),
            _ => false,
        }),
        ..Facts::default()
    };
    let mut scan = Scan::default();
    for (at, item) in items.iter().enumerate() {
        match item {
            Item::Stop => {
                let lot = scan.lot.take();
                scan = Scan {
                    lot,
                    ..Scan::default()
                };
            }
            Item::Comma | Item::Close => (scan.condition, scan.naming) = (false, false),
            Item::Open => scan.naming = false,
            Item::Word(word) => scan.word(items, at, word, &mut facts)?,
            Item::Lengths(lengths) => scan.lengths(items, at, lengths, &mut facts)?,
            Item::FromTo(from, to) if scan.cue.is_some() && !scan.negated => facts.from_to.push((*from, *to)),
            Item::FromTo(..) => return Err(Stopped::OddNumber),
            Item::Date(date) => scan.date(items, at, *date, &mut facts),
        }
    }
    Ok(facts)
}

impl Scan {
    fn word(&mut self, items: &[Item], at: usize, word: &str, facts: &mut Facts) -> Result<(), Stopped> {
        let before = |reach| words_before(items, at, reach);
        let behind_a_date = word_at(items, at + 1).is_some_and(|next| next == "later");
        if is(word, words::ROLLING) {
            facts.stops.push(Stopped::Rolling);
        }
        if self.condition && word != "with" {
            return Ok(());
        }
        self.condition = is(word, words::CONDITION);
        if is(word, words::NOT) && !behind_a_date {
            (self.negated, facts.negated) = (true, true);
            facts.negated_option |=
                (1..=4).any(|next| word_at(items, at + next).is_some_and(|w| is(w, words::OPTION)));
        }
        self.supposed |= is(word, &["if", "may", "can", "could", "where", "when", "unless"]);
        self.ended |= ends(word);
        let may_be = self.supposed || before(2).any(|w| is(w, words::MAY_BE));
        let current = word == "current" && word_at(items, at + 1).is_some_and(|next| is(next, words::OPTION));
        if is(word, words::DECIDED) && !may_be || is(word, words::GONE) || current {
            facts.stops.push(Stopped::AlreadyTaken);
        }
        self.anew(items, at, word, facts);
        if is(word, words::OPTION) || is(word, words::DISCRETION) {
            self.cue = Some(at);
            self.naming = is(word, words::DISCRETION);
        } else if annual(items, at, word) {
            facts.steps.push(12);
        } else if let (true, Some(number)) = (is(word, &["lot", "lots"]), word_at(items, at + 1)) {
            let numbered = number.parse::<u32>().is_ok();
            if numbered && self.lot.as_deref().is_some_and(|lot| lot != number) {
                return Err(Stopped::SeveralLots);
            }
            self.lot = numbered.then(|| number.to_owned()).or(self.lot.take());
        }
        facts.not_understood |= !known(word) && !self.naming;
        facts.words += 1;
        Ok(())
    }

    /// "will be renewed", "to be re-tendered", "a new contract": unlike "may be renewed", no option.
    fn anew(&mut self, items: &[Item], at: usize, word: &str, facts: &mut Facts) {
        let renewed = is(word, &["renew", "renewed"]);
        let optional = || {
            words_before(items, at, 4).any(|w| is(w, &["may", "can", "could", "option", "options", "right"]))
        };
        if renewed && optional() {
            self.cue = Some(at);
            facts.speaks_of_options = true;
        }
        let lettings = [
            "contract",
            "tender",
            "procurement",
            "agreement",
            "framework",
            "competition",
        ];
        let new = word == "new" && word_at(items, at + 1).is_some_and(|next| is(next, &lettings));
        facts.anew |= renewed && !optional() || new || is(word, words::ANEW);
        if is(word, &["renews", "renewing"]) {
            facts.stops.push(Stopped::Rolling);
        }
    }

    fn lengths(
        &mut self,
        items: &[Item],
        at: usize,
        lengths: &Lengths,
        facts: &mut Facts,
    ) -> Result<(), Stopped> {
        if lengths.parts.iter().any(|part| part.each == 0 || part.count == 0) {
            return Err(Stopped::OddNumber);
        }
        if word_at(items, at + 1).is_some_and(|next| next == "or")
            && !matches!(items.get(at + 2), Some(Item::Date(_)))
        {
            return Err(Stopped::Alternatives);
        }
        let role = self.role(items, at, lengths, facts);
        let months = lengths.whole_months();
        match role {
            Role::Option { .. } if self.negated => facts.stops.push(Stopped::Negation),
            Role::Option { up_to } => facts.offered.push(Offered {
                lengths: lengths.clone(),
                up_to,
                follows_on: follows_on(items, at),
                alone: self.cue.is_none() && !facts.speaks_of_options,
            }),
            Role::Initial if lengths.parts.len() > 1 => {
                facts
                    .initial
                    .extend(lengths.parts.first().and_then(|part| part.months()));
                facts.unattached_sum = Some(lengths.clone());
            }
            Role::Initial => facts.initial.extend(months),
            Role::Sum if facts.unattached_sum.as_ref().is_some_and(|sum| sum != lengths) => {
                facts.stops.push(Stopped::DoesNotFit);
            }
            Role::Sum => facts.unattached_sum = Some(lengths.clone()),
            Role::Whole => facts.whole.extend(months),
            Role::WholeOrOption => facts.whole_or_option.push(lengths.clone()),
            Role::Step => facts.steps.extend(months),
            // Of ending it, not of extending it.
            Role::Notice if self.ended || (2..=6).any(|n| word_at(items, at + n).is_some_and(ends)) => {}
            Role::Notice => facts.notice = lengths.as_period(),
            Role::Other => {}
            Role::Unclear => facts.stops.push(Stopped::NotOfAnOption),
        }
        Ok(())
    }

    fn role(&self, items: &[Item], at: usize, lengths: &Lengths, facts: &Facts) -> Role {
        let single = lengths.parts.len() == 1 && !lengths.counted;
        let before: Vec<&str> = words_before(items, at, 2).collect();
        match before.as_slice() {
            [vague, ..] if is(vague, words::VAGUE) => return Role::Unclear,
            // "extend to 5 years" may be all of it; "up to" is another word.
            ["to", ..] => return Role::Unclear,
            ["upto", extended] if is(extended, words::EXTENDED) => return Role::WholeOrOption,
            ["of", periods] if single && is(periods, &["periods", "extensions", "options"]) => {
                return Role::Step;
            }
            _ => {}
        }
        let mut left_open = lengths.first_left_open();
        match ahead(items, at, single) {
            // What stands behind a sum may go for its last part only.
            Some(Role::Option { .. }) if lengths.parts.len() > 1 && !lengths.added => left_open = true,
            // "3 years extendable by 2" is the term, "a further 7 years renewable each year" an option.
            Some(Role::Option { .. })
                if word_at(items, at + 1).is_some_and(|next| is(next, words::CAN_BE_EXTENDED))
                    && !matches!(behind(items, at, false).0, Some(Role::Option { .. })) =>
            {
                return Role::Initial;
            }
            Some(Role::Option { .. }) => {
                let up_to = words_before(items, at, 3).any(|w| w == "upto");
                return Role::Option { up_to };
            }
            Some(role) => return role,
            None => {}
        }
        if self.condition || self.ended {
            return Role::Other;
        }
        if lengths.parts.first().is_some_and(|part| part.called.option()) {
            return Role::Option { up_to: false };
        }
        let (near, up_to) = behind(items, at, self.cue.is_some());
        near.unwrap_or_else(|| match self.cue {
            _ if left_open => Role::Sum,
            Some(cue) if self.only_known_words(items, cue, at) => Role::Option { up_to },
            Some(_) => Role::Unclear,
            None if lengths.added => Role::Option { up_to },
            None if lengths.parts.len() > 1 => Role::Sum,
            None if facts.speaks_of_options => Role::Initial,
            None if stands_alone(items, at) => Role::Option { up_to },
            None => Role::Unclear,
        })
    }

    /// Nothing between the cue and the length says that it is of something else. Whose discretion it is says nothing.
    fn only_known_words(&self, items: &[Item], cue: usize, at: usize) -> bool {
        let mut naming = matches!(items.get(cue), Some(Item::Word(word)) if is(word, words::DISCRETION));
        items
            .get(cue..at)
            .unwrap_or_default()
            .iter()
            .all(|item| match item {
                Item::Word(word) if is(word, words::DISCRETION) => {
                    naming = true;
                    true
                }
                Item::Word(word) => naming || known(word),
                Item::Comma | Item::Open | Item::Close => {
                    naming = false;
                    true
                }
                _ => true,
            })
    }

    /// A date is an option's end only behind "until" or its like and after a word that speaks of options.
    fn date(&self, items: &[Item], at: usize, date: NaiveDate, facts: &mut Facts) {
        let until = words_before(items, at, 3).any(|w| {
            is(
                w,
                &[
                    "until", "till", "upto", "to", "ending", "beyond", "than", "through",
                ],
            )
        });
        match (until && !self.condition, self.cue) {
            (true, _) if self.negated || words_before(items, at, 2).any(|w| w == "than") => {
                facts.latest.push(date);
            }
            (true, Some(cue)) if self.only_known_words(items, cue, at) => facts.until.push(date),
            (true, Some(_)) => facts.stops.push(Stopped::NotOfAnOption),
            (true, None) => facts.initial_end = facts.initial_end.or(Some(date)),
            (false, _) => facts.not_understood = true,
        }
    }
}
