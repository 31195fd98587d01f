//! SMTP over connections that are kept for the next mail.
//!
//! The protocol's words and TLS are lettre's; the order of them, and the connections, are ours. lettre's own pool takes a
//! connection back in the middle of a conversation when a send is given up, and the next mail then reads the last one's
//! answers; it also does not tell a relay that refuses everybody from one that refuses this mail.

use super::super::tls;
use super::{Answer, Carrier, Parcel};
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, Tls};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use lettre::{Address, AsyncSmtpTransport, Tokio1Executor};
use std::error::Error as _;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::{Instant, timeout};
use url::Url;

/// A connection that rested for longer is not used again: servers close theirs without a word.
const REST: Duration = Duration::from_secs(30);
/// Connections kept at most.
const KEPT: usize = 64;
/// A server has so long to say goodbye.
const GOODBYE: Duration = Duration::from_secs(5);

/// A relay.
pub(super) struct Smtp {
    host: String,
    port: u16,
    hello: ClientId,
    tls: Tls,
    credentials: Option<Credentials>,
    kept: Mutex<Vec<(AsyncSmtpConnection, Instant)>>,
}

/// How a conversation went wrong.
enum Fault {
    /// The server said so, and can be spoken to further.
    Said(Answer),
    /// It said nothing that can be understood.
    Broke(String),
}

impl Smtp {
    /// Reads the URLs that lettre reads.
    pub(super) fn from_url(text: &str, authority: Option<&Certificate>) -> Result<Self, String> {
        AsyncSmtpTransport::<Tokio1Executor>::from_url(text).map_err(|e| e.to_string())?;
        let url = Url::parse(text).map_err(|e| e.to_string())?;
        let host = url.host_str().unwrap_or_default().to_owned();
        let parameters = || tls::parameters(&host, authority);
        let asked = url.query_pairs().find(|(key, _)| key == "tls");
        let (tls, port) = match (url.scheme(), asked.as_ref().map(|(_, value)| &**value)) {
            ("smtps", _) => (Tls::Wrapper(parameters()?), 465),
            (_, Some("required")) => (Tls::Required(parameters()?), 587),
            (_, Some("opportunistic")) => (Tls::Opportunistic(parameters()?), 587),
            _ => (Tls::None, 25),
        };
        let hello = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        let credentials = url
            .password()
            .map(|password| Ok::<_, String>(Credentials::new(decoded(url.username())?, decoded(password)?)))
            .transpose()?;
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            hello,
            tls,
            credentials,
            kept: Mutex::default(),
        })
    }

    /// A connection over which mail can be offered.
    async fn open(&self, within: Duration) -> Result<AsyncSmtpConnection, Error> {
        let wrapper = match &self.tls {
            Tls::Wrapper(parameters) => Some(parameters.clone()),
            _ => None,
        };
        let server = (self.host.as_str(), self.port);
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(server, Some(within), &self.hello, wrapper, None).await?;
        match &self.tls {
            Tls::Required(parameters) => connection.starttls(parameters.clone(), &self.hello).await?,
            Tls::Opportunistic(parameters) if connection.can_starttls() => {
                connection.starttls(parameters.clone(), &self.hello).await?;
            }
            _ => {}
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    fn take(&self) -> Option<AsyncSmtpConnection> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, since)| since.elapsed() < REST);
        kept.pop().map(|(connection, _)| connection)
    }

    fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() < KEPT {
            kept.push((connection, Instant::now()));
        }
    }

    /// Names the sender over a connection that was kept; nothing, if it has died since, as the mail was not offered then.
    async fn begun(&self, mail: &Parcel<'_>, envelope: &Envelope, within: Duration) -> Option<Begun> {
        let mut connection = self.take()?;
        match timeout(within, sender(&mut connection, mail, envelope)).await {
            Ok(Ok(())) => Some(Begun(connection, Ok(()))),
            Ok(Err(Fault::Said(Answer::Refused(said)))) => {
                Some(Begun(connection, Err(Fault::Said(Answer::Refused(said)))))
            }
            // Not even a 421, by which a server ends a connection that rested for too long.
            _ => None,
        }
    }

    /// The rest of a conversation whose sender was named; the connection is kept where it is good for another.
    async fn go_on(&self, begun: Begun, mail: &Parcel<'_>, envelope: &Envelope, within: Duration) -> Answer {
        let Begun(mut connection, named) = begun;
        let told = match named {
            Ok(()) => rest(&mut connection, mail, envelope).await,
            // What a relay has against its sender (530, a quota that is used up) says nothing of this mail.
            Err(Fault::Said(Answer::Refused(said))) => Err(Fault::Said(Answer::Later(said))),
            Err(fault) => Err(fault),
        };
        match told {
            Ok(said) => {
                self.keep(connection);
                Answer::Accepted(said)
            }
            Err(Fault::Said(answer)) => {
                let goes_on = !matches!(&answer, Answer::Later(said) if said.starts_with("421"));
                if goes_on && matches!(timeout(within, connection.command(Rset)).await, Ok(Ok(_))) {
                    self.keep(connection);
                }
                answer
            }
            Err(Fault::Broke(how)) => Answer::Later(how),
        }
    }
}

/// A connection, and what its server said to the sender.
struct Begun(AsyncSmtpConnection, Result<(), Fault>);

