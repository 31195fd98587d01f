//! A signed head: how long the log was and what its root was, under the server's key (Ed25519, RFC 8032). Whoever
//! holds one can have it checked that nothing before it was changed since. Pure.

use super::tree::Hash;
use crate::runtime::secret::Secret;
use chrono::{DateTime, SecondsFormat, Utc};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};

/// What a head's line begins with.
const WORD: &str = "guildhall-audit-head";

/// How long the log is and what its root is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Root {
    /// How many entries.
    pub size: u64,
    /// The root of the tree of them.
    pub root: Hash,
}

/// The same, signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Size and root.
    pub root: Root,
    /// When it was signed.
    pub at: DateTime<Utc>,
    /// Of [`Head::signed_text`].
    pub signature: [u8; 64],
}

impl Head {
    /// Signs with the server's key.
    pub fn sign(secret: &Secret, root: Root, at: DateTime<Utc>) -> Self {
        let mut head = Self {
            root,
            at,
            signature: [0; 64],
        };
        head.signature = signature(secret, &head.signed_text());
        head
    }

    /// What is signed: the head's line without the signature.
    pub fn signed_text(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("{WORD} {} {} {at}", self.root.size, self.root.root)
    }

    /// On one line, as it is written in receipts and read by `audit verify`.
    pub fn line(&self) -> String {
        format!("{} {}", self.signed_text(), hex::encode(self.signature))
    }

    /// Whether this key signed it.
    pub fn is_signed_by(&self, key: &[u8; 32]) -> bool {
        is_signed(key, &self.signed_text(), &self.signature)
    }

    /// Every head that stands in a text: a receipt, a mail, a line.
    pub fn all_in(text: &str) -> Vec<Self> {
        let words: Vec<&str> = text
            .split(|c: char| c.is_whitespace() || matches!(c, '"' | ',' | '<' | '>'))
            .filter(|word| !word.is_empty())
            .collect();
        let starts = words.iter().enumerate().filter(|(_, word)| **word == WORD);
        starts
            .filter_map(|(at, _)| Self::read(words.get(at + 1..at + 5)?))
            .collect()
    }

    fn read(words: &[&str]) -> Option<Self> {
        let [size, root, at, signature] = words else {
            return None;
        };
        let bytes = |text: &str| hex::decode(text).ok();
        Some(Self {
            root: Root {
                size: size.parse().ok()?,
                root: Hash::read(&bytes(root)?)?,
            },
            at: at.parse().ok()?,
            signature: bytes(signature)?.try_into().ok()?,
        })
    }
}

/// The server's signature of a text. What is signed begins with a word that says what it is, so that none stands for
/// another.
pub fn signature(secret: &Secret, text: &str) -> [u8; 64] {
    key(secret).sign(text.as_bytes()).to_bytes()
}

/// Whether this key signed a text.
pub fn is_signed(key: &[u8; 32], text: &str, signature: &[u8; 64]) -> bool {
    let signature = Signature::from_bytes(signature);
    VerifyingKey::from_bytes(key).is_ok_and(|key| key.verify_strict(text.as_bytes(), &signature).is_ok())
}

/// The key that heads, and whatever else the server signs, are checked with.
pub fn public_key(secret: &Secret) -> [u8; 32] {
    key(secret).verifying_key().to_bytes()
}

fn key(secret: &Secret) -> SigningKey {
    SigningKey::from_bytes(&secret.key_for("audit head"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_found_in_a_text_and_holds_only_as_it_was_signed() {
        let (secret, other) = (Secret::from_bytes([7; 32]), Secret::from_bytes([8; 32]));
        let root = Root {
            size: 12,
            root: Hash([3; 32]),
        };
        let at = "2026-01-15T09:00:00Z".parse().unwrap();
        let head = Head::sign(&secret, root, at);
        let text = format!("{{\"version\":1,\"head\":\"{}\"}}", head.line());
        let found = std::slice::from_ref(&head);
        assert_eq!(Head::all_in(&text), found);
        assert_eq!(
            Head::all_in(&head.line().replace(' ', "\r\n ")),
            found,
            "folded in a mail"
        );
        assert!(head.is_signed_by(&public_key(&secret)));
        assert!(!head.is_signed_by(&public_key(&other)));
        for (from, to) in [(" 12 ", " 13 "), ("0303 ", "0304 "), ("09:00:00", "09:00:01")] {
            let forged = head.line().replace(from, to);
            assert_ne!(forged, head.line());
            assert!(
                !Head::all_in(&forged)[0].is_signed_by(&public_key(&secret)),
                "{forged}"
            );
        }
        assert!(Head::all_in("guildhall-audit-head 1 2").is_empty());
    }
}
