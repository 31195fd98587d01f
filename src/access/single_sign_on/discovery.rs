//! What a provider tells of itself (OpenID Connect Discovery 1.0), and what of it is believed.

use super::SignOnError;
use crate::runtime::App;
use crate::runtime::config::is_on_this_machine;
use crate::runtime::provider::{Metadata, Provider};
use chrono::Duration;
use http::StatusCode;
use serde::Deserialize;
use std::sync::Arc;
use url::Url;

/// What was told is believed for so long. It seldom changes; that people are sent to it must not make us ask each time.
const FRESH: Duration = Duration::minutes(10);

#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// What a provider tells of itself.
///
/// # Errors
/// [`SignOnError::Provider`].
pub(super) async fn of(app: &App, provider: &Provider) -> Result<Arc<Metadata>, SignOnError> {
    let now = app.clock.now();
    if let Some(metadata) = provider.told.since(now - FRESH) {
        return Ok(metadata);
    }
    let issuer = provider.issuer.trim_end_matches('/');
    let url = format!("{issuer}/.well-known/openid-configuration");
    let url = Url::parse(&url).map_err(|error| SignOnError::Provider(format!("{url}: {error}")))?;
    let answer = app.single_sign_on.fetch.get(&url, None).await;
    let answer = answer.map_err(SignOnError::Provider)?;
    if answer.status != StatusCode::OK {
        return Err(SignOnError::Provider(format!("{url} answered {}", answer.status)));
    }
    let metadata = read(&answer.body, &provider.issuer)
        .map_err(|what| SignOnError::Provider(format!("{url}: {what}")))?;
    let metadata = Arc::new(metadata);
    provider.told.keep(now, metadata.clone());
    Ok(metadata)
}

fn read(body: &[u8], issuer: &str) -> Result<Metadata, String> {
    let told: Document = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    if told.issuer != issuer {
        return Err(format!("it calls itself {:?}", told.issuer));
    }
    let local = Url::parse(issuer).is_ok_and(|url| is_on_this_machine(&url));
    // Secrets go to these addresses, and we ask them from inside our network: a provider elsewhere names none on this
    // machine, and none that can be read on the way.
    let address = |text: &str| {
        let url = Url::parse(text).map_err(|error| format!("{text:?}: {error}"))?;
        let allowed = match url.scheme() {
            "https" => local || !is_on_this_machine(&url),
            "http" => local && is_on_this_machine(&url),
            _ => false,
        };
        if allowed {
            Ok(url)
        } else {
            Err(format!("{text:?} is not to be asked"))
        }
    };
    let methods = told.token_endpoint_auth_methods_supported;
    let has = |methods: &Vec<String>, name: &str| methods.iter().any(|method| method == name);
    Ok(Metadata {
        authorization: address(&told.authorization_endpoint)?,
        token: address(&told.token_endpoint)?,
        keys: address(&told.jwks_uri)?,
        userinfo: told.userinfo_endpoint.as_deref().map(address).transpose()?,
        // `client_secret_basic` is what is meant when nothing is said.
        secret_in_form: methods.is_some_and(|methods| {
            has(&methods, "client_secret_post") && !has(&methods, "client_secret_basic")
        }),
        names_itself: told.authorization_response_iss_parameter_supported,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(issuer: &str, token: &str) -> Vec<u8> {
        serde_json::json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?tenant=1"),
            "token_endpoint": token,
            "jwks_uri": format!("{issuer}/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
        })
        .to_string()
        .into_bytes()
    }

    #[test]
    fn a_provider_is_believed_only_about_itself() {
        let issuer = "https://login.norfolk.gov.uk";
        let body = document(issuer, "https://tokens.norfolk.gov.uk/");
        let metadata = read(&body, issuer).unwrap();
        assert!(metadata.secret_in_form && !metadata.names_itself && metadata.userinfo.is_none());
        assert!(
            read(&body, "https://login.norfolk.gov.uk/")
                .unwrap_err()
                .contains("calls itself")
        );
        assert!(read(b"{}", issuer).is_err() && read(b"<html>", issuer).is_err());
    }

    #[test]
    fn a_provider_elsewhere_sends_us_nowhere_on_this_machine() {
        let issuer = "https://login.norfolk.gov.uk";
        for address in [
            "http://tokens.norfolk.gov.uk/",
            "https://127.0.0.1/",
            "https://localhost:8080/graphql",
            "http://[::1]:5432/",
            "file:///etc/passwd",
            "tokens",
        ] {
            assert!(read(&document(issuer, address), issuer).is_err(), "{address}");
        }
        let local = "http://127.0.0.1:4000";
        assert!(read(&document(local, "http://127.0.0.1:4000/token"), local).is_ok());
        assert!(read(&document(local, "http://tokens.norfolk.gov.uk/"), local).is_err());
    }
}
