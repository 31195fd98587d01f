//! Tokens that no good provider makes, signed by keys of our own, and those of the standard.

use super::*;
use hmac::{Hmac, KeyInit, Mac};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value, json};
use sha2::Sha256;

const NOW: i64 = 1_768_467_600;

struct Signer(EcdsaKeyPair);

impl Signer {
    fn new() -> Self {
        let (random, kind) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let pair = EcdsaKeyPair::generate_pkcs8(kind, &random).unwrap();
        Self(EcdsaKeyPair::from_pkcs8(kind, pair.as_ref(), &random).unwrap())
    }

    fn key(&self, kid: &str) -> Value {
        let point = self.0.public_key().as_ref();
        json!({ "kty": "EC", "crv": "P-256", "kid": kid, "x": encoded(&point[1..33]), "y": encoded(&point[33..]) })
    }

    fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", encoded(signature.as_ref()))
    }
}

fn encoded(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

fn part(value: &Value) -> String {
    encoded(value.to_string().as_bytes())
}

fn keys(keys: &[Value]) -> Keys {
    Keys { keys: keys.to_vec() }
}

fn claims() -> Value {
    json!({ "iss": "https://login.norfolk.gov.uk", "sub": "42", "aud": "guildhall", "exp": NOW + 300, "iat": NOW,
        "nonce": "n", "email": "ann@norfolk.gov.uk", "email_verified": true })
}

fn verified(token: &str, keys: &Keys) -> Result<Claims, String> {
    let expected = Expected {
        issuer: "https://login.norfolk.gov.uk",
        client_id: "guildhall",
        nonce: "n",
        now: DateTime::from_timestamp(NOW, 0).unwrap(),
    };
    verify(token, keys, &expected)
}

#[test]
fn a_good_token_is_taken_and_none_that_says_anything_else() {
    let signer = Signer::new();
    let (keys, header) = (keys(&[signer.key("1")]), json!({ "alg": "ES256", "kid": "1" }));
    let with = |name: &str, value: Value| {
        let mut claims = claims();
        claims[name] = value;
        verified(&signer.sign(&header, &claims), &keys)
    };
    assert_eq!(
        verified(&signer.sign(&header, &claims()), &keys)
            .unwrap()
            .told
            .sub,
        "42"
    );
    for (name, value) in [
        ("aud", json!(["guildhall"])),
        ("azp", json!("guildhall")),
        ("exp", json!(NOW - 59)),
        ("iat", json!(NOW + 59)),
        ("exp", json!(NOW as f64 + 0.5)),
        ("something", json!({ "else": [] })),
    ] {
        assert!(with(name, value.clone()).is_ok(), "{name}: {value}");
    }
    for (name, value) in [
        ("iss", json!("https://login.norfolk.gov.uk/")),
        ("iss", json!("https://evil.example")),
        ("aud", json!("other")),
        ("aud", json!([])),
        ("aud", json!(["guildhall", "other"])),
        ("azp", json!("other")),
        ("exp", json!(NOW - 60)),
        ("exp", json!("2099-01-01")),
        ("exp", Value::Null),
        ("iat", json!(NOW + 61)),
        ("nonce", json!("m")),
        ("nonce", Value::Null),
        ("sub", json!("")),
        ("sub", json!("a\u{0}b")),
        ("sub", json!("x".repeat(256))),
        ("sub", json!(42)),
    ] {
        assert!(with(name, value.clone()).is_err(), "{name}: {value}");
    }
    for name in ["iss", "sub", "aud", "exp", "iat", "nonce"] {
        let mut claims = claims();
        claims.as_object_mut().unwrap().remove(name);
        assert!(
            verified(&signer.sign(&header, &claims), &keys).is_err(),
            "without {name}"
        );
    }
}

#[test]
fn only_the_providers_own_key_signs() {
    let (signer, other) = (Signer::new(), Signer::new());
    let (ours, header) = (signer.key("1"), json!({ "alg": "ES256", "kid": "1" }));
    let good = signer.sign(&header, &claims());
    assert!(verified(&good, &keys(std::slice::from_ref(&ours))).is_ok());
    assert!(verified(&good, &keys(&[json!({ "kty": "OKP" }), json!(1), ours.clone()])).is_ok());
    assert!(
        verified(
            &other.sign(&header, &claims()),
            &keys(std::slice::from_ref(&ours))
        )
        .is_err()
    );
    assert!(verified(&good, &keys(&[other.key("1")])).is_err());
    assert!(verified(&good, &keys(&[signer.key("2")])).is_err());
    assert!(verified(&good, &keys(&[])).is_err());
    for (name, value) in [
        ("use", "enc"),
        ("alg", "RS256"),
        ("kty", "RSA"),
        ("crv", "P-384"),
        ("x", "AA"),
        ("y", "?"),
    ] {
        let mut wrong = ours.clone();
        wrong[name] = value.into();
        assert!(verified(&good, &keys(&[wrong])).is_err(), "{name}: {value}");
    }
}

#[test]
fn a_token_without_a_key_id_is_taken_only_where_there_is_no_choice() {
    let (signer, other) = (Signer::new(), Signer::new());
    let token = signer.sign(&json!({ "alg": "ES256" }), &claims());
    assert!(verified(&token, &keys(&[signer.key("1")])).is_ok());
    assert!(verified(&token, &keys(&[other.key("1"), signer.key("2")])).is_err());
}

#[test]
fn a_changed_token_and_a_borrowed_algorithm_are_refused() {
    let signer = Signer::new();
    let key = signer.key("1");
    let (keys, header) = (
        keys(std::slice::from_ref(&key)),
        json!({ "alg": "ES256", "kid": "1" }),
    );
    let good = signer.sign(&header, &claims());
    let parts: Vec<&str> = good.split('.').collect();
    let mut forged = claims();
    forged["email"] = "chief@norfolk.gov.uk".into();
    let with_payload = format!("{}.{}.{}", parts[0], part(&forged), parts[2]);
    let none = part(&json!({ "alg": "none", "kid": "1" }));
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(signer.0.public_key().as_ref()).unwrap();
    let borrowed = format!("{}.{}", part(&json!({ "alg": "HS256", "kid": "1" })), parts[1]);
    mac.update(borrowed.as_bytes());
    let mac = encoded(&mac.finalize().into_bytes());
    for token in [
        with_payload,
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{borrowed}.{mac}"),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..40]),
        format!("{good}.x"),
        format!("{good}="),
        signer.sign(&json!({ "alg": "es256", "kid": "1" }), &claims()),
        signer.sign(&json!({ "alg": "ES256", "kid": "1", "crit": ["b64"] }), &claims()),
        String::new(),
        "..".into(),
        "é.é.é".into(),
    ] {
        assert!(verified(&token, &keys).is_err(), "{token}");
    }
}

/// The example of RFC 7515, appendix A.2.
#[test]
fn the_standards_own_rsa_signature_is_right_and_with_one_bit_changed_is_not() {
    let n = "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pC\
        gNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xs\
        mtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
    let token = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0\
        cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUA\
        r7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jz\
        DwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    let keys = keys(&[json!({ "kty": "RSA", "n": n, "e": "AQAB" })]);
    let payload = signed(token, &keys).unwrap();
    assert!(payload.starts_with(b"{\"iss\":\"joe\""));
    assert!(signed(&token.replace("cC4h", "cC4i"), &keys).is_err());
    assert!(signed(&token.replace("eyJpc3MiOiJqb2UiLA", "eyJpc3MiOiJqb2UiLB"), &keys).is_err());
}
