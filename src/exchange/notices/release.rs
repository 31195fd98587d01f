//! A release of a contracting process as far as it is read: OCDS 1.1.5, and what differs in 1.0. Nobody to contact and no
//! address is among it. It is kept in the database in this form: a field that is renamed is not found there any more.
//! Next: `reader.rs`, where releases come from; `merge.rs`, what becomes of several.

use super::lenient::{answer, list, object, text};
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

/// Declares what is read of an object: texts, answers, objects and lists, all of which may be missing.
macro_rules! read {
    ($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $how:literal $type:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
        #[serde(default, rename_all = "camelCase")]
        pub struct $name {
            $(
                $(#[$field_doc])*
                #[serde(deserialize_with = $how, skip_serializing_if = "crate::exchange::notices::release::is_blank")]
                pub $field: $type,
            )*
        }
    };
}

/// What need not be written.
pub(super) fn is_blank<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

read! {
    /// A release.
    Release {
        /// The contracting process.
        ocid: "text" Option<String>,
        /// The publisher's id of the release.
        id: "text" Option<String>,
        /// When it was released.
        date: "text" Option<String>,
        /// What it brings: award, contractAmendment and so on.
        tag: "list" Vec<String>,
        /// Who buys.
        buyer: "object" Option<Reference>,
        /// Everybody in it.
        parties: "list" Vec<Party>,
        /// What was tendered.
        tender: "object" Option<Tender>,
        /// What was awarded.
        awards: "list" Vec<Award>,
        /// What was signed.
        contracts: "list" Vec<Contract>,
    }
}

read! {
    /// An organisation, named where it is one of the parties. OCDS 1.0 says here what 1.1 says there.
    Reference {
        /// Which of the parties.
        id: "text" Option<String>,
        /// Its name.
        name: "text" Option<String>,
        /// Its number in a register, in OCDS 1.0.
        identifier: "object" Option<Identifier>,
    }
}

read! {
    /// One of the parties.
    Party {
        /// Its id within the release.
        id: "text" Option<String>,
        /// Its name.
        name: "text" Option<String>,
        /// buyer, supplier and so on.
        roles: "list" Vec<String>,
        /// Its number in a register.
        identifier: "object" Option<Identifier>,
        /// Its numbers in others.
        additional_identifiers: "list" Vec<Identifier>,
        /// Its size and kind.
        details: "object" Option<Details>,
    }
}

read! {
    /// A number in a register of organisations.
    Identifier {
        /// Which register, such as GB-COH.
        scheme: "text" Option<String>,
        /// The number.
        id: "text" Option<String>,
        /// The name there.
        legal_name: "text" Option<String>,
    }
}

read! {
    /// What an organisation is.
    Details {
        /// sme, large, micro ...
        scale: "text" Option<String>,
        /// Whether it is a voluntary, community or social enterprise.
        vcse: "answer" Option<bool>,
    }
}

read! {
    /// The tender.
    Tender {
        /// The buyer's reference.
        id: "text" Option<String>,
        /// Title.
        title: "text" Option<String>,
        /// What is bought.
        description: "text" Option<String>,
        /// active, complete, cancelled ...
        status: "text" Option<String>,
        /// What kind of thing is bought.
        classification: "object" Option<Classification>,
        /// What is bought, one by one.
        items: "list" Vec<Item>,
        /// What it was expected to cost.
        value: "object" Option<Value>,
        /// When it was expected to run.
        contract_period: "object" Option<Period>,
        /// open, selective, limited or direct.
        procurement_method: "text" Option<String>,
        /// The same in the publisher's words.
        procurement_method_details: "text" Option<String>,
        /// Whether it sets up a framework.
        techniques: "object" Option<Techniques>,
        /// Its parts.
        lots: "list" Vec<Lot>,
        /// Renewal, where it is said of the tender and not of its lots.
        renewal: "object" Option<Description>,
        /// Options, where they are said of the tender and not of its lots.
        options: "object" Option<Description>,
    }
}

read! {
    /// How it is bought.
    Techniques {
        /// Whether it sets up a framework.
        has_framework_agreement: "answer" Option<bool>,
    }
}

read! {
    /// A part of a tender.
    Lot {
        /// Its id.
        id: "text" Option<String>,
        /// Title.
        title: "text" Option<String>,
        /// When it was expected to run.
        contract_period: "object" Option<Period>,
        /// Whether it can be renewed.
        has_renewal: "answer" Option<bool>,
        /// How.
        renewal: "object" Option<Description>,
        /// Whether there are options.
        has_options: "answer" Option<bool>,
        /// Which.
        options: "object" Option<Description>,
    }
}

read! {
    /// Prose.
    Description {
        /// What it says.
        description: "text" Option<String>,
    }
}

read! {
    /// Something that is bought.
    Item {
        /// Its id.
        id: "text" Option<String>,
        /// What kind of thing it is.
        classification: "object" Option<Classification>,
    }
}

read! {
    /// A code of a classification.
    Classification {
        /// Which classification: CPV.
        scheme: "text" Option<String>,
        /// The code.
        id: "text" Option<String>,
    }
}

read! {
    /// An amount of money, as written.
    Value {
        /// How much.
        amount: "text" Option<String>,
        /// Of what: ISO 4217.
        currency: "text" Option<String>,
    }
}

read! {
    /// From when to when, as written.
    Period {
        /// The beginning.
        start_date: "text" Option<String>,
        /// The end.
        end_date: "text" Option<String>,
        /// The end with every extension.
        max_extent_date: "text" Option<String>,
    }
}

read! {
    /// An award.
    Award {
        /// Its id within the process.
        id: "text" Option<String>,
        /// Title.
        title: "text" Option<String>,
        /// Remarks.
        description: "text" Option<String>,
        /// pending, active, cancelled or unsuccessful.
        status: "text" Option<String>,
        /// For how much.
        value: "object" Option<Value>,
        /// To whom.
        suppliers: "list" Vec<Reference>,
        /// When it runs.
        contract_period: "object" Option<Period>,
        /// Which parts of the tender.
        related_lots: "list" Vec<String>,
        /// What was awarded, one by one.
        items: "list" Vec<Item>,
    }
}

read! {
    /// A contract.
    Contract {
        /// Its id within the process.
        id: "text" Option<String>,
        /// The award that it comes from.
        #[serde(rename = "awardID")]
        award_id: "text" Option<String>,
        /// Title.
        title: "text" Option<String>,
        /// What is bought.
        description: "text" Option<String>,
        /// pending, active, cancelled or terminated.
        status: "text" Option<String>,
        /// When it runs.
        period: "object" Option<Period>,
        /// For how much.
        value: "object" Option<Value>,
        /// What is bought, one by one.
        items: "list" Vec<Item>,
    }
}

impl Release {
    /// When it was released, if that can be read. Without a zone it is taken for UTC, without a time for midnight.
    pub fn released_at(&self) -> Option<DateTime<Utc>> {
        let text = self.date.as_deref()?;
        let zoned = DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).ok();
        let timed = || NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
        let dated = || Some(text.parse::<NaiveDate>().ok()?.and_time(NaiveTime::MIN));
        zoned.or_else(|| timed().or_else(dated).map(|at| at.and_utc()))
    }

    /// Whether it has a tag.
    pub fn is(&self, tag: &str) -> bool {
        self.tag.iter().any(|one| one.eq_ignore_ascii_case(tag))
    }

    /// The name of the buyer: the one it names, else the only party that buys.
    pub fn buyer_name(&self) -> Option<&str> {
        let named = self.buyer.as_ref().and_then(|buyer| self.name_of(buyer));
        let mut buying = self.parties.iter().filter(|party| party.is("buyer"));
        let only = buying.next().filter(|_| buying.next().is_none());
        named.or_else(|| only?.any_name())
    }

    /// The name of an organisation that is referred to.
    pub(super) fn name_of<'a>(&'a self, of: &'a Reference) -> Option<&'a str> {
        let party = self.party(of.id.as_deref()).and_then(Party::any_name);
        of.name.as_deref().or(party)
    }

    pub(super) fn party(&self, id: Option<&str>) -> Option<&Party> {
        let id = id?;
        self.parties.iter().find(|party| party.id.as_deref() == Some(id))
    }
}

