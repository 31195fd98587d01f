//! A contract as an OCDS release: its present state, whole.
//!
//! A release of the same id is the same byte for byte: the id has the contract's version and a digest of the rest. What the
//! register does not say is left out, never guessed; a yearly value is left out too, as the standard's is the whole. So is
//! the status of a contract that nobody recorded as pending, cancelled or terminated: the standard's "active" means that it
//! is in force, and "terminated" also that it came to its end, so the day would decide, and a release would be wrong the
//! day after the end without having changed. The period says when it runs.

use super::super::Publisher;
use super::super::facts::Facts;
use super::terms::{initial_period, milestones, period, renewal};
use super::{instant, parties, service_uri};
use crate::contracts::term::{Standing, Term};
use crate::contracts::{Contract, YEARLY, term_of};
use crate::councils::directory;
use crate::exchange::import::published;
use crate::exchange::register::{Column, RegisterRow};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

/// The only lot, award item and so on of a contract.
const ONLY: &str = "1";

/// The release of a contract.
pub(super) fn of(facts: &Facts, publisher: &Publisher) -> Value {
    let contract = &facts.contract;
    let term = term_of(contract, facts.options.clone());
    let row = facts.row();
    let row = row.as_ref();
    let ocid = publisher.ocid(contract);
    let sme = row.and_then(|row| row.sme);
    let vcse = row.and_then(|row| row.vcse);
    let mut release = Map::new();
    release.insert("ocid".into(), json!(ocid));
    release.insert("date".into(), json!(instant(contract.updated_at)));
    release.insert("tag".into(), json!(tags(&term)));
    release.insert("initiationType".into(), json!("tender"));
    release.insert("language".into(), json!("en"));
    put_list(&mut release, "parties", parties::of(facts, sme, vcse));
    if let Some(council) = facts.council() {
        release.insert("buyer".into(), parties::council_reference(council));
    }
    release.insert("tender".into(), tender(facts, &term, row, &ocid));
    release.insert("awards".into(), json!([award(facts, &term, row)]));
    release.insert("contracts".into(), json!([agreement(facts, &term, row)]));
    put_list(&mut release, "relatedProcesses", elsewhere(contract));
    let digest = Sha256::digest(Value::Object(release.clone()).to_string());
    let id = format!("{ocid}-{}-{}", contract.version, hex::encode(&digest[..4]));
    release.insert("id".into(), json!(id));
    Value::Object(release)
}

/// Each release tells award and contract whole, so it is never an update of one that is still published.
fn tags(term: &Term) -> Vec<&'static str> {
    match term.standing {
        Standing::Cancelled => vec!["awardCancellation", "contract"],
        Standing::Terminated { .. } => vec!["award", "contract", "contractTermination"],
        Standing::Pending | Standing::Active => vec!["award", "contract"],
    }
}

/// The process as another publisher has it, where the register or its notices name it. No relationship is said: the
/// standard's codes are all of other processes, before or after or above this one, and none means the same.
fn elsewhere(contract: &Contract) -> Vec<Value> {
    // One of ours, by whatever prefix, came back with a file.
    let other = contract
        .ocid
        .as_deref()
        .filter(|ocid| published(ocid) != Some(contract.id));
    let related = |ocid: &str| json!({ "id": ONLY, "scheme": "ocid", "identifier": ocid });
    other.map(related).into_iter().collect()
}

