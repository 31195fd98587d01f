//! Mail goes to its relay by TLS or not at all: nobody on the way can talk us out of it.

use lettre::Tokio1Executor;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::transport::smtp::{AsyncSmtpTransport, AsyncSmtpTransportBuilder};
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

/// The transport's builder, which trusts this authority too.
pub(super) fn trusting(
    builder: AsyncSmtpTransportBuilder,
    url: &str,
    authority: Option<&Certificate>,
) -> Result<AsyncSmtpTransportBuilder, String> {
    let (Some(authority), Ok(url)) = (authority, Url::parse(url)) else {
        return Ok(builder);
    };
    let parameters = TlsParameters::builder(url.host_str().unwrap_or_default().to_owned())
        .add_root_certificate(authority.clone())
        .build()
        .map_err(|error| format!("smtp_ca_file: {error}"))?;
    Ok(match url.scheme() {
        "smtps" => builder.tls(Tls::Wrapper(parameters)),
        _ if url
            .query_pairs()
            .any(|(key, value)| key == "tls" && value == "required") =>
        {
            builder.tls(Tls::Required(parameters))
        }
        _ => builder,
    })
}

/// The builder of a transport, as lettre reads its URL.
pub(super) fn builder(url: &str) -> Result<AsyncSmtpTransportBuilder, String> {
    AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| format!("smtp_url: {error}"))
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
