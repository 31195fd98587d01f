//! What a bidder holds of a bid: a line that the server has signed (Ed25519, RFC 8032), which says what was received and
//! when. Once the bid may be read, anybody can check its content against it, without the server. Pure.

use crate::audit::{self, Head};
use crate::runtime::secret::Secret;
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// What a receipt's line begins with.
const WORD: &str = "guildhall-bid-receipt";

/// What the bidder holds: it can be checked once bids are open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The pilot.
    pub pilot_id: Uuid,
    /// The bid.
    pub bid_id: Uuid,
    /// Which version of it.
    pub version: i32,
    /// SHA-256 of the canonical content.
    pub digest: Vec<u8>,
    /// When it was received.
    pub received_at: DateTime<Utc>,
    /// The audit log's signed head with the submission as its last entry: a witness that what was recorded until then
    /// is not changed.
    pub head: Option<Head>,
}

/// Why a receipt does not show what it is held to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// There is no receipt in what was given.
    #[error("there is no receipt in it")]
    None,
    /// Another key signed it, or somebody changed it.
    #[error("the receipt is not signed by this key, or was changed")]
    NotSigned,
    /// It is of another content.
    #[error("the content is not what was received: its SHA-256 is not the receipt's")]
    OtherContent,
}

impl Receipt {
    /// The receipt on one line, signed: it is the same whenever it is asked for.
    pub fn line(&self, secret: &Secret) -> String {
        let text = self.text();
        let signature = audit::signature(secret, &text);
        format!("{text} {}", hex::encode(signature))
    }

    fn text(&self) -> String {
        format!(
            "{WORD} {} {} {} {} {}",
            self.pilot_id.simple(),
            self.bid_id.simple(),
            self.version,
            hex::encode(&self.digest),
            self.received_at.to_rfc3339_opts(SecondsFormat::Micros, true)
        )
    }

    /// The first receipt in a text (a line, a mail) that this key signed.
    ///
    /// # Errors
    /// [`ReceiptError::None`] and [`ReceiptError::NotSigned`].
    pub fn read(text: &str, key: &[u8; 32]) -> Result<Self, ReceiptError> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let starts = words.iter().enumerate().filter(|(_, word)| **word == WORD);
        let mut found = starts.filter_map(|(at, _)| Self::of_words(words.get(at + 1..)?));
        let (receipt, signature) = found.next().ok_or(ReceiptError::None)?;
        if !audit::is_signed(key, &receipt.text(), &signature) {
            return Err(ReceiptError::NotSigned);
        }
        Ok(receipt)
    }

    fn of_words(words: &[&str]) -> Option<(Self, [u8; 64])> {
        let [pilot, bid, version, digest, received_at, rest @ ..] = words else {
            return None;
        };
        // Mails break what is longer than a line.
        let mut signature = String::new();
        for piece in rest
            .iter()
            .take_while(|piece| piece.bytes().all(|b| b.is_ascii_hexdigit()))
        {
            signature += piece;
            if signature.len() >= 128 {
                break;
            }
        }
        let receipt = Self {
            pilot_id: Uuid::try_parse(pilot).ok()?,
            bid_id: Uuid::try_parse(bid).ok()?,
            version: version.parse().ok()?,
            digest: hex::decode(digest).ok()?,
            received_at: received_at.parse().ok()?,
            head: None,
        };
        Some((receipt, hex::decode(signature).ok()?.try_into().ok()?))
    }

    /// Whether this is the content that was received, to the byte.
    ///
    /// # Errors
    /// [`ReceiptError::OtherContent`].
    pub fn is_of(&self, content: &[u8]) -> Result<(), ReceiptError> {
        if Sha256::digest(content).as_slice() == self.digest {
            Ok(())
        } else {
            Err(ReceiptError::OtherContent)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CONTENT: &[u8] = br#"{"salt":"00","price_pence":500000}"#;

    fn receipt() -> Receipt {
        Receipt {
            pilot_id: Uuid::from_u128(1),
            bid_id: Uuid::from_u128(2),
            version: 3,
            digest: Sha256::digest(CONTENT).to_vec(),
            received_at: "2026-03-31T10:59:59.999999Z".parse().unwrap(),
            head: None,
        }
    }

    #[test]
    fn a_receipt_is_found_in_a_mail_and_holds_only_as_it_was_signed() {
        let (secret, other) = (Secret::from_bytes([7; 32]), Secret::from_bytes([8; 32]));
        let (key, others) = (audit::public_key(&secret), audit::public_key(&other));
        let line = receipt().line(&secret);
        let (most, last) = line.split_at(line.len() - 60);
        let broken = format!("{}\r\n  {last}", most.replace(' ', "\r\n  "));
        let mail = format!("Dear Sam,\r\n\r\nKeep this:\r\n{broken}\r\nPilot: Bins\r\n");
        let read = Receipt::read(&mail, &key).unwrap();
        assert_eq!(read, receipt());
        assert_eq!(read.is_of(CONTENT), Ok(()));
        assert_eq!(read.is_of(b"{}"), Err(ReceiptError::OtherContent));
        assert_eq!(Receipt::read(&line, &others), Err(ReceiptError::NotSigned));
        assert_eq!(
            Receipt::read("guildhall-bid-receipt 1 2", &key),
            Err(ReceiptError::None)
        );
        for (from, to) in [(" 3 ", " 4 "), ("59.999999", "59.999998"), ("0001 ", "0003 ")] {
            let forged = line.replacen(from, to, 1);
            assert_ne!(forged, line);
            assert_eq!(
                Receipt::read(&forged, &key),
                Err(ReceiptError::NotSigned),
                "{forged}"
            );
        }
    }
}
