//! The reader against texts labelled by hand before it was written: 60 published ones (`../shared/data`, not in the
//! repository, known here by their digests) and our own in the same shapes.

use std::collections::HashMap;
use std::path::Path;

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::*;

const FILE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../shared/data/renewal-texts/renewal-texts.json"
);
const SHARED: &str = include_str!("labels/shared.tsv");
const OWN: &str = include_str!("labels/own.tsv");

/// A text with its initial term and what it is labelled.
pub(super) struct Labelled {
    pub(super) text: String,
    pub(super) initial: InitialTerm,
    label: String,
}

fn lines(file: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

/// The texts of our own making.
pub(super) fn own() -> Vec<Labelled> {
    let labelled = lines(OWN).map(|cells| Labelled {
        label: cells[0].to_owned(),
        initial: match cells[1].split_once("..") {
            Some((from, to)) => InitialTerm::between(from.parse().ok(), to.parse().ok()),
            None => InitialTerm {
                months: cells[1].parse().ok(),
                ..InitialTerm::default()
            },
        },
        text: cells[2].to_owned(),
    });
    labelled.collect()
}

/// The published texts, or nothing where they are not at hand. In CI they must be.
fn shared() -> Option<Vec<Labelled>> {
    if !Path::new(FILE).exists() {
        assert!(
            std::env::var_os("CI").is_none(),
            "{FILE} is not here, and CI must have it"
        );
        println!("skipped: ../shared/data is not here");
        return None;
    }
    let labels: HashMap<_, _> = lines(SHARED).map(|cells| (cells[0], cells[1])).collect();
    let texts: serde_json::Value = serde_json::from_slice(&std::fs::read(FILE).unwrap()).unwrap();
    let labelled = texts.as_array().unwrap().iter().map(|entry| {
        let text = entry["text"].as_str().unwrap().to_owned();
        let period = &entry["contractPeriod"];
        let date = |name: &str| {
            period[name]
                .as_str()
                .map(|day| day[..10].parse::<NaiveDate>().unwrap())
        };
        Labelled {
            label: labels[&hex::encode(Sha256::digest(&text))[..12]].to_owned(),
            initial: InitialTerm {
                starts_on: date("startDate"),
                ends_on: date("endDate"),
                // These sources count a month as thirty days.
                months: period["durationInDays"].as_u64().map(|days| (days / 30) as u16),
            },
            text,
        }
    });
    Some(labelled.collect())
}

/// What was read, in the notation of the labels.
pub(super) fn said(reading: &Reading) -> String {
    let options = reading.options.iter().map(|offer| match offer.length {
        Length::Months(months) if offer.up_to => format!("up to {months}"),
        Length::Months(months) => months.to_string(),
        Length::Until(date) => format!("until {date}"),
    });
    match reading.why {
        Why::Options => options.collect::<Vec<_>>().join(" "),
        Why::NoOption | Why::NewContract => "none".to_owned(),
        Why::NotUnderstood(_) => "?".to_owned(),
    }
}

/// How many texts are read as labelled, how many options are read that are labelled and not, and how many are missed.
#[derive(Debug, Default)]
struct Score {
    right: usize,
    sure_and_wrong: usize,
    found: usize,
    invented: usize,
    missed: usize,
}

fn score(texts: &[Labelled]) -> Score {
    let mut score = Score::default();
    for labelled in texts {
        let reading = read(&labelled.text, &labelled.initial);
        let (said, expected) = (said(&reading), labelled.label.as_str());
        let right = said == expected;
        let labelled_options = expected
            .split(' ')
            .filter(|word| word.parse::<u16>().is_ok() || word.contains('-'));
        let labelled_options = labelled_options.count();
        score.right += usize::from(right);
        score.sure_and_wrong += usize::from(!right && reading.confidence == Confidence::Sure);
        if right {
            score.found += labelled_options;
        } else {
            score.missed += labelled_options;
            score.invented += reading.options.len();
            println!("{expected:>12} {said:>12} {:?} {:?}", reading.why, labelled.text);
        }
    }
    score
}

#[test]
fn nine_in_ten_published_texts_are_read_as_labelled_and_no_option_is_invented() {
    let Some(texts) = shared() else { return };
    let score = score(&texts);
    println!("published: {score:?} of {}", texts.len());
    assert_eq!(texts.len(), 60);
    assert!(score.right * 10 >= texts.len() * 9, "{score:?}");
    assert_eq!(score.invented, 0, "{score:?}");
}

#[test]
fn our_own_texts_are_read_as_labelled() {
    let texts = own();
    let score = score(&texts);
    println!("own: {score:?} of {}", texts.len());
    assert!(texts.len() >= 40);
    assert_eq!(score.right, texts.len(), "{score:?}");
}
