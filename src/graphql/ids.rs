//! Opaque identifiers: what a thing is, and which, as `contract_01k…` (Crockford's base 32 of the UUID).
//!
//! An id of the wrong sort is told apart from one that is no id at all.

use async_graphql::{ErrorExtensions, InputValueError, InputValueResult, Scalar, ScalarType, Value};
use uuid::Uuid;

/// What an identifier can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// A council.
    Council,
    /// A contract.
    Contract,
    /// A supplier.
    Supplier,
    /// A certificate or insurance of a supplier.
    Evidence,
    /// A product.
    Product,
    /// A need.
    Need,
    /// An answer to a need.
    NeedAnswer,
    /// A pilot.
    Pilot,
    /// A question about a pilot.
    Question,
    /// A bid.
    Bid,
    /// A saved search.
    SavedSearch,
    /// A link to a calendar and a feed.
    Feed,
    /// A person.
    Person,
    /// A session.
    Session,
    /// A token for a program.
    ApiToken,
    /// An invitation.
    Invitation,
    /// An entry of the audit log.
    AuditEntry,
    /// A mail.
    Mail,
    /// An entry of the table of law.
    Law,
    /// An uploaded register.
    Import,
}

const SORTS: [(Sort, &str); 20] = [
    (Sort::Council, "council"),
    (Sort::Contract, "contract"),
    (Sort::Supplier, "supplier"),
    (Sort::Evidence, "evidence"),
    (Sort::Product, "product"),
    (Sort::Need, "need"),
    (Sort::NeedAnswer, "answer"),
    (Sort::Pilot, "pilot"),
    (Sort::Question, "question"),
    (Sort::Bid, "bid"),
    (Sort::SavedSearch, "search"),
    (Sort::Feed, "feed"),
    (Sort::Person, "person"),
    (Sort::Session, "session"),
    (Sort::ApiToken, "token"),
    (Sort::Invitation, "invitation"),
    (Sort::AuditEntry, "entry"),
    (Sort::Mail, "mail"),
    (Sort::Law, "law"),
    (Sort::Import, "import"),
];

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// An opaque identifier of one thing. Keep it as it is; its form may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Id {
    /// What it is of.
    pub sort: Sort,
    /// Which.
    pub uuid: Uuid,
}

impl Id {
    /// The identifier of a thing of this sort.
    pub fn new(sort: Sort, uuid: Uuid) -> Self {
        Self { sort, uuid }
    }

    /// The UUID, if the identifier is of the sort that belongs here.
    ///
    /// # Errors
    /// `WRONG_ID`, naming both sorts.
    pub fn of(self, sort: Sort) -> async_graphql::Result<Uuid> {
        if self.sort == sort {
            return Ok(self.uuid);
        }
        let message = format!(
            "this is the id of a {}; a {}'s is expected",
            name(self.sort),
            name(sort)
        );
        Err(async_graphql::Error::new(message).extend_with(|_, e| e.set("code", "WRONG_ID")))
    }

    /// The identifier that is written so.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, digits) = text.split_once('_')?;
        let sort = SORTS.iter().find(|(_, name)| *name == prefix)?.0;
        if digits.len() != 26 {
            return None;
        }
        let mut value: u128 = 0;
        for digit in digits.bytes() {
            let index = ALPHABET.iter().position(|c| *c == digit)?;
            value = value.checked_mul(32)?.checked_add(index as u128)?;
        }
        Some(Self::new(sort, Uuid::from_u128(value)))
    }
}

fn name(sort: Sort) -> &'static str {
    SORTS
        .iter()
        .find(|(s, _)| *s == sort)
        .map_or("thing", |(_, name)| name)
}

impl std::fmt::Display for Id {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut digits = [0_u8; 26];
        let mut value = self.uuid.as_u128();
        for digit in digits.iter_mut().rev() {
            *digit = ALPHABET[(value % 32) as usize];
            value /= 32;
        }
        write!(f, "{}_{}", name(self.sort), String::from_utf8_lossy(&digits))
    }
}

/// An opaque identifier. Keep it as it is; its form may change.
#[Scalar(name = "ID")]
impl ScalarType for Id {
    fn parse(value: Value) -> InputValueResult<Self> {
        match &value {
            Value::String(text) => Self::parse(text)
                .ok_or_else(|| InputValueError::custom(format!("{:?} is not an id of ours", cut(text)))),
            _ => Err(InputValueError::expected_type(value)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.to_string())
    }
}

fn cut(text: &str) -> String {
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_reads_back_as_itself(value: u128) {
            for (sort, _) in SORTS {
                let id = Id::new(sort, Uuid::from_u128(value));
                prop_assert_eq!(Id::parse(&id.to_string()), Some(id));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text: String) {
            let _ = Id::parse(&text);
        }
    }

    #[test]
    fn a_suppliers_id_is_not_taken_for_a_contracts() {
        let error = Id::new(Sort::Supplier, Uuid::nil())
            .of(Sort::Contract)
            .unwrap_err();
        assert_eq!(
            error.message,
            "this is the id of a supplier; a contract's is expected"
        );
    }
}
