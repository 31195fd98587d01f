//! How mail leaves: by SMTP, or not at all in a demonstration. It changes no byte of what it carries.

use super::tls;
use lettre::address::Envelope;
use lettre::transport::smtp::AsyncSmtpTransport;
use lettre::transport::smtp::client::Certificate;
use lettre::{Address, AsyncTransport, Tokio1Executor};
use std::str::FromStr;
use std::time::Duration;

/// lettre's own timeout covers only connecting; this one covers the whole conversation.
const SEND: Duration = Duration::from_secs(60);

/// By which way.
#[derive(Clone, Debug)]
pub(super) enum Route {
    Smtp(AsyncSmtpTransport<Tokio1Executor>),
    /// Accepts everything and sends nothing: the outbox is where it can be read.
    Kept,
}

/// What a mail server said to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It is theirs now.
    Accepted(String),
    /// Not now (4xx, or no conversation at all): try again.
    Later(String),
    /// Never (5xx).
    Refused(String),
}

impl Route {
    pub(super) fn smtp(url: &str, authority: Option<&Certificate>) -> Result<Self, String> {
        let transport = tls::trusting(tls::builder(url)?, url, authority)?
            .timeout(Some(Duration::from_secs(30)))
            .build();
        Ok(Self::Smtp(transport))
    }

    pub(super) async fn send(&self, return_path: &str, recipient: &str, message: &[u8]) -> Answer {
        let Route::Smtp(transport) = self else {
            return Answer::Accepted("kept, not sent: this is a demonstration".into());
        };
        let envelope = match envelope(return_path, recipient) {
            Ok(envelope) => envelope,
            Err(reason) => return Answer::Refused(format!("{recipient}: {reason}")),
        };
        match tokio::time::timeout(SEND, transport.send_raw(&envelope, message)).await {
            Err(_) => Answer::Later("no answer within 60 seconds".into()),
            Ok(Ok(response)) => Answer::Accepted(format!(
                "{} {}",
                response.code(),
                response.message().collect::<Vec<_>>().join(" ")
            )),
            Ok(Err(error)) if error.is_permanent() => Answer::Refused(error.to_string()),
            Ok(Err(error)) => Answer::Later(error.to_string()),
        }
    }
}

fn envelope(return_path: &str, recipient: &str) -> Result<Envelope, String> {
    let address = |text: &str| Address::from_str(text).map_err(|e| e.to_string());
    Envelope::new(Some(address(return_path)?), vec![address(recipient)?]).map_err(|e| e.to_string())
}
