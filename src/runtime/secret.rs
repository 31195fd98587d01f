//! The server's one secret, and the keys drawn from it for each use. Never printed, never stored by us.

use base64::{Engine, engine::general_purpose::STANDARD};
use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// 32 bytes that a backup of the database does not contain.
#[derive(Clone)]
pub struct Secret(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Secret {
    /// Reads 32 bytes in base64, as `openssl rand -base64 32` prints them.
    pub fn parse(text: &str) -> Result<Self, String> {
        let bytes = STANDARD
            .decode(text.trim())
            .map_err(|e| format!("is not base64: {e}"))?;
        let count = bytes.len();
        let bytes: [u8; 32] = bytes
            .try_into()
            .map_err(|_| format!("has {count} bytes instead of 32"))?;
        Ok(Self::from_bytes(bytes))
    }

    /// A secret made of these bytes.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// In base64, for the file a demonstration keeps it in.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(*self.0)
    }

    /// A key for one use: HMAC-SHA-256 of the use's name under the secret.
    pub fn key_for(&self, purpose: &str) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.tag("key", purpose.as_bytes()))
    }

    /// Authenticates a message for one use: HMAC-SHA-256.
    pub fn tag(&self, purpose: &str, message: &[u8]) -> [u8; 32] {
        let mut mac = self.mac(purpose);
        mac.update(message);
        mac.finalize().into_bytes().into()
    }

    /// Whether a tag is right, in constant time.
    pub fn verify(&self, purpose: &str, message: &[u8], tag: &[u8]) -> bool {
        let mut mac = self.mac(purpose);
        mac.update(message);
        mac.verify_slice(tag).is_ok()
    }

    /// Encrypts a small thing that only this server may read again. `nonce` must be fresh; `place` says where it is
    /// kept, so that it opens nowhere else. XChaCha20-Poly1305.
    pub fn seal(&self, purpose: &str, place: &[u8], nonce: [u8; 24], plain: &[u8]) -> Vec<u8> {
        let payload = Payload {
            msg: plain,
            aad: place,
        };
        let sealed =
            XChaCha20Poly1305::new((&*self.key_for(purpose)).into()).encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("the cipher takes anything under 256 GB");
        [&nonce[..], &sealed[..]].concat()
    }

    /// What [`Self::seal`] encrypted for this purpose and place; nothing when it was another or was changed.
    pub fn open(&self, purpose: &str, place: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<24>()?;
        let payload = Payload {
            msg: sealed,
            aad: place,
        };
        let cipher = XChaCha20Poly1305::new((&*self.key_for(purpose)).into());
        cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .ok()
            .map(Zeroizing::new)
    }

    fn mac(&self, purpose: &str) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as KeyInit>::new_from_slice(&*self.0).expect("HMAC takes a key of any length");
        mac.update(purpose.as_bytes());
        mac.update(&[0]);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_where_it_belongs() {
        let secret = Secret::from_bytes([7; 32]);
        let sealed = secret.seal("a", b"here", [1; 24], b"words");
        assert_eq!(
            secret.open("a", b"here", &sealed).as_deref().map(Vec::as_slice),
            Some(&b"words"[..])
        );
        assert!(secret.open("b", b"here", &sealed).is_none());
        assert!(secret.open("a", b"there", &sealed).is_none());
        assert!(Secret::from_bytes([8; 32]).open("a", b"here", &sealed).is_none());
        assert!(secret.open("a", b"here", &sealed[..20]).is_none());
    }

    #[test]
    fn a_secret_of_the_wrong_length_says_how_long_it_is() {
        assert_eq!(
            Secret::parse("c2hvcnQ=").unwrap_err(),
            "has 5 bytes instead of 32"
        );
        let secret = Secret::from_bytes([7; 32]);
        assert_eq!(
            Secret::parse(&secret.to_base64()).unwrap().key_for("a"),
            secret.key_for("a")
        );
    }

    #[test]
    fn a_tag_for_one_use_is_not_valid_for_another() {
        let secret = Secret::from_bytes([7; 32]);
        let tag = secret.tag("unsubscribe", b"x");
        assert!(secret.verify("unsubscribe", b"x", &tag));
        assert!(!secret.verify("session", b"x", &tag));
        assert!(!secret.verify("unsubscribe", b"y", &tag));
    }
}
