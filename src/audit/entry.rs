//! An entry: what of it is in the tree, and what that is a commitment to. Pure.
//!
//! The tree holds who did it and what was said only as hashes, each with a nonce of its own. Without the nonce a hash
//! tells nothing: what is personal can be erased beside the tree, and the tree still holds.

use super::tree::{Hash, leaf_hash};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is in the tree. Its leaf is this struct as JSON, in this order, without blanks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaf {
    /// 1 for the first.
    pub sequence: u64,
    /// Identifier.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// By which right, as the policy names it.
    pub action: String,
    /// It was tried and not done.
    pub refused: bool,
    /// What it is about: kind and id.
    pub subject: (String, Uuid),
    /// Where the right was used: kind and id; the installation has none.
    pub organisation: (String, Option<Uuid>),
    /// The commitment to who did it.
    pub actor: Hash,
    /// The commitment to what was done.
    pub detail: Hash,
    /// The commitment to what it says of a person, if it does.
    pub about: Option<Hash>,
}

/// What a commitment is to: SHA-256 of the nonce's bytes and then the content's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// 32 random bytes.
    pub nonce: Hash,
    /// JSON, byte for byte.
    pub content: String,
}

/// An entry as it is kept and exported: its leaf, the root with it, and what was not erased of the rest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What is in the tree.
    pub entry: Leaf,
    /// The tree's root with this entry as its last.
    pub root: Hash,
    /// Who did it: [`Actor`].
    pub actor: Option<Part>,
    /// What was done.
    pub detail: Option<Part>,
    /// What it says of a person: [`About`].
    pub about: Option<Part>,
}

/// Who did something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actor {
    /// The person, or nobody for the program itself.
    pub person: Option<Uuid>,
    /// The person's address, or the program's name.
    pub name: String,
}

/// What an entry says of a person and would not be kept if they asked for it to be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Whose it is, if they have an account.
    pub person: Option<Uuid>,
    /// The address it is about.
    pub address: Option<String>,
    /// What is said.
    pub said: serde_json::Value,
}

impl About {
    /// Something said of a person.
    pub fn person(person: Uuid, said: serde_json::Value) -> Self {
        Self {
            person: Some(person),
            said,
            ..Self::default()
        }
    }

    /// An address, which may have no account.
    pub fn address(person: Option<Uuid>, address: &str) -> Self {
        Self {
            person,
            address: Some(address.to_owned()),
            ..Self::default()
        }
    }
}

impl Leaf {
    /// Its hash in the tree.
    pub fn hash(&self) -> Hash {
        leaf_hash(&json(self))
    }
}

impl Part {
    /// What is committed to, with its nonce.
    pub fn new(nonce: [u8; 32], content: &impl Serialize) -> Self {
        Self {
            nonce: Hash(nonce),
            content: String::from_utf8(json(content)).expect("JSON is UTF-8"),
        }
    }

    /// The commitment.
    pub fn commitment(&self) -> Hash {
        Hash::of(&[&self.nonce.0, self.content.as_bytes()])
    }
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("names, hashes and instants have a form in JSON")
}

impl Entry {
    /// As a line of an export.
    pub fn line(&self) -> String {
        String::from_utf8(json(self)).expect("JSON is UTF-8")
    }

    /// A line of an export, which must be written exactly as [`Self::line`] would: no byte of it is without meaning.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(line: &str) -> Result<Self, String> {
        let entry: Self = serde_json::from_str(line).map_err(|error| error.to_string())?;
        if entry.line() != line {
            return Err("it is not written as an export writes it".into());
        }
        Ok(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_back_and_in_no_other_spelling() {
        let part = Part::new([7; 32], &serde_json::json!({ "a": 1 }));
        let entry = Entry {
            entry: Leaf {
                sequence: 1,
                id: Uuid::from_u128(1),
                at: "2026-01-15T09:00:00.000001Z".parse().unwrap(),
                action: "Bid".into(),
                refused: false,
                subject: ("bid".into(), Uuid::from_u128(2)),
                organisation: ("system".into(), None),
                actor: part.commitment(),
                detail: part.commitment(),
                about: None,
            },
            root: Hash([1; 32]),
            actor: Some(part.clone()),
            detail: Some(part),
            about: None,
        };
        let line = entry.line();
        assert_eq!(Entry::read(&line).unwrap(), entry);
        for other in [
            line.replace(":1,", ": 1,"),
            line.replace("01Z", "01+00:00"),
            line.replacen("0707", "07 07", 1),
            line.replacen("root", "Root", 1),
        ] {
            assert_ne!(other, line);
            assert!(Entry::read(&other).is_err(), "{other}");
        }
    }

    #[test]
    fn a_commitment_depends_on_nonce_and_content() {
        let of = |nonce, content: &str| {
            let content = content.to_owned();
            let nonce = Hash([nonce; 32]);
            Part { nonce, content }.commitment()
        };
        assert_ne!(of(1, "a"), of(2, "a"));
        assert_ne!(of(1, "a"), of(1, "b"));
    }
}
