//! The OpenID providers by which councils sign their people in, as configured. What they say is believed, or not, by
//! `access::single_sign_on`.

use super::fetch::Fetch;
use chrono::{DateTime, Utc};
use std::sync::{Arc, Mutex, PoisonError};
use url::Url;
use uuid::Uuid;
use zeroize::Zeroizing;

/// A text that is never printed.
#[derive(Clone)]
pub struct Hidden(Zeroizing<String>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(..)")
    }
}

impl Hidden {
    /// Hides a text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

/// One council's provider.
#[derive(Debug)]
pub struct Provider {
    /// The council that it answers for, and no other.
    pub council: Uuid,
    /// The domains of the council's own addresses, lower case. Each belongs to one provider.
    pub domains: Vec<String>,
    /// Its name, exactly as it writes it itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// What proves that it is us.
    pub client_secret: Hidden,
    /// The word of the role given to those who come for the first time; nothing without one.
    pub role: Option<&'static str>,
    /// Whether addresses of these domains are signed in by it alone.
    pub required: bool,
    /// What it last told of itself, and when.
    pub told: Told,
}

/// What a provider last told of itself.
#[derive(Debug, Default)]
pub struct Told(Mutex<Option<(DateTime<Utc>, Arc<Metadata>)>>);

impl Told {
    /// What was told since then.
    pub fn since(&self, then: DateTime<Utc>) -> Option<Arc<Metadata>> {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        told.as_ref()
            .filter(|(at, _)| *at >= then)
            .map(|(_, metadata)| metadata.clone())
    }

    /// Keeps what was told now.
    pub fn keep(&self, now: DateTime<Utc>, metadata: Arc<Metadata>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, metadata));
    }
}

/// A provider's description of itself (OpenID Connect Discovery 1.0), as far as it is used.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// Where people sign in.
    pub authorization: Url,
    /// Where a code becomes an ID token.
    pub token: Url,
    /// Where its keys are.
    pub keys: Url,
    /// Where it tells what the ID token does not.
    pub userinfo: Option<Url>,
    /// Whether our secret goes in the form instead of the `Authorization` header.
    pub secret_in_form: bool,
    /// Whether every answer names the issuer (RFC 9207).
    pub names_itself: bool,
}

/// Every provider there is, and the client that asks them.
#[derive(Debug, Default)]
pub struct Providers {
    /// The providers.
    pub all: Vec<Provider>,
    /// Asks them.
    pub fetch: Fetch,
}

impl Providers {
    /// The provider of a domain, lower case.
    pub fn of_domain(&self, domain: &str) -> Option<&Provider> {
        let has = |provider: &&Provider| provider.domains.iter().any(|one| one == domain);
        self.all.iter().find(has)
    }
}
