//! ID tokens: whether one is the provider's, for us, for this sign-in, and still holds (OpenID Connect Core 1.0, section
//! 3.1.3.7). Pure: the keys and the instant are given.

use super::exchange::Told;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters,
    RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;

/// Clocks may differ by so many seconds.
const SKEW: f64 = 60.0;
/// The longest subject there may be, by the standard.
const SUBJECT: usize = 255;

/// What an ID token must say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Expected<'a> {
    pub(super) issuer: &'a str,
    pub(super) client_id: &'a str,
    pub(super) nonce: &'a str,
    pub(super) now: DateTime<Utc>,
}

/// What one says.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Claims {
    iss: String,
    aud: Audience,
    azp: Option<String>,
    exp: f64,
    iat: f64,
    nonce: String,
    #[serde(flatten)]
    pub(super) told: Told,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

/// A provider's keys (RFC 7517). Those of kinds that we do not know are passed over.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Keys {
    keys: Vec<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<serde::de::IgnoredAny>,
}

/// What the token says, if all that must hold does.
///
/// # Errors
/// What does not, for the log.
pub(super) fn verify(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Claims, String> {
    let payload = signed(token, keys)?;
    let claims: Claims = serde_json::from_slice(&payload).map_err(|error| format!("claims: {error}"))?;
    check(&claims, expected)?;
    Ok(claims)
}

fn check(claims: &Claims, expected: &Expected<'_>) -> Result<(), String> {
    if claims.iss != expected.issuer {
        return Err(format!("it is of {:?}", claims.iss));
    }
    let ours = |party: &String| party == expected.client_id;
    let for_us = match &claims.aud {
        Audience::One(party) => ours(party),
        // Other parties may read it, and we trust none of them.
        Audience::Several(parties) => !parties.is_empty() && parties.iter().all(ours),
    };
    if !for_us || !claims.azp.iter().all(ours) {
        return Err(format!("it is for {:?}, given to {:?}", claims.aud, claims.azp));
    }
    let now = expected.now.timestamp() as f64;
    if now >= claims.exp + SKEW {
        return Err(format!("it ended at {}", claims.exp));
    }
    if claims.iat > now + SKEW {
        return Err(format!("it is from {}, which has not come", claims.iat));
    }
    if claims.nonce != expected.nonce {
        return Err("it is for another sign-in".into());
    }
    let subject = &claims.told.sub;
    if subject.is_empty()
        || subject.len() > SUBJECT
        || !subject.bytes().all(|byte| (0x20..0x7f).contains(&byte))
    {
        return Err(format!("its subject is not a name: {subject:?}"));
    }
    Ok(())
}

/// The payload, if one of the keys signed it (RFC 7515).
fn signed(token: &str, keys: &Keys) -> Result<Vec<u8>, String> {
    let (message, signature) = token.rsplit_once('.').ok_or("it has no signature")?;
    let (header, payload) = message.split_once('.').ok_or("it has no header")?;
    let header: Header =
        serde_json::from_slice(&decoded(header)?).map_err(|error| format!("header: {error}"))?;
    if header.crit.is_some() {
        return Err("its header asks for what we do not know".into());
    }
    let signature = decoded(signature)?;
    let fitting: Vec<Key> = keys
        .keys
        .iter()
        .filter_map(|key| serde_json::from_value(key.clone()).ok())
        .filter(|key| fits(key, &header))
        .collect();
    if fitting.is_empty() || (header.kid.is_none() && fitting.len() > 1) {
        let (count, Header { alg, kid, .. }) = (fitting.len(), header);
        return Err(format!("{count} keys fit its algorithm {alg:?} and key {kid:?}"));
    }
    let signs = |key: &Key| is_signed(&header.alg, key, message.as_bytes(), &signature).is_some();
    if !fitting.iter().any(signs) {
        return Err("its signature is not the provider's".into());
    }
    decoded(payload)
}

/// Whether a key is the one that the header means. The algorithm is one of ours: `none` and shared secrets are not.
fn fits(key: &Key, header: &Header) -> bool {
    let kind = match &*header.alg {
        "RS256" | "PS256" => key.kty == "RSA",
        "ES256" => key.kty == "EC" && key.crv.as_deref() == Some("P-256"),
        _ => false,
    };
    kind && key.usage.as_deref().is_none_or(|usage| usage == "sig")
        && key.alg.as_ref().is_none_or(|alg| *alg == header.alg)
        && header
            .kid
            .as_ref()
            .is_none_or(|kid| key.kid.as_ref() == Some(kid))
}

/// Something, if the key signed the message.
fn is_signed(alg: &str, key: &Key, message: &[u8], signature: &[u8]) -> Option<()> {
    let part = |text: &Option<String>| decoded(text.as_deref()?).ok();
    let rsa = |parameters: &RsaParameters| {
        let (n, e) = (part(&key.n)?, part(&key.e)?);
        RsaPublicKeyComponents { n, e }
            .verify(parameters, message, signature)
            .ok()
    };
    match alg {
        "RS256" => rsa(&RSA_PKCS1_2048_8192_SHA256),
        "PS256" => rsa(&RSA_PSS_2048_8192_SHA256),
        "ES256" => {
            let point = [&[4], &*part(&key.x)?, &*part(&key.y)?].concat();
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point)
                .verify(message, signature)
                .ok()
        }
        _ => None,
    }
}

fn decoded(text: &str) -> Result<Vec<u8>, String> {
    URL_SAFE_NO_PAD
        .decode(text)
        .map_err(|error| format!("not base64: {error}"))
}

#[cfg(test)]
mod tests;
