//! Mail goes to its relay by TLS or not at all: nobody on the way can talk us out of it.

use lettre::transport::smtp::client::{Certificate, TlsParameters};
use std::net::IpAddr;
use url::Url;

/// Nothing, if mail by this URL cannot be read on its way. `plain` is leave to go without TLS.
///
/// # Errors
/// What to write instead.
pub fn enforced(url: &str, plain: bool) -> Result<(), String> {
    let Ok(parsed) = Url::parse(url) else {
        return Ok(()); // whoever takes the URL says what is wrong with it
    };
    let tls = parsed.query_pairs().find(|(key, _)| key == "tls");
    match (parsed.scheme(), tls.as_ref().map(|(_, value)| &**value)) {
        ("smtps", _) | ("smtp", Some("required")) => Ok(()),
        ("smtp", Some("opportunistic")) => Err(
            "smtp_url: with tls=opportunistic anybody on the way can take TLS off; write tls=required".into(),
        ),
        ("smtp", None) if plain || is_on_this_machine(&parsed) => Ok(()),
        ("smtp", None) => Err(
            "smtp_url: mail would leave this machine unencrypted; write smtps://... or smtp://...?tls=required, or say \
             smtp_plain = true if the way to the relay is safe"
                .into(),
        ),
        _ => Ok(()),
    }
}

/// Whether the host is the loopback: `url` knows no addresses but in URLs of the web.
fn is_on_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// How TLS is spoken with a host: its certificate may be of this authority, too.
pub(super) fn parameters(host: &str, authority: Option<&Certificate>) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(host.to_owned());
    if let Some(authority) = authority {
        parameters = parameters.add_root_certificate(authority.clone());
    }
    parameters.build().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mail_leaves_this_machine_by_tls_unless_it_is_said_otherwise() {
        for (url, plain, fine) in [
            ("smtps://a:b@relay.example:465", false, true),
            ("smtp://relay.example:587?tls=required", false, true),
            ("smtp://localhost:1025", false, true),
            ("smtp://127.0.0.1:1025", false, true),
            ("smtp://[::1]:1025", false, true),
            ("smtp://relay.example", false, false),
            ("smtp://relay.example", true, true),
            ("smtp://localhost.evil.example", false, false),
            ("smtp://127.0.0.1.evil.example", false, false),
            ("smtp://192.0.2.1", false, false),
            ("smtp://relay.example:587?tls=opportunistic", false, false),
            ("smtp://relay.example:587?tls=opportunistic", true, false),
            ("smtp://localhost?tls=opportunistic", false, false),
        ] {
            assert_eq!(enforced(url, plain).is_ok(), fine, "{url} {plain}");
        }
    }
}
