//! Configuration of single sign-on: a table `[[single_sign_on]]` for each OpenID provider. Whether its council and role
//! exist is for `access::single_sign_on` to say.

use crate::runtime::provider::Hidden;
use serde::Deserialize;
use std::collections::HashMap;
use std::net::IpAddr;
use url::{Host, Url};

/// One provider's keys.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Keys {
    /// The council whose people it signs in: GSS code or slug, as `norfolk`. Required.
    council: Option<String>,
    /// The domains of the council's own addresses, as `["norfolk.gov.uk"]`: who has one is sent to this provider, and
    /// nobody else is let in by it. A domain belongs to one provider; subdomains are named too. Required.
    domains: Option<Vec<String>>,
    /// The provider's issuer, exactly as it writes it itself: `/.well-known/openid-configuration` is read below it. `https`,
    /// unless it is on this machine. Required.
    issuer: Option<String>,
    /// Our name at the provider, where `PUBLIC_URL/account/single-sign-on/callback` is registered to return to. Required.
    client_id: Option<String>,
    /// Our secret at the provider. Required.
    client_secret: Option<String>,
    /// The role in the council for who comes for the first time: `viewer`, `officer`, `approver` or `evaluator`. Without
    /// one they have an account and no role until the council's administrator gives them one.
    role: Option<String>,
    /// Whether addresses of these domains are signed in by the provider alone, and passwords refused. Default `false`.
    #[serde(default)]
    required: bool,
}

/// One provider, its keys whole.
#[derive(Clone, Debug)]
pub struct SingleSignOn {
    /// GSS code or slug.
    pub council: String,
    /// Lower case.
    pub domains: Vec<String>,
    /// As the provider writes it.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// What proves that it is us.
    pub client_secret: Hidden,
    /// Word of a role.
    pub role: Option<String>,
    /// Whether passwords are refused.
    pub required: bool,
}

/// The providers whose keys are whole; a line in `wrong` for each key that is not.
pub(super) fn check(tables: Vec<Keys>, wrong: &mut Vec<String>) -> Vec<SingleSignOn> {
    let mut owners: HashMap<String, usize> = HashMap::new();
    let mut whole = Vec::new();
    for (index, keys) in tables.into_iter().enumerate() {
        let number = index + 1;
        let Some(provider) = read(number, keys, wrong) else {
            continue;
        };
        for domain in &provider.domains {
            let owner = *owners.entry(domain.clone()).or_insert(number);
            if owner != number {
                wrong.push(format!(
                    "single_sign_on {number}: {domain} belongs to single_sign_on {owner} already"
                ));
            }
        }
        whole.push(provider);
    }
    whole
}

fn read(number: usize, keys: Keys, wrong: &mut Vec<String>) -> Option<SingleSignOn> {
    let mut required = |value: Option<String>, key: &str, example: &str| {
        let value = value.filter(|value| !value.trim().is_empty());
        if value.is_none() {
            wrong.push(format!(
                "single_sign_on {number}: {key} is missing: set it in its table ({example})"
            ));
        }
        value
    };
    let council = required(keys.council, "council", "norfolk");
    let issuer = required(keys.issuer, "issuer", "https://login.norfolk.gov.uk");
    let client_id = required(keys.client_id, "client_id", "guildhall");
    let client_secret = required(keys.client_secret, "client_secret", "as the provider gave it");
    let domains = domains(number, keys.domains.unwrap_or_default(), wrong);
    let issuer = issuer.and_then(|issuer| {
        let doubt = doubt_about(&issuer);
        wrong.extend(doubt.map(|doubt| format!("single_sign_on {number}: issuer: {issuer:?} {doubt}")));
        doubt.is_none().then_some(issuer)
    });
    Some(SingleSignOn {
        council: council?,
        domains: domains?,
        issuer: issuer?,
        client_id: client_id?,
        client_secret: Hidden::new(client_secret?),
        role: keys.role,
        required: keys.required,
    })
}

