//! From a code to who it is for: the token request, the ID token, and where that does not tell the address, the
//! provider's userinfo.

use super::id_token::{self, Claims, Expected};
use super::{SignOnError, callback, nonce, verifier};
use crate::access::fold;
use crate::runtime::App;
use crate::runtime::mail::clean_name;
use crate::runtime::provider::{Metadata, Provider};
use base64::{Engine, engine::general_purpose::STANDARD};
use http::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

/// Who a provider says somebody is, as far as it may say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// Its own name for them.
    pub(super) subject: String,
    /// Their address, lower case, verified, and of one of its domains.
    pub(super) email: String,
    /// Their name.
    pub(super) name: String,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
    access_token: String,
}

/// What a provider tells of somebody, in the ID token or on request.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Told {
    pub(super) sub: String,
    pub(super) email: Option<String>,
    /// Anything but a plain `true` is not one.
    #[serde(default)]
    pub(super) email_verified: serde_json::Value,
    pub(super) name: Option<String>,
}

/// Who a code is for.
///
/// # Errors
/// [`SignOnError`].
pub(super) async fn profile(
    app: &App,
    provider: &Provider,
    metadata: &Metadata,
    code: &str,
    state: &str,
) -> Result<Profile, SignOnError> {
    let tokens = redeem(app, provider, metadata, code, state).await?;
    let keys = app.single_sign_on.fetch.get(&metadata.keys, None).await;
    let keys: id_token::Keys = read(&metadata.keys, keys)?;
    let expected = Expected {
        issuer: &provider.issuer,
        client_id: &provider.client_id,
        nonce: &nonce(app, state),
        now: app.clock.now(),
    };
    let verified = id_token::verify(&tokens.id_token, &keys, &expected);
    let Claims { told, .. } = verified.map_err(|what| SignOnError::Provider(format!("ID token: {what}")))?;
    let told = match (&told.email, &metadata.userinfo) {
        (None, Some(url)) => {
            let answer = app
                .single_sign_on
                .fetch
                .get(url, Some(&tokens.access_token))
                .await;
            of_the_same(told, read(url, answer)?)?
        }
        _ => told,
    };
    believed(told, provider)
}

async fn redeem(
    app: &App,
    provider: &Provider,
    metadata: &Metadata,
    code: &str,
    state: &str,
) -> Result<Tokens, SignOnError> {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", &callback(app)),
        ("code_verifier", &verifier(app, state)),
    ];
    let (form, authorization) = with_secret(provider, metadata, &pairs);
    let answer = app
        .single_sign_on
        .fetch
        .post(&metadata.token, form, authorization)
        .await;
    read(&metadata.token, answer)
}

/// The form, and the `Authorization` header where our secret goes in that.
fn with_secret(provider: &Provider, metadata: &Metadata, pairs: &[(&str, &str)]) -> (String, Option<String>) {
    let (id, secret) = (&*provider.client_id, provider.client_secret.reveal());
    let mut form = Serializer::new(String::new());
    form.extend_pairs(pairs);
    if metadata.secret_in_form {
        form.extend_pairs([("client_id", id), ("client_secret", secret)]);
        return (form.finish(), None);
    }
    // Each half is encoded as in a form before they are joined (RFC 6749, section 2.3.1).
    let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    let both = STANDARD.encode(format!("{}:{}", encoded(id), encoded(secret)));
    (form.finish(), Some(format!("Basic {both}")))
}

/// An answer as JSON. What else came is quoted, in part, for the log.
fn read<T: DeserializeOwned>(
    url: &Url,
    answer: Result<crate::runtime::fetch::Answer, String>,
) -> Result<T, SignOnError> {
    let answer = answer.map_err(SignOnError::Provider)?;
    if answer.status != StatusCode::OK {
        let start: String = String::from_utf8_lossy(&answer.body).chars().take(200).collect();
        return Err(SignOnError::Provider(format!(
            "{url} answered {}: {start:?}",
            answer.status
        )));
    }
    serde_json::from_slice(&answer.body).map_err(|error| SignOnError::Provider(format!("{url}: {error}")))
}

/// What userinfo tells, if it is of whom the ID token is: only that is signed for us.
fn of_the_same(signed: Told, more: Told) -> Result<Told, SignOnError> {
    if more.sub == signed.sub {
        return Ok(more);
    }
    Err(SignOnError::Provider(format!("userinfo tells of {:?}", more.sub)))
}

/// What is believed of what a provider tells: a verified address of its council's own domains.
fn believed(told: Told, provider: &Provider) -> Result<Profile, SignOnError> {
    let email = fold(&told.email.unwrap_or_default());
    if told.email_verified != serde_json::Value::Bool(true) {
        return Err(SignOnError::Unverified);
    }
    let is_one = email.len() <= 254 && email.parse::<lettre::Address>().is_ok();
    let domain = super::domain_of(&email);
    if !is_one || !provider.domains.iter().any(|one| one == domain) {
        return Err(SignOnError::Elsewhere);
    }
    let name = clean_name(&told.name.unwrap_or_default());
    let local = email.split('@').next().unwrap_or_default();
    Ok(Profile {
        name: if name.is_empty() { local.to_owned() } else { name },
        subject: told.sub,
        email,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::provider::Hidden;
    use serde_json::json;

    fn of(told: serde_json::Value) -> Result<Profile, SignOnError> {
        let provider = Provider {
            council: uuid::Uuid::nil(),
            domains: vec!["norfolk.gov.uk".into()],
            issuer: String::new(),
            client_id: String::new(),
            client_secret: Hidden::new(String::new()),
            role: None,
            required: false,
            told: crate::runtime::provider::Told::default(),
        };
        believed(serde_json::from_value(told).unwrap(), &provider)
    }

    #[test]
    fn only_a_plain_true_verifies_an_address() {
        let told =
            |verified| json!({ "sub": "1", "email": "Ann@Norfolk.gov.uk", "email_verified": verified });
        let profile = of(told(json!(true))).unwrap();
        assert_eq!((&*profile.email, &*profile.name), ("ann@norfolk.gov.uk", "ann"));
        for verified in [json!(false), json!("true"), json!(1), json!(null)] {
            assert!(matches!(of(told(verified)), Err(SignOnError::Unverified)));
        }
        let unsaid = json!({ "sub": "1", "email": "ann@norfolk.gov.uk" });
        assert!(matches!(of(unsaid), Err(SignOnError::Unverified)));
    }

    #[test]
    fn userinfo_of_another_subject_is_not_believed() {
        let told = |sub: &str| Told {
            sub: sub.into(),
            ..Told::default()
        };
        assert_eq!(of_the_same(told("1"), told("1")).unwrap().sub, "1");
        assert!(of_the_same(told("1"), told("2")).is_err());
    }

    #[test]
    fn an_address_outside_the_domains_is_nobodys() {
        for email in [
            "ann@suffolk.gov.uk",
            "ann@x.norfolk.gov.uk",
            "ann@evilnorfolk.gov.uk",
            "ann@norfolk.gov.uk@evil.example",
            "ann@evil.example <x@norfolk.gov.uk",
            "@norfolk.gov.uk",
            "",
        ] {
            let told = json!({ "sub": "1", "email": email, "email_verified": true });
            assert!(matches!(of(told), Err(SignOnError::Elsewhere)), "{email}");
        }
    }

    #[test]
    fn a_name_is_taken_without_what_hides_in_it() {
        let told = json!({ "sub": "1", "email": "a@norfolk.gov.uk", "email_verified": true,
            "name": "Ann\r\nBcc: x\u{202e}" });
        assert_eq!(of(told).unwrap().name, "Ann Bcc: x");
    }
}
