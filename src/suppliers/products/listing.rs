//! What a supplier says of a product, and the rule of what makes sense.

use super::{Hosting, ProductErrorCode};
use crate::contracts::is_cpv_code;
use crate::councils::directory;
use crate::runtime::Wrong;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What a supplier says of a product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Name.
    pub name: String,
    /// In a line.
    pub summary: String,
    /// What it does.
    pub description: String,
    /// Local Government Service List codes of the services it is for.
    pub lgsl: Vec<i32>,
    /// Common Procurement Vocabulary codes it falls under, eight digits each.
    pub cpv: Vec<String>,
    /// Where it runs, if it is software.
    pub hosting: Option<Hosting>,
    /// How it is charged.
    pub price_model: Option<String>,
    /// The business systems it works with, by name.
    pub integrations: Vec<String>,
    /// The standards it keeps, by name.
    pub standards: Vec<String>,
    /// How people with disabilities can use it, and what is not done yet.
    pub accessibility: Option<String>,
    /// What came of it elsewhere.
    pub case_studies: Vec<CaseStudy>,
}

/// What came of a product somewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseStudy {
    /// In a line.
    pub title: String,
    /// The council it is of, if it is of one.
    pub council_id: Option<Uuid>,
    /// What came of it.
    pub outcome: String,
    /// Where more is said.
    pub url: Option<String>,
}

/// Systems, or standards, that a listing may name.
const MOST_NAMES: usize = 30;
/// Case studies of a listing.
const MOST_STUDIES: usize = 10;

pub(super) fn check(listing: &Listing) -> Wrong<ProductErrorCode> {
    let mut wrong = Wrong::default();
    for (path, text, most) in [
        ("name", &listing.name, 200),
        ("summary", &listing.summary, 500),
        ("description", &listing.description, 20_000),
    ] {
        check_text(path, text, most, &mut wrong);
    }
    for (path, text, most) in [
        ("priceModel", &listing.price_model, 500),
        ("accessibility", &listing.accessibility, 5_000),
    ] {
        let long = text.as_ref().is_some_and(|text| text.len() > most);
        let message = format!("give it in at most {most} bytes");
        wrong.when(long, ProductErrorCode::BadText, path, message);
    }
    check_codes(listing, &mut wrong);
    for (path, names) in [
        ("integrations", &listing.integrations),
        ("standards", &listing.standards),
    ] {
        let many = names.len() > MOST_NAMES;
        let message = format!("name at most {MOST_NAMES}");
        wrong.when(many, ProductErrorCode::TooMany, path, message);
        for (index, name) in names.iter().enumerate().take(MOST_NAMES) {
            check_text(&format!("{path}.{index}"), name, 100, &mut wrong);
        }
    }
    let many = listing.case_studies.len() > MOST_STUDIES;
    let message = format!("give at most {MOST_STUDIES}");
    wrong.when(many, ProductErrorCode::TooMany, "caseStudies", message);
    for (index, study) in listing.case_studies.iter().enumerate().take(MOST_STUDIES) {
        check_study(&format!("caseStudies.{index}"), study, &mut wrong);
    }
    wrong
}

fn check_text(path: &str, text: &str, most: usize, wrong: &mut Wrong<ProductErrorCode>) {
    let name = path.split('.').next().unwrap_or(path);
    wrong.when(
        text.trim().is_empty() || text.len() > most,
        ProductErrorCode::BadText,
        path,
        format!("give {name} in at most {most} bytes"),
    );
}

fn check_codes(listing: &Listing, wrong: &mut Wrong<ProductErrorCode>) {
    let many = listing.lgsl.len() > 50 || listing.cpv.len() > 50;
    let message = "give at most 50 services and 50 codes";
    wrong.when(many, ProductErrorCode::TooMany, "services", message);
    for (index, code) in listing.lgsl.iter().enumerate().take(50) {
        let unknown = directory().service(*code).is_none();
        let message = format!("there is no service {code}");
        let path = format!("services.{index}");
        wrong.when(unknown, ProductErrorCode::UnknownService, &path, message);
    }
    for (index, code) in listing.cpv.iter().enumerate().take(50) {
        let bad = !is_cpv_code(code);
        let message = format!("{code:?} does not have eight digits");
        wrong.when(bad, ProductErrorCode::BadCpv, &format!("cpv.{index}"), message);
    }
}

fn check_study(path: &str, study: &CaseStudy, wrong: &mut Wrong<ProductErrorCode>) {
    for (field, text, most) in [("title", &study.title, 200), ("outcome", &study.outcome, 2_000)] {
        let bad = text.trim().is_empty() || text.len() > most;
        let message = format!("give {field} in at most {most} bytes");
        wrong.when(
            bad,
            ProductErrorCode::BadText,
            &format!("{path}.{field}"),
            message,
        );
    }
    let unknown = study.council_id.is_some_and(|id| directory().by_id(id).is_none());
    let message = "there is no such council";
    wrong.when(
        unknown,
        ProductErrorCode::UnknownCouncil,
        &format!("{path}.council"),
        message,
    );
    let url = study.url.as_deref().unwrap_or("https://");
    let bad = url.len() > 500 || !(url.starts_with("https://") || url.starts_with("http://"));
    let message = "give an address of at most 500 bytes that begins with https:// or http://";
    wrong.when(bad, ProductErrorCode::BadUrl, &format!("{path}.url"), message);
}
