//! What holds of any text, and of ours with their words shuffled, dropped, doubled and changed.

use proptest::prelude::*;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::labelled::own;
use super::*;

/// More of these are a run of their own: `GUILDHALL_MUTATIONS=1000000 cargo test renewal::properties`.
const MUTATIONS: u32 = 20_000;

fn check(text: &str, initial: &InitialTerm) {
    let reading = read(text, initial);
    assert_eq!(reading.source, text);
    assert!(reading.options.len() <= MOST_OPTIONS, "{text}");
    let lengths = reading.options.iter().map(|offer| match offer.length {
        Length::Months(months) => u32::from(months),
        Length::Until(_) => 1,
    });
    assert!(lengths.clone().all(|months| months > 0), "{text}");
    assert!(lengths.sum::<u32>() <= MOST_MONTHS, "{text}");
    let understood = reading.why == Why::Options;
    assert_eq!(understood, !reading.options.is_empty(), "{text}");
    let stopped = matches!(reading.why, Why::NotUnderstood(_));
    assert_eq!(stopped, reading.confidence == Confidence::None, "{text}");
}

/// The same but for what it was read from.
fn same(text: &str, other: &str, initial: &InitialTerm) {
    let (one, two) = (read(text, initial), read(other, initial));
    assert_eq!(
        (&one.options, one.why, one.confidence, one.notice),
        (&two.options, two.why, two.confidence, two.notice),
        "{text:?} {other:?}"
    );
}

fn spaced(text: &str) -> String {
    format!(
        " \t{}\n ",
        text.split(' ').collect::<Vec<_>>().join(" \u{a0}\r\n ")
    )
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in any::<String>(), months in any::<Option<u16>>()) {
        check(&text, &InitialTerm { months, ..InitialTerm::default() });
    }

    #[test]
    fn nothing_in_the_shape_of_a_renewal_text_makes_it_panic(
        text in "((up to|option|extend|for|further|of|annually|until|no|total|initial|or|and|in|increments|x|plus|subject to|if) |[0-9]{1,5}|\\(|\\)|\\+|, |\\. | |-|months? |years? |weeks |31/12/20[0-9]{2} |two |a ){0,24}",
        months in any::<Option<u16>>(),
    ) {
        check(&text, &InitialTerm { months, ..InitialTerm::default() });
    }

    #[test]
    fn case_and_space_change_nothing(
        words in proptest::collection::vec("[a-z]{1,8}|[0-9]{1,3}|x|\\+|up to|further|option|extend|months|years|two|annually|until|31 May 2030|\\(|\\)", 0..16),
    ) {
        let text = words.join(" ");
        same(&text, &text.to_uppercase(), &InitialTerm::default());
        same(&text, &spaced(&text), &InitialTerm::default());
    }
}

#[test]
fn our_own_texts_say_the_same_in_capitals_and_with_other_space() {
    for labelled in own() {
        same(&labelled.text, &labelled.text.to_uppercase(), &labelled.initial);
        same(&labelled.text, &spaced(&labelled.text), &labelled.initial);
    }
}

#[test]
fn a_text_is_read_the_same_twice_and_a_long_one_not_at_all() {
    let long = "2 x 12 months ".repeat(200);
    let reading = read(&long, &InitialTerm::default());
    assert_eq!(reading.why, Why::NotUnderstood(Stopped::TooLong));
    for labelled in own() {
        let once = read(&labelled.text, &labelled.initial);
        assert_eq!(once, read(&labelled.text, &labelled.initial));
    }
}

/// A change such as an editor, a converter or a hurried officer makes.
fn mutate(text: &str, other: &str, rng: &mut ChaCha8Rng) -> String {
    let mut words: Vec<&str> = text.split(' ').collect();
    let at = rng.random_range(0..words.len());
    match rng.random_range(0..6) {
        0 => drop(words.remove(at)),
        1 => words.insert(at, words[at]),
        2 => words.swap(0, at),
        3 => words.truncate(at),
        4 => words.insert(at, other.split(' ').next_back().unwrap_or_default()),
        _ => {
            let mut chars: Vec<char> = text.chars().collect();
            let at = rng.random_range(0..chars.len().max(1));
            let signs = [
                '0',
                '9',
                '+',
                '-',
                '(',
                ')',
                '.',
                ',',
                '/',
                ' ',
                'x',
                '\u{2013}',
                '\0',
                'é',
                '\u{1F4C5}',
            ];
            if let (Some(slot), Some(sign)) = (chars.get_mut(at), signs.choose(rng)) {
                *slot = *sign;
            }
            return chars.into_iter().collect();
        }
    }
    words.join(" ")
}

#[test]
fn mutations_of_our_own_texts_are_read_within_bounds() {
    let texts = own();
    let wanted = std::env::var("GUILDHALL_MUTATIONS").ok();
    let mutations = wanted.and_then(|n| n.parse().ok()).unwrap_or(MUTATIONS);
    for seed in 0..u64::from(mutations) {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (Some(one), Some(other)) = (texts.choose(&mut rng), texts.choose(&mut rng)) else {
            return;
        };
        let mut text = one.text.clone();
        for _ in 0..rng.random_range(1..6) {
            text = mutate(&text, &other.text, &mut rng);
        }
        check(&text, &one.initial);
        same(&text, &spaced(&text), &one.initial);
    }
}
