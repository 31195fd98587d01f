//! Signing mail (DKIM, RFC 6376 and 8463): relaxed/relaxed, when the mail is written, so that its bytes stay fixed.
//!
//! Every header is signed, and signed once more as absent: none can be changed or added on the way.

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject;
use sha2::{Digest, Sha256};
use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// DER of what says that a key is RSA's (RFC 3279).
const RSA: &[u8] = &[
    0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00,
];

/// Signs for a domain. Cheap to clone.
#[derive(Clone)]
pub struct Signer {
    key: Arc<Key>,
    selector: String,
    domain: String,
}

enum Key {
    Rsa(RsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({}._domainkey.{})", self.selector, self.domain)
    }
}

impl Signer {
    /// A signer with the private key of a PEM file: RSA of 2,048 bits or more, or Ed25519.
    ///
    /// # Errors
    /// What cannot be read, by its key in the configuration.
    pub fn read(file: &Path, selector: &str, domain: &str) -> Result<Self, String> {
        let named = |error: String| format!("dkim_key_file: {}: {error}", file.display());
        let pem = std::fs::read(file).map_err(|error| named(error.to_string()))?;
        Self::new(&pem, selector, domain).map_err(|error| match error.split_once(": ") {
            Some((key, _)) if key.starts_with("dkim_") => error,
            _ => named(error),
        })
    }

    /// The same, with the PEM itself.
    ///
    /// # Errors
    /// As of [`Self::read`].
    pub fn new(pem: &[u8], selector: &str, domain: &str) -> Result<Self, String> {
        let is_name = |name: &str| {
            let label = |label: &str| {
                (1..=63).contains(&label.len())
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
            };
            name.len() <= 200 && name.split('.').all(label)
        };
        if !is_name(selector) {
            return Err(format!("dkim_selector: {selector:?} is not a name in the DNS"));
        }
        if !is_name(domain) {
            return Err(format!("dkim_domain: {domain:?} is not a name in the DNS"));
        }
        let rejected = |error: ring::error::KeyRejected| format!("the key is refused: {error}");
        let der = PrivateKeyDer::from_pem_slice(pem).map_err(|error| format!("no private key: {error}"))?;
        let key = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der())
                .map(Key::Rsa)
                .map_err(rejected)?,
            PrivateKeyDer::Pkcs8(der) => {
                let der = der.secret_pkcs8_der();
                let ed25519 = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Key::Ed25519);
                ed25519
                    .or_else(|_| RsaKeyPair::from_pkcs8(der).map(Key::Rsa))
                    .map_err(rejected)?
            }
            _ => return Err("the key is neither RSA's nor Ed25519's".into()),
        };
        Ok(Self {
            key: Arc::new(key),
            selector: selector.to_ascii_lowercase(),
            domain: domain.to_ascii_lowercase(),
        })
    }

    /// What the domain's owner puts into the DNS: the name of a TXT record, and its text.
    pub fn record(&self) -> (String, String) {
        let (kind, public) = match &*self.key {
            Key::Rsa(pair) => ("rsa", subject_public_key_info(pair.public_key().as_ref())),
            Key::Ed25519(pair) => ("ed25519", pair.public_key().as_ref().to_vec()),
        };
        let name = format!("{}._domainkey.{}", self.selector, self.domain);
        (name, format!("v=DKIM1; k={kind}; p={}", STANDARD.encode(public)))
    }

    /// The mail with its signature as the first header.
    ///
    /// # Errors
    /// When the mail has no end of headers, or its key cannot sign.
    pub(super) fn signed(&self, mail: &[u8], at: SystemTime) -> Result<Vec<u8>, String> {
        let text = std::str::from_utf8(mail).map_err(|_| "the mail is not ASCII")?;
        let (headers, body) = text.split_once("\r\n\r\n").ok_or("the mail has no body")?;
        let headers = unfolded(headers);
        let names: Vec<&str> = headers.iter().map(|(name, _)| *name).collect();
        let mut value = self.unsigned(&names, &Sha256::digest(relaxed_body(body)), at);
        let mut signs = String::new();
        for (name, value) in &headers {
            let _ = write!(signs, "{}\r\n", relaxed_header(name, value));
        }
        signs.push_str(&relaxed_header("DKIM-Signature", &value.replace("\r\n", "")));
        let signature = STANDARD.encode(self.sign(signs.as_bytes())?);
        let lines = signature.as_bytes().chunks(70).map(String::from_utf8_lossy);
        value.push_str(&lines.collect::<Vec<_>>().join("\r\n "));
        Ok([format!("DKIM-Signature: {value}\r\n").as_bytes(), mail].concat())
    }

    /// The signature's header as far as it is signed itself.
    fn unsigned(&self, names: &[&str], body: &[u8], at: SystemTime) -> String {
        let algorithm = match *self.key {
            Key::Rsa(_) => "rsa-sha256",
            Key::Ed25519(_) => "ed25519-sha256",
        };
        let at = at.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let signed = names.join(":\r\n ");
        format!(
            "v=1; a={algorithm}; c=relaxed/relaxed;\r\n d={}; s={};\r\n t={at};\r\n h={signed}:\r\n {signed};\r\n bh={};\r\n b=",
            self.domain,
            self.selector,
            STANDARD.encode(body)
        )
    }

    fn sign(&self, what: &[u8]) -> Result<Vec<u8>, String> {
        match &*self.key {
            Key::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), what, &mut signature)
                    .map_err(|_| "the DKIM key does not sign")?;
                Ok(signature)
            }
            // RFC 8463: the hash is signed.
            Key::Ed25519(pair) => Ok(pair.sign(&Sha256::digest(what)).as_ref().to_vec()),
        }
    }
}