fn domains(number: usize, given: Vec<String>, wrong: &mut Vec<String>) -> Option<Vec<String>> {
    if given.is_empty() {
        wrong.push(format!(
            "single_sign_on {number}: domains is missing: set it in its table ([\"norfolk.gov.uk\"])"
        ));
        return None;
    }
    let mut read = Vec::new();
    for domain in given {
        let folded = domain.trim().to_lowercase();
        let is_one = folded.contains('.') && lettre::Address::new("x", &folded).is_ok();
        if is_one {
            read.push(folded);
        } else {
            wrong.push(format!(
                "single_sign_on {number}: domains: {domain:?} is not a domain such as norfolk.gov.uk"
            ));
        }
    }
    Some(read)
}

fn doubt_about(issuer: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(issuer) else {
        return Some("is not a URL");
    };
    if url.query().is_some()
        || url.fragment().is_some()
        || !url.username().is_empty()
        || url.password().is_some()
    {
        return Some("has more than a host and a path");
    }
    (!is_safe(&url)).then_some("must be https, unless it is on this machine")
}

/// Whether what goes to this address cannot be read on the way.
fn is_safe(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_on_this_machine(url))
}

/// Whether this is the loopback.
pub fn is_on_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use figment::Figment;
    use figment::providers::{Format, Toml};

    const WHOLE: &str = "council = 'norfolk'\ndomains = ['Norfolk.gov.uk']\nissuer = 'https://login.norfolk.gov.uk'\n\
        client_id = 'guildhall'\nclient_secret = 's3cret'\n";

    fn checked(toml: &str) -> (Vec<SingleSignOn>, Vec<String>) {
        let mut wrong = Vec::new();
        let tables = Figment::from(Toml::string(toml))
            .extract_inner("single_sign_on")
            .unwrap();
        (check(tables, &mut wrong), wrong)
    }

    fn one(body: &str) -> (Vec<SingleSignOn>, Vec<String>) {
        checked(&format!("[[single_sign_on]]\n{body}"))
    }

    #[test]
    fn a_whole_table_is_a_provider_and_hides_its_secret() {
        let (whole, wrong) = one(WHOLE);
        assert!(wrong.is_empty(), "{wrong:?}");
        assert_eq!(whole[0].domains, ["norfolk.gov.uk"]);
        assert!(!whole[0].required && whole[0].role.is_none());
        assert!(!format!("{whole:?}").contains("s3cret"));
    }

    #[test]
    fn half_a_table_names_every_missing_key() {
        let (whole, wrong) = one("required = true\nclient_secret = ' '");
        assert!(whole.is_empty());
        let wrong = wrong.join("\n");
        for key in ["council", "domains", "issuer", "client_id", "client_secret"] {
            assert!(
                wrong.contains(&format!("1: {key} is missing")),
                "{key} in {wrong}"
            );
        }
    }

    #[test]
    fn a_domain_belongs_to_one_provider_only() {
        let twice = format!("[[single_sign_on]]\n{WHOLE}[[single_sign_on]]\n{WHOLE}");
        let (_, wrong) = checked(&twice);
        assert_eq!(
            wrong,
            ["single_sign_on 2: norfolk.gov.uk belongs to single_sign_on 1 already"]
        );
        for bad in ["", "norfolk", "@norfolk.gov.uk", "a b.gov.uk"] {
            let (_, wrong) = one(&WHOLE.replace("Norfolk.gov.uk", bad));
            assert!(wrong[0].contains("is not a domain"), "{bad}: {wrong:?}");
        }
    }

    #[test]
    fn an_issuer_is_https_unless_it_is_on_this_machine() {
        for (issuer, good) in [
            ("https://login.norfolk.gov.uk/v2.0", true),
            ("http://127.0.0.1:4000", true),
            ("http://[::1]:4000", true),
            ("http://localhost:4000/x", true),
            ("http://login.norfolk.gov.uk", false),
            ("http://127.0.0.1.evil.example", false),
            ("http://localhost.evil.example", false),
            ("ftp://localhost", false),
            ("https://a:b@login.norfolk.gov.uk", false),
            ("https://login.norfolk.gov.uk?x", false),
            ("login.norfolk.gov.uk", false),
        ] {
            let (whole, wrong) = one(&WHOLE.replace("https://login.norfolk.gov.uk", issuer));
            assert_eq!(wrong.is_empty(), good, "{issuer}: {wrong:?}");
            assert_eq!(whole.len(), usize::from(good), "{issuer}");
        }
    }
}