fn tender(facts: &Facts, term: &Term, row: Option<&RegisterRow>, ocid: &str) -> Value {
    let contract = &facts.contract;
    let mut tender = Map::new();
    let reference = text(contract.reference.as_deref());
    tender.insert("id".into(), json!(reference.unwrap_or(ocid)));
    told(&mut tender, contract);
    tender.insert("status".into(), json!("complete"));
    if let Some(council) = facts.council() {
        tender.insert("procuringEntity".into(), parties::council_reference(council));
    }
    let process = text(contract.process_type.as_deref());
    put(&mut tender, "procurementMethod", process.and_then(method));
    put(&mut tender, "procurementMethodDetails", process);
    let category = contract.cpv.as_deref().and_then(main_category);
    put(&mut tender, "mainProcurementCategory", category);
    put_list(&mut tender, "items", items(contract, row));
    let mut lot = Map::new();
    lot.insert("id".into(), json!(ONLY));
    lot.insert("status".into(), json!("complete"));
    put(&mut lot, "contractPeriod", period(term));
    let prose = row.and_then(|row| text(Some(row.raw.get(Column::ExtensionOptions))));
    if let Some(renewal) = renewal(facts, term, prose) {
        lot.insert("hasRenewal".into(), json!(true));
        lot.insert("renewal".into(), renewal);
    }
    tender.insert("lots".into(), json!([lot]));
    let link = row.and_then(|row| row.tender_document_url.as_deref());
    let document = link.map(|url| document("tender", "Tender document", Some("biddingDocuments"), url));
    put_list(&mut tender, "documents", document.into_iter().collect());
    Value::Object(tender)
}

fn award(facts: &Facts, term: &Term, row: Option<&RegisterRow>) -> Value {
    let contract = &facts.contract;
    let mut award = Map::new();
    award.insert("id".into(), json!(contract.id.simple().to_string()));
    told(&mut award, contract);
    let status = match term.standing {
        Standing::Pending => "pending",
        Standing::Cancelled => "cancelled",
        Standing::Active | Standing::Terminated { .. } => "active",
    };
    award.insert("status".into(), json!(status));
    put(&mut award, "value", value(contract, row));
    let mut suppliers: Vec<Value> = facts.suppliers.iter().map(parties::supplier_reference).collect();
    let mut seen = std::collections::HashSet::new();
    suppliers.retain(|supplier| seen.insert(supplier["id"].to_string()));
    put_list(&mut award, "suppliers", suppliers);
    put_list(&mut award, "items", items(contract, row));
    put(&mut award, "contractPeriod", initial_period(term));
    award.insert("relatedLots".into(), json!([ONLY]));
    Value::Object(award)
}

fn agreement(facts: &Facts, term: &Term, row: Option<&RegisterRow>) -> Value {
    let contract = &facts.contract;
    let id = contract.id.simple().to_string();
    let mut agreement = Map::new();
    agreement.insert("id".into(), json!(id));
    agreement.insert("awardID".into(), json!(id));
    told(&mut agreement, contract);
    let status = match term.standing {
        Standing::Pending => Some("pending"),
        Standing::Active => None,
        Standing::Cancelled => Some("cancelled"),
        Standing::Terminated { .. } => Some("terminated"),
    };
    put(&mut agreement, "status", status);
    put(&mut agreement, "period", period(term));
    put(&mut agreement, "value", value(contract, row));
    put_list(&mut agreement, "items", items(contract, row));
    put_list(&mut agreement, "milestones", milestones(term));
    let link = |id, title, url: Option<&String>| Some(document(id, title, None, url?));
    let documents = [
        link(
            "contract",
            "Contract document",
            row.and_then(|row| row.contract_document_url.as_ref()),
        ),
        link(
            "performance",
            "Performance information",
            row.and_then(|row| row.performance_url.as_ref()),
        ),
    ];
    put_list(
        &mut agreement,
        "documents",
        documents.into_iter().flatten().collect(),
    );
    Value::Object(agreement)
}

fn document(id: &str, title: &str, kind: Option<&str>, url: &str) -> Value {
    let mut document = json!({ "id": id, "title": title, "url": url });
    if let Some(kind) = kind {
        document["documentType"] = json!(kind);
    }
    document
}

fn told(of: &mut Map<String, Value>, contract: &Contract) {
    put(of, "title", text(Some(&contract.title)));
    put(of, "description", text(Some(&contract.description)));
}

/// The value of the whole contract, without VAT, in pounds.
fn value(contract: &Contract, row: Option<&RegisterRow>) -> Option<Value> {
    let yearly = match contract.value_basis.as_deref() {
        Some(basis) => basis == YEARLY,
        // What came in before it was kept.
        None => row.is_some_and(|row| row.value_pence == contract.value_pence && row.value_is_yearly),
    };
    let pence = contract.value_pence.filter(|pence| !yearly && *pence >= 0)?;
    Some(json!({ "amount": pounds(pence), "currency": "GBP" }))
}

