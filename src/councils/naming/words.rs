//! A name as words: entities, accents, case and punctuation taken off; cut where one party ends and another begins.
//! Must know nothing of councils. Next: `style.rs`, which says what the words mean.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A name's parts, each as plain text that [`words`] reads.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Parts {
    /// Without what stands in brackets, and without what a council trades as or was called.
    pub(super) whole: String,
    /// The whole, cut at dashes, commas, slashes and the like.
    pub(super) pieces: Vec<String>,
    /// Who acts for them.
    pub(super) agents: Vec<String>,
    /// What stands in brackets, likewise.
    pub(super) asides: Vec<String>,
}

/// What says that the text after it is another name of the same party, or where it sits: it is left out.
const ALSO_CALLED: [&str; 12] = [
    " t/a ",
    " t/as ",
    " ta/ ",
    " trading as ",
    " trading under ",
    " c/o ",
    " care of ",
    " formerly ",
    " formally ",
    " previously ",
    " known as ",
    " a/k/a ",
];

/// What says that the party is the one named after it.
const ON_BEHALF: [&str; 4] = [" on behalf of ", " o/b/o ", " obo ", " acting for "];

/// Cuts a name into its parts.
pub(super) fn parts(name: &str) -> Parts {
    let plain = format!(" {} ", without_accents(&entities(name)));
    let (outside, inside) = brackets(&plain);
    let (agents, own) = on_behalf(&outside);
    let whole = before(&own, &ALSO_CALLED);
    let asides = inside
        .iter()
        .map(|aside| on_behalf(aside).1)
        .filter_map(|aside| Some(before(&aside, &ALSO_CALLED)).filter(|aside| !aside.trim().is_empty()))
        .collect();
    Parts {
        pieces: pieces(&whole),
        agents: agents
            .iter()
            .flat_map(|agent| pieces(&before(agent, &ALSO_CALLED)))
            .collect(),
        asides,
        whole,
    }
}

/// The words of a text, in lower case, without punctuation: "and" for "&", nothing for an apostrophe.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut spaced = String::with_capacity(text.len() + 8);
    for c in without_accents(text).chars() {
        match c {
            '&' | '+' => spaced.push_str(" and "),
            '\'' | '\u{2018}' | '\u{2019}' | '`' => {}
            c if c.is_alphanumeric() => spaced.push(c),
            _ => spaced.push(' '),
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

fn without_accents(text: &str) -> String {
    let lower: String = text.nfkd().flat_map(char::to_lowercase).collect();
    lower.nfkd().filter(|c| !is_combining_mark(*c)).collect()
}

/// Feeds write "&amp;", and some of them twice.
fn entities(text: &str) -> String {
    let mut text = text.replace("&amp;", "&").replace("&amp;", "&");
    for (entity, meant) in [
        ("&#39;", "'"),
        ("&#039;", "'"),
        ("&apos;", "'"),
        ("&quot;", " "),
        ("&nbsp;", " "),
        ("&ndash;", " - "),
    ] {
        text = text.replace(entity, meant);
    }
    text
}

/// What stands outside brackets, and what stands in each. A bracket never closed ends with the text.
fn brackets(text: &str) -> (String, Vec<String>) {
    let (mut outside, mut inside, mut depth) = (String::new(), Vec::new(), 0_u32);
    for c in text.chars() {
        match c {
            '(' | '[' => {
                if depth == 0 {
                    inside.push(String::from(" "));
                }
                depth += 1;
                outside.push(' ');
            }
            ')' | ']' => {
                depth = depth.saturating_sub(1);
            }
            c => match inside.last_mut() {
                Some(aside) if depth > 0 => aside.push(c),
                _ => outside.push(c),
            },
        }
    }
    inside.iter_mut().for_each(|aside| aside.push(' '));
    (outside, inside)
}

/// Those who act, and the last for whom they do.
fn on_behalf(text: &str) -> (Vec<String>, String) {
    let mut parties = vec![text.to_owned()];
    for words in ON_BEHALF {
        parties = parties
            .iter()
            .flat_map(|party| party.split(words))
            .map(|party| format!(" {} ", party.trim()))
            .collect();
    }
    let own = parties.pop().unwrap_or_default();
    (parties, own)
}

fn before(text: &str, marks: &[&str]) -> String {
    let end = marks.iter().filter_map(|mark| text.find(mark)).min();
    text[..end.unwrap_or(text.len())].to_owned()
}

fn pieces(text: &str) -> Vec<String> {
    let mut text = text.to_owned();
    for dash in [" - ", "- ", " -", "\u{2013}", "\u{2014}"] {
        text = text.replace(dash, "|");
    }
    text.split(['|', ',', '/', ':', ';', '\n', '\t'])
        .filter(|piece| !piece.trim().is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_no_case_accents_or_punctuation() {
        assert_eq!(
            words("King's LYNN & West-Norfolk"),
            ["kings", "lynn", "and", "west", "norfolk"]
        );
        assert_eq!(
            words("St.Helens, Sir Ynys Môn"),
            ["st", "helens", "sir", "ynys", "mon"]
        );
        assert!(words(" \u{301}--").is_empty());
    }

    #[test]
    fn a_name_is_cut_at_its_parties() {
        let cut = parts("Kent Council t/a KCS (c/o ESPO)");
        assert_eq!((cut.whole.trim(), cut.asides.len()), ("kent council", 0));
        let cut = parts("Welland on behalf of Blaby Council - Parks (BDC)");
        assert_eq!(
            cut.agents.iter().map(|s| s.trim()).collect::<Vec<_>>(),
            ["welland"]
        );
        assert_eq!(
            cut.pieces.iter().map(|s| s.trim()).collect::<Vec<_>>(),
            ["blaby council", "parks"]
        );
        assert_eq!(cut.asides.iter().map(|s| s.trim()).collect::<Vec<_>>(), ["bdc"]);
        assert_eq!(
            words(&parts("Bath &amp;amp; Wells").whole),
            ["bath", "and", "wells"]
        );
    }
}
