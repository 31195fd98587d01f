//! Who is in a process: suppliers by their numbers and names, and councils that buy together. Next: `drafts.rs`.

use super::drafts::Remarks;
use super::release::{Identifier, Party, Reference, Release};
use crate::councils::Match;
use crate::councils::naming::{Confidence, Rule};
use crate::councils::{self, Council};
use crate::exchange::register::{Why, values};
use crate::suppliers::Mention;
use uuid::Uuid;

/// Schemes of charities' numbers: England and Wales, Scotland, Northern Ireland.
const CHARITIES: [&str; 3] = ["GB-CHC", "GB-SC", "GB-NIC"];

/// Whose register a release's contracts stand in, or why that is not certain and what it may be.
pub fn buyer(release: &Release) -> Result<&'static Council, (Why, String)> {
    let Some(name) = release.buyer_name() else {
        return Err((Why::BuyerBlank, String::new()));
    };
    sure(name).map_err(|(why, says)| (why, format!("{says}.")))
}

/// The council that a name surely means, or why it is not certain. A place's bare name is the slug of a council, and may be
/// anybody's who is there.
fn sure(name: &str) -> Result<&'static Council, (Why, String)> {
    let is_place = |rule| rule == Rule::Code && !name.bytes().any(|byte| byte.is_ascii_digit());
    match councils::matched(name) {
        Match::Matched { council, rule } if rule.confidence() == Confidence::Fair || is_place(rule) => {
            let may_be = format!("It may be {}", council.facts.name);
            Err((Why::BuyerUnclear, may_be))
        }
        Match::Matched { council, .. } => Ok(council),
        Match::Doubtful { candidates, why } => {
            let names: Vec<_> = candidates
                .iter()
                .take(5)
                .map(|council| council.facts.name)
                .collect();
            let may_be = format!("It may be {}: {}", names.join(", "), why.says());
            Err((Why::BuyerUnclear, may_be))
        }
        Match::None { why } => Err((Why::BuyerUnknown, format!("By its name, {}", why.says()))),
    }
}

/// Councils that buy beside the one whose register it is.
pub(super) fn beside(said: &Release, council: Uuid) -> Vec<Uuid> {
    let buying = said.parties.iter().filter(|party| party.is("buyer"));
    let mut beside: Vec<Uuid> = buying
        .filter_map(|party| sure(party.any_name()?).ok())
        .map(|council| council.id)
        .filter(|id| *id != council)
        .collect();
    beside.sort();
    beside.dedup();
    beside
}

/// The suppliers of an award in its order, each as the party it refers to says.
pub(super) fn suppliers(said: &Release, of: &[Reference], remarks: &mut Remarks) -> Vec<Mention> {
    let mut mentions = Vec::with_capacity(of.len());
    for reference in of {
        let party = said.party(reference.id.as_deref());
        if let Some(mention) = mention(said.name_of(reference), party, reference, remarks) {
            mentions.push(mention);
        }
    }
    if mentions.is_empty() && remarks.count(Why::SupplierRedacted) == 0 {
        remarks.add("awards/suppliers", "", Why::SupplierBlank);
    }
    mentions
}

/// Everybody in the process who supplies, for a contract that says nothing of its award.
pub(super) fn all_suppliers(said: &Release) -> Vec<Reference> {
    let supplying = said.parties.iter().filter(|party| party.is("supplier"));
    let reference = |party: &Party| Reference {
        id: party.id.clone(),
        name: party.name.clone(),
        identifier: None,
    };
    supplying.map(reference).collect()
}

fn mention(
    name: Option<&str>,
    party: Option<&Party>,
    reference: &Reference,
    remarks: &mut Remarks,
) -> Option<Mention> {
    let Some(name) = name else {
        remarks.add(
            "awards/suppliers/name",
            reference.id.as_deref().unwrap_or(""),
            Why::SupplierBlank,
        );
        return None;
    };
    if values::withheld(name) {
        remarks.add("awards/suppliers/name", name, Why::SupplierRedacted);
        return None;
    }
    if values::garbled(name) {
        remarks.add("awards/suppliers/name", name, Why::TextGarbled);
    }
    let details = party.and_then(|party| party.details.as_ref());
    let mut mention = Mention {
        name: remarks.bounded("awards/suppliers/name", name, values::LONGEST),
        sme: details.and_then(|details| is_sme(details.scale.as_deref()?)),
        vcse: details.and_then(|details| details.vcse),
        ..Mention::default()
    };
    let of_party = party
        .into_iter()
        .flat_map(|party| party.identifier.iter().chain(&party.additional_identifiers));
    for identifier in of_party.chain(&reference.identifier) {
        number(&mut mention, identifier, remarks);
    }
    if mention.companies_house.is_none() && mention.charity.is_none() {
        // Parties are often told by their numbers: "GB-COH-01234567".
        let id = reference.id.as_deref().and_then(from_id);
        id.iter()
            .for_each(|identifier| number(&mut mention, identifier, &mut Remarks::default()));
    }
    Some(mention)
}

fn from_id(id: &str) -> Option<Identifier> {
    let schemes = ["GB-COH"].into_iter().chain(CHARITIES);
    schemes.into_iter().find_map(|scheme| {
        let number = id.strip_prefix(scheme)?.strip_prefix('-')?;
        Some(Identifier {
            scheme: Some(scheme.to_owned()),
            id: Some(number.to_owned()),
            legal_name: None,
        })
    })
}

