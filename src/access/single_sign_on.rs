//! Single sign-on: a council's people signed in by the council's own provider (OpenID Connect Core 1.0, authorisation
//! code with PKCE).
//!
//! [`begin`] sends a browser to the provider of an address's domain, [`finish`] takes what it comes back with. The provider
//! is believed about addresses of its council's own domains and about nothing else: it lets nobody into another council
//! and raises nobody's role. It answers for the second factor: a session by it counts as one with.

mod account;
mod discovery;
mod exchange;
mod id_token;
mod store;

pub(super) use account::address_moved;

use super::attempts::{self, Kind};
use super::sessions::Session;
use super::{CouncilRole, Origin, fold, token_hash};
use crate::councils::directory;
use crate::runtime::config::SingleSignOn;
use crate::runtime::provider::{Metadata, Provider, Providers, Told};
use crate::runtime::{App, Error};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::Duration;
use entity::person as people;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use sha2::{Digest, Sha256};
use url::Url;
use url::form_urlencoded::Serializer;

/// How long somebody may be away at a provider.
pub const LASTS: Duration = Duration::minutes(10);

/// Why somebody was not signed in. What is in brackets is for the log: it may quote the provider.
#[derive(Debug, thiserror::Error)]
pub enum SignOnError {
    /// No provider has the address's domain.
    #[error("no provider has this domain")]
    NoProvider,
    /// Too many were begun from this source lately.
    #[error("too many were begun from this source")]
    TooMany,
    /// It was not begun in this browser, too long ago, or is finished.
    #[error("not begun in this browser, or too long ago, or finished")]
    Stale,
    /// The provider does not answer, or not as the standards say.
    #[error("the provider failed: {0}")]
    Provider(String),
    /// The provider did not let them in.
    #[error("the provider declined: {0}")]
    Declined(String),
    /// The provider does not say that their address is theirs.
    #[error("the provider does not say that the address is verified")]
    Unverified,
    /// Their address is not the council's.
    #[error("the address is outside the provider's domains")]
    Elsewhere,
    /// Their address's account is somebody else's at the same provider.
    #[error("the address's account is another subject's")]
    Taken,
    /// An operator's account is no council's to open.
    #[error("the account is an operator's")]
    Operator,
    /// The fault is ours.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl From<sea_orm::DbErr> for SignOnError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Failed(error.into())
    }
}

/// A sign-in that has begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What it carries until it comes back.
    pub browser: String,
}

/// What a browser comes back with.
#[derive(Clone, Debug, Default)]
pub struct Returned {
    /// The state it was sent with.
    pub state: String,
    /// The code, when the provider let them in.
    pub code: Option<String>,
    /// Who the provider says it is (RFC 9207).
    pub issuer: Option<String>,
    /// Why the provider did not let them in.
    pub error: Option<String>,
    /// What the browser carried.
    pub browser: String,
}

/// A line for each operator who could not sign in any more: not by a password, for their domain requires its council's
/// sign-in; nor by that, which opens no operator's account.
///
/// # Errors
/// When the database fails.
pub async fn operators_shut_out(app: &App) -> Result<Vec<String>, Error> {
    let operators = people::Entity::find()
        .filter(people::Column::Operator.eq(true))
        .all(app.db.read())
        .await?;
    let shut_out = operators.into_iter().map(|operator| operator.email);
    Ok(shut_out
        .filter(|email| only_way_in(app, email).is_some())
        .map(|email| {
            format!("single_sign_on: required would shut the operator {email} out: give them another address")
        })
        .collect())
}

/// The providers as configured.
///
/// # Errors
/// A line for each council or role that there is not.
pub fn providers(configured: Vec<SingleSignOn>) -> Result<Providers, Vec<String>> {
    let mut wrong = Vec::new();
    let mut all = Vec::new();
    for (index, one) in configured.into_iter().enumerate() {
        let number = index + 1;
        let council = directory().find(&one.council);
        if council.is_none() {
            wrong.push(format!(
                "single_sign_on {number}: there is no council {:?}",
                one.council
            ));
        }
        let role = one.role.as_deref().map(|word| (word, CouncilRole::parse(word)));
        let role = match role {
            None => None,
            // Who may say who is in a council is said by somebody in it.
            Some((_, Some(role))) if role != CouncilRole::Administrator => Some(role.as_str()),
            Some((word, _)) => {
                wrong.push(format!(
                    "single_sign_on {number}: role: {word:?} is not viewer, officer, approver or evaluator"
                ));
                None
            }
        };
        all.extend(council.map(|council| Provider {
            council: council.id,
            domains: one.domains,
            issuer: one.issuer,
            client_id: one.client_id,
            client_secret: one.client_secret,
            role,
            required: one.required,
            told: Told::default(),
        }));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let fetch = crate::runtime::fetch::Fetch::default();
    Ok(Providers { all, fetch })
}

/// Where somebody with an address of this domain begins, and whether there is no other way in. It asks nothing of the
/// database: it is the same for every address of a domain, with an account or without.
pub fn way_in(app: &App, email: &str) -> Option<(String, bool)> {
    let email = fold(email);
    let provider = provider_of(app, &email)?;
    let query = Serializer::new(String::new())
        .append_pair("email", &email)
        .finish();
    let url = format!("{}/account/single-sign-on?{query}", app.public_url);
    Some((url, provider.required))
}

/// Where somebody with an address of this domain begins, if passwords are refused there.
pub(super) fn only_way_in(app: &App, email: &str) -> Option<String> {
    way_in(app, email).and_then(|(url, required)| required.then_some(url))
}

/// What is told to who tries a password where none is taken.
pub(super) fn instead(url: &str) -> String {
    format!("addresses of this domain sign in by their council's single sign-on: {url}")
}

/// Sends somebody to the provider of their address's domain.
///
/// # Errors
/// [`SignOnError`].
pub async fn begin(app: &App, email: &str, origin: &Origin) -> Result<Begun, SignOnError> {
    let email = fold(email);
    let provider = provider_of(app, &email).ok_or(SignOnError::NoProvider)?;
    let source = origin.source.map(attempts::source);
    if let Some(source) = source
        && !attempts::admit(app, &[(Kind::SingleSignOn, source)]).await?
    {
        return Err(SignOnError::TooMany);
    }
    let metadata = discovery::of(app, provider).await?;
    let (state, browser) = (app.entropy.token(), app.entropy.token());
    let domain = domain_of(&email).to_owned();
    store::insert_pending(app, &state, &browser, domain).await?;
    let url = authorization_url(app, provider, &metadata, &state, &email);
    Ok(Begun {
        url: url.into(),
        browser,
    })
}

fn authorization_url(app: &App, provider: &Provider, metadata: &Metadata, state: &str, email: &str) -> Url {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier(app, state)));
    let mut url = metadata.authorization.clone();
    url.query_pairs_mut()
        .append_pair("response_type", "code")
        .append_pair("client_id", &provider.client_id)
        .append_pair("redirect_uri", &callback(app))
        .append_pair("scope", "openid email profile")
        .append_pair("state", state)
        .append_pair("nonce", &nonce(app, state))
        .append_pair("code_challenge", &challenge)
        .append_pair("code_challenge_method", "S256")
        .append_pair("login_hint", email);
    url
}

