//! How mail leaves, as configured: to a relay by TLS, signed, and with a way back.

use super::{Keys, required};
use crate::runtime::mail::dkim::Signer;
use crate::runtime::mail::{Mailer, tls};

/// The mailer, if everything about it is right.
pub(super) fn check(keys: &Keys, wrong: &mut Vec<String>) -> Option<Mailer> {
    let example = "Guildhall <alerts@guildhall.example>";
    let from = required(wrong, keys.mail_from.clone(), "mail_from", example);
    let example = "smtps://user:password@host:465";
    let url = required(wrong, keys.smtp_url.clone(), "smtp_url", example)?;
    let before = wrong.len();
    wrong.extend(tls::enforced(&url, keys.smtp_plain).err());
    let authority = keys.smtp_ca_file.as_ref().and_then(|file| {
        let read = std::fs::read(file);
        read.map_err(|error| wrong.push(format!("smtp_ca_file: {}: {error}", file.display())))
            .ok()
    });
    let mailer = Mailer::smtp_trusting(&url, &from?, authority.as_deref());
    let mailer = mailer.map_err(|error| wrong.push(error)).ok()?;
    let mailer = way_back(keys, mailer, wrong);
    let mailer = signing(keys, mailer, wrong);
    (wrong.len() == before).then_some(mailer)
}

fn way_back(keys: &Keys, mailer: Mailer, wrong: &mut Vec<String>) -> Mailer {
    let domain = keys.return_path_domain.as_deref();
    if !keys.bounces {
        if domain.is_some() {
            wrong.push("return_path_domain: it is of use only with bounces = true".into());
        }
        return mailer;
    }
    let domain = domain.unwrap_or_else(|| mailer.domain()).to_owned();
    if domain.len() > 180 || format!("bounces@{domain}").parse::<lettre::Address>().is_err() {
        wrong.push(format!(
            "return_path_domain: {domain:?} is no domain of mail addresses"
        ));
    }
    mailer.returning_to(&domain)
}

fn signing(keys: &Keys, mailer: Mailer, wrong: &mut Vec<String>) -> Mailer {
    let (file, selector) = match (&keys.dkim_key_file, &keys.dkim_selector) {
        (Some(file), Some(selector)) => (file, selector),
        (None, None) if keys.dkim_domain.is_none() => return mailer,
        (file, selector) => {
            for (key, missing) in [
                ("dkim_key_file", file.is_none()),
                ("dkim_selector", selector.is_none()),
            ] {
                if missing {
                    wrong.push(format!(
                        "{key}: mail is signed with a key, by a selector: give both"
                    ));
                }
            }
            return mailer;
        }
    };
    let domain = keys
        .dkim_domain
        .as_deref()
        .unwrap_or_else(|| mailer.domain())
        .to_owned();
    match Signer::read(file, selector, &domain) {
        Ok(signer) => mailer.signing(signer),
        Err(error) => {
            wrong.push(error);
            mailer
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use crate::runtime::secret::Secret;
    use figment::Figment;
    use figment::providers::{Format, Toml};

    const KEY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/dkim/ed25519.pem");

    /// What is wrong with a configuration that is right but for these lines; blank when nothing is.
    fn wrong(lines: &str) -> String {
        let whole = format!(
            "public_url = 'https://x.example/'\ndatabase_url = 'sqlite://x.db'\nsecret = '{}'\n\
             mail_from = 'A <a@x.example>'\n{lines}\n",
            Secret::from_bytes([1; 32]).to_base64()
        );
        let keys = Figment::from(Toml::string(&whole)).extract().unwrap();
        Config::check(keys).err().unwrap_or_default().join("\n")
    }

    #[tokio::test]
    async fn what_is_wrong_with_mail_is_named_before_anything_is_sent() {
        let local = "smtp_url = 'smtp://localhost:25'";
        for (lines, says) in [
            (local.to_owned(), ""),
            ("smtp_url = 'smtps://u:p@relay.example'".into(), ""),
            ("smtp_url = 'smtp://relay.example:587?tls=required'".into(), ""),
            (
                "smtp_url = 'smtp://relay.example'".into(),
                "smtp_url: mail would leave",
            ),
            ("smtp_url = 'smtp://relay.example'\nsmtp_plain = true".into(), ""),
            (
                "smtp_url = 'smtp://relay.example?tls=opportunistic'\nsmtp_plain = true".into(),
                "smtp_url: with tls=opportunistic",
            ),
            (
                format!("{local}\nsmtp_ca_file = '/nowhere'"),
                "smtp_ca_file: /nowhere",
            ),
            (
                format!("{local}\nreturn_path_domain = 'x.example'"),
                "return_path_domain: it is of use",
            ),
            (
                format!("{local}\nbounces = true\nreturn_path_domain = 'a b'"),
                "return_path_domain: \"a b\"",
            ),
            (format!("{local}\nbounces = true"), ""),
            (
                format!("{local}\ndkim_selector = 's'"),
                "dkim_key_file: mail is signed",
            ),
            (
                format!("{local}\ndkim_key_file = '/nowhere'"),
                "dkim_selector: mail is signed",
            ),
            (
                format!("{local}\ndkim_selector = 's'\ndkim_key_file = '/nowhere'"),
                "dkim_key_file: /nowhere",
            ),
            (
                format!("{local}\ndkim_selector = 's'\ndkim_key_file = '{KEY}'"),
                "",
            ),
        ] {
            let wrong = wrong(&lines);
            assert!(
                wrong.starts_with(says) && wrong.is_empty() == says.is_empty(),
                "{lines}: {wrong}"
            );
        }
    }
}
