//! The seal: a bid is kept only as ciphertext, with a key of its own that the server's secret wraps.
//!
//! XChaCha20-Poly1305 (RFC 8439 with the extended nonce); pilot, bid and version are authenticated with it, so
//! that no ciphertext can stand in another's place. When it may be opened is for `rules` to say.

use crate::runtime::{App, Error};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use uuid::Uuid;

const NONCE: usize = 24;

/// What a ciphertext belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) pilot: Uuid,
    pub(super) bid: Uuid,
    pub(super) version: i32,
}

impl Place {
    fn bytes(self) -> Vec<u8> {
        [
            &self.pilot.as_bytes()[..],
            &self.bid.as_bytes()[..],
            &self.version.to_be_bytes(),
        ]
        .concat()
    }
}

/// A sealed bid: its ciphertext and its wrapped key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) content: Vec<u8>,
    pub(super) wrapped_key: Vec<u8>,
}

pub(super) fn seal(app: &App, place: Place, content: &[u8]) -> Result<Sealed, Error> {
    let key = zeroize::Zeroizing::new(app.entropy.bytes::<32>());
    let content = encrypt(app, &key, place, content)?;
    let wrapped_key = encrypt(app, &app.secret.key_for("bid"), place, &key[..])?;
    Ok(Sealed { content, wrapped_key })
}

pub(super) fn open(app: &App, place: Place, sealed: &Sealed) -> Result<Vec<u8>, Error> {
    let key = decrypt(&app.secret.key_for("bid"), place, &sealed.wrapped_key)?;
    let key: [u8; 32] = key
        .try_into()
        .map_err(|_| Error::fault("a wrapped key of the wrong length"))?;
    decrypt(&key, place, &sealed.content)
}

fn encrypt(app: &App, key: &[u8; 32], place: Place, plain: &[u8]) -> Result<Vec<u8>, Error> {
    let nonce = app.entropy.bytes::<NONCE>();
    let payload = Payload {
        msg: plain,
        aad: &place.bytes(),
    };
    let sealed = XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.map_err(|_| Error::fault("a bid could not be sealed"))?;
    Ok([&nonce[..], &sealed[..]].concat())
}

fn decrypt(key: &[u8; 32], place: Place, sealed: &[u8]) -> Result<Vec<u8>, Error> {
    let broken =
        || Error::fault("a seal is broken: the bid, its place or the server's secret is not the same");
    let (nonce, sealed) = sealed.split_at_checked(NONCE).ok_or_else(broken)?;
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| broken())?;
    let payload = Payload {
        msg: sealed,
        aad: &place.bytes(),
    };
    XChaCha20Poly1305::new(key.into())
        .decrypt(&XNonce::from(nonce), payload)
        .map_err(|_| broken())
}