impl Party {
    /// Whether it has a role.
    pub fn is(&self, role: &str) -> bool {
        self.roles.iter().any(|one| one.eq_ignore_ascii_case(role))
    }

    pub(super) fn any_name(&self) -> Option<&str> {
        let legal = self
            .identifier
            .as_ref()
            .and_then(|identifier| identifier.legal_name.as_deref());
        self.name.as_deref().or(legal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn release(value: serde_json::Value) -> Release {
        serde_json::from_value(value).unwrap()
    }

    #[test]
    fn what_is_of_another_kind_than_expected_spoils_nothing_else() {
        let read = release(json!({
            "ocid": "ocds-1", "id": 7, "date": ["x"], "tag": "award", "buyer": "Norfolk", "parties": [3, { "name": 5 }],
            "tender": [], "awards": [{ "id": "a", "value": { "amount": true }, "suppliers": { "name": " X\u{0} " } }, null],
            "contracts": null, "unknown": { "deep": [] },
        }));
        assert_eq!(read.id.as_deref(), Some("7"));
        assert_eq!(
            (read.tag.as_slice(), &read.buyer, &read.tender),
            (["award".to_owned()].as_slice(), &None, &None)
        );
        assert_eq!(read.parties.len(), 1);
        assert_eq!(read.awards.len(), 1);
        let amount = read.awards[0]
            .value
            .as_ref()
            .and_then(|value| value.amount.as_deref());
        assert_eq!(amount, Some("true"), "kept, so that it can be doubted");
        assert_eq!(read.awards[0].suppliers[0].name.as_deref(), Some("X"));
        assert_eq!(read.released_at(), None);
    }

    #[test]
    fn what_is_kept_reads_as_it_was() {
        let read = release(json!({
            "ocid": "ocds-1", "parties": [{ "id": "1", "contactPoint": { "email": "a@example.org" } }],
            "contracts": [{ "awardID": "a", "period": { "maxExtentDate": "2027-03-31" } }],
        }));
        let kept = serde_json::to_value(&read).unwrap();
        assert!(!kept.to_string().contains("example.org"), "{kept}");
        assert_eq!(kept["contracts"][0]["awardID"], "a");
        assert_eq!(release(kept), read);
    }

    #[test]
    fn releases_are_dated_with_and_without_zone_and_time() {
        for (text, at) in [
            ("2025-04-23T23:59:59+01:00", "2025-04-23T22:59:59Z"),
            ("2025-04-23T23:59:59", "2025-04-23T23:59:59Z"),
            ("2025-04-23", "2025-04-23T00:00:00Z"),
        ] {
            let read = release(json!({ "date": text }));
            assert_eq!(read.released_at(), at.parse().ok(), "{text}");
        }
    }

    #[test]
    fn the_buyer_is_who_is_named_else_the_only_party_that_buys() {
        let party = |name: &str| json!({ "id": name, "name": name, "roles": ["buyer"] });
        let two = json!([party("A"), party("B")]);
        for (buyer, parties, name) in [
            (json!({ "name": "A" }), json!([]), Some("A")),
            (json!({ "id": "B" }), two.clone(), Some("B")),
            (json!(null), json!([party("A")]), Some("A")),
            (json!(null), two, None),
        ] {
            let read = release(json!({ "buyer": buyer, "parties": parties }));
            assert_eq!(read.buyer_name(), name);
        }
    }
}
