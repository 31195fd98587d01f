//! What a bid says, and what is wrong with it as it stands. Pure.

use super::super::attachments::Attachment;
use super::super::{CriterionKind, Pilot, eligibility};
use super::BidErrorCode;
use crate::councils::directory;
use crate::runtime::clock::london_date;
use crate::runtime::{Wrong, words};
use crate::suppliers::Supplier;
use crate::suppliers::evidence::Evidence;
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Bytes of an answer.
const ANSWER: usize = 100_000;

words! {
    /// What a bidder declares, as buyers in the public sector ask for.
    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    #[graphql(name = "BidDeclaration")]
    Declaration {
        /// No ground for exclusion applies to the supplier, or to those it relies on (Procurement Act 2023, schedules 6
        /// and 7), or what applies is told in the answer.
        NoExclusionGround = "no_exclusion_ground",
        /// The price was agreed with nobody, and no other bidder knows it (a bona fide tender).
        NoCollusion = "no_collusion",
        /// Nobody who bids has an interest in this council's decision, or what there is is told in the answer.
        NoConflictOfInterest = "no_conflict_of_interest",
    }
}

/// An answer to one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionAnswer {
    /// The criterion's place among the pilot's.
    pub criterion: i32,
    /// The answer.
    pub text: String,
}

/// What a bidder writes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// How the supplier would do it.
    pub answer: String,
    /// The same by criterion, where it is better told so.
    pub answers: Vec<CriterionAnswer>,
    /// What is declared.
    pub declarations: Vec<Declaration>,
    /// Files that belong to it.
    pub attachments: Vec<Attachment>,
}

/// What a supplier holds when it bids, from its profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// Its number.
    pub reference: Option<String>,
    /// Of insurance: what one claim is covered for, in pence.
    pub cover_pence: Option<i64>,
    /// Its last day.
    pub expires_on: NaiveDate,
}

impl From<Evidence> for Held {
    fn from(evidence: Evidence) -> Self {
        let said = evidence.certificate;
        Self {
            kind: said.kind.as_str().to_owned(),
            name: said.title().to_owned(),
            reference: said.reference,
            cover_pence: said.cover_pence,
            expires_on: said.expires_on,
        }
    }
}

/// What a bid says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The price in pence, VAT excluded.
    pub price_pence: i64,
    /// What its bidder wrote.
    #[serde(flatten)]
    pub words: Words,
    /// What its bidder held when it was submitted.
    pub evidence: Vec<Held>,
}

/// What speaks against submitting this for a pilot.
pub(super) fn check(
    pilot: &Pilot,
    supplier: Option<&Supplier>,
    price_pence: Option<i64>,
    words: &Words,
    now: DateTime<Utc>,
) -> Wrong<BidErrorCode> {
    let mut wrong = check_draft(pilot, price_pence, words);
    let none = "give a price in pence, at most the pilot's cap";
    wrong.when(price_pence.is_none(), BidErrorCode::BadPrice, "pricePence", none);
    let blank = words.answer.trim().is_empty();
    wrong.when(
        blank,
        BidErrorCode::BadAnswer,
        "answer",
        "say how you would do it",
    );
    for declaration in Declaration::ALL {
        let missing = !words.declarations.contains(declaration);
        let message = format!("declare {}", declaration.as_str().to_uppercase());
        wrong.when(missing, BidErrorCode::NotDeclared, "declarations", message);
    }
    let judged = supplier
        .zip(directory().by_id(pilot.council_id))
        .map(|(supplier, council)| {
            eligibility::judge(pilot.said.reservation, council, supplier, london_date(now))
        });
    for reason in judged.iter().flat_map(|found| found.blocking()) {
        let sentence = reason.sentence.clone();
        wrong.when(true, BidErrorCode::NotEligible, "supplier", sentence);
    }
    wrong
}

/// What is wrong with what there is, whatever is still missing.
pub(super) fn check_draft(pilot: &Pilot, price_pence: Option<i64>, words: &Words) -> Wrong<BidErrorCode> {
    let mut wrong = Wrong::default();
    let cap = pilot.said.cap_pence;
    if let Some(price) = price_pence.filter(|price| !(1..=cap).contains(price)) {
        let message = format!("{price} pence is not 1 to the cap of {cap}");
        wrong.when(true, BidErrorCode::BadPrice, "pricePence", message);
    }
    let long = "give an answer of at most 100,000 bytes";
    wrong.when(
        words.answer.len() > ANSWER,
        BidErrorCode::BadAnswer,
        "answer",
        long,
    );
    let criteria = pilot.said.criteria.iter();
    let quality: Vec<i32> = criteria
        .filter(|criterion| criterion.kind == CriterionKind::Quality)
        .map(|criterion| criterion.ordinal)
        .collect();
    for (at, given) in words.answers.iter().enumerate() {
        let path = format!("answers.{at}");
        let (number, fits) = (given.criterion, 1..=ANSWER);
        let message = format!("criterion {number} is not one of the pilot's that are answered: {quality:?}");
        wrong.when(
            !quality.contains(&number),
            BidErrorCode::BadCriterion,
            &path,
            message,
        );
        let before = words.answers.iter().take(at);
        let twice = before.into_iter().any(|other| other.criterion == number);
        let message = format!("criterion {number} is answered twice");
        wrong.when(twice, BidErrorCode::BadCriterion, &path, message);
        let bad = given.text.trim().is_empty() || !fits.contains(&given.text.len());
        wrong.when(bad, BidErrorCode::BadAnswer, &path, long);
    }
    wrong
}