fn number(mention: &mut Mention, identifier: &Identifier, remarks: &mut Remarks) {
    let (Some(scheme), Some(id)) = (&identifier.scheme, &identifier.id) else {
        return;
    };
    let scheme = scheme.to_uppercase();
    let (into, (number, why)) = if scheme == "GB-COH" {
        (&mut mention.companies_house, values::company_number(bare(id)))
    } else if CHARITIES.contains(&scheme.as_str()) {
        (&mut mention.charity, values::charity_number(bare(id)))
    } else {
        return;
    };
    if into.is_none() {
        *into = number;
        if let Some(why) = why {
            remarks.add("parties/identifier/id", id, why);
        }
    }
}

/// A code that a spreadsheet made a number of: "11111111.0".
pub(super) fn bare(code: &str) -> &str {
    code.strip_suffix(".0").unwrap_or(code)
}

fn is_sme(scale: &str) -> Option<bool> {
    match scale.to_lowercase().as_str() {
        "sme" | "micro" | "small" | "medium" => Some(true),
        "large" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(parties: serde_json::Value, suppliers: serde_json::Value) -> (Vec<Mention>, Vec<Why>) {
        let said: Release =
            serde_json::from_value(json!({ "parties": parties, "awards": [{ "suppliers": suppliers }] }))
                .unwrap();
        let mut remarks = Remarks::default();
        let mentions = super::suppliers(&said, &said.awards[0].suppliers, &mut remarks);
        (mentions, remarks.whys())
    }

    #[test]
    fn suppliers_are_told_by_the_numbers_of_their_party_and_say_their_size_and_kind() {
        let parties = json!([
            { "id": "1", "name": "Acme", "identifier": { "scheme": "GB-COH", "id": "4103211" },
              "details": { "scale": "sme", "vcse": false } },
            { "id": "2", "name": "Help", "identifier": { "scheme": "GB-SRS", "id": "sid4gov/1" },
              "additionalIdentifiers": [{ "scheme": "GB-CHC", "id": "1089893" }], "details": { "scale": "large", "vcse": true } },
            { "id": "3", "name": "Odd", "identifier": { "scheme": "GB-COH", "id": "458577871" } },
        ]);
        let named = json!([{ "id": "2" }, { "id": "1", "name": "ACME" }, { "id": "3" },
            { "id": "GB-COH-11111111", "name": "By id" },
            { "name": "Of 1.0", "identifier": { "scheme": "GB-COH", "id": "22222222.0" } }]);
        let (mentions, whys) = read(parties, named);
        let of = |at: usize| {
            let mention: &Mention = &mentions[at];
            (
                mention.name.as_str(),
                mention.companies_house.as_deref(),
                mention.charity.as_deref(),
                mention.sme,
                mention.vcse,
            )
        };
        assert_eq!(of(0), ("Help", None, Some("1089893"), Some(false), Some(true)));
        assert_eq!(of(1), ("ACME", Some("04103211"), None, Some(true), Some(false)));
        assert_eq!(of(2), ("Odd", None, None, None, None));
        assert_eq!(of(3), ("By id", Some("11111111"), None, None, None));
        assert_eq!(of(4), ("Of 1.0", Some("22222222"), None, None, None));
        assert_eq!(whys, [Why::CompanyNumberForm]);
    }

    #[test]
    fn a_supplier_without_a_name_or_with_a_withheld_one_is_doubted() {
        let (mentions, whys) = read(json!([]), json!([{ "id": "9" }, { "name": "REDACTED" }]));
        assert_eq!(
            (mentions.len(), whys.as_slice()),
            (0, [Why::SupplierBlank, Why::SupplierRedacted].as_slice())
        );
        assert_eq!(read(json!([]), json!([])).1, [Why::SupplierBlank]);
    }

    #[test]
    fn a_buyer_is_a_council_only_where_its_name_is_sure() {
        let of = |name: Option<&str>| {
            let release: Release = serde_json::from_value(json!({ "buyer": { "name": name } })).unwrap();
            buyer(&release)
                .map(|council| council.facts.slug)
                .map_err(|(why, _)| why)
        };
        assert_eq!(of(Some("The North Yorkshire Council")), Ok("north-yorkshire"));
        assert_eq!(
            of(Some("Suffolk County Council Passenger Transport")).ok(),
            Some("suffolk")
        );
        assert_eq!(of(Some("Ofcom")), Err(Why::BuyerUnknown));
        assert_eq!(of(Some("Thame Town Council")), Err(Why::BuyerUnknown));
        assert_eq!(of(Some("Norflok County Council")), Err(Why::BuyerUnclear));
        assert_eq!(of(Some("Derby")), Err(Why::BuyerUnclear));
        assert_eq!(of(Some("E10000020")), Ok("norfolk"));
        assert_eq!(of(None), Err(Why::BuyerBlank));
    }

    #[test]
    fn councils_that_buy_together_stand_beside_the_first() {
        let said: Release = serde_json::from_value(json!({ "parties": [
            { "name": "Norfolk County Council", "roles": ["buyer"] },
            { "name": "Suffolk County Council", "roles": ["buyer"] },
            { "name": "Essex County Council", "roles": ["supplier"] },
            { "name": "Ofcom", "roles": ["buyer"] }] }))
        .unwrap();
        let of = |slug| councils::directory().find(slug).unwrap().id;
        assert_eq!(beside(&said, of("norfolk")), [of("suffolk")]);
    }
}