/// Signs in who comes back from a provider, if it is who the provider may answer for.
///
/// # Errors
/// [`SignOnError`].
pub async fn finish(app: &App, returned: Returned, origin: &Origin) -> Result<Session, SignOnError> {
    let domain = store::take_pending(app, &returned.state, &returned.browser).await?;
    let domain = domain.ok_or(SignOnError::Stale)?;
    let provider = app.single_sign_on.of_domain(&domain).ok_or(SignOnError::Stale)?;
    let metadata = discovery::of(app, provider).await?;
    // An answer of another provider's, brought here by mixing two up, is not looked at further.
    match &returned.issuer {
        Some(issuer) if *issuer != provider.issuer => {
            return Err(SignOnError::Provider(format!("the answer is of {issuer:?}")));
        }
        None if metadata.names_itself => {
            return Err(SignOnError::Provider(
                "the answer does not say whose it is".into(),
            ));
        }
        _ => {}
    }
    if let Some(error) = &returned.error {
        return Err(SignOnError::Declined(format!("{error:?}")));
    }
    let code = returned
        .code
        .ok_or_else(|| SignOnError::Provider("neither a code nor an error came back".into()))?;
    let profile = exchange::profile(app, provider, &metadata, &code, &returned.state).await?;
    account::sign_in(app, provider, profile, origin).await
}

/// Forgets what was never finished.
pub(super) async fn sweep(app: &App) -> Result<(), Error> {
    store::sweep(app).await
}

fn provider_of<'a>(app: &'a App, folded: &str) -> Option<&'a Provider> {
    app.single_sign_on.of_domain(domain_of(folded))
}

/// What comes after the last `@`.
fn domain_of(folded: &str) -> &str {
    folded.rsplit_once('@').map_or("", |(_, domain)| domain)
}

/// Where providers send people back to.
fn callback(app: &App) -> String {
    format!("{}/account/single-sign-on/callback", app.public_url)
}

/// What the ID token must repeat. Drawn from the state, so that no row has to keep it.
fn nonce(app: &App, state: &str) -> String {
    URL_SAFE_NO_PAD.encode(app.secret.tag("single sign-on nonce", state.as_bytes()))
}

/// What proves to the provider that who brings the code is who asked for it (PKCE, RFC 7636). Drawn from the state.
fn verifier(app: &App, state: &str) -> String {
    URL_SAFE_NO_PAD.encode(app.secret.tag("single sign-on verifier", state.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::provider::Hidden;

    fn configured(council: &str, role: Option<&str>) -> SingleSignOn {
        SingleSignOn {
            council: council.into(),
            domains: vec!["norfolk.gov.uk".into()],
            issuer: "https://login.norfolk.gov.uk".into(),
            client_id: "guildhall".into(),
            client_secret: Hidden::new("x".into()),
            role: role.map(Into::into),
            required: false,
        }
    }

    #[test]
    fn a_provider_needs_a_council_that_there_is_and_a_role_below_administrator() {
        let one = providers(vec![configured("E10000020", Some("officer"))]).unwrap();
        let provider = one.of_domain("norfolk.gov.uk").unwrap();
        assert_eq!(provider.council, directory().find("norfolk").unwrap().id);
        assert_eq!(provider.role, Some("officer"));
        assert!(one.of_domain("x.norfolk.gov.uk").is_none());
        let wrong = providers(vec![
            configured("atlantis", None),
            configured("norfolk", Some("administrator")),
            configured("norfolk", Some("king")),
        ]);
        let wrong = wrong.unwrap_err();
        assert_eq!(wrong.len(), 3, "{wrong:?}");
        assert!(wrong[0].starts_with("single_sign_on 1: there is no council \"atlantis\""));
    }

    #[test]
    fn the_domain_is_what_comes_after_the_last_at() {
        assert_eq!(domain_of("a@evil.example@norfolk.gov.uk"), "norfolk.gov.uk");
        assert_eq!(domain_of("norfolk.gov.uk"), "");
    }
}