/// Names and values of headers, each value on one line.
fn unfolded(headers: &str) -> Vec<(&str, String)> {
    let mut all: Vec<(&str, String)> = Vec::new();
    for line in headers.split("\r\n") {
        match (line.starts_with([' ', '\t']), all.last_mut()) {
            (true, Some((_, value))) => value.push_str(line),
            _ => {
                let (name, value) = line.split_once(':').unwrap_or((line, ""));
                all.push((name, value.to_owned()));
            }
        }
    }
    all
}

/// RFC 6376, 3.4.2: the name in lower case, each run of blanks one, none at the ends.
fn relaxed_header(name: &str, value: &str) -> String {
    let words: Vec<_> = value.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
    format!("{}:{}", name.trim_end().to_ascii_lowercase(), words.join(" "))
}

/// RFC 6376, 3.4.4: each run of blanks one, none at the ends of lines, no empty lines at the end.
fn relaxed_body(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    for line in body.split("\r\n") {
        let mut blank = false;
        for c in line.trim_end_matches([' ', '\t']).chars() {
            let is_blank = c == ' ' || c == '\t';
            if !is_blank {
                out.push(c);
            } else if !blank {
                out.push(' ');
            }
            blank = is_blank;
        }
        out.push_str("\r\n");
    }
    let end = out.trim_end_matches("\r\n").len();
    out.truncate(end);
    if end > 0 {
        out.push_str("\r\n");
    }
    out
}

/// A public key of RSA's as the DNS has it: ring gives its numbers, the record says of which kind they are too.
fn subject_public_key_info(numbers: &[u8]) -> Vec<u8> {
    let bits = [&[0], numbers].concat();
    der(0x30, &[RSA, &der(0x03, &bits)].concat())
}

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    let mut out = vec![tag];
    match length[..] {
        [] => out.push(0),
        [short] if short < 0x80 => out.push(short),
        _ => {
            out.push(0x80 | u8::try_from(length.len()).expect("a length has at most 8 bytes"));
            out.extend(length);
        }
    }
    out.extend(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mail_systems_change_does_not_change_what_is_signed() {
        assert_eq!(relaxed_header("SUBJect ", " a \t b  "), "subject:a b");
        // RFC 6376, 3.4.5.
        assert_eq!(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n"), " C\r\nD E\r\n");
        assert_eq!(relaxed_body("\r\n\r\n"), "");
        assert_eq!(
            unfolded("A: b\r\n c\r\nD: e"),
            [("A", " b c".into()), ("D", " e".into())]
        );
    }

    #[test]
    fn a_key_that_cannot_be_read_is_refused_by_name() {
        let pem = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for (pem, selector, domain, says) in [
            (&b"nothing"[..], "a", "g.example", "no private key"),
            (pem, "a", "g.example", "the key is refused"),
            (pem, "a b", "g.example", "dkim_selector"),
            (pem, "a", "g..example", "dkim_domain"),
        ] {
            let error = Signer::new(pem, selector, domain).unwrap_err();
            assert!(error.starts_with(says), "{error}");
        }
        let error = Signer::read(Path::new("/nowhere/key.pem"), "a", "g.example").unwrap_err();
        assert!(error.starts_with("dkim_key_file: /nowhere/key.pem"), "{error}");
    }
}