#[async_trait::async_trait]
impl Carrier for Smtp {
    async fn carry(&self, mail: &Parcel<'_>, within: Duration) -> Answer {
        let envelope = match envelope(mail) {
            Ok(envelope) => envelope,
            Err(reason) => return Answer::Refused(format!("{}: {reason}", mail.recipient)),
        };
        let begun = match self.begun(mail, &envelope, within / 8).await {
            Some(begun) => begun,
            None => match timeout(within / 2, self.open(within / 2)).await {
                Ok(Ok(mut connection)) => {
                    let named = sender(&mut connection, mail, &envelope).await;
                    Begun(connection, named)
                }
                Ok(Err(error)) => return Answer::Unreached(words(&error)),
                Err(_) => return Answer::Unreached(format!("no conversation within {:?}", within / 2)),
            },
        };
        self.go_on(begun, mail, &envelope, within / 8).await
    }
}

async fn sender(
    connection: &mut AsyncSmtpConnection,
    mail: &Parcel<'_>,
    envelope: &Envelope,
) -> Result<(), Fault> {
    let mut parameters = Vec::new();
    if !mail.return_path.is_ascii() || !mail.recipient.is_ascii() {
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.message.is_ascii() {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let named = Mail::new(envelope.from().cloned(), parameters);
    expect(connection.command(named).await, is_done).map(|_| ())
}

async fn rest(
    connection: &mut AsyncSmtpConnection,
    mail: &Parcel<'_>,
    envelope: &Envelope,
) -> Result<String, Fault> {
    for to in envelope.to() {
        expect(
            connection.command(Rcpt::new(to.clone(), Vec::new())).await,
            is_done,
        )?;
    }
    expect(connection.command(Data).await, |response| response.has_code(354))?;
    let message = match std::str::from_utf8(mail.message) {
        Ok(text) => connection.command(Content(text)).await,
        Err(_) => connection.message(mail.message).await,
    };
    expect(message, is_done)
}

/// A message as it stands after DATA, its end included: written in one piece. lettre writes the end apart, and with
/// Nagle's algorithm here and delayed acknowledgements there each mail then rests for 40 ms.
struct Content<'a>(&'a str);

impl fmt::Display for Content<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in self.0.split_inclusive('\n') {
            if line.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(line)?;
        }
        let ended = self.0.is_empty() || self.0.ends_with("\r\n");
        f.write_str(if ended { ".\r\n" } else { "\r\n.\r\n" })
    }
}

fn is_done(response: &Response) -> bool {
    response.code().severity == Severity::PositiveCompletion
}

/// What the server said, if it is what was to come.
fn expect(told: Result<Response, Error>, good: impl Fn(&Response) -> bool) -> Result<String, Fault> {
    match told {
        Ok(response) => {
            let lines: Vec<_> = response.message().collect();
            let said = format!("{} {}", response.code(), lines.join(" "));
            if good(&response) {
                Ok(said)
            } else {
                Err(Fault::Broke(format!("an answer out of place: {said}")))
            }
        }
        Err(error) if error.is_permanent() => Err(Fault::Said(Answer::Refused(words(&error)))),
        Err(error) if error.is_transient() => Err(Fault::Said(Answer::Later(words(&error)))),
        Err(error) => Err(Fault::Broke(words(&error))),
    }
}

/// An error as the server worded it, or as lettre does.
fn words(error: &Error) -> String {
    match (error.status(), error.source()) {
        (Some(code), Some(said)) => format!("{code} {said}").replace(['\r', '\n'], " "),
        _ => error.to_string(),
    }
}

fn envelope(mail: &Parcel<'_>) -> Result<Envelope, String> {
    let address = |text: &str| Address::from_str(text).map_err(|e| e.to_string());
    Envelope::new(Some(address(mail.return_path)?), vec![address(mail.recipient)?]).map_err(|e| e.to_string())
}

fn decoded(text: &str) -> Result<String, String> {
    let bytes = percent_encoding::percent_decode_str(text);
    Ok(bytes.decode_utf8().map_err(|e| e.to_string())?.into_owned())
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Smtp({}:{})", self.host, self.port)
    }
}

impl Drop for Smtp {
    /// Says goodbye where it still can.
    fn drop(&mut self) {
        let kept = std::mem::take(self.kept.get_mut().unwrap_or_else(PoisonError::into_inner));
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            for (mut connection, _) in kept {
                runtime.spawn(async move { timeout(GOODBYE, connection.command(Quit)).await.is_ok() });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_that_begin_a_line_are_doubled_and_the_end_is_told_once() {
        let told = |text: &str| Content(text).to_string();
        assert_eq!(told("a\r\n.b\r\n"), "a\r\n..b\r\n.\r\n");
        assert_eq!(told(".\r\n..\r\na.b"), "..\r\n...\r\na.b\r\n.\r\n");
        assert_eq!(
            told("a\n.\n"),
            "a\n..\n\r\n.\r\n",
            "a bare line feed ends nothing early"
        );
    }

    #[test]
    fn a_url_says_host_port_security_and_who() {
        let smtp = Smtp::from_url("smtps://user%40b:p%2Fw@mail.example/guildhall.example", None).unwrap();
        assert!(matches!(smtp.tls, Tls::Wrapper(_)));
        assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example", 465));
        assert_eq!(
            smtp.credentials,
            Some(Credentials::new("user@b".into(), "p/w".into()))
        );
        assert_eq!(smtp.hello, ClientId::Domain("guildhall.example".into()));
        assert!(!format!("{smtp:?}").contains("p/w"));
        let relay = Smtp::from_url("smtp://localhost:1025", None).unwrap();
        assert!(matches!(relay.tls, Tls::None) && relay.port == 1025 && relay.credentials.is_none());
        for (url, port) in [("smtp://h?tls=required", 587), ("smtp://h", 25)] {
            assert_eq!(Smtp::from_url(url, None).unwrap().port, port, "{url}");
        }
        for bad in ["http://h", "smtp://h?tls=maybe", "x"] {
            assert!(Smtp::from_url(bad, None).is_err(), "{bad}");
        }
    }
}
