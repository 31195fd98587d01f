//! Who takes part in a contract, and by which identifiers (org-id.guide) others know them.

use super::super::facts::Facts;
use super::statistics_uri;
use crate::councils::identifiers::{Identifier, identifier};
use crate::councils::{Council, directory};
use crate::suppliers::{Size, Supplier};
use serde_json::{Map, Value, json};

/// The identifier of a council.
pub(super) fn council_identifier(council: &Council) -> Option<Identifier> {
    identifier(council)
}

/// Everybody, each once: the council whose register it is, those that buy with it, and the suppliers.
pub(super) fn of(facts: &Facts, said_sme: Option<bool>, said_vcse: Option<bool>) -> Vec<Value> {
    let mut parties = Vec::new();
    if let Some(council) = facts.council() {
        parties.push(council_party(council, &["buyer", "procuringEntity"]));
    }
    let others = facts.buyers.iter().filter_map(|id| directory().by_id(*id));
    parties.extend(others.map(|council| council_party(council, &["buyer"])));
    // What a row says of its supplier is said of one.
    let alone = facts.suppliers.len() == 1;
    let said = |said: Option<bool>| said.filter(|_| alone);
    for supplier in &facts.suppliers {
        parties.push(supplier_party(supplier, said(said_sme), said(said_vcse)));
    }
    let mut seen = std::collections::HashSet::new();
    parties.retain(|party| seen.insert(party["id"].to_string()));
    parties
}

/// A party as others refer to it.
pub(super) fn council_reference(council: &Council) -> Value {
    json!({ "id": council_id(council), "name": council.facts.name })
}

/// The same of a supplier.
pub(super) fn supplier_reference(supplier: &Supplier) -> Value {
    json!({ "id": supplier_id(supplier), "name": name(supplier) })
}

fn council_id(council: &Council) -> String {
    match council_identifier(council) {
        Some(found) => format!("{}-{}", found.scheme, found.id),
        None => format!("guildhall-council-{}", council.facts.slug),
    }
}

fn council_party(council: &Council, roles: &[&str]) -> Value {
    let mut identifier = Map::new();
    if let Some(found) = council_identifier(council) {
        identifier.insert("scheme".into(), json!(found.scheme));
        identifier.insert("id".into(), json!(found.id));
    }
    identifier.insert("legalName".into(), json!(council.facts.name));
    if let Some(gss) = council.facts.gss {
        identifier.insert("uri".into(), json!(statistics_uri(gss)));
    }
    json!({
        "id": council_id(council),
        "name": council.facts.name,
        "identifier": identifier,
        "roles": roles,
    })
}

fn supplier_party(supplier: &Supplier, said_sme: Option<bool>, said_vcse: Option<bool>) -> Value {
    let mut party = Map::new();
    party.insert("id".into(), json!(supplier_id(supplier)));
    party.insert("name".into(), json!(name(supplier)));
    let mut known = identifiers(supplier).into_iter();
    if let Some((scheme, id)) = known.next() {
        let mut identifier = json!({ "scheme": scheme, "id": id, "legalName": name(supplier) });
        if scheme == "GB-COH" {
            let company = format!("http://data.companieshouse.gov.uk/doc/company/{id}");
            identifier["uri"] = json!(company);
        }
        party.insert("identifier".into(), identifier);
    }
    let others: Vec<Value> = known
        .map(|(scheme, id)| json!({ "scheme": scheme, "id": id }))
        .collect();
    if !others.is_empty() {
        party.insert("additionalIdentifiers".into(), Value::Array(others));
    }
    party.insert("roles".into(), json!(["supplier"]));
    let mut details = Map::new();
    if let Some(scale) = scale(supplier.size, said_sme) {
        details.insert("scale".into(), json!(scale));
    }
    if let Some(vcse) = supplier.vcse.or(said_vcse) {
        details.insert("vcse".into(), json!(vcse));
    }
    if !details.is_empty() {
        party.insert("details".into(), Value::Object(details));
    }
    Value::Object(party)
}

/// What it says itself goes before what a register says of it.
fn scale(size: Option<Size>, said_sme: Option<bool>) -> Option<&'static str> {
    match (size, said_sme) {
        (Some(Size::Micro), _) => Some("micro"),
        (Some(Size::Small | Size::Medium), _) | (None, Some(true)) => Some("sme"),
        (Some(Size::Large), _) | (None, Some(false)) => Some("large"),
        (None, None) => None,
    }
}

fn supplier_id(supplier: &Supplier) -> String {
    match identifiers(supplier).first() {
        Some((scheme, id)) => format!("{scheme}-{id}"),
        None => format!("guildhall-supplier-{}", supplier.id.simple()),
    }
}

/// Its numbers, a company's first.
fn identifiers(supplier: &Supplier) -> Vec<(&'static str, &str)> {
    let company = supplier.companies_house.as_deref().map(|id| ("GB-COH", id));
    let charity = supplier.charity.as_deref().map(|id| match id {
        _ if id.starts_with("SC") => ("GB-SC", id),
        _ if id.starts_with("NIC") => ("GB-NIC", &id[3..]),
        _ => ("GB-CHC", id),
    });
    company.into_iter().chain(charity).collect()
}

fn name(supplier: &Supplier) -> &str {
    supplier.name.trim()
}