/// Whole pounds without a point; both are numbers of JSON.
fn pounds(pence: i64) -> Value {
    if pence % 100 == 0 {
        return json!(pence / 100);
    }
    #[expect(clippy::cast_precision_loss, reason = "JSON's numbers are read as such")]
    let amount = pence as f64 / 100.0;
    json!(amount)
}

fn items(contract: &Contract, row: Option<&RegisterRow>) -> Vec<Value> {
    let cpv = text(contract.cpv.as_deref());
    let service = contract.lgsl.and_then(|code| directory().service(code));
    if cpv.is_none() && service.is_none() {
        return Vec::new();
    }
    let mut item = Map::new();
    item.insert("id".into(), json!(ONLY));
    put(&mut item, "description", text(Some(&contract.title)));
    if let Some(cpv) = cpv {
        let mut classification = json!({ "scheme": "CPV", "id": cpv });
        let same = row.filter(|row| row.cpv_code.as_deref() == Some(cpv));
        if let Some(label) = same.and_then(|row| text(row.cpv_label.as_deref())) {
            classification["description"] = json!(label);
        }
        item.insert("classification".into(), classification);
    }
    if let Some(service) = service {
        let classification = json!([{
            "scheme": "LGSL", "id": service.lgsl.to_string(), "description": service.name,
            "uri": service_uri(service.lgsl),
        }]);
        item.insert("additionalClassifications".into(), classification);
    }
    item.insert("relatedLot".into(), json!(ONLY));
    vec![Value::Object(item)]
}

/// By the division of the CPV: 45 is works, up to 44 and 48 (software) are goods, the rest services.
fn main_category(cpv: &str) -> Option<&'static str> {
    let division: u8 = cpv.get(..2)?.parse().ok()?;
    Some(match division {
        45 => "works",
        0..=44 | 48 => "goods",
        _ => "services",
    })
}

/// What can be told of the method from the council's words; most say too little.
fn method(process: &str) -> Option<&'static str> {
    let process = process.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| process.contains(word));
    if says(&[
        "call-off",
        "call off",
        "framework",
        "mini-competition",
        "mini competition",
    ]) {
        return None;
    }
    if says(&[
        "direct award",
        "single tender",
        "single source",
        "without competition",
    ]) {
        return Some("direct");
    }
    if says(&["restricted", "competitive dialogue", "negotiated"]) {
        return Some("selective");
    }
    if says(&["open procedure", "open tender"]) || process.trim() == "open" {
        return Some("open");
    }
    says(&["invitation to quote", "request for quot"]).then_some("limited")
}

/// Text that says something.
fn text(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn put(into: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        into.insert(key.into(), value.into());
    }
}

fn put_list(into: &mut Map<String, Value>, key: &str, list: Vec<Value>) {
    if !list.is_empty() {
        into.insert(key.into(), Value::Array(list));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_told_only_where_the_words_say_so() {
        for (words, expected) in [
            ("Open", Some("open")),
            ("Open Procedure (OJEU)", Some("open")),
            ("Restricted tender", Some("selective")),
            ("Direct award", Some("direct")),
            ("Direct award call-off from a framework", None),
            ("Invitation to quote", Some("limited")),
            ("Invitation to tender", None),
            ("Published invitation to tender", None),
        ] {
            assert_eq!(method(words), expected, "{words}");
        }
    }

    #[test]
    fn categories_are_those_of_the_cpv_divisions() {
        for (cpv, expected) in [
            ("45000000", Some("works")),
            ("48000000", Some("goods")),
            ("03100000", Some("goods")),
            ("44100000", Some("goods")),
            ("50100000", Some("services")),
            ("98000000", Some("services")),
            ("x", None),
        ] {
            assert_eq!(main_category(cpv), expected, "{cpv}");
        }
    }

    #[test]
    fn pounds_are_numbers_to_the_penny() {
        for (pence, written) in [(0, "0"), (120_000, "1200"), (1_234_567, "12345.67"), (5, "0.05")] {
            assert_eq!(pounds(pence).to_string(), written);
        }
    }
}
