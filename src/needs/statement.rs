//! What a council says of a need, and what is asked of it: rules only.

use super::NeedStateErrorCode as Code;
use crate::contracts::is_cpv_code;
use crate::councils::directory;
use crate::runtime::{Wrong, words};
use chrono::NaiveDate;
use uuid::Uuid;

/// The largest amount that is believed: a thousand billion pounds. What is under it can be added up.
const MOST_PENCE: i64 = 100_000_000_000_000;
/// The largest number that is believed.
const MOST_COUNTED: i64 = 1_000_000_000;

/// What a council says of a need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statement {
    /// In a line.
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// What should be true afterwards.
    pub outcomes: String,
    /// What an answer must keep to.
    pub constraints: Option<String>,
    /// Systems it must work with.
    pub systems: Option<String>,
    /// Local Government Service List code.
    pub lgsl: Option<i32>,
    /// Common Procurement Vocabulary code, eight digits.
    pub cpv: Option<String>,
    /// Least budget in pence.
    pub budget_min_pence: Option<i64>,
    /// Most budget in pence.
    pub budget_max_pence: Option<i64>,
    /// When it is wanted.
    pub needed_by: Option<NaiveDate>,
    /// How firm that day is.
    pub firmness: Option<Firmness>,
    /// How many users, cases or the like.
    pub quantity: Option<i64>,
    /// What is counted.
    pub quantity_of: Option<String>,
    /// The contract of the council's whose window it relates to.
    pub contract_id: Option<Uuid>,
}

words! {
    /// How firm the day is by which something is needed.
    #[graphql(name = "NeedFirmness")]
    Firmness {
        /// It cannot be later: a contract ends, or a duty begins.
        Fixed = "fixed",
        /// Wanted then; somewhat later would do.
        Preferred = "preferred",
        /// No more than a first idea of when.
        Indicative = "indicative",
    }
}

/// What is wrong with a statement. A draft may be short of what others need to understand it.
pub(super) fn check(statement: &Statement, is_draft: bool) -> Wrong<Code> {
    let mut wrong = Wrong::default();
    for (path, text, most, may_be_blank) in [
        ("title", &statement.title, 200, false),
        ("problem", &statement.problem, 10_000, is_draft),
        ("outcomes", &statement.outcomes, 10_000, is_draft),
    ] {
        let blank = text.trim().is_empty() && !may_be_blank;
        wrong.when(
            blank || text.chars().count() > most,
            Code::BadText,
            path,
            format!("give {path} in at most {most} characters"),
        );
    }
    for (path, text, most) in [
        ("constraints", &statement.constraints, 10_000),
        ("systems", &statement.systems, 10_000),
        ("quantityOf", &statement.quantity_of, 100),
    ] {
        let long = text.as_ref().is_some_and(|text| text.chars().count() > most);
        let message = format!("give {path} in at most {most} characters");
        wrong.when(long, Code::BadText, path, message);
    }
    if let Some(code) = statement.lgsl {
        let unknown = directory().service(code).is_none();
        let message = format!("there is no service {code}");
        wrong.when(unknown, Code::UnknownService, "service", message);
    }
    if let Some(code) = &statement.cpv {
        let message = format!("{code:?} does not have eight digits");
        wrong.when(!is_cpv_code(code), Code::BadCpv, "cpv", message);
    }
    let band = (statement.budget_min_pence, statement.budget_max_pence);
    if let Some(message) = not_a_band(band) {
        wrong.when(true, Code::BadBudget, "budgetMinPence", message);
    }
    wrong.when(
        statement.firmness.is_some() && statement.needed_by.is_none(),
        Code::BadTimescale,
        "neededBy",
        "say by when it is needed, of which the firmness is",
    );
    if let Some(message) = statement.quantity.and_then(not_a_number) {
        wrong.when(true, Code::BadQuantity, "quantity", message);
    }
    let counted = statement.quantity_of.as_deref().unwrap_or_default();
    wrong.when(
        statement.quantity.is_some() && counted.trim().is_empty(),
        Code::BadQuantity,
        "quantityOf",
        "say what is counted",
    );
    wrong
}

/// Why this is no band of a budget.
pub(super) fn not_a_band((least, most): (Option<i64>, Option<i64>)) -> Option<String> {
    let (from, to) = (least.unwrap_or(0), most.unwrap_or(MOST_PENCE));
    let bad = from < 0 || from > to || to > MOST_PENCE;
    bad.then(|| format!("{from} to {to} is not a band of at most {MOST_PENCE} pence"))
}

/// Why this is no number of users or cases.
pub(super) fn not_a_number(quantity: i64) -> Option<String> {
    let bad = !(1..=MOST_COUNTED).contains(&quantity);
    bad.then(|| format!("{quantity} is not a number from 1 to {MOST_COUNTED}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(statement: &Statement, is_draft: bool) -> Vec<(Code, String)> {
        let refusals = check(statement, is_draft).into_refusals();
        refusals.into_iter().map(|one| (one.code, one.path)).collect()
    }

    #[test]
    fn a_draft_may_lack_problem_and_outcomes_but_not_its_title() {
        let bare = Statement {
            title: "Missed bins".into(),
            ..Statement::default()
        };
        assert_eq!(codes(&bare, true), []);
        let lacking = |path: &str| (Code::BadText, path.to_owned());
        assert_eq!(codes(&bare, false), [lacking("problem"), lacking("outcomes")]);
        assert_eq!(codes(&Statement::default(), true), [lacking("title")]);
    }

    #[test]
    fn every_reason_is_found_with_its_path() {
        let odd = Statement {
            title: "t".into(),
            problem: "p".into(),
            outcomes: "o".into(),
            constraints: Some("x".repeat(10_001)),
            lgsl: Some(999_999),
            cpv: Some("48".into()),
            budget_min_pence: Some(5),
            budget_max_pence: Some(4),
            firmness: Some(Firmness::Fixed),
            quantity: Some(0),
            ..Statement::default()
        };
        let found = codes(&odd, false);
        let paths: Vec<&str> = found.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "constraints",
                "service",
                "cpv",
                "budgetMinPence",
                "neededBy",
                "quantity",
                "quantityOf"
            ]
        );
    }

    #[test]
    fn a_band_may_have_one_end_and_must_not_be_beyond_belief() {
        assert_eq!(not_a_band((None, None)), None);
        assert_eq!(not_a_band((Some(4), None)), None);
        assert_eq!(not_a_band((None, Some(0))), None);
        for bad in [
            (Some(-1), None),
            (Some(2), Some(1)),
            (None, Some(i64::MAX)),
            (Some(i64::MAX), None),
        ] {
            assert!(not_a_band(bad).is_some(), "{bad:?}");
        }
    }
}
